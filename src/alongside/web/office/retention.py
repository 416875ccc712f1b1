"""What is held about people who never agreed, until when, and erasing it with a reason."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from alongside import catalogue
from alongside.delivery import retention
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, further, saved, short_day

GOES = {
    "people": gettext_lazy("names"),
    "contacts": gettext_lazy("ways to reach them"),
    "concerns": gettext_lazy("worries"),
    "cases": gettext_lazy("facts of the case"),
    "decisions": gettext_lazy("decisions"),
    "report_reviews": gettext_lazy("looks at who reported"),
    "tasks": gettext_lazy("tasks"),
    "answers": gettext_lazy("answers about them"),
    "records": gettext_lazy("other records"),
    "safetycheck": gettext_lazy("looks at danger"),
    "alert": gettext_lazy("alerts"),
    "safeguardingreport": gettext_lazy("safeguarding reports"),
}


class Erase(Form):
    """Why it is erased now."""

    reason = Text(
        label=gettext_lazy("Why it may go now"),
        help_text=gettext_lazy("Kept with the date and your name. Nobody can take it back."),
        lines=2,
        max_length=500,
    )


@access("erasure", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """A look at what is due and what would go. Looking changes nothing."""
    return _page(request)


@access("erasure", "C")
@require_POST
def erase(request: Request, pk: UUID) -> HttpResponse:
    """Erase what is held in one case."""
    at = clock.now()
    row = next(
        (each for each in retention.due(seen_by=request.reader, at=at) if each.case.pk == pk), None
    )
    if row is None or not row.is_due:
        raise Http404
    form = Erase(request.POST, auto_id=f"e{pk.hex[:6]}_%s")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            retention.erase(case=row.case, reason=reason, by=request.reader, at=at)
        except retention.NeedsAReason:
            form.add_error("reason", _("Say why in a few words."))
        except retention.NotDue:
            raise Http404 from None
        else:
            saved(request, at)
            return redirect("office:retention")
    return _page(request, wrong=(pk, form), status=400)


def _page(
    request: Request, *, wrong: tuple[UUID, Erase] | None = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    may = request.reader.may_make(
        "erasure", institution=next(iter(request.reader.institutions_of()), UUID(int=0))
    )
    found = retention.due(seen_by=request.reader, at=at)
    shown, paging = further(request, found)
    return render(
        request,
        "office/retention/list.html",
        {
            "rows": [_row(each, may, wrong) for each in shown],
            "paging": paging,
            "count": sum(each.is_due for each in found),
            "after": catalogue.current().retention.erase_after_days,
            "form": wrong[1] if wrong else None,
        },
        status=status,
    )


def _row(each: retention.Due, may: bool, wrong: tuple[UUID, Erase] | None) -> dict[str, Any]:
    pk = each.case.pk
    form = None
    if each.is_due and may:
        is_wrong = wrong is not None and wrong[0] == pk
        form = wrong[1] if wrong and is_wrong else Erase(auto_id=f"e{pk.hex[:6]}_%s")
    return {
        "pk": pk,
        "code": each.case.circle.code,
        "closed": short_day(each.case.closed_at),
        "on": short_day(each.erase_on),
        "is_due": each.is_due,
        "goes": _counts(each.goes),
        "stays": _counts(each.stays),
        "form": form,
    }


def _counts(counts: dict[str, int]) -> str:
    said = [f"{GOES[name]} {count}" for name, count in counts.items() if count]
    return ", ".join(said) or _("nothing")
