"""Consent forms: what is agreed to, in plain words, at one exact version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from alongside.catalogue.loading import (
    Problem,
    Reading,
    Shape,
    Shelf,
    read_placed,
    shown,
    versions,
)
from alongside.catalogue.wording import placeholders
from alongside.engine.terms import Ref

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
LANGUAGES = ("en", "es")

# What each form must speak of; a form without one of these sections is refused.
MUST_CONTAIN: Mapping[str, tuple[str, ...]] = {
    id: tuple(sections.split())
    for id, sections in {
        "c_treatment": "nature aims who_delivers sessions risks alternatives cost recording "
        "confidentiality_limits measures right_to_stop",
        "c_measures": "questionnaires charts supervision service_statistics right_to_stop",
        "c_family": "own_rights not_shown_to_the_person right_to_stop",
        "c_release": "what to_whom purpose not_included two_way until right_to_stop",
        "c_group": "rules confidentiality own_record right_to_stop",
        "c_medication": "told record right_to_stop",
        "c_artwork": "yours kept photo right_to_stop",
        "c_ect": "risks without advocate each_time right_to_stop",
        "c_emergency_contact": "who when what_may_be_said right_to_stop",
        "c_minor": "who_decides the_young_person_is_asked what_a_guardian_sees when_it_ends "
        "right_to_stop",
    }.items()
}


class SectionFile(Shape):
    """One part of the text. An optional part is agreed to on its own."""

    id: Word
    heading: dict[str, str]
    text: dict[str, str]
    optional: bool = False


class ConsentForm(Shape):
    """``consents/<id>/<version>.yaml``: one form. ``{name}`` marks what is filled in.

    ``carries``: what rests on a yes to it, and ends or is looked at again when it is taken back.
    """

    purpose: Word
    titles: dict[str, str] = Field(alias="title")
    sections: tuple[SectionFile, ...] = Field(min_length=1)
    fill_in: tuple[Word, ...] = ()
    carries: tuple[Literal["times", "talks", "questions"], ...] = ()
    expires: Literal["end_of_episode", "date", "end_of_plan"]
    longest_months: int = Field(ge=1, le=60)
    source: str
    checked: date
    review_by: date

    _ref: Ref = PrivateAttr(default=Ref("c_none", 1))

    @property
    def ref(self) -> Ref:
        """The form's id and version."""
        return self._ref

    @property
    def optional_parts(self) -> tuple[str, ...]:
        """The sections that are agreed to one by one."""
        return tuple(section.id for section in self.sections if section.optional)

    def title(self, language: str) -> str:
        """The title, in English where there is no other."""
        return self.titles.get(language, self.titles["en"])

    def text(self, language: str) -> str:
        """The whole text as it is shown and hashed: headings and paragraphs in order."""
        parts = [self.title(language)]
        for section in self.sections:
            parts.append(section.heading.get(language, section.heading["en"]))
            parts.append(section.text.get(language, section.text["en"]))
        return "\n\n".join(parts)


SHAPES = {"consent_form": ConsentForm}


def load(roots: Sequence[Path]) -> Shelf[ConsentForm]:
    """Every consent form that says all it must, by ``c_treatment@1``."""
    found, problems = versions(roots, "consents")
    shelf: Shelf[ConsentForm] = Shelf(problems=list(problems))
    for name, number, path in found:
        reading = read_placed(path, ConsentForm, shown=shown(path, roots))
        mistakes = list(reading.problems)
        if reading.value is not None:
            mistakes.extend(_mistakes(reading, reading.value, name))
            if not mistakes:
                ref = Ref(name, number)
                reading.value._ref = ref
                shelf.items[str(ref)] = reading.value
        shelf.problems.extend(mistakes)
    return shelf


def _mistakes(reading: Reading[ConsentForm], form: ConsentForm, name: str) -> Iterator[Problem]:
    held = [section.id for section in form.sections]
    for needed in MUST_CONTAIN.get(name, ()):
        if needed not in held:
            yield reading.problem(f"sections: {name} must speak of {needed}", "sections")
    for language in LANGUAGES:
        if language not in form.titles:
            yield reading.problem(f"title: missing in {language}", "title")
    for index, section in enumerate(form.sections):
        for language in LANGUAGES:
            if language not in section.heading or language not in section.text:
                yield reading.problem(
                    f"{section.id}: words are missing in {language}", "sections", index
                )
        for text in section.text.values():
            for word in placeholders(text):
                if word not in form.fill_in:
                    yield reading.problem(
                        f"{section.id}: fill_in does not list {word}", "sections", index, "text"
                    )
    said = " ".join(text for section in form.sections for text in section.text.values())
    for word in form.fill_in:
        if word not in placeholders(said):
            yield reading.problem(f"fill_in: no text has {{{word}}}", "fill_in")
