"""What the words of the access matrix mean for plans, and who is whose client."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from alongside.access.permissions import ward_agreed
from alongside.cases.permissions import disclosed
from alongside.plans.models import CoursePerson
from alongside.records.conditions import own
from alongside.records.registry import Condition, conditions


def clients_of(reader: Any) -> Any:
    """Persons whom the reader treats in a course that has not ended."""
    return CoursePerson._base_manager.filter(
        course__deliverer__person__in=reader.persons, course__ended_at=None
    )


ALSO_CLIENT = Condition(
    q=lambda reader: Q(about__in=clients_of(reader).values("person")),
    holds=lambda row, reader: clients_of(reader).filter(person_id=row.about_id).exists(),
)


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("plans", {"disclosed": disclosed()})
    conditions.register("plans.agreement", {"own": own("person"), "ward_agreed": ward_agreed()})
    conditions.register("measures", {"also_client": ALSO_CLIENT})
