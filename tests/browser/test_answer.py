"""Answering on a phone without script, and the person's pages, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.harness.browser import Look, check_looks

pytestmark = pytest.mark.browser

SHOTS = os.environ.get("SHOTS", "")  # a folder: keep a picture of each page there
MINE = ["", "plan/", "questions/", "change/", "record/", "record/receipts/", "record/looked/"]


def furnish() -> dict[str, str]:
    """Sam's case with a few weeks of answers, and a private link; run inside the served house."""
    from alongside.measures import actions as measures
    from alongside.records import clock
    from tests.factories import care, make_world

    now = clock.now()
    world = make_world(at=now - timedelta(days=40))
    world.engage_sam()
    course = care.course_of(world, care.proposed(world, "cbt"))
    for week, points in enumerate((2, 2, None, 1, 0)):
        world.at(now - timedelta(days=36 - 7 * week))
        if points is not None:
            answers = {f"item_{n}": points for n in range(1, 9)} | {"item_9": 0}
            care.answer(world, world.sam, "phq9", answers)
            continue
        measures.make_asking(
            circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
            days=3, by=world.asha.reader, at=world.moment,
        )  # fmt: skip
    world.at(now)
    asking = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
        by=world.asha.reader, at=now,
    )  # fmt: skip
    return {
        "token": measures.hand_over(asking=asking, by=world.asha.reader, at=now),
        "case": str(world.case.pk),
        "course": str(course.pk),
        "plan": str(course.plan_id),
    }


def another_link(*, asking_of: str) -> str:
    """One more form for Sam, and its link."""
    from alongside.access.models import Account
    from alongside.access.readers import reader_for
    from alongside.cases.queries import cases
    from alongside.measures import actions as measures
    from alongside.records import clock

    now = clock.now()
    asha = reader_for(Account.objects.get(email="asha@example.org"), now)
    circle = cases(seen_by=asha).get(pk=asking_of).circle
    asking = measures.make_asking(
        circle=circle, about=circle.focus, respondent=circle.focus, instrument="phq9", by=asha,
        at=now,
    )  # fmt: skip
    return measures.hand_over(asking=asking, by=asha, at=now)


@pytest.fixture(scope="module")
def here(served: Any) -> dict[str, str]:
    found: dict[str, str] = served.call(furnish)
    return found


def look(page: Any, name: str, looks: Sequence[Look]) -> None:
    def keep(width: int) -> None:
        if SHOTS:
            page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)

    page.wait_for_load_state()
    check_looks(page, looks, keep=keep)


def walk(page: Any, token: str, seen: Callable[[str], None]) -> None:
    """The whole form, with a danger answer that was skipped at first."""
    page.goto(f"/l/{token}", timeout=60_000)  # a worker's first page reads all content
    seen("start")
    page.get_by_role("link", name="Start").click()
    seen("question")
    for _ in range(8):
        page.get_by_label("Several days").check()
        page.get_by_role("button", name="Next").click()
    seen("danger-question")
    page.get_by_role("button", name="Skip this one").click()
    seen("asked-again")
    page.get_by_label("More than half the days").check()
    page.get_by_role("button", name="Next").click()
    assert page.locator("a.first").get_attribute("href") == "tel:999"
    box = page.locator("a.first").bounding_box()
    assert box
    assert box["y"] + box["height"] < 844, "the first number is on the screen without scrolling"
    seen("help")
    page.get_by_role("link", name="Go on with the questions").click()
    page.get_by_label("Somewhat difficult").check()
    page.get_by_role("button", name="Next").click()
    seen("check")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="Thank you. It’s saved.")).to_be_visible()
    seen("thanks")
    assert page.context.cookies() == []
    page.goto(f"/l/{token}/3/")
    expect(page.get_by_role("heading", name="There is nothing to do here")).to_be_visible()
    seen("over")


def test_form_is_answered_without_script_and_without_a_cookie(
    page_for: Any, here: dict[str, str]
) -> None:
    walk(page_for(320, javascript=False), here["token"], lambda name: None)


@pytest.mark.sqlite
@pytest.mark.slow
def test_pages_of_a_form_can_be_read_by_everyone(
    page_for: Any, served: Any, here: dict[str, str]
) -> None:
    page = page_for(320)
    token = served.call(another_link, asking_of=here["case"])
    looks: Sequence[Look] = ((320, "light"), (390, "dark"))
    walk(page, token, lambda name: look(page, f"answer-{name}", looks))


@pytest.mark.sqlite
@pytest.mark.slow
def test_pages_of_the_person_can_be_read_by_everyone(
    page_for: Any, served: Any, here: dict[str, str]
) -> None:
    page = page_for(390, signed_in=served.session_of("sam@example.org"))
    pages = [*MINE, f"plan/talks/{here['course']}/", f"plan/{here['plan']}/", "settings/"]
    for path in pages:
        page.goto(f"/me/{path}")
        looks: Sequence[Look] = ((390, "light"), (390, "dark"), (1280, "light"))
        look(page, f"me-{path.split('/')[0]}", looks)


@pytest.mark.sqlite
@pytest.mark.slow
def test_pages_of_a_case_can_be_read_by_everyone(
    page_for: Any, served: Any, here: dict[str, str]
) -> None:
    page = page_for(signed_in=served.session_of("asha@example.org"))
    looks: Sequence[Look] = ((1280, "light"), (390, "light"))
    for path in ("", "questions/", "progress/", "timeline/"):
        page.goto(f"/work/cases/{here['case']}/{path}")
        look(page, f"case-{path.strip('/')}", looks)
    page.goto(f"/work/cases/{here['case']}/progress/")
    page.get_by_role("table").get_by_role("link").first.click()
    look(page, "case-response", looks)
