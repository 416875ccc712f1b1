"""Prepare a meeting: choose a way, seat people, ask each alone, check, date, stop, end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from alongside import catalogue
from alongside.access import readers
from alongside.calendar import actions as calendar
from alongside.calendar import rules as calendar_rules
from alongside.calendar.ending import NO_DATE
from alongside.calendar.models import Booking
from alongside.cases import actions as cases
from alongside.cases.models import Case, Decision
from alongside.crisis import actions as crisis
from alongside.crisis.actions import Checked
from alongside.directory import actions as directory
from alongside.directory.models import Hold
from alongside.engine.meetings import Verdict
from alongside.engine.risk import RiskFinding
from alongside.meetings import calls, queries, rules
from alongside.meetings.models import MeetingCheck, PlannedMeeting, Seat, StopCall
from alongside.people.models import Member, Person, Practitioner
from alongside.people.queries import live_members
from alongside.plans import queries as plans
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, NotAllowed, Refused, Unfit
from alongside.records.reader import Reader, system
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries

MEETING = "meeting:"  # what the booking of a meeting says it is about
LOOK = "meeting_look"  # of tasks
DONE = "done"  # of a thing gone through the day before
DAY = "meeting_day"  # a safety check from the phone call of the day, which is nobody's screen
WORDS = (
    "aim", "accepts", "offered", "children", "standby", "place", "stop_word", "escort", "bag",
)  # fmt: skip


class UnknownPath(Unfit):
    """No way of inviting has this name or level, or it is no meeting."""

    path: str


class UnknownWord(Unfit):
    """A word that is not in its list. ``field`` and ``value`` say which."""

    field: str
    value: object


class AlreadyPreparing(Refused):
    """The circle prepares a meeting already. ``meeting`` is the one."""

    meeting: PlannedMeeting


class CaseIsClosed(Refused):
    """The case has been closed."""


class HasEnded(Refused):
    """The meeting has ended; what ended is not changed."""


class NotSeated(Refused):
    """The member is not, or no longer, in this circle."""


class NoSuchMeeting(Refused):
    """The time is that of a planned meeting which this reader does not see, or which has ended."""


class GatesClosed(Held):
    """Something that must be true is not true yet. ``verdict`` has every gate with its reason."""

    verdict: Verdict


class NotReleasable(Held):
    """Nobody lets this gate pass: it is open, or what it asks for must be true."""

    gate: str


class HasADate(Refused):
    """A date is set already: take it back or move it."""


class NothingToResolve(Refused):
    """This stop was resolved before."""


class NotYetBegun(Refused):
    """An outcome of a meeting that was held needs its date, and the date has not come."""


@action
def begin(
    *,
    case: Case,
    path: str,
    level: int,
    reason: str,
    lead: Practitioner,
    by: Reader,
    at: datetime,
) -> PlannedMeeting:
    """Begin to prepare a meeting of a circle, on one path, for a reason.

    Args:
        path, level: of ``content/meetings/paths.yaml``; a path with levels begins at one of them.
        reason: why this way; kept as a decision, with the evidence that was shown beside it.
        lead: who leads it. Whoever is in the circle takes part at first; nobody speaks yet.

    Raises:
        AlreadyPreparing, UnknownPath, CaseIsClosed; cases.NeedsAReason.
    """
    by.confirm_create("planned_meeting", institution=case.institution_id, circle=case.circle_id)
    if case.state == "closed":
        raise CaseIsClosed
    before = queries.live_meeting(seen_by=by, circle=case.circle_id)
    if before is not None:
        raise AlreadyPreparing(meeting=before)
    _must_be_a_path(path, level)
    if lead.institution_id != case.institution_id:
        raise UnknownWord(field="lead", value=lead.pk)
    meeting = PlannedMeeting.objects.create(
        institution_id=case.institution_id,
        circle_id=case.circle_id,
        case=case,
        plan=plans.live_plan(seen_by=by, circle=case.circle_id),
        path=path,
        level=level,
        lead=lead,
        began_at=at,
        written_by=readers.person_for(by, institution=case.institution_id, circle=case.circle_id),
    )
    _decide_path(meeting, reason, by=by, at=at)
    for order, member in enumerate(live_members(case.circle_id, seen_by=by), 1):
        _seat(meeting, member, order).save(force_insert=True)
    audit.write("meetings.meeting_began", by=by, at=at, about=meeting, detail={"path": path})
    return meeting


@action
def choose_path(
    *,
    meeting: PlannedMeeting,
    path: str,
    level: int,
    reason: str,
    expected: int,
    by: Reader,
    at: datetime,
) -> PlannedMeeting:
    """Move to another path or level. What was chosen before stays as a decision.

    Raises:
        UnknownPath, HasEnded, StaleVersion; cases.NeedsAReason.
    """
    _must_be_live(meeting, by)
    _must_be_a_path(path, level)
    meeting.path, meeting.level = path, level
    meeting.save_version(expected, ["path", "level"])
    _decide_path(meeting, reason, by=by, at=at)
    audit.write("meetings.path_chosen", by=by, at=at, about=meeting, detail={"path": path})
    return meeting


@action
def prepare(
    *,
    meeting: PlannedMeeting,
    expected: int,
    words: Mapping[str, str],
    led: str,
    refused_aims: Sequence[str],
    has_no_children: bool,
    by: Reader,
    at: datetime,
) -> PlannedMeeting:
    """Write down what the meeting is for and what is arranged.

    Args:
        words: by name of ``WORDS``; what is left out stays as it was.
        led: none, phone or present; empty while nobody has said.
        refused_aims: ids of the closed list that are part of the aim, as the lead ticked them.

    Raises:
        UnknownWord, HasEnded, StaleVersion.
    """
    _must_be_live(meeting, by)
    if led not in {"", "none", "phone", "present"}:
        raise UnknownWord(field="led", value=led)
    known = {rule.id: rule for rule in catalogue.current().facts.refused_aims}
    for aim in refused_aims:
        if aim not in known:
            raise UnknownWord(field="refused_aims", value=aim)
    for name, value in words.items():
        if name not in WORDS:
            raise UnknownWord(field="words", value=name)
        setattr(meeting, name, value.strip())
    meeting.led, meeting.has_no_children = led, has_no_children
    meeting.refused_aims = sorted(set(refused_aims))
    fields = [*words, "led", "has_no_children", "refused_aims"]
    meeting.save_version(expected, fields)
    audit.write("meetings.meeting_changed", by=by, at=at, about=meeting)
    return meeting


@action
def plan_answers(
    *, meeting: PlannedMeeting, expected: int, steps: Mapping[str, str], by: Reader, at: datetime
) -> PlannedMeeting:
    """Write the next step for each answer the person may give, before there is a date (S23).

    Raises:
        UnknownWord, HasEnded, StaleVersion.
    """
    _must_be_live(meeting, by)
    known = catalogue.current().meetings.rules.answers
    for answer in steps:
        if answer not in known:
            raise UnknownWord(field="answer", value=answer)
    meeting.next_steps = json.dumps({answer: steps.get(answer, "").strip() for answer in known})
    meeting.save_version(expected, ["next_steps"])
    audit.write("meetings.meeting_changed", by=by, at=at, about=meeting)
    return meeting


@action
def save_seat(
    *,
    meeting: PlannedMeeting,
    member: Member,
    roles: Sequence[str],
    speaks: bool,
    order: int,
    by: Reader,
    at: datetime,
    expected: int | None = None,
    where: str = "",
    because: str = "",
) -> Seat:
    """Give a member a part in the meeting, or change it.

    Args:
        roles: words of ``rules.ROLES``. order: of speaking, from 1.
        because: why somebody does not speak; kept as a decision that no member sees.

    Raises:
        NotSeated, UnknownWord, HasEnded, StaleVersion; HasADate: nobody comes to it once a date
        is set, because the time is kept for those who were expected.
    """
    _must_be_live(meeting, by)
    if member.circle_id != meeting.circle_id or member.to_at is not None:
        raise NotSeated(member=member)
    if unknown := [role for role in roles if role not in rules.ROLES]:
        raise UnknownWord(field="roles", value=unknown[0])
    seat = queries.seats(seen_by=by, meeting=meeting).filter(member=member).first()
    if seat is None:
        if queries.date_of(meeting) is not None:
            raise HasADate
        seat = _seat(meeting, member, order)
    else:
        by.confirm("E", seat)
    seat.roles, seat.speaks, seat.order, seat.where = list(roles), speaks, order, where.strip()
    if seat._state.adding:
        seat.save(force_insert=True)
    else:
        seat.save_version(expected or seat.version, ["roles", "speaks", "order", "where"])
    if because.strip() and not speaks:
        cases.record_decision(
            circle=meeting.circle,
            kind="choice",
            chosen="does_not_speak",
            about=f"seat:{seat.pk}",
            reason=because,
            by=by,
            at=at,
        )
    audit.write("meetings.seat_saved", by=by, at=at, about=seat)
    return seat


@action
def end_seat(*, seat: Seat, by: Reader, at: datetime) -> Seat:
    """A member does not take part after all.

    Raises:
        HasEnded, StaleVersion; HasADate: it is taken back first.
    """
    by.confirm("E", seat)
    _must_be_live(seat.meeting, by)
    if queries.date_of(seat.meeting) is not None:
        raise HasADate
    seat.ended_at = at
    seat.save_version(seat.version, ["ended_at"])
    audit.write("meetings.seat_ended", by=by, at=at, about=seat)
    return seat


@action
def answer_screen(
    *,
    meeting: PlannedMeeting,
    person: Person,
    answers: Mapping[str, str | None],
    by: Reader,
    at: datetime,
) -> Checked:
    """Keep one member's answers about safety, given alone, and raise what they call for.

    Args:
        person: who answers: a live member. Nobody answers for another; the lead may write down
            what they were told alone.
        answers: by check id; None is a question that was skipped, which is not a no.

    Returns:
        The safety check and the alerts it raised.

    What was typed while the meeting or the seat ended is kept, and raises what it calls for.

    Raises:
        UnknownWord; NotAllowed when the reader stands for another.
    """
    by.confirm_create("safety_check", institution=meeting.institution_id, circle=meeting.circle_id)
    if person.pk not in by.persons and not by.may("E", meeting):
        raise NotAllowed("nobody answers for another")
    if not live_members(meeting.circle_id, seen_by=by).filter(person=person).exists():
        raise NotAllowed("not in this circle")
    content = catalogue.current().meetings
    given: dict[str, str | None] = {}
    findings: list[RiskFinding] = []
    for check in content.screen.asked("member"):
        said = answers.get(check.id)
        chosen = check.answer(said)
        if said is not None and chosen is None:
            raise UnknownWord(field=check.id, value=said)
        given[check.id] = said
        if (finding := _finding("screen", check, said)) is not None:
            findings.append(finding)
    checked = crisis.record_safety_check(
        kind=queries.SCREEN,
        form=content.screen_ref,
        circle=meeting.circle,
        about=person,
        written_by=person,
        answers=given,
        findings=findings,
        source=f"{queries.SCREEN}:{person.pk}",
        by=by,
        at=at,
    )
    audit.write("meetings.screen_answered", by=by, at=at, about=checked.check)
    return checked


@action
def record_checks(
    *,
    meeting: PlannedMeeting,
    kind: str,
    answers: Mapping[str, str | None],
    by: Reader,
    at: datetime,
    words: str = "",
) -> MeetingCheck:
    """Keep what the lead checked, or looked at the day before or on the day. The last one counts.

    A look keeps every gate that was still closed then. An answer of the day that shows danger
    raises its alert in the same transaction.

    Args:
        kind: ``lead``; ``eve``: the things gone through the day before; ``day``: the questions
            that are asked again on the day.
        answers: by check id, or by the thing; None is one nobody could answer, or that is not
            done: on the day that means no-go.

    Raises:
        UnknownWord, HasEnded.
    """
    by.confirm_create("meeting_check", institution=meeting.institution_id, circle=meeting.circle_id)
    if meeting.ended_at is not None:
        raise HasEnded
    if kind not in {"lead", rules.EVE, rules.DAY}:
        raise UnknownWord(field="kind", value=kind)
    content = catalogue.current().meetings
    asked = {} if kind == rules.EVE else {each.id: each for each in content.screen.asked(kind)}
    eve = content.rules_file.look(rules.EVE)
    things = {each.id for each in eve.things} if kind == rules.EVE and eve else set()
    for id, said in answers.items():
        if id in things:
            is_known = said in {None, DONE}
        else:
            is_known = id in asked and (said is None or asked[id].answer(said) is not None)
        if not is_known:
            raise UnknownWord(field=id, value=said)
    row = MeetingCheck.objects.create(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        kind=kind,
        answers=json.dumps({id: said for id, said in answers.items() if said or kind != "lead"}),
        words=words.strip(),
        checked_at=at,
        written_by=_writer(by, meeting),
    )
    findings = [
        found
        for id, said in answers.items()
        if id in asked and (found := _finding(kind, asked[id], said)) is not None
    ]
    if kind == rules.DAY and findings:
        crisis.record_safety_check(
            kind=DAY,
            form=content.screen_ref,
            circle=meeting.circle,
            about=meeting.circle.focus,
            written_by=row.written_by,
            answers=answers,
            findings=findings,
            source=f"{DAY}:{row.pk}",
            by=by,
            at=at,
        )
    if kind != "lead":
        row.still_open = _still_open(meeting, kind, by=by, at=at)
        row.save(update_fields=["still_open"])
        _finish(LOOK, rules.look_about(meeting.pk, kind), by=by, at=at)
    audit.write("meetings.check_recorded", by=by, at=at, about=row, detail={"kind": kind})
    return row


def _still_open(meeting: PlannedMeeting, look: str, *, by: Reader, at: datetime) -> str:
    """Every gate that is closed at a look, as JSON, without whose answers close it."""
    found = queries.verdict(meeting, seen_by=by, at=at).closed
    later = {rules.DAY} if look == rules.EVE else set()  # that look is still to come
    return json.dumps([asdict(gate) for gate in found if gate.id not in later])


def _look_ahead(meeting: PlannedMeeting, starts_at: datetime, *, by: Reader, at: datetime) -> None:
    """Somebody is to look whether it is a go, the day before and on the day, each in its time."""
    for look in catalogue.current().meetings.rules_file.looks:
        about = rules.look_about(meeting.pk, look.id)
        _finish(LOOK, about, by=by, at=at)
        tasks.make_task(
            institution=meeting.institution,
            circle=meeting.circle,
            kind=LOOK,
            about=about,
            what=LOOK,
            why=look.title["en"],
            for_role="lead",
            due_at=max(at, starts_at - timedelta(hours=look.due_hours)),
            by=by,
            at=at,
        )


def _look_no_more(meeting: PlannedMeeting, *, by: Reader, at: datetime) -> None:
    for look in catalogue.current().meetings.rules_file.looks:
        _finish(LOOK, rules.look_about(meeting.pk, look.id), by=by, at=at)


@action
def release(
    *, meeting: PlannedMeeting, gate: str, reason: str, by: Reader, at: datetime
) -> Decision:
    """Let one gate pass, as the lead who is named in the meeting, with a reason.

    It holds until an answer that came later closes the gate anew.

    Raises:
        NotReleasable: the gate is open, or nobody may release it. NotAllowed for anybody but the
        named lead. HasEnded; cases.NeedsAReason.
    """
    _must_be_live(meeting, by)
    if meeting.lead.person_id not in by.persons:
        raise NotAllowed("only the named lead lets a gate pass")
    found = queries.verdict(meeting, seen_by=by, at=at).gate(gate)
    if gate == "stopped" or found is None or not found.is_releasable or not found.is_closed:
        raise NotReleasable(gate=gate)
    decision = cases.record_decision(
        circle=meeting.circle,
        kind="release",
        chosen="released",
        about=rules.released_about(meeting.pk, gate),
        reason=reason,
        by=by,
        at=at,
    )
    audit.write("meetings.gate_released", by=by, at=at, about=meeting, detail={"gate": gate})
    return decision


@action
def set_date(
    *,
    meeting: PlannedMeeting,
    wall: datetime,
    zone: str,
    minutes: int,
    expected: int,
    by: Reader,
    at: datetime,
) -> PlannedMeeting:
    """Set the date, for everybody who takes part, once no gate before it is closed.

    Args:
        wall: the wall time, naive, on the clock of ``zone``. minutes: its length.

    Raises:
        GatesClosed with every reason; HasADate, HasEnded, StaleVersion; what ``calendar.book``
        refuses.
    """
    _must_be_live(meeting, by)
    if queries.date_of(_locked(meeting)) is not None:
        raise HasADate
    starts_at = calendar_rules.instant(wall, zone)
    found = queries.verdict(meeting, seen_by=by, at=at, starts_at=starts_at)
    if not found.may_date:
        raise GatesClosed(verdict=found)
    meeting.booking = calendar.book(
        circle=meeting.circle,
        practitioner=meeting.lead,
        persons=[
            seat.person
            for seat in queries.seats(seen_by=by, meeting=meeting)
            if rules.ABSENT not in seat.roles
        ],
        wall=wall,
        zone=zone,
        minutes=minutes,
        about=f"{MEETING}{meeting.pk}",
        by=by,
        at=at,
    )
    meeting.save_version(expected, ["booking"])
    _look_ahead(meeting, starts_at, by=by, at=at)
    audit.write("meetings.date_set", by=by, at=at, about=meeting)
    return meeting


def gates_are_open(*, at: datetime, booking: Booking, by: Reader) -> None:
    """The date of a meeting moves only to a time it could be set for. Asked by ``calendar.move``.

    The looks before it move along.

    Raises:
        GatesClosed with every reason; NoSuchMeeting for whoever could not set the date either:
        they may not see that somebody called stop.
    """
    meeting = queries.meetings(seen_by=by).filter(booking=booking, ended_at=None).first()
    if meeting is None:
        if booking.about.startswith(MEETING):
            raise NoSuchMeeting  # somebody who does not see the meeting does not move it
        return
    if not by.may("E", meeting):
        raise NoSuchMeeting
    found = queries.verdict(meeting, seen_by=by, at=at, starts_at=booking.starts_at)
    if not found.may_date:
        raise GatesClosed(verdict=found)
    _look_ahead(meeting, booking.starts_at, by=by, at=at)


@action
def take_back_date(
    *, meeting: PlannedMeeting, because: str, expected: int, by: Reader, at: datetime
) -> PlannedMeeting:
    """Take the date back, and say why. Held places stay held.

    Raises:
        HasEnded, StaleVersion; what ``calendar.cancel`` refuses.
    """
    _must_be_live(meeting, by)
    booking = queries.date_of(_locked(meeting))
    if booking is not None:
        calendar.cancel(booking=booking, because=because, expected=booking.version, by=by, at=at)
    meeting.booking = None
    meeting.save_version(expected, ["booking"])
    _look_no_more(meeting, by=by, at=at)
    audit.write("meetings.date_taken_back", by=by, at=at, about=meeting)
    return meeting


@action
def rehearse(*, meeting: PlannedMeeting, expected: int, by: Reader, at: datetime) -> PlannedMeeting:
    """Say that all of it was rehearsed: order, seats, objections, stop word."""
    _must_be_live(meeting, by)
    meeting.rehearsed_at = at
    meeting.save_version(expected, ["rehearsed_at"])
    audit.write("meetings.rehearsed", by=by, at=at, about=meeting)
    return meeting


@action
def call_stop(
    *, meeting: PlannedMeeting, person: Person, by: Reader, at: datetime, words: str = ""
) -> StopCall:
    """Stop, in private, as any member may. Every date is held, and the lead is told today.

    A date that is set and has not come is taken back at once, by the service and with a reason
    that names nobody. Nobody else of the circle sees that it was called. No reason is needed.
    Called as the meeting ends, it holds the next one.

    Raises:
        NotAllowed when the reader stands for another.
    """
    by.confirm_create("meeting_stop", institution=meeting.institution_id, circle=meeting.circle_id)
    if person.pk not in by.persons:
        raise NotAllowed("nobody calls stop for another")
    _give_date_back(_locked(meeting), at=at)
    stop = StopCall.objects.create(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        written_by=person,
        words=words.strip(),
        called_at=at,
    )
    tasks.make_task(
        institution=meeting.institution,
        circle=meeting.circle,
        kind="meeting_stopped",
        about=rules.stop_about(stop.pk),
        what="meeting_stopped",
        for_role="lead",
        by=by,
        at=at,
    )
    audit.write("meetings.stop_called", by=by, at=at, about=stop)
    return stop


@action
def resolve_stop(*, stop: StopCall, reason: str, by: Reader, at: datetime) -> Decision:
    """Say what came of a stop, after talking with whoever called it, alone.

    Raises:
        NothingToResolve: it was resolved before; cases.NeedsAReason.
    """
    by.confirm("R", stop)
    still = queries.open_stops(seen_by=by, meeting=stop.meeting)
    if stop.pk not in {each.pk for each in still}:
        raise NothingToResolve
    decision = cases.record_decision(
        circle=stop.circle,
        kind="release",
        chosen="resolved",
        about=rules.stop_about(stop.pk),
        reason=reason,
        by=by,
        at=at,
    )
    _finish("meeting_stopped", rules.stop_about(stop.pk), by=by, at=at)
    audit.write("meetings.stop_resolved", by=by, at=at, about=stop)
    return decision


@action
def end(
    *,
    meeting: PlannedMeeting,
    outcome: str,
    words: str,
    expected: int,
    by: Reader,
    at: datetime,
    give_back: Sequence[Hold] = (),
) -> PlannedMeeting:
    """Say how it ended; contacts with the family follow, also when it was not held.

    Args:
        outcome: an answer of content, or ``not_held``: that is an outcome too.
        words: what happened, for whoever reads it later.
        give_back: places kept for this circle that nobody needs now. Others stay until they lapse.

    Raises:
        UnknownWord, HasEnded, StaleVersion; NotYetBegun: an answer before the date has come.
    """
    _must_be_live(meeting, by)
    content = catalogue.current().meetings
    if outcome not in {*content.rules.answers, rules.NOT_HELD}:
        raise UnknownWord(field="outcome", value=outcome)
    booking = queries.date_of(meeting)
    if outcome != rules.NOT_HELD:
        if booking is None or booking.starts_at > at:
            raise NotYetBegun
        meeting.held_at = booking.starts_at
    elif booking is not None and booking.starts_at > at:
        calendar.cancel(booking=booking, because=words, expected=booking.version, by=by, at=at)
    meeting.outcome, meeting.outcome_words, meeting.ended_at = outcome, words.strip(), at
    meeting.save_version(expected, ["outcome", "outcome_words", "ended_at", "held_at"])
    if outcome in {each.id for each in content.rules_file.answers if not each.keeps_places}:
        directory.end_warnings(circle=meeting.circle, by=by, at=at)
    for hold in give_back:
        directory.end_hold(hold=hold, by=by, at=at)
    _look_no_more(meeting, by=by, at=at)
    for contact in content.rules_file.follow_ups:
        tasks.make_task(
            institution=meeting.institution,
            circle=meeting.circle,
            kind=rules.FOLLOW_UP,
            about=rules.calls_about(meeting.pk, contact.days),
            what=rules.FOLLOW_UP,
            why=contact.what["en"],
            for_role="lead",
            due_at=calls.due_at(meeting, contact.days),
            by=by,
            at=at,
        )
    audit.write("meetings.meeting_ended", by=by, at=at, about=meeting, detail={"outcome": outcome})
    return meeting


def _seat(meeting: PlannedMeeting, member: Any, order: int) -> Seat:
    return Seat(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        member=member,
        person_id=member.person_id,
        order=order,
    )


def _finding(kind: str, check: Any, said: str | None) -> RiskFinding | None:
    """What an answer shows that somebody must act on. ``kind``: screen or day."""
    chosen = check.answer(said)
    if chosen is None or chosen.level is None:
        return None
    version = catalogue.current().meetings.screen_ref.rpartition("@")[2]
    return RiskFinding(
        rule=f"meeting_{kind}_{check.id.lower()}@{version}",
        level=chosen.level,
        because=f"{check.id} = {said}",
        item=check.id,
    )


def _locked(meeting: PlannedMeeting) -> PlannedMeeting:
    """The meeting as it stands, locked: a date and a stop come one after the other."""
    rows = PlannedMeeting.objects.unscoped("a date is set, taken back or stopped one at a time")
    found: PlannedMeeting = rows.select_for_update().get(pk=meeting.pk)
    return found


def _give_date_back(meeting: PlannedMeeting, *, at: datetime) -> None:
    """Take the date back for whoever called stop, who has no right on it and is not named."""
    if meeting.booking_id is None or meeting.ended_at is not None:
        return
    rows = Booking.objects.unscoped("the date of a meeting that was stopped")
    booking = rows.select_for_update().get(pk=meeting.booking_id)
    if booking.cancelled_at is not None or booking.starts_at <= at:
        return
    service = system("a meeting was stopped in private", at)
    calendar.give_back(booking, NO_DATE, expected=booking.version, by=service, at=at)
    meeting.booking = None
    meeting.save_version(meeting.version, ["booking"])
    _look_no_more(meeting, by=service, at=at)
    audit.write("meetings.date_taken_back", by=service, at=at, about=meeting)


def _must_be_live(meeting: PlannedMeeting, by: Reader) -> None:
    by.confirm("E", meeting)
    if meeting.ended_at is not None:
        raise HasEnded


def _must_be_a_path(path: str, level: int) -> None:
    found = catalogue.current().meetings.path(path)
    if found is None or not found.is_meeting:
        raise UnknownPath(path=path)
    levels = [each.id for each in found.levels]
    if level not in (levels or [0]):
        raise UnknownPath(path=rules.way(path, level))


def _decide_path(meeting: PlannedMeeting, reason: str, *, by: Reader, at: datetime) -> None:
    shown = catalogue.current().meetings.path(meeting.path)
    evidence = [
        f"{each.text['en']} {each.limits['en']} ({each.source})"
        for each in (shown.evidence if shown else ())
    ]
    cases.record_decision(
        circle=meeting.circle,
        kind="choice",
        chosen=rules.way(meeting.path, meeting.level),
        about=f"meeting:{meeting.pk}",
        shown={"evidence": evidence},
        reason=reason,
        by=by,
        at=at,
    )


def _writer(by: Reader, meeting: PlannedMeeting) -> Person:
    return readers.person_for(by, institution=meeting.institution_id, circle=meeting.circle_id)


def _finish(kind: str, about: str, *, by: Reader, at: datetime) -> None:
    for task in task_queries.open_tasks(seen_by=by).filter(kind=kind, about=about):
        try:
            tasks.do_task(task=task, by=by, at=at, has_happened=True)
        except tasks.AlreadyDone:
            continue
