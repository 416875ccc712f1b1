"""Any way of content from its start gate to its end, by what its own files say: none is named here.

course = ready(world, "respect")     # every start gate open, started
state = walked(world, course)        # sessions held, steps done, forms filled in, until complete
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from alongside import catalogue
from alongside.crisis import private_check
from alongside.delivery import actions as delivery
from alongside.delivery import artefacts, queries
from alongside.engine.artefacts import Field, Form
from alongside.engine.instruments import Instrument
from alongside.engine.protocols.signs import Between, Sign
from alongside.engine.risk.rules import find_risk
from alongside.people.models import Person
from alongside.plans import actions as plans
from alongside.plans import queries as gates
from alongside.plans.models import Course, Plan
from tests.factories.care import (
    agreed_by_all,
    answer,
    course_of,
    give_consent,
    give_title,
    held,
    two_sides,
)
from tests.factories.care import proposed as proposed_by_care
from tests.factories.world import World

ROUNDS = 80  # of a session, its steps and its forms; a course that needs more is stuck


def filled(form: Form, says: Mapping[str, Any], day: date, dates: Mapping[str, date]) -> Any:
    """The least answers with which a form is complete and says what is wanted."""
    answers: dict[str, Any] = {}
    for one in form.fields:
        if one.id in says:
            answers[one.id] = _said(one, says[one.id])
        elif one.id in dates:
            answers[one.id] = dates[one.id].isoformat()
        elif one.required or one.least:
            answers[one.id] = _least(one, day)
    return answers


def _said(one: Field, wanted: Any) -> Any:
    if isinstance(wanted, Between):
        return wanted.low if wanted.low is not None else wanted.high
    return [wanted[0]] if one.kind == "choices" else wanted[0]


def _least(one: Field, day: date) -> Any:
    if one.kind in ("rows", "ladder"):
        return [
            {c.id: _cell(c, day, number) for c in one.columns if c.required}
            for number in range(1, max(one.least, 1) + 1)
        ]
    if one.kind == "table":
        return {row.id: {c.id: _cell(c, day, 1) for c in one.columns} for row in one.rows}
    return [one.options[0].id] if one.kind == "choices" else _cell(one, day, 1)


def _cell(one: Field, day: date, number: int) -> Any:
    if one.kind == "choice":
        return one.options[0].id
    if one.kind == "rating":
        return one.low
    return day.isoformat() if one.kind == "date" else f"As said, {number}"


def shows(world: World, course: Course, sign: Sign) -> None:
    """Write what a sign wants to see: its sheet for everybody treated, its consent."""
    for word in sign.words:
        if word.startswith("consent:"):
            for person in gates.treated_by(course):
                give_consent(world, person, word.partition(":")[2], f"course:{course.pk}")
    if sign.form:
        form = catalogue.current().artefacts_of(course.protocol)[sign.form]
        day = world.moment.date()
        dates = {sign.until: day + timedelta(days=600), sign.day: day}
        for person in gates.treated_by(course):
            write(world, course, form, person, filled(form, sign.says, day, dates))


def write(world: World, course: Course, form: Form, about: Person, answers: Any) -> Any:
    """One sheet, filled in together."""
    return artefacts.fill_in(
        course=course, form=form.ref.form, about=about, answers=answers, entered_from="session",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def proposed(world: World, way: str, variant: str, persons: Iterable[Person]) -> Course:
    """A plan with one course of this way, nothing of it open yet."""
    plan: Plan = proposed_by_care(
        world, way, variant=variant, persons=list(persons), sessions_planned=None, summary="As is."
    )
    return course_of(world, plan)


def open_all(world: World, course: Course) -> None:
    """Do what each start gate of a course waits for: title, consent, answers, sheets, yes."""
    way = gates.protocol_of(course)
    title = next(
        (one for each in way.deliverers_of(course.variant) for one in each.credentials), ""
    )
    if title:
        give_title(world, world.asha, title)
    people = gates.treated_by(course)
    Person._base_manager.filter(pk__in=[one.pk for one in people]).update(age_band="26_64")
    for person in people:
        first = "c_treatment" if person.pk == course.circle.focus_id else "c_family"
        for form in dict.fromkeys([first, *(one for one in way.consents if one == "c_group")]):
            give_consent(world, person, form)
    agreed_by_all(world, course)
    asked = catalogue.current().private_check
    for use in way.gates_start:
        if not use.is_for(course.variant):
            continue
        if use.shown_by:
            shows(world, course, use.shown_by[0])
        if use.gate == "G2":
            for form in use.of:
                for person in people:
                    give_consent(world, person, form)
        if use.gate == "sides_heard":
            two_sides(world)
        if use.gate == "asked_alone":
            for person in people:
                no = {q.id: next(a.id for a in q.answers if not a.freezes) for q in asked.questions}
                private_check.answer(
                    circle=course.circle, person=person, answers=no, by=world.asha.reader,
                    at=world.moment,
                )  # fmt: skip
    first = {measure.instrument for measure in way.measures_of(course.variant) if measure.primary}
    for name in sorted(first.union(*(use.of for use in way.gates_start))):
        found = catalogue.current().instruments.get(f"{name}@1")
        if found is not None:
            answer(world, people[0], found.ref.id, _calm(found))


def _calm(instrument: Instrument) -> dict[str, int]:
    """The lowest answers; where these show danger, the highest."""
    ends = {item.id: sorted(instrument.options[item.options]) for item in instrument.items}
    answers = {item: options[0] for item, options in ends.items()}
    rules = catalogue.current().risk_rules_for(str(instrument.ref))
    shown = {finding.item for finding in find_risk(rules, answers)}
    return {**answers, **{item: ends[item][-1] for item in shown if item in ends}}


def ready(world: World, way: str, variant: str, persons: Iterable[Person]) -> Course:
    """A course of any way, started: every gate of its own was opened, none let pass."""
    course = proposed(world, way, variant, persons)
    open_all(world, course)
    return plans.start_course(course=course, by=world.asha.reader, at=world.moment)


def walked(world: World, course: Course, *, sessions: int = 0, leave: Collection[str] = ()) -> Any:
    """Go on with a course, week by week, until its protocol calls it complete; where it stands.

    Args:
        sessions: how many weeks, if not to the end. leave: steps that are not done meanwhile.
    """
    way = gates.protocol_of(course)
    forms = artefacts.forms_of(course)
    planned = way.dose_of(course.variant).sessions
    most = planned.min or planned.typical or planned.max or 12
    number = 0
    for _round in range(ROUNDS):
        state = queries.state_of(course=course, seen_by=world.asha.reader, at=world.moment)
        if sessions and number == sessions:
            return state
        if state.phase is None and state.completion.is_complete:
            return state
        is_left = number < most or not state.completion.enough_sessions
        if is_left:
            for use in way.gates_session:
                if use.shown_by and use.is_for(course.variant):
                    shows(world, course, use.shown_by[0])
            held(world, course)
            number += 1
        for step in state.next_steps:
            if step.step not in leave:
                _do(world, course, step.step, forms)
        locked = [one.step for one in state.steps if one.status == "locked"]
        if [_unlock(world, course, step) for step in locked].count(True):  # for today alone
            again = queries.state_of(course=course, seen_by=world.asha.reader, at=world.moment)
            for step in again.next_steps:
                if step.step not in leave:
                    _do(world, course, step.step, forms)
        for need in way.each_session if is_left else ():
            if need.variants and course.variant not in need.variants:
                continue
            form = forms[need.form]
            if form.ref.form not in {s.form for u in way.gates_session for s in u.shown_by}:
                _fill(world, course, form)
        world.at(world.moment + timedelta(days=7 if is_left else 20))
    raise AssertionError([phase for phase in state.phases if not phase.is_done] or state.completion)


def _unlock(world: World, course: Course, step: str) -> bool:
    """Show what the gates of a step ask for; what is only said on the day, a clinician decides."""
    shown = False
    for phase in gates.protocol_of(course).phases:
        for use in (use for one in phase.steps if one.id == step for use in one.gates):
            if use.shown_by:
                shows(world, course, use.shown_by[0])
                shown = True
            elif catalogue.current().gates[
                use.gate
            ].needs in gates.SAID_ON_THE_DAY and use.gate not in gates.released(
                course, world.moment
            ):
                plans.release_gate(
                    course=course, gate=use.gate, reason="Sober and well today.",
                    until=world.moment.date() + timedelta(days=30),
                    by=world.asha.reader, at=world.moment,
                )  # fmt: skip
    return shown


def _fill(world: World, course: Course, form: Form) -> None:
    about = gates.treated_by(course)[0]
    write(world, course, form, about, filled(form, {}, world.moment.date(), {}))


def _do(world: World, course: Course, step: str, forms: Mapping[str, Form]) -> None:
    """One step that is open, with as many of its forms as its phase asks for."""
    way = gates.protocol_of(course)
    made = next(s.artefact for p in way.phases for s in p.steps if s.id == step)
    if made:
        there = queries.artefacts_kept(seen_by=world.asha.reader, course=course).get(made, 0)
        for _missing in range(queries.forms_wanted(way, course.variant, made) - there):
            _fill(world, course, forms[made])
    delivery.record_step(course=course, step=step, by=world.asha.reader, at=world.moment)
