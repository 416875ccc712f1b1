"""My plan without network: behind a PIN in one browser, gone with every way out of it (M5)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
KEPT = "indexedDB.databases().then((all) => all.length)"
PIN = "402913"
NOWHERE = re.compile("^chrome-error:")  # where leaving leads without network
SHOTS = os.environ.get("SHOTS", "")  # a folder: keep a picture of each page there


def furnish() -> None:
    """Sam came in and wrote a plan; run inside the served house."""
    from alongside.records import clock
    from tests.factories import make_world
    from tests.rooms.test_safety_plan import save

    now = clock.now()
    world = make_world(at=now - timedelta(minutes=30))
    sam = world.engage_sam()
    world.at(now)
    save(world, sam.reader)


@pytest.fixture(scope="module")
def here(served: Any) -> None:
    served.call(furnish)


def is_signed_out(address: str) -> bool:
    """Signing out has led away."""
    return "/account/" not in address


def look(page: Any, axe: Callable[..., None], name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    assert page.evaluate(OVERFLOW) <= 0
    axe(page)


def keep(page: Any) -> None:
    page.goto("/me/safety/copy/")
    page.get_by_label("A PIN of six numbers").fill(PIN)
    page.get_by_label("The same PIN again").fill(PIN)
    page.get_by_role("button", name="Keep it on this phone").click()
    expect(page.get_by_text("It is kept on this phone now.")).to_be_visible()


def opened(page: Any, pin: str) -> Any:
    """Type a PIN with the keyboard alone, and look for a line of the plan."""
    page.get_by_label("Your PIN").focus()
    page.keyboard.type(pin)
    page.keyboard.press("Enter")
    return expect(page.get_by_text("Cold water on my face."))


def test_the_plan_opens_without_network_behind_its_pin_and_leaving_takes_it_along(
    page_for: Any, axe: Callable[..., None], served: Any, here: None
) -> None:
    page = page_for(390, dark=True, signed_in=served.session_of("sam@example.org"))
    page.goto("/me/safety/copy/")
    expect(page.get_by_role("heading", name="Behind a PIN")).to_be_visible()
    assert page.evaluate(KEPT) == 0
    look(page, axe, "offer")
    keep(page)
    look(page, axe, "kept")

    page.context.clear_cookies()  # the session is long over
    with served.without_network(page):
        page.goto("/me/")
        opened(page, "402914").not_to_be_visible()
        expect(page.get_by_text("That PIN is not right. Tries left: 9.")).to_be_visible()
        look(page, axe, "closed")
        opened(page, PIN).to_be_visible()
        expect(page.get_by_role("link", name="Noor, my sister")).to_be_visible()
        look(page, axe, "open")
        page.reload()
        expect(page.get_by_text("Cold water on my face.")).to_have_count(0)

        page.get_by_role("link", name="Leave this page").last.click()
        expect(page.get_by_text("Your PIN")).to_have_count(0)
        expect(page).to_have_url(NOWHERE)  # where it goes is not there now
    page.goto("/me/kept/")
    expect(page.get_by_text("Nothing is kept on this phone.")).to_be_visible()
    assert page.evaluate(KEPT) == 0
    assert page.evaluate("caches.keys().then((all) => all.length)") == 0


def test_it_goes_when_the_person_takes_it_back_elsewhere_signs_out_or_types_wrong_too_often(
    page_for: Any, served: Any, here: None
) -> None:
    session = served.session_of("sam@example.org")
    phone, other = page_for(390, signed_in=session), page_for(signed_in=session)
    keep(phone)
    other.goto("/me/safety/copy/")
    other.get_by_role("button", name="Take it off every phone").click()
    expect(other.get_by_text("Every phone forgets it")).to_be_visible()
    phone.goto("/me/kept/")
    expect(phone.get_by_text("It is gone from this phone.")).to_be_visible()
    assert phone.evaluate(KEPT) == 0

    keep(phone)
    phone.goto("/me/kept/")
    for left in range(9, 0, -1):
        opened(phone, "111111").not_to_be_visible()
        expect(phone.get_by_text(f"Tries left: {left}.")).to_be_visible()
    opened(phone, "111111").not_to_be_visible()
    expect(phone.get_by_text("It is gone from this phone.")).to_be_visible()

    keep(phone)
    phone.goto("/account/logout/")
    phone.get_by_role("button", name="Sign out").click()
    phone.wait_for_url(is_signed_out)
    phone.goto("/me/kept/")
    expect(phone.get_by_text("Nothing is kept on this phone.")).to_be_visible()
    assert phone.evaluate(KEPT) == 0


def test_without_script_only_the_file_is_offered(page_for: Any, served: Any, here: None) -> None:
    page = page_for(javascript=False, signed_in=served.session_of("sam@example.org"))
    page.goto("/me/safety/copy/")
    expect(page.get_by_role("button", name="Save the file")).to_be_visible()
    expect(page.get_by_role("heading", name="Behind a PIN")).not_to_be_visible()
    page.goto("/me/kept/")
    expect(page.get_by_text("This page needs script.")).to_be_visible()
