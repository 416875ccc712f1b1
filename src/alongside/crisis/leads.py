"""Who leads on safeguarding, and telling them; what happens when a report names the only one.

Nobody who is named in a report reads it, so with one lead there may be nobody. Then the managers
are told that a report waits and needs another lead, and nothing else of it; who is named is not.
A report whose time is over without an answer is told again each day, to the leads and the managers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from alongside.access.models import Account, AccountPerson
from alongside.crisis import telling
from alongside.crisis.models import SafeguardingNamed, SafeguardingReport
from alongside.directory.models import Service
from alongside.notify import actions as notify
from alongside.notify.models import Message
from alongside.people.models import Institution, Person
from alongside.records.actions_base import action
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

REPORT_MESSAGE = "safeguarding_report"
NEEDS_LEAD = "safeguarding_needs_lead"
WHY = "who may read a safeguarding report"


def tell(
    report: SafeguardingReport, *, institution: Institution, by: Reader, at: datetime
) -> tuple[Account, ...]:
    """Tell the leads who may read a report; with none, that another lead is needed.

    Called inside the action that files it. Returns the leads who may read it.
    """
    readers, others = _readers(report, at), _managers(report, at)
    if readers:
        for account in readers:
            _write(report, account, account.email, "read", by=by, at=at)
        return tuple(readers)
    for account in others:
        _write(report, account, account.email, "needs_lead", by=by, at=at)
        tasks.make_task(
            kind=NEEDS_LEAD,
            about=f"report:{report.pk}",
            institution=institution,
            what=NEEDS_LEAD,
            for_account=account,
            due_at=report.answer_by,
            by=by,
            at=at,
        )
    if not others:  # everybody here is named: whoever stands behind the service outside
        rows = Service.objects.unscoped(WHY).filter(institution=institution, ended_at=None)
        for address in set(
            rows.exclude(fallback_email="").values_list("fallback_email", flat=True)
        ):
            _write(report, None, address, "needs_lead", by=by, at=at)
    return ()


@action
def chase(*, by: Reader, at: datetime) -> int:
    """Tell again, once a day, of reports without an answer in time. Returns how many are late."""
    rows = SafeguardingReport.objects.unscoped(WHY).filter(decided_at=None, answer_by__lte=at)
    late = list(rows.select_related("institution"))
    for report in late:
        day = (at - report.answer_by).days
        readers = _readers(report, at)
        for account in readers:
            _write(report, account, account.email, "read", f":late{day}", by=by, at=at)
        for account in _managers(report, at):
            what = "late" if readers else "needs_lead"
            _write(report, account, account.email, what, f":late{day}", by=by, at=at)
    return len(late)


def persons(institution: UUID, at: datetime) -> dict[str, Person]:
    """Those who read such reports here, by id: a report may name one of them."""
    accounts = telling.with_role(institution, "privacy", at)
    rows = Person.objects.unscoped(WHY).filter(
        is_staff_member=True, institution=institution, account_link__account__in=accounts
    )
    return {str(person.pk): person for person in rows.order_by("pk")}


def late_here(*, seen_by: Reader, at: datetime) -> int:
    """How many reports have no answer in time: a number, for a manager who is in none of them."""
    rows = SafeguardingReport.objects.unscoped(WHY).filter(
        institution__in=seen_by.institutions, decided_at=None, answer_by__lte=at
    )
    return int(rows.exclude(named__person__in=seen_by.persons).count())


def without_a_lead(*, seen_by: Reader, at: datetime) -> int:
    """How many reports wait that no lead here may read.

    A number and nothing else of them, for a manager who is in none of them.
    """
    waiting = SafeguardingReport.objects.unscoped(WHY).filter(
        institution__in=seen_by.institutions, decided_at=None
    )
    mine = waiting.exclude(named__person__in=seen_by.persons).only("institution_id")
    return sum(not _readers(report, at) for report in mine)


def is_right(message: Message, at: datetime) -> bool:
    """A lead, or who can name one, is told while the report has no answer. It ends with that."""
    pk = message.about.partition(":")[2]
    rows = SafeguardingReport.objects.unscoped(WHY)
    return bool(rows.filter(pk=pk, decided_at=None).exists())


def named_in(report: SafeguardingReport) -> set[UUID]:
    rows = SafeguardingNamed.objects.unscoped(WHY).filter(report=report)
    return set(rows.values_list("person_id", flat=True))


def _readers(report: SafeguardingReport, at: datetime) -> list[Account]:
    """The leads who may read it."""
    return _not_named(telling.with_role(report.institution_id, "privacy", at), named_in(report))


def _managers(report: SafeguardingReport, at: datetime) -> list[Account]:
    """Who can give the role to somebody else, and is not named in it."""
    found = [
        *telling.with_role(report.institution_id, "manager", at),
        *telling.with_role(report.institution_id, "admin", at),
    ]
    return _not_named(found, named_in(report))


def _not_named(accounts: list[Account], named: Collection[UUID]) -> list[Account]:
    if not named:
        return list(dict.fromkeys(accounts))
    theirs = AccountPerson.objects.unscoped(WHY).filter(person__in=named)
    hidden = set(theirs.values_list("account_id", flat=True))
    return [each for each in dict.fromkeys(accounts) if each.pk not in hidden]


def _write(
    report: SafeguardingReport,
    account: Account | None,
    address: str,
    what: str,
    round: str = "",
    *,
    by: Reader,
    at: datetime,
) -> None:
    with translation.override(account.language if account else "en"):
        subject = _("Please look today")
        said = {
            "read": _("Something on your desk waits for an answer today."),
            "late": _(
                "Something has waited too long for an answer. Your desk says what is needed."
            ),
            "needs_lead": _(
                "Something waits that nobody here may answer yet. Your desk says what is needed."
            ),
        }[what]
    notify.queue(
        key=f"report:{report.pk}:{what}:{account.pk if account else address}{round}",
        kind=REPORT_MESSAGE,
        institution=report.institution_id,
        account=account.pk if account else None,
        address=address,
        subject=subject,
        body=f"{said}\n\n{settings.PUBLIC_URL}/office/\n",
        about=f"report:{report.pk}",
        # Somebody may be harmed today: tried every half minute until the report has an answer.
        life_critical=True,
        due_at=at,
        by=by,
        at=at,
    )
