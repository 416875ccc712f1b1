"""First talk alone: four questions, each can be skipped. Nobody else in the circle sees them."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.crisis import private_check
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_and_time, say, seen_by_whom


@access("safety_check", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def alone(request: Request, circle: UUID) -> HttpResponse:
    """Ask, and keep what was answered. An answer that is none is left out, never guessed."""
    place = own_place(request, circle)
    asked = catalogue.current().private_check
    if request.method != "POST":
        return _page(request, place)
    answers: dict[str, str | None] = {}
    for question in asked.questions:
        given = request.POST.get(question.id, "")
        answers[question.id] = given if question.answer(given) is not None else None
    private_check.answer(
        circle=place.circle,
        person=place.person,
        answers=answers,
        by=request.reader,
        at=clock.now(),
    )
    language = get_language() or "en"
    say(request, asked.after.get(language, asked.after["en"]))
    if any(answers[q.id] and q.answer(answers[q.id] or "").freezes for q in asked.questions):
        say(request, _("No date is set now. Someone talks to you alone first."))
    return redirect("circle:plan", circle=circle)


def _page(request: Request, place: object) -> HttpResponse:
    language = get_language() or "en"
    asked = catalogue.current().private_check
    person = place.person_id  # type: ignore[attr-defined]
    before = private_check.own_check(person, seen_by=request.reader)
    return render(
        request,
        "circle/alone/alone.html",
        {
            "place": place,
            "before": asked.before.get(language, asked.before["en"]),
            "seen": seen_by_whom(request, "safety_check", place.circle_id),  # type: ignore[attr-defined]
            "last": day_and_time(request, before.checked_at) if before else "",
            "once": uuid4().hex,
            "questions": [
                {
                    "id": question.id,
                    "text": question.words(language),
                    "hint": question.small(language),
                    "answers": [
                        {"id": each.id, "text": each.text.get(language, each.text["en"])}
                        for each in question.answers
                    ],
                }
                for question in asked.questions
            ],
        },
    )
