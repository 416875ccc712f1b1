"""The draft of a note: sentences from entries, never over what somebody typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.engine.notes import Drafting, Entered, Line, Spot, added, draft, not_there, standing

SENTENCES = {"told": "Tried at home, done: {task}.", "score": "{name}: {score} ({band})."}
PARTS = Drafting(
    parts=(("mood", "assessment"), ("review", "review"), ("other", "")),
    spots={
        "homework": Spot(("home_review", "review")),
        "measure": Spot(("nowhere",), ("assessment",)),
    },
    otherwise="other",
)


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        (
            Entered("homework", "homework:1", "told", {"task": "a\n walk"}),
            Line("review", "Tried at home, done: a walk.", "homework:1", "homework"),
        ),
        (
            Entered("measure", "m:1", "score", {"name": "PHQ-9", "score": "0", "band": "none"}),
            Line("mood", "PHQ-9: 0 (none).", "m:1", "measure"),
        ),
        (Entered("sheet", "s", text="Seen: x", part="mood"), Line("mood", "Seen: x", "s", "sheet")),
        (Entered("sheet", "s", text="y", part="gone"), Line("other", "y", "s", "sheet")),
        (Entered("measure", "m:1", "score", {"name": "PHQ-9", "score": "4"}), None),
        (Entered("homework", "homework:1", "told", {"task": "  "}), None),
        (Entered("homework", "homework:1", "unknown", {"task": "x"}), None),
    ],
)
def test_an_entry_becomes_one_sentence_in_its_part_or_none(
    entry: Entered, line: Line | None
) -> None:
    assert draft([entry, entry], PARTS, SENTENCES) == ((line,) if line else ())


texts = st.text("ab \n", max_size=12)
some_lines = st.lists(
    st.builds(
        Line, st.sampled_from(["mood", "other"]), st.sampled_from(["a", "b a"]), st.just("s:1"),
        st.just("agenda"),
    ),
    max_size=4,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["mood", "review", "other"]), texts), some_lines)
def test_a_draft_only_adds_and_what_it_adds_stands_there_once(
    typed: dict[str, str], lines: list[Line]
) -> None:
    whole = added(typed, draft_of(lines))
    for part, text in typed.items():
        assert whole[part].startswith(text) or not text.strip()
    assert not_there(lines, whole) == ()
    assert {line.text for line in standing(lines, whole)} == {line.text for line in lines}
    assert added(whole, draft_of(lines)) == whole


def draft_of(lines: list[Line]) -> tuple[Line, ...]:
    entries = [Entered(line.kind, line.source, text=line.text, part=line.part) for line in lines]
    return draft(entries, PARTS, {})
