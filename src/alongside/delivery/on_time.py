"""Asking on time: the loop that makes what is due and reminds, and what people change about it.

Every part can be stopped, started again and run twice at once: a course is locked while it is
asked about, an occasion has one row, and so has each reminder. Right before a message goes out its
guard asks again whether it is still right. A message holds no name and says nothing about why.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from alongside import catalogue
from alongside.access import readers
from alongside.cases import rights
from alongside.delivery import family_strain, letters, rules, schedule
from alongside.delivery.models import Reminder, ScheduleChange, Timing
from alongside.engine.protocols.asking import RUNNING, reminder_due
from alongside.measures import actions as measures
from alongside.measures.models import Asking
from alongside.measures.rules import LONGEST_DAYS, may_be_sent
from alongside.people.models import Circle, Person
from alongside.plans.models import Course
from alongside.records import audit, crashpoint
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader, system
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries

log = logging.getLogger(__name__)

REASON = "asking on time"
MESSAGE = letters.MESSAGE
NOT_REACHED = "not_reached"  # of tasks
BATCH = 100


class NothingToAsk(Refused):
    """This is no open time of this person's schedule."""


class NotHere(Refused):
    """The person left, or has not come in yet: nothing is sent to them."""


class AskedTwice(Unfit):
    """Nobody is asked twice in one round."""


class NeedsReason(Unfit):
    """A change to a schedule says why, in a few words."""


class NotThatLong(Unfit):
    """A pause ends within the days of content, after its first; an interval has 1 to 366 days."""


# -- the loop -----------------------------------------------------------------------------------


def ask_once(*, at: datetime) -> int:
    """Ask what is due and send what is to be sent. Returns how many things it did."""
    by = system(REASON, at)
    moved = 0
    for part in (ask_due, family_strain.ask_families, write_letters, tell_lead, tidy_up):
        try:
            moved += part(by=by, at=at)
        except Exception:
            # One part that fails must not hold up the other; the next round tries again.
            log.exception("asking on time: %s failed", part.__name__)
            connection.close()
    return moved


def ask_due(*, by: Reader, at: datetime) -> int:
    """Make the askings that are due now, of every course that asks. Returns how many."""
    rows = list(_asking_courses(by, at).order_by("pk"))
    made = 0
    for first in range(0, len(rows), BATCH):
        found = schedule.parts(rows[first : first + BATCH], seen_by=by, at=at)
        courses = {part.course.pk for part in found if any(_is_to_ask(part))}
        for pk in sorted(courses):
            made += _ask(course=pk, by=by, at=at)
    return made


def write_letters(*, by: Reader, at: datetime) -> int:
    """Write to whoever has something new to answer, or is to be reminded. Returns how many."""
    rows = list(_open_timings(by, at).select_related("institution"))
    numbers, _told = _numbers(rows, by, at)
    reachable = letters.ways_to({row.respondent_id for row in rows}, by=by, at=at)
    waiting = {
        (row.circle_id, row.respondent_id)
        for row in rows
        if row.pk in numbers and row.respondent_id in reachable
    }
    return sum(
        _write_to(circle=circle, person=person, by=by, at=at)
        for circle, person in sorted(waiting, key=str)
    )


def tell_lead(*, by: Reader, at: datetime) -> int:
    """Have somebody see to whoever cannot be written to. Returns how many tasks it made.

    Once for each asking: it was never told of, and there is no safe way or every one failed.
    """
    rows = list(_open_timings(by, at).filter(unreached_at=None).select_related("institution"))
    numbers, _told = _numbers(rows, by, at)
    new = [row for row in rows if numbers.get(row.pk) == 0]
    reachable = letters.ways_to({row.respondent_id for row in new}, by=by, at=at)
    without = {(r.circle_id, r.respondent_id) for r in new if r.respondent_id not in reachable}
    return sum(
        _not_reached(circle=circle, person=person, by=by, at=at)
        for circle, person in sorted(without, key=str)
    )


def tidy_up(*, by: Reader, at: datetime) -> int:
    """Tick off what nobody need see to any more: it was answered, declined, or is over."""
    open_tasks = task_queries.open_tasks(seen_by=by).filter(kind=NOT_REACHED)
    by_asking = {UUID(task.about.partition(":")[2]): task for task in open_tasks}
    over = Asking.objects.visible_to(by).filter(
        Q(answered_at__isnull=False) | Q(declined_at__isnull=False) | Q(expires_at__lte=at),
        pk__in=list(by_asking),
    )
    found = list(over.values_list("pk", flat=True)) if by_asking else []
    for pk in found:
        tasks.do_task(task=by_asking[pk], by=by, at=at, how="over")
    return len(found)


def _asking_courses(by: Reader, at: datetime) -> Any:
    return (
        schedule.courses(seen_by=by)
        .exclude(plan__case__state="closed")
        .filter(
            Q(ended_at=None, plan__ended_at=None)
            | Q(ended_at__gte=at - rules.LONGEST_FOLLOW_UP, started_at__isnull=False)
        )
    )


def _is_to_ask(part: schedule.Part) -> list[schedule.Line]:
    if part.held_back:
        return []
    return [line for line in part.lines if line.occasion.state == "due" and not line.by_hand]


@action
def _ask(*, course: UUID, by: Reader, at: datetime) -> int:
    """Make what is due in one course, looked at again under its lock."""
    rows = _asking_courses(by, at).filter(pk=course)
    found = rows.select_for_update(of=("self",), skip_locked=True).first()
    if found is None:
        return 0
    made = 0
    for part in schedule.parts([found], seen_by=by, at=at):
        for line in _is_to_ask(part):
            try:
                _make(line, by=by, at=at)
            except rights.Limited:
                continue  # the person objects to others being asked about them
            crashpoint.here("asking.made")
            made += 1
    return made


def _make(line: schedule.Line, *, by: Any, at: datetime) -> Timing:
    course, occasion = line.course, line.occasion
    asking = measures.make_asking(
        circle=course.circle,
        about=line.about,
        respondent=line.person,
        instrument=occasion.instrument,
        occasion=f"course:{course.pk}",
        due_on=max(occasion.on, at.astimezone(schedule.zone_of(course)).date()),
        expires_at=occasion.closes_at,
        asked_by=course.deliverer.person if by.is_system else None,
        by=by,
        at=at,
    )
    timing = Timing.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        asking=asking,
        respondent=line.person,
        course=course,
        instrument=occasion.instrument,
        slot=occasion.slot,
        made_at=at,
    )
    audit.write("delivery.asking_timed", by=by, at=at, about=timing, detail={"slot": occasion.slot})
    return timing


def _open_timings(by: Reader, at: datetime) -> Any:
    return Timing.objects.visible_to(by).filter(
        Q(quiet_until=None) | Q(quiet_until__lte=at),
        asking__answered_at=None,
        asking__declined_at=None,
        asking__expires_at__gt=at,
    )


def _locked(circle: UUID, person: UUID, by: Reader, at: datetime) -> list[Timing]:
    """The open askings of one person that may be told of now, oldest first, under their lock."""
    rows = _open_timings(by, at).filter(circle=circle, respondent=person).order_by("made_at", "pk")
    found = rows.select_for_update(of=("self",), skip_locked=True).select_related(
        "asking__institution", "asking__respondent", "asking__circle__case", "respondent",
        "circle__case", "course__plan__case", "course__circle", "course__institution",
        "institution",
    )  # fmt: skip
    return [timing for timing in found if _may_go(timing, by, at)]


@action
def _not_reached(*, circle: UUID, person: UUID, by: Reader, at: datetime) -> int:
    """One task about all the askings of one person that cannot be told of."""
    timings = [row for row in _locked(circle, person, by, at) if row.unreached_at is None]
    if not timings:
        return 0
    first = timings[0]
    made = tasks.make_task(
        institution=first.institution,
        circle=first.circle,
        kind=NOT_REACHED,
        about=f"asking:{first.asking_id}",
        what="No message reaches them: hand the questions over, or ask together",
        why=", ".join(sorted({row.instrument for row in timings})),
        for_role="lead",
        due_at=at + timedelta(days=catalogue.current().asking_times.not_reached_days),
        by=by,
        at=at,
    )
    Timing.objects.visible_to(by).filter(pk__in=[row.pk for row in timings]).update(unreached_at=at)
    return int(made is not None)


@action
def _write_to(*, circle: UUID, person: UUID, by: Reader, at: datetime) -> int:
    """One letter to one person about everything that is to be told to them now, or none."""
    return int(bool(_letter(_locked(circle, person, by, at), by=by, at=at)))


def _letter(timings: Sequence[Timing], *, by: Any, at: datetime) -> datetime | None:
    """Queue one letter about some open askings of one person; None when there is none to send.

    A reminder waits for another day when something was written today already.
    """
    if not timings:
        return None
    person = timings[0].respondent_id
    way = letters.ways_to([person], by=by, at=at).get(person)
    if way is None:
        return None
    numbers, told = _numbers(timings, by, at)
    zone = ZoneInfo(timings[0].institution.zone)
    today = at.astimezone(zone).date()
    was_told_today = any(
        row.made_at.astimezone(zone).date() == today for rows in told.values() for row in rows
    )
    is_news = any(number == 0 for number in numbers.values())
    if not numbers or (was_told_today and not is_news):
        return None
    letter = uuid4()
    chosen = [timing for timing in timings if timing.pk in numbers]
    for timing in chosen:
        # One that was withheld makes room for the one that is written instead.
        Reminder.objects.visible_to(by).filter(timing=timing, number=numbers[timing.pk]).delete()
        Reminder.objects.create(
            institution_id=timing.institution_id,
            circle_id=timing.circle_id,
            timing=timing,
            respondent_id=timing.respondent_id,
            number=numbers[timing.pk],
            letter=letter,
            made_at=at,
        )
        crashpoint.here("asking.reminded")
    return letters.queue(letter, chosen, way, by=by, at=at)


def _numbers(
    timings: Sequence[Timing], by: Reader, at: datetime
) -> tuple[dict[UUID, int], dict[UUID, list[Reminder]]]:
    """By timing, the number of the letter to write now, 0 for the first; and those that went."""
    times = catalogue.current().asking_times
    before = schedule.reminders_of([timing.pk for timing in timings], seen_by=by)
    lost = letters.not_arrived({row.letter for rows in before.values() for row in rows})
    told = {
        timing.pk: [row for row in before.get(timing.pk, []) if row.letter not in lost]
        for timing in timings
    }
    numbers: dict[UUID, int] = {}
    for timing in timings:
        rows = told[timing.pk]
        if not rows:
            numbers[timing.pk] = 0
            continue
        number = reminder_due(
            rows[0].made_at,
            sent=rows[-1].number,
            times=times,
            zone=ZoneInfo(timing.institution.zone),
            at=at,
            quiet_until=timing.quiet_until,
        )
        if number:
            numbers[timing.pk] = number
    return numbers, told


def letter_is_right(message: Any, at: datetime) -> bool:
    """A letter goes out while something in it is open, its person may be asked, and it is theirs.

    Asked right before it is sent: a yes of yesterday is none. Outside safe hours it is withheld,
    and the loop writes it again for the next ones.
    """
    by = system(REASON, at)
    kind, _colon, letter = str(message.about).partition(":")
    if kind != "letter":
        return False
    timings = list(
        _open_timings(by, at)
        .filter(reminders__letter=UUID(letter))
        .select_related(
            "asking", "circle__case", "course__plan__case", "course__circle",
            "course__institution", "institution", "respondent",
        )
    )  # fmt: skip
    if not any(_may_go(timing, by, at) for timing in timings):
        return False
    person = timings[0].respondent_id
    way = letters.ways_to([person], by=by, at=at).get(person)
    return way is not None and way.is_of(message) and way.safe(at) == at


def _may_go(timing: Timing, by: Reader, at: datetime) -> bool:
    """May this asking be told of now: by its course's rules, or by the round it belongs to?"""
    course = timing.course
    if not may_be_sent(catalogue.current().instruments[timing.asking.instrument]):
        return False  # a person asks this one
    if course is None:
        return schedule.may_be_told(timing.circle, timing.respondent_id, seen_by=by, at=at)
    if timing.slot.partition(":")[0] in RUNNING and course.ended_at is not None:
        return False
    return not schedule.held_back(course, timing.respondent, seen_by=by, at=at)


# -- by hand ------------------------------------------------------------------------------------


@action
def ask_now(
    *, course: Course, person: Person, instrument: str, slot: str, by: Any, at: datetime
) -> Timing:
    """Ask one time of a schedule now, before or without the loop; a letter goes out if it may.

    Args:
        instrument, slot: of a line that is due, next or missed; a missed one is open for as many
            days as any asking.

    Raises:
        NothingToAsk: there is no such line, or it was asked.
    """
    by.confirm_create("asking", institution=course.institution_id, circle=course.circle_id)
    rows = Course.objects.unscoped("one asks at a time").filter(pk=course.pk)
    rows.select_for_update(of=("self",)).get()
    found = schedule.courses(seen_by=by).filter(pk=course.pk)
    line = next(
        (
            line
            for part in schedule.parts(found, seen_by=by, at=at)
            if part.person.pk == person.pk
            for line in part.lines
            if (line.occasion.instrument, line.occasion.slot) == (instrument, slot)
            and line.occasion.state in ("due", "next", "missed")
        ),
        None,
    )
    if line is None:
        raise NothingToAsk(instrument=instrument, slot=slot)
    if not at < line.occasion.closes_at <= at + timedelta(days=LONGEST_DAYS):
        open_days = catalogue.current().asking_times.open_days
        line = schedule.later(line, closes_at=at + timedelta(days=open_days))
    return _make(line, by=by, at=at)


@action
def ask_round(
    *,
    circle: Circle,
    about: Person,
    respondents: Sequence[Person],
    instrument: str,
    days: int,
    by: Any,
    at: datetime,
) -> tuple[Timing, ...]:
    """Ask several people the same about one person, each alone, with one press.

    Nobody is told who else was asked. What may be sent goes by each one's own safe way.

    Args:
        respondents: whoever is in the circle now. days: how long it is open, 1 to 90.

    Raises:
        AskedTwice, NotHere; measures.actions.TooLong; UnknownContent.
    """
    by.confirm_create("asking", institution=circle.institution_id, circle=circle.pk)
    if len({person.pk for person in respondents}) != len(respondents) or not respondents:
        raise AskedTwice(respondents=len(respondents))
    number = uuid4()
    made = []
    for person in respondents:
        if not schedule.may_be_told(circle, person.pk, seen_by=by, at=at):
            raise NotHere(person=person.pk)
        asking = measures.make_asking(
            circle=circle,
            about=about,
            respondent=person,
            instrument=instrument,
            days=days,
            by=by,
            at=at,
        )
        timing = Timing.objects.create(
            institution_id=circle.institution_id,
            circle=circle,
            asking=asking,
            respondent=person,
            instrument=asking.instrument.partition("@")[0],
            round=number,
            made_at=at,
        )
        audit.write("delivery.round_asked", by=by, at=at, about=timing)
        made.append(timing)
    return tuple(made)


@action
def send_now(*, timings: Sequence[Timing], by: Any, at: datetime) -> dict[UUID, datetime | None]:
    """Write at once to everybody in these askings, each about their own alone.

    Returns:
        By person, when their letter goes out; None where nothing can be sent: no safe address, a
        form that is asked by a person, or somebody who may not be asked now.
    """
    found: dict[UUID, datetime | None] = {}
    own: dict[UUID, list[Timing]] = defaultdict(list)
    for timing in timings:
        by.confirm("E", timing.asking)
        own[timing.respondent_id].append(timing)
    service = system(REASON, at)  # an address is its owner's: whoever asks need not see it
    for person, rows in own.items():
        sendable = [row for row in rows if _may_go(row, service, at)]
        found[person] = _letter(sendable, by=service, at=at)
    return found


@action
def not_now(*, asking: Asking, by: Any, at: datetime) -> datetime | None:
    """The person asks not to be reminded for some days. The asking stays where it is.

    Returns:
        Until when; None for an asking nobody reminds of.

    Raises:
        measures.actions.Answered, Expired.
    """
    by.confirm("E", asking)
    if asking.answered_at or asking.declined_at:
        raise measures.Answered(asking=asking)
    if asking.expires_at <= at:
        raise measures.Expired(asking=asking)
    until = at + timedelta(days=catalogue.current().asking_times.not_now_days)
    rows = Timing.objects.unscoped("who may change the asking puts it off").filter(asking=asking)
    if not rows.update(quiet_until=until):
        return None
    audit.write("delivery.asking_put_off", by=by, at=at, about=asking)
    return until


@action
def change_schedule(
    *,
    course: Course,
    person: Person,
    instrument: str,
    word: str,
    days: int | None,
    until: date | None,
    reason: str,
    expected: int | None,
    by: Any,
    at: datetime,
) -> ScheduleChange:
    """Ask one person otherwise than the protocol says, from today on; and why.

    Args:
        instrument: one of the course, or empty for all of them.
        word: ``as_planned``, ``every_days`` (with ``days``), ``paused`` (with ``until`` or
            without an end) or ``stopped``.
        expected: the version that was changed; None where there was none.

    Raises:
        NeedsReason, NotThatLong; StaleVersion: somebody else changed it.
    """
    if len(reason.strip()) < rules.REASON_LETTERS:
        raise NeedsReason(letters=rules.REASON_LETTERS)
    today = at.astimezone(schedule.zone_of(course)).date()
    longest = timedelta(days=catalogue.current().asking_times.longest_pause_days)
    is_long = until is not None and not today <= until <= today + longest
    if word not in rules.SCHEDULE_WORDS or (until is not None and (word != "paused" or is_long)):
        raise NotThatLong(days=days)
    if (word == "every_days") != (days is not None) or (days and not 1 <= days <= 366):
        raise NotThatLong(days=days)
    by.confirm_create("asking", institution=course.institution_id, circle=course.circle_id)
    given = {
        "word": word,
        "days": days,
        "since": today,
        "until": until,
        "reason": reason,
        "changed_at": at,
        "written_by": readers.person_for(
            by, institution=course.institution_id, circle=course.circle_id
        ),
    }
    rows = ScheduleChange.objects.visible_to(by).filter(
        course=course, respondent=person, instrument=instrument
    )
    found: ScheduleChange | None = rows.select_for_update(of=("self",)).first()
    if found is None:
        found = ScheduleChange.objects.create(
            institution_id=course.institution_id,
            circle_id=course.circle_id,
            course=course,
            respondent=person,
            instrument=instrument,
            **given,
        )
    else:
        for name, value in given.items():
            setattr(found, name, value)
        found.save_version(expected or 0, list(given))
    audit.write(
        "delivery.schedule_changed",
        by=by,
        at=at,
        about=found,
        detail={"word": word, "instrument": instrument},
    )
    return found
