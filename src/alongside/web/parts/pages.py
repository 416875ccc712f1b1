"""Small things that pages of every door say: saved at, who sees this, two texts, further pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alongside.access import sight
from alongside.web.parts.people_words import who_sees

PAGE = 20


class Request(HttpRequest):
    """A request with its reader, which the middleware has set."""

    reader: Any
    user: Any


def zone_of(request: Request) -> ZoneInfo:
    """The zone of whoever is signed in; UTC for anybody else."""
    name = getattr(request.user, "zone", "") or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def clock_time(request: Request, at: datetime) -> str:
    """The time of a moment on the reader's own clock."""
    return str(time_format(at.astimezone(zone_of(request)), "H:i"))


def local_day(request: Request, at: datetime) -> date:
    """The day of a moment in the reader's own zone."""
    return at.astimezone(zone_of(request)).date()


def day_words(day: date | datetime | None) -> str:
    """A day in words: Saturday 28 November 2026, sábado 28 de noviembre de 2026."""
    return "" if day is None else str(date_format(day, "LONG_DAY_FORMAT"))


def short_day(day: date | datetime | None) -> str:
    """A day in few letters: 28 Nov 2026."""
    return "" if day is None else _short_day(day.year, day.month, day.day, get_language() or "en")


@lru_cache(maxsize=4_096)
def _short_day(year: int, month: int, day: int, language: str) -> str:
    """A list of cases says the same few days again and again."""
    return str(date_format(date(year, month, day), "j M Y"))


def moment_words(request: Request, at: datetime | None) -> str:
    """A moment in words, on the reader's own clock."""
    if at is None:
        return ""
    local = at.astimezone(zone_of(request))
    return f"{short_day(local.date())}, {time_format(local, 'H:i')}"


def day_and_time(request: Request, at: datetime | None) -> str:
    """A moment in full words: Wednesday 25 November 2026, 10:00."""
    if at is None:
        return ""
    return _("%(day)s, %(time)s") % {
        "day": day_words(local_day(request, at)),
        "time": clock_time(request, at),
    }


def list_moment(request: Request, at: datetime | None) -> str:
    """A moment in a list: without the year while it is this one, on the reader's own clock."""
    if at is None:
        return ""
    local = at.astimezone(zone_of(request))
    is_this_year = local.year == request.reader.at.astimezone(local.tzinfo).year
    day = date_format(local, "j M") if is_this_year else short_day(local.date())
    return f"{day}, {time_format(local, 'H:i')}"


def saved(request: Request, at: datetime) -> None:
    """Say that it was saved, and when. Called after the action returned."""
    messages.success(request, _("Saved at %(time)s.") % {"time": clock_time(request, at)})


def say(request: Request, words: str) -> None:
    """Say what was done, in true words."""
    messages.success(request, words)


def seen_by_whom(request: Request, record_type: str, circle: UUID) -> str:
    """Who can see what is written here, as one or two sentences, from the live edges."""
    seen = sight.who_can_see(record_type, circle=circle, seen_by=request.reader)
    return who_sees(seen.names, on_call=seen.on_call, members=seen.members, person=seen.person)


def further(
    request: Request, rows: Any, *, size: int = PAGE
) -> tuple[list[Any], Mapping[str, Any]]:
    """One page of a list, and what ``parts/paging.html`` needs. No such page: the first."""
    pages = Paginator(rows, size)
    page = pages.get_page(request.GET.get("page"))
    query = request.GET.copy()

    def address(number: int) -> str:
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return list(page.object_list), {
        "newer_url": address(page.previous_page_number()) if page.has_previous() else "",
        "older_url": address(page.next_page_number()) if page.has_next() else "",
        "words": _("%(first)s to %(last)s of %(all)s")
        % {"first": page.start_index(), "last": page.end_index(), "all": pages.count},
        "is_needed": pages.num_pages > 1,
    }


def two_texts(
    request: Request,
    *,
    base: str,
    pairs: Sequence[tuple[str, str, str, str]],
    version: int,
    keep_url: str,
    same: Sequence[tuple[str, str]] = (),
    at: datetime | None = None,
    by_myself: bool = False,
    choices: Mapping[str, Sequence[tuple[str, str]]] | None = None,
) -> HttpResponse:
    """Two people wrote: the page with both texts, status 409. Nothing is overwritten.

    Args:
        base: the door's base template.
        pairs: name, label, mine, theirs; those that do not differ are sent along silently.
        version: the one that is saved now. keep_url: leave it as it is saved now.
        by_myself: only the reader writes this: it was another page of their own.
        choices: by name of a field that is chosen, not written: its values and their words.
    """
    differing = [pair for pair in pairs if pair[2] != pair[3]]
    alike = [(name, mine) for name, _label, mine, theirs in pairs if mine == theirs]
    context = {
        "base": base,
        "pairs": [
            {
                "name": name,
                "label": label,
                "mine": mine,
                "theirs": theirs,
                "long": len(mine) > 80,
                "choices": [(str(value), words) for value, words in (choices or {}).get(name, ())],
            }
            for name, label, mine, theirs in differing
        ],
        "same": [{"name": name, "value": value} for name, value in [*alike, *same]],
        "version": version,
        "keep_url": keep_url,
        "url": request.get_full_path(),
        "who": "" if by_myself else _("Somebody"),
        "at": clock_time(request, at) if at else _("just now"),
    }
    return render(request, "parts/two_texts_page.html", context, status=HTTPStatus.CONFLICT)


def number_in(request: Request, name: str, default: int = 0) -> int:
    """A whole number a form sent, or the default for anything else."""
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default


def now_in(request: Request, at: datetime) -> datetime:
    """A moment on the reader's own clock."""
    return timezone.localtime(at, zone_of(request))
