"""Run one function with Django set up, for a served database: ``python -m tests.harness.inside``.

Used through ``Served.call``. The last line printed is what the function returned, as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import sys


def session_of(*, email: str) -> dict[str, str]:
    """Sign the account in without its password and return the session cookie."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    account = get_user_model()._default_manager.get_by_natural_key(email)
    second_step = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP)
    if account.is_staff_member and not second_step.exists():  # else they open nothing
        TOTP.activate(account, generate_totp_secret())
    client = Client()
    client.force_login(account, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
    }


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "alongside.config.settings"
    django.setup()
    module, _, name = sys.argv[1].partition(":")
    answer = getattr(importlib.import_module(module), name)(**json.loads(sys.argv[2]))
    print(json.dumps(answer, default=str))


if __name__ == "__main__":
    main()
