"""Coming in with a real browser: a passkey of a virtual device, under the real content policy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.harness.browser import check_looks

pytestmark = pytest.mark.browser

PASSWORD = "an old boat on a quiet loch"


def make_house() -> None:
    """A house whose manager has a password and nothing else yet."""
    from alongside.access.models import Account
    from tests.conftest import NOON
    from tests.factories import make_world

    make_world(at=NOON)
    account = Account.objects.get(email="grace@example.org")
    account.set_password(PASSWORD)
    account.save()


@pytest.fixture(scope="module")
def house(served: Any) -> str:
    """The address of a served house by name: a passkey belongs to a name, never to a number."""
    served.call(make_house)
    return f"http://localhost:{served.port}"


def device(page: Any) -> None:
    """A phone that says yes: a virtual authenticator of the browser."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_in_by_password(page: Any) -> None:
    page.set_default_timeout(30_000)  # a password is slow to check, on purpose
    page.goto("/account/login/")
    page.get_by_label("Your e-mail address at work").fill("grace@example.org")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_staff_add_a_passkey_come_in_with_it_alone_and_are_told_when_one_is_refused(
    page_for: Callable[..., Any], house: str
) -> None:
    """The second step is set up first; the passkey then is enough, and any script error fails."""
    page = page_for(base_url=house)
    device(page)
    sign_in_by_password(page)
    page.wait_for_url("**/account/2fa/totp/activate/")
    page.goto("/account/2fa/webauthn/add/")
    page.get_by_label("A name for it").fill("My phone")
    assert page.get_by_label("Sign in with this alone").is_checked()
    page.get_by_role("button", name="Add it").click()
    page.wait_for_url("**/account/2fa/recovery-codes/")
    assert page.get_by_role("listitem").count() >= 10

    page.goto("/account/2fa/webauthn/")
    assert page.get_by_text("My phone").is_visible()
    page.goto("/account/2fa/")
    with page.expect_navigation():  # a click is over before its page is there
        page.get_by_role("button", name="Sign out").click()
    page.goto("/office/")
    page.wait_for_url(re.compile(r"/account/login/"))
    page.get_by_role("button", name="Use my passkey").click()
    page.wait_for_url("**/office/")
    assert page.get_by_role("heading", level=1).inner_text() == "Lothian Family Help"

    # As a second step, from another browser; and refused.
    page = page_for(base_url=house)
    sign_in_by_password(page)
    page.wait_for_url("**/account/2fa/authenticate/")
    device(page)  # another device, which does not know this account
    page.get_by_role("button", name="Use my passkey").click()
    failed = page.get_by_text("The passkey did not work.")
    failed.wait_for()
    assert failed.is_visible()


@pytest.mark.sqlite
def test_the_way_in_can_be_read_by_everyone(page_for: Callable[..., Any], house: str) -> None:
    page = page_for(base_url=house)
    for path in (
        "/account/login/code/", "/account/login/", "/account/password/reset/", "/no/such/page/",
    ):  # fmt: skip
        page.goto(path)
        check_looks(page, [(1280, "light"), (390, "dark"), (320, "light")])


@pytest.mark.sqlite
def test_pages_of_the_office_can_be_read_by_everyone(
    page_for: Callable[..., Any], served: Any, house: str
) -> None:
    cookie = {**served.session_of("grace@example.org"), "url": house}
    page = page_for(base_url=house, signed_in=cookie)
    for path in (
        "/office/",
        "/office/people/",
        "/office/people/new/",
        "/office/services/",
        "/office/services/new/",
        "/office/lines/",
        "/account/2fa/",
        "/account/sessions/",
    ):
        page.goto(path)
        assert page.url.endswith(path), page.url
        check_looks(page, [(1280, "light"), (320, "dark")])


def test_the_way_in_works_without_a_script(page_for: Callable[..., Any], house: str) -> None:
    """No puzzle and no script; the passkey, which needs one, is not offered then."""
    page = page_for(390, base_url=house, javascript=False)
    page.goto("/account/login/code/")
    assert not page.locator("#passkey_login").is_visible()
    page.get_by_label("Your e-mail address").fill("noor@example.org")
    page.get_by_role("button", name="Send me the numbers").click()
    expect(page.get_by_role("heading", name="Type the six numbers")).to_be_visible()
