"""Medicine in the house: the share of days that were covered, and the gaps between."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from alongside.engine.outcomes.numbers import NotAFigure

SOURCE = "PQA, proportion of days covered"
ADHERENT = 0.8  # PQA
LONGEST = 36_525  # days: a hundred years


@dataclass(frozen=True, slots=True)
class Fill:
    """One supply: the day it was fetched, counted from any day, and for how many days it is."""

    day: int
    days: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Days in a row without medicine, from the first of them."""

    day: int
    days: int


@dataclass(frozen=True, slots=True)
class Adherence:
    """What one person's supplies cover, from the first fill to the end of the period.

    ``mpr`` counts supply, so it can exceed 1; ``mpr_capped`` does not. ``mpr_to_last_fill`` is
    supply before the last fill over the days until then, None with one fill.
    """

    first_day: int
    period_days: int
    covered_days: int
    pdc: float
    mpr: float
    mpr_to_last_fill: float | None
    gaps: tuple[Gap, ...]

    @property
    def is_adherent(self) -> bool:
        """At least 80 % of days covered, the usual line."""
        return self.pdc >= ADHERENT

    @property
    def mpr_capped(self) -> float:
        return min(1.0, self.mpr)

    @property
    def longest_gap(self) -> int:
        """Days of the longest gap; 0 without one."""
        return max((gap.days for gap in self.gaps), default=0)


@dataclass(frozen=True, slots=True)
class TogetherAdherence:
    """Several medicines of one person: each, their average, and days when all were covered."""

    drugs: Mapping[str, Adherence]
    mean_pdc: float
    all_covered_pdc: float


def adherence(
    fills: Iterable[Fill],
    *,
    until: int,
    stopped: int | None = None,
    hospital: Collection[int] = (),
    shift: bool = True,
) -> Adherence:
    """How much of a period one person's supplies of one medicine cover.

    Args:
        fills: at least one, in any order. The period starts at the first.
        until: the first day that is no longer in the period.
        stopped: the day the prescriber ended it, if so: the period ends before it.
        hospital: days in hospital. They are taken out of the period, and supply at home is not
            used up on them.
        shift: an early refill starts when the former supply is used up. Without it overlapping
            days are lost, which understates.

    Returns:
        Proportion of days covered, medication possession ratio, and the gaps.

    Refuses:
        NotAFigure: no fill, a supply of 0 days or less, a period without a day, or longer than
        a hundred years.

    Source: PQA, proportion of days covered.
    """
    given = _in_order(fills)
    start, end = given[0].day, _end(until, stopped)
    away = frozenset(hospital)
    period = _period(start, end, away)
    covered = _covered(given, end, away, shift=shift) & period
    counted = [fill for fill in given if fill.day < end]
    last = counted[-1].day
    until_last = [day for day in range(start, last) if day not in away]
    return Adherence(
        first_day=start,
        period_days=len(period),
        covered_days=len(covered),
        pdc=len(covered) / len(period),
        mpr=sum(fill.days for fill in counted) / len(period),
        mpr_to_last_fill=(
            sum(fill.days for fill in counted if fill.day < last) / len(until_last)
            if until_last
            else None
        ),
        gaps=_gaps(sorted(period - covered), away),
    )


def adherence_together(
    drugs: Mapping[str, Sequence[Fill]],
    *,
    until: int,
    stopped: Mapping[str, int] | None = None,
    hospital: Collection[int] = (),
) -> TogetherAdherence:
    """Several medicines at once: the average of their shares, and the stricter share.

    Args:
        drugs: the fills of each medicine.
        until, hospital: as for ``adherence``.
        stopped: the day each was ended, where it was.

    Returns:
        Each medicine over its own period; the mean of their PDC; and of the days on which all
        were in use, the share on which all were covered.

    Refuses:
        NotAFigure: no medicine, one without a fill, no day on which all were in use.

    Source: PQA, proportion of days covered.
    """
    if not drugs:
        raise NotAFigure("the number of medicines", 0, "1 or more")
    ends = stopped or {}
    away = frozenset(hospital)
    each = {
        drug: adherence(fills, until=until, stopped=ends.get(drug), hospital=away)
        for drug, fills in drugs.items()
    }
    start = max(one.first_day for one in each.values())
    end = min(_end(until, ends.get(drug)) for drug in drugs)
    period = _period(start, end, away)
    covered = period.intersection(
        *(_covered(_in_order(fills), end, away, shift=True) for fills in drugs.values())
    )
    mean = sum(one.pdc for one in each.values()) / len(each)
    return TogetherAdherence(each, mean, len(covered) / len(period))


def _in_order(fills: Iterable[Fill]) -> list[Fill]:
    given = sorted(fills, key=lambda fill: fill.day)
    if not given:
        raise NotAFigure("the number of fills", 0, "1 or more")
    for fill in given:
        if not 1 <= fill.days <= LONGEST:
            raise NotAFigure("the days of a supply", fill.days, f"from 1 to {LONGEST}")
    return given


def _end(until: int, stopped: int | None) -> int:
    return until if stopped is None else min(until, stopped)


def _period(start: int, end: int, away: frozenset[int]) -> set[int]:
    if end - start > LONGEST:
        raise NotAFigure("the period", f"{end - start} days", f"{LONGEST} days or fewer")
    period = {day for day in range(start, end) if day not in away}
    if not period:
        raise NotAFigure("the period", "0 days", "1 day or more")
    return period


def _covered(fills: list[Fill], end: int, away: frozenset[int], *, shift: bool) -> set[int]:
    covered: set[int] = set()
    free = fills[0].day
    for fill in fills:
        day, left = max(fill.day, free) if shift else fill.day, fill.days
        while left and day < end:
            if day not in away:
                covered.add(day)
                left -= 1
            day += 1
        free = max(free, day)
    return covered


def _gaps(bare: list[int], away: frozenset[int]) -> tuple[Gap, ...]:
    """Runs of days without medicine. Days in hospital in between do not end a run."""
    if not bare:
        return ()
    runs = [[bare[0]]]
    for before, day in pairwise(bare):
        if all(between in away for between in range(before + 1, day)):
            runs[-1].append(day)
        else:
            runs.append([day])
    return tuple(Gap(run[0], len(run)) for run in runs)
