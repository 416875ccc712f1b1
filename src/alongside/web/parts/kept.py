"""What every door shares that lets something be kept in a browser, to read without network.

The page that opens it is the same for everybody and shows nothing of anyone: what it shows after
the PIN lies in the browser alone. Without script none of it is offered. Who may keep what, and for
how long, is said by the actions (``access.without_network``).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language

from alongside.access.without_network import Kept
from alongside.web.parts.pages import Request, day_words, local_day

WORKER = Path(__file__).parent / "static" / "alongside" / "kept-worker.js"
LANGUAGES = dict(settings.LANGUAGES)


def opened(request: HttpRequest, template: str) -> HttpResponse:
    """Where it is opened; ``?in=es`` says the language, as no cookie is read without network."""
    language = request.GET.get("in", "")
    if language in LANGUAGES:
        translation.activate(language)
    return render(request, template, {"nav": []})


def worker(scope: str) -> HttpResponse:
    """The script that answers for a door when there is no network."""
    response = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Service-Worker-Allowed"] = scope
    return response


def addresses(request: Request, door: str) -> dict[str, str]:
    """Where it is opened and where its worker lies, in the language of the reader."""
    language = f"?in={(get_language() or 'en').partition('-')[0]}"
    return {
        "open_url": request.build_absolute_uri(reverse(f"{door}:kept") + language),
        "worker_url": reverse(f"{door}:kept-worker") + language,
    }


def given(
    request: Request,
    kept: Kept,
    words: str,
    *,
    tries: int,
    closes_after: timedelta,
    **more: str,
) -> JsonResponse:
    """The words for this browser to keep, until when, and what takes them off or closes them."""
    return JsonResponse(
        {
            "words": words,
            "token": kept.token,
            "untilDay": str(day_words(local_day(request, kept.until))),
            "until": int(kept.until.timestamp() * 1000),
            "tries": tries,
            "rest": int(closes_after.total_seconds() * 1000),
            **more,
        }
    )
