"""The office in numbers: who works here, which services there are, what came of worries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import catalogue
from alongside.access import policy, queries
from alongside.directory import queries as directory
from alongside.engine.outcomes.small_counts import HIDDEN_BELOW, ROUNDED_TO, SHARES_FROM
from alongside.insights import first_contact
from alongside.records import clock
from alongside.web.office import words
from alongside.web.parts.pages import Request, local_day, short_day
from alongside.web.parts.people_words import CASE_ENDS

STAGES = {
    "sent": gettext_lazy("A worry was told"),
    "read": gettext_lazy("Somebody here took it up"),
    "opened": gettext_lazy("A case was opened"),
    "told": gettext_lazy("The person was told"),
    "came_in": gettext_lazy("The person came in"),
    "began": gettext_lazy("Help began, with the person or a relative"),
    "ended_as_planned": gettext_lazy("It ended as planned"),
}


def people_and_services(request: Request) -> list[dict[str, Any]]:
    """Two cards: colleagues by role, and services with their hours; for whoever may see them."""
    reader, cards = request.reader, []
    if policy.may_open(reader, "relationship", "R"):
        staff = {link.account_id for link in queries.staff(seen_by=reader)}
        held: dict[str, set[Any]] = {}
        for edge in queries.roles_of_staff(seen_by=reader):
            if edge.circle_id is None and edge.account_id in staff:
                held.setdefault(edge.role, set()).add(edge.account_id)
        cards.append(
            {
                "title": _("People and roles"),
                "count": len(staff),
                "url": reverse("office:people"),
                "label": _("All of them"),
                "rows": [
                    {"term": words.role(role), "text": len(accounts)}
                    for role, accounts in sorted(held.items(), key=lambda each: -len(each[1]))
                ],
            }
        )
    if policy.may_open(reader, "service", "R"):
        services = list(directory.services(seen_by=reader))
        cards.append(
            {
                "title": _("Services"),
                "count": len(services),
                "url": reverse("office:service-list"),
                "label": _("All of them"),
                "rows": [
                    {
                        "term": each.name,
                        "text": _("%(opens)s to %(closes)s")
                        % {"opens": f"{each.opens:%H:%M}", "closes": f"{each.closes:%H:%M}"}
                        if each.opens and each.closes
                        else _("No hours set"),
                    }
                    for each in services
                ],
            }
        )
    return cards


def numbers(request: Request, institution: Any) -> dict[str, Any]:
    """How many worries came how far; nothing for whoever may see no counts."""
    if not policy.may_open(request.reader, "aggregate", "R"):
        return {}
    at = clock.now()
    since = local_day(request, at) - timedelta(
        days=catalogue.current().retention.first_numbers_days
    )
    found = first_contact.of_institution(institution=institution, since=since, at=at)
    if found.stages[0].count == "0":
        return {"words": _("No worry was told since %(day)s.") % {"day": short_day(since)}}
    return {
        "words": _(
            "Of all worries told since %(day)s, each counted once, also those nobody could be "
            "reached about. Drafts that were never sent are not in it. Shares are of all that "
            "were told, not of those who stayed."
        )
        % {"day": short_day(since)},
        "stages": [_stage(each) for each in found.stages],
        "closed": found.closed,
        "columns": [
            {"label": _("How it ended")},
            {"label": _("Cases"), "number": True},
        ],
        "ends": [
            [{"text": CASE_ENDS[word]}, {"text": count or _("not shown")}]
            for word, count in found.ends
            if count != "0"
        ],
        "hidden": _(
            "Counts of 1 to %(most)s stand as “< %(limit)s”, others to the nearest %(step)s; where "
            "a hidden one could be worked out, another is not shown either. Shares from %(from)s "
            "on, when neither side is hidden."
        )
        % {
            "most": HIDDEN_BELOW - 1,
            "limit": HIDDEN_BELOW,
            "step": ROUNDED_TO,
            "from": SHARES_FROM,
        },
    }


def _stage(each: first_contact.Stage) -> dict[str, Any]:
    rounded = None if each.share is None else round(100 * each.share)
    return {
        "label": STAGES[each.word],
        "share": 0 if rounded is None else rounded / 100,
        "count": each.count,
        "percent": "" if rounded is None else f"{rounded} %",
        "hidden": rounded is None and each.count != "0",
        "aside": _("share not shown: too few") if rounded is None and each.count != "0" else "",
    }
