"""A version of content as one file: out of here, and in from anywhere."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from alongside import catalogue
from alongside.access import queries as accounts
from alongside.catalogue import authoring
from alongside.directory import content as fit
from alongside.directory import drafts as actions
from alongside.directory import queries
from alongside.records import clock
from alongside.web.office.content_drafts import problem_row, trial_of
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form
from alongside.web.parts.pages import Request, saved


class Bring(Form):
    """A file from somewhere else."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy(
            "One version of a protocol or a measure, as it was saved here; or a FHIR R4 file with "
            "one PlanDefinition or Questionnaire."
        ),
        widget=forms.FileInput(attrs={"accept": ".json,application/json,application/fhir+json"}),
    )


@access("content_review", "R")
@require_safe
def export(request: Request, kind: str, ref: str) -> HttpResponse:
    """A version in use as one file."""
    if kind not in authoring.KINDS:
        raise Http404
    try:
        files = authoring.files_of(kind, ref)
    except (KeyError, ValueError):
        raise Http404 from None
    return _file(kind, ref, files)


@access("content_review", "R")
@require_safe
def export_fhir(request: Request, kind: str, ref: str) -> HttpResponse:
    """A version in use as a FHIR Bundle, for other software."""
    cat = catalogue.current()
    if kind not in authoring.KINDS or ref not in cat.shelves[kind]:
        raise Http404
    try:
        files = authoring.files_of(kind, ref)
    except (KeyError, ValueError):
        raise Http404 from None
    return _fhir(ref, authoring.FORMATS["fhir"].written(cat, kind, ref, files, False))


@access("content_draft", "R")
@require_safe
def export_draft_fhir(request: Request, pk: UUID) -> HttpResponse:
    """A draft that can be read, as a FHIR Bundle that says it is a draft."""
    draft = get_object_or_404(queries.drafts(seen_by=request.reader), pk=pk)
    cat = trial_of(request, draft).catalogue
    if draft.ref not in cat.shelves[draft.kind]:
        raise Http404
    return _fhir(
        draft.ref, authoring.FORMATS["fhir"].written(cat, draft.kind, draft.ref, draft.files, True)
    )


def _fhir(ref: str, whole: str) -> HttpResponse:
    answer = HttpResponse(whole, content_type="application/fhir+json")
    name = ref.replace("@", "-")
    answer["Content-Disposition"] = f'attachment; filename="{name}.fhir.json"'
    return answer


@access("content_draft", "R")
@require_safe
def export_draft(request: Request, pk: UUID) -> HttpResponse:
    """A draft as one file."""
    draft = get_object_or_404(queries.drafts(seen_by=request.reader), pk=pk)
    return _file(draft.kind, draft.ref, draft.files)


def _file(kind: str, ref: str, files: dict[str, str]) -> HttpResponse:
    name = ref.replace("@", "-")
    answer = HttpResponse(authoring.packed(kind, ref, files), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return answer


@access("content_draft", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: Request) -> HttpResponse:
    """Take in one file as a draft; refuse it with all its mistakes at once."""
    is_sent = request.method == "POST"
    form = Bring(request.POST if is_sent else None, request.FILES if is_sent else None)
    problems: list[dict[str, Any]] = []
    if form.is_valid():
        given, at = form.cleaned_data["file"], clock.now()
        try:
            found = authoring.unpacked(given.read(authoring.MOST_BYTES + 1))
            draft = actions.make_draft(
                institution=accounts.institution_of(request.reader),
                kind=found.kind,
                item=found.id,
                files=found.files,
                based_on="",
                by=request.reader,
                at=at,
                word="directory.draft_imported",
            )
        except authoring.NotReadable as refusal:
            problems = [problem_row(each, {}) for each in refusal.problems]
            form.add_error(None, _("Nothing was taken in. Everything that is wrong stands below."))
        except fit.ContentMakesNoSense:
            form.add_error("file", _("It has no files, or too many."))
        else:
            saved(request, at)
            return redirect("office:draft", pk=draft.pk)
    return render(
        request,
        "office/content/bring.html",
        {"form": form, "problems": problems, "back": reverse("office:drafts")},
        status=400 if form.errors else 200,
    )
