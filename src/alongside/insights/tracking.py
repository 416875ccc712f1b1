"""Is a course on track? Worked out when asked, from its scores so far; never kept.

A fixed number of queries for any number of courses: who is treated, what they answered, which
sessions were held, what finished courses say, what was decided at the last review.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import F

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.cases.models import Decision
from alongside.catalogue import UnknownContent
from alongside.delivery import reviews
from alongside.delivery.models import TherapySession
from alongside.engine.instruments.shapes import Instrument
from alongside.engine.outcomes.expected import Signal, StartBand, from_scores
from alongside.engine.outcomes.intervals import Interval
from alongside.engine.outcomes.of_instrument import change_of
from alongside.engine.outcomes.tracking import Look, expected_at, look
from alongside.insights import norms
from alongside.measures import queries as measures
from alongside.plans.models import Course, CoursePerson
from alongside.records import prepared
from alongside.records.among import Ids
from alongside.records.reader import Reader

# Why nothing can be said of a measure yet.
Because = Literal["", "no_first", "no_later", "no_rule"]
WORST_FIRST: tuple[Signal, ...] = ("not_on_track", "watch", "on_track", "too_early")


@dataclass(frozen=True, slots=True)
class Seen:
    """One person of a course by one of its main measures.

    ``scores`` are session, moment, points and response of each score, oldest first. ``look`` is
    None where nothing can be said, ``because`` says why. ``expected`` is where finished courses
    that began alike lay at the moment of each score. ``begun_alike`` is how many there are.
    """

    person: UUID
    instrument: Instrument
    scores: tuple[tuple[int, datetime, float, UUID], ...]
    look: Look | None
    because: Because
    expected: tuple[tuple[datetime, Interval], ...] = ()
    begun_alike: int = 0
    has_bands: bool = False

    @property
    def scored_at(self) -> datetime | None:
        return self.scores[-1][1] if self.scores else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one course stands by all its main measures, and what the last review said."""

    course: Course
    seen: tuple[Seen, ...]
    reviewed_at: datetime | None = None
    look_again_on: date | None = None
    reviewed_why: str = ""

    @property
    def worst(self) -> Seen | None:
        """What speaks loudest; None where nothing can be said of any measure."""
        said = [each for each in self.seen if each.look is not None]
        return min(said, key=lambda each: WORST_FIRST.index(_signal(each)), default=None)

    @property
    def signal(self) -> Signal | None:
        return None if self.worst is None else _signal(self.worst)

    def needs_review(self, on: date) -> bool:
        """Must somebody look now? Not again before the agreed day, unless it got reliably worse."""
        worst = self.worst
        if worst is None or worst.look is None or worst.look.signal != "not_on_track":
            return False
        if self.reviewed_at is None:
            return True
        if worst.scored_at is None or worst.scored_at <= self.reviewed_at:
            return False  # these scores were on the table
        is_news = worst.look.why == reviews.WORSE and self.reviewed_why != reviews.WORSE
        return is_news or self.look_again_on is None or self.look_again_on <= on


def standings(courses: Iterable[Course], *, seen_by: Reader, at: datetime) -> dict[UUID, Standing]:
    """Where each course that runs stands; a course without a main measure is left out.

    Args:
        courses: any; those that have not started or are over are left out.

    Returns:
        By course. What the reader may not read is not among the scores.
    """
    running = [one for one in courses if one.started_at is not None and one.ended_at is None]
    named = {one.pk: found for one in running if (found := main_measures(one))}
    running = [one for one in running if one.pk in named]
    if not running:
        return {}
    treated: dict[UUID, list[UUID]] = {}
    ids = Ids(one.pk for one in running)

    def treats(courses: Ids) -> Any:
        rows = CoursePerson.objects.visible_to(seen_by).filter(course__among=courses)
        return rows.order_by("pk").values_list("course", "person")

    for course, person in prepared.rows("tracking.treats", treats, seen_by=seen_by, courses=ids):
        treated.setdefault(course, []).append(person)
    held: dict[UUID, list[datetime]] = {}

    def sessions(courses: Ids) -> Any:
        rows = TherapySession.objects.visible_to(seen_by).filter(course__among=courses, held=True)
        return rows.order_by("held_at").values_list("course", "held_at")

    for course, moment in prepared.rows("tracking.held", sessions, seen_by=seen_by, courses=ids):
        held.setdefault(course, []).append(moment)
    answers = _answers(running, named, seen_by)
    bands = {
        (row.institution_id, row.instrument): norms.bands_of(row)
        for row in norms.expected_in({one.institution_id for one in running}, seen_by=seen_by)
    }
    decided = {row.about.partition(":")[2]: row for row in _reviews(running, seen_by)}
    return {
        one.pk: _standing(
            one,
            tuple(
                _seen(
                    one,
                    person,
                    instrument,
                    answers.get((one.circle_id, person, instrument.ref.id), []),
                    held.get(one.pk, []),
                    bands.get((one.institution_id, instrument.ref.id), ()),
                )
                for person in treated.get(one.pk, [])
                for instrument in named[one.pk]
            ),
            decided.get(str(one.pk)),
        )
        for one in running
    }


def standing(course: Course, *, seen_by: Reader, at: datetime) -> Standing | None:
    """Where one course stands; None where it does not run or names no main measure."""
    return standings([course], seen_by=seen_by, at=at).get(course.pk)


def main_measures(course: Course) -> tuple[Instrument, ...]:
    """The main measures of a course's way of helping that are here, newest version."""
    cat, found = catalogue.current(), []
    way = cat.protocols.get(course.protocol)
    for measure in way.measures_of(course.variant) if way else ():
        if not measure.primary:
            continue
        try:
            found.append(cat.instrument(measure.instrument))
        except UnknownContent:
            continue
    return tuple(found)


def _reviews(courses: Sequence[Course], seen_by: Reader) -> list[Decision]:
    """What was decided in reviews of some courses, oldest first."""

    def rows(circles: Ids) -> Any:
        made = Decision.objects.visible_to(seen_by).filter(kind=reviews.KIND)
        return made.filter(circle__among=circles).order_by("decided_at")

    circles = Ids(one.circle_id for one in courses)
    if len(circles) == 1:  # what a page of one case knows already
        (circle,) = circles
        known = cases.decisions_in(circle, seen_by=seen_by)
        return [row for row in reversed(known) if row.kind == reviews.KIND]
    return prepared.rows("tracking.reviews", rows, seen_by=seen_by, circles=circles)


def _answers(
    courses: Sequence[Course], named: Mapping[UUID, tuple[Instrument, ...]], seen_by: Reader
) -> dict[tuple[UUID, UUID, str], list[tuple[datetime, float, UUID]]]:
    """Scores somebody gave about themselves, oldest first, by circle, person and measure."""
    score = {each.ref.id: change_of(each).score for found in named.values() for each in found}
    refs = [ref for ref in catalogue.current().instruments if ref.partition("@")[0] in score]
    circles = Ids(one.circle_id for one in courses)

    def given(circles: Ids, refs: tuple[str, ...]) -> Any:
        return (
            measures.that_stand(measures.responses(seen_by=seen_by), circles=circles)
            .select_related(None)
            .filter(circle__among=circles, instrument__in=refs, about=F("respondent"))
            .order_by("answered_at", "pk")
            .values_list("circle", "about", "instrument", "scores", "answered_at", "pk")
        )

    rows = prepared.rows(
        "tracking.answers", given, seen_by=seen_by, circles=circles, refs=tuple(sorted(refs))
    )
    found: dict[tuple[UUID, UUID, str], list[tuple[datetime, float, UUID]]] = {}
    for circle, about, ref, scores, moment, pk in rows:
        id = ref.partition("@")[0]
        value = scores.get(score[id])
        if value is not None:
            found.setdefault((circle, about, id), []).append((moment, float(value), pk))
    return found


def _seen(
    course: Course,
    person: UUID,
    instrument: Instrument,
    answers: Sequence[tuple[datetime, float, UUID]],
    held: Sequence[datetime],
    bands: tuple[StartBand, ...],
) -> Seen:
    first = course.started_at or held[0]  # only what has started comes here
    began = first - catalogue.current().tracking.baseline_age
    scores = tuple(
        (bisect_left(held, moment), moment, value, pk)
        for moment, value, pk in answers
        if moment >= began
    )
    newest = {session: value for session, _moment, value, _pk in scores}
    one = from_scores(newest, course.sessions_planned)
    info = change_of(instrument)
    if one is None or not one.scores:
        because: Because = "no_later" if one is not None else "no_first"
        return Seen(person, instrument, scores, None, because, has_bands=bool(bands))
    session = max(one.scores)
    found = look(
        one.start,
        one.scores[session],
        session=session,
        planned=max(1, course.sessions_planned),
        info=info,
        bands=bands,
        rules=catalogue.current().tracking.rules,
    )
    expected = tuple(
        (moment, where)
        for session, moment, _value, _pk in scores
        if (where := expected_at(one.start, session, info, bands)) is not None
    )
    if expected:
        expected = ((scores[0][1], Interval(one.start, one.start)), *expected)
    return Seen(
        person=person,
        instrument=instrument,
        scores=scores,
        look=found,
        because="" if found is not None else "no_rule",
        expected=expected,
        begun_alike=found.courses if found is not None else 0,
        has_bands=bool(bands),
    )


def _standing(course: Course, seen: tuple[Seen, ...], review: Decision | None) -> Standing:
    if review is None:
        return Standing(course, seen)
    shown = json.loads(review.shown) if review.shown else {}
    return Standing(course, seen, review.decided_at, review.until, str(shown.get("why", "")))


def _signal(seen: Seen) -> Signal:
    return seen.look.signal if seen.look is not None else "too_early"
