"""Reads of planned meetings, and the verdict: go, or not and why."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.cases import sides
from alongside.cases.models import Decision
from alongside.credentials import queries as credentials
from alongside.crisis import private_check, safeguarding
from alongside.crisis import queries as crisis
from alongside.directory import queries as directory
from alongside.directory import rules as directory_rules
from alongside.engine.meetings import (
    Fact,
    MeetingGate,
    OptionFacts,
    Screened,
    Verdict,
    go_no_go,
)
from alongside.engine.meetings.letters import Looked, look_over, reading_order
from alongside.engine.meetings.letters import Reader as ReadBy
from alongside.meetings import rules
from alongside.meetings.models import (
    FamilyLetter,
    LetterReview,
    MeetingCheck,
    PlannedMeeting,
    Seat,
    StopCall,
)
from alongside.people.models import Person
from alongside.people.queries import age_of
from alongside.plans import queries as plans
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

SCREEN = "meeting_screen"
BEFORE = "before:"  # whoever answered for an earlier meeting and not for this one


def meetings(*, seen_by: Reader) -> ScopedQuerySet:
    """Meetings this reader may read, newest first."""
    return (
        PlannedMeeting.objects.visible_to(seen_by)
        .select_related("circle__focus", "case", "lead__person", "institution", "booking")
        .order_by("-began_at", "pk")
    )


def live_meeting(*, seen_by: Reader, circle: UUID) -> PlannedMeeting | None:
    """The meeting a circle prepares or follows up now, if any."""
    found: PlannedMeeting | None = (
        meetings(seen_by=seen_by).filter(circle_id=circle, ended_at=None).first()
    )
    return found


def seats(*, seen_by: Reader, meeting: PlannedMeeting) -> ScopedQuerySet:
    """Who takes part, in the order of speaking. Whoever left the circle does not."""
    return seats_of([meeting.pk], seen_by=seen_by)


def seats_of(meetings: Collection[UUID], *, seen_by: Reader) -> ScopedQuerySet:
    """The same of several meetings."""
    return (
        Seat.objects.visible_to(seen_by)
        .filter(meeting__in=list(meetings), ended_at=None, member__to_at=None)
        .select_related("person", "member")
        .order_by("-speaks", "order", "pk")
    )


def screens(*, seen_by: Reader, circle: UUID) -> ScopedQuerySet:
    """What members answered alone about the safety of a meeting, oldest first."""
    return (
        crisis.safety_checks(seen_by=seen_by)
        .filter(circle_id=circle, kind=SCREEN)
        .order_by("checked_at", "pk")
    )


def own_screen(person: UUID, *, seen_by: Reader, meeting: PlannedMeeting) -> Any:
    """The reader's own last answers for this meeting, if they gave any."""
    return (
        screens(seen_by=seen_by, circle=meeting.circle_id)
        .filter(about_id=person, checked_at__gte=meeting.began_at)
        .last()
    )


def checks(*, seen_by: Reader, meeting: PlannedMeeting) -> ScopedQuerySet:
    """What the lead answered to the checks, oldest first."""
    return (
        MeetingCheck.objects.visible_to(seen_by)
        .filter(meeting=meeting)
        .order_by("checked_at", "pk")
    )


def stops(*, seen_by: Reader, meeting: PlannedMeeting) -> ScopedQuerySet:
    """Who called stop, newest first; each member sees their own alone.

    A stop holds every date of its circle, also those of a meeting that is begun anew.
    """
    return (
        StopCall.objects.visible_to(seen_by)
        .filter(circle=meeting.circle_id)
        .select_related("written_by")
        .order_by("-called_at", "pk")
    )


def open_stops(*, seen_by: Reader, meeting: PlannedMeeting) -> list[StopCall]:
    """Stops this reader may read that nobody has resolved in writing yet."""
    resolved = set(
        Decision.objects.unscoped("was it resolved? (ids alone)")
        .filter(circle=meeting.circle_id, kind="release", about__startswith="stop:")
        .values_list("about", flat=True)
    )
    return [
        stop
        for stop in stops(seen_by=seen_by, meeting=meeting)
        if rules.stop_about(stop.pk) not in resolved
    ]


def reads_stops(*, seen_by: Reader, meeting: PlannedMeeting) -> bool:
    """May this reader know of every stop of a meeting? Without that there is no go to show."""
    stop = StopCall(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        written_by_id=meeting.circle.focus_id,
    )
    return seen_by.is_system or seen_by.may("R", stop)


def newest_meeting(*, seen_by: Reader, circle: UUID) -> PlannedMeeting | None:
    """The meeting a circle prepares, or else the last one it prepared."""
    found: PlannedMeeting | None = meetings(seen_by=seen_by).filter(circle_id=circle).first()
    return found


def own_letters(person: UUID, *, seen_by: Reader, circle: UUID) -> ScopedQuerySet:
    """A writer's letters in one circle, the newest first, whatever became of the meeting."""
    return (
        FamilyLetter.objects.visible_to(seen_by)
        .filter(circle=circle, written_by=person)
        .select_related("written_by", "meeting__lead__person", "meeting__circle")
        .order_by("-began_at", "pk")
    )


def letters(*, seen_by: Reader, meeting: PlannedMeeting) -> ScopedQuerySet:
    """Letters this reader may read: one's own; for who leads, those that were shared."""
    return (
        FamilyLetter.objects.visible_to(seen_by)
        .filter(meeting=meeting)
        .select_related("written_by", "meeting")
        .order_by("began_at", "pk")
    )


def who_may_read(letter: FamilyLetter, *, seen_by: Reader) -> list[Person]:
    """Who may read a letter aloud in its writer's place: who leads, and who comes."""
    today = day_of(letter.meeting, seen_by.at)
    there = [
        seat.person
        for seat in seats(seen_by=seen_by, meeting=letter.meeting)
        if rules.ABSENT not in seat.roles
        and seat.person_id != letter.written_by_id
        and not _is_child(seat.person, today)  # an adult reads aloud
    ]
    return [letter.meeting.lead.person, *there]


def reader_left(letter: FamilyLetter, *, seen_by: Reader) -> bool:
    """Was somebody asked to read this letter aloud who will not be there any more?"""
    if letter.read_by_id is None or letter.meeting.ended_at is not None:
        return False
    there = {person.pk for person in who_may_read(letter, seen_by=seen_by)}
    return letter.read_by_id not in there


def whose_letters_i_read(meeting: PlannedMeeting, *, seen_by: Reader) -> list[Person]:
    """Of whom the reader reads a finished letter aloud: names alone, no word of a letter."""
    rows = FamilyLetter.objects.unscoped("of whom somebody reads a letter aloud: a name alone")
    found = rows.filter(
        meeting=meeting,
        read_by__in=seen_by.persons,
        final_at__isnull=False,
        withheld_at=None,
        erased_at=None,
    ).select_related("written_by")
    return [row.written_by for row in found.order_by("began_at", "pk")]


def reviews(letter: FamilyLetter, *, seen_by: Reader) -> ScopedQuerySet:
    """What was said to a letter, newest first."""
    return (
        LetterReview.objects.visible_to(seen_by)
        .filter(letter=letter)
        .order_by("-reviewed_at", "pk")
    )


def is_found_ready(letter: FamilyLetter, *, seen_by: Reader) -> bool:
    """Did whoever leads say of this very version that it is ready?"""
    newest = reviews(letter, seen_by=seen_by).first()
    return newest is not None and newest.is_ready and newest.of_version == letter.version


def looked_over(letter: FamilyLetter) -> Looked:
    """The letter with its hints, without those the writer keeps."""
    rules_of = catalogue.current().meetings.letters.rules(letter.language)
    return look_over(letter.text, rules_of, kept_hints(letter))


def kept_hints(letter: FamilyLetter) -> list[str]:
    """Hints the writer keeps as they are."""
    found: list[str] = json.loads(letter.kept or "[]")
    return found


def suggested_order(*, seen_by: Reader, meeting: PlannedMeeting) -> tuple[str, ...]:
    """Seats of who speaks, in the order that is suggested for reading aloud."""
    written = {letter.written_by_id: letter for letter in letters(seen_by=seen_by, meeting=meeting)}
    read_by = []
    for seat in seats(seen_by=seen_by, meeting=meeting).filter(speaks=True):
        letter = written.get(seat.person_id)
        sharp = looked_over(letter).hints if letter is not None else ()
        read_by.append(
            ReadBy(
                id=str(seat.pk),
                is_listened_to="listened_to" in seat.roles,
                holds_power=seat.member.relation in rules.HOLDS_POWER,
                sharp=sum(1 for hint in sharp if hint.id in rules.SHARP),
            )
        )
    return reading_order(read_by)


def paths_taken(*, seen_by: Reader, meeting: PlannedMeeting) -> ScopedQuerySet:
    """Every choice of a path with its reason, newest first: the history stays."""
    return cases.decisions(meeting.circle, seen_by=seen_by).filter(
        kind="choice", about=f"meeting:{meeting.pk}"
    )


def date_of(meeting: PlannedMeeting) -> Any:
    """The time kept for a meeting, unless it was given back; None without one."""
    booking = meeting.booking
    return booking if booking is not None and booking.cancelled_at is None else None


def looks(*, seen_by: Reader, meeting: PlannedMeeting) -> ScopedQuerySet:
    """When it was looked at whether it is a go, newest first."""
    return (
        checks(seen_by=seen_by, meeting=meeting)
        .filter(kind__in=(rules.EVE, rules.DAY))
        .select_related("written_by")
        .order_by("-checked_at", "pk")
    )


def was_open(look: MeetingCheck) -> tuple[MeetingGate, ...]:
    """The gates that were closed at a look, as it was recorded; none is a go."""
    return tuple(
        MeetingGate(**{**each, "members": ()}) for each in json.loads(look.still_open or "[]")
    )


def next_steps(meeting: PlannedMeeting) -> Mapping[str, str]:
    """What follows each answer the person may give, as the lead wrote it."""
    found: dict[str, str] = json.loads(meeting.next_steps or "{}")
    return found


def verdict(
    meeting: PlannedMeeting,
    *,
    seen_by: Reader,
    at: datetime,
    starts_at: datetime | None = None,
) -> Verdict:
    """Go or no-go, and every gate with its reason, computed now.

    Args:
        starts_at: when it would begin; the date that is set when left out.
    """
    content = catalogue.current().meetings
    fact = facts_of(meeting, seen_by=seen_by, at=at, starts_at=starts_at)
    return go_no_go(content.rules, fact)


def facts_of(
    meeting: PlannedMeeting,
    *,
    seen_by: Reader,
    at: datetime,
    starts_at: datetime | None = None,
) -> Fact:
    """What is known of a meeting, as the engine reads it."""
    content = catalogue.current().meetings
    path = content.path(meeting.path) or content.paths[0]
    seated = list(seats(seen_by=seen_by, meeting=meeting))
    said, looked = _said_by_lead(meeting, seen_by)
    earlier = list(meetings(seen_by=seen_by).filter(circle=meeting.circle).exclude(ended_at=None))
    held = [each.held_at for each in earlier if each.held_at and not _goes_on(path, each)]
    booked = date_of(meeting)
    flow = content.flow_for(meeting.case.needs)
    persons = frozenset(str(seat.person_id) for seat in seated)
    absent = {seat.person_id for seat in seated if rules.ABSENT in seat.roles}
    today = day_of(meeting, at)
    final = _final(meeting, seated, seen_by, at)
    read_for = {
        writer: reader for writer, reader in final.items() if reader is not None or writer in absent
    }
    there = {meeting.lead.person_id} | {
        seat.person_id
        for seat in seated
        if seat.person_id not in absent and not _is_child(seat.person, today)
    }
    unread = [writer for writer, reader in read_for.items() if reader not in there]
    return Fact(
        path=path.rule,
        at=at,
        level=meeting.level,
        led=meeting.led,
        is_qualified=_is_qualified(meeting, seen_by, at),
        has_standby=bool(meeting.standby.strip()),
        other_flow=flow.id if flow else "",
        has_aim=bool(meeting.aim.strip() and meeting.accepts.strip()),
        refused_aims=tuple(meeting.refused_aims),
        members=persons,
        absent=frozenset(str(each) for each in absent),
        speakers=frozenset(
            str(seat.person_id) for seat in seated if seat.speaks and seat.person_id not in absent
        ),
        minors=frozenset(str(s.person_id) for s in seated if _is_child(s.person, today)),
        screened=_screened(meeting, seen_by),
        said_by_lead=said,
        is_under_18=_is_under_18(meeting.circle.focus, today),
        has_children_covered=meeting.has_no_children or bool(meeting.children.strip()),
        is_child_asked=safeguarding.child_was_asked(meeting.circle_id, at),
        next_steps=rules.steps_given(next_steps(meeting)),
        options=_options(meeting, seen_by),
        tried=_tried(meeting, earlier, seen_by),
        refused_before=sum(1 for each in earlier if each.outcome in rules.REFUSED),
        last_held_at=max(held, default=None),
        starts_at=starts_at or (booked.starts_at if booked else None),
        has_place=bool(meeting.place.strip() and meeting.stop_word.strip()),
        has_escort=bool(meeting.escort.strip()),
        letters_needed=sum(1 for seat in seated if seat.speaks) if path.reads_letters else 0,
        letters_final=len(final) - len(unread),
        read_for=frozenset(str(each) for each in read_for),
        unread=frozenset(str(each) for each in unread),
        rehearsed_at=meeting.rehearsed_at,
        eve_checked_at=looked.eve_at,
        eve_ticked=looked.eve_ticked,
        day_checked_at=looked.day_at,
        has_open_alert=plans.is_held_back(meeting.circle_id, at),
        is_afraid=private_check.is_frozen(meeting.circle_id),
        sides=sides.heard(meeting.circle_id, at=at),
        is_stopped=bool(open_stops(seen_by=seen_by, meeting=meeting)),
        released=_released(meeting, seen_by),
    )


def _final(
    meeting: PlannedMeeting, seated: list[Seat], seen_by: Reader, at: datetime
) -> dict[UUID, UUID | None]:
    """Of those who speak, whose letter is final, and who reads it aloud if not its writer."""
    path = catalogue.current().meetings.path(meeting.path)
    if path is not None and not path.reads_letters:
        return {}
    rows = letters(seen_by=seen_by, meeting=meeting).filter(
        withheld_at=None,
        final_at__lte=at,
        erased_at=None,
        written_by__in=[seat.person_id for seat in seated if seat.speaks],
    )
    return dict(rows.values_list("written_by", "read_by"))


def day_of(meeting: PlannedMeeting, at: datetime) -> date:
    """The day of a moment where the service is: not the one of UTC."""
    return at.astimezone(ZoneInfo(meeting.institution.zone)).date()


def _goes_on(path: Any, earlier: PlannedMeeting) -> bool:
    """Is an earlier meeting of the same way, which may go on within days?"""
    is_same = path.meets_again and earlier.path == path.id
    return is_same and earlier.outcome not in rules.BROKEN_OFF


def _is_qualified(meeting: PlannedMeeting, seen_by: Reader, at: datetime) -> bool:
    file, on = catalogue.current().meetings.paths_file, day_of(meeting, at)
    return all(
        credentials.valid_on(meeting.lead, codes, on, seen_by=seen_by)
        for codes in (file.qualified, file.trained)
    )


def _is_child(person: Any, today: date) -> bool:
    speaks_from = catalogue.current().meetings.rules_file.speaks_from
    age = age_of(person, today)
    return person.age_band == "under_18" if age is None else age < speaks_from


def _is_under_18(person: Any, today: date) -> bool:
    age = age_of(person, today)
    return person.age_band == "under_18" if age is None else age < 18


@dataclass(frozen=True, slots=True)
class Looks:
    """When it was looked at whether it is a go: the day before, with how much, and on the day."""

    eve_at: datetime | None = None
    eve_ticked: int = 0
    day_at: datetime | None = None


def _said_by_lead(
    meeting: PlannedMeeting, seen_by: Reader
) -> tuple[Mapping[str, str | None], Looks]:
    said: dict[str, str | None] = {}
    looks, booked = Looks(), date_of(meeting)
    asked = catalogue.current().meetings.screen.asked("day")
    for row in checks(seen_by=seen_by, meeting=meeting):
        given = json.loads(row.answers)
        if row.kind == rules.EVE:
            ticked = sum(1 for answer in given.values() if answer)
            looks = replace(looks, eve_at=row.checked_at, eve_ticked=ticked)
        elif row.kind == rules.DAY:
            # Asked late on the evening before is not asked on the day.
            is_day = booked is None or (
                day_of(meeting, row.checked_at) == day_of(meeting, booked.starts_at)
            )
            if is_day and all(given.get(check.id) for check in asked):
                looks = replace(looks, day_at=row.checked_at)
            # What is found on the day outweighs what members said before.
            said |= {check: answer for check, answer in given.items() if check == "SC5"}
        else:
            said |= given
    return said, looks


def _screened(meeting: PlannedMeeting, seen_by: Reader) -> tuple[Screened, ...]:
    """What each said alone, seated or not. Who has not answered for this meeting yet counts as
    not asked; what they said before that stops a meeting counts until they answer again."""
    given: dict[str, list[Mapping[str, str | None]]] = {}
    newest: dict[str, datetime] = {}
    for check in screens(seen_by=seen_by, circle=meeting.circle_id):
        person = str(check.about_id)
        given.setdefault(person, []).append(json.loads(check.answers or "{}"))
        newest[person] = check.checked_at
    day = [
        json.loads(row.answers)
        for row in checks(seen_by=seen_by, meeting=meeting)
        if row.kind == rules.DAY
    ]
    found = [
        Screened(person, tuple(answers))
        if newest[person] >= meeting.began_at
        else Screened(f"{BEFORE}{person}", tuple(_stops_alone(each) for each in answers))
        for person, answers in given.items()
    ]
    if day:
        found.append(Screened("day", tuple({**_clear(), **each} for each in day[-1:])))
    return tuple(found)


def _stops_alone(answers: Mapping[str, str | None]) -> dict[str, str | None]:
    """Of somebody's answers those alone that stop a meeting; all else is clear."""
    checks = {check.id: check for check in catalogue.current().meetings.rules.checks}
    stops = {
        id: said
        for id, said in answers.items()
        if id in checks and checks[id].effect_of(said) == "stop"
    }
    return {**_clear(), **stops}


def _clear() -> dict[str, str | None]:
    """The answers by which every question stays open that the phone call of the day leaves out."""
    return {
        check.id: next(each.id for each in check.answers if each.effect == "clear")
        for check in catalogue.current().meetings.screen.checks
    }


def _options(meeting: PlannedMeeting, seen_by: Reader) -> tuple[OptionFacts, ...]:
    hours = catalogue.current().meetings.rules_file.start_within_hours
    return tuple(
        OptionFacts(
            name=hold.option.name,
            residential=hold.option.kind in directory_rules.RESIDENTIAL,
            missing=directory.missing_in(hold),
            held_until=hold.held_until,
            needs_hold=hold.option.kind not in directory_rules.NO_PLACE_NEEDED,
            starts_at_once=hold.option.starts_within_hours is not None
            and hold.option.starts_within_hours <= hours,
            proved_at=hold.proved_at,
        )
        for hold in directory.holds(seen_by=seen_by, circle=meeting.circle_id)
    )


def _tried(
    meeting: PlannedMeeting, earlier: list[PlannedMeeting], seen_by: Reader
) -> frozenset[str]:
    known = json.loads(meeting.case.facts or "{}").get("tried", [])
    said = {str(word).rpartition("/")[2] for word in known} if isinstance(known, list) else set()
    courses = plans.courses(seen_by=seen_by).filter(circle=meeting.circle).exclude(started_at=None)
    return frozenset(
        said
        | {course.protocol.partition("@")[0] for course in courses}
        | {each.path for each in earlier if each.held_at}
    )


def _released(meeting: PlannedMeeting, seen_by: Reader) -> frozenset[str]:
    """Gates the lead let pass. An answer that came later and is not clear asks for it anew."""
    start = f"meeting:{meeting.pk}:"
    newest: dict[str, datetime] = {}
    rules_of = {check.id: check for check in catalogue.current().meetings.rules.checks}
    rows = [*screens(seen_by=seen_by, circle=meeting.circle_id)]
    rows += [*checks(seen_by=seen_by, meeting=meeting)]
    for row in rows:
        for check, answer in json.loads(row.answers or "{}").items():
            if check in rules_of and rules_of[check].effect_of(answer) != "clear":
                newest[check] = max(newest.get(check, row.checked_at), row.checked_at)
    decided = cases.decisions(meeting.circle, seen_by=seen_by).filter(
        kind="release", about__startswith=start
    )
    return frozenset(
        gate
        for row in decided
        if (gate := row.about.removeprefix(start)) not in newest or row.decided_at >= newest[gate]
    )
