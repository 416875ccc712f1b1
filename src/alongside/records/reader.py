"""Who is asking. ``access`` builds Readers; every room may hold one without knowing the policy."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet

from alongside.records.errors import NotAllowed

# Modules that may act for no person: each says why, and a test keeps this list closed.
SYSTEM_MODULES = frozenset(
    {
        "alongside.access.first_run",
        "alongside.calendar.zones",
        "alongside.crisis.public",
        "alongside.crisis.edges",
        "alongside.crisis.escalation",
        "alongside.crisis.telling",
        "alongside.delivery.group_rounds",
        "alongside.delivery.group_sessions",
        "alongside.delivery.groups",
        "alongside.delivery.on_time",
        "alongside.delivery.retention",
        "alongside.delivery.stopping",
        "alongside.delivery.unpermitted",
        "alongside.meetings.actions",
        "alongside.insights.completeness",
        "alongside.insights.alert_figures",
        "alongside.insights.first_contact",
        "alongside.insights.meeting_funnel",
        "alongside.cli.demo_house",
        "alongside.cli.demo_states",
        "alongside.cli.serve",
        "alongside.cli.check",
        "alongside.insights.watching",
        "alongside.cli.spool",
        "alongside.config.spooling",
        "alongside.notify.dispatcher",
        "alongside.records.sealer",
    }
)


class Reader(Protocol):
    """A reader: an account with its live relationships, one link, or the system with a reason."""

    account_id: UUID | None
    persons: frozenset[UUID]
    name: str
    at: datetime
    is_system: bool
    seen: dict[str, set[UUID]]

    @property
    def roles(self) -> frozenset[str]: ...
    @property
    def institutions(self) -> frozenset[UUID]: ...

    def scope(self, rows: QuerySet[Any], action: str = "R") -> QuerySet[Any]: ...
    def may(self, action: str, record: Any) -> bool: ...
    def confirm(self, action: str, record: Any) -> None: ...
    def confirm_create(
        self,
        record_type: str,
        *,
        institution: UUID,
        circle: UUID | None = None,
        group: UUID | None = None,
    ) -> None: ...


class SystemReader:
    """The service itself, for a reason: it may do all, and the trail says it was the system."""

    account_id: UUID | None = None
    persons: frozenset[UUID] = frozenset()
    roles: frozenset[str] = frozenset()
    institutions: frozenset[UUID] = frozenset()
    is_system = True

    def __init__(self, reason: str, at: datetime) -> None:
        if not reason:
            raise NotAllowed("the system acts only for a reason")
        self.reason, self.at = reason, at
        self.name = f"system: {reason}"
        self.seen: dict[str, set[UUID]] = {}

    def scope(self, rows: QuerySet[Any], action: str = "R") -> QuerySet[Any]:
        return rows

    def may(self, action: str, record: Any) -> bool:
        return True

    def confirm(self, action: str, record: Any) -> None:
        return None

    def confirm_create(
        self,
        record_type: str,
        *,
        institution: UUID,
        circle: UUID | None = None,
        group: UUID | None = None,
    ) -> None:
        return None


def system(reason: str, at: datetime) -> SystemReader:
    return SystemReader(reason, at)
