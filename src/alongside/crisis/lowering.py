"""How urgent an alert is, changed by a person: anybody raises, a named clinician lowers (3.2)."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from alongside import catalogue
from alongside.access.readers import AccountReader
from alongside.crisis import actions, edges, rules, telling
from alongside.crisis.models import Alert
from alongside.engine.risk import LEVELS, RiskFinding
from alongside.engine.risk.levels import Code
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader


class NotMoreUrgent(Refused):
    """Raising needs a more urgent code than the alert has."""


class NotLessUrgent(Refused):
    """Lowering needs a less urgent code than the alert has."""


class NeedsReason(Unfit):
    """A change of urgency says why."""


@action
def raise_level(*, alert: Alert, level: str, reason: str, by: Reader, at: datetime) -> Alert:
    """Say that it is more urgent than this. Anybody who may open the alert does this.

    A more urgent code is an alert of its own (3.3): whoever must answer it is told at once, and
    the first one stays with whoever has it.

    Args:
        level: A to C, more urgent than the alert's. reason: what was seen or heard.

    Returns:
        The alert at the new level.

    Raises:
        NotMoreUrgent, NeedsReason; crisis.actions.UnknownLevel, AlreadyClosed.
    """
    by.confirm("E", alert)
    _checked(alert, level, reason)
    if level >= alert.level:
        raise NotMoreUrgent(level=level)
    (raised,) = actions.raise_alerts(
        findings=[RiskFinding(actions.SEEN_BY_STAFF, cast(Code, level), reason.strip(), None)],
        circle=alert.circle,
        concern=alert.concern,
        place=alert.place,
        institution=alert.institution_id,
        service=alert.service,
        about=alert.about,
        by=by,
        at=at,
    )
    telling.event(alert, "raised_higher", at=at, account=by.account_id, note=level)
    return raised


@action
def lower_level(*, alert: Alert, level: str, reason: str, by: Reader, at: datetime) -> Alert:
    """Lower the code of an open alert, as a named clinician, with a reason.

    Whoever has it keeps it. Nobody has it: its steps begin anew at the new level, so no one is
    told sooner than before. D to G becomes a task, and nothing climbs any more.

    Args:
        level: B to G, less urgent than the alert's. reason: kept on its time line.

    Raises:
        NotLessUrgent, NeedsReason; crisis.actions.NotAClinician, UnknownLevel, AlreadyClosed.
    """
    by.confirm("E", alert)
    _checked(alert, level, reason)
    alert = actions.locked(alert)
    if alert.closed_at is not None:
        raise actions.AlreadyClosed(alert=alert)
    if level <= alert.level:
        raise NotLessUrgent(level=level)
    if not _is_clinician(alert, by):
        raise actions.NotAClinician(roles=catalogue.current().danger.levels[alert.level].lowered_by)
    was, new = alert.level, catalogue.current().danger.levels[level]
    alert.level = level
    if not new.is_life_critical:
        alert.next_step_at = alert.engage_by = alert.outcome_by = None
    elif alert.acknowledged_at is None:
        alert.step, alert.last_raised_at = 1, at
        alert.next_step_at = rules.next_step_at(new, 1, at)
    else:
        alert.engage_by = _later(alert.engage_by, new.engaged_within)
        alert.outcome_by = _later(alert.outcome_by, new.outcome_within)
    alert.save()
    if not new.is_life_critical:
        actions.make_alert_task(alert, because=reason.strip(), by=by, at=at)
    telling.event(
        alert, "lowered", at=at, account=by.account_id, note=f"{was} → {level}: {reason.strip()}"
    )
    audit.write(
        "crisis.alert_lowered", by=by, at=at, about=alert, detail={"from": was, "to": level}
    )
    return alert


def may_lower(alert: Alert, *, by: Reader) -> bool:
    """Whether this reader is a named clinician for this alert."""
    return _is_clinician(alert, by) and by.may("E", alert)


def _is_clinician(alert: Alert, by: Reader) -> bool:
    """Whether the reader has one of the roles for this alert: in its circle, not in some other.

    Before there is a circle, the role is one at the institution that must answer.
    """
    if not isinstance(by, AccountReader):
        return False
    roles = catalogue.current().danger.levels[alert.level].lowered_by
    circle = edges.circle_of(alert)
    if circle is not None:
        return circle in by.circles_of(*roles)
    return alert.institution_id in by.institutions_of(*roles)


def _checked(alert: Alert, level: str, reason: str) -> None:
    if alert.closed_at is not None:
        raise actions.AlreadyClosed(alert=alert)
    if level not in LEVELS:
        raise actions.UnknownLevel(level=level)
    if not reason.strip():
        raise NeedsReason


def _later(due: datetime | None, within: object) -> datetime | None:
    """A timer that the new level does not have ends; one that it has stays as it is."""
    return due if within is not None else None
