"""While a meeting is held: every press is kept once, in its own time, also when it arrives late."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from alongside import catalogue
from alongside.access import readers
from alongside.crisis import actions as crisis
from alongside.engine.meetings.live import WORDS, Mark, Standing, standing
from alongside.engine.risk import RiskFinding
from alongside.engine.risk.levels import Code
from alongside.meetings import queries
from alongside.meetings.models import PlannedMeeting, RunMark
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

RUN = "meeting_run"  # a safety check from the room, as the lead pressed it
LATE = timedelta(minutes=2)  # what happened longer ago comes from a page without network


class UnknownPress(Refused):
    """No press of this name, step or reason."""

    word: str


class NotAGo(Refused):
    """A gate is closed: the meeting does not begin."""


class NoDate(Refused):
    """No date is set, so there is nothing to hold."""


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed. Its id is made where it is pressed: sending it twice changes nothing."""

    id: UUID
    word: str
    happened_at: datetime
    step: int = 0
    reason: str = ""


@action
def keep(
    *,
    meeting: PlannedMeeting,
    presses: Sequence[Press],
    steps: int,
    had_date: bool = False,
    by: Reader,
    at: datetime,
) -> list[UUID]:
    """Keep presses from the room. Those that are kept already are passed over.

    A reason of stop that shows danger raises its alert in the same transaction. What happened away
    from the network is a fact: it is kept whatever has become of the gates or of the meeting.

    Args:
        presses: a time in the future counts as now. steps: how many the run sheet has.
        had_date: they come from a sheet that was kept while a date was set.

    Returns:
        The ids that are kept now, these or those of before.

    Raises:
        UnknownPress, NoDate; NotAGo for a begin that is pressed now and may not be.
    """
    by.confirm_create("meeting_run", institution=meeting.institution_id, circle=meeting.circle_id)
    if not had_date and queries.date_of(meeting) is None and meeting.ended_at is None:
        raise NoDate
    reasons = {each.id: each for each in catalogue.current().meetings.sheet.stops}
    rows = RunMark.objects.unscoped("is this press kept already? (ids alone)")
    there = set(
        rows.filter(meeting=meeting, pk__in=[each.id for each in presses]).values_list(
            "pk", flat=True
        )
    )
    for press in sorted(presses, key=lambda each: each.happened_at):
        if press.id in there:
            continue
        is_known = press.word in WORDS and 0 <= press.step <= steps
        if not is_known or (press.reason and press.reason not in reasons):
            raise UnknownPress(word=press.word)
        if press.word == "begin" and at - press.happened_at < LATE:
            _must_be_a_go(meeting, by, at)
        row = RunMark(
            id=press.id,
            institution_id=meeting.institution_id,
            circle_id=meeting.circle_id,
            meeting=meeting,
            word=press.word,
            step=press.step,
            reason=press.reason,
            happened_at=min(press.happened_at, at),
            kept_at=at,
            written_by=readers.person_for(
                by, institution=meeting.institution_id, circle=meeting.circle_id
            ),
        )
        row.save(force_insert=True)
        there.add(press.id)
        audit.write("meetings.run_marked", by=by, at=at, about=row, detail={"word": press.word})
        if press.reason and (level := reasons[press.reason].level) is not None:
            _raise_alert(meeting, row, level, by, at)
    return [each.id for each in presses]


def _must_be_a_go(meeting: PlannedMeeting, by: Reader, at: datetime) -> None:
    if not queries.verdict(meeting, seen_by=by, at=at).may_go:
        raise NotAGo


def _raise_alert(
    meeting: PlannedMeeting, row: RunMark, level: Code, by: Reader, at: datetime
) -> None:
    version = catalogue.current().meetings.screen_ref.rpartition("@")[2]
    finding = RiskFinding(
        rule=f"{RUN}_{row.reason}@{version}",
        level=level,
        because=f"{row.reason} at {row.happened_at:%H:%M} UTC",
        item=row.reason,
    )
    crisis.record_safety_check(
        kind=RUN,
        form=catalogue.current().meetings.screen_ref,
        circle=meeting.circle,
        about=meeting.circle.focus,
        written_by=row.written_by,
        answers={"stopped": row.reason},
        findings=[finding],
        source=f"{RUN}:{row.pk}",
        by=by,
        at=at,
    )


def marks(*, seen_by: Reader, meeting: PlannedMeeting) -> ScopedQuerySet:
    """What was pressed, in the order in which it happened."""
    return RunMark.objects.visible_to(seen_by).filter(meeting=meeting).order_by("happened_at", "pk")


def stands(*, seen_by: Reader, meeting: PlannedMeeting, steps: int) -> Standing:
    """Where the meeting stands now."""
    return standing(
        [
            Mark(str(row.pk), row.word, row.step, row.happened_at)
            for row in marks(seen_by=seen_by, meeting=meeting)
        ],
        steps,
    )


def for_page(*, seen_by: Reader, meeting: PlannedMeeting) -> str:
    """The presses as JSON for the page that goes on without network: no word of anybody."""
    return json.dumps(
        [
            {
                "id": str(row.pk),
                "word": row.word,
                "step": row.step,
                "at": int(row.happened_at.timestamp() * 1000),
            }
            for row in marks(seen_by=seen_by, meeting=meeting)
        ]
    )
