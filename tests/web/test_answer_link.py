"""Answering by private link: one question a page, no sign-in, and danger told at once."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client

from alongside.access.models import LinkToken
from alongside.crisis.models import Alert, SafetyCheck
from alongside.delivery import stopping
from alongside.measures import actions as measures
from alongside.measures.models import Asking, Response
from alongside.notify import actions as notify
from alongside.notify.models import Heartbeat
from alongside.records.models import AuditEvent
from tests.conftest import NOON

DEAD = "/l/" + "A" * 43


@pytest.fixture(autouse=True)
def dispatcher_lives(db):
    """A dispatcher gave a sign of life just now, so no page has to stand in for it."""
    notify.beat(name="test", at=NOON)


@pytest.fixture
def asking(world, sam):
    return measures.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument="phq9",
        by=world.asha.reader,
        at=NOON,
    )


@pytest.fixture
def token(world, asking):
    return measures.hand_over(asking=asking, by=world.asha.reader, at=NOON)


@pytest.fixture
def phone():
    """A browser nobody has signed in with."""
    return Client()


def form(token):
    return f"/l/{token}"


def say(phone, token, number, value=None, **more):
    sent = {} if value is None else {"a": str(value)}
    return phone.post(f"{form(token)}/{number}/", {**sent, **more})


def fill(phone, token, values):
    for number, value in enumerate(values, 1):
        response = say(phone, token, number, value)
        assert response.status_code == 302, response.content.decode()
    return response


def fields(page):
    return dict(re.findall(r'name="(submission|item_\d+)" value="([^"]*)"', page.content.decode()))


def draft(asking):
    return json.loads(Asking._base_manager.get(pk=asking.pk).draft or "{}")


def alerts():
    return list(Alert._base_manager.filter(rule="phq9_self_harm@1"))


# -- the way through -----------------------------------------------------------------------------


def test_whole_form_is_answered_without_a_sign_in_and_without_a_cookie(phone, token, asking):
    opened = phone.get(form(token))
    assert opened.headers["Location"] == f"{form(token)}/start/"
    start = phone.get(opened.headers["Location"])
    assert "Who can see this" in start.content.decode()
    assert fill(phone, token, [1, 2, 1, 1, 0, 0, 1, 0, 0]).headers["Location"].endswith("/10/")
    assert say(phone, token, 10, 1).headers["Location"].endswith("/check/")
    page = phone.get(f"{form(token)}/check/")
    sent = phone.post(f"{form(token)}/check/", fields(page))
    assert sent.headers["Location"].endswith("/thanks/")
    thanks = phone.get(sent.headers["Location"]).content.decode()
    assert "You answered 10 of 10." in thanks
    assert "Saved at 12:00." in thanks
    assert Response._base_manager.get(asking=asking).scores == {"total": 6}
    assert not phone.cookies


def test_pages_of_a_link_hold_no_name_of_anybody(phone, token, world):
    for page in ("start/", "1/", "9/", "check/"):
        text = phone.get(f"{form(token)}/{page}").content.decode()
        for name in ("Sam", "Asha", "Raman", "Noor", "Lothian"):
            assert name not in text, (page, name)


def test_instruction_of_a_form_stands_over_its_first_question(phone, world, sam):
    asking = measures.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument="pcl5",
        by=world.asha.reader,
        at=NOON,
    )
    token = measures.hand_over(asking=asking, by=world.asha.reader, at=NOON)
    words = "Below is a list of problems that people sometimes have"
    assert words in phone.get(f"{form(token)}/1/").content.decode()
    assert words not in phone.get(f"{form(token)}/2/").content.decode()


def test_question_of_danger_says_before_it_who_sees_the_answer(phone, token):
    words = "If your answer says someone is in danger, the on-call team sees it at once."
    assert words in phone.get(f"{form(token)}/9/").content.decode()
    assert words not in phone.get(f"{form(token)}/8/").content.decode()
    assert words in phone.get(f"{form(token)}/start/").content.decode()


def test_question_of_danger_says_so_when_nobody_is_on_call(phone, token, world, at):
    at(NOON + timedelta(days=3))
    text = phone.get(f"{form(token)}/9/").content.decode()
    assert "Nobody is on call now." in text


def test_looking_at_every_page_changes_nothing(phone, token, asking):
    before = (Asking._base_manager.values().get(pk=asking.pk), LinkToken._base_manager.count())
    for page in ("", "/start/", "/1/", "/9/", "/check/", "/help/", "/thanks/"):
        phone.get(form(token) + page)
        phone.head(form(token) + page)
    after = (Asking._base_manager.values().get(pk=asking.pk), LinkToken._base_manager.count())
    assert before == after


def test_form_is_gone_on_with_from_another_phone(phone, token):
    fill(phone, token, [1, 2])
    start = Client().get(f"{form(token)}/start/").content.decode()
    assert "Go on with your questions" in start
    assert f"{form(token)}/3/" in start


def test_back_keeps_what_was_chosen_and_goes_back(phone, token, asking):
    say(phone, token, 1, 1)
    assert say(phone, token, 2, 3, back="1").headers["Location"].endswith("/1/")
    assert draft(asking) == {"item_1": 1, "item_2": 3}
    assert say(phone, token, 1, back="1").headers["Location"].endswith("/start/")


def test_question_can_be_skipped_and_is_not_a_zero(phone, token, asking):
    assert say(phone, token, 1, skip="1").headers["Location"].endswith("/2/")
    assert draft(asking) == {"item_1": None}


def test_skipped_question_of_danger_is_asked_once_more_and_then_let_be(phone, token, asking):
    fill(phone, token, [1] * 8)
    again = say(phone, token, 9, skip="1")
    assert again.headers["Location"].endswith("/9/?again=1")
    assert "item_9" not in draft(asking)
    page = phone.get(again.headers["Location"]).content.decode()
    assert "You left this one open. You can answer it now, or leave it." in page
    assert 'name="again" value="1"' in page
    assert say(phone, token, 9, skip="1", again="1").headers["Location"].endswith("/10/")
    assert draft(asking)["item_9"] is None


def test_person_may_rather_not_answer_at_all(phone, token, asking):
    done = phone.post(f"{form(token)}/decline/")
    assert "That’s all right" in phone.get(done.headers["Location"]).content.decode()
    assert Asking._base_manager.get(pk=asking.pk).declined_at == NOON
    assert phone.get(f"{form(token)}/1/").status_code == 404


# -- danger --------------------------------------------------------------------------------------


def test_page_after_a_danger_answer_has_the_numbers_first_and_true_words(phone, token, asking):
    fill(phone, token, [1] * 8)
    sent = say(phone, token, 9, 2)
    assert sent.headers["Location"].endswith("/help/?after=9")
    (alert,) = alerts()
    assert (alert.level, alert.because) == ("C", "item_9 = 2, at least 1")
    assert (alert.about_id, alert.circle_id) == (asking.about_id, asking.circle_id)
    page = phone.get(sent.headers["Location"]).content.decode()
    assert "<script" not in page
    assert 'href="tel:999"' in page
    assert "Saved and sent to the on-call team at 12:00." in page
    assert page.index("tel:999") < page.index("Saved and sent") < page.index("Go on with the")
    assert f"{form(token)}/10/" in page
    assert not phone.cookies


def test_page_stands_in_for_a_dispatcher_that_is_silent(phone, token, monkeypatch):
    from alongside.notify import dispatcher

    Heartbeat.objects.all().delete()
    begun = []
    monkeypatch.setattr(dispatcher.threading.Thread, "start", lambda self: begun.append(self.name))
    say(phone, token, 8, 3)
    assert begun == []
    say(phone, token, 9, 3)
    assert begun == ["stand-in-email"]


def test_page_says_that_a_person_has_it_only_after_somebody_does(phone, token, world):
    from alongside.crisis import actions as crisis

    say(phone, token, 9, 1)
    page = f"{form(token)}/help/"
    assert "A person has this" not in phone.get(page).content.decode()
    crisis.acknowledge(alert=alerts()[0], by=world.hana.through("practitioner"), at=NOON)
    assert "A person has this since 12:00." in phone.get(page).content.decode()


def test_page_does_not_name_the_on_call_team_when_nobody_is_on_call(phone, token, at):
    night = NOON + timedelta(days=3)
    notify.beat(name="test", at=night)
    at(night)
    page = phone.get(say(phone, token, 9, 2).headers["Location"]).content.decode()
    assert "Saved and sent at 12:00 to the person who stands in for the team." in page
    assert "on-call team" not in page


def test_same_danger_answer_twice_is_one_alert_and_one_look(phone, token):
    for _ in range(2):
        say(phone, token, 9, 2)
    assert len(alerts()) == 1
    assert SafetyCheck._base_manager.filter(kind="measure").count() == 1


def test_sending_the_form_after_a_danger_answer_shows_the_numbers_again(phone, token):
    fill(phone, token, [1] * 8 + [1, 1])
    page = phone.get(f"{form(token)}/check/")
    sent = phone.post(f"{form(token)}/check/", fields(page))
    assert sent.headers["Location"].endswith("/help/")
    text = phone.get(sent.headers["Location"]).content.decode()
    assert f"{form(token)}/thanks/" in text
    thanks = phone.get(f"{form(token)}/thanks/").content.decode()
    assert "One of your answers went to the on-call team." in thanks
    assert len(alerts()) == 1


def test_invalid_answer_beside_a_dangerous_one_loses_neither(phone, token, asking):
    fill(phone, token, [1, 1])
    whole = {"submission": "s" * 20, "item_1": "1", "item_3": "7", "item_9": "3"}
    refused = phone.post(f"{form(token)}/check/", whole)
    text = refused.content.decode()
    assert refused.status_code == 422
    assert text.index("tel:999") < text.index("We could not read this one")
    assert "3. Trouble falling" in text
    assert [a.because for a in alerts()] == ["item_9 = 3, at least 1"]
    assert not Response._base_manager.filter(asking=asking).exists()
    assert draft(asking)["item_9"] == 3
    assert draft(asking)["item_2"] == 1


def test_invalid_answer_alone_names_its_question_and_keeps_the_others(phone, token, asking):
    fill(phone, token, [1, 2])
    refused = phone.post(f"{form(token)}/check/", {"item_2": "2", "item_3": "often"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "We can’t read your answer to question 3." in text
    assert "often" in text
    assert draft(asking)["item_2"] == 2
    assert not Response._base_manager.filter(asking=asking).exists()


# -- once only -----------------------------------------------------------------------------------


def test_same_submission_twice_gives_the_same_thanks_and_one_response(phone, token, asking):
    fill(phone, token, [0] * 9)
    sent = fields(phone.get(f"{form(token)}/check/"))
    first, second = (phone.post(f"{form(token)}/check/", sent) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Response._base_manager.filter(asking=asking).count() == 1


def test_danger_told_to_a_form_that_is_over_reaches_a_person_and_nothing_else_is_kept(
    phone, token, asking, world, sam, signed_in
):
    """E1: an objection, a form sent before or a day gone by never swallows danger."""
    about_sam = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.noor.person,
        instrument="phq9", by=world.asha.reader, at=NOON,
    )  # fmt: skip
    replaced = measures.hand_over(asking=about_sam, by=world.asha.reader, at=NOON)
    before = NOON - timedelta(minutes=5)  # when the newer link ended the first
    theirs = measures.hand_over(asking=about_sam, by=world.asha.reader, at=before)
    page = phone.get(f"{form(theirs)}/9/").content.decode()
    assert 'name="item" value="item_9"' in page
    stopping.ask_for(
        circle=world.circle, kind="objection", words="Ask nobody about me.",
        by=sam.through("person"), at=NOON,
    )  # fmt: skip
    for link, value in ((theirs, 0), (replaced, 3)):
        harmless = say(phone, link, 9, value, item="item_9")
        assert "nobody has been told" in harmless.content.decode()
    assert phone.get(f"{form(theirs)}/9/").status_code == 404
    assert alerts() == []
    told = say(phone, theirs, 9, 3, item="item_9")
    assert told.status_code == 200
    for words in ("sent to the on-call team at 12:00", "the rest was not kept", 'href="tel:999"'):
        assert words in told.content.decode()
    (raised,) = alerts()
    assert (raised.level, raised.circle_id) == ("C", world.circle.pk)
    assert json.loads(SafetyCheck._base_manager.get().answers) == {"item_9": 3}

    fill(phone, token, [0] * 9)
    sent = fields(phone.get(f"{form(token)}/check/"))
    phone.post(f"{form(token)}/check/", sent)
    again = phone.post(f"{form(token)}/check/", {**sent, "submission": "x" * 20, "item_9": "2"})
    assert again.status_code == 200
    assert SafetyCheck._base_manager.filter(source=f"asking:{asking.pk}").count() == 1

    own = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    Asking._base_manager.filter(pk=own.pk).update(expires_at=NOON)
    here = signed_in(sam).post(f"/me/questions/{own.pk}/9/", {"a": "1", "item": "item_9"})
    assert here.status_code == 200
    assert SafetyCheck._base_manager.filter(source=f"asking:{own.pk}").exists()
    assert signed_in(sam).get(f"/me/questions/{own.pk}/9/").status_code == 404
    assert Response._base_manager.count() == 1
    assert not Asking._base_manager.exclude(draft="").exists()


def test_another_submission_after_the_first_is_not_kept_and_is_told_so(phone, token, asking):
    fill(phone, token, [0] * 9)
    sent = fields(phone.get(f"{form(token)}/check/"))
    phone.post(f"{form(token)}/check/", sent)
    late = phone.post(f"{form(token)}/check/", {**sent, "submission": "x" * 20, "item_1": "3"})
    text = late.content.decode()
    assert late.status_code == 404
    assert "it was not saved, and nobody has been told" in text
    assert 'href="tel:999"' in text
    assert Response._base_manager.filter(asking=asking).count() == 1


def test_used_and_expired_and_unknown_links_have_the_same_page(phone, token, asking, world, at):
    unknown = phone.get(DEAD)
    fill(phone, token, [0] * 9)
    phone.post(f"{form(token)}/check/", fields(phone.get(f"{form(token)}/check/")))
    used = phone.get(f"{form(token)}/1/")
    other = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="gad7",
        days=1, by=world.asha.reader, at=NOON,
    )  # fmt: skip
    gone = measures.hand_over(asking=other, by=world.asha.reader, at=NOON)
    at(NOON + timedelta(days=2))
    expired = phone.get(form(gone))
    expired_page = phone.get(f"{form(gone)}/1/")
    unknown_page = phone.get(f"{DEAD}/1/")
    answers = [unknown, used, expired, expired_page, unknown_page]
    assert {a.status_code for a in answers} == {404}
    assert len({a.content for a in answers}) == 1
    assert len({str(sorted(a.headers.items())) for a in answers}) == 1
    assert b"There is nothing to do here" in used.content


def test_answer_sent_to_a_dead_link_says_that_nobody_was_told(phone):
    sent = phone.post(f"{DEAD}/9/", {"a": "3"})
    assert sent.status_code == 404
    assert "it was not saved, and nobody has been told" in sent.content.decode()
    assert "Something on our side is broken" not in sent.content.decode()
    assert alerts() == []


def test_new_link_ends_the_one_before(phone, token, asking, world):
    newer = measures.hand_over(asking=asking, by=world.asha.reader, at=NOON)
    assert phone.get(f"{form(token)}/1/").status_code == 404
    assert phone.get(f"{form(newer)}/1/").status_code == 200


def test_link_of_somebody_who_left_the_circle_opens_nothing(phone, world):
    from alongside.access import actions as access

    theirs = measures.make_asking(
        circle=world.circle, about=world.noor.person, respondent=world.noor.person,
        instrument="gad7", by=world.asha.reader, at=NOON,
    )  # fmt: skip
    link = measures.hand_over(asking=theirs, by=world.asha.reader, at=NOON)
    assert phone.get(f"{form(link)}/1/").status_code == 200
    access.end_membership(member=world.noor.member, because="left", by=world.asha.reader, at=NOON)
    assert phone.get(f"{form(link)}/1/").status_code == 404
    assert say(phone, link, 1, 2).status_code == 404


def test_link_opens_its_own_form_and_no_other_page(phone, token, world):
    for page in ("/me/", "/work/", f"/work/cases/{world.case.pk}/"):
        assert phone.get(page).status_code in {302, 404}


# -- leaving -------------------------------------------------------------------------------------


def test_after_leaving_the_pages_of_the_visit_show_no_answer(phone, token, asking):
    fill(phone, token, [3, 3])
    assert f"/leave/{token}/" in phone.get(f"{form(token)}/2/").content.decode()
    left = phone.get(f"/leave/{token}/")
    assert left.headers["Clear-Site-Data"]
    for page in ("1/", "2/", "check/", "thanks/"):
        assert phone.get(f"{form(token)}/{page}").headers["Location"] == "/"
    start = phone.get(f"{form(token)}/start/").content.decode()
    assert "checked" not in start
    phone.post(f"{form(token)}/start/")
    assert phone.get(f"{form(token)}/1/").status_code == 200
    assert draft(asking) == {"item_1": 3, "item_2": 3}


# -- when saving fails ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place", ["measures.draft.begun", "measures.draft.saved", "measures.draft.raised"]
)
def test_answer_that_could_not_be_saved_says_so_with_the_numbers(
    phone, token, asking, monkeypatch, place
):
    from alongside.records import crashpoint

    def fail(label):
        if label == place:
            raise OperationalError("database is down")

    monkeypatch.setattr(crashpoint, "here", fail)
    response = say(phone, token, 9, 3)
    text = response.content.decode()
    assert response.status_code == 503
    assert "This was not saved, and nobody has been told" in text
    assert 'href="tel:999"' in text
    assert 'name="a" value="3"' in text
    assert draft(asking) == {}
    assert alerts() == []


# -- rubbish -------------------------------------------------------------------------------------

RUBBISH = [
    "4", "-1", "99999999999999999999", "1.0", "1e3", "one", "", " ", "\x00", "\u202e1", "１", "٣",
    "<script>", "a" * 10_000, "true", "null", "0x1",
]  # fmt: skip


@pytest.mark.parametrize("value", RUBBISH, ids=repr)
def test_answer_that_is_none_is_refused_and_nothing_changes(phone, token, asking, value):
    response = say(phone, token, 1, value)
    assert response.status_code == 422
    assert "We can’t read that answer." in response.content.decode()
    assert draft(asking) == {}


def test_two_answers_to_one_question_are_asked_back(phone, token, asking):
    response = phone.post(f"{form(token)}/1/", {"a": ["1", "3"]})
    assert response.status_code == 422
    assert "There are two answers." in response.content.decode()
    assert draft(asking) == {}


def test_pressing_next_without_an_answer_asks_for_one(phone, token):
    response = say(phone, token, 1)
    assert response.status_code == 422
    assert "Choose an answer, or skip this one." in response.content.decode()


@pytest.mark.parametrize("number", ["0", "10", "11", "999999999999"])
def test_question_that_is_not_asked_is_not_there(phone, token, number):
    assert phone.get(f"{form(token)}/{number}/").status_code == 404


@pytest.mark.parametrize("value", ["\x00", "x" * 5000, "\u202e", "'; drop table"], ids=repr)
def test_broken_submission_id_still_counts_once(phone, token, asking, value):
    fill(phone, token, [0] * 9)
    sent = fields(phone.get(f"{form(token)}/check/"))
    phone.post(f"{form(token)}/check/", {**sent, "submission": value})
    assert Response._base_manager.filter(asking=asking).count() == 1


def test_foreign_fields_are_named_and_nothing_is_recorded(phone, token, asking):
    fill(phone, token, [0] * 9)
    sent = fields(phone.get(f"{form(token)}/check/"))
    refused = phone.post(f"{form(token)}/check/", {**sent, "item_77": "1"})
    assert refused.status_code == 422
    assert "not one of these questions" in refused.content.decode()
    assert not Response._base_manager.filter(asking=asking).exists()


@pytest.mark.parametrize("token_", ["x", "A" * 42, "A" * 43, "A" * 500, "%00", "..%2f..", "é"])
def test_made_up_links_open_nothing(phone, db, token_, world):
    assert phone.get(f"/l/{token_}").status_code == 404
    assert phone.get(f"/l/{token_}/1/").status_code == 404


def test_refused_links_are_in_the_trail_without_their_secret(phone, world):
    phone.get(f"{DEAD}/1/")
    event = AuditEvent.objects.get(word="access.link_refused")
    assert "AAAA" not in json.dumps([event.about, event.detail, event.ids])


# -- cost ----------------------------------------------------------------------------------------


def test_a_question_costs_few_queries(phone, token, django_assert_max_num_queries):
    phone.get(f"{form(token)}/2/")
    with django_assert_max_num_queries(12):
        phone.get(f"{form(token)}/2/")
