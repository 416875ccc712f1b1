"""The pages of one visit: who was told, leave a number, tell us more, come back later."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.crisis import actions, public
from alongside.crisis import queries as crisis
from alongside.directory import queries as directory
from alongside.directory import remembered
from alongside.people.reach import NotReachable
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.public.forms import Later, Worry
from alongside.web.public.pages import no_cookie, numbers
from alongside.web.public.words import clean, hour
from alongside.web.public.worry import leave_url, next_url

log = logging.getLogger(__name__)

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


@access.public
@require_safe
@no_cookie
def help_now(request: HttpRequest, token: str) -> HttpResponse:
    """After a danger answer: whom to call, who was told and when, and leave a number."""
    return _help(request, token)


@access.public
@require_safe
@no_cookie
def child(request: HttpRequest, token: str) -> HttpResponse:
    """A child is not safe: as above, with the people for children."""
    return _help(request, token, at_risk="child")


@access.public
@require_safe
@no_cookie
def adult(request: HttpRequest, token: str) -> HttpResponse:
    """An adult who cannot protect themself is not safe: as above, with what helps them."""
    return _help(request, token, at_risk="adult")


@csrf_exempt
@access.public
@require_POST
@no_cookie
def number(request: HttpRequest, token: str) -> HttpResponse:
    """A number that is safe to call. The alert went out with the answer; this only adds to it."""
    given = clean(request.POST.get("tel", ""))
    if not given:
        return _help(request, token, number_error=_("Write a number we can call."), status=422)
    try:
        public.leave_number(
            token=token, number=given, submission=request.POST.get("token", ""), at=clock.now()
        )
    except NotReachable as refusal:
        words = _not_reachable(refusal)
        return _help(request, token, number=given, number_error=words, status=422)
    except (public.NotAVisit, actions.Gone):
        return _over(request, given)
    except Exception:
        log.exception("a number at the public door was not saved")
        return _not_saved(
            request,
            reverse("public:visit_number", args=[token]),
            [_kept("tel", _("A number that is safe to call"), given)],
            [{"name": "token", "value": request.POST.get("token", "")[:64]}],
        )
    return HttpResponseRedirect(reverse("public:visit_help", args=[token]) + _after(request))


@csrf_exempt
@access.public
@READ_OR_SEND
@no_cookie
def more(request: HttpRequest, token: str) -> HttpResponse:
    """Tell us more, and ask for someone to call back."""
    try:
        visit = public.visit(token, clock.now())
    except public.NotAVisit:
        return HttpResponseRedirect(reverse("public:start"))
    except DatabaseError:
        if request.method != "POST":
            raise
        log.exception("a worry at the public door was not saved")
        return _words_not_saved(request, token, Worry(request.POST), request.POST)
    if request.method != "POST":
        return _more(request, token, visit, Worry())
    form = Worry(request.POST)
    if not form.is_valid():
        return _more(request, token, visit, form)
    told = form.told()
    submission = request.POST.get("submission", "")
    try:
        public.send_worry(token=token, submission=submission, at=clock.now(), **told)
    except NotReachable as refusal:
        form.add_error("contact", _not_reachable(refusal))
    except actions.NothingWritten:
        form.add_error("words", _("Write a few words, or leave a way to reach you."))
    except (public.NotAVisit, actions.Gone):
        return _over(request, told["words"])
    except Exception:
        log.exception("a worry at the public door was not saved")
        return _words_not_saved(request, token, form, told)
    else:
        return HttpResponseRedirect(reverse("public:visit_thanks", args=[token]))
    return _more(request, token, visit, form)


@csrf_exempt
@access.public
@READ_OR_SEND
@no_cookie
def later(request: HttpRequest, token: str) -> HttpResponse:
    """Come back later: a private link by mail."""
    try:
        public.visit(token, clock.now())
    except public.NotAVisit:
        return HttpResponseRedirect(reverse("public:start"))
    form = Later(request.POST if request.method == "POST" else None)
    sent = False
    if form.is_valid():
        try:
            public.come_back_later(
                token=token, email=form.cleaned_data["email"].strip(), at=clock.now()
            )
            sent = True
        except NotReachable as refusal:
            form.add_error("email", _not_reachable(refusal))
        except (public.NotAVisit, actions.Gone):
            return HttpResponseRedirect(reverse("public:start"))
    return render(
        request,
        "public/later.html",
        {"form": form, "sent": sent, "leave_url": leave_url(token)},
        status=422 if form.errors else 200,
    )


@access.public
@require_safe
@no_cookie
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    """Sent: what happens next, in true words."""
    try:
        visit = public.visit(token, clock.now())
    except public.NotAVisit:
        return HttpResponseRedirect(reverse("public:start"))
    return render(request, "public/thanks.html", {"visit": visit, "leave_url": leave_url(token)})


def _help(
    request: HttpRequest,
    token: str,
    *,
    at_risk: str = "",
    number: str = "",
    number_error: str = "",
    status: int = 200,
) -> HttpResponse:
    at = clock.now()
    try:
        visit = public.visit(token, at)
    except public.NotAVisit:
        if request.method == "POST":
            return _over(request, number)
        return HttpResponseRedirect(reverse("public:start"))
    service = directory.public_service()
    opens = crisis.next_on_call(service, at) if service and visit.told == "not_staffed" else None
    house = directory.house()
    after = _after(request)
    told = visit.told
    return render(
        request,
        "public/visit_help.html",
        {
            **numbers(),
            "state": told,
            "at": hour(visit.at),
            "number_at": hour(visit.number_at),
            "taken_at": hour(visit.taken_at),
            "opens_at": hour(opens),
            "number_url": ""
            if told == "nothing_told" or visit.has_contact
            else reverse("public:visit_number", args=[token]) + after,
            "number": number,
            "number_error": number_error,
            "has_contact": visit.has_contact,
            "token": public.new_submission(),
            "next_url": next_url(token, int(after[7:]) + 1 if after else len(visit.answered) + 1),
            "leave_url": leave_url(token),
            "at_risk": at_risk,
            "child_lines": directory.numbers_for(
                "child_abuse", house.country, get_language() or "en", at
            )
            if at_risk == "child" and house
            else [],
        },
        status=status,
    )


def _more(request: HttpRequest, token: str, visit: public.Visit, form: Worry) -> HttpResponse:
    return render(
        request,
        "public/more.html",
        {
            "visit": visit,
            "form": form,
            "submission": public.new_submission(),
            "later_url": reverse("public:visit_later", args=[token]),
            "leave_url": leave_url(token),
        },
        status=422 if form.errors else 200,
    )


def _over(request: HttpRequest, written: str) -> HttpResponse:
    """The visit is over: nothing was saved, and what was written is still on the page."""
    kept = [_kept("written", _("What you wrote"), written, is_long=True)] if written else []
    return _not_saved(request, reverse("public:start"), kept, [], is_over=True, status=410)


def _words_not_saved(
    request: HttpRequest, token: str, form: Worry, written: Mapping[str, Any]
) -> HttpResponse:
    """What was written comes back, under the id that makes it count once."""
    kept = [
        _kept(name, str(field.label), written[name], is_long=name == "words")
        for name, field in form.fields.items()
        if written.get(name)
    ]
    hidden = [{"name": "submission", "value": request.POST.get("submission", "")[:64]}]
    return _not_saved(request, reverse("public:visit_more", args=[token]), kept, hidden)


def _not_saved(
    request: HttpRequest,
    url: str,
    kept: list[dict[str, Any]],
    hidden: list[dict[str, str]],
    *,
    is_over: bool = False,
    status: int = 503,
) -> HttpResponse:
    return render(
        request,
        "public/not_saved.html",
        {
            "url": url,
            "kept": kept,
            "hidden": hidden,
            "is_over": is_over,
            "help": remembered.help_when_broken(get_language() or "en"),
        },
        status=status,
    )


def _kept(name: str, label: str, value: str, *, is_long: bool = False) -> dict[str, Any]:
    return {"name": name, "label": label, "value": value, "long": is_long}


def _not_reachable(refusal: NotReachable) -> str:
    if refusal.channel == "email":
        return _("Check this address. It needs an @ and a dot.")
    return _("Check this number. It may be too short, or too long.")


def _after(request: HttpRequest) -> str:
    """The question this page follows, handed on in the address: a small number and no more."""
    given = request.GET.get("after", "")
    return f"?after={int(given)}" if given.isascii() and given.isdigit() and len(given) < 3 else ""
