"""From an empty database to a measured change: one walk, each person in a browser of their own.

Nothing comes from a factory: every word is typed into a page, every link is read from a letter
that a real mail server took.
"""

from __future__ import annotations

import gzip
import re
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.mailbox import Mailbox
from tests.flows.walking import (
    Somebody,
    answer_the_four_private_questions,
    come_in_by_numbers,
    find_no_danger,
    key_button,
    key_choice,
    key_link,
    link_in,
    mail_to,
    next_chapter,
    set_up_second_step,
    sign_in_to_work,
    tab_to,
)
from tests.harness.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONDON = ZoneInfo("Europe/London")
WORDS_OF_JO = "Sam has not left his room for three weeks.\nHe says nothing matters."
PASSWORDS = {
    "grace@harbour.test": "quiet lamps over water",
    "asha@harbour.test": "slow rivers bend twice",
    "hana@harbour.test": "three owls on a fence",
}
LEVELS = {
    "level_minus_2": "I stay in bed all day",
    "level_minus_1": "I come out for meals",
    "level_0": "I go out once a day",
    "level_1": "I meet somebody twice a week",
    "level_2": "I am back at work",
}

Open = Callable[..., Somebody]


@pytest.fixture
def started(serve: Callable[..., Served], mailbox: Mailbox) -> Served:
    """`alongside serve` on an empty database, its letters taken by a real mail server."""
    return serve(ALONGSIDE_SMTP_URL=mailbox.url)


@pytest.fixture
def browser_of(page_for: Callable[..., Page], axe: Any, started: Served) -> Open:
    """A browser that knows nothing of the others."""

    def open_one(width: int = 1280, **more: Any) -> Somebody:
        return Somebody(page_for(width, base_url=started.url, **more), axe)

    return open_one


def test_a_worry_becomes_a_measured_change(
    started: Served, browser_of: Open, mailbox: Mailbox
) -> None:
    grace = set_up_by_the_printed_code(browser_of, started)
    staff_is_invited(grace)
    a_line_is_called_and_the_service_named(grace)
    hana = first_day(browser_of, mailbox, "hana@harbour.test", before_a_role=True)
    hana_is_on_call(grace)
    asha = first_day(browser_of, mailbox, "asha@harbour.test")

    next_chapter()
    brother = browser_of(390)
    danger_is_told(brother, started)
    hana_has_it(hana, mailbox)
    brother.page.reload()
    brother.sees("A person has this since")
    reached_and_closed(hana, "They are at home together, calm now.")
    the_brother_tells_more(brother)

    next_chapter()
    case = a_case_is_opened(asha)
    noor = noor_joins(browser_of, asha, case, mailbox)
    everybody_was_asked_alone(asha, case)
    sam = sam_comes_in(browser_of, asha, case, mailbox)
    next_chapter()
    a_way_is_chosen(asha, case)
    plan = a_plan_with_a_goal(asha, case)
    sam_agrees(sam)

    next_chapter()
    link = phq9_is_asked_for(asha, case, mailbox)
    answered_on_a_phone(browser_of, link)
    hana.goto("/work/crisis/")
    hana.sees("Sam: PHQ-9, question 9: answered 1")
    asha.goto(case)
    asha.sees("An alert is open.")
    hana.press("I have this")
    hana.sees("sam@mail.test")
    reached_and_closed(hana, "Thoughts, no plan.")

    next_chapter()
    asha.goto(plan)
    asha.sees("Everything is in place")
    asha.press("Start this course")
    asha.sees("0 of 8 sessions held")
    begins = a_session_is_booked(asha)
    answered_again(browser_of, asha, case)
    a_session_is_held(asha, case, begins)
    sam.goto("/me/")
    sam.sees("Walk to the corner")
    sam.look()

    next_chapter()
    letters = noor_is_taken_out(asha, case, noor, mailbox)
    the_change_is_shown(asha, sam, case)
    the_case_ends(asha, case, plan)
    from_the_first_worry_to_the_last_word(asha, case)
    assert len(mailbox.to("noor@mail.test")) == letters


# -- a house is set up --------------------------------------------------------------------------


def set_up_by_the_printed_code(browser_of: Open, started: Served) -> Somebody:
    printed = re.search(r"enter this code: (\S+)", started.log())
    assert printed, "`alongside serve` printed no code"
    grace = browser_of()
    grace.goto("/set-up/")
    grace.look()
    grace.press("Set it up")
    grace.is_told_what_to_fix()
    grace.write(
        code="WRNG-WRNG-WRNG",
        institution="Harbour House",
        service="Harbour Family Help",
        name="Grace Okafor",
        email="grace@harbour.test",
        password=PASSWORDS["grace@harbour.test"],
    )
    grace.pick("country", value="GB")
    grace.pick("zone", value="Europe/London")
    grace.press("Set it up")
    grace.sees("That is not the code.")
    grace.write(code=printed[1].lower(), password=PASSWORDS["grace@harbour.test"])
    grace.press("Set it up")
    grace.sees("Sign in to your work")
    grace.look()
    sign_in_to_work(grace, "grace@harbour.test", PASSWORDS["grace@harbour.test"])
    grace.goto("/set-up/", status=404)
    grace.goto("/home/")
    grace.sees("Harbour House", "names nobody outside", "No crisis line was called")
    grace.look()
    return grace


def staff_is_invited(grace: Somebody) -> None:
    grace.goto("/office/people/new/")
    grace.press("Add and send the mail")
    grace.is_told_what_to_fix()
    people = {
        "asha@harbour.test": ("Asha Raman", "Psychologist", ["lead"]),
        "hana@harbour.test": ("Hana Weiss", "Nurse", []),
    }
    for address, (name, title, roles) in people.items():
        grace.goto("/office/people/new/")
        grace.write(name=name, title=title, email=address, reason="joined in November")
        for role in roles:
            grace.choose("roles", role)
        grace.press("Add and send the mail")
        grace.sees(name, "Has not chosen a password yet.")
    grace.look()
    grace.goto("/office/people/")
    grace.sees("Asha Raman", "Hana Weiss")
    grace.look()


def a_line_is_called_and_the_service_named(grace: Somebody) -> None:
    grace.goto("/office/lines/")
    grace.look()
    samaritans = grace.main.get_by_role("listitem").filter(has_text="116 123").first
    expect(samaritans).to_contain_text("Not shown")
    samaritans.get_by_role("button").click()
    grace.sees("Pages show this line now.")
    grace.goto("/office/services/")
    grace.follow("Change")
    grace.pick("setting", value="clinic")
    grace.write(fallback_email="partner@elsewhere.test")
    grace.look()
    grace.press("Save")
    grace.sees("Saved at")


def hana_is_on_call(grace: Somebody) -> None:
    grace.goto("/office/rota/")
    grace.sees("Nobody is on call")
    grace.follow("Add a shift", exact=False)
    grace.press("Save")
    grace.is_told_what_to_fix()
    now = datetime.now(LONDON)
    grace.pick("account", label="Hana Weiss")
    grace.write(day=f"{now:%Y-%m-%d}", starts="00:00", days="14")
    grace.press("Save")
    grace.sees("On call now")
    grace.look()


def first_day(
    browser_of: Open, mailbox: Mailbox, address: str, *, before_a_role: bool = False
) -> Somebody:
    """From the letter to the desk."""
    who = browser_of()
    letter = mail_to(mailbox, address)
    assert letter.subject == "Your page"
    who.goto(link_in(letter))
    who.press("Save")
    who.is_told_what_to_fix()
    who.write(password1=PASSWORDS[address], password2=PASSWORDS[address])
    who.press("Save")
    who.sees("Your password is saved")
    who.goto("/account/login/?next=/home/")
    who.page.get_by_label("Your e-mail address at work").fill(address)
    who.page.get_by_label("Your password").fill(PASSWORDS[address])
    who.press("Go on")
    if before_a_role:
        who.sees("There is nothing here for you now")
        who.look()
        return who

    set_up_second_step(who)
    who.goto("/home/")
    who.sees("Nothing is waiting for you.")
    who.look()
    return who


# -- danger -------------------------------------------------------------------------------------


def danger_is_told(brother: Somebody, started: Served) -> None:
    brother.goto("/")
    brother.look()
    brother.follow("They need help and keep saying no", exact=False)
    brother.sees("Question 1 of 4", "Who sees this answer?")
    brother.look()
    brother.press("Continue")
    brother.is_told_what_to_fix()
    brother.choose("answer", "yes")
    brother.press("Continue")
    brother.sees(
        "If someone is in danger now, call 999",
        "Saved and sent to the on-call team at",
        "We can’t reach you yet: leave a number",
        "Samaritans",
    )
    assert not re.search("on (its|the) way|help is coming", brother.words, re.IGNORECASE)
    assert brother.page.locator("a[href='tel:999']").count() >= 1
    assert brother.page.locator("script").count() == 0
    assert brother.page.context.cookies() == []
    assert sent_bytes(brother.page, started) <= 14 * 1024
    brother.look()
    brother.press("Send my number")
    brother.sees("Write a number we can call.")
    brother.look()
    brother.write(tel="0131 496 0777")
    brother.press("Send my number")
    brother.sees("They have the number you left at")


def sent_bytes(page: Page, started: Served) -> int:
    """The danger page and its sheet, as they go over the wire."""
    sheet = page.locator("link[rel=stylesheet]").get_attribute("href")
    total = 0
    for address in (page.url, f"{started.url}{sheet}"):
        asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
        with urllib.request.urlopen(asked, timeout=20) as answer:
            body = answer.read()
            assert "Set-Cookie" not in answer.headers
            packed = answer.headers.get("Content-Encoding") == "gzip"
            total += len(body) + len(str(answer.headers))
            text = gzip.decompress(body) if packed else body
        assert b"<script" not in text
    return total


def hana_has_it(hana: Somebody, mailbox: Mailbox) -> None:
    letter = mail_to(mailbox, "hana@harbour.test", 2)
    for word in (r"\bSam\b", r"\b0131\b"):  # whole: letters of a link may make a part by chance
        assert not re.search(word, letter.raw)
    hana.goto(link_in(letter))
    if "second step" in hana.words.lower():
        set_up_second_step(hana)
        hana.goto("/work/crisis/")
    hana.sees("Nobody has it yet.", "Someone who left", "First on call")
    hana.look()
    hana.press("I have this")
    hana.sees("You have this since", "Hana Weiss has this", "+441314960777")
    hana.look()


def reached_and_closed(hana: Somebody, note: str) -> None:
    hana.unfold("Add a contact or a note")
    hana.press("Save")
    hana.is_told_what_to_fix()
    hana.choose("method", "phone")
    hana.choose("reached", "yes")
    hana.write(note=note)
    hana.press("Save")
    hana.sees("First contact or note", note)
    hana.follow("Reached, safe")
    hana.press("Close the alert")
    hana.is_told_what_to_fix()
    hana.pick("triage_code", value="D")
    hana.choose("safety_plan_or_transfer", "safety_plan")
    hana.choose("means_safety", "none_needed")
    hana.write(
        assessment_note="Talked for half an hour. No plan, no means.",
        means_safety_note="Nothing at hand.",
        next_contact_at=f"{datetime.now(LONDON) + timedelta(days=1):%Y-%m-%dT%H:%M}",
        named_person="Hana Weiss",
    )
    hana.press("Close the alert")
    hana.sees("Closed at", "Reached, safe")
    hana.look()


def the_brother_tells_more(brother: Somebody) -> None:
    brother.follow("Go on to the next question")
    for _ in range(3):
        brother.choose("answer", "no")
        brother.press("Continue")
    brother.sees("Shall someone call you back?")
    brother.look()
    brother.write(
        words=WORDS_OF_JO,
        about_alias="Sam",
        contact="12",
        contact_name="Jo",
        safe_hours="Weekdays after six",
    )
    brother.pick("about_age_band", label="26 to 64")
    brother.pick("relation", value="sibling")
    brother.press("Send")
    brother.sees("Check this number.")
    assert brother.field("words").input_value() == WORDS_OF_JO
    brother.write(contact="0131 496 0777")
    brother.press("Send")
    brother.sees("Thank you for telling us")
    brother.look()
    assert brother.page.context.cookies() == []


# -- a case and its circle ------------------------------------------------------------------------


def a_case_is_opened(asha: Somebody) -> str:
    asha.goto("/work/")
    asha.sees("New concern about Sam")
    asha.goto("/work/concerns/")
    asha.look()
    asha.follow("Sam")
    asha.sees("He says nothing matters.", "Said by Jo")
    asha.look()
    asha.press("Open the case")
    asha.is_told_what_to_fix()
    asha.choose("needs", "low_mood")
    asha.choose("legal_basis", "vital_interests")
    asha.write(legal_reason="He speaks of nothing mattering, and he eats little.")
    asha.tick("reporter_joins")
    asha.press("Open the case")
    asha.sees("The case is open. You lead it.", "The person has not been told", "Not yet, because…")
    asha.look()
    return asha.page.url


def noor_joins(browser_of: Open, asha: Somebody, case: str, mailbox: Mailbox) -> Somebody:
    asha.goto(f"{case}circle/")
    asha.look()
    asha.press("Add")
    asha.is_told_what_to_fix()
    asha.write(name="Noor Haddad", contact="noor@mail.test", safe_words="Say it is the choir")
    asha.pick("relation", value="friend")
    asha.choose("roles", "supporter")
    asha.press("Add")
    asha.sees("Noor Haddad", "noor@mail.test", "Others in the circle see only their own words.")
    asha.look()
    asha.press("Send the link")
    asha.sees("A link is on its way.")

    letter = mail_to(mailbox, "noor@mail.test")
    assert not re.search("Sam|circle|therap|mental|drug", f"{letter.subject} {letter.text}")
    noor = browser_of(390)
    noor.goto(link_in(letter))
    noor.sees("What you will not see", "What the others said.")
    noor.look()
    noor.press("Go on and sign in")
    noor.sees("Type the six numbers")
    noor.look()
    come_in_by_numbers(noor, mailbox, "noor@mail.test", 1)
    noor.sees("Our plan", "You are here with Jo.")
    noor.look()
    noor.follow("Go there")
    noor.sees("Please be alone when you read this.")
    noor.look()
    for name, answer in (("afraid", "no"), ("stopped", "no"), ("device", "yes"), ("hide", "no")):
        noor.choose(name, answer)
    noor.press("Save my answers")
    noor.sees("Your answers are saved.")
    noor.follow("Say yes or no to taking part")
    noor.look()
    noor.press("Save my answer")
    noor.is_told_what_to_fix()
    noor.choose("answer", "yes")
    noor.press("Save my answer")
    noor.sees("What I said, and who can see it", "Asha Raman and the on-call team")
    noor.look()
    return noor


def everybody_was_asked_alone(asha: Somebody, case: str) -> None:
    asha.goto(f"{case}circle/")
    asha.follow("Jo")
    asha.unfold("Write down what they told you, alone")
    answer_the_four_private_questions(asha)
    asha.page.locator("main form:has([name=afraid]) button").click()
    asha.sees("Asked alone")
    asha.goto(f"{case}circle/")
    asha.sees("2 of 2 were asked alone.")


def sam_comes_in(browser_of: Open, asha: Somebody, case: str, mailbox: Mailbox) -> Somebody:
    asha.goto(case)
    asha.unfold("They have been told")
    asha.press("Save: they know")
    asha.is_told_what_to_fix()
    asha.goto(case)
    asha.unfold("They came in")
    asha.page.get_by_label("Their own e-mail address").fill("sam@mail.test")
    asha.page.locator("main form:has(#in_address) button").click()
    asha.sees("A link to their page is on its way.")
    sam = browser_of(390, dark=True)
    sam.goto(link_in(mail_to(mailbox, "sam@mail.test")))
    sam.sees("A page of your own")
    sam.look()
    sam.press("Go on and sign in")
    come_in_by_numbers(sam, mailbox, "sam@mail.test", 1)
    sam.sees("My page", "There is nothing for you to do now.")
    sam.look()
    for address in ("/me/plan/", "/me/change/", "/me/questions/", "/me/record/", "/me/settings/"):
        sam.goto(address)
        sam.look()
    return sam


# -- a way, a plan, a yes -----------------------------------------------------------------------


def a_way_is_chosen(asha: Somebody, case: str) -> None:
    asha.goto(f"{case}choose/")
    asha.sees("Nothing was asked yet.")
    find_no_danger(asha)
    asha.pick("seeks_help", index=1)
    asha.write(person__age="34")
    asha.press("Save and ask the chooser")
    asha.sees("Cognitive behavioural therapy (CBT)", "Ask next", "where this comes from")
    asha.look()
    asha.press("Decide and go to the plan")
    asha.is_told_what_to_fix()
    asha.pick("chosen", value="cbt")
    asha.write(reason="Low mood for weeks; he wants to try talking, once a week.")
    asha.press("Decide and go to the plan")
    asha.sees("Next: the plan.")


def a_plan_with_a_goal(asha: Somebody, case: str) -> str:
    asha.follow("Propose a plan")
    asha.look()
    asha.field("decision").first.check()
    asha.choose("way", "cbt/guided_selfhelp")
    asha.main.get_by_role("checkbox", name="Sam").check()
    asha.pick("deliverer", label="Asha Raman, Psychologist")
    asha.write(summary="Small steps back into the day, then the thoughts that stop them.")
    asha.press("Save")
    asha.sees(
        "Not yet, because…",
        "have not agreed to it yet",
        "No consent of the person is recorded",
        "The first measure is not there yet",
    )
    plan = asha.page.url
    asha.sees("Opens when nothing above is missing.")
    assert asha.page.locator("main form[action$='/start/']").count() == 0
    asha.look()
    asha.follow("Add a goal")
    asha.press("Save")
    asha.is_told_what_to_fix()
    asha.choose("kind", "behaving")
    asha.pick("start_level", value="-2")
    asha.write(words="Get out of my room again", **LEVELS)
    asha.press("Save")
    asha.sees("Get out of my room again", "I am back at work")
    return plan


def sam_agrees(sam: Somebody) -> None:
    sam.goto("/me/")
    sam.sees("Say yes or no to the plan", "Say yes or no to the talks")
    sam.goto("/me/plan/")
    sam.sees("Not yet, because you have not said yes or no to the plan.")
    sam.look()
    for heading in ("Do you agree to this plan?", "Do you want to start these talks"):
        sam.goto("/me/plan/")
        sam.follow("Answer")
        sam.sees(heading)
        sam.look()
        sam.press("Save my answer")
        sam.is_told_what_to_fix()
        sam.choose("answer", "yes")
        sam.press("Save my answer")
        sam.sees("Saved at")


# -- measured -----------------------------------------------------------------------------------


def phq9_is_asked_for(asha: Somebody, case: str, mailbox: Mailbox) -> str:
    asha.goto(f"{case}questions/")
    asha.look()
    before = len(mailbox.to("sam@mail.test"))
    asha.pick("instrument", value="phq9")
    asha.pick("respondent", label="Sam")
    asha.choose("about", "self")
    asha.choose("how", "mail")
    asha.press("Ask")
    asha.sees("It says nothing about why.")
    letter = mail_to(mailbox, "sam@mail.test", before + 1)
    assert "Patient" not in letter.raw
    return link_in(letter)


def answered_on_a_phone(browser_of: Open, link: str) -> None:
    """One question skipped, the browser closed in between, and danger in the ninth answer."""
    phone = browser_of(390, dark=True)
    phone.goto(link)
    phone.sees("There are 9 questions.", "Your family doesn’t.")
    phone.look()
    phone.follow("Start")
    phone.look()
    phone.press("Next")
    phone.is_told_what_to_fix()
    for value in ("1", "1", "1"):
        phone.choose("a", value)
        phone.press("Next")
    phone.press("Skip this one")
    phone.sees("Question 5 of")
    phone.page.context.close()

    phone = browser_of(390, dark=True)
    phone.goto(link)
    phone.sees("Go on with your questions")
    phone.follow("Go on")
    for _ in range(4):
        phone.choose("a", "2")
        phone.press("Next")
    phone.sees("Question 9 of", "the on-call team sees it at once")
    phone.choose("a", "1")
    phone.press("Next")
    phone.sees("call 999", "Saved and sent to the on-call team at")
    assert phone.page.locator("script").count() == 0
    phone.look()
    phone.follow("Go on with the questions")
    phone.choose("a", "1")
    phone.press("Next")
    phone.sees("Look at your answers", "Skipped")
    phone.look()
    phone.press("Send my answers")
    phone.follow("Go on")
    phone.sees("Thank you. It’s saved.", "You answered 9 of 10.")
    phone.look()
    phone.goto(link, status=404)


def a_session_is_booked(asha: Somebody) -> datetime:
    asha.follow("Book a time")
    asha.press("Save")
    asha.is_told_what_to_fix()
    begins = next_minute()
    asha.write(day=f"{begins:%Y-%m-%d}", time=f"{begins:%H:%M}")
    asha.choose("place", "in_person")
    asha.main.get_by_role("checkbox", name="Sam").check()
    asha.press("Save")
    asha.sees("Kept:", f"{begins:%H:%M}")
    asha.look()
    asha.goto("/work/calendar/")
    asha.sees("Sam", f"{begins:%H:%M}")
    asha.look()
    return begins


def a_session_is_held(asha: Somebody, case: str, begins: datetime) -> None:
    """Held, noted, signed, added to, and something to try at home."""
    while datetime.now(LONDON) < begins:
        time.sleep(0.2)
    asha.goto(f"{case}sessions/")
    asha.page.locator("main a[href*='/bookings/'][href$='/tell/']").first.click()
    asha.press("Save")
    asha.is_told_what_to_fix()
    asha.choose("what", "held")
    asha.page.locator("main [value=attended]").check()
    asha.tick("said_fit_today")
    asha.write(agenda="How the days go")
    asha.press("Save")
    asha.sees("Session 1", "A draft.")
    asha.look()
    asha.press("Save and sign")
    # Two parts begin with what was entered: who came, and what the questionnaires said.
    asha.sees("Saved, and not signed yet. 6 parts are still blank.", "Where 4 sentences")
    asha.look()
    for part in asha.page.locator("main textarea[name^=part_]").all():
        part.fill("As agreed.")
    asha.press("Save and sign")
    asha.sees("It stays as it is; it can be added to.")
    asha.write(words="He slept better than I wrote.")
    asha.press("Save and sign what is added")
    asha.sees("He slept better than I wrote.")
    asha.unfold("Set something to try")
    form = asha.page.locator("main form[action$='/homework/']")
    form.locator("[name=task]").fill("Walk to the corner")
    form.locator("[name=when_where]").fill("Every day at ten")
    form.get_by_role("button").click()
    asha.sees("Walk to the corner")
    asha.look()


def next_minute() -> datetime:
    now = datetime.now(LONDON)
    return (now + timedelta(minutes=1, seconds=8)).replace(second=0, microsecond=0)


def noor_is_taken_out(asha: Somebody, case: str, noor: Somebody, mailbox: Mailbox) -> int:
    """Her page is open on the screen: the next press leads nowhere, and so does signing in.

    Returns how many letters she had when she asked for numbers, which no longer come to her.
    """
    noor.goto("/circle/")
    noor.sees("Our plan")
    asha.goto(f"{case}circle/")
    asha.follow("Noor Haddad")
    asha.press("Take Noor Haddad out of the circle")
    asha.sees("Noor Haddad sees nothing here any more.")
    noor.page.get_by_role("link", name="What I said").first.click()
    noor.sees("Sign in")
    before = len(mailbox.to("noor@mail.test"))
    noor.page.get_by_label("Your e-mail address").fill("noor@mail.test")
    noor.press("Send me the numbers")
    noor.sees("Type the six numbers")  # as for an address nobody knows
    noor.page.get_by_label("The numbers in the mail").fill("123456")
    noor.press("Sign in")
    noor.look()
    noor.goto("/circle/")
    noor.sees("Sign in")
    return before


def answered_again(browser_of: Open, asha: Somebody, case: str) -> None:
    """By a link that is shown once and handed over."""
    asha.goto(f"{case}progress/")
    asha.sees("There is one score so far.")
    asha.goto(f"{case}questions/")
    asha.pick("instrument", value="phq9")
    asha.pick("respondent", label="Sam")
    asha.choose("about", "self")
    asha.choose("how", "link")
    asha.press("Ask")
    asha.sees("A private link for Sam")
    asha.look()
    found = re.search(r"http://\S+", asha.words)
    assert found
    phone = browser_of(390)
    phone.goto(found[0])
    phone.follow("Start")
    while re.search(r"/\d+/$", phone.page.url):
        phone.choose("a", "0")
        with phone.page.expect_navigation():
            phone.press("Next")
    phone.press("Send my answers")
    phone.sees("Thank you. It’s saved.")


def the_change_is_shown(asha: Somebody, sam: Somebody, case: str) -> None:
    asha.goto(f"{case}progress/")
    asha.sees(
        "Better by 14 points, larger than measurement error is likely to explain",
        "2 of 2 answered",
        "Some people get better without treatment, too.",
        "Minimal",
    )
    expect(asha.main.locator("svg[role=img], figure svg").first).to_be_visible()
    asha.look()
    sam.goto("/me/change/")
    sam.sees("How it has changed", "2 of 2")
    sam.look()
    number = sam.page.locator("main a[href^='/me/change/']:not([href*=picture])").first
    sam.goto(str(number.get_attribute("href")))
    sam.look()
    sam.follow("Put my answers right")
    sam.press("Put right")
    sam.is_told_what_to_fix()


def the_case_ends(asha: Somebody, case: str, plan: str) -> None:
    asha.goto(f"{case}closing/")
    asha.press("It is closing now")
    asha.sees("A course is running: Cognitive behavioural therapy")
    asha.look()
    asha.follow("Go to the plan")
    asha.follow("End this course")
    form = asha.page.locator("main form:has([name=completion])")
    form.get_by_label("Completed early, recovered").check()
    form.locator("[name=words]").fill("He is well and goes out.")
    form.get_by_role("button").click()
    asha.sees("Saved at")
    asha.goto(f"{case}closing/")
    asha.press("Close the case")
    asha.is_told_what_to_fix()
    asha.choose("outcome", "completed_early_recovered")
    asha.write(words="Sam walks every day and works again.")
    asha.press("Close the case")
    asha.sees("The case is closed.", "Completed early, recovered")
    asha.look()


def from_the_first_worry_to_the_last_word(asha: Somebody, case: str) -> None:
    asha.goto(f"{case}timeline/")
    asha.look()
    entries = asha.words
    while asha.main.get_by_role("link", name="Older").count():
        asha.main.get_by_role("link", name="Older").first.click()
        entries += asha.words
    told = [
        "The case was closed",
        "Noor Haddad left the circle",
        "The note of session 1 was added to",
        "The note of session 1 was signed",
        "Session 1 was held",
        "Sam answered Patient Health Questionnaire-9: 14",
        "The case was opened",
        "A worry was told",
    ]
    places = [entries.find(words) for words in told]
    assert -1 not in places, f"not on the line: {told[places.index(-1)]}"
    assert places == sorted(places)


# -- at phone width, in the dark, without a mouse -----------------------------------------------


def test_the_public_door_and_a_questionnaire_by_keyboard_alone(
    started: Served, page_for: Callable[..., Page]
) -> None:
    ready = started.call("tests.flows.ready:a_small_service", url=started.url)
    page = page_for(390, dark=True, base_url=started.url)
    page.goto("/")
    key_link(page, "They need help and keep saying no")
    key_choice(page, "No")
    key_button(page, "Continue")
    expect(page.get_by_role("main")).to_contain_text("Question 2 of 4")
    key_button(page, "Skip this question")
    expect(page.get_by_role("main")).to_contain_text("Question 3 of 4")
    key_choice(page, "Yes, now")
    key_button(page, "Continue")
    expect(page.get_by_role("main")).to_contain_text("Saved and sent to the on-call team at")
    tab_to(page, lambda here: here["name"] == "tel")
    page.keyboard.type("0131 496 0777")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("They have the number you left at")

    page.goto(ready["phq9"])
    key_link(page, "Start")
    for number in range(1, 9):
        expect(page.get_by_role("main")).to_contain_text(f"Question {number} of")
        if number == 4:
            key_button(page, "Skip this one")
            continue
        key_choice(page, "Several days")
        key_button(page, "Next")
    key_choice(page, "Not at all")
    key_button(page, "Next")
    key_button(page, "Skip this one")
    key_button(page, "Send my answers")
    expect(page.get_by_role("main")).to_contain_text("Thank you. It’s saved.")
    page.goto("/")
    page.keyboard.press("Tab")
    with page.expect_event("request", lambda asked: not asked.url.startswith(started.url)):
        page.keyboard.press("Enter")  # the first stop of every page leads away


def test_the_public_door_and_a_questionnaire_without_script(
    started: Served, page_for: Callable[..., Page], axe: Any
) -> None:
    ready = started.call("tests.flows.ready:a_small_service", url=started.url)
    who = Somebody(page_for(390, dark=True, javascript=False, base_url=started.url), axe)
    who.goto("/")
    who.follow("Someone could get hurt today", exact=False)
    for _ in range(4):
        who.choose("answer", "no")
        who.press("Continue")
    who.write(words=WORDS_OF_JO, contact="jo@mail.test")
    who.press("Send")
    who.sees("Thank you for telling us")
    who.goto(ready["phq9"])
    who.follow("Start")
    for _ in range(8):
        who.choose("a", "2")
        who.press("Next")
    who.choose("a", "1")
    who.press("Next")
    who.sees("call 999", "Saved and sent to the on-call team at")
    who.follow("Go on with the questions")
    who.press("Skip this one")
    who.press("Send my answers")
    who.follow("Go on")
    who.sees("Thank you. It’s saved.")
