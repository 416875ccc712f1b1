"""Whether alerts go out, and whether anybody outside watches: in red to staff, to nobody else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from alongside.notify import canary, queries
from alongside.records import clock

LOOK_EVERY = 10.0  # seconds; between two looks a page costs no question to the database

register = template.Library()


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, and when by this process's own running clock."""

    made: float
    is_sending: bool
    beat: datetime | None
    is_silent: bool
    heard: datetime | None


_seen: Look | None = None


@register.simple_tag
def watched_words() -> list[str]:
    """What to say in red: nobody sends, nobody outside hears us. Empty while all is well."""
    look = _look()
    return [words for words in (_unsent(look), _unwatched(look)) if words]


@register.filter
def mark(words: list[str]) -> str:
    """A short sign for these words: an open page asks whether they are still the same."""
    return sha256("\n".join(words).encode()).hexdigest()[:12]


def forget() -> None:
    """Look again at the next page: for tests."""
    global _seen
    _seen = None


def _unsent(look: Look) -> str:
    if look.is_sending:
        return ""
    if look.beat is None:
        return _(
            "Alerts are not sent yet: nothing gives a sign of life. "
            "Call who is on call, and tell whoever runs this service."
        )
    return _(
        "Alerts may not be sent: no sign of life since %(time)s. "
        "Call who is on call, and tell whoever runs this service."
    ) % {"time": _clock(look.beat)}


def _unwatched(look: Look) -> str:
    """Nothing is said of it in a demonstration: nobody outside watches one."""
    if settings.DEMO:
        return ""
    if not settings.WATCH["url"]:
        return _("No outside monitor is set up. If this service stops, nobody is told.")
    if not look.is_silent:
        return ""
    if look.heard is None:
        return _("The outside monitor has not answered yet. If this service stops, nobody is told.")
    return _(
        "The outside monitor has not answered since %(time)s. "
        "If this service stops, nobody is told."
    ) % {"time": _clock(look.heard)}


def _clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def _look() -> Look:
    """Both signs of life, looked at no more often than every ten seconds."""
    global _seen
    now = time.monotonic()
    if _seen is None or now - _seen.made > LOOK_EVERY:
        at = clock.now()
        pulse = queries.pulse(at=at)
        silent, heard = canary.silent_since(at=at) if settings.WATCH["url"] else (True, None)
        _seen = Look(now, pulse.is_alive, pulse.last_at, silent, heard)
    return _seen
