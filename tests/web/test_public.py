"""The public door: true words, nothing kept in the browser, nothing that stops a danger answer."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from alongside.cases.models import Concern
from alongside.crisis import actions, public
from alongside.crisis.models import Alert
from alongside.directory import actions as directory
from alongside.directory import remembered
from alongside.notify import dispatcher
from alongside.notify.models import Message
from alongside.records import clock
from alongside.records.scoped import writing
from tests.conftest import NOON
from tests.harness.reading import ease, grade

FIRST = "/worried/today/first/"
PROTOCOLS = Path(__file__).resolve().parents[2] / "content" / "protocols"
NIGHT = NOON + timedelta(days=20)  # nobody is on call


@pytest.fixture(autouse=True)
def a_dispatcher_lives(monkeypatch):
    monkeypatch.setattr(dispatcher, "stand_in", lambda **given: False)


@pytest.fixture
def visitor() -> Client:
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def lines(house):
    for line in ("gb_samaritans", "gb_shout"):
        directory.check_line(
            institution=house.institution, country="GB", line=line, by=house.system, at=NOON
        )
    return house


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no {name} in the page"
    return found.group(1)


def answer(visitor, value="yes", *, where=FIRST, submission=None):
    given = submission or hidden(visitor.get(where).content.decode(), "submission")
    return visitor.post(where, {"answer": value, "submission": given})


def danger_page(visitor, value="yes") -> tuple[str, str]:
    where = answer(visitor, value)["Location"]
    return where, visitor.get(where).content.decode()


def concerns() -> int:
    return Concern.objects.unscoped("a test").count()


def alerts() -> int:
    return Alert.objects.unscoped("a test").count()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


# -- the way through ------------------------------------------------------------------------------


def test_from_worry_to_thanks_without_script_cookie_or_name(lines, visitor):
    assert "worried about someone" in visitor.get("/").content.decode()
    first = visitor.get("/worried/says_no/")
    assert "Question 1 of 4" in first.content.decode()
    where = answer(visitor, "no", where="/worried/says_no/first/")["Location"]
    for value in ("no", "no", "no"):
        where = answer(visitor, value, where=where)["Location"]
    assert where.endswith("/more/")
    page = visitor.get(where).content.decode()
    sent = visitor.post(
        where,
        {
            "submission": hidden(page, "submission"),
            "words": "He drinks every day.",
            "about_alias": "Kim",
            "relation": "sibling",
            "contact": "0131 496 0000",
            "safe_hours": "after six",
        },
    )
    thanks = visitor.get(sent["Location"]).content.decode()
    assert "Thank you for telling us" in thanks
    concern = Concern.objects.unscoped("a test").get()
    assert (concern.state, concern.words, concern.contact) == (
        "sent", "He drinks every day.", "+441314960000",
    )  # fmt: skip
    assert not visitor.cookies


def test_who_sees_the_answer_stands_before_the_question(house, visitor):
    page = text_of(visitor.get(FIRST).content.decode())
    before, after = page.split("Could someone be badly hurt")
    assert "the on-call team sees it. They can only call you if you leave a number." in before
    assert "stays in a draft. We delete it after 24 hours" in before
    assert "Skip this question" in after


def test_danger_leads_to_the_numbers_and_to_who_was_told(lines, visitor):
    _, page = danger_page(visitor)
    words = text_of(page)
    assert 'href="tel:999"' in page
    assert 'href="tel:116123"' in page
    assert "Saved and sent to the on-call team at 12:00." in words
    assert "We can’t reach you yet: leave a number, or call 999" in words
    assert "Don’t wait for us" in words
    assert "is on the way" not in words
    assert "help is coming" not in words.lower()
    assert "verify" not in words  # what stands in the list for those who check the numbers


def test_the_danger_page_has_no_script_sets_no_cookie_and_is_small(lines, visitor, signed_in):
    css = Path("src/alongside/web/parts/static/alongside/danger.css").read_bytes()
    for client in (visitor, signed_in(lines.hana)):
        where = answer(client)["Location"]
        response = client.get(where)
        assert not response.cookies
        assert b"<script" not in response.content
        assert b"csrfmiddlewaretoken" not in response.content
        assert len(gzip.compress(response.content)) + len(gzip.compress(css)) <= 14 * 1024
        assert response["Cache-Control"] == "no-store"


def test_a_number_is_kept_and_the_page_says_when(lines, visitor, at):
    _, page = danger_page(visitor)
    at(NOON + timedelta(minutes=2))
    form = re.search(r'action="([^"]+/number/[^"]*)"', page).group(1)
    sent = visitor.post(form, {"token": hidden(page, "token"), "tel": "0131 496 0000"})
    words = text_of(visitor.get(sent["Location"]).content.decode())
    assert "They have the number you left at 12:02." in words
    assert "0131" not in words


def test_a_person_has_this_is_said_only_after_a_person_pressed(lines, visitor):
    where, page = danger_page(visitor)
    assert "A person has this" not in page
    alert = Alert.objects.unscoped("a test").get()
    actions.acknowledge(alert=alert, by=lines.hana.reader, at=NOON)
    assert "A person has this since 12:00." in text_of(visitor.get(where).content.decode())


def test_opened_without_an_answer_it_says_that_nobody_was_told(lines, visitor):
    words = text_of(visitor.get("/help-now/").content.decode())
    assert "You have not told us anything on this visit." in words
    assert "Saved" not in words


def test_not_staffed_stands_before_the_question_with_the_numbers(house, visitor, at):
    at(NIGHT)
    page = visitor.get("/worried/today/").content.decode()
    assert "This service is not staffed now" in page
    assert page.index("tel:999") < page.index("Answer the questions")
    assert "<script" not in page
    question = text_of(visitor.get(FIRST).content.decode())
    assert "Nobody is on call now." in question


def test_an_answer_while_not_staffed_says_who_it_went_to(house, visitor, at):
    at(NIGHT)
    _, page = danger_page(visitor)
    words = text_of(page)
    assert "This service is not staffed now." in words
    assert "on-call team at" not in words
    assert Message.objects.unscoped("a test").exists()


@pytest.mark.parametrize(
    ("value", "page", "said"),
    [
        ("now", "/child/", "If a child is not safe"),
        ("adult_now", "/adult/", "If an adult is not safe"),
    ],
)
def test_a_child_or_an_adult_at_risk_leads_to_what_helps_them(lines, visitor, value, page, said):
    where = answer(visitor, "no")["Location"]
    for given in ("no", "no", value):
        where = answer(visitor, given, where=where)["Location"]
    assert page in where
    assert said in visitor.get(where).content.decode()


def test_after_the_last_danger_answer_the_next_page_asks_for_more(lines, visitor):
    _, page = danger_page(visitor)
    assert re.search(r'href="/w/[^"]+/2/"', page)


def test_the_demonstration_says_that_it_is_one(lines, visitor, settings):
    settings.DEMO = True
    _, page = danger_page(visitor)
    assert "The checks of these numbers are invented" in page
    assert "Demonstration." in visitor.get("/").content.decode()


# -- in which language ----------------------------------------------------------------------------


def test_a_language_chosen_in_the_address_lasts_as_long_as_the_visit_without_a_cookie(lines):
    browser = Client(headers={"accept-language": "es"})
    start = browser.get("/")
    assert '<html lang="es"' in start.content.decode()
    assert 'href="/en/" lang="en"' in start.content.decode()
    page = browser.get("/en/").content.decode()
    assert 'href="/en/worried/today/"' in page
    where = answer(browser, where="/en/worried/today/first/")["Location"]
    assert where.startswith("/en/w/")
    helped = browser.get(where)
    assert "If someone is in danger now" in text_of(helped.content.decode())
    assert f'href="/es{where.removeprefix("/en")}" lang="es"' in helped.content.decode()
    away = re.search(r'class="leave" href="([^"]+)"', helped.content.decode()).group(1)
    assert browser.get(away).status_code == 302
    assert browser.get(where)["Location"] == "/en/"
    assert not browser.cookies


def pages_of_a_visit(browser, root):
    """Each page for somebody who is not signed in; pages that quote studies have their words."""
    for path in (
        "", "worried/today/first/", "help-now/", "what-helps/", "about-a-child/", "about-me/",
        "private/", "account/login/code/",
    ):  # fmt: skip
        yield path, browser.get(f"{root}{path}").content.decode()
    where = answer(browser, where=f"{root}worried/today/first/")["Location"].split("?")[0]
    for path in ("help/", "2/", "3/", "4/", "more/", "later/"):
        yield path, browser.get(where.removesuffix("help/") + path).content.decode()
    sent = browser.post(
        where.replace("/help/", "/more/"), {"submission": uuid4().hex, "words": "x"}
    )
    yield "thanks/", browser.get(sent["Location"]).content.decode()


def test_pages_for_anyone_read_at_the_age_of_eleven(lines, visitor):
    found = {path: grade(page) for path, page in pages_of_a_visit(visitor, "/en/")}
    assert {path: each for path, each in found.items() if each > 6} == {}


def test_pages_for_anyone_are_easy_to_read_in_spanish(lines, visitor):
    found = {path: ease(page) for path, page in pages_of_a_visit(visitor, "/es/")}
    assert {path: each for path, each in found.items() if each < 70} == {}


@pytest.mark.parametrize(
    "path", ["/es/me/", "/es/work/", "/es/office/", "/es/es/", "/fr/", "/es/x/"]
)
def test_only_pages_for_anyone_have_an_address_for_each_language(house, visitor, path):
    assert visitor.get(path).status_code == 404


# -- said twice, said wrongly, said too much ------------------------------------------------------


def test_the_same_form_sent_three_times_counts_once(house, visitor):
    submission = uuid4().hex
    places = {answer(visitor, submission=submission).status_code for _ in range(3)}
    assert places == {302}
    assert (concerns(), alerts()) == (1, 1)


@pytest.mark.parametrize("submission", ["", "x", "é" * 20, "' OR 1=1 --", "a" * 5000, "\x00\x01"])
def test_a_broken_submission_id_never_stops_a_danger_answer(house, visitor, submission):
    assert visitor.post(FIRST, {"answer": "yes", "submission": submission}).status_code == 302
    assert alerts() == 1


@pytest.mark.parametrize("value", ["", "maybe", "YES", "<b>", "\u202eon", "a" * 100_000])
def test_an_answer_that_is_none_is_asked_again(house, visitor, value):
    answer_ = visitor.post(FIRST, {"answer": value, "submission": uuid4().hex})
    assert answer_.status_code == 422
    assert "Choose an answer, or skip this question." in answer_.content.decode()
    assert concerns() == 0


def test_a_skip_goes_on_and_raises_nothing(house, visitor):
    answer_ = visitor.post(FIRST, {"skip": "1", "submission": uuid4().hex})
    assert answer_["Location"].endswith("/2/")
    assert alerts() == 0


@pytest.mark.parametrize("path", ["/worried/x/", "/worried/today/9/", "/help-now/xx/", "/w/"])
def test_an_address_that_is_not_there_says_so(house, visitor, path):
    assert visitor.get(path).status_code == 404


@pytest.mark.parametrize("place", ["", "1/", "2/", "help/", "child/", "more/", "later/", "thanks/"])
@pytest.mark.parametrize("token", ["x" * 43, "é" * 43, "%00", "a"])
def test_a_secret_nobody_has_shows_the_start(house, visitor, token, place):
    response = visitor.get(f"/w/{token}/{place}")
    assert (response.status_code, response["Location"]) == (302, "/")


@pytest.mark.parametrize("place", ["number/"])
def test_what_is_only_sent_is_not_there_to_be_read(house, visitor, place):
    where = answer(visitor)["Location"].split("?")[0].removesuffix("help/")
    assert visitor.get(where + place).status_code == 405


def test_reading_the_pages_of_a_visit_changes_nothing(lines, visitor):
    where, _ = danger_page(visitor)
    before = concerns(), alerts(), Message.objects.unscoped("a test").count()
    root = where.split("help/")[0]
    for page in ("", "1/", "2/", "help/", "child/", "more/", "later/", "thanks/"):
        visitor.get(root + page)
    assert before == (concerns(), alerts(), Message.objects.unscoped("a test").count())


@pytest.mark.parametrize("number", ["", "12", "hello", "9" * 400, "\u202e", "+" * 20])
def test_a_number_that_cannot_be_one_is_asked_again_and_stays_in_the_field(lines, visitor, number):
    _, page = danger_page(visitor)
    form = re.search(r'action="([^"]+/number/[^"]*)"', page).group(1)
    response = visitor.post(form, {"token": uuid4().hex, "tel": number})
    assert response.status_code == 422
    assert "Error:" in response.content.decode()
    assert 'href="tel:999"' in response.content.decode()


def test_hidden_signs_around_a_number_do_not_stop_it(lines, visitor):
    _, page = danger_page(visitor)
    form = re.search(r'action="([^"]+/number/[^"]*)"', page).group(1)
    given = "\u202a0131 496 0000\u202c\u200e\x07"
    response = visitor.post(form, {"token": uuid4().hex, "tel": given})
    assert response.status_code == 302


def test_ten_megabytes_are_refused_and_the_page_says_that_nothing_was_saved(house, visitor):
    response = visitor.post(FIRST, {"answer": "yes", "words": "x" * 10_000_000})
    assert response.status_code == 413
    page = response.content.decode()
    assert "not saved" in page
    assert 'href="tel:999"' in page or "emergency number" in page
    assert concerns() == 0


def test_words_with_control_signs_come_back_with_the_line_named(house, visitor):
    where = answer(visitor, "no")["Location"].replace("/2/", "/more/")
    response = visitor.post(where, {"submission": uuid4().hex, "words": "one\ntwo\x00three"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "line 2" in page
    assert "two" in page


def test_markup_in_words_stays_words(house, visitor):
    where = answer(visitor, "no")["Location"].replace("/2/", "/more/")
    response = visitor.post(
        where, {"submission": uuid4().hex, "words": "<script>x</script>", "contact": "no"}
    )
    assert response.status_code == 422
    assert "<script>x" not in response.content.decode()
    assert "&lt;script&gt;x" in response.content.decode()


def test_more_without_anything_in_it_asks_for_something(house, visitor):
    where = answer(visitor, "no")["Location"].replace("/2/", "/more/")
    response = visitor.post(where, {"submission": uuid4().hex})
    assert response.status_code == 422
    assert "Write a few words" in response.content.decode()


# -- when saving fails ----------------------------------------------------------------------------


def broken(*args, **given):
    raise DatabaseError("the disk is full")


def test_when_saving_fails_the_page_says_so_and_keeps_the_answer(lines, visitor, monkeypatch):
    submission = hidden(visitor.get(FIRST).content.decode(), "submission")
    with monkeypatch.context() as patch:
        patch.setattr(public.actions, "take_worry", broken)
        response = visitor.post(FIRST, {"answer": "yes", "submission": submission})
    page = response.content.decode()
    assert response.status_code == 503
    assert "This was not saved, and nobody has been told" in page
    assert "Saved and sent" not in page
    assert 'href="tel:999"' in page
    assert hidden(page, "answer") == "yes"
    assert hidden(page, "submission") == submission
    assert concerns() == 0
    again = visitor.post(
        FIRST, {"answer": hidden(page, "answer"), "submission": hidden(page, "submission")}
    )
    assert again.status_code == 302
    assert alerts() == 1


def test_while_the_database_is_gone_every_page_still_has_the_numbers_somebody_checked(
    lines, visitor, monkeypatch, settings
):
    client = Client(raise_request_exception=False)
    client.get("/help-now/")  # any page with the help bar keeps them beside the database
    monkeypatch.setattr(remembered, "_kept", None)  # as a worker that was started since
    kept = settings.SPOOL / remembered.FILE

    def pages() -> list[str]:
        found = [
            client.post("/worried/today/first/", {"answer": "yes", "submission": uuid4().hex}),
            client.get("/help-now/"),
            client.post("/account/login/", {}),
        ]
        return [response.content.decode() for response in found]

    with monkeypatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "ensure_connection", broken)
        patch.setattr(BaseDatabaseWrapper, "_cursor", broken)
        for page in pages():
            assert 'href="tel:999"' in page
            assert 'href="tel:116123"' in page
        told = json.loads(kept.read_text())
        told["checks"] = [
            [*each[:2], "2020-01-01T00:00:00+00:00", False] for each in told["checks"]
        ]
        kept.write_text(json.dumps(told))  # nobody called them for longer than a check counts
        for page in pages():
            assert 'href="tel:999"' in page
            assert 'href="tel:116123"' not in page
            assert "findahelpline.com" in page
        kept.unlink()
        assert all("tel:" not in page for page in pages())


def test_a_number_and_words_that_could_not_be_saved_are_still_on_the_page(
    lines, visitor, monkeypatch
):
    where, page = danger_page(visitor)
    form = re.search(r'action="([^"]+/number/[^"]*)"', page).group(1)
    more = where.split("help/")[0] + "more/"
    monkeypatch.setattr(public.actions, "leave_number", broken)
    monkeypatch.setattr(public.actions, "send_worry", broken)
    number = visitor.post(form, {"token": uuid4().hex, "tel": "0131 496 0000"})
    words = visitor.post(more, {"submission": uuid4().hex, "words": "He took the car."})
    assert (number.status_code, words.status_code) == (503, 503)
    assert "0131 496 0000" in number.content.decode()
    assert "He took the car." in words.content.decode()


def test_a_danger_answer_of_a_visit_that_is_over_is_taken_as_a_first_one(house, visitor):
    where = answer(visitor, "no")["Location"]
    visitor.get(where.replace("/2/", "/").replace("/w/", "/leave/"))
    response = visitor.post(where, {"answer": "plan_or_means", "submission": uuid4().hex})
    assert response.status_code == 302
    assert alerts() == 1


def test_an_answer_to_a_draft_that_died_begins_another_on_the_same_path(house, visitor):
    where = answer(visitor, "no", where="/worried/says_no/first/")["Location"]
    with writing():
        Concern.objects.unscoped("a test").update(dies_at=clock.now() - timedelta(seconds=1))
    visitor.post(where, {"answer": "plan_or_means", "submission": uuid4().hex})
    paths = Concern.objects.unscoped("a test").order_by("began_at").values_list("path", "dies_at")
    assert [path for path, _ in paths] == ["says_no", "says_no"]
    assert alerts() == 1
    with writing():
        Concern.objects.unscoped("a test").filter(alert=None).delete()
    visitor.post(where, {"answer": "no", "submission": uuid4().hex})  # its link lives, it does not
    assert Concern.objects.unscoped("a test").filter(path="today", alert=None).count() == 1


def test_a_later_answer_asks_each_thing_once(house, visitor, django_assert_max_num_queries):
    where = answer(visitor, "no")["Location"]
    with django_assert_max_num_queries(9):
        visitor.post(where, {"answer": "no", "submission": uuid4().hex})


def test_words_of_a_visit_that_is_over_are_not_saved_and_not_lost(house, visitor):
    where, page = danger_page(visitor)
    form = re.search(r'action="([^"]+/number/[^"]*)"', page).group(1)
    visitor.get(where.split("help/")[0].replace("/w/", "/leave/"))
    response = visitor.post(form, {"token": uuid4().hex, "tel": "0131 496 0000"})
    assert response.status_code == 410
    assert "0131 496 0000" in response.content.decode()
    assert "not saved" in response.content.decode()


# -- leaving --------------------------------------------------------------------------------------


def test_leave_goes_away_and_clears_what_the_browser_kept(house, visitor, settings):
    for response in (visitor.get("/leave/"), Client().post("/leave/")):
        assert response["Location"] == settings.NEUTRAL_URL
        assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'


def test_leave_ends_the_session_on_the_server(house, signed_in):
    client = signed_in(house.hana)
    cookie = client.cookies["s"].value
    client.post("/leave/")
    old = Client()
    old.cookies["s"] = cookie
    assert old.get("/work/crisis/").status_code == 302
    assert "login" in old.get("/work/crisis/")["Location"]


def test_every_page_of_a_visit_leaves_through_its_own_address(lines, visitor):
    where, page = danger_page(visitor)
    token = where.split("/")[2]
    for place in ("2/", "help/", "more/", "later/", "thanks/"):
        page = visitor.get(f"/w/{token}/{place}").content.decode()
        links = re.findall(r'href="(/leave/[^"]*)"', page)
        assert links
        assert set(links) == {f"/leave/{token}/"}, place


def test_after_leaving_every_address_of_the_visit_shows_the_start(lines, visitor):
    where, _ = danger_page(visitor)
    root = where.split("help/")[0]
    visitor.get(root.replace("/w/", "/leave/"))
    for page in ("", "1/", "2/", "help/", "child/", "more/", "later/", "thanks/"):
        response = visitor.get(root + page)
        assert (response.status_code, response["Location"]) == (302, "/")
    assert alerts() == 1


def test_nothing_of_this_door_is_kept_by_the_browser(lines, visitor):
    for path in ("/", FIRST, "/help-now/", "/what-helps/", "/private/", "/about-me/"):
        response = visitor.get(path)
        assert response["Cache-Control"] == "no-store", path
        assert response["Referrer-Policy"] in {"no-referrer", "same-origin"}, path
        assert not response.cookies, path


# -- the numbers ----------------------------------------------------------------------------------


def test_a_line_is_shown_while_somebody_verified_it_less_than_nine_months_ago(lines, visitor, at):
    assert 'href="tel:116123"' in visitor.get("/help-now/").content.decode()
    at(NOON + timedelta(days=270))
    assert 'href="tel:116123"' in visitor.get("/help-now/").content.decode()
    at(NOON + timedelta(days=276))
    page = visitor.get("/help-now/").content.decode()
    assert 'href="tel:116123"' not in page
    assert "findahelpline.com" in page
    assert 'href="tel:999"' in page


def test_another_country_has_its_emergency_number_and_no_line_nobody_checked(lines, visitor):
    page = visitor.get("/help-now/us/").content.decode()
    assert 'href="tel:911"' in page
    assert "findahelpline.com" in page
    assert 'href="tel:988"' not in page


def test_before_the_first_run_no_country_is_guessed(db, visitor):
    page = visitor.get("/help-now/").content.decode()
    assert "tel:999" not in page
    assert "call the emergency number where you are" in page
    assert visitor.get("/worried/today/").status_code == 200
    assert visitor.post(FIRST, {"answer": "yes"}).status_code == 503


def test_ways_that_helped_name_their_limits_and_sources(house, visitor):
    page = visitor.get("/what-helps/").content.decode()
    assert "CRAFT" in page
    way = visitor.get("/what-helps/craft/").content.decode()
    assert "Limits:" in way
    assert "Roozen" in way
    assert visitor.get("/what-helps/miracle_cure/").status_code == 404


def test_every_way_tells_its_findings_limits_and_cautions_in_the_language_of_the_page(house):
    """As the Spanish words of its folder have them."""
    browser = Client(headers={"accept-language": "es"})
    for folder in sorted(PROTOCOLS.iterdir()):
        words = yaml.safe_load(max(folder.glob("*/wording.es.yaml")).read_text())
        told = [*words.get("cautions", {}).values()]
        told += [each for one in words["evidence"].values() for each in one.values()]
        page = unescape(browser.get(f"/what-helps/{folder.name}/").content.decode())
        assert [each for each in told if each not in page] == [], folder.name


@pytest.mark.parametrize("path", ["/about-a-child/", "/about-me/", "/private/"])
def test_pages_to_read_have_the_help_bar(house, visitor, path):
    page = visitor.get(path).content.decode()
    assert 'href="tel:999"' in page
    assert "Leave this page" in page


def test_come_back_later_answers_the_same_and_sends_one_mail(house, visitor):
    where = answer(visitor, "no")["Location"].replace("/2/", "/later/")
    response = visitor.post(where, {"email": "me@example.org"})
    assert "We send you a private link" in response.content.decode()
    assert Message.objects.unscoped("a test").filter(kind="resume_worry").count() == 1
    assert visitor.post(where, {"email": "nonsense"}).status_code == 422


def test_a_form_the_browser_sent_without_its_cookie_keeps_what_was_written(house, signed_in):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/account/login/", {"login": "hana@example.org"})
    assert response.status_code == 403
    assert "hana@example.org" in response.content.decode()
    assert "not saved" in response.content.decode()
