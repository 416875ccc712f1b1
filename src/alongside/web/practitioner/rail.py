"""The rail of this door: where one can go, with counts of one query each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.cases import queries as cases
from alongside.crisis import queries as crisis
from alongside.notify import queries as notify
from alongside.web.parts.pages import Request
from alongside.web.practitioner import waiting
from alongside.web.practitioner.base import address, opens

# The address's name, the icon, the label, and the word for its count.
ENTRIES = (
    ("practitioner:today", "sun", gettext_lazy("Today"), "tasks"),
    ("practitioner:concerns", "mail-open", gettext_lazy("Concerns"), "concerns"),
    ("practitioner:cases", "folder-open", gettext_lazy("Cases"), ""),
    ("practitioner:supervision", "users", gettext_lazy("Supervision"), ""),
    ("practitioner:groups", "user-check", gettext_lazy("Groups"), ""),
    ("practitioner:calendar", "calendar", gettext_lazy("Calendar"), ""),
    ("practitioner:crisis-board", "siren", gettext_lazy("Crisis board"), "alerts"),
    ("practitioner:safeguarding", "shield-check", gettext_lazy("Safeguarding"), ""),
    ("practitioner:credentials", "badge-check", gettext_lazy("My credentials"), ""),
)


def entries(request: Request) -> list[Mapping[str, Any]]:
    """What ``parts/rail.html`` lists; a page that is not there is left out."""
    here = request.resolver_match.view_name if request.resolver_match else ""
    counts = _counts(request)
    found: list[Mapping[str, Any]] = []
    for name, icon, label, counted in ENTRIES:
        url = address(name)
        if not url or not opens(request, name, url):
            continue
        number, words = counts.get(counted, (0, ""))
        found.append(
            {
                "url": url,
                "icon": icon,
                "label": label,
                "count": number,
                "count_kind": "signal" if counted == "alerts" else "",
                "count_words": words,
                "current": here == name or _belongs(here, name),
            }
        )
    return found


def _belongs(here: str, name: str) -> bool:
    family = {
        "practitioner:cases": tuple(
            f"practitioner:{word}"
            for word in (
                "case",
                "circle",
                "consent",
                "plan",
                "step",
                "booking",
                "course",
                "session",
                "note",
                "homework",
                "schedule",
                "asked",
                "measure",
                "paper",
                "sheet",
                "track",
                "meeting",
            )
        ),
        "practitioner:concerns": ("practitioner:concern",),
        "practitioner:groups": ("practitioner:group",),
        "practitioner:credentials": ("practitioner:credential",),
    }
    return any(here.startswith(start) for start in family.get(name, ())) and not (
        name == "practitioner:concerns" and here.startswith("practitioner:concerns")
    )


def _counts(request: Request) -> dict[str, tuple[int, str]]:
    reader = request.reader
    return {
        "tasks": (waiting.pressing(request, request.reader.at), _("need you")),
        "concerns": (len(cases.untaken(seen_by=reader)), _("to be read")),
        "alerts": (crisis.nobody_has(seen_by=reader), _("that nobody has yet")),
    }


def me(request: Request) -> Mapping[str, Any]:
    """Who is signed in, and whether messages go out."""
    pulse = notify.pulse(at=request.reader.at)
    if pulse.age is None:
        words = _("Alerts: nobody sends yet")
    elif pulse.is_alive:
        words = _("Alerts work (%(seconds)s s ago)") % {"seconds": int(pulse.age.total_seconds())}
    else:
        words = _("Alerts: no sign of life for %(minutes)s min") % {
            "minutes": max(1, int(pulse.age.total_seconds() // 60))
        }
    return {
        "name": request.reader.name,
        "lines": [],
        "alerts_ok": pulse.is_alive,
        "alerts_words": words,
        "links": [
            *(
                [{"url": reverse("home"), "label": _("My other pages")}]
                if len(request.reader.doors()) > 1
                else []
            ),
            {"url": reverse("mfa_index"), "label": _("How I sign in")},
            {"url": reverse("own:language"), "label": _("Your language")},
            {"url": reverse("account_logout"), "label": _("Sign out")},
        ],
    }
