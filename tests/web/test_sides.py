"""More than one side, on the pages of a circle: what is missing, and writing down a talk alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from alongside.access import actions as access
from alongside.cases import sides
from alongside.cases.models import Side
from alongside.people import queries as people
from tests.factories import Cast, World
from tests.factories.care import proposed, spoken_to
from tests.factories.meetings import begun

SignedIn = Callable[[Cast], Any]


def words_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    page = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", page)


def given(world: World, **changed: str) -> dict[str, str]:
    """A talk of today by phone, as the form sends it."""
    return {
        "version": "0",
        "proposed_by": "lead",
        "spoken_on": world.moment.date().isoformat(),
        "how": "phone",
        "spoken_by": str(world.asha.person.pk),
        "words": "",
        **changed,
    }


def test_the_pages_say_what_is_missing_and_lead_to_the_next_act(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    proposed(
        world, "planned_meeting", variant="arise", sessions_planned=None, summary="As is.",
        persons=[world.noor.person, world.teo.person],
    )  # fmt: skip
    begun(world)
    browser, case = signed_in(asha), f"/work/cases/{world.case.pk}/"
    assert "No side has been heard" in words_of(browser.get(case))
    noor, teo = (f"{case}circle/sides/{who.person.pk}/" for who in (world.noor, world.teo))
    page = browser.get(f"{case}circle/")
    assert "Told us themselves · Not spoken to alone yet" in words_of(page)
    assert "Nobody says who proposed them" in words_of(page)
    assert "Spoken to alone: 0 of 2." in words_of(page)
    listed = words_of(page).split("More than one side")[1].split("Told us themselves")[0]
    assert "Nobody in the circle sees it." in listed  # who is in the circle is seen by all of it
    assert f'href="{noor}"' in page.content.decode()
    # Who told us was proposed by nobody: that is not asked.
    assert "proposed_by" not in browser.get(noor).content.decode()
    answer = browser.post(noor, given(world))
    assert (answer.status_code, answer["Location"]) == (302, f"{case}circle/#sides")
    browser.post(teo, given(world, proposed_by="reporter"))
    for address in (f"{case}circle/", f"{case}meeting/"):
        assert "Nobody who was spoken to alone was proposed by you" in words_of(
            browser.get(address)
        )
    assert "Whoever told us chose everybody" in words_of(browser.get(case))
    plan = browser.get(f"{case}plan/")
    assert "whoever told us chose them all" in words_of(plan)
    assert f'{case}circle/#sides"' in plan.content.decode()
    browser.post(teo, given(world, version="1", how="video"))
    assert "Spoken to alone: 2 of 2." in words_of(browser.get(f"{case}circle/"))
    assert "side has been heard" not in words_of(browser.get(case))
    read = words_of(browser.get(teo))
    assert "Proposed by us, who work on this case" in read
    assert "by video, with Asha Raman" in read
    assert "Written down 2 times" in read
    told = words_of(browser.get(f"{case}timeline/?kind=people"))
    assert "Teo Lindqvist was spoken to alone on" in told
    assert "Proposed by whoever told us first" in told


def test_a_talk_that_cannot_stand_is_said_beside_its_field_and_an_older_page_shows_both(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/circle/sides/{world.teo.person.pk}/"
    tomorrow = (world.moment + timedelta(days=1)).date().isoformat()
    for wrong, said in (
        ({"spoken_on": tomorrow}, "Choose today, or a day before it."),
        ({"how": ""}, "Say how you spoke with them."),
        ({"spoken_on": ""}, "Say on which day you spoke"),
        ({"how": "letter"}, "Choose from the list."),
    ):
        page = browser.post(address, given(world, words="In the garden.", **wrong))
        assert said in words_of(page, 400)
        assert "In the garden." in page.content.decode()
    assert not Side.objects.visible_to(asha.reader).exists()
    spoken_to(world, world.teo.person, "member", how="in_person")
    page = browser.post(address, given(world, words="In the garden."))
    assert page.status_code == 409
    assert "In the garden." in page.content.decode()
    assert "Proposed by somebody else in the circle" in words_of(page, 409)
    browser.post(address, given(world, version="1", words="In the garden."))
    row = sides.newest(world.circle.pk, seen_by=asha.reader)[world.teo.person.pk]
    assert (row.number, row.proposed_by, row.words) == (2, "lead", "In the garden.")
    back = given(world, version="2", spoken_on="", how="", words="No.")
    assert "Write what happened, in a full sentence." in words_of(browser.post(address, back), 400)


def test_somebody_is_added_with_whose_idea_it_was_and_whether_texts_are_safe(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    added = {
        "name": "The ward nurse", "relation": "nurse", "contact": "+44 131 496 0000",
        "safe_words": "", "texts": "on", "proposed_by": "lead",
    }  # fmt: skip
    page = browser.post(f"/work/cases/{world.case.pk}/circle/add/", added, follow=True)
    assert "Proposed by us" in words_of(page)
    row = Side.objects.visible_to(asha.reader).get()
    assert (row.proposed_by, row.spoken_on) == ("lead", None)
    assert people.contacts_of(row.person, seen_by=asha.reader).get().texts


def test_nobody_else_finds_a_side_or_writes_one(world: World, signed_in: SignedIn) -> None:
    case = f"/work/cases/{world.case.pk}/"
    address = f"{case}circle/sides/{world.teo.person.pk}/"
    spoken_to(world, world.teo.person, "reporter")
    sam = world.engage_sam()
    for who in (world.noor, world.teo, sam, world.bo, world.hana, world.grace):
        browser = signed_in(who)
        assert browser.get(address).status_code == 404
        assert browser.post(address, given(world, version="1")).status_code == 404
    for who in (world.noor, world.teo):  # nor is it on a page of their own
        page = signed_in(who).get("/circle/", follow=True).content.decode()
        assert "poken to alone" not in page
    reading = signed_in(world.ifeoma)
    assert "Proposed by whoever told us first" in words_of(reading.get(address))
    assert "Save" not in words_of(reading.get(address)).split("What is known")[1]
    assert reading.post(address, given(world, version="1")).status_code == 404
    lead = signed_in(world.asha)
    other = make_world_beside(world)
    for strange in (
        f"{case}circle/sides/{uuid4()}/",
        f"{case}circle/sides/{world.asha.person.pk}/",  # staff, no side
        f"{case}circle/sides/{other.person.pk}/",  # of another circle
        f"/work/cases/{uuid4()}/circle/sides/{world.teo.person.pk}/",
    ):
        assert lead.get(strange).status_code == 404
        assert lead.post(strange, given(world)).status_code == 404
    assert world.teo.member is not None
    access.end_membership(
        member=world.teo.member, because="left", by=world.asha.reader, at=world.moment
    )
    assert "Proposed by whoever told us first" in words_of(
        lead.get(address)
    )  # what was known stays to be read
    assert lead.post(address, given(world, version="1")).status_code == 404
    assert Side.objects.visible_to(world.asha.reader).count() == 1


def make_world_beside(world: World) -> Any:
    """Somebody in another circle that Asha leads too."""
    worry = world.worry(alias="Kim", contact="ida@example.org", contact_name="Ida")
    return world.open_case(worry).reporter
