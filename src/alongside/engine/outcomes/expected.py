"""Is a course of treatment on track? What is expected by now, and a signal when it is not.

Four ways, none of which decides anything: the rules without a model, a table that experts agreed
on, bands from a service's own finished courses, and a made-up curve for services without data,
which nothing switches on by itself. A signal goes to the deliverer and the supervisor; it never
discharges anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log, sqrt
from typing import Literal

from alongside.engine.outcomes.clinical_significance import CutOff
from alongside.engine.outcomes.engagement import of_rising
from alongside.engine.outcomes.numbers import NotAFigure, Number, checked, improvement, points
from alongside.engine.outcomes.reliable_change import ChangeRule, judge
from alongside.engine.terms import Direction, Reason

SOURCE = "our own rule, docs/reference/outcomes.md"
FEWEST_COURSES = 100  # finished courses a start band
FIRST_RED_SESSION = 3

Signal = Literal["on_track", "watch", "not_on_track", "too_early"]


@dataclass(frozen=True, slots=True)
class Tracking:
    """One signal, the score expected by now (None without a model), and why."""

    signal: Signal
    expected: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class LogCurve:
    """A made-up expected course: fast at first, then slower, to a target after all sessions."""

    start: float
    target: float
    sessions: int
    change: float

    def at(self, session: int) -> float:
        """The score expected after a session, in points; after the planned ones, the target."""
        done = log(1 + min(session, self.sessions)) / log(1 + self.sessions)
        return self.start - (self.start - self.target) * done

    @property
    def half_at(self) -> float:
        """The session by which half the change is expected."""
        return sqrt(1 + self.sessions) - 1

    def signal(self, session: int, score: Number) -> Tracking:
        """Compare a score with the curve.

        Returns:
            not_on_track above the curve by more than a reliable change, never before session 3;
            watch above it by more than half of one; else on_track.
        """
        value, by_now = checked("the score", score), self.at(session)
        above = value - by_now
        limit = f"{points(round(by_now, 2))} expected after session {session}"
        if above > self.change and session >= FIRST_RED_SESSION:
            why = f"{points(value)} is more than {points(self.change)} above the {limit}"
            return Tracking("not_on_track", by_now, (_reason("curve_red", why),))
        if above > self.change / 2:
            why = f"{points(value)} is more than {points(self.change / 2)} above the {limit}"
            return Tracking("watch", by_now, (_reason("curve_yellow", why),))
        return Tracking("on_track", by_now, (_reason("curve_green", f"{limit}"),))


@dataclass(frozen=True, slots=True)
class TableRow:
    """What experts expect by some sessions: improvement in points, negative for worse.

    Below ``red`` is not on track, below ``yellow`` is to be watched.
    """

    first_session: int
    last_session: int
    red: float
    yellow: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class FinishedCourse:
    """One finished course: its first score, and the score after each session that has one.

    ``planned`` is how many sessions it was to have, 0 where that is not known.
    """

    start: float
    scores: Mapping[int, float]
    planned: int = 0


def from_scores(scores: Mapping[int, float], planned: int = 0) -> FinishedCourse | None:
    """A course from its scores by the number of sessions held before each; None without a first.

    The first is the one before any session, else the one of the first session itself.
    """
    first = min(scores, default=2)
    if first > 1:
        return None
    later = {session: score for session, score in scores.items() if session > first}
    return FinishedCourse(scores[first], later, planned)


@dataclass(frozen=True, slots=True)
class StartBand:
    """First scores from ``low`` to ``high``, and the change of finished courses that began there.

    ``low_change`` and ``lower_change`` are, by session, the improvement that three quarters and
    nine tenths of them exceeded, in points; ``middle_change`` that of the median course, and
    ``high_change`` the one that only a tenth exceeded. ``counts`` says how many courses have a
    score at each session. ``watch_below`` and ``red_below`` are the two shares that were used.
    """

    low: float
    high: float
    courses: int
    low_change: Mapping[int, float]
    lower_change: Mapping[int, float]
    middle_change: Mapping[int, float] = field(default_factory=dict)
    high_change: Mapping[int, float] = field(default_factory=dict)
    counts: Mapping[int, int] = field(default_factory=dict)
    watch_below: float = 0.25
    red_below: float = 0.10

    def signal(self, session: int, change: Number) -> Tracking:
        """Compare the improvement so far with that of finished courses.

        Returns:
            watch below the 25th percentile, not_on_track below the 10th, too_early when no band
            is known for this session.
        """
        moved = checked("the change", change)
        if session not in self.low_change:
            why = f"fewer than {FEWEST_COURSES} finished courses have a score at session {session}"
            return Tracking("too_early", None, (_reason("band_none", why),))
        n, begun = self.courses, f"{self.low:g} to {self.high:g}"
        said = f"of {n} finished courses that began at {begun}"
        if moved < self.lower_change[session]:
            why = f"{_most(self.red_below)} {said} had changed more by session {session}"
            return Tracking("not_on_track", None, (_reason("band_red", why),))
        if moved < self.low_change[session]:
            why = f"{_most(self.watch_below)} {said} had changed more by session {session}"
            return Tracking("watch", None, (_reason("band_yellow", why),))
        return Tracking("on_track", None, (_reason("band_green", f"within the range {said}"),))


def log_curve(start: Number, *, rule: ChangeRule, line: CutOff, sessions: int) -> LogCurve | None:
    """The made-up curve for one person, or None where it must not be used.

    Args:
        start: the first score, in points.
        rule: the reliable change of the measure, in points.
        line: its caseness line.
        sessions: how many are planned, 1 or more.

    Returns:
        The curve to ``min(start, max(line - 1, start - 2 * reliable change))``. None for
        somebody who does not start as a case, and where a higher score is better.

    Refuses:
        NotAFigure: a score that is not finite, fewer than 1 session, a rule in standard errors.

    Source: a home-made curve without evidence of its own.
    """
    value = checked("the first score", start)
    if sessions < 1:
        raise NotAFigure("the number of sessions", sessions, "1 or more")
    if rule.expected is not None:
        raise NotAFigure("the reliable change", rule.method, "in points")
    if rule.higher_is != "worse" or not line.is_clinical(start):
        return None
    target = min(value, max(float(line.value) - 1, value - 2 * rule.threshold))
    return LogCurve(value, target, sessions, rule.threshold)


def by_table(table: Iterable[TableRow], session: int, change: Number) -> Tracking:
    """Judge the improvement so far by a table of sessions that experts agreed on.

    Args:
        table: a service's own rows; those of commercial systems are not to be copied. Where two
            rows hold a session, the first counts.
        session: how many sessions were held.
        change: improvement since the start, in points; negative is worse.

    Returns:
        not_on_track, watch or on_track; too_early where no row holds the session.

    Refuses:
        NotAFigure: a change that is not finite; a row whose red line lies above its yellow one.

    Source: the rational method of Lambert; the row's own ``source``.
    """
    moved = checked("the change", change)
    for row in table:
        if row.red > row.yellow:
            raise NotAFigure("the red line", row.red, f"{row.yellow:g} or less, as the yellow one")
        if not row.first_session <= session <= row.last_session:
            continue
        by = f"by session {session} at least {points(row.yellow)} points are expected"
        signal: Signal = "on_track"
        if moved < row.yellow:
            signal = "not_on_track" if moved < row.red else "watch"
        return Tracking(signal, None, (Reason(f"outcomes.track.table_{signal}", by, row.source),))
    return Tracking("too_early", None, (_reason("table_none", f"no row for session {session}"),))


def start_bands(
    courses: Iterable[FinishedCourse],
    edges: Sequence[float],
    *,
    higher_is: Direction,
    fewest: int = FEWEST_COURSES,
    watch_below: float = 0.25,
    red_below: float = 0.10,
) -> tuple[StartBand, ...]:
    """Bands of expected change from a service's own finished courses.

    Args:
        courses: finished courses of one measure.
        edges: where each band of first scores begins, rising; the last one is the end.
        higher_is: whether a higher score is worse or better.
        fewest: a band, and a session in it, with fewer courses says nothing.
        watch_below, red_below: the shares of finished courses that are to be watched, and that
            are not on track; 0.25 and 0.10 are the 25th and the 10th percentile.

    Returns:
        One band for each pair of edges that has enough courses, with those percentiles of
        improvement at each session that has enough.

    Refuses:
        NotAFigure: fewer than 2 edges, edges that do not rise, a score that is not finite, shares
        that are not 0 < red_below <= watch_below < 0.5.

    Source: our own rule, docs/reference/outcomes.md.
    """
    if len(edges) < 2 or any(one >= other for one, other in pairwise(edges)):
        raise NotAFigure("the edges", tuple(edges), "2 or more, each higher than the one before")
    if not 0 < red_below <= watch_below < 0.5:
        raise NotAFigure("the shares", (red_below, watch_below), "above 0, rising, below one half")
    given, bands = list(courses), []
    for place, (low, high) in enumerate(pairwise(edges), start=2):
        last = place == len(edges)
        inside = [one for one in given if low <= one.start and (one.start < high or last)]
        inside = [one for one in inside if one.start <= high]
        if len(inside) < fewest:
            continue
        watch: dict[int, float] = {}
        red: dict[int, float] = {}
        middle: dict[int, float] = {}
        high_change: dict[int, float] = {}
        counts: dict[int, int] = {}
        for session, changes in sorted(_changes(inside, higher_is).items()):
            if len(changes) < fewest:
                continue
            changes.sort()
            counts[session] = len(changes)
            watch[session] = of_rising(changes, watch_below)
            red[session] = of_rising(changes, red_below)
            middle[session] = of_rising(changes, 0.5)
            high_change[session] = of_rising(changes, 1 - red_below)
        bands.append(
            StartBand(
                low,
                high,
                len(inside),
                watch,
                red,
                middle,
                high_change,
                counts,
                watch_below,
                red_below,
            )
        )
    return tuple(bands)


def _changes(courses: Iterable[FinishedCourse], higher_is: Direction) -> dict[int, list[float]]:
    """The improvement of each course by session, in points."""
    found: dict[int, list[float]] = {}
    for one in courses:
        start = checked("a first score", one.start)
        for session, score in one.scores.items():
            moved = float(improvement(start, checked("a score", score), higher_is))
            found.setdefault(session, []).append(moved)
    return found


def on_track(
    start: Number,
    score: Number,
    *,
    session: int,
    typical: int,
    rule: ChangeRule,
    line: CutOff | None = None,
    half: float = 0.5,
) -> Tracking:
    """The rules that need no model.

    Args:
        start, score: the first score and the one after this session, in points.
        session: how many sessions were held, 1 or more.
        typical: how many the treatment usually has, 1 or more.
        rule: the reliable change of the measure.
        line: its caseness line, when one is known.
        half: by which share of the typical number a change is expected.

    Returns:
        not_on_track when reliably worse at any session, or without reliable improvement at half
        of the typical number while still a case; too_early before that.

    Refuses:
        NotAFigure: a score that is not finite, fewer than 1 session.

    Source: our own rule, docs/reference/outcomes.md.
    """
    if session < 1 or typical < 1:
        raise NotAFigure("the number of sessions", min(session, typical), "1 or more")
    change = judge(start, score, rule)
    if change.verdict == "deteriorated":
        return Tracking("not_on_track", None, (_reason("worse", "reliably worse"), *change.reasons))
    if change.verdict == "improved":
        return Tracking("on_track", None, change.reasons)
    still = line is None or line.is_clinical(score)
    if session < half * typical:
        share = "half" if half == 0.5 else f"{100 * half:g} in 100"
        why = f"session {session} is before {share} of {typical}"
        return Tracking("too_early", None, (_reason("early", why), *change.reasons))
    if still:
        why = f"no reliable improvement by session {session} of {typical}, and still a case"
        return Tracking("not_on_track", None, (_reason("no_change", why), *change.reasons))
    return Tracking("on_track", None, (_reason("below", "below the caseness line"),))


def _most(share: float) -> str:
    """What share of courses did better, in words."""
    words = {0.10: "nine in ten", 0.25: "three in four"}
    return words.get(share, f"{round(100 * (1 - share))} in 100")


def _reason(key: str, words: str) -> Reason:
    return Reason(f"outcomes.track.{key}", words, SOURCE)
