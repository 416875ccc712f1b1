"""Agree or not, for oneself: one purpose a page; yes and no weigh the same (mock-up 23)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.consent import actions, queries, rules
from alongside.delivery import stopping
from alongside.plans import actions as plan_actions
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.ask_first import ask_first
from alongside.web.parts.pages import Request, day_words, local_day, saved, say
from alongside.web.parts.ways import course_name, way_words
from alongside.web.person.plan import TREATMENT, own_courses, said_to_plan, said_to_talks

READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])
ANSWERS = ("yes", "no", "ask")
# The parts of the form that have a place of their own on the page.
HARD = ("risks",)
INSTEAD = ("alternatives",)
WHO_HEARS = ("confidentiality_limits", "recording")
NO_TO_PLAN = gettext_lazy("You said no to this plan. It stays so until it changes.")


@access("consent", "C")
@READ_OR_SEND
def talks(request: Request, pk: UUID) -> HttpResponse:
    """Do you want to start these talks?"""
    rows = plans.courses(seen_by=request.reader).filter(
        ended_at=None,
        circle__focus__in=request.reader.persons,
        treated__person=F("circle__focus"),
    )
    course = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return _talks_page(request, course)
    said, at = request.POST.get("answer", ""), clock.now()
    if said not in ANSWERS:
        return _talks_page(request, course, error=_("Choose one of these."))
    about, title = f"course:{course.pk}", _name(request, course)
    if said == "ask":
        ask_first(request, course.circle, course.circle.focus, about, at)
    elif said == "no":
        stopping.refuse(
            circle=course.circle, person=course.circle.focus, about=about, offered=title,
            by=request.reader, at=at,
        )  # fmt: skip
        say(request, _("Saved. Your answer is no. Nothing else changes for you."))
    else:
        try:
            actions.give(
                circle=course.circle,
                person=course.circle.focus,
                form=TREATMENT,
                given_how="screen",
                expires_on=_last_day(request),
                language=_language(),
                shown=request.POST.get("shown", ""),
                about=about,
                to_whom=str(course.deliverer.person),
                fills=_fills(request, course),
                by=request.reader,
                at=at,
            )
        except actions.FormChanged:
            return _talks_page(
                request, course, error=_("This page has changed. Please read it again.")
            )
        saved(request, at)
    return redirect("person:plan")


@access("agreement", "C")
@READ_OR_SEND
def plan(request: Request, pk: UUID) -> HttpResponse:
    """Do you agree to the plan?"""
    rows = plans.plans(seen_by=request.reader).filter(
        ended_at=None, circle__focus__in=request.reader.persons
    )
    found = get_object_or_404(rows, pk=pk)
    if request.method != "POST":
        return _plan_page(request, found)
    said, at = request.POST.get("answer", ""), clock.now()
    if said not in ANSWERS:
        return _plan_page(request, found, error=_("Choose one of these."))
    if request.POST.get("edition") != str(found.edition):
        return _plan_page(request, found, error=_("The plan has changed. Please read it again."))
    if said == "ask":
        ask_first(request, found.circle, found.circle.focus, f"plan:{found.pk}", at)
    else:
        try:
            plan_actions.agree(
                plan=found, edition=found.edition, person=found.circle.focus, answer=said,
                by=request.reader, at=at,
            )  # fmt: skip
        except plan_actions.OtherEdition:
            return _plan_page(
                request, found, error=_("The plan has changed. Please read it again.")
            )
        except plan_actions.FinalNo:
            return _plan_page(request, found, error=str(NO_TO_PLAN))
        if said == "no":
            say(request, _("Saved. Your answer is no. Nothing else changes for you."))
        else:
            saved(request, at)
    return redirect("person:plan")


def _language() -> str:
    return get_language() or "en"


def _last_day(request: Request) -> date:
    months = catalogue.current().consent_form(TREATMENT).longest_months
    return rules.latest_end(local_day(request, clock.now()), months)


def _name(request: Request, course: Any) -> str:
    return course_name(course, own_courses(request, course.plan))


def _fills(request: Request, course: Any) -> dict[str, str]:
    """What stands in the open places of the form, from the course as it was planned."""
    minutes = plans.protocol_of(course).dose_of(course.variant).minutes
    supervisor = course.supervisor
    return {
        "protocol": _name(request, course),
        "deliverer": str(course.deliverer.person),
        "supervisor": str(supervisor.person) if supervisor else _("A senior colleague"),
        "sessions": str(course.sessions_planned),
        "minutes": str(minutes.typical or minutes.max or minutes.min or 50),
        "risks": _("it takes time at home, and old feelings may come up"),
        "alternatives": _("another kind of talk, medicine, or a group"),
        "cost": _("what your service told you before"),
    }


def _choices(yes: str, yes_hint: str) -> list[dict[str, str]]:
    return [
        {"value": "yes", "label": yes, "hint": yes_hint},
        {
            "value": "no",
            "label": _("No"),
            "hint": _("Nothing else changes. You need no reason."),
        },
        {
            "value": "ask",
            "label": _("I want to ask something first"),
            "hint": _("Someone talks with you about it."),
        },
    ]


def _talks_page(request: Request, course: Any, *, error: str = "") -> HttpResponse:
    language, fills = _language(), _fills(request, course)
    form = catalogue.current().consent_form(TREATMENT)
    ref, _title, _text, digest = queries.form_words(TREATMENT, language, fills)
    parts = {part.id: _filled(part, language, fills) for part in form.sections}
    placed = (*HARD, *INSTEAD, *WHO_HEARS, "right_to_stop")
    return render(
        request,
        "person/agree.html",
        {
            "title": _("Do you want to start these talks with %(name)s?")
            % {"name": course.deliverer.person},
            "intro": _(
                "This page is about these talks and nothing else. You can say yes, no, or ask "
                "first. No is a full answer."
            ),
            "facts": [part for id, part in parts.items() if id not in placed],
            "hard": [parts[id]["text"] for id in HARD],
            "instead": " ".join(parts[id]["text"] for id in INSTEAD),
            "who_hears": " ".join(parts[id]["text"] for id in WHO_HEARS),
            "choices": _choices(
                _("Yes, I want to start"),
                _("Ends when the talks end, on %(day)s at the latest.")
                % {"day": day_words(_last_day(request))},
            ),
            "note": parts["right_to_stop"]["text"]
            + " "
            + _("Version %(number)s of this page.") % {"number": ref.rpartition("@")[2]},
            "said": _already(said_to_talks(request, course)),
            "hidden": [{"name": "shown", "value": digest}],
            "error": error,
        },
        status=422 if error else 200,
    )


def _filled(part: Any, language: str, fills: dict[str, str]) -> dict[str, str]:
    text = part.text.get(language, part.text["en"])
    for word, value in fills.items():
        text = text.replace(f"{{{word}}}", value)
    return {"term": part.heading.get(language, part.heading["en"]), "text": text}


def _plan_page(request: Request, plan: Any, *, error: str = "") -> HttpResponse:
    courses = list(plans.courses(seen_by=request.reader).filter(plan=plan, ended_at=None))
    facts = [
        {"term": course_name(course, courses), "text": way_words(course.protocol)}
        for course in courses
    ]
    if plan.summary:
        facts.insert(0, {"term": _("In short"), "text": plan.summary})
    goals = [goal.words for goal in plans.goals(seen_by=request.reader, plan=plan)]
    if goals:
        facts.append({"term": _("What you want to change"), "text": "; ".join(goals)})
    return render(
        request,
        "person/agree.html",
        {
            "title": _("Do you agree to this plan?"),
            "intro": _("You can say yes, no, or ask first. No is a full answer."),
            "facts": facts,
            "choices": _choices(_("Yes, I agree"), _("You can change your mind at any time.")),
            "note": _("If the plan changes, we ask you again."),
            "said": _already_to_plan(said_to_plan(request, plan)),
            "hidden": [{"name": "edition", "value": plan.edition}],
            "error": error,
        },
        status=422 if error else 200,
    )


def _already_to_plan(said: str | None) -> str:
    """A no to a plan is final for its edition; a yes can be taken back."""
    return str(NO_TO_PLAN) if said == "no" else _already(said)


def _already(said: str | None) -> str:
    if said == "yes":
        return _("You said yes before. You can change your answer here.")
    if said == "no":
        return _("You said no before. That stands, unless you change it here.")
    return ""
