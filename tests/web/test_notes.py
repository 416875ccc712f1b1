"""Notes that begin with what was entered; process notes that are their author's alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils.html import escape

from alongside.access import actions as access
from alongside.delivery import actions, drafting, process_notes, rules
from alongside.delivery.models import ProcessNote
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import answer, held, looked, note_of, started

SignedIn = Callable[[Cast], Any]
At = Callable[[Any], None]
DAY = timedelta(days=1)


def fields(page: str) -> dict[str, str]:
    """What the form of the note begins with."""
    rows = re.findall(r'<textarea name="part_(\w+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    return {name: text.strip() for name, text in rows if text.strip()}


def test_a_note_begins_with_what_was_entered_and_each_sentence_says_where_from(
    world: World, signed_in: SignedIn, at: At
) -> None:
    course = started(world)
    first = held(world, course)
    task = actions.set_homework(
        session=first, about=world.noor.person, task="A calm evening.", by=world.asha.reader,
        at=world.moment,
    )  # fmt: skip
    at(NOON + DAY)
    world.at(NOON + DAY)
    answer(world, world.noor.person, "phq9", {f"item_{n}": 2 for n in range(1, 9)} | {"item_9": 0})
    actions.tell_homework(
        homework=task, done="part", obstacle="Visitors", learning="", expected=task.version,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    second = held(world, course, agenda=["The weekend", "The fine"])
    actions.set_homework(
        session=second, about=world.noor.person, task="Write it down", by=world.asha.reader,
        at=world.moment,
    )  # fmt: skip
    browser = signed_in(world.asha)
    where = f"/work/sessions/{second.pk}/"

    begun = fields(browser.get(where).content.decode())
    assert begun["home_practice_review"] == (
        "Tried at home, done in part: A calm evening.\nIn the way: Visitors."
    )
    assert begun["module_work"] == "Talked about: The weekend; The fine."
    assert begun["new_home_practice"] == "To try: Write it down."
    assert begun["other"].startswith("Noor Haddad came; 50 minutes.")
    assert "16 (Moderately severe); 8 on 2 Mar 2026." in begun["week_review"]
    assert "safety_question" not in begun

    mine = {"version": "1", "part_module_work": "We spoke of rules.", "do": "save"}
    assert browser.post(where + "note/", mine).status_code == 302
    page = browser.get(where).content.decode()
    assert fields(page) == {"module_work": "We spoke of rules."}
    assert 'name="take" value="home_practice_review"' in page
    looked(world)
    browser.post(where + "note/", {**mine, "version": "2", "take": "all"})
    kept = rules.parts_of(note_of(world, second).parts)
    assert kept["module_work"] == "We spoke of rules.\nTalked about: The weekend; The fine."

    parts = {f"part_{name}": text for name, text in kept.items()}
    whole = {**parts, "part_safety_question": "Safe.", "part_window_for_help": "Not yet."}
    whole["part_new_home_practice"] = "Changed by hand."
    assert browser.post(where + "note/", {**whole, "version": "3", "do": "sign"}).status_code == 302
    lines = drafting.drawn_from(note_of(world, second))
    assert ("homework_told", f"homework:{task.pk}") in {(one.kind, one.source) for one in lines}
    assert not [one for one in lines if one.kind == "homework_set"]
    assert "sentences of this note come from" in browser.get(where).content.decode()


def test_a_process_note_is_there_for_its_author_alone(
    world: World, signed_in: SignedIn, at: At
) -> None:
    started(world)
    for cast in (world.bo, world.hana):
        access.grant(
            account=cast.account, role="therapist", circle=world.circle, reason="delivers",
            by=world.system, at=world.moment,
        )  # fmt: skip
    where = f"/work/cases/{world.case.pk}/own-notes/"
    bo = signed_in(world.bo)
    assert "You have written none here." in bo.get(where).content.decode()
    assert bo.post(where + "new/", {"words": " "}).status_code == 400
    assert bo.post(where + "new/", {"words": "I wonder <why>"}).status_code == 302
    note = ProcessNote._base_manager.get()
    one = f"/work/own-notes/{note.pk}/"
    changed = {"version": "1", "words": "I wonder less"}
    assert bo.post(one, changed).status_code == 302
    page = bo.post(one, {"version": "1", "words": "typed elsewhere"})
    assert page.status_code == 409
    assert "typed elsewhere" in page.content.decode()
    assert "I wonder less" in bo.get(where).content.decode()

    assert escape("I wonder") not in signed_in(world.hana).get(where).content.decode()
    assert signed_in(world.hana).get(one).status_code == 404
    for cast in (world.asha, world.ifeoma, world.grace, world.noor):
        assert signed_in(cast).get(where).status_code == 404
        assert signed_in(cast).get(one).status_code == 404
        assert not process_notes.process_notes(seen_by=cast.reader).exists()
    tabs = signed_in(world.asha).get(f"/work/cases/{world.case.pk}/sessions/").content.decode()
    assert "own-notes" not in tabs
