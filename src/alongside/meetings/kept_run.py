"""The run sheet in the browser of whoever leads, to hold the meeting without network (rule M5).

How a browser keeps something is ``access.without_network``. What is pressed meanwhile arrives by
the same link, also when the session is long over: a stop for danger waits for nobody's signing in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import readers
from alongside.access import without_network as kept
from alongside.access.without_network import Kept, Still
from alongside.directory import queries as directory
from alongside.meetings import live, queries
from alongside.meetings.models import PlannedMeeting
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused
from alongside.records.reader import Reader

MOST_STEPS = 60  # of a sheet that may have changed since it was kept


class NothingKept(Refused):
    """No browser keeps anything by this token, or no longer."""


@dataclass(frozen=True, slots=True)
class KeptRun:
    """The link, and which edition of the sheet went along."""

    kept: Kept
    edition: str


@action
def keep(*, meeting: PlannedMeeting, by: Reader, at: datetime) -> KeptRun:
    """Let whoever leads take the sheet along until some days after the meeting.

    Raises:
        NoDate: there is nothing to hold yet.
    """
    by.confirm_create("meeting_run", institution=meeting.institution_id, circle=meeting.circle_id)
    booking = queries.date_of(meeting)
    if booking is None or meeting.ended_at is not None:
        raise live.NoDate
    days = catalogue.current().meetings.sheet.kept_on_a_device.days
    found = kept.keep(
        purpose=kept.RUN,
        target=meeting.pk,
        person=readers.person_for(by, institution=meeting.institution_id, circle=meeting.circle_id),
        circle=meeting.circle,
        until=max(booking.starts_at, at) + timedelta(days=days),
        by=by,
        at=at,
    )
    audit.write("meetings.run_kept", by=by, at=at, about=meeting)
    return KeptRun(found, edition(meeting, seen_by=by))


@action
def take_off(*, meeting: PlannedMeeting, by: Reader, at: datetime) -> None:
    """No browser may keep it any longer; each forgets it when it next reaches us."""
    by.confirm_create("meeting_run", institution=meeting.institution_id, circle=meeting.circle_id)
    access.end_links(target=meeting.pk, purpose=kept.RUN, by=by, at=at)
    audit.write("meetings.run_taken_off", by=by, at=at, about=meeting)


def taken_off(*, token: str, at: datetime) -> None:
    """This browser forgot it by itself. A token that ended or never was changes nothing."""
    kept.taken_off(purpose=kept.RUN, token=token, at=at)


def still(*, token: str, edition_kept: str, at: datetime) -> Still:
    """Whether a browser may go on keeping it: until the meeting ended, for whoever may lead it."""
    try:
        meeting, reader = _of(token, at)
    except NothingKept:
        return Still(may=False)
    if meeting.ended_at is not None:
        return Still(may=False)
    return Still(may=True, newer=edition_kept != edition(meeting, seen_by=reader))


def press(*, token: str, presses: Sequence[live.Press], at: datetime) -> list[UUID]:
    """Keep what was pressed in a browser that keeps the sheet, as ``live.keep`` does.

    Raises:
        NothingKept; UnknownPress; NotAGo for a begin that is pressed now and may not be.
    """
    meeting, reader = _of(token, at)
    return live.keep(
        meeting=meeting, presses=presses, steps=MOST_STEPS, had_date=True, by=reader, at=at
    )


def kept_until(meeting: PlannedMeeting, *, at: datetime) -> datetime | None:
    """Until when some browser keeps the sheet of this meeting; None when none does."""
    return readers.link_lives_until(target=meeting.pk, purpose=kept.RUN, at=at)


def edition(meeting: PlannedMeeting, *, seen_by: Reader) -> str:
    """A word that changes with whatever stands on the sheet."""
    booking = queries.date_of(meeting)
    seats = queries.seats(seen_by=seen_by, meeting=meeting)
    holds = directory.holds(seen_by=seen_by, circle=meeting.circle_id)
    stands = [
        str(meeting.version),
        booking.starts_at.isoformat() if booking else "",
        *sorted(f"{row.pk} {row.version}" for row in (*seats, *holds)),
    ]
    return sha256("\n".join(stands).encode()).hexdigest()


def _of(token: str, at: datetime) -> tuple[PlannedMeeting, Reader]:
    for keeper in kept.keepers(purpose=kept.RUN, token=token, at=at):
        meeting = queries.meetings(seen_by=keeper.reader).filter(pk=keeper.link.target).first()
        if meeting is not None and keeper.reader.may_make(
            "meeting_run", institution=meeting.institution_id, circle=meeting.circle_id
        ):
            return meeting, keeper.reader
    raise NothingKept
