"""Calls after a meeting: each who took part is called on each day of content, one by one.

Whoever was not reached is tried again; the task of the day stays open until everybody of it was
spoken with, wants no more calls, or is let go with a reason. The person is called where they
agreed to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.crisis.models import Alert
from alongside.engine.protocols.asking import at_wall
from alongside.measures import actions as measures
from alongside.measures import queries as asked
from alongside.meetings import after, queries, rules
from alongside.meetings.models import MeetingAfter, PlannedMeeting
from alongside.people.models import Person
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries

CALL = "call"
DAY = timedelta(days=1)
MORNING = timedelta(hours=12)  # so long before it is due it is its day
State = Literal["coming", "due", "again", "spoken", "missed", "let_go", "ended"]
OPEN = frozenset({"coming", "due", "again"})


class NotCalled(Refused):
    """This person is not called after this meeting, or not for this day."""


class NeedsWords(Unfit):
    """Whoever lets a call go says why."""


@dataclass(frozen=True, slots=True)
class Call:
    """The call of one day with one person: where it stands, and what was written last."""

    person: Person
    state: State
    row: MeetingAfter | None = None
    again_at: datetime | None = None
    strain: Mapping[str, int | None] | None = None

    @property
    def is_open(self) -> bool:
        """Must somebody still call?"""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class CallsOfDay:
    """Everybody's call of one day after a meeting."""

    days: int
    due_at: datetime
    calls: tuple[Call, ...]

    @property
    def is_done(self) -> bool:
        """Nobody of this day must still be called."""
        return not any(call.is_open for call in self.calls)


@dataclass(frozen=True, slots=True)
class Written:
    """A call that was written down, and the alerts its numbers raised."""

    row: MeetingAfter
    alerts: tuple[Alert, ...] = ()


def due_at(meeting: PlannedMeeting, days: int) -> datetime:
    """By when the calls of a day are due: in the evening, on the clock of the service."""
    began = meeting.held_at or meeting.ended_at
    if began is None:
        raise after.NotEnded
    by = time.fromisoformat(catalogue.current().meetings.rules_file.follow_up_by)
    zone = ZoneInfo(meeting.institution.zone)
    return max(began, at_wall(queries.day_of(meeting, began) + days * DAY, by, zone))


def of_meeting(meeting: PlannedMeeting, *, seen_by: Reader, at: datetime) -> list[CallsOfDay]:
    """Every day of calls after one meeting, with how each said they are."""
    rows = list(after.of_meeting(seen_by=seen_by, meeting=meeting))
    seats = queries.seats(seen_by=seen_by, meeting=meeting)
    numbers = (
        asked.responses(seen_by=seen_by)
        .filter(
            circle=meeting.circle_id,
            instrument__startswith=f"{catalogue.current().meetings.after.strain.instrument}@",
            answered_at__gte=meeting.held_at or meeting.ended_at,
        )
        .order_by("answered_at", "pk")
    )
    strain = [
        (row.respondent_id, queries.day_of(meeting, row.answered_at), row.answers)
        for row in numbers
    ]
    return _days(meeting, [seat.person for seat in seats], rows, at, strain)


def of_tasks(
    abouts: Collection[str], *, seen_by: Reader, at: datetime
) -> dict[str, tuple[Call, ...]]:
    """The calls that the tasks of some days stand for, by what each is about. Three queries."""
    wanted = {about.split(":")[1] for about in abouts}
    meetings = {
        row.pk: row
        for row in queries.meetings(seen_by=seen_by).filter(pk__in=wanted).exclude(ended_at=None)
    }
    rows: dict[UUID, list[MeetingAfter]] = {pk: [] for pk in meetings}
    for row in (
        MeetingAfter.objects.visible_to(seen_by)
        .filter(meeting__in=meetings, what__in=(CALL, after.MAY_CALL))
        .select_related("person")
        .order_by("-written_at", "pk")
    ):
        rows[row.meeting_id].append(row)
    seated: dict[UUID, list[Person]] = {pk: [] for pk in meetings}
    for seat in queries.seats_of(meetings, seen_by=seen_by):
        seated[seat.meeting_id].append(seat.person)
    return {
        about: day.calls
        for pk, meeting in meetings.items()
        for day in _days(meeting, seated[pk], rows[pk], at)
        if (about := rules.calls_about(pk, day.days)) in abouts
    }


@action
def record(
    *,
    meeting: PlannedMeeting,
    person: Person,
    days: int,
    came_to: str,
    words: str,
    numbers: Mapping[str, int | None],
    by: Reader,
    at: datetime,
) -> Written:
    """Keep what one call came to. The last one of a day and a person counts.

    What a member said of how they are is kept as their own answers: danger in it raises its alert.

    Args:
        came_to: an id of ``after.calls``. words: how they are, what they need.
        numbers: by item of ``after.strain.instrument``, as they said them; empty when not asked.

    Raises:
        NotCalled, NeedsWords; after.NotEnded, after.MakesNoSense.
    """
    found = catalogue.current().meetings.after.call(came_to)
    if found is None:
        raise after.MakesNoSense(field="came_to")
    if meeting.ended_at is None:
        raise after.NotEnded
    listed = {
        (day.days, call.person.pk)
        for day in of_meeting(meeting, seen_by=by, at=at)
        for call in day.calls
    }
    if (days, person.pk) not in listed:
        raise NotCalled
    if found.needs_words and not words.strip():
        raise NeedsWords
    row = after.keep(
        meeting,
        CALL,
        by,
        at,
        person=person,
        days=days,
        came_to=came_to,
        answers="{}",
        words=words.strip(),
    )
    said = {item: number for item, number in numbers.items() if number is not None}
    alerts: tuple[Alert, ...] = ()
    if said and person.pk != meeting.circle.focus_id:
        alerts = _keep_numbers(meeting, person, {**dict.fromkeys(numbers), **said}, by, at)
    for day in of_meeting(meeting, seen_by=by, at=at):
        if day.is_done:
            _finish(rules.calls_about(meeting.pk, day.days), by=by, at=at)
    return Written(row, alerts)


def _keep_numbers(
    meeting: PlannedMeeting,
    person: Person,
    numbers: Mapping[str, int | None],
    by: Reader,
    at: datetime,
) -> tuple[Alert, ...]:
    """As answers of the member: to what they were asked already, or to an asking of this call."""
    instrument = catalogue.current().meetings.after.strain.instrument
    waits = asked.open_for([person.pk], meeting.circle_id, seen_by=by, at=at)
    asking = waits.filter(instrument__startswith=f"{instrument}@").first()
    if asking is None:
        asking = measures.make_asking(
            circle=meeting.circle,
            about=person,
            respondent=person,
            instrument=instrument,
            occasion=f"meeting:{meeting.pk}",
            due_on=queries.day_of(meeting, at),
            expires_at=at + DAY,
            by=by,
            at=at,
        )
    return measures.record_answers(
        asking=asking,
        answers=numbers,
        submission=str(uuid4()),
        where=measures.Where(entered_from="session"),
        by=by,
        at=at,
    ).alerts


def _days(
    meeting: PlannedMeeting,
    members: Sequence[Person],
    rows: Sequence[MeetingAfter],
    at: datetime,
    strain: Sequence[tuple[UUID, Any, Any]] = (),
) -> list[CallsOfDay]:
    """Where each call stands. ``rows`` are the newest first."""
    content = catalogue.current().meetings
    newest: dict[tuple[int, UUID], MeetingAfter] = {}
    may_call = ""
    for row in rows:
        if row.what == CALL and row.days is not None and row.person_id is not None:
            newest.setdefault((row.days, row.person_id), row)
        elif row.what == after.MAY_CALL:
            may_call = may_call or row.said
    listed = [*members]
    if may_call == "yes" and after.knows_of_it(meeting):
        listed.append(meeting.circle.focus)
    every = [contact.days for contact in content.rules_file.follow_ups]
    due = {days: due_at(meeting, days) for days in every}
    opens = {days: queries.day_of(meeting, due[days]) for days in every}
    found = []
    for place, days in enumerate(every):
        until = opens[every[place + 1]] if place + 1 < len(every) else None
        calls = []
        for person in listed:
            said = [
                answers
                for who, day, answers in strain
                if who == person.pk and opens[days] <= day and (until is None or day < until)
            ]
            state, again = _state(person.pk, days, due, newest, at)
            calls.append(
                Call(
                    person=person,
                    state=state,
                    row=newest.get((days, person.pk)),
                    again_at=again,
                    strain=said[-1] if said else None,
                )
            )
        found.append(CallsOfDay(days, due[days], tuple(calls)))
    return found


def _state(
    person: UUID,
    days: int,
    due: Mapping[int, datetime],
    newest: Mapping[tuple[int, UUID], MeetingAfter],
    at: datetime,
) -> tuple[State, datetime | None]:
    """Where one call stands, and when it is tried again."""

    def came_to(day: int) -> Any:
        row = newest.get((day, person))
        return None if row is None else catalogue.current().meetings.after.call(row.came_to)

    mine, row = came_to(days), newest.get((days, person))
    if mine is not None and row is not None and not mine.again_hours:
        return ("ended" if mine.ends else "let_go" if mine.needs_words else "spoken"), None
    others = [(day, each) for day in due if day != days and (each := came_to(day)) is not None]
    if any(each.ends for _day, each in others):
        return ("ended" if row is None else "missed"), None
    if any(day > days and not each.again_hours for day, each in others):
        return "missed", None  # spoken with since, on a later day
    if mine is not None and row is not None:
        return "again", row.written_at + timedelta(hours=mine.again_hours or 0)
    return ("due" if _is_its_day(due[days], at) else "coming"), None


def _is_its_day(due: datetime, at: datetime) -> bool:
    """Is it the day of a call, from the morning on?"""
    return at >= due - MORNING


def _finish(about: str, *, by: Reader, at: datetime) -> None:
    for task in task_queries.open_tasks(seen_by=by).filter(kind=rules.FOLLOW_UP, about=about):
        try:
            tasks.do_task(task=task, by=by, at=at)
        except tasks.AlreadyDone:
            continue
