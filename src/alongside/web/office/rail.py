"""The rail of the office: what the reader's roles may open."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.access import policy
from alongside.web.parts.pages import Request

PLACES = (
    ("office:overview", "layout-grid", "institution", "R"),
    ("office:people", "users", "account", "R"),
    ("office:service-list", "settings", "service", "R"),
    ("office:rooms", "door-open", "resource", "E"),
    ("office:rota", "phone-call", "shift", "R"),
    ("office:credentials", "badge-check", "credential", "E"),
    ("office:safeguarding", "shield-check", "safeguarding_report", "S"),
    ("office:rights", "file-text", "person_request", "E"),
    ("office:reports", "scale", "report_review", "E"),
    ("office:apart", "lock", "separation", "E"),
    ("office:retention", "calendar-clock", "erasure", "R"),
    ("office:alerts", "siren", "aggregate", "R"),
    ("office:asked", "chart-column", "aggregate", "R"),
    ("office:content", "clipboard-list", "content_review", "R"),
    ("office:tracking", "trending-up", "expected_course", "R"),
    ("office:line-list", "phone", "line_check", "R"),
    ("office:trail", "list-tree", "audit_trail", "R"),
)


def entries(request: Request) -> list[dict[str, Any]]:
    """Each place of the office this reader may open."""
    labels = {
        "office:overview": _("Overview"),
        "office:people": _("People and roles"),
        "office:service-list": _("Services"),
        "office:rooms": _("Rooms"),
        "office:rota": _("Who is on call"),
        "office:credentials": _("Credentials"),
        "office:safeguarding": _("Safeguarding"),
        "office:rights": _("Requests of persons"),
        "office:reports": _("Many reports"),
        "office:apart": _("Kept apart"),
        "office:retention": _("Kept until"),
        "office:alerts": _("Alerts"),
        "office:asked": _("Answers"),
        "office:content": _("Content"),
        "office:tracking": _("Early warning"),
        "office:line-list": _("Crisis lines"),
        "office:trail": _("Record of access"),
    }
    here = request.path
    found = []
    for name, icon, record_type, letter in PLACES:
        if policy.may_open(request.reader, record_type, letter):
            url = reverse(name)
            current = here == url if name == "office:overview" else here.startswith(url)
            found.append({"url": url, "icon": icon, "label": labels[name], "current": current})
    return found


def me(request: Request) -> dict[str, Any]:
    """Who is signed in, and the ways to their other doors."""
    links = [{"url": reverse("mfa_index"), "label": _("How I sign in")}]
    if "practitioner" in request.reader.doors():
        links.insert(0, {"url": reverse("practitioner:today"), "label": _("My work")})
    links.append({"url": reverse("own:language"), "label": _("Your language")})
    links.append({"url": reverse("account_logout"), "label": _("Sign out")})
    return {"name": request.reader.name, "links": links}
