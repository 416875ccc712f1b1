"""How one is reached: the ways to one's own account, each tested by a message one answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.notify import channels, push, rules, transports
from alongside.people.reach import NotReachable
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import Request, clock_time, say, short_day
from alongside.web.parts.templatetags.parts import device

LONGEST = 4_000  # letters of a subscription

KINDS = {
    "email": gettext_lazy("E-mail"),
    "sms": gettext_lazy("Text to a phone"),
    "voice": gettext_lazy("Call to a phone"),
    "push": gettext_lazy("Push message to a browser"),
}
TYPED = ("email", "sms", "voice")  # what somebody writes down; a browser signs up by itself


class WayForm(Form):
    """One more way to be reached."""

    kind = forms.ChoiceField(label=gettext_lazy("How"), widget=forms.RadioSelect)
    address = Text(
        label=gettext_lazy("Number or address"),
        help_text=gettext_lazy("A phone that is with you when you are on call."),
        max_length=254,
    )

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", kinds)


class CodeForm(Form):
    """The code of a test message."""

    code = Text(
        label=gettext_lazy("The six numbers in the message"),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": "8"}
        ),
        max_length=20,
    )


@access.own_account
@require_safe
def ways(request: Request) -> HttpResponse:
    """One's own ways, which of them count and until when, and whether there are two."""
    _must_be_staff(request)
    at = clock.now()
    until = channels.reachable_until([request.user.pk])[request.user.pk]
    return render(
        request,
        "account/reach/ways.html",
        {
            "ways": [_shown(request, each, at) for each in channels.own(seen_by=request.reader)],
            "until": None if until is None or until <= at else short_day(until.date()),
            "push_key": push.public_key() if "push" in transports.offered() else "",
            "one_road": len({rules.ROADS[k] for k in transports.offered()}) < rules.ROADS_NEEDED,
        },
    )


def _shown(request: Request, channel: Any, at: Any) -> dict[str, Any]:
    last = channel.verified_at
    counts = channels.counts(channel, at)
    return {
        "pk": channel.pk,
        "kind": KINDS.get(channel.kind, channel.kind),
        "address": _address(channel),
        "counts": counts,
        "words": _("Tested. It counts until %(day)s.")
        % {"day": short_day(rules.counts_until(last or at).date())}
        if counts
        else _("The last message could not be delivered there. Mend it, then test it again.")
        if channel.rejected_at
        else _("The last test is more than 90 days old. Test it again.")
        if last
        else _("Not tested yet."),
    }


@access.own_account
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def add(request: Request) -> HttpResponse:
    """Add a way; its test message goes out at once."""
    _must_be_staff(request)
    at = clock.now()
    kinds = _kinds()
    initial = {"kind": "email", "address": request.user.email} if len(kinds) == 1 else None
    form = WayForm(request.POST if request.method == "POST" else None, kinds=kinds, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = channels.add_channel(
                kind=form.cleaned_data["kind"],
                address=form.cleaned_data["address"],
                by=request.reader,
                at=at,
            )
        except NotReachable as refusal:
            form.add_error(
                "address",
                _("That is no e-mail address.")
                if refusal.channel == "email"
                else _("That is no phone number. Write it with its country code: +44 …"),
            )
        except channels.AlreadyThere:
            form.add_error("address", _("You have this way already."))
        except channels.TooMany:
            form.add_error(None, _("You have eight ways. Take one away first."))
        else:
            say(request, _("Sent at %(time)s.") % {"time": clock_time(request, at)})
            return redirect("own:reach-answer", pk=made.pk)
    return render(
        request, "account/reach/add.html", {"form": form}, status=400 if form.errors else 200
    )


@access.own_account
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def add_push(request: Request) -> HttpResponse:
    """Add this browser; its test message goes out at once.

    Who was asked to sign in again comes back by GET, and presses once more.
    """
    _must_be_staff(request)
    if request.method != "POST":
        return redirect("own:reach")
    at = clock.now()
    try:
        given = push.read(request.POST.get("subscription", "")[:LONGEST], hosts=settings.PUSH_HOSTS)
        named = replace(given, name=device(request.headers.get("User-Agent", "")))
        made = channels.add_channel(kind="push", address=named.written(), by=request.reader, at=at)
    except push.NotASubscription:
        say(request, _("This browser’s messages go where this service sends nothing."))
    except channels.AlreadyThere:
        say(request, _("You have this way already."))
    except channels.TooMany:
        say(request, _("You have eight ways. Take one away first."))
    except channels.NotOffered:
        say(request, _("This service sends nothing that way now."))
    else:
        say(request, _("Sent at %(time)s.") % {"time": clock_time(request, at)})
        return redirect("own:reach-answer", pk=made.pk)
    return redirect("own:reach")


@access.own_account
@require_POST
def test(request: Request, pk: UUID) -> HttpResponse:
    """Send a test message once more."""
    found, at = _found(request, pk), clock.now()
    try:
        channels.send_test(channel=found, by=request.reader, at=at)
    except channels.TooSoon as refusal:
        say(
            request,
            _("A message is on its way. Another can be sent in %(seconds)s seconds.")
            % {"seconds": refusal.wait},
        )
    except channels.NotOffered:
        say(request, _("This service sends nothing that way now."))
        return redirect("own:reach")
    else:
        say(request, _("Sent at %(time)s.") % {"time": clock_time(request, at)})
    return redirect("own:reach-answer", pk=pk)


@access.own_account
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: Request, pk: UUID) -> HttpResponse:
    """Answer a test message with its code."""
    found, at = _found(request, pk), clock.now()
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            now = channels.answer_test(
                channel=found, code=form.cleaned_data["code"], by=request.reader, at=at
            )
        except channels.CodeOver:
            form.add_error("code", _("This code is over. Send a new test."))
        else:
            if now.verified_at == at:
                say(
                    request,
                    _("Tested. It counts until %(day)s.")
                    % {"day": short_day(rules.counts_until(at).date())},
                )
                return redirect("own:reach")
            form.add_error("code", _("That is not the code. Look at the newest message."))
    return render(
        request,
        "account/reach/answer.html",
        {
            "form": form,
            "kind": KINDS.get(found.kind, found.kind),
            "address": _address(found),
            "pk": found.pk,
        },
        status=400 if form.errors else 200,
    )


@access.own_account
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def remove(request: Request, pk: UUID) -> HttpResponse:
    """Take a way away. Who was asked to sign in again comes back by GET and presses once more."""
    if request.method != "POST":
        return redirect("own:reach")
    at = clock.now()
    channels.remove_channel(channel=_found(request, pk), by=request.reader, at=at)
    say(request, _("Taken away at %(time)s.") % {"time": clock_time(request, at)})
    return redirect("own:reach")


def _kinds() -> list[tuple[str, str]]:
    offered = transports.offered()
    return [(kind, str(KINDS[kind])) for kind in TYPED if kind in offered]


def _address(channel: Any) -> str:
    """Where it goes, as its owner knows it: a browser by its name."""
    return push.name_of(channel.address) if channel.kind == "push" else str(channel.address)


def _found(request: Request, pk: UUID) -> Any:
    _must_be_staff(request)
    return get_object_or_404(channels.own(seen_by=request.reader), pk=pk)


def _must_be_staff(request: Request) -> None:
    if not request.user.is_staff_member:
        raise Http404
