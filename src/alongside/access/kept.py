"""What was typed into a form that was sent after the session ended: nothing typed is lost (M5).

Sealed under the account's own key, and given back to the same account at the next sign-in only.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from alongside.access.models import Account, KeptForm
from alongside.records import clock, crypto
from alongside.records.scoped import writing

LASTS = timedelta(days=7)
AT_MOST = 5  # forms of one account
LARGEST = 200_000  # characters
NEVER = ("/account/", "/set-up/", "/leave/")
SECRETS = frozenset({"csrfmiddlewaretoken", "password", "code", "otp"})


def keep(request: HttpRequest, account: Account) -> None:
    """Seal the form of this request for this account."""
    path = request.path
    if path.startswith(NEVER) or len(path) > 200:
        return
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in SECRETS
    ]
    body = json.dumps(fields)
    if not fields or len(body) > LARGEST:
        return
    at = clock.now()
    with transaction.atomic(), writing():
        mine = KeptForm._base_manager.filter(account=account)
        mine.filter(kept_at__lt=at - LASTS).delete()
        newest = list(mine.order_by("-kept_at").values_list("pk", flat=True)[: AT_MOST - 1])
        mine.exclude(pk__in=newest).delete()
        pk = uuid4()
        KeptForm.objects.create(
            pk=pk,
            account=account,
            path=path,
            body=crypto.encrypt(body, subject=account.pk, place=_place(pk)),
            kept_at=at,
        )


def keep_of_ended_session(request: HttpRequest) -> None:
    """Seal the form of a request whose session the server had ended already.

    The session's row still says whose it was; without one there is nobody to keep it for.
    """
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    row = Session.objects.filter(session_key=key).first() if key else None
    if row is None:
        return
    owner = row.get_decoded().get(SESSION_KEY)
    account = Account.objects.filter(pk=owner, is_active=True).first() if owner else None
    if account is not None:
        keep(request, account)


def waiting(account: Account, at: datetime) -> list[KeptForm]:
    """Forms kept for this account, newest first."""
    rows = KeptForm._base_manager.filter(account=account, kept_at__gte=at - LASTS)
    return list(rows.order_by("-kept_at"))


def fields_of(form: KeptForm) -> list[tuple[str, str]]:
    """What was typed, as names and values."""
    body = crypto.decrypt(form.body, place=_place(form.pk))
    found: list[tuple[str, str]] = [(str(n), str(v)) for n, v in json.loads(body)]
    return found


def drop(account: Account, pk: UUID) -> None:
    """Forget a kept form: it was sent again, or is not wanted."""
    with transaction.atomic(), writing():
        KeptForm._base_manager.filter(account=account, pk=pk).delete()


def drop_sent(account: Account, path: str) -> None:
    """Forget what was kept for this page: a form was sent there and taken."""
    with transaction.atomic(), writing():
        KeptForm._base_manager.filter(account=account, path=path).delete()


def _place(pk: Any) -> str:
    return f"access_keptform:{pk}:body"
