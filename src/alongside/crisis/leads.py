"""Who leads on safeguarding, and telling them; what happens when a report names the only one.

Nobody who is named in a report reads it, so with one lead there may be nobody. Then the managers
are told that a report waits and needs another lead, and nothing else of it; who is named is not.
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
from alongside.people.models import Institution
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
    named = named_in(report)
    readers = _not_named(telling.with_role(institution.pk, "privacy", at), named)
    if readers:
        for account in readers:
            _write(report, account, account.email, "read", by=by, at=at)
        return tuple(readers)
    others = _not_named(
        [
            *telling.with_role(institution.pk, "manager", at),
            *telling.with_role(institution.pk, "admin", at),
        ],
        named,
    )
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


def without_a_lead(*, seen_by: Reader, at: datetime) -> int:
    """How many reports wait that no lead here may read.

    A number and nothing else of them, for a manager who is in none of them.
    """
    waiting = SafeguardingReport.objects.unscoped(WHY).filter(
        institution__in=seen_by.institutions, decided_at=None
    )
    count = 0
    for report in waiting.exclude(named__person__in=seen_by.persons).only("institution_id"):
        leads = telling.with_role(report.institution_id, "privacy", at)
        count += not _not_named(leads, named_in(report))
    return count


def is_right(message: Message, at: datetime) -> bool:
    """A lead, or who can name one, is told while the report has no answer. It ends with that."""
    pk = message.about.partition(":")[2]
    rows = SafeguardingReport.objects.unscoped(WHY)
    return bool(rows.filter(pk=pk, decided_at=None).exists())


def named_in(report: SafeguardingReport) -> set[UUID]:
    rows = SafeguardingNamed.objects.unscoped(WHY).filter(report=report)
    return set(rows.values_list("person_id", flat=True))


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
    *,
    by: Reader,
    at: datetime,
) -> None:
    with translation.override(account.language if account else "en"):
        subject = _("Please look today")
        said = (
            _("Something on your desk waits for an answer today.")
            if what == "read"
            else _(
                "Something waits that nobody here may answer yet. Your desk says what is needed."
            )
        )
    notify.queue(
        key=f"report:{report.pk}:{what}:{account.pk if account else address}",
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
