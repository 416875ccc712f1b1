"""Answers that were written down wrongly: put right by adding, with a reason, danger and all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alongside.cases.actions import NeedsAReason
from alongside.crisis.models import Alert
from alongside.insights import progress
from alongside.measures import actions, correcting, queries
from alongside.measures.models import Response
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.models import AuditEvent
from tests.factories import Cast, World
from tests.factories.care import answer

WHY = "The third line of the paper was read wrongly."
LOW = {f"item_{n}": 1 for n in range(1, 9)} | {"item_9": 0}


@pytest.fixture
def given(world: World, sam: Cast) -> Response:
    """Nine answers on paper, eight points."""
    answer(world, world.sam, "phq9", LOW)
    return Response._base_manager.get(corrects=None)


def right(world: World, of: Response, by: Any = None, why: str = WHY, **answers: Any) -> Any:
    return correcting.put_right(
        response=of, answers={**of.answers, **answers}, because=why,
        by=by or world.asha.reader, at=world.moment,
    )  # fmt: skip


def test_a_new_row_stands_and_the_one_before_stays_to_be_read(
    world: World, given: Response
) -> None:
    made = right(world, given, item_3=3).response
    assert (made.scores["total"], made.because, made.corrects_id) == (10, WHY, given.pk)
    assert made.answered_at == given.answered_at
    given.refresh_from_db()
    assert (given.scores["total"], given.answers["item_3"]) == (8, 1)
    reader = world.asha.reader
    assert set(queries.over_time(seen_by=reader, circle=world.circle.pk)) == {given, made}
    assert AuditEvent.objects.filter(word="measures.answers_corrected").count() == 1
    for item in range(1, 7):  # all on one day: by their ids alone the right one comes by chance
        made = right(world, made, **{f"item_{item}": 0}).response
        newest = queries.newest_of([world.circle.pk], seen_by=reader)[world.circle.pk]
        assert newest.scores == made.scores
    assert not Alert._base_manager.exists()


def test_it_is_written_once_with_when_and_kept_back_as_the_one_before(
    world: World, given: Response
) -> None:
    Response._base_manager.filter(pk=given.pk).update(kept_from_guardian=True)
    given.refresh_from_db()
    with CaptureQueriesContext(connection) as asked:
        made = right(world, given, item_3=3).response
    writes = [
        one["sql"]
        for one in asked.captured_queries
        if re.match(r'(INSERT INTO|UPDATE) "measures_response"', one["sql"])
    ]
    assert len(writes) == 1
    made.refresh_from_db()
    assert (made.entered_at, made.kept_from_guardian) == (world.moment, True)


def test_what_is_put_right_twice_follows_on_and_the_first_is_stale(
    world: World, given: Response
) -> None:
    made = right(world, given, item_3=3).response
    with pytest.raises(StaleVersion) as stale:
        right(world, given, item_3=2)
    assert stale.value.current == made
    assert right(world, made, item_3=2).response.scores["total"] == 9
    with pytest.raises(IntegrityError), transaction.atomic():
        Response._base_manager.bulk_create([Response(
            institution_id=given.institution_id, circle_id=given.circle_id, about_id=given.about_id,
            respondent_id=given.respondent_id, written_by_id=given.respondent_id, answers={},
            kind="own", instrument="phq9@1", answered_at=given.answered_at, corrects=given,
        )])  # fmt: skip


def test_danger_that_was_overread_is_raised_with_it_and_what_was_raised_stays(
    world: World, given: Response
) -> None:
    worse = right(world, given, item_9=2)
    assert [alert.rule for alert in worse.alerts] == [Alert._base_manager.get().rule]
    again = right(world, worse.response, item_9=2, item_1=0)
    assert (again.alerts, Alert._base_manager.count()) == ((), 1)
    better = right(world, again.response, item_9=0)
    assert (better.alerts, better.response.answers["item_9"]) == ((), 0)
    assert Alert._base_manager.get().closed_at is None


def test_an_answer_that_cannot_stand_is_refused_and_danger_beside_it_is_kept(
    world: World, given: Response
) -> None:
    with pytest.raises(actions.InvalidAnswers) as refusal:
        right(world, given, item_9=3, item_2=7)
    assert (refusal.value.items, len(refusal.value.alerts)) == (["item_2"], 1)
    assert Response._base_manager.count() == 1


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"why": "A slip."}, NeedsAReason),
        ({}, correcting.NothingChanged),
    ],
)
def test_without_a_reason_or_a_difference_nothing_is_written(
    world: World, given: Response, how: dict[str, str], error: type[Exception]
) -> None:
    changed = {"item_1": 0} if how else {}
    with pytest.raises(error):
        right(world, given, **how, **changed)
    assert Response._base_manager.count() == 1


def test_only_who_may_write_answers_down_puts_them_right(world: World, given: Response) -> None:
    lena = world.staff("Lena Stern", "Psychologist", "lead")
    for who in (world.noor, world.ifeoma, world.bo, lena):
        with pytest.raises(NotAllowed):
            right(world, given, by=who.reader, item_1=0)


def test_the_total_of_ones_own_form_is_put_right(world: World, sam: Cast) -> None:
    asking = actions.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="promis_depression",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    rule = queries.scores_to_enter(queries.instrument_of(asking))[0].id
    first = actions.record_totals(
        asking=asking, totals={rule: 55}, form_version="8b", submission="submission-1",
        by=world.asha.reader, at=world.moment,
    ).response  # fmt: skip
    made = correcting.put_total_right(
        response=first, totals={rule: 65}, form_version="8b", because=WHY,
        by=world.asha.reader, at=world.moment,
    ).response  # fmt: skip
    assert (made.scores[rule], made.entered_as_total, made.corrects_id) == (65, True, first.pk)


def test_the_picture_shows_what_stands(world: World, given: Response) -> None:
    right(world, given, item_3=3)
    [shown] = progress.series(world.circle.pk, seen_by=world.asha.reader, at=world.moment)
    assert [mark.score for mark in shown.marks] == [10]
