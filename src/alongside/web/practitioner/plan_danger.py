"""A practitioner looks at present danger before a plan, or as part of a session."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.delivery import queries as progress
from alongside.measures import actions as measures
from alongside.plans import actions
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    clock_time,
    saved,
    say,
    seen_by_whom,
)
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import address, case_or_404, case_page
from alongside.web.practitioner.delivery_forms import (
    LookAtDanger,
)
from alongside.web.practitioner.plan_shared import persons_of


@access("safety_check", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def danger(request: Request, pk: UUID) -> HttpResponse:
    """A practitioner looks at present danger with one person alone.

    ``?session=`` makes it the structured part of that session's note, and leads back there.
    """
    case = case_or_404(request, pk)
    held = _session_of(request, case)
    persons = persons_of(request, case)
    language = get_language() or "en"
    form = LookAtDanger(
        request.POST or None,
        persons=[(id, person.name) for id, person in persons.items()],
        questions=catalogue.current().danger.intake.questions,
        language=language,
        initial={"about": str(case.circle.focus_id)},
    )
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            checked = actions.look_at_danger(
                case=case,
                about=persons[form.cleaned_data["about"]],
                answers=form.answers(),
                source=f"session:{held.pk}" if held is not None else "",
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            measures.tell_now(checked.alerts, at)
            return _after_danger(request, case, held, checked, at)
    return case_page(
        request,
        "practitioner/plan/danger.html",
        case,
        tab="danger",
        title=_("Look at danger"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        about=form["about"],
        questions=[form[name] for name in form.fields if name.startswith("q_")],
        seen=seen_by_whom(request, "safety_check", case.circle_id),
    )


def _session_of(request: Request, case: Any) -> Any:
    """The session of this case that the address names; None without one, or one of another case."""
    try:
        named = UUID(request.GET.get("session", ""))
    except ValueError:
        return None
    rows = progress.sessions(seen_by=request.reader)
    return rows.filter(pk=named, circle=case.circle_id, held=True).first()


def _after_danger(
    request: Request, case: Any, held: Any, checked: Any, at: datetime
) -> HttpResponse:
    board = address("practitioner:crisis-board")
    if checked.alerts and board:
        say(
            request,
            _("Saved at %(time)s. An alert is open: take it, or see who has it.")
            % {"time": clock_time(request, at)},
        )
        return redirect(board)
    saved(request, at)
    if held is not None:
        return redirect("practitioner:session", pk=held.pk)
    return redirect("practitioner:case-plan", pk=case.pk)
