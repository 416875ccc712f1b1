"""Times as a calendar program reads them (RFC 5545): written here, checked by a real parser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

LINE = 75  # octets of one line, as calendar programs take them (RFC 5545, 3.1)
ESCAPED = {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"}


@dataclass(frozen=True, slots=True)
class Event:
    """One time. ``title`` says nothing of whom or what it is for.

    ``sequence`` counts how often it was changed: a calendar program takes the highest.
    """

    id: UUID
    starts_at: datetime
    ends_at: datetime
    title: str
    sequence: int | None = None
    is_cancelled: bool = False


def calendar(*, name: str, product: str, events: Iterable[Event], at: datetime) -> str:
    """A calendar to be fetched again and again, as text.

    Args:
        name: what a calendar program calls it; product: who made it, one word.
    """
    lines = _lines(name, product, events, at)
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def folded(line: str) -> Iterator[str]:
    """A line in parts of at most 75 octets, each after the first with a space before it."""
    rest, room = line, LINE
    while len(rest.encode()) > room:
        cut = min(len(rest), room)
        while len(rest[:cut].encode()) > room:
            cut -= 1
        yield rest[:cut] if rest is line else f" {rest[:cut]}"
        rest, room = rest[cut:], LINE - 1
    yield rest if rest is line else f" {rest}"


def _lines(name: str, product: str, events: Iterable[Event], at: datetime) -> Iterator[str]:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{product}//EN")
    yield from ("CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}")
    yield "REFRESH-INTERVAL;VALUE=DURATION:PT1H"
    for event in events:
        yield from (
            "BEGIN:VEVENT",
            f"UID:{event.id}@{host}",
            f"DTSTAMP:{_utc(at)}",
            f"DTSTART:{_utc(event.starts_at)}",
            f"DTEND:{_utc(event.ends_at)}",
            f"SUMMARY:{_text(event.title)}",
        )
        if event.sequence is not None:
            yield f"SEQUENCE:{event.sequence}"
            yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
        yield f"TRANSP:{'TRANSPARENT' if event.is_cancelled else 'OPAQUE'}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def _text(words: str) -> str:
    return "".join(ESCAPED.get(letter, letter) for letter in words.replace("\r", ""))


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
