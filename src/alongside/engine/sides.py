"""More than one side: who was spoken to alone, and whether the lead chose one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

HEARD, OWN = "sides_heard", "own_side"  # gates by name, and the words that they wait for
# Said of whoever came with the worry, and of the person it is about: nobody has to write it down.
TOLD_US, THE_PERSON = "told_us", "person"
NEVER_OWN = frozenset({TOLD_US, "reporter"})  # whom these propose is not the lead's own choice


@dataclass(frozen=True, slots=True)
class SideRules:
    """What content asks for: so many people, of whom so many proposed by one of ``own_by``."""

    least: int
    own: int
    own_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class Side:
    """One person around somebody, or that person.

    ``who`` is one human, however often they are written down. ``spoken_on`` is the last day they
    were spoken to alone; ``is_here`` that they are still in the circle, or are who it is about;
    ``told_us`` that the worry came from them.
    """

    who: str
    proposed_by: str = ""
    spoken_on: date | None = None
    is_here: bool = True
    told_us: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """How many sides were heard alone, of how many; and how many of them the lead chose.

    Without numbers nothing is enough: what is unknown holds back.
    """

    have: int = 0
    least: int = 1
    own: int = 0
    own_least: int = 1

    @property
    def are_enough(self) -> bool:
        """True when so many people were spoken to alone as content asks for."""
        return self.have >= self.least

    @property
    def has_own(self) -> bool:
        """True when whoever reported did not choose all who were heard."""
        return self.own >= self.own_least

    @property
    def words(self) -> frozenset[str]:
        """The words of the gates that are true."""
        said = {HEARD: self.are_enough, OWN: self.has_own}
        return frozenset(word for word, is_so in said.items() if is_so)


def heard(sides: Iterable[Side], rules: SideRules, *, on: date) -> Heard:
    """Count the sides that were heard alone by a day.

    Args:
        sides: everybody around the person, and the person.
        rules: how many, and whose proposal counts as the lead's own choice.
        on: the day asked about; a talk after it does not count yet.

    Returns:
        The counts. One human counts once. Whoever left the circle does not count, and who told us
        is nobody's own choice, whoever is written down as having proposed them.

    Source: misuse rule M1: one reporter never makes a circle.
    """
    spoken = [
        side
        for side in sides
        if side.is_here and side.spoken_on is not None and side.spoken_on <= on
    ]
    told = {side.who for side in spoken if side.told_us}
    own = {side.who for side in spoken if side.proposed_by in rules.own_by} - told
    return Heard(len({side.who for side in spoken}), rules.least, len(own), rules.own)
