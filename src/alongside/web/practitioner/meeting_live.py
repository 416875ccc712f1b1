"""Lead the meeting in the room: whose turn it is, how long, what is next, and stop.

The page holds all of it, so that its script goes on without network and sends when it is back;
without script every press is a form.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.directory import queries as directory
from alongside.engine.meetings.live import Standing
from alongside.meetings import live, queries, rules
from alongside.records import clock
from alongside.records.errors import NotAllowed
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, clock_time, day_and_time, say, seen_by_whom
from alongside.web.practitioner import meeting_words as said
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.meeting_sheet import at_hand, run_rows

MOST = 500  # presses in one sending
LONGEST = 200_000  # bytes
# How a body that is none, or lists that stand ten thousand deep in each other, fail to be read.
NOT_READ = (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError)


def newest_or_404(request: Request, case: Any) -> Any:
    """The meeting that is held: the one that is prepared, or the one that has just ended."""
    found = queries.newest_meeting(seen_by=request.reader, circle=case.circle_id)
    if found is None:
        raise Http404
    return found


def _rows(request: Request, case: Any, found: Any) -> list[dict[str, Any]]:
    return list(run_rows(request, case, found, _seats(request, found), queries.date_of(found)))


def _seats(request: Request, found: Any) -> list[Any]:
    seats = list(queries.seats(seen_by=request.reader, meeting=found))
    prepare([seat.person for seat in seats], "name")
    return seats


@access("meeting_run", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def live_page(request: Request, pk: UUID) -> HttpResponse:
    """The meeting as it is held. A press by form does what a press of the script does."""
    case = case_or_404(request, pk)
    found = newest_or_404(request, case)
    rows = _rows(request, case, found)
    if request.method == "POST":
        _press(request, found, len(rows))
        return redirect("practitioner:meeting-live", pk=case.pk)
    return _page(request, case, found, rows)


def _press(request: Request, found: Any, steps: int) -> None:
    at = clock.now()
    try:
        press = live.Press(
            id=UUID(request.POST.get("press", "")),
            word=request.POST.get("word", ""),
            happened_at=at,
            step=int(request.POST.get("step") or 0),
            reason=request.POST.get("reason", ""),
        )
        live.keep(meeting=found, presses=[press], steps=steps, by=request.reader, at=at)
    except (ValueError, NotAllowed, live.UnknownPress):
        raise Http404 from None
    except live.NotAGo:
        say(request, _("Not a go: the page of the meeting says why."))
    except live.NoDate:
        say(request, _("No date is set yet"))


@access("meeting_run", "C")
@require_POST
def presses(request: Request, pk: UUID) -> HttpResponse:
    """Presses that were kept on the page, all at once. JSON; those of before change nothing."""
    case = case_or_404(request, pk)
    found = newest_or_404(request, case)
    steps = len(_rows(request, case, found))
    if len(request.body) > LONGEST:
        return JsonResponse({"words": _("That is too much at once.")}, status=413)
    try:
        kept = live.keep(
            meeting=found,
            presses=given(request.body),
            steps=steps,
            by=request.reader,
            at=clock.now(),
        )
    except NOT_READ:
        return JsonResponse({"words": _("Not understood.")}, status=HTTPStatus.BAD_REQUEST)
    except live.UnknownPress:
        return JsonResponse({"words": _("Not understood.")}, status=HTTPStatus.BAD_REQUEST)
    except (live.NotAGo, live.NoDate):
        words = _("Not a go: the page of the meeting says why.")
        return JsonResponse({"words": words}, status=HTTPStatus.CONFLICT)
    words = _("Sent at %(time)s.") % {"time": clock_time(request, clock.now())}
    return JsonResponse({"kept": [str(each) for each in kept], "words": words})


def given(body: bytes) -> list[live.Press]:
    """The presses of one sending, as they stand in its JSON; what cannot be raises as it fails."""
    return [_of(each) for each in json.loads(body)["presses"][:MOST]]


def _of(each: Mapping[str, Any]) -> live.Press:
    return live.Press(
        id=UUID(str(each["id"])),
        word=str(each["word"]),
        happened_at=datetime.fromtimestamp(int(each["at"]) / 1000, UTC),
        step=int(each.get("step", 0)),
        reason=str(each.get("reason", "")),
    )


def _page(request: Request, case: Any, found: Any, rows: list[dict[str, Any]]) -> HttpResponse:
    reader, at = request.reader, clock.now()
    stands = live.stands(seen_by=reader, meeting=found, steps=len(rows))
    booking = queries.date_of(found)
    may = reader.may_make(
        "meeting_run", institution=found.institution_id, circle=found.circle_id
    ) and (booking is not None)
    closed = (
        queries.verdict(found, seen_by=reader, at=at).closed if stands.panel == "before" else ()
    )
    may_begin = stands.panel != "before" or (may and not closed)
    knows = queries.reads_stops(seen_by=reader, meeting=found)
    keeps = may and booking is not None and found.ended_at is None
    return case_page(
        request,
        "practitioner/meeting/live.html",
        case,
        tab="meeting",
        title=said.path_name(found.path, found.level),
        head=False,
        **_in_the_room(
            request, case, found, rows, stands, may_begin=may_begin, closed=closed if knows else ()
        ),
        meeting=found.pk,
        post_url=reverse("practitioner:meeting-live", args=[case.pk]) if may else "",
        send_url=reverse("practitioner:meeting-presses", args=[case.pk]) if may else "",
        sheet_url=reverse("practitioner:meeting-sheet", args=[case.pk]),
        keep_url=reverse("practitioner:meeting-keep", args=[case.pk]) if keeps else "",
        back=reverse("practitioner:case-meeting", args=[case.pk]),
        seen=seen_by_whom(request, "meeting_run", case.circle_id),
    )


def _in_the_room(
    request: Request,
    case: Any,
    found: Any,
    rows: list[dict[str, Any]],
    stands: Standing,
    *,
    may_begin: bool,
    closed: Sequence[Any] = (),
) -> dict[str, Any]:
    """What is needed to hold the meeting, with network or without."""
    at, language = clock.now(), said.language()
    booking = queries.date_of(found)
    return {
        "when": day_and_time(request, booking.starts_at) if booking else "",
        "panels": list(
            _panels(request, case, rows, stands, at, may_begin=may_begin, closed=closed)
        ),
        "steps": [{**row, "state": _state(number, stands)} for number, row in enumerate(rows, 1)],
        "stands": stands,
        "marks": live.for_page(seen_by=request.reader, meeting=found),
        "stop": {
            **_press_of("stop", _("Stop the meeting"), "octagon-x", "stop"),
            "hidden": stands.panel in {"before", "stopped"},
        },
        "stop_word": found.stop_word,
        "if_says": [
            {
                "says": in_language(each.says, language),
                "answer": in_language(each.answer, language),
            }
            for each in catalogue.current().meetings.sheet.cards
        ],
        "if_leaves": _if_leaves(),
        "emergency": directory.help_now(case.institution.country, language, at)["emergency"],
        "stand_by": found.standby,
    }


def to_keep(request: Request, case: Any, found: Any) -> dict[str, Any]:
    """The same for a browser to keep, with what stands at hand on paper; nothing leads away.

    Whether it is a go is not known without network: beginning is always offered there, and what
    was begun away from the network is a fact.
    """
    seats = _seats(request, found)
    rows = list(run_rows(request, case, found, seats, queries.date_of(found)))
    stands = live.stands(seen_by=request.reader, meeting=found, steps=len(rows))
    shown = _in_the_room(request, case, found, rows, stands, may_begin=True)
    language = said.language()
    return {
        **shown,
        "panels": [{**panel, "url": ""} for panel in shown["panels"]],
        "meeting": found.pk,
        "title": said.path_name(found.path, found.level),
        "facts": at_hand(request, case, found, seats, clock.now()),
        "ifs": [
            {"title": in_language(each.title, language), "text": in_language(each.text, language)}
            for each in catalogue.current().meetings.sheet.ifs
        ],
        "post_url": reverse("practitioner:meeting-live", args=[case.pk]),
        "send_url": reverse("practitioner:kept-presses"),
    }


def _state(number: int, stands: Standing) -> str:
    if stands.panel == "before":
        return ""
    if number < stands.number or stands.panel == "ended":
        return "done"
    return "now" if number == stands.number else ""


def _press_of(
    word: str, label: str, icon: str, kind: str = "", *, step: int = 0, reason: str = ""
) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "word": word,
        "step": step,
        "reason": reason,
        "label": label,
        "icon": icon,
        "kind": kind,
    }


def _if_leaves() -> str:
    for each in catalogue.current().meetings.rules_file.answers:
        if each.id == "leaves":
            return in_language(each.usual, said.language())
    return ""


def _panels(
    request: Request,
    case: Any,
    rows: list[dict[str, Any]],
    stands: Standing,
    at: datetime,
    *,
    may_begin: bool,
    closed: Sequence[Any],
) -> Iterator[dict[str, Any]]:
    """Every panel the page may come to, in words; the one that is now is shown."""
    language = said.language()
    since = (
        _("Since %(time)s") % {"time": clock_time(request, stands.since)} if stands.since else ""
    )
    yield {
        "name": "before",
        "shown": stands.panel == "before",
        "line": _("Not begun"),
        "title": _("Ready to begin") if may_begin else _("Not yet a go"),
        "text": _("Open this page before you are in the room. It goes on without network.")
        if may_begin
        else _("Not a go: the page of the meeting says why."),
        "presses": [_press_of("begin", _("Begin"), "circle-play")] if may_begin else [],
        "rows": [
            {"title": f"{title}:", "text": text}
            for gate in closed
            for title, text in [said.gate_words(gate)]
        ],
        "next": rows[0]["what"] if rows else "",
        **_first_the_day(case, closed),
    }
    for number, row in enumerate(rows, 1):
        is_now = stands.panel == "step" and stands.number == number
        gone = (at - stands.since).total_seconds() if is_now and stands.since else 0.0
        left = max(0.0, row["minutes"] * 60 - gone)
        yield {
            "name": "step",
            "number": number,
            "shown": is_now,
            "line": _("Now, %(number)s of %(total)s") % {"number": number, "total": len(rows)},
            "started": since if is_now else "",
            "title": row["who"],
            "text": row["what"],
            "minutes": row["minutes"],
            "left": f"{int(left // 60)}:{int(left % 60):02d}",
            "share": left / (row["minutes"] * 60) if row["minutes"] else 0,
            "presses": [
                _press_of("done", _("Done, go on"), "check", step=number),
                _press_of("pause", _("Take a break"), "pause", "quiet"),
                _press_of("left", _("They left"), "door-open", "quiet"),
            ],
            "next": _next(rows, number),
        }
    back = _press_of("go_on", _("Go on"), "circle-play")
    yield {
        "name": "pause",
        "shown": stands.panel == "pause",
        "line": _("Break"),
        "title": _("A break"),
        "text": _("Water, air, a word with the person if they wish. Nobody decides for them now."),
        "presses": [back],
    }
    yield {
        "name": "left",
        "shown": stands.panel == "left",
        "line": _("The person left"),
        "title": _("Nobody runs after"),
        "text": _if_leaves(),
        "presses": [_press_of("go_on", _("They came back"), "undo-2", "quiet")],
        "url": reverse("practitioner:meeting-end", args=[case.pk]),
        "label": _("Say how it ended"),
    }
    stops = catalogue.current().meetings.sheet.stops
    yield {
        "name": "stopped",
        "shown": stands.panel == "stopped",
        "line": _("Stopped for safety"),
        "title": _("Stopped. What happened?"),
        "text": _(
            "Call first if there is danger. A press here tells the team, once there is network."
        ),
        "presses": [
            _press_of(
                "stop", in_language(each.text, language), "siren" if each.level else "",
                "quiet", reason=each.id,
            )
            for each in stops
        ],
        "rows": [
            {
                "title": f"{in_language(each.text, language)}:",
                "text": in_language(each.do, language),
            }
            for each in stops
        ],
        "url": reverse("practitioner:meeting-end", args=[case.pk]),
        "label": _("Say how it ended"),
    }  # fmt: skip
    yield {
        "name": "ended",
        "shown": stands.panel == "ended",
        "line": _("Ended"),
        "title": _("The first step, within the hour"),
        "text": _("Thank everybody. Nobody goes home alone with this who should not."),
        "url": reverse("practitioner:meeting-end", args=[case.pk]),
        "label": _("Say how it ended"),
    }


def _first_the_day(case: Any, closed: Sequence[Any]) -> dict[str, str]:
    """The way to the questions of the day, while nobody has asked them."""
    if not any(gate.id == rules.DAY for gate in closed):
        return {}
    return {
        "url": reverse("practitioner:meeting-checks", args=[case.pk, rules.DAY]),
        "label": _("Checks of the day"),
    }


def _next(rows: list[dict[str, Any]], number: int) -> str:
    coming = rows[number : number + 2]
    return " ".join(f"{row['who']}: {row['what']}" for row in coming[:1]) or _(
        "The meeting is over, and the first step begins."
    )
