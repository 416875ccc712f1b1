"""Go or no-go: every gate with its reason, from facts alone. Nothing of it is ever stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from alongside.engine.meetings.screen import CheckState, Screened, check_states
from alongside.engine.meetings.shapes import Check, Holds, Path, Rules
from alongside.engine.sides import HEARD, OWN, Heard

State = Literal["clear", "warn", "needs", "stop"]
STOPS = frozenset({"flow", "refused_aim", "minor"})
NOTHING_HEARD = Heard()


@dataclass(frozen=True, slots=True)
class OptionFacts:
    """One option for help. ``missing`` names what is not written yet; a hold may have no end."""

    name: str
    residential: bool
    missing: tuple[str, ...] = ()
    held_until: datetime | None = None
    needs_hold: bool = True
    starts_at_once: bool = False
    proved_at: datetime | None = None

    def is_ready(self, when: datetime) -> bool:
        """True when nothing is missing and the place is held until that moment."""
        if self.missing:
            return False
        return not self.needs_hold or (self.held_until is not None and self.held_until >= when)


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one meeting that is being prepared.

    ``members`` are the ids of who takes part, ``absent`` of those who do not come and whose letter
    another reads, ``speakers`` of who speaks, ``minors`` of who takes
    part and is under 16; ``next_steps`` the answers that have a next step; ``released`` the gates
    the named lead let pass; ``tried`` the ways tried before; ``sides`` who was heard alone;
    ``read_for`` whose letter another reads, ``unread`` those of them whose reader will not be
    there; ``eve_ticked`` how much was gone through at the look the day before.
    """

    path: Path
    at: datetime
    level: int = 0
    led: str = ""
    is_qualified: bool = False
    has_standby: bool = False
    other_flow: str = ""
    has_aim: bool = False
    refused_aims: tuple[str, ...] = ()
    members: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()
    minors: frozenset[str] = frozenset()
    screened: tuple[Screened, ...] = ()
    said_by_lead: Mapping[str, str | None] = field(default_factory=dict)
    is_under_18: bool = False
    has_children_covered: bool = False
    is_child_asked: bool = True
    next_steps: frozenset[str] = frozenset()
    options: tuple[OptionFacts, ...] = ()
    tried: frozenset[str] = frozenset()
    refused_before: int = 0
    last_held_at: datetime | None = None
    starts_at: datetime | None = None
    has_place: bool = False
    has_escort: bool = False
    letters_needed: int = 0
    letters_final: int = 0
    read_for: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    rehearsed_at: datetime | None = None
    eve_checked_at: datetime | None = None
    eve_ticked: int = 0
    day_checked_at: datetime | None = None
    has_open_alert: bool = False
    is_afraid: bool = False
    is_stopped: bool = False
    sides: Heard = NOTHING_HEARD
    released: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MeetingGate:
    """One gate: where it stands, what it holds back, and whether the lead may let it pass.

    ``members`` are those whose answers it comes from, for whoever may know; ``have``, ``least``
    and ``most`` fill its words.
    """

    id: str
    state: State
    holds: Holds
    effect: str = ""
    is_releasable: bool = False
    is_released: bool = False
    members: tuple[str, ...] = ()
    have: int = 0
    least: int = 0
    most: int = 0

    @property
    def is_closed(self) -> bool:
        """True while it holds something back."""
        return self.state in {"needs", "stop"} and not self.is_released


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every gate. ``may_date``: a date can be set. ``may_go``: the meeting may begin."""

    gates: tuple[MeetingGate, ...]

    @property
    def closed(self) -> tuple[MeetingGate, ...]:
        """What holds something back, stops first, in content's order otherwise."""
        found = [gate for gate in self.gates if gate.is_closed]
        return tuple(sorted(found, key=lambda gate: (gate.state != "stop", gate.holds != "date")))

    @property
    def may_date(self) -> bool:
        """True when no gate before the date is closed."""
        return not any(gate.is_closed and gate.holds == "date" for gate in self.gates)

    @property
    def may_go(self) -> bool:
        """True when no gate is closed at all."""
        return not any(gate.is_closed for gate in self.gates)

    def gate(self, id: str) -> MeetingGate | None:
        """The gate with this id, if it was asked about."""
        return next((gate for gate in self.gates if gate.id == id), None)


def suggested(paths_few: str, paths_more: str, more_from: int, people: int) -> str:
    """The first offer: family training for one or two, an open invitation for three or more."""
    return paths_more if people >= more_from else paths_few


def go_no_go(rules: Rules, fact: Fact) -> Verdict:
    """Say of every gate whether it is open and, if not, why.

    Args:
        rules: numbers, checks and gates of content.
        fact: what is known now; moments are aware.

    Returns:
        All gates: those of content that apply to this path, then the safety checks. A gate that
        the named lead let pass stays visible as released; a gate nobody may release ignores it.

    Source: clinical rules of the planned meeting, sections 3, 5, 6 and 11; S13, S22, S23.
    """
    states = check_states(
        rules.checks,
        fact.screened,
        said_by_lead=fact.said_by_lead,
        speakers=fact.speakers,
    )
    by_id = {check.id: check for check in rules.checks}
    checks = tuple(_check_gate(by_id[state.check], state, fact) for state in states)
    computed = _computed(rules, fact, checks)
    gates = tuple(
        _placed(gate, rule.holds, rule.release == "lead", fact)
        for rule in rules.gates
        if (gate := computed.get(rule.id)) is not None
    )
    return Verdict(gates + checks)


def _placed(gate: MeetingGate, holds: Holds, may: bool, fact: Fact) -> MeetingGate:
    is_closed = gate.state in {"needs", "stop"}
    return MeetingGate(
        id=gate.id,
        state=gate.state,
        holds=holds,
        effect=gate.effect,
        is_releasable=may and is_closed,
        is_released=may and is_closed and gate.id in fact.released,
        members=gate.members,
        have=gate.have,
        least=gate.least,
        most=gate.most,
    )


def _check_gate(check: Check, state: CheckState, fact: Fact) -> MeetingGate:
    effect = state.effect
    found: State
    if effect is None:
        found = "needs"
    elif effect in {"clear", "warn"}:
        found = "clear" if effect == "clear" else "warn"
    elif effect == "stop" or (effect == "stop_surprise" and fact.path.is_surprise):
        found = "stop"
    elif effect == "stop_surprise":
        found = "warn"
    else:
        found = "needs"
    # What was found is released only where content lets it; what nobody knows is asked again by
    # the lead, who writes what came of it; a history is carried by lead, stand-by and supervisor.
    may = check.release == "lead" or effect in {"ask", "lead"}
    if effect == "stop_surprise" and fact.path.is_surprise:
        may = False
    holds: Holds = "go" if check.asked in {"lead", "day"} and check.id != "SC8" else "date"
    if effect is None:
        may = False
    gate = MeetingGate(
        id=check.id, state=found, holds=holds, effect=effect or "", members=state.members
    )
    return _placed(gate, holds, may, fact)


def _needs(id: str, is_open: bool, *, have: int = 0, least: int = 0, most: int = 0) -> MeetingGate:
    closed: State = "stop" if id in STOPS else "needs"
    return MeetingGate(
        id, "clear" if is_open else closed, "date", have=have, least=least, most=most
    )


def _computed(
    rules: Rules, fact: Fact, checks: tuple[MeetingGate, ...]
) -> Mapping[str, MeetingGate]:
    return {gate.id: gate for gate in _each(rules, fact, checks)}


def _each(rules: Rules, fact: Fact, checks: tuple[MeetingGate, ...]) -> Iterator[MeetingGate]:
    yield _needs("stopped", not fact.is_stopped)
    yield _needs("alert", not fact.has_open_alert)
    yield _needs("afraid", not fact.is_afraid)
    sides = fact.sides
    yield _needs(HEARD, sides.are_enough, have=sides.have, least=sides.least)
    yield _needs(OWN, sides.has_own, have=sides.own, least=sides.own_least)
    yield _needs("flow", not fact.other_flow)
    asked = {each.member for each in fact.screened if each.given} & fact.members
    yield _needs(
        "asked",
        bool(fact.members) and asked == fact.members,
        have=len(asked),
        least=len(fact.members),
    )
    yield _needs("aim", fact.has_aim)
    yield _needs("refused_aim", not fact.refused_aims)
    yield from _of_leading(rules, fact, checks)
    yield from _of_people(rules, fact)
    yield _needs("child_asked", fact.is_child_asked or len(fact.members) < 2)
    yield _needs("children", fact.has_children_covered)
    stepped = len(fact.next_steps & set(rules.answers))
    yield _needs("answers", stepped == len(rules.answers), have=stepped, least=len(rules.answers))
    yield from _of_options(rules, fact)
    until = fact.starts_at or fact.at
    soon = fact.last_held_at is not None and until < fact.last_held_at + timedelta(
        days=rules.days_between
    )
    yield _needs("between", not soon, least=rules.days_between)
    yield from _of_the_day(rules, fact)


def _of_leading(rules: Rules, fact: Fact, checks: tuple[MeetingGate, ...]) -> Iterator[MeetingGate]:
    path = fact.path
    is_clear = not any(g.is_closed for g in checks if g.holds == "date")
    with_lead = any(gate.effect == "lead" for gate in checks)
    if path.is_surprise:
        yield _needs("surprise_tried", bool(fact.tried & rules.tried))
        yield _needs("surprise_screen", is_clear)
        yield _needs("surprise_lead", fact.is_qualified and fact.led == "present")
        soon = any(o.is_ready(fact.at) and o.starts_at_once for o in fact.options)
        yield _needs("surprise_ready", soon, least=rules.start_within_hours)
    yield _needs("led", fact.led in path.led_at(fact.level))
    must = (
        path.is_surprise
        or with_lead
        or fact.is_under_18
        or len(fact.members - fact.absent) > rules.unaided_members
        or fact.refused_before >= rules.failures
        or not is_clear
    )
    yield _needs("professional", not must or fact.led == "present")
    yield _needs("standby", not with_lead or fact.has_standby)
    yield _needs("minor", not (fact.is_under_18 and path.is_surprise))


def _of_people(rules: Rules, fact: Fact) -> Iterator[MeetingGate]:
    path, number = fact.path, len(fact.members - fact.absent)
    yield _needs("child", not fact.minors & fact.speakers)
    least = min(rules.speakers, path.least)
    yield _needs(
        "speakers",
        least <= len(fact.speakers) <= rules.most_speakers,
        have=len(fact.speakers),
        least=least,
        most=rules.most_speakers,
    )
    yield _needs(
        "people",
        path.least <= number <= path.most,
        have=number,
        least=path.least,
        most=path.most,
    )


def _of_options(rules: Rules, fact: Fact) -> Iterator[MeetingGate]:
    when = fact.starts_at or fact.at
    ready = [option for option in fact.options if option.is_ready(when)]
    yield _needs("options", len(ready) >= rules.options, have=len(ready), least=rules.options)
    home = sum(1 for option in ready if not option.residential)
    yield _needs("not_residential", home >= rules.not_residential, have=home)
    soon = sum(1 for option in ready if option.starts_at_once)
    yield _needs("soon", soon >= 1, have=soon, least=rules.start_within_hours)


def _of_the_day(rules: Rules, fact: Fact) -> Iterator[MeetingGate]:
    yield _needs("place", fact.has_place)
    yield _needs("escort", fact.has_escort)
    yield _needs(
        "letters",
        fact.letters_final >= fact.letters_needed,
        have=fact.letters_final,
        least=fact.letters_needed,
    )
    unread = fact.unread & fact.read_for
    read, of = len(fact.read_for - unread), len(fact.read_for)
    readers = _needs("readers", not unread, have=read, least=of)
    yield replace(readers, members=tuple(sorted(unread)))
    yield _needs("rehearsed", fact.rehearsed_at is not None)
    fresh = timedelta(hours=rules.proof_within_hours)
    proved = any(
        option.starts_at_once
        and option.proved_at is not None
        and fact.at - option.proved_at <= fresh
        for option in fact.options
        if option.is_ready(fact.at)
    )
    yield _needs("proof", proved, least=rules.proof_within_hours)
    begins, eve = fact.starts_at or fact.at, timedelta(hours=rules.eve_hours)
    looked = fact.eve_checked_at is not None and begins - fact.eve_checked_at <= eve
    ticked = fact.eve_ticked if looked else 0
    yield _needs(
        "eve",
        looked and ticked >= rules.eve_things,
        have=ticked,
        least=rules.eve_things,
        most=rules.eve_hours,
    )
    day = timedelta(hours=rules.day_check_hours)
    checked = fact.day_checked_at is not None and fact.at - fact.day_checked_at <= day
    yield _needs("day", checked)
