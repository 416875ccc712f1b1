"""What the words of the access matrix mean for safety checks, alerts and what belongs to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from alongside.crisis.models import Alert, SafeguardingNamed
from alongside.records.conditions import never, own
from alongside.records.registry import Condition, Place, conditions, places

AFTER_CLOSING = timedelta(minutes=60)


def _open(reader: Any, before: str = "") -> Q:
    """Open, or closed less than 60 minutes ago (condition 6)."""
    return Q(**{f"{before}closed_at": None}) | Q(
        **{f"{before}closed_at__gt": reader.at - AFTER_CLOSING}
    )


def _is_open(alert: Alert, reader: Any) -> bool:
    return alert.closed_at is None or alert.closed_at > reader.at - AFTER_CLOSING


def _no_circle(before: str = "") -> Q:
    """Neither the row nor its concern belongs to a circle yet."""
    return Q(**{f"{before}circle": None, f"{before}concern__circle": None})


def _has_no_circle(row: Any) -> bool:
    return row.circle_id is None and (row.concern is None or row.concern.circle_id is None)


def _without_circle(circle: UUID | None) -> bool:
    return circle is None


ALERT = {
    "own": own("about"),
    "raised_by_me": own("written_by"),
    "untriaged": Condition(
        q=lambda reader: _no_circle(),
        holds=lambda row, reader: _has_no_circle(row),
        by_making=_without_circle,
    ),
    "open_alert": Condition(
        q=lambda reader: _no_circle() & _open(reader),
        holds=lambda row, reader: _has_no_circle(row) and _is_open(row, reader),
        by_making=_without_circle,
    ),
}
# Steps, names and notes: the person and who raised it see the state of an alert only.
OF_ALERT = {
    "own": never(),
    "raised_by_me": never(),
    "untriaged": Condition(
        q=lambda reader: _no_circle("alert__"),
        holds=lambda row, reader: _has_no_circle(row.alert),
        by_making=_without_circle,
    ),
    "open_alert": Condition(
        q=lambda reader: _no_circle("alert__") & _open(reader, "alert__"),
        holds=lambda row, reader: _has_no_circle(row.alert) and _is_open(row.alert, reader),
        by_making=_without_circle,
    ),
}


def _open_alerts_of(reader: Any, concern: str) -> Exists:
    return Exists(Alert._base_manager.filter(_open(reader), concern=OuterRef(concern)))


def _has_open_alert(concern: UUID | None, reader: Any) -> bool:
    return (
        concern is not None
        and Alert._base_manager.filter(_open(reader), concern_id=concern).exists()
    )


SAFETY_CHECK = {
    "own": own("written_by"),
    "untriaged": ALERT["untriaged"],
    "open_alert": Condition(
        q=lambda reader: _no_circle() & Q(_open_alerts_of(reader, "concern")),
        holds=lambda row, reader: _has_no_circle(row) and _has_open_alert(row.concern_id, reader),
        by_making=_without_circle,
    ),
}
SAFETY_PLAN_SHARE = {
    "own": own("about"),
    "shared_with_me": Condition(
        q=lambda reader: (
            (Q(person__in=reader.persons) if reader.persons else Q(pk__in=[]))
            & Q(ended_at=None, until__gt=reader.at)
        ),
        holds=lambda row, reader: (
            row.person_id in reader.persons and row.ended_at is None and row.until > reader.at
        ),
    ),
}
MEANS_ACTION = {"own": own("about")}


def _not_named(before: str = "") -> Condition:
    """Nobody who is named in a report sees it, whatever role they have."""
    key = "report_id" if before else "pk"

    def named(reader: Any) -> Any:
        return SafeguardingNamed._base_manager.filter(person__in=reader.persons)

    return Condition(
        q=lambda reader: ~Q(Exists(named(reader).filter(report=OuterRef(key)))),
        holds=lambda row, reader: not named(reader).filter(report_id=getattr(row, key)).exists(),
        by_making=lambda circle: True,
    )


REPORT = {"own": own("written_by"), "not_named": _not_named()}
OF_REPORT = {"own": never(), "not_named": _not_named("report")}


def _by_report(before: str = "") -> Place:
    """A report is its circle's, if it has one, and its institution's."""

    def of(row: Any) -> tuple[set[UUID], set[UUID]]:
        report = row.report if before else row
        return {report.circle_id} - {None}, {report.institution_id}

    return Place(
        circles=lambda ids: Q(**{f"{before}circle__among": ids}),
        institutions=lambda ids: Q(**{f"{before}institution__among": ids}),
        of=of,
    )


CARE_FORM = {**OF_ALERT, "author": own("written_by")}
CONCERN = {
    "open_alert": Condition(
        q=lambda reader: Q(circle=None) & Q(_open_alerts_of(reader, "pk")),
        holds=lambda row, reader: row.circle_id is None and _has_open_alert(row.pk, reader),
    )
}


def _by_concern(before: str = "") -> Place:
    """A row of a circle, or of a concern that got its circle later."""

    def circles(ids: Collection[UUID]) -> Q:
        return Q(**{f"{before}circle__among": ids}) | Q(**{f"{before}concern__circle__among": ids})

    def of(row: Any) -> tuple[set[UUID], set[UUID]]:
        source = row.alert if before else row
        found = {source.circle_id, source.concern.circle_id if source.concern else None}
        return found - {None}, {row.institution_id}

    return Place(circles=circles, institutions=lambda ids: Q(institution__among=ids), of=of)


def register() -> None:
    """Called once, when the room is ready."""
    conditions.register("crisis.alert", ALERT)
    conditions.register("crisis.alertevent", OF_ALERT)
    conditions.register("crisis.contact", OF_ALERT)
    conditions.register("crisis.alertcode", OF_ALERT)
    conditions.register("crisis.safetycheck", SAFETY_CHECK)
    conditions.register("crisis.safetyplanshare", SAFETY_PLAN_SHARE)
    conditions.register("crisis.meansaction", MEANS_ACTION)
    conditions.register("crisis.careform", CARE_FORM)
    conditions.register("crisis.handover", OF_ALERT)
    conditions.register("crisis.safeguardingreport", REPORT)
    conditions.register("crisis.safeguardingnamed", OF_REPORT)
    conditions.register("crisis.safeguardingentry", OF_REPORT)
    conditions.register("cases.concern", CONCERN)
    places.register("crisis.alert", _by_concern())
    places.register("crisis.safetycheck", _by_concern())
    places.register("crisis.alertevent", _by_concern("alert__"))
    places.register("crisis.contact", _by_concern("alert__"))
    places.register("crisis.safeguardingnamed", _by_report("report__"))
    places.register("crisis.safeguardingentry", _by_report("report__"))
    places.register("crisis.careform", _by_concern("alert__"))
    places.register("crisis.handover", _by_concern("alert__"))
    places.register("crisis.alertcode", _by_concern("alert__"))
