"""Sheets at every door: filled in, gone on with, drawn, printed; nobody else's is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

from alongside.delivery import artefacts, rules
from alongside.people import actions as people
from alongside.plans.models import Course
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import held, note_of
from tests.factories.every_way import ready

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


def hints(page: str) -> dict[str, str]:
    """What the list of forms says of each that can be filled in."""
    rows = re.findall(
        r'href="/work/courses/[^"]+/sheets/\w+/">([^<]+)</a>(.*?)</li>', page, re.DOTALL
    )
    found = {}
    for name, rest in rows:
        words = re.search(r"<(?:p|small)[^>]*>([^<]+)</(?:p|small)>", rest)
        found[name] = words[1].strip() if words else ""
    return found


def the_sheet(world: World) -> Any:
    (row,) = artefacts.sheets(seen_by=world.system)
    return row


def test_a_sheet_is_filled_in_gone_on_with_and_both_texts_are_shown(
    world: World, cbt: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    listing = read(browser, f"/work/cases/{world.case.pk}/sheets/")
    new = f"/work/courses/{cbt.pk}/sheets/thought_record/"
    assert new in listing
    assert "Nothing is filled in yet." in listing
    assert [name for name, words in hints(listing).items() if "only if it helps" in words] == [
        "Ladder"
    ], "a form that no step waits for says so, and counts nothing"
    assert hints(listing)["Thought record"] == "0 of 3"
    assert "risk_situations" not in listing, "a form of another variant"
    read(browser, f"/work/courses/{cbt.pk}/sheets/risk_situations/", 404)
    read(browser, f"/work/courses/{cbt.pk}/sheets/risk_situations/blank/", 404)
    assert "0 to 100" in read(browser, new)
    wrong = send(browser, new, {**RECORD, "a_mood_before": "101"}, 400).content.decode()
    assert "Write a whole number from 0 to 100." in wrong
    assert "Nobody rang on Sunday" in wrong
    nothing = send(browser, new, {"version": "0", "a_mood": " "}, 400).content.decode()
    assert "Write something in one field, then save." in nothing
    send(browser, new, {**RECORD, "a_mood_after": "", "entered_from": "paper"})
    row = the_sheet(world)
    assert row.entered_from == "paper"
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
    world: World, cbt: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    new = f"/work/courses/{cbt.pk}/sheets/exposure_ladder/"
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
    world: World, cbt: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    areas = ("situation", "thoughts", "feelings", "body", "behaviour", "loop", "early", "strengths")
    given = {f"a_{name}": f"My {name} <b>&" for name in areas}
    send(browser, f"/work/courses/{cbt.pk}/sheets/formulation/", {"version": "0", **given})
    row = the_sheet(world)
    page = read(browser, f"/work/sheets/{row.sheet}/")
    assert page.count('role="img"') == 2
    assert "The same is said in words below." in page
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
    send(browser, f"/work/courses/{cbt.pk}/sheets/activity_schedule/", week)
    newest = artefacts.sheets(seen_by=world.system).get(form__contains="activity")
    page = read(browser, f"/work/sheets/{newest.sheet}/")
    for words in ("Tea outside", "Pleasure 7", "5.5", "Pleasure, mean of the day"):
        assert words in page, words
    empty = read(browser, f"/work/courses/{cbt.pk}/sheets/activity_schedule/blank/")
    for words in ("paper-week", "Wednesday", "Afternoon", "In each box: What · Mastery, 0 to 10"):
        assert words in empty, words
    printed = read(browser, f"/work/sheets/{newest.sheet}/print/")
    assert "Rang Ana" in printed


def test_a_form_set_for_home_comes_back_into_the_note(
    world: World, cbt: Course, signed_in: SignedIn, at: At
) -> None:
    first = held(world, cbt)
    asha = signed_in(world.asha)
    given = {"about": str(world.sam.pk), "task": "Write down one hard moment"}
    send(asha, f"/work/sessions/{first.pk}/homework/", {**given, "form": "thought_record"})
    assert "form: Thought record" in read(asha, f"/work/cases/{world.case.pk}/sessions/")
    assert world.sam_account is not None
    sam = signed_in(world.sam_account)
    task = first.homework.unscoped("a test").get()
    page = read(sam, f"/me/tasks/{task.pk}/")
    new = f"/me/sheets/new/{cbt.pk}/thought_record/?task={task.pk}"
    assert new in page
    assert "Your team reads this at your next talk, not at once." in read(sam, new)
    send(sam, new, {**RECORD, "entered_from": "paper"})
    assert "Fill in one more" in read(sam, f"/me/tasks/{task.pk}/")
    row = the_sheet(world)
    assert (row.homework_id, row.entered_from) == (task.pk, "home")
    page = read(sam, f"/me/sheets/{row.sheet}/")
    assert "45 points less" in page
    assert "paper-lines" in read(sam, f"/me/sheets/blank/{cbt.pk}/thought_record/")
    read(sam, f"/me/sheets/new/{cbt.pk}/formulation/", 404)
    send(sam, f"/me/sheets/{row.sheet}/change/", {**RECORD, "a_mood_after": "9"}, 409)
    own = read(sam, "/me/sheets/")
    assert "What you wrote" in own
    assert "exposure_ladder" in own
    assert "risk_situations" not in own, "a form of another variant"
    for other in (world.noor, world.bo):
        browser = signed_in(other)
        read(browser, f"/me/sheets/{row.sheet}/", 404)
        read(browser, f"/circle/{world.circle.pk}/sheets/{row.sheet}/", 404)
        read(browser, f"/work/sheets/{row.sheet}/", 404)

    world.at(NOON + timedelta(days=7))
    at(world.moment)
    second = held(world, cbt)
    asha = signed_in(world.asha)
    page = read(asha, f"/work/sessions/{second.pk}/")
    assert "Feeling: sad, 80 before, 35 after, of 100." in page
    note = {"version": "1", "part_homework_review": "We read it.", "take": "homework_review"}
    send(asha, f"/work/sessions/{second.pk}/note/", note)
    written = rules.parts_of(note_of(world, second).parts)["homework_review"]
    assert written.startswith("We read it.\nThought record. Situation: Nobody rang on Sunday")
    page = read(asha, f"/work/sessions/{second.pk}/")
    assert 'value="homework_review"' not in page
    assert f'href="/work/sheets/{row.sheet}/">A sheet' in page


def test_a_step_page_says_how_many_forms_are_there(
    world: World, cbt: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    address = f"/work/courses/{cbt.pk}/steps/problem_list/"
    assert f"/work/courses/{cbt.pk}/sheets/problem_list/" in read(
        browser, f"/work/cases/{world.case.pk}/plan/"
    )
    assert "0 of 1 is filled in here" in read(browser, address)
    page = send(browser, address, {"state": "done"}, 400).content.decode()
    assert "Its form is not filled in yet." in page
    send(browser, address, {"state": "done", "on_paper": "on"})


def test_a_relative_has_their_own_sheets_and_the_person_never_sees_them(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    course = craft  # Noor's family training
    noor = signed_in(world.noor)
    home = f"/circle/{world.circle.pk}/sheets/"
    page = read(noor, home)
    assert "My ways of helping" in page
    new = f"{home}new/{course.pk}/cso_goals/"
    send(noor, new, {"version": "0", "a_for_them": "Sleep at night", "a_for_me": "Sing again"})
    row = the_sheet(world)
    assert (row.about_id, row.is_complete) == (world.noor.person.pk, True)
    assert "Sing again" in read(noor, f"{home}{row.sheet}/")
    assert "Sing again" in read(noor, f"{home}{row.sheet}/print/")
    teo = signed_in(world.teo)
    read(teo, f"{home}{row.sheet}/", 404)
    read(teo, new, 404)
    sam = signed_in(world.engage_sam())
    read(sam, f"/me/sheets/{row.sheet}/", 404)
    assert "There is no sheet for you now." in read(sam, "/me/sheets/")


def test_more_sheets_take_no_more_queries(
    world: World, cbt: Course, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    browser = signed_in(world.asha)
    address = f"/work/cases/{world.case.pk}/sheets/"
    new = f"/work/courses/{cbt.pk}/sheets/thought_record/"
    send(browser, new, RECORD)
    read(browser, address)
    with django_assert_max_num_queries(60) as few:
        read(browser, address)
    number_of_queries = len(few)
    for _ in range(3):
        send(browser, new, RECORD)
    with django_assert_max_num_queries(number_of_queries):
        read(browser, address)


def test_a_family_tree_is_drawn_while_it_is_written_and_kept_as_a_file(
    world: World, signed_in: SignedIn
) -> None:
    """From the circle, by hand, with its mistakes; drawn beside its form, read, and taken away."""
    world.engage_sam()
    family = ready(world, "family_systems", "standard", [world.sam])
    hidden = people.add_member(
        circle=world.circle, name="Aunt Hidden", relation="mother", roles=(), silent=True,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    people.add_member(
        circle=world.circle, name="Efe", relation="mother", roles=(), silent=False,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    browser = signed_in(world.asha)
    new = f"/work/courses/{family.pk}/sheets/genogram/"
    assert "Write names below, then draw." in read(browser, new)
    taken = send(browser, new, {"version": "0", "more": "known"}, 200).content.decode()
    name = world.sam.name
    assert f'value="{name}"' in taken
    assert 'value="Efe"' in taken
    assert hidden.person.name not in taken
    assert '<a href="#id_a_people-1-name"' in taken
    rows = {
        "version": "0", "rows_people": "4", "rows_couples": "3", "rows_ties": "3",
        "a_focus": name, "a_people-1-name": name, "a_people-1-parent": "Efe",
        "a_people-2-name": "Efe", "a_people-2-shape": "woman", "a_people-2-died": "†",
        "a_people-3-name": "Kofi <b>", "a_people-3-generation": "grandparents",
        "a_ties-1-one": "efe", "a_ties-1-other": "Nobody", "a_ties-1-kind": "conflict",
    }  # fmt: skip
    wrong = send(browser, new, rows, 400).content.decode()
    assert "Nobody in the list has this name." in wrong
    assert 'value="Nobody"' in wrong
    send(browser, new, {**rows, "a_ties-1-other": name})
    address = f"/work/sheets/{the_sheet(world).sheet}/"
    page = read(browser, address)
    assert 'class="clash"' in page
    assert "Child of Efe. In conflict: with Efe." in page
    assert "Woman, has died." in page
    assert "Kofi &lt;b&gt;" in page
    assert "<b>Kofi <b>" not in page
    picture = browser.get(f"{address}picture/")
    assert picture["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert "genogram.svg" in picture["Content-Disposition"]
    root = ElementTree.fromstring(picture.content)
    assert "Efe" in "".join(root.itertext())
    assert not re.search(r"<script|href|url\(|@import|var\(", picture.content.decode())
    paper = browser.get(f"{address}file/")
    assert paper.content.startswith(b"%PDF")
