"""A second look that does not come: who could give it, and who manages, hear of it each day.

A closed A or B waits for a second person (3.3). When their time is over, it is said in the time
line of the alert, and told until somebody looked or the alert is open again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.access.models import Account
from alongside.access.readers import AccountReader, reader_for
from alongside.crisis import edges, telling
from alongside.crisis.models import Alert, AlertEvent
from alongside.notify.models import Message
from alongside.records.actions_base import action
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

REASON = "a second look that is late"
LATE, LATE_MESSAGE = "second_look_late", "second_look"


def late(at: datetime) -> list[UUID]:
    """The closed alerts at which no second person looked in time, those closed first ahead."""
    over = Q(pk=None)
    for code, level in catalogue.current().danger.levels.items():
        if level.second_person_within is not None:
            over |= Q(level=code, closed_at__lt=at - level.second_person_within)
    return list(
        _unconfirmed().filter(over).order_by("level", "closed_at").values_list("pk", flat=True)
    )


def late_here(*, seen_by: Reader, at: datetime) -> int:
    """How many wait too long where this reader manages: a number, and nothing else of them."""
    me = seen_by.account_id
    if not isinstance(seen_by, AccountReader) or me is None:
        return 0
    waiting = late(at)
    if not waiting:
        return 0
    rows = Alert.objects.unscoped(REASON).filter(
        pk__in=waiting, institution__in=seen_by.institutions_of("manager", "admin")
    )
    return sum(not edges.is_kin(account=me, alert=each, at=at) for each in rows)


@action
def chase(*, alert: UUID, by: Reader, at: datetime) -> int:
    """Tell those who can look, and the managers, once a day. Returns how many were told now."""
    rows = _unconfirmed().filter(pk=alert).select_for_update(of=("self",), skip_locked=True)
    found = rows.first()
    if found is None:
        return 0
    said = AlertEvent.objects.unscoped(REASON).filter(alert=found, kind=LATE)
    if not said.filter(at__gte=found.closed_at).exists():
        telling.event(found, LATE, at=at)
    return sum(_tell(found, account, by=by, at=at) for account in who_could(found, at))


def who_could(alert: Alert, at: datetime) -> list[Account]:
    """Those who may confirm it and did not close it, then the managers. None is family of it."""
    clinicians = telling.clinicians(alert.institution_id, at)
    may = [each for each in clinicians if reader_for(each, at).may("E", alert)]
    asked = dict.fromkeys([*may, *telling.managers(alert.institution_id, at)])
    kin = {each for each in asked if edges.is_kin(account=each.pk, alert=alert, at=at)}
    left = [each for each in asked if each not in kin and each.pk != alert.closed_by_id]
    return left or [each for each in asked if each not in kin]


def is_right(message: Message, at: datetime) -> bool:
    """It is told while the alert is closed and still waits for somebody's second look."""
    return _unconfirmed().filter(pk=UUID(message.about.partition(":")[2])).exists()


def _tell(alert: Alert, account: Account, *, by: Reader, at: datetime) -> int:
    def said() -> tuple[str, str]:
        return _("Please look soon"), _(
            "Something has waited too long for a second person.\n\n%(url)s\n"
        ) % {"url": f"{settings.PUBLIC_URL}/home/"}

    return telling.tell_once(
        kind=LATE_MESSAGE,
        about=f"{LATE_MESSAGE}:{alert.pk}",
        institution=alert.institution_id,
        account=account,
        round=f"{at.astimezone(UTC):%Y%m%d}",
        said=said,
        by=by,
        at=at,
    )


def _unconfirmed() -> ScopedQuerySet:
    rows: ScopedQuerySet = Alert.objects.unscoped(REASON).filter(
        closed_at__isnull=False, close_confirmed_at=None
    )
    return rows
