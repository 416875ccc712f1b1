"""The four questions, one a page. The first answer makes the visit; danger is kept at once."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from alongside import catalogue
from alongside.crisis import actions, public
from alongside.crisis import queries as crisis
from alongside.directory import queries as directory
from alongside.directory import remembered
from alongside.engine.risk import IntakeQuestion
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.public.pages import no_cookie, numbers
from alongside.web.public.words import hour

log = logging.getLogger(__name__)

NO_PATH = "today"  # of an answer whose visit says none: the form of the first path is the widest
READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@access.public
@require_safe
@no_cookie
def begin(request: HttpRequest, path: str) -> HttpResponse:
    """Not staffed now: that and the numbers first. Else the first question."""
    _known(path)
    service = directory.public_service()
    at = clock.now()
    if service is not None and crisis.is_staffed(service, at):
        return _ask(request, path=path, number=1)
    opens = crisis.next_on_call(service, at) if service else None
    return render(
        request,
        "public/not_staffed.html",
        {
            **numbers(),
            "opens_at": hour(opens),
            "is_open_yet": service is not None,
            "first_url": reverse("public:first", args=[path]),
        },
    )


@csrf_exempt
@access.public
@READ_OR_SEND
@no_cookie
def first(request: HttpRequest, path: str) -> HttpResponse:
    """The first question. Its answer makes the visit."""
    _known(path)
    if request.method == "POST":
        return _take(request, path=path, number=1)
    return _ask(request, path=path, number=1)


@access.public
@require_safe
@no_cookie
def go_on(request: HttpRequest, token: str) -> HttpResponse:
    """Where somebody goes on who asked to come back."""
    try:
        visit = public.visit(token, clock.now())
    except public.NotAVisit:
        return HttpResponseRedirect(reverse("public:start"))
    return HttpResponseRedirect(next_url(token, len(visit.answered) + 1))


@csrf_exempt
@access.public
@READ_OR_SEND
@no_cookie
def question(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """A later question of one visit. After the person left, the start page."""
    if request.method == "POST":
        return _take(request, path=NO_PATH, number=number, token=token)
    try:
        visit = public.visit(token, clock.now())
    except public.NotAVisit:
        return HttpResponseRedirect(reverse("public:start"))
    return _ask(request, path=visit.path, number=number, token=token)


def next_url(token: str, number: int) -> str:
    """The question with this number, or what comes after the last."""
    if public.question_number(number) is None:
        return reverse("public:visit_more", args=[token])
    return reverse("public:question", args=[token, number])


def leave_url(token: str) -> str:
    """Where *Leave this page* goes from a page of this visit."""
    return reverse("public:leave_visit", args=[token]) if token else reverse("public:leave")


def _known(path: str) -> None:
    if path not in actions.PATHS:
        raise Http404


def _ask(
    request: HttpRequest,
    *,
    path: str,
    number: int,
    token: str = "",
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    asked = public.question_number(number)
    if asked is None:
        raise Http404
    language = get_language() or "en"
    back = (
        reverse("public:question", args=[token, number - 1])
        if token and number > 1
        else reverse("public:start")
    )
    return render(
        request,
        "public/question.html",
        {
            "number": number,
            "total": len(public.intake().questions),
            "question": _in(asked.text, language),
            "hint": _in(asked.hint, language),
            "choices": [
                {"value": each.id, "label": _in(each.text, language)} for each in asked.answers
            ],
            "who_sees": _who_sees(),
            "kept": catalogue.current().sentence("danger_what_is_kept", language),
            "error": error,
            "hidden": [{"name": "submission", "value": public.new_submission()}],
            "url": _here(path, number, token),
            "back_url": back,
            "leave_url": leave_url(token),
        },
        status=status,
    )


def _take(request: HttpRequest, *, path: str, number: int, token: str = "") -> HttpResponse:
    asked = public.question_number(number)
    if asked is None:
        raise Http404
    skipped = "skip" in request.POST
    given = request.POST.get("answer", "")
    if not skipped and asked.answer(given) is None:
        error = _("Choose an answer, or skip this question.")
        return _ask(request, path=path, number=number, token=token, error=error, status=422)
    try:
        taken = public.answer(
            path=path,
            question=asked.id,
            answer=None if skipped else given,
            submission=request.POST.get("submission", ""),
            token=token,
            language=get_language() or "en",
            at=clock.now(),
        )
    except (public.NotAVisit, actions.Gone):
        if token:  # the visit is over but an answer came: danger in it is taken as a first one
            return _take(request, path=_path_of(token), number=number)
        return HttpResponseRedirect(reverse("public:start"))
    except Exception:
        # Whatever broke: nobody has been told, and the page must say so with the numbers (E2).
        log.exception("an answer at the public door was not saved")
        return _not_saved(request, asked, given, _here(path, number, token))
    if taken.is_danger:
        name = f"public:visit_{taken.opens or 'help'}"
        return HttpResponseRedirect(reverse(name, args=[taken.token]) + f"?after={number}")
    return HttpResponseRedirect(next_url(taken.token, number + 1))


def _path_of(token: str) -> str:
    try:
        return public.visit(token, clock.now()).path
    except (public.NotAVisit, DatabaseError):
        return NO_PATH


def _not_saved(request: HttpRequest, asked: IntakeQuestion, given: str, url: str) -> HttpResponse:
    language = get_language() or "en"
    answer = asked.answer(given)
    words = _in(answer.text, language) if answer else _("You skipped this question")
    name = "answer" if answer else "skip"
    return render(
        request,
        "public/not_saved.html",
        {
            "kept": [
                {
                    "name": name,
                    "label": _("Your answer"),
                    "hint": _in(asked.text, language),
                    "value": given if answer else "1",
                    "words": words,
                }
            ],
            "hidden": [{"name": "submission", "value": request.POST.get("submission", "")[:64]}],
            "url": url,
            "help": remembered.help_when_broken(language),
        },
        status=503,
    )


def _who_sees() -> str:
    language = get_language() or "en"
    service = directory.public_service()
    at = clock.now()
    if service is None or crisis.is_staffed(service, at):
        return catalogue.current().sentence("danger_before_asking", language)
    opens = hour(crisis.next_on_call(service, at))
    if opens:
        return _(
            "Nobody is on call now. A danger answer goes to the person on stand-by at once. "
            "They may not see it before %(opens)s. They can only call you if you leave a number."
        ) % {"opens": opens}
    return _(
        "Nobody is on call now. A danger answer goes to the person on stand-by at once. "
        "They may not see it soon. They can only call you if you leave a number."
    )


def _here(path: str, number: int, token: str) -> str:
    if token:
        return reverse("public:question", args=[token, number])
    return reverse("public:first", args=[path])


def _in(text: Any, language: str) -> str:
    short = language.partition("-")[0]
    return str(text.get(language) or text.get(short) or text.get("en", ""))
