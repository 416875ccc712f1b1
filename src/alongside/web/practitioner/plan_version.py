"""A newer version of a protocol is published: what it changes for a course, and the move to it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.delivery import queries as progress
from alongside.engine.protocols.gates import may_start
from alongside.engine.protocols.versions import asks_again
from alongside.plans import actions, queries, versioning
from alongside.plans.rules import within_dose
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, local_day, saved, short_day, two_texts
from alongside.web.parts.version_words import sections
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.plan_forms import ToVersion
from alongside.web.practitioner.plan_shared import course_or_404


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def version(request: Request, pk: UUID) -> HttpResponse:
    """What the newest version changes for this course; POST lets the course go on by it."""
    course = course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    way, at = queries.newer_version(course), clock.now()
    if way is None:
        return _nothing_newer(request, case, course)
    form = ToVersion(request.POST or None, initial={"version": course.version, "to": str(way.ref)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            versioning.move_to_version(
                course=course,
                to=given["to"],
                reason=given["reason"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return two_texts(
                request,
                base=BASE,
                pairs=[("reason", _("Why, in your words"), given["reason"], "")],
                same=[("to", given["to"])],
                version=stale.current.version,
                keep_url=reverse("practitioner:case-plan", args=[case.pk]),
            )
        except versioning.NotTheNewest:
            # What was typed stays; the next press is for the version that is shown now.
            form = ToVersion({**request.POST.dict(), "to": str(way.ref)})
            form.add_error(
                None, _("Another version was published meanwhile. Read what it changes.")
            )
        except actions.GatesClosed as closed:
            waits = [said.gate_name(one.gate) for one in closed.states if not one.is_open]
            form.add_error(
                None,
                _("It cannot move yet, so nothing has changed: %(gates)s.")
                % {"gates": ", ".join(waits)},
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _page(request, case, course, way, form)


def _page(request: Request, case: Any, course: Any, way: Any, form: ToVersion) -> HttpResponse:
    reader, at = request.reader, clock.now()
    against = versioning.obstacle(course, way)
    there = against is None
    found = versioning.changes(course, way) if there else ()
    records = progress.steps_of(seen_by=reader, course=course) if there else {}
    done = frozenset(step for step, row in records.items() if row.state != "left_out")
    states = queries.gates_on(course=course, way=way, seen_by=reader, at=at) if there else ()
    waits = [state for state in states if not state.is_open]
    dose = way.dose_of(course.variant).sessions
    return case_page(
        request,
        "practitioner/plan/version.html",
        case,
        tab="plan",
        title=_("A newer version"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        way=said.way_name(course.protocol, course.variant),
        now=course.protocol.rpartition("@")[2],
        new=way.ref.version,
        checked=short_day(way.checked),
        against="" if against is None else said.refusal(against)[1],
        sections=sections(queries.protocol_of(course), way, found, done=done),
        waits=[said.gate_item(state, course, with_steps=True) for state in waits],
        release=[
            {
                "url": reverse("practitioner:plan-release", args=[course.pk, state.gate]),
                "title": said.gate_name(state.gate),
            }
            for state in waits
            if state.releasable
        ],
        may=there and may_start(states),
        asks_again=asks_again(found),
        planned="" if within_dose(course.sessions_planned, dose) else course.sessions_planned,
        back=reverse("practitioner:case-plan", args=[case.pk]),
    )


def _nothing_newer(request: Request, case: Any, course: Any) -> HttpResponse:
    """There is no version to move to; who pressed meanwhile is told so."""
    return case_page(
        request,
        "practitioner/plan/version.html",
        case,
        tab="plan",
        title=_("A newer version"),
        head=False,
        status=409 if request.method == "POST" else 200,
        is_newest=True,
        way=said.way_name(course.protocol, course.variant),
        now=course.protocol.rpartition("@")[2],
        back=reverse("practitioner:case-plan", args=[case.pk]),
    )


def newer(request: Request, course: Any, *, can_edit: bool) -> dict[str, Any] | None:
    """What the card of a course says of a newer version, with the way there for who may move it."""
    way = queries.newer_version(course)
    if way is None:
        return None
    return {
        "text": _(
            "Version %(new)s of this way is published. This course stays on version %(now)s until "
            "somebody moves it."
        )
        % {"new": way.ref.version, "now": course.protocol.rpartition("@")[2]},
        "url": reverse("practitioner:plan-course-version", args=[course.pk]) if can_edit else "",
    }


def moved_words(request: Request, course: Any) -> list[str]:
    """Since when a course runs on its version, and on which before; one sentence a move."""
    versions = queries.versions_of(course)
    return [
        _("On version %(new)s since %(day)s; on version %(before)s until then.")
        % {
            "new": versions[place].rpartition("@")[2],
            "before": before.rpartition("@")[2],
            "day": short_day(local_day(request, queries.moved_at(course, place - 1))),
        }
        for place, before in enumerate(versions[:-1], 1)
    ]
