"""Has it changed? The scores of one circle over time, with what was not answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.catalogue import UnknownContent
from alongside.delivery.lanes import spans_of
from alongside.delivery.models import StepRecord, TherapySession
from alongside.engine.instruments.shapes import Band, Instrument
from alongside.engine.outcomes.course import Point, Progress, progress
from alongside.engine.outcomes.of_instrument import InstrumentChange, change_of
from alongside.engine.risk.rules import items_named
from alongside.insights.explained import dangers_of
from alongside.insights.tracking import main_measures
from alongside.measures import queries as measures
from alongside.plans import queries as plans
from alongside.records import prepared
from alongside.records.among import Ids

Key = tuple[str, UUID, UUID]


@dataclass(frozen=True, slots=True)
class Mark:
    """One time the questions were due: the day, the score, and the response behind it.

    ``score`` None: not answered, or not to be scored; never zero. ``why`` says which: answered,
    declined, expired, open (not answered and past its day), unscorable. ``critical`` are the
    answers to questions about danger as they were given, ``showed_danger`` says that a rule of
    today finds danger in this form. ``result`` is what the answers led to, where the form says so.
    """

    on: date
    score: int | None
    why: str
    response: UUID | None = None
    band: str = ""
    prorated: bool = False
    instrument: str = ""
    critical: tuple[tuple[str, int | None], ...] = ()
    showed_danger: bool = False
    result: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """How many forms were due in one week, and how many were answered."""

    monday: date
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Phase:
    """Something began or ended.

    ``kind``: began and ended speak of a course of one protocol, phase of a stretch of it that
    began (``phase`` is its id), came_in of the person.
    """

    on: date
    protocol: str = ""
    kind: str = "began"
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One instrument answered by one person about one person, over time."""

    instrument: Instrument
    about: Any
    respondent: Any
    marks: tuple[Mark, ...]
    progress: Progress
    change: InstrumentChange
    phases: tuple[Phase, ...]

    @property
    def key(self) -> str:
        """A word for the address: the instrument, who answered, about whom."""
        return f"{self.instrument.ref.id}.{self.respondent.pk}.{self.about.pk}"

    @property
    def has_scores(self) -> bool:
        """Does this form give a number at all? A screen may lead to a step alone."""
        return bool(self.instrument.scores)

    @property
    def bands(self) -> tuple[Band, ...]:
        """The named ranges of the score that is drawn."""
        return tuple(b for b in self.instrument.bands if b.score == self.change.score)

    @property
    def weeks(self) -> tuple[Week, ...]:
        """Week by week: what was due, and what was answered."""
        found: dict[date, list[int]] = {}
        for mark in self.marks:
            monday = mark.on - timedelta(days=mark.on.weekday())
            week = found.setdefault(monday, [0, 0])
            week[0] += 1
            week[1] += mark.why in ("answered", "unscorable")
        return tuple(Week(monday, *found[monday]) for monday in sorted(found))

    @property
    def unscorable(self) -> tuple[Mark, ...]:
        """The times that were answered with too few answers for a score."""
        return tuple(m for m in self.marks if m.why == "unscorable")

    @property
    def critical(self) -> tuple[str, ...]:
        """The questions about danger of this instrument, in the form's order."""
        rules = catalogue.current().risk_rules_for(str(self.instrument.ref))
        named = {id for rule in rules if rule.level for id in items_named(rule.when)}
        return tuple(id for id in self.instrument.item_ids if id in named)

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions of the instrument that were answered, oldest first."""
        return tuple(dict.fromkeys(m.instrument for m in self.marks if m.response is not None))

    @property
    def not_answered(self) -> tuple[Mark, ...]:
        """The times that were due and not answered."""
        return tuple(m for m in self.marks if m.why not in ("answered", "unscorable"))


def series(
    circle: UUID, *, seen_by: Any, at: datetime, zone: str = "UTC", about: UUID | None = None
) -> list[Series]:
    """Every series of a circle that this reader may read; the same few queries whatever there is.

    Args:
        zone: in which days are counted.
        about: only what is about this person.

    Returns:
        In the order of ``_in_order``: the first is what a page opens on.
    """
    where = ZoneInfo(zone)
    responses = measures.answered_in_circle(circle, seen_by=seen_by)
    askings = measures.asked_in_circle(circle, seen_by=seen_by)
    courses = plans.courses_in(circle, seen_by=seen_by)
    began = _events(circle, courses, seen_by, where, at)
    grouped: dict[Key, list[tuple[datetime, Mark]]] = {}
    people: dict[UUID, Any] = {}
    answered_askings = set()
    corrected = {row.corrects_id for row in responses if row.corrects_id}
    for row in responses:
        people[row.about_id], people[row.respondent_id] = row.about, row.respondent
        answered_askings.add(row.asking_id)
        if row.pk not in corrected:
            grouped.setdefault(_key(row), []).append(
                (row.answered_at, _answered(row, row.answered_at.astimezone(where).date()))
            )
    for asking in askings:
        if asking.pk in answered_askings or not (why := _why(asking, at, where)):
            continue
        people[asking.about_id] = asking.about
        people[asking.respondent_id] = asking.respondent
        mark = Mark(asking.due_on, None, why, instrument=asking.instrument)
        noon = datetime.combine(asking.due_on, datetime.min.time(), where)
        grouped.setdefault(_key(asking), []).append((noon, mark))
    made = [
        _series(key, pairs, people, began)
        for key, pairs in grouped.items()
        if (about is None or key[1] == about) and _instrument(key[0]) is not None
    ]
    return _in_order(made, courses)


def _in_order(made: Iterable[Series], courses: Iterable[Any]) -> list[Series]:
    """Which measure comes first: one with answers before one without; then a main measure of
    what runs, answered by whom it is for, else of what ended last; then the person's own before
    what others answered; then the one answered last; then by name.
    """
    main: dict[tuple[str, bool], int] = {}
    started = [course for course in courses if course.started_at is not None]
    started.sort(key=lambda course: (course.ended_at is None, course.started_at), reverse=True)
    focus = {course.circle.focus_id for course in started}
    for place, course in enumerate(started):
        way = catalogue.current().protocols.get(course.protocol)
        if way is None:
            continue
        for instrument in main_measures(course):
            main.setdefault((instrument.ref.id, way.treats != "relatives"), place)

    def place_of(one: Series) -> tuple[Any, ...]:
        answered = [mark.on.toordinal() for mark in one.marks if mark.response is not None]
        is_own, last = one.about.pk == one.respondent.pk, len(started)
        of_focus = one.about.pk in focus
        return (
            not answered,
            main.get((one.instrument.ref.id, of_focus), last) if is_own else last,
            not is_own,
            -max(answered, default=0),
            one.instrument.name,
            str(one.respondent.pk),
        )

    return sorted(made, key=place_of)


def one(
    circle: UUID, key: str, *, seen_by: Any, at: datetime, zone: str = "UTC"
) -> tuple[list[Series], Series | None]:
    """All series and the one that an address names; without such a one the first."""
    found = series(circle, seen_by=seen_by, at=at, zone=zone)
    return found, next((s for s in found if s.key == key), found[0] if found else None)


def chosen(found: list[Series], keys: Iterable[str]) -> list[Series]:
    """The series that an address names, each once, in the order of the page."""
    wanted = set(keys)
    return [each for each in found if each.key in wanted]


def span(found: Iterable[Series]) -> tuple[date, date] | None:
    """The first and the last day of several series: the time line they are drawn on together."""
    days = [mark.on for each in found for mark in each.marks]
    return (min(days), max(days)) if days else None


def _key(row: Any) -> Key:
    return row.instrument.partition("@")[0], row.about_id, row.respondent_id


def _instrument(id: str) -> Instrument | None:
    """The newest version: change is read by one rule for a whole series."""
    try:
        return catalogue.current().instrument(id)
    except UnknownContent:
        return None


def _series(
    key: Key,
    pairs: list[tuple[datetime, Mark]],
    people: Mapping[UUID, Any],
    began: tuple[Phase, ...],
) -> Series:
    instrument = _instrument(key[0])
    assert instrument is not None  # noqa: S101  # the caller left out what is not here
    change = change_of(instrument)
    marks = tuple(mark for _moment, mark in sorted(pairs, key=lambda pair: pair[0]))
    return Series(
        instrument=instrument,
        about=people[key[1]],
        respondent=people[key[2]],
        marks=marks,
        progress=progress([Point(mark.on, mark.score) for mark in marks], change),
        change=change,
        phases=began,
    )


def _answered(row: Any, on: date) -> Mark:
    instrument = catalogue.current().instruments.get(row.instrument)
    score = row.scores.get(instrument.main_score if instrument else "total")
    rules = catalogue.current().risk_rules_for(row.instrument)
    named = {id for rule in rules if rule.level for id in items_named(rule.when)}
    return Mark(
        on=on,
        score=score,
        why="unscorable" if score is None and (not instrument or instrument.scores) else "answered",
        response=row.pk,
        band=row.band,
        prorated=row.prorated,
        instrument=row.instrument,
        critical=tuple((id, row.answers.get(id)) for id in sorted(named)),
        showed_danger=bool(dangers_of(row, instrument)),
        result=row.result or "",
    )


def _why(asking: Any, at: datetime, where: ZoneInfo) -> str:
    """Why there is no answer; nothing while it is not due yet."""
    if asking.answered_at is not None:
        return ""  # answered, by words this reader may not read
    if asking.declined_at is not None:
        return "declined"
    if asking.expires_at <= at:
        return "ended" if asking.ended_because else "expired"
    return "open" if asking.due_on < at.astimezone(where).date() else ""


def _events(
    circle: UUID, courses: Sequence[Any], seen_by: Any, where: ZoneInfo, at: datetime
) -> tuple[Phase, ...]:
    """What began and ended around the answers: the person, each way of helping, its phases."""
    found: list[tuple[datetime, Phase]] = []
    case = cases.case_of(circle, seen_by=seen_by)
    if case is not None and case.engaged_at is not None:
        found.append((case.engaged_at, Phase(_day(case.engaged_at, where), kind="came_in")))
    for course in courses:
        if course.started_at is not None:
            began = Phase(_day(course.started_at, where), course.protocol)
            found.append((course.started_at, began))
        if course.started_at is not None and course.ended_at is not None:
            ended = Phase(_day(course.ended_at, where), course.protocol, "ended")
            found.append((course.ended_at, ended))
    found += _stretches(courses, seen_by, where, at)
    return tuple(each for _moment, each in sorted(found, key=lambda pair: pair[0]))


def _stretches(
    courses: Iterable[Any], seen_by: Any, where: ZoneInfo, at: datetime
) -> list[tuple[datetime, Phase]]:
    """Each later phase that began, of every course: on the day on which its lane begins it."""
    began = {course.pk: course for course in courses if course.started_at is not None}
    if not began:
        return []
    held: dict[UUID, list[date]] = defaultdict(list)
    done: dict[UUID, dict[str, date]] = defaultdict(dict)

    def sessions(courses: Ids) -> Any:
        rows = TherapySession.objects.visible_to(seen_by).filter(course__among=courses, held=True)
        return rows.order_by("held_at")

    def steps(courses: Ids) -> Any:
        taken = StepRecord.objects.visible_to(seen_by).filter(course__among=courses)
        return taken.exclude(state="part").order_by("done_at")

    given: dict[str, Any] = {"seen_by": seen_by, "courses": Ids(began)}
    for row in prepared.rows("progress.sessions", sessions, **given):
        held[row.course_id].append(_day(row.held_at, where))
    for row in prepared.rows("progress.steps", steps, **given):
        done[row.course_id][row.step] = _day(row.done_at, where)
    found, today = [], _day(at, where)
    for course in began.values():
        way = catalogue.current().protocols.get(course.protocol)
        if way is None:
            continue
        begins = _day(course.started_at, where)
        drawn = spans_of(
            course, way, begins=begins, held=held[course.pk], done=done[course.pk], on=today,
            zone=where,
        )  # fmt: skip
        for span in drawn[1:]:
            if span.state != "planned" and span.begins <= today:
                # After whatever began that day: the way of helping, or who came in.
                moment = datetime.combine(span.begins, time.max, where)
                found.append((moment, Phase(span.begins, course.protocol, "phase", span.phase)))
    return found


def _day(at: datetime, where: ZoneInfo) -> date:
    return at.astimezone(where).date()
