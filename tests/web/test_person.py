"""The person's own door: their plan, their answers, their yes and no, who has looked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside.access import actions as access
from alongside.access.models import Account, Relationship
from alongside.cases import actions as cases
from alongside.consent.models import Consent, Refusal
from alongside.crisis.models import Alert
from alongside.delivery import actions as delivery
from alongside.delivery.models import Homework
from alongside.measures import actions as measures
from alongside.measures.models import Asking, Response
from alongside.notify import actions as notify
from alongside.plans import actions as plans
from alongside.plans.models import Agreement, Course
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World, care
from tests.harness.reading import grade

PAGES = [
    "/me/", "/me/plan/", "/me/questions/", "/me/change/", "/me/record/", "/me/record/receipts/",
    "/me/record/looked/", "/me/settings/",
]  # fmt: skip
NINE = {f"item_{n}": 1 for n in range(1, 9)} | {"item_9": 0}


@pytest.fixture(autouse=True)
def dispatcher_lives(db: None) -> None:
    """A dispatcher gave a sign of life just now, so no page has to stand in for it."""
    notify.beat(name="test", at=NOON)


@pytest.fixture
def me(sam: Cast, signed_in: Any) -> Any:
    """Sam's browser."""
    return signed_in(sam)


@pytest.fixture
def course(world: World, sam: Cast) -> Any:
    """Sam's own talks as they were proposed: nothing agreed yet."""
    return care.course_of(world, care.proposed(world, "cbt"))


@pytest.fixture
def task(world: World, cbt: Course) -> Homework:
    """Something to try, after the first talk."""
    talk = care.held(world, cbt)
    return delivery.set_homework(
        session=talk, about=world.sam, task="Walk to the water", by=world.asha.reader,
        at=world.moment,
    )  # fmt: skip


def text(response: Any) -> str:
    return response.content.decode()


def answer(world: World, answers: dict[str, int]) -> Response:
    return care.answer(world, world.sam, "phq9", answers).response


# -- whose door it is ----------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_the_person_with_a_neutral_title(me: Any, page: str) -> None:
    response = me.get(page)
    title = re.search("<title>(.*?)</title>", text(response))
    assert response.status_code == 200
    assert title
    assert not re.search("Sam|Asha|CBT|treatment|therapy", title[1])


@pytest.mark.parametrize("page", [p for p in PAGES if p != "/me/settings/"])
@pytest.mark.parametrize("who", ["noor", "bo", "asha"])
def test_page_of_the_person_is_nobody_elses(
    world: World, sam: Cast, signed_in: Any, page: str, who: str
) -> None:
    response = signed_in(getattr(world, who)).get(page)
    assert response.status_code in {302, 404}
    assert response.status_code == 404 or "/account/" in response.headers["Location"]


@pytest.mark.parametrize("page", PAGES)
def test_page_asks_who_is_not_signed_in_to_sign_in(client: Any, world: World, page: str) -> None:
    assert client.get(page).headers["Location"].startswith("/account/")


def test_door_closes_with_the_relationship(world: World, me: Any, sam: Cast) -> None:
    edge = Relationship._base_manager.get(account=sam.account, role="person")
    access.end_relationship(relationship=edge, because="asked", by=world.asha.reader, at=NOON)
    assert me.get("/me/plan/").status_code in {302, 404}


@pytest.mark.parametrize(
    "page",
    [
        "plan/{}/", "plan/talks/{}/", "tasks/{}/", "questions/{}/start/", "questions/{}/1/",
        "questions/{}/check/", "questions/{}/help/", "questions/{}/thanks/",
        "record/receipts/{}/end/",
    ],
)  # fmt: skip
def test_guessed_id_is_not_there(me: Any, page: str) -> None:
    address = "/me/" + page.format(uuid4())
    assert me.get(address).status_code == 404
    assert me.post(address).status_code in {404, 405}


# -- my page and my plan -------------------------------------------------------------------------


def test_nothing_is_left_to_try_once_it_has_ended(world: World, me: Any, task: Homework) -> None:
    assert "Between talks" in me.get("/me/").content.decode()
    case = care.fresh_case(world)
    cases.close_case(
        case=case, version=case.version, outcome="completed",
        words="Well for six weeks and sure of the plan.", by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    page = me.get("/me/").content.decode()
    assert "This has ended" in page
    assert "Between talks" not in page
    assert "Walk to the water" not in page
    assert me.get("/me/tasks/print/").status_code == 404


def test_my_page_shows_the_next_talk_what_is_due_and_the_tasks(
    world: World, me: Any, task: Homework
) -> None:
    from datetime import datetime

    care.booked(world, datetime(2026, 3, 4, 10, 0), persons=[world.sam])  # noqa: DTZ001
    measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="gad7",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    page = text(me.get("/me/"))
    assert "Wednesday 4 March 2026, 10:00" in page
    assert "With Asha Raman." in page
    assert "7 short questions" in page
    assert "Walk to the water" in page


def test_plan_says_why_the_talks_have_not_begun(me: Any, course: Any) -> None:
    page = text(me.get("/me/plan/"))
    assert "Not yet, because" in page
    assert f"/me/plan/{course.plan_id}/" in page
    assert f"/me/plan/talks/{course.pk}/" in page


def test_courses_of_one_way_are_told_apart_and_nobody_is_told_they_did_not_answer(
    world: World, me: Any, course: Any
) -> None:
    words = "First the days, then the worry, with Noor beside you."
    second = plans.add_course(
        plan=course.plan, protocol="cbt", variant="gad", persons=[world.sam, world.noor.person],
        deliverer=world.asha.practitioner, summary=words, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    both = ("(CBT): Depression", "(CBT): Worry (GAD)")
    address, talks = f"/me/plan/{course.plan_id}/", f"/me/plan/talks/{second.pk}/"
    asked = text(me.get(address))
    assert all(name in asked for name in (*both, words))  # what somebody agrees to, they can tell
    assert both[1] in text(me.get(talks))
    assert all(name in text(me.get("/me/plan/")) for name in both)
    me.post(address, {"answer": "yes", **shown(asked)})
    me.post(talks, {"answer": "yes", **shown(text(me.get(talks)))})
    page = text(me.get("/me/plan/"))
    assert page.count("you have not said yes or no to the talks") == 1  # to the first
    assert page.count("some questions come first") == 1  # before the second
    assert "yes or no to the plan." not in page  # Noor has not, which is hers to say
    own = f"/me/plan/talks/{course.pk}/"
    me.post(own, {"answer": "no", **shown(text(me.get(own)))})
    page = text(me.get("/me/plan/"))
    assert "you have not said" not in page
    assert page.count("They do not begin: you said no.") == 1


def test_plan_shows_the_phase_the_talks_are_in(world: World, me: Any, task: Homework) -> None:
    page = text(me.get("/me/plan/"))
    assert "The talks began" in page
    assert "Talk 1 of about" in page


def test_plan_of_a_person_does_not_show_what_a_relative_said(world: World, me: Any) -> None:
    for page in PAGES:
        assert "drinks every day" not in text(me.get(page))
        assert "Noor" not in text(me.get(page))


def test_empty_pages_say_what_usually_happens_next(me: Any) -> None:
    assert "There is no plan yet." in text(me.get("/me/plan/"))
    assert "There is nothing to show yet." in text(me.get("/me/change/"))


# -- agree or not --------------------------------------------------------------------------------


def shown(page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(shown|edition)" value="([^"]*)"', page))


def test_nothing_is_chosen_beforehand_and_yes_and_no_weigh_the_same(me: Any, course: Any) -> None:
    page = text(me.get(f"/me/plan/talks/{course.pk}/"))
    assert re.findall(r'name="answer" value="(\w+)"', page) == ["yes", "no", "ask"]
    assert "checked" not in page
    assert len(re.findall('<label class="choice">', page)) == 3
    for words in ("Asha Raman works with you", "What can be hard", "What else", "Who hears"):
        assert words in page


def test_yes_is_kept_with_its_text_its_end_and_what_it_covers(
    world: World, me: Any, course: Any
) -> None:
    address = f"/me/plan/talks/{course.pk}/"
    sent = me.post(address, {"answer": "yes", **shown(text(me.get(address)))})
    given = Consent._base_manager.get(form="c_treatment@1")
    assert sent.headers["Location"] == "/me/plan/"
    assert (given.person_id, given.about, given.given_how) == (
        world.sam.pk, f"course:{course.pk}", "screen",
    )  # fmt: skip
    assert given.expires_on == NOON.date().replace(year=2027)
    assert "You said yes." in text(me.get("/me/plan/"))


def test_no_is_kept_and_final_and_nothing_else_changes(world: World, me: Any, course: Any) -> None:
    me.post(f"/me/plan/talks/{course.pk}/", {"answer": "no"})
    refusal = Refusal._base_manager.get(about=f"course:{course.pk}")
    assert refusal.person_id == world.sam.pk
    assert not Consent._base_manager.filter(person=world.sam).exists()
    assert "You said no. That stands." in text(me.get("/me/plan/"))
    assert me.get("/me/").status_code == 200


def test_asking_first_makes_a_task_and_agrees_to_nothing(
    world: World, me: Any, course: Any
) -> None:
    me.post(f"/me/plan/talks/{course.pk}/", {"answer": "ask"})
    assert Task._base_manager.get(kind="asks_first").for_role == "lead"
    assert not Consent._base_manager.filter(person=world.sam).exists()
    assert not Refusal._base_manager.exists()


def test_form_that_changed_meanwhile_is_shown_again(world: World, me: Any, course: Any) -> None:
    sent = me.post(f"/me/plan/talks/{course.pk}/", {"answer": "yes", "shown": "0" * 64})
    assert sent.status_code == 422
    assert "This page has changed." in text(sent)
    assert not Consent._base_manager.filter(person=world.sam).exists()


@pytest.mark.parametrize("value", ["", "maybe", "\x00", "YES", "x" * 5000, "\u202eyes"], ids=repr)
@pytest.mark.parametrize("page", ["plan/talks/{course}/", "plan/{plan}/"])
def test_answer_that_is_none_of_the_three_is_asked_again(
    world: World, me: Any, course: Any, page: str, value: str
) -> None:
    address = "/me/" + page.format(course=course.pk, plan=course.plan_id)
    sent = me.post(address, {"answer": value, **shown(text(me.get(address)))})
    assert sent.status_code == 422
    assert "Choose one of these." in text(sent)
    assert not Consent._base_manager.filter(person=world.sam).exists()
    assert not Agreement._base_manager.exists()


@pytest.mark.parametrize("said", ["yes", "no"])
def test_word_to_the_plan_is_kept_for_its_edition(
    world: World, me: Any, course: Any, said: str
) -> None:
    address = f"/me/plan/{course.plan_id}/"
    me.post(address, {"answer": said, **shown(text(me.get(address)))})
    agreement = Agreement._base_manager.get(plan=course.plan_id)
    assert (agreement.person_id, agreement.answer, agreement.edition) == (world.sam.pk, said, 1)
    again = me.post(address, {"answer": "yes", **shown(text(me.get(address)))})
    # A yes may be said again; after a no only another edition is asked.
    assert again.status_code == (302 if said == "yes" else 422)
    if said == "no":
        assert "It stays so until it changes." in text(again)
        assert Agreement._base_manager.get(plan=course.plan_id).answer == "no"


@pytest.mark.parametrize("edition", ["", "2", "0", "one", "1" * 400], ids=repr)
def test_word_to_an_edition_that_is_not_the_live_one_is_not_kept(
    me: Any, course: Any, edition: str
) -> None:
    sent = me.post(f"/me/plan/{course.plan_id}/", {"answer": "yes", "edition": edition})
    assert sent.status_code == 422
    assert not Agreement._base_manager.exists()


def test_nobody_else_agrees_for_the_person(world: World, course: Any, signed_in: Any) -> None:
    for who in (world.noor, world.bo):
        for page in (f"/me/plan/talks/{course.pk}/", f"/me/plan/{course.plan_id}/"):
            response = signed_in(who).post(page, {"answer": "yes", "edition": "1"})
            assert response.status_code in {302, 404}
    assert not Agreement._base_manager.exists()
    assert not Consent._base_manager.filter(person=world.sam).exists()


# -- receipts ------------------------------------------------------------------------------------


def test_own_yes_is_ended_at_once_and_the_receipt_says_so(
    world: World, me: Any, course: Any
) -> None:
    given = care.give_consent(world, world.sam, "c_treatment")
    assert "Agree to this help" in text(me.get("/me/record/receipts/"))
    address = f"/me/record/receipts/{given.pk}/end/"
    assert me.get(address).status_code == 200
    assert Consent._base_manager.get(pk=given.pk).withdrawn_at is None
    me.post(address)
    assert Consent._base_manager.get(pk=given.pk).withdrawn_at == NOON
    page = text(me.get("/me/record/receipts/"))
    assert "You took it back" in page
    assert address not in page
    me.post(address)
    assert "It had ended before." in text(me.get("/me/record/receipts/"))


def test_yes_of_somebody_else_is_not_ended_here(world: World, me: Any) -> None:
    theirs = Consent._base_manager.get(person=world.noor.person)
    assert me.post(f"/me/record/receipts/{theirs.pk}/end/").status_code == 404
    assert Consent._base_manager.get(pk=theirs.pk).withdrawn_at is None


# -- who has looked ------------------------------------------------------------------------------


def test_person_sees_who_opened_their_case(
    world: World, me: Any, signed_in: Any, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from alongside.access import middleware

    monkeypatch.setattr(middleware, "_has_second_step", lambda account: True)
    assert signed_in(world.asha).get(f"/work/cases/{world.case.pk}/").status_code == 200
    at(NOON + timedelta(minutes=1))
    page = text(me.get("/me/record/looked/"))
    assert "Asha Raman" in page
    assert "who works with you" in page
    assert "12:00" in page
    assert "Bo Lind" not in page


@pytest.mark.parametrize("back", ["-1", "x", "99999", "9" * 40, "١", "\x00"], ids=repr)
def test_page_of_looks_that_is_not_there_is_the_newest_or_oldest(me: Any, back: str) -> None:
    assert me.get("/me/record/looked/", {"back": back}).status_code == 200


# -- between talks -------------------------------------------------------------------------------


def test_person_tells_how_it_went(me: Any, task: Homework) -> None:
    address = f"/me/tasks/{task.pk}/"
    page = text(me.get(address))
    assert "Walk to the water" in page
    sent = me.post(address, {"version": task.version, "done": "part", "learning": "It was cold.\n"})
    kept = Homework._base_manager.get(pk=task.pk)
    assert sent.headers["Location"] == "/me/"
    assert (kept.done, kept.learning, kept.told_at) == ("part", "It was cold.\n", NOON)


def test_second_tab_shows_both_texts_and_overwrites_nothing(me: Any, task: Homework) -> None:
    address = f"/me/tasks/{task.pk}/"
    me.post(address, {"version": task.version, "done": "full", "learning": "first words"})
    late = me.post(address, {"version": task.version, "done": "none", "learning": "other words"})
    assert late.status_code == 409
    assert "first words" in text(late)
    assert "other words" in text(late)
    assert Homework._base_manager.get(pk=task.pk).learning == "first words"


@pytest.mark.parametrize(
    ("field", "value"),
    [("learning", "x" * 2001), ("learning", "a\x00b"), ("obstacle", "\u202eabc"), ("done", "all")],
)
def test_what_cannot_be_kept_stays_on_the_page(
    me: Any, task: Homework, field: str, value: str
) -> None:
    sent = {"version": task.version, "done": "part", "learning": "kept words", field: value}
    response = me.post(f"/me/tasks/{task.pk}/", sent)
    assert response.status_code == 422
    assert Homework._base_manager.get(pk=task.pk).told_at is None
    if field != "learning":
        assert "kept words" in text(response)


def test_task_of_the_person_is_not_there_for_others(
    world: World, task: Homework, signed_in: Any
) -> None:
    for who in (world.noor, world.bo):
        assert signed_in(who).get(f"/me/tasks/{task.pk}/").status_code in {302, 404}


# -- answering, signed in ------------------------------------------------------------------------


@pytest.fixture
def asking(world: World, sam: Cast) -> Asking:
    return measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip


def test_signed_in_person_sees_names_of_who_reads_the_answers(me: Any, asking: Asking) -> None:
    page = text(me.get(f"/me/questions/{asking.pk}/start/"))
    assert "Asha Raman, who is working with you, sees your answers." in page


def test_signed_in_person_answers_one_question_a_page(me: Any, asking: Asking) -> None:
    base = f"/me/questions/{asking.pk}"
    for number in range(1, 11):
        assert me.post(f"{base}/{number}/", {"a": "0" if number == 9 else "1"}).status_code == 302
    page = text(me.get(f"{base}/check/"))
    sent = dict(re.findall(r'name="(submission|item_\d+)" value="([^"]*)"', page))
    done = me.post(f"{base}/check/", sent)
    assert done.headers["Location"] == f"{base}/thanks/"
    assert "You answered 10 of 10." in text(me.get(f"{base}/thanks/"))
    assert Response._base_manager.get(asking=asking).scores == {"total": 8}
    assert me.get(f"{base}/1/").headers["Location"] == f"{base}/thanks/"


def test_signed_in_danger_answer_shows_the_numbers_next(me: Any, asking: Asking) -> None:
    sent = me.post(f"/me/questions/{asking.pk}/9/", {"a": "3"})
    page = text(me.get(sent.headers["Location"]))
    assert page.index('href="tel:999"') < page.index("Saved and sent to the on-call team at 12:00.")
    assert Alert._base_manager.filter(rule="phq9_self_harm@1").count() == 1


def test_answer_to_a_form_that_ran_out_says_it_was_not_saved(
    me: Any, asking: Asking, at: Any, sam: Cast, signed_in: Any
) -> None:
    at(NOON + timedelta(days=15))
    me = signed_in(sam)
    sent = me.post(f"/me/questions/{asking.pk}/1/", {"a": "3"})
    assert sent.status_code == 404
    assert "it was not saved, and nobody has been told" in text(sent)


def test_form_of_a_member_is_not_the_persons(world: World, me: Any) -> None:
    theirs = measures.make_asking(
        circle=world.circle, about=world.noor.person, respondent=world.noor.person,
        instrument="gad7", by=world.asha.reader, at=NOON,
    )  # fmt: skip
    for page in ("start/", "1/", "check/"):
        assert me.get(f"/me/questions/{theirs.pk}/{page}").status_code == 404


def test_change_is_said_in_plain_words_and_drawn(
    world: World, sam: Cast, signed_in: Any, at: Any
) -> None:
    answer(world, dict.fromkeys(NINE, 2) | {"item_9": 0})
    later = NOON + timedelta(days=14)
    at(later)
    world.at(later)
    answer(world, dict.fromkeys(NINE, 0))
    page = text(signed_in(sam).get("/me/change/"))
    assert "It is better. This is more than chance is likely to explain." in page
    assert "You answered 2 of 2 times." in page
    assert "<svg" in page


# -- settings ------------------------------------------------------------------------------------


def test_language_is_kept_and_pages_come_in_it(me: Any, sam: Cast) -> None:
    me.post("/me/settings/", {"language": "es"})
    assert Account.objects.get(pk=sam.account.pk).language == "es"
    assert 'lang="es"' in text(me.get("/me/"))


@pytest.mark.parametrize("language", ["", "xx", "en-GB-x", "\x00", "e" * 500], ids=repr)
def test_language_that_is_not_here_is_refused(me: Any, sam: Cast, language: str) -> None:
    assert me.post("/me/settings/", {"language": language}).status_code == 422
    assert Account.objects.get(pk=sam.account.pk).language == "en"


# -- cost and words ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_page_costs_few_queries(
    world: World, me: Any, task: Homework, page: str, django_assert_max_num_queries: Any
) -> None:
    me.get(page)
    most = 60 if page in {"/me/", "/me/plan/"} else 40
    with django_assert_max_num_queries(most):
        me.get(page)


def test_reading_age_of_hard_words_is_high() -> None:
    hard = "<main><p>Notwithstanding considerable methodological limitations, participation "
    hard += "necessitates comprehensive organisational documentation.</p></main>"
    assert grade(hard) > 12


@pytest.mark.parametrize("page", PAGES)
def test_page_reads_at_the_age_of_eleven(world: World, me: Any, task: Homework, page: str) -> None:
    assert grade(text(me.get(page))) <= 6.0


def test_pages_of_agreeing_and_answering_read_at_the_age_of_eleven(
    me: Any, course: Any, asking: Asking
) -> None:
    me.post(f"/me/questions/{asking.pk}/9/", {"a": "3"})
    for page in (
        f"plan/{course.plan_id}/", f"plan/talks/{course.pk}/", f"questions/{asking.pk}/start/",
        f"questions/{asking.pk}/help/",
    ):  # fmt: skip
        assert grade(text(me.get(f"/me/{page}"))) <= 6.0, page
