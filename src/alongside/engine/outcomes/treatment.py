"""Two shares side by side: difference, ratio, and how many are treated for one to benefit."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp, inf, log, sqrt
from typing import Literal

from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.numbers import NotAFigure, z_of

SOURCE = "Altman 1998, BMJ 317:1309"


@dataclass(frozen=True, slots=True)
class NumberNeeded:
    """How many are treated for one more to benefit, or to be harmed.

    ``value`` is infinite where the shares are the same. ``low`` and ``high`` are numbers needed
    to benefit or harm (``kind``) when the interval of the difference leaves out 0. When it does
    not, ``low`` is the number to benefit, ``high`` the number to harm, and between them lies
    infinity: ``crosses``.
    """

    kind: Literal["benefit", "harm"]
    value: float
    low: float
    high: float
    crosses: bool

    @property
    def shown(self) -> int | None:
        """Rounded up, as it is shown; None when it is infinite."""
        return None if self.value == inf else ceil(round(self.value, 9))


@dataclass(frozen=True, slots=True)
class Shares:
    """Two shares compared; ``difference`` is positive when the first group did better."""

    share: float
    other_share: float
    difference: float
    standard_error: float
    interval: Interval
    ratio: float | None
    ratio_interval: Interval | None
    needed: NumberNeeded


def compare_shares(
    count: int,
    of: int,
    other_count: int,
    other_of: int,
    *,
    good: bool = True,
    confidence: float = 0.95,
) -> Shares:
    """Compare how many of two groups had an outcome.

    Args:
        count, of: people with the outcome in the first group, and all of it.
        other_count, other_of: the same in the group it is compared with.
        good: whether the outcome is a good one.
        confidence: two-sided.

    Returns:
        The difference with its interval, the risk ratio with its interval (None where a count
        is 0), and the number needed to treat.

    Refuses:
        NotAFigure: an empty group, a count below 0 or above its group.

    Source: Altman 1998, BMJ 317:1309.
    """
    for part, whole in ((count, of), (other_count, other_of)):
        if whole < 1:
            raise NotAFigure("the number of people in a group", whole, "1 or more")
        if not 0 <= part <= whole:
            raise NotAFigure("the count", part, f"from 0 to {whole}")
    one, other = count / of, other_count / other_of
    sign = 1 if good else -1
    difference = sign * (one - other)
    error = sqrt(one * (1 - one) / of + other * (1 - other) / other_of)
    half = z_of(confidence) * error
    interval = Interval(difference - half, difference + half)
    ratio, around = None, None
    if count and other_count:
        ratio = one / other
        spread = sqrt((1 - one) / count + (1 - other) / other_count)
        reach = z_of(confidence) * spread
        around = Interval(exp(log(ratio) - reach), exp(log(ratio) + reach))
    return Shares(
        share=one,
        other_share=other,
        difference=difference,
        standard_error=error,
        interval=interval,
        ratio=ratio,
        ratio_interval=around,
        needed=_needed(difference, interval),
    )


def _needed(difference: float, interval: Interval) -> NumberNeeded:
    kind: Literal["benefit", "harm"] = "benefit" if difference >= 0 else "harm"
    value = _inverse(difference)
    if interval.low <= 0 <= interval.high:
        return NumberNeeded(kind, value, _inverse(interval.high), _inverse(interval.low), True)
    ends = sorted((_inverse(interval.low), _inverse(interval.high)))
    return NumberNeeded(kind, value, ends[0], ends[1], False)


def _inverse(difference: float) -> float:
    return 1 / abs(difference) if difference else inf
