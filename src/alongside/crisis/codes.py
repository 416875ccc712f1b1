"""The one-time codes in messages: each bound to one recipient and one alert, kept as a hash."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from alongside.access.models import Account
from alongside.crisis.models import Alert, AlertCode, WrongTry
from alongside.records.crypto import keyed_hash

LETTERS = "2346789ABCDEFGHJKMNPQRTUVWXYZ"  # none that is taken for another, read or heard
LENGTH = 8
WHY = "whose code is this?"


def make(*, alert: Alert, account: Account, at: datetime) -> str:
    """A fresh code for one recipient of one alert, in the caller's transaction."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    AlertCode.objects.create(
        alert=alert,
        institution_id=alert.institution_id,
        circle_id=alert.circle_id,
        account=account,
        code_hash=_hashed(code),
        made_at=at,
    )
    return code


def shown(code: str) -> str:
    """A code as people read it: ``K7M2-9QXD``."""
    return f"{code[:4]}-{code[4:]}" if code else ""


def spend(code: UUID, *, at: datetime) -> None:
    """Note that a code was used, in the transaction in which the alert is taken."""
    AlertCode.objects.unscoped(WHY).filter(pk=code, used_at=None).update(used_at=at)


def forget_tries(*, at: datetime) -> int:
    """Forget wrong codes that no longer count."""
    gone, _ = WrongTry.objects.filter(at__lt=at - timedelta(days=1)).delete()
    return int(gone)


def find(typed: str) -> AlertCode | None:
    """The code that was typed, in whatever case and with whatever between its letters."""
    rows = AlertCode.objects.unscoped(WHY).select_related("alert", "account")
    found: AlertCode | None = rows.filter(
        code_hash=_hashed("".join(re.findall(r"\w", typed.upper())))
    ).first()
    return found


def _hashed(code: str) -> str:
    return keyed_hash("alert-code", code)
