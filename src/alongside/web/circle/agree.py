"""Agree or not, for oneself: one purpose a page, and no is a full answer."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.access import guardians
from alongside.consent import actions, queries, rules
from alongside.delivery import stopping, unpermitted
from alongside.plans import actions as plan_actions
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.circle.told import OFFERED
from alongside.web.parts.access import access
from alongside.web.parts.appointments import own_times
from alongside.web.parts.ask_first import ask_first
from alongside.web.parts.pages import Request, day_words, local_day, saved, say, seen_by_whom
from alongside.web.parts.ways import course_name, way_words

SIX_MONTHS = 6
MINOR = "c_minor"


@access("consent", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: Request, circle: UUID, form: str) -> HttpResponse:
    """The form in view, and yes, no, or a question first."""
    place = own_place(request, circle)
    about = _about(request, place, form)
    if request.method != "POST":
        return _page(request, place, form)
    said, at = request.POST.get("answer", ""), clock.now()
    if said not in {"yes", "no", "ask"}:
        return _page(request, place, form, error=_("Choose one of these."))
    if said == "ask":
        ask_first(request, place.circle, place.person, f"{form}:{place.person_id}", at)
        return redirect("circle:plan", circle=circle)
    if said == "no":
        stopping.refuse(
            circle=place.circle,
            person=place.person,
            about=about or form,
            offered=_words(form, place)[1],
            by=request.reader,
            at=at,
        )
        say(request, _("Saved. Your answer is no. Nothing else changes for you."))
        return redirect("circle:plan", circle=circle)
    try:
        actions.give(
            circle=place.circle,
            person=place.person,
            form=form,
            given_how="screen",
            expires_on=_last_day(request, place, form),
            language=get_language() or "en",
            shown=request.POST.get("shown", ""),
            about=about,
            fills=_fills(form, place),
            parts=request.POST.getlist("parts"),
            by=request.reader,
            at=at,
        )
    except actions.FormChanged:
        return _page(request, place, form, error=_("This page has changed. Please read it again."))
    except actions.NotAConsent:
        return _page(request, place, form, error=_("Choose one of these."))
    saved(request, at)
    return redirect("circle:told", circle=circle)


@access("agreement", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def agree_to_plan(request: Request, circle: UUID) -> HttpResponse:
    """The plan as far as it is for the reader, and yes, no, or a question first."""
    place = own_place(request, circle)
    plan = plans.live_plan(seen_by=request.reader, circle=circle)
    if plan is None or not own_courses(request, place).exists():
        raise Http404
    if request.method != "POST":
        return _plan_page(request, place, plan)
    said, at = request.POST.get("answer", ""), clock.now()
    if said not in {"yes", "no", "ask"}:
        return _plan_page(request, place, plan, error=_("Choose one of these."))
    if said == "ask":
        ask_first(request, place.circle, place.person, f"plan:{plan.pk}", at)
        return redirect("circle:plan", circle=circle)
    try:
        plan_actions.agree(
            plan=plan,
            edition=int(request.POST.get("edition") or 0),
            person=place.person,
            answer=said,
            by=request.reader,
            at=at,
        )
    except (plan_actions.OtherEdition, ValueError):
        return _plan_page(
            request, place, plan, error=_("The plan has changed. Please read it again.")
        )
    except plan_actions.FinalNo:
        return _plan_page(
            request, place, plan, error=_("You said no to this plan. It stays so until it changes.")
        )
    if said == "no":
        say(request, _("Saved. Your answer is no. Nothing else changes for you."))
    else:
        saved(request, at)
    return redirect("circle:plan", circle=circle)


def own_courses(request: Request, place: Any) -> Any:
    """The live courses that are for the reader."""
    return plans.courses(seen_by=request.reader).filter(
        circle=place.circle, treated__person_id=place.person_id, ended_at=None
    )


def _plan_page(request: Request, place: Any, plan: Any, *, error: str = "") -> HttpResponse:
    courses = list(own_courses(request, place))
    facts = [
        {"term": course_name(course, courses), "text": way_words(course.protocol)}
        for course in courses
    ]
    if plan.summary:
        facts.insert(0, {"term": _("In short"), "text": plan.summary})
    return render(
        request,
        "circle/agree/agree.html",
        {
            "place": place,
            "title": _("Do you agree to this plan?"),
            "facts": facts,
            "edition": plan.edition,
            "error": error,
            "number": plan.edition,
            "seen": seen_by_whom(request, "agreement", place.circle_id),
            "choices": _choices(_("You can change your mind at any time.")),
        },
        status=400 if error else 200,
    )


def _choices(what_a_yes_means: str) -> list[dict[str, str]]:
    return [
        {"value": "yes", "label": _("Yes"), "hint": what_a_yes_means},
        {"value": "no", "label": _("No"), "hint": _("Nothing else changes. You need no reason.")},
        {
            "value": "ask",
            "label": _("I want to ask something first"),
            "hint": _("Someone talks with you about it."),
        },
    ]


def _about(request: Request, place: Any, form: str) -> str:
    """What the answer covers; for a form nobody asks the reader here, there is no page."""
    if form == MINOR:
        ward = guardians.wards_of(request.reader, circle=place.circle_id, at=clock.now()).first()
        if ward is not None:
            return f"minor:{ward.ward_id}"
    elif form in OFFERED:
        return ""
    raise Http404


def _fills(form: str, place: Any) -> dict[str, str]:
    if form == MINOR:
        return {"young_person": str(place.circle.focus)}
    if form != "c_family":
        return {}
    return {"activities": _("talks with us, short questions, and things to try at home")}


def _last_day(request: Request, place: Any, form: str) -> date:
    at = clock.now()
    last = rules.latest_end(local_day(request, at), SIX_MONTHS)
    if form != MINOR:
        return last
    rows = guardians.wards_of(request.reader, circle=place.circle_id, at=at)
    return min([last, *(row.until for row in rows)])


def _words(form: str, place: Any) -> tuple[str, str, str]:
    ref, title, _text, digest = queries.form_words(
        form, get_language() or "en", _fills(form, place)
    )
    return ref, title, digest


def _page(request: Request, place: Any, form: str, *, error: str = "") -> HttpResponse:
    language = get_language() or "en"
    shown = catalogue.current().consent_form(form)
    ref, title, digest = _words(form, place)
    fills = _fills(form, place)
    sections = []
    for part in shown.sections:
        text = part.text.get(language, part.text["en"])
        for word in shown.fill_in:
            text = text.replace(f"{{{word}}}", fills.get(word) or "…")
        sections.append(
            {
                "id": part.id,
                "term": part.heading.get(language, part.heading["en"]),
                "text": text,
                "optional": part.optional,
            }
        )
    last = day_words(_last_day(request, place, form))
    return render(
        request,
        "circle/agree/agree.html",
        {
            "place": place,
            "title": title,
            "facts": sections,
            "parts": [each for each in sections if each["optional"]],
            "chosen": request.POST.getlist("parts"),
            "shown": digest,
            "error": error,
            "number": ref.rpartition("@")[2],
            "seen": seen_by_whom(request, "consent", place.circle_id),
            "choices": _choices(_("Ends on %(day)s. You can end it before.") % {"day": last}),
        },
        status=400 if error else 200,
    )


@access("consent", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, circle: UUID, consent: UUID) -> HttpResponse:
    """End one's own yes now, without a reason."""
    place = own_place(request, circle)
    rows = queries.consents(seen_by=request.reader).filter(circle=circle, person_id=place.person_id)
    found = get_object_or_404(rows, pk=consent)
    if request.method != "POST":
        back = reverse("circle:told", args=[circle])
        times = own_times(request, clock.now(), [place.person_id], most=1)
        return render(
            request,
            "circle/agree/end.html",
            {
                "place": place,
                "back": back,
                "has_times": unpermitted.carries_times(found) and bool(times),
            },
        )
    at = clock.now()
    try:
        stopping.take_back(consent=found, by=request.reader, at=at)
    except actions.AlreadyWithdrawn:
        say(request, _("It had ended before."))
    else:
        saved(request, at)
    return redirect("circle:told", circle=circle)
