"""The page of all parts, for those who build and test. It exists only with ALONGSIDE_PARTS=1."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from alongside.web.parts import samples
from alongside.web.parts.access import access


@dataclass(frozen=True, slots=True)
class Shown:
    """One sample, drawn."""

    part: str
    state: str
    html: SafeString


@access.public
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every part in every state, on one page."""
    shown = [_shown(sample, request) for sample in samples.samples()]
    sections = [(part, list(states)) for part, states in groupby(shown, key=lambda one: one.part)]
    values = {"sections": sections, "pages": samples.pages(), "help": samples.HELP}
    return render(request, "parts/gallery.html", values)


@access.public
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One whole page made of parts, in its own base template."""
    found = next((one for one in samples.pages() if one.slug == slug), None)
    if found is None:
        raise Http404
    shown = [_shown(sample, request) for sample in found.samples]
    values = {"base": found.base, "shown": shown, "page": found, "help": samples.HELP}
    return render(request, "parts/gallery_page.html", {**values, **found.context})


def _shown(sample: samples.Sample, request: HttpRequest) -> Shown:
    html = render_to_string(f"parts/{sample.part}.html", dict(sample.values), request)
    return Shown(sample.part, sample.state, html)
