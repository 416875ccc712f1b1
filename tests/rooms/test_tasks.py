"""What a human must still do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alongside.records.errors import NotAllowed
from alongside.tasks import actions, queries
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World


def make(world: World, **more: object) -> Task | None:
    given: dict[str, object] = {
        "institution": world.institution,
        "circle": world.circle,
        "kind": "call",
        "about": "case:1",
        "what": "Call Noor before eleven.",
        "for_role": "lead",
        "due_at": NOON + timedelta(hours=1),
        **more,
    }
    return actions.make_task(by=world.asha.reader, at=NOON, **given)  # type: ignore[arg-type]


def test_the_same_kind_about_the_same_thing_is_one_task(world: World) -> None:
    assert make(world) is not None
    assert make(world) is None
    assert make(world, about="case:2") is not None
    assert queries.mine(seen_by=world.asha.reader).filter(kind="call").count() == 2


def test_a_task_that_was_done_may_come_again(world: World, asha: Cast) -> None:
    task = make(world)
    assert task is not None
    actions.do_task(task=task, how="She answered.", by=asha.reader, at=NOON)
    assert not queries.mine(seen_by=asha.reader).filter(kind="call").exists()
    assert make(world) is not None


def test_a_task_is_done_once(world: World, asha: Cast) -> None:
    task = make(world)
    assert task is not None
    again = queries.tasks(seen_by=asha.reader).get(pk=task.pk)
    actions.do_task(task=task, by=asha.reader, at=NOON)
    with pytest.raises(actions.AlreadyDone) as refusal:
        actions.do_task(task=again, by=asha.reader, at=NOON)
    assert refusal.value.task.done_by_id == asha.account.pk


def test_what_ends_by_its_act_is_ticked_off_by_nobody(world: World, asha: Cast) -> None:
    # An alert, a second look and a hand-over would vanish from every list with nothing done.
    for kind in ("alert", "alert_overdue", "hand_over", "confirm_close", "meeting_look"):
        task = make(world, kind=kind, what=kind)
        assert task is not None
        with pytest.raises(actions.EndsByItsAct) as refusal:
            actions.do_task(task=task, by=asha.reader, at=NOON, how="Done.")
        assert refusal.value.kind == kind
        assert queries.mine(seen_by=asha.reader).filter(pk=task.pk).exists()
        actions.do_task(task=task, by=asha.reader, at=NOON, has_happened=True)
        assert not queries.mine(seen_by=asha.reader).filter(pk=task.pk).exists()


def test_a_task_of_another_circle_is_not_found_and_not_done(world: World, bo: Cast) -> None:
    task = make(world)
    assert task is not None
    assert not queries.tasks(seen_by=bo.reader).exists()
    with pytest.raises(NotAllowed):
        actions.do_task(task=task, by=bo.reader, at=NOON)


def test_a_task_for_one_account_is_that_accounts(world: World, asha: Cast) -> None:
    make(world, for_role="", for_account=world.hana.account, circle=None, about="")
    assert not queries.mine(seen_by=asha.reader).filter(kind="call").exists()


def test_a_task_for_nobody_is_refused(world: World) -> None:
    with pytest.raises(actions.NobodyToDoIt):
        make(world, for_role="")


def test_overdue_means_its_time_is_over(world: World, asha: Cast) -> None:
    make(world)
    late = queries.overdue(seen_by=asha.reader, at=NOON + timedelta(hours=2))
    assert [task.kind for task in late] == ["call"]
    assert not queries.overdue(seen_by=asha.reader, at=NOON).exists()
