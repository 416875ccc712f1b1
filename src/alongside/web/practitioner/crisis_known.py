"""What is already known about whom an alert is about, as far as the reader may read it.

Every query names its reader: what somebody may not read is not there, and nothing says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.crisis import queries
from alongside.directory import queries as directory
from alongside.engine.risk import LIFE_CRITICAL
from alongside.measures import queries as measures
from alongside.people import queries as people
from alongside.web.parts.pages import Request, list_moment, short_day
from alongside.web.parts.people_words import age_band, relation
from alongside.web.parts.scores import words_of
from alongside.web.practitioner import crisis_words as words
from alongside.web.practitioner import essentials
from alongside.web.practitioner.words import short_instrument

SCORES = 4  # instruments of which the newest score is shown
EARLIER = 3  # earlier alerts


def calls(request: Request, alert: Any, at: datetime) -> dict[str, Any]:
    """Whom to call, and how safely: numbers as links, with what was said about calling.

    Returns:
        ``lines`` for calls.html, ``how`` - list of sentences, ``none`` - what is said without any.
    """
    concern = alert.concern
    lines: list[dict[str, str]] = []
    how: list[str] = []
    if concern is not None and concern.contact:
        who = concern.contact_name or _("Who told us")
        lines.append(_line(concern.reached_by or "phone", concern.contact, who))
        if concern.safe_hours:
            how.append(_("Safe to call: %(hours)s") % {"hours": concern.safe_hours})
    if alert.about_id is not None:
        ways = reach(request, alert.about_id, str(alert.about))
        lines += ways["lines"]
        how += ways["how"]
    none = _("They left no way to reach them.")
    if alert.place:
        none = _("This is about a place. Go there, or send somebody.")
    elif alert.about_id is not None:
        none = _(
            "Nothing here says how to reach them. Ask those around them, and who leads the case."
        )
    return {"lines": lines, "how": list(dict.fromkeys(how)), "none": "" if lines else none}


def reach(request: Request, person: UUID, name: str) -> dict[str, Any]:
    """The ways to reach one person, as ``calls`` gives them, if the reader may read them."""
    lines: list[dict[str, str]] = []
    how: list[str] = []
    for point in people.contacts_of(person, seen_by=request.reader):
        lines.append(_line(point.channel, point.value, name))
        how += _safely(point)
    return {"lines": lines, "how": list(dict.fromkeys(how)), "none": not lines}


def _line(channel: str, value: str, name: str) -> dict[str, str]:
    scheme, icon = ("mailto:", "mail") if channel == "email" else ("tel:", "phone-call")
    return {"href": f"{scheme}{value}", "number": value, "name": name, "icon": icon}


def _safely(point: Any) -> Iterable[str]:
    if point.safe_from and point.safe_to:
        yield _("Safe to call from %(start)s to %(end)s.") % {
            "start": time_format(point.safe_from, "H:i"),
            "end": time_format(point.safe_to, "H:i"),
        }
    if point.never_voicemail and point.channel == "phone":
        yield _("Never leave a voicemail.")
    if point.words:
        yield str(point.words)


def script(alert: Any) -> list[dict[str, str]]:
    """What to do and say on the phone, by level and by whom one calls."""
    if alert.level not in LIFE_CRITICAL or alert.place:
        return []
    to: Literal["person", "reporter"] = "person" if alert.about_id is not None else "reporter"
    house = directory.house()
    country = "" if house is None else house.country
    lines = catalogue.current().lines.get(country)
    number = lines.emergency_number if lines else _("the emergency number")
    shown = (
        catalogue.current()
        .call_script()
        .shown(alert.level, get_language() or "en", to=to, number=number)
    )
    return [{"do": do, "say": say} for do, say in shown]


def known(request: Request, alert: Any, circle: UUID | None, at: datetime) -> dict[str, Any]:
    """Who they are, who is around them, their last scores, and earlier alerts.

    Returns:
        ``facts``, ``essentials`` for facts.html; ``circle``, ``scores`` and ``earlier`` for
        rows.html; ``case_url``.
    """
    reader = request.reader
    case = cases.case_of(circle, seen_by=reader) if circle is not None else None
    return {
        "facts": _who(alert, at),
        "essentials": essentials.facts(request, alert.about_id) if alert.about_id else [],
        "circle": _circle(request, alert, circle),
        "scores": _scores(request, alert, circle),
        "earlier": _earlier(request, alert, circle),
        "case_url": "" if case is None else reverse("practitioner:case", args=[case.pk]),
    }


def _who(alert: Any, at: datetime) -> list[dict[str, str]]:
    person = alert.about
    if person is None:
        return []
    age = people.age_of(person, at.date())
    years = (
        age_band(person.age_band)
        if age is None
        else _("%(low)s or %(high)s") % {"low": age, "high": age + 1}
    )
    facts = [{"term": _("Age"), "text": years}] if years else []
    if person.language:
        name = get_language_info(person.language)["name_translated"]
        facts.append({"term": _("Language"), "text": name})
    return facts


def _circle(request: Request, alert: Any, circle: UUID | None) -> list[dict[str, Any]]:
    """Who is around them, with a number where one may be read."""
    if circle is None:
        return []
    rows = []
    for member in people.live_members(circle, seen_by=request.reader):
        if member.person_id == alert.about_id:
            continue
        numbers = people.contacts_of(member.person_id, seen_by=request.reader)
        rows.append(
            {
                "title": str(member.person),
                "text": relation(member.relation),
                "lines": [_line(each.channel, each.value, "") for each in numbers],
            }
        )
    return rows


def _scores(request: Request, alert: Any, circle: UUID | None) -> list[dict[str, str]]:
    """The newest score by each instrument about this person."""
    if circle is None or alert.about_id is None:
        return []
    rows: dict[str, dict[str, str]] = {}
    found = measures.over_time(seen_by=request.reader, circle=circle).filter(
        about=alert.about_id, respondent=alert.about_id, corrections=None
    )
    for response in reversed(list(found)):
        name = short_instrument(response.instrument)
        points = response.scores.get("total")
        if name in rows or points is None:
            continue
        band = words_of(response.instrument).bands.get(response.band, response.band)
        rows[name] = {
            "title": _("%(form)s: %(points)s points") % {"form": name, "points": points},
            "text": str(band),
            "when": short_day(response.answered_at.date()),
        }
        if len(rows) == SCORES:
            break
    return list(rows.values())


def _earlier(request: Request, alert: Any, circle: UUID | None) -> list[dict[str, str]]:
    if circle is None:
        return []
    before = (
        queries.alerts(seen_by=request.reader)
        .filter(circle=circle, raised_at__lt=alert.raised_at)
        .exclude(pk=alert.pk)
        .order_by("-raised_at")[:EARLIER]
    )
    return [
        {
            "title": words.fact(each)[0],
            "url": reverse("practitioner:alert", args=[each.pk]),
            "text": str(words.OUTCOMES.get(each.outcome, _("still open"))),
            "tag": f"{each.level} · {words.LEVELS[each.level]}",
            "when": list_moment(request, each.raised_at),
        }
        for each in before
    ]
