"""A form typed off paper: what is read, and what is found of a slip."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside import catalogue
from alongside.engine.instruments import (
    AnswerOutOfRange,
    differing,
    is_typed_in_one,
    items_to_ask,
    read_typed,
    valid_answers,
)
from alongside.measures.codes import LETTERS, code_of, ids_of

INSTRUMENTS = catalogue.current().instruments
PHQ9 = INSTRUMENTS["phq9@1"]
TYPED_IN = sorted(ref for ref, each in INSTRUMENTS.items() if each.items)


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("012301230", [0, 1, 2, 3, 0, 1, 2, 3, 0, None]),
        (" 012 301\t230 1 ", [0, 1, 2, 3, 0, 1, 2, 3, 0, 1]),
        ("0-2301230", [0, None, 2, 3, 0, 1, 2, 3, 0, None]),
        ("000000000", [0] * 9),
        ("---------", [None] * 9),
    ],
)
def test_nine_digits_are_nine_answers_and_a_line_is_skipped(
    text: str, answers: list[int | None]
) -> None:
    typed = read_typed(PHQ9, text)

    assert typed.is_whole
    assert list(typed.answers.values()) == answers


@pytest.mark.parametrize(("text", "given_"), [("01230123", 8), ("01230123012", 11), ("", 0)])
def test_too_few_or_too_many_are_no_whole_form_but_are_read_from_the_front(
    text: str, given_: int
) -> None:
    typed = read_typed(PHQ9, text)

    assert (typed.is_whole, typed.given, typed.least, typed.most) == (False, given_, 9, 10)
    assert list(typed.answers.values())[:8] == [int(each) for each in text[:8]]


def test_letter_and_number_that_is_no_answer_are_named_by_their_item() -> None:
    _valid, errors = valid_answers(PHQ9, read_typed(PHQ9, "01x30123٣").answers)

    named = [error.item for error in errors if isinstance(error, AnswerOutOfRange)]
    assert named == ["item_3", "item_9"]
    assert len(errors) == 2


@settings(max_examples=60)
@given(st.data())
def test_what_is_written_down_in_order_is_read_back_as_it_was(data: st.DataObject) -> None:
    instrument = INSTRUMENTS[data.draw(st.sampled_from(TYPED_IN))]
    given_ = {
        item.id: data.draw(st.sampled_from([None, *instrument.options[item.options]]))
        for item in instrument.items
    }
    between = "" if is_typed_in_one(instrument) else " "
    text = between.join("-" if value is None else str(value) for value in given_.values())
    asked = set(items_to_ask(instrument, given_))
    wanted = {id: value for id, value in given_.items() if value is not None or id in asked}

    typed = read_typed(instrument, text)

    assert typed.is_whole
    assert typed.answers == wanted
    changed = {**wanted, instrument.items[0].id: 99_999}
    assert differing(instrument, wanted, wanted) == ()
    assert differing(instrument, wanted, changed) == (instrument.items[0].id,)


@settings(max_examples=200)
@given(st.uuids(version=4), st.data())
def test_code_of_a_form_leads_back_and_no_single_slip_leads_elsewhere(
    pk: UUID, data: st.DataObject
) -> None:
    code = code_of(pk)
    found = ids_of(f" {code.lower().replace('-', ' ')} ")
    assert found is not None
    assert found[0] <= pk <= found[1]

    letters = list(code.replace("-", ""))
    place = data.draw(st.integers(0, 7))
    letters[place] = data.draw(
        st.sampled_from([each for each in LETTERS if each != letters[place]])
    )
    assert ids_of("".join(letters)) is None
    swapped = list(code.replace("-", ""))
    place = data.draw(st.integers(0, 6))
    swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
    assert swapped == list(code.replace("-", "")) or ids_of("".join(swapped)) is None


def test_what_is_no_code_finds_nothing() -> None:
    assert [ids_of(each) for each in ("", "K7M2", "K7M2-9QX0", code_of(uuid4()) + "2")] == [
        None
    ] * 4
