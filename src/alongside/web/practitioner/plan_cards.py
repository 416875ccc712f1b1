"""The cards of courses and goals on the page of a plan, and the plan in short."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.calendar import queries as calendar
from alongside.delivery import artefacts
from alongside.delivery import queries as progress
from alongside.plans import queries
from alongside.records.fields import prepare
from alongside.web.parts.content_words import way_notes
from alongside.web.parts.pages import (
    Request,
    local_day,
    short_day,
)
from alongside.web.parts.people_words import COMPLETIONS
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner import standing_words
from alongside.web.practitioner.plan_shared import form_name, form_of
from alongside.web.practitioner.plan_stepping import came_from
from alongside.web.practitioner.plan_version import moved_words, newer


def course_cards(
    request: Request, live: Any, at: datetime, *, can_edit: bool
) -> list[dict[str, Any]]:
    reader = request.reader
    found = []
    before = came_from(request, live.circle)
    for course in queries.courses_of(seen_by=reader, plan=live):
        prepare(course.people, "name")
        card = {
            "course": course,
            "name": said.way_name(course.protocol, course.variant),
            "people": ", ".join(person.name for person in course.people),
            "by": course.deliverer.person.name,
            "supervisor": course.supervisor.person.name if course.supervisor else "",
            "tags": _course_tags(request, course),
            "words": course.completion_words,
            "notes": [] if course.ended_at else way_notes(course.protocol, at.date()),
            "came_from": before.get(str(course.pk), ""),
            "moved": moved_words(request, course),
            "newer": newer(request, course, can_edit=can_edit),
        }
        if course.ended_at is None:
            card |= _open_course(request, course, at, can_edit=can_edit)
        found.append(card)
    return found


def _course_tags(request: Request, course: Any) -> list[dict[str, Any]]:
    if course.ended_at is not None:
        return [{"text": COMPLETIONS.get(course.completion, course.completion), "kind": "moss"}]
    if course.started_at is None:
        return [{"text": _("Not started"), "kind": "lamp", "icon": "lock"}]
    since = short_day(local_day(request, course.started_at))
    return [{"text": _("Since %(day)s") % {"day": since}, "kind": "pen"}]


def held_words(held: int, planned: int | None) -> str:
    """How far a course is; nobody holds fourteen of twelve."""
    if planned is None:
        return _("Sessions held: %(held)s.") % {"held": held}
    if held > planned:
        return _("%(held)s sessions held; %(planned)s were planned.") % {
            "held": held,
            "planned": planned,
        }
    return _("%(held)s of %(planned)s sessions held.") % {"held": held, "planned": planned}


def _open_course(request: Request, course: Any, at: datetime, *, can_edit: bool) -> dict[str, Any]:
    reader = request.reader
    state = progress.state_of(course=course, seen_by=reader, at=at)
    running = course.started_at is not None
    gates = queries.start_gates if not running else queries.session_gates
    extra: Mapping[str, Any] = {"said": queries.said_on_the_day(course)} if running else {}
    states = gates(course=course, seen_by=reader, at=at, **extra)
    items = [said.gate_item(one, course, with_steps=can_edit) for one in states]
    holds = not all(one.is_open for one in states)
    return {
        "state": state,
        "held": held_words(state.sessions_held, state.sessions_planned),
        "share": min(1.0, state.sessions_held / (state.sessions_planned or 1)),
        "verdict": "needs" if holds else "open",
        "gate_title": _gate_title(running=running, holds=holds),
        "to_do": [item for item in items if item["state"] != "ok"],
        "in_place": [item for item in items if item["state"] == "ok"],
        "may_start": not running and not holds,
        "to_release": [item for item in items if item["releasable"]] if can_edit else [],
        "may_tell": _may_tell(request, course),
        "phases": phases(course, state, can_record=_may_tell(request, course)),
        **standing_words.standing(
            queries.protocol_of(course), course, state, may_fill=_may_tell(request, course)
        ),
        "next": calendar.upcoming(seen_by=reader, at=at, circle=course.circle_id)
        .filter(about=f"course:{course.pk}")
        .first()
        if running
        else None,
    }


def _gate_title(*, running: bool, holds: bool) -> str:
    if not running:
        return "" if holds else _("Everything is in place")
    if holds:
        return _("Before the next session: not yet, because…")
    return _("Before the next session: keep in mind")


def _may_tell(request: Request, course: Any) -> bool:
    found: bool = request.reader.may_make(
        "session", institution=course.institution_id, circle=course.circle_id
    )
    return found


def phases(course: Any, state: Any, *, can_record: bool) -> list[dict[str, Any]]:
    """The ladder of a course: each phase with its steps, and why a step waits."""
    way = queries.protocol_of(course)
    names = {
        step.id: standing_words.step_name(way, step.id)
        for phase in way.phases
        for step in phase.steps
    }
    listed = {phase.id: phase for phase in way.phases_of(course.variant)}
    by_phase: dict[str, list[Any]] = {}
    for step in state.steps:
        by_phase.setdefault(step.phase, []).append(step)
    found = []
    for standing in state.phases:
        phase = listed[standing.phase]
        now = course.started_at is not None or phase.before_start
        steps = [
            _step(course, step, names, can_record=can_record and now)
            for step in by_phase.get(phase.id, ())
        ]
        word = "done" if standing.is_done else "open"
        if phase.id == state.phase:
            word = "now"
        elif not standing.is_done and all(step["state"] in {"later", "locked"} for step in steps):
            word = "locked"
        found.append(
            {
                "state": word,
                "title": standing_words.of_way(way, f"phases/{phase.id}/name", phase.name),
                "aside": _("before the start") if phase.before_start else _sessions(phase.sessions),
                "text": standing_words.of_way(way, f"phases/{phase.id}/exit", phase.exit),
                "late": standing.timing == "late",
                "steps": steps,
                "open": word == "now" or any(step["state"] == "open" for step in steps),
                "missing": [form_name(way, need.form) for need in standing.artefacts_missing]
                if not standing.steps_missing
                else [],
            }
        )
    return found


def _sessions(numbers: Any) -> str:
    if numbers.min is None:
        return ""
    if numbers.max is None or numbers.max == numbers.min:
        return _("session %(number)s") % {"number": numbers.min}
    return _("sessions %(first)s to %(last)s") % {"first": numbers.min, "last": numbers.max}


def _step(course: Any, step: Any, names: Mapping[str, str], *, can_record: bool) -> dict[str, Any]:
    why = ""
    if step.waiting_for:
        reason = step.waiting_for[0].reason
        why = standing_words.texts().get(reason.key, reason.text)
    elif step.opens_on:
        why = _("Opens on %(day)s") % {"day": short_day(step.opens_on)}
    elif step.after:
        why = _("After: %(steps)s") % {
            "steps": ", ".join(names.get(other, other) for other in step.after)
        }
    elif step.status == "later":
        why = _("Opens with its phase")
    recordable = can_record and step.status != "locked"
    form = form_of(queries.protocol_of(course), step.step) if recordable else ""
    here = artefacts.forms_of(course)
    if form not in here or not artefacts.is_time_for(course, here[form]):
        form = ""
    return {
        "state": step.status,
        "title": names[step.step],
        "text": why,
        "late": step.timing == "late" and step.status != "done",
        "due": short_day(step.due_on) if step.due_on and step.status != "done" else "",
        "url": reverse("practitioner:step-record", args=[course.pk, step.step])
        if recordable or (can_record and step.status == "locked")
        else "",
        "label": _("Record") if step.status != "done" else _("Change"),
        "form_url": reverse("practitioner:sheet-new", args=[course.pk, form])
        if form and not course.ended_at
        else "",
    }


def on_overview(request: Request, case: Any) -> dict[str, Any]:
    """The plan as the overview of its case shows it, in short. Used by ``case.overview``."""
    reader, at = request.reader, request.reader.at
    live = queries.live_plan(seen_by=reader, circle=case.circle_id)
    if live is None:
        return {"plan": None}
    found = []
    for course in queries.courses_of(seen_by=reader, plan=live):
        if course.ended_at is not None:
            continue
        state = progress.state_of(course=course, seen_by=reader, at=at)
        steps = phases(course, state, can_record=False)
        done = sum(step["state"] == "done" for step in steps)
        found.append(
            {
                "name": said.way_name(course.protocol, course.variant),
                "people": ", ".join(person.name for person in course.people),
                "stands": _("step %(now)s of %(all)s")
                % {"now": min(done + 1, len(steps)), "all": len(steps)}
                if course.started_at
                else _("not started"),
                "steps": [
                    {
                        "state": step["state"],
                        "title": step["title"],
                        "aside": step["aside"],
                        "text": _now_words(step) if step["state"] == "now" else step["text"],
                    }
                    for step in steps
                ],
            }
        )
    return {"plan": live, "courses": found}


def _now_words(step: Mapping[str, Any]) -> str:
    waiting = [one["title"] for one in step["steps"] if one["state"] == "open"]
    if not waiting:
        return str(step["text"])
    return _("Next: %(steps)s.") % {"steps": ", ".join(waiting)}
