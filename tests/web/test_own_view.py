"""The person's side: nothing before they were told; then what is held and their say (S17)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from alongside.access import actions as access
from alongside.access import readers
from alongside.cases import actions as cases
from alongside.cases import queries, rights
from alongside.cases.models import Case, RightsRequest
from alongside.measures import actions as measures
from alongside.notify.models import Message
from alongside.records.errors import NotAllowed
from alongside.tasks.queries import open_tasks
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import held as held_session
from tests.factories.care import note_of, signed, started
from tests.factories.deciding import cannot_decide, met
from tests.harness.reading import grade

SignedIn = Callable[[Cast], Any]
HELD = "/me/record/held/"


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def privacy_officer(world: World) -> Cast:
    return world.staff("Priya Shah", "Privacy officer", "privacy")


def fresh(world: World) -> Case:
    found: Case = Case._base_manager.get(pk=world.case.pk)
    return found


def told(world: World, signed_in: SignedIn) -> Cast:
    """Sam was told by Asha's page, with a link to his own, and has not come in."""
    address = f"/work/cases/{world.case.pk}/disclose/"
    given = {"version": fresh(world).version, "sure": "on", "address": "sam@example.org"}
    assert signed_in(world.asha).post(address, given).status_code == 302
    body = Message._base_manager.get(person=world.sam.pk).body
    token = re.search(r"/l/([\w-]{43})", body)
    assert token is not None
    assert not re.search("Sam|drink|Rowan|Lothian|Asha", body)
    reader = readers.reader_for_link(token[1], "join_circle", NOON)
    account = access.accept_invitation(email="sam@example.org", by=reader, at=NOON)
    return Cast(world, account, world.sam)


def test_somebody_who_was_told_sees_what_is_held_by_whom_and_never_who_said_what(
    world: World, signed_in: SignedIn
) -> None:
    """S17, T3, 5.1, condition 11: before it nothing; then the kinds, the house, the reason."""
    sam = told(world, signed_in)
    Case._base_manager.filter(pk=world.case.pk).update(disclosed_at=None)
    browser = signed_in(sam)
    assert browser.get(HELD).status_code == 404
    Case._base_manager.filter(pk=world.case.pk).update(disclosed_at=NOON)
    page = browser.get(HELD)
    shown = text_of(page)
    for words in ("Lothian Family Help", "Care as a public task", "How it began"):
        assert words in shown
    assert "drinks every day" not in shown
    assert "Noor" not in shown
    assert grade(page.content.decode()) <= 6.0
    assert fresh(world).engaged_at is None


def test_the_persons_own_view_stands_beside_what_is_said_and_nobody_changes_it(
    world: World, signed_in: SignedIn
) -> None:
    """S17, 5.1: beside an assessment, a decision and the beginning; the team reads it in place."""
    sam = told(world, signed_in)
    capacity = cannot_decide(world)
    met(world, capacity)
    browser = signed_in(sam)
    page = browser.get(HELD).content.decode()
    addresses = re.findall(rf'href="({HELD}(?:case|capacity|basis)/[^"]+)"', page)
    assert len(addresses) == 3
    assert browser.get(addresses[0]).status_code == 200
    assert grade(browser.get(addresses[0]).content.decode()) <= 6.0
    assert browser.post(addresses[0], {"words": " "}).status_code == 400
    for address in addresses:
        kind = address.split("/")[4]
        assert browser.post(address, {"words": f"I see it another way: {kind}"}).status_code == 302
    other = addresses[0].replace("case", "note")
    assert browser.get(other).status_code == 404
    consent_page = text_of(signed_in(world.asha).get(f"/work/cases/{world.case.pk}/consent/"))
    assert "I see it another way: capacity" in consent_page
    assert "I see it another way: basis" in consent_page
    assert "another way: case" in text_of(
        signed_in(world.asha).get(f"/work/cases/{world.case.pk}/")
    )
    assert not rights.views(world.circle.pk, seen_by=world.noor.reader).exists()
    with pytest.raises(NotAllowed):
        rights.add_view(
            circle=world.circle, about="case:x", words="He agrees.", by=world.asha.reader, at=NOON
        )
    kinds = open_tasks(seen_by=world.asha.reader).filter(kind="own_view")
    assert kinds.count() == 3
    ends = re.findall(r'action="([^"]+/end/)"', browser.get(HELD).content.decode())
    assert browser.post(ends[0]).status_code == 302
    assert rights.views(world.circle.pk, seen_by=world.asha.reader).count() == 2


def test_a_view_of_the_plan_or_a_note_stands_beside_that_plan_and_that_note(
    world: World, signed_in: SignedIn
) -> None:
    """S17: whoever reads the note reads what the person says to it, without looking elsewhere."""
    course = started(world, "cbt")
    session = held_session(world, course)
    signed(world, session)
    assert world.sam_account is not None
    mine = signed_in(world.sam_account)
    for about in (f"plan/{course.plan_id}", f"note/{note_of(world, session).pk}"):
        given = {"words": f"I see it so: {about}"}
        assert mine.post(f"{HELD}{about}/", given).status_code == 302
    asha = signed_in(world.asha)
    case = asha.get(f"/work/cases/{world.case.pk}/").content.decode()
    places = re.findall(r'<a href="([^"]+)">On (?:the plan|a note)</a>', case)
    shown = [text_of(asha.get(place)) for place in places]
    found = [re.findall("I see it so: [a-z]+", text) for text in shown]
    assert sorted(found) == [["I see it so: note"], ["I see it so: plan"]]


def test_an_objection_counts_at_once_until_the_privacy_officer_answers_or_it_is_taken_back(
    world: World, signed_in: SignedIn
) -> None:
    """5.1, GDPR 18 and 21: nothing new from others about the person; danger is never limited."""
    officer = privacy_officer(world)
    sam = told(world, signed_in)
    browser = signed_in(sam)
    assert browser.post(f"{HELD}ask/", {"kind": "objection", "words": ""}).status_code == 400
    browser.post(f"{HELD}ask/", {"kind": "objection", "words": "I never asked for this."})
    row = RightsRequest._base_manager.get()
    assert row.answer_by == (NOON + timedelta(days=30)).date()

    def asked_about_sam() -> None:
        measures.make_asking(
            circle=world.circle, about=world.sam, respondent=world.noor.person,
            instrument="gad7", by=world.asha.reader, at=NOON,
        )  # fmt: skip

    def facts_kept() -> None:
        case = queries.cases(seen_by=world.asha.reader).get()
        cases.keep_facts(
            case=case, version=case.version, facts={}, needs=[], by=world.asha.reader, at=NOON
        )

    for attempt in (asked_about_sam, facts_kept):
        with pytest.raises(rights.Limited):
            attempt()
    asking = {"instrument": "carer_strain_nrs", "respondents": [str(world.noor.person.pk)]}
    several = signed_in(world.asha).post(
        f"/work/cases/{world.case.pk}/schedule/round/", {**asking, "days": "14"}
    )
    assert several.status_code in {400, 422}
    assert "objects" in text_of(several)
    one = signed_in(world.asha).post(
        f"/work/cases/{world.case.pk}/questions/ask/",
        {
            "instrument": "gad7", "respondent": str(world.noor.person.pk), "about": "person",
            "days": "14", "how": "link",
        },
    )  # fmt: skip
    assert one.status_code == 422
    assert "The person objects, or limited this." in text_of(one)
    overview = text_of(signed_in(world.asha).get(f"/work/cases/{world.case.pk}/"))
    assert "The person objects to what is held." in overview
    assert open_tasks(seen_by=world.asha.reader).filter(kind="person_objects").exists()
    world.worry()  # danger and worries still come in

    desk = signed_in(officer)
    assert "Objects: wants it stopped" in text_of(desk.get("/office/requests/"))
    address = f"/office/requests/{row.pk}/"
    assert desk.post(address, {"answer": "refused", "words": "No."}).status_code == 400
    given = {"answer": "refused", "words": "We keep the least, by law; you can complain."}
    assert desk.post(address, given).status_code == 302
    assert desk.post(address, given).status_code == 400
    assert not open_tasks(seen_by=officer.reader).filter(kind="person_request").exists()
    assert "We keep the least, by law" in text_of(browser.get(HELD))
    asked_about_sam()
    facts_kept()

    browser.post(f"{HELD}ask/", {"kind": "restriction", "words": "Wait with it."})
    again = RightsRequest._base_manager.get(kind="restriction")
    assert rights.is_limited(world.circle.pk)
    assert browser.post(f"{HELD}ask/{again.pk}/lift/").status_code == 302
    assert not rights.is_limited(world.circle.pk)
    for who in (world.noor, world.bo):
        assert not rights.requests(seen_by=who.reader).exists()


def test_the_same_person_becomes_a_client_without_being_entered_again(
    world: World, signed_in: SignedIn
) -> None:
    """S17: told, objecting, coming in: one row, one circle, one account; what they said stays."""
    sam = told(world, signed_in)
    signed_in(sam).post(f"{HELD}ask/", {"kind": "correction", "words": "My name is Samuel."})
    case = fresh(world)
    cases.engage_person(case=case, version=case.version, by=world.asha.reader, at=NOON)
    engaged = fresh(world)
    assert (engaged.state, engaged.circle_id) == ("active", world.circle.pk)
    assert engaged.circle.focus_id == sam.person.pk
    assert sam.reader.persons == {sam.person.pk}
    assert rights.requests(seen_by=world.asha.reader).get().words == "My name is Samuel."
