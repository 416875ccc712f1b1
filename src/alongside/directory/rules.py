"""How long the check of a crisis line counts; what must be known of an option for help."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime

OPTION_KINDS = (
    "residential", "detox", "day", "outpatient", "doctor", "one_talk", "group", "online",
)  # fmt: skip
RESIDENTIAL = frozenset({"residential", "detox"})
NO_PLACE_NEEDED = frozenset({"group", "online"})  # open to anybody, nothing to keep
WITHDRAWAL = ("yes", "arranged", "not_needed", "no")
LICENCE = ("checked", "not_needed", "not_yet")
VERIFIED_MONTHS = 9  # after that a line is hidden
CHECK_AGAIN_MONTHS = 6  # by then somebody should call it again


def missing(*, kind: str, licence: str, said: Mapping[str, str]) -> tuple[str, ...]:
    """What is not written yet of an option and of what is arranged around it, in order.

    Somebody who stays away needs their children, animals and work looked after; whoever only
    goes there for an hour does not, and a licence is not asked of a group of peers.
    """
    found = [name for name, words in said.items() if not words.strip() and name != "cover"]
    if licence == "not_yet":
        found.insert(0, "licence")
    if kind in RESIDENTIAL and not said.get("cover", "").strip():
        found.append("cover")
    return tuple(found)


def months_before(at: datetime, months: int) -> datetime:
    """The same wall time some months earlier, or the last day of a shorter month."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)


def same_number(one: str, other: str) -> bool:
    """Whether two ways of writing a number mean the same one."""
    return _dialled(one) == _dialled(other)


def href(number: str) -> str:
    """The address that calls a number."""
    return f"tel:{_dialled(number)}"


def text_href(number: str, words: str | None) -> str:
    """The address that writes to a number, with the words it asks for."""
    return f"sms:{_dialled(number)}" + (f"?body={words}" if words else "")


def _dialled(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit() or sign in "+*#")
