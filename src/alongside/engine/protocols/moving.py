"""Help moves to another setting: what is possible, required and shown there, and what fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from alongside.engine.protocols.chooser import Block, stands_against
from alongside.engine.protocols.facts import Facts
from alongside.engine.protocols.shapes import ChooserRules, Gate, Protocol, Setting
from alongside.engine.terms import Reason

SETTING = "person.setting"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CourseThere:
    """What speaks for or against one course in the new setting and did not before, and back.

    ``is_described``: the protocol names the new setting among its own.
    """

    key: str
    is_described: bool
    blocks: tuple[Block, ...]
    blocks_gone: tuple[Block, ...]
    cautions: tuple[Reason, ...]
    cautions_gone: tuple[Reason, ...]

    @property
    def is_the_same(self) -> bool:
        """True when nothing about this course changes."""
        return not (self.blocks or self.blocks_gone or self.cautions or self.cautions_gone)


@dataclass(frozen=True, slots=True)
class Move:
    """All that changes with the setting. ``required`` is asked for there and was not before."""

    possible: tuple[Reason, ...]
    possible_gone: tuple[Reason, ...]
    required: tuple[Reason, ...]
    required_gone: tuple[Reason, ...]
    shown: tuple[str, ...]
    shown_gone: tuple[str, ...]
    courses: tuple[CourseThere, ...]


def what_changes(
    before: Setting | None,
    after: Setting,
    courses: Iterable[tuple[str, Protocol, str]],
    facts: Facts,
    gates: Mapping[str, Gate],
    rules: ChooserRules,
) -> Move:
    """Say what another setting changes for a plan.

    Args:
        before: where help is given now; None when that is not known.
        after: where it would be given.
        courses: key, protocol and variant of each open course.
        facts: what is known; its setting is set to one and then the other.
        gates, rules: as for the chooser.

    Returns:
        Reasons that are new or gone, and for each course what the chooser's own checks say there
        that they did not say here. Nothing is decided: a person moves the plan, or does not.

    Source: content/settings, and the checks of protocols and gates, each with its own.
    """
    here, there = _in(facts, before), _in(facts, after)
    found = []
    for key, protocol, variant in courses:
        blocks, cautions = stands_against(protocol, variant, here, gates, rules)
        blocks_there, cautions_there = stands_against(protocol, variant, there, gates, rules)
        found.append(
            CourseThere(
                key,
                after.id in protocol.settings,
                _only(blocks_there, blocks),
                _only(blocks, blocks_there),
                _only(cautions_there, cautions),
                _only(cautions, cautions_there),
            )
        )
    old = before or Setting("", "", (), ())
    return Move(
        _only(after.possible, old.possible),
        _only(old.possible, after.possible),
        _only(after.required, old.required),
        _only(old.required, after.required),
        _only(after.shown, old.shown),
        _only(old.shown, after.shown),
        tuple(found),
    )


def requirements(setting: Setting) -> tuple[str, ...]:
    """What a setting requires, each by a name of its own: ``prison/free``."""
    return tuple(f"{setting.id}/{reason.key.rpartition('/')[2]}" for reason in setting.required)


def _in(facts: Facts, setting: Setting | None) -> Facts:
    known = {key: value for key, value in facts.values.items() if key != SETTING}
    if setting is not None:
        known[SETTING] = setting.id
    return replace(facts, values=MappingProxyType(known))


def _only(these: Sequence[T], those: Sequence[T]) -> tuple[T, ...]:
    return tuple(one for one in these if one not in those)
