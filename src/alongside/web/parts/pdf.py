"""A page as a PDF: tagged for screen readers, A4, nothing fetched from anywhere.

The library is heavy, so it is loaded by the first letter. Where its system libraries are missing,
``NoPdf`` says so and the page is printed by the browser instead.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

OURS = Path(__file__).parent / "static" / "alongside"
TYPES = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
SCHEME = "alongside:"  # what a template names of our own files
log = logging.getLogger(__name__)


class NoPdf(Exception):
    """This machine lacks what a PDF is made with."""


class NotOurs(ValueError):
    """A page names a file that is not one of ours."""


def pdf_of(template: str, context: Mapping[str, Any], *, language: str) -> bytes:
    """Render a template as a PDF for people who see it and people who hear it (PDF/UA-1).

    Args:
        language: the page's own, whatever the reader's.

    Raises:
        NoPdf: the system libraries are missing.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except OSError as missing:  # it loads pango when it is imported
        log.error("no PDF can be made here: %s", missing)
        raise NoPdf from missing

    class Ours(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            path = our_file(url)
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": TYPES[path.suffix]})

    with translation.override(language):
        page = render_to_string(template, {**context, "language": language})
    document = HTML(string=page, url_fetcher=Ours(), base_url=SCHEME)
    found: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return found


def our_file(url: str) -> Path:
    """The file of ours that an address names. Raises NotOurs for every other address."""
    path = (OURS / url.removeprefix(SCHEME)).resolve()
    inside = url.startswith(SCHEME) and path.is_relative_to(OURS)
    if not inside or path.suffix not in TYPES or not path.is_file():
        raise NotOurs(url)
    return path


def as_file(content: bytes, name: str) -> HttpResponse:
    """A PDF to keep. Its name says nothing of whom or what it is about."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
