"""What comes next for an alert, in one sentence: the one thing to do now, and by when."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.crisis import care, queries, safety_plan
from alongside.web.parts.pages import Request, clock_time

# One press each: how somebody was tried, whether they were reached, its words and its icon.
TOUCHES = (
    ("phone:yes", "phone-call"),
    ("phone:no", "phone"),
    ("message:no", "message-circle"),
    ("with_them:yes", "user-check"),
)


def step(request: Request, alert: Any) -> dict[str, str] | None:
    """The next step of an alert for this reader.

    Returns:
        ``text``, and ``url`` with ``label`` where a page leads there; None when nothing is to do.
    """
    if alert.closed_at is not None:
        return None
    if alert.acknowledged_at is None:
        return {"text": _("Say that you have it. Then call.")}
    if hand := care.handed_to_me(alert, seen_by=request.reader):
        name = hand.given_by.name or hand.given_by.email
        return {
            "text": _("%(name)s handed this to you. Say that you have it now.") % {"name": name}
        }
    if alert.acknowledged_by_id != request.reader.account_id:
        name = alert.acknowledged_by.name or alert.acknowledged_by.email
        return {
            "text": _("%(name)s has this. Call %(name)s if you know something new.")
            % {"name": name}
        }
    if alert.engaged_at is None:
        if alert.engage_by is None:
            return {"text": _("Call them. Then write down how it went.")}
        return {
            "text": _("Call them. A contact or note is due by %(time)s, or it opens again.")
            % {"time": clock_time(request, alert.engage_by)}
        }
    if care.last_assessment(alert, seen_by=request.reader) is None:
        tries = queries.contacts(alert, seen_by=request.reader)
        if not tries.filter(reached=True).exists():
            return {"text": _("Nobody has reached them yet. Try again, in the agreed ways.")}
        return _to("alert-assess", alert, _("Ask about safety."), _("Ask, step by step"))
    circle = alert.circle_id
    if circle is not None and safety_plan.plan_of(circle, seen_by=request.reader) is None:
        return {"text": _("Write a safety plan together, or arrange admission or transfer.")}
    if alert.outcome_by is not None:
        return {
            "text": _("Close it with an outcome by %(time)s, or it opens again.")
            % {"time": clock_time(request, alert.outcome_by)}
        }
    return {"text": _("Close it with an outcome.")}


def touches() -> list[dict[str, str]]:
    """The buttons that write a contact down with one press."""
    label = {
        "phone:yes": _("Spoke to them"),
        "phone:no": _("No answer"),
        "message:no": _("Sent a message"),
        "with_them:yes": _("I am with them"),
    }
    return [{"value": value, "icon": icon, "label": label[value]} for value, icon in TOUCHES]


def touched(pressed: str) -> tuple[str, bool] | None:
    """Way of contact and whether it reached them, of one press; None for anything else."""
    if pressed not in dict(TOUCHES):
        return None
    method, _sign, reached = pressed.partition(":")
    return method, reached == "yes"


def _to(name: str, alert: Any, text: str, label: str) -> dict[str, str]:
    return {"text": text, "label": label, "url": reverse(f"practitioner:{name}", args=[alert.pk])}
