"""Only in the demonstration: the code a phone would show, and the letters that were not sent.

The codes are real ones; the demonstration's staff simply have no phone. Neither page exists in a
deployment: the address is added, and the code computed, only while ``ALONGSIDE_DEMO`` is 1.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from allauth.account.internal.stagekit import get_pending_stage
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alongside.notify.transports import mail_folder
from alongside.web.parts.access import access

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Letter:
    """One message that would have been sent."""

    to: str
    subject: str
    body: str
    at: datetime


def code(request: HttpRequest) -> str:
    """The code of the second step for whoever is signing in, in the demonstration alone."""
    if not settings.DEMO:
        return ""
    user: Any = request.user if request.user.is_authenticated else None
    if user is None and (stage := get_pending_stage(request)) is not None:
        user = stage.login.user
    if user is None:
        return ""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if row is None:
        return ""
    counters = list(yield_hotp_counters_from_time())
    now = counters[len(counters) // 2]
    return str(format_hotp_value(hotp_value(decrypt(row.data["secret"]), now)))


@access.public
@require_safe
def post(request: HttpRequest) -> HttpResponse:
    """The letters this demonstration would have sent, newest first."""
    files = sorted(mail_folder().glob("*.eml"), key=lambda f: f.stat().st_mtime, reverse=True)
    letters = []
    for file in files[:SHOWN]:
        written = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        letters.append(
            Letter(
                to=str(written["To"]),
                subject=str(written["Subject"]),
                body=str(written.get_content()),
                at=parsedate_to_datetime(written["Date"]),
            )
        )
    return render(request, "account/post.html", {"letters": letters})
