"""How people come in: a code by mail or a passkey for family and person; password and a second
factor for staff. Nobody signs up by themself, and no mail says who or what this is (M6)."""

from __future__ import annotations

import logging
import threading
from typing import Any
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMessage
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from alongside.access import actions, one_person, sessions
from alongside.access.models import Account
from alongside.records import audit, clock, crypto

log = logging.getLogger(__name__)

CODE_MAIL = "account/email/login_code"
RESET_MAIL = "account/email/password_reset_key"
# One data key for all second factors: they belong to accounts, not to persons' records.
SECOND_FACTORS = UUID("6d9d2a0e-4d0f-4a53-8a4e-5d6a2f1c7e10")
LEAST_FOR_STAFF, LEAST_FOR_OTHERS = 15, 8


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in, sign-out and the few mails of it."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Staff come in by password or passkey; a code by mail alone is not enough for them."""
        methods = {record.get("method") for record in get_authentication_records(request, user)}
        if user.is_staff_member and "code" in methods and not methods & {"password", "mfa"}:
            raise ImmediateHttpResponse(redirect("account_login"))
        if not user.is_staff_member and one_person.is_on(request):
            raise ImmediateHttpResponse(redirect("here:start"))
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        at = clock.now()
        if handed_out := one_person.end(request.session):
            actions.take_back_device(sha256=handed_out, by=_of(user, at), at=at)
        sessions.begin(request.session, at)
        audit.write("access.account_signed_in", by=_of(user, at), at=at, about=user)

    def logout(self, request: HttpRequest) -> None:
        user = request.user
        super().logout(request)
        if isinstance(user, Account):
            # Storage of staff holds the push messages of on-call, which go on when they sign out.
            parts = '"cache"' if user.is_staff_member else '"cache", "storage"'
            request.META[sessions.CLEARS] = parts
            at = clock.now()
            audit.write("access.account_signed_out", by=_of(user, at), at=at, about=user)

    def send_mail(self, template_prefix: str, email: str, facts: Any) -> None:
        """Send a code or a reset, and nothing else; in the background, so that an address we know
        takes no longer than one we don't."""
        user = Account.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            return
        if template_prefix == CODE_MAIL:
            if user.is_staff_member:
                text = _("People who work here sign in with their password.")
            else:
                text = _("Your numbers: %(code)s") % {"code": facts["code"]}
                text += "\n\n" + _("They work once, for 10 minutes.")
            self._send(email, _("Your numbers"), text)
        elif template_prefix == RESET_MAIL and user.is_staff_member:
            text = _("Open this page to choose a new password: %(url)s") % {
                "url": facts["password_reset_url"]
            }
            self._send(email, _("Your page"), text)
        # Every other mail of the library would tell too much: it is not sent.

    def _send(self, email: str, subject: str, text: str) -> None:
        text += "\n\n" + _("If you expected nothing, you can ignore this.")
        letter = EmailMessage(subject=subject, body=text, to=[email])
        threading.Thread(target=_send_quietly, args=(letter,), daemon=True).start()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No notices by mail: on a shared mailbox they would tell."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return "/home/"

    def clean_password(self, password: str, user: Any = None) -> str:
        found: str = super().clean_password(password, user)
        return found

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again before a change of how one signs in, unless one signed in just now.

        Who has only mail to sign in with cannot be asked on the spot: they sign in anew.
        """
        request = context.request
        if sessions.is_fresh(request.session, clock.now()):
            return False
        if not self.get_reauthentication_methods(request.user):
            raise PermissionDenied("sign in again")
        return True

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our own pages say what was done; the library's messages name addresses."""


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: sealed in the database; asked of staff only."""

    def encrypt(self, text: str) -> str:
        return crypto.encrypt(text, subject=SECOND_FACTORS, place="mfa_authenticator:data")

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(encrypted_text, place="mfa_authenticator:data")

    def is_mfa_enabled(self, user: Any, types: Any = None) -> bool:
        """A second step is asked of staff. For others a code by mail or a passkey is the way in."""
        if not getattr(user, "is_staff_member", False):
            return False
        found: bool = super().is_mfa_enabled(user, types)
        return found

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Staff keep at least one second factor besides the recovery codes."""
        if not authenticator.user.is_staff_member:
            return True
        kind = type(authenticator)
        others = kind.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=kind.Type.RECOVERY_CODES).exists())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return {**entity, "name": "Alongside"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": user.name or "My page"}


def _send_quietly(letter: EmailMessage) -> None:
    try:
        letter.send()
    except OSError as failure:
        # The page has answered already; the person asks for new numbers.
        log.warning("a sign-in mail was not taken: %s", failure)
    finally:
        connection.close()


def _of(user: Account, at: Any) -> Any:
    """The account as the one who acts, without its roles: they are read when it opens a page."""
    from alongside.access.readers import AccountReader

    return AccountReader(user, at, edges=(), persons=frozenset(), separated=frozenset())


__all__ = ["AccountAdapter", "MFAAdapter"]
