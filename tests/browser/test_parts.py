"""The page of all parts in a real browser: light and dark, three widths, and without a script."""

from __future__ import annotations

import pytest

from alongside.web.parts import samples
from tests.flows.walking import FOCUS
from tests.harness.browser import OVERFLOW, check_looks

# No database has a part in it.
pytestmark = [pytest.mark.browser, pytest.mark.sqlite]

SLUGS = [page.slug for page in samples.pages()]


LOOKS = [(1280, "light"), (1280, "dark"), (390, "dark"), (320, "light"), (320, "dark")]


@pytest.mark.slow
def test_every_part_can_be_read_by_everyone(page_for) -> None:
    page = page_for()
    page.goto("/parts/")
    check_looks(page, LOOKS)


@pytest.mark.slow
def test_whole_pages_can_be_read_by_everyone(page_for) -> None:
    page = page_for()
    for slug in SLUGS:
        page.goto(f"/parts/{slug}/")
        check_looks(page, [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")])


# What a longer language does to a page: every text half as long again, and with accents.
LONGER = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    if (node.parentElement.closest('svg, script, style') || !node.data.trim()) continue;
    const more = Math.ceil(node.data.trim().length / 2);
    const accented = node.data.replace(/[aeiou]/g, (vowel) => vowel + '\u0301');
    node.data = accented + ' ' + 'ünd so weiter '.repeat(Math.ceil(more / 14)).slice(0, more);
  } }"""


def test_parts_fit_from_right_to_left_with_longer_and_with_wide_text(page_for) -> None:
    page = page_for(320)
    page.goto("/parts/")
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(OVERFLOW) <= 0
    page.evaluate(LONGER)
    assert page.evaluate(OVERFLOW) <= 0
    page.goto("/parts/")
    page.evaluate(LONGER)
    assert page.evaluate(OVERFLOW) <= 0
    page.goto("/parts/")
    page.evaluate(
        """() => { for (const one of document.querySelectorAll('body *')) {
             one.style.letterSpacing = '0.12em'; one.style.wordSpacing = '0.16em';
             one.style.lineHeight = '1.5'; } }"""
    )
    assert page.evaluate(OVERFLOW) <= 0


def test_danger_page_works_without_script_and_sets_no_cookie(page_for) -> None:
    page = page_for(320, javascript=False)
    page.goto("/parts/help-now/")
    assert page.evaluate(OVERFLOW) <= 0
    assert page.locator("a.first").get_attribute("href") == "tel:999"
    box = page.locator("a.first").bounding_box()
    assert box
    assert box["height"] >= 56
    assert page.context.cookies() == []


def test_first_press_of_the_tabulator_shows_the_way_out(page_for) -> None:
    page = page_for(390)
    page.goto("/parts/question/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Leave this page"
    assert page.evaluate("document.activeElement.getBoundingClientRect().height") > 20


@pytest.mark.parametrize("how", ["click", "keys"])
def test_leaving_empties_the_page_at_once_and_goes(page_for, how: str) -> None:
    page = page_for(390)
    page.goto("/parts/question/")
    # An answer without content leaves the browser where it is: what is seen until then.
    page.route("**/leave/", lambda route: route.fulfill(status=204))
    with page.expect_request("**/leave/"):
        if how == "click":
            page.locator("a.leave").click()
        else:
            for _ in range(3):
                page.keyboard.press("Shift")
    assert page.evaluate("document.body.textContent") == ""
    assert page.title().strip() == ""


def test_two_presses_of_shift_stay(page_for) -> None:
    page = page_for(390)
    page.goto("/parts/question/")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.keyboard.press("a")
    page.keyboard.press("Shift")
    assert page.url.endswith("/parts/question/")
    assert page.locator("h1").is_visible()


def test_error_summary_has_the_focus_and_leads_into_the_field(page_for) -> None:
    page = page_for(390, javascript=False)
    page.goto("/parts/sign-in-wrong/")
    assert page.locator(".summary").evaluate("one => one === document.activeElement")
    page.locator(".summary a").click()
    assert page.url.endswith("#id_email")


def test_every_stop_of_the_tabulator_in_a_field_for_a_day_or_an_hour_is_seen(page_for) -> None:
    """Such a field has a stop for each of its parts, and one for the button of its calendar."""
    page = page_for(1280)
    page.goto("/parts/")
    fields = "".join(f"<input type={kind}>" for kind in ("date", "time", "datetime-local", "month"))
    page.locator("main").evaluate(f"main => main.innerHTML = '{fields}<button>On</button>'")
    page.locator("main input").first.focus()
    for _stop in range(30):
        here = page.evaluate(FOCUS)
        assert here["shown"], here
        if here["tag"] == "BUTTON":
            return
        page.keyboard.press("Tab")
    raise AssertionError("the fields have no end")


def test_wide_and_narrow_chart_are_never_seen_together(page_for) -> None:
    for width, seen in ((1280, "wide"), (320, "narrow")):
        page = page_for(width)
        page.goto("/parts/case/")
        shown = [
            one.get_attribute("class")
            for one in page.locator(".chart svg").all()
            if one.is_visible()
        ]
        assert shown == [seen]
