"""Answering on a phone without script, and the person's pages, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

pytestmark = pytest.mark.browser

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SHOTS = os.environ.get("ALONGSIDE_SHOTS", "")  # a folder: keep a picture of each page there
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


@pytest.fixture(scope="module")
def here(served: Any) -> dict[str, str]:
    found: dict[str, str] = served.call(furnish)
    return found


def look(page: Any, axe: Callable[..., None], name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
    assert page.evaluate(OVERFLOW) <= 0, f"{name} scrolls sideways"
    axe(page)


def test_form_is_answered_on_a_phone_without_script(
    page_for: Any, axe: Callable[..., None], here: dict[str, str]
) -> None:
    page = page_for(320, javascript=False)
    page.goto(f"/l/{here['token']}", timeout=60_000)  # a worker's first page reads all content
    look(page, axe, "answer-start-320")
    page.get_by_role("link", name="Start").click()
    look(page, axe, "answer-question-320")
    for _ in range(8):
        page.get_by_label("Several days").check()
        page.get_by_role("button", name="Next").click()
    look(page, axe, "answer-danger-question-320")
    page.get_by_role("button", name="Skip this one").click()
    look(page, axe, "answer-asked-again-320")
    page.get_by_label("More than half the days").check()
    page.get_by_role("button", name="Next").click()
    assert page.locator("a.first").get_attribute("href") == "tel:999"
    box = page.locator("a.first").bounding_box()
    assert box
    assert box["y"] + box["height"] < 844, "the first number is on the screen without scrolling"
    look(page, axe, "answer-help-320")
    page.get_by_role("link", name="Go on with the questions").click()
    page.get_by_label("Somewhat difficult").check()
    page.get_by_role("button", name="Next").click()
    look(page, axe, "answer-check-320")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("link", name="Go on").click()
    assert page.get_by_role("heading", name="Thank you. It’s saved.").is_visible()
    look(page, axe, "answer-thanks-320")
    assert page.context.cookies() == []
    page.goto(f"/l/{here['token']}/3/")
    look(page, axe, "answer-over-320")


@pytest.mark.slow
@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, False)])
def test_pages_of_the_person_can_be_read_by_everyone(
    page_for: Any,
    axe: Callable[..., None],
    served: Any,
    here: dict[str, str],
    width: int,
    dark: bool,
) -> None:
    page = page_for(width, dark=dark, signed_in=served.session_of("sam@example.org"))
    pages = [*MINE, f"plan/talks/{here['course']}/", f"plan/{here['plan']}/", "settings/"]
    for path in pages:
        page.goto(f"/me/{path}")
        look(page, axe, f"me-{path.split('/')[0]}-{width}{'-dark' if dark else ''}")


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_of_a_case_can_be_read_by_everyone(
    page_for: Any, axe: Callable[..., None], served: Any, here: dict[str, str], width: int
) -> None:
    page = page_for(width, signed_in=served.session_of("asha@example.org"))
    for path in ("", "questions/", "progress/", "timeline/"):
        page.goto(f"/work/cases/{here['case']}/{path}")
        look(page, axe, f"case-{path.strip('/')}-{width}")
    page.goto(f"/work/cases/{here['case']}/progress/")
    page.get_by_role("table").get_by_role("link").first.click()
    look(page, axe, f"case-response-{width}")
