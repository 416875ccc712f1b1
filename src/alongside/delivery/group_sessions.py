"""A session of a group: written down once, then split into each member's own record.

What the group's record holds names nobody. Each member's part, their attendance and their note go
into their own case, where a course of the group's way runs; nobody else stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alongside import catalogue
from alongside.access import readers
from alongside.cases import actions as cases
from alongside.crisis.models import Alert
from alongside.delivery import actions, rules
from alongside.delivery.models import (
    Attendance,
    GroupPart,
    GroupSession,
    ProgressNote,
    TherapySession,
)
from alongside.engine.protocols import gates as gate_rules
from alongside.people.models import Group, GroupMember, Person, Practitioner
from alongside.plans import queries as plans
from alongside.plans.models import Course, CoursePerson
from alongside.records import audit, crashpoint
from alongside.records.actions_base import action
from alongside.records.errors import Held, Refused, Unfit
from alongside.records.reader import Reader, system
from alongside.tasks import actions as tasks

REASON = "a therapy group"
INCIDENT = "group_incident"  # of tasks
SAID = frozenset({"fit_today"})  # who leads says it of everybody who came
URGENT = ("A", "B", "C")
LATEST_MINUTES = 240


class NotEveryone(Unfit):
    """Each member of the group has a word for whether they came, and nobody else."""


class NamesAnother(Unfit):
    """A text names a member whose record it is not. ``field`` and ``member`` say where and whom."""

    field: str
    member: GroupMember


class HeldBack(Held):
    """Something holds back a session with this member; it is released first. ``member``."""

    member: GroupMember


class AlreadyTold(Refused):
    """A session of this group at this time is written down already."""


@dataclass(frozen=True, slots=True)
class Part:
    """One member in one session: whether they came, how late, a note and anything critical."""

    word: str
    minutes_late: int | None = None
    note: str = ""
    incident: str = ""


@action
def hold(
    *,
    group: Group,
    held_at: datetime,
    minutes: int,
    topic: str,
    events: str,
    leaders: Sequence[Practitioner],
    parts: Mapping[GroupMember, Part],
    by: Any,
    at: datetime,
) -> GroupSession:
    """Write down a session of a group; each member's part goes into their own record with it.

    Args:
        held_at: when it began, UTC; not after ``at``. minutes: 1 to 480.
        topic, events: about the group; they name nobody. The topic stands in each one's note.
        leaders: who led it.
        parts: one for each member who is in the group; at least one came.

    Raises:
        NotEveryone, NamesAnother, HeldBack, AlreadyTold; actions.NotHappenedYet, NobodyCame,
        NeedsWords, UnknownWord.
    """
    by.confirm("E", group)
    rows = Group.objects.unscoped("sessions of a group are numbered one at a time")
    rows.select_for_update(of=("self",)).get(pk=group.pk)
    here = members_in(group, seen_by=by)
    if {member.pk for member in parts} != {member.pk for member in here}:
        raise NotEveryone(group=group)
    _must_be_possible(held_at, minutes, topic, parts, at)
    _must_name_nobody_else(everybody_of(group, seen_by=by), topic, events, parts)
    told = GroupSession.objects.unscoped("number the sessions of this group").filter(group=group)
    if told.filter(held_at=held_at).exists():
        raise AlreadyTold(group=group)
    me = readers.person_for(by, institution=group.institution_id)
    session = GroupSession.objects.create(
        institution_id=group.institution_id,
        group=group,
        number=(told.aggregate(last=Max("number"))["last"] or 0) + 1,
        held_at=held_at,
        minutes=minutes,
        topic=topic.strip(),
        events=events.strip(),
        leaders=[str(leader.pk) for leader in leaders],
        written_by=me,
        written_at=at,
    )
    audit.write("delivery.group_session_held", by=by, at=at, about=session)
    crashpoint.here("group.session_made")
    courses = courses_of(group, here)
    for member, part in parts.items():
        _split(session, member, part, courses.get(member.pk), me, by=by, at=at)
        crashpoint.here("group.part_made")
    return session


def members_in(group: Group, *, seen_by: Any) -> list[GroupMember]:
    """Who is in the group now, longest first."""
    rows = GroupMember.objects.visible_to(seen_by).filter(group=group, state="in")
    return list(rows.select_related("person").order_by("joined_at", "pk"))


def everybody_of(group: Group, *, seen_by: Any) -> list[GroupMember]:
    """Everybody who has, had or waits for a place: what is written names none of them."""
    rows = GroupMember.objects.visible_to(seen_by).filter(group=group)
    return list(rows.select_related("person").order_by("asked_at", "pk"))


def courses_of(group: Group, members: Sequence[GroupMember]) -> dict[UUID, Course]:
    """By place, the running course of the group's way that treats this member in their case."""
    rows = CoursePerson.objects.unscoped("into which course of theirs does a session go?").filter(
        person__in=[member.person_id for member in members],
        course__circle__in=[member.circle_id for member in members],
        course__protocol__startswith=f"{group.way}@",
        course__started_at__isnull=False,
        course__ended_at=None,
    )
    found = {
        (row.course.circle_id, row.person_id): row.course
        for row in rows.select_related(
            "course__plan__case", "course__circle__focus", "course__institution",
            "course__deliverer__person",
        )
    }  # fmt: skip
    return {
        member.pk: found[member.circle_id, member.person_id]
        for member in members
        if (member.circle_id, member.person_id) in found
    }


def signs(members: Sequence[GroupMember], at: datetime) -> dict[UUID, str]:
    """By place, the sign of a member and no more (condition 15): ok, attention or urgent."""
    rows = Alert.objects.unscoped("a sign for who leads the group, never what it is").filter(
        circle__in=[member.circle_id for member in members], closed_at=None
    )
    levels: dict[UUID | None, set[str]] = {}
    for circle, level in rows.values_list("circle_id", "level"):
        levels.setdefault(circle, set()).add(level)
    return {member.pk: _sign(levels.get(member.circle_id, set())) for member in members}


def _sign(levels: set[str]) -> str:
    if levels & set(URGENT):
        return "urgent"
    return "attention" if levels else "ok"


# -- refusals ------------------------------------------------------------------------------------


def _must_be_possible(
    held_at: datetime,
    minutes: int,
    topic: str,
    parts: Mapping[GroupMember, Part],
    at: datetime,
) -> None:
    if held_at > at:
        raise actions.NotHappenedYet(when=held_at)
    if not 1 <= minutes <= rules.LONGEST_MINUTES:
        raise actions.UnknownWord(field="minutes", value=minutes)
    if not topic.strip():
        raise actions.NeedsWords(field="topic")
    for part in parts.values():
        if part.word not in rules.ATTENDANCE:
            raise actions.UnknownWord(field="word", value=part.word)
        if part.minutes_late is not None and not 1 <= part.minutes_late <= LATEST_MINUTES:
            raise actions.UnknownWord(field="minutes_late", value=part.minutes_late)
    if not any(part.word in rules.CAME for part in parts.values()):
        raise actions.NobodyCame


def _must_name_nobody_else(
    everybody: Sequence[GroupMember], topic: str, events: str, parts: Mapping[GroupMember, Part]
) -> None:
    """No text that others or another's case will hold names a member (T19, T21)."""
    for member in everybody:
        words = names_of(member)
        for field, text in (("topic", topic), ("events", events)):
            if rules.names(text, words):
                raise NamesAnother(field=field, member=member)
        for other, part in parts.items():
            if other.person_id == member.person_id:  # their own, or an earlier place of theirs
                continue
            for kind, text in (("note", part.note), ("incident", part.incident)):
                # An alias that two share is no telltale: here it is their own.
                if rules.names(text, words - names_of(other)):
                    raise NamesAnother(field=f"{kind}:{other.pk}", member=member)


def names_of(member: GroupMember) -> set[str]:
    """The words by which somebody may be known: alias, name, and each part of the name."""
    return rules.words_of(member.person.name) | {member.alias.casefold()} - {""}


# -- into each one's own record --------------------------------------------------------------------


def _split(
    session: GroupSession,
    member: GroupMember,
    part: Part,
    course: Course | None,
    me: Person,
    *,
    by: Reader,
    at: datetime,
) -> None:
    own = _own_session(session, member, part, course, me, at=at) if course is not None else None
    row = GroupPart.objects.create(
        institution_id=session.institution_id,
        group_id=session.group_id,
        circle_id=member.circle_id,
        meeting=session,
        member=member,
        about_id=member.person_id,
        written_by=me,
        word=part.word,
        minutes_late=part.minutes_late if part.word == "late" else None,
        note=part.note.strip(),
        incident=part.incident.strip(),
        session=own,
    )
    audit.write("delivery.group_part_written", by=by, at=at, about=row)
    if own is not None and course is not None:
        word = "delivery.session_held" if own.held else "delivery.session_not_held"
        audit.write(word, by=by, at=at, about=own)
        if own.held:
            # Help that goes on is a step of the case, whoever leads the group.
            cases.touch(case=course.plan.case, by=system(REASON, at), at=at)
        else:
            actions.reach_out(course, by=by, at=at)
    if part.incident.strip():
        tasks.make_task(
            institution=member.institution,
            circle=member.circle,
            kind=INCIDENT,
            about=f"group_part:{row.pk}",
            what="Something critical happened in a group session: read it, and talk with them",
            why=part.incident.strip(),
            for_role="lead",
            due_at=at + timedelta(days=catalogue.current().groups.incident_days),
            by=by,
            at=at,
        )


def _own_session(
    session: GroupSession,
    member: GroupMember,
    part: Part,
    course: Course,
    me: Person,
    *,
    at: datetime,
) -> TherapySession:
    """The member's own session in their own case, held or not held, with its note signed."""
    came = part.word in rules.CAME
    service = system(REASON, at)  # who leads a group need not be able to read its members' cases
    if came:
        states = plans.session_gates(course=course, seen_by=service, at=session.held_at, said=SAID)
        if not gate_rules.may_start(states):
            raise HeldBack(member=member)
    rows = TherapySession.objects.unscoped("number the sessions of this course")
    last = rows.filter(course=course, held=True).aggregate(last=Max("number"))["last"] or 0
    own = TherapySession.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        course=course,
        practitioner=course.deliverer,
        written_by=me,
        number=last + 1,
        held=came,
        held_at=session.held_at,
        minutes=session.minutes if came else None,
        not_held_because="" if came else part.word,
        not_held_by="" if came else rules.WHOSE_OF[part.word],
    )
    Attendance.objects.create(
        institution_id=course.institution_id,
        circle_id=course.circle_id,
        session=own,
        person_id=member.person_id,
        word=part.word,
        late_minutes=part.minutes_late if part.word == "late" else None,
        whose="" if came else rules.WHOSE_OF[part.word],
    )
    if came:
        note = _note(session, part)
        ProgressNote.objects.create(
            institution_id=course.institution_id,
            circle_id=course.circle_id,
            session=own,
            about_id=member.person_id,
            written_by=me,
            parts=json.dumps({rules.FREE_PART: note}, ensure_ascii=False),
            changed_at=at,
            signed_at=at,
        )
    return own


def _note(session: GroupSession, part: Part) -> str:
    """What stands in a member's own note: the topic, and what was noted of them."""
    facts = {"number": session.number, "topic": session.topic}
    lines = [_("Group, session %(number)s: %(topic)s") % facts]
    if part.minutes_late:
        late = ngettext("%(minutes)s minute late.", "%(minutes)s minutes late.", part.minutes_late)
        lines.append(late % {"minutes": part.minutes_late})
    return "\n".join(each for each in (*lines, part.note.strip()) if each)
