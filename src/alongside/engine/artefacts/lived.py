"""Drawings of what was lived: people by closeness, minutes by day, days covered by a supply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from alongside.engine.artefacts.answers import Answers, day_of
from alongside.engine.artefacts.rows import Uses, column_of, number_in, one_of, rows_of, words_in
from alongside.engine.artefacts.shapes import Form, Words
from alongside.engine.outcomes.adherence import Fill, adherence


@dataclass(frozen=True, slots=True)
class Near:
    """Somebody in the circles: ``away`` 0 is the middle, 1 the rim; ``turn`` is part of a turn."""

    name: str
    close: int | None
    away: Fraction
    turn: Fraction


@dataclass(frozen=True, slots=True)
class Circles:
    """People round the person, the nearer the closer. Nobody has the direction of another."""

    people: tuple[Near, ...]
    label: Words
    low: int
    high: int


def circles(form: Form, answers: Answers, uses: Uses) -> Circles | None:
    """Who is how close; who was not rated stands on the rim."""
    scale = form.at(one_of(uses, "close"))
    rows = [row for row in rows_of(answers, one_of(uses, "who")) if words_in(row, uses, "who")]
    if scale is None or not rows:
        return None
    people = []
    for number, row in enumerate(rows):
        close = number_in(row, uses, "close")
        span = scale.high - scale.low
        away = Fraction(1) if close is None else Fraction(scale.high - close, span)
        people.append(Near(words_in(row, uses, "who"), close, away, Fraction(number, len(rows))))
    return Circles(tuple(people), scale.label, scale.low, scale.high)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done on one day: the option chosen, and how much, such as minutes."""

    day: date | None
    what: Words
    amount: int | None


@dataclass(frozen=True, slots=True)
class Log:
    """Day by day, oldest first; days that nobody wrote stand last."""

    entries: tuple[Done, ...]
    label: Words
    high: int

    @property
    def total(self) -> int:
        """All amounts together."""
        return sum(one.amount or 0 for one in self.entries)

    @property
    def days(self) -> int:
        """On how many days something was done."""
        return len({one.day for one in self.entries if one.day is not None and one.amount})


def log(form: Form, answers: Answers, uses: Uses) -> Log | None:
    """What was done on which day, with how much."""
    amount, what = form.at(one_of(uses, "amount")), form.at(one_of(uses, "what"))
    rows = rows_of(answers, one_of(uses, "day"))
    if amount is None or what is None or not rows:
        return None
    entries = []
    for row in rows:
        option = what.option(row.get(column_of(one_of(uses, "what"))))
        day = day_of(row.get(column_of(one_of(uses, "day"))))
        entries.append(Done(day, option.text if option else {}, number_in(row, uses, "amount")))
    entries.sort(key=lambda one: (one.day is None, one.day or date.min))
    most = max((one.amount or 0 for one in entries), default=0)
    return Log(tuple(entries), amount.label, max(most, 1))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in a row that are covered, or not, from the first of them."""

    start: date
    days: int
    is_covered: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """One medicine: which days its supplies cover. ``share`` is the proportion of days covered."""

    what: str
    share: Fraction
    is_adherent: bool
    stretches: tuple[Stretch, ...]

    @property
    def days(self) -> int:
        """How long it is looked at."""
        return sum(one.days for one in self.stretches)

    @property
    def gaps(self) -> tuple[Stretch, ...]:
        """Days in a row without it."""
        return tuple(one for one in self.stretches if not one.is_covered)


@dataclass(frozen=True, slots=True)
class Supply:
    """What was fetched, medicine by medicine, from its first day until a day."""

    covers: tuple[Cover, ...]
    until: date


def supply(form: Form, answers: Answers, uses: Uses) -> Supply | None:
    """Days covered by what was fetched; a line without a day or a number is left out.

    Source: PQA, proportion of days covered (``outcomes.adherence``).
    """
    del form
    until = day_of(answers.get(one_of(uses, "until")))
    fills: dict[str, list[tuple[date, int]]] = {}
    for row in rows_of(answers, one_of(uses, "day")):
        day, days = day_of(row.get(column_of(one_of(uses, "day")))), number_in(row, uses, "days")
        if until is not None and day is not None and day < until and days:
            fills.setdefault(words_in(row, uses, "what"), []).append((day, days))
    if until is None or not fills:
        return None
    return Supply(tuple(_cover(what, found, until) for what, found in fills.items()), until)


def _cover(what: str, fills: list[tuple[date, int]], until: date) -> Cover:
    found = adherence([Fill(day.toordinal(), days) for day, days in fills], until=until.toordinal())
    stretches: list[Stretch] = []
    gaps: Mapping[int, int] = {gap.day: gap.days for gap in found.gaps}
    day = found.first_day
    while day < until.toordinal():
        if day in gaps:
            stretches.append(Stretch(date.fromordinal(day), gaps[day], is_covered=False))
        else:
            end = min((gap for gap in gaps if gap > day), default=until.toordinal())
            stretches.append(Stretch(date.fromordinal(day), end - day, is_covered=True))
        day += stretches[-1].days
    share = Fraction(found.covered_days, found.period_days)
    return Cover(what, share, found.is_adherent, tuple(stretches))
