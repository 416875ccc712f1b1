"""Therapy groups: begin one, its roster, a member's way in and out, and who leads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.access import groups as access
from alongside.calendar.rules import NoSuchTime, instant
from alongside.catalogue import UnknownContent
from alongside.delivery import group_queries as queries
from alongside.delivery import group_rounds, group_sessions, groups
from alongside.measures import actions as measuring
from alongside.measures import queries as measures
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access as declared
from alongside.web.parts.pages import (
    Request,
    day_and_time,
    list_moment,
    local_day,
    moment_words,
    number_in,
    saved,
    say,
    short_day,
    two_texts,
)
from alongside.web.practitioner import groups_words as words
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.delivery_words import wall_of
from alongside.web.practitioner.words import short_instrument

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])
GROUPS = "practitioner/groups/"


def group_or_404(request: Request, pk: UUID) -> Any:
    """A group this reader may read; for anybody else it does not exist."""
    return get_object_or_404(queries.groups(seen_by=request.reader), pk=pk)


def way_name(way: str) -> str:
    """A way by its name."""
    try:
        return str(catalogue.current().protocol(way).name)
    except UnknownContent:
        return way


# -- all groups ------------------------------------------------------------------------------------


@declared("group", "L")
@require_safe
def listing(request: Request) -> HttpResponse:
    """The groups the reader leads or works with."""
    found, at = list(queries.groups(seen_by=request.reader)), clock.now()
    prepare(found, "name", "meets")
    numbers = queries.counts(found, seen_by=request.reader, at=at)
    return render(
        request,
        GROUPS + "list.html",
        {
            "rows": [
                {
                    "title": group.name,
                    "url": reverse("practitioner:group", args=[group.pk]),
                    "icon": "users",
                    "text": " · ".join(
                        filter(None, (str(words.SHORT_KINDS[group.kind]), group.meets))
                    ),
                    "tag": _("Over")
                    if group.ended_at
                    else _("%(in)s of %(most)s in")
                    % {"in": numbers[group.pk].get("in", 0), "most": group.most},
                    "tag_kind": "" if group.ended_at else "moss",
                }
                for group in found
            ],
            "may_begin": bool(_house(request)),
        },
    )


def _house(request: Request) -> Any:
    """The institution the reader works for, if they may begin a group there."""
    own = people.own_practitioner(seen_by=request.reader)
    if own is None or not request.reader.may_make("group", institution=own.institution_id):
        return None
    return own.institution


@declared("group", "C")
@READ_OR_SEND
def begin(request: Request) -> HttpResponse:
    """Begin a group."""
    house, at = _house(request), clock.now()
    if house is None:
        raise Http404
    form = words.Begin(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = groups.make_group(
                institution=house, by=request.reader, at=at, **form.cleaned_data
            )
        except Refused as why:
            words.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:group", made.pk)
    return render(
        request, GROUPS + "begin.html", {"form": form}, status=400 if form.errors else 200
    )


# -- one group -------------------------------------------------------------------------------------


@declared("group", "R")
@require_safe
def one(request: Request, pk: UUID) -> HttpResponse:
    """One group: who is in it by alias, who waits, its sessions and rounds."""
    return group_page(request, group_or_404(request, pk))


def group_page(request: Request, group: Any, *, status: int = 200, **given: Any) -> HttpResponse:
    """The page of a group, with a form that was refused in its place."""
    reader, at = request.reader, clock.now()
    roster = queries.roster(group, seen_by=reader)
    prepare(roster, "alias", "goal")
    leaders = queries.leaders(group, seen_by=reader, at=at)
    here = [row for row in roster if row.state == "in"]
    may_lead = group.ended_at is None and reader.may("E", group)
    size = catalogue.current().groups
    return render(
        request,
        GROUPS + "group.html",
        {
            "group": group,
            "kind": words.SHORT_KINDS[group.kind],
            "way": way_name(group.way),
            "next": day_and_time(request, group.next_at)
            if group.next_at is not None and group.next_at >= at
            else "",
            "may_lead": may_lead,
            "live": _roster(request, group, [r for r in roster if r.state in _LIVE]),
            "before": _roster(request, group, [r for r in roster if r.state not in _LIVE]),
            "places": _places(group, roster, at, request),
            "few": len(here) < size.fewest and bool(here),
            "fewest": size.fewest,
            "leaders": [
                {
                    "name": each.name,
                    "url": reverse("practitioner:group-leader-end", args=[group.pk, each.edge.pk])
                    if may_lead and len(leaders) > 1
                    else "",
                }
                for each in leaders
            ],
            "lacks_leaders": len(leaders) < size.leaders and may_lead,
            "leaders_needed": size.leaders,
            "sessions": _sessions(request, group),
            "rounds": [_round(request, each) for each in _rounds(request, group)],
            "can_ask": may_lead and bool(here),
            "leader_form": given.get("leader_form") or words.Leader(staff=_staff(request, leaders)),
            "end_form": given.get("end_form") or words.End(initial={"version": group.version}),
        },
        status=status,
    )


_LIVE = ("in", "offered", "waiting")


def _places(group: Any, roster: list[Any], at: Any, request: Request) -> str:
    taken = groups.places_taken(roster, local_day(request, at))
    return ngettext(
        "%(taken)s of %(most)s place is taken or offered.",
        "%(taken)s of %(most)s places are taken or offered.",
        group.most,
    ) % {"taken": taken, "most": group.most}


def _roster(request: Request, group: Any, rows: list[Any]) -> list[dict[str, Any]]:
    signs = group_sessions.signs([row for row in rows if row.state == "in"], clock.now())
    came = queries.attendance(group, seen_by=request.reader)
    found = []
    for row in rows:
        state, kind = words.STATES[row.state]
        tag, tag_kind = (state, kind)
        if row.pk in signs and signs[row.pk] != "ok":
            tag, tag_kind = words.SIGNS[signs[row.pk]]
        found.append(
            {
                "title": row.alias,
                "initials": row.alias[:1].upper(),
                "url": reverse("practitioner:group-member", args=[group.pk, row.pk]),
                "text": _row_words(row, came.get(row.pk, [])),
                "tag": str(tag),
                "tag_kind": tag_kind,
            }
        )
    return found


def _row_words(row: Any, came: list[str]) -> str:
    if row.state == "offered":
        return _("Kept until %(day)s.") % {"day": short_day(row.offered_until)}
    if row.state == "waiting":
        return str(_("Ready: waits for a place.") if row.fits else _("The talk is still to come."))
    if row.state == "left":
        return _("Left %(day)s.") % {"day": short_day(row.left_at)}
    if not came:
        return ""
    there = sum(word in ("attended", "late") for word in came)
    return ngettext(
        "Came %(there)s of %(all)s time.", "Came %(there)s of %(all)s times.", len(came)
    ) % {"there": there, "all": len(came)}


def _sessions(request: Request, group: Any) -> list[dict[str, Any]]:
    found = queries.sessions(group, seen_by=request.reader)
    prepare(found, "topic")
    return [
        {
            "title": _("Session %(number)s: %(topic)s")
            % {"number": each.number, "topic": each.topic},
            "url": reverse("practitioner:group-session", args=[group.pk, each.pk]),
            "when": list_moment(request, each.held_at),
        }
        for each in found
    ]


def _rounds(request: Request, group: Any) -> list[Any]:
    return group_rounds.rounds(group, seen_by=request.reader, at=clock.now())


def _round(request: Request, each: Any) -> dict[str, Any]:
    close = each.closeness
    return {
        "name": short_instrument(each.row.instrument),
        "when": list_moment(request, each.row.asked_at),
        "complete": ngettext(
            "%(answered)s of %(asked)s answered.",
            "%(answered)s of %(asked)s answered.",
            len(each.asked),
        )
        % {"answered": each.answered, "asked": len(each.asked)},
        "closeness": ""
        if close is None
        else _("Closeness %(mean)s of 5 over %(n)s answers; they agree %(share)s %%.")
        % {
            "mean": f"{close.mean:.1f}",
            "n": close.n,
            "share": round(100 * close.agreement),
        },
        "asked": [
            {
                "alias": one.member.alias,
                "state": words.ASKED[one.state][0],
                "kind": words.ASKED[one.state][1],
            }
            for one in each.asked
        ],
        "may_show": measures.may_be_sent(catalogue.current().instruments[each.row.instrument])
        and each.row.instrument.partition("@")[0] == group_rounds.CONNECTION,
    }


def _staff(request: Request, leaders: list[Any]) -> list[tuple[str, str]]:
    leading = {each.edge.account_id for each in leaders}
    found = access.accounts_of(request.reader)
    return [(str(pk), str(person)) for pk, person in found.items() if pk not in leading]


@declared("group", "E")
@READ_OR_SEND
def change(request: Request, pk: UUID) -> HttpResponse:
    """Change a group's name, times and places."""
    group, at = group_or_404(request, pk), clock.now()
    initial = {name: getattr(group, name) for name in ("name", "meets", "most", "version")}
    initial |= _next_of(group)
    form = words.Change(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        day, time = said.pop("next_day"), said.pop("next_time")
        try:
            groups.change_group(
                group=group,
                expected=said.pop("version"),
                next_at=instant(wall_of(day, time), group.institution.zone) if day else None,
                by=request.reader,
                at=at,
                **said,
            )
        except NoSuchTime:
            form.add_error("next_time", _("The clocks went forward over this time."))
        except StaleVersion as stale:
            return _two_texts(request, form, stale.current)
        except Refused as why:
            words.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:group", group.pk)
    shown = {"form": form, "group": group}
    return render(request, GROUPS + "change.html", shown, status=400 if form.errors else 200)


def _next_of(group: Any) -> dict[str, Any]:
    """The next meeting by the clock of the institution, as the form has it."""
    if group.next_at is None:
        return {}
    wall = group.next_at.astimezone(ZoneInfo(group.institution.zone))
    return {"next_day": wall.date(), "next_time": wall.time()}


def _two_texts(request: Request, form: Any, current: Any) -> HttpResponse:
    held = _next_of(current)
    return two_texts(
        request,
        base=BASE,
        pairs=[
            (
                name,
                str(form.fields[name].label),
                request.POST.get(name, ""),
                str(held.get(name, "") if name.startswith("next") else getattr(current, name)),
            )
            for name in ("name", "meets", "most", "next_day", "next_time")
        ],
        version=current.version,
        keep_url=reverse("practitioner:group", args=[current.pk]),
    )


@declared("group", "E")
@require_POST
def end(request: Request, pk: UUID) -> HttpResponse:
    """End a group; every place ends with it."""
    group, at = group_or_404(request, pk), clock.now()
    form = words.End(request.POST)
    if not form.is_valid():
        return group_page(request, group, end_form=form, status=400)
    try:
        groups.end_group(
            group=group,
            because=form.cleaned_data["because"],
            expected=form.cleaned_data["version"],
            by=request.reader,
            at=at,
        )
    except StaleVersion:
        say(request, _("Somebody changed this group meanwhile. Look at it, then end it."))
    else:
        saved(request, at)
    return redirect("practitioner:group", group.pk)


@declared("group", "E")
@require_POST
def add_leader(request: Request, pk: UUID) -> HttpResponse:
    """Let a colleague lead the group too."""
    group, at = group_or_404(request, pk), clock.now()
    leaders = queries.leaders(group, seen_by=request.reader, at=at)
    form = words.Leader(request.POST, staff=_staff(request, leaders))
    if form.is_valid():
        account = access.account(UUID(form.cleaned_data["account"]), seen_by=request.reader)
        if account is None:
            raise Http404
        try:
            groups.add_leader(group=group, account=account, by=request.reader, at=at)
        except Refused as why:
            words.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:group", group.pk)
    return group_page(request, group, leader_form=form, status=400)


@declared("group", "E")
@require_POST
def end_leader(request: Request, pk: UUID, edge: UUID) -> HttpResponse:
    """Somebody leads the group no more."""
    group, at = group_or_404(request, pk), clock.now()
    leaders = queries.leaders(group, seen_by=request.reader, at=at)
    found = next((each.edge for each in leaders if each.edge.pk == edge), None)
    if found is None:
        raise Http404
    own = found.account_id == request.reader.account_id
    try:
        groups.end_leader(relationship=found, by=request.reader, at=at)
    except groups.LastLeader as why:
        say(request, words.refusal(why)[1])
    else:
        saved(request, at)
        if own:
            return redirect("practitioner:groups")
    return redirect("practitioner:group", group.pk)


# -- one member ------------------------------------------------------------------------------------


@declared("group_roster", "R")
@READ_OR_SEND
def member(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """One member's way into the group and out of it."""
    group = group_or_404(request, pk)
    rows = queries.roster(group, seen_by=request.reader)
    found = next((row for row in rows if row.pk == member), None)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _member_page(request, group, found)
    if request.POST.get("do") == "talk":
        return _talk(request, group, found)
    if request.POST.get("do") == "leave":
        return _leave(request, group, found)
    return _step(request, group, found)


def _talk(request: Request, group: Any, found: Any) -> HttpResponse:
    form, at = words.Talk(request.POST), clock.now()
    given: dict[str, Any] = {"member": found, "by": request.reader, "at": at}
    status = 400
    if not form.is_valid():
        _tell_danger(request, groups.keep_danger(answers=form.answers(), **given), at)
        return _member_page(request, group, found, talk_form=form, status=status)
    try:
        talked = groups.record_talk(
            answers=form.answers(),
            fits=form.cleaned_data["fits"] == "yes",
            instead=form.cleaned_data["instead"],
            **given,
        )
    except StaleVersion as why:
        _tell_danger(request, why.facts["alerts"], at)
        form.add_error(None, _("Somebody changed this place meanwhile. Look at it again."))
        found, status = why.current, 409
    except Refused as why:
        _tell_danger(request, why.facts.get("alerts", ()), at)
        words.add_refusal(form, why)
    else:
        saved(request, at)
        if talked.alerts:
            measuring.tell_now(talked.alerts, at)
            say(request, _("The danger is kept and an alert is open."))
        return redirect("practitioner:group-member", group.pk, found.pk)
    return _member_page(request, group, found, talk_form=form, status=status)


def _tell_danger(request: Request, alerts: tuple[Any, ...], at: datetime) -> None:
    """What was said about danger is kept, though the rest is not."""
    if alerts:
        measuring.tell_now(alerts, at)
        say(
            request,
            _("The danger is kept and an alert is open. The rest of the talk is not saved yet."),
        )


def _leave(request: Request, group: Any, found: Any) -> HttpResponse:
    form, at = words.End(request.POST), clock.now()
    if not form.is_valid():
        return _member_page(request, group, found, leave_form=form, status=400)
    try:
        offered = groups.leave(
            member=found,
            because=form.cleaned_data["because"],
            expected=form.cleaned_data["version"],
            by=request.reader,
            at=at,
        )
    except StaleVersion:
        say(request, _("Somebody changed this place meanwhile. Look at it again."))
        return redirect("practitioner:group-member", group.pk, found.pk)
    saved(request, at)
    if offered is not None:
        say(
            request,
            _("The free place is offered to %(alias)s, who waited longest.")
            % {"alias": offered.alias},
        )
    return redirect("practitioner:group", group.pk)


def _step(request: Request, group: Any, found: Any) -> HttpResponse:
    at, expected = clock.now(), number_in(request, "version")
    given: dict[str, Any] = {"member": found, "by": request.reader, "at": at}
    try:
        if request.POST.get("do") == "rules":
            groups.agree_rules(expected=expected, **given)
        elif request.POST.get("do") == "offer":
            groups.offer(expected=expected, **given)
        elif request.POST.get("do") == "join":
            groups.join(expected=expected, **given)
        else:
            raise Http404
    except StaleVersion:
        say(request, _("Somebody changed this place meanwhile. Look at it again."))
    except groups.CannotJoin as why:
        groups.say_cannot_join(**given)
        say(request, words.refusal(why)[1])
    except (groups.NotReady, groups.NotWaiting) as why:
        say(request, words.refusal(why)[1])
    else:
        saved(request, at)
    return redirect("practitioner:group-member", group.pk, found.pk)


def _member_page(
    request: Request, group: Any, found: Any, *, status: int = 200, **given: Any
) -> HttpResponse:
    reader = request.reader
    talk = queries.last_talk(found, seen_by=reader)
    state, kind = words.STATES[found.state]
    may = group.ended_at is None and reader.may("E", found)
    live = found.state in _LIVE
    version = {"version": found.version}
    return render(
        request,
        GROUPS + "member.html",
        {
            "group": group,
            "member": found,
            "state": state,
            "state_kind": kind,
            "steps": _steps(request, found, talk),
            "may": may and live,
            "can_agree": found.rules_agreed_at is None,
            "can_offer": found.state == "waiting" and bool(found.fits),
            "can_join": found.state in ("waiting", "offered"),
            "talk": talk,
            "talk_form": given.get("talk_form") or words.Talk(),
            "talk_open": "talk_form" in given,
            "leave_form": given.get("leave_form") or words.End(initial=version),
            "case_url": _case_url(request, found),
        },
        status=status,
    )


def _steps(request: Request, found: Any, talk: Any) -> list[dict[str, str]]:
    """What was done on the way in, each with its day."""
    rows: list[tuple[str, Any, Any]] = [
        (_("Proposed"), found.asked_at, ""),
        (
            _("Talk before the group"),
            talk.talked_at if talk is not None else None,
            "" if talk is None else _("fits") if talk.fits else _("not now"),
        ),
        (_("Agreed to the rules"), found.rules_agreed_at, ""),
        (_("Came in"), found.joined_at, ""),
        (_("Left"), found.left_at, found.left_because),
    ]
    return [
        {
            "term": str(term),
            "text": " · ".join(filter(None, (moment_words(request, moment), str(more))))
            if moment
            else _("not yet"),
        }
        for term, moment, more in rows
        if moment or term != _("Left")
    ]


def _case_url(request: Request, found: Any) -> str:
    case = queries.case_of(found, seen_by=request.reader)
    return reverse("practitioner:case", args=[case]) if case is not None else ""


# -- from a case -----------------------------------------------------------------------------------


@declared("group_roster", "C")
@READ_OR_SEND
def propose(request: Request, pk: UUID) -> HttpResponse:
    """The groups of this case's people, and a place for one of them."""
    case, at, reader = case_or_404(request, pk), clock.now(), request.reader
    members = people.live_members(case.circle_id, seen_by=reader).select_related("person")
    persons = [case.circle.focus, *(row.person for row in members)]
    prepare(persons, "name")
    here = queries.to_propose_for(case.circle.institution, seen_by=reader)
    prepare(here, "name")
    form = words.Propose(
        request.POST or None,
        here=[(str(each.pk), f"{each.name} ({words.SHORT_KINDS[each.kind]})") for each in here],
        persons=[(str(person.pk), str(person)) for person in persons],
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            groups.propose(
                group=UUID(said["group"]),
                circle=case.circle,
                person=next(p for p in persons if str(p.pk) == said["person"]),
                alias=said["alias"],
                goal=said["goal"],
                by=reader,
                at=at,
            )
        except Refused as why:
            words.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-groups", case.pk)
    places = queries.places_of(case.circle, seen_by=reader)
    prepare([row.group for row in places], "name")
    return case_page(
        request,
        GROUPS + "propose.html",
        case,
        tab="groups",
        status=400 if form.errors else 200,
        rows=[
            {
                "title": _("%(who)s in %(group)s")
                % {"who": str(row.person), "group": row.group.name},
                "text": _("As %(alias)s") % {"alias": row.alias},
                "tag": str(words.STATES[row.state][0]),
                "tag_kind": words.STATES[row.state][1],
                "when": list_moment(request, row.asked_at),
            }
            for row in places
        ],
        form=form if here and case.state != "closed" else None,
    )
