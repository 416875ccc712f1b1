"""Wall time and zone to one instant, with summer time right; times that repeat. No framework."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PLACES = ("in_person", "video", "phone")
LEAST_MINUTES, MOST_MINUTES = 5, 480
MOST_TIMES = 52
LONGEST_LINK = 500


class NoSuchTime(Exception):
    """The clocks go forward over this wall time: it does not exist in that zone."""

    def __init__(self, wall: datetime, zone: str) -> None:
        super().__init__(f"{wall:%Y-%m-%d %H:%M} does not exist in {zone}")
        self.wall, self.zone = wall, zone


class ComesTwice(Exception):
    """The clocks go back over this wall time, and nobody said which of the two is meant."""

    def __init__(self, wall: datetime, zone: str) -> None:
        super().__init__(f"{wall:%Y-%m-%d %H:%M} comes twice in {zone}")
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


def instant(wall: datetime, zone: str, *, second: bool = False) -> datetime:
    """The UTC instant of a wall time (naive) in a zone.

    Args:
        second: of a time that comes twice when the clocks go back, the later one.

    Raises:
        NoSuchTime: the clocks go forward over it.
        NoSuchZone: the zone is not known.
    """
    info = _zone(zone)
    local = wall.replace(tzinfo=info, fold=int(second))
    moment = local.astimezone(UTC)
    if moment.astimezone(info).replace(tzinfo=None, fold=0) != wall.replace(tzinfo=None, fold=0):
        raise NoSuchTime(wall, zone)
    return moment


def comes_twice(wall: datetime, zone: str) -> bool:
    """Do the clocks of that zone go back over this wall time?"""
    return instant(wall, zone) != instant(wall, zone, second=True)


def span(wall: datetime, zone: str, minutes: int, *, second: bool = False) -> Span:
    """A length of time from a wall time on. Minutes pass as they pass, whatever clocks do."""
    start = instant(wall, zone, second=second)
    return Span(start, start + timedelta(minutes=minutes))


def repeated(
    first: datetime, *, weeks: int, times: int | None = None, until: date | None = None
) -> Iterator[datetime]:
    """The wall times of a series: the same weekday and time every so many weeks.

    Args:
        times: how many, the first among them; or until: the last day one may fall on.
        Never more than 52 in any case.
    """
    for number in range(min(times or MOST_TIMES, MOST_TIMES)):
        try:
            wall = first + timedelta(weeks=weeks * number)
        except OverflowError:  # after the year 9999
            return
        if until is not None and wall.date() > until:
            return
        yield wall


def is_link(text: str) -> bool:
    """Is this an address a browser may be sent to for a video call: https, with a host?"""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and bool(parts.hostname)
        and len(text) <= LONGEST_LINK
        and text.isprintable()
        and " " not in text
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:  # a folder of zones, too
        raise NoSuchZone(name) from unknown
