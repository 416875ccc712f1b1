"""Whether anybody outside watches this service: said in red to staff, and to nobody else."""

from __future__ import annotations

import time
from datetime import datetime

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from alongside.notify import canary
from alongside.records import clock

LOOK_EVERY = 10.0  # seconds; between two looks a page costs no question to the database

register = template.Library()
_seen: tuple[float, bool, datetime | None] | None = None


@register.simple_tag
def unwatched() -> str:
    """What to say in red; empty while the outside monitor hears us, and in a demonstration."""
    if settings.DEMO:
        return ""
    if not settings.WATCH["url"]:
        return _("No outside monitor is set up. If this service stops, nobody is told.")
    silent, last = _look()
    if not silent:
        return ""
    if last is None:
        return _("The outside monitor has not answered yet. If this service stops, nobody is told.")
    return _(
        "The outside monitor has not answered since %(time)s. "
        "If this service stops, nobody is told."
    ) % {"time": f"{timezone.localtime(last):%H:%M}"}


def forget() -> None:
    """Look again at the next page: for tests."""
    global _seen
    _seen = None


def _look() -> tuple[bool, datetime | None]:
    """Whether it is silent, and since when; looked at no more often than every ten seconds."""
    global _seen
    now = time.monotonic()
    if _seen is None or now - _seen[0] > LOOK_EVERY:
        _seen = (now, *canary.silent_since(at=clock.now()))
    return _seen[1], _seen[2]
