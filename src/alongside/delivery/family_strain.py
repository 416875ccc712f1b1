"""How those are who prepare a meeting: each is asked by itself, whatever the person decides.

Once on taking part, and so many days after the meeting or what came in its place; about themself
alone. Asked of whoever agreed to family work and was not asked the same just before; letters,
reminders and who cannot be reached are those of ``on_time``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.db.models import Q

from alongside import catalogue
from alongside.consent import queries as consents_known
from alongside.delivery import schedule
from alongside.delivery.models import Timing
from alongside.engine.consent import Answer
from alongside.engine.protocols.asking import at_wall
from alongside.measures import actions as measures
from alongside.measures.models import Asking
from alongside.meetings.models import PlannedMeeting, Seat
from alongside.people.models import Person
from alongside.records import audit, crashpoint
from alongside.records.actions_base import action
from alongside.records.reader import Reader

FAMILY_FORM = "c_family"
ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Moment:
    """One time everybody who takes part is asked: its name, since when, and until when."""

    slot: str
    opens_at: datetime
    closes_at: datetime


def ask_families(*, by: Reader, at: datetime) -> int:
    """Ask whoever is due in every meeting that is prepared or followed up. Returns how many."""
    strain = catalogue.current().meetings.after.strain
    longest = timedelta(days=max(strain.after_days) + strain.open_days + 1)
    rows = (
        PlannedMeeting.objects.visible_to(by)
        .filter(Q(ended_at=None) | Q(ended_at__gte=at - longest))
        .exclude(case__state="closed")
        .order_by("pk")
    )
    return sum(_ask(meeting=pk, by=by, at=at) for pk in rows.values_list("pk", flat=True))


def moments(meeting: PlannedMeeting, at: datetime) -> Iterator[Moment]:
    """The times of a meeting that are open now: on taking part, or so many days afterwards."""
    strain = catalogue.current().meetings.after.strain
    open_for = timedelta(days=strain.open_days)
    if meeting.ended_at is None:
        yield Moment(ENTRY, meeting.began_at, at + open_for)
        return
    zone = ZoneInfo(meeting.institution.zone)
    first = (meeting.held_at or meeting.ended_at).astimezone(zone).date()
    for days in strain.after_days:
        day = first + timedelta(days=days)
        opens = at_wall(day, catalogue.current().asking_times.ask_at, zone)
        if opens <= at < opens + open_for:
            yield Moment(f"after:{days}", opens, opens + open_for)


@action
def _ask(*, meeting: UUID, by: Reader, at: datetime) -> int:
    """Ask in one meeting, looked at again under its lock."""
    rows = PlannedMeeting.objects.visible_to(by).filter(pk=meeting)
    found = (
        rows.select_for_update(of=("self",), skip_locked=True)
        .select_related("institution", "circle__case", "lead__person")
        .first()
    )
    if found is None:
        return 0
    made = 0
    for moment in moments(found, at):
        for person in _to_ask(found, moment, by, at):
            _make(found, moment, person, by, at)
            crashpoint.here("asking.made")
            made += 1
    return made


def _to_ask(meeting: PlannedMeeting, moment: Moment, by: Reader, at: datetime) -> Iterator[Person]:
    """Whoever takes part, agreed, is here, and was not asked for this time or just before it."""
    strain = catalogue.current().meetings.after.strain
    asked = Timing.objects.visible_to(by).filter(round=_round(meeting, moment))
    before = Asking.objects.visible_to(by).filter(
        circle=meeting.circle_id,
        instrument__startswith=f"{strain.instrument}@",
        asked_at__gte=moment.opens_at - timedelta(days=strain.covered_days),
    )
    done = {*asked.values_list("respondent", flat=True)}
    done |= {*before.values_list("respondent", flat=True)}
    seats = Seat.objects.visible_to(by).filter(meeting=meeting, ended_at=None, member__to_at=None)
    for seat in seats.exclude(person__in=done).select_related("person").order_by("pk"):
        if _agreed(meeting, seat.person_id, by, at) and schedule.may_be_told(
            meeting.circle, seat.person_id, seen_by=by, at=at
        ):
            yield seat.person


def _agreed(meeting: PlannedMeeting, person: UUID, by: Reader, at: datetime) -> bool:
    """A live yes to family work, and no taken-back yes to questionnaires."""

    def may(form: str) -> Answer:
        return consents_known.may(
            person=person,
            circle=meeting.circle_id,
            form=form,
            on=at.date(),
            seen_by=by,
        )

    asked = may(schedule.MEASURES_FORM)
    was_never_asked = {reason.key for reason in asked.reasons} == {"consent.none"}
    return may(FAMILY_FORM).allowed and (asked.allowed or was_never_asked)


def _make(
    meeting: PlannedMeeting, moment: Moment, person: Person, by: Reader, at: datetime
) -> Timing:
    strain = catalogue.current().meetings.after.strain
    asking = measures.make_asking(
        circle=meeting.circle,
        about=person,
        respondent=person,
        instrument=strain.instrument,
        occasion=f"meeting:{meeting.pk}",
        due_on=at.astimezone(ZoneInfo(meeting.institution.zone)).date(),
        expires_at=moment.closes_at,
        asked_by=meeting.lead.person,
        by=by,
        at=at,
    )
    timing: Timing = Timing.objects.create(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        asking=asking,
        respondent=person,
        instrument=strain.instrument,
        round=_round(meeting, moment),
        made_at=at,
    )
    audit.write("delivery.asking_timed", by=by, at=at, about=timing, detail={"slot": moment.slot})
    return timing


def _round(meeting: PlannedMeeting, moment: Moment) -> UUID:
    """The same for everybody who is asked at this time of this meeting."""
    return uuid5(meeting.pk, moment.slot)
