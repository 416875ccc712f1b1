"""*I have this* with the code of a text or a call, without a sign-in. It shows nothing of it."""

from __future__ import annotations

from axes.helpers import get_client_ip_address
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.crisis import by_code
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, clock_time


class CodeForm(Form):
    """The code in the message."""

    code = Text(
        label=gettext_lazy("The code in the message"),
        help_text=gettext_lazy("Eight letters and numbers. It works once, and for you alone."),
        max_length=40,
    )


@access.public
@require_http_methods(["GET", "HEAD", "POST"])
def have(request: Request) -> HttpResponse:
    """Ask for a code; take what it belongs to. Only sending it does anything."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _asked(request, form, 400 if form.errors else 200)
    visitor = get_client_ip_address(request) or ""
    found = by_code.take(code=form.cleaned_data["code"], visitor=visitor, at=clock.now())
    if found.state == "wait":
        form.add_error(None, _("Too many codes were tried here. Sign in and press there."))
        return _asked(request, form, 429)
    if found.state == "wrong":
        form.add_error("code", _("This code opens nothing. Look at the newest message."))
        return _asked(request, form, 400)
    since = clock_time(request, found.since) if found.since else ""
    return render(request, "account/have/done.html", {"state": found.state, "since": since})


def _asked(request: Request, form: CodeForm, status: int) -> HttpResponse:
    return render(request, "account/have/have.html", {"form": form}, status=status)
