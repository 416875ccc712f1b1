"""One course: started through its gates, a gate released, a step recorded, the course ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from alongside import catalogue
from alongside.calendar import ending as times
from alongside.delivery import actions as delivery
from alongside.delivery import queries as progress
from alongside.plans import actions, queries
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    clock_time,
    local_day,
    saved,
    say,
    two_texts,
)
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner import standing_words
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.delivery_forms import (
    EndCourse,
    RecordStep,
    Release,
)
from alongside.web.practitioner.plan import page_of
from alongside.web.practitioner.plan_shared import course_or_404, form_of, form_page


@access("plan", "E")
@require_POST
def start(request: Request, pk: UUID) -> HttpResponse:
    """Start a course, if every gate is open now."""
    course = course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    at = clock.now()
    try:
        actions.start_course(course=course, by=request.reader, at=at)
    except (Refused, StaleVersion) as why:
        _field, words = _stale_or(why)
        return page_of(request, case, status=409, refused=words)
    say(request, _("Started at %(time)s.") % {"time": clock_time(request, at)})
    return redirect("practitioner:case-plan", pk=case.pk)


def _stale_or(why: Exception) -> tuple[str, str]:
    if isinstance(why, StaleVersion):
        return "", _("Somebody changed this meanwhile. Here it is as it stands.")
    return said.refusal(why)


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: Request, pk: UUID, gate: str) -> HttpResponse:
    """A named clinician lets one gate pass until a day, with a reason."""
    course = course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    at = clock.now()
    found = catalogue.current().gates.get(gate)
    if found is None or not found.releasable:
        raise Http404
    usual = timedelta(days=catalogue.current().release_days.usual)
    form = Release(
        request.POST or None,
        initial={"until": local_day(request, at) + usual},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.release_gate(
                course=course,
                gate=gate,
                reason=form.cleaned_data["reason"],
                until=form.cleaned_data["until"],
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return form_page(
        request,
        case,
        form,
        title=_("Let a gate pass: %(gate)s") % {"gate": said.gate_name(gate)},
        lead=found.reason.text,
        note=_("This is your decision as a clinician. It is kept with your name."),
    )


def _ends_with(request: Request, course: Any) -> str:
    """What ends with a course, and what it still lacks to count as completed."""
    ends = _("Consents that were given for this course end with it.")
    kept = len(
        times.to_come(
            seen_by=request.reader,
            circle=course.circle_id,
            about=f"course:{course.pk}",
            at=clock.now(),
        )
    )
    if kept:
        ends += " " + ngettext(
            "%(count)s time to come is given back: tell them.",
            "%(count)s times to come are given back: tell them.",
            kept,
        ) % {"count": kept}
    if course.started_at is None:
        return ends
    state = progress.state_of(course=course, seen_by=request.reader, at=clock.now())
    parts = standing_words.completion(queries.protocol_of(course), state)
    lacking = [part["text"] for part in parts if not part["is_met"]]
    if not lacking:
        return _("%(ends)s Everything that completion asks for is there.") % {"ends": ends}
    return _("%(ends)s For “completed” it still lacks: %(parts)s.") % {
        "ends": ends,
        "parts": "; ".join(lacking),
    }


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def end_course(request: Request, pk: UUID) -> HttpResponse:
    """End a course with one of the words that everybody shares."""
    course = course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    form = EndCourse(
        request.POST or None,
        started=course.started_at is not None,
        initial={"version": course.version},
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.end_course(
                course=course,
                completion=given["completion"],
                words=given["words"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return two_texts(
                request,
                base=BASE,
                pairs=[
                    ("words", _("What happened"), given["words"], stale.current.completion_words)
                ],
                same=[("completion", given["completion"])],
                version=stale.current.version,
                keep_url=reverse("practitioner:case-plan", args=[case.pk]),
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return form_page(
        request,
        case,
        form,
        title=_("End this course"),
        lead=said.way_name(course.protocol, course.variant),
        note=_ends_with(request, course),
    )


@access("session", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def record_step(request: Request, pk: UUID, step: str) -> HttpResponse:
    """Say what became of one step of a course."""
    course = course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    way = queries.protocol_of(course)
    names = {
        one.id: standing_words.step_name(way, one.id) for phase in way.phases for one in phase.steps
    }
    if step not in names:
        raise Http404
    session = _session_in(request, course)
    back = (
        reverse("practitioner:session", args=[session.pk])
        if session is not None
        else reverse("practitioner:case-plan", args=[case.pk])
    )
    made = form_of(way, step)
    form = RecordStep(request.POST or None, initial={"state": "done"}, makes_form=bool(made))
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            delivery.record_step(
                course=course,
                step=step,
                state=form.cleaned_data["state"],
                reason=form.cleaned_data["reason"],
                on_paper=form.cleaned_data.get("on_paper", False),
                session=session,
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect(back)
    return case_page(
        request,
        "practitioner/plan/form.html",
        case,
        tab="plan",
        title=names[step],
        head=False,
        status=400 if form.errors else 200,
        form=form,
        back=back,
        lead=said.way_name(course.protocol, course.variant),
        note=_form_note(request, course, made),
    )


def _form_note(request: Request, course: Any, form: str) -> str:
    if not form:
        return ""
    there = progress.artefacts_kept(seen_by=request.reader, course=course).get(form, 0)
    way = queries.protocol_of(course)
    wanted = progress.forms_wanted(way, course.variant, form)
    return ngettext(
        "This step is done with its form: %(there)s of %(wanted)s is filled in here.",
        "This step is done with its forms: %(there)s of %(wanted)s are filled in here.",
        wanted,
    ) % {"there": there, "wanted": wanted}


def _session_in(request: Request, course: Any) -> Any:
    """The session a step is recorded from, if the address names one of this course."""
    given = request.POST.get("session") or request.GET.get("session", "")
    try:
        pk = UUID(given)
    except ValueError:
        return None
    return progress.sessions(seen_by=request.reader).filter(course=course, pk=pk).first()
