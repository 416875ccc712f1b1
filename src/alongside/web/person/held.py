"""What is kept about me, by whom; my own view beside it; and asking to stop, limit or put right.

Nothing here exists before the person was told (condition 11); then what is held, in plain words.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.cases import queries, rights
from alongside.consent import queries as consent
from alongside.delivery import queries as delivery
from alongside.delivery import stopping
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, day_words, local_day, saved, say
from alongside.web.person.base import own_circles, seen_here

KINDS = {
    "objection": gettext_lazy("Stop: I don’t want this kept or used"),
    "restriction": gettext_lazy("Wait: keep it, but do not use it"),
    "correction": gettext_lazy("Put it right: something here is wrong"),
}
ANSWERS = {
    "done": gettext_lazy("Done"),
    "in_part": gettext_lazy("Done in part"),
    "refused": gettext_lazy("Not done"),
}
FOUND = {
    "assessed_present": gettext_lazy("We found: you can decide this."),
    "in_doubt": gettext_lazy("We were not sure if you can decide this."),
    "lacks": gettext_lazy("We found: you can’t decide this now."),
    "fluctuating": gettext_lazy("We found: some days you can decide this, some days not."),
}
DECIDED = {
    "go_ahead": gettext_lazy("It was decided for you to go on."),
    "wait": gettext_lazy("It was decided for you to wait."),
    "not": gettext_lazy("It was decided for you not to do it."),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that is held: what it is, in words the person may read, and who wrote it when."""

    about: str
    title: str
    text: str
    by: str
    at: datetime


class OwnWords(Form):
    """The person's own view of one thing."""

    words = Text(label=gettext_lazy("How do you see it?"), lines=5, max_length=4000)


class Ask(Form):
    """What the person asks about what is held."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you want?"),
        choices=list(KINDS.items()),
        widget=forms.RadioSelect,
    )
    words = Text(
        label=gettext_lazy("Say it in your own words"),
        help_text=gettext_lazy("What it is about, and what you want us to do."),
        lines=4,
        max_length=4000,
    )


@access("case", "R")
@require_safe
def held(request: Request) -> HttpResponse:
    """What is kept about me."""
    return _page(request)


def _page(request: Request, form: Ask | None = None) -> HttpResponse:
    reader = request.reader
    shown = []
    for circle in own_circles(request):
        case = queries.case_of(circle, seen_by=reader)
        if case is None:
            continue
        views = list(rights.views(circle.pk, seen_by=reader))
        items = [_item(request, each, views) for each in kept(request, case)]
        shown.append(
            {
                "facts": _facts(request, case),
                "seen": seen_here(request, "case", circle.pk),
                "items": [item for item in items if not item["is_note"]],
                "notes": [item for item in items if item["is_note"]],
            }
        )
    if not shown:
        raise Http404
    asked = rights.requests(seen_by=reader).filter(person__in=reader.persons)
    return render(
        request,
        "person/held/held.html",
        {
            "cases": shown,
            "asked": [_asked(request, row) for row in asked],
            "form": form or Ask(),
        },
        status=400 if form is not None else 200,
    )


def _facts(request: Request, case: Any) -> list[dict[str, str]]:
    basis = catalogue.current().legal_bases.get(case.legal_basis)
    language = get_language() or "en"
    facts = [
        (_("Who keeps it"), case.circle.institution.name),
        (_("Since"), day_words(local_day(request, case.opened_at))),
        (_("Why we may"), basis.words(language) if basis is not None else ""),
        *_until(request, case),
    ]
    return [{"term": term, "text": text} for term, text in facts if text]


def _until(request: Request, case: Any) -> list[tuple[str, str]]:
    """How long: while it goes on, the days that are set; once it has ended, what comes of it."""
    if case.closed_at is None:
        return [
            (_("We look again by"), day_words(case.review_by)),
            (_("It ends on"), day_words(case.ends_on)),
        ]
    ended = (_("It ended on"), day_words(local_day(request, case.closed_at)))
    if case.engaged_at is not None:
        return [ended]
    after = case.closed_at + catalogue.current().retention.erase_after
    return [ended, (_("What is kept goes after"), day_words(local_day(request, after)))]


def kept(request: Request, case: Any) -> Iterator[Kept]:
    """Everything held about the person that they may read, each with who wrote it."""
    reader = request.reader
    yield Kept(
        f"case:{case.pk}",
        _("How it began"),
        _(
            "Someone told us they were worried. We keep what they said as theirs, not as fact. "
            "We don’t show who said what."
        ),
        "",
        case.opened_at,
    )
    plan = plans.live_plan(seen_by=reader, circle=case.circle_id)
    if plan is not None:
        text = plan.summary or _("You find it under “My plan”.")
        yield Kept(f"plan:{plan.pk}", _("Your plan"), text, str(plan.written_by), plan.proposed_at)
    mine = {"circle": case.circle_id, "person": case.circle.focus_id}
    for row in consent.best_interests(seen_by=reader).filter(**mine):
        text = f"{DECIDED[row.outcome]} {row.reason} {_asked_whom(row)}"
        yield Kept(f"basis:{row.pk}", _("Decided for you"), text, str(row.written_by), row.met_at)
    for row in consent.capacities(seen_by=reader).filter(**mine):
        text = f"{row.decision}. {FOUND[row.conclusion]} {row.grounds}"
        yield Kept(
            f"capacity:{row.pk}",
            _("If you can decide"),
            text,
            str(row.written_by),
            row.assessed_at,
        )
    notes = delivery.notes(seen_by=reader).filter(
        circle=case.circle_id, about=case.circle.focus_id, signed_at__isnull=False
    )
    for note in notes.order_by("-signed_at"):
        yield Kept(
            f"note:{note.pk}",
            _("A note of a talk"),
            _("You can ask us to read it with you."),
            str(note.written_by),
            note.signed_at,
        )


def _asked_whom(row: Any) -> str:
    """How many were asked; never who, since somebody may be hidden from the person."""
    number = len(json.loads(row.people))
    return ngettext("We asked %(n)s person first.", "We asked %(n)s people first.", number) % {
        "n": number
    }


def _item(request: Request, each: Kept, views: list[Any]) -> dict[str, Any]:
    day = day_words(local_day(request, each.at))
    return {
        "id": each.about.replace(":", "-"),
        "is_note": each.about.startswith("note:"),
        "title": each.title,
        "text": each.text,
        "by": _("%(who)s, %(day)s") % {"who": each.by, "day": day} if each.by else day,
        "views": [
            {
                "text": view.words,
                "who": _("You, %(day)s") % {"day": day_words(local_day(request, view.said_at))},
                "end_url": reverse("person:held-view-end", args=[view.pk]),
            }
            for view in views
            if view.about == each.about
        ],
        "view_url": reverse("person:held-view", args=each.about.split(":")),
    }


def _asked(request: Request, row: Any) -> dict[str, Any]:
    if row.lifted_at is not None:
        state = _("You took it back.")
    elif row.answered_at is not None:
        state = f"{ANSWERS[row.answer]}. {row.answer_words}"
    else:
        state = _("You get an answer by %(day)s.") % {"day": day_words(row.answer_by)}
    return {
        "id": str(row.pk),
        "title": str(KINDS[row.kind]),
        "words": row.words,
        "state": state,
        "lift_url": reverse("person:held-lift", args=[row.pk]) if row.lifted_at is None else "",
    }


def _one(request: Request, noun: str, pk: UUID) -> tuple[Any, Kept]:
    """The case and the thing of this name; for anything the person may not read, nothing."""
    for circle in own_circles(request):
        case = queries.case_of(circle, seen_by=request.reader)
        if case is None:
            continue
        for each in kept(request, case):
            if each.about == f"{noun}:{pk}":
                return case, each
    raise Http404


@access("own_view", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def view(request: Request, noun: str, pk: UUID) -> HttpResponse:
    """My own view of one thing that is kept."""
    case, thing = _one(request, noun, pk)
    form = OwnWords(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        rights.add_view(
            circle=case.circle,
            about=thing.about,
            words=form.cleaned_data["words"],
            by=request.reader,
            at=at,
        )
        saved(request, at)
        return redirect("person:held")
    return render(
        request,
        "person/held/view.html",
        {"thing": thing, "form": form, "seen": seen_here(request, "own_view", case.circle_id)},
        status=400 if form.errors else 200,
    )


@access("own_view", "R")
@require_POST
def take_back(request: Request, pk: UUID) -> HttpResponse:
    """Take my own view back."""
    for circle in own_circles(request):
        found = rights.views(circle.pk, seen_by=request.reader).filter(pk=pk).first()
        if found is not None:
            at = clock.now()
            rights.take_back_view(view=found, by=request.reader, at=at)
            saved(request, at)
            return redirect("person:held")
    raise Http404


@access("person_request", "C")
@require_POST
def ask(request: Request) -> HttpResponse:
    """Ask that something be stopped, limited or put right."""
    circles = own_circles(request)
    if not circles:
        raise Http404
    form = Ask(request.POST)
    if not form.is_valid():
        return _page(request, form)
    given = form.cleaned_data
    stopping.ask_for(
        circle=circles[0],
        kind=given["kind"],
        words=given["words"],
        by=request.reader,
        at=clock.now(),
    )
    say(request, _("Saved. Someone reads it and answers you within a month."))
    return redirect("person:held")


@access("person_request", "R")
@require_POST
def lift(request: Request, pk: UUID) -> HttpResponse:
    """Take back what I asked."""
    rows = rights.requests(seen_by=request.reader).filter(person__in=request.reader.persons)
    found = get_object_or_404(rows, pk=pk)
    at = clock.now()
    try:
        rights.lift(request=found, by=request.reader, at=at)
    except rights.AnsweredBefore:
        say(request, _("It had ended before."))
    else:
        saved(request, at)
    return redirect("person:held")
