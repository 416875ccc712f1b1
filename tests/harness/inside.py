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
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.test import Client

    account = get_user_model()._default_manager.get_by_natural_key(email)
    if account.is_staff_member:  # who opens nothing before their second step is set up
        Authenticator.objects.get_or_create(
            user=account, type=Authenticator.Type.TOTP, defaults={"data": {}}
        )
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
