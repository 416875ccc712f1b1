"""The way in: home, the first run, and what was kept of a form."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from alongside.access import first_run, readers
from alongside.web.parts.access import access


@access.own_account
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send people through their own door."""
    doors = request.reader.doors()
    if doors:
        return redirect(readers.HOMES[doors[0]])
    return render(request, "account/no_door.html")


@access.public
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """The first run: the code that was printed, the institution, the first account."""
    if not first_run.is_open():
        raise Http404
    return render(request, "account/set_up.html")
