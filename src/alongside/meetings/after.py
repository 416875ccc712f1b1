"""After a meeting: the debrief, the first help that was attended, and whether it goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from alongside import catalogue
from alongside.access import readers
from alongside.directory.rules import OPTION_KINDS
from alongside.meetings.models import MeetingAfter, PlannedMeeting
from alongside.meetings.queries import day_of
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

DEBRIEF = "debrief"
BY_PERSON = "by_person"
MAY_CALL = "may_call"  # the person agrees to be called as well
ARRIVED = "arrived"  # where they said yes to go, the same day
FIRST_HELP = "first_help"
STILL = "still_"  # with the days: still_30
SAID = ("yes", "no", "unknown")


class NotEnded(Refused):
    """The meeting has not ended: say how it ended first."""


class NothingSaid(Refused):
    """Neither a word nor a number."""


class MakesNoSense(Refused):
    """A word, number or day that cannot be. ``field`` says which."""

    field: str


@action
def debrief(
    *,
    meeting: PlannedMeeting,
    scales: Mapping[str, int | None],
    facts: Sequence[str],
    harms: Sequence[str],
    words: str,
    by: Reader,
    at: datetime,
) -> MeetingAfter:
    """Keep how a meeting was, in the eyes of whoever led it. The last one counts.

    Args:
        scales: by id of ``after.scales``, from 0; None is what nobody said. facts, harms: ids that
            were so. words: what was learnt.

    Raises:
        NotEnded, MakesNoSense.
    """
    content = catalogue.current().meetings.after
    most = {each.id: each.most for each in content.scales}
    for name, value in scales.items():
        if name not in most or (value is not None and not 0 <= value <= most[name]):
            raise MakesNoSense(field=name)
    for field, given, known in (
        ("facts", facts, content.facts),
        ("harms", harms, content.harms),
    ):
        if not set(given) <= {each.id for each in known}:
            raise MakesNoSense(field=field)
    answers = {"scales": dict(scales), "facts": sorted(facts), "harms": sorted(harms)}
    return keep(meeting, DEBRIEF, by, at, answers=json.dumps(answers), words=words.strip())


@action
def record_help(
    *,
    meeting: PlannedMeeting,
    what: str,
    said: str,
    on: date | None,
    kind: str,
    by: Reader,
    at: datetime,
) -> MeetingAfter:
    """Keep whether help was really begun, or still goes on. The last one of its kind counts.

    Args:
        what: ``arrived``, ``first_help``, ``still_30`` with the days of content, or ``may_call``:
            the person agrees to be called as well.
        said: yes, no, unknown.
        on: the day of the first talk that was attended; needed with yes to ``first_help``.
        kind: what help it was, a kind of ``directory``; may be empty.

    Raises:
        NotEnded, MakesNoSense.
    """
    days = catalogue.current().meetings.after.still_days
    if what not in {ARRIVED, FIRST_HELP, MAY_CALL, *(f"{STILL}{each}" for each in days)}:
        raise MakesNoSense(field="what")
    if what == MAY_CALL and not knows_of_it(meeting):
        raise MakesNoSense(field="what")
    if said not in SAID:
        raise MakesNoSense(field="said")
    if kind and kind not in OPTION_KINDS:
        raise MakesNoSense(field="kind")
    needs_day = what == FIRST_HELP and said == "yes"
    if needs_day and (on is None or on > day_of(meeting, at)):
        raise MakesNoSense(field="on")
    return keep(
        meeting, what, by, at, said=said, on=on if needs_day else None, kind=kind, answers="{}"
    )


@action
def say(
    *,
    meeting: PlannedMeeting,
    scales: Mapping[str, int | None],
    again: str,
    words: str,
    by: Reader,
    at: datetime,
) -> MeetingAfter:
    """Keep how a meeting was for the person it was held with, as they say. The last one counts.

    Args:
        scales: by id of ``after.person.scales``; None is what they left out. again: whether it
            was good, of ``SAID``, or empty. words: their own.

    Raises:
        NotAllowed for anybody but the person, or before they were told; NothingSaid, MakesNoSense.
    """
    by.confirm_create("meeting_said", institution=meeting.institution_id, circle=meeting.circle_id)
    if not held_with(seen_by=by).filter(pk=meeting.pk).exists():
        raise NotAllowed("said by whom the meeting was held with, once they were told")
    most = {each.id: each.most for each in catalogue.current().meetings.after.person.scales}
    for name, value in scales.items():
        if name not in most or (value is not None and not 0 <= value <= most[name]):
            raise MakesNoSense(field=name)
    if again and again not in SAID:
        raise MakesNoSense(field="again")
    given = {name: value for name, value in scales.items() if value is not None}
    if not (given or again or words.strip()):
        raise NothingSaid
    row: MeetingAfter = MeetingAfter.objects.create(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        what=BY_PERSON,
        said=again,
        answers=json.dumps({"scales": given}),
        words=words.strip(),
        written_at=at,
        written_by_id=meeting.circle.focus_id,
    )
    audit.write("meetings.person_said", by=by, at=at, about=row)
    return row


def knows_of_it(meeting: PlannedMeeting) -> bool:
    """Does the person know of the meeting: it was held with them, or somebody told them?"""
    case = meeting.case
    told = case.disclosed_at is not None or case.engaged_at is not None
    return meeting.held_at is not None or told


def held_with(*, seen_by: Reader) -> ScopedQuerySet:
    """Meetings that were held with the reader, who was told; for them the day alone, newest first.

    The rest of a meeting is no page of the person's.
    """
    rows = PlannedMeeting.objects.unscoped("that somebody was met, and when, for them alone")
    return (
        rows.filter(circle__focus__in=seen_by.persons, held_at__lte=seen_by.at)
        .exclude(case__disclosed_at=None, case__engaged_at=None)
        .select_related("circle")
        .order_by("-held_at", "pk")
    )


def keep(
    meeting: PlannedMeeting, what: str, by: Reader, at: datetime, **given: Any
) -> MeetingAfter:
    """Write one row of what came after a meeting. Raises: NotEnded."""
    by.confirm_create("meeting_after", institution=meeting.institution_id, circle=meeting.circle_id)
    if meeting.ended_at is None:
        raise NotEnded
    row: MeetingAfter = MeetingAfter.objects.create(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        what=what,
        written_at=at,
        written_by=readers.person_for(
            by, institution=meeting.institution_id, circle=meeting.circle_id
        ),
        **given,
    )
    audit.write("meetings.after_written", by=by, at=at, about=row, detail={"what": what})
    return row


def of_meeting(*, seen_by: Reader, meeting: PlannedMeeting) -> ScopedQuerySet:
    """What was written after a meeting, newest first."""
    return (
        MeetingAfter.objects.visible_to(seen_by)
        .filter(meeting=meeting)
        .select_related("written_by", "person")
        .order_by("-written_at", "pk")
    )


def last(*, seen_by: Reader, meeting: PlannedMeeting) -> Mapping[str, MeetingAfter]:
    """The last word on each: by ``debrief``, ``first_help``, ``still_30`` and so on; no calls."""
    found: dict[str, MeetingAfter] = {}
    for row in of_meeting(seen_by=seen_by, meeting=meeting).filter(person=None):
        found.setdefault(row.what, row)
    return found
