"""Forms of protocols: what can be kept, what is complete, lines for the note, drawings."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.engine import artefacts
from alongside.engine.artefacts import Drawing, Field, Form, FormRef, Mistake, Note, Option
from alongside.engine.terms import NotARef


def words(text: str) -> dict[str, str]:
    return {"en": text, "es": f"{text} (es)"}


def rated(id: str, high: int = 100, *, required: bool = False) -> Field:
    return Field(id, "rating", words(id), required=required, low=0, high=high)


def written(id: str, *, required: bool = False, longest: int = 20) -> Field:
    return Field(id, "text", words(id), required=required, longest=longest)


DAYS = (Option("mon", words("Monday")), Option("tue", words("Tuesday")))
PARTS = (Option("am", words("Morning")), Option("pm", words("Evening")))


def form(*fields: Field, drawing: Drawing | None = None, lines: tuple[str, ...] = ()) -> Form:
    return Form(
        ref=FormRef("own", "sheet", 1),
        title=words("Sheet"),
        intro=words("Write"),
        filled_by=("person",),
        where=("home",),
        fields=fields,
        note=Note("other", tuple(words(line) for line in lines)) if lines else None,
        drawing=drawing,
        source="invented",
        unverified=False,
        checked=date(2026, 1, 1),
        review_by=date(2027, 1, 1),
    )


LADDER = Field(
    "steps",
    "ladder",
    words("Steps"),
    required=True,
    columns=(written("step", required=True), rated("before", required=True), rated("now")),
    least=2,
    most=3,
    order_by="before",
)
SHEET = form(
    written("what", required=True),
    rated("mood", required=True),
    Field("day", "choice", words("Day"), options=DAYS),
    Field("when", "choices", words("When"), options=PARTS),
    Field("on", "date", words("On")),
    Field("table", "table", words("Table"), rows=DAYS, columns=(written("cell"),)),
    LADDER,
    drawing=Drawing(
        "ladder", {"step": ("steps.step",), "before": ("steps.before",), "now": ("steps.now",)}
    ),
    lines=(
        "{what} on {on}, {day}",
        "{steps.count} steps: {steps}",
        "Now {steps.now}",
        "{table}; {when}",
    ),
)
FULL = {
    "what": "A walk",
    "mood": 40,
    "day": "tue",
    "when": ["am", "pm"],
    "on": "2026-03-02",
    "table": {"mon": {"cell": "rain"}},
    "steps": [{"step": "Door", "before": 20, "now": 0}, {"step": "Street", "before": 70}],
}


def test_a_form_is_named_by_its_protocol_and_version():
    ref = FormRef.parse("cbt/thought_record@2")
    assert (str(ref), str(ref.way), ref.form) == ("cbt/thought_record@2", "cbt@2", "thought_record")
    for wrong in ("cbt@1", "cbt/thought_record", "/x@1", "a/b/c@1", "cbt/X@1"):
        with pytest.raises(NotARef):
            FormRef.parse(wrong)


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"what": "x" * 21}, Mistake("what", "too_long", {"most": 20, "over": 1})),
        ({"what": 3}, Mistake("what", "wrong_kind")),
        ({"mood": 101}, Mistake("mood", "out_of_range", {"low": 0, "high": 100})),
        ({"mood": -1}, Mistake("mood", "out_of_range", {"low": 0, "high": 100})),
        ({"mood": True}, Mistake("mood", "wrong_kind")),
        ({"mood": "40"}, Mistake("mood", "wrong_kind")),
        ({"day": "sun"}, Mistake("day", "no_such_choice")),
        ({"when": ["am", "am"]}, Mistake("when", "no_such_choice")),
        ({"when": "am"}, Mistake("when", "wrong_kind")),
        ({"on": "2026-02-30"}, Mistake("on", "not_a_date")),
        ({"on": "20260302"}, Mistake("on", "not_a_date")),
        ({"table": {"sun": {"cell": "x"}}}, Mistake("table.sun", "unknown")),
        ({"table": {"mon": {"sky": "x"}}}, Mistake("table.mon.sky", "unknown")),
        ({"table": ["x"]}, Mistake("table", "wrong_kind")),
        ({"steps": {"step": "x"}}, Mistake("steps", "wrong_kind")),
        ({"steps": ["x"]}, Mistake("steps.1", "wrong_kind")),
        (
            {"steps": [{"step": "a"}, {"step": "b", "now": 200}]},
            Mistake("steps.2.now", "out_of_range", {"low": 0, "high": 100}),
        ),
        ({"steps": [{"step": "a"}] * 4}, Mistake("steps", "too_many_rows", {"most": 3})),
        ({"other": "x"}, Mistake("other", "unknown")),
    ],
)
def test_what_cannot_be_kept_is_named_with_its_row_and_column(change, mistake):
    assert artefacts.check(SHEET, {**FULL, **change}) == (mistake,)


def test_what_is_blank_is_no_mistake_and_is_not_kept():
    blank = {"what": " ", "mood": None, "when": [], "steps": [{"step": ""}, {}], "table": {}}
    assert artefacts.check(SHEET, blank) == ()
    assert artefacts.tidy(SHEET, blank) == {}
    assert artefacts.tidy(SHEET, {"mood": 0}) == {"mood": 0}, "zero is an answer"


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ({}, ()),
        ({"what": ""}, ("what",)),
        ({"mood": None, "day": None}, ("mood",)),
        ({"steps": [{"step": "Door", "before": 1}]}, ("steps",)),
        ({"steps": [{"step": "Door"}, {"before": 2}]}, ("steps.1.before", "steps.2.step")),
    ],
)
def test_a_form_is_complete_when_all_it_asks_for_is_there(left_out, missing):
    answers = {**FULL, **left_out}
    assert artefacts.missing(SHEET, answers) == missing
    assert artefacts.is_complete(SHEET, answers) is (missing == ())
    assert not artefacts.is_complete(form(written("free")), {})


def test_the_note_says_only_what_was_entered():
    said = artefacts.lines(SHEET, FULL, "en", day=lambda day: f"{day:%d/%m}")
    assert said == (
        "A walk on 02/03, Tuesday",
        "2 steps: Door; Street",
        "Now 0",
        "Monday: rain; Morning, Evening",
    )
    less = {**FULL, "on": "", "steps": []}
    assert artefacts.lines(SHEET, less, "es-MX") == (
        "Monday (es): rain; Morning (es), Evening (es) (es)",
    )
    assert artefacts.unknown_placeholders(SHEET, "{what} {sky} {steps.sky} {mood.count}") == (
        "sky", "steps.sky", "mood.count",
    )  # fmt: skip


@given(
    st.lists(
        st.fixed_dictionaries(
            {"step": st.text("abc", min_size=1, max_size=5)},
            optional={"before": st.integers(0, 100), "now": st.integers(0, 100)},
        ),
        max_size=8,
    )
)
@settings(max_examples=60)
def test_a_ladder_goes_from_hard_to_easy_and_loses_no_step(rows):
    drawn = artefacts.draw(SHEET, {"steps": rows})
    kept = artefacts.tidy(SHEET, {"steps": rows}).get("steps", [])
    if not rows:
        assert drawn is None
        return
    assert isinstance(drawn, artefacts.Ladder)
    assert [rung.step for rung in drawn.rungs] == [row["step"] for row in kept]
    rated_ = [rung.before for rung in drawn.rungs if rung.before is not None]
    assert rated_ == sorted(rated_, reverse=True)
    assert [rung.before is None for rung in drawn.rungs] == sorted(
        rung.before is None for rung in drawn.rungs
    )
    assert sorted(rung.step for rung in drawn.rungs) == sorted(row["step"] for row in rows)


WEEK = form(
    Field(
        "done",
        "rows",
        words("Done"),
        columns=(
            Field("day", "choice", words("Day"), options=DAYS),
            Field("part", "choice", words("Part"), options=PARTS),
            written("what"),
            rated("joy", 10),
        ),
        most=9,
    ),
    drawing=Drawing(
        "week",
        {
            "day": ("done.day",),
            "part": ("done.part",),
            "what": ("done.what",),
            "ratings": ("done.joy",),
        },
    ),
)


def test_a_week_keeps_each_entry_in_its_cell_and_means_leave_out_the_unrated():
    rows = [
        {"day": "mon", "part": "am", "what": "Tea", "joy": 3},
        {"day": "mon", "part": "am", "what": "Post"},
        {"day": "mon", "part": "pm", "what": "Walk", "joy": 6},
        {"what": "No day yet", "joy": 9},
    ]
    drawn = artefacts.draw(WEEK, {"done": rows})
    assert isinstance(drawn, artefacts.Week)
    assert [entry.what for entry in drawn.cells["mon", "am"]] == ["Tea", "Post"]
    assert drawn.means == {"mon": (Fraction(9, 2),), "tue": (None,)}
    assert artefacts.draw(WEEK, {"done": [{"what": "No day yet"}]}) is None


def test_ratings_go_in_pairs_and_a_lonely_one_is_not_drawn():
    both = Drawing("rerating", {"before": ("mood", "belief"), "after": ("mood_2", "belief_2")})
    sheet = form(rated("mood"), rated("mood_2"), rated("belief"), rated("belief_2"), drawing=both)
    drawn = artefacts.draw(sheet, {"mood": 80, "mood_2": 30, "belief": 90})
    assert isinstance(drawn, artefacts.Rerating)
    assert [(pair.before, pair.after, pair.change) for pair in drawn.pairs] == [(80, 30, -50)]
    assert artefacts.draw(sheet, {"mood": 80}) is None


def test_five_areas_a_chain_and_rulers_leave_out_what_is_blank():
    areas = ("situation", "thoughts", "feelings", "behaviour", "body", "loop", "early")
    sheet = form(
        *(written(name) for name in areas),
        drawing=Drawing("formulation", {name: (name,) for name in areas}),
    )
    drawn = artefacts.draw(sheet, {"thoughts": " no use ", "early": "moved often"})
    assert isinstance(drawn, artefacts.Formulation)
    assert [(box.id, box.text) for box in drawn.boxes] == [
        ("early", "moved often"), ("thoughts", "no use"),
    ]  # fmt: skip
    chain = form(written("a"), written("b"), drawing=Drawing("chain", {"links": ("b", "a")}))
    found = artefacts.draw(chain, {"a": "1", "b": "2"})
    assert isinstance(found, artefacts.Chain)
    assert [box.text for box in found.boxes] == ["2", "1"]
    rulers = form(rated("ready", 10), rated("sure", 10),
                  drawing=Drawing("rulers", {"rulers": ("ready", "sure")}))  # fmt: skip
    shown = artefacts.draw(rulers, {"ready": 0})
    assert isinstance(shown, artefacts.Rulers)
    assert [(ruler.value, ruler.high) for ruler in shown.rulers] == [(0, 10)]


@pytest.mark.parametrize(
    ("name", "uses", "wrong"),
    [
        ("cloud", {}, "there is no drawing cloud"),
        ("ladder", {"step": ("steps.step",)}, "ladder needs before"),
        ("ladder", {"step": ("what",), "before": ("steps.before",)}, "what must be a column"),
        ("ladder", {"step": ("steps.now",), "before": ("steps.before",)}, "steps.now is rating"),
        ("ladder", {"step": ("sky.step",), "before": ("steps.before",)}, "there is no field sky"),
        ("rulers", {"rulers": ("mood",), "sky": ("mood",)}, "rulers has no part sky"),
        ("rerating", {"before": ("mood",), "after": ("mood", "mood")}, "in pairs"),
    ],
)
def test_a_drawing_says_which_field_does_not_fit(name, uses, wrong):
    sheet = form(*SHEET.fields, drawing=Drawing(name, uses))
    assert any(wrong in words for words in artefacts.unfit_uses(sheet))
    assert artefacts.unfit_uses(SHEET) == ()
