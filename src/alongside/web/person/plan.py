"""My plan: what is done, where it stands, and why something waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.consent import queries as consent
from alongside.delivery import queries as delivery
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_words, local_day
from alongside.web.parts.ways import course_name, way_words
from alongside.web.person.base import own_circles, seen_here

TREATMENT = "c_treatment"
GAS_LEVELS = (("-2", "−2"), ("-1", "−1"), ("0", "0"), ("1", "+1"), ("2", "+2"))
# Why talks have not begun, said to the person; by what the gate is missing.
WHY_NOT_YET = {
    "consent": gettext_lazy("Not yet, because you have not said yes or no to the talks."),
    "agreement": gettext_lazy("Not yet, because you have not said yes or no to the plan."),
    "baseline": gettext_lazy("Not yet, because some questions come first. You can skip any."),
    "danger_clear": gettext_lazy("Not yet, because someone from the team talks with you first."),
}
SAID_NO = gettext_lazy("They do not begin: you said no.")
OTHER_FIRST = gettext_lazy("Not yet, because another part of your plan comes first.")
NOT_YET = gettext_lazy("Not yet, because something is still open on our side. We tell you.")


@access("plan", "R")
@require_safe
def plan(request: Request) -> HttpResponse:
    """My plan, as a ladder, with my goals under it."""
    at = clock.now()
    shown = []
    for circle in own_circles(request):
        found = plans.live_plan(seen_by=request.reader, circle=circle.pk)
        if found is None:
            continue
        shown.append(
            {
                "summary": found.summary,
                "steps": _steps(request, found, at),
                "goals": [_goal(goal) for goal in plans.goals(seen_by=request.reader, plan=found)],
                "seen": seen_here(request, "plan", circle.pk),
            }
        )
    return render(request, "person/plan.html", {"plans": shown})


def open_questions(request: Request) -> list[dict[str, Any]]:
    """What still waits for the reader's own yes or no: the plan, and each course of talks."""
    found = []
    for circle in own_circles(request):
        live = plans.live_plan(seen_by=request.reader, circle=circle.pk)
        if live is None or live.case.closed_at is not None:
            continue
        if said_to_plan(request, live) is None:
            found.append(
                {
                    "title": _("Say yes or no to the plan"),
                    "text": _("No is a full answer."),
                    "url": reverse("person:agree-plan", args=[live.pk]),
                    "icon": "heart-handshake",
                }
            )
        own = own_courses(request, live)
        for course in own:
            if said_to_talks(request, course) is None:
                found.append(
                    {
                        "title": _("Say yes or no to the talks"),
                        "text": course_name(course, own),
                        "url": reverse("person:agree-talks", args=[course.pk]),
                        "icon": "message-circle",
                    }
                )
    return found


def own_courses(request: Request, plan: Any) -> list[Any]:
    """The courses of a plan that treat the reader and have not ended."""
    rows = plans.courses(seen_by=request.reader).filter(
        plan=plan, ended_at=None, treated__person__in=request.reader.persons
    )
    return list(rows.order_by(F("started_at").asc(nulls_last=True), "pk"))


def said_to_plan(request: Request, plan: Any) -> str | None:
    """What the reader said to the edition that is live: yes or no; None is nothing yet."""
    rows = plans.agreements(seen_by=request.reader, plan=plan)
    found = rows.filter(person__in=request.reader.persons).first()
    return None if found is None else str(found.answer)


def said_to_talks(request: Request, course: Any) -> str | None:
    """Yes while a consent covers these talks, no after a refusal; None is nothing yet."""
    me = next(iter(request.reader.persons & {course.circle.focus_id}), None)
    if me is None:
        return "not_asked"
    answer = consent.may(
        person=me,
        circle=course.circle_id,
        form=TREATMENT,
        on=local_day(request, clock.now()),
        seen_by=request.reader,
        about=f"course:{course.pk}",
    )
    if answer.allowed:
        return "yes"
    keys = {reason.key for reason in answer.reasons}
    return "no" if keys & {"consent.refused", "consent.withdrawn"} else None


def _steps(request: Request, plan: Any, at: datetime) -> list[dict[str, Any]]:
    said = said_to_plan(request, plan)
    steps: list[dict[str, Any]] = [
        {
            "state": "done",
            "title": _("We made a plan together"),
            "text": day_words(local_day(request, plan.proposed_at)),
        },
        {
            "state": "done" if said else "now",
            "title": _("Your yes or no to the plan"),
            "text": _said(said),
            "url": reverse("person:agree-plan", args=[plan.pk]),
            "label": _("Look at it again") if said else _("Answer"),
            "main": said is None,
        },
    ]
    own = own_courses(request, plan)
    for course in own:
        steps += _of_course(request, course, at, own=own, to_plan=said)
    return steps


def _of_course(
    request: Request, course: Any, at: datetime, *, own: list[Any], to_plan: str | None
) -> list[dict[str, Any]]:
    """The steps of one course; with others beside it, each step names its own."""
    said = said_to_talks(request, course)
    called = course_name(course, own)
    name = f"{called}: " if len(own) > 1 else ""
    steps: list[dict[str, Any]] = [
        {
            "state": "done" if said else "now",
            "title": _("Your yes or no to: %(way)s") % {"way": called},
            "text": _said(said) or way_words(course.protocol),
            "url": reverse("person:agree-talks", args=[course.pk]),
            "label": _("Look at it again") if said else _("Answer"),
            "main": said is None,
        }
    ]
    if course.started_at is None:
        gates = plans.start_gates(course=course, seen_by=request.reader, at=at)
        closed = [gate for gate in gates if not gate.is_open]
        missing = [word.partition(":")[0] for gate in closed for word in gate.missing]
        waits = "blend" in missing
        # What the reader has answered waits for somebody else's answer: that is not theirs to hear.
        answered = {"agreement": to_plan, "consent": said}
        asked = [word for word in missing if word in WHY_NOT_YET and not answered.get(word)]
        why = WHY_NOT_YET[asked[0]] if asked else OTHER_FIRST if waits else NOT_YET
        if "no" in answered.values():
            why = SAID_NO
        steps.append(
            {
                "state": "locked" if closed else "open",
                "title": name + _("The talks begin"),
                "text": str(why) if closed else _("Everything is ready. Your team starts it."),
            }
        )
        return steps
    steps.append(
        {
            "state": "done",
            "title": name + _("The talks began"),
            "text": day_words(local_day(request, course.started_at)),
        }
    )
    state = delivery.state_of(course=course, seen_by=request.reader, at=at)
    texts = catalogue.current().reasons(get_language() or "en")
    names = {phase.id: phase.name for phase in plans.protocol_of(course).phases_of(course.variant)}
    for phase in state.phases:
        key = f"protocols/{course.protocol}/phases/{phase.phase}"
        is_now = phase.phase == state.phase
        steps.append(
            {
                "state": "done" if phase.is_done else "now" if is_now else "open",
                "title": name + (texts.get(f"{key}/name") or names.get(phase.phase, phase.phase)),
                "text": " ".join(_phase_words(texts.get(f"{key}/goals/1", ""), state, is_now)),
            }
        )
    return steps


def _phase_words(goal: str, state: Any, is_now: bool) -> Iterator[str]:
    """What a part of the talks is for, and how far it is."""
    if goal:
        yield f"{goal.rstrip('.')}."
    if is_now:
        facts = {"held": state.sessions_held, "planned": state.sessions_planned}
        words = _("Talk %(held)s of about %(planned)s.")
        if state.sessions_planned is None:
            words = _("Talk %(held)s.")
        elif state.sessions_held > state.sessions_planned:
            words = _("Talk %(held)s; about %(planned)s were planned.")
        yield words % facts


def _said(said: str | None) -> str:
    words = {"yes": _("You said yes."), "no": _("You said no. That stands."), "basis": ""}
    return words.get(said or "", "")


def _goal(goal: Any) -> dict[str, Any]:
    now = goal.marks[-1].level if goal.marks else goal.start_level
    labels = {
        "-2": _("much less than hoped"),
        "-1": _("less than hoped"),
        "0": _("as hoped"),
        "1": _("better than hoped"),
        "2": _("much better"),
    }
    return {
        "words": goal.words,
        "steps": [
            {
                "level": sign,
                "label": labels[level],
                "text": goal.level_words.get(level, ""),
                "start": int(level) == goal.start_level,
                "now": int(level) == now,
            }
            for level, sign in GAS_LEVELS
        ],
    }
