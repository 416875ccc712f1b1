"""What the gates of a course are told from here: its complete sheets, steps and sessions held.

Gates ask what is so, whoever looks: nothing of this is shown, only whether a gate is open.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from alongside import catalogue
from alongside.delivery import rules
from alongside.delivery.models import Artefact, Attendance, Homework, StepRecord, TherapySession
from alongside.engine.protocols.shapes import Protocol
from alongside.engine.protocols.signs import Sheet, Sign
from alongside.engine.protocols.steps import RecordState, steps_done
from alongside.engine.protocols.steps import StepRecord as StepFact
from alongside.people.models import GroupMember
from alongside.plans.known import Known
from alongside.plans.models import Course
from alongside.plans.queries import GATE, protocol_of, treated_by
from alongside.records import prepared

HOMEWORK = "homework_done"
SIGNED_RULES, GROUP_SIZE = "signed_rules", "group_size"
COMES = "comes"  # not two sessions missed in a row without a word


def known(course: Course, at: datetime) -> Known:
    """What the signs of a protocol are looked for in; nothing is read where it has none."""
    way = protocol_of(course)
    signs = way.signs(course.variant)
    forms = {sign.form for sign in signs if sign.form}
    # Completion is judged beside the ladder, which has read the steps already.
    ends = [sign for each in way.completion.shown_by.values() for sign in each]
    steps = any(
        sign.steps or sign.steps_missing for sign in signs if all(sign is not end for end in ends)
    )
    asked = {word for sign in signs for word in (*sign.words, *sign.words_missing)}
    counts = HOMEWORK in asked or any(sign.sessions for sign in signs)
    held = _held(course, at) if counts else []
    said = {
        HOMEWORK: lambda: _homework_is_done(held, at),
        COMES: lambda: _comes(course, at),
    }
    return Known(
        words=frozenset(word for word, is_so in said.items() if word in asked and is_so())
        | _of_the_group(course, way),
        sheets=sheets(course, forms, at, all_day=_of_the_day(signs)) if forms else (),
        steps=_steps(course, way, at) if steps else frozenset(),
        sessions_held=len(held),
    )


def _of_the_day(signs: Iterable[Sign]) -> set[str]:
    """Forms that speak of one day: taken over from paper that evening, they still do."""
    return {sign.form for sign in signs if sign.day}


def sheets(
    course: Course, forms: set[str], at: datetime, *, all_day: Set[str] = frozenset()
) -> tuple[Sheet, ...]:
    """The complete sheets of some forms of a course at a moment, in the order they were written.

    Args:
        all_day: forms of which those written later that day count too.
    """

    def rows(course: UUID) -> Any:
        complete = Artefact.objects.unscoped(GATE).filter(
            course=course, superseded_at=None, is_complete=True
        )
        return complete.order_by("made_at", "pk")

    found = []
    for row in prepared.rows("known.sheets", rows, course=course.pk):
        form = row.form.partition("/")[2].partition("@")[0]
        late = row.made_at > at and not (form in all_day and row.made_at.date() == at.date())
        if form in forms and not late:
            answers = json.loads(row.answers)
            found.append(Sheet(form, row.made_at.date(), answers, str(row.about_id)))
    return tuple(found)


def _of_the_group(course: Course, way: Protocol) -> frozenset[str]:
    """What the roster knows: everybody treated is in a group of this way, agreed to its rules, and
    the group has as many members as content says. The sheets of the course may say so instead."""
    if way.treats != "group":
        return frozenset()

    def rows(circle: UUID, way: str) -> Any:
        places = GroupMember.objects.unscoped(GATE).filter(circle=circle, state="in")
        return places.filter(group__way=way, group__ended_at=None).order_by("joined_at", "pk")

    found = prepared.rows("known.places", rows, circle=course.circle_id, way=way.id)
    here = {row.person_id: row for row in found}
    treated = [person.pk for person in treated_by(course)]
    if not treated or any(pk not in here for pk in treated):
        return frozenset()
    words = {SIGNED_RULES} if all(here[pk].rules_agreed_at for pk in treated) else set()
    size = catalogue.current().groups
    groups = {here[pk].group_id for pk in treated}
    members = GroupMember.objects.unscoped(GATE).filter(group__in=groups, state="in")
    counts = Counter(members.values_list("group_id", flat=True))
    if all(size.fewest <= counts[group] <= size.most for group in groups):
        words.add(GROUP_SIZE)
    return frozenset(words)


def _homework_is_done(held: list[UUID], at: datetime) -> bool:
    """Enough of what was set in the last sessions and told of was done, in full or part."""
    limits = catalogue.current().tracking.homework
    last = held[: limits.sessions]
    if len(last) < limits.sessions:
        return True
    rows = Homework.objects.unscoped(GATE).filter(session__in=last, told_at__lte=at)
    done, told = rules.tried_of(rows.values_list("done", flat=True))
    return not limits.is_low(done, told)


def _comes(course: Course, at: datetime) -> bool:
    """Nobody whom the course treats missed its last two sessions without a word."""

    def rows(course: UUID, at: datetime) -> Any:
        sessions = TherapySession.objects.unscoped(GATE).filter(course=course, held_at__lte=at)
        return sessions.order_by("-held_at").values_list("pk", flat=True)[:2]

    last = prepared.rows("known.last", rows, course=course.pk, at=at)
    if len(last) < 2:
        return True
    missed = Attendance.objects.unscoped(GATE).filter(session__in=last, word="did_not_attend")
    absent = list(missed.values_list("person_id", flat=True))
    return all(absent.count(person) < 2 for person in absent)


def _steps(course: Course, way: Protocol, at: datetime) -> frozenset[str]:

    def rows(course: UUID, at: datetime) -> Any:
        steps = StepRecord.objects.unscoped(GATE).filter(course=course, done_at__lte=at)
        return steps.order_by("done_at", "pk")

    return steps_done(
        way,
        [
            StepFact(row.step, cast(RecordState, row.state), row.done_at.date(), None, row.reason)
            for row in prepared.rows("known.steps", rows, course=course.pk, at=at)
            if row.step in way.step_ids  # what only a former version had stays on record
        ],
    )


def _held(course: Course, at: datetime) -> list[UUID]:
    """The sessions that were held until then, the newest first."""

    def rows(course: UUID, at: datetime) -> Any:
        held = TherapySession.objects.unscoped(GATE).filter(course=course, held=True)
        return held.filter(held_at__lte=at).order_by("-held_at").values_list("pk", flat=True)

    return prepared.rows("known.held", rows, course=course.pk, at=at)
