"""Sheets at every door: filled in, gone on with, drawn, printed; nobody else's is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from alongside.delivery import actions, artefacts
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import held, note_of, started

SignedIn = Callable[[Cast], Any]
At = Callable[[datetime], None]
RECORD = {
    "version": "0",
    "a_situation": "Nobody rang on Sunday",
    "a_mood": "sad",
    "a_mood_before": "80",
    "a_thought": "They have forgotten me",
    "a_balanced": "They are busy with the move",
    "a_mood_after": "35",
}


def read(browser: Any, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def send(browser: Any, address: str, data: dict[str, Any], status: int = 302) -> Any:
    response = browser.post(address, data)
    page = str(response.content.decode())
    assert response.status_code == status, (address, re.findall(r'class="error">.*?</span>', page))
    return response


def the_sheet(world: World) -> Any:
    (row,) = artefacts.sheets(seen_by=world.system)
    return row


def test_a_sheet_is_filled_in_gone_on_with_and_both_texts_are_shown(
    world: World, signed_in: SignedIn
) -> None:
    course = started(world, way="cbt")
    browser = signed_in(world.asha)
    listing = read(browser, f"/work/cases/{world.case.pk}/sheets/")
    new = f"/work/courses/{course.pk}/sheets/thought_record/"
    assert new in listing
    assert "Nothing is filled in yet." in listing
    assert "0 to 100" in read(browser, new)
    wrong = send(browser, new, {**RECORD, "a_mood_before": "101"}, 400).content.decode()
    assert "Write a whole number from 0 to 100." in wrong
    assert "Nobody rang on Sunday" in wrong
    nothing = send(browser, new, {"version": "0", "a_mood": " "}, 400).content.decode()
    assert "Write something in one field, then save." in nothing
    send(browser, new, {**RECORD, "a_mood_after": ""})
    row = the_sheet(world)
    page = read(browser, f"/work/sheets/{row.sheet}/")
    assert "Still to fill in:" in page
    change = f"/work/sheets/{row.sheet}/change/"
    assert 'value="80"' in read(browser, change)
    send(browser, change, {**RECORD, "version": "1"})
    page = read(browser, f"/work/sheets/{row.sheet}/")
    for words in ("45 points less", "80, now 35", "1 earlier version", "Record the step"):
        assert words in page, words
    stale = send(browser, change, {**RECORD, "version": "1", "a_mood_after": "20"}, 409)
    both = stale.content.decode()
    assert "There are two texts" in both
    assert ">35<" in both
    assert 'value="20"' in both
    assert "No longer" not in read(browser, f"/work/sheets/{row.sheet}/versions/1/")
    send(browser, f"/work/sheets/{row.sheet}/strike/", {"version": "2", "because": "Not hers"})
    assert "counts for nothing" in read(browser, f"/work/sheets/{row.sheet}/")


def test_lines_are_added_without_losing_what_was_typed(
    world: World, signed_in: SignedIn
) -> None:
    course = started(world, way="cbt")
    browser = signed_in(world.asha)
    new = f"/work/courses/{course.pk}/sheets/exposure_ladder/"
    typed = {"version": "0", "rows_steps": "3"}
    for number, (step, before, now) in enumerate(
        [("The door", "20", "5"), ("The market", "90", ""), ("The street", "55", "40")], 1
    ):
        typed |= {
            f"a_steps-{number}-step": step,
            f"a_steps-{number}-before": before,
            f"a_steps-{number}-now": now,
        }
    more = send(browser, new, {**typed, "a_steps-2-before": "900", "more": "steps"}, 200)
    page = more.content.decode()
    assert "a_steps-6-step" in page
    assert "The market" in page
    assert 'value="900"' in page, "not the moment to find fault"
    assert 'class="error"' not in page
    send(browser, new, typed)
    row = the_sheet(world)
    assert row.is_complete
    steps = [step["step"] for step in artefacts.answers_of(row)["steps"]]
    assert steps == ["The market", "The street", "The door"]
    page = read(browser, f"/work/sheets/{row.sheet}/")
    assert page.index("The market") < page.index("The street") < page.index("The door")
    assert "90, not looked at again yet" in page


def test_five_areas_and_a_week_are_drawn_and_said_in_words(
    world: World, signed_in: SignedIn
) -> None:
    course = started(world, way="cbt")
    browser = signed_in(world.asha)
    areas = ("situation", "thoughts", "feelings", "body", "behaviour", "loop", "early", "strengths")
    given = {f"a_{name}": f"My {name} <b>&" for name in areas}
    send(browser, f"/work/courses/{course.pk}/sheets/formulation/", {"version": "0", **given})
    row = the_sheet(world)
    page = read(browser, f"/work/sheets/{row.sheet}/")
    assert page.count('role="img"') == 2
    assert "The same in words" in page
    assert "My loop &lt;b&gt;&amp;" in page
    week = {"version": "0", "rows_activities": "3"}
    for number, (day, part, what, joy) in enumerate(
        [("mon", "morning", "Tea outside", "4"), ("mon", "evening", "Rang Ana", "7")], 1
    ):
        week |= {
            f"a_activities-{number}-day": day,
            f"a_activities-{number}-part": part,
            f"a_activities-{number}-what": what,
            f"a_activities-{number}-pleasure": joy,
        }
    send(browser, f"/work/courses/{course.pk}/sheets/activity_schedule/", week)
    newest = artefacts.sheets(seen_by=world.system).get(form__contains="activity")
    page = read(browser, f"/work/sheets/{newest.sheet}/")
    for words in ("Tea outside", "Pleasure 7", "5.5", "Pleasure, mean of the day"):
        assert words in page, words
    assert "paper-table" in read(
        browser, f"/work/courses/{course.pk}/sheets/activity_schedule/blank/"
    )
    printed = read(browser, f"/work/sheets/{newest.sheet}/print/")
    assert "Rang Ana" in printed
