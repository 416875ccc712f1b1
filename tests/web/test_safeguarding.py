"""Safeguarding on its pages: sent from every door, read at one desk."""

from __future__ import annotations

from typing import Any

import pytest

from alongside.crisis import reports, safeguarding
from alongside.crisis.models import SafeguardingReport
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.harness.reading import grade

FORM = {"kind": "child", "words": "“He locks me in”, said Mia, 9.", "at_risk": "Mia"}


@pytest.fixture
def lead(world: World) -> Cast:
    return world.staff("Petra Vogel", "Safeguarding lead", "privacy")


def text(response: Any) -> str:
    return str(response.content.decode())


def test_a_report_is_sent_from_each_door_and_shown_to_nobody_but_the_lead(
    world: World, sam: Cast, lead: Cast, signed_in: Any
) -> None:
    circle, case = world.circle.pk, world.case.pk
    assert f"/circle/{circle}/report/" in text(signed_in(world.noor).get(f"/circle/{circle}/tell/"))
    doors = [
        (world.noor, f"/circle/{circle}/report/"),
        (sam, "/me/report/"),
        (world.asha, f"/work/cases/{case}/safeguarding/"),
        (world.asha, "/work/safeguarding/"),
    ]
    for who, page in doors:
        browser = signed_in(who)
        assert browser.post(page, {"kind": "child"}).status_code == 400
        assert browser.post(page, FORM).status_code == 302
        assert "Mia" not in text(browser.get(page))
    assert "Not read yet." in text(signed_in(world.noor).get(doors[0][1]))
    assert SafeguardingReport._base_manager.count() == 4

    desk = signed_in(lead)
    report = SafeguardingReport._base_manager.get(written_by=world.noor.person)
    page = f"/office/safeguarding/{report.pk}/"
    assert "4 safeguarding reports wait for your answer" in text(desk.get("/office/"))
    assert page in text(desk.get("/office/safeguarding/"))
    assert "said Mia, 9." in text(desk.get(page))
    for fact in ("Noor Haddad", world.circle.code):  # whom to ask, and which case it is about
        assert fact in text(desk.get(page))
    assert "Nobody has checked this list here" in text(desk.get(page))
    for who in (world.grace, world.asha, world.hana, world.noor):
        assert signed_in(who).get(page).status_code == 404
    desk.post(f"{page}read/")
    assert "Received" in text(signed_in(world.noor).get(doors[0][1]))


def test_each_door_lets_name_the_lead_who_then_sees_nothing_of_it(
    world: World, sam: Cast, lead: Cast, signed_in: Any
) -> None:
    for who, page in (
        (world.noor, f"/circle/{world.circle.pk}/report/"),
        (sam, "/me/report/"),
        (world.asha, f"/work/cases/{world.case.pk}/safeguarding/"),
        (world.asha, "/work/safeguarding/"),
    ):
        browser = signed_in(who)
        assert "Petra Vogel, who reads such reports here" in text(browser.get(page))
        assert browser.post(page, FORM | {"named": str(lead.person.pk)}).status_code == 302
        assert browser.post(page, FORM | {"named": str(world.bo.person.pk)}).status_code == 400
    desk = signed_in(lead)
    for report in SafeguardingReport._base_manager.all():
        assert str(report.pk) not in text(desk.get("/office/safeguarding/"))
        assert desk.get(f"/office/safeguarding/{report.pk}/").status_code == 404
    assert SafeguardingReport._base_manager.count() == 4


def test_a_report_that_names_somebody_of_the_team_holds_nothing_back_from_which_they_would_know(
    world: World, lead: Cast, signed_in: Any
) -> None:
    page = f"/circle/{world.circle.pk}/report/"
    noor = signed_in(world.noor)
    assert "Asha Raman, of the team" in text(noor.get(page))
    assert noor.post(page, FORM | {"named": str(world.asha.person.pk)}).status_code == 302
    assert not reports.wait_for_an_answer(world.circle.pk)
    asha = signed_in(world.asha)
    for where in ("", "plan/", "closing/", "danger/", "timeline/", "circle/"):
        shown = text(asha.get(f"/work/cases/{world.case.pk}/{where}"))
        assert "report waits" not in shown
        assert "Mia" not in shown
    filing = text(asha.get(f"/work/cases/{world.case.pk}/safeguarding/"))
    assert "Asha Raman, of the team" not in filing
    assert noor.post(page, FORM | {"words": "He hit her again."}).status_code == 302
    assert reports.wait_for_an_answer(world.circle.pk)  # that one names nobody of the team
    assert "2 safeguarding reports wait" in text(signed_in(lead).get("/office/"))


def test_the_lead_answers_and_closes_and_a_second_answer_shows_both(
    world: World, lead: Cast, signed_in: Any
) -> None:
    report = safeguarding.file_report(
        institution=world.institution, circle=world.circle, kind="adult", words="A bruise.",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    desk, page = signed_in(lead), f"/office/safeguarding/{report.pk}/"
    closing = f"/work/cases/{world.case.pk}/closing/"
    given = {
        "version": str(world.case.version), "outcome": "completed",
        "words": "They finished all of it, and said so.",
    }  # fmt: skip
    refused = signed_in(world.asha).post(closing, given)
    assert "A safeguarding report waits for its answer." in text(refused)

    assert desk.post(f"{page}add/", {"kind": "told"}).status_code == 400
    desk.post(f"{page}add/", {"kind": "told", "words": "Adult social care, 12:10."})
    desk.post(f"{page}close/")
    assert SafeguardingReport._base_manager.get().closed_at is None
    answer = {"version": "1", "decision": "reported", "because": "Care Act s42."}
    assert desk.post(f"{page}answer/", answer).status_code == 302
    stale = desk.post(f"{page}answer/", answer | {"because": "Another reason."})
    assert stale.status_code == 409
    assert "Care Act s42." in text(stale)
    assert "Another reason." in text(stale)
    desk.post(f"{page}close/")
    assert SafeguardingReport._base_manager.get().closed_at == NOON
    assert "Adult social care, 12:10." in text(desk.get(page))


def test_several_people_get_no_date_before_a_child_was_asked_about(
    world: World, signed_in: Any
) -> None:
    asha, case = signed_in(world.asha), f"/work/cases/{world.case.pk}/"
    assert world.asha.practitioner is not None
    date = {
        "practitioner": str(world.asha.practitioner.pk), "day": "2026-03-09", "time": "10:00",
        "persons": [str(world.noor.person.pk), str(world.teo.person.pk)], "minutes": "50",
        "place": "in_person",
    }  # fmt: skip
    assert "First ask whether a child will be there" in text(asha.post(f"{case}book/", date))
    series = {**date, "repeat": "1", "times": "4"}
    assert "First ask whether a child will be there" in text(asha.post(f"{case}book/", series))
    asked = {"child_there": "yes", "words": "With her aunt."}
    assert asha.post(f"{case}child/", {"child_there": "yes"}).status_code == 400
    assert asha.post(f"{case}child/", asked).status_code == 302
    assert "With her aunt." in text(asha.get(f"{case}child/"))
    assert "Keep all 4" in text(asha.post(f"{case}book/", series))
    assert asha.post(f"{case}book/", date).status_code == 302


@pytest.mark.parametrize("door", ["circle", "me"])
def test_the_pages_of_family_and_person_read_at_the_age_of_eleven(
    world: World, sam: Cast, signed_in: Any, door: str
) -> None:
    who = sam if door == "me" else world.noor
    page = "/me/report/" if door == "me" else f"/circle/{world.circle.pk}/report/"
    assert grade(text(signed_in(who).get(page))) <= 6.0
