"""Sheets of a case: the forms of its courses, filled in together, at home or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from alongside.delivery import artefacts, queries
from alongside.engine.artefacts import Form as EngineForm
from alongside.engine.artefacts import Known, with_circle
from alongside.people import queries as people
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts import sheets
from alongside.web.parts.access import access
from alongside.web.parts.content_words import stale
from alongside.web.parts.forms import Text
from alongside.web.parts.pages import Request, local_day, saved, say, seen_by_whom
from alongside.web.parts.pdf import NoPdf
from alongside.web.practitioner import delivery_words as words
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.forms import Versioned

ORIGINS = (
    ("session", gettext_lazy("Together")),
    ("paper", gettext_lazy("On paper; I take it over")),
)


class Strike(Versioned):
    """Why a sheet counts for nothing."""

    because = Text(
        label=gettext_lazy("Why it counts for nothing"),
        help_text=gettext_lazy("It stays readable, with its earlier versions."),
        lines=2,
        max_length=1000,
    )


@access("artefact", "R")
@require_safe
def listing(request: Request, pk: UUID) -> HttpResponse:
    """The sheets of a case, and the forms that its courses have."""
    case = case_or_404(request, pk)
    reader = request.reader
    rows = list(artefacts.sheets(seen_by=reader).filter(circle=case.circle))
    may = case.state != "closed" and reader.may_make(
        "artefact", institution=case.institution_id, circle=case.circle_id
    )
    courses = [
        course
        for course in plans.courses(seen_by=reader)
        .filter(circle=case.circle)
        .order_by("started_at", "pk")
        if course.started_at is not None or _to_prepare(course)
    ]
    return case_page(
        request,
        "practitioner/sheet/list.html",
        case,
        tab="sheets",
        head=False,
        courses=[
            {
                "name": words.way_name(course.protocol, course.variant),
                "forms": _forms(course, rows, may=may and course.ended_at is None),
            }
            for course in courses
        ],
        sheets=sheets.rows_of(
            request, rows, lambda row: reverse("practitioner:sheet", args=[row.sheet])
        ),
        seen=seen_by_whom(request, "artefact", case.circle_id),
    )


def _to_prepare(course: Any) -> bool:
    """A course that has not started yet and has forms that come before that."""
    return course.ended_at is None and any(
        artefacts.is_time_for(course, form) for form in artefacts.forms_of(course).values()
    )


def _forms(course: Any, rows: list[Any], *, may: bool) -> list[dict[str, Any]]:
    """Each form of a course, how many are there, and where one is filled in or printed."""
    way, now = plans.protocol_of(course), artefacts.forms_now(course, clock.now())
    found = []
    for form in artefacts.forms_of(course).values():
        own = [row for row in rows if row.course_id == course.pk and row.form == str(form.ref)]
        if not own and not (form.ref.form in now and artefacts.is_time_for(course, form)):
            continue
        there = sum(row.is_complete for row in own)
        wanted = way.wants_form(course.variant, form.ref.form)
        text = _("%(there)s of %(wanted)s") % {"there": there, "wanted": wanted}
        if not wanted:
            text = str(there) if there else _("none yet; only if it helps")
        found.append(
            {
                "title": sheets.title_of(str(form.ref)),
                "text": text,
                "is_done": bool(there) and there >= wanted,
                "new_url": reverse("practitioner:sheet-new", args=[course.pk, form.ref.form])
                if may
                else "",
                "blank_url": reverse("practitioner:sheet-blank", args=[course.pk, form.ref.form])
                if "print" in form.where
                else "",
            }
        )
    return found


def _course_or_404(request: Request, pk: UUID) -> Any:
    return get_object_or_404(plans.courses(seen_by=request.reader), pk=pk)


def _form_or_404(course: Any, form: str) -> EngineForm:
    """A form for a new sheet."""
    try:
        return artefacts.offered(course, form)
    except artefacts.FormNotHere:
        raise Http404 from None


def _sheet_or_404(request: Request, pk: UUID) -> Any:
    found = artefacts.sheet(seen_by=request.reader, sheet=pk)
    if found is None:
        raise Http404
    return found


def _door(request: Request, case: Any, *, back: str, title: str, **more: Any) -> sheets.Door:
    def frame(template: str, status: int = 200, **context: Any) -> HttpResponse:
        return case_page(
            request,
            f"practitioner/sheet/{template}.html",
            case,
            tab="sheets",
            title=title,
            head=False,
            status=status,
            **more,
            **context,
        )

    return sheets.Door(
        base=BASE,
        frame=frame,
        read=lambda row: reverse("practitioner:sheet", args=[row.sheet]),
        back=back,
        seen=seen_by_whom(request, "artefact", case.circle_id),
    )


def _session_in(request: Request, course: Any) -> Any:
    """The session this is filled in from, if the address names one of this course."""
    try:
        pk = UUID(request.GET.get("session", ""))
    except ValueError:
        return None
    return queries.sessions(seen_by=request.reader).filter(course=course, pk=pk).first()


@access("artefact", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, pk: UUID, form: str) -> HttpResponse:
    """Fill in a form of a course, together or from paper."""
    course = _course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    found = _form_or_404(course, form)
    treated = {str(person.pk): person for person in plans.treated_by(course)}
    session = _session_in(request, course)
    about = treated.get(request.POST.get("about", "")) or next(iter(treated.values()))
    back = (
        reverse("practitioner:session", args=[session.pk])
        if session is not None
        else reverse("practitioner:case-sheets", args=[case.pk])
    )
    return sheets.fill(
        request,
        _door(request, case, back=back, title=sheets.title_of(str(found.ref))),
        form=found,
        course=course,
        about=about,
        persons=[(id, person.name) for id, person in treated.items()] if len(treated) > 1 else (),
        session=session,
        origins=ORIGINS,
        known=_family(request, course, found),
    )


@access("artefact", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """Go on with a sheet, rate it again, or correct it: one more version."""
    row = _sheet_or_404(request, pk)
    case = case_or_404(request, row.course.plan.case_id)
    try:
        found = artefacts.form_of(row.course, row.form)
    except artefacts.FormNotHere:
        raise Http404 from None
    back = reverse("practitioner:sheet", args=[row.sheet])
    return sheets.fill(
        request,
        _door(request, case, back=back, title=sheets.title_of(row.form)),
        form=found,
        course=row.course,
        about=row.about,
        artefact=row,
        session=_session_in(request, row.course),
        known=_family(request, row.course, found),
    )


def _family(request: Request, course: Any, form: EngineForm) -> sheets.Known | None:
    """For a family tree: takes over who of the family is in the circle and in sight.

    Who does not want to be seen there is left out: others read the sheet too.
    """
    if form.drawing is None or form.drawing.name != sheets.BESIDE:
        return None

    def taken(answers: Mapping[str, Any]) -> Mapping[str, Any]:
        here = people.live_members(course.circle, seen_by=request.reader).filter(silent=False)
        rows = [(row.person, row.relation) for row in here]
        focus, *others = (
            Known(who.name, relation, str(who.birth_year or ""))
            for who, relation in [(course.circle.focus, ""), *rows]
        )
        return with_circle(form, answers, focus, others)

    return taken


@access("artefact", "R")
@require_safe
def sheet(request: Request, pk: UUID) -> HttpResponse:
    """One sheet as it holds now, with its earlier versions."""
    row = _sheet_or_404(request, pk)
    case = case_or_404(request, row.course.plan.case_id)
    rows = artefacts.versions(seen_by=request.reader, sheet=pk)
    is_open = row.course.ended_at is None and not row.is_struck
    may = is_open and case.state != "closed" and request.reader.may("E", row)
    step = _step_of(row) if may and row.is_complete else ""
    return case_page(
        request,
        "practitioner/sheet/read.html",
        case,
        tab="sheets",
        title=sheets.title_of(row.form),
        head=False,
        sheet=sheets.shown(request, row),
        whose=row.about.name,
        origin=sheets.origin_of(row.form),
        stale=stale("artefacts", row.form, local_day(request, clock.now())),
        has_picture=sheets.has_picture(row.form),
        versions=sheets.versions_of(request, rows[1:]),
        pk=pk,
        may_change=may,
        strike_form=Strike(initial={"version": row.number}) if may else None,
        step_url=_step_url(row, step) if step else "",
        session_url=reverse("practitioner:session", args=[row.session_id])
        if row.session_id
        else "",
        seen=seen_by_whom(request, "artefact", case.circle_id),
    )


def _step_of(row: Any) -> str:
    """The step of the protocol that makes this form."""
    name = row.form.partition("/")[2].partition("@")[0]
    phases = plans.protocol_of(row.course).phases
    steps = (step for phase in phases for step in phase.steps)
    return next((step.id for step in steps if step.artefact == name), "")


def _step_url(row: Any, step: str) -> str:
    address = reverse("practitioner:step-record", args=[row.course_id, step])
    return f"{address}?session={row.session_id}" if row.session_id else address


@access("artefact", "R")
@require_safe
def version(request: Request, pk: UUID, number: int) -> HttpResponse:
    """One earlier version, to read."""
    row = _sheet_or_404(request, pk)
    case = case_or_404(request, row.course.plan.case_id)
    versions = artefacts.artefacts(seen_by=request.reader).filter(sheet=pk)
    return case_page(
        request,
        "practitioner/sheet/version.html",
        case,
        tab="sheets",
        title=sheets.title_of(row.form),
        head=False,
        sheet=sheets.shown(request, get_object_or_404(versions, number=number)),
        back=reverse("practitioner:sheet", args=[pk]),
    )


@access("artefact", "E")
@require_http_methods(["POST"])
def strike(request: Request, pk: UUID) -> HttpResponse:
    """Say that a sheet was written by mistake."""
    row = _sheet_or_404(request, pk)
    form, at = Strike(request.POST), clock.now()
    if not form.is_valid():
        say(request, _("Say why it counts for nothing, in a few words."))
        return redirect("practitioner:sheet", pk=pk)
    try:
        artefacts.strike(
            artefact=row,
            because=form.cleaned_data["because"],
            expected=form.cleaned_data["version"],
            by=request.reader,
            at=at,
        )
    except (StaleVersion, artefacts.Struck):
        say(request, _("Somebody changed this meanwhile. Here it is as it stands."))
    else:
        saved(request, at)
    return redirect("practitioner:sheet", pk=pk)


@access("artefact", "R")
@require_safe
def blank(request: Request, pk: UUID, form: str) -> HttpResponse:
    """A form of a course, blank, to write on by hand."""
    course = _course_or_404(request, pk)
    found = _form_or_404(course, form)
    if "print" not in found.where:
        raise Http404
    return _paper(
        request,
        course,
        sheets.blank(found),
        reverse("practitioner:case-sheets", args=[course.plan.case_id]),
    )


@access("artefact", "R")
@require_safe
def paper(request: Request, pk: UUID) -> HttpResponse:
    """A sheet as it was filled in, on paper."""
    row = _sheet_or_404(request, pk)
    back = reverse("practitioner:sheet", args=[pk])
    return _paper(request, row.course, sheets.shown(request, row), back)


@access("artefact", "R")
@require_safe
def drawing(request: Request, pk: UUID) -> HttpResponse:
    """The family tree of a sheet as a picture, to keep. Its name says nothing of anybody."""
    return sheets.picture_file(_sheet_or_404(request, pk))


@access("artefact", "R")
@require_safe
def pdf(request: Request, pk: UUID) -> HttpResponse:
    """A family tree as PDF; where none can be made, the page to print."""
    row = _sheet_or_404(request, pk)
    try:
        return sheets.pdf_file(request, row)
    except NoPdf:
        return redirect("practitioner:sheet-print", pk=pk)


def _paper(request: Request, course: Any, sheet: Mapping[str, Any], back: str) -> HttpResponse:
    return case_page(
        request,
        "practitioner/sheet/paper.html",
        case_or_404(request, course.plan.case_id),
        tab="sheets",
        title=sheet["sheet_title"],
        head=False,
        sheet=sheet,
        back=back,
    )
