"""A group's sign-in sheet, its sessions, and asking the whole group the same."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alongside import catalogue
from alongside.calendar.rules import NoSuchTime, instant
from alongside.delivery import group_queries as queries
from alongside.delivery import group_rounds, group_sessions
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    day_and_time,
    day_words,
    local_day,
    saved,
    say,
)
from alongside.web.practitioner import groups_words as words
from alongside.web.practitioner.delivery_words import wall_of
from alongside.web.practitioner.groups import GROUPS, group_or_404

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])
EMPTY_LINES = 3  # on the sheet, for who comes for the first time


@access("group_roster", "R")
@require_safe
def sheet(request: Request, pk: UUID) -> HttpResponse:
    """The sign-in sheet: aliases, a line for each, and no word of why or what it costs.

    For the next meeting, if its day is set: it is printed before. Else for today.
    """
    group, now = group_or_404(request, pk), clock.now()
    here = group_sessions.members_in(group, seen_by=request.reader)
    prepare(here, "alias")
    return render(
        request,
        GROUPS + "sheet.html",
        {
            "group": group,
            "aliases": sorted(row.alias for row in here),
            "empty": range(EMPTY_LINES),
            "day": day_words(local_day(request, max(now, group.next_at or now))),
        },
    )


@access("group", "E")
@READ_OR_SEND
def hold(request: Request, pk: UUID) -> HttpResponse:
    """Write down a session once; it goes into each member's own record."""
    group, at, reader = group_or_404(request, pk), clock.now(), request.reader
    if group.ended_at is not None:
        raise Http404
    here = group_sessions.members_in(group, seen_by=reader)
    prepare(here, "alias")
    prepare([row.person for row in here], "name")
    leaders = {
        str(each.practitioner.pk): each
        for each in queries.leaders(group, seen_by=reader, at=at)
        if each.practitioner is not None
    }
    form = words.Session(
        request.POST or None,
        members=here,
        leaders=[(pk, each.name) for pk, each in leaders.items()],
        initial={
            "day": local_day(request, at),
            "minutes": group.minutes,
            "leaders": list(leaders),
        },
    )
    if request.method == "POST" and form.is_valid():
        made = _hold(request, group, form, leaders)
        if made is not None:
            saved(request, at)
            return redirect("practitioner:group-session", group.pk, made.pk)
    courses = group_sessions.courses_of(group, here)
    size = catalogue.current().groups
    return render(
        request,
        GROUPS + "hold.html",
        {
            "group": group,
            "form": form,
            "nobody": not here,
            "without": [row.alias for row in here if row.pk not in courses],
            "few": len(here) < size.fewest_attending,
            "fewest": size.fewest_attending,
        },
        status=400 if form.errors else 200,
    )


def _hold(request: Request, group: Any, form: Any, leaders: dict[str, Any]) -> Any:
    said = form.cleaned_data
    led = [leaders[pk].practitioner for pk in said["leaders"]]
    try:
        return group_sessions.hold(
            group=group,
            held_at=instant(wall_of(said["day"], said["time"]), group.institution.zone),
            minutes=said["minutes"],
            topic=said["topic"],
            events=said["events"],
            leaders=led,
            parts=form.given(),
            by=request.reader,
            at=clock.now(),
        )
    except NoSuchTime:
        form.add_error("time", _("The clocks went forward over this time."))
    except Refused as why:
        words.add_refusal(form, why)
    return None


@access("group", "R")
@require_safe
def session(request: Request, pk: UUID, session: UUID) -> HttpResponse:
    """One session: about the group, and each member's part for who may read it."""
    group, reader = group_or_404(request, pk), request.reader
    found = next(
        (each for each in queries.sessions(group, seen_by=reader) if each.pk == session), None
    )
    if found is None:
        raise Http404
    parts = queries.parts(found, seen_by=reader)
    prepare([part.member for part in parts], "alias")
    prepare(parts, "note", "incident")
    led = queries.names_of_staff(found.leaders, seen_by=reader)
    return render(
        request,
        GROUPS + "session.html",
        {
            "group": group,
            "session": found,
            "when": day_and_time(request, found.held_at),
            "led": ", ".join(led),
            "parts": [
                {
                    "alias": part.member.alias,
                    "word": words.ATTENDANCE[part.word],
                    "late": part.minutes_late,
                    "note": part.note,
                    "incident": part.incident,
                    "kept": part.session_id is not None,
                }
                for part in parts
            ],
        },
    )


@access("group", "E")
@READ_OR_SEND
def ask(request: Request, pk: UUID) -> HttpResponse:
    """Ask everybody in the group the same, each by their own link."""
    group = group_or_404(request, pk)
    form = words.Round(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _row, left_out = group_rounds.ask_group(
                group=group, by=request.reader, at=clock.now(), **form.cleaned_data
            )
        except Refused as why:
            words.add_refusal(form, why)
        else:
            say(request, _("Asked. Each gets their own link, by their own safe way."))
            if left_out:
                names = ", ".join(row.alias for row in left_out)
                say(request, _("Not asked now, they have not come in: %(names)s.")
                    % {"names": names})  # fmt: skip
            return redirect("practitioner:group", group.pk)
    return render(
        request,
        GROUPS + "ask.html",
        {"group": group, "form": form, "back": reverse("practitioner:group", args=[group.pk])},
        status=400 if form.errors else 200,
    )
