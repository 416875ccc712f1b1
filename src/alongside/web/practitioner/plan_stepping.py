"""Step up, step down or switch: the page on which one course gives way to the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.cases import queries as cases
from alongside.plans import actions, queries, stepping
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, local_day, saved, short_day, two_texts
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.plan_forms import CHANGES, ChangeCourse
from alongside.web.practitioner.plan_shared import course_or_404


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def next_course(request: Request, pk: UUID) -> HttpResponse:
    """The next course of the plan takes the place of this one, if its gates are open now."""
    course = course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    planned = {str(row.pk): row for row in _planned(request, course)}
    names = [(id, said.way_name(row.protocol, row.variant)) for id, row in planned.items()]
    form = ChangeCourse(
        request.POST or None,
        courses=names,
        initial={"version": course.version, "to": names[0][0] if len(names) == 1 else ""},
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            stepping.change_course(
                course=course,
                to=planned[given["to"]],
                kind=given["kind"],
                completion=given["completion"],
                reason=given["reason"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return two_texts(
                request,
                base=BASE,
                pairs=[
                    ("reason", _("Why, in your words: it is kept with both courses"),
                     given["reason"], stale.current.completion_words)
                ],
                same=[(name, given[name]) for name in ("to", "kind", "completion")],
                version=stale.current.version,
                keep_url=reverse("practitioner:case-plan", args=[case.pk]),
            )  # fmt: skip
        except actions.GatesClosed as closed:
            waits = [said.gate_name(one.gate) for one in closed.states if not one.is_open]
            form.add_error(
                "to",
                _("It cannot start yet, so nothing has changed: %(gates)s.")
                % {"gates": ", ".join(waits)},
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return case_page(
        request,
        "practitioner/plan/next.html",
        case,
        tab="plan",
        title=_("Step up, step down or switch"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        way=said.way_name(course.protocol, course.variant),
        planned=[_standing(request, row, course, clock.now()) for row in planned.values()],
        add_url=reverse("practitioner:plan-course", args=[course.plan_id]),
        choose_url=reverse("practitioner:case-choose", args=[case.pk]),
        back=reverse("practitioner:case-plan", args=[case.pk]),
    )


def _planned(request: Request, course: Any) -> list[Any]:
    rows = queries.courses_of(seen_by=request.reader, plan=course.plan)
    return [
        row
        for row in rows
        if row.started_at is None and row.ended_at is None and row.pk != course.pk
    ]


def _standing(request: Request, row: Any, instead_of: Any, at: datetime) -> dict[str, Any]:
    """A course that could come next, and what it still waits for once this one has ended."""
    states = queries.start_gates(course=row, seen_by=request.reader, at=at, without=instead_of.pk)
    return {
        "name": said.way_name(row.protocol, row.variant),
        "people": ", ".join(person.name for person in row.people),
        "waits": [
            said.gate_item(state, row, with_steps=True) for state in states if not state.is_open
        ],
        "pk": row.pk,
    }


def came_from(request: Request, circle: Any) -> dict[str, str]:
    """By course, in words: from which one it took over, when and why."""
    rows = cases.decisions(circle, seen_by=request.reader).filter(kind="step")
    found: dict[str, str] = {}
    for row in rows:
        before = cases.shown_of(row)
        found.setdefault(
            row.about.partition(":")[2],
            _("%(kind)s. Before: %(way)s, until %(day)s. %(reason)s")
            % {
                "kind": str(CHANGES.get(row.chosen, row.chosen)).partition(":")[0],
                "way": said.way_name(before.get("from", ""), before.get("variant", "")),
                "day": short_day(local_day(request, row.decided_at)),
                "reason": row.reason,
            },
        )
    return found
