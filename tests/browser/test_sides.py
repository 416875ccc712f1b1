"""More than one side, in a real browser: written down on a small phone, without script."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOTS = os.environ.get("SHOTS", "")  # a folder: keep a picture of each page there


def furnish() -> dict[str, str]:
    """Sam's circle with a meeting in preparation; Noor, who told us, was spoken to alone."""
    from alongside.records import clock
    from tests.factories import make_world
    from tests.factories.care import proposed, spoken_to
    from tests.factories.meetings import begun

    world = make_world(at=clock.now() - timedelta(minutes=30))
    spoken_to(world, world.noor.person, "")
    persons = [world.noor.person, world.teo.person]
    proposed(world, "planned_meeting", variant="arise", sessions_planned=None, persons=persons)
    begun(world)
    return {"case": str(world.case.pk), "teo": str(world.teo.person.pk)}


def test_a_talk_alone_is_written_down_on_a_small_phone_without_script(
    page_for: Any, served: Any, axe: Callable[[Any], None]
) -> None:
    here = served.call(furnish)
    case = f"/work/cases/{here['case']}/"
    side = f"{case}circle/sides/{here['teo']}/"
    asha = served.session_of("asha@example.org")
    for width, dark in (
        (320, True),
        (1280, False),
        *([(390, False), (1280, True)] if SHOTS else []),
    ):
        page = page_for(width, dark=dark, signed_in=asha, javascript=width != 320)
        for name, address in (
            ("circle", f"{case}circle/"), ("side", side), ("meeting", f"{case}meeting/"),
            ("plan", f"{case}plan/"), ("case", case),
        ):  # fmt: skip
            if name not in ("circle", "side") and not SHOTS:
                continue
            page.goto(address)
            assert page.evaluate(OVERFLOW) <= 0, (name, width)
            if SHOTS:
                page.screenshot(path=f"{SHOTS}/{name}-{width}-{dark}.png", full_page=True)
        if width == 1280:
            page.goto(side)
            axe(page)
            page.goto(f"{case}circle/")
            axe(page)
    page = page_for(320, signed_in=asha, javascript=False)
    page.goto(f"{case}circle/")
    assert "Spoken to alone: 1 of 2." in page.locator("main").inner_text()
    page.get_by_role("link", name="Write down a talk").click()
    page.get_by_label("Who proposed them").select_option("lead")
    page.get_by_label("How", exact=True).select_option("phone")
    page.get_by_role("button", name="Save").click()
    assert "Say on which day you spoke" in page.locator("main").inner_text()
    page.get_by_label("Spoken to alone on").fill(page.evaluate("new Date().toISOString()")[:10])
    page.get_by_role("button", name="Save").click()
    assert "Spoken to alone: 2 of 2." in page.locator("main").inner_text()
