"""What the words of the access matrix mean for sessions, notes and homework."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from alongside.people.permissions import group_words
from alongside.plans.models import CoursePerson
from alongside.records.conditions import never, own
from alongside.records.registry import Condition, conditions


def _own_courses(reader: Any) -> Any:
    return CoursePerson._base_manager.filter(person__in=reader.persons).values("course")


CLIENT = Condition(
    q=lambda reader: Q(course__in=_own_courses(reader)),
    holds=lambda row, reader: CoursePerson._base_manager.filter(
        course_id=row.course_id, person__in=reader.persons
    ).exists(),
)
NOTE = {
    "own": own("about"),
    "signed": Condition(
        q=lambda reader: Q(signed_at__isnull=False),
        holds=lambda row, reader: row.signed_at is not None,
    ),
    "own_draft": Condition(
        q=lambda reader: Q(signed_at=None, written_by__in=reader.persons),
        holds=lambda row, reader: row.signed_at is None and row.written_by_id in reader.persons,
    ),
}
LETTER = {
    "own": own("about"),
    "own_draft": NOTE["own_draft"],
    "shared": Condition(
        q=lambda reader: Q(shared_at__isnull=False),
        holds=lambda row, reader: row.shared_at is not None,
    ),
}
GIVEN = {
    "own": own("about"),
    "own_draft": never(),
    "shared": Condition(
        q=lambda reader: Q(letter__shared_at__isnull=False),
        holds=lambda row, reader: row.letter.shared_at is not None,
    ),
}


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("delivery", {"client": CLIENT})
    conditions.register("delivery.attendance", {"client": own("person")})
    conditions.register("delivery.progressnote", NOTE)
    conditions.register("delivery.addition", NOTE)
    conditions.register("delivery.letter", LETTER)
    conditions.register("delivery.lettergiven", GIVEN)
    conditions.register("delivery.countersignature", {"named": own("supervisor__person")})
    conditions.register("delivery.processnote", {"author": own("written_by")})
    conditions.register("delivery.homework", {"own": own("about")})
    conditions.register("delivery.artefact", {"own": own("about")})
    for model in ("groupsession", "groupround"):
        conditions.register(f"delivery.{model}", group_words("group_id"))
    for model in ("grouptalk", "grouppart"):
        conditions.register(f"delivery.{model}", {"own": own("about")})
    for model in ("timing", "reminder", "schedulechange"):
        conditions.register(f"delivery.{model}", {"own": own("respondent")})
