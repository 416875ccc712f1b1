"""Answering on a device of the service: one form, then *Thank you, hand the tablet back*.

The addresses say nothing: which form it is stands in the session of the device alone. Once the
form is sent, declined or left, or the device rested too long, all of them show the same page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from axes.helpers import get_client_ip_address
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.access import one_person as device
from alongside.measures import actions, one_person, queries
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request
from alongside.web.person import asked

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])
WAY = asked.Way("here", "", by_link=True)
AFTER_REST = 5  # seconds later the page looks whether it is over


class CodeForm(Form):
    """The code that somebody who works here has given out."""

    code = Text(
        label=gettext_lazy("The code for this device"),
        help_text=gettext_lazy("Eight letters and numbers. It works once."),
        max_length=40,
    )


def _over(request: Request) -> HttpResponse:
    """Nothing to come back to. What was sent was not kept, and the page says so (E2)."""
    if request.method not in {"GET", "HEAD"}:
        return asked.over(request)
    if not device.is_on(request):
        return redirect("public:start")
    return render(request, "person/here/back.html", {"sign_in_url": reverse("account_login")})


def _form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a page its form while the device opens one; when it rests too long, look again."""

    @wraps(view)
    def run(request: Request, **kwargs: Any) -> HttpResponse:
        asking = None
        if request.reader.link is not None:
            asking = queries.asking_of_link(seen_by=request.reader)
        if asking is None:
            return _over(request)
        response = view(request, asking, **kwargs)
        wait = int(device.rest().total_seconds()) + AFTER_REST
        response["Refresh"] = f"{wait}; url={reverse('here:start')}"
        return response

    return run


def _is_done(asking: Any) -> bool:
    return asking.answered_at is not None or asking.declined_at is not None


def _open(request: Request, asking: Any, page: Any, *args: Any) -> HttpResponse:
    """A page of a form that is still open; the same form sent again is sent once."""
    if _is_done(asking):
        again = request.method == "POST" and request.POST.get("submission") in asking.submissions
        if not again:
            return _over(request)
    result: HttpResponse = page(request, WAY, asking, *args)
    return result


def _end(request: Request, asking: Any) -> None:
    one_person.end_device(target=asking.pk, by=request.reader, at=clock.now())


@access.here
@require_safe
@_form
def start(request: Request, asking: Any) -> HttpResponse:
    """Where every other address leads: the form, its danger page, or nothing any more."""
    if not _is_done(asking):
        return HttpResponseRedirect(WAY.url("form-start"))
    if queries.told(asking).state == "nothing":
        return _over(request)
    return HttpResponseRedirect(WAY.url("form-help"))


@access.here
@READ_OR_SEND
@_form
def form_start(request: Request, asking: Any) -> HttpResponse:
    """Before the first question."""
    if request.method == "POST" and not _is_done(asking):
        actions.come_back(asking=asking, by=request.reader, at=clock.now())
        return HttpResponseRedirect(WAY.url("form-start"))
    return _open(request, asking, asked.start)


@access.here
@READ_OR_SEND
@_form
def question(request: Request, asking: Any, number: int) -> HttpResponse:
    """One question."""
    return _open(request, asking, asked.question, number)


@access.here
@READ_OR_SEND
@_form
def check(request: Request, asking: Any) -> HttpResponse:
    """All answers before they are sent. Sent without danger, this was the last page."""
    response = _open(request, asking, asked.check)
    if response.status_code == 302 and response["Location"] == WAY.url("form-thanks"):
        _end(request, asking)
    return response


@access.here
@require_safe
@_form
def help_now(request: Request, asking: Any) -> HttpResponse:
    """After a danger answer: whom to call, who was told."""
    return asked.help_now(request, WAY, asking)


@access.here
@require_safe
@_form
def thanks(request: Request, asking: Any) -> HttpResponse:
    """Hand the device back."""
    return _over(request) if _is_done(asking) else HttpResponseRedirect(WAY.url("form-start"))


@access.here
@require_POST
@_form
def decline(request: Request, asking: Any) -> HttpResponse:
    """Rather not."""
    response = _open(request, asking, asked.decline)
    if response.status_code == 302:
        _end(request, asking)
    return response


@csrf_exempt  # it comes from a danger page, which says nothing of where it was
@access.here
@require_POST
@_form
def done(request: Request, asking: Any) -> HttpResponse:
    """The person has read whom to call, and is done. All it can do is to close the form."""
    if _is_done(asking):
        _end(request, asking)
    return redirect("here:start")


@access.here
@READ_OR_SEND
def code(request: Request) -> HttpResponse:
    """Type the code that somebody who works here has given out, and begin."""
    if device.is_on(request) and request.reader.link is not None:
        return redirect("here:start")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            at = clock.now()
            found = one_person.type_code(
                code=form.cleaned_data["code"], visitor=get_client_ip_address(request) or "", at=at
            )
            if found.token:
                device.begin(request, found.token, at)
                return device.forget_pages(redirect("here:start"))
            if found.must_wait:
                status = 429
                form.add_error(None, _("Too many codes were tried here. Wait ten minutes."))
            else:
                form.add_error("code", _("This code opens nothing. Ask for a new one."))
    return render(request, "person/here/code.html", {"form": form}, status=status)
