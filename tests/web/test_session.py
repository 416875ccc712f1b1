"""Sessions at the practitioner's door: what happened, the note, what is tried at home."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside.access import actions as access
from alongside.access.models import Relationship
from alongside.crisis.models import Alert
from alongside.delivery import actions, queries, rules
from alongside.measures import actions as measures
from alongside.measures.models import Response
from alongside.plans.models import Course
from alongside.tasks import actions as tasks
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import booked, held, looked, missed, note_of, signed, started, written

SignedIn = Callable[[Cast], Any]
At = Callable[[datetime], None]
HOUR = timedelta(hours=1)
PARTS = (
    "safety_question", "week_review", "home_practice_review", "module_work", "new_home_practice",
    "window_for_help",
)  # fmt: skip


def read(browser: Any, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def send(browser: Any, address: str, data: dict[str, Any], status: int = 302) -> str:
    response = browser.post(address, data)
    page = str(response.content.decode())
    assert response.status_code == status, (address, re.findall(r'class="error">.*?</span>', page))
    return page


def told(world: World, **more: Any) -> dict[str, Any]:
    return {
        "day": "2026-03-02",
        "time": "11:00",
        "what": "held",
        "minutes": "50",
        f"came_{world.noor.person.pk}": "attended",
        "agenda": "The weekend\n\nThe fine",
        "because": "",
        "whose": "",
        "words": "",
        **more,
    }


def note_data(text: str = "As agreed.", **more: Any) -> dict[str, Any]:
    return {"version": "1", **{f"part_{part}": text for part in PARTS}, **more}


def sessions(world: World) -> list[Any]:
    return list(queries.sessions(seen_by=world.system).order_by("held_at"))


def a_booking(world: World, course: Any, at: At) -> Any:
    """A time tomorrow morning, and the clock moved to its end."""
    wall = NOON.replace(hour=10, tzinfo=None) + timedelta(days=1)
    booking = booked(world, wall, about=f"course:{course.pk}")
    at(booking.ends_at)
    world.at(booking.ends_at)
    return booking


# -- questions in a session ----------------------------------------------------------------------


def test_a_form_is_filled_in_together_and_stands_with_its_session(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    asking = measures.make_asking(
        circle=world.circle,
        about=world.noor.person,
        respondent=world.noor.person,
        instrument="gad2",
        by=world.asha.reader,
        at=NOON,
    )
    browser = signed_in(world.asha)
    where = f"/work/cases/{world.case.pk}/questions/{asking.pk}/enter/?session={session.pk}"
    assert where in read(browser, f"/work/sessions/{session.pk}/")
    wrong = where.replace(str(session.pk), str(uuid4()))
    assert browser.get(wrong).status_code == 404
    assert browser.get(where + "x").status_code == 404

    send(browser, where, {"submission": "submission-1", "item_1": "1", "item_2": "2"})

    row = Response._base_manager.get(asking=asking)
    assert (row.entered_from, row.asking.occasion) == ("session", f"session:{session.pk}")
    page = read(browser, f"/work/sessions/{session.pk}/")
    assert f"/answers/{row.pk}/" in page
    assert where not in page
    assert "together, in the room" in read(
        browser, f"/work/cases/{world.case.pk}/answers/{row.pk}/"
    )


# -- what happened -------------------------------------------------------------------------------


def test_a_booked_session_is_told_and_leads_to_its_note(
    world: World, craft: Course, signed_in: SignedIn, at: At
) -> None:
    booking = a_booking(world, craft, at)
    browser = signed_in(world.asha)
    listing = read(browser, f"/work/cases/{world.case.pk}/sessions/")
    assert f"/work/bookings/{booking.pk}/tell/" in listing
    page = read(browser, f"/work/bookings/{booking.pk}/tell/")
    assert 'value="2026-03-03"' in page
    assert 'value="10:00"' in page
    given = told(world, day="2026-03-03", time="10:00")
    answered = browser.post(f"/work/bookings/{booking.pk}/tell/", given)
    (session,) = sessions(world)
    assert answered["Location"] == f"/work/sessions/{session.pk}/"
    assert rules.lines_of(session.agenda) == ["The weekend", "The fine"]
    page = read(browser, f"/work/sessions/{session.pk}/")
    for words in ("Session 1", "Is it safe at home this week?", "A draft. Saved at", "The fine"):
        assert words in page
    again = browser.post(f"/work/bookings/{booking.pk}/tell/", given)
    assert again["Location"] == f"/work/sessions/{session.pk}/"
    assert len(sessions(world)) == 1


def test_a_session_nobody_booked_is_told_too(world: World, signed_in: SignedIn) -> None:
    world.at(NOON - timedelta(days=1))
    course = started(world)
    world.at(NOON)
    browser = signed_in(world.asha)
    # It is taken to have ended just now: sixty minutes before noon, as such a session takes.
    assert 'value="11:00"' in read(browser, f"/work/courses/{course.pk}/tell/")
    send(browser, f"/work/courses/{course.pk}/tell/", told(world))
    (session,) = sessions(world)
    assert session.held_at == NOON - HOUR
    assert session.booking_id is None


def test_each_is_late_or_absent_in_their_own_way_and_it_is_nobody_elses_business(
    world: World, signed_in: SignedIn
) -> None:
    noor, teo = world.noor.person, world.teo.person
    course = started(world, persons=[noor, teo], variant="entry_only")
    browser = signed_in(world.asha)
    given = told(world) | {
        f"came_{noor.pk}": "late",
        f"late_{noor.pk}": "300",
        f"whose_{noor.pk}": "service",
        f"why_{noor.pk}": "The room was not free",
        f"came_{teo.pk}": "cancelled_in_time",
        f"why_{teo.pk}": "The bus did not come",
        f"whose_{teo.pk}": "neither",
    }
    address = f"/work/courses/{course.pk}/tell/"
    assert "The bus did not come" in send(browser, address, given, 400)
    send(browser, address, {**given, f"late_{noor.pk}": "12"})
    (session,) = queries.sessions(seen_by=world.asha.reader)
    page = read(browser, f"/work/sessions/{session.pk}/")
    assert "Late by 12 minutes · Ours · The room was not free" in page
    assert "weather, transport, illness · The bus did not come" in page
    for member, words in ((world.noor, ("late", 12)), (world.teo, ("cancelled_in_time", None))):
        (own,) = queries.attendance(seen_by=member.reader, session=session)
        assert (own.person_id, own.word, own.late_minutes) == (member.person.pk, *words)


def test_what_nobody_came_to_is_told_as_not_held(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    address = f"/work/courses/{craft.pk}/tell/"
    absent = {f"came_{world.noor.person.pk}": "did_not_attend"}
    page = send(browser, address, told(world, **absent), 400)
    assert "Nobody came: choose “It was not held”, and say why." in page
    page = send(browser, address, told(world, what="not_held"), 400)
    assert "Choose one of these." in page
    given = told(
        world,
        what="not_held",
        because="cancelled_in_time",
        whose="neither",
        words="Snow",
        minutes="",
    )
    send(browser, address, given)
    (session,) = sessions(world)
    assert (session.held, session.not_held_by) == (False, "neither")
    page = read(browser, f"/work/sessions/{session.pk}/")
    for words in ("Cancelled in time", "Snow", "It was not held, so it has no note."):
        assert words in page
    assert "Told us" in page
    send(browser, address, {**given, "because": "postponed", "time": "08:05"})
    put_off = next(each for each in sessions(world) if each.pk != session.pk)
    page = read(browser, f"/work/sessions/{put_off.pk}/")
    assert ("Told us" in page, page.count("<small>Put off</small>")) == (False, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"day": "2026-02-30"}, "Write a date"),
        ({"day": "2026-03-03"}, "That is still to come."),
        ({"day": "2025-01-01"}, "had not started then"),
        ({"day": "9999-12-31"}, "That is still to come."),
        ({"time": "half ten"}, "Write a time"),
        ({"minutes": ""}, "Write how many minutes it took."),
        ({"minutes": "481"}, "Write 480 at the most"),
        ({"what": ""}, "Choose one of these."),
        ({"what": "perhaps"}, "Choose from the list"),
        ({"agenda": "x" * 2001}, "1 letter too long"),
        ({"agenda": "a\u2066b"}, "hidden sign"),
    ],
)
def test_what_cannot_have_been_is_refused_and_what_was_typed_stays(
    world: World, craft: Course, signed_in: SignedIn, data: dict[str, str], words: str
) -> None:
    given = told(world, **data)
    page = send(signed_in(world.asha), f"/work/courses/{craft.pk}/tell/", given, 400)
    assert words in page
    if "agenda" not in data:
        assert "The fine" in page
    assert sessions(world) == []


def test_a_day_before_the_dawn_of_calendars_is_refused(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    for day in ("0001-01-01", "1900-01-01"):
        given = told(world, day=day, time="00:00")
        send(signed_in(world.asha), f"/work/courses/{craft.pk}/tell/", given, 400)


def test_closed_gates_are_shown_before_and_refuse_a_session_held(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    looked(world, {"talk_of_dying": "talk"})
    browser = signed_in(world.asha)
    address = f"/work/courses/{craft.pk}/tell/"
    page = read(browser, address)
    assert "It can be written down as not held. As held, not yet, because…" in page
    assert "an alert is still open" in page
    page = send(browser, address, told(world, day="2026-03-02", time="12:00"), 400)
    assert "It cannot be written down as held" in page
    assert sessions(world) == []
    send(browser, address, told(world, time="12:00", what="not_held", because="postponed"))
    assert not sessions(world)[0].held


def test_somebody_who_was_there_ticks_that_the_person_was_fit(
    world: World, cbt: Course, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    address = f"/work/courses/{cbt.pk}/tell/"
    given = {**told(world, time="12:00"), f"came_{world.sam.pk}": "late"}
    page = read(browser, address)
    assert "They were sober, clear and well enough today." in page
    page = send(browser, address, given, 400)
    assert "The person is intoxicated, in withdrawal or confused today." in page
    send(browser, address, {**given, "said_fit_today": "on"})
    assert sessions(world)[0].held


def test_without_a_course_that_runs_there_is_nothing_to_tell(
    world: World, signed_in: SignedIn, at: At
) -> None:
    booking = booked(world, NOON.replace(hour=10, tzinfo=None) + timedelta(days=1))
    at(booking.ends_at)
    page = read(signed_in(world.asha), f"/work/bookings/{booking.pk}/tell/")
    assert "No course has started." in page
    assert f"/work/cases/{world.case.pk}/plan/" in page


# -- the note ------------------------------------------------------------------------------------


def test_a_note_is_saved_as_a_draft_and_signed_when_it_is_whole(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    browser = signed_in(world.asha)
    address = f"/work/sessions/{session.pk}/note/"
    blank = {**note_data("", part_module_work="Seven rules"), "do": "sign"}
    page = send(browser, address, blank, 400)
    assert "Saved, and not signed yet. 5 parts are still blank." in page
    assert "How the week went" in page
    assert "Seven rules" in page
    assert 'name="version" value="2"' in page
    assert rules.parts_of(note_of(world, session).parts) == {"module_work": "Seven rules"}
    send(browser, address, note_data(version="2", do="save"))
    assert note_of(world, session).signed_at is None
    read(browser, f"{address}print/", 404)  # a draft is on no paper
    send(browser, address, note_data(version="3", do="sign"))
    assert "Signed by Asha Raman" in read(browser, f"{address}print/")
    read(browser, f"{address}file/", 404)  # who leads reads it, and does not take it out
    note = note_of(world, session)
    assert note.signed_at == NOON
    page = read(browser, f"/work/sessions/{session.pk}/")
    assert "It stays as it is; it can be added to." in page
    assert "Save and sign what is added" in page
    assert address + '"' not in page


def test_a_note_saves_itself_while_somebody_types(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    note = note_of(world, session)
    browser = signed_in(world.asha)
    page = read(browser, f"/work/sessions/{session.pk}/")
    assert f'data-autosave="/work/notes/{note.pk}/autosave/"' in page
    address = f"/work/notes/{note.pk}/autosave/"
    first = browser.post(address, note_data("one"))
    assert first.json()["version"] == 2
    assert first.json()["words"] == "Saved at 12:00."
    stale = browser.post(address, note_data("two"))
    assert stale.status_code == 409
    assert "Another page saved this note first." in stale.json()["words"]
    assert rules.parts_of(note_of(world, session).parts)["module_work"] == "one"
    bad = browser.post(address, note_data("x" * 20_001, version="2"))
    assert bad.status_code == 400
    assert bad.json()["words"].startswith("Not saved: This is 1 letter too long.")
    hidden = browser.post(address, note_data("a\u202eb", version="2"))
    assert hidden.status_code == 400
    browser.post(f"/work/sessions/{session.pk}/note/", note_data(version="2", do="sign"))
    assert browser.post(address, note_data("late", version="3")).status_code == 409


def test_two_pages_of_one_note_show_both_texts(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    browser = signed_in(world.asha)
    address = f"/work/sessions/{session.pk}/note/"
    send(browser, address, note_data("first", do="save"))
    page = send(browser, address, note_data("second", do="save"), 409)
    assert "You changed this on another page" in page
    assert "first" in page
    assert "second" in page
    assert 'name="version" value="2"' in page
    assert rules.parts_of(note_of(world, session).parts)["module_work"] == "first"
    send(browser, address, note_data("both", version="2", do="save"))
    assert rules.parts_of(note_of(world, session).parts)["module_work"] == "both"


def test_what_was_typed_into_a_note_that_is_signed_can_be_added(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    browser = signed_in(world.asha)
    signed(world, session)
    page = send(
        browser, f"/work/sessions/{session.pk}/note/", note_data("typed late", do="save"), 409
    )
    assert "This note was signed meanwhile." in page
    assert "typed late" in page
    address = f"/work/sessions/{session.pk}/note/add/"
    assert "Write something here" in send(browser, address, {"words": "  "}, 400)
    send(browser, address, {"words": "She rang later."})
    page = read(browser, f"/work/sessions/{session.pk}/")
    assert "She rang later." in page
    assert "Added 2 Mar 2026, 12:00 by Asha Raman" in page


def test_a_draft_is_not_added_to(world: World, craft: Course, signed_in: SignedIn) -> None:
    session = held(world, craft)
    page = send(
        signed_in(world.asha), f"/work/sessions/{session.pk}/note/add/", {"words": "More"}, 400
    )
    assert "Save as draft" in page
    assert not queries.additions(seen_by=world.system, note=note_of(world, session)).exists()


def test_a_session_of_two_has_two_notes_on_its_page_each_signed_for_itself(
    world: World, signed_in: SignedIn
) -> None:
    noor, teo = world.noor.person, world.teo.person
    session = held(world, started(world, persons=[noor, teo], variant="entry_only"))
    notes = {
        note.about_id: note
        for note in queries.notes_of(seen_by=world.asha.reader, sessions=[session])[session.pk]
    }
    browser, where = signed_in(world.asha), f"/work/sessions/{session.pk}/"
    of_noor, of_teo = (f"?note={notes[person.pk].pk}" for person in (noor, teo))
    today = read(browser, "/work/waiting/")
    assert (f"note of session 1 about {teo.name}" in today, where + of_teo in today) == (True, True)
    page = read(browser, where + of_teo)
    assert f"Note about {teo.name}" in page
    assert where + of_noor in page

    nowhere = browser.post(f"{where}note/", note_data(do="save"))
    assert nowhere.status_code == 404  # which of the two is meant must be said
    other = held(world, session.course, when=NOON - HOUR)
    elsewhere = queries.note_of(seen_by=world.asha.reader, session=other)
    assert elsewhere is not None
    assert browser.get(f"{where}?note={elsewhere.pk}").status_code == 404

    given = note_data("He came on his own.", part_week_review=f"{noor.name} wept.", do="sign")
    page = send(browser, f"{where}note/{of_teo}", given, 400)
    assert f"It names {noor.name}" in page
    assert "Sign it all the same" in page
    blank = note_data("He came on his own.", part_week_review="", version="2", do="sign")
    page = send(browser, f"{where}note/{of_teo}", blank, 400)
    assert "will say “None.”" in page
    assert "It names" not in page
    anyway = {**blank, "version": "3", "do": "sign_anyway", "warned": "blank"}
    assert send(browser, f"{where}note/{of_teo}", anyway) == ""

    kept = notes[teo.pk]
    kept.refresh_from_db()
    assert kept.signed_at is not None
    assert rules.parts_of(kept.parts)["week_review"] == "None."
    about_noor = notes[noor.pk]
    about_noor.refresh_from_db()
    assert (about_noor.signed_at, about_noor.parts) == (None, "")
    assert "1 of 2 notes signed" in read(browser, f"/work/cases/{world.case.pk}/sessions/")
    paper = read(browser, f"{where}note/print/{of_teo}")
    assert teo.name not in paper
    assert browser.get(f"{where}note/print/{of_noor}").status_code == 404  # a draft


def test_a_safeguarding_report_that_is_due_keeps_the_note_open(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    tasks.make_task(
        institution=world.institution,
        circle=world.circle,
        kind="safeguarding",
        what="Report",
        for_role="lead",
        for_account=world.asha.account,
        due_at=NOON,
        by=world.asha.reader,
        at=NOON,
    )
    browser = signed_in(world.asha)
    page = send(browser, f"/work/sessions/{session.pk}/note/", note_data(do="sign"), 400)
    assert "first tell the safeguarding lead" in page
    assert note_of(world, session).signed_at is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"part_module_work": "x" * 20_001}, "1 letter too long"),
        ({"part_week_review": "a\x00b"}, "hidden sign"),
        ({"part_week_review": "a\u202eb"}, "hidden sign"),
        ({"version": "one"}, "Write a whole number"),
        ({"version": "-1"}, "Write 1 or more"),
        ({"version": ""}, "Fill this in"),
    ],
)
def test_a_note_that_cannot_be_kept_comes_back_as_it_was_typed(
    world: World, craft: Course, signed_in: SignedIn, data: dict[str, str], words: str
) -> None:
    session = held(world, craft)
    given = {**note_data("Typed with care"), **data, "do": "save"}
    page = send(signed_in(world.asha), f"/work/sessions/{session.pk}/note/", given, 400)
    assert words in page
    assert "Typed with care" in page
    assert note_of(world, session).parts == ""


def test_what_was_typed_is_shown_and_never_run(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    browser = signed_in(world.asha)
    text = "<script>alert(1)</script> & \"quotes\" 'single'"
    send(browser, f"/work/sessions/{session.pk}/note/", note_data(text, do="sign"))
    page = read(browser, f"/work/sessions/{session.pk}/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in page


# -- homework ------------------------------------------------------------------------------------


def home(world: World, **more: Any) -> dict[str, Any]:
    return {
        "about": str(world.noor.person.pk),
        "task": "Say one thing that went well",
        "why": "",
        "when_where": "At breakfast",
        "difficulty": "4",
        "due_on": "2026-03-09",
        **more,
    }


def tasks_of(world: World) -> list[Any]:
    return list(queries.homework(seen_by=world.asha.reader).order_by("set_at"))


def test_something_to_try_is_set_told_and_looked_at(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    browser = signed_in(world.asha)
    send(browser, f"/work/sessions/{session.pk}/homework/", home(world))
    (task,) = tasks_of(world)
    listing = f"/work/cases/{world.case.pk}/sessions/"
    assert "Say one thing that went well" in read(browser, listing)
    assert "We looked at it" not in read(browser, listing)
    noor, mine = signed_in(world.noor), f"/circle/{world.circle.pk}/"
    sheets = (f"{mine}tasks/print/", f"/work/sessions/{session.pk}/homework/print/")
    for sheet, who in zip(sheets, (noor, browser), strict=True):
        paper = read(who, sheet)
        assert "Say one thing that went well" in paper
        assert "What did you notice?" in paper
        assert "Noor" not in paper.partition('<article class="letter')[2].partition("</article>")[0]
    assert noor.get(f"{mine}tasks/file/").content.startswith(b"%PDF")
    assert signed_in(world.teo).get(sheets[0]).status_code == 404
    address = f"/work/homework/{task.pk}/tell/"
    given = {"version": "1", "done": "part", "obstacle": "He slept", "learning": "He smiled"}
    send(browser, address, given)
    page = read(browser, listing)
    for words in ("1 of 1 done", "He slept", "He smiled", "We looked at it"):
        assert words in page
    assert "You told us of one thing to try. You tried 1 of it." in read(noor, mine)
    assert noor.get(sheets[0]).status_code == 404  # nothing is left to try
    page = send(browser, address, {**given, "done": "full", "learning": "He laughed"}, 409)
    assert "He smiled" in page
    assert "He laughed" in page
    send(browser, f"/work/homework/{task.pk}/review/", {})
    assert "Looked at together" in read(browser, listing)
    page = send(browser, address, {**given, "version": "3"}, 400)
    assert "You have looked at it together already." in page
    send(browser, f"/work/homework/{task.pk}/review/", {})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"task": " "}, "Write something here"),
        ({"difficulty": "11"}, "Write 10 at the most"),
        ({"due_on": "2026-02-30"}, "Write a date"),
        ({"due_on": "2026-03-01"}, "Choose today or a later day."),
        ({"about": "teo"}, "Choose from the list"),
        ({"task": "a\u202eb"}, "hidden sign"),
    ],
)
def test_something_that_cannot_be_tried_is_refused(
    world: World, craft: Course, signed_in: SignedIn, data: dict[str, str], words: str
) -> None:
    session = held(world, craft)
    if data.get("about") == "teo":
        data = {"about": str(world.teo.person.pk)}
    given = home(world, **data)
    page = send(signed_in(world.asha), f"/work/sessions/{session.pk}/homework/", given, 400)
    assert words in page
    assert "At breakfast" in page
    assert tasks_of(world) == []


def test_a_low_rate_asks_whether_it_is_too_hard(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    for done in ("none", "none", "full"):
        task = actions.set_homework(
            session=session,
            about=world.noor.person,
            task="Rest",
            by=world.asha.reader,
            at=NOON,
        )
        actions.tell_homework(homework=task, done=done, expected=1, by=world.asha.reader, at=NOON)
    page = read(signed_in(world.asha), f"/work/cases/{world.case.pk}/sessions/")
    assert "Little of it was done. Look together at how hard it is." in page


# -- who may -------------------------------------------------------------------------------------


def addresses(world: World, session: Any, task: Any) -> list[str]:
    note = note_of(world, session)
    return [
        f"/work/cases/{world.case.pk}/sessions/",
        f"/work/sessions/{session.pk}/",
        f"/work/sessions/{session.pk}/note/",
        f"/work/sessions/{session.pk}/note/add/",
        f"/work/notes/{note.pk}/autosave/",
        f"/work/sessions/{session.pk}/homework/",
        f"/work/homework/{task.pk}/tell/",
        f"/work/homework/{task.pk}/review/",
        f"/work/courses/{session.course_id}/tell/",
    ]


def a_task(world: World, session: Any) -> Any:
    return actions.set_homework(
        session=session, about=world.noor.person, task="Rest", by=world.asha.reader, at=NOON
    )


def test_nobody_from_outside_finds_a_session(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    task = a_task(world, session)
    written(world, session, "Only for us")
    for stranger in (world.bo, world.noor, world.teo, world.hana):
        browser = signed_in(stranger)
        for address in addresses(world, session, task):
            for method in (browser.get, browser.post):
                said = method(address, note_data("theirs"))
                assert said.status_code in {404, 405}, (stranger.account.email, address)
                assert b"Only for us" not in said.content
    assert rules.parts_of(note_of(world, session).parts)["other"] == "Only for us"


def test_the_supervisor_reads_a_draft_and_does_not_write(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    task = a_task(world, session)
    written(world, session, "What she said")
    browser = signed_in(world.ifeoma)
    page = read(browser, f"/work/sessions/{session.pk}/")
    assert "What she said" in page
    assert "Only Asha Raman changes and signs it." in page
    for words in ("Save and sign", "Set something to try", "How did it go?", ">Record<"):
        assert words not in page
    for address in addresses(world, session, task)[2:]:
        assert browser.post(address, note_data("mine")).status_code == 404, address


def test_another_therapist_of_the_circle_reads_but_does_not_write_a_draft(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    written(world, session, "What she said")
    access.grant(
        account=world.bo.account,
        role="therapist",
        circle=world.circle,
        reason="joins the care",
        by=world.system,
        at=world.moment,
    )
    browser = signed_in(world.bo)
    assert "What she said" in read(browser, f"/work/sessions/{session.pk}/")
    note = note_of(world, session)
    for address in (f"/work/sessions/{session.pk}/note/", f"/work/notes/{note.pk}/autosave/"):
        given = note_data("mine", version=str(note.version), do="sign")
        assert browser.post(address, given).status_code == 404
    assert note_of(world, session).version == note.version


def test_a_right_that_ends_while_the_note_is_open_writes_nothing(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    note = note_of(world, session)
    browser = signed_in(world.asha)
    read(browser, f"/work/sessions/{session.pk}/")
    edge = Relationship._base_manager.get(
        account=world.asha.account, circle=world.circle, role="lead"
    )
    access.end_relationship(relationship=edge, because="moved on", by=world.system, at=NOON)
    browser.post(f"/work/sessions/{session.pk}/note/", note_data("too late", do="save"))
    again = signed_in(world.asha)
    for address in (f"/work/sessions/{session.pk}/note/", f"/work/notes/{note.pk}/autosave/"):
        assert again.post(address, note_data("too late")).status_code == 404
    assert type(note)._base_manager.get(pk=note.pk).parts == ""


def test_what_is_not_there_answers_like_what_is_not_yours(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    browser = signed_in(world.bo)
    theirs = browser.get(f"/work/sessions/{session.pk}/")
    nothing = browser.get(f"/work/sessions/{uuid4()}/")
    assert (theirs.status_code, theirs.content) == (404, nothing.content)


def test_a_list_of_sessions_costs_the_same_however_long_it_is(
    world: World, craft: Course, signed_in: SignedIn, django_assert_max_num_queries: Any
) -> None:
    a_task(world, held(world, craft))
    booked(world, NOON.replace(hour=8, tzinfo=None) + timedelta(days=1))
    browser = signed_in(world.asha)
    address = f"/work/cases/{world.case.pk}/sessions/"
    read(browser, address)
    with django_assert_max_num_queries(60) as few:
        read(browser, address)
    for number in range(1, 24):
        world.at(NOON + number * HOUR)
        if number % 5:
            a_task(world, held(world, craft))
        else:
            missed(world, craft)
        booked(world, NOON.replace(hour=8, tzinfo=None) + timedelta(days=number + 2))
    world.at(NOON)
    with django_assert_max_num_queries(len(few)):
        page = read(browser, address)
    assert "1 to 20 of 24" in page
    assert "Session 1<" not in page
    assert "Session 1<" in read(browser, f"{address}?page=2")
    read(browser, f"{address}?page=%00")


# -- danger, asked in a session ------------------------------------------------------------------


def test_danger_asked_in_a_session_is_part_of_it_and_tells_the_on_call_team_at_once(
    world: World, craft: Course, signed_in: SignedIn
) -> None:
    session = held(world, craft)
    asha = signed_in(world.asha)
    page = read(asha, f"/work/sessions/{session.pk}/")
    assert "words in a note tell nobody" in page
    where = f"/work/cases/{world.case.pk}/danger/?session={session.pk}"
    assert where in page
    answered = {"about": str(world.sam.pk), "q_talk_of_dying": "plan_or_means"}
    send(asha, where, answered)
    alert = Alert.objects.unscoped("a test").get()
    assert (alert.level, alert.about) == ("B", world.sam)
    assert "B: an alert was raised" in read(asha, f"/work/sessions/{session.pk}/")
    back = asha.post(where, {"about": str(world.sam.pk), "q_badly_hurt": "no"})
    assert back.url == f"/work/sessions/{session.pk}/"
    assert "No danger was told" in read(asha, f"/work/sessions/{session.pk}/")
