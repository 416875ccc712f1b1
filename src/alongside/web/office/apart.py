"""Who is kept apart from whom, for the privacy officer, who alone ends it (1.3)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside.access import actions, apart
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, moment_words, saved, say


@access("separation", "E")
@require_safe
def listing(request: Request) -> HttpResponse:
    """Every separation that counts now."""
    rows = apart.separations(seen_by=request.reader, at=clock.now())
    return render(
        request,
        "office/rights/apart.html",
        {
            "rows": [
                {
                    "pk": row.pk,
                    "one": str(row.one),
                    "other": str(row.other),
                    "text": _("%(when)s, by %(who)s")
                    % {
                        "when": moment_words(request, row.set_at),
                        "who": row.set_by.name if row.set_by else _("the service"),
                    },
                }
                for row in rows
            ]
        },
    )


@access("separation", "E")
@require_POST
def end(request: Request, pk: UUID) -> HttpResponse:
    """End one separation."""
    at = clock.now()
    rows = apart.separations(seen_by=request.reader, at=at)
    found = next((row for row in rows if row.pk == pk), None)
    if found is None:
        raise Http404
    try:
        actions.end_separation(separation=found, by=request.reader, at=at)
    except actions.AlreadyEnded:
        say(request, _("It had ended before."))
    else:
        saved(request, at)
    return redirect("office:apart")
