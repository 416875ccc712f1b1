"""On-call access: a role from the moment somebody is told, or their shift begins, until its end.

A role that came with an alert ends an hour after the alert was closed, one of a shift with the
shift. It opens an alert of a concern, or of the circle the alert is about, and nothing else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from alongside.access import actions as access
from alongside.access.models import Account, Relationship
from alongside.access.permissions import is_family, live
from alongside.access.readers import reader_for
from alongside.crisis import rules
from alongside.crisis.models import Alert, Shift
from alongside.people.models import Circle, Institution
from alongside.records import audit, prepared
from alongside.records.errors import Refused
from alongside.records.reader import system
from alongside.records.scoped import ScopedQuerySet

REASON = "on-call access"
OF_ALERT = "alert"


def circle_of(alert: Alert) -> UUID | None:
    """The circle an alert is about: its own, or the one its concern was taken into."""
    found: UUID | None = alert.circle_id
    if found is None and alert.concern is not None:
        found = alert.concern.circle_id
    return found


def is_kin(*, account: UUID, alert: Alert, at: datetime) -> bool:
    """Whether this account belongs to the circle as family: then it is no staff there (A10)."""
    circle = circle_of(alert)
    return circle is not None and is_family(account, circle, at)


def may_open(*, account: Account | None, alert: Alert, at: datetime) -> bool:
    """Whether this account may read the alert at this moment, by the access table."""
    return account is not None and reader_for(account, at).may("R", alert)


def open_for(*, alert: Alert, account: Account, at: datetime) -> bool:
    """Let an account that is told about an alert open it. False when it cannot hold the role."""
    circle = circle_of(alert)
    if _is_open(account.pk, alert.institution_id, circle, at):
        return True
    home: Institution = Institution.objects.unscoped(REASON).get(pk=alert.institution_id)
    try:
        access.grant(
            account=account,
            role="on_call",
            reason=OF_ALERT,
            circle=Circle.objects.unscoped(REASON).get(pk=circle) if circle else None,
            institution=None if circle else home,
            by=system(REASON, at),
            at=at,
        )
    except Refused:
        return False
    return True


def _is_open(account: UUID, institution: UUID, circle: UUID | None, at: datetime) -> bool:
    """Does the account hold the role already, from another alert there, with no end to it?

    Nobody is asked twice whether they may: the role was given by ``open_for``, and who stops to
    work here, or becomes family, loses it with that.
    """

    def rows(account: UUID, institution: UUID, circle: UUID | None, at: datetime) -> Any:
        where = Q(institution=institution) if circle is None else Q(circle=circle)
        held = _all().filter(where, live(at), account=account, role="on_call", reason=OF_ALERT)
        return held.filter(valid_to=None)

    given = {"account": account, "institution": institution, "circle": circle, "at": at}
    return bool(prepared.rows("crisis.edge_of_alert", rows, **given))


def of_holder(*, alert: Alert, account: UUID | None, at: datetime) -> None:
    """Whoever has an alert of a circle reads how its people are reached, as those told do."""
    circle = circle_of(alert)
    if account is None or circle is None:
        return
    holder = Account.objects.get(pk=account)
    if circle not in reader_for(holder, at).circles_of("lead", "therapist", "on_call"):
        open_for(alert=alert, account=holder, at=at)


def of_shift(*, shift: Shift, at: datetime) -> None:
    """The role of a shift: from its first moment until its last."""
    access.grant(
        account=shift.account,
        role="on_call",
        reason=f"shift:{shift.pk}",
        institution=Institution.objects.unscoped(REASON).get(pk=shift.institution_id),
        since=shift.starts_at,
        until=shift.ends_at,
        by=system(REASON, at),
        at=at,
    )


def end_shift(*, shift: Shift, at: datetime) -> None:
    """End the role of a shift that ends early, or that never begins."""
    for edge in _all().filter(reason=f"shift:{shift.pk}", valid_to__gt=at, ended_because=""):
        _end(edge, "shift_ended", at)


def move_shift(*, shift: Shift) -> None:
    """Let the role of a shift last as long as the shift does now."""
    edge = _all().filter(reason=f"shift:{shift.pk}", ended_because="")
    edge.update(valid_from=shift.starts_at, valid_to=shift.ends_at)


def end_of_closed(*, at: datetime) -> int:
    """End the roles that came with alerts, an hour after the last of them was closed."""
    recent = Alert.objects.unscoped(REASON).filter(
        Q(closed_at=None) | Q(closed_at__gt=at - rules.EDGE_AFTER_CLOSING)
    )
    ended = 0
    for edge in _all().filter(live(at), role="on_call", reason=OF_ALERT, valid_to=None):
        if edge.circle_id is not None:
            mine = recent.filter(
                Q(circle=edge.circle_id) | Q(circle=None, concern__circle=edge.circle_id)
            )
        else:
            mine = recent.filter(institution=edge.institution_id, circle=None)
        if not mine.exists():
            _end(edge, "alert_closed", at)
            ended += 1
    return ended


def _end(edge: Relationship, because: str, at: datetime) -> None:
    edge.valid_to, edge.ended_because = max(at, edge.valid_from), because
    edge.save(update_fields=["valid_to", "ended_because"])
    audit.write(
        "access.relationship_ended",
        by=system(REASON, at),
        at=at,
        about=edge,
        institution=edge.within_id,
        detail={"role": edge.role, "because": because},
    )


def _all() -> ScopedQuerySet:
    rows: ScopedQuerySet = Relationship.objects.unscoped(REASON)
    return rows
