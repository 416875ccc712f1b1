"""Notes that begin with what was entered; process notes that are their author's alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.html import escape

from alongside.access import actions as access
from alongside.credentials.models import Credential
from alongside.delivery import actions, countersigning, drafting, process_notes, queries, rules
from alongside.delivery.models import Countersignature, ProcessNote
from alongside.plans import actions as plans
from alongside.plans.models import Course
from alongside.records.errors import NotAllowed
from alongside.records.scoped import writing
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import (
    answer,
    course_of,
    give_title,
    held,
    looked,
    note_of,
    open_gates,
    proposed,
    signed,
)

SignedIn = Callable[[Cast], Any]
At = Callable[[Any], None]
DAY = timedelta(days=1)


def fields(page: str) -> dict[str, str]:
    """What the form of the note begins with."""
    rows = re.findall(r'<textarea name="part_(\w+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL)
    return {name: text.strip() for name, text in rows if text.strip()}


def test_a_note_begins_with_what_was_entered_and_each_sentence_says_where_from(
    world: World, craft: Course, signed_in: SignedIn, at: At
) -> None:
    first = held(world, craft)
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
    second = held(world, craft, agenda=["The weekend", "The fine"])
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


def test_the_lines_and_steps_of_a_note_are_in_the_language_of_the_reader(
    world: World, cbt: Course, signed_in: SignedIn
) -> None:
    session = held(world, cbt)
    browser = signed_in(world.asha)
    type(world.asha.account).objects.filter(pk=world.asha.account.pk).update(language="es")
    of_case = f"cases/{world.case.pk}"
    pages = (f"sessions/{session.pk}", f"courses/{cbt.pk}/tell", f"{of_case}/schedule", "cases")
    shown = [browser.get(f"/work/{page}/").content.decode() for page in pages]
    assert "Enlace con la última vez" in shown[0]
    assert "Enlace con la última vez" in shown[1]
    assert "Hacer la lista de problemas" in shown[1]
    assert "Terapia cognitivo-conductual (TCC): Sam" in shown[2]
    assert "TCC, desde" in shown[3]
    chosen = browser.get(f"/work/{of_case}/choose/").content.decode()
    assert "Terapia cognitivo-conductual (TCC)" in chosen
    assert "Bridge from last time" not in "".join(shown)
    assert "Cognitive behavioural therapy" not in "".join([*shown, chosen])


def test_a_process_note_is_there_for_its_author_alone(
    world: World, craft: Course, signed_in: SignedIn, at: At
) -> None:
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
    for cast in (world.hana, world.asha, world.ifeoma):
        with pytest.raises(NotAllowed):
            process_notes.change_process_note(
                note=note, words="Not mine", expected=2, by=cast.reader, at=world.moment
            )
    with pytest.raises(NotAllowed):
        process_notes.write_process_note(
            circle=world.circle, words="I am family", by=world.noor.reader, at=world.moment
        )
    tabs = signed_in(world.asha).get(f"/work/cases/{world.case.pk}/sessions/").content.decode()
    assert "own-notes" not in tabs


def test_a_trainees_note_goes_before_the_supervisor_who_signs_or_returns_it(
    world: World, signed_in: SignedIn, at: At
) -> None:
    course = course_of(world, proposed(world, supervisor=world.ifeoma.practitioner))
    open_gates(world, course)
    with writing():
        Credential._base_manager.all().delete()
    give_title(world, world.ifeoma, "cadc")
    course = plans.start_course(course=course, by=world.asha.reader, at=world.moment)
    session = held(world, course)
    signed(world, session)
    where = f"/work/sessions/{session.pk}/"
    asha, ifeoma = signed_in(world.asha), signed_in(world.ifeoma)
    page = asha.get(where).content.decode()
    assert "Written in training. Waits for Ifeoma Nwosu" in page
    assert "/notes/before/" not in page
    (row,) = Countersignature._base_manager.all()
    before = f"/work/notes/before/{row.pk}/"
    assert before in ifeoma.get(where).content.decode()
    assert where in ifeoma.get("/work/").content.decode()
    for cast in (world.asha, world.bo, world.grace):
        assert signed_in(cast).post(before, {"answer": "signed"}).status_code == 404
        with pytest.raises(NotAllowed):
            countersigning.countersign(asked=row, answer="signed", by=cast.reader, at=world.moment)
    assert ifeoma.post(before, {"answer": "returned", "words": " "}).status_code == 400
    given = {"answer": "returned", "words": "What about the fine?"}
    assert ifeoma.post(before, given).status_code == 302
    assert ifeoma.post(before, given).status_code == 404

    assert "What about the fine?" in asha.get(where).content.decode()
    kinds = Task._base_manager.filter(about=f"session:{session.pk}", done_at=None)
    assert [task.kind for task in kinds] == ["note_returned"]
    at(NOON + timedelta(minutes=1))
    asha.post(where + "note/add/", {"words": "The fine was paid."})
    second = Countersignature._base_manager.get(answered_at=None)
    assert [task.kind for task in kinds.all()] == ["countersign"]
    ifeoma.post(f"/work/notes/before/{second.pk}/", {"answer": "signed", "words": ""})
    assert "Countersigned by Ifeoma Nwosu" in asha.get(where).content.decode()
    assert not kinds.all()


def test_the_supervisors_task_stays_until_the_notes_about_all_who_came_are_answered(
    world: World,
) -> None:
    both = {"persons": [world.noor.person, world.teo.person], "variant": "entry_only"}
    course = course_of(world, proposed(world, supervisor=world.ifeoma.practitioner, **both))
    open_gates(world, course)
    with writing():
        Credential._base_manager.all().delete()
    give_title(world, world.ifeoma, "cadc")
    course = plans.start_course(course=course, by=world.asha.reader, at=world.moment)
    session = held(world, course)
    notes = queries.notes_of(seen_by=world.asha.reader, sessions=[session])[session.pk]
    who = {"by": world.asha.reader, "at": world.moment}
    for note in notes:
        parts = dict.fromkeys(queries.parts_of_note(note), "As agreed.")
        actions.write_note(note=note, parts=parts, expected=1, **who)
        actions.sign_note(note=note, expected=2, **who)
    rows = list(Countersignature._base_manager.all())
    assert {row.note_id for row in rows} == {note.pk for note in notes}
    task = Task._base_manager.filter(about=f"session:{session.pk}", done_at=None)
    for row in rows:
        assert task.exists()
        countersigning.countersign(
            asked=row, answer="signed", by=world.ifeoma.reader, at=world.moment
        )
    assert not task.exists()


def test_no_page_lets_somebody_type_a_process_note_that_could_not_be_kept(
    world: World, signed_in: SignedIn
) -> None:
    """Asha treats in Sam's circle and only leads Rae's: there she is offered nothing to write."""
    access.grant(
        account=world.asha.account, role="therapist", circle=world.circle, reason="delivers",
        by=world.system, at=world.moment,
    )  # fmt: skip
    other = world.open_case(world.worry(alias="Rae", contact="rae@example.org"))
    asha = signed_in(world.asha)
    here, elsewhere = (f"/work/cases/{case.pk}/own-notes/" for case in (world.case, other.case))
    assert f"{here}new/" in asha.get(here).content.decode()
    page = asha.get(elsewhere)
    assert page.status_code == 200
    assert f"{elsewhere}new/" not in page.content.decode()
    assert asha.get(f"{elsewhere}new/").status_code == 404
    assert asha.post(f"{elsewhere}new/", {"words": "I wonder"}).status_code == 404
    assert not ProcessNote._base_manager.exists()
