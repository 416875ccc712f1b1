"""Every gate of every way that needs a consent: without it, with it, taken back, and run out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from alongside import catalogue
from alongside.consent import actions as consent
from alongside.consent.models import Consent
from alongside.engine.protocols.gates import GateState, words_of_gate
from alongside.engine.protocols.shapes import GateUse, Protocol
from alongside.engine.protocols.signs import Sign
from alongside.people.models import Person
from alongside.plans import actions as plans
from alongside.plans import queries as gates
from alongside.plans.models import Course
from tests.factories import World
from tests.factories.care import decided
from tests.factories.every_way import filled, proposed, write
from tests.harness.content import shipped

LASTS = timedelta(days=5)


@dataclass(frozen=True)
class Asks:
    """One gate of one way that a consent opens, as content has it."""

    way: Protocol
    variant: str
    is_start: bool
    use: GateUse
    sign: Sign | None  # the sheet that opens it, if a consent alone does not

    @property
    def words(self) -> tuple[str, ...]:
        """The words of consents it waits for: ``consent``, ``consent:c_group``."""
        found = self.sign.words if self.sign else words_of_gate(self.use, shipped().gates)
        return tuple(word for word in found if is_consent(word))

    def state(self, course: Course, world: World) -> GateState:
        asked = gates.start_gates if self.is_start else gates.session_gates
        states = asked(course=course, seen_by=world.asha.reader, at=world.moment)
        return next(one for one in states if one.gate == self.use.gate)


def is_consent(word: str) -> bool:
    return word.partition(":")[0] == "consent"


def asking(way: Protocol) -> Iterator[Asks]:
    variants = [variant.id for variant in way.variants] or [""]
    for uses, is_start in ((way.gates_start, True), (way.gates_session, False)):
        for use in uses:
            variant = next(one for one in variants if use.is_for(one))
            if any(map(is_consent, words_of_gate(use, shipped().gates))):
                yield Asks(way, variant, is_start, use, None)
            for sign in use.shown_by:
                if any(map(is_consent, sign.words)):
                    yield Asks(way, variant, is_start, use, sign)


EVERY = [one for way in shipped().protocols.values() if way.runnable for one in asking(way)]
IN_STEPS = [
    use
    for way in shipped().protocols.values()
    for phase in way.phases
    for step in phase.steps
    for use in step.gates
    if any(map(is_consent, words_of_gate(use, shipped().gates)))
]


def consents_of(uses: tuple[GateUse, ...]) -> set[str]:
    words = {word for use in uses for word in words_of_gate(use, shipped().gates)}
    words |= {word for use in uses for sign in use.shown_by for word in sign.words}
    return {word for word in words if is_consent(word)}


def test_what_a_way_asks_for_at_its_start_it_asks_for_again_before_each_session() -> None:
    """A yes can be taken back or run out meanwhile. What G1 does not hold, such as a medicine that
    is taken already, goes on without a gate."""
    for way in shipped().protocols.values():
        if any(use.gate == "G1" for use in way.gates_session):
            assert consents_of(way.gates_start) <= consents_of(way.gates_session), way.ref


def forms_for(asks: Asks, person: Person, focus: object) -> list[str]:
    """The forms by which one person opens a gate; a bare consent is the one for whom they are."""
    own = "c_treatment" if person.pk == focus else "c_family"
    return [word.partition(":")[2] or own for word in asks.words]


def give(world: World, course: Course, person: Person, form: str) -> Consent:
    return consent.give(
        circle=world.circle, person=person, form=form, given_how="spoken", witness="Asha Raman",
        expires_on=(world.moment + LASTS).date(), about=f"course:{course.pk}",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def show(world: World, course: Course, asks: Asks) -> None:
    """The sheet that a gate wants to see beside the consent, of today."""
    sign = asks.sign
    if sign is None:
        return
    form = catalogue.current().artefacts_of(course.protocol)[sign.form]
    today = world.moment.date()
    dates = {sign.until: today + timedelta(days=600), sign.day: today}
    for person in gates.treated_by(course):
        write(world, course, form, person, filled(form, sign.says, today, dates))


def is_open(asks: Asks, course: Course, world: World, why: str) -> bool:
    """Whether a gate is open; while it is not, it says why and what would open it."""
    state = asks.state(course, world)
    assert state.status in ("open", "waiting"), (asks.way.id, asks.use.gate, why, state.status)
    if state.status == "waiting":
        assert state.missing, (asks.way.id, why)
        for language in ("en", "es"):
            said = shipped().reasons(language)
            assert said[state.reason.key], (asks.way.id, why)
            assert said[state.release.key], (asks.way.id, why)
    return state.status == "open"


@pytest.mark.slow
@pytest.mark.sqlite
def test_every_gate_that_needs_a_consent_opens_with_it_and_closes_when_it_goes(
    world: World,
) -> None:
    assert {asks.use.gate for asks in EVERY} > {"G2"}
    assert IN_STEPS == []  # a step that waits for one is to be asked here too
    world.engage_sam()
    for row in Consent.objects.visible_to(world.asha.reader):  # what Noor agreed to before
        consent.withdraw(consent=row, by=world.asha.reader, at=world.moment)
    persons = {"relatives": [world.noor.person], "circle": [world.noor.person, world.teo.person]}
    began = world.moment
    first: Course | None = None
    wrong: list[tuple[str, ...]] = []

    for asks in EVERY:
        world.at(began)
        people = persons.get(asks.way.treats, [world.sam])
        if first is None:
            course = first = proposed(world, asks.way.id, asks.variant, people)
        else:
            decided(world, asks.way.id)
            course = plans.add_course(
                plan=first.plan, protocol=asks.way.id, variant=asks.variant, persons=people,
                deliverer=world.asha.practitioner, by=world.asha.reader, at=world.moment,
            )  # fmt: skip

        if not asks.is_start:  # how it began is not what is asked here
            Course._base_manager.filter(pk=course.pk).update(started_at=world.moment)
            course.refresh_from_db()

        def must(expected: bool, why: str, asks: Asks = asks, course: Course = course) -> None:
            if is_open(asks, course, world, why) is not expected:
                where = "start" if asks.is_start else "session"
                wrong.append((str(asks.way.ref), where, asks.use.gate, why))

        show(world, course, asks)
        must(False, "absent")
        given = [
            (person, form, give(world, course, person, form))
            for person in people
            for form in forms_for(asks, person, world.sam.pk)
        ]
        must(True, "given")
        for person, form, row in given:  # one missing of several is as good as none
            consent.withdraw(consent=row, by=world.asha.reader, at=world.moment)
            must(False, f"{form} withdrawn")
            give(world, course, person, form)
            must(True, f"{form} given again")
        world.at(began + LASTS)
        show(world, course, asks)
        must(True, "on its last day")
        world.at(began + LASTS + timedelta(days=1))
        show(world, course, asks)
        must(False, "expired")
        for person, form, _row in given:
            give(world, course, person, form)
        must(True, "given anew")
        plans.end_course(
            course=course, completion="transferred", words="Only asked about.",
            expected=course.version, by=world.asha.reader, at=world.moment,
        )  # fmt: skip
    assert wrong == []
