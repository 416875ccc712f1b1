"""Answering by private link: no sign-in, no cookie, no name, one asking and nothing else (M6)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.access.readers import reader_for_link
from alongside.measures import actions, queries
from alongside.records import clock
from alongside.records.errors import NotAllowed
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request
from alongside.web.person import asked

# What each kind of private link opens. The pages of the others are their own door's.
OPENS = {
    "answer": "answer:form-start",
    "resume_worry": "public:go_on",
    "join_circle": "circle:join",
}
READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@access.public
@require_safe
def open_link(request: Request, token: str) -> HttpResponse:
    """Where a private link leads. Looking changes nothing; a dead one leads nowhere."""
    at = clock.now()
    for purpose, name in OPENS.items():
        try:
            reader_for_link(token, purpose, at)
            return HttpResponseRedirect(reverse(name, args=[token]))
        except (NotAllowed, NoReverseMatch):
            continue
    return asked.over(request)


def _form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a page its asking; when the link is over for it, the page is not there."""

    @wraps(view)
    def run(request: Request, token: str, **kwargs: Any) -> HttpResponse:
        asking = queries.asking_of_link(seen_by=request.reader)
        if asking is None:
            raise Http404
        return view(request, token, asking, **kwargs)

    return run


def _way(token: str) -> asked.Way:
    return asked.Way("answer", token, by_link=True)


def _open(
    request: Request, asking: Any, token: str, page: Callable[..., HttpResponse], *args: Any
) -> HttpResponse:
    """A page of a form that is still open. After *Leave this page* it is the public start page."""
    if asking.answered_at is not None or asking.declined_at is not None:
        # The same form sent again gives the same thanks; anything else opens nothing.
        again = request.method == "POST" and request.POST.get("submission") in asking.submissions
        if not again:
            raise Http404
    if asking.left_at is not None and request.method != "POST":
        return HttpResponseRedirect(reverse("public:start"))
    return page(request, _way(token), asking, *args)


@csrf_exempt
@access.link("answer")
@READ_OR_SEND
@_form
def start(request: Request, token: str, asking: Any) -> HttpResponse:
    """Before the first question. Sending it goes on with a form that was left."""
    if asking.answered_at is not None or asking.declined_at is not None:
        raise Http404
    if request.method == "POST":
        actions.come_back(asking=asking, by=request.reader, at=clock.now())
        return HttpResponseRedirect(_way(token).url("form-start"))
    return asked.start(request, _way(token), asking)


@csrf_exempt
@access.link("answer")
@READ_OR_SEND
@_form
def question(request: Request, token: str, asking: Any, number: int) -> HttpResponse:
    """One question."""
    return _open(request, asking, token, asked.question, number)


@csrf_exempt
@access.link("answer")
@READ_OR_SEND
@_form
def check(request: Request, token: str, asking: Any) -> HttpResponse:
    """All answers before they are sent."""
    return _open(request, asking, token, asked.check)


@access.link("answer")
@require_safe
@_form
def help_now(request: Request, token: str, asking: Any) -> HttpResponse:
    """After a danger answer."""
    if asking.left_at is not None:
        return HttpResponseRedirect(reverse("public:help"))
    return asked.help_now(request, _way(token), asking)


@access.link("answer")
@require_safe
@_form
def thanks(request: Request, token: str, asking: Any) -> HttpResponse:
    """It is saved."""
    if asking.left_at is not None:
        return HttpResponseRedirect(reverse("public:start"))
    return asked.thanks(request, _way(token), asking)


@csrf_exempt
@access.link("answer")
@READ_OR_SEND
@_form
def not_now(request: Request, token: str, asking: Any) -> HttpResponse:
    """Not now."""
    return _open(request, asking, token, asked.not_now)


@csrf_exempt
@access.link("answer")
@require_POST
@_form
def decline(request: Request, token: str, asking: Any) -> HttpResponse:
    """Rather not."""
    return _open(request, asking, token, asked.decline)
