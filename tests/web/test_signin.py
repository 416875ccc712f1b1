"""Coming in: numbers by mail for family and person, password and second step for staff."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.totp.internal.auth import yield_hotp_counters_from_time as counters
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from alongside.access import first_run
from alongside.access.models import Account, KeptForm
from alongside.people.models import Institution
from alongside.records.models import AuditEvent
from tests.conftest import NOON
from tests.factories import Cast, World

CODE = "/account/login/code/"
CONFIRM = "/account/login/code/confirm/"
LOGIN = "/account/login/"
PASSWORD = "an old boat on a quiet loch"


@pytest.fixture(autouse=True)
def as_in_service(settings: Any) -> None:
    """Mail leaves by our own door, and tries counted in one test are not another's."""
    settings.EMAIL_BACKEND = "alongside.notify.mail.Backend"
    cache.clear()


def staff_with_app(cast: Cast) -> str:
    """Give somebody of the staff a password and an app; return the app's secret."""
    from allauth.core import context
    from allauth.mfa.totp.internal.auth import generate_totp_secret
    from django.test import RequestFactory

    cast.account.set_password(PASSWORD)
    cast.account.save()
    secret = generate_totp_secret()
    with context.request_context(RequestFactory().get("/")):
        TOTP.activate(cast.account, secret)
    return str(secret)


def code_of(secret: str) -> str:
    now = list(counters())
    return str(format_hotp_value(hotp_value(secret, now[len(now) // 2])))


def test_family_comes_in_by_six_numbers_in_a_mail_that_tells_nothing(world, mailbox, client):
    """M6: no name, no programme, no topic; the numbers work once."""
    answer = client.post(CODE, {"email": "noor@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    letter = mailbox.wait_for(1)[0]
    assert letter.subject == "Your numbers"
    for word in ("Alongside", "Sam", "Noor", "Lothian", "circle", "help"):
        assert word.lower() not in letter.text.lower()
    code = re.search(r"\b(\d{6})\b", letter.text).group(1)

    answer = client.post(CONFIRM, {"code": code})
    assert (answer.status_code, answer["Location"]) == (302, "/home/")
    assert client.get("/home/")["Location"] == "/circle/"

    again = Client()
    again.post(CODE, {"email": "noor@example.org"})
    assert again.post(CONFIRM, {"code": code}).status_code == 200


def test_an_address_we_do_not_know_gets_the_same_answer_and_no_mail(world, mailbox):
    """M3: the same pages, byte for byte, for an address with an account and one without."""

    def asked(email: str) -> tuple[Any, ...]:
        browser = Client()
        first = browser.post(CODE, {"email": email})
        second = browser.get(CONFIRM)
        wrong = browser.post(CONFIRM, {"code": "000001"})
        return (
            first.status_code,
            first["Location"],
            second.status_code,
            without_tokens(second.content),
            wrong.status_code,
            without_tokens(wrong.content),
            sorted(dict(wrong.items())),
        )

    assert asked("noor@example.org") == asked("nobody@example.org")
    mailbox.wait_for(1)
    time.sleep(0.2)
    assert {to for letter in mailbox.messages for to in letter.recipients} == {"noor@example.org"}


def test_the_answer_does_not_wait_for_the_mail_server(world, mailbox, client):
    """M3: a known address takes no longer than an unknown one, however slow the mail is."""
    mailbox.delay(3)
    began = time.monotonic()
    client.post(CODE, {"email": "noor@example.org"})
    assert time.monotonic() - began < 1.5


def test_three_wrong_numbers_end_the_try(world, mailbox, client):
    client.post(CODE, {"email": "noor@example.org"})
    mailbox.wait_for(1)
    assert client.post(CONFIRM, {"code": "000000"}).status_code == 200
    assert client.post(CONFIRM, {"code": "000000"}).status_code == 200
    assert client.post(CONFIRM, {"code": "000000"})["Location"] == CODE
    assert client.get(CONFIRM)["Location"].startswith(CODE)


def test_staff_get_no_numbers_by_mail(world, mailbox, client):
    client.post(CODE, {"email": "grace@example.org"})
    assert re.search(r"\d{6}", mailbox.wait_for(1)[0].text) is None


def test_staff_come_in_by_password_and_the_code_of_their_app(world, grace, client):
    secret = staff_with_app(grace)
    answer = client.post(LOGIN, {"login": "grace@example.org", "password": PASSWORD})
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert client.get("/office/")["Location"].startswith(LOGIN)

    wrong = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert b"That code is over" in wrong.content

    answer = client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/home/")
    assert client.get("/home/")["Location"] == "/office/"


def test_staff_set_up_their_second_step_before_anything_else(world, grace):
    grace.account.set_password(PASSWORD)
    grace.account.save()
    browser = Client()
    browser.post(LOGIN, {"login": "grace@example.org", "password": PASSWORD})
    assert browser.get("/office/")["Location"] == "/account/2fa/totp/activate/"
    page = browser.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    answer = browser.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    assert answer["Location"] == "/account/2fa/recovery-codes/"
    codes = browser.get("/account/2fa/recovery-codes/")
    assert len(codes.context["unused_codes"]) == 10
    assert browser.get("/office/").status_code == 200


def test_the_secret_of_an_app_is_sealed_in_the_database(world, grace):
    secret = staff_with_app(grace)
    row = Authenticator.objects.get(user=grace.account, type="totp")
    assert secret not in str(row.data)


def test_a_recovery_code_works_once(world, grace):
    from allauth.core import context
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from django.test import RequestFactory

    staff_with_app(grace)
    with context.request_context(RequestFactory().get("/")):
        code = RecoveryCodes.activate(grace.account).get_unused_codes()[0]

    def tries() -> int:
        browser = Client()
        browser.post(LOGIN, {"login": "grace@example.org", "password": PASSWORD})
        return browser.post("/account/2fa/authenticate/", {"code": code}).status_code

    assert (tries(), tries()) == (302, 200)


def test_five_wrong_passwords_lock_that_account_from_that_place_only(world, grace):
    staff_with_app(grace)
    here, elsewhere = Client(REMOTE_ADDR="192.0.2.1"), Client(REMOTE_ADDR="192.0.2.2")
    wrong = {"login": "grace@example.org", "password": "not this one at all"}
    for _ in range(4):
        assert here.post(LOGIN, wrong).status_code == 200
    locked = here.post(LOGIN, wrong)
    assert locked.status_code == 429
    assert "Too many tries" in locked.content.decode()
    right = {"login": "grace@example.org", "password": PASSWORD}
    assert here.post(LOGIN, right).status_code == 429
    assert elsewhere.post(LOGIN, right).status_code == 302


def test_five_wrong_codes_of_an_app_lock_too(world, grace):
    secret = staff_with_app(grace)
    browser = Client(REMOTE_ADDR="192.0.2.3")
    browser.post(LOGIN, {"login": "grace@example.org", "password": PASSWORD})
    for _ in range(5):
        browser.post("/account/2fa/authenticate/", {"code": "000000"})
    answer = browser.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.status_code in {200, 429}
    assert browser.get("/office/").status_code == 302


def test_nobody_signs_up_or_changes_an_address_by_themself(world, signed_in, noor):
    for browser in (Client(), signed_in(noor)):
        for path in ("/account/signup/", "/account/email/", "/account/confirm-email/"):
            assert browser.get(path).status_code == 404
            assert browser.post(path, {"email": "x@example.org"}).status_code == 404


def test_rest_ends_the_session_of_family_after_10_minutes_and_of_staff_after_15(
    world, signed_in, noor, grace, at
):
    family, staff = signed_in(noor), signed_in(grace)
    page = "/account/2fa/"
    assert (family.get(page).status_code, staff.get(page).status_code) == (200, 200)
    at(NOON + timedelta(minutes=10))
    assert family.get(page).status_code == 200
    at(NOON + timedelta(minutes=15))
    assert staff.get(page).status_code == 200
    at(NOON + timedelta(minutes=20, seconds=1))
    assert family.get(page)["Location"].startswith(CODE)
    at(NOON + timedelta(minutes=30, seconds=1))
    assert staff.get("/office/")["Location"].startswith(LOGIN)


def test_the_cookies_go_with_the_browser_and_pages_are_not_kept(world, signed_in, noor):
    """M5: no lifetime on the session cookie; nothing of a page stays in a cache."""
    browser = signed_in(noor)
    page = browser.get("/account/2fa/")
    assert "no-store" in page["Cache-Control"]
    assert page.cookies["s"]["max-age"] == ""
    assert page.cookies["s"]["expires"] == ""
    assert page.cookies["c"]["max-age"] == ""
    assert page["Referrer-Policy"] == "same-origin"


def test_a_form_sent_after_a_long_rest_is_sealed_and_offered_to_the_same_account(
    world, signed_in, grace_and_office, at
):
    """M5: nothing typed is lost, and nobody else can read it."""
    browser, cast = grace_and_office
    path = "/office/services/new/"
    browser.get(path)
    at(NOON + timedelta(minutes=16))
    answer = browser.post(path, {"name": "A service by the sea", "setting": "community"})
    assert answer["Location"] == LOGIN
    kept = KeptForm._base_manager.get(account=cast.account)
    assert "by the sea" not in kept.body

    assert signed_in(world.asha).get("/account/kept/")["Location"] == "/home/"
    browser = signed_in(cast)
    assert browser.get("/home/")["Location"] == "/account/kept/"
    page = browser.get("/account/kept/").content.decode()
    assert "A service by the sea" in page
    assert browser.post(path, {"name": "A service by the sea", "setting": "community"})
    assert not KeptForm._base_manager.exists()


def test_a_form_of_a_session_the_server_ended_is_kept_too(world, grace_and_office):
    browser, cast = grace_and_office
    browser.get("/office/")
    Session.objects.update(expire_date=NOON - timedelta(days=1))
    browser.post("/office/services/new/", {"name": "A service by the sea"})
    assert KeptForm._base_manager.filter(account=cast.account).count() == 1


def test_signing_in_and_out_is_written_down(world, mailbox, client):
    client.post(CODE, {"email": "noor@example.org"})
    code = re.search(r"\b(\d{6})\b", mailbox.wait_for(1)[0].text).group(1)
    client.post(CONFIRM, {"code": code})
    client.post("/account/logout/")
    words = list(
        AuditEvent.objects.filter(
            account=world.noor.account.pk, word__startswith="access.account_s"
        )
        .order_by("at", "id")
        .values_list("word", flat=True)
    )
    assert sorted(words) == ["access.account_signed_in", "access.account_signed_out"]


def test_the_list_of_sessions_ends_the_others(world, grace):
    secret, page = staff_with_app(grace), "/account/sessions/"
    browsers = []
    for agent in ("Mozilla/5.0 (Linux; Android 16) Firefox/143.0", "Mozilla/5.0 (Windows) Edg/141"):
        browser = Client(HTTP_USER_AGENT=agent)
        browser.post(LOGIN, {"login": "grace@example.org", "password": PASSWORD})
        cache.clear()  # the same numbers twice in half a minute would be refused
        browser.post("/account/2fa/authenticate/", {"code": code_of(secret)})
        browsers.append(browser)
    one, other = browsers
    shown = one.get(page).content.decode()
    assert "Firefox on Android" in shown
    assert "Edge on Windows" in shown
    assert one.post(page).status_code == 302
    assert other.get(page).status_code == 302
    assert one.get(page).status_code == 200


def test_an_account_that_lost_every_role_sees_that_there_is_nothing(world, signed_in, noor):
    from alongside.access import actions
    from alongside.access.models import Relationship

    browser = signed_in(noor)
    actions.end_relationship(
        relationship=Relationship._base_manager.get(account=noor.account, role="concerned"),
        because="asked", by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert browser.get("/home/")["Location"].startswith(CODE)  # sessions ended with the role
    again = signed_in(noor).get("/home/")
    assert again.status_code == 200
    assert "There is nothing here for you now" in again.content.decode()


def test_who_left_gets_no_numbers_like_somebody_nobody_knows(world, noor, mailbox):
    from alongside.access import actions

    actions.end_membership(member=noor.member, because="left", by=noor.reader, at=world.moment)
    addresses = (noor.account.email, "nobody@example.org", world.teo.account.email)
    answers = [Client().post(CODE, {"email": address}) for address in addresses]
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    mailbox.wait_for(1)
    time.sleep(0.2)
    to = {each for letter in mailbox.messages for each in letter.recipients}
    assert to == {world.teo.account.email}


@pytest.mark.parametrize(
    "path",
    [
        LOGIN,
        CODE,
        "/account/password/reset/",
        "/account/password/reset/done/",
        "/account/password/reset/key/done/",
        "/account/inactive/",
    ],
)
def test_every_page_on_the_way_in_opens(world, client, path):
    page = client.get(path)
    assert page.status_code == 200
    assert "<h1>" in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/account/2fa/",
        "/account/2fa/recovery-codes/",
        "/account/2fa/recovery-codes/generate/",
        "/account/2fa/recovery-codes/download/",
        "/account/2fa/totp/deactivate/",
        "/account/2fa/webauthn/",
        "/account/2fa/webauthn/add/",
        "/account/sessions/",
        "/account/password/change/",
        "/account/logout/",
        "/account/reauthenticate/",
        "/account/2fa/reauthenticate/",
    ],
)
def test_every_page_of_ones_own_account_opens(world, grace, client, path):
    from allauth.core import context
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from django.test import RequestFactory

    secret = staff_with_app(grace)
    with context.request_context(RequestFactory().get("/")):
        RecoveryCodes.activate(grace.account)
    client.post(LOGIN, {"login": "grace@example.org", "password": PASSWORD})
    client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert client.get(path).status_code == 200


# -- the first run -------------------------------------------------------------------------------

FILLED = {
    "institution": "Tay Family Help",
    "service": "Tay Family Help",
    "country": "GB",
    "zone": "Europe/London",
    "name": "Ada Orr",
    "email": "ada@example.org",
    "password": PASSWORD,
}


def test_the_first_run_makes_house_service_and_an_account_that_is_admin_and_manager(db, at, client):
    """A11: the printed code opens it once; afterwards the page is not there."""
    at(NOON)
    code = first_run.new_code(NOON)
    assert client.get("/set-up/").status_code == 200
    wrong = client.post("/set-up/", {**FILLED, "code": "AAAA-AAAA-AAAA"})
    assert wrong.status_code == 200
    assert not Institution._base_manager.exists()
    answer = client.post("/set-up/", {**FILLED, "code": code.lower()})
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)

    from alongside.access.readers import reader_for
    from alongside.directory.models import Service

    account = Account.objects.get()
    assert reader_for(account, NOON).roles == {"admin", "manager"}
    assert Service._base_manager.get().name == "Tay Family Help"
    assert client.get("/set-up/").status_code == 404
    assert client.post("/set-up/", {**FILLED, "code": code}).status_code == 404


def test_the_printed_code_is_worn_out_by_guessing(db, at, client):
    at(NOON)
    code = first_run.new_code(NOON)
    for _ in range(10):
        client.post("/set-up/", {**FILLED, "code": "BBBB-BBBB-BBBB"})
    assert client.post("/set-up/", {**FILLED, "code": code}).status_code == 200
    assert not Institution._base_manager.exists()


def test_a_weak_password_is_said_beside_its_field_and_nothing_is_made(db, at, client):
    at(NOON)
    code = first_run.new_code(NOON)
    page = client.post("/set-up/", {**FILLED, "code": code, "password": "short"})
    assert page.status_code == 200
    assert page.context["form"].errors["password"]
    assert not Institution._base_manager.exists()
    assert client.post("/set-up/", {**FILLED, "code": code}).status_code == 302


@pytest.fixture
def grace(world: World) -> Cast:
    return world.grace


@pytest.fixture
def grace_and_office(world: World, signed_in: Any) -> tuple[Client, Cast]:
    return signed_in(world.grace), world.grace


def without_tokens(page: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", page)
