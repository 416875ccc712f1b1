"""The safety plan of a case: read it, write it with the person, look at it again, means."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside.crisis import safety_plan, six_parts
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts import safety_plan as shown
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import (
    Request,
    day_words,
    local_day,
    moment_words,
    number_in,
    saved,
    say,
    seen_by_whom,
    short_day,
    two_texts,
)
from alongside.web.practitioner import essentials
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.forms import Day


class Means(Form):
    """What was agreed about one thing: who does what by when, or why nothing is needed."""

    item = Text(
        label=gettext_lazy("What it is about"),
        help_text=gettext_lazy("Tablets, a rope, a place. No more detail than is needed."),
        max_length=200,
    )
    what = Text(
        label=gettext_lazy("What was agreed"),
        help_text=gettext_lazy("For a set time, kept elsewhere. Or why nothing is needed."),
        max_length=500,
        lines=2,
    )
    owner = Text(label=gettext_lazy("Who does it"), max_length=120, required=False)
    due_on = Day(label=gettext_lazy("By when"), required=False)


class Done(Form):
    """Somebody saw that it was done."""

    confirmed_by = Text(label=gettext_lazy("Who else saw that it was done"), max_length=120)


class Look(Form):
    """The plan was looked at together."""

    note = Text(
        label=gettext_lazy("What you talked about"),
        help_text=gettext_lazy("Was it used? What got in the way? It may stay empty."),
        max_length=1000,
        lines=2,
        required=False,
    )


@access("safety_plan", "R")
@require_safe
def plan(request: Request, pk: UUID) -> HttpResponse:
    """The plan as it is now, who is shown what, and what was agreed about means."""
    return _page(request, case_or_404(request, pk))


def _page(request: Request, case: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    reader = request.reader
    circle = case.circle_id
    rows = list(safety_plan.plans(circle, seen_by=reader))
    newest = rows[0] if rows else None
    written = six_parts.read(newest.words) if newest else None
    may_write = (
        case.engaged_at is not None
        and case.state != "closed"
        and (
            reader.may("E", newest)
            if newest
            else reader.may_make("safety_plan", institution=case.institution_id, circle=circle)
        )
    )
    may_means = case.engaged_at is not None and reader.may_make(
        "means_action", institution=case.institution_id, circle=circle
    )
    return case_page(
        request,
        "practitioner/safety/plan.html",
        case,
        tab="safety",
        status=status,
        newest=newest,
        essentials=essentials.facts(request, case.circle.focus_id),
        may_essentials=case.state != "closed"
        and reader.may_make("contact", institution=case.institution_id, circle=circle),
        steps=shown.steps_of(
            written,
            shared=shown.shared_words(shown.shared(request, case.circle_id)),
            with_ratings=True,
        )
        if written
        else [],
        reason=shown.reason_of(written) if written else None,
        missing=[shown.TITLES[name] for name in written.missing] if written else [],
        card=shown.card_of(written) if written else [],
        number=shown.help_here()["emergency"],
        looked_at=_looked_at(request, circle),
        seen=seen_by_whom(request, "safety_plan", circle),
        versions=[
            {
                "title": _("Version %(number)s") % {"number": row.number},
                "url": reverse("practitioner:safety-version", args=[case.pk, row.number]),
                "text": _("Written together with %(who)s") % {"who": row.written_by}
                if row.together
                else _("Written by the person"),
                "when": short_day(local_day(request, row.made_at)),
            }
            for row in rows
        ],
        may_write=may_write,
        look_form=more.get("look_form") or Look(auto_id="look_%s"),
        means=[_means(request, row, more) for row in _means_rows(request, circle)],
        may_means=may_means,
        means_form=more.get("means_form") or Means(auto_id="means_%s"),
        means_seen=seen_by_whom(request, "means_action", circle),
    )


def _means_rows(request: Request, circle: UUID) -> Any:
    return safety_plan.means(circle, seen_by=request.reader)


def _means(request: Request, row: Any, more: dict[str, Any]) -> dict[str, Any]:
    at = clock.now()
    failed = more.get("done_form")
    return {
        "pk": row.pk,
        "item": row.item,
        "what": row.what,
        "text": _("%(who)s, by %(day)s") % {"who": row.owner, "day": day_words(row.due_on)}
        if row.due_on
        else _("Nothing is needed."),
        "done": _("Done on %(day)s. Seen by %(who)s.")
        % {"day": short_day(local_day(request, row.done_at)), "who": row.confirmed_by}
        if row.done_at
        else "",
        "late": row.due_on is not None
        and row.done_at is None
        and row.due_on < local_day(request, at),
        "form": failed
        if failed is not None and more.get("done_pk") == row.pk
        else Done(auto_id=f"done_{row.pk}_%s"),
        "may": row.due_on is not None and row.done_at is None and request.reader.may("E", row),
    }


@access("safety_plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: Request, pk: UUID) -> HttpResponse:
    """Write it together with the person, in their words. The screen is for both to see."""
    case = case_or_404(request, pk)
    newest = safety_plan.plan_of(case.circle_id, seen_by=request.reader)
    version = newest.number if newest else 0
    if request.method != "POST":
        first = shown.fields_of(six_parts.read(newest.words)) if newest else {}
        return _write_page(request, case, shown.PlanForm(initial=first), version)
    form = shown.PlanForm(request.POST)
    version = number_in(request, "version")
    if not form.is_valid():
        return _write_page(request, case, form, version, status=400)
    at = clock.now()
    try:
        safety_plan.save_plan(
            circle=case.circle, plan=form.plan(), version=version, by=request.reader, at=at
        )
    except safety_plan.NothingWritten:
        form.add_error(None, _("Write one line somewhere, then save."))
    except safety_plan.NotHereYet:
        form.add_error(None, _("The person has not come in. A plan is made with them."))
    except StaleVersion as stale:
        return two_texts(
            request,
            base=BASE,
            pairs=shown.pairs_of(request.POST.dict(), six_parts.read(stale.current.words)),
            version=stale.current.number,
            keep_url=reverse("practitioner:case-safety", args=[case.pk]),
            at=stale.current.made_at,
        )
    else:
        saved(request, at)
        return redirect("practitioner:case-safety", pk=case.pk)
    return _write_page(request, case, form, version, status=400)


def _write_page(
    request: Request, case: Any, form: shown.PlanForm, version: int, status: int = 200
) -> HttpResponse:
    return case_page(
        request,
        "practitioner/safety/write.html",
        case,
        tab="safety",
        title=_("Write it together"),
        head=False,
        status=status,
        form=form,
        steps=form.steps(),
        reason=form["reason"],
        version=version,
        seen=seen_by_whom(request, "safety_plan", case.circle_id),
    )


@access("safety_plan", "E")
@require_POST
def looked(request: Request, pk: UUID) -> HttpResponse:
    """We looked at it together, and it still stands."""
    case = case_or_404(request, pk)
    found = get_object_or_404(
        safety_plan.plans(case.circle_id, seen_by=request.reader),
        number=number_in(request, "version"),
    )
    form = Look(request.POST, auto_id="look_%s")
    if not form.is_valid():
        return _page(request, case, status=400, look_form=form)
    at = clock.now()
    try:
        safety_plan.look_at_plan(
            plan=found, note=form.cleaned_data["note"], by=request.reader, at=at
        )
    except StaleVersion:
        say(request, _("There is a newer version. Look at this one together."))
    else:
        saved(request, at)
    return redirect("practitioner:case-safety", pk=case.pk)


@access("safety_plan", "R")
@require_safe
def version(request: Request, pk: UUID, number: int) -> HttpResponse:
    """One version, to read."""
    case = case_or_404(request, pk)
    rows = safety_plan.plans(case.circle_id, seen_by=request.reader)
    found = get_object_or_404(rows, number=number)
    written = six_parts.read(found.words)
    return case_page(
        request,
        "practitioner/safety/version.html",
        case,
        tab="safety",
        title=_("Version %(number)s") % {"number": number},
        head=False,
        number=number,
        when=day_words(local_day(request, found.made_at)),
        steps=shown.steps_of(written, with_ratings=True),
        reason=shown.reason_of(written),
    )


@access("means_action", "C")
@require_POST
def agree_means(request: Request, pk: UUID) -> HttpResponse:
    """Keep what was agreed about one thing."""
    case = case_or_404(request, pk)
    form = Means(request.POST, auto_id="means_%s")
    at = clock.now()
    if form.is_valid():
        try:
            safety_plan.agree_means(
                circle=case.circle, by=request.reader, at=at, **form.cleaned_data
            )
        except safety_plan.NothingWritten:
            form.add_error("owner", _("Say who does it and by when, or leave both empty."))
        except safety_plan.NotHereYet:
            form.add_error(None, _("The person has not come in."))
        else:
            saved(request, at)
            return redirect("practitioner:case-safety", pk=case.pk)
    return _page(request, case, status=400, means_form=form)


@access("means_action", "E")
@require_POST
def means_done(request: Request, pk: UUID, means: UUID) -> HttpResponse:
    """It was done, and somebody else saw it."""
    case = case_or_404(request, pk)
    found = get_object_or_404(_means_rows(request, case.circle_id), pk=means)
    form = Done(request.POST, auto_id=f"done_{means}_%s")
    at = clock.now()
    if not form.is_valid():
        return _page(request, case, status=400, done_form=form, done_pk=means)
    try:
        safety_plan.means_done(
            means=found, confirmed_by=form.cleaned_data["confirmed_by"], by=request.reader, at=at
        )
    except (safety_plan.AlreadyDone, safety_plan.NothingNeeded):
        say(request, _("Somebody did this before. You do not need to do anything."))
    else:
        saved(request, at)
    return redirect("practitioner:case-safety", pk=case.pk)


def on_alert(request: Request, circle: UUID | None) -> dict[str, Any] | None:
    """What an alert shows of the plan of the person it is about: who may not read it sees nothing.

    Returns:
        steps, reason and looked_at as in plan.html of the parts, and means; None without a plan.
    """
    if circle is None:
        return None
    newest = safety_plan.plan_of(circle, seen_by=request.reader)
    rows = list(_means_rows(request, circle))
    if newest is None and not rows:
        return None
    written = six_parts.read(newest.words) if newest else six_parts.SixParts()
    return {
        "steps": shown.steps_of(written, with_ratings=True) if newest else [],
        "reason": shown.reason_of(written),
        "looked_at": _looked_at(request, circle),
        "means": [
            {
                "title": row.item,
                "text": f"{row.what} {row.owner}".strip(),
                "when": _("done") if row.done_at else short_day(row.due_on) if row.due_on else "",
            }
            for row in rows
        ],
    }


def _looked_at(request: Request, circle: UUID) -> str:
    look = safety_plan.last_look(circle, seen_by=request.reader)
    if look is None:
        return _("Not looked at together yet.")
    return _("Last looked at together on %(day)s, with %(who)s.") % {
        "day": moment_words(request, look.looked_at),
        "who": look.written_by,
    }
