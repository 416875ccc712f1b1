"""A member's own limits and offers, how it goes with them, and their ways of helping."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from alongside import catalogue
from alongside.meetings.models import (
    Boundary,
    BoundaryLook,
    HelpingSheet,
    LearningRead,
    PlannedMeeting,
)
from alongside.people.models import Person
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused, Unfit
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

WORDS = ("happens", "will", "because", "can_keep")
SUPPORT = "meeting_support"


class UnknownWord(Unfit):
    """A word that is not in its list. ``field`` and ``value`` say which."""

    field: str
    value: object


class NothingSaid(Refused):
    """A limit says what happens and what I will do; an offer says what I will do."""

    field: str


class NotYetSafe(Refused):
    """A limit is read out only when each check is ticked. ``missing`` are the others."""

    missing: tuple[str, ...]


class NotShared(Refused):
    """Nobody but its writer has seen it yet."""


class HasEnded(Refused):
    """It has ended; what ended is not changed."""


@action
def save(
    *,
    meeting: PlannedMeeting,
    person: Person,
    kind: str,
    topic: str,
    words: Mapping[str, str],
    checks: Sequence[str],
    starts_on: date | None,
    by: Reader,
    at: datetime,
    boundary: Boundary | None = None,
    expected: int = 0,
) -> Boundary:
    """Write a limit or an offer of one's own, or change it. Nobody else sees it.

    Args:
        kind: limit or offer. words: by name of ``WORDS``. checks: ids that were ticked.
        boundary, expected: the one to change and the version it was made from.

    A limit that is changed so that a check is no longer ticked is no longer read out.

    Raises:
        UnknownWord, NothingSaid, HasEnded, StaleVersion; NotAllowed for anybody else's.
    """
    _must_be_own(person, by)
    content = catalogue.current().meetings.limits
    for field, value, known in (
        ("kind", kind, {"limit", "offer"}),
        ("topic", topic, {each.id for each in content.topics}),
        *(("checks", check, {each.id for each in content.checks}) for check in checks),
        *(("words", name, set(WORDS)) for name in words),
    ):
        if value not in known:
            raise UnknownWord(field=field, value=value)
    for field in ("will", "happens") if kind == "limit" else ("will",):
        if not words.get(field, "").strip():
            raise NothingSaid(field=field)
    row = boundary
    if row is None:
        by.confirm_create("boundary", institution=meeting.institution_id, circle=meeting.circle_id)
        row = Boundary(
            institution_id=meeting.institution_id,
            circle_id=meeting.circle_id,
            meeting=meeting,
            written_by=person,
            began_at=at,
        )
    else:
        _must_be_live(row, by)
    row.kind, row.topic, row.starts_on, row.saved_at = kind, topic, starts_on, at
    for name in WORDS:
        setattr(row, name, words.get(name, "").strip())
    row.checks = sorted(set(checks))
    row.read_out = row.read_out and not missing_checks(row)
    if boundary is None:
        row.save(force_insert=True)
    else:
        fields = [*WORDS, "kind", "topic", "starts_on", "saved_at", "checks", "read_out"]
        row.save_version(expected, fields)
    audit.write("meetings.boundary_saved", by=by, at=at, about=row)
    return row


@action
def share(
    *, boundary: Boundary, read_out: bool, expected: int, by: Reader, at: datetime
) -> Boundary:
    """Let whoever leads read it; with ``read_out``, it may be read at the meeting after a no.

    Raises:
        NotYetSafe, HasEnded, StaleVersion.
    """
    _must_be_live(boundary, by)
    if read_out and (missing := missing_checks(boundary)):
        raise NotYetSafe(missing=missing)
    boundary.shared_with_lead_at = boundary.shared_with_lead_at or at
    boundary.read_out = read_out
    boundary.save_version(expected, ["shared_with_lead_at", "read_out"])
    audit.write("meetings.boundary_shared", by=by, at=at, about=boundary)
    return boundary


@action
def take_back(*, boundary: Boundary, by: Reader, at: datetime) -> Boundary:
    """For its writer's eyes alone again, with all that was said to it. It is not read out."""
    _must_be_own(boundary.written_by, by)
    by.confirm("E", boundary)
    boundary.shared_with_lead_at, boundary.read_out = None, False
    boundary.save_version(boundary.version, ["shared_with_lead_at", "read_out"])
    audit.write("meetings.boundary_taken_back", by=by, at=at, about=boundary)
    return boundary


@action
def end(*, boundary: Boundary, by: Reader, at: datetime) -> Boundary:
    """It is over, whether it was kept or not. No reason is asked.

    Raises:
        HasEnded.
    """
    _must_be_live(boundary, by)
    boundary.ended_at, boundary.read_out = at, False
    boundary.save_version(boundary.version, ["ended_at", "read_out"])
    audit.write("meetings.boundary_ended", by=by, at=at, about=boundary)
    return boundary


@action
def look_at(
    *,
    boundary: Boundary,
    went: str,
    words: str,
    by: Reader,
    at: datetime,
    wants_call: bool = False,
) -> BoundaryLook:
    """Say how it went. Nothing is counted against anybody.

    Args:
        went: an id of ``limits.replies``. wants_call: whoever leads is asked to ring, and reads
            no word of it unless it was shared.

    Raises:
        UnknownWord, HasEnded.
    """
    _must_be_live(boundary, by)
    if went not in {each.id for each in catalogue.current().meetings.limits.replies}:
        raise UnknownWord(field="went", value=went)
    by.confirm_create(
        "boundary_look", institution=boundary.institution_id, circle=boundary.circle_id
    )
    row: BoundaryLook = BoundaryLook.objects.create(
        institution_id=boundary.institution_id,
        circle_id=boundary.circle_id,
        boundary=boundary,
        written_by_id=boundary.written_by_id,
        went=went,
        words=words.strip(),
        looked_at=at,
    )
    if wants_call:
        tasks.make_task(
            institution=boundary.institution,
            circle=boundary.circle,
            kind=SUPPORT,
            about=f"boundary_look:{row.pk}",
            what=SUPPORT,
            why=boundary.written_by.name,
            for_role="lead",
            by=by,
            at=at,
        )
    audit.write("meetings.boundary_looked_at", by=by, at=at, about=row)
    return row


@action
def fill_helping(
    *,
    meeting: PlannedMeeting,
    person: Person,
    often: Mapping[str, str],
    choices: Mapping[str, str],
    words: str,
    by: Reader,
    at: datetime,
) -> HelpingSheet:
    """Keep how often one did each, and what one would like to do about it. Only they see it.

    Args:
        often: by way or good way, an id of ``helping.often``; one that is left out was skipped.
        choices: by way, an id of ``helping.choices``.

    Raises:
        UnknownWord; NotAllowed for another.
    """
    _must_be_own(person, by)
    content = catalogue.current().meetings.helping
    ways = {each.id for each in content.ways}
    every = ways | {each.id for each in content.good}
    levels, wishes = ({each.id for each in of} for of in (content.often, content.choices))
    for field, given, keys, values in (
        ("often", often, every, levels),
        ("choices", choices, ways, wishes),
    ):
        for key, value in given.items():
            if key not in keys or value not in values:
                raise UnknownWord(field=field, value=f"{key}: {value}")
    by.confirm_create("helping_sheet", institution=meeting.institution_id, circle=meeting.circle_id)
    sheet: HelpingSheet = HelpingSheet.objects.create(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        written_by=person,
        answers=json.dumps({"often": dict(often), "choices": dict(choices)}),
        words=words.strip(),
        filled_at=at,
    )
    audit.write("meetings.helping_filled", by=by, at=at, about=sheet)
    return sheet


@action
def share_helping(*, sheet: HelpingSheet, shared: bool, by: Reader, at: datetime) -> HelpingSheet:
    """Let whoever leads read it, or take it back."""
    _must_be_own(sheet.written_by, by)
    by.confirm("E", sheet)
    sheet.shared_with_lead_at = at if shared else None
    sheet.save(update_fields=["shared_with_lead_at"])
    word = "shared" if shared else "taken_back"
    audit.write(f"meetings.helping_{word}", by=by, at=at, about=sheet)
    return sheet


@action
def mark_read(
    *, meeting: PlannedMeeting, person: Person, page: str, by: Reader, at: datetime
) -> LearningRead:
    """Keep that one has read a page for the family; marking it again changes nothing.

    Raises:
        UnknownWord; NotAllowed for another.
    """
    _must_be_own(person, by)
    if catalogue.current().meetings.learning.page(page) is None:
        raise UnknownWord(field="page", value=page)
    by.confirm_create("learning_read", institution=meeting.institution_id, circle=meeting.circle_id)
    marked = LearningRead.objects.visible_to(by).filter(
        circle_id=meeting.circle_id, written_by=person, page=page
    )
    if (before := marked.first()) is not None:
        return before
    row: LearningRead = LearningRead.objects.create(
        institution_id=meeting.institution_id,
        circle_id=meeting.circle_id,
        meeting=meeting,
        written_by=person,
        page=page,
        read_at=at,
    )
    audit.write("meetings.page_marked_read", by=by, at=at, about=row, detail={"page": page})
    return row


def missing_checks(boundary: Boundary) -> tuple[str, ...]:
    """Checks of a limit that are not ticked. An offer has none."""
    if boundary.kind == "offer":
        return ()
    checks = catalogue.current().meetings.limits.checks
    return tuple(each.id for each in checks if each.id not in boundary.checks)


def _must_be_own(person: Person, by: Reader) -> None:
    if person.pk not in by.persons:
        raise NotAllowed("a limit is its writer's")


def _must_be_live(boundary: Boundary, by: Reader) -> None:
    _must_be_own(boundary.written_by, by)
    by.confirm("E", boundary)
    if boundary.ended_at is not None:
        raise HasEnded
