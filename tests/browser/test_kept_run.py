"""The live run sheet without network: led from a phone on its side, sent when it is back (M5)."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_kept_plan import KEPT, NOWHERE, OVERFLOW, PIN, is_signed_out
from tests.browser.test_meeting_live import furnish, kept

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

SHOTS = os.environ.get("SHOTS", "")  # a folder: keep a picture of each page there


def alerts(*, circle: str) -> list[str]:
    """The alerts of the circle, as the service has them."""
    from alongside.crisis.models import Alert

    rows = Alert._base_manager.filter(circle=circle).order_by("raised_at")
    return [row.rule.partition("@")[0] for row in rows]


@pytest.fixture(scope="module")
def here(served: Any) -> dict[str, str]:
    found: dict[str, str] = served.call(furnish)
    return found


def take_along(page: Any, case: str) -> None:
    page.goto(f"/work/cases/{case}/meeting/live/")
    page.get_by_role("link", name="Without network").click()
    page.get_by_label("A PIN of six numbers").fill(PIN)
    page.get_by_label("The same PIN again").fill(PIN)
    page.get_by_role("button", name="Keep it on this phone").click()
    expect(page.get_by_text("It is kept on this phone now.")).to_be_visible()


def open_it(page: Any) -> None:
    page.get_by_label("Your PIN").fill(PIN)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="At hand")).to_be_visible()


def stands(page: Any, panel: str) -> None:
    """The panel that is now, once what was noted before is read."""
    now = page.locator("[data-panel]:not([hidden])")
    expect(now).to_have_attribute("data-panel", panel)


def look(page: Any, axe: Callable[..., None], name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png")
    assert page.evaluate(OVERFLOW) <= 0
    axe(page)


def test_a_meeting_is_led_from_a_page_that_was_closed_without_network_and_all_of_it_is_sent(
    page_for: Any, axe: Callable[..., None], served: Any, here: dict[str, str]
) -> None:
    page = page_for(844, signed_in=served.session_of("asha@example.org"))
    page.set_viewport_size({"width": 844, "height": 390})
    take_along(page, here["case"])
    look(page, axe, "run-offer")

    page.context.clear_cookies()  # the session is long over
    with served.without_network(page):
        page.goto("/work/")  # the phone was locked, and the page is gone
        open_it(page)
        stands(page, "step-1")
        look(page, axe, "run-open")
        page.get_by_role("button", name="Done, go on").click()
        page.get_by_role("button", name="Take a break").click()
        expect(page.locator("[data-told]")).to_contain_text("2 presses wait on this phone")

        page.goto("/work/kept/?in=en")  # closed and opened again: nothing pressed is lost
        open_it(page)
        stands(page, "pause")
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Stop the meeting").click()
        expect(page.get_by_role("link", name="Emergency 999").first).to_be_visible()
        page.get_by_role("button", name="Somebody spoke of dying").click()
        look(page, axe, "run-stopped")
        assert served.call(kept, case=here["case"]) == ["begin 0"]

    expect(page.locator("[data-told]")).to_contain_text("Sent")
    expected = ["begin 0", "done 1", "pause 0", "go_on 0", "stop 0", "stop 0"]
    assert served.call(kept, case=here["case"]) == expected
    assert "meeting_run_dying" in served.call(alerts, circle=here["circle"])
    page.goto("/work/kept/?in=en")
    open_it(page)
    stands(page, "stopped")


def test_presses_go_out_before_signing_out_and_then_nothing_is_left(
    page_for: Any, served: Any, here: dict[str, str]
) -> None:
    page = page_for(390, signed_in=served.session_of("asha@example.org"))
    take_along(page, here["case"])
    before = len(served.call(kept, case=here["case"]))
    page.goto("/work/kept/?in=en")
    open_it(page)
    with served.without_network(page):
        page.get_by_role("button", name="The stop word was said").click()
        expect(page.locator("[data-told]")).to_contain_text("1 presses wait")
        page.get_by_role("button", name="Take it off this phone").click()
        expect(page.get_by_text("Not sent yet: 1.")).to_be_visible()
    page.goto("/account/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(is_signed_out)
    assert len(served.call(kept, case=here["case"])) == before + 1
    page.goto("/work/kept/?in=en")
    expect(page.get_by_text("Nothing is kept on this phone.")).to_be_visible()
    assert page.evaluate(KEPT) == 0


def test_leaving_takes_it_along_also_without_network(
    page_for: Any, served: Any, here: dict[str, str]
) -> None:
    page = page_for(390, signed_in=served.session_of("asha@example.org"))
    take_along(page, here["case"])
    page.goto("/work/kept/?in=en")
    open_it(page)
    with served.without_network(page):
        page.get_by_role("link", name="Leave this page").last.click()
        expect(page).to_have_url(NOWHERE)
    page.goto("/work/kept/?in=en")
    expect(page.get_by_text("Nothing is kept on this phone.")).to_be_visible()
    assert page.evaluate(KEPT) == 0
