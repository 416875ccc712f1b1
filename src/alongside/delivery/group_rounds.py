"""Asking a whole group: one press asks every member the same, each by their own private link.

Nobody is told who else was asked. Who leads the group sees how complete a round is, by alias; the
answers stay in each one's own case. A mean is shown only over enough members.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.access import readers
from alongside.delivery import on_time, schedule
from alongside.delivery.group_sessions import members_in
from alongside.delivery.models import GroupRound, Timing
from alongside.engine.outcomes.groups import Cohesion, cohesion
from alongside.measures import actions as measures
from alongside.measures.models import Response
from alongside.measures.rules import may_be_sent
from alongside.people.models import Group, GroupMember
from alongside.records import audit, crashpoint
from alongside.records.actions_base import action
from alongside.records.errors import Refused
from alongside.records.reader import system

REASON = "a therapy group"
CONNECTION = "group_connection"
ONE_WORD = "a group's round: what became of each asking, and means over enough members"


class NobodyToAsk(Refused):
    """Nobody of the group can be asked now."""


class NotForAGroup(Refused):
    """A trained person asks this one, face to face."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One member in one round. ``state``: answered, declined, expired, open or not_reached."""

    member: GroupMember
    state: str


@dataclass(frozen=True, slots=True)
class Round:
    """One round: who was asked, and how many answered; how close they feel, where it was asked."""

    row: GroupRound
    asked: tuple[Asked, ...]
    closeness: Cohesion | None

    @property
    def answered(self) -> int:
        """How many answered."""
        return sum(each.state == "answered" for each in self.asked)


@action
def ask_group(
    *, group: Group, instrument: str, days: int, by: Any, at: datetime
) -> tuple[GroupRound, tuple[GroupMember, ...]]:
    """Ask everybody in a group the same about themself, and write to each by their own safe way.

    Args:
        days: how long it is open, 1 to 90.

    Returns:
        The round, and the members who cannot be asked now: their case is closed, or they have not
        come in.

    Raises:
        NobodyToAsk, NotForAGroup; measures.actions.TooLong; UnknownContent.
    """
    by.confirm("E", group)
    if not may_be_sent(catalogue.current().instrument(instrument)):
        raise NotForAGroup(instrument=instrument)
    me = readers.person_for(by, institution=group.institution_id)
    service = system(REASON, at)  # the circles of the members are not the leader's to read
    number, left_out, timings = uuid4(), [], []
    for member in members_in(group, seen_by=by):
        if not schedule.may_be_told(member.circle, member.person_id, seen_by=service, at=at):
            left_out.append(member)
            continue
        asking = measures.make_asking(
            circle=member.circle,
            about=member.person,
            respondent=member.person,
            instrument=instrument,
            days=days,
            occasion=f"group:{group.pk}",
            asked_by=me,
            by=service,
            at=at,
        )
        timing = Timing.objects.create(
            institution_id=group.institution_id,
            circle_id=member.circle_id,
            asking=asking,
            respondent_id=member.person_id,
            instrument=asking.instrument.partition("@")[0],
            round=number,
            made_at=at,
        )
        timings.append(timing)
        crashpoint.here("group.asked")
    if not timings:
        raise NobodyToAsk(group=group)
    row = GroupRound.objects.create(
        institution_id=group.institution_id,
        group=group,
        number=number,
        instrument=timings[0].asking.instrument,
        asked_at=at,
        written_by=me,
    )
    audit.write("delivery.group_round_asked", by=by, at=at, about=row)
    on_time.send_now(timings=timings, by=service, at=at)
    return row, tuple(left_out)


def rounds(group: Group, *, seen_by: Any, at: datetime) -> list[Round]:
    """The rounds of a group, newest first; the same few queries, however many there are."""
    rows = list(
        GroupRound.objects.visible_to(seen_by).filter(group=group).order_by("-asked_at", "pk")
    )
    members = {
        (each.circle_id, each.person_id): each
        for each in GroupMember.objects.visible_to(seen_by).filter(group=group).order_by("asked_at")
    }
    timings: dict[UUID | None, list[Timing]] = {}
    found = Timing.objects.unscoped(ONE_WORD).filter(round__in=[row.number for row in rows])
    for timing in found.select_related("asking").order_by("made_at", "pk"):
        timings.setdefault(timing.round, []).append(timing)
    close = [row for row in rows if row.instrument.partition("@")[0] == CONNECTION]
    points = _points([t for row in close for t in timings.get(row.number, ())])
    zone = ZoneInfo(group.institution.zone)
    made = []
    for row in rows:
        own = timings.get(row.number, [])
        asked = tuple(
            Asked(members[timing.circle_id, timing.respondent_id], _state(timing, at, zone))
            for timing in own
            if (timing.circle_id, timing.respondent_id) in members
        )
        ratings = [points[t.asking_id] for t in own if t.asking_id in points]
        made.append(Round(row, asked, _closeness(row, ratings)))
    return made


def _state(timing: Timing, at: datetime, zone: ZoneInfo) -> str:
    said = schedule.outcome_of_asking(timing.asking, at=at, zone=zone)
    if said in ("answered", "late"):
        return "answered"
    if said in ("declined", "expired"):
        return str(said)
    return "not_reached" if timing.unreached_at is not None else "open"


def _points(timings: Sequence[Timing]) -> dict[UUID, float]:
    rows = Response.objects.unscoped(ONE_WORD).filter(
        asking__in=[timing.asking_id for timing in timings],
        entered_in_error=False,
        corrections=None,
    )
    found = {}
    for row in rows.order_by("answered_at"):
        instrument = catalogue.current().instruments.get(row.instrument)
        exact = row.scores_exact.get(instrument.main_score) if instrument is not None else None
        if exact not in (None, "None") and row.asking_id is not None:
            found[row.asking_id] = float(exact)
    return found


def _closeness(row: GroupRound, ratings: Sequence[float]) -> Cohesion | None:
    """How close a group feels, over enough members that nobody's own answer shows."""
    instrument = catalogue.current().instruments.get(row.instrument)
    if instrument is None or len(ratings) < 2:
        return None
    rule = instrument.score_rule(instrument.main_score)
    if rule is None:
        return None
    found = cohesion(ratings, options=int(rule.highest - rule.lowest) + 1)
    return found if found.may_be_fed_back else None
