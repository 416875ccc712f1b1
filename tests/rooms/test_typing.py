"""A form on paper, typed in twice: nothing counts until both agree, danger counts at once."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from alongside import catalogue
from alongside.access import actions as access
from alongside.crisis.models import Alert
from alongside.measures import actions as measures
from alongside.measures import typing
from alongside.measures.models import Asking, Response, Typing
from alongside.records.errors import NotAllowed
from tests.conftest import NOON
from tests.factories import Cast, World

QUIET, DANGER = "012301230", "012301231"
TODAY = NOON.date()


@pytest.fixture
def asking(world: World, sam: Cast) -> Asking:
    made: Asking = measures.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument="phq9",
        by=world.asha.reader,
        at=NOON - timedelta(days=3),
    )
    return made


@pytest.fixture
def typed(world: World, asking: Asking) -> Any:
    numbers = iter(range(100))

    def type_in(text: str, on: date = TODAY, by: Any = None, **more: Any) -> typing.Outcome:
        submission = more.get("submission") or f"submission-{next(numbers)}"
        return typing.type_form(
            asking=asking,
            text=text,
            filled_on=on,
            submission=submission,
            by=by or world.asha.reader,
            at=NOON,
        )

    return type_in


def because() -> list[str]:
    return sorted(alert.because for alert in Alert._base_manager.all())


def test_two_typings_that_agree_are_one_response_with_where_and_when(
    typed: Any, world: World
) -> None:
    day = TODAY - timedelta(days=2)
    assert typed(QUIET, day).state == "first"
    assert Response._base_manager.count() == 0

    assert typed(QUIET, day).state == "recorded"

    row = Response._base_manager.get()
    assert (row.scores, row.entered_from, row.filled_on) == ({"total": 12}, "paper", day)
    assert (row.entered_at, row.answered_at.date()) == (NOON, day)
    assert row.typed_first_by == world.asha.person
    assert Typing._base_manager.count() == 0
    assert because() == []


def test_typings_that_differ_name_the_items_and_keep_nothing(typed: Any, asking: Asking) -> None:
    typed(QUIET)
    outcome = typed("032301200")
    assert (outcome.state, outcome.items) == ("differs", ("item_2", "item_8"))
    assert typed(QUIET, TODAY - timedelta(days=1)).state == "differs"
    assert Response._base_manager.count() == 0

    assert typed(QUIET).state == "recorded"
    assert Asking._base_manager.get(pk=asking.pk).answered_at == NOON


def test_danger_in_either_typing_alerts_at_once_and_only_once(typed: Any) -> None:
    assert len(typed(DANGER).alerts) == 1
    assert because() == ["item_9 = 1, at least 1"]
    assert typed(QUIET).alerts == ()
    outcome = typed("012301233")
    assert (outcome.state, len(outcome.alerts)) == ("differs", 1)
    before = because()
    outcome = typed(DANGER)
    assert (outcome.state, outcome.alerts) == ("recorded", ())
    assert because() == before


def test_danger_is_kept_before_a_slip_is_refused(typed: Any) -> None:
    with pytest.raises(typing.InvalidTyping) as refused:
        typed("x12301232")
    assert (refused.value.items, len(refused.value.alerts)) == (["item_1"], 1)
    with pytest.raises(typing.InvalidTyping) as refused:
        typed("01230")
    assert (refused.value.typed.given, refused.value.items) == (5, [])
    assert because() == ["item_9 = 2, at least 1"]
    assert (Typing._base_manager.count(), Response._base_manager.count()) == (0, 0)


def test_typing_and_its_alert_are_kept_together_or_not_at_all(
    typed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*given: Any, **more: Any) -> None:
        raise RuntimeError("on purpose")

    with monkeypatch.context() as broken:
        broken.setattr(typing, "_keep", breaks)
        with pytest.raises(RuntimeError):
            typed(DANGER)
    assert (because(), Typing._base_manager.count()) == ([], 0)
    assert len(typed(DANGER).alerts) == 1


@pytest.mark.parametrize("days", [1, -91])
def test_day_that_cannot_be_is_refused_after_its_danger(typed: Any, days: int) -> None:
    with pytest.raises(typing.NotThatDay):
        typed(DANGER, TODAY + timedelta(days=days))
    assert len(because()) == 1
    assert Typing._base_manager.count() == 0


def test_form_filled_in_in_time_may_be_typed_in_after_it_ran_out(
    typed: Any, asking: Asking
) -> None:
    Asking._base_manager.update(expires_at=NOON - timedelta(days=1))
    with pytest.raises(measures.Expired):
        typed(QUIET, TODAY)
    typed(QUIET, TODAY - timedelta(days=2))
    assert typed(QUIET, TODAY - timedelta(days=2)).state == "recorded"


def test_same_page_sent_twice_is_one_typing_and_one_response(typed: Any) -> None:
    assert typed(QUIET, submission="page-one").state == "first"
    assert typed(QUIET, submission="page-one").state == "first"
    first = typed(QUIET, submission="page-two")
    again = typed(QUIET, submission="page-two")
    assert first.recorded.response == again.recorded.response
    assert Response._base_manager.count() == 1


def test_service_may_ask_for_a_second_person(typed: Any, world: World) -> None:
    access.grant(
        account=world.bo.account,
        role="therapist",
        circle=world.circle,
        reason="covers",
        by=world.asha.reader,
        at=NOON,
    )
    here = catalogue.current()
    stricter = dataclasses.replace(here.answering, second_is_somebody_else=True)
    shelves = {**here.shelves, "answering": {"answering": stricter}}
    with catalogue.installed(dataclasses.replace(here, shelves=shelves)):
        typed(QUIET)
        outcome = typed(DANGER)
        assert (outcome.state, len(outcome.alerts)) == ("same_person", 1)
        assert typed(QUIET, by=world.bo.reader).state == "recorded"
    row = Response._base_manager.get()
    assert (row.typed_first_by, row.written_by) == (world.asha.person, world.bo.person)


def test_first_typing_that_was_wrong_is_forgotten_and_begun_again(
    typed: Any, asking: Asking, world: World
) -> None:
    typed("333333330")
    typing.forget_typing(asking=asking, by=world.asha.reader, at=NOON)
    assert typed(QUIET).state == "first"
    assert typed(QUIET).state == "recorded"


def test_who_has_no_part_in_the_case_types_nothing(typed: Any, world: World) -> None:
    with pytest.raises(NotAllowed):
        typed(DANGER, by=world.bo.reader)
    assert because() == []
