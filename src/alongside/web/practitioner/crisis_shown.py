"""One alert as its card shows it: its state, its clock, who was told, and what comes next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alongside.crisis import queries
from alongside.web.parts.pages import Request, clock_time, list_moment
from alongside.web.practitioner import crisis_known, crisis_next
from alongside.web.practitioner import crisis_words as words

SOON = 0.5  # less than half of the time is left


def shown(
    request: Request, alert: Any, at: datetime, told: list[Any], *, to_act: bool = False
) -> dict[str, Any]:
    """What ``parts/alert.html`` shows of one alert.

    Args:
        to_act: with whom to call and one press for each contact, for whoever has the alert.
    """
    state = _state(alert)
    mine = to_act and alert.closed_at is None and is_mine(request, alert)
    return {
        "alert": {
            "id": str(alert.pk),
            "state": state,
            "code": alert.level,
            "code_words": words.LEVELS[alert.level],
            "title": words.title(alert),
            "text": _text(request, alert, to_act=to_act and is_mine(request, alert)),
            "who": account_name(alert.acknowledged_by or alert.closed_by),
            "at": clock_time(
                request,
                alert.closed_at
                or alert.engaged_at
                or alert.acknowledged_at
                or alert.last_raised_at,
            ),
            "ring": _ring(alert, at),
            "steps": _steps(request, alert, told),
            "next": crisis_next.step(request, alert) if to_act else None,
        },
        "calls": crisis_known.calls(request, alert, at)["lines"] if mine else [],
        "touches": crisis_next.touches() if mine else [],
        "touch_url": reverse("practitioner:alert-contact", args=[alert.pk]),
        "take_url": ""
        if alert.acknowledged_at or alert.closed_at
        else reverse("practitioner:alert-take", args=[alert.pk]),
        "no_way_url": reverse("practitioner:alert-no-way", args=[alert.pk])
        if no_way_left(alert)
        else "",
        "links": [
            {"url": reverse("practitioner:alert", args=[alert.pk]), "label": _("All details")}
        ],
    }


def _state(alert: Any) -> str:
    if alert.closed_at is not None:
        return "closed"
    if alert.acknowledged_at is not None:
        return "spoken" if alert.engaged_at is not None else "taken"
    return "reopened" if alert.last_raised_at > alert.raised_at else "open"


def no_way_left(alert: Any) -> bool:
    return (
        alert.closed_at is None
        and alert.circle_id is None
        and alert.concern is not None
        and not alert.concern.contact
    )


def _text(request: Request, alert: Any, *, to_act: bool) -> str:
    asked = words.fact(alert)[1]
    said = _("Raised at %(time)s.") % {"time": list_moment(request, alert.raised_at)}
    if asked:
        said = _("%(asked)s Raised at %(time)s.") % {
            "asked": asked if asked[-1] in ".?!" else f"{asked}.",
            "time": list_moment(request, alert.raised_at),
        }
    if to_act:
        return said
    if alert.acknowledged_at and not alert.engaged_at and alert.engage_by:
        said += " " + _("A contact or note is due by %(time)s, or it opens again.") % {
            "time": clock_time(request, alert.engage_by)
        }
    elif alert.engaged_at and alert.outcome_by and not alert.closed_at:
        said += " " + _("An outcome is due by %(time)s, or it opens again.") % {
            "time": clock_time(request, alert.outcome_by)
        }
    elif no_way_left(alert):
        said += " " + _("They saw the numbers to call at once. We can’t reach them.")
    return said


def _ring(alert: Any, at: datetime) -> dict[str, Any] | None:
    """The time left until the next thing happens by itself."""
    if alert.closed_at is not None:
        return None
    due, since = alert.next_step_at, alert.last_raised_at
    if alert.acknowledged_at is not None:
        since = alert.engaged_at or alert.acknowledged_at
        due = alert.outcome_by if alert.engaged_at else alert.engage_by
    if due is None:
        return None
    left = max(timedelta(0), due - at)
    whole = max(timedelta(seconds=1), due - since)
    share = left / whole
    return {
        "left": share,
        "text": _short(left),
        "words": _("%(time)s left") % {"time": _long(left)},
        "state": "over" if share < 0.25 else "soon" if share < SOON else "",
        "due": milliseconds(due),
        "since": milliseconds(since),
    }


def milliseconds(at: datetime) -> str:
    """A moment for a script: milliseconds since 1970. Text, so that no locale puts dots in it."""
    return str(int(at.timestamp() * 1000))


def is_mine(request: Request, alert: Any) -> bool:
    """Whether the reader has this alert."""
    return (
        alert.acknowledged_by_id is not None
        and alert.acknowledged_by_id == request.reader.account_id
    )


def _short(left: timedelta) -> str:
    minutes, seconds = divmod(int(left.total_seconds()), 60)
    if minutes < 10:
        return f"{minutes}:{seconds:02}"
    return f"{minutes} m" if minutes < 120 else f"{minutes // 60} h"


def _long(left: timedelta) -> str:
    minutes, seconds = divmod(int(left.total_seconds()), 60)
    if minutes >= 120:
        return ngettext("%(n)s hour", "%(n)s hours", minutes // 60) % {"n": minutes // 60}
    if minutes >= 10:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}


def _steps(request: Request, alert: Any, told: list[Any]) -> list[dict[str, str]]:
    """Who was told, who is next and when."""
    rows, is_next = [], True
    for step in queries.steps(alert, told=told):
        time = clock_time(request, step.at)
        if step.state == "done":
            who = ", ".join(
                name or str(words.RECIPIENTS["fallback"]) for name in dict.fromkeys(step.who)
            )
            rows.append({"text": f"{time} {who}", "state": "done"})
            continue
        whom = ", ".join(str(words.RECIPIENTS.get(word, word)) for word in step.words)
        rows.append({"text": f"{time} {whom}", "state": "now" if is_next else ""})
        is_next = False
    return rows


def account_name(account: Any) -> str:
    return (account.name or account.email) if account is not None else ""
