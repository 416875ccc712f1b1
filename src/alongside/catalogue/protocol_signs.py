"""How signs are written in a protocol, and whether they fit the forms and steps they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Self

from pydantic import Field, model_validator

from alongside.catalogue.loading import Shape
from alongside.engine.artefacts import Field as FormField
from alongside.engine.artefacts import Form
from alongside.engine.protocols.signs import Between, Rise, Sign


class BetweenShape(Shape):
    """A number: ``{at_least: 5, at_most: 12}``."""

    at_least: int | None = None
    at_most: int | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most, or both")
        return self

    def built(self) -> Between:
        """The engine's pair."""
        return Between(self.at_least, self.at_most)


class RiseShape(Shape):
    """``{from: stress_before, to: stress_after, by: 2}``."""

    from_: str = Field(alias="from")
    to: str
    by: int = Field(ge=1)


class SignShape(Shape):
    """What a course shows. All parts together; a list of signs means one of them.

    ``{form: check_today, says: {fasting: [yes]}, day: on}`` · ``{words: [capacity]}`` ·
    ``{sessions: {at_least: 6}, steps_missing: [half_time_review]}``
    """

    form: str = ""
    says: dict[str, list[str] | BetweenShape] = Field(default_factory=dict)
    rise: RiseShape | None = None
    in_a_row: int = Field(default=1, ge=1, le=12)
    until: str = ""
    day: str = ""
    within_days: int | None = Field(default=None, ge=0, le=366)
    each_person: bool = False
    words: list[str] = Field(default_factory=list)
    words_missing: list[str] = Field(default_factory=list)
    steps: list[str] = Field(default_factory=list)
    steps_missing: list[str] = Field(default_factory=list)
    sessions: BetweenShape | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        of_form = ("says", "rise", "until", "day", "within_days", "each_person")
        given = [name for name in of_form if getattr(self, name) not in ({}, None, "", False)]
        if not self.form and (given or self.in_a_row > 1):
            raise ValueError(f"{', '.join(given) or 'in_a_row'}: name the form it is read from")
        others = (self.words, self.words_missing, self.steps, self.steps_missing, self.sessions)
        if not self.form and not any(others):
            raise ValueError("a sign names a form, words, steps or a number of sessions")
        return self

    def built(self) -> Sign:
        """The engine's sign."""
        return Sign(
            form=self.form,
            says={
                name: tuple(wanted) if isinstance(wanted, list) else wanted.built()
                for name, wanted in self.says.items()
            },
            rise=Rise(self.rise.from_, self.rise.to, self.rise.by) if self.rise else None,
            in_a_row=self.in_a_row,
            until=self.until,
            day=self.day,
            within_days=self.within_days,
            each_person=self.each_person,
            words=tuple(self.words),
            words_missing=tuple(self.words_missing),
            steps=tuple(self.steps),
            steps_missing=tuple(self.steps_missing),
            sessions=self.sessions.built() if self.sessions else None,
        )


def unfit_names(signs: Iterable[SignShape], steps: set[str], forms: set[str]) -> Iterator[str]:
    """Steps and forms that signs name and the protocol does not have."""
    for sign in signs:
        if sign.form and sign.form not in forms:
            yield f"the form {sign.form} is not among the artefacts"
        for step in (*sign.steps, *sign.steps_missing):
            if step not in steps:
                yield f"there is no step {step}"


def unfit_fields(signs: Iterable[Sign], forms: Mapping[str, Form]) -> Iterator[str]:
    """Fields, choices and numbers that signs read and that the form could never give."""
    for sign in signs:
        if not sign.form:
            continue
        if sign.form not in forms:
            yield f"form {sign.form}: a sign reads it, and it is not here"
            continue
        form = forms[sign.form]
        for name, wanted in sign.says.items():
            yield from _unfit_says(form, name, wanted)
        dates = [name for name in (sign.until, sign.day) if name]
        ratings = [sign.rise.before, sign.rise.after] if sign.rise else []
        for name, kind in (
            *((one, "date") for one in dates),
            *((one, "rating") for one in ratings),
        ):
            found = form.field(name)
            if found is None or found.kind != kind:
                yield f"form {sign.form}: {name} is no {kind} of it"


def _unfit_says(form: Form, name: str, wanted: tuple[str, ...] | Between) -> Iterator[str]:
    found = form.field(name)
    if found is None:
        yield f"form {form.ref.form}: there is no field {name}"
    elif isinstance(wanted, Between):
        yield from _unfit_number(form, found, wanted)
    else:
        yield from (
            f"form {form.ref.form}: {name} never is {word}"
            for word in wanted
            if found.option(word) is None
        )


def _unfit_number(form: Form, found: FormField, wanted: Between) -> Iterator[str]:
    ends = [end for end in (wanted.low, wanted.high) if end is not None]
    if found.kind != "rating":
        yield f"form {form.ref.form}: {found.id} is no rating"
    elif any(not found.low <= end <= found.high for end in ends):
        yield f"form {form.ref.form}: {found.id} goes from {found.low} to {found.high}"
