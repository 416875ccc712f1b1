"""Who is on call: shifts saved, changed, swapped and ended, each with the role it gives."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

from alongside.access.models import Account
from alongside.crisis import edges, rules, telling
from alongside.crisis.models import Shift
from alongside.directory.models import Service
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader

log = logging.getLogger(__name__)


class ShiftMakesNoSense(Unfit):
    """A shift ends after it starts and lasts at most 24 hours, in a zone that exists."""


class NotAccountOfHouse(Refused):
    """Only a colleague of the institution can be on call for it."""


class ShiftHasBegun(Refused):
    """A shift that has begun, or is over, is ended and not changed."""


@action
def save_shift(
    *,
    service: Service,
    account: Account,
    order: int,
    local_start: datetime,
    local_end: datetime,
    zone: str,
    by: Reader,
    at: datetime,
) -> Shift:
    """Put a colleague on call for a service, first (1) or second (2).

    Args:
        local_start, local_end: wall times, naive, as the clock of ``zone`` shows them; the moments
            are derived, and a shift never gets shorter because clocks change.

    Raises:
        ShiftMakesNoSense, NotAccountOfHouse.
    """
    by.confirm_create("shift", institution=service.institution_id)
    try:
        starts_at, ends_at = rules.shift_span(local_start, local_end, zone)
    except rules.NoSuchZone as unknown:
        raise ShiftMakesNoSense(zone=zone) from unknown
    if not timedelta(0) < ends_at - starts_at <= timedelta(hours=25) or order not in (1, 2):
        raise ShiftMakesNoSense(starts_at=starts_at, ends_at=ends_at, order=order)
    if not telling.works_at(account, service.institution_id, at):
        raise NotAccountOfHouse(account=account)
    shift = Shift(
        institution_id=service.institution_id,
        service=service,
        account=account,
        order=order,
        local_start=local_start.replace(tzinfo=UTC),
        local_end=local_end.replace(tzinfo=UTC),
        zone=zone,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    shift.save(force_insert=True)
    edges.of_shift(shift=shift, at=at)
    audit.write("crisis.shift_saved", by=by, at=at, about=shift, detail={"order": str(order)})
    return shift


@action
def end_shift(*, shift: Shift, by: Reader, at: datetime) -> Shift:
    """End a shift now, or take away one that has not begun."""
    by.confirm("E", shift)
    if shift.ended_at is None and shift.ends_at > at:
        shift.ended_at = at
        shift.save(update_fields=["ended_at"])
        edges.end_shift(shift=shift, at=at)
        audit.write("crisis.shift_saved", by=by, at=at, about=shift, detail={"ended": "early"})
    return shift


@action
def change_shift(
    *,
    shift: Shift,
    by: Reader,
    at: datetime,
    account: Account | None = None,
    order: int | None = None,
    local_start: datetime | None = None,
    local_end: datetime | None = None,
) -> Shift:
    """Give a shift that has not begun to somebody else, another place or other hours.

    The old one ends and a new one is there, so who was to be on call when can still be read.

    Args:
        account, order, local_start, local_end: what is to be another; None stays as it is.

    Raises:
        ShiftHasBegun; ShiftMakesNoSense, NotAccountOfHouse.
    """
    by.confirm("E", shift)
    shift = _not_begun(shift, at)
    start = local_start or shift.local_start.replace(tzinfo=None)
    end = local_end or shift.local_end.replace(tzinfo=None)
    end_shift(shift=shift, by=by, at=at)
    return save_shift(
        service=shift.service,
        account=account or shift.account,
        order=order or shift.order,
        local_start=start,
        local_end=end,
        zone=shift.zone,
        by=by,
        at=at,
    )


@action
def swap_shifts(*, one: Shift, other: Shift, by: Reader, at: datetime) -> tuple[Shift, Shift]:
    """Let two colleagues take each other's shift; neither has begun.

    Raises:
        ShiftHasBegun; ShiftMakesNoSense for shifts of two services; NotAccountOfHouse.
    """
    if one.service_id != other.service_id:
        raise ShiftMakesNoSense(service=other.service_id)
    first, second = one.account, other.account
    return (
        change_shift(shift=one, account=second, by=by, at=at),
        change_shift(shift=other, account=first, by=by, at=at),
    )


def keep_to_the_clock(*, by: Reader, at: datetime) -> int:
    """Move the moments of shifts whose zone has other rules than when they were saved.

    A country may do away with summer time; what a colleague agreed to are the hours on the wall.

    Returns:
        How many shifts moved.
    """
    live = Shift.objects.unscoped("zones have other rules").filter(ended_at=None, ends_at__gt=at)
    return sum(_keep_to_the_clock(shift=shift.pk, by=by, at=at) for shift in live if _is_off(shift))


@action
def _keep_to_the_clock(*, shift: UUID, by: Reader, at: datetime) -> int:
    rows = Shift.objects.unscoped("look again under the lock").select_for_update(of=("self",))
    found = rows.filter(pk=shift, ended_at=None, ends_at__gt=at).first()
    if found is None or not _is_off(found):
        return 0
    found.starts_at, found.ends_at = _span(found)
    found.save(update_fields=["starts_at", "ends_at"])
    edges.move_shift(shift=found)
    audit.write("crisis.shift_saved", by=by, at=at, about=found, detail={"moved": "zone_rules"})
    return 1


def _is_off(shift: Shift) -> bool:
    """Whether its moments are not those of its hours on the wall any more."""
    try:
        return _span(shift) != (shift.starts_at, shift.ends_at)
    except rules.NoSuchZone:
        log.warning("shift %s: no zone is called %s any more", shift.pk, shift.zone)
        return False


def _span(shift: Shift) -> tuple[datetime, datetime]:
    start, end = (wall.replace(tzinfo=None) for wall in (shift.local_start, shift.local_end))
    return rules.shift_span(start, end, shift.zone)


def _not_begun(shift: Shift, at: datetime) -> Shift:
    rows = Shift.objects.unscoped("look again under the lock").select_for_update(of=("self",))
    again: Shift = rows.select_related("service", "account").get(pk=shift.pk)
    if again.ended_at is not None or again.starts_at <= at:
        raise ShiftHasBegun(shift=shift.pk)
    return again
