"""The circle's door: our plan, the talk alone, what I said, agreeing, leaving, joining."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from alongside import catalogue
from alongside.access import actions as access
from alongside.access.models import AccountPerson
from alongside.cases import actions as cases
from alongside.cases import queries as case_queries
from alongside.consent import queries as consent
from alongside.crisis import private_check
from alongside.measures import actions as measures
from alongside.measures.models import Response
from alongside.notify.models import Message
from alongside.people import actions as people
from alongside.people import queries as people_queries
from alongside.people.models import Person
from alongside.plans import actions as plans
from alongside.plans import queries as plan_queries
from alongside.records.scoped import writing
from alongside.tasks import queries as tasks
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.harness.reading import grade

SignedIn = Callable[[Cast], Any]


def pages(world: World) -> list[str]:
    circle = f"/circle/{world.circle.pk}/"
    return [
        "/circle/",
        circle,
        f"{circle}alone/",
        f"{circle}told/",
        f"{circle}agree/c_family/",
        f"{circle}leave/",
    ]


# -- who may -----------------------------------------------------------------------------------


def test_a_member_opens_every_page(world: World, teo: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(teo)
    for address in pages(world):
        assert browser.get(address).status_code == 200, address


def test_nobody_else_finds_a_page_of_this_circle(
    world: World, bo: Cast, sam: Cast, signed_in: SignedIn
) -> None:
    for who in (bo, world.asha, world.hana, sam):
        browser = signed_in(who)
        for address in pages(world):
            assert browser.get(address).status_code == 404, (who.account.email, address)


def test_nobody_who_is_not_signed_in_gets_further_than_the_sign_in(world: World) -> None:
    for address in pages(world):
        response = Client().get(address)
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")


def test_a_guessed_circle_answers_like_one_that_never_was(
    world: World, teo: Cast, signed_in: SignedIn
) -> None:
    other = world.open_case(world.worry(alias="Rae", contact="rae@example.org"))
    browser = signed_in(teo)
    real = browser.get(f"/circle/{other.circle.pk}/")
    never = browser.get(f"/circle/{uuid4()}/")
    assert (real.status_code, real.content) == (404, never.content)


def test_a_page_that_was_open_when_the_membership_ended_saves_nothing(
    world: World, teo: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(teo)
    address = f"/circle/{world.circle.pk}/alone/"
    assert browser.get(address).status_code == 200
    access.end_membership(member=teo.member, because="left", by=world.asha.reader, at=NOON)
    response = browser.post(address, {"afraid": "yes"})
    assert response.status_code in {302, 404}
    assert not private_check.is_frozen(world.circle.pk)


def test_every_page_reads_at_the_age_of_eleven(
    world: World, teo: Cast, noor: Cast, signed_in: SignedIn
) -> None:
    for who in (teo, noor):
        browser = signed_in(who)
        for address in [*pages(world), f"/circle/{world.circle.pk}/agree/c_measures/"]:
            assert grade(read(browser, address)) <= 6.0, address
    given = consent.consents(seen_by=noor.reader).get()
    end = f"/circle/{world.circle.pk}/agreed/{given.pk}/end/"
    assert grade(read(signed_in(noor), end)) <= 6.0
    _member, token = invited(world)
    assert grade(read(Client(), f"/circle/join/{token}/")) <= 6.0


def test_titles_and_pages_name_nobody_in_the_tab(
    world: World, noor: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(noor)
    for address in pages(world):
        title = re.search(r"<title>(.*?)</title>", browser.get(address).content.decode(), re.S)
        assert title is not None
        assert title[1].strip() in {"Our plan", "My page"}


# -- our plan ----------------------------------------------------------------------------------


def test_a_member_answers_questions_signed_in_in_the_language_of_their_account(
    world: World, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    asking = measures.make_asking(
        circle=world.circle, about=noor.person, respondent=noor.person,
        instrument="carer_strain_nrs", by=world.asha.reader, at=NOON,
    )  # fmt: skip
    browser, address = signed_in(noor), f"/circle/{world.circle.pk}/questions/{asking.pk}/"
    assert f'action="{address}"' in read(browser, "/circle/")
    assert browser.get(address).status_code == 405  # looking changes nothing
    assert signed_in(teo).post(address).status_code == 404
    opened = browser.post(address)
    root = opened["Location"].removesuffix("start/")
    assert root.startswith("/en/l/")
    assert "Who can see this" in read(browser, opened["Location"])
    for number, value in ((1, "4"), (2, "8"), (3, "9")):
        browser.post(f"{root}{number}/", {"a": value})
    check = read(browser, f"{root}check/")
    fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', check))
    assert "It’s saved" in browser.post(f"{root}check/", fields, follow=True).content.decode()
    assert Response._base_manager.filter(respondent=noor.person).exists()
    assert address not in read(browser, "/circle/")


def test_our_plan_names_the_others_in_sight_and_not_who_asked_to_be_hidden(
    world: World, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    assert "You are here with Teo Lindqvist" in read(signed_in(noor), "/circle/")
    member = people_queries.members(seen_by=world.asha.reader).get(pk=teo.member.pk)
    people.change_member(
        member=member, version=member.version, silent=True, by=world.asha.reader, at=NOON
    )
    page = read(signed_in(noor), "/circle/")
    assert "Teo" not in page
    assert "You see nobody else here yet" in page
    assert "The others do not see you" in read(signed_in(teo), "/circle/")


def test_our_plan_says_what_is_mine_to_do(world: World, teo: Cast, signed_in: SignedIn) -> None:
    page = read(signed_in(teo), "/circle/")
    assert "Say yes or no to taking part" in page
    assert "Talk to us alone" in page
    assert "Not yet, because we first talk to each of you alone" in page


def test_who_can_see_the_plan_is_said_with_names(
    world: World, teo: Cast, signed_in: SignedIn
) -> None:
    assert "Asha Raman" in read(signed_in(teo), "/circle/")


# -- alone -------------------------------------------------------------------------------------


def test_a_yes_alone_freezes_dates_and_is_not_told_to_the_others(
    world: World, teo: Cast, noor: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(teo)
    response = browser.post(
        f"/circle/{world.circle.pk}/alone/", {"afraid": "yes", "device": "yes"}, follow=True
    )
    page = response.content.decode()
    assert "Thank you. Your answers are saved." in page
    assert "No date is set now. Someone talks to you alone first." in page
    assert private_check.is_frozen(world.circle.pk)
    for address in ("/circle/", f"/circle/{world.circle.pk}/told/"):
        assert "afraid" not in read(signed_in(noor), address)


def test_every_question_alone_can_be_skipped(world: World, teo: Cast, signed_in: SignedIn) -> None:
    response = signed_in(teo).post(f"/circle/{world.circle.pk}/alone/", {})
    assert response.status_code == 302
    state = private_check.state_of(world.circle, seen_by=world.asha.reader)
    assert state.of(teo.person.pk).word == "answered"


@pytest.mark.parametrize("rubbish", ["maybe", "\x00", "<script>", "yes" * 999])
def test_rubbish_alone_is_no_answer_and_no_error(
    world: World, teo: Cast, signed_in: SignedIn, rubbish: str
) -> None:
    response = signed_in(teo).post(
        f"/circle/{world.circle.pk}/alone/", {"afraid": rubbish, "nothing": rubbish}
    )
    assert response.status_code == 302
    assert not private_check.is_frozen(world.circle.pk)


# -- what I said -------------------------------------------------------------------------------


def test_my_own_words_are_shown_to_me_and_to_no_other_member(
    world: World, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    address = f"/circle/{world.circle.pk}/told/"
    assert "My brother drinks every day" in read(signed_in(noor), address)
    assert "drinks" not in read(signed_in(teo), address)


def test_what_we_began_to_act_on_cannot_be_taken_back_in_silence(
    world: World, noor: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(noor)
    page = read(browser, f"/circle/{world.circle.pk}/told/")
    assert "Take it back" not in page
    address = f"/circle/{world.circle.pk}/told/{world.concern.pk}/take-back/"
    followed = browser.post(address, follow=True).content.decode()
    assert "We had begun to act on it" in followed
    concern = case_queries.concerns(seen_by=world.asha.reader).get(pk=world.concern.pk)
    assert concern.state == "taken"


def test_nobody_takes_back_anothers_words(world: World, teo: Cast, signed_in: SignedIn) -> None:
    address = f"/circle/{world.circle.pk}/told/{world.concern.pk}/take-back/"
    assert signed_in(teo).post(address).status_code == 404


# -- agreeing ----------------------------------------------------------------------------------


def agree(world: World, browser: Any, answer: str, form: str = "c_family") -> Any:
    address = f"/circle/{world.circle.pk}/agree/{form}/"
    shown = re.search(r'name="shown" value="(\w+)"', read(browser, address))
    assert shown is not None
    return browser.post(address, {"answer": answer, "shown": shown[1]}, follow=True)


def test_a_yes_is_kept_with_the_text_that_was_read(
    world: World, teo: Cast, signed_in: SignedIn
) -> None:
    page = agree(world, signed_in(teo), "yes").content.decode()
    assert "Saved at 12:00" in page
    given = consent.consents(seen_by=teo.reader).get()
    assert (given.form, given.given_how) == ("c_family@1", "screen")
    assert "talks with us" in given.filled


def test_a_no_is_kept_and_not_asked_again(world: World, teo: Cast, signed_in: SignedIn) -> None:
    browser = signed_in(teo)
    page = agree(world, browser, "no").content.decode()
    assert "Saved. Your answer is no." in page
    assert consent.refusals(seen_by=teo.reader).get().about == "c_family"
    assert "Say yes or no to taking part" not in read(browser, "/circle/")


def test_asking_first_is_a_task_for_the_lead(world: World, teo: Cast, signed_in: SignedIn) -> None:
    agree(world, signed_in(teo), "ask")
    assert tasks.mine(seen_by=world.asha.reader).filter(kind="asks_first").count() == 1
    assert not consent.consents(seen_by=teo.reader).exists()


@pytest.mark.parametrize("data", [{}, {"answer": "perhaps"}, {"answer": "yes", "shown": "f" * 64}])
def test_an_answer_that_is_none_or_to_another_text_is_asked_again(
    world: World, teo: Cast, signed_in: SignedIn, data: dict[str, str]
) -> None:
    response = signed_in(teo).post(f"/circle/{world.circle.pk}/agree/c_family/", data)
    assert response.status_code == 400
    assert not consent.consents(seen_by=teo.reader).exists()


def test_a_form_that_is_not_for_members_is_not_found(
    world: World, teo: Cast, signed_in: SignedIn
) -> None:
    assert signed_in(teo).get(f"/circle/{world.circle.pk}/agree/c_ect/").status_code == 404


def test_ones_own_yes_ends_at_once_and_nobody_ends_anothers(
    world: World, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    given = consent.consents(seen_by=noor.reader).get()
    address = f"/circle/{world.circle.pk}/agreed/{given.pk}/end/"
    assert signed_in(teo).post(address).status_code == 404
    browser = signed_in(noor)
    assert browser.get(address).status_code == 200
    assert consent.consents(seen_by=noor.reader).get().withdrawn_at is None
    browser.post(address)
    assert consent.consents(seen_by=noor.reader).get().withdrawn_at == NOON


# -- leaving -----------------------------------------------------------------------------------


def test_leaving_ends_everything_and_says_nothing(
    world: World, teo: Cast, signed_in: SignedIn
) -> None:
    browser = signed_in(teo)
    address = f"/circle/{world.circle.pk}/leave/"
    assert browser.get(address).status_code == 200
    assert people_queries.own_memberships(seen_by=teo.reader).exists()
    page = browser.post(address, follow=True).content.decode()
    assert "You have left" in page
    assert "Sam" not in page
    assert browser.get(f"/circle/{world.circle.pk}/").status_code in {302, 404}
    assert not people_queries.own_memberships(seen_by=teo.reader).exists()


# -- joining -----------------------------------------------------------------------------------


def invited(world: World, address: str = "rae@example.org") -> tuple[Any, str]:
    member = people.add_member(
        circle=world.circle, name="Rae", relation="friend", by=world.asha.reader, at=NOON
    )
    cases.invite(
        member=member,
        address=address,
        base_url="https://help.example.org",
        by=world.asha.reader,
        at=NOON,
    )
    message = Message.objects.unscoped("a test").get(person=member.person)
    token = re.search(r"/l/([\w-]{43})", message.body)
    assert token is not None
    return member, token[1]


def test_the_link_first_says_what_one_will_see_and_changes_nothing(world: World) -> None:
    member, token = invited(world)
    browser = Client()
    page = browser.get(f"/l/{token}", follow=True).content.decode()
    assert "What you will see" in page
    assert "What you will not see" in page
    for secret in ("Sam", "Noor", "Teo", "Asha", "rae@example.org"):
        assert secret not in page
    browser.get(f"/l/{token}", follow=True)
    assert (
        not people_queries.own_memberships(seen_by=world.system)
        .filter(pk=member.pk, person__account_link__isnull=False)
        .exists()
    )


def test_joining_goes_to_the_six_numbers_and_the_link_is_used_up(world: World) -> None:
    member, token = invited(world)
    browser = Client()
    response = browser.post(f"/circle/join/{token}/")
    assert response.status_code == 302
    assert response["Location"] == "/account/login/code/confirm/"
    circles = people_queries.members(seen_by=world.asha.reader).get(pk=member.pk)
    assert circles.to_at is None
    again = Client().get(f"/circle/join/{token}/")
    assert again.status_code == 404


def test_who_joins_in_spanish_goes_on_in_spanish_and_may_change_it(
    world: World, signed_in: SignedIn
) -> None:
    member, token = invited(world)
    assert Client().post(f"/es/circle/join/{token}/").status_code == 302
    link = AccountPerson._base_manager.get(person=member.person_id)
    assert (link.account.language, link.person.language) == ("es", "es")
    browser = signed_in(world.teo)
    assert "/account/language/" in read(browser, f"/circle/{world.circle.pk}/")
    assert browser.post("/account/language/", {"language": "xx"}).status_code == 422
    assert browser.post("/account/language/", {"language": "es"}).status_code == 302
    assert 'lang="es"' in read(browser, f"/circle/{world.circle.pk}/")
    assert Person._base_manager.get(pk=world.teo.person.pk).language == "es"


def test_a_new_invitation_ends_the_link_before(world: World) -> None:
    member, token = invited(world)
    cases.invite(
        member=member,
        address="rae@example.org",
        base_url="https://help.example.org",
        by=world.asha.reader,
        at=NOON.replace(minute=1),
    )
    assert Client().get(f"/circle/join/{token}/").status_code == 404


def test_a_link_of_somebody_who_left_leads_nowhere(world: World) -> None:
    member, token = invited(world)
    access.end_membership(member=member, because="removed", by=world.asha.reader, at=NOON)
    assert Client().get(f"/circle/join/{token}/").status_code == 404
    assert Client().post(f"/circle/join/{token}/").status_code == 404


# -- how quick ---------------------------------------------------------------------------------


def test_our_plan_costs_the_same_however_many_others_there_are(
    world: World, teo: Cast, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(teo)
    browser.get("/circle/")
    with django_assert_max_num_queries(60) as few:
        browser.get("/circle/")
    for number in range(5):
        people.add_member(
            circle=world.circle,
            name=f"Friend {number}",
            relation="friend",
            by=world.asha.reader,
            at=NOON,
        )
    with django_assert_max_num_queries(len(few) + 1):  # one more fetches all the new keys
        browser.get("/circle/")


def read(browser: Any, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, address
    return str(response.content.decode())


def test_our_plan_shows_the_readers_own_course_and_not_anothers(
    world: World, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    case = case_queries.cases(seen_by=world.asha.reader).get()
    decision = cases.record_decision(
        circle=world.circle,
        kind="method",
        chosen="craft",
        about="protocol:craft@1",
        reason="Noor is with him every single day.",
        by=world.asha.reader,
        at=NOON,
    )
    private_check.answer(
        circle=world.circle, person=noor.person, answers={}, by=noor.reader, at=NOON
    )
    plan = plans.propose_plan(
        case=case,
        decision=decision,
        protocol="craft",
        variant="",
        persons=[noor.person],
        deliverer=world.asha.practitioner,
        by=world.asha.reader,
        at=NOON,
    )
    name = catalogue.current().protocol("craft").name
    waiting = read(signed_in(noor), "/circle/")
    assert name in waiting
    assert "Not yet, because something is still open." in waiting
    assert name not in read(signed_in(teo), "/circle/")

    page = f"/circle/{world.circle.pk}/agree/plan/"
    assert "Say yes or no to the plan" in waiting
    assert signed_in(teo).get(page).status_code == 404  # nothing in it is for Teo
    browser = signed_in(noor)
    assert name in read(browser, page)
    assert browser.post(page, {"answer": "maybe", "edition": "1"}).status_code == 400
    stale = browser.post(page, {"answer": "yes", "edition": "7"})
    assert "The plan has changed." in stale.content.decode()
    assert browser.post(page, {"answer": "yes", "edition": "1"}).status_code == 302
    said = plan_queries.agreements(seen_by=world.asha.reader, plan=plan).get()
    assert (said.person_id, said.answer) == (noor.person.pk, "yes")
    assert "Say yes or no to the plan" not in read(browser, "/circle/")
    course = plan.courses.visible_to(world.asha.reader).get()
    with writing():
        course.started_at = NOON
        course.save_version(course.version, ["started_at"])
    assert "You began on Monday 2 March 2026." in read(signed_in(noor), "/circle/")
