"""Propose a plan with its first course, or one course more."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.people import queries as people
from alongside.plans import actions, queries, rules
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    saved,
    seen_by_whom,
)
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner import standing_words
from alongside.web.practitioner.base import address, case_or_404, case_page
from alongside.web.practitioner.delivery_forms import (
    ProposeCourse,
)
from alongside.web.practitioner.plan_shared import decisions_of, persons_of, plan_or_404, staff_of


@access("plan", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: Request, pk: UUID) -> HttpResponse:
    """Make a plan with its first course, after a recorded decision."""
    case = case_or_404(request, pk)
    live = queries.live_plan(seen_by=request.reader, circle=case.circle_id)
    if live is not None:
        return redirect("practitioner:case-plan", pk=case.pk)
    decisions = {str(row.pk): row for row in decisions_of(request, case)[:20]}
    form = _course_form(request, case, decisions)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        protocol, _slash, variant = given["way"].partition("/")
        try:
            actions.propose_plan(
                case=case,
                decision=decisions[given["decision"]],
                protocol=protocol,
                variant=variant,
                summary=given["summary"],
                by=request.reader,
                at=at,
                **_of_form(request, case, given),
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _course_page(
        request,
        case,
        form,
        title=_("Propose a plan"),
        blocked=_blocked(case, bool(decisions)),
    )


def _blocked(case: Any, decided: bool) -> list[dict[str, str]]:
    """What comes before a plan, as lines of a gate."""
    found = []
    if not decided:
        found.append(
            {
                "title": _("No way has been chosen."),
                "text": _("A plan follows a decision with its reason."),
                "url": address("practitioner:case-choose", case.pk),
                "label": _("Choose a way"),
            }
        )
    if not queries.is_checked(case):
        found.append(
            {
                "title": _("Nobody has looked at danger."),
                "text": _("That comes before every plan."),
                "url": reverse("practitioner:case-danger", args=[case.pk]),
                "label": _("Look at danger"),
            }
        )
    return found


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def add_course(request: Request, pk: UUID) -> HttpResponse:
    """Another course in a live plan."""
    live = plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    decisions = {str(row.pk): row for row in decisions_of(request, case)}
    form = _course_form(request, case, decisions, with_decision=False, summary=live.summary)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        protocol, _slash, variant = given["way"].partition("/")
        try:
            actions.add_course(
                plan=live,
                protocol=protocol,
                variant=variant,
                summary=given["summary"],
                by=request.reader,
                at=at,
                **_of_form(request, case, given),
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _course_page(request, case, form, title=_("Add a course"), blocked=[])


def _course_form(
    request: Request,
    case: Any,
    decisions: Mapping[str, Any],
    *,
    with_decision: bool = True,
    summary: str = "",
) -> ProposeCourse:
    chosen = next(iter(decisions.values()), None)
    wanted = chosen.chosen.partition("/")[0] if chosen is not None else ""
    decided = {rules.way_of(row.about) for row in decisions.values()}
    ways, hints = _ways(decided, first=wanted)
    persons = persons_of(request, case)
    own = people.own_practitioner(seen_by=request.reader)
    return ProposeCourse(
        request.POST or None,
        decisions=[
            (id, f"{_way_of(row)}: {_shortened(row.reason)}") for id, row in decisions.items()
        ],
        ways=ways,
        way_hints=hints,
        persons=[(id, person.name) for id, person in persons.items()],
        staff=staff_of(request),
        with_decision=with_decision,
        initial={
            "decision": str(chosen.pk) if chosen is not None else "",
            "way": next((way for way, _label in ways if way.partition("/")[0] == wanted), ""),
            "persons": _usually_for(decided, case, persons),
            "summary": summary,
            "deliverer": str(own.pk) if own is not None else "",
        },
    )


def _way_of(decision: Any) -> str:
    return said.way_name(decision.about.removeprefix("protocol:")) or decision.chosen


def _shortened(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:89].rstrip()}…"


def _ways(decided: Collection[str], *, first: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The ways somebody decided on, each variant by itself, with its dose; the last one first."""
    ways, hints = [], {}
    for way in sorted(_newest(), key=lambda one: one.id != first):
        if not way.runnable or way.id not in decided:
            continue
        for variant in way.variants or ():
            value = f"{way.id}/{variant.id}"
            ways.append((value, said.way_name(str(way.ref), variant.id)))
            note = standing_words.of_way(way, f"variants/{variant.id}/note", variant.note)
            hints[value] = _hint(way.dose_of(variant.id), note)
        if not way.variants:
            ways.append((f"{way.id}/", said.way_name(str(way.ref))))
            hints[f"{way.id}/"] = said.dose_words(way.dose)
    return ways, hints


def _hint(dose: Any, note: str) -> str:
    """How much it is; the note alone where it says so itself."""
    if any(word in note.casefold() for word in ("session", "sesion")):
        return note
    return f"{said.dose_words(dose)}. {note}".strip()


def _newest() -> Sequence[Any]:
    ways = catalogue.current().offered.values()
    return sorted(ways, key=lambda way: said.way_name(str(way.ref)).casefold())


def _usually_for(decided: Collection[str], case: Any, persons: Mapping[str, Any]) -> list[str]:
    """Whom the ways to choose from are for; nobody where one is for the person, another for kin."""
    treated = {way.treats for way in _newest() if way.runnable and way.id in decided}
    if len(treated) != 1:
        return []
    if treated == {"person"}:
        return [str(case.circle.focus_id)]
    return [id for id in persons if id != str(case.circle.focus_id)][:1]


def _of_form(request: Request, case: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What both forms of a course hand to their action."""
    persons = persons_of(request, case)
    staff = {str(row.pk): row for row in people.practitioners(seen_by=request.reader)}
    return {
        "persons": [persons[id] for id in given["persons"]],
        "deliverer": staff[given["deliverer"]],
        "supervisor": staff.get(given["supervisor"]),
        "sessions_planned": given["sessions_planned"],
    }


def _course_page(
    request: Request, case: Any, form: ProposeCourse, *, title: str, blocked: list[dict[str, str]]
) -> HttpResponse:
    return case_page(
        request,
        "practitioner/plan/propose.html",
        case,
        tab="plan",
        title=title,
        head=False,
        status=400 if form.errors else 200,
        form=form,
        blocked=blocked,
        not_yet=[said.way_name(str(way.ref)) for way in _newest() if not way.runnable],
        seen=seen_by_whom(request, "plan", case.circle_id),
    )
