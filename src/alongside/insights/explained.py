"""Where a number comes from: the answers counted, the rules used, and who says so.

One function for every page that shows a score. It works the score out again from the answers as
they were given, so a number that does not follow from them is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal
from uuid import UUID

from alongside import catalogue
from alongside.catalogue import UnknownContent
from alongside.engine.errors import EngineError
from alongside.engine.instruments import (
    as_decimal,
    band_of,
    counted_points,
    is_case,
    items_to_ask,
    score,
    without_codes,
)
from alongside.engine.instruments.scoring import is_skipped, least_points
from alongside.engine.instruments.shapes import (
    Band,
    CasenessRule,
    Instrument,
    Item,
    ReliableChange,
    Score,
    ScoreRule,
)
from alongside.engine.risk.rules import RiskFinding, blank_critical, find_risk
from alongside.measures import queries as measures

Said = Literal["answered", "skipped", "not_asked"]
How = Literal["whole", "prorated", "unscorable", "as_total", "category"]


@dataclass(frozen=True, slots=True)
class Counted:
    """One question: the official value that was given, and the points it counts.

    ``points`` None: left open, or a question that does not count. One that was not asked may
    count all the same, as its form says. ``is_turned``: counted the other way round.
    """

    number: int
    id: str
    options: str
    said: Said
    value: int | None
    points: int | None
    counts: bool
    is_turned: bool


@dataclass(frozen=True, slots=True)
class Sum:
    """One score and how it came about.

    ``points`` are the sum of what was answered, before anything was filled in; ``exact`` is the
    result before rounding, ``value`` after. ``stored`` is what was kept at the time. ``unasked``
    of ``answered`` were not asked because of another answer, and count as the form says.
    """

    rule: ScoreRule
    points: int
    answered: int
    wanted: int
    exact: str
    value: int | None
    stored: int | None
    how: How
    unasked: int = 0

    @property
    def agrees(self) -> bool:
        """Does the stored score follow from the stored answers?"""
        return self.how == "as_total" or self.value == self.stored


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One rule for the treatment line, and on which side this score lies."""

    rule: CasenessRule
    is_used: bool
    holds: bool | None


@dataclass(frozen=True, slots=True)
class Range:
    """The named range of points a score lies in, with its first and last point."""

    name: str
    lowest: int
    highest: int


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything a page may say about one number.

    ``missing_allowed`` None: the instrument has no rule for open questions. ``findings`` are the
    dangers in the answers by the rules of today; ``left_open`` the questions about danger
    without an answer. ``result`` is the category that answers lead to in a screen, and ``steps``
    what follows from it.
    """

    response: UUID
    instrument: Instrument
    version: str
    items: tuple[Counted, ...]
    main: Sum | None
    others: tuple[Sum, ...]
    missing: tuple[str, ...]
    missing_allowed: int | None
    range: Range | None
    lines: tuple[CaseLine, ...]
    change: ReliableChange | None
    findings: tuple[RiskFinding, ...]
    left_open: tuple[str, ...]
    result: str | None = None
    steps: tuple[str, ...] = ()

    @property
    def how(self) -> How:
        """How the main score came about."""
        if self.main is None:
            return "category" if self.result else "unscorable"
        return self.main.how

    @property
    def agrees(self) -> bool:
        """Does every stored score follow from the stored answers?"""
        return all(each.agrees for each in (self.main, *self.others) if each is not None)


def explained(pk: UUID, *, seen_by: Any) -> tuple[Any, Explained | None]:
    """A response this reader may read and where its number comes from.

    Returns:
        The response with who gave it, and its explanation; None and None where there is no such
        response for this reader, None for the second where its instrument is not here any more.
    """
    row = measures.responses(seen_by=seen_by).filter(pk=pk).first()
    return row, None if row is None else explain(row)


def explain(row: Any) -> Explained | None:
    """Where the number of one response comes from; None when its instrument is not here.

    Args:
        row: ``measures.Response``, read through its reader.

    Source: the instrument's own file at the version that was answered.
    """
    cat = catalogue.current()
    try:
        instrument = cat.instrument(row.instrument)
    except UnknownContent:
        return None
    answers = {id: value for id, value in row.answers.items() if id in set(instrument.item_ids)}
    again = None if row.entered_as_total else _again(instrument, answers)
    sums = [_sum(rule, instrument, answers, again, row) for rule in instrument.scores]
    main = next((each for each in sums if each.rule.id == instrument.main_score), None)
    points = main.stored if main else None
    rules = cat.risk_rules_for(row.instrument)
    return Explained(
        response=row.pk,
        instrument=instrument,
        version=row.instrument,
        items=tuple(_counted(instrument, answers)),
        main=main,
        others=tuple(each for each in sums if each is not main),
        missing=tuple(again.missing if again else row.missing),
        missing_allowed=_allowed(instrument),
        range=_range(instrument, points),
        lines=tuple(_lines(instrument, sums, row.caseness_rule)),
        change=_change(instrument),
        findings=dangers_of(row, instrument),
        left_open=()
        if row.entered_as_total
        else blank_critical(
            rules, without_codes(instrument, answers), asked=items_to_ask(instrument, answers)
        ),
        result=again.result if again else None,
        steps=again.steps if again else (),
    )


def dangers_of(row: Any, instrument: Instrument | None) -> tuple[RiskFinding, ...]:
    """The dangers in a response by the rules of today, as they are found when it is taken.

    Where too much was left open for a total, danger is looked for in what the answers surely come
    to, whatever the others are.
    """
    whole = instrument is None or row.entered_as_total
    return find_risk(
        catalogue.current().risk_rules_for(row.instrument),
        row.answers,
        scores=row.scores,
        least=None if instrument is None or whole else least_points(instrument, row.answers),
    )


def _again(instrument: Instrument, answers: Mapping[str, int | None]) -> Score | None:
    """The score worked out anew; None where the answers do not fit the form any more."""
    try:
        return score(instrument, answers)
    except EngineError:
        return None


def _counted(instrument: Instrument, answers: Mapping[str, int | None]) -> list[Counted]:
    found = []
    for number, item in enumerate(instrument.items, start=1):
        value = answers.get(item.id)
        said: Said = "not_asked" if item.id not in answers else "answered"
        found.append(
            Counted(
                number=number,
                id=item.id,
                options=item.options,
                said="skipped" if said == "answered" and value is None else said,
                value=value,
                points=_points(instrument, item, answers) if item.scored else None,
                counts=item.scored,
                is_turned=item.reversed,
            )
        )
    return found


def _points(instrument: Instrument, item: Item, answers: Mapping[str, int | None]) -> int | None:
    value = answers.get(item.id)
    if value is None and item.unasked is not None and is_skipped(item, answers):
        value = item.unasked.value
    return None if value is None else instrument.points(item).get(value)


def _sum(
    rule: ScoreRule,
    instrument: Instrument,
    answers: Mapping[str, int | None],
    again: Score | None,
    row: Any,
) -> Sum:
    points = counted_points(instrument, rule, answers)
    wanted = [
        id
        for id in rule.items
        if id in points
        or not (instrument.item(id).optional or is_skipped(instrument.item(id), answers))
    ]
    exact = again.exact.get(rule.id) if again else None
    value = again.scores.get(rule.id) if again else None
    return Sum(
        rule=rule,
        points=sum(points.values()),
        answered=len(points),
        wanted=len(wanted),
        exact="" if exact is None else _plain(exact),
        value=value,
        stored=row.scores.get(rule.id),
        how=_how(row, value, len(points) < len(wanted)),
        unasked=sum(1 for id in points if answers.get(id) is None),
    )


def _allowed(instrument: Instrument) -> int | None:
    """How many items of the main score may be blank; None where there is no rule."""
    rule = instrument.score_rule(instrument.main_score)
    if rule is not None and rule.max_missing is not None:
        return rule.max_missing
    return instrument.missing.max if instrument.missing else None


def _how(row: Any, value: int | None, has_open: bool) -> How:
    if row.entered_as_total:
        return "as_total"
    if value is None:
        return "unscorable"
    return "prorated" if has_open else "whole"


def _plain(value: Any) -> str:
    """At most two places: 14.14, 16."""
    number = as_decimal(value if not isinstance(value, int) else Fraction(value), places=2)
    return f"{number:f}".rstrip("0").rstrip(".")


def _range(instrument: Instrument, points: int | None) -> Range | None:
    rule = instrument.score_rule(instrument.main_score)
    name = None if points is None else band_of(instrument, points)
    if rule is None or name is None:
        return None
    bands: list[Band] = sorted(
        (b for b in instrument.bands if b.score == instrument.main_score), key=lambda b: b.lowest
    )
    place = next(n for n, band in enumerate(bands) if band.name == name)
    last = bands[place + 1].lowest - 1 if place + 1 < len(bands) else rule.highest
    return Range(name, bands[place].lowest, last)


def _lines(instrument: Instrument, sums: list[Sum], used: str) -> list[CaseLine]:
    """Every rule there is, the one that was used first."""
    scores = {each.rule.id: each.stored for each in sums}
    default = instrument.default_caseness
    chosen = used.rpartition("/")[2] or (default.id if default else "")
    return [
        CaseLine(rule, rule.id == chosen, is_case(rule, scores.get(rule.score)))
        for rule in sorted(instrument.caseness, key=lambda rule: rule.id != chosen)
    ]


def _change(instrument: Instrument) -> ReliableChange | None:
    stated = instrument.reliable_change
    return stated if stated is not None and stated.score == instrument.main_score else None
