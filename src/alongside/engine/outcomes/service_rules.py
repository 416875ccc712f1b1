"""NHS Talking Therapies: recovery and reliable change of several measures judged together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from alongside.engine.outcomes.clinical_significance import CutOff
from alongside.engine.outcomes.intervals import Interval, wilson
from alongside.engine.outcomes.numbers import NotAFigure, Number, exact, points
from alongside.engine.outcomes.reliable_change import ChangeRule, Verdict, judge
from alongside.engine.terms import Reason

SOURCE = "NHS Talking Therapies outcome definitions (PMC8411661; England NHS standards)"

Reliable = Literal["improvement", "deterioration", "none"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the measures judged together: its caseness line and its reliable change."""

    name: str
    case: CutOff
    change: ChangeRule


@dataclass(frozen=True, slots=True)
class Scores:
    """First and last score of one measure, in points. None is not recorded."""

    first: Number | None
    last: Number | None

    @property
    def is_paired(self) -> bool:
        return self.first is not None and self.last is not None


@dataclass(frozen=True, slots=True)
class ServiceOutcome:
    """What may be said of one finished course of treatment.

    ``recovered`` and ``reliably_recovered`` are None for people who did not start as a case:
    they do not belong to that denominator.
    """

    was_case: bool
    recovered: bool | None
    reliable: Reliable
    reliably_recovered: bool | None
    measures: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def anxiety_measure(self) -> str:
        """The last measure of the pair: GAD-7, or the specific one used in its place."""
        return self.measures[-1]


@dataclass(frozen=True, slots=True)
class Rate:
    """A count, what it is out of, and its score interval (None when there is nobody)."""

    count: int
    of: int
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class ServiceRates:
    """The four rates of a service, with what is missing."""

    finished: int
    missing: int
    recovery: Rate
    reliable_recovery: Rate
    reliable_improvement: Rate
    reliable_deterioration: Rate


def service_outcome(
    depression: tuple[Measure, Scores],
    anxiety: tuple[Measure, Scores],
    *,
    specific: tuple[Measure, Scores] | None = None,
    contacts: int = 2,
) -> ServiceOutcome | None:
    """Judge one course of treatment by the pair rules of NHS Talking Therapies.

    Args:
        depression: the measure of depression, and its first and last score in points.
        anxiety: the same of the general measure of anxiety.
        specific: a disorder-specific measure of anxiety; used instead of the general one when it
            is complete at first and last.
        contacts: attended treatment contacts.

    Returns:
        The outcome with its reasons; None when there is no pair to judge: fewer than 2
        attended contacts, or a measure not recorded first and last.

    Refuses:
        NotAFigure: a score that is not finite.

    Source: NHS Talking Therapies outcome definitions (PMC8411661).
    """
    used = specific if specific is not None and specific[1].is_paired else anxiety
    return outcome_together([depression, used], contacts=contacts)


def outcome_together(
    measures: Sequence[tuple[Measure, Scores]], *, contacts: int = 2
) -> ServiceOutcome | None:
    """Judge one course of treatment by several measures at once.

    Args:
        measures: each with its first and last score, in points; at least one.
        contacts: attended treatment contacts.

    Returns:
        A case at the start is whoever reaches the line of any measure; recovered is a case that
        reaches none at the end. Reliable improvement: at least one measure reliably better and
        none reliably worse; deterioration the other way round; opposite moves are neither. None
        when there is nothing to judge: fewer than 2 contacts, or a measure not recorded first
        and last.

    Refuses:
        NotAFigure: no measure, or a score that is not finite.

    Source: with two measures these are the rules of the service.
    """
    if not measures:
        raise NotAFigure("the number of measures", 0, "1 or more")
    pairs = [
        (measure, scores.first, scores.last)
        for measure, scores in measures
        if scores.first is not None and scores.last is not None
    ]
    if contacts < 2 or len(pairs) < len(measures):
        return None
    changes = [(measure, judge(first, last, measure.change)) for measure, first, last in pairs]
    was_case = any(measure.case.is_clinical(first) for measure, first, _ in pairs)
    is_case = any(measure.case.is_clinical(last) for measure, _, last in pairs)
    verdicts = {change.verdict for _, change in changes}
    reliable = _together(verdicts)
    recovered = not is_case if was_case else None
    return ServiceOutcome(
        was_case=was_case,
        recovered=recovered,
        reliable=reliable,
        reliably_recovered=(recovered and reliable == "improvement") if was_case else None,
        measures=tuple(measure.name for measure, _ in measures),
        reasons=(
            *(_movement(measure, change.points, change.verdict) for measure, change in changes),
            _recovery(was_case, is_case),
            *_opposite(verdicts),
        ),
    )


def service_rates(courses: Iterable[ServiceOutcome | None]) -> ServiceRates:
    """Count outcomes over finished courses; None is a course without paired data.

    Returns:
        Recovery and reliable recovery out of those who started as a case, reliable
        improvement and deterioration out of all with paired data, and how many are missing.

    Source: NHS Talking Therapies outcome definitions (PMC8411661); Wilson 1927.
    """
    everyone = list(courses)
    paired = [course for course in everyone if course is not None]
    cases = [course for course in paired if course.was_case]
    return ServiceRates(
        finished=len(everyone),
        missing=len(everyone) - len(paired),
        recovery=_rate(sum(course.recovered is True for course in cases), len(cases)),
        reliable_recovery=_rate(
            sum(course.reliably_recovered is True for course in cases), len(cases)
        ),
        reliable_improvement=_rate(
            sum(course.reliable == "improvement" for course in paired), len(paired)
        ),
        reliable_deterioration=_rate(
            sum(course.reliable == "deterioration" for course in paired), len(paired)
        ),
    )


def _together(verdicts: set[Verdict]) -> Reliable:
    better, worse = "improved" in verdicts, "deteriorated" in verdicts
    if better == worse:
        return "none"
    return "improvement" if better else "deterioration"


def _movement(measure: Measure, moved: Number, verdict: Verdict) -> Reason:
    size, limit = points(abs(exact(moved))), points(measure.change.threshold)
    down = (moved > 0) == (measure.change.higher_is == "worse")
    way = "fell" if down else "rose"
    if verdict == "unchanged":
        words = f"{measure.name} {way} by {size}, fewer than {limit}: could be chance"
        if moved == 0:
            words = f"{measure.name} did not change"
    else:
        words = f"{measure.name} {way} by {size}, {limit} or more: reliable"
    return Reason(f"outcomes.together.{verdict}", words, measure.change.source)


def _recovery(was_case: bool, is_case: bool) -> Reason:
    if not was_case:
        return Reason(
            "outcomes.together.not_a_case",
            "no score was at its caseness line at the start, so recovery is not counted",
            SOURCE,
        )
    if is_case:
        return Reason(
            "outcomes.together.still_a_case",
            "at least one score is still at its caseness line",
            SOURCE,
        )
    return Reason(
        "outcomes.together.recovered", "no score is at its caseness line any more", SOURCE
    )


def _opposite(verdicts: set[Verdict]) -> tuple[Reason, ...]:
    if not {"improved", "deteriorated"} <= verdicts:
        return ()
    return (
        Reason(
            "outcomes.together.opposite",
            "one measure is reliably better and another reliably worse: "
            "this counts as no reliable change",
            SOURCE,
        ),
    )


def _rate(count: int, of: int) -> Rate:
    return Rate(count, of, wilson(count, of) if of else None)
