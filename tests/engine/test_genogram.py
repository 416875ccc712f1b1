"""A family tree: nobody on top of another, a row a generation, every line between two people."""

from __future__ import annotations

from datetime import date
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from alongside.engine import artefacts
from alongside.engine.artefacts.family import lay_out
from tests.harness.content import shipped

FORMS = shipped().artefacts
TREE = FORMS["family_systems/genogram@1"]
WORDS = st.sampled_from(
    ["Ada", "ada ", "Bo", "Chidi", "Dele", "Emeka", "Femi", "Grace", "", "Nobody"]
)


def person(name: str, *of: str, **more: str) -> dict[str, str]:
    return {"name": name, **dict(zip(("parent", "parent_2"), of, strict=False)), **more}


SAM = {
    "focus": "sam",
    "people": [
        person("Obi", died="1999", pattern="substance"), person("Adaeze", died="†"),
        person("James"), person("Grace"),
        person("Emeka", "Obi", "Adaeze", pattern="substance_and_mind"),
        person("Ngozi", "James", "Grace"), person("Ruth", "James", "Grace"),
        person("Sam", "Emeka", "Ngozi", household="Leith"), person("Isla", household="Leith"),
        person("Chidi", "Emeka", "Ngozi"), person("Ada", "Sam", "Isla", household="Leith"),
        person("Aunt Bisi", generation="parents"),
    ],
    "couples": [{"one": "Emeka", "other": "Ngozi", "kind": "separated"}],
    "ties": [{"one": "Sam", "other": "Emeka", "kind": "conflict"}],
}  # fmt: skip


def drawn(answers: dict[str, object]) -> artefacts.Genogram:
    found = artefacts.draw(TREE, answers)
    assert isinstance(found, artefacts.Genogram)
    return found


def test_four_generations_stand_one_under_the_other_and_couples_side_by_side() -> None:
    assert artefacts.check(TREE, SAM) == ()
    tree = drawn(SAM)
    at = {one.name: one.spot for one in tree.people}
    rows = {
        0: {"Obi", "Adaeze", "James", "Grace"}, 1: {"Emeka", "Ngozi", "Ruth", "Aunt Bisi"},
        2: {"Sam", "Isla", "Chidi"}, 3: {"Ada"},
    }  # fmt: skip
    assert {row: {n for n, spot in at.items() if spot.row == row} for row in rows} == rows
    for one, other in (("Obi", "Adaeze"), ("Emeka", "Ngozi"), ("Sam", "Isla")):
        assert abs(at[one].column - at[other].column) < 1.001
    assert abs(2 * at["Ada"].column - at["Sam"].column - at["Isla"].column) < 0.001
    assert [one.name for one in tree.people if one.is_focus] == ["Sam"]
    assert {one.name for one in tree.people if one.has_died} == {"Obi", "Adaeze"}
    assert [one.name for one in tree.households["Leith"]] == ["Sam", "Isla", "Ada"]
    kinds = {(tree.name(one.one), tree.name(one.other)): one.kind for one in tree.parents}
    assert kinds["Emeka", "Ngozi"] == "separated"
    assert kinds["Obi", "Adaeze"] == ""  # only their child says so
    bars = {one.bar for one in tree.parents if tree.name(one.one) in {"Obi", "James"}}
    assert len(bars) == 1  # they do not meet


def test_a_name_that_nobody_or_two_have_is_a_mistake_beside_its_field() -> None:
    people = [person("Ada"), person("Bo", "Ida"), person("ada")]
    found = artefacts.check(TREE, {"people": people, "focus": "Kay"})
    assert {(one.field, one.wrong) for one in found} == {
        ("people.3.name", "named_twice"), ("people.2.parent", "not_named"), ("focus", "not_named"),
    }  # fmt: skip


ROW = st.fixed_dictionaries(
    {"name": WORDS, "parent": WORDS, "parent_2": WORDS},
    optional={"generation": st.sampled_from(["grandparents", "own", "grandchildren"])},
)
PAIR = st.fixed_dictionaries({"one": WORDS, "other": WORDS, "kind": st.just("close")})


@given(st.lists(ROW, max_size=12), st.lists(PAIR, max_size=6), st.lists(PAIR, max_size=6), WORDS)
def test_whatever_is_entered_nobody_stands_on_another_and_every_line_ends_at_two(
    people: list[dict[str, str]], couples: list[dict[str, str]], ties: list[dict[str, str]], me: str
) -> None:
    """Also with names twice, one's own parent, and lines that lead in a circle."""
    tree = artefacts.draw(TREE, {"people": people, "couples": couples, "ties": ties, "focus": me})
    if tree is None:
        assert not any(row["name"].strip() for row in people)
        return
    assert isinstance(tree, artefacts.Genogram)
    for a, b in combinations(tree.people, 2):
        assert a.spot.row != b.spot.row or abs(a.spot.column - b.spot.column) > 0.99
    ids = {one.id for one in tree.people}
    for tie in tree.ties:
        assert {tie.one, tie.other} <= ids
        assert tie.one != tie.other
    for pair in tree.parents:
        assert {one for one in (pair.one, pair.other, *pair.children) if one} <= ids
        assert pair.one != pair.other
        assert pair.other or pair.children
    assert min(one.spot.column for one in tree.people) == 0
    assert sum(one.is_focus for one in tree.people) == 1


@given(st.data(), st.integers(2, 14))
def test_in_a_family_without_contradictions_parents_stand_above_their_children(
    data: st.DataObject, size: int
) -> None:
    people = [str(number) for number in range(size)]
    parents = {
        one: tuple(data.draw(st.lists(st.sampled_from(people[:place]), max_size=1)))
        for place, one in enumerate(people)
        if place
    }
    spots = lay_out(people, parents, focus="0")
    for child, of in parents.items():
        assert all(spots[one].row < spots[child].row for one in of)
    for row in {spot.row for spot in spots.values()}:
        here = sorted(spot.column for spot in spots.values() if spot.row == row)
        assert all(b - a > 0.99 for a, b in pairwise(here))


def test_people_in_circles_are_nearer_the_closer_and_never_in_one_direction() -> None:
    people = [{"who": "Ana", "close": 10}, {"who": "Bo", "close": 2}, {"who": "Cy"}]
    found = artefacts.draw(FORMS["ipt/interpersonal_inventory@1"], {"people": people})
    assert isinstance(found, artefacts.Circles)
    assert [float(one.away) for one in found.people] == [0, 0.8, 1]
    assert len({one.turn for one in found.people}) == 3


def test_a_log_adds_up_and_a_supply_names_its_gaps() -> None:
    days = [
        {"day": "2026-03-03", "practice": "sitting", "minutes": 20},
        {"day": "2026-03-02", "practice": "body_scan", "minutes": 45},
        {"day": "2026-03-03", "practice": "movement"},
    ]
    log = artefacts.draw(FORMS["mbct/practice_log@1"], {"days": days})
    assert isinstance(log, artefacts.Log)
    assert (log.total, log.days, log.high) == (65, 2, 45)
    assert [one.amount for one in log.entries] == [45, 20, None]
    fills = [
        {"drug": "Sertraline", "fetched": "2026-01-01", "days": 28},
        {"drug": "Sertraline", "fetched": "2026-02-10", "days": 28},
        {"drug": "Lithium", "fetched": "2026-03-01", "days": 5},
        {"drug": "Lithium", "fetched": "2026-05-01", "days": 5},
    ]
    supply = artefacts.draw(
        FORMS["medication/medicine_supply@1"], {"fills": fills, "until": "2026-03-10"}
    )
    assert isinstance(supply, artefacts.Supply)
    one, other = supply.covers
    assert [(gap.start, gap.days) for gap in one.gaps] == [(date(2026, 1, 29), 12)]
    assert (one.share.numerator, one.share.denominator, one.is_adherent) == (14, 17, True)
    assert (sum(part.days for part in one.stretches), one.days) == (68, 68)
    assert (other.days, [gap.days for gap in other.gaps], other.is_adherent) == (9, [4], False)
