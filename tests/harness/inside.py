"""Run functions with Django set up, for a served database: ``python -m tests.harness.inside``.

Used through ``Served.call``. Each line that comes in names a function and its arguments; a process
of its own runs it, forked from this one, which has read the content and opened no database. A
function may so die on the way, and none waits for Python and Django to start. A line that is an
order of tests/harness/starter.py runs a command instead.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from typing import Any

from tests.harness import starter


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


def _answer(asked: dict[str, Any]) -> str:
    module, _, name = asked["function"].partition(":")
    answer = getattr(importlib.import_module(module), name)(**asked["arguments"])
    return json.dumps(answer, default=str)


def _in_a_process(asked: dict[str, Any]) -> dict[str, Any]:
    """Fork, run, and say how it ended: the exit status, and the answer or what went wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            os.dup2(2, 1)  # what it prints is no answer of ours
            said = _answer(asked)
            status = 0
        except BaseException:
            said = traceback.format_exc()
        with os.fdopen(writing, "w") as pipe:
            pipe.write(said)
        os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, ended = os.waitpid(child, 0)
    return {"status": os.waitstatus_to_exitcode(ended), "said": said}


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    django.setup()
    from alongside import catalogue

    catalogue.current()
    for line in sys.stdin:
        asked = json.loads(line)
        if isinstance(asked, list):
            print(starter.in_a_process(asked), flush=True)
        else:
            print(json.dumps(_in_a_process(asked)), flush=True)


if __name__ == "__main__":
    main()
