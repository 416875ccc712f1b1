"""Two versions of one protocol: what is new, gone or different, part by part, and why it counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from alongside.engine import differing
from alongside.engine.differing import Difference
from alongside.engine.protocols.shapes import Gate, GateUse, Phase, Protocol
from alongside.engine.terms import Reason

PARTS: tuple[str, ...] = (
    "dose", "phases", "steps", "gates", "measures", "forms", "each_session", "consents",
    "deliverers", "stop_rules", "completion", "skeleton", "variants", "indications", "exclusions",
    "cautions", "evidence", "whole", "sources",
)  # fmt: skip

_WHOLE = (
    "name", "what", "family", "treats", "runnable", "alerts", "formats", "settings", "checked",
    "review_by",
)  # fmt: skip

# What whoever takes part would notice: a change here is another plan than the one agreed to.
AGREED_TO: frozenset[str] = frozenset(
    {"dose", "phases", "steps", "gates", "measures", "forms", "each_session", "consents",
     "deliverers", "stop_rules"}
)  # fmt: skip


def differences(
    before: Protocol,
    after: Protocol,
    gates: Mapping[str, Gate],
    *,
    variant: str | None = None,
    forms_before: Mapping[str, Any] | None = None,
    forms_after: Mapping[str, Any] | None = None,
) -> tuple[Difference, ...]:
    """What differs between two versions of a protocol.

    Args:
        variant: for a course of this variant ("" being the protocol as a whole), only what such a
            course does; None for everything that stands in the two versions.
        forms_before, forms_after: the forms of each version by id; one that is in both and reads
            otherwise counts as changed.

    Returns:
        Differences in the order of ``PARTS``, within one in the order of the later version. Keys of
        sentences, which name their version, are no difference; words, numbers and rules are.
    """
    found = [*_of_a_course(before, after, gates, variant)]
    found += _forms(before, after, forms_before or {}, forms_after or {})
    if variant is None:
        found += _of_the_whole(before, after)
    return tuple(found)


def asks_again(found: Iterable[Difference]) -> bool:
    """Is it another plan than the one people agreed to?"""
    return any(one.part in AGREED_TO for one in found)


def _of_a_course(
    before: Protocol, after: Protocol, gates: Mapping[str, Gate], variant: str | None
) -> Iterator[Difference]:
    old_phases, new_phases = _phases(before, variant), _phases(after, variant)
    own = variant or ""
    yield from differing.single("dose", before.dose_of(own), after.dose_of(own))
    yield from differing.rows("phases", old_phases, new_phases, _id, without={"steps"})
    yield from differing.rows(
        "steps",
        list(_steps(old_phases, variant)),
        list(_steps(new_phases, variant)),
        _id,
        why=lambda old, new: _new_gates(old, new, gates),
    )
    yield from differing.rows(
        "gates",
        list(_uses(before, variant)),
        list(_uses(after, variant)),
        lambda row: f"{row[0]}/{row[1].gate}",
        why=lambda old, new: _reason_of((new or old)[1], gates),
        inner=lambda row: row[1],
    )
    yield from _measures(before, after, variant)
    yield from differing.rows(
        "each_session",
        [one for one in before.each_session if _is_for(one.variants, variant)],
        [one for one in after.each_session if _is_for(one.variants, variant)],
        lambda row: str(row.form),
    )
    yield from differing.names("consents", before.consents, after.consents)
    yield from differing.rows(
        "deliverers",
        before.deliverers if variant is None else before.deliverers_of(variant),
        after.deliverers if variant is None else after.deliverers_of(variant),
        lambda row: str(row.role),
    )
    yield from differing.rows(
        "stop_rules",
        [one for one in before.stop_rules if _is_for(one.variants, variant)],
        [one for one in after.stop_rules if _is_for(one.variants, variant)],
        _id,
    )
    yield from differing.single("completion", before.completion, after.completion)
    yield from differing.rows("skeleton", before.skeleton, after.skeleton, _id)


def _of_the_whole(before: Protocol, after: Protocol) -> Iterator[Difference]:
    yield from differing.rows("variants", before.variants, after.variants, _id)
    yield from differing.rows("indications", before.indications, after.indications, _id)
    yield from differing.rows("exclusions", before.exclusions, after.exclusions, _id)
    yield from differing.rows("cautions", before.cautions, after.cautions, _last_of_key)
    yield from differing.rows("evidence", before.evidence, after.evidence, _last_of_key)
    for name in _WHOLE:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Difference("whole", "changed", name, old, new, (name,))
    yield from differing.names("sources", before.sources, after.sources)


# -- the parts of a course -----------------------------------------------------------------------


def _id(row: Any) -> str:
    return str(row.id)


def _last_of_key(row: Any) -> str:
    return str(row.key).rpartition("/")[2]


def _is_for(variants: tuple[str, ...], variant: str | None) -> bool:
    return variant is None or not variants or variant in variants


def _phases(way: Protocol, variant: str | None) -> tuple[Phase, ...]:
    return way.phases if variant is None else way.phases_of(variant)


def _steps(phases: Iterable[Phase], variant: str | None) -> Iterator[Any]:
    return (step for phase in phases for step in phase.steps if _is_for(step.variants, variant))


def _uses(way: Protocol, variant: str | None) -> Iterator[tuple[str, GateUse]]:
    for where, uses in (("start", way.gates_start), ("session", way.gates_session)):
        yield from ((where, use) for use in uses if variant is None or use.is_for(variant))


def _reason_of(use: GateUse, gates: Mapping[str, Gate]) -> tuple[Reason, ...]:
    gate = gates.get(use.gate)
    return () if gate is None else (gate.reason,)


def _new_gates(old: Any, new: Any, gates: Mapping[str, Gate]) -> tuple[Reason, ...]:
    if new is None:
        return ()
    had = {use.gate for use in old.gates} if old is not None else set()
    found = (_reason_of(use, gates) for use in new.gates if use.gate not in had)
    return tuple(dict.fromkeys(reason for reasons in found for reason in reasons))


def _measures(before: Protocol, after: Protocol, variant: str | None) -> Iterator[Difference]:
    yield from differing.rows(
        "measures",
        before.measures if variant is None else before.measures_of(variant),
        after.measures if variant is None else after.measures_of(variant),
        lambda row: str(row.instrument),
    )


def _forms(
    before: Protocol, after: Protocol, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    yield from differing.names("forms", before.artefacts, after.artefacts)
    for id in after.artefacts:
        if id in old and id in new and differing.plain(old[id]) != differing.plain(new[id]):
            differs = differing.fields_changed(old[id], new[id], frozenset())
            yield Difference("forms", "changed", id, old[id], new[id], differs)
