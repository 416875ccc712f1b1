"""Between talks: tell how something to try went. None of the answers is a failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside.delivery import actions
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, number_in, saved, say, two_texts

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


def tell(
    request: Request,
    task: Any,
    *,
    template: str,
    base: str,
    home: str,
    seen: str,
    sheet: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """One thing to try, and what came of it: show it, or take what was told.

    Args:
        task: the reader's own. template, base: the page and the frame of its door.
        home: where to go on. seen: who can see what is written here.
        sheet: the form it names: ``{title, url, filled}``.
    """
    if request.method != "POST":
        told = {"done": task.done, "learning": task.learning, "obstacle": task.obstacle}
        return _page(request, task, HowItWent(initial=told), template, seen, home, sheet)
    form = HowItWent(request.POST)
    if not form.is_valid():
        return _page(request, task, form, template, seen, home, sheet)
    said, at = form.cleaned_data, clock.now()
    try:
        actions.tell_homework(
            homework=task,
            done=said["done"],
            learning=said["learning"],
            obstacle=said["obstacle"],
            expected=number_in(request, "version"),
            by=request.reader,
            at=at,
        )
    except StaleVersion as newer:
        return _two_texts(request, form, newer.current, base)
    except actions.AlreadySigned:
        say(request, _("You have looked at this together, so it stays as it is."))
        return redirect(home)
    saved(request, at)
    return redirect(home)


def _two_texts(request: Request, form: HowItWent, now: Any, base: str) -> HttpResponse:
    said = form.cleaned_data
    return two_texts(
        request,
        base=base,
        pairs=[
            (name, str(form.fields[name].label), said[name], getattr(now, name))
            for name in ("learning", "obstacle")
        ],
        same=[("done", said["done"])],
        version=now.version,
        keep_url=request.path,
        at=now.told_at,
    )


def _page(
    request: Request,
    task: Any,
    form: HowItWent,
    template: str,
    seen: str,
    home: str,
    sheet: Mapping[str, Any] | None,
) -> HttpResponse:
    is_sent = request.method == "POST"
    return render(
        request,
        template,
        {
            "task": task,
            "form": form,
            "version": number_in(request, "version", task.version) if is_sent else task.version,
            "seen": seen,
            "is_closed": task.reviewed_at is not None,
            "back_url": home,
            "sheet": sheet,
        },
        status=422 if is_sent else 200,
    )
