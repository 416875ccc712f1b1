"""Wall time and zone to one instant, with summer time right. No framework."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PLACES = ("in_person", "video", "phone")
LEAST_MINUTES, MOST_MINUTES = 5, 480


class NoSuchTime(Exception):
    """The clocks go forward over this wall time: it does not exist in that zone."""

    def __init__(self, wall: datetime, zone: str) -> None:
        super().__init__(f"{wall:%Y-%m-%d %H:%M} does not exist in {zone}")
        self.wall, self.zone = wall, zone


class NoSuchZone(Exception):
    """No zone has this name."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"no zone is called {zone}")
        self.zone = zone


@dataclass(frozen=True, slots=True)
class Span:
    """From one instant to another, both UTC; the end is not part of it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Span) -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def instant(wall: datetime, zone: str) -> datetime:
    """The UTC instant of a wall time (naive) in a zone.

    A time that comes twice when the clocks go back is the first of the two.

    Raises:
        NoSuchTime: the clocks go forward over it.
        NoSuchZone: the zone is not known.
    """
    try:
        info = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:  # a folder of zones, too
        raise NoSuchZone(zone) from unknown
    local = wall.replace(tzinfo=info, fold=0)
    moment = local.astimezone(UTC)
    if moment.astimezone(info).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise NoSuchTime(wall, zone)
    return moment


def span(wall: datetime, zone: str, minutes: int) -> Span:
    """A length of time from a wall time on. Minutes pass as they pass, whatever clocks do."""
    start = instant(wall, zone)
    return Span(start, start + timedelta(minutes=minutes))
