"""What could help, what must not be done, and why; and what one would ask next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from alongside.engine.protocols.blend import BlendRule, InPlan, clashes
from alongside.engine.protocols.conditions import Always, Truth, View, evaluate
from alongside.engine.protocols.facts import Facts
from alongside.engine.protocols.levels import Danger, level_of_danger
from alongside.engine.protocols.shapes import (
    ChooserRules,
    Effect,
    Exclusion,
    Gate,
    Need,
    Offer,
    Protocol,
)
from alongside.engine.terms import Reason


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A protocol that could help. ``protocol`` is an id, or ``id/variant``."""

    protocol: str
    why: tuple[Reason, ...]
    line: str
    runnable: bool

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the reasons come from, each once."""
        return tuple(dict.fromkeys(reason.source for reason in self.why if reason.source))


@dataclass(frozen=True, slots=True)
class Caution:
    """What to mind with a protocol. ``ask`` are facts to ask before it is begun."""

    protocol: str
    why: tuple[Reason, ...]
    ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One reason why a protocol must not be begun, and what would release it."""

    gate: str
    reason: Reason
    release: Reason
    release_by: tuple[str, ...]
    until: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """A protocol that must not be begun now."""

    protocol: str
    because: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The chooser's whole answer. It never writes a plan; a person decides.

    ``notes`` are what to beware and what to do besides, for pages; not part of the output of
    the command line.
    """

    level: str | None
    first: str | None
    suggested: tuple[Suggestion, ...]
    cautioned: tuple[Caution, ...]
    blocked: tuple[Blocked, ...]
    ask_next: tuple[str, ...]
    because: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()

    def as_output(self) -> dict[str, object]:
        """The answer in the stable form of the command line."""
        return {
            "level": self.level,
            "first": self.first,
            "suggested": [
                {
                    "protocol": one.protocol,
                    "why": [reason.text for reason in one.why],
                    "sources": list(one.sources),
                }
                for one in self.suggested
            ],
            "cautioned": [
                {"protocol": one.protocol, "why": [reason.text for reason in one.why]}
                for one in self.cautioned
            ],
            "blocked": [
                {
                    "protocol": one.protocol,
                    "because": [
                        {
                            "gate": block.gate,
                            "text": block.reason.text,
                            "release": block.release.text,
                        }
                        for block in one.because
                    ],
                }
                for one in self.blocked
            ],
            "ask_next": list(self.ask_next),
        }


def choose(
    facts: Facts,
    protocols: Mapping[str, Protocol],
    needs: Mapping[str, Need],
    gates: Mapping[str, Gate],
    rules: ChooserRules,
    blend: Iterable[BlendRule] = (),
) -> Choice:
    """Say what could help and what must not be done.

    Args:
        facts: what is known; unknown is not "no".
        protocols: by ``id@version``; of each id the newest version is judged.
        needs: by id; what each one leads to.
        gates: by id; how the chooser sees them is in their ``checks``.
        rules: levels, what comes first, what is always offered and never blocked.
        blend: rules between protocols, asked about what is ``running`` already.

    Returns:
        Suggested, cautioned and blocked protocols, each with reasons and sources. A protocol is
        never both suggested and blocked; it can be suggested with a caution. A block that hangs
        on an unknown fact takes the protocol out of the suggestions (or leaves it with "ask
        first", where content says so) and puts the fact into ``ask_next``.
        What is offered but not there is passed over; ``content check`` reports it.

    Source: the offers of needs, exclusions of protocols and checks of gates, each with its own.
    """
    danger = level_of_danger(facts, rules)
    view = View(facts, rules.numbers, danger.level, danger.possible)
    asked: set[str] = set(danger.asked)
    newest = _newest(protocols.values())
    candidates = list(_candidates(view, newest, needs, rules, asked))
    between = tuple(blend)
    verdicts = [_judge(one, view, gates, rules, between) for one in candidates]
    asked |= {key for verdict in verdicts if verdict.is_undecided for key in verdict.asked}
    if facts.get("needs") is None:
        asked.add("needs")
    named = [needs[id] for id in facts.words("needs") if id in needs]
    return Choice(
        level=danger.level,
        first=_first(view, rules, asked),
        suggested=_suggested(verdicts, facts),
        cautioned=_cautioned(verdicts),
        blocked=_blocked(verdicts),
        ask_next=_in_order(asked, facts),
        because=danger.because,
        notes=tuple(note for need in named for note in (*need.before, *need.beware)),
    )


def stands_against(
    protocol: Protocol,
    variant: str,
    facts: Facts,
    gates: Mapping[str, Gate],
    rules: ChooserRules,
) -> tuple[tuple[Block, ...], tuple[Reason, ...]]:
    """What blocks one protocol, or one variant of it, and what to mind with it, by these facts.

    The same checks as those of ``choose``, for a course that stands in a plan already. A fact that
    is not known blocks nothing here: it was asked when the way was chosen.
    """
    danger = level_of_danger(facts, rules)
    view = View(facts, rules.numbers, danger.level, danger.possible)
    verdict = _judge(_Candidate(protocol, variant, "also", (), False), view, gates, rules, ())
    return tuple(dict.fromkeys(verdict.blocks)), verdict.cautions


@dataclass(frozen=True, slots=True)
class _Candidate:
    protocol: Protocol
    variant: str
    line: str  # always | first | also | beware | asked
    why: tuple[Reason, ...]
    wanted: bool  # somebody asked for exactly this
    unsure: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.protocol.id}/{self.variant}" if self.variant else self.protocol.id


@dataclass(frozen=True, slots=True)
class _Verdict:
    candidate: _Candidate
    blocks: tuple[Block, ...] = ()
    common: tuple[Block, ...] = ()  # those of every variant
    cautions: tuple[Reason, ...] = ()
    ask_first: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    withheld: bool = False
    tried: bool = False
    ask_reasons: tuple[Reason, ...] = field(default=())

    @property
    def is_undecided(self) -> bool:
        """True while a further fact could matter: no block that nothing releases here."""
        final = any(not block.until for block in self.blocks)
        return not final and self.candidate.line != "beware"

    @property
    def is_suggested(self) -> bool:
        line = self.candidate.line
        return not self.blocks and not self.withheld and line in {"always", "first", "also"}


def _newest(protocols: Iterable[Protocol]) -> dict[str, Protocol]:
    newest: dict[str, Protocol] = {}
    for protocol in protocols:
        held = newest.get(protocol.id)
        if held is None or held.ref.version < protocol.ref.version:
            newest[protocol.id] = protocol
    return newest


def _candidates(
    view: View,
    protocols: Mapping[str, Protocol],
    needs: Mapping[str, Need],
    rules: ChooserRules,
    asked: set[str],
) -> Iterator[_Candidate]:
    """Every protocol worth a judgement, the best offer of each once, in order of rank."""
    found: dict[str, _Candidate] = {}
    wanted = view.facts.words("asked_for")

    def add(name: str, line: str, why: tuple[Reason, ...], unsure: frozenset[str]) -> None:
        for protocol, variant in _named(name, protocols):
            one = _Candidate(protocol, variant, line, why, name in wanted, unsure)
            held = found.get(one.name)
            if held is None or (held.line == "beware" and line != "beware"):
                found[one.name] = one
            elif line != "beware":
                more = tuple(reason for reason in why if reason not in held.why)
                found[one.name] = replace(held, why=(*held.why, *more))

    for always in rules.always:
        if evaluate(always.when, view).value:
            add(always.protocol, "always", (always.why,), frozenset())
    offers = [
        (offer, truth)
        for id in view.facts.words("needs")
        if id in needs
        for offer, truth in _open_offers(needs[id], view)
    ]
    for line in ("first", "also", "beware"):
        for offer, truth in offers:
            if offer.line == line:
                asked |= truth.asked
                add(offer.protocol, line, (offer.why,), truth.asked)
    for name in wanted:
        never_blocked = name.partition("/")[0] in rules.never_blocked
        add(name, "always" if never_blocked else "asked", (), frozenset())
    yield from found.values()


def _open_offers(need: Need, view: View) -> Iterator[tuple[Offer, Truth]]:
    for offer in need.offers:
        truth = evaluate(offer.when, view)
        if truth.value is not False:
            yield offer, truth


def _named(name: str, protocols: Mapping[str, Protocol]) -> Iterator[tuple[Protocol, str]]:
    """The protocol and variant of a name; every variant where a protocol is judged by variant."""
    id, _, variant = name.partition("/")
    protocol = protocols.get(id)
    if protocol is None or (variant and protocol.variant(variant) is None):
        return
    if variant or not protocol.by_variant:
        yield protocol, variant
    else:
        for one in protocol.variants:
            yield protocol, one.id


def _judge(
    candidate: _Candidate,
    view: View,
    gates: Mapping[str, Gate],
    rules: ChooserRules,
    blend: tuple[BlendRule, ...],
) -> _Verdict:
    protocol = candidate.protocol
    never_blocked = protocol.id in rules.never_blocked
    blocks: list[Block] = []
    common: list[Block] = []
    cautions: list[Reason] = []
    ask_first: set[str] = set()
    asked: set[str] = set()
    withheld = False
    checks = (
        *_checks(protocol, candidate.variant, view, gates),
        *_between(candidate, view.facts, gates, blend),
    )
    for check in checks:
        truth = evaluate(check.when, view)
        asked |= truth.asked
        blocking = check.effect != "warn" and not never_blocked
        if truth.value and blocking:
            block = Block(
                check.gate, check.reason, check.release, check.release_by,
                check.effect == "block_until",
            )  # fmt: skip
            blocks.append(block)
            if not check.variants:
                common.append(block)
        elif truth.value:
            cautions.append(check.reason)
            withheld = withheld or not (check.suggest or never_blocked)
        elif truth.value is None and (blocking or not check.suggest):
            ask_first |= truth.asked
            withheld = withheld or (blocking and check.if_unknown == "withhold")
    tried = not never_blocked and bool(
        {candidate.name, protocol.id} & set(view.facts.words("tried"))
    )
    if tried:
        cautions.append(rules.tried)
    setting = view.facts.get("person.setting")
    if isinstance(setting, str) and setting not in protocol.settings and not never_blocked:
        cautions.append(rules.other_setting)
    if candidate.line == "asked":
        cautions.append(rules.asked_for)
        withheld = True
    ordered = _in_order(ask_first | candidate.unsure, view.facts)
    return _Verdict(
        candidate, tuple(blocks), tuple(common), tuple(dict.fromkeys(cautions)), ordered,
        frozenset(asked), withheld, tried, _ask_reasons(ordered, view.facts, rules),
    )  # fmt: skip


def _checks(
    protocol: Protocol, variant: str, view: View, gates: Mapping[str, Gate]
) -> Iterator[Exclusion]:
    seen: set[str] = set()
    for use in (*protocol.gates_start, *protocol.gates_session):
        if use.chooser == "skip" or use.gate in seen or not use.is_for(variant):
            continue
        seen.add(use.gate)
        if use.unless is not None and evaluate(use.unless, view).value:
            continue
        for check in gates[use.gate].checks:
            effect: Effect = "warn" if use.chooser == "warn" else check.effect
            yield replace(check, variants=use.variants, effect=effect)
    for exclusion in protocol.exclusions:
        if not exclusion.variants or variant in exclusion.variants:
            yield exclusion


def _between(
    candidate: _Candidate, facts: Facts, gates: Mapping[str, Gate], blend: tuple[BlendRule, ...]
) -> Iterator[Exclusion]:
    """What stands against beginning this beside what is going on already.

    A clinician may let most of it pass, and may choose today what begins later: only what nobody
    may let pass blocks.
    """
    going_on = [
        InPlan(name, *name.partition("/")[::2], state="running")
        for name in facts.words("running")
        if name.partition("/")[0] != candidate.protocol.id
    ]
    wanted = InPlan("", candidate.protocol.id, candidate.variant)
    found = clashes(wanted, going_on, blend, on=date.max)  # what runs has no end: any day will do
    for id, kind in dict.fromkeys((clash.rule, clash.kind) for clash in found):
        gate = gates[id]
        waits: Effect = "block_until" if kind != "holds" and gate.hard == "yes" else "warn"
        yield Exclusion(id, Always(), waits, id, gate.reason, gate.release, gate.release_by)


def _suggested(verdicts: list[_Verdict], facts: Facts) -> tuple[Suggestion, ...]:
    open_ = [verdict for verdict in verdicts if verdict.is_suggested]
    ranked = sorted(open_, key=lambda verdict: (verdict.tried, _LINES[verdict.candidate.line]))
    return tuple(
        Suggestion(
            verdict.candidate.name,
            (*verdict.candidate.why, *_evidence(verdict.candidate, facts)),
            verdict.candidate.line,
            verdict.candidate.protocol.runnable,
        )
        for verdict in ranked
    )


_LINES = {"always": 0, "first": 1, "also": 2, "beware": 3, "asked": 4}


def _evidence(candidate: _Candidate, facts: Facts) -> Iterator[Reason]:
    found = candidate.protocol.evidence_for(facts.words("needs"), candidate.variant)
    for finding in found[:2]:
        yield Reason(finding.key, f"{finding.text} {finding.limits}".strip(), finding.source)


def _cautioned(verdicts: list[_Verdict]) -> tuple[Caution, ...]:
    found = []
    for verdict in verdicts:
        why = (*verdict.ask_reasons, *verdict.cautions)
        if not verdict.blocks and why and verdict.candidate.line != "beware":
            found.append(Caution(verdict.candidate.name, why, verdict.ask_first))
    return tuple(found)


def _blocked(verdicts: list[_Verdict]) -> tuple[Blocked, ...]:
    found: dict[str, tuple[Block, ...]] = {}
    for verdict in verdicts:
        candidate = verdict.candidate
        if not verdict.blocks:
            continue
        whole = candidate.protocol.by_variant and bool(verdict.common)
        if whole:
            found.setdefault(candidate.protocol.id, verdict.common)
        if not whole or candidate.wanted:
            found[candidate.name] = verdict.blocks
    return tuple(Blocked(name, tuple(dict.fromkeys(blocks))) for name, blocks in found.items())


def _first(view: View, rules: ChooserRules, asked: set[str]) -> str | None:
    for rule in rules.first:
        truth = evaluate(rule.when, view)
        if truth.value:
            return rule.first
        asked |= truth.asked
    return None


def _in_order(keys: Iterable[str], facts: Facts) -> tuple[str, ...]:
    order = {key.path: number for number, key in enumerate(facts.schema.walk())}
    return tuple(sorted(set(keys), key=lambda path: (order.get(path, len(order)), path)))


def _ask_reasons(keys: tuple[str, ...], facts: Facts, rules: ChooserRules) -> tuple[Reason, ...]:
    found = []
    for path in keys:
        key = facts.schema.key(path)
        question = key.question if key is not None else path
        text = f"{rules.ask_first.text} {question}"
        found.append(Reason(f"{rules.ask_first.key}:{path}", text, rules.ask_first.source))
    return tuple(found)


__all__ = [
    "Block",
    "Blocked",
    "Caution",
    "Choice",
    "Danger",
    "Suggestion",
    "choose",
]
