"""Is a course on track after a new score, and how often would the same rule have been right?

One rule for the page, the task and the measuring of the rule: ``look``. It decides nothing; a
signal asks people to look together, and never ends anybody's help.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Literal

from alongside.engine.outcomes.engagement import Share, share_of
from alongside.engine.outcomes.expected import (
    FEWEST_COURSES,
    FinishedCourse,
    Signal,
    StartBand,
    log_curve,
    on_track,
    start_bands,
)
from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.numbers import NotAFigure, Number, improvement
from alongside.engine.outcomes.of_instrument import InstrumentChange
from alongside.engine.outcomes.reliable_change import judge
from alongside.engine.terms import Reason

Basis = Literal["rules", "bands", "curve"]


@dataclass(frozen=True, slots=True)
class TrackRules:
    """What clinicians set: from content, with its source and review date.

    ``fewest`` finished courses a start band; ``watch_below`` and ``red_below`` are shares of
    them; ``half`` is the share of the planned sessions by which a change is expected; ``folds``
    are used to measure the rule; ``curve`` switches the made-up curve on.
    """

    fewest: int = FEWEST_COURSES
    watch_below: float = 0.25
    red_below: float = 0.10
    half: float = 0.5
    folds: int = 5
    curve: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a course after one score: the signal, on what it rests, and why.

    ``expected`` is where 80 in 100 finished courses that began alike lay by now (with shares of
    10 in 100), in points of the scale; None without enough of them; by the curve its point.
    ``courses`` is how many,
    ``begun`` between which first scores they began.
    """

    signal: Signal
    basis: Basis
    session: int
    start: Number
    score: Number
    planned: int
    expected: Interval | None
    courses: int
    reasons: tuple[Reason, ...]
    begun: Interval | None = None

    @property
    def why(self) -> str:
        """The key of the first reason, such as ``outcomes.track.worse``."""
        return self.reasons[0].key if self.reasons else ""


def look(
    start: Number,
    score: Number,
    *,
    session: int,
    planned: int,
    info: InstrumentChange,
    bands: Sequence[StartBand] = (),
    rules: TrackRules | None = None,
) -> Look | None:
    """Is a course on track after a score?

    Args:
        start, score: the first score and the one after this session, in points.
        session: how many sessions were held before the score, 1 or more.
        planned: how many the course is to have, 1 or more.
        info: how change on this score may be read (``change_of``).
        bands: of the service's own finished courses (``start_bands``); may be none.
        rules: the thresholds.

    Returns:
        not_on_track when reliably worse, whatever else is known. Else by the band of this start
        where the service has one for this session. Else by the published rules; and where they do
        not warn, by the made-up curve if it is switched on and the person began as a case. None
        where nothing may be said: no reliable change is known for the measure, and no band.

    Refuses:
        NotAFigure: a score that is not finite, fewer than 1 session.

    Source: rules and bands: our own, docs/reference/outcomes.md, after the feedback literature.
    """
    rules = rules or TrackRules()
    if session < 1 or planned < 1:
        raise NotAFigure("the number of sessions", min(session, planned), "1 or more")
    found: tuple[Signal, tuple[Reason, ...]] | None = None
    if info.rule is not None:
        plain = on_track(
            start,
            score,
            session=session,
            typical=planned,
            rule=info.rule,
            line=info.line,
            half=rules.half,
        )
        found = plain.signal, plain.reasons
        if plain.reasons and plain.reasons[0].key == "outcomes.track.worse":
            return _look(found, "rules", start, score, session, planned, info, bands)
    band = band_for(start, bands)
    if band is not None and info.higher_is is not None and session in band.low_change:
        seen = band.signal(session, float(improvement(start, score, info.higher_is)))
        found = seen.signal, seen.reasons
        return _look(found, "bands", start, score, session, planned, info, bands)
    is_off = found is not None and found[0] == "not_on_track"
    if rules.curve and not is_off and info.rule is not None and info.line is not None:
        curve = log_curve(start, rule=info.rule, line=info.line, sessions=planned)
        if curve is not None:
            by_curve = curve.signal(session, score)
            found = by_curve.signal, by_curve.reasons
            point = Interval(curve.at(session), curve.at(session))
            drawn = _look(found, "curve", start, score, session, planned, info, bands)
            return replace(drawn, expected=point)
    if found is None:
        return None
    return _look(found, "rules", start, score, session, planned, info, bands)


def band_for(start: Number, bands: Sequence[StartBand]) -> StartBand | None:
    """The band of finished courses that began alike; the last one holds its upper end too."""
    value, top = float(start), max((band.high for band in bands), default=0.0)
    for band in bands:
        if band.low <= value < band.high or value == band.high == top:
            return band
    return None


def expected_at(
    start: Number, session: int, info: InstrumentChange, bands: Sequence[StartBand]
) -> Interval | None:
    """Where the middle of finished courses that began alike lay after a session, in points.

    From the limit of ``red_below`` to its mirror: 80 in 100 of them, with 10 in 100. Changes from
    another first score of the band may lead off the scale; they are told up to its end.
    """
    band = band_for(start, bands)
    if band is None or info.higher_is is None or session not in band.lower_change:
        return None
    sign = -1.0 if info.higher_is == "worse" else 1.0
    one = float(start) + sign * band.lower_change[session]
    other = float(start) + sign * band.high_change.get(session, band.lower_change[session])
    return Interval(_on_scale(min(one, other), info), _on_scale(max(one, other), info))


def _on_scale(score: float, info: InstrumentChange) -> float:
    if info.lowest is not None:
        score = max(score, float(info.lowest))
    return score if info.highest is None else min(score, float(info.highest))


def _look(
    found: tuple[Signal, tuple[Reason, ...]],
    basis: Basis,
    start: Number,
    score: Number,
    session: int,
    planned: int,
    info: InstrumentChange,
    bands: Sequence[StartBand],
) -> Look:
    band = band_for(start, bands)
    return Look(
        signal=found[0],
        basis=basis,
        session=session,
        start=start,
        score=score,
        planned=planned,
        expected=expected_at(start, session, info, bands),
        courses=band.courses if band is not None else 0,
        reasons=found[1],
        begun=Interval(band.low, band.high) if band is not None else None,
    )


# -- how often it would have been right ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hits:
    """Of some finished courses: how many ended badly, how many were warned of, and how many both.

    A hit is a warning before the last score of a course that ended badly; a false alarm is a
    warning in one that did not.
    """

    courses: int
    ended_badly: int
    warned: int
    hits: int

    @property
    def false_alarms(self) -> int:
        return self.warned - self.hits

    @property
    def hit_rate(self) -> Share | None:
        """Hits among those that ended badly; None when none did."""
        return share_of(self.hits, self.ended_badly) if self.ended_badly else None

    @property
    def false_alarm_rate(self) -> Share | None:
        """Warnings among those that did not end badly; None when all did."""
        well = self.courses - self.ended_badly
        return share_of(self.false_alarms, well) if well else None


@dataclass(frozen=True, slots=True)
class Measured:
    """How well a rule did on finished courses.

    ``never_seen`` had no score between the first and the last, so nothing could warn of them;
    they are counted like the others. ``worse``: ended reliably worse. ``not_better``: ended
    without a reliable improvement.
    """

    courses: int
    never_seen: int
    worse: Hits
    not_better: Hits


def measured(
    courses: Iterable[FinishedCourse],
    *,
    info: InstrumentChange,
    rules: TrackRules | None = None,
    edges: Sequence[float] = (),
) -> Measured | None:
    """How often the rule would have warned in time, and in vain, on courses that are over.

    The last score of a course is its outcome, so only the scores before it may warn.

    Args:
        courses: finished courses of one measure with their planned sessions, in an order that
            stays the same from night to night: every n-th course is one fold.
        info: how change on this score may be read; without a reliable change nothing is measured.
        rules: the thresholds, and the number of folds.
        edges: the start bands. With them each fold is judged by bands of the other folds alone,
            so no course is judged by itself; courses without such a band are left out. Without
            them the published rules are measured.

    Returns:
        The counts; None where no course can be judged.

    Refuses:
        NotAFigure: a score that is not finite, fewer than 2 folds.

    Source: our own rule, docs/reference/outcomes.md; k-fold cross-validation.
    """
    rules = rules or TrackRules()
    if rules.folds < 2:
        raise NotAFigure("the number of folds", rules.folds, "2 or more")
    if info.rule is None or info.higher_is is None:
        return None
    whole = [one for one in courses if one.scores]
    pairs: list[tuple[FinishedCourse, Sequence[StartBand]]] = []
    if edges:
        for fold in range(rules.folds):
            bands = trained_without(whole, fold, info=info, rules=rules, edges=edges)
            pairs += [
                (one, bands)
                for one in whole[fold :: rules.folds]
                if band_for(one.start, bands) is not None
            ]
    else:
        pairs = [(one, ()) for one in whole]
    return _counted(pairs, info, rules) if pairs else None


def trained_without(
    courses: Sequence[FinishedCourse],
    fold: int,
    *,
    info: InstrumentChange,
    rules: TrackRules,
    edges: Sequence[float],
) -> tuple[StartBand, ...]:
    """The bands of every course that is not in one fold.

    A band needs the share of ``fewest`` that is left without a fold, so that what is in use for
    100 courses can be measured on them.
    """
    if info.higher_is is None:
        return ()
    others = [one for place, one in enumerate(courses) if place % rules.folds != fold]
    return start_bands(
        others,
        edges,
        higher_is=info.higher_is,
        fewest=ceil(rules.fewest * (rules.folds - 1) / rules.folds),
        watch_below=rules.watch_below,
        red_below=rules.red_below,
    )


def _counted(
    pairs: Sequence[tuple[FinishedCourse, Sequence[StartBand]]],
    info: InstrumentChange,
    rules: TrackRules,
) -> Measured:
    never_seen = warned = worse = not_better = worse_hits = not_better_hits = 0
    for one, bands in pairs:
        *before, last = sorted(one.scores)
        never_seen += not before
        warns = any(
            (seen := _at(one, session, info, bands, rules)) is not None
            and seen.signal == "not_on_track"
            for session in before
        )
        verdict = judge(one.start, one.scores[last], info.rule).verdict if info.rule else ""
        warned += warns
        worse += verdict == "deteriorated"
        not_better += verdict != "improved"
        worse_hits += warns and verdict == "deteriorated"
        not_better_hits += warns and verdict != "improved"
    n = len(pairs)
    return Measured(
        courses=n,
        never_seen=never_seen,
        worse=Hits(n, worse, warned, worse_hits),
        not_better=Hits(n, not_better, warned, not_better_hits),
    )


def _at(
    one: FinishedCourse,
    session: int,
    info: InstrumentChange,
    bands: Sequence[StartBand],
    rules: TrackRules,
) -> Look | None:
    return look(
        one.start,
        one.scores[session],
        session=max(1, session),
        planned=max(1, one.planned),
        info=info,
        bands=bands,
        rules=rules,
    )
