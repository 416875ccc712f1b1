"""Pages that keep nothing: the start, whom to call, what has helped, privacy, and the way out."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alongside import catalogue
from alongside.access import one_person as device
from alongside.crisis import public
from alongside.directory import queries as directory
from alongside.directory import remembered
from alongside.measures import actions as measures
from alongside.measures import one_person
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.public.words import day

# What somebody who is worried looks for comes first.
TREATS = (
    (gettext_lazy("For you and your family"), ("relatives", "circle", "family")),
    (gettext_lazy("For one person"), ("person",)),
    (gettext_lazy("In a group"), ("group",)),
    (gettext_lazy("For many people at once"), ("population",)),
)


def no_cookie(view: Any) -> Any:
    """The page sets no cookie, whoever looks at it: nothing shows later that it was open."""

    @wraps(view)
    def run(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if hasattr(request, "session"):
            del request.session
        return response

    return run


@access.public
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What is true today."""
    return render(request, "public/start.html", {"doors": _doors()})


def _doors() -> list[dict[str, Any]]:
    def worried(path: str) -> str:
        return reverse("public:worried", args=[path])

    return [
        {
            "url": worried("today"),
            "icon": "siren",
            "title": _("Someone could get hurt today"),
            "text": _("Talk of dying, violence, an overdose, or you feel afraid"),
        },
        {
            "url": worried("says_no"),
            "icon": "heart-handshake",
            "title": _("They need help and keep saying no"),
            "text": _("Drink, drugs, gambling, eating, low mood, not taking medicine"),
        },
        {
            "url": worried("cannot_decide"),
            "icon": "brain",
            "title": _("They can’t decide things for themselves just now"),
            "text": _("Memory loss, confusion, a very bad spell"),
        },
        {
            "url": reverse("public:about_a_child"),
            "icon": "baby",
            "title": _("It’s about a child or a young person"),
            "text": _("We’ll take you to people who work with under-18s first"),
        },
        {
            "url": reverse("public:about_me"),
            "icon": "user",
            "title": _("It’s about me"),
            "text": _("You can look around without telling us anything"),
        },
    ]


# -- whom to call ---------------------------------------------------------------------------------


@access.public
@require_safe
@no_cookie
def help_now(request: HttpRequest) -> HttpResponse:
    """The numbers, for anybody; nobody has told us anything here."""
    return render(request, "public/help_now.html", {**numbers(), "state": "nothing_told"})


@access.public
@require_safe
@no_cookie
def help_elsewhere(request: HttpRequest, country: str) -> HttpResponse:
    """The numbers of another country."""
    if country.upper() not in dict(directory.countries("en")):
        raise Http404
    return render(request, "public/help_now.html", {**numbers(country), "state": "nothing_told"})


def numbers(country: str = "") -> dict[str, Any]:
    """What every danger page needs: the help of a country, and the others to choose from."""
    language = get_language() or "en"
    found = (
        directory.help_now(country, language, clock.now())
        if country
        else remembered.help_here(language)
    )
    return {
        "help": found,
        "checked_on": day(found["checked_on"]),
        "countries": [
            {"url": reverse("public:help_elsewhere", args=[code.lower()]), "name": name}
            for code, name in directory.countries(language)
            if code != found["country"]
        ],
        "advice": advice(),
    }


def advice() -> list[str]:
    """What someone can do now, under the numbers."""
    return [
        _("Stay with them if you are safe. If you aren’t, leave and call from outside."),
        _(
            "Speak quietly. Ask, “Are you thinking of killing yourself?” "
            "Asking does not make it more likely."
        ),
        _("If you can do it safely, move pills, blades or weapons out of reach."),
        _(
            "Someone won’t wake up? Lay them on their side. Say “overdose” on the phone. "
            "Use naloxone if you have it."
        ),
        _("Shaking, sweating or seeing things after stopping drink? That needs a doctor today."),
    ]


# -- what to read ---------------------------------------------------------------------------------


@access.public
@require_safe
def what_helps(request: HttpRequest) -> HttpResponse:
    """Ways that have helped families, those for relatives first."""
    texts = catalogue.current().reasons(get_language() or "en")
    offered = catalogue.current().offered
    groups = []
    for title, treats in TREATS:
        ways = [
            {
                "url": reverse("public:one_way", args=[each.ref.id]),
                "title": _said(texts, each, "name", each.name),
                "text": _said(texts, each, "what", each.what),
            }
            for treated in treats
            for each in offered.values()
            if each.treats == treated and any(not found.unverified for found in each.evidence)
        ]
        if ways:
            groups.append({"title": title, "ways": ways})
    return render(request, "public/what_helps.html", {"groups": groups})


@access.public
@require_safe
def one_way(request: HttpRequest, protocol: str) -> HttpResponse:
    """One way: what it is, what was found, the limits, and where that is written."""
    try:
        found = catalogue.current().protocol(protocol)
    except LookupError:
        raise Http404 from None
    texts = catalogue.current().reasons(get_language() or "en")
    key = f"protocols/{found.ref}"
    return render(
        request,
        "public/one_way.html",
        {
            "name": _said(texts, found, "name", found.name),
            "what": _said(texts, found, "what", found.what),
            "for_whom": [
                texts.get(f"{key}/indications/{each.id}", each.text) for each in found.indications
            ],
            "not_when": [texts.get(each.key, each.text) for each in found.cautions],
            "evidence": [
                {
                    "text": texts.get(f"{each.key}/text", each.text),
                    "limits": texts.get(f"{each.key}/limits", each.limits),
                    "source": each.source,
                    "unverified": each.unverified,
                }
                for each in found.evidence
            ],
            "checked": day_of(found.checked),
        },
    )


def day_of(date: Any) -> str:
    from django.utils.formats import date_format

    return date_format(date, "DATE_FORMAT")


def _said(texts: Any, protocol: Any, field: str, fallback: str) -> str:
    return str(texts.get(f"protocols/{protocol.ref}/{field}", fallback))


@access.public
@require_safe
def about_a_child(request: HttpRequest) -> HttpResponse:
    """It's about a child: the right people first."""
    house = directory.house()
    lines = (
        directory.numbers_for("child_abuse", house.country, get_language() or "en", clock.now())
        if house
        else []
    )
    return render(request, "public/about_a_child.html", {"child_lines": lines, "first": _first()})


@access.public
@require_safe
def about_me(request: HttpRequest) -> HttpResponse:
    """It's about me: look around without telling us anything."""
    found = numbers()["help"]
    return render(request, "public/about_me.html", {"lines": found["lines"][:2], "first": _first()})


def _first() -> dict[str, str] | None:
    """The emergency number of the country, as the first and loudest of some calls."""
    help_ = numbers()["help"]
    if not help_["emergency"]:
        return None
    return {
        "href": f"tel:{help_['emergency']}",
        "title": _("Call %(number)s") % {"number": help_["emergency"]},
        "note": help_["emergency_note"] or _("Ambulance, police or fire."),
    }


@access.public
@require_safe
def private(request: HttpRequest) -> HttpResponse:
    """How we keep things private, and how to hide that you were here."""
    return render(request, "public/private.html", {"neutral": settings.NEUTRAL_URL})


# -- away from here -------------------------------------------------------------------------------


def _leave_device(request: HttpRequest) -> None:
    """On a device that is handed to one person: their form is closed, and nothing opens it."""
    at = clock.now()
    by = device.reader(request, at)
    if by is not None:
        one_person.leave_device(by=by, at=at)


@csrf_exempt
@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, token: str = "") -> HttpResponse:
    """End the session and the visit on the server, clear what the browser kept, and go away.

    The one address where a GET ends something: it must work as a plain link, without script.
    """
    if request.method != "HEAD":
        if token and not public.end_visit(token=token, at=clock.now()):
            measures.leave_by_link(token=token, at=clock.now())
        _leave_device(request)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            logout(request)
    response = HttpResponseRedirect(settings.NEUTRAL_URL)
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    for cookie in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        if cookie in request.COOKIES:
            response.delete_cookie(cookie)
    return response
