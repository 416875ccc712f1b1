"""Cases: the list, and the overview of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside import catalogue
from alongside.cases import actions, queries, rights, sides
from alongside.crisis import private_check
from alongside.crisis import queries as crisis
from alongside.delivery import reviews
from alongside.people import actions as people_actions
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.tasks import queries as tasks
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    further,
    list_moment,
    local_day,
    number_in,
    saved,
    say,
    short_day,
    two_texts,
)
from alongside.web.parts.people_words import CASE_ENDS, CASE_STATES, member_roles, relation
from alongside.web.practitioner import caseload, own_views, sides_words, strip, words
from alongside.web.practitioner.base import BASE, address, case_or_404, case_page, name_of
from alongside.web.practitioner.forms import SEXES, Alternative, Disclose, Engage, Known

SHOWN = 6


@access("case", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """All cases this practitioner may read: filtered, sorted, found by name in memory, paged."""
    at = clock.now()
    closed = request.GET.get("state") == "closed"
    rows = caseload.listed(request, at, closed=closed)
    shown, paging = further(request, rows)
    state, sort = request.GET.get("state", ""), request.GET.get("sort", "attention")
    return render(
        request,
        "practitioner/case/list.html",
        {
            "cases": shown,
            "count": len(rows),
            "paging": paging,
            "filters": [
                {
                    "name": "state",
                    "label": _("State"),
                    "options": [
                        {"value": "", "label": _("All that are open"), "selected": not state},
                        *(
                            {"value": word, "label": label, "selected": word == state}
                            for word, (label, _kind) in CASE_STATES.items()
                        ),
                    ],
                },
                {
                    "name": "sort",
                    "label": _("Order"),
                    "options": [
                        {"value": value, "label": label, "selected": value == sort}
                        for value, label in (
                            ("attention", _("Needs attention first")),
                            ("next", _("Next appointment")),
                            ("name", _("Name")),
                            ("opened", _("Newest first")),
                        )
                    ],
                },
                {"name": "q", "label": _("Name or code"), "value": request.GET.get("q", "")},
            ],
        },
    )


@access("case", "R")
@require_safe
def overview(request: Request, pk: UUID) -> HttpResponse:
    """One case: what holds it back, its plan, its people, what happened."""
    return _page(request, case_or_404(request, pk))


def _page(request: Request, case: Any, *, status: int = 200, **forms: Any) -> HttpResponse:
    reader, at = request.reader, clock.now()
    members = [m for m in people.members_in(case.circle_id, seen_by=reader) if m.to_at is None]
    prepare([member.person for member in members], "name")
    alerts = list(crisis.of_circle(case.circle_id, seen_by=reader))
    decisions = queries.decisions_in(case.circle_id, seen_by=reader)[:SHOWN]
    held, todo = _gate_items(request, case, members, alerts, at)
    can_edit = case.state != "closed" and reader.may("E", case)
    return case_page(
        request,
        "practitioner/case/overview.html",
        case,
        tab="overview",
        status=status,
        alerts=strip.alerts(request, alerts, at),
        held=held,
        todo=todo,
        facts=_facts(case),
        views=own_views.views(request, case),
        people=[
            {
                "name": member.person.name,
                "text": _join(relation(member.relation), member_roles(member.roles)),
                "silent": _("hidden from the others") if member.silent else "",
            }
            for member in members
        ],
        decisions=[_decision(request, row) for row in decisions],
        can_edit=can_edit,
        alternative_form=forms.get("alternative_form") or Alternative(auto_id="alt_%s"),
        disclose_form=forms.get("disclose_form")
        or Disclose(auto_id="tell_%s", initial={"version": case.version}),
        known_form=forms.get("known_form")
        or Known(
            auto_id="known_%s",
            initial={"version": case.circle.focus.version, "sex": case.circle.focus.sex},
        ),
        engage_form=forms.get("engage_form")
        or Engage(auto_id="in_%s", initial={"version": case.version}),
        form=next((form for form in forms.values() if form is not None), None),
    )


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _facts(case: Any) -> list[dict[str, Any]]:
    cat = catalogue.current()
    reasons = cat.reasons("en")
    basis = cat.legal_bases.get(case.legal_basis)
    said = [
        (_("About"), ", ".join(reasons.get(f"needs/{need}/name", need) for need in case.needs)),
        (_("Service"), case.service.name),
        (_("Legal basis"), basis.words("en") if basis else case.legal_basis),
        (_("Why it fits"), case.legal_reason),
        (_("Told the person"), short_day(case.disclosed_at)),
        (_("Came in"), short_day(case.engaged_at)),
        (_("Closed"), short_day(case.closed_at)),
        (_("How it ended"), str(CASE_ENDS.get(case.outcome, ""))),
        (_("In words"), case.outcome_words),
    ]
    return [{"term": term, "text": text} for term, text in said if text]


def _gate_items(
    request: Request, case: Any, members: list[Any], alerts: list[Any], at: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What holds the next step back, and what is still to do: sentences, each with its action."""
    if case.state == "closed":
        return [], []
    circle_url = reverse("practitioner:case-circle", args=[case.pk])
    held: list[dict[str, Any]] = []
    if any(alert.level in crisis.LIFE_CRITICAL for alert in alerts):
        held.append(
            {
                "title": _("An alert is open."),
                "text": _("Nothing starts and nothing is booked until it is answered."),
                "url": address("practitioner:crisis-board"),
                "label": _("Go to the board"),
            }
        )
    limits = own_views.limits(request, case)
    held += limits
    checks = private_check.state_of(case.circle, seen_by=request.reader)
    if checks.is_frozen:
        held.append(
            {
                "title": _("Somebody answered alone that they are afraid."),
                "text": _("No date is set until you have resolved it with them, alone."),
                "url": circle_url,
                "label": _("See whom to ask"),
            }
        )
    if not (limits and rights.is_limited(case.circle_id)):
        # While it is, nobody else is heard or asked about them.
        held += _sides(case, at)
        names = [m.person.name for m in members if checks.of(m.person_id).word == "not_asked"]
        if names:
            held.append(
                {
                    "title": _("Not everybody was asked alone."),
                    "text": _("Still to ask: %(names)s.") % {"names": ", ".join(names)},
                    "url": circle_url,
                    "label": _("Ask them"),
                }
            )
    todo = [
        {
            "title": words.task(task),
            "text": _("By %(day)s.") % {"day": short_day(task.due_at)},
            **_to_review(case, task),
        }
        for task in _each_once(tasks.of_circle(case.circle, seen_by=request.reader))[:SHOWN]
    ]
    if case.review_by < local_day(request, at):
        todo.insert(
            0,
            {
                "title": _("The review is overdue."),
                "text": _("Ninety days without a step and the case closes."),
                "url": reverse("practitioner:case-closing", args=[case.pk]),
                "label": _("Close or make it last longer"),
            },
        )
    return held, todo


def _sides(case: Any, at: datetime) -> list[dict[str, Any]]:
    """One reporter never makes a circle; whoever came in is heard themselves (M1)."""
    if case.engaged_at is not None:
        return []
    found, least = sides.heard(case.circle_id, at=at), catalogue.current().sides.least
    if found.are_enough and found.has_own:
        return []
    title = _("Whoever told us chose everybody who was heard.")
    if not found.are_enough:
        title = _("Only one side has been heard.") if found.have else _("No side has been heard.")
    text = _("Speak to at least %(least)s people alone; choose one of them yourself.")
    return [
        {
            "title": title,
            "text": f"{text % {'least': least}} {sides_words.so_far(found)}",
            "url": sides_words.url_of(case.pk),
            "label": _("See whom to speak to"),
        }
    ]


def _each_once(found: Iterable[Any]) -> list[Any]:
    """Tasks without the planned look at a course of which a review is due: one answers both."""
    listed = list(found)
    due = {task.about for task in listed if task.kind == reviews.DUE}
    return [task for task in listed if task.kind != reviews.AGAIN or task.about not in due]


def _to_review(case: Any, task: Any) -> dict[str, str]:
    """The page that answers a task about a course that is not on track."""
    if task.kind not in {reviews.DUE, reviews.AGAIN}:
        return {}
    course = task.about.partition(":")[2]
    url = reverse("practitioner:track-review", args=[case.pk, course])
    return {"url": url, "label": _("Review together")}


def _decision(request: Request, decision: Any) -> dict[str, Any]:
    return {
        "iso": decision.decided_at.isoformat(),
        "when": list_moment(request, decision.decided_at),
        "title": _("%(what)s: %(chosen)s")
        % {
            "what": words.DECISIONS.get(decision.kind, decision.kind),
            "chosen": words.chosen(decision.chosen),
        },
        "text": _("%(who)s: %(why)s") % {"who": decision.written_by.name, "why": decision.reason},
        "key": decision.kind in {"method", "override"},
    }


@access("decision", "C")
@require_POST
def decide(request: Request, pk: UUID) -> HttpResponse:
    """Write down that another explanation was considered (M1)."""
    case = case_or_404(request, pk)
    form = Alternative(request.POST, auto_id="alt_%s")
    if not form.is_valid():
        return _page(request, case, alternative_form=form, status=400)
    at = clock.now()
    try:
        actions.record_decision(
            circle=case.circle,
            kind="alternative",
            chosen="considered",
            about=f"case:{case.pk}",
            reason=form.cleaned_data["reason"],
            by=request.reader,
            at=at,
        )
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case, alternative_form=form, status=400)
    saved(request, at)
    return redirect("practitioner:case", pk=case.pk)


@access("case", "E")
@require_POST
def disclose(request: Request, pk: UUID) -> HttpResponse:
    """Say that the person has been told."""
    case = case_or_404(request, pk)
    form = Disclose(request.POST, auto_id="tell_%s")
    if not form.is_valid():
        return _page(request, case, disclose_form=form, status=400)
    at = clock.now()
    try:
        actions.disclose(
            case=case,
            version=form.cleaned_data["version"],
            address=form.cleaned_data["address"],
            base_url=settings.PUBLIC_URL,
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        return stale_case(request, stale.current)
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case_or_404(request, pk), disclose_form=form, status=400)
    saved(request, at)
    return redirect("practitioner:case", pk=case.pk)


@access("identity", "E")
@require_POST
def know(request: Request, pk: UUID) -> HttpResponse:
    """Correct what questionnaires need to know of the person."""
    case = case_or_404(request, pk)
    form = Known(request.POST, auto_id="known_%s")
    if not form.is_valid():
        return _page(request, case, known_form=form, status=400)
    at = clock.now()
    try:
        people_actions.correct_person(
            person=case.circle.focus,
            version=form.cleaned_data["version"],
            sex=form.cleaned_data["sex"],
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        now = str(SEXES[stale.current.sex])
        form.add_error(
            "sex", _("Somebody changed this meanwhile. It says now: %(now)s.") % {"now": now}
        )
        return _page(request, case, known_form=form, status=409)
    saved(request, at)
    return redirect("practitioner:case", pk=case.pk)


@access("case", "E")
@require_POST
def engage(request: Request, pk: UUID) -> HttpResponse:
    """The person came in."""
    case = case_or_404(request, pk)
    form = Engage(request.POST, auto_id="in_%s")
    if not form.is_valid():
        return _page(request, case, engage_form=form, status=400)
    at = clock.now()
    try:
        actions.engage_person(
            case=case,
            version=form.cleaned_data["version"],
            address=form.cleaned_data["address"],
            base_url=settings.PUBLIC_URL,
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        return stale_case(request, stale.current)
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case_or_404(request, pk), engage_form=form, status=400)
    if form.cleaned_data["address"]:
        say(request, _("Saved. A link to their page is on its way."))
    else:
        saved(request, at)
    return redirect("practitioner:case", pk=case.pk)


def stale_case(
    request: Request, current: Any, *, fields: tuple[tuple[str, Any], ...] = ()
) -> HttpResponse:
    """Somebody changed the case meanwhile: where it stands now, and what was typed here.

    Args:
        fields: name and label of what was typed; where none was, the state alone is shown.
    """
    label, _kind = CASE_STATES[current.state]
    names = [name for name, _label in fields]
    pairs = [
        (
            name,
            str(text),
            request.POST.get(name, ""),
            _("Now: %(state)s. %(words)s") % {"state": label, "words": current.outcome_words},
        )
        for name, text in fields
    ] or [
        (
            "note",
            _("Where it stands"),
            _("Version %(number)s") % {"number": number_in(request, "version")},
            str(label),
        )
    ]
    return two_texts(
        request,
        base=BASE,
        pairs=pairs,
        same=[
            (name, value)
            for name in request.POST
            for value in request.POST.getlist(name)
            if name not in {"csrfmiddlewaretoken", "version", "note", *names}
        ],
        version=current.version,
        keep_url=reverse("practitioner:case", args=[current.pk]),
        at=current.last_step_at,
    )


__all__ = ["decide", "disclose", "engage", "listing", "name_of", "overview", "stale_case"]
