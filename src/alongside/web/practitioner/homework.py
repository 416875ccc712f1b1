"""What is tried at home: set, told of, and looked at together."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside.delivery import actions, queries
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, saved, say, two_texts
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.delivery_forms import SetHomework, TellHomework
from alongside.web.practitioner.session import for_home, session_or_404, session_page


@access("homework", "C")
@require_POST
def set_homework(request: Request, pk: UUID) -> HttpResponse:
    """Agree on something to try before the next time."""
    held = session_or_404(request, pk)
    treated = {str(person.pk): person for person in plans.treated_by(held.course)}
    form = SetHomework(
        request.POST,
        auto_id="home_%s",
        persons=[(id, person.name) for id, person in treated.items()],
        sheets=for_home(held.course),
    )
    at = clock.now()
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_homework(
                session=held,
                about=treated[given["about"]],
                task=given["task"],
                form=given.get("form", ""),
                why=given["why"],
                when_where=given["when_where"],
                difficulty=given["difficulty"],
                due_on=given["due_on"],
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:session", pk=held.pk)
    return session_page(request, held, homework_form=form, status=400)


def _homework_or_404(request: Request, pk: UUID) -> Any:
    return get_object_or_404(queries.homework(seen_by=request.reader), pk=pk)


@access("homework", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def tell_homework(request: Request, pk: UUID) -> HttpResponse:
    """Write down what came of it."""
    task = _homework_or_404(request, pk)
    case = case_or_404(request, task.course.plan.case_id)
    back = reverse("practitioner:case-sessions", args=[case.pk])
    form = TellHomework(
        request.POST or None,
        initial={
            "version": task.version,
            "done": task.done,
            "obstacle": task.obstacle,
            "learning": task.learning,
        },
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.tell_homework(
                homework=task,
                done=given["done"],
                obstacle=given["obstacle"],
                learning=given["learning"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return two_texts(
                request,
                base=BASE,
                pairs=[
                    ("obstacle", _("What got in the way"), given["obstacle"],
                     stale.current.obstacle),
                    ("learning", _("What was learned"), given["learning"],
                     stale.current.learning),
                ],
                same=[("done", given["done"])],
                version=stale.current.version,
                keep_url=back,
                at=stale.current.told_at,
            )  # fmt: skip
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect(back)
    return case_page(
        request,
        "practitioner/session/homework.html",
        case,
        tab="sessions",
        title=_("How it went"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        task=task,
        whose=task.about.name,
        back=back,
    )


@access("homework", "E")
@require_POST
def review_homework(request: Request, pk: UUID) -> HttpResponse:
    """You looked at it together."""
    task = _homework_or_404(request, pk)
    at = clock.now()
    try:
        actions.review_homework(homework=task, expected=task.version, by=request.reader, at=at)
    except (actions.AlreadyReviewed, StaleVersion):
        say(request, _("Somebody changed this meanwhile. Here it is as it stands."))
    else:
        saved(request, at)
    return redirect("practitioner:case-sessions", pk=task.course.plan.case_id)
