"""A planned meeting in a real browser: led without network, read by all."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from tests.harness.browser import check_looks

pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

SHOTS = os.environ.get("SHOTS", "")  # a folder: keep a picture of each page there
TEXT = (
    "Sam, I remember the sea in June and how you laughed. On Sunday you could not wake up. I was "
    "afraid. You always say it is nothing. Will you take some help today? I will go with you."
)


def furnish() -> dict[str, str]:
    """Sam's circle with a meeting that has begun; run inside the served house."""
    from uuid import uuid4

    from alongside.meetings import actions, boundaries, letters, live, queries
    from alongside.records import clock
    from tests.factories import make_world
    from tests.factories.meetings import fresh, ready

    now = clock.now()
    world = make_world(at=now - timedelta(minutes=30))
    meeting = ready(world)
    noor, asha = {"by": world.noor.through("circle"), "at": world.moment}, world.asha.reader
    letter = letters.begin(meeting=meeting, person=world.noor.person, language="en", **noor)
    letter = letters.save(letter=letter, text=TEXT, expected=letter.version, **noor)
    letters.share(letter=letter, expected=letter.version, **noor)
    limit = boundaries.save(
        meeting=meeting, person=world.noor.person, kind="limit", topic="money",
        words={"happens": "you ask me for money", "will": "say no and make us tea"},
        checks=["mine", "legal", "safe", "children", "ready"], starts_on=None, **noor,
    )  # fmt: skip
    boundaries.share(boundary=limit, read_out=True, expected=limit.version, **noor)
    boundaries.look_at(boundary=limit, went="partly", words="Twice of three.", **noor)
    sheet = boundaries.fill_helping(
        meeting=meeting, person=world.noor.person,
        often={"money": "3", "clean": "2", "quiet": "3", "calm": "2"},
        choices={"money": "change"}, words="The money", **noor,
    )  # fmt: skip
    boundaries.share_helping(sheet=sheet, shared=True, **noor)
    meeting = fresh(world, meeting)
    actions.set_date(
        meeting=meeting, wall=(now + timedelta(days=1)).replace(hour=10, minute=0, tzinfo=None),
        zone="Europe/London", minutes=90, expected=meeting.version, by=asha, at=world.moment,
    )  # fmt: skip
    world.at(now)
    begun = live.Press(uuid4(), "begin", now - timedelta(minutes=4))
    found = queries.live_meeting(seen_by=asha, circle=world.circle.pk)
    assert found is not None
    live.keep(meeting=found, presses=[begun], steps=9, by=world.asha.reader, at=now)
    return {"case": str(world.case.pk), "circle": str(world.circle.pk)}


def kept(*, case: str) -> list[str]:
    """What was pressed, as the service has it."""
    from alongside.meetings.models import RunMark

    rows = RunMark._base_manager.filter(meeting__case=case).order_by("happened_at")
    return [f"{row.word} {row.step}" for row in rows]


@pytest.fixture(scope="module")
def here(served: Any) -> dict[str, str]:
    found: dict[str, str] = served.call(furnish)
    return found


def shown(page: Any) -> str:
    """The panel that is now."""
    return str(page.locator("[data-panel]:not([hidden])").get_attribute("data-panel"))


def test_a_meeting_goes_on_without_network_and_nothing_pressed_is_lost(
    page_for: Any, served: Any, here: dict[str, str]
) -> None:
    page = page_for(844, signed_in=served.session_of("asha@example.org"))
    address = f"/work/cases/{here['case']}/meeting/live/"
    page.goto(address)
    assert shown(page) == "step-1"
    with served.without_network(page):
        page.get_by_role("button", name="Done, go on").click()
        page.get_by_role("button", name="Take a break").click()
        assert shown(page) == "pause"
        page.locator("[data-told]").filter(has_text="2 presses wait").wait_for()
        assert served.call(kept, case=here["case"]) == ["begin 0"]
    page.locator("[data-told]").filter(has_text="Sent at").wait_for()
    expected = ["begin 0", "done 1", "pause 0"]
    assert served.call(kept, case=here["case"]) == expected


def test_the_order_of_the_letters_is_moved_by_dragging_and_by_keyboard(
    page_for: Any, served: Any, here: dict[str, str]
) -> None:
    page = page_for(1280, signed_in=served.session_of("asha@example.org"))
    page.goto(f"/work/cases/{here['case']}/meeting/letters/")
    rows = page.locator("[data-row]")

    def order() -> list[str]:
        return [row.get_attribute("data-row") for row in rows.all()]

    first, second = order()
    with page.expect_navigation():
        rows.nth(1).drag_to(rows.nth(0))
    assert order() == [second, first]
    with page.expect_navigation():
        rows.nth(0).get_by_role("button", name="Later").press("Enter")
    assert order() == [first, second]


@pytest.mark.slow
def test_pages_of_a_meeting_can_be_read_by_everyone(
    page_for: Any, served: Any, here: dict[str, str]
) -> None:
    work, circle = f"/work/cases/{here['case']}/meeting/", f"/circle/{here['circle']}/meeting/"
    pages = {
        "asha@example.org": [
            work + each for each in ("", "live/", "live/keep/", "sheet/", "limits/", "letters/")
        ],
        "noor@example.org": [
            circle + each
            for each in (
                "",
                "letter/",
                "limits/",
                "limits/new/",
                "helping/",
                "helping/fill/",
                "learning/",
                "learning/sudden_stop/",
            )
        ],
    }
    for email, addresses in pages.items():
        page = page_for(signed_in=served.session_of(email))
        for address in addresses:
            page.goto(address)
            page.wait_for_load_state()
            name = f"{email[:4]}-{address.split('meeting/')[1].strip('/').replace('/', '-')}"

            def keep(width: int, page: Any = page, name: str = name) -> None:
                if SHOTS:
                    page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)

            check_looks(page, keep=keep)
