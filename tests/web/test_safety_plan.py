"""The safety plan at each door: written, shown, taken along; and nothing of it where it is not."""

from __future__ import annotations

from typing import Any

import pytest

from alongside.crisis import actions as crisis
from alongside.crisis import safety_plan
from alongside.crisis.models import SafetyPlan, SafetyPlanShare
from alongside.measures import actions as measures
from alongside.notify import actions as notify
from alongside.records.models import AuditEvent
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.harness.reading import grade
from tests.rooms.test_safety_plan import EFUA, KWAME, WHOLE, save

FORM = {
    "version": "0",
    "signs": "I stop answering.\r\nI walk all night.",
    "people": f"{KWAME}\r\n{EFUA}",
    "safer_none": "There is nothing in the house.",
    "own": "Cold water.",
    "own_likely": "8",
    "reason": "My daughter’s laugh.",
}


@pytest.fixture(autouse=True)
def dispatcher_lives(db: None) -> None:
    notify.beat(name="test", at=NOON)


@pytest.fixture
def me(sam: Cast, signed_in: Any) -> Any:
    return signed_in(sam)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_person_writes_it_and_a_second_page_overwrites_nothing(world: World, me: Any) -> None:
    assert "Write my plan" in text(me.get("/me/safety/"))
    nonsense = FORM | {"version": "99999"}  # there is none that anybody could have read
    assert me.post("/me/safety/change/", nonsense).status_code == 302
    page = text(me.get("/me/safety/"))
    assert 'href="tel:01632960155"' in page
    assert "Likely to use it: 8 of 10." in page
    assert "Talked about: There is nothing in the house." in page
    assert "call 999" in page

    stale = me.post("/me/safety/change/", FORM | {"signs": "I give things away."})
    assert stale.status_code == 409
    assert "I give things away." in text(stale)
    assert "I walk all night." in text(stale)
    assert SafetyPlan._base_manager.count() == 1
    kept = me.post("/me/safety/change/", FORM | {"signs": "I give things away.", "version": "1"})
    assert kept.status_code == 302
    assert "Version 1" in text(me.get("/me/safety/versions/"))
    assert "I walk all night." in text(me.get("/me/safety/versions/1/"))


def test_an_empty_form_is_asked_for_one_line(me: Any) -> None:
    page = me.post("/me/safety/change/", {"version": "0"})
    assert page.status_code == 400
    assert "Write one line somewhere" in text(page)


def test_a_chosen_person_sees_the_chosen_line_at_their_own_door(
    world: World, sam: Cast, me: Any, signed_in: Any
) -> None:
    save(world, sam.reader)
    form = {"person": str(world.noor.member.pk), "lines": ["0"], "until": "2026-04-01"}
    assert me.post("/me/safety/show/people/", form).status_code == 302
    assert "Noor Haddad sees lines of this step" in text(me.get("/me/safety/"))

    page = text(signed_in(world.noor).get(f"/circle/{world.circle.pk}/step/"))
    assert 'href="tel:01632960155"' in page
    assert "Efua" not in page
    assert "walk all night" not in page
    others = text(signed_in(world.teo).get(f"/circle/{world.circle.pk}/step/"))
    assert "Nothing is shown to you now." in others
    assert "01632960155" not in others

    row = SafetyPlanShare._base_manager.get()
    assert me.post(f"/me/safety/shown/{row.pk}/end/").status_code == 302
    after = text(signed_in(world.noor).get(f"/circle/{world.circle.pk}/step/"))
    assert "01632960155" not in after


def test_showing_needs_a_line(world: World, sam: Cast, me: Any) -> None:
    save(world, sam.reader)
    form = {"person": str(world.noor.member.pk), "until": "2026-04-01"}
    page = me.post("/me/safety/show/people/", form)
    assert page.status_code == 400
    assert "Choose at least one line." in text(page)
    assert me.get("/me/safety/show/nothing/").status_code == 404


def test_it_goes_along_on_paper_and_as_one_file_that_needs_nothing_else(
    world: World, sam: Cast, me: Any
) -> None:
    save(world, sam.reader)
    assert "wallet" in text(me.get("/me/safety/paper/card/"))
    assert "Cold water on my face." in text(me.get("/me/safety/paper/sheet/"))
    assert me.get("/me/safety/paper/poster/").status_code == 404
    assert not AuditEvent.objects.filter(word="crisis.safety_plan_copied").exists()

    file = me.post("/me/safety/copy/")
    assert file["Content-Disposition"] == 'attachment; filename="my-page.html"'
    assert file["Cache-Control"] == "no-store"
    page = text(file)
    assert "<style>" in page
    assert 'href="tel:116123"' in page
    assert "<script" not in page
    assert "<link" not in page
    assert "url(" not in page
    assert AuditEvent.objects.get(word="crisis.safety_plan_copied").detail == {"kind": "file"}


def test_the_page_of_danger_shows_the_persons_own_plan_and_a_link_does_not(
    world: World, sam: Cast, me: Any, client: Any
) -> None:
    save(world, sam.reader)
    asking = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    me.post(f"/me/questions/{asking.pk}/9/", {"a": "2"})
    page = text(me.get(f"/me/questions/{asking.pk}/help/"))
    assert "My plan for hard hours" in page
    assert 'href="tel:01632960155"' in page


def test_the_team_writes_it_with_the_person_and_looks_at_it_again(
    world: World, sam: Cast, signed_in: Any
) -> None:
    asha, case = signed_in(world.asha), f"/work/cases/{world.case.pk}/safety/"
    assert "There is no safety plan yet." in text(asha.get(case))
    assert asha.post(f"{case}write/", FORM).status_code == 302
    page = text(asha.get(case))
    assert "Not complete yet" in page
    assert "Last looked at together on 2 Mar 2026, 12:00, with Asha Raman." in page
    assert asha.post(f"{case}write/", FORM).status_code == 409
    world.at(NOON)
    assert asha.post(f"{case}looked/", {"version": "1", "note": "Used twice."}).status_code == 302

    means = {"item": "Tablets", "what": "A week at a time", "owner": "Noor"}
    half = asha.post(f"{case}means/", means)
    assert half.status_code == 400
    assert "Say who does it and by when" in text(half)
    assert asha.post(f"{case}means/", means | {"due_on": "2026-03-04"}).status_code == 302
    row = safety_plan.means(world.circle.pk, seen_by=world.asha.reader).get()
    assert asha.post(f"{case}means/{row.pk}/", {"confirmed_by": ""}).status_code == 400
    assert asha.post(f"{case}means/{row.pk}/", {"confirmed_by": "Noor"}).status_code == 302
    assert "Seen by Noor." in text(asha.get(case))


def test_whoever_has_no_place_in_the_case_finds_no_page(
    world: World, sam: Cast, signed_in: Any
) -> None:
    save(world, sam.reader)
    for other in (world.bo, world.hana, world.grace, world.noor):
        assert signed_in(other).get(f"/work/cases/{world.case.pk}/safety/").status_code == 404


def test_an_alert_shows_what_is_already_known(world: World, sam: Cast, signed_in: Any) -> None:
    save(world, sam.reader)
    safety_plan.agree_means(
        circle=world.circle, item="Tablets", what="A week at a time", owner="Noor",
        due_on=NOON.date(), by=world.asha.reader, at=NOON,
    )  # fmt: skip
    alert = crisis.raise_by_staff(
        level="B", seen="He says goodbye.", circle=world.circle,
        institution=world.institution.pk, by=world.asha.reader, at=NOON,
    )  # fmt: skip
    page = text(signed_in(world.hana).get(f"/work/crisis/{alert.pk}/"))
    assert "Their safety plan" in page
    assert "Cold water on my face." in page
    assert "A week at a time" in page


def test_a_fresh_plan_lets_an_unchanged_answer_wait(world: World, sam: Cast) -> None:
    """phq9_self_harm@1: 1 as last time is D while a complete plan was looked at lately, else C."""
    assert WHOLE.is_complete
    save(world, world.asha.reader)
    levels = []
    for _ in range(2):
        made = measures.make_asking(
            circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
            by=world.asha.reader, at=NOON,
        )  # fmt: skip
        answers = {f"item_{n}": 0 for n in range(1, 9)} | {"item_9": 1}
        given = measures.record_answers(
            asking=made,
            answers=answers,
            submission=f"s{len(levels)}",
            by=sam.reader,
            at=NOON,
        )
        levels.append([alert.level for alert in given.alerts])
        for alert in given.alerts:
            crisis.close_alert(
                alert=alert, outcome="raised_in_error",
                fields={"named_person": "Asha", "reason": "A test."},
                by=world.asha.reader, at=NOON,
            )  # fmt: skip
    assert levels == [["C"], ["D"]]


@pytest.mark.parametrize("page", ["", "change/", "show/people/", "copy/", "versions/"])
def test_the_persons_pages_read_at_the_age_of_eleven(
    world: World, sam: Cast, me: Any, page: str
) -> None:
    save(world, sam.reader)
    assert grade(text(me.get(f"/me/safety/{page}"))) <= 6.0
