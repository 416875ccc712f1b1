"""Care in and after a crisis, on its pages."""

from __future__ import annotations

from typing import Any

import pytest

from alongside.crisis import actions as crisis
from alongside.crisis.models import Alert, CareForm, FollowUp, HandOver
from alongside.tasks.models import Task
from alongside.web.practitioner import crisis_words
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.rooms.test_care import CLOSED


@pytest.fixture
def alert(world: World, sam: Cast) -> Alert:
    return crisis.raise_by_staff(
        level="B", seen="He says goodbye.", circle=world.circle,
        institution=world.institution.pk, by=world.asha.reader, at=NOON,
    )  # fmt: skip


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_guided_talk_ends_in_a_level_and_a_lower_one_needs_a_reason(
    alert: Alert, world: World, signed_in: Any
) -> None:
    hana, page = signed_in(world.hana), f"/work/crisis/{alert.pk}/assess/"
    assert "predicts nothing" in text(hana.get(page))
    given = {"q_plan": "clear", "q_words": "He lost his job.", "level": "D"}
    refused = hana.post(page, given)
    assert refused.status_code == 400
    assert "The answers call for B at least." in text(refused)
    assert "He lost his job." in text(refused)
    assert hana.post(page, {"level": "B"}).status_code == 400
    assert hana.post(page, given | {"level": "B"}).status_code == 302
    assert CareForm._base_manager.get().level == "B"
    shown = text(hana.get(f"/work/crisis/{alert.pk}/"))
    assert "A clear plan" in shown
    assert "Assessed, step by step" in shown
    closing = text(hana.get(f"/work/crisis/{alert.pk}/close/reached_safe/"))
    assert '<option value="B" selected>' in closing
    assert "Asked about safety: B" in shown
    assert "not reached" not in shown  # nobody was tried by that
    hana.post(page, given | {"level": "A"})
    more_urgent = Alert._base_manager.get(level="A")
    raised = text(hana.get(f"/work/crisis/{more_urgent.pk}/"))
    assert "Asked about safety: A" in raised
    assert "assessment@" not in raised + shown
    assert crisis_words.said_of_a_try("assessment@7: D").startswith("Asked about safety: D")
    assert crisis_words.said_of_a_try("assessment: he wept") == "assessment: he wept"


def test_a_hand_over_waits_for_the_named_colleague(
    alert: Alert, world: World, signed_in: Any
) -> None:
    hana, asha = signed_in(world.hana), signed_in(world.asha)
    page = f"/work/crisis/{alert.pk}/"
    hana.post(f"{page}take/")
    form = {"to": str(world.asha.account.pk), "note": "He is at his sister's."}
    assert hana.post(f"{page}hand-over/", {"note": "x"}).status_code == 400
    assert hana.post(f"{page}hand-over/", form).status_code == 302
    assert "who has not accepted yet" in text(hana.get(page))
    assert "handed this to you" in text(asha.get(page))
    hand = HandOver._base_manager.get()
    assert f'href="/work/hand-overs/{hand.pk}/"' in asha.get("/work/").content.decode()
    assert asha.get(f"/work/hand-overs/{hand.pk}/").headers["Location"] == page
    assert Alert._base_manager.get().acknowledged_by == world.hana.account  # opening takes nothing
    assert signed_in(world.bo).get(f"/work/hand-overs/{hand.pk}/").status_code == 404
    asha.post(f"/work/hand-overs/{hand.pk}/", {"answer": "accept"})
    assert Alert._base_manager.get().acknowledged_by == world.asha.account
    assert signed_in(world.bo).post(f"/work/hand-overs/{hand.pk}/").status_code == 404


def test_after_closing_contacts_are_due_and_one_is_recorded(
    alert: Alert, world: World, signed_in: Any
) -> None:
    crisis.close_alert(
        alert=alert, outcome="reached_safe", fields=CLOSED, by=world.asha.reader, at=NOON
    )
    asha, page = signed_in(world.asha), f"/work/cases/{world.case.pk}/after/"
    assert "A short, kind contact after a week" in text(asha.get(page))
    call = FollowUp._base_manager.get(step="call_72h")
    assert asha.post(f"{page}{call.pk}/", {"outcome": "every_way_tried"}).status_code == 400
    assert asha.post(f"{page}{call.pk}/", {"outcome": "not_reached"}).status_code == 302
    assert "2 Mar, 12:00: tried by Asha Raman." in text(asha.get(page))
    given = {"outcome": "reached", "note": "He used his plan twice."}
    assert asha.post(f"{page}{call.pk}/", given).status_code == 302
    assert "He used his plan twice." in text(asha.get(page))
    review = f"/work/crisis/{alert.pk}/review/"
    assert asha.post(review, {"q_helped": "His sister came."}).status_code == 302
    assert FollowUp._base_manager.get(step="review").outcome == "reached"
    for other in (world.bo, world.noor, world.grace):
        assert signed_in(other).get(page).status_code == 404


def test_how_it_was_is_asked_of_those_who_were_on_it_and_of_nobody_else(
    alert: Alert, world: World, signed_in: Any
) -> None:
    crisis.acknowledge(alert=alert, by=world.asha.reader, at=NOON)
    crisis.close_alert(
        alert=Alert._base_manager.get(), outcome="reached_safe", fields=CLOSED,
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    page = f"/work/crisis/{alert.pk}/debrief/"
    asha = signed_in(world.asha)
    assert page in text(asha.get("/work/"))
    assert asha.post(page, {"q_stays": "His voice."}).status_code == 302
    assert Task._base_manager.get(kind="debrief").done_at == NOON
    assert "His voice." in text(signed_in(world.ifeoma).get(f"/work/crisis/{alert.pk}/"))
    assert "His voice." not in text(signed_in(world.hana).get(f"/work/crisis/{alert.pk}/"))
    assert signed_in(world.bo).get(page).status_code == 404
