"""My plan for hard hours: read, write, show a line of it to somebody, take it along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.crisis import safety_plan, six_parts
from alongside.crisis.six_parts import PARTS, TO_CALL, SixParts
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts import safety_plan as shown
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, offer
from alongside.web.parts.pages import (
    Request,
    day_words,
    local_day,
    number_in,
    saved,
    say,
    two_texts,
)
from alongside.web.person.base import own_circles, seen_here

BASE = "parts/base_person.html"
SHARED_FOR = timedelta(days=90)


@access("safety_plan", "R")
@require_safe
def plan(request: Request) -> HttpResponse:
    """The plan as it is now; an invitation to write one before there is any."""
    circle = _circle(request)
    found = safety_plan.plan_of(circle.pk, seen_by=request.reader)
    if found is None:
        return render(
            request,
            "person/safety/none.html",
            {"seen": seen_here(request, "safety_plan", circle.pk)},
        )
    written, now = six_parts.read(found.words), shown.help_here()
    lines = shown.shared(request, circle.pk)
    return render(
        request,
        "person/safety/plan.html",
        {
            "steps": shown.steps_of(
                written,
                shared=shown.shared_words(lines),
                share_urls={name: reverse("person:safety-share", args=[name]) for name in PARTS},
                with_ratings=True,
            ),
            "reason": shown.reason_of(written),
            "emergency": shown.emergency_of(now),
            "number": now["emergency"],
            "card": shown.card_of(written),
            "seen": _seen(request, circle, bool(lines)),
            "looked_at": _looked_at(request, circle, found),
        },
    )


@access("safety_plan", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request) -> HttpResponse:
    """Write or change my plan. Each save is a new version."""
    circle = _circle(request)
    newest = safety_plan.plan_of(circle.pk, seen_by=request.reader)
    version = newest.number if newest else 0
    if request.method != "POST":
        first = shown.fields_of(six_parts.read(newest.words)) if newest else _beginning()
        return _change_page(request, shown.PlanForm(initial=first), version)
    form = shown.PlanForm(request.POST)
    if not form.is_valid():
        return _change_page(request, form, number_in(request, "version"), status=400)
    at = clock.now()
    try:
        safety_plan.save_plan(
            circle=circle,
            plan=form.plan(),
            version=number_in(request, "version"),
            by=request.reader,
            at=at,
        )
    except safety_plan.NothingWritten:
        form.add_error(None, _("Write one line somewhere, then save."))
        return _change_page(request, form, version, status=400)
    except StaleVersion as stale:
        return two_texts(
            request,
            base=BASE,
            pairs=shown.pairs_of(request.POST.dict(), six_parts.read(stale.current.words)),
            version=stale.current.number,
            keep_url=reverse("person:safety"),
            at=stale.current.made_at,
            by_myself=not stale.current.together,
        )
    saved(request, at)
    return redirect("person:safety")


def _change_page(
    request: Request, form: shown.PlanForm, version: int, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "person/safety/change.html",
        {
            "form": form,
            "steps": form.steps(),
            "reason": form["reason"],
            "version": version,
            "seen": seen_here(request, "safety_plan", _circle(request).pk),
        },
        status=status,
    )


@access("safety_plan", "R")
@require_safe
def versions(request: Request) -> HttpResponse:
    """Every version there was, the newest first."""
    rows = safety_plan.plans(_circle(request).pk, seen_by=request.reader)
    return render(
        request,
        "person/safety/versions.html",
        {
            "rows": [
                {
                    "title": _("Version %(number)s") % {"number": row.number},
                    "url": reverse("person:safety-version", args=[row.number]),
                    "text": _("Written together") if row.together else _("Written by you"),
                    "when": day_words(local_day(request, row.made_at)),
                }
                for row in rows
            ]
        },
    )


@access("safety_plan", "R")
@require_safe
def version(request: Request, number: int) -> HttpResponse:
    """One former version, to read."""
    rows = safety_plan.plans(_circle(request).pk, seen_by=request.reader)
    found = get_object_or_404(rows, number=number)
    written = six_parts.read(found.words)
    return render(
        request,
        "person/safety/version.html",
        {
            "number": number,
            "when": day_words(local_day(request, found.made_at)),
            "steps": shown.steps_of(written, with_ratings=True),
            "reason": shown.reason_of(written),
        },
    )


# -- show a step to somebody ----------------------------------------------------------------------


class Share(Form):
    """Which lines, to whom, until when."""

    person = forms.ChoiceField(label=gettext_lazy("Who may see it?"), widget=forms.RadioSelect)
    lines = forms.MultipleChoiceField(
        label=gettext_lazy("Which lines?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    whole = forms.BooleanField(
        label=gettext_lazy("The whole step, also as I change it later"), required=False
    )
    until = forms.DateField(
        label=gettext_lazy("Until when?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


@access("safety_plan_share", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def share(request: Request, part: str) -> HttpResponse:
    """Show some lines of one step to one person of my circle, until a day."""
    reader, at = request.reader, clock.now()
    circle = _circle(request)
    newest = safety_plan.plan_of(circle.pk, seen_by=reader)
    if part not in PARTS or newest is None:
        raise Http404
    lines = six_parts.read(newest.words).part(part).lines
    members = {str(m.pk): m for m in people.live_members(circle, seen_by=reader)}
    until = local_day(request, at) + SHARED_FOR
    form = Share(
        request.POST if request.method == "POST" else None,
        initial={
            "until": until,
            "lines": [] if part in TO_CALL else [str(n) for n in range(len(lines))],
        },
    )
    offer(form, "person", [(pk, str(m.person)) for pk, m in members.items()])
    offer(form, "lines", [(str(n), line) for n, line in enumerate(lines)])
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        chosen = [lines[int(n)] for n in given["lines"]]
        try:
            safety_plan.share_part(
                circle=circle,
                part=part,
                member=members[given["person"]],
                lines=None if given["whole"] else chosen,
                until=given["until"],
                by=reader,
                at=at,
            )
        except safety_plan.NothingWritten:
            form.add_error("lines", _("Choose at least one line."))
        except safety_plan.ShareMakesNoSense:
            form.add_error("until", _("Choose a day after today, within a year."))
        else:
            saved(request, at)
            return redirect("person:safety-share", part=part)
    rows = safety_plan.shares(circle.pk, seen_by=reader, at=at).filter(part=part)
    return render(
        request,
        "person/safety/share.html",
        {
            "title": shown.TITLES[part],
            "form": form,
            "has_lines": bool(lines),
            "has_members": bool(members),
            "shares": [
                {
                    "who": str(row.person),
                    "lines": safety_plan.shown_lines(row),
                    "until": day_words(local_day(request, row.until)),
                    "end_url": reverse("person:safety-share-end", args=[row.pk]),
                }
                for row in rows
            ],
        },
        status=400 if form.errors else 200,
    )


@access("safety_plan_share", "E")
@require_POST
def end_share(request: Request, pk: UUID) -> HttpResponse:
    """They no longer see it, at once."""
    circle, at = _circle(request), clock.now()
    rows = safety_plan.shares(circle.pk, seen_by=request.reader, at=at)
    found = get_object_or_404(rows, pk=pk)
    safety_plan.end_share(share=found, by=request.reader, at=at)
    say(request, _("%(who)s no longer sees it.") % {"who": found.person})
    return redirect("person:safety-share", part=found.part)


# -- take it along --------------------------------------------------------------------------------


@access("safety_plan", "X")
@require_safe
def paper(request: Request, size: str) -> HttpResponse:
    """My plan to print: as a card for the wallet, or as a whole sheet."""
    if size not in {"card", "sheet"}:
        raise Http404
    found, written = mine(request)
    return render(
        request,
        "person/safety/paper.html",
        {"size": size, **to_take(request, found, written)},
    )


def to_take(request: Request, found: Any, written: SixParts) -> dict[str, Any]:
    """What goes along on paper, in a file or in a browser."""
    now = shown.help_here()
    return {
        "steps": shown.steps_of(written),
        "reason": shown.reason_of(written),
        "card": shown.card_of(written),
        "number": now["emergency"],
        "emergency": shown.emergency_of(now),
        "when": day_words(local_day(request, found.made_at)),
        "version": found.number,
    }


def own_plan(request: Request, circle: UUID) -> dict[str, Any] | None:
    """The reader's own plan for a page of danger; None when they have none, or it is not theirs."""
    found = safety_plan.plan_of(circle, seen_by=request.reader)
    if found is None or found.about_id not in request.reader.persons:
        return None
    written = six_parts.read(found.words)
    steps = [
        step for step in shown.steps_of(written) if step["items"] or step["text"] or step["calls"]
    ]
    return {"steps": steps, "reason": written.reason}


# -- inside ---------------------------------------------------------------------------------------


def _circle(request: Request) -> Any:
    circles = own_circles(request)
    if not circles:
        raise Http404
    return circles[0]


def mine(request: Request) -> tuple[Any, SixParts]:
    """The reader's own plan as it is now; 404 before there is one."""
    found = safety_plan.plan_of(_circle(request).pk, seen_by=request.reader)
    if found is None:
        raise Http404
    return found, six_parts.read(found.words)


def _beginning() -> dict[str, str]:
    """What stands in an empty form: the crisis lines that were called and found right."""
    lines = [
        f"{line['name']}, {line['number']}" for line in shown.help_here()["lines"] if line["number"]
    ]
    return {"professionals": "\n".join(lines[:2])}


def _seen(request: Request, circle: Any, some_see: bool) -> str:
    words = seen_here(request, "safety_plan", circle.pk)
    if some_see:
        words += " " + _("Some see lines you chose: look at each step. You can change that today.")
    return words


def _looked_at(request: Request, circle: Any, found: Any) -> str:
    look = safety_plan.last_look(circle.pk, seen_by=request.reader)
    version = _("Version %(number)s.") % {"number": found.number}
    if look is None:
        return _("You have not looked at it together with us yet.") + " " + version
    return (
        _("Last looked at together on %(day)s.")
        % {"day": day_words(local_day(request, look.looked_at))}
        + " "
        + version
    )
