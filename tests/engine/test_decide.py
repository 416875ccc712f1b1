"""The decision: deny unless a live edge, a cell and all its conditions say otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.catalogue import matrix as shelf
from alongside.engine.access import (
    LETTERS,
    Cell,
    Decision,
    Edge,
    Matrix,
    Place,
    Row,
    UnknownLetter,
    UnknownRow,
    decide,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
CONTENT = Path(__file__).resolve().parents[2] / "content"

TABLE = Matrix(
    {
        "note": Row(
            "note",
            "T15",
            cells={
                "lead": (
                    Cell(frozenset("LR")),
                    Cell(frozenset("E"), ("own", "draft")),
                    Cell(frozenset("C"), (), "institution"),
                ),
                "manager": (Cell(frozenset("L"), (), "institution"),),
                "person": (Cell(frozenset("R"), ("own",), "account"),),
                "supervisor": (Cell(frozenset("R"), (), "within"),),
                "facilitator": (Cell(frozenset("R"), (), "group"),),
            },
        )
    }
)
HERE = Place(frozenset({"c1"}), frozenset({"i1"}), frozenset({"g1"}))


def edge(role: str, kind: str = "circle", object_: str = "c1", **more: object) -> Edge:
    return Edge(role, kind, object_, "i1", NOON, **more)  # type: ignore[arg-type]


def asked(
    action: str, *edges: Edge, holds: frozenset[str] = frozenset(), **more: object
) -> Decision:
    given_: dict[str, object] = {"place": HERE, "at": NOON, **more}
    return decide(
        TABLE,
        record_type="note",
        action=action,
        edges=edges,
        holds=lambda word: word in holds,
        **given_,  # type: ignore[arg-type]
    )


def test_who_has_a_live_edge_and_a_cell_is_allowed() -> None:
    assert asked("R", edge("lead")) == Decision(True, "allowed", "lead")


@pytest.mark.parametrize(
    ("at", "allowed"),
    [(NOON - TICK, False), (NOON, True), (NOON + timedelta(hours=1) - TICK, True),
     (NOON + timedelta(hours=1), False)],
)  # fmt: skip
def test_an_edge_counts_from_its_first_moment_until_before_its_last(
    at: datetime, allowed: bool
) -> None:
    found = asked("R", edge("lead", valid_to=NOON + timedelta(hours=1)), at=at)
    assert found.allowed is allowed
    assert allowed or found.why == "no_relationship"


@pytest.mark.parametrize(
    ("why", "decision"),
    [
        ("no_relationship", asked("R")),
        ("not_in_the_table", asked("X", edge("lead"))),
        ("not_in_the_table", asked("R", edge("auditor", "institution", "i1"))),
        ("elsewhere", asked("R", edge("lead", object_="c2"))),
        ("elsewhere", asked("L", edge("manager", "institution", "i2"))),
        ("condition", asked("E", edge("lead"), holds=frozenset({"own"}))),
        ("condition", asked("E", edge("lead"), holds=frozenset({"draft"}))),
        ("separated", asked("R", edge("lead"), separated=True)),
    ],
)
def test_a_denial_knows_why(why: str, decision: Decision) -> None:
    assert (decision.allowed, decision.why) == (False, why)


def test_all_conditions_of_a_cell_must_hold() -> None:
    assert asked("E", edge("lead"), holds=frozenset({"own", "draft"})).allowed


def test_a_cell_reaches_only_through_what_the_edge_points_to() -> None:
    assert not asked("C", edge("lead")).allowed  # a circle edge is no duty of intake
    assert asked("C", edge("lead", "institution", "i1")).allowed
    assert not asked("R", edge("lead", "institution", "i1")).allowed
    assert asked("R", edge("facilitator", "group", "g1")).allowed
    assert not asked("R", edge("facilitator", "group", "g2")).allowed
    assert asked("R", edge("supervisor", object_="c9")).allowed  # within the same institution
    assert asked("R", edge("person", object_="c9"), holds=frozenset({"own"})).allowed


def test_one_role_may_what_another_of_the_same_account_may_not() -> None:
    both = (edge("manager", "institution", "i1"), edge("lead"))
    assert asked("R", *both).role == "lead"


def test_unknown_rows_and_letters_are_mistakes_not_denials() -> None:
    with pytest.raises(UnknownRow):
        decide(
            TABLE, record_type="x", action="R", edges=(), place=HERE, at=NOON, holds=lambda w: True
        )
    for letter in ("r", "", "LR", "D"):
        with pytest.raises(UnknownLetter):
            asked(letter, edge("lead"))
        with pytest.raises(UnknownLetter):
            asked(letter)


edges = st.builds(
    Edge,
    role=st.sampled_from(["lead", "manager", "person", "supervisor", "auditor"]),
    kind=st.sampled_from(["circle", "institution"]),
    object=st.sampled_from(["c1", "c2", "i1", "i2"]),
    within=st.sampled_from(["i1", "i2"]),
    valid_from=st.sampled_from([NOON - TICK, NOON, NOON + TICK]),
    valid_to=st.sampled_from([None, NOON, NOON + TICK]),
)
some_edges = st.lists(edges, max_size=4)
words = st.frozensets(st.sampled_from(["own", "draft"]))


@given(some_edges, words, st.sampled_from(LETTERS))
def test_taking_an_edge_or_a_condition_away_never_allows_more(
    found: list[Edge], holds: frozenset[str], letter: str
) -> None:
    before = asked(letter, *found, holds=holds).allowed
    for place in range(len(found)):
        fewer = found[:place] + found[place + 1 :]
        assert before or not asked(letter, *fewer, holds=holds).allowed
    for word in holds:
        assert before or not asked(letter, *found, holds=holds - {word}).allowed
    assert not asked(letter, *found, holds=holds, separated=True).allowed


@given(some_edges, words, st.sampled_from(LETTERS))
def test_the_order_of_edges_changes_nothing(
    found: list[Edge], holds: frozenset[str], letter: str
) -> None:
    one = asked(letter, *found, holds=holds).allowed
    assert one is asked(letter, *reversed(found), holds=holds).allowed


# -- the shipped table ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Matrix:
    found = shelf.load([CONTENT])
    assert found.problems == []
    return found.items["matrix"]


def test_the_table_has_every_row_of_the_rules(shipped: Matrix) -> None:
    ids = {row.id for row in shipped.rows.values()}
    assert {f"T{number}" for number in range(1, 30)} <= ids


def test_nobody_may_delete_and_the_system_rows_stay_closed(shipped: Matrix) -> None:
    for name in ("process_note", "sud_counselling_note"):
        assert set(shipped.rows[name].cells) == {"therapist"}
        assert all(c.when == ("author",) for c in shipped.rows[name].cells["therapist"])
    assert set("".join(LETTERS)) == set("LRCESX")


@pytest.mark.parametrize("role", ["admin", "auditor", "coordinator", "manager"])
def test_offices_read_nothing_clinical(shipped: Matrix, role: str) -> None:
    """A9: the administrator and the auditor never, the manager names and states at most."""
    clinical = {
        "contact", "concern_intake", "case", "decision", "roster", "plan", "agreement", "booking",
        "session", "homework", "own_measure", "asking", "concerned_measure", "observation",
        "safety_plan", "safety_check", "alert", "progress_note", "process_note", "part2_record",
        "sud_counselling_note", "circle_message", "letter_draft", "letter_final",
        "letter_released", "safeguarding_report",
    }  # fmt: skip
    assert [name for name in clinical if role in shipped.rows[name].cells] == []


def test_the_person_is_never_told_who_said_what(shipped: Matrix) -> None:
    """Conditions 8 and 14."""
    for name in ("concern_intake", "observation", "concerned_measure", "letter_draft"):
        assert "person" not in shipped.rows[name].cells


def test_a_letter_before_its_release_is_its_authors_and_the_leads_once_shared(
    shipped: Matrix,
) -> None:
    draft, final = shipped.rows["letter_draft"].cells, shipped.rows["letter_final"].cells
    assert set(draft) == set(final) == {"concerned", "lead"}
    for row in (draft, final):
        assert all(cell.when == ("author",) for cell in row["concerned"])
    assert all(cell.when == ("shared_by_author",) for cell in draft["lead"])


def test_a_deployment_cannot_give_itself_rights(tmp_path: Path, shipped: Matrix) -> None:
    """Only the shipped file counts: a second content folder is not asked."""
    own = tmp_path / "access"
    own.mkdir()
    (own / "matrix.yaml").write_text("rows: {}")
    assert shelf.load([CONTENT, tmp_path]).items["matrix"] == shipped
