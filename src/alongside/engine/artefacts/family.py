"""Where the people of a family tree stand: a generation to a row, and nobody on top of another.

Parents stand in the row above their children and couples side by side, as far as what was written
down allows: a family that marries across generations, or a line drawn in a circle by mistake, is
placed all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

ROUNDS = 6  # of looking up and down; a family of thirty stands still after four


@dataclass(frozen=True, slots=True)
class Spot:
    """Where somebody stands: ``column`` from the left, at least 1 from the next; ``row`` from 0."""

    column: float
    row: int


def lay_out(
    people: Sequence[str],
    parents: Mapping[str, Sequence[str]],
    couples: Iterable[tuple[str, str]] = (),
    *,
    focus: str = "",
    rows: Mapping[str, int] | None = None,
) -> dict[str, Spot]:
    """Give everybody of a family a place.

    Args:
        people: ids, in the order they were written; brothers and sisters keep it.
        parents: by child, its parents. couples: who stand side by side. Ids that ``people`` does
            not have are left out.
        focus: whom the tree is about; ``rows`` count from their row.
        rows: for who is tied to nobody, how many rows below the focus they stand (above: less
            than 0).

    Returns:
        A place for each of ``people``. In one row two stand at least one column apart.
    """
    known = dict.fromkeys(people)
    born_to = {
        child: tuple(dict.fromkeys(one for one in of if one in known and one != child))
        for child, of in parents.items()
        if child in known
    }
    pairs = [(a, b) for a, b in couples if a in known and b in known and a != b]
    pairs += [(of[0], of[1]) for of in born_to.values() if len(of) == 2]
    levels = _levels(list(known), born_to, pairs, focus, rows or {})
    family = _Family(list(known), born_to, pairs, levels)
    family.settle()
    return {one: Spot(family.at[one], levels[one]) for one in known}


# -- rows ------------------------------------------------------------------------------------------


def _levels(
    people: list[str],
    parents: Mapping[str, Sequence[str]],
    pairs: Sequence[tuple[str, str]],
    focus: str,
    rows: Mapping[str, int],
) -> dict[str, int]:
    couple = _joined(people, pairs)
    above: dict[str, set[str]] = {one: set() for one in couple.values()}
    for child, of in parents.items():
        above[couple[child]].update(couple[one] for one in of if couple[one] != couple[child])
    depth: dict[str, int] = {}
    for one in above:
        _depth(one, above, depth, frozenset())
    below: dict[str, set[str]] = {one: set() for one in above}
    for one, higher in above.items():
        for parent in higher:
            below[parent].add(one)
    for one in sorted(above, key=lambda each: -depth[each]):
        if below[one] and not above[one]:  # grandparents right above, however deep the other side
            depth[one] = max(depth[one], min(depth[child] for child in below[one]) - 1)
    _by_hints(people, couple, _joined(people, [*pairs, *_lines(parents)]), depth, focus, rows)
    top = min(depth.values(), default=0)
    return {one: depth[couple[one]] - top for one in people}


def _lines(parents: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(child, parent) for child, of in parents.items() for parent in of]


def _joined(people: Sequence[str], pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By person, one id for everybody who hangs together by these pairs."""
    head = {one: one for one in people}

    def top(one: str) -> str:
        while head[one] != one:
            one = head[one]
        return one

    for a, b in pairs:
        head[top(b)] = top(a)
    return {one: top(one) for one in people}


def _depth(
    one: str, above: Mapping[str, set[str]], depth: dict[str, int], on_the_way: frozenset[str]
) -> int:
    """How many rows stand above; a line that leads back to itself counts as none."""
    if one not in depth:
        way = on_the_way | {one}
        found = [_depth(p, above, depth, way) for p in sorted(above[one]) if p not in way]
        depth[one] = 1 + max(found, default=-1)
    return depth[one]


def _by_hints(
    people: Sequence[str],
    couple: Mapping[str, str],
    tied: Mapping[str, str],
    depth: dict[str, int],
    focus: str,
    rows: Mapping[str, int],
) -> None:
    """Move those who hang together with nobody of the focus to the row they are said to be in."""
    if focus not in couple:
        return
    home = depth[couple[focus]]
    moved: set[str] = {tied[focus]}
    for one in people:
        if one in rows and tied[one] not in moved:
            moved.add(tied[one])
            step = home + rows[one] - depth[couple[one]]
            for each in {couple[other] for other in people if tied[other] == tied[one]}:
                depth[each] += step


# -- columns ---------------------------------------------------------------------------------------


class _Family:
    """Rows of units: a couple, a chain of couples, or somebody alone, side by side."""

    def __init__(
        self,
        people: list[str],
        parents: Mapping[str, Sequence[str]],
        pairs: Sequence[tuple[str, str]],
        levels: Mapping[str, int],
    ) -> None:
        self.parents = parents
        self.children: dict[str, list[str]] = {one: [] for one in people}
        for child, of in parents.items():
            for one in of:
                self.children[one].append(child)
        beside = [(a, b) for a, b in pairs if levels[a] == levels[b]]
        unit = _joined(people, beside)
        self.rows: list[list[list[str]]] = []
        for level in range(max(levels.values(), default=-1) + 1):
            here = [one for one in people if levels[one] == level]
            units = [[one for one in here if unit[one] == head] for head in _heads(here, unit)]
            self.rows.append([_chain(members, beside) for members in units])
        self.at: dict[str, float] = {}
        for row in self.rows:
            self._stand(row, {})

    def settle(self) -> None:
        """Bring children under their parents and parents over their children, nobody on another."""
        for _round in range(ROUNDS):
            for row in self.rows:
                row.sort(key=lambda unit: self._place(unit, self.parents))
                for unit in row:
                    self._turn(unit)
                self._stand(row, self._wanted(row))
            for row in reversed(self.rows):
                row.sort(key=self._over_children)
                self._stand(row, self._wanted(row))
        for row in self.rows:  # who has no children stands under the parents, wherever they are now
            self._stand(row, self._wanted(row, last=True))
            self._close_up(row)
        first = min(self.at.values(), default=0.0)
        self.at = {one: round(column - first, 6) for one, column in self.at.items()}

    def _close_up(self, row: list[list[str]]) -> None:
        """Who is tied to nobody stands right beside the one before."""
        for before, unit in pairwise(row):
            if len(unit) == 1 and not self.parents.get(unit[0]) and not self.children[unit[0]]:
                self.at[unit[0]] = self.at[before[-1]] + 1

    def _place(self, unit: list[str], of: Mapping[str, Sequence[str]]) -> float:
        mean = self._mean(unit, of)
        return sum(self.at[one] for one in unit) / len(unit) if mean is None else mean

    def _over_children(self, unit: list[str]) -> float:
        """Whoever has parents in the tree keeps the place that these gave them."""
        is_first = not any(self.parents.get(one) for one in unit)
        return self._place(unit, self.children if is_first else {})

    def _mean(self, unit: list[str], of: Mapping[str, Sequence[str]]) -> float | None:
        found = [self.at[each] for one in unit for each in of.get(one, ())]
        return sum(found) / len(found) if found else None

    def _turn(self, unit: list[str]) -> None:
        """Who of a couple has parents further left stands left."""
        ends = [self._mean([one], self.parents) for one in (unit[0], unit[-1])]
        if len(unit) > 1 and ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
            unit.reverse()

    def _wanted(self, row: list[list[str]], *, last: bool = False) -> dict[str, float]:
        """Where each unit's left end would be best: under its parents and over its children."""
        found = {}
        for unit in row:
            below = self._over(unit, self.children)
            above = self._over(unit, self.parents)
            ends = [end for end in (below, above) if end is not None]
            if ends and not (last and below is not None):
                found[unit[0]] = sum(ends) / len(ends)
        return found

    def _over(self, unit: list[str], of: Mapping[str, Sequence[str]]) -> float | None:
        if of is self.children:
            mean = self._mean(unit, of)
            return None if mean is None else mean - (len(unit) - 1) / 2
        ends = [
            sum(self.at[each] for each in of[one]) / len(of[one]) - place
            for place, one in enumerate(unit)
            if of.get(one)
        ]
        return sum(ends) / len(ends) if ends else None

    def _stand(self, row: list[list[str]], wanted: Mapping[str, float]) -> None:
        left = 0.0
        offsets, wishes = [], []
        for unit in row:
            offsets.append(left)
            wishes.append(wanted.get(unit[0], self.at.get(unit[0], left)) - left)
            left += len(unit)
        for unit, start, offset in zip(row, _in_order(wishes), offsets, strict=True):
            for place, one in enumerate(unit):
                self.at[one] = start + offset + place


def _heads(people: Sequence[str], unit: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(unit[one] for one in people))


def _chain(members: list[str], pairs: Sequence[tuple[str, str]]) -> list[str]:
    """People joined by couples so that as many as possible stand beside their partner."""
    beside: dict[str, list[str]] = {one: [] for one in members}
    for a, b in pairs:
        if a in beside and b in beside and b not in beside[a]:
            beside[a].append(b)
            beside[b].append(a)
    found: list[str] = []
    ahead = [min(members, key=lambda one: len(beside[one]))]
    while ahead:
        one = ahead.pop()
        if one not in found:
            found.append(one)
            ahead += [each for each in reversed(beside[one]) if each not in found]
    return found


def _in_order(wishes: Sequence[float]) -> list[float]:
    """The numbers nearest to these, by least squares, none smaller than the one before it."""
    blocks: list[tuple[float, int]] = []
    for wish in wishes:
        total, count = wish, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / count:
            before = blocks.pop()
            total, count = total + before[0], count + before[1]
        blocks.append((total, count))
    return [total / count for total, count in blocks for _each in range(count)]
