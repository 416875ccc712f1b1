"""The pages of a planned meeting: the planner of whoever leads, and a member's own pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from alongside import catalogue
from alongside.access import actions as access
from alongside.delivery import retention
from alongside.meetings import actions, after, boundaries, giving, letters, live, own, queries
from alongside.records.errors import NotAllowed
from alongside.tasks import queries as tasks
from tests.factories import Cast, World
from tests.factories.meetings import (
    REASON,
    add_option,
    answer,
    ask_about_a_child,
    begun,
    clear_answers,
    dated,
    fresh,
    ready,
)
from tests.harness.reading import grade

SignedIn = Callable[[Cast], Any]
WHY = "The supervisor and I looked at this together and it is right."


def work(world: World, page: str = "") -> str:
    return f"/work/cases/{world.case.pk}/meeting/{page}"


def circle(world: World, page: str = "") -> str:
    return f"/circle/{world.circle.pk}/meeting/{page}"


def texts(response: Any) -> str:
    return response.content.decode()


def test_the_ways_stand_with_their_evidence_and_its_limits_and_the_softest_is_first(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    page = texts(signed_in(asha).get(work(world)))
    assert "offered first: <b>Family training (CRAFT)</b>" in page
    for said in (
        "70 % of families never held it",
        "110 calls in a row, no control group",
        "No trial of this form was found",
        "Never without a qualified lead",
        "All of this is about alcohol and other drugs",
    ):
        assert said in page, said


def test_a_meeting_is_prepared_from_the_choice_to_the_date_by_pages_alone(
    world: World, asha: Cast, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    lead = signed_in(asha)
    short = lead.post(
        work(world), {"way": "one_to_one", "lead": asha.practitioner.pk, "reason": "x"}
    )
    assert short.status_code == 400
    assert "Write why" in texts(short) or "Say why" in texts(short)
    chosen = {"way": "one_to_one", "lead": asha.practitioner.pk, "reason": REASON}
    assert lead.post(work(world), chosen).status_code == 302
    page = texts(lead.get(work(world)))
    for said in ("No date yet", "Each asked alone", "0 of 2 who take part", "Three real ones"):
        assert said in page, said

    for who in (noor, teo):
        browser = signed_in(who)
        assert "Questions about safety" in texts(browser.get(f"/circle/{world.circle.pk}/"))
        assert browser.post(circle(world, "alone/"), clear_answers()).status_code == 302
    assert "2 of 2" not in texts(lead.get(work(world)))

    meeting = queries.live_meeting(seen_by=asha.reader, circle=world.circle.pk)
    assert meeting is not None
    for number, who in enumerate((noor, teo), 1):
        where = work(world, f"people/{who.member.pk}/")
        lead.get(where)
        done = lead.post(where, {"version": 1, "speaks": "on", "order": number})
        assert done.status_code == 302
    option: dict[str, Any] = {
        "kind": "day", "accepts": "Adults", "price": "Free", "funding": "Public",
        "withdrawal": "arranged", "licence": "checked", "licence_checked_on": "2026-03-01",
        "interest": "none",
        "travel": "Bus 16", "packing": "No phone", "starts_within_hours": 24,
        "until_day": "2026-03-20", "proof": "Desk", "proved_now": "on",
    }  # fmt: skip
    for name in ("Rowan day", "Walk-in", "One talk"):
        assert lead.post(work(world, "options/new/"), {**option, "name": name}).status_code == 302
    wrong = lead.post(
        work(world, "options/new/"), {**option, "name": "X", "until_day": "2026-03-01"}
    )
    assert wrong.status_code == 400
    assert "still to come" in texts(wrong)
    arrange = {
        "version": fresh(world, meeting).version, "aim": "A doctor", "accepts": "One talk",
        "led": "present", "has_no_children": "on", "place": "Hall", "stop_word": "harbour",
        "escort": "Noor drives",
    }  # fmt: skip
    assert lead.post(work(world, "arrange/"), arrange).status_code == 302
    stale = lead.post(work(world, "arrange/"), {**arrange, "aim": "Another"})
    assert stale.status_code == 409
    assert "A doctor" in texts(stale)
    steps = dict.fromkeys(("accept_now", "accept_other", "accept_trial"), "Noor rings.")
    steps |= dict.fromkeys(("asks_time", "refuses_calm", "leaves", "crisis"), "Noor rings.")
    version = fresh(world, meeting).version
    assert lead.post(work(world, "answers/"), {"version": version, **steps}).status_code == 302
    checks = {"SC8": "none", "SC15": "arranged", "SC17": "fits", "SC18": "ready"}
    assert lead.post(work(world, "checks/lead/"), checks).status_code == 302

    date = {"version": fresh(world, meeting).version, "day": "2026-03-14", "time": "10:00"}
    early = lead.post(work(world, "date/"), {**date, "minutes": 90})
    assert early.status_code == 400
    assert "whether a child will be there" in texts(early)
    assert "Spoken to alone: 0 of 2." in texts(early)
    ask_about_a_child(world)
    for who in (noor, teo):  # who told us, and one whom Asha chose
        talk = {"version": 0, "proposed_by": "lead", "spoken_on": "2026-03-02", "how": "phone"}
        side = f"/work/cases/{world.case.pk}/circle/sides/{who.person.pk}/"
        talk["spoken_by"] = str(asha.person.pk)
        assert lead.post(side, talk).status_code == 302
    assert "Set the date" in texts(lead.get(work(world)))
    assert lead.post(work(world, "date/"), {**date, "minutes": 90}).status_code == 302
    assert "Saturday 14 March 2026, 10:00" in texts(lead.get(work(world)))
    assert "Saturday 14 March 2026" in texts(signed_in(noor).get(circle(world)))
    sheet = texts(lead.get(work(world, "sheet/")))
    assert "The way: Bus 16. Bring: No phone. Withdrawal: " in sheet
    assert "Medicines in their boxes" in sheet  # nobody wrote what is in the bag
    for line in ("10:00", "Rowan day", "Walk-in", "harbour"):
        assert sheet.count(line) >= 2, line  # on screen and on paper
    assert "It is not a go yet" in sheet
    end = {"version": fresh(world, meeting).version, "outcome": "accept_now", "words": "Yes."}
    assert "not begun yet" in texts(lead.post(work(world, "end/"), end))
    back = {"version": fresh(world, meeting).version, "because": "Noor is ill"}
    assert lead.post(work(world, "date/back/"), back).status_code == 302


def test_what_one_said_alone_is_read_by_the_lead_and_by_no_other_member(
    world: World, asha: Cast, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    meeting = begun(world)
    answer(world, meeting, noor, SC13="so", SC2="reach")
    planner = texts(signed_in(asha).get(work(world)))
    assert "Somebody in the circle hurts or controls the person" in planner
    assert "From: Noor Haddad" in planner
    other = signed_in(teo)
    for page in (circle(world), circle(world, "alone/"), f"/circle/{world.circle.pk}/"):
        seen = texts(other.get(page))
        assert "hurts or controls" not in seen
        assert "weapon" not in seen.lower()
    lead = signed_in(asha)
    assert lead.get(work(world, "release/SC13/")).status_code == 404
    assert lead.get(work(world, "release/SC2/")).status_code == 200
    world.at(world.moment + timedelta(minutes=5))
    assert lead.post(work(world, "release/SC2/"), {"reason": WHY}).status_code == 302
    assert "Let pass by the lead" in texts(lead.get(work(world)))


def test_danger_leads_to_what_to_do_now_and_stop_is_private(
    world: World, asha: Cast, bo: Cast, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    begun(world)
    member = signed_in(teo)
    told = member.post(circle(world, "alone/"), clear_answers(SC3="now"))
    assert told["Location"].endswith("/meeting/now/")
    assert "Stay with them" in texts(member.get(told["Location"]))
    assert member.post(circle(world, "stop/"), {"words": "I am scared"}).status_code == 302
    assert "You called stop" in texts(member.get(circle(world)))
    assert "called stop" not in texts(signed_in(noor).get(circle(world)))
    planner = texts(signed_in(asha).get(work(world)))
    assert "Teo Lindqvist called stop." in planner
    assert "I am scared" in planner
    access.grant(
        account=bo.account,
        role="therapist",
        circle=world.circle,
        reason="Treats them.",
        by=asha.reader,
        at=world.moment,
    )
    for page in ("", "sheet/"):
        seen = texts(signed_in(bo).get(work(world, page)))
        assert "stands with whoever leads this meeting" in seen
        assert "called stop" not in seen
        assert "go yet" not in seen
    assert member.get(circle(world, "letter/")).status_code == 200
    member.post(circle(world, "letter/"), {"version": 0, "text": "Dear Sam, please."})
    meeting = queries.live_meeting(seen_by=asha.reader, circle=world.circle.pk)
    assert meeting is not None
    actions.end(
        meeting=meeting,
        outcome="not_held",
        words="Somebody is afraid.",
        expected=meeting.version,
        by=asha.reader,
        at=world.moment,
    )
    assert member.get(circle(world, "alone/")).status_code == 404
    late = member.post(circle(world, "alone/"), clear_answers(SC3="now"))
    assert late["Location"].endswith("/meeting/now/")
    assert "Stay with them" in texts(member.get(late["Location"]))
    assert member.post(circle(world, "stop/"), {"words": "Too late?"}).status_code == 302
    ways = texts(signed_in(asha).get(work(world)))
    assert ways.count("Teo Lindqvist called stop.") == 2
    assert "Too late?" in ways
    for row in queries.open_stops(seen_by=asha.reader, meeting=meeting):
        resolved = signed_in(asha).post(work(world, f"stops/{row.pk}/"), {"reason": WHY})
        assert resolved.status_code == 302
    assert "called stop" not in texts(signed_in(asha).get(work(world)))
    assert "please" in texts(member.get(circle(world, "letter/")))
    assert member.post(circle(world, "letter/move/"), {"do": "keep"}).status_code == 302
    assert signed_in(noor).get(circle(world, "letter/")).status_code == 404


def test_nobody_else_finds_any_page_of_it(
    world: World, bo: Cast, sam: Cast, noor: Cast, signed_in: SignedIn
) -> None:
    ready(world)
    pages = ("", "alone/", "stop/", "now/")
    for who in (bo, world.asha, sam):
        browser = signed_in(who)
        for page in pages:
            assert browser.get(circle(world, page)).status_code == 404, (who.account.email, page)
    assert signed_in(bo).get(work(world)).status_code == 404
    person = signed_in(sam)
    assert "meeting" not in texts(person.get("/me/")).lower()
    assert [signed_in(noor).get(circle(world, page)).status_code for page in pages] == [200] * 4


def test_a_members_pages_are_read_at_eleven(world: World, noor: Cast, signed_in: SignedIn) -> None:
    begun(world, path="arise", level=1)
    browser = signed_in(noor)
    hard = {
        page: round(found, 1)
        for page in ("", "alone/", "stop/", "now/")
        if (found := grade(texts(browser.get(circle(world, page))))) > 6.0
    }
    assert hard == {}


def test_pages_for_the_family_are_short_say_their_source_and_are_marked_for_oneself_alone(
    world: World, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    begun(world, path="arise", level=1)
    browser, where = signed_in(noor), circle(world, "learning/")
    pages = catalogue.current().meetings.learning.pages
    hard = {
        page.id: found
        for page in pages
        if (found := round(grade(texts(browser.get(f"{where}{page.id}/"))), 1)) > 6.0
    }
    assert hard == {}
    dangerous = texts(browser.get(f"{where}sudden_stop/"))
    assert "Drinkaware" in dangerous
    assert "Nobody has checked" not in dangerous
    assert "Nobody has checked this yet" in texts(browser.get(f"{where}easier/"))
    assert browser.get(f"{where}no_such/").status_code == 404
    assert browser.post(f"{where}no_such/read/").status_code == 404
    for _again in range(2):
        onward = browser.post(f"{where}{pages[0].id}/read/")
        assert onward.url == f"{where}{pages[1].id}/"
    assert f"1 of {len(pages)} read" in texts(browser.get(circle(world)))
    other = signed_in(teo)
    assert "Short pages, in your own time." in texts(other.get(circle(world)))
    for page in pages:
        last = other.post(f"{where}{page.id}/read/")
    assert last.url == where
    assert f"1 of {len(pages)} read" in texts(browser.get(circle(world)))


def test_a_letter_is_written_hinted_shared_read_and_finished_by_pages_alone(
    world: World, asha: Cast, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    prepared = ready(world)
    writer, lead = signed_in(noor), signed_in(asha)
    where = circle(world, "letter/")
    page = texts(writer.get(where))
    assert "Only you can see this" in page
    text = "Dear Sam, I remember the sea. You always say it was a bad week, liar."
    first = writer.post(f"{where}autosave/", {"version": 0, "text": text})
    assert first.json()["version"] == 2
    hints = texts(writer.get(f"{where}hints/"))
    assert "“You always”" in hints
    assert "“liar”" in hints
    kept = {"hint": "label", "phrase": "liar"}
    assert writer.post(f"{where}keep/", kept).status_code == 302
    assert "“liar”" not in texts(writer.get(where))
    assert texts(lead.get(work(world, "letters/"))).count("Not shared") == 2

    old = writer.post(f"{where}autosave/", {"version": 1, "text": "other"})
    assert old.status_code == 409
    both = writer.post(where, {"version": 1, "text": "other"})
    assert both.status_code == 409
    assert "bad week" in texts(both)
    long = writer.post(where, {"version": 2, "text": "x" * 8001})
    assert long.status_code == 400
    assert "x" * 8001 in texts(long)

    better = "Dear Sam, I remember the sea. Will you take some help today?"
    assert writer.post(where, {"version": 2, "text": better, "share": "1"}).status_code == 302
    listing = texts(lead.get(work(world, "letters/")))
    assert "With you" in listing
    found = queries.letters(seen_by=asha.reader, meeting=prepared).get()
    said = {"version": found.version, "is_ready": "yes", "words": "So warm."}
    letter = work(world, f"letters/{found.pk}/")
    assert lead.post(letter, {**said, "version": 1}).status_code == 409
    assert lead.post(letter, said).status_code == 302
    page = texts(writer.get(where))
    assert "So warm." in page
    done = {"do": "finish", "version": found.version}
    assert writer.post(f"{where}move/", done).status_code == 302
    assert "Done. It will be read" in texts(writer.get(where))
    assert "paper--large" in texts(writer.get(f"{where}paper/"))
    other = signed_in(teo)
    assert "the sea" not in texts(other.get(where))
    assert other.get(f"{where}paper/").status_code == 404
    assert writer.post(f"{where}move/", {"do": "keep"}).status_code == 302
    assert lead.get(letter).status_code == 404
    assert grade(texts(writer.get(where))) <= 6.0

    order = texts(lead.get(work(world, "letters/")))
    assert "Earlier" in order
    sent = order.split('name="order" value="')[1].split('"')[0]
    assert lead.post(work(world, "letters/order/"), {"order": sent}).status_code == 302


def test_a_limit_is_ones_own_until_shared_is_read_out_only_when_safe_and_is_looked_at_kindly(
    world: World, asha: Cast, noor: Cast, teo: Cast, sam: Cast, signed_in: SignedIn
) -> None:
    ready(world)
    writer, lead, other = signed_in(noor), signed_in(asha), signed_in(teo)
    where = circle(world, "limits/")
    limit = {"kind": "limit", "topic": "money", "happens": "you ask for cash", "will": "say no"}
    assert 'href="' + where + '"' in texts(writer.get(circle(world, "letter/")))
    empty = writer.post(f"{where}new/", {**limit, "happens": ""})
    assert empty.status_code == 400
    assert "or choose an offer" in texts(empty)
    ticked = ["mine", "legal", "safe", "children"]
    assert writer.post(f"{where}new/", {**limit, "checks": ticked}).status_code == 302
    row = own.boundaries(
        seen_by=noor.through("circle"), circle=world.circle.pk, person=noor.person.pk
    ).get()
    assert "If you ask for cash, I will say no" in texts(writer.get(where))
    for browser, page in ((other, where), (lead, work(world, "limits/"))):
        assert "ask for cash" not in texts(browser.get(page))
    assert other.get(f"{where}{row.pk}/").status_code == 404
    assert other.post(f"{where}{row.pk}/move/", {"do": "share"}).status_code == 404
    writer.post(f"{where}{row.pk}/move/", {"do": "share"})
    assert "ask for cash" in texts(lead.get(work(world, "limits/")))
    writer.post(f"{where}{row.pk}/move/", {"do": "read"})
    assert "Nothing yet" in texts(lead.get(work(world, "limits/"))).split("Noor")[0]
    assert "Look at your limits" not in texts(writer.get(f"/circle/{world.circle.pk}/"))
    stale = {**limit, "checks": [*ticked, "ready"], "version": 1, "starts_on": "2026-02-20"}
    assert writer.post(f"{where}{row.pk}/", stale).status_code == 409
    assert writer.post(f"{where}{row.pk}/", {**stale, "version": 2}).status_code == 302
    writer.post(f"{where}{row.pk}/move/", {"do": "read"})
    assert "May be read after a no" in texts(lead.get(work(world, "limits/")))

    assert "Look at your limits" in texts(writer.get(f"/circle/{world.circle.pk}/"))
    said = {"went": "not_kept", "words": "He cried.", "wants_call": "on"}
    answered = writer.post(f"{where}{row.pk}/look/", said, follow=True)
    assert "That is no failure" in texts(answered)
    assert "meeting_support" in {
        task.kind for task in tasks.open_tasks(seen_by=asha.reader).filter(circle=world.circle)
    }
    assert "He cried." in texts(lead.get(work(world, "limits/")))
    writer.post(f"{where}{row.pk}/move/", {"do": "back"})
    assert "He cried." not in texts(lead.get(work(world, "limits/")))
    for page in (where, f"{where}new/", f"{where}{row.pk}/look/"):
        assert grade(texts(writer.get(page))) <= 6.0, page
    assert signed_in(sam).get(where).status_code == 404


def test_ways_of_helping_are_looked_at_alone_with_something_instead_and_again_later(
    world: World, asha: Cast, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    ready(world)
    writer, lead = signed_in(noor), signed_in(asha)
    where = circle(world, "helping/")
    given = {"often-money": "3", "often-work": "1", "wish-money": "change", "often-x": "3"}
    given |= {"often-calm": "2", "often-debts": "9", "words": "The money"}
    assert writer.post(f"{where}fill/", given).status_code == 302
    page = texts(writer.get(where))
    for words in ("4 of 48", "Buy the food", "Talk with who leads first", "What you do that helps"):
        assert words in page, words
    sheet = own.helping_sheets(
        seen_by=noor.through("circle"), circle=world.circle.pk, person=noor.person.pk
    ).get()
    assert "Ways of helping" not in texts(lead.get(work(world, "limits/")))
    assert signed_in(teo).post(f"{where}{sheet.pk}/move/", {"do": "share"}).status_code == 404
    writer.post(f"{where}{sheet.pk}/move/", {"do": "share"})
    shared = texts(lead.get(work(world, "limits/")))
    assert "2 of 16 lines answered" in shared
    assert "I gave money" in shared
    boundaries.fill_helping(
        meeting=sheet.meeting,
        person=noor.person,
        often={"money": "3", "clean": "3"},
        choices={},
        words="",
        by=noor.through("circle"),
        at=world.moment - timedelta(days=31),
    )
    assert "6 of 48" in texts(writer.get(where)).split("How it was before")[1]
    assert [grade(texts(writer.get(page))) <= 6.0 for page in (where, f"{where}fill/")] == [
        True
    ] * 2


def test_the_meeting_is_led_by_presses_with_and_without_script_and_stop_says_what_to_do(
    world: World, asha: Cast, bo: Cast, noor: Cast, signed_in: SignedIn
) -> None:
    meeting = dated(world, ready(world))
    lead, where = signed_in(asha), work(world, "live/")
    page = texts(lead.get(where))
    assert "Not yet a go" in page
    assert 'data-press="begin"' not in page
    # Its time stands in the calendar like any other, and what came of it is told on its own page.
    time = f"/work/bookings/{meeting.booking_id}/"
    assert "A planned meeting" in texts(lead.get(time))
    assert lead.get(f"{time}tell/")["Location"] == work(world)
    at = int((world.moment - timedelta(minutes=9)).timestamp() * 1000)
    begin = {"id": str(uuid4()), "word": "begin", "step": 0, "at": at}
    done = {"id": str(uuid4()), "word": "done", "step": 1, "at": at + 60_000}
    body = json.dumps({"presses": [done, begin, done]})
    for _again in range(2):
        answer = lead.post(f"{where}presses/", body, content_type="application/json")
        assert sorted(set(answer.json()["kept"])) == sorted([begin["id"], done["id"]])
    unknown = json.dumps({"presses": [{**begin, "id": str(uuid4()), "word": "x"}]})
    for wrong in ("{", "[]", '{"presses": [{"id": 1}]}', unknown):
        refused = lead.post(f"{where}presses/", wrong, content_type="application/json")
        assert refused.status_code == 400, wrong
    page = texts(lead.get(where))
    assert shown_panel(page) == "step-2"
    assert 'class="is-done"' in page
    form = {"press": str(uuid4()), "word": "done", "step": 2}
    for _again in range(2):
        assert lead.post(where, form).status_code == 302
    assert shown_panel(texts(lead.get(where))) == "step-3"
    assert lead.post(where, {**form, "press": "x"}).status_code == 404
    lead.post(where, {"press": str(uuid4()), "word": "stop", "step": 0})
    page = texts(lead.get(where))
    assert shown_panel(page) == "stopped"
    assert "Stay with them, if it is safe" in page
    assert live.marks(seen_by=asha.reader, meeting=meeting).count() == 4
    for who in (bo, noor):
        assert signed_in(who).get(where).status_code == 404


def shown_panel(page: str) -> str:
    """The one panel that is not hidden."""
    found = re.findall(r'data-panel="([^"]+)"[^>]*>', page)
    hidden = re.findall(r'data-panel="([^"]+)"[^>]* hidden>', page)
    (shown,) = set(found) - set(hidden)
    return shown


def test_a_letter_is_given_after_the_meeting_opened_or_given_back_and_taken_back_until_then(
    world: World, asha: Cast, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    meeting = dated(world, ready(world))
    for writer in (noor, teo):
        letter = letters.begin(
            meeting=meeting,
            person=writer.person,
            language="en",
            by=writer.through("circle"),
            at=world.moment,
        )
        more = {"by": writer.through("circle"), "at": world.moment}
        letter = letters.save(letter=letter, text="I remember the sea.", expected=1, **more)
        letter = letters.share(letter=letter, expected=letter.version, **more)
        letters.review(
            letter=letter,
            is_ready=True,
            words="",
            expected=letter.version,
            by=asha.reader,
            at=world.moment,
        )
        letters.finish(letter=letter, expected=letter.version, **more)
    where, mine = circle(world, "letter/"), "/me/record/letters/circle/"
    writer = signed_in(noor)
    writer.post(f"{where}move/", {"do": "give"})
    assert "Done. It will be read" in texts(writer.get(where))
    assert "Give it to them" not in texts(writer.get(where))
    sam = world.engage_sam()
    person = signed_in(sam)
    assert "people close to you" not in texts(person.get("/me/record/"))

    writer.post(f"{where}move/", {"do": "give"})
    assert "Not opened yet" in texts(writer.get(where))
    (row,) = giving.letters_to(seen_by=sam.through("person"))
    assert "people close to you" in texts(person.get("/me/record/"))
    for page in (mine, f"{mine}{row.pk}/"):
        assert "the sea" not in texts(person.get(page))
        assert grade(texts(person.get(page))) <= 6.0, page
    writer.post(f"{where}move/", {"do": "ungive"})
    assert person.get(f"{mine}{row.pk}/").status_code == 404
    writer.post(f"{where}move/", {"do": "give"})
    assert writer.post(f"{mine}{row.pk}/move/", {"do": "open"}).status_code == 404
    opened = person.post(f"{mine}{row.pk}/move/", {"do": "open"}, follow=True)
    assert "I remember the sea." in texts(opened)
    assert "They opened it" in texts(writer.get(where))
    writer.post(f"{where}move/", {"do": "ungive"})
    assert person.get(f"{mine}{row.pk}/").status_code == 200
    person.post(f"{mine}{row.pk}/move/", {"do": "return"})
    assert person.get(f"{mine}{row.pk}/").status_code == 404
    assert "They gave it back" in texts(writer.get(where))
    assert "From Teo" not in texts(person.get(mine))


def test_who_does_not_come_chooses_who_reads_their_letter_and_when_it_goes(
    world: World, asha: Cast, noor: Cast, teo: Cast, signed_in: SignedIn
) -> None:
    meeting, more = ready(world), {"by": teo.through("circle"), "at": world.moment}

    def go(path: str) -> None:
        found = fresh(world, meeting)
        actions.choose_path(
            meeting=found, path=path, level=0, reason="They wish it so, all of them.",
            expected=found.version, by=asha.reader, at=world.moment,
        )  # fmt: skip

    def comes(who: Cast, *roles: str) -> None:
        actions.save_seat(
            meeting=fresh(world, meeting), member=who.member, roles=list(roles), speaks=True,
            order=1, by=asha.reader, at=world.moment,
        )  # fmt: skip

    go("love_first")
    actions.save_seat(
        meeting=meeting, member=teo.member, roles=["absent_friend"], speaks=True, order=2,
        by=asha.reader, at=world.moment,
    )  # fmt: skip
    letter = letters.begin(meeting=meeting, person=teo.person, language="en", **more)
    letter = letters.save(letter=letter, text="I remember the sea.", expected=1, **more)
    letter = letters.share(letter=letter, expected=letter.version, **more)
    letters.review(
        letter=letter, is_ready=True, words="The sea is good.", expected=letter.version,
        by=asha.reader, at=world.moment,
    )  # fmt: skip
    letters.finish(letter=letter, expected=letter.version, **more)
    where, paper = circle(world, "letter/"), work(world, f"letters/{letter.pk}/paper/")
    writer, lead, reader = signed_in(teo), signed_in(asha), signed_in(noor)

    def final() -> tuple[int, int]:
        fact = queries.facts_of(fresh(world, meeting), seen_by=asha.reader, at=world.moment)
        return fact.letters_final, len(fact.speakers)

    assert final() == (0, 1)  # nobody there would read it
    assert "has to say who reads it" in texts(lead.get(work(world, "letters/")))
    assert texts(lead.get(work(world))).count("· speaks") == 1  # Noor alone
    assert lead.get(paper).status_code == 404
    assert "You do not have to come" in texts(writer.get(circle(world)))
    for wrong in (str(teo.person.pk), str(world.sam.pk)):
        writer.post(f"{where}move/", {"do": "wish", "read_by": wrong, "keep_for": "day"})
        assert final() == (0, 1)
    wish = {"do": "wish", "read_by": str(noor.person.pk), "keep_for": "day"}
    assert reader.post(f"{where}move/", wish).status_code == 404  # she has written none
    page = texts(writer.post(f"{where}move/", wish, follow=True))
    assert f'value="{noor.person.pk}" selected' in page
    assert grade(page) <= 6.0
    assert final() == (1, 1)
    page = texts(reader.get(circle(world)))
    assert "You read for Teo Lindqvist" in page
    assert "the sea" not in page
    assert grade(page) <= 6.0
    sheet = texts(lead.get(work(world, "sheet/")))
    assert "Teo Lindqvist, read by Noor Haddad" in sheet
    for words in ("I’ll cut down.", "Noor rings at once."):  # the paper alone is enough
        assert words in sheet.partition("runprint")[2], words
    assert "Print it for Noor Haddad" in texts(lead.get(paper))
    comes(noor, "absent_friend")  # the reader does not come any more
    assert final() == (0, 0)
    assert "a reader must be found" in texts(lead.get(work(world, "letters/")))
    assert "will not be there any more" in texts(writer.get(where))
    verdict = queries.verdict(fresh(world, meeting), seen_by=asha.reader, at=world.moment)
    assert [gate.members for gate in verdict.closed if gate.id == "readers"] == [
        (str(teo.person.pk),)
    ]
    comes(noor)
    assert final() == (1, 1)
    go("one_to_one")
    assert str(teo.person.pk) not in dated(world, fresh(world, meeting)).booking.persons

    world.at(fresh(world, meeting).booking.ends_at)
    actions.end(
        meeting=fresh(world, meeting), outcome="refuses_calm", words="As it was.",
        expected=fresh(world, meeting).version, by=asha.reader, at=world.moment,
    )  # fmt: skip
    assert "My letter" in texts(writer.get(f"/circle/{world.circle.pk}/"))
    day = timedelta(days=1)
    assert retention.erase_letters_due(at=world.moment + day - timedelta(minutes=1)) == 0
    assert retention.erase_letters_due(at=world.moment + day) == 1
    assert retention.erase_letters_due(at=world.moment + day) == 0
    page = texts(writer.get(where))
    assert "that time is over" in page
    assert "the sea" not in page
    assert "The sea is good." not in page
    writer.post(where, {"text": "Written anew.", "version": "9"})
    assert "Written anew." not in texts(writer.get(where))


def test_who_was_met_says_how_it_was_once_they_know_and_the_circle_does_not_read_it(
    world: World, asha: Cast, noor: Cast, signed_in: SignedIn, at: Any
) -> None:
    meeting = dated(world, ready(world))
    mine = f"/me/record/met/{meeting.pk}/"
    sam = world.engage_sam()
    person, lead = signed_in(sam), signed_in(asha)
    assert person.get(mine).status_code == 404  # it was not held yet
    world.at(meeting.booking.ends_at)
    actions.end(
        meeting=fresh(world, meeting), outcome="accept_other", words="As it was.",
        expected=fresh(world, meeting).version, by=asha.reader, at=world.moment,
    )  # fmt: skip
    where = work(world, f"ended/{meeting.pk}/")
    at(world.moment)
    person, lead = signed_in(sam), signed_in(asha)
    assert person.get(mine).status_code == 200
    type(world.case)._base_manager.update(engaged_at=None, disclosed_at=None)
    assert person.get(mine).status_code == 404  # nobody has told them
    assert "How the meeting was" not in texts(person.get("/me/record/"))
    type(world.case)._base_manager.update(disclosed_at=world.moment)

    assert mine in texts(person.get("/me/record/"))
    page = texts(person.get(mine))
    assert grade(page) <= 6.0
    assert "Noor" not in page
    assert person.post(mine, {"words": " "}).status_code == 400
    assert person.post(mine, {"felt_pressed": "11"}).status_code == 400
    assert "What the person says of it" not in texts(lead.get(where))
    said = {"words": "Too many at once.", "felt_respected": "0", "again": "unknown"}
    page = texts(person.post(mine, said, follow=True))
    assert "Too many at once." in page
    assert grade(page) <= 6.0
    page = texts(lead.get(where))
    for words in ("What the person says of it", "Too many at once.", "Not sure"):
        assert words in page, words
    assert "Did you feel pushed" not in page  # left out is not zero
    at(world.moment + timedelta(minutes=1))
    person.post(mine, {"words": "I see it differently now."})
    assert texts(lead.get(where)).count("Too many at once.") == 1  # among all that was written
    for other in (noor, world.bo):
        assert "Too many" not in texts(signed_in(other).get(mine))
        assert signed_in(other).get(where).status_code == 404
    with pytest.raises(NotAllowed):
        after.say(
            meeting=meeting, scales={}, again="yes", words="", by=noor.reader, at=world.moment
        )


def test_after_a_meeting_the_debrief_and_the_first_help_are_written_and_the_office_counts(
    world: World, asha: Cast, noor: Cast, signed_in: SignedIn
) -> None:
    meeting, lead = begun(world), signed_in(asha)
    clinic, hostel = (add_option(world, name) for name in ("The clinic", "The hostel"))
    assert "The hostel, kept until" in texts(lead.get(work(world, "end/")))
    gone = {
        "version": meeting.version, "outcome": "not_held", "words": "She fell ill.",
        "places": str(hostel.pk),
    }  # fmt: skip
    assert lead.post(work(world, "end/"), {**gone, "places": str(uuid4())}).status_code == 400
    ended = lead.post(work(world, "end/"), gone)
    where = ended["Location"]
    assert where.endswith(f"/meeting/ended/{meeting.pk}/")
    page = texts(lead.get(where))
    assert "Nobody has asked yet" in page
    assert "She fell ill." in page
    assert "The clinic, kept until" in page
    assert "The hostel" not in page
    back = lead.post(work(world, f"options/{clinic.pk}/end/"), {"meeting": str(meeting.pk)})
    assert back["Location"] == where
    assert "still kept" not in texts(lead.get(where))
    assert lead.post(where, {"calm": "11"}).status_code == 400
    wrong = lead.post(where, {"what": "first_help", "said": "yes"})
    assert "Write the day of the first talk" in texts(wrong)
    for given in (
        {"calm": "7", "facts": "stop_used", "harms": "rupture", "words": "Ask sooner."},
        {"what": "arrived", "said": "no"},
        {"what": "first_help", "said": "yes", "on": "2026-03-01", "kind": "outpatient"},
    ):
        assert lead.post(where, given).status_code == 302
    page = texts(lead.get(where))
    assert re.search(r"They arrived where they said yes to go</dt>\s*<dd[^>]*>No<", page)
    for words in ("Ask sooner.", "A break between people", "1 Mar 2026", "Outpatient talks"):
        assert words in page, words
    assert where in texts(lead.get(work(world)))
    today = texts(lead.get("/work/"))
    assert f"{where}#calls" in today
    assert "0 of 2 done. To call:" in today
    call = f"{where}calls/0/{noor.person.pk}/"
    assert lead.post(call, {"came_to": "let_go"}).status_code == 400
    assert lead.post(call, {"came_to": "spoken", "number_item_1": "11"}).status_code == 400
    given = {"came_to": "spoken", "words": "Sleeps badly.", "number_item_1": "7"}
    assert lead.post(call, given)["Location"] == f"{where}#calls"
    page = texts(lead.get(where))
    for words in ("Sleeps badly.", "How strained are you by supporting them? 7", "1 of 2 done"):
        assert words in page, words
    for nobody in (uuid4(), world.sam.pk):
        assert lead.get(f"{where}calls/0/{nobody}/").status_code == 404
    assert signed_in(noor).get(where).status_code == 404
    assert signed_in(noor).get(call).status_code == 404
    office = texts(signed_in(world.grace).get("/office/"))
    assert "A family thought of a meeting" in office
    assert "She fell ill" not in office
