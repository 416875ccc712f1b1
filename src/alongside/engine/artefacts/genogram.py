"""A family tree from what was entered: who stands where, who is joined to whom, and how it is.

People are named in other rows by the name in their own. Every line ends at two people: a row that
names somebody who is not there draws no line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alongside.engine.artefacts.answers import Answers, same
from alongside.engine.artefacts.family import Spot, lay_out
from alongside.engine.artefacts.rows import Uses, column_of, one_of, rows_of, words_in
from alongside.engine.artefacts.shapes import Form

# By the words of "which generation", how many rows below the person it is about.
GENERATIONS: Mapping[str, int] = {
    "grandparents": -2,
    "parents": -1,
    "own": 0,
    "children": 1,
    "grandchildren": 2,
}


@dataclass(frozen=True, slots=True)
class Relative:
    """One person: ``id`` is the number of their row, from 1. Words are ids of options."""

    id: str
    name: str
    shape: str
    born: str
    died: str  # a year, or any mark that says so
    patterns: tuple[str, ...]
    household: str
    is_focus: bool
    spot: Spot

    @property
    def has_died(self) -> bool:
        """Is anything written under *died*?"""
        return bool(self.died)


@dataclass(frozen=True, slots=True)
class Parents:
    """A couple, or one parent alone, with the children they have.

    ``bar`` is the height of the line from which the children hang: no two that meet have the same.
    """

    one: str
    other: str  # empty: the other parent is not there
    kind: str  # as chosen; empty when only the children say that they belong together
    children: tuple[str, ...]
    bar: int


@dataclass(frozen=True, slots=True)
class Tie:
    """How two people are with each other."""

    one: str
    other: str
    kind: str


@dataclass(frozen=True, slots=True)
class Genogram:
    """A family tree."""

    people: tuple[Relative, ...]
    parents: tuple[Parents, ...]
    ties: tuple[Tie, ...]

    def name(self, id: str) -> str:
        """What somebody is called."""
        return next(one.name for one in self.people if one.id == id)

    @property
    def households(self) -> Mapping[str, tuple[Relative, ...]]:
        """Who lives together, by the word for it, in order of first being named."""
        found: dict[str, list[Relative]] = {}
        for one in self.people:
            if one.household:
                found.setdefault(one.household, []).append(one)
        return {name: tuple(people) for name, people in found.items()}


def genogram(form: Form, answers: Answers, uses: Uses) -> Genogram | None:
    """The tree, or None as long as nobody has a name."""
    del form
    named: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for number, row in enumerate(answers.get(one_of(uses, "name").partition(".")[0]) or (), 1):
        if name := words_in(row, uses, "name"):
            named.setdefault(same(name), (str(number), row))
    if not named:
        return None
    ids = {name: id for name, (id, _row) in named.items()}
    rows = dict(named.values())
    parents = {id: _parents(row, uses, ids, id) for id, row in rows.items()}
    couples = _couples(answers, uses, ids)
    focus = ids.get(same(str(answers.get(one_of(uses, "focus"), ""))), next(iter(rows)))
    spots = lay_out(
        list(rows),
        parents,
        couples,
        focus=focus,
        rows={
            id: GENERATIONS[word]
            for id, row in rows.items()
            if (word := words_in(row, uses, "generation")) in GENERATIONS
        },
    )
    return Genogram(
        tuple(
            _relative(id, row, uses, spots[id], is_focus=id == focus) for id, row in rows.items()
        ),
        _families(parents, couples, spots),
        tuple(_ties(answers, uses, ids)),
    )


def _relative(
    id: str, row: Mapping[str, Any], uses: Uses, spot: Spot, *, is_focus: bool
) -> Relative:
    pattern = words_in(row, uses, "pattern")
    return Relative(
        id=id,
        name=words_in(row, uses, "name"),
        shape=words_in(row, uses, "shape"),
        born=words_in(row, uses, "born"),
        died=words_in(row, uses, "died"),
        patterns=tuple(word for word in pattern.split("_and_") if word and word != "none"),
        household=words_in(row, uses, "household"),
        is_focus=is_focus,
        spot=spot,
    )


def _parents(
    row: Mapping[str, Any], uses: Uses, ids: Mapping[str, str], own: str
) -> tuple[str, ...]:
    said = (str(row.get(column_of(path), "")) for path in uses.get("parents", ()))
    found = (ids.get(same(name), "") for name in said)
    return tuple(dict.fromkeys(id for id in found if id and id != own))


def _pairs(
    answers: Answers, uses: Uses, ids: Mapping[str, str], role: str
) -> Iterator[tuple[str, str, str]]:
    """The rows of one role in which two different people are named, with the word between them."""
    between = uses.get(role, ())
    if len(between) != 2:
        return
    for row in rows_of(answers, between[0]):
        one, other = (ids.get(same(str(row.get(column_of(path), ""))), "") for path in between)
        if one and other and one != other:
            yield one, other, words_in(row, uses, f"{role}_kind")


def _couples(answers: Answers, uses: Uses, ids: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """By couple, how it is; a couple that is named twice counts as it was named last."""
    found: dict[tuple[str, str], str] = {}
    for one, other, kind in _pairs(answers, uses, ids, "couple"):
        pair = (other, one) if (other, one) in found else (one, other)
        found[pair] = kind
    return found


def _ties(answers: Answers, uses: Uses, ids: Mapping[str, str]) -> Iterator[Tie]:
    for one, other, kind in _pairs(answers, uses, ids, "tie"):
        yield Tie(one, other, kind)


def _families(
    parents: Mapping[str, Sequence[str]],
    couples: Mapping[tuple[str, str], str],
    spots: Mapping[str, Spot],
) -> tuple[Parents, ...]:
    """Every couple, and every parent with children, each with a line for its children."""
    children: dict[tuple[str, str], list[str]] = {pair: [] for pair in couples}
    for child, of in parents.items():
        if not of:
            continue
        pair = (of[0], of[1] if len(of) > 1 else "")
        children.setdefault(pair[::-1] if pair[::-1] in children else pair, []).append(child)
    found: list[Parents] = []
    taken: list[tuple[int, int, float, float]] = []
    for (one, other), born in children.items():
        there = [spots[id] for id in (one, other) if id]
        row = max(spot.row for spot in there)
        middle = sum(spot.column for spot in there) / len(there)
        reach = [middle, *(spots[child].column for child in born)]
        bar = _free(taken, row, min(reach), max(reach)) if born else 0
        found.append(Parents(one, other, couples.get((one, other), ""), tuple(born), bar))
    return tuple(found)


def _free(taken: list[tuple[int, int, float, float]], row: int, left: float, right: float) -> int:
    """The first height at which a line from left to right meets no other."""
    bar = 0
    while any(
        (row, bar) == (at, height) and left <= end and right >= start
        for at, height, start, end in taken
    ):
        bar += 1
    taken.append((row, bar, left, right))
    return bar


# -- from the circle -------------------------------------------------------------------------------

PARENTS = {"mother": "woman", "father": "man", "parent": ""}
CHILDREN = {"daughter": "woman", "son": "man", "child": ""}
SIBLINGS = {"sister": "woman", "brother": "man", "sibling": ""}
PARTNERS = {"spouse": "married", "partner": "together"}
FURTHER = {"grandparent": "grandparents", "aunt_uncle": "parents", "cousin": "own"}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom a circle knows: ``relation`` is what they are to the person."""

    name: str
    relation: str = ""
    born: str = ""


def with_circle(
    form: Form, answers: Answers, focus: Known, others: Sequence[Known]
) -> dict[str, Any]:
    """What was entered, with whoever of the family the circle knows and nobody has written yet.

    Args:
        focus: whom the circle is about; the tree too, unless somebody else was written.
        others: people of the circle; who is no relative is left out.

    Returns:
        New answers. Nothing that was entered is changed, only blanks beside the focus are filled.
    """
    uses = form.drawing.uses if form.drawing is not None else {}
    made = {**answers}
    people = one_of(uses, "name").partition(".")[0]
    couples = uses["couple"][0].partition(".")[0]
    rows = [dict(row) for row in answers.get(people) or ()]
    pairs = [dict(row) for row in answers.get(couples) or ()]
    cell = {role: column_of(one_of(uses, role)) for role in ("name", "shape", "born", "generation")}
    of = [column_of(path) for path in uses["parents"]]
    known = {same(str(row.get(cell["name"], ""))) for row in rows}

    def add(one: Known, **more: str) -> None:
        if same(one.name) in known:
            return
        known.add(same(one.name))
        row = {"name": one.name, "born": one.born, **more}
        filled = {cell.get(role, role): value for role, value in row.items() if value}
        rows.append(filled)

    add(focus)
    parents = [one for one in others if one.relation in PARENTS][: len(of)]
    for one in others:
        if one in parents:
            add(one, shape=PARENTS[one.relation])
        elif one.relation in SIBLINGS:
            add(one, shape=SIBLINGS[one.relation], **_to(of, parents))
        elif one.relation in CHILDREN:
            add(one, shape=CHILDREN[one.relation], **_to(of, [focus]))
        elif one.relation in FURTHER:
            add(one, generation=FURTHER[one.relation])
        elif one.relation in PARTNERS and same(one.name) not in known:
            add(one)
            first, second = (column_of(path) for path in uses["couple"])
            how = column_of(one_of(uses, "couple_kind"))
            pairs.append({first: focus.name, second: one.name, how: PARTNERS[one.relation]})
    for row in rows:
        if same(str(row.get(cell["name"], ""))) == same(focus.name):
            row.update({key: row.get(key) or value for key, value in _to(of, parents).items()})
    made[people], made[couples] = rows, pairs
    made.setdefault(one_of(uses, "focus"), focus.name)
    return {name: value for name, value in made.items() if value}


def _to(columns: Sequence[str], people: Sequence[Known]) -> dict[str, str]:
    return {column: one.name for column, one in zip(columns, people, strict=False)}
