"""My record: what I agreed to, who has looked, and settings."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.conf import settings as site
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alongside import catalogue
from alongside.access import actions as access_actions
from alongside.consent import actions, queries
from alongside.delivery import stopping, unpermitted
from alongside.insights import looks
from alongside.meetings import giving
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.appointments import own_times
from alongside.web.parts.pages import (
    Request,
    clock_time,
    day_and_time,
    day_words,
    local_day,
    saved,
    say,
)
from alongside.web.parts.people_words import listed
from alongside.web.parts.ways import way_name
from alongside.web.person import met

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])
SPAN = timedelta(days=30)
FURTHEST = 240  # spans back: twenty years
SOON = timedelta(days=14)
ROLES = {
    "lead": gettext_lazy("who works with you"),
    "therapist": gettext_lazy("who talks with you"),
    "supervisor": gettext_lazy("who checks that the work is good"),
    "on_call": gettext_lazy("who was on call"),
    "manager": gettext_lazy("who runs the service"),
    "privacy": gettext_lazy("who looks after privacy"),
    "auditor": gettext_lazy("who checks the record of access"),
    "coordinator": gettext_lazy("from the service"),
    "facilitator": gettext_lazy("who leads a group"),
}
NOUNS = {
    "people.person": gettext_lazy("your name"),
    "people.contact": gettext_lazy("how to reach you"),
    "cases.case": gettext_lazy("where things stand"),
    "cases.own_view": gettext_lazy("your own view"),
    "cases.person_request": gettext_lazy("what you asked"),
    "plans.plan": gettext_lazy("your plan"),
    "consent.consent": gettext_lazy("what you agreed to"),
    "measures.response": gettext_lazy("your answers"),
    "delivery.note": gettext_lazy("notes of your talks"),
    "delivery.letter": gettext_lazy("your letters"),
    "delivery.homework": gettext_lazy("what you try at home"),
    "delivery.session": gettext_lazy("your talks"),
    "calendar.booking": gettext_lazy("your dates"),
    "crisis.alert": gettext_lazy("an alert about you"),
}


def _from_circle(request: Request) -> list[dict[str, Any]]:
    """Letters of the circle, once there is one: before that, nothing tells of any."""
    if not giving.letters_to(seen_by=request.reader).exists():
        return []
    return [
        {
            "url": reverse("person:family-letters"),
            "icon": "mail",
            "title": _("Letters from people close to you"),
            "text": _("You choose if you open them. You can give them back."),
        }
    ]


@access("consent", "R")
@require_safe
def record(request: Request) -> HttpResponse:
    """What is here about me, as a list of doors."""
    doors = [
        {
            "url": reverse("person:receipts"),
            "icon": "receipt-text",
            "title": _("My receipts"),
            "text": _("What you said yes or no to. You can end a yes."),
        },
        {
            "url": reverse("person:held"),
            "icon": "file-text",
            "title": _("What is kept about you"),
            "text": _("By whom and why. Your own words beside it. Stop it or put it right."),
        },
        {
            "url": reverse("person:letters"),
            "icon": "mail-open",
            "title": _("My letters"),
            "text": _("Letters that were given to you here. You can keep them."),
        },
        *_from_circle(request),
        *met.doors(request),
        {
            "url": reverse("person:looked"),
            "icon": "eye",
            "title": _("Who has looked"),
            "text": _("Every look at your record, with name and time."),
        },
        {
            "url": reverse("person:change"),
            "icon": "trending-up",
            "title": _("How it has changed"),
            "text": _("Your answers over time, in plain words."),
        },
        {
            "url": reverse("person:reach"),
            "icon": "phone",
            "title": _("How we reach you"),
            "text": _("When and how. You can change it."),
        },
        {
            "url": reverse("person:settings"),
            "icon": "settings",
            "title": _("Settings"),
            "text": _("Your language."),
        },
    ]
    return render(request, "person/record.html", {"doors": doors})


# -- receipts -------------------------------------------------------------------------------------


@access("consent", "R")
@require_safe
def receipts(request: Request) -> HttpResponse:
    """What I said yes and no to."""
    reader, today = request.reader, local_day(request, clock.now())
    rows = queries.consents(seen_by=reader).filter(person__in=reader.persons)
    noes = queries.refusals(seen_by=reader).filter(person__in=reader.persons)
    return render(
        request,
        "person/receipts.html",
        {
            "receipts": [_receipt(request, row, today) for row in rows],
            "refusals": [
                {
                    "title": row.offered,
                    "text": _("You said no on %(day)s. That stands.")
                    % {"day": day_words(local_day(request, row.refused_at))},
                    "icon": "circle-x",
                }
                for row in noes
            ],
        },
    )


def _receipt(request: Request, row: Any, today: Any) -> dict[str, Any]:
    state = queries.fact_of(row).state_on(today)
    if state == "live" and row.expires_on - today <= SOON:
        state = "soon"
    facts = [
        (_("What"), _what(request, row)),
        (_("With"), row.to_whom),
        (_("Since"), day_and_time(request, row.given_at)),
        (_("Ends"), _("%(day)s, by itself") % {"day": day_words(row.expires_on)}),
        (_("Taken back"), day_and_time(request, row.withdrawn_at)),
    ]
    return {
        "id": str(row.pk),
        "state": {"expired": "ended", "not_yet": "live"}.get(state, state),
        "title": _title(row),
        "facts": [{"term": term, "text": text} for term, text in facts if text],
        "end_url": reverse("person:receipt-end", args=[row.pk])
        if state in ("live", "soon")
        else "",
    }


def _what(request: Request, row: Any) -> str:
    """The way of helping a yes is for, when it is for one course of talks."""
    kind, _colon, pk = row.about.partition(":")
    if kind != "course":
        return ""
    course = plans.courses(seen_by=request.reader).filter(pk=UUID(pk)).first()
    return way_name(course.protocol) if course else ""


def _title(row: Any) -> str:
    form = catalogue.current().consent_forms.get(row.form)
    return form.title(get_language() or "en") if form else str(row.form)


@access("consent", "C")
@READ_OR_SEND
def end(request: Request, pk: UUID) -> HttpResponse:
    """End my own yes now, without a reason."""
    rows = queries.consents(seen_by=request.reader).filter(person__in=request.reader.persons)
    found = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        times = own_times(request, clock.now(), [found.person_id], most=1)
        has_times = unpermitted.carries_times(found) and bool(times)
        return render(request, "person/end.html", {"title": _title(found), "has_times": has_times})
    at = clock.now()
    try:
        stopping.take_back(consent=found, by=request.reader, at=at)
    except actions.AlreadyWithdrawn:
        say(request, _("It had ended before."))
    else:
        say(
            request,
            _("Ended at %(time)s. What was done before stays in your record.")
            % {"time": clock_time(request, at)},
        )
    return redirect("person:receipts")


# -- who has looked -------------------------------------------------------------------------------


@access("audit_trail", "R")
@require_safe
def looked(request: Request) -> HttpResponse:
    """Who opened my record, when, in what role. Thirty days a page."""
    back = _number(request.GET.get("back", ""))
    until = clock.now() - back * SPAN + timedelta(seconds=1 if back == 0 else 0)
    found = looks.looks(seen_by=request.reader, since=until - SPAN, until=until)
    days = [
        {
            "id": day.isoformat(),
            "day": day_words(day),
            "looks": [_look(request, look) for look in same_day],
        }
        for day, same_day in groupby(found, key=lambda look: local_day(request, look.at))
    ]
    return render(
        request,
        "person/looked.html",
        {
            "days": days,
            "since": day_words(local_day(request, until - SPAN)),
            "until": day_words(local_day(request, until)),
            "newer_url": f"?back={back - 1}" if back else "",
            "older_url": f"?back={back + 1}" if back < FURTHEST else "",
        },
    )


def _number(text: str) -> int:
    return min(int(text), FURTHEST) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _look(request: Request, look: looks.Look) -> dict[str, str]:
    what = listed([str(NOUNS[noun]) for noun in look.nouns if noun in NOUNS])
    role = next((str(ROLES[role]) for role in ROLES if role in look.roles), "")
    at: datetime = look.at
    who = look.who or (_("Someone from the service") if look.is_staff else "")
    return {
        "initials": _initials(look.who),
        "who": who or _("Someone in your circle"),
        "role": role if look.is_staff else "",
        "text": _("Looked at: %(what)s.") % {"what": what},
        "iso": at.isoformat(),
        "when": clock_time(request, at),
        "kind": "",
    }


def _initials(name: str) -> str:
    words = [word for word in name.split() if word[:1].isalpha()]
    return (words[0][0] + words[-1][0]).upper() if words else "…"


# -- settings -------------------------------------------------------------------------------------


@access.own_account
@READ_OR_SEND
def settings(request: Request) -> HttpResponse:
    """My language."""
    chosen, error = request.POST.get("language", ""), ""
    if request.method == "POST":
        if chosen in dict(site.LANGUAGES):
            at = clock.now()
            access_actions.choose_language(language=chosen, by=request.reader, at=at)
            saved(request, at)
            return redirect("person:settings")
        error = _("Choose one of these.")
    return render(
        request,
        "person/settings.html",
        {
            "languages_here": [
                {"code": code, "name": name, "checked": code == request.user.language}
                for code, name in site.LANGUAGES
            ],
            "error": error,
        },
        status=422 if error else 200,
    )
