"""The practitioner's door: today, triage, a case, its circle, consent, choosing and closing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from alongside import catalogue
from alongside.access import actions as access
from alongside.access.models import Relationship
from alongside.cases import queries
from alongside.consent import queries as consent
from alongside.credentials import queries as credentials
from alongside.crisis import private_check
from alongside.notify.models import Message
from alongside.people import queries as people
from alongside.people.models import Person
from alongside.tasks import queries as tasks
from alongside.web.parts import content_words
from alongside.web.practitioner import asking as asking_pages
from alongside.web.practitioner import groups_words, timeline, words
from alongside.web.practitioner import measures as measures_pages
from alongside.web.practitioner.delivery_words import way_name
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import answer

SignedIn = Callable[[Cast], Any]
NOBODY = "3f0c9c3e-58f5-4f5f-8f3b-0d6e1c3f9a11"


def case_pages(world: World) -> list[str]:
    case = f"/work/cases/{world.case.pk}/"
    assert world.teo.member is not None
    return [
        f"/work/concerns/{world.concern.pk}/",
        case,
        f"{case}circle/",
        f"{case}circle/{world.teo.member.pk}/",
        f"{case}consent/",
        f"{case}consent/record/",
        f"{case}consent/refusal/",
        f"{case}consent/capacity/",
        f"{case}choose/",
        f"{case}closing/",
    ]


def own_pages() -> list[str]:
    return ["/work/", "/work/concerns/", "/work/cases/", "/work/credentials/"]


def read(browser: Any, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found is not None
    return found[1]


# -- who may -----------------------------------------------------------------------------------


def test_the_lead_opens_every_page(world: World, asha: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(asha)
    for address in own_pages() + case_pages(world):
        assert browser.get(address).status_code == 200, address


def test_the_supervisor_reads_and_does_not_write(world: World, signed_in: SignedIn) -> None:
    browser = signed_in(world.ifeoma)
    case = f"/work/cases/{world.case.pk}/"
    for address in (case, f"{case}circle/", f"{case}consent/", f"{case}choose/"):
        page = read(browser, address)
        assert "Save and ask the chooser" not in page
        assert "They came in" not in page
    for address, data in (
        (f"{case}disclose/", {"version": "1", "sure": "on"}),
        (f"{case}circle/add/", {"name": "Rae", "relation": "friend"}),
        (f"{case}choose/decide/", {"chosen": "craft", "reason": "x" * 40}),
        (f"{case}closing/", {"version": "1", "outcome": "completed", "words": "x" * 40}),
    ):
        assert browser.post(address, data).status_code in {400, 404}, address
    assert queries.cases(seen_by=world.asha.reader).get().disclosed_at is None


def test_nobody_else_finds_a_page_of_this_case(
    world: World, bo: Cast, sam: Cast, signed_in: SignedIn
) -> None:
    for who in (bo, world.hana, world.grace, world.noor, sam):
        browser = signed_in(who)
        for address in case_pages(world):
            assert browser.get(address).status_code == 404, (who.account.email, address)


def test_nobody_else_changes_anything_of_this_case(
    world: World, bo: Cast, signed_in: SignedIn
) -> None:
    assert world.teo.member is not None
    case = f"/work/cases/{world.case.pk}/"
    given = consent.consents(seen_by=world.noor.reader).get()
    writes = {
        f"/work/concerns/{world.concern.pk}/end/": {"how": "withdrawn", "why": "x" * 30},
        f"{case}disclose/": {"sure": "on"},
        f"{case}engage/": {},
        f"{case}decide/": {"reason": "x" * 30},
        f"{case}circle/add/": {"name": "Rae", "relation": "friend"},
        f"{case}circle/{world.teo.member.pk}/": {"relation": "friend"},
        f"{case}circle/{world.teo.member.pk}/invite/": {"address": "bo@example.org"},
        f"{case}circle/{world.teo.member.pk}/end/": {},
        f"{case}consent/{given.pk}/withdraw/": {},
        f"{case}choose/": {},
        f"{case}choose/decide/": {"chosen": "craft", "reason": "x" * 30},
        f"{case}closing/": {"outcome": "completed", "words": "x" * 30},
        f"{case}closing/start/": {},
        f"{case}closing/prolong/": {"ends_on": "2026-12-01", "reason": "x" * 30},
    }
    for who in (bo, world.noor, world.hana):
        browser = signed_in(who)
        for address, data in writes.items():
            response = browser.post(address, {"version": "1", **data})
            assert response.status_code == 404, (who.account.email, address)
    for address in writes:
        response = Client().post(address, {"version": "1"})
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")
    case_now = queries.cases(seen_by=world.asha.reader).get()
    assert (case_now.version, case_now.state, case_now.disclosed_at) == (1, "preparing", None)
    assert people.live_members(world.circle, seen_by=world.asha.reader).count() == 2


def test_a_guessed_id_answers_like_one_that_never_was(
    world: World, bo: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(bo)
    never = browser.get(f"/work/cases/{uuid4()}/")
    real = browser.get(f"/work/cases/{world.case.pk}/")
    assert (real.status_code, real.content) == (never.status_code, never.content)
    assert dict(real.headers) == dict(never.headers)


def test_ids_of_another_case_do_not_work_in_this_one(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    other = world.open_case(world.worry(alias="Rae", contact="rae@example.org"))
    assert other.reporter is not None
    case = f"/work/cases/{world.case.pk}/"
    given = consent.consents(seen_by=asha.reader).get()
    browser = signed_in(asha)
    assert browser.get(f"{case}circle/{other.reporter.pk}/").status_code == 404
    assert browser.post(f"{case}circle/{other.reporter.pk}/end/").status_code == 404
    elsewhere = f"/work/cases/{other.case.pk}/consent/{given.pk}/withdraw/"
    assert browser.post(elsewhere).status_code == 404
    assert consent.consents(seen_by=asha.reader).get().withdrawn_at is None


def test_a_page_that_was_open_when_the_role_ended_saves_nothing(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/"
    page = read(browser, address)
    edge = Relationship._base_manager.get(account=asha.account, circle=world.circle)
    access.end_relationship(relationship=edge, because="handed over", by=world.system, at=NOON)
    response = browser.post(f"{address}disclose/", {"version": version_on(page), "sure": "on"})
    assert response.status_code in {302, 404}
    assert queries.cases(seen_by=world.ifeoma.reader).count() == 0
    assert queries.cases(seen_by=world.system).get().disclosed_at is None


# -- today -------------------------------------------------------------------------------------


def test_today_shows_concerns_tasks_and_cases(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    world.worry(alias="Rae", contact="rae@example.org")
    page = read(signed_in(asha), "/work/")
    assert "Monday 2 March 2026" in page
    assert "Good afternoon, Asha. One thing needs you." in page
    assert "New concern about Rae" in page
    assert "Sam: Tell the person that this circle exists" in page
    assert "Family only" in page


def test_today_without_anything_says_what_comes(house: World, signed_in: SignedIn) -> None:
    page = read(signed_in(house.asha), "/work/")
    assert "Nothing is waiting for you." in page
    assert "No case is here yet." in page


def test_an_alert_stands_first_with_the_button_to_take_it(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    concern = world.worry(alias="Rae", contact="rae@example.org", answer="yes")
    world.open_case(concern, reporter_joins=False)
    page = read(signed_in(asha), "/work/")
    assert page.index("I have this") < page.index("Needs you today")


def test_a_task_is_done_from_today_once(world: World, asha: Cast, signed_in: SignedIn) -> None:
    task = tasks.mine(seen_by=asha.reader).get()
    browser = signed_in(asha)
    address = f"/work/tasks/{task.pk}/done/"
    assert "Saved at 12:00" in browser.post(address, follow=True).content.decode()
    again = browser.post(address, follow=True).content.decode()
    assert "Somebody did this before" in again


def test_nobody_does_the_task_of_another_circle(
    world: World, bo: Cast, signed_in: SignedIn
) -> None:
    task = tasks.mine(seen_by=world.asha.reader).get()
    assert signed_in(bo).post(f"/work/tasks/{task.pk}/done/").status_code == 404
    assert tasks.mine(seen_by=world.asha.reader).exists()


def test_cases_are_found_by_name_or_code_sorted_filtered_and_paged(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    for number in range(21):
        opened = world.open_case(
            world.worry(alias=f"Rae {number:02}", contact=f"rae{number}@example.org")
        )
    browser = signed_in(asha)
    page = read(browser, "/work/cases/?sort=name")
    assert page.index("Rae 00") < page.index("Rae 01")
    assert "1 to 20 of 22" in page
    answer(world, world.noor.person, "nrs_mood", {"item_1": 2})
    world.at(NOON + timedelta(minutes=1))
    answer(world, world.noor.person, "nrs_mood", {"item_1": 7})
    last = read(browser, "/work/cases/?sort=name&page=2")
    assert "Sam" in last
    assert " 7, today" in last  # the newest answers, never those before
    assert " 2, today" not in last
    assert "Rae 20" in read(browser, f"/work/cases/?q={opened.circle.code.lower()}")
    assert "Sam" not in read(browser, "/work/cases/?q=rae+0")
    assert "No case is here yet" in read(browser, "/work/cases/?state=closed")


@pytest.mark.parametrize(
    "query", ["?page=-1", "?page=x&sort=;drop", "?state=%00", "?q=%F0%9F%98%80&page=999"]
)
def test_rubbish_in_the_address_shows_a_list(
    world: World, asha: Cast, signed_in: SignedIn, query: str
) -> None:
    for address in ("/work/", "/work/cases/", "/work/concerns/"):
        assert signed_in(asha).get(address + query).status_code == 200


# -- triage ------------------------------------------------------------------------------------


def opening(world: World, page: str, **more: Any) -> dict[str, Any]:
    return {
        "version": version_on(page),
        "alias": "Rae",
        "age_band": "18_25",
        "service": str(world.service.pk),
        "needs": ["low_mood"],
        "legal_basis": "public_task_care",
        "legal_reason": "The family asked this public service for help with care.",
        "review_by": "2026-05-01",
        "ends_on": "2026-08-01",
        "reporter_joins": "on",
        **more,
    }


def test_what_was_said_is_shown_as_said_by_somebody(house: World, signed_in: SignedIn) -> None:
    concern = house.worry(answer="unsure")
    page = read(signed_in(house.asha), f"/work/concerns/{concern.pk}/")
    assert "Said by Noor Haddad" in page
    assert "under a duty of secrecy" in page
    assert "kept as said, not as fact" in page
    assert "I am not sure" in page


def test_opening_a_case_from_the_page_leads_to_it(house: World, signed_in: SignedIn) -> None:
    concern = house.worry()
    browser = signed_in(house.asha)
    address = f"/work/concerns/{concern.pk}/"
    response = browser.post(f"{address}open/", opening(house, read(browser, address)), follow=True)
    assert "The case is open. You lead it." in response.content.decode()
    case = queries.cases(seen_by=house.asha.reader).get()
    assert (case.circle.focus.name, case.needs) == ("Rae", ["low_mood"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"legal_reason": "ok"}, "Write why this basis fits"),
        ({"legal_basis": "magic"}, "Choose from the list"),
        ({"review_by": "2027-01-01"}, "Look again within 90 days"),
        ({"ends_on": "2029-01-01"}, "at most 365 days ahead"),
        ({"ends_on": "never"}, "Write a date"),
        ({"alias": ""}, "Write something here"),
        ({"alias": "Sam\u202eevil"}, "hidden sign"),
        ({"service": NOBODY}, "Choose from the list"),
    ],
)
def test_what_cannot_stand_is_said_beside_its_field_and_nothing_typed_is_lost(
    house: World, signed_in: SignedIn, more: dict[str, str], said: str
) -> None:
    concern = house.worry()
    browser = signed_in(house.asha)
    address = f"/work/concerns/{concern.pk}/"
    data = opening(house, read(browser, address), legal_reason="Only this text.  Kept.")
    data.update(more)
    response = browser.post(f"{address}open/", data)
    page = response.content.decode()
    assert response.status_code == 400
    assert said in page
    if "legal_reason" not in more:
        assert "Only this text.  Kept." in page
    assert not queries.cases(seen_by=house.asha.reader).exists()


def test_two_practitioners_taking_one_concern_get_both_texts(
    house: World, signed_in: SignedIn
) -> None:
    second = house.staff("Joaquin Reyes", "Interventionist", "lead")
    concern = house.worry()
    address = f"/work/concerns/{concern.pk}/"
    slow = signed_in(second)
    data = {
        "version": version_on(read(slow, address)),
        "how": "referred_on",
        "to": "The clinic",
        "why": "They know the family already, and I called them.",
    }
    fast = signed_in(house.asha)
    assert fast.post(f"{address}end/", data).status_code == 302
    response = slow.post(f"{address}end/", {**data, "why": "My own reason, which is not lost."})
    assert response.status_code in {400, 409}
    assert "My own reason, which is not lost." in response.content.decode()


def test_sending_a_concern_on_needs_to_whom_and_why(house: World, signed_in: SignedIn) -> None:
    concern = house.worry()
    browser = signed_in(house.asha)
    address = f"/work/concerns/{concern.pk}/"
    data = {"version": version_on(read(browser, address)), "how": "referred_on"}
    response = browser.post(f"{address}end/", {**data, "why": "x" * 30})
    assert response.status_code == 400
    assert "Write to whom you sent it." in response.content.decode()
    browser.post(f"{address}end/", {**data, "why": "x" * 30, "to": "The clinic"})
    assert queries.concerns(seen_by=house.system).get().state == "referred_on"


def test_doubles_and_counts_are_shown_to_whoever_may_read_them(
    house: World, signed_in: SignedIn
) -> None:
    house.worry()
    concern = house.worry()
    page = read(signed_in(house.asha), f"/work/concerns/{concern.pk}/")
    assert "Same contact" in page
    assert "2 reports came from this contact in 365 days." in page


# -- a case ------------------------------------------------------------------------------------


def test_the_overview_says_what_holds_the_next_step_back(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    page = read(signed_in(asha), f"/work/cases/{world.case.pk}/")
    assert "Not yet, because" in page
    assert "Still to ask: Noor Haddad, Teo Lindqvist." in page
    assert "The person has not been told" in page
    assert "Care as a public task" in page


def test_who_can_see_a_case_is_said_with_names(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    page = read(signed_in(asha), f"/work/cases/{world.case.pk}/")
    assert "Asha Raman, Ifeoma Nwosu and the on-call team while an alert is open" in page


def test_saying_that_the_person_knows_is_final(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/"
    version = version_on(read(browser, address))
    assert browser.post(f"{address}disclose/", {"version": version}).status_code == 400
    browser.post(f"{address}disclose/", {"version": version, "sure": "on"})
    assert queries.cases(seen_by=asha.reader).get().disclosed_at == NOON
    stale = browser.post(f"{address}disclose/", {"version": version, "sure": "on"})
    assert stale.status_code in {400, 409}


def test_coming_in_sends_a_link_and_shows_true_words(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/"
    data = {"version": version_on(read(browser, address)), "address": "sam@example.org"}
    page = browser.post(f"{address}engage/", data, follow=True).content.decode()
    assert "A link to their page is on its way." in page
    assert queries.cases(seen_by=asha.reader).get().state == "active"
    assert Message.objects.unscoped("a test").filter(person=world.sam).count() == 1


def test_another_explanation_is_written_down(world: World, asha: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/"
    browser.post(f"{address}decide/", {"reason": "Noor might want the flat for herself."})
    assert "Considered another explanation" in read(browser, address)


# -- the circle --------------------------------------------------------------------------------


def test_a_member_is_added_with_a_safe_number(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/circle/"
    data = {"name": "Chidi Okafor", "relation": "brother", "contact": "07700 900123"}
    page = browser.post(f"{address}add/", data, follow=True).content.decode()
    assert "Chidi Okafor" in page
    assert "+447700900123" in page
    assert "never voicemail" in page


def test_a_contact_that_cannot_be_one_adds_nobody(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    address = f"/work/cases/{world.case.pk}/circle/add/"
    data = {"name": "Chidi", "relation": "brother", "contact": "call me"}
    response = signed_in(asha).post(address, data)
    assert response.status_code == 400
    assert "no full phone number" in response.content.decode()
    assert people.live_members(world.circle, seen_by=asha.reader).count() == 2


def test_two_changes_of_one_member_show_both_texts(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    assert world.teo.member is not None
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/circle/{world.teo.member.pk}/"
    version = version_on(read(browser, address))
    browser.post(address, {"version": version, "relation": "colleague"})
    response = browser.post(address, {"version": version, "relation": "neighbour"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "There are two texts" in page
    assert "colleague" in page
    assert "neighbour" in page
    member = people.members(seen_by=asha.reader).get(pk=world.teo.member.pk)
    assert member.relation == "colleague"
    merged = {"version": version_on(page), "relation": "neighbour"}
    assert browser.post(address, merged).status_code == 302


def test_answers_given_alone_are_read_by_the_lead_and_resolved_with_words(
    world: World, asha: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    check = private_check.answer(
        circle=world.circle, person=teo.person, answers={"afraid": "yes"}, by=teo.reader, at=NOON
    )
    browser = signed_in(asha)
    circle = f"/work/cases/{world.case.pk}/circle/"
    assert "Nothing is dated now." in read(browser, circle)
    address = f"/work/cases/{world.case.pk}/checks/{check.pk}/"
    assert "Are you afraid of anyone in this circle?" in read(browser, address)
    assert browser.post(address, {"reason": "ok"}).status_code == 400
    browser.post(address, {"reason": "Spoke to Teo alone; they will not share a room."})
    assert not private_check.is_frozen(world.circle.pk)
    for who in (world.noor, teo, world.bo):
        assert signed_in(who).get(address).status_code == 404


def test_the_lead_writes_down_what_was_said_alone(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    assert world.noor.member is not None
    address = f"/work/cases/{world.case.pk}/circle/{world.noor.member.pk}/"
    signed_in(asha).post(address, {"asked_alone": "1", "afraid": "no", "hide": "no"})
    state = private_check.state_of(world.circle, seen_by=asha.reader)
    assert state.of(world.noor.person.pk).word == "answered"


def test_taking_somebody_out_ends_everything_at_once(
    world: World, asha: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    assert teo.member is not None
    theirs = signed_in(teo)
    assert theirs.get("/circle/").status_code == 200
    address = f"/work/cases/{world.case.pk}/circle/{teo.member.pk}/end/"
    page = signed_in(asha).post(address, follow=True).content.decode()
    assert "Teo Lindqvist sees nothing here any more." in page
    assert theirs.get("/circle/").status_code in {302, 404}


def test_inviting_says_nothing_in_the_mail(world: World, asha: Cast, signed_in: SignedIn) -> None:
    assert world.teo.member is not None
    address = f"/work/cases/{world.case.pk}/circle/{world.teo.member.pk}/invite/"
    page = signed_in(asha).post(address, {"address": "teo@example.org"}, follow=True)
    assert "A link is on its way." in page.content.decode()
    message = Message.objects.unscoped("a test").get(person=world.teo.person)
    for secret in ("Sam", "Teo", "Asha", "help", "Alongside"):
        assert secret not in message.subject + message.body.replace("127.0.0.1", "")


# -- consent -----------------------------------------------------------------------------------


def recording(browser: Any, address: str, **more: Any) -> dict[str, Any]:
    page = read(browser, f"{address}record/?form=c_measures")
    shown = re.search(r'name="shown" value="(\w+)"', page)
    assert shown is not None
    return {
        "form": "c_measures",
        "given_how": "paper",
        "expires_on": "2026-06-01",
        "shown": shown[1],
        **more,
    }


def test_a_consent_on_paper_is_recorded_and_taken_back(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/consent/"
    data = recording(browser, address, person=str(world.teo.person.pk))
    assert browser.post(f"{address}record/", data).status_code == 302
    page = read(browser, address)
    assert "Teo Lindqvist" in page
    assert "1 June 2026" in page
    given = consent.consents(seen_by=asha.reader).get(person=world.teo.person)
    browser.post(f"{address}{given.pk}/withdraw/")
    given = consent.consents(seen_by=asha.reader).get(pk=given.pk)
    assert given.withdrawn_at == NOON


@pytest.mark.parametrize(
    "more",
    [
        {"given_how": "spoken"},
        {"expires_on": "2020-01-01"},
        {"expires_on": "2036-01-01"},
        {"shown": "0" * 64},
        {"person": NOBODY},
        {"given_how": "screen"},
    ],
)
def test_a_consent_that_cannot_stand_is_refused_beside_its_field(
    world: World, asha: Cast, signed_in: SignedIn, more: dict[str, str]
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/consent/"
    data = {**recording(browser, address), "person": str(world.teo.person.pk), **more}
    response = browser.post(f"{address}record/", data)
    assert response.status_code == 400
    assert "to fix" in response.content.decode()
    assert not consent.consents(seen_by=asha.reader).filter(person=world.teo.person).exists()


def test_what_stands_in_the_open_places_of_a_form_is_kept(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/consent/"
    page = read(browser, f"{address}record/?form=c_family")
    shown = re.search(r'name="shown" value="(\w+)"', page)
    assert shown is not None
    data = {
        "person": str(world.teo.person.pk),
        "form": "c_family",
        "given_how": "paper",
        "expires_on": "2026-06-01",
        "shown": shown[1],
        "fill__activities": "calls with Asha",
    }
    assert browser.post(f"{address}record/", data).status_code == 302
    given = consent.consents(seen_by=asha.reader).get(person=world.teo.person)
    _ref, _title, text, digest = consent.form_words(
        "c_family", "en", {"activities": "calls with Asha"}
    )
    assert "calls with Asha" in text
    assert given.text_hash == digest


def test_a_no_is_recorded_and_said_to_be_final(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/consent/"
    browser.post(
        f"{address}refusal/",
        {
            "person": str(world.sam.pk),
            "about": "c_treatment",
            "offered": "One talk, 45 minutes",
            "words": "Not now.",
        },
    )
    page = read(browser, address)
    assert "The answer was no. That is final until a new yes." in page
    assert "Not now." in page


def test_capacity_needs_a_decision_and_grounds(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/consent/"
    data = {
        "person": str(world.sam.pk),
        "decision": "Whether to start tablets",
        "conclusion": "in_doubt",
        "grounds": "He could not say back what was explained.",
        "review_on": "2026-03-09",
    }
    assert browser.post(f"{address}capacity/", {**data, "grounds": " "}).status_code == 400
    assert browser.post(f"{address}capacity/", data).status_code == 302
    assert "Whether to start tablets" in read(browser, address)


# -- choosing ----------------------------------------------------------------------------------


def facts(page: str, **more: Any) -> dict[str, Any]:
    return {"version": version_on(page), "needs": ["substance_use"], **more}


def test_the_chooser_answers_with_reasons_and_asks_for_what_is_unknown(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/choose/"
    page = read(browser, address)
    assert "Nothing was asked yet." in page
    response = browser.post(address, facts(page, seeks_help="refuses"), follow=True)
    page = response.content.decode()
    assert "What could help" in page
    assert "Ask next" in page
    kept = queries.facts_of(queries.cases(seen_by=asha.reader).get())
    assert kept["seeks_help"] == "refuses"
    assert "danger" not in kept


def test_what_the_records_know_is_not_asked_again(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/choose/"
    page = read(browser, address)
    assert 'name="consents"' not in page
    assert "Noor Haddad: " in page
    assert 'value="substance_use" id="id_needs_' in page
    assert 'value="planned_meeting/johnson"' in page
    browser.post(address, facts(page, circle__0__will_take_part="yes"))
    kept = queries.facts_of(queries.cases(seen_by=asha.reader).get())
    assert kept["circle"][0]["will_take_part"] == "yes"
    assert kept["circle"][0]["relation"] == "sister"


def test_a_way_is_decided_with_a_reason_and_what_was_shown(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/choose/"
    safe = {
        "danger__suicide": "none",
        "danger__violence_to_others": "none",
        "danger__violence_from_circle": "none",
        "danger__psychosis": "no",
        "danger__withdrawal_risk": "none",
        "danger__child_at_risk": "no",
        "seeks_help": "refuses",
    }
    page = browser.post(address, facts(read(browser, address), **safe), follow=True)
    ways = re.findall(r'<option value="([\w/]+)"', page.content.decode().split("The way")[1])
    assert "craft" in ways
    bad = browser.post(f"{address}decide/", {"chosen": "craft", "reason": "because"})
    assert bad.status_code == 400
    browser.post(
        f"{address}decide/", {"chosen": "craft", "reason": "Noor is with him every single day."}
    )
    decision = queries.decisions(world.circle, seen_by=asha.reader).get()
    assert (decision.kind, decision.chosen) == ("method", "craft")
    assert decision.about.startswith("protocol:craft@")
    assert "craft" in {one["protocol"] for one in queries.shown_of(decision)["suggested"]}


def test_a_blocked_way_cannot_be_decided_on(world: World, asha: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/choose/"
    danger = {"danger__suicide": "plan", "asked_for": ["planned_meeting/johnson"]}
    page = browser.post(address, facts(read(browser, address), **danger), follow=True)
    assert "Must not be begun now" in page.content.decode()
    response = browser.post(
        f"{address}decide/", {"chosen": "planned_meeting/johnson", "reason": "x" * 40}
    )
    assert response.status_code == 400
    assert not queries.decisions(world.circle, seen_by=asha.reader).exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"danger__suicide": "perhaps"},
        {"person__age": "many"},
        {"person__age": "-3"},
        {"needs": ["world_peace"]},
        {"version": "x"},
        {"options_ready": "9" * 40},
    ],
)
def test_rubbish_facts_are_refused_and_keep_nothing(
    world: World, asha: Cast, signed_in: SignedIn, wrong: dict[str, Any]
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/choose/"
    response = browser.post(address, {**facts(read(browser, address)), **wrong})
    assert response.status_code == 400
    assert queries.facts_of(queries.cases(seen_by=asha.reader).get()) == {}


def test_two_people_saving_facts_see_both(world: World, asha: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/choose/"
    page = read(browser, address)
    browser.post(address, facts(page, seeks_help="refuses"))
    response = browser.post(address, facts(page, seeks_help="accepts", person__area="Leith"))
    both = response.content.decode()
    assert response.status_code == 409
    assert "refuses" in both
    assert "accepts" in both
    assert "Leith" in both
    kept = queries.facts_of(queries.cases(seen_by=asha.reader).get())
    assert kept["seeks_help"] == "refuses"


# -- closing -----------------------------------------------------------------------------------


def test_a_case_closes_with_a_word_and_words(world: World, asha: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/closing/"
    data = {"version": version_on(read(browser, address)), "outcome": "transferred"}
    assert browser.post(address, {**data, "words": "ok"}).status_code == 400
    data["words"] = "The day programme took over on Monday."
    page = browser.post(address, data, follow=True).content.decode()
    assert "The case is closed." in page
    assert "Handed over to others" in page
    assert "closed on 2 Mar 2026. What is kept goes after 1 Apr 2026." in page
    assert "Look again by" not in page  # nobody looks again at what is over
    assert "Sam" in read(browser, "/work/cases/?state=closed")


def test_a_case_with_an_open_alert_does_not_close(
    world: World, asha: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    private_check.answer(
        circle=world.circle, person=teo.person, answers={"afraid": "yes"}, by=teo.reader, at=NOON
    )
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/closing/"
    page = read(browser, address)
    assert "Opens when nothing above is open." in page
    data = {"version": version_on(page), "outcome": "completed", "words": "Everything is fine now."}
    assert browser.post(address, data).status_code == 400
    assert queries.cases(seen_by=asha.reader).get().state == "preparing"


def test_closing_an_older_version_shows_both_and_keeps_the_words(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/closing/"
    version = version_on(read(browser, address))
    browser.post(f"{address}start/", {"version": version})
    response = browser.post(
        address,
        {"version": version, "outcome": "completed", "words": "All went well in the end."},
    )
    assert response.status_code == 409
    assert "All went well in the end." in response.content.decode()
    assert queries.cases(seen_by=asha.reader).get().state == "closing"


def test_making_it_last_longer_needs_a_reason(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    address = f"/work/cases/{world.case.pk}/closing/"
    data = {"version": version_on(read(browser, address)), "ends_on": "2026-12-01"}
    assert browser.post(f"{address}prolong/", {**data, "reason": "later"}).status_code == 400
    good = {**data, "reason": "Two modules are left and Noor wants to finish."}
    assert browser.post(f"{address}prolong/", good).status_code == 302
    assert queries.cases(seen_by=asha.reader).get().ends_on.isoformat() == "2026-12-01"


# -- my credentials ----------------------------------------------------------------------------


def test_a_title_is_declared_and_waits_for_somebody_else(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(asha)
    data = {
        "code": "babcp",
        "issuer": "BABCP",
        "jurisdiction": "UK",
        "number": "1840184",
        "expires_on": "2027-03-31",
    }
    page = browser.post("/work/credentials/add/", data, follow=True).content.decode()
    assert "Not checked yet" in page
    assert "ends 0184" in page
    assert "1840184" not in page
    assert "You can’t lead" in page
    assert credentials.own(seen_by=asha.reader).get().state == "declared"


@pytest.mark.parametrize("wrong", [{"code": "wizard"}, {"expires_on": "soon"}, {"issuer": ""}])
def test_a_title_that_cannot_stand_is_refused(
    world: World, asha: Cast, signed_in: SignedIn, wrong: dict[str, str]
) -> None:
    data = {"code": "babcp", "issuer": "BABCP", "jurisdiction": "UK", **wrong}
    assert signed_in(asha).post("/work/credentials/add/", data).status_code == 400
    assert not credentials.own(seen_by=asha.reader).exists()


def test_a_manager_looks_at_the_register_and_then_it_counts(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    signed_in(asha).post(
        "/work/credentials/add/", {"code": "babcp", "issuer": "BABCP", "jurisdiction": "UK"}
    )
    held = credentials.own(seen_by=asha.reader).get()
    office = signed_in(world.grace)
    assert "Asha Raman" in read(office, "/office/credentials/")
    address = f"/office/credentials/{held.pk}/"
    assert "register of the BABCP" in read(office, address)
    assert office.post(address, {"state": "perhaps"}).status_code == 400
    office.post(address, {"state": "primary_source_verified", "method": "register"})
    page = read(signed_in(asha), "/work/credentials/")
    assert "No end date" in page
    assert "You can’t lead" not in page
    for who in (asha, world.bo, world.noor):
        assert signed_in(who).get(address).status_code == 404


def test_nobody_sees_anothers_titles_here(world: World, bo: Cast, signed_in: SignedIn) -> None:
    from alongside.credentials import actions

    actions.record_credential(
        practitioner=world.asha.practitioner,
        code="cip",
        issuer="PCB",
        jurisdiction="US",
        number="7731",
        by=world.asha.reader,
        at=NOON,
    )
    page = signed_in(world.ifeoma).get("/work/credentials/").content.decode()
    assert "ends 7731" not in page
    assert signed_in(bo).get("/work/credentials/").status_code == 404


# -- tasks ---------------------------------------------------------------------------------------


def test_whatever_is_decided_is_told_in_words() -> None:
    written = re.compile(r"chosen=[\"']([a-z_]+)[\"']")
    house = (path for path in Path("src/alongside").rglob("*.py") if "cli" not in path.parts)
    kept = {word for path in house for word in written.findall(path.read_text())}
    assert {"released", "resolved", "does_not_speak"} <= kept
    paths = [path.id for path in catalogue.current().meetings.paths if path.is_meeting]
    for word in (*kept, *paths, "arise/2", "edition 3", "2026-12-31", "step_up", "switch"):
        assert words.chosen(word) != word
    assert words.chosen("arise/2") == "Open invitation (ARISE), level 2"
    assert words.chosen("2026-12-31") == "Thursday 31 December 2026"


def test_every_kind_of_task_the_house_makes_has_words_of_its_own() -> None:
    """A kind is a code in the database; without words here a page shows what a room wrote."""
    made = {
        kind
        for file in Path("src/alongside").rglob("*.py")
        for kind in re.findall(
            r"make_task\([^)]*?kind=\"(\w+)\"", file.read_text(encoding="utf-8"), re.DOTALL
        )
    }
    assert "reach_out" in made
    assert made - set(catalogue.current().task_kinds.kinds) == set()


def test_how_somebody_is_reached_is_written_down_with_hours_and_ended(
    world: World, signed_in: SignedIn
) -> None:
    asha, case = signed_in(world.asha), f"/work/cases/{world.case.pk}/"
    page = f"{case}reach/{world.noor.person.pk}/"
    assert page in asha.get(f"{case}circle/{world.noor.member.pk}/").content.decode()
    way = {"contact": "07700 900555", "texts": "on", "safe_from": "09:00"}
    assert "Write both times, or neither." in asha.post(page, way).content.decode()
    assert asha.post(page, {**way, "contact": "12", "safe_to": "12:30"}).status_code == 400
    assert asha.post(page, {**way, "safe_to": "12:30"}).status_code == 302
    said = asha.get(page).content.decode()
    assert "only from 09:00 to 12:30 · texts are safe · never voicemail" in said
    rows = people.contacts_of(world.noor.person, seen_by=world.asha.reader)
    row = next(one for one in rows if one.channel == "phone")
    assert (row.value, row.safe_to.hour, row.texts) == ("+447700900555", 12, True)
    asha.post(page, {"end": str(row.pk), "version": "7"})
    assert rows.filter(pk=row.pk).exists()
    asha.post(page, {"end": str(row.pk), "version": "1"})
    assert not rows.filter(pk=row.pk).exists()
    # Before the person came in, nothing of how to reach them is kept.
    own = f"{case}reach/{world.sam.pk}/"
    assert asha.get(own).status_code == 404
    assert asha.get(f"{case}reach/{world.bo.person.pk}/").status_code == 404
    world.engage_sam()
    assert asha.post(own, {"contact": "sam@example.org"}).status_code == 302


def test_who_is_added_is_written_to_by_text_and_in_their_language_as_was_said(
    world: World, signed_in: SignedIn
) -> None:
    asha = signed_in(world.asha)
    added = {"name": "Luz", "relation": "sister", "contact": "07700 900556", "language": "es"}
    asha.post(f"/work/cases/{world.case.pk}/circle/add/", {**added, "texts": "on"})
    luz = Person.objects.visible_to(world.asha.reader).get(pk__in=[
        member.person_id
        for member in people.live_members(world.circle, seen_by=world.asha.reader)
        if member.person.name == "Luz"
    ])  # fmt: skip
    (way,) = people.contacts_of(luz, seen_by=world.asha.reader)
    assert (luz.language, way.texts) == ("es", True)


def test_the_time_line_names_a_course_with_its_variant() -> None:
    facts = {"protocol": "cbt@1", "variant": "depression", "to": "cbt@2", "completion": ""}
    for word in ("course_started", "course_moved", "course_ended"):
        entry = timeline.insights.Entry(NOON, "plan", word, "Asha", facts, True, None)
        said = timeline._in_words(entry)["protocol"]
        assert said == way_name("cbt@1", "depression") != way_name("cbt@1")


def test_a_measure_is_overdue_by_the_day_of_who_reads(
    world: World, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    seen: list[date] = []
    monkeypatch.setattr(content_words, "stale", lambda kind, ref, on: seen.append(on) or "")
    with timezone.override(ZoneInfo("Europe/Madrid")):
        measures_pages.Ask(people_here=[])
        asking_pages.Round(people_here=[])
        groups_words.Round()
    assert {*seen} == {date(2026, 11, 24)}
