"""The crisis board: who needs somebody now, who has them, and what comes next."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from alongside.crisis import actions, queries
from alongside.directory import queries as directory
from alongside.notify import queries as notify
from alongside.notify import transports
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, clock_time, list_moment, moment_words, say
from alongside.web.parts.rota_words import why_of_gap
from alongside.web.practitioner import crisis_words as words
from alongside.web.practitioner.crisis_shown import account_name, milliseconds, shown

MOST_AT_ONCE = 500  # alerts one press can take
SOUND = "board_sound"  # kept with the session: nothing is stored in the browser for it


# -- the board ------------------------------------------------------------------------------------


@access("alert", "R")
@require_safe
def board(request: Request) -> HttpResponse:
    """Open alerts of A to C, those nobody has first; D to G below; who is on call beside them.

    Without script the page loads itself again, which no more keeps a session alive than a look by
    script does; ``?still=1`` stops it.
    """
    reader, at = request.reader, clock.now()
    alerts = queries.board(seen_by=reader)
    groups = queries.by_source(alerts)
    told = queries.told([group[0] for group in groups], seen_by=reader)
    return render(
        request,
        "practitioner/crisis/board.html",
        {
            "now": moment_words(request, at),
            "still": request.GET.get("still") == "1",
            "alerts": [
                shown(request, first, at, told.get(first.pk, []), to_act=True)
                | _more(request, more)
                for first, *more in groups
            ],
            "open": len(alerts),
            **live(request, alerts, at),
            "nobody_has": sum(each.acknowledged_at is None for each in alerts),
            "later": [_row(request, each) for each in queries.on_the_list(seen_by=reader)],
            "to_confirm": [_row(request, each) for each in queries.to_confirm(seen_by=reader)],
            "last": _last(request),
            **_beside(request, alerts, at),
        },
    )


def _more(request: Request, alerts: list[Any]) -> dict[str, Any]:
    """The other alerts of the same source, each with its own line; none is hidden."""
    return {"more": [_row(request, each) for each in alerts], "more_ids": [e.pk for e in alerts]}


@access("alert", "E")
@require_POST
def take_all(request: Request) -> HttpResponse:
    """*I have all of these*: exactly those that stood on the page, each for itself."""
    at, mine = clock.now(), 0
    for pk in request.POST.getlist("alert")[:MOST_AT_ONCE]:
        with suppress(ValueError, actions.AlreadyAcknowledged, actions.AlreadyClosed):
            found = queries.open_alerts(seen_by=request.reader).filter(pk=UUID(pk)).first()
            if found is not None:
                actions.acknowledge(alert=found, by=request.reader, at=at)
                mine += 1
    said = ngettext(
        "You have %(number)s of them since %(time)s.",
        "You have %(number)s of them since %(time)s.",
        mine,
    )
    say(request, said % {"number": mine, "time": clock_time(request, at)})
    return redirect("practitioner:crisis-board")


def live(request: Request, alerts: list[Any], at: datetime) -> dict[str, Any]:
    """What the script of the board needs: the server's clock, what waits, whether to sound."""
    return {
        "clock": milliseconds(at),
        "waits": " ".join(str(each.pk) for each in alerts if each.acknowledged_at is None),
        "sound": bool(request.session.get(SOUND)),
    }


@access("alert", "R")
@require_POST
def sound(request: Request) -> HttpResponse:
    """Turn the sound on or off, on this device until its session ends."""
    on = request.POST.get("sound") == "on"
    request.session[SOUND] = on
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"sound": on})
    return redirect("practitioner:crisis-board")


def _beside(request: Request, alerts: list[Any], at: datetime) -> dict[str, Any]:
    """Who is on call now, the next gap in the rota, and whether messages go out."""
    pulse = notify.pulse(at=at)
    on_call, gaps = [], []
    for service in directory.services(seen_by=request.reader):
        now = queries.who_is_on_call(service, at)
        for order, label in ((1, _("First on call")), (2, _("Second on call"))):
            for account in now[order]:
                on_call.append({"title": account.name or account.email, "text": label})
        for spans in queries.rota_gaps(service, at).values():
            if spans:
                gaps.append(
                    {
                        "when": _("%(start)s to %(end)s")
                        % {
                            "start": list_moment(request, spans[0].start),
                            "end": list_moment(request, spans[0].end),
                        },
                        "who": why_of_gap(spans[0]),
                    }
                )
    return {
        "on_call": on_call,
        "gaps": gaps,
        "alive": pulse.is_alive,
        "seconds": int(pulse.age.total_seconds()) if pulse.age is not None else None,
        "to_files": transports.goes_to_files(),
        "failing": queries.failing(alerts),
    }


def _last(request: Request) -> str:
    alert = queries.last_closed(seen_by=request.reader)
    if alert is None:
        return ""
    return _("Last alert closed %(when)s by %(who)s.") % {
        "when": moment_words(request, alert.closed_at),
        "who": account_name(alert.closed_by),
    }


def _row(request: Request, alert: Any) -> dict[str, Any]:
    return {
        "title": words.title(alert),
        "url": reverse("practitioner:alert", args=[alert.pk]),
        "text": words.fact(alert)[1],
        "tag": f"{alert.level} · {words.LEVELS[alert.level]}",
        "when": list_moment(request, alert.closed_at or alert.raised_at),
    }
