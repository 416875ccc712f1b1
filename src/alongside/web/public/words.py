"""Small things the pages of this door share: clean text, and times as the house tells them."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from alongside.directory import queries as directory

LONG = 5000
# Control signs, and signs that turn the direction of the text around unseen.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def clean(text: str) -> str:
    """What was typed, without signs nobody can see: nothing else may stop a number from coming."""
    return _UNSEEN.sub("", text).strip()[:LONG]


def hour(at: datetime | None) -> str:
    """A moment as the clock on the wall of the house shows it, such as 21:04."""
    if at is None:
        return ""
    house = directory.house()
    local = at.astimezone(ZoneInfo(house.zone)) if house else at
    return f"{local:%H:%M}"


def day(at: datetime | None) -> str:
    """A day in words: 3 November 2026."""
    if at is None:
        return ""
    house = directory.house()
    return date_format(at.astimezone(ZoneInfo(house.zone)) if house else at, "DATE_FORMAT")
