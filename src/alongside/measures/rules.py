"""How long an asking lasts, what may be sent by link, and when a message may come."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from alongside.engine.instruments.shapes import Instrument

LONGEST_DAYS = 90


class Reachable(Protocol):
    """An address or number of somebody, as ``people`` keeps it."""

    channel: str
    texts: bool


def channel_of(point: Reachable) -> str:
    """Over which channel somebody may be written to there; empty for a phone not for texts."""
    if point.channel == "email":
        return "email"
    return "sms" if point.texts else ""


def may_be_sent(instrument: Instrument) -> bool:
    """Only what a person answers about themself or somebody else, with its words at hand.

    Screening for acute danger is done by a person, not by a link (instruments 0.3 rule 10).
    """
    if instrument.licence.tier != "ship":
        return False
    return instrument.role != "safety" and instrument.respondent in ("self", "informant")


def next_safe(at: datetime, zone: str, safe_from: time | None, safe_to: time | None) -> datetime:
    """The first moment from ``at`` on within somebody's safe hours; UTC.

    Args:
        zone: the IANA zone of the hours. safe_from, safe_to: wall times; both or none. Hours that
            begin later than they end go over midnight.
    """
    if safe_from is None or safe_to is None:
        return at
    local = at.astimezone(ZoneInfo(zone))
    now = local.time()
    if safe_from <= safe_to:
        if safe_from <= now <= safe_to:
            return at
    elif now >= safe_from or now <= safe_to:
        return at
    day = local.date() if now < safe_from else local.date() + timedelta(days=1)
    return datetime.combine(day, safe_from, ZoneInfo(zone)).astimezone(UTC)
