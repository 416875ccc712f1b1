"""What is done to a version of content in use: reviewed against its sources, begun no more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.access import queries
from alongside.catalogue.standing import Standing, standing
from alongside.directory import content as actions
from alongside.records import clock
from alongside.web.office.content import KINDS, item_url
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, local_day, saved
from alongside.web.parts.ways import way_name

USUAL = timedelta(days=365)


class ReviewForm(Form):
    """Against what it was held, and when it is looked at again."""

    sources = Text(
        label=gettext_lazy("What you held it against"),
        help_text=gettext_lazy("One source a line."),
        lines=5,
        max_length=4_000,
    )
    review_by = forms.DateField(
        label=gettext_lazy("Look at it again by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    words = Text(label=gettext_lazy("What you noticed"), required=False, lines=3, max_length=2_000)

    def sources_given(self) -> tuple[str, ...]:
        """The lines that say something."""
        lines = self.cleaned_data["sources"].splitlines()
        return tuple(line.strip() for line in lines if line.strip())


class RetireForm(Form):
    """Why it is not begun any more."""

    why = Text(label=gettext_lazy("Why"), lines=3, max_length=1_000)


def _found(kind: str, ref: str) -> Standing:
    cat = catalogue.current()
    if kind not in KINDS or ref not in cat.shelves.get(kind, {}):
        raise Http404
    return standing(cat, kind, ref, get_language() or "en")


@access("content_review", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request, kind: str, ref: str) -> HttpResponse:
    """Say that a version was looked at against its sources."""
    it, at = _found(kind, ref), clock.now()
    form = ReviewForm(
        request.POST if request.method == "POST" else None,
        initial={
            "sources": "\n".join(it.sources),
            "review_by": local_day(request, at) + USUAL,
        },
    )
    if form.is_valid():
        try:
            actions.review_item(
                institution=queries.institution_of(request.reader),
                kind=kind,
                ref=ref,
                sources=form.sources_given(),
                review_by=form.cleaned_data["review_by"],
                words=form.cleaned_data["words"],
                by=request.reader,
                at=at,
            )
        except actions.ContentMakesNoSense as why:
            add_refusal(form, why)
        else:
            saved(request, at)
            return redirect(item_url(kind, ref))
    return _page(request, form, it, _("Review"), _("Save the review"))


@access("content_version", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: Request, kind: str, ref: str) -> HttpResponse:
    """Begin a version no more."""
    it, at = _found(kind, ref), clock.now()
    if kind not in actions.RETIRABLE or it.retired is not None:
        raise Http404
    form = RetireForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            actions.retire_version(
                institution=queries.institution_of(request.reader),
                kind=kind,
                ref=ref,
                why=form.cleaned_data["why"],
                by=request.reader,
                at=at,
            )
        except actions.ContentMakesNoSense as why:
            add_refusal(form, why)
        else:
            saved(request, at)
            return redirect(item_url(kind, ref))
    if kind == "instruments":
        return _page(
            request, form, it, _("Ask it no more"), _("Ask it no more"), _measure_hint(ref)
        )
    hint = _("Nobody can begin with it any more. Courses that run stay on it to their end.")
    return _page(request, form, it, _("Begin it no more"), _("Begin it no more"), hint)


def _measure_hint(ref: str) -> str:
    """What goes on with a measure that is retired, and which ways name it."""
    cat, id = catalogue.current(), ref.rpartition("@")[0]
    ways = [
        way_name(str(way.ref))
        for way in cat.offered.values()
        if any(m.instrument == id for m in way.measures)
    ]
    said = _(
        "It is offered nowhere new. Courses that run, and questions that were sent, go on with it "
        "and say so."
    )
    if not ways:
        return said
    return (
        said
        + " "
        + _(
            "Courses that begin from tomorrow on do not ask it, though their way names it: "
            "%(ways)s."
        )
        % {"ways": ", ".join(sorted(ways))}
    )


REFUSALS = {
    "empty": gettext_lazy("Name at least one source."),
    "past": gettext_lazy("Choose a day to come."),
    "id": gettext_lazy("Small letters a to z, figures and _, a letter first."),
    "name": gettext_lazy("A file cannot have this name here."),
    "main": gettext_lazy("Without this file nothing is left of it."),
    "many": gettext_lazy("Those are too many files."),
    "words": gettext_lazy("Say what is to be changed."),
    "absent": gettext_lazy("It is not here any more."),
    "retired": gettext_lazy("It is not begun any more already."),
    "needed": gettext_lazy(
        "Planned meetings ask this one by themselves. Publish another version of it first."
    ),
}


def add_refusal(form: Any, why: actions.ContentMakesNoSense) -> None:
    """Put a refusal beside its field, or on top of the form."""
    form.add_error(why.field if why.field in form.fields else None, REFUSALS[why.why])


def _page(
    request: Request, form: Any, it: Standing, title: str, button: str, hint: str = ""
) -> HttpResponse:
    back = item_url(it.kind, it.ref)
    return render(
        request,
        "office/content/act.html",
        {
            "form": form,
            "title": title,
            "button": button,
            "hint": hint,
            "back": back,
            "crumbs": [
                {"url": reverse("office:content"), "label": _("Content")},
                {"url": back, "label": f"{it.name} · {it.ref.rpartition('@')[2]}"},
                {"label": title},
            ],
        },
        status=400 if form.errors else 200,
    )
