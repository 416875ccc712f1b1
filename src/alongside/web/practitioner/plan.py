"""The plan of a case: proposed after a decision, agreed to, started through its gates, ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.calendar import queries as calendar
from alongside.cases import queries as cases
from alongside.crisis import queries as crisis
from alongside.delivery import actions as delivery
from alongside.delivery import queries as progress
from alongside.measures import actions as measures
from alongside.people import queries as people
from alongside.plans import actions, queries, rules
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    clock_time,
    local_day,
    moment_words,
    saved,
    say,
    seen_by_whom,
    short_day,
    two_texts,
)
from alongside.web.parts.people_words import COMPLETIONS
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.base import BASE, address, case_or_404, case_page
from alongside.web.practitioner.delivery_forms import (
    Agree,
    ChangePlan,
    EndCourse,
    EndPlan,
    LookAtDanger,
    ProposeCourse,
    RateGoal,
    RecordStep,
    Release,
    SetGoal,
)

RELEASE_DAYS = 7  # how long a release holds unless somebody says otherwise


# -- the page --------------------------------------------------------------------------------------


@access("plan", "R")
@require_safe
def plan(request: Request, pk: UUID) -> HttpResponse:
    """The live plan of a case: courses with their gates and steps, goals, agreement."""
    return _page(request, case_or_404(request, pk))


def _page(request: Request, case: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    reader, at = request.reader, clock.now()
    live = queries.live_plan(seen_by=reader, circle=case.circle_id)
    ended = queries.plans(seen_by=reader).filter(circle=case.circle, ended_at__isnull=False)
    can_edit = live is not None and case.state != "closed" and reader.may("E", live)
    return case_page(
        request,
        "practitioner/plan/plan.html",
        case,
        tab="plan",
        head=False,
        status=status,
        plan=live,
        courses=[] if live is None else _courses(request, live, at, can_edit=can_edit),
        goals=[] if live is None else _goals(request, live, can_edit=can_edit),
        agreed=[] if live is None else _agreed(request, live),
        facts=[] if live is None else _facts(request, live),
        danger=crisis.of_circle(case.circle_id, seen_by=reader)
        .filter(level__in=crisis.LIFE_CRITICAL)
        .exists(),
        can_edit=can_edit,
        can_propose=live is None
        and case.state != "closed"
        and reader.may_make("plan", institution=case.institution_id, circle=case.circle_id),
        decided=_decisions(request, case).exists(),
        checked=queries.is_checked(case),
        ended=[
            {
                "title": _("Plan of %(day)s") % {"day": short_day(row.proposed_at.date())},
                "text": str(said.PLAN_ENDS.get(row.ended_because, row.ended_because)),
                "when": short_day(local_day(request, row.ended_at)),
            }
            for row in ended.order_by("-ended_at")
        ],
        seen=seen_by_whom(request, "plan", case.circle_id),
        **more,
    )


def _decisions(request: Request, case: Any) -> Any:
    rows = cases.decisions(case.circle, seen_by=request.reader)
    return rows.filter(kind__in=rules.FOR_A_WAY)


def _facts(request: Request, live: Any) -> list[dict[str, str]]:
    found = [
        (_("Edition"), str(live.edition)),
        (_("Proposed"), short_day(local_day(request, live.proposed_at))),
        (_("By"), live.written_by.name),
        (_("Why this way"), live.decision.reason),
    ]
    return [{"term": term, "text": text} for term, text in found if text]


def _agreed(request: Request, live: Any) -> list[dict[str, Any]]:
    """What each person said to this edition, everybody whom an open course is for."""
    reader = request.reader
    answers: dict[UUID, Any] = {}
    for row in queries.agreements(seen_by=reader, plan=live):
        if row.answer == "no" or row.person_id not in answers:
            answers[row.person_id] = row
    treated = {
        person.pk: person
        for course in queries.courses_of(seen_by=reader, plan=live)
        if course.ended_at is None
        for person in course.people
    }
    found = []
    for pk, person in treated.items():
        row = answers.get(pk)
        word, kind, icon = said.ANSWERS[row.answer if row else ""]
        found.append(
            {
                "name": person.name,
                "text": row.words if row else "",
                "when": moment_words(request, row.said_at) if row else "",
                "tag": word,
                "kind": kind,
                "icon": icon,
                "is_final": bool(row and row.answer == "no"),
            }
        )
    return found


def _goals(request: Request, live: Any, *, can_edit: bool) -> list[dict[str, Any]]:
    found = []
    for goal in queries.goals(seen_by=request.reader, plan=live):
        now = goal.marks[-1].level if goal.marks else None
        found.append(
            {
                "pk": goal.pk,
                "words": goal.words,
                "kind": said.KINDS[goal.kind],
                "whose": goal.about.name,
                "text": _("Rated %(times)s, last on %(day)s")
                % {
                    "times": len(goal.marks),
                    "day": short_day(local_day(request, goal.marks[-1].rated_at)),
                }
                if goal.marks
                else _("Not rated yet"),
                "steps": [
                    {
                        "level": sign,
                        "label": name,
                        "text": goal.level_words.get(value, ""),
                        "start": goal.start_level == int(value),
                        "now": now == int(value),
                    }
                    for value, sign, name in said.LEVELS
                ],
                "form": RateGoal(
                    auto_id=f"rate_{goal.pk.hex}_%s",
                    initial={"level": str(goal.start_level if now is None else now)},
                )
                if can_edit
                else None,
            }
        )
    return found


# -- courses on the page ---------------------------------------------------------------------------


def _courses(request: Request, live: Any, at: datetime, *, can_edit: bool) -> list[dict[str, Any]]:
    reader = request.reader
    found = []
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
        "share": min(1.0, state.sessions_held / (state.sessions_planned or 1)),
        "verdict": "needs" if holds else "open",
        "gate_title": _gate_title(running=running, holds=holds),
        "to_do": [item for item in items if item["state"] != "ok"],
        "in_place": [item for item in items if item["state"] == "ok"],
        "may_start": not running and not holds,
        "to_release": [item for item in items if item["releasable"]] if can_edit else [],
        "may_tell": _may_tell(request, course),
        "phases": phases(course, state, can_record=running and _may_tell(request, course)),
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
    names = {step.id: step.name for phase in way.phases for step in phase.steps}
    listed = {phase.id: phase for phase in way.phases_of(course.variant)}
    by_phase: dict[str, list[Any]] = {}
    for step in state.steps:
        by_phase.setdefault(step.phase, []).append(step)
    found = []
    for standing in state.phases:
        phase = listed[standing.phase]
        steps = [
            _step(course, step, names, can_record=can_record) for step in by_phase.get(phase.id, ())
        ]
        word = "done" if standing.is_done else "open"
        if phase.id == state.phase:
            word = "now"
        elif not standing.is_done and all(step["state"] in {"later", "locked"} for step in steps):
            word = "locked"
        found.append(
            {
                "state": word,
                "title": phase.name,
                "aside": _sessions(phase.sessions),
                "text": phase.exit,
                "late": standing.timing == "late",
                "steps": steps,
                "open": word == "now" or any(step["state"] == "open" for step in steps),
                "missing": [form_name(way, need.form) for need in standing.artefacts_missing]
                if not standing.steps_missing
                else [],
            }
        )
    return found


def form_name(way: Any, form: str) -> str:
    """What a form is called: the step that makes it says so."""
    for phase in way.phases:
        for step in phase.steps:
            if step.artefact == form:
                return str(step.name)
    return form.replace("_", " ")


def _sessions(numbers: Any) -> str:
    if numbers.min is None:
        return ""
    if numbers.max is None or numbers.max == numbers.min:
        return _("session %(number)s") % {"number": numbers.min}
    return _("sessions %(first)s to %(last)s") % {"first": numbers.min, "last": numbers.max}


def _step(course: Any, step: Any, names: Mapping[str, str], *, can_record: bool) -> dict[str, Any]:
    why = ""
    if step.waiting_for:
        why = step.waiting_for[0].reason.text
    elif step.after:
        why = _("After: %(steps)s") % {
            "steps": ", ".join(names.get(other, other) for other in step.after)
        }
    elif step.status == "later":
        why = _("Opens with its phase")
    recordable = can_record and step.status != "locked"
    form = _form_of(queries.protocol_of(course), step.step) if recordable else ""
    if form not in catalogue.current().artefacts_of(course.protocol):
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
        if form and course.started_at and not course.ended_at
        else "",
    }


def on_overview(request: Request, case: Any) -> dict[str, Any]:
    """The plan as the overview of its case shows it, in short. Used by ``case.overview``."""
    reader, at = request.reader, clock.now()
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


# -- proposing -------------------------------------------------------------------------------------


@access("safety_check", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def danger(request: Request, pk: UUID) -> HttpResponse:
    """A practitioner looks at present danger with one person alone.

    ``?session=`` makes it the structured part of that session's note, and leads back there.
    """
    case = case_or_404(request, pk)
    held = _session_of(request, case)
    persons = persons_of(request, case)
    language = get_language() or "en"
    form = LookAtDanger(
        request.POST or None,
        persons=[(id, person.name) for id, person in persons.items()],
        questions=catalogue.current().danger.intake.questions,
        language=language,
        initial={"about": str(case.circle.focus_id)},
    )
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            checked = actions.look_at_danger(
                case=case,
                about=persons[form.cleaned_data["about"]],
                answers=form.answers(),
                source=f"session:{held.pk}" if held is not None else "",
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            measures.tell_now(checked.alerts, at)
            return _after_danger(request, case, held, checked, at)
    return case_page(
        request,
        "practitioner/plan/danger.html",
        case,
        tab="danger",
        title=_("Look at danger"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        about=form["about"],
        questions=[form[name] for name in form.fields if name.startswith("q_")],
        seen=seen_by_whom(request, "safety_check", case.circle_id),
    )


def _session_of(request: Request, case: Any) -> Any:
    """The session of this case that the address names; None without one, or one of another case."""
    try:
        named = UUID(request.GET.get("session", ""))
    except ValueError:
        return None
    rows = progress.sessions(seen_by=request.reader)
    return rows.filter(pk=named, circle=case.circle_id, held=True).first()


def _after_danger(
    request: Request, case: Any, held: Any, checked: Any, at: datetime
) -> HttpResponse:
    board = address("practitioner:crisis-board")
    if checked.alerts and board:
        say(
            request,
            _("Saved at %(time)s. An alert is open: take it, or see who has it.")
            % {"time": clock_time(request, at)},
        )
        return redirect(board)
    saved(request, at)
    if held is not None:
        return redirect("practitioner:session", pk=held.pk)
    return redirect("practitioner:case-plan", pk=case.pk)


@access("plan", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: Request, pk: UUID) -> HttpResponse:
    """Make a plan with its first course, after a recorded decision."""
    case = case_or_404(request, pk)
    live = queries.live_plan(seen_by=request.reader, circle=case.circle_id)
    if live is not None:
        return redirect("practitioner:case-plan", pk=case.pk)
    decisions = {str(row.pk): row for row in _decisions(request, case)[:20]}
    form = _course_form(request, case, decisions)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        protocol, _slash, variant = given["way"].partition("/")
        try:
            actions.propose_plan(
                case=case,
                decision=decisions[given["decision"]],
                protocol=protocol,
                variant=variant,
                summary=given["summary"],
                by=request.reader,
                at=at,
                **_of_form(request, case, given),
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _course_page(
        request,
        case,
        form,
        title=_("Propose a plan"),
        blocked=_blocked(case, bool(decisions)),
    )


def _blocked(case: Any, decided: bool) -> list[dict[str, str]]:
    """What comes before a plan, as lines of a gate."""
    found = []
    if not decided:
        found.append(
            {
                "title": _("No way has been chosen."),
                "text": _("A plan follows a decision with its reason."),
                "url": address("practitioner:case-choose", case.pk),
                "label": _("Choose a way"),
            }
        )
    if not queries.is_checked(case):
        found.append(
            {
                "title": _("Nobody has looked at danger."),
                "text": _("That comes before every plan."),
                "url": reverse("practitioner:case-danger", args=[case.pk]),
                "label": _("Look at danger"),
            }
        )
    return found


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def add_course(request: Request, pk: UUID) -> HttpResponse:
    """Another course in a live plan."""
    live = _plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    decisions = {str(row.pk): row for row in _decisions(request, case)}
    form = _course_form(request, case, decisions, with_decision=False)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        protocol, _slash, variant = given["way"].partition("/")
        try:
            actions.add_course(
                plan=live,
                protocol=protocol,
                variant=variant,
                why=given["summary"],
                by=request.reader,
                at=at,
                **_of_form(request, case, given),
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _course_page(request, case, form, title=_("Add a course"), blocked=[])


def _course_form(
    request: Request, case: Any, decisions: Mapping[str, Any], *, with_decision: bool = True
) -> ProposeCourse:
    chosen = next(iter(decisions.values()), None)
    wanted = chosen.chosen.partition("/")[0] if chosen is not None else ""
    decided = {rules.way_of(row.about) for row in decisions.values()}
    ways, hints = _ways(decided, first=wanted)
    persons = persons_of(request, case)
    own = people.own_practitioner(seen_by=request.reader)
    return ProposeCourse(
        request.POST or None,
        decisions=[
            (id, f"{_way_of(row)}: {_shortened(row.reason)}") for id, row in decisions.items()
        ],
        ways=ways,
        way_hints=hints,
        persons=[(id, person.name) for id, person in persons.items()],
        staff=staff_of(request),
        with_decision=with_decision,
        initial={
            "decision": str(chosen.pk) if chosen is not None else "",
            "way": next((way for way, _label in ways if way.partition("/")[0] == wanted), ""),
            "persons": _usually_for(wanted, case, persons),
            "deliverer": str(own.pk) if own is not None else "",
        },
    )


def _way_of(decision: Any) -> str:
    return said.way_name(decision.about.removeprefix("protocol:")) or decision.chosen


def _shortened(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:89].rstrip()}…"


def _ways(decided: Collection[str], *, first: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """The ways somebody decided on, each variant by itself, with its dose; the last one first."""
    ways, hints = [], {}
    for way in sorted(_newest(), key=lambda one: one.id != first):
        if not way.runnable or way.id not in decided:
            continue
        for variant in way.variants or ():
            value = f"{way.id}/{variant.id}"
            ways.append((value, f"{way.name}: {variant.name}"))
            hints[value] = _hint(way.dose_of(variant.id), variant.note)
        if not way.variants:
            ways.append((f"{way.id}/", way.name))
            hints[f"{way.id}/"] = said.dose_words(way.dose)
    return ways, hints


def _hint(dose: Any, note: str) -> str:
    """How much it is; the note alone where it says so itself."""
    if "session" in note.casefold():
        return note
    return f"{said.dose_words(dose)}. {note}".strip()


def _newest() -> Sequence[Any]:
    newest: dict[str, Any] = {}
    for way in catalogue.current().protocols.values():
        held = newest.get(way.id)
        if held is None or way.ref.version > held.ref.version:
            newest[way.id] = way
    return sorted(newest.values(), key=lambda way: way.name.casefold())


def _usually_for(wanted: str, case: Any, persons: Mapping[str, Any]) -> list[str]:
    way = next((one for one in _newest() if one.id == wanted), None)
    if way is None:
        return []
    if way.treats == "person":
        return [str(case.circle.focus_id)]
    return [id for id in persons if id != str(case.circle.focus_id)][:1]


def _of_form(request: Request, case: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What both forms of a course hand to their action."""
    persons = persons_of(request, case)
    staff = {str(row.pk): row for row in people.practitioners(seen_by=request.reader)}
    return {
        "persons": [persons[id] for id in given["persons"]],
        "deliverer": staff[given["deliverer"]],
        "supervisor": staff.get(given["supervisor"]),
        "sessions_planned": given["sessions_planned"],
    }


def _course_page(
    request: Request, case: Any, form: ProposeCourse, *, title: str, blocked: list[dict[str, str]]
) -> HttpResponse:
    return case_page(
        request,
        "practitioner/plan/propose.html",
        case,
        tab="plan",
        title=title,
        head=False,
        status=400 if form.errors else 200,
        form=form,
        blocked=blocked,
        not_yet=[way.name for way in _newest() if not way.runnable],
        seen=seen_by_whom(request, "plan", case.circle_id),
    )


def persons_of(request: Request, case: Any) -> dict[str, Any]:
    """The person and every live member of a circle, by id."""
    rows = list(people.live_members(case.circle, seen_by=request.reader))
    found = {str(case.circle.focus_id): case.circle.focus}
    found.update({str(row.person_id): row.person for row in rows})
    prepare(list(found.values()), "name")
    return found


def staff_of(request: Request) -> list[tuple[str, str]]:
    """Who works here, as choices."""
    rows = list(people.practitioners(seen_by=request.reader))
    prepare([row.person for row in rows], "name")
    named = [
        (str(row.pk), f"{row.person.name}, {row.title}" if row.title else row.person.name)
        for row in rows
    ]
    return sorted(named, key=lambda pair: pair[1].casefold())


# -- agreement, editions, the end ------------------------------------------------------------------


def _plan_or_404(request: Request, pk: UUID) -> Any:
    return get_object_or_404(queries.plans(seen_by=request.reader), pk=pk)


def _course_or_404(request: Request, pk: UUID) -> Any:
    return get_object_or_404(queries.courses(seen_by=request.reader), pk=pk)


def _form_page(
    request: Request, case: Any, form: Any, *, title: str, status: int = 0, **more: Any
) -> HttpResponse:
    """One form of a plan on a page of its own."""
    return case_page(
        request,
        "practitioner/plan/form.html",
        case,
        tab="plan",
        title=title,
        head=False,
        status=status or (400 if form.errors else 200),
        form=form,
        back=reverse("practitioner:case-plan", args=[case.pk]),
        **more,
    )


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def agree(request: Request, pk: UUID) -> HttpResponse:
    """Write down what one person said to this edition of the plan."""
    live = _plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    asked = {
        str(person.pk): person
        for course in queries.courses_of(seen_by=request.reader, plan=live)
        if course.ended_at is None
        for person in course.people
    }
    names = [(id, person.name) for id, person in asked.items()]
    form = Agree(request.POST or None, persons=names, initial={"edition": live.edition})
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.agree(
                plan=live,
                edition=given["edition"],
                person=asked[given["person"]],
                answer=given["answer"],
                words=given["words"],
                by=request.reader,
                at=at,
            )
        except Refused as why:
            if isinstance(why, actions.OtherEdition):  # the page shows the one that counts now
                typed = request.POST.copy()
                typed["edition"] = str(why.edition)
                form = Agree(typed, persons=names)
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _form_page(
        request,
        case,
        form,
        title=_("What they said to the plan"),
        lead=_("Edition %(edition)s. A yes can be taken back; a no is final for this edition.")
        % {"edition": live.edition},
        text=live.summary,
    )


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """Another edition of the plan; everybody is asked again."""
    live = _plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    form = ChangePlan(
        request.POST or None, initial={"summary": live.summary, "version": live.version}
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.change_plan(
                plan=live,
                summary=given["summary"],
                because=given["because"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return two_texts(
                request,
                base=BASE,
                pairs=[
                    ("summary", _("The plan in your words"), given["summary"],
                     stale.current.summary),
                ],
                same=[("because", given["because"])],
                version=stale.current.version,
                keep_url=reverse("practitioner:case-plan", args=[case.pk]),
            )  # fmt: skip
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _form_page(
        request,
        case,
        form,
        title=_("Another edition"),
        lead=_("Everybody is asked again. What has started goes on."),
    )


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: Request, pk: UUID) -> HttpResponse:
    """End a plan whose courses have ended."""
    live = _plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    form = EndPlan(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            actions.end_plan(
                plan=live, because=form.cleaned_data["because"], by=request.reader, at=at
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _form_page(
        request, case, form, title=_("End the plan"), lead=_("Its courses end before it.")
    )


# -- courses ---------------------------------------------------------------------------------------


@access("plan", "E")
@require_POST
def start(request: Request, pk: UUID) -> HttpResponse:
    """Start a course, if every gate is open now."""
    course = _course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    at = clock.now()
    try:
        actions.start_course(course=course, by=request.reader, at=at)
    except (Refused, StaleVersion) as why:
        _field, words = _stale_or(why)
        return _page(request, case, status=409, refused=words)
    say(request, _("Started at %(time)s.") % {"time": clock_time(request, at)})
    return redirect("practitioner:case-plan", pk=case.pk)


def _stale_or(why: Exception) -> tuple[str, str]:
    if isinstance(why, StaleVersion):
        return "", _("Somebody changed this meanwhile. Here it is as it stands.")
    return said.refusal(why)


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: Request, pk: UUID, gate: str) -> HttpResponse:
    """A named clinician lets one gate pass until a day, with a reason."""
    course = _course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    at = clock.now()
    found = catalogue.current().gates.get(gate)
    if found is None or not found.releasable:
        raise Http404
    form = Release(
        request.POST or None,
        initial={"until": local_day(request, at) + timedelta(days=RELEASE_DAYS)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.release_gate(
                course=course,
                gate=gate,
                reason=form.cleaned_data["reason"],
                until=form.cleaned_data["until"],
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _form_page(
        request,
        case,
        form,
        title=_("Let a gate pass: %(gate)s") % {"gate": said.GATES.get(gate, gate)},
        lead=found.reason.text,
        note=_("This is your decision as a clinician. It is kept with your name."),
    )


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def end_course(request: Request, pk: UUID) -> HttpResponse:
    """End a course with one of the words that everybody shares."""
    course = _course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    form = EndCourse(
        request.POST or None,
        started=course.started_at is not None,
        initial={"version": course.version},
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.end_course(
                course=course,
                completion=given["completion"],
                words=given["words"],
                expected=given["version"],
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return two_texts(
                request,
                base=BASE,
                pairs=[
                    ("words", _("What happened"), given["words"], stale.current.completion_words)
                ],
                same=[("completion", given["completion"])],
                version=stale.current.version,
                keep_url=reverse("practitioner:case-plan", args=[case.pk]),
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _form_page(
        request,
        case,
        form,
        title=_("End this course"),
        lead=said.way_name(course.protocol, course.variant),
        note=_("Consents that were given for this course end with it."),
    )


@access("session", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def record_step(request: Request, pk: UUID, step: str) -> HttpResponse:
    """Say what became of one step of a course."""
    course = _course_or_404(request, pk)
    case = case_or_404(request, course.plan.case_id)
    way = queries.protocol_of(course)
    names = {one.id: one.name for phase in way.phases for one in phase.steps}
    if step not in names:
        raise Http404
    session = _session_in(request, course)
    back = (
        reverse("practitioner:session", args=[session.pk])
        if session is not None
        else reverse("practitioner:case-plan", args=[case.pk])
    )
    made = _form_of(way, step)
    form = RecordStep(request.POST or None, initial={"state": "done"}, makes_form=bool(made))
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            delivery.record_step(
                course=course,
                step=step,
                state=form.cleaned_data["state"],
                reason=form.cleaned_data["reason"],
                on_paper=form.cleaned_data.get("on_paper", False),
                session=session,
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect(back)
    return case_page(
        request,
        "practitioner/plan/form.html",
        case,
        tab="plan",
        title=names[step],
        head=False,
        status=400 if form.errors else 200,
        form=form,
        back=back,
        lead=said.way_name(course.protocol, course.variant),
        note=_form_note(request, course, made),
    )


def _form_of(way: Any, step: str) -> str:
    """The form that a step makes, or nothing."""
    return next(
        (one.artefact or "" for phase in way.phases for one in phase.steps if one.id == step), ""
    )


def _form_note(request: Request, course: Any, form: str) -> str:
    if not form:
        return ""
    there = progress.artefacts_kept(seen_by=request.reader, course=course).get(form, 0)
    way = queries.protocol_of(course)
    wanted = progress.forms_wanted(way, course.variant, form)
    return ngettext(
        "This step is done with its form: %(there)s of %(wanted)s is filled in here.",
        "This step is done with its forms: %(there)s of %(wanted)s are filled in here.",
        wanted,
    ) % {"there": there, "wanted": wanted}


def _session_in(request: Request, course: Any) -> Any:
    """The session a step is recorded from, if the address names one of this course."""
    given = request.POST.get("session") or request.GET.get("session", "")
    try:
        pk = UUID(given)
    except ValueError:
        return None
    return progress.sessions(seen_by=request.reader).filter(course=course, pk=pk).first()


# -- goals -----------------------------------------------------------------------------------------


@access("plan", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def add_goal(request: Request, pk: UUID) -> HttpResponse:
    """A goal with five levels, in words."""
    live = _plan_or_404(request, pk)
    case = case_or_404(request, live.case_id)
    persons = persons_of(request, case)
    form = SetGoal(
        request.POST or None, persons=[(id, person.name) for id, person in persons.items()]
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            actions.set_goal(
                plan=live,
                about=persons[given["about"]],
                kind=given["kind"],
                words=given["words"],
                levels=form.levels(),
                start_level=int(given["start_level"]),
                by=request.reader,
                at=at,
            )
        except Refused as why:
            said.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-plan", pk=case.pk)
    return _form_page(
        request,
        case,
        form,
        title=_("Add a goal"),
        lead=_("One change, in their words. What would you both see at each level?"),
    )


@access("plan", "E")
@require_POST
def rate_goal(request: Request, pk: UUID) -> HttpResponse:
    """Where a goal stands today."""
    goal = get_object_or_404(queries.goal(seen_by=request.reader), pk=pk)
    form, at = RateGoal(request.POST), clock.now()
    if form.is_valid():
        try:
            actions.rate_goal(
                goal=goal, level=int(form.cleaned_data["level"]), by=request.reader, at=at
            )
        except Refused as why:
            say(request, said.refusal(why)[1])
        else:
            saved(request, at)
    else:
        say(request, _("Choose one of the five levels."))
    return redirect("practitioner:case-plan", pk=goal.plan.case_id)
