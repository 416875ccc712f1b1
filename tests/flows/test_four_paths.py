"""Four whole paths, months long, each in a house of its own; each page then opened by everybody.

Help that is taken and ends with a letter; a mother who learns while her son never comes; a person
who says no and is left in peace; one who comes in and finds what was held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.flows.house import ANYBODY, SPENT, House, Walk, opened
from tests.flows.walking import (
    Somebody,
    answer_the_four_private_questions,
    find_no_danger,
    next_chapter,
)
from tests.harness.served import Template

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
def house(served_template: Template) -> Iterator[House]:
    """A house of its own for each path, with its team; its clock begins on a Monday."""
    with opened(served_template, MONDAY, "tests.flows.ready:a_team") as found:
        yield found


@pytest.fixture
def walk(house: House, page_for: Callable[..., Page], axe: Any) -> Iterator[Walk]:
    next_chapter()
    yield Walk(house, page_for, axe)
    said = house.served.log()
    assert "Internal Server Error" not in said, said[-4000:]


# Whom a page is for, by the rules for access. The words are the first names of the team, and of
# each path ``person``, ``member`` and ``gone`` (taken out of the circle, or left). Asha leads,
# Ifeoma supervises her; Lena leads another case; Dan is ``therapist`` where a course names him;
# Hana is on call, but not on the days of these paths; Bo coordinates, Grace manages, Petra keeps
# privacy, Aled looks at the record of access, Ada looks after the machine.
CASE = "/work/cases/[^/]+/"
OPENS_FOR = {
    "/|/worried/.*|/w/.*|/account/login/.*": ANYBODY,
    "/circle/left/": ANYBODY,
    "/circle/join/.*|/l/.*": SPENT,
    "/work/": "asha therapist ifeoma lena bo",
    "/work/(waiting|concerns|cases)/": "asha therapist ifeoma lena",
    "/work/concerns/[^/]+/": "asha ifeoma",
    f"{CASE}(consent/refusal|closing|plan/propose)/": "asha",
    "/work/courses/[^/]+/end/": "asha",
    f"{CASE}questions/[^/]+/enter/|/work/courses/.*": "asha therapist",
    f"{CASE}.*|/work/(sessions|letters)/.*": "asha therapist ifeoma",
    "/office/requests/.*": "petra",
    "/office/kept/": "petra aled",
    "/me/plan/talks/.*": "",  # over, with what it was part of
    "/me/.*": "person",
    "/circle/[^/]+/(agree/plan|sheets/new/.*)/": "",
    "/circle/.*": "member",
}


# -- what every path begins with -------------------------------------------------------------------


def a_worry_is_told(walk: Walk, **told: str) -> Somebody:
    """At the public door, without danger, with a way to be reached. Returns who told it."""
    who = walk.comes(width=390)
    who.goto("/")
    who.follow("They need help and keep saying no", exact=False)
    for _ in range(4):
        who.choose("answer", "no")
        who.press("Continue")
    who.sees("Shall someone call you back?")
    who.write(
        words=told["words"],
        about_alias=told["about"],
        contact=told["contact"],
        contact_name=told["name"],
    )
    who.pick("about_age_band", label="26 to 64")
    who.pick("relation", value=told["relation"])
    who.press("Send")
    who.sees("Thank you for telling us")
    return who


def a_case_is_opened(asha: Somebody, about: str, need: str) -> str:
    """Read, and opened with the least that will do; who told it joins."""
    asha.goto("/work/concerns/")
    asha.follow(about)
    asha.choose("needs", need)
    asha.choose("legal_basis", "vital_interests")
    asha.write(legal_reason="The family fears for them and asks this service how to help.")
    asha.tick("reporter_joins")
    asha.press("Open the case")
    asha.sees("The case is open. You lead it.")
    return asha.page.url


def is_invited(asha: Somebody, case: str, name: str, address: str) -> None:
    asha.goto(f"{case}circle/")
    asha.follow(name)
    asha.page.get_by_label("Their own e-mail address").fill(address)
    asha.press("Send the link")
    asha.sees("A link is on its way")


def comes_too(walk: Walk, asha: Somebody, case: str, name: str, address: str) -> Somebody:
    """Somebody the lead adds, who comes in by the letter that follows."""
    asha.goto(f"{case}circle/")
    asha.write(name=name, contact=address)
    asha.pick("relation", value="friend")
    asha.press("Add")
    asha.page.get_by_label("Their own e-mail address").fill(address)
    asha.press("Send the link")
    return walk.joins(address)


def is_taken_out(asha: Somebody, case: str, name: str) -> None:
    asha.goto(f"{case}circle/")
    asha.follow(name)
    asha.press(f"Take {name} out of the circle")
    asha.sees(f"{name} sees nothing here any more.")


# -- what help that is taken has in common --------------------------------------------------------


def is_asked_alone(member: Somebody) -> None:
    """The four private questions, on the member's own page; then a yes to taking part."""
    member.follow("Go there")
    answer_the_four_private_questions(member)
    member.press("Save my answers")
    member.follow("Say yes or no to taking part")
    member.choose("answer", "yes")
    member.press("Save my answer")
    member.sees("What I said, and who can see it")


def a_plan_is_made(asha: Somebody, case: str, way: str, *, seeks: str, **plan: str) -> str:
    """Danger is asked about, the chooser asked, a way decided, and a course of it proposed."""
    asha.goto(f"{case}choose/")
    find_no_danger(asha)
    asha.pick("seeks_help", value=seeks)
    asha.write(person__age="34")
    asha.press("Save and ask the chooser")
    asha.pick("chosen", value=way.partition("/")[0])
    asha.write(reason="It fits what they told us, and they want to try it.")
    asha.press("Decide and go to the plan")
    asha.follow("Propose a plan")
    asha.field("decision").first.check()
    asha.choose("way", way)
    asha.main.get_by_role("checkbox", name=plan["whom"], exact=True).check()
    asha.pick("deliverer", label=plan["by"])
    asha.write(summary=plan["words"])
    asha.press("Save")
    asha.sees("Not yet, because…")
    return asha.page.url


def answers_in_the_room(asha: Somebody, case: str, instrument: str, whom: str, value: str) -> None:
    """One questionnaire filled in together, every question answered alike."""
    asha.goto(f"{case}questions/")
    asha.pick("instrument", value=instrument)
    asha.pick("respondent", label=whom)
    asha.choose("about", "self")
    asha.choose("how", "here")
    asha.press("Ask")
    for each in asha.page.locator(f"main [type=radio][value='{value}']").all():
        each.check()
    if instrument == "phq9":
        asha.choose("item_9", "0")
    for each in asha.page.locator("main input[name^=item_]:not([type=radio])").all():
        each.fill(value)
    asha.main.get_by_role("button").first.click()
    asha.sees("Saved at")


def a_session_is_told(walk: Walk, asha: Somebody, case: str, *, agenda: str) -> None:
    """Held just now, without a time that was kept; its note written and signed."""
    asha.goto(f"{case}sessions/")
    asha.page.locator("main a[href*='/courses/'][href$='/tell/']").first.click()
    asha.choose("what", "held")
    asha.write(time=f"{walk.house.now():%H:%M}", agenda=agenda)
    if not asha.field("minutes").input_value():  # a way that has no usual length
        asha.write(minutes="50")
    for each in asha.page.locator("main input[name^=said_]").all():
        each.check()
    asha.press("Save")
    asha.sees("A draft.")
    for part in asha.page.locator("main textarea[name^=part_]").all():
        if not part.input_value():
            part.fill(agenda)
    asha.press("Save and sign")
    asha.sees("It stays as it is; it can be added to.")


def a_step_is_done(asha: Somebody, plan: str, step: str) -> None:
    """Written down on the page of the plan."""
    asha.goto(plan)
    link = asha.page.locator(f"a[href*='/steps/{step}/']")
    phase = asha.page.locator("main details", has=link)
    if phase.get_attribute("open") is None:
        phase.locator("summary").click()
    link.click()
    asha.choose("state", "done")
    asha.press("Save")
    asha.sees("Saved at")


def a_course_is_ended(asha: Somebody, plan: str, completion: str, words: str) -> None:
    asha.goto(plan)
    asha.follow("End this course")
    asha.choose("completion", completion)
    asha.write(words=words)
    asha.press("Save")
    asha.sees("Saved at")


def a_case_is_closed(asha: Somebody, case: str, outcome: str, words: str) -> None:
    asha.goto(f"{case}closing/")
    asha.choose("outcome", outcome)
    asha.write(words=words)
    asha.press("Close the case")
    asha.sees("The case is closed.")


# -- help that is taken --------------------------------------------------------------------------


def test_six_people_from_a_worry_to_the_closing_letter(walk: Walk) -> None:
    """Jo is worried, Noor is a friend, Sam comes in; Asha leads, Dan treats, Ifeoma supervises."""
    box = walk.house.mailbox
    a_worry_is_told(
        walk, about="Sam", name="Jo Reed", relation="sibling", contact="jo@mail.test",
        words="Sam has not left his room for three weeks. He says nothing matters.",
    )  # fmt: skip
    asha = walk.comes("asha")
    case = a_case_is_opened(asha, "Sam", "low_mood")
    is_invited(asha, case, "Jo Reed", "jo@mail.test")
    jo = walk.joins("jo@mail.test")
    is_asked_alone(jo)
    noor = comes_too(walk, asha, case, "Noor Haddad", "noor@mail.test")
    is_asked_alone(noor)
    sam = comes_in(walk, asha, case, "sam@mail.test")

    plan = a_plan_is_made(
        asha, case, "cbt/depression", seeks="accepts", whom="Sam", by="Dan Osei, Psychologist",
        words="Small steps back into the day, then the thoughts that stop them.",
    )  # fmt: skip
    for heading in ("Do you agree to this plan?", "Do you want to start these talks"):
        sam.goto("/me/plan/")
        sam.follow("Answer")
        sam.sees(heading)
        sam.choose("answer", "yes")
        sam.press("Save my answer")
    answers_in_the_room(asha, case, "phq9", "Sam", "2")
    asha.goto(plan)
    asha.press("Start this course")
    asha.sees("0 of 16 sessions held")
    dan = walk.comes("dan")
    dan.goto("/work/cases/")
    dan.follow("Sam", exact=False)
    a_session_is_told(walk, dan, case, agenda="How the days go, and one small step.")
    dan.unfold("Set something to try")
    form = dan.page.locator("main form[action$='/homework/']")
    form.locator("[name=task]").fill("Walk to the corner")
    form.get_by_role("button").click()
    dan.sees("Walk to the corner")

    walk.later(dan, sam, days=7)
    sam.goto("/me/")
    sam.follow("Walk to the corner", exact=False)
    sam.press("Save")
    sam.is_told_what_to_fix()
    sam.page.get_by_label("I did it").check()
    sam.press("Save")
    sam.sees("Saved at", "My page")
    a_session_is_told(walk, dan, case, agenda="The walk was done; what the thoughts said.")
    walk.later(asha, dan, noor, days=7)
    is_taken_out(asha, case, "Noor Haddad")
    letters_before = len(box.to("noor@mail.test"))
    noor.goto("/circle/")
    noor.sees("Sign in")
    a_session_is_told(walk, dan, case, agenda="What kept it going, and what to keep up.")
    ifeoma = walk.comes("ifeoma")
    ifeoma.goto(plan)
    ifeoma.sees("3 of 16 sessions held")

    walk.later(asha, dan, sam, jo, ifeoma, days=7)
    answers_in_the_room(dan, case, "phq9", "Sam", "0")
    asha.goto(f"{case}progress/")
    asha.sees("Better by 16 points")
    a_course_is_ended(
        asha, plan, "completed_early_recovered", "He goes out every day and works again."
    )
    a_letter_is_given(asha, case, "Dear Sam,", "own_page")
    sam.goto("/me/")
    sam.goto("/me/record/letters/")
    sam.follow("At the end of our talks", exact=False)
    sam.sees("Dear Sam,", "We met 3 times")
    sam.look()
    a_case_is_closed(
        asha, case, "completed_early_recovered", "Sam walks every day and works again."
    )
    sam.goto("/me/")
    sam.sees("This has ended", "Your page stays.")
    sam.look()
    jo.goto("/circle/")
    jo.sees("This has ended")
    ifeoma.goto(case)
    ifeoma.sees("Completed early, recovered")
    assert len(box.to("noor@mail.test")) == letters_before  # none since she was taken out
    assert not walk.whom_it_opens_for(
        OPENS_FOR,
        therapist=walk.house.team["dan"],
        person="sam@mail.test",
        member="jo@mail.test",
        gone="noor@mail.test",
    )


def comes_in(walk: Walk, asha: Somebody, case: str, address: str) -> Somebody:
    """The person comes, and has a page of their own from then on."""
    asha.goto(case)
    asha.unfold("They came in")
    asha.page.locator("#in_address").fill(address)
    asha.page.locator("main form:has(#in_address) button").click()
    asha.sees("A link to their page is on its way.")
    return walk.joins(address, dark=True)


def a_letter_is_given(asha: Somebody, case: str, begins: str, how: str) -> None:
    """The letter at the end: begun from the record, signed, and given."""
    asha.goto(f"{case}letters/")
    asha.page.locator("main [name=which][value^=closing]").first.check()
    asha.press("Begin a draft")
    asha.sees(begins)
    asha.press("Save and sign")
    for part in asha.page.locator("main textarea[name^=part_]").all():
        if not part.input_value():
            part.fill("You found your own way to it, and you know what helps.")
    if asha.main.get_by_role("button", name="Save and sign").count():
        asha.press("Save and sign")
    asha.choose("how", how)
    asha.press("Save")
    expect(asha.main.get_by_role("listitem").filter(has_text="Asha Raman")).to_have_count(1)


# -- a mother whose son never comes ----------------------------------------------------------------


def test_a_mother_learns_while_her_son_never_comes(walk: Walk) -> None:
    """Family training from the worry to the end: nobody ever writes to the son."""
    box = walk.house.mailbox
    a_worry_is_told(
        walk, about="Eli", name="Ruth Amsel", relation="parent", contact="ruth@mail.test",
        words="My son drinks every evening. He says it is my problem, not his.",
    )  # fmt: skip
    asha = walk.comes("asha")
    case = a_case_is_opened(asha, "Eli", "substance_use")
    is_invited(asha, case, "Ruth Amsel", "ruth@mail.test")
    ruth = walk.joins("ruth@mail.test", dark=True)
    is_asked_alone(ruth)
    comes_too(walk, asha, case, "Tom Amsel", "tom@mail.test")
    is_taken_out(asha, case, "Tom Amsel")
    plan = a_plan_is_made(
        asha, case, "craft/entry_only", seeks="refuses", whom="Ruth Amsel",
        by="Asha Raman, Interventionist",
        words="Six talks with you alone. Eli is told nothing, and nothing is asked of him.",
    )  # fmt: skip
    ruth.goto("/circle/")
    ruth.follow("Say yes or no to the plan")
    ruth.sees("Six talks with you alone.")
    ruth.look()
    ruth.choose("answer", "yes")
    ruth.press("Save my answer")
    answers_in_the_room(asha, case, "phq9", "Ruth Amsel", "1")
    answers_in_the_room(asha, case, "carer_strain_nrs", "Ruth Amsel", "8")
    asha.goto(plan)
    asha.press("Start this course")
    asha.sees("0 of 6 sessions held")
    a_session_is_told(walk, asha, case, agenda="What Ruth hopes for, and what she can bear.")

    walk.later(asha, ruth, days=7)
    a_session_is_told(walk, asha, case, agenda="How to say it so that it can be heard.")
    ruth.goto("/circle/")
    ruth.sees("Family training (CRAFT)")
    ruth.follow("My sheets")
    ruth.look()
    ruth.follow("What I hope for")
    ruth.look()
    walk.later(asha, ruth, days=7)
    a_session_is_told(walk, asha, case, agenda="The invitation was made. Eli said no and went out.")
    walk.later(asha, ruth, days=7)
    a_session_is_told(walk, asha, case, agenda="What has become better for Ruth.")
    ruth.goto("/circle/")
    ruth.follow("My sheets")
    ruth.follow("How we go on")
    ruth.choose("a_stands", "not_now")
    ruth.write(a_keep="I go when he drinks, and I come back in the morning.")
    ruth.press("Save")
    ruth.sees("I go when he drinks")
    ruth.look()
    for step in ("gains_reviewed", "end_measures"):
        a_step_is_done(asha, plan, step)
    answers_in_the_room(asha, case, "carer_strain_nrs", "Ruth Amsel", "6")
    asha.goto(f"{case}progress/")
    asha.sees("Supporting somebody, three ratings, Ruth Amsel")
    a_course_is_ended(
        asha, plan, "planned_end_partial", "Eli never came. Ruth sleeps again and knows what to do."
    )
    a_letter_is_given(asha, case, "Dear Ruth Amsel,", "by_hand")
    a_case_is_closed(
        asha,
        case,
        "planned_end_partial",
        "Eli never came and was told nothing. Ruth may come back.",
    )
    asha.look()
    ruth.goto("/circle/")
    ruth.sees("This has ended")
    walk.later(asha, ruth, days=29)
    to = {address for letter in box.messages for address in letter.recipients}
    assert not any("eli" in address for address in to)
    ruth.goto("/circle/")
    assert not walk.whom_it_opens_for(OPENS_FOR, member="ruth@mail.test", gone="tom@mail.test")


# -- a person who says no --------------------------------------------------------------------------


def test_who_says_no_is_left_in_peace(walk: Walk) -> None:
    """Told, they read what is kept and object; it stops, it ends, it goes, and nobody writes."""
    box = walk.house.mailbox
    a_worry_is_told(
        walk, about="Kit", name="Mara Quinn", relation="sibling", contact="mara@mail.test",
        words="My sister drinks alone and has stopped opening the door.",
    )  # fmt: skip
    asha = walk.comes("asha")
    case = a_case_is_opened(asha, "Kit", "substance_use")
    is_invited(asha, case, "Mara Quinn", "mara@mail.test")
    mara = walk.joins("mara@mail.test")
    nell = comes_too(walk, asha, case, "Nell Quinn", "nell@mail.test")
    is_taken_out(asha, case, "Nell Quinn")
    nell.goto("/circle/")
    nell.sees("Sign in")
    hers = walk.house.session_of("nell@mail.test")  # as somebody would keep it who was let in once
    asha.goto(case)
    asha.unfold("They have been told")
    asha.tick("sure")
    asha.page.locator("#tell_address").fill("kit@mail.test")
    asha.press("Save: they know")

    kit = walk.joins("kit@mail.test", dark=True)
    kit.sees("My page")
    kit.goto("/me/record/held/")
    kit.sees("Someone told us they were worried.", "We don’t show who said what.")
    kit.look()
    kit.press("Send it")
    kit.is_told_what_to_fix()
    kit.choose("kind", "objection")
    kit.write(words="I never asked for this. Leave me alone, all of you.")
    kit.press("Send it")
    kit.sees("answers you within a month", "Leave me alone, all of you.", "You get an answer by")

    asha.goto(case)
    asha.sees("The person objects to what is held.", "Leave me alone, all of you.")
    asha.goto(f"{case}consent/refusal/")
    asha.pick("person", label="Kit")
    asha.pick("about", value="c_treatment")
    asha.write(
        offered="A talk with us, by phone or at home, once.",
        words="Leave me alone, all of you.",
        stays_open="Kit may call us at any time. The helplines stay on the page.",
    )
    asha.press("Save")
    asha.sees("A talk with us, by phone or at home, once.")
    petra = walk.comes("petra")
    petra.goto("/office/requests/")
    petra.follow("Objects: wants it stopped")
    petra.look()
    petra.choose("answer", "done")
    petra.write(words="We stop. The case ends today, and what is kept goes in a month.")
    petra.press("Answer")
    petra.sees("answered")
    a_case_is_closed(
        asha,
        case,
        "declined_before_start",
        "Kit said no to everything. Mara knows how to reach us.",
    )
    kit.goto("/me/record/held/")
    kit.sees("We stop. The case ends today, and what is kept goes in a month.")
    goes = walk.house.now() + timedelta(days=30)
    kit.sees("It ended on", "What is kept goes after", f"{goes:%A} {goes.day} {goes:%B %Y}")
    kit.goto("/me/")
    kit.sees("This has ended", "we don’t write to you")
    kit.look()
    mara.goto("/circle/")
    mara.sees("This has ended", "There is nothing for you to do.")
    mara.look()
    mara.page.get_by_role("link", name="What I said").first.click()
    mara.follow("I want to leave the circle")
    mara.press("Yes, leave the circle")
    mara.sees("You have left")

    letters = {who: len(box.to(f"{who}@mail.test")) for who in ("kit", "mara", "nell")}
    walk.later(asha, petra, days=31)
    petra.goto("/office/kept/")
    petra.look()
    petra.unfold("Erase")
    petra.press("Erase for good")
    petra.is_told_what_to_fix()
    petra.write(reason="Kit objected, and the case ended a month ago.")
    petra.press("Erase for good")
    petra.sees("Nothing is kept that has a day to go.")
    walk.later(asha, days=90)
    asha.goto("/work/waiting/")
    asha.sees("Nothing needs you now.")
    kit.goto("/me/")  # the account went with what was kept: it is like an address nobody knows
    kit.write(email="kit@mail.test")
    kit.press("Send me the numbers")
    kit.sees("If we know that address")
    assert letters == {who: len(box.to(f"{who}@mail.test")) for who in letters}
    walk.house.sessions["nell@mail.test"] = hers
    assert not walk.whom_it_opens_for(OPENS_FOR, gone="nell@mail.test")


# -- one who comes in -----------------------------------------------------------------------------


def test_who_comes_in_finds_what_was_held(walk: Walk) -> None:
    """What is kept, by whom and why, who looked; never the words of the one who was worried."""
    told = "Ray lies about the money and shouts when I ask."
    a_worry_is_told(
        walk, about="Ray", name="Lou Hart", relation="friend", contact="lou@mail.test", words=told
    )
    asha = walk.comes("asha")
    case = a_case_is_opened(asha, "Ray", "gambling")
    is_invited(asha, case, "Lou Hart", "lou@mail.test")
    lou = walk.joins("lou@mail.test")
    is_asked_alone(lou)
    walk.later(asha, lou, days=3)
    ray = comes_in(walk, asha, case, "ray@mail.test")
    ray.sees("My page", "Your next talk")
    ray.page.get_by_role("link", name="My record").first.click()
    ray.look()
    ray.follow("What is kept about you", exact=False)
    ray.sees("To protect a life", "We keep what they said as theirs, not as fact.")
    ray.follow("Say how you see it", exact=False)
    ray.press("Save")
    ray.is_told_what_to_fix()
    ray.write(words="I pay my debts. I shouted once, and said sorry.")
    ray.press("Save")
    ray.choose("kind", "correction")
    ray.write(words="I am 41 and I have a job. Please write that down.")
    ray.press("Send it")
    ray.sees("I shouted once, and said sorry.", "You get an answer by")
    asha.goto(case)
    asha.sees("The person’s own view", "I shouted once", "asks that something be put right")
    petra = walk.comes("petra")
    petra.goto("/office/requests/")
    petra.follow("Wants something put right")
    petra.choose("answer", "in_part")
    petra.write(words="Your work is written down. Your age is kept as a band, no closer.")
    petra.press("Answer")
    ray.goto("/me/record/held/")
    ray.sees("Done in part. Your work is written down.")
    ray.goto("/me/record/looked/")
    ray.sees("Asha Raman", "who works with you")
    ray.look()
    lou.goto("/circle/")
    assert "I shouted once" not in lou.words
    is_taken_out(asha, case, "Lou Hart")
    walk.later(asha, ray, days=1)
    for address in ("", "plan/", "record/", "record/held/", "record/looked/", "record/receipts/"):
        ray.goto(f"/me/{address}")
        assert told not in ray.words
        assert "Lou" not in ray.words, address
    assert not walk.whom_it_opens_for(OPENS_FOR, person="ray@mail.test", gone="lou@mail.test")
