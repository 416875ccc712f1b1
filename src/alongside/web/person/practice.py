"""Between talks: tell how it went. None of the answers is a failure."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.delivery import actions, queries
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import (
    Request,
    number_in,
    saved,
    say,
    two_texts,
)
from alongside.web.person.base import seen_here

DONE = [
    ("full", gettext_lazy("I did it")),
    ("part", gettext_lazy("I did some of it")),
    ("none", gettext_lazy("It didn’t happen this time")),
]
LONG = 2000


class HowItWent(Form):
    """What came of something to try at home."""

    done = forms.ChoiceField(
        label=gettext_lazy("How did it go?"), choices=DONE, widget=forms.RadioSelect
    )
    learning = Text(
        label=gettext_lazy("What did you notice?"),
        help_text=gettext_lazy("A line is enough, or nothing."),
        lines=4,
        max_length=LONG,
        required=False,
    )
    obstacle = Text(
        label=gettext_lazy("What got in the way?"), lines=3, max_length=LONG, required=False
    )


@access("homework", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: Request, pk: UUID) -> HttpResponse:
    """One thing to try, and what came of it."""
    rows = queries.homework(seen_by=request.reader).filter(about__in=request.reader.persons)
    found = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        told = {"done": found.done, "learning": found.learning, "obstacle": found.obstacle}
        return _page(request, found, HowItWent(initial=told))
    form = HowItWent(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    said, at = form.cleaned_data, clock.now()
    try:
        actions.tell_homework(
            homework=found,
            done=said["done"],
            learning=said["learning"],
            obstacle=said["obstacle"],
            expected=number_in(request, "version"),
            by=request.reader,
            at=at,
        )
    except StaleVersion as newer:
        return _two_texts(request, form, newer.current)
    except actions.AlreadySigned:
        say(request, _("You have looked at this together, so it stays as it is."))
        return redirect("person:home")
    saved(request, at)
    return redirect("person:home")


def _two_texts(request: Request, form: HowItWent, now: Any) -> HttpResponse:
    said = form.cleaned_data
    return two_texts(
        request,
        base="parts/base_person.html",
        pairs=[
            (name, str(form.fields[name].label), said[name], getattr(now, name))
            for name in ("learning", "obstacle")
        ],
        same=[("done", said["done"])],
        version=now.version,
        keep_url=request.path,
        at=now.told_at,
    )


def _page(request: Request, found: Any, form: HowItWent, status: int = 200) -> HttpResponse:
    return render(
        request,
        "person/task.html",
        {
            "task": found,
            "form": form,
            "version": number_in(request, "version", found.version)
            if request.method == "POST"
            else found.version,
            "seen": seen_here(request, "homework", found.circle_id),
            "is_closed": found.reviewed_at is not None,
        },
        status=status,
    )
