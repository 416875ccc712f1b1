"""Several protocols in one plan: what comes first, what waits, and what is kept apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from alongside.engine.protocols.shapes import GateUse

Kind = Literal["after", "apart", "holds"]
State = Literal["planned", "running", "ended"]


@dataclass(frozen=True, slots=True)
class BlendRule:
    """One rule between protocols. It is a gate too, with the same id: text, hardness, release.

    ``after``: what ``waits`` starts once each of ``others`` in the plan has ended, and ``days``
    more. ``apart``: neither starts while the other runs, nor within ``days`` of its end.
    ``holds``: while one of ``others`` runs, and ``days`` after, the named ``steps`` wait, or the
    sessions where no step is named. Names are ``cbt`` or ``cbt/ptsd``. ``same_person``: only
    between courses that help the same person.
    """

    id: str
    kind: Kind
    waits: tuple[str, ...]
    others: tuple[str, ...]
    steps: tuple[str, ...] = ()
    days: int = 0
    same_person: bool = True

    @property
    def word(self) -> str:
        """The word of its gate: true while nothing stands against it."""
        return f"blend:{self.id}"


@dataclass(frozen=True, slots=True)
class InPlan:
    """One course as its neighbours see it. No ``persons``: it is about everybody."""

    key: str
    protocol: str
    variant: str = ""
    state: State = "planned"
    persons: frozenset[str] = frozenset()
    ended_on: date | None = None

    def is_one_of(self, names: Iterable[str]) -> bool:
        """True when a name is its protocol, or its protocol with its variant."""
        return any(name in (self.protocol, f"{self.protocol}/{self.variant}") for name in names)


@dataclass(frozen=True, slots=True)
class Clash:
    """What one course waits for in another. ``until``: the day it is over, where that is known."""

    rule: str
    kind: Kind
    course: str
    other: str
    steps: tuple[str, ...] = ()
    until: date | None = None


def clashes(
    course: InPlan, others: Iterable[InPlan], rules: Iterable[BlendRule], *, on: date
) -> tuple[Clash, ...]:
    """What a course waits for, because of the others.

    Args:
        course: the course that is asked about.
        others: every other course, those that have ended too; itself among them is passed over.
        rules: of content/gates, in their order.
        on: the day that is asked about.

    Returns:
        One clash a rule and other course. A course that runs or has ended waits for no start, so
        only ``holds`` is left of its rules.

    Source: the rules of content/gates, each with its own.
    """
    neighbours = [one for one in others if one.key != course.key]
    return tuple(
        Clash(rule.id, rule.kind, course.key, other.key, rule.steps, until)
        for rule in rules
        for other in neighbours
        if _is_between(rule, course, other)
        for until, is_on in [_stands(rule, course, other, on)]
        if is_on
    )


def words_between(
    course: InPlan, others: Iterable[InPlan], rules: Iterable[BlendRule], *, on: date
) -> frozenset[str]:
    """The words of the rules that hold nothing back now, as ``gate_states`` reads them."""
    known = tuple(rules)
    waiting = {clash.rule for clash in clashes(course, others, known, on=on)}
    return frozenset(rule.word for rule in known if rule.id not in waiting)


def start_uses(course: InPlan, rules: Iterable[BlendRule]) -> tuple[GateUse, ...]:
    """The gates that rules put before the start of a course."""
    return tuple(_uses(course, rules, lambda rule: rule.kind != "holds"))


def session_uses(course: InPlan, rules: Iterable[BlendRule]) -> tuple[GateUse, ...]:
    """The gates that rules put before each session of a course."""
    return tuple(_uses(course, rules, lambda rule: rule.kind == "holds" and not rule.steps))


def step_uses(course: InPlan, rules: Iterable[BlendRule]) -> Mapping[str, tuple[GateUse, ...]]:
    """The gates that rules put before single steps of a course, by step."""
    found: dict[str, tuple[GateUse, ...]] = {}
    for rule in rules:
        if rule.kind == "holds" and course.is_one_of(rule.waits):
            for step in rule.steps:
                found[step] = (*found.get(step, ()), GateUse(rule.id))
    return found


def _uses(
    course: InPlan, rules: Iterable[BlendRule], fits: Callable[[BlendRule], bool]
) -> Iterator[GateUse]:
    for rule in rules:
        waits = (*rule.waits, *rule.others) if rule.kind == "apart" else rule.waits
        if fits(rule) and course.is_one_of(waits):
            yield GateUse(rule.id)


def _is_between(rule: BlendRule, course: InPlan, other: InPlan) -> bool:
    if rule.same_person and course.persons and other.persons and not course.persons & other.persons:
        return False
    if course.is_one_of(rule.waits) and other.is_one_of(rule.others):
        return True
    return rule.kind == "apart" and course.is_one_of(rule.others) and other.is_one_of(rule.waits)


def _stands(rule: BlendRule, course: InPlan, other: InPlan, on: date) -> tuple[date | None, bool]:
    """Until when the rule holds the course back, where that is known; and whether it does."""
    if rule.kind != "holds" and course.state != "planned":
        return None, False
    if other.state == "running" or (other.state == "planned" and rule.kind == "after"):
        return None, True
    if other.state != "ended" or other.ended_on is None:
        return None, False
    over = other.ended_on + timedelta(days=rule.days)
    return (over, True) if on < over else (None, False)


def rules_between(
    course: InPlan, others: Iterable[InPlan], rules: Iterable[BlendRule]
) -> tuple[BlendRule, ...]:
    """The rules that speak of this course and of one of the others, whatever their state."""
    neighbours = [one for one in others if one.key != course.key]
    return tuple(
        rule for rule in rules if any(_is_between(rule, course, other) for other in neighbours)
    )
