"""One person, one instrument, several dates: what may be said on the progress page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from alongside.engine.outcomes.numbers import Number, exact, improvement, points
from alongside.engine.outcomes.of_instrument import Basis, InstrumentChange
from alongside.engine.outcomes.reliable_change import Verdict, judge
from alongside.engine.terms import Reason

Crossing = Literal["into_functional", "into_clinical"]


@dataclass(frozen=True, slots=True)
class Point:
    """One time the instrument was due: its day (or instant) and the score in points.

    ``score`` None means that it was not answered or could not be scored; never zero.
    """

    on: date
    score: Number | None


@dataclass(frozen=True, slots=True)
class Progress:
    """What changed from the first score to the last, and the sentence that says so.

    ``sentence_key`` is a key of content/wording (``progress.…``). ``points`` is positive when
    better, None where the scale has no better direction or there is only one score. ``verdict``
    and ``is_reliable`` are None when reliable change must not be reported.
    """

    sentence_key: str
    first: Point | None
    last: Point | None
    due: int
    answered: int
    points: Number | None
    verdict: Verdict | None
    is_case: bool | None
    crossed: Crossing | None
    threshold: float | None
    basis: Basis
    reasons: tuple[Reason, ...]

    @property
    def is_reliable(self) -> bool | None:
        return None if self.verdict is None else self.verdict != "unchanged"


def progress(given: Iterable[Point], info: InstrumentChange) -> Progress:
    """Compare the first score of a course with its last.

    Args:
        given: every time the instrument was due, in any order; times without a score count as
            not answered.
        info: how change on this score may be read (``change_of``).

    Returns:
        First and last score, the change in points, whether it is larger than measurement error
        is likely to explain, whether the caseness line was crossed, and the key of the sentence
        for the page. Without a rule for this instrument nothing is said about reliability.

    Refuses:
        NotAFigure: a score that is not finite.

    Source: Jacobson & Truax 1991, J Consult Clin Psychol 59:12.
    """
    due = sorted(given, key=lambda point: point.on)
    scored = [(point, point.score) for point in due if point.score is not None]
    if len(scored) < 2:
        return _too_few(due, scored, info)
    (first, pre), (last, post) = scored[0], scored[-1]
    was = info.line.is_clinical(pre) if info.line else None
    now = info.line.is_clinical(post) if info.line else None
    crossed = _crossing(was, now)
    moved = _moved(pre, post, info)
    verdict: Verdict | None = None
    reasons: tuple[Reason, ...]
    if info.rule is not None:
        change = judge(pre, post, info.rule)
        verdict, reasons = change.verdict, change.reasons
    else:
        reasons = (_no_rule(info),)
    return Progress(
        sentence_key=_sentence(verdict, moved, crossed),
        first=first,
        last=last,
        due=len(due),
        answered=len(scored),
        points=moved,
        verdict=verdict,
        is_case=now,
        crossed=crossed,
        threshold=info.rule.threshold if info.rule else None,
        basis=info.basis,
        reasons=reasons + _crossed_because(crossed, info),
    )


def _too_few(
    due: list[Point], scored: list[tuple[Point, Number]], info: InstrumentChange
) -> Progress:
    only, score = scored[0] if scored else (None, None)
    key = "progress.one_score" if only else "progress.no_score"
    words = "there is only one score so far" if only else "there is no score yet"
    return Progress(
        sentence_key=key,
        first=only,
        last=only,
        due=len(due),
        answered=len(scored),
        points=None,
        verdict=None,
        is_case=info.line.is_clinical(score) if info.line and score is not None else None,
        crossed=None,
        threshold=info.rule.threshold if info.rule else None,
        basis=info.basis,
        reasons=(Reason(key, words),),
    )


def _moved(first: Number, last: Number, info: InstrumentChange) -> Number | None:
    if info.higher_is is None:
        return None
    moved = improvement(first, last, info.higher_is)
    return int(moved) if moved == moved.to_integral_value() else moved


def _crossing(was: bool | None, now: bool | None) -> Crossing | None:
    if was is None or was == now:
        return None
    return "into_clinical" if now else "into_functional"


def _sentence(verdict: Verdict | None, moved: Number | None, crossed: Crossing | None) -> str:
    if moved is None:
        return "progress.no_direction"
    if verdict is None:
        way = "better" if moved > 0 else "worse" if moved < 0 else "same"
        return f"progress.no_rule_{way}"
    if verdict == "improved":
        extra = "_and_crossed" if crossed == "into_functional" else ""
        return f"progress.reliably_better{extra}"
    if verdict == "deteriorated":
        extra = "_and_crossed" if crossed == "into_clinical" else ""
        return f"progress.reliably_worse{extra}"
    return "progress.could_be_chance"


def _no_rule(info: InstrumentChange) -> Reason:
    if info.higher_is is None:
        return Reason("progress.no_direction", "on this scale neither direction is better")
    words = {
        "mid": "only a smallest meaningful difference is published, not a reliable change",
        "derived": "its reliable change rests on figures this service has not entered",
        "by_analogy": "its reliable change is borrowed from another measure and switched off",
    }.get(info.basis, "no reliable change is published for this measure")
    return Reason(f"progress.no_rule.{info.basis}", words)


def _crossed_because(crossed: Crossing | None, info: InstrumentChange) -> tuple[Reason, ...]:
    if crossed is None or info.line is None:
        return ()
    limit = points(exact(info.line.value))
    way = "clinical" if crossed == "into_clinical" else "functional"
    return (
        Reason(
            f"outcomes.crossed_into_{way}",
            f"crossed the line of {limit} into the {way} range",
            info.line.source,
        ),
    )
