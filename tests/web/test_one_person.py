"""A device handed to one person for one form: nothing else opens, and nothing is left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from alongside.access.models import Account, LinkToken
from alongside.crisis.models import Alert
from alongside.measures import actions as measures
from alongside.measures import one_person
from alongside.measures.models import Asking, Response
from alongside.notify import actions as notify
from alongside.records.models import AuditEvent
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.harness.reading import grade
from tests.web.test_signin import PASSWORD, code_of, staff_with_app

BACK = "Thank you. Please hand the tablet back."
ELSEWHERE = (
    "/", "/home/", "/work/", "/work/cases/", "/work/paper/", "/office/", "/me/", "/circle/",
    "/account/", "/account/2fa/", "/account/logout/", "/account/login/code/", "/private/",
    "/what-helps/", "/have/", "/l/" + "A" * 43, "/set-up/",
)  # fmt: skip


@pytest.fixture(autouse=True)
def dispatcher_lives(db: None) -> None:
    """A dispatcher gave a sign of life just now, so no page has to stand in for it."""
    cache.clear()
    notify.beat(name="test", at=NOON)


@pytest.fixture
def asking(world: World, sam: Cast) -> Asking:
    return ask(world, "phq9")


def ask(world: World, instrument: str) -> Asking:
    made: Asking = measures.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument=instrument,
        by=world.asha.reader,
        at=NOON,
    )
    return made


def page_of(world: World, asking: Asking, page: str = "device") -> str:
    return f"/work/cases/{world.case.pk}/questions/{asking.pk}/{page}/"


@pytest.fixture
def tablet(world: World, asking: Asking, signed_in: Callable[[Cast], Client]) -> Client:
    """Asha signed in on it, and handed it to Sam."""
    browser = signed_in(world.asha)
    assert browser.get("/work/").status_code == 200
    key = browser.cookies["s"].value
    handed = browser.post(page_of(world, asking))
    assert (handed.status_code, handed["Location"]) == (302, "/here/")
    assert handed["Clear-Site-Data"] == '"cache"'
    assert browser.cookies["s"].value != key
    old = Client()
    old.cookies["s"] = key
    assert old.get("/work/")["Location"].startswith("/account/login/")
    return browser


def text(browser: Client, where: str) -> str:
    return browser.get(where, follow=True).content.decode()


def fill(browser: Client, values: list[int]) -> Any:
    for number, value in enumerate(values, 1):
        answer = browser.post(f"/here/{number}/", {"a": str(value)})
        assert answer.status_code == 302, answer.content.decode()
    return answer


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(submission|item_\d+)" value="([^"]*)"', page))


def test_only_the_one_form_opens_and_it_ends_in_hand_the_tablet_back(
    tablet: Client, world: World, asking: Asking
) -> None:
    pages = [*ELSEWHERE, page_of(world, asking), f"/work/cases/{world.case.pk}/"]
    led = {
        f"{m} {p}": getattr(tablet, m)(p).get("Location") for m in ("get", "post") for p in pages
    }
    assert led == dict.fromkeys(led, "/here/")
    for page in ("form/", "1/", "9/", "check/"):
        shown = tablet.get(f"/here/{page}")
        assert shown["Refresh"] == "605; url=/here/"
        assert "no-store" in shown["Cache-Control"]
        for name in ("Sam", "Asha", "Raman", "Noor", "Lothian", "/work/"):
            assert name not in shown.content.decode(), (page, name)

    fill(tablet, [1, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    sent = fields(text(tablet, "/here/check/"))
    done = tablet.post("/here/check/", sent)
    assert done["Location"] == "/here/thanks/"

    assert grade(text(tablet, "/here/")) <= 6
    for where in ("/here/thanks/", "/here/", "/here/1/", "/here/check/", "/here/help/", "/work/"):
        assert BACK in text(tablet, where), where
    again = tablet.post("/here/1/", {"a": "3"})
    assert (again.status_code, b"not saved" in again.content) == (404, True)
    row = Response._base_manager.get(asking=asking)
    assert (row.entered_from, row.scores["total"]) == ("here", 1)
    assert not LinkToken._base_manager.filter(purpose="here", ended_at=None).exists()


def test_danger_is_told_and_raised_as_by_a_link_and_its_page_closes(
    tablet: Client, asking: Asking
) -> None:
    fill(tablet, [0] * 8)
    help_ = tablet.post("/here/9/", {"a": "2"})
    assert help_["Location"] == "/here/help/?after=9"
    alert = Alert._base_manager.get()
    assert (alert.level, alert.because) == ("C", "item_9 = 2, at least 1")
    shown = text(tablet, help_["Location"])
    assert 'href="tel:999"' in shown
    assert "Saved and sent to the on-call team at 12:00." in shown
    assert "tell anybody who works here, now" in shown

    tablet.handler.enforce_csrf_checks = True  # a danger page sends neither token nor origin
    assert tablet.post("/here/done/")["Location"] == "/here/"
    assert tablet.post("/here/10/", {"a": "1"}).status_code == 403
    tablet.handler.enforce_csrf_checks = False
    tablet.post("/here/10/", {"a": "1"})
    sent = tablet.post("/here/check/", fields(text(tablet, "/here/check/")))
    assert sent["Location"] == "/here/help/"
    assert "I am done" in text(tablet, "/here/")
    tablet.handler.enforce_csrf_checks = True
    assert BACK in tablet.post("/here/done/", follow=True).content.decode()
    assert BACK in text(tablet, "/here/help/")


def test_rest_closes_it_and_says_when_an_answer_was_not_kept(
    tablet: Client, asking: Asking, at: Callable[[Any], None]
) -> None:
    fill(tablet, [1])
    at(NOON + timedelta(minutes=9))
    assert tablet.get("/here/2/").status_code == 200
    at(NOON + timedelta(minutes=20))
    assert BACK in text(tablet, "/here/2/")
    late = tablet.post("/here/2/", {"a": "1"})
    assert (late.status_code, b"999" in late.content) == (404, True)
    assert BACK in text(tablet, "/work/")
    assert json.loads(Asking._base_manager.get(pk=asking.pk).draft) == {"item_1": 1}


def test_it_closes_after_an_hour_however_busy(tablet: Client, at: Callable[[Any], None]) -> None:
    for minutes in range(8, 60, 8):
        at(NOON + timedelta(minutes=minutes))
        assert tablet.get("/here/1/").status_code == 200
    at(NOON + timedelta(minutes=61))
    assert BACK in text(tablet, "/here/1/")
    told = tablet.post("/here/9/", {"a": "3"})
    assert (told.status_code, Alert._base_manager.count()) == (200, 1)


def test_danger_told_after_the_rest_reaches_a_person_until_somebody_ended_it(
    tablet: Client, world: World, asking: Asking, signed_in: Callable[[Cast], Client],
    at: Callable[[Any], None],
) -> None:  # fmt: skip
    fill(tablet, [1])
    at(NOON + timedelta(minutes=20))
    told = tablet.post("/here/9/", {"a": "3", "item": "item_9"})
    assert told.status_code == 200
    for words in ("sent to the on-call team at 12:20", "the rest was not kept", 'href="tel:999"'):
        assert words in told.content.decode()
    assert json.loads(Asking._base_manager.get(pk=asking.pk).draft) == {"item_1": 1}
    assert BACK in text(tablet, "/here/9/")  # it opens nothing all the same

    signed_in(world.asha).post(page_of(world, asking))  # on another device
    ended = tablet.post("/here/9/", {"a": "3"})
    assert (ended.status_code, b"nobody has been told" in ended.content) == (404, True)


def test_staff_take_it_back_with_password_and_second_factor_and_not_before(
    tablet: Client, world: World
) -> None:
    hana = Account.objects.get(pk=world.hana.account.pk)
    secret = staff_with_app(Cast(world, hana, world.hana.person, world.hana.practitioner))
    first = tablet.post("/account/login/", {"login": hana.email, "password": PASSWORD})
    assert first["Location"] == "/account/2fa/authenticate/"
    assert tablet.get("/work/")["Location"] == "/here/"
    tablet.post("/account/2fa/authenticate/", {"code": "000000"})
    assert tablet.get("/work/")["Location"] == "/here/"

    tablet.post("/account/2fa/authenticate/", {"code": code_of(secret)})

    assert tablet.get("/work/").status_code == 200
    assert tablet.get("/here/1/")["Location"] == "/"
    assert not LinkToken._base_manager.filter(purpose="here", ended_at=None).exists()
    assert AuditEvent.objects.filter(word="access.device_taken_back").count() == 1


def test_somebody_of_the_family_does_not_sign_in_on_it(tablet: Client, world: World) -> None:
    account = Account.objects.get(pk=world.noor.account.pk)
    account.set_password(PASSWORD)
    account.save()
    answer = tablet.post("/account/login/", {"login": account.email, "password": PASSWORD})
    assert answer["Location"] == "/here/"
    assert tablet.get("/circle/")["Location"] == "/here/"


def test_leaving_ends_it_on_the_server_and_shows_nothing_of_the_visit(
    tablet: Client, asking: Asking
) -> None:
    fill(tablet, [1, 2])
    away = tablet.get("/leave/")
    assert "cookies" in away["Clear-Site-Data"]
    assert Asking._base_manager.get(pk=asking.pk).left_at == NOON
    assert not LinkToken._base_manager.filter(purpose="here", ended_at=None).exists()
    for where in ("/here/", "/here/2/", "/here/help/"):
        assert tablet.get(where)["Location"] == "/"


def test_a_code_opens_the_form_once_on_a_device_where_nobody_signs_in(
    world: World, asking: Asking, signed_in: Callable[[Cast], Client], at: Callable[[Any], None]
) -> None:
    asha, desk = signed_in(world.asha), Client()
    shown = asha.post(page_of(world, asking, "device/code")).content.decode()
    [code] = re.findall(r'<bdi class="num">([0-9A-Z-]{9})</bdi>', shown)
    assert asha.get("/work/").status_code == 200
    assert desk.post("/here/code/", {"code": "AAAA-AAAA"}).status_code == 400
    assert desk.post("/here/code/", {"code": code.lower()})["Location"] == "/here/"
    assert desk.get("/here/1/").status_code == 200
    assert desk.get("/work/")["Location"] == "/here/"
    assert Client().post("/here/code/", {"code": code}).status_code == 400

    late = one_person.make_code(asking=asking, by=world.asha.reader, at=NOON)
    at(NOON + timedelta(minutes=16))
    assert Client().post("/here/code/", {"code": late}).status_code == 400
    guesser = Client()
    for number in range(10):
        guesser.post("/here/code/", {"code": f"ABCD-{number}"})
    assert guesser.post("/here/code/", {"code": "ABCD-EFGH"}).status_code == 429


def test_newest_device_counts_and_what_a_person_asks_is_not_handed_out(
    tablet: Client, world: World, asking: Asking, signed_in: Callable[[Cast], Client]
) -> None:
    asha = signed_in(world.asha)
    asha.post(page_of(world, asking))
    assert asha.get("/here/1/").status_code == 200
    assert BACK in text(tablet, "/here/1/")

    screen = ask(world, "asq")
    again = signed_in(world.asha)
    for page in ("device", "device/code"):
        assert again.post(page_of(world, screen, page)).status_code == 302
    assert again.get("/work/").status_code == 200
    assert LinkToken._base_manager.filter(target=screen.pk).count() == 0


def test_who_has_no_part_hands_nothing_out_and_a_stranger_is_led_to_the_start(
    world: World, asking: Asking, signed_in: Callable[[Cast], Client]
) -> None:
    for cast in (world.bo, world.noor, world.hana):
        browser = signed_in(cast)
        for page in ("device", "device/code"):
            assert browser.post(page_of(world, asking, page)).status_code == 404
        assert browser.get("/home/").status_code == 302
    stranger = Client()
    assert grade(stranger.get("/here/code/").content.decode()) <= 6
    for where in ("/here/", "/here/form/", "/here/1/", "/here/check/", "/here/help/"):
        assert stranger.get(where)["Location"] == "/"
    assert stranger.post("/here/1/", {"a": "1"}).status_code == 404
    assert LinkToken._base_manager.filter(purpose__startswith="here").count() == 0
