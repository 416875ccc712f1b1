"""When and how one is reached, in a real browser: said on a small phone, without script."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOTS = os.environ.get("SHOTS", "")  # a folder: keep a picture of each page there


def furnish() -> dict[str, str]:
    """Noor in Sam's circle, and Sam, who came in: each with a number for the evening."""
    from alongside.people import actions as people
    from alongside.records import clock
    from tests.factories import make_world

    at = clock.now() - timedelta(minutes=30)
    world = make_world(at=at)
    world.engage_sam()
    hours = {"safe_from": time(18), "safe_to": time(20), "texts": True}
    for person in (world.noor.person, world.sam):
        people.add_contact(
            person=person, circle=world.circle, value="07700 900555", by=world.asha.reader, at=at,
            **hours,
        )  # fmt: skip
    return {
        "circle": str(world.circle.pk), "case": str(world.case.pk),
        "noor": str(world.noor.person.pk),
    }  # fmt: skip


def just_in(email: str) -> dict[str, str]:
    """Sign somebody in now: such a change asks for it."""
    from importlib import import_module

    from django.conf import settings

    from alongside.access import sessions
    from alongside.records import clock
    from tests.harness.inside import session_of

    cookie = session_of(email=email)
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookie["value"])
    sessions.begin(session, clock.now())
    session.save()
    return cookie


def test_the_hours_and_another_number_are_said_on_a_small_phone_without_script(
    page_for: Any, served: Any, axe: Callable[[Any], None]
) -> None:
    here = served.call(furnish)
    for email, start in (
        ("noor@example.org", f"/circle/{here['circle']}/told/"),
        ("sam@example.org", "/me/record/"),
    ):
        door = email.partition("@")[0]
        cookie = {**served.call(just_in, email=email), "url": served.url}
        page = page_for(390, dark=True, signed_in=cookie, javascript=False)
        page.goto(start)
        page.locator("a[href$='/reach/']").click()
        page.locator("a[href*='/reach/']", has_text="+447700900555").click()
        page.get_by_label("Safe from").fill("09:00")
        page.get_by_label("Safe until").fill("11:00")
        page.get_by_role("button", name="Save").click()
        assert "only from 09:00 to 11:00" in page.locator("main").inner_text()
        page.get_by_role("link", name="Give us another number or address").click()
        page.get_by_label("Another number or address of yours").fill("12")
        page.get_by_role("button", name="Save").click()
        assert "That is no phone number." in page.locator("main").inner_text()
        page.get_by_label("Another number or address of yours").fill("07700 900777")
        page.get_by_role("button", name="Save").click()
        assert "+447700900777" in page.locator("main").inner_text()
        listed = page.url
        change = page.locator("a[href*='/reach/']", has_text="+447700900555").get_attribute("href")
        for width, dark in ((390, True), (1280, False)):
            page = page_for(width, dark=dark, signed_in=cookie)
            for name, address in (("list", listed), ("change", change), ("ask", f"{listed}ask/")):
                page.goto(address)
                assert page.evaluate(OVERFLOW) <= 0, (name, width)
                if SHOTS:
                    page.screenshot(path=f"{SHOTS}/{door}-{name}-{width}.png", full_page=True)
                if width == 1280:
                    axe(page)
    page = page_for(390, signed_in=served.session_of("asha@example.org"), javascript=False)
    page.goto(f"/work/cases/{here['case']}/reach/{here['noor']}/")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/asha-390.png", full_page=True)
    assert page.evaluate(OVERFLOW) <= 0
    page.get_by_role("button", name="Use it from now on").click()
    assert "only from" not in page.locator("main").inner_text()
    assert "+447700900777" in page.locator("main").inner_text()
