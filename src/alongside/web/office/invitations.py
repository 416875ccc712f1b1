"""Somebody new on the staff: person, account, roles and the mail, together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from alongside.access import actions as access
from alongside.access import queries
from alongside.notify import actions as notify
from alongside.people import actions as people
from alongside.records.registry import guards

KIND = "office.invitation"


def invite(
    *,
    institution: Any,
    name: str,
    title: str,
    email: str,
    roles: Sequence[str],
    reason: str,
    by: Any,
    at: datetime,
) -> Any:
    """Make somebody of the staff: their place, account and roles; the mail goes into the outbox.

    Returns:
        The account.
    """
    with transaction.atomic():
        practitioner = people.add_practitioner(
            institution=institution, name=name, title=title, by=by, at=at
        )
        account = access.create_account(
            email=email, person=practitioner.person, name=name, by=by, at=at
        )
        for role in roles:
            access.grant(
                account=account, role=role, institution=institution, reason=reason, by=by, at=at
            )
        send(account=account, institution=institution.pk, by=by, at=at)
    return account


def send(*, account: Any, institution: UUID, by: Any, at: datetime) -> None:
    """Put the page where a password is chosen into the outbox. It works once, for three days."""
    key = f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
    uid, _sep, token = key.partition("-")
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    with override(account.language):
        notify.queue(
            key=f"{KIND}:{account.pk}:{at.isoformat()}",
            kind=KIND,
            institution=institution,
            account=account.pk,
            address=account.email,
            subject=_("Your page"),
            body=_("Open this page to choose a password: %(url)s")
            % {"url": f"{settings.PUBLIC_URL}{path}"}
            + "\n\n"
            + _("If you expected nothing, you can ignore this."),
            due_at=at,
            about=f"account:{account.pk}",
            by=by,
            at=at,
        )


def send_again(*, link: Any, by: Any, at: datetime) -> None:
    """Send the page for a password once more, to somebody who has not chosen one yet."""
    with transaction.atomic():
        by.confirm_create("practitioner", institution=link.person.institution_id)
        send(account=link.account, institution=link.person.institution_id, by=by, at=at)


def still_right(message: Any, at: datetime) -> bool:
    """Has the account no password yet, and is it not locked?"""
    return queries.waits_for_a_password(message.account_id)


def register() -> None:
    """Tell the outbox when an invitation may still be sent."""
    guards.register(KIND, still_right)
