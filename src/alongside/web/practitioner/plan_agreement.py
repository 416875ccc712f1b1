"""What people said to an edition of a plan, the next edition, and its end."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside.plans import actions, queries
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    saved,
    two_texts,
)
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import BASE, case_or_404
from alongside.web.practitioner.delivery_forms import (
    Agree,
    ChangePlan,
    EndPlan,
)
from alongside.web.practitioner.plan_shared import form_page, plan_or_404


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: Request, pk: UUID) -> HttpResponse:
    """Write down what one person said to this edition of the plan."""
    live = plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    asked = {
        str(person.pk): person
        for course in queries.courses_of(seen_by=request.reader, plan=live)
        if course.ended_at is None
        for person in course.people
    }
    names = [(id, person.name) for id, person in asked.items()]
    form = Agree(request.POST or None, persons=names, initial={"edition": live.edition})
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.agree(
                plan=live,
                edition=given["edition"],
                person=asked[given["person"]],
                answer=given["answer"],
                words=given["words"],
                by=request.reader,
                at=at,
            )
        except Refused as why:
            if isinstance(why, actions.OtherEdition):  # the page shows the one that counts now
                typed = request.POST.copy()
                typed["edition"] = str(why.edition)
                form = Agree(typed, persons=names)
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return form_page(
        request,
        case,
        form,
        title=_("What they said to the plan"),
        lead=_("Edition %(edition)s. A yes can be taken back; a no is final for this edition.")
        % {"edition": live.edition},
        text=live.summary,
    )


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """Another edition of the plan; everybody is asked again."""
    live = plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    form = ChangePlan(
        request.POST or None, initial={"summary": live.summary, "version": live.version}
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.change_plan(
                plan=live,
                summary=given["summary"],
                because=given["because"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return two_texts(
                request,
                base=BASE,
                pairs=[
                    ("summary", _("The plan in your words"), given["summary"],
                     stale.current.summary),
                ],
                same=[("because", given["because"])],
                version=stale.current.version,
                keep_url=reverse("practitioner:case-plan", args=[case.pk]),
            )  # fmt: skip
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return form_page(
        request,
        case,
        form,
        title=_("Another edition"),
        lead=_("Everybody is asked again. What has started goes on."),
    )


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, pk: UUID) -> HttpResponse:
    """End a plan whose courses have ended."""
    live = plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    form = EndPlan(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            actions.end_plan(
                plan=live, because=form.cleaned_data["because"], by=request.reader, at=at
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return form_page(
        request, case, form, title=_("End the plan"), lead=_("Its courses end before it.")
    )
