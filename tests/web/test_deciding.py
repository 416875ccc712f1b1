"""The pages of capacity and best interests, and what was answered alone in the chooser (S13)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from alongside.cases import queries as cases
from alongside.consent import queries
from alongside.crisis import private_check
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import give_consent
from tests.factories.deciding import cannot_decide

SignedIn = Callable[[Cast], Any]
CAPACITY = {
    "decision": "Whether to begin the talks",
    "information": "What the talks are.",
    "grounds": "He could not say back what was explained.",
    "understand": "yes",
    "weigh": "no",
    "conclusion": "lacks",
    "review_on": "2026-04-01",
}
MEETING = {
    "wishes": "He has always wanted to talk things through.",
    "can_wait": "no",
    "name_0": "Noor Haddad",
    "part_0": "family",
    "view_0": "She agrees to all of it.",
    "part_2": "professional",
    "advocate": "not_needed",
    "advance_decision": "none_found",
    "attorney": "none",
    "what_0": "Talks at home",
    "what_1": "Nothing for now",
    "least_restrictive": "It binds him to nothing and can stop.",
    "outcome": "go_ahead",
    "reason": "It fits what he has always wanted, and can stop.",
    "review_on": "2026-04-01",
}


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_an_assessment_and_a_meeting_are_written_down_and_family_is_never_shown_as_consent(
    world: World, asha: Cast, signed_in: SignedIn
) -> None:
    """S13: what is missing is said beside its field, what was typed stays; then both stand on the
    consent page, who was heard in the words of a view."""
    browser = signed_in(asha)
    page = f"/work/cases/{world.case.pk}/consent/"
    given = {**CAPACITY, "person": str(world.sam.pk)}
    refused = browser.post(f"{page}capacity/", given)
    assert refused.status_code == 400
    assert "Write what was done to help them decide first." in text_of(refused)
    assert "What the talks are." in text_of(refused)
    helped = {**given, "help_used": "Pictures", "cause": "A brain injury"}
    assert browser.post(f"{page}capacity/", helped).status_code == 302
    found = queries.capacities(seen_by=asha.reader).get()
    give_consent(world, world.sam, "c_treatment")
    assert "they were found not able to decide this" in text_of(browser.get(page))

    address = f"{page}capacity/{found.pk}/meeting/"
    assert "Write down a best-interests meeting" in text_of(browser.get(page))
    refused = browser.post(address, MEETING)
    assert refused.status_code == 400
    assert "Write who it was." in text_of(refused)
    assert "She agrees to all of it." in refused.content.decode()
    heard = {**MEETING, "part_2": ""}
    refused = browser.post(address, {**heard, "attorney": "objects"})
    assert "A refusal in advance, or somebody with lawful power" in text_of(refused)
    assert browser.post(address, heard).status_code == 302

    shown = text_of(browser.get(page))
    assert "Their view is written down. It is no consent." in shown
    assert "She agrees to all of it." in shown
    assert "stands today" in shown
    given = queries.consents(seen_by=asha.reader).filter(person=world.sam)
    assert {row.form for row in given} == {"c_treatment@1"}  # the one he gave before, and no other

    made = queries.best_interests(seen_by=asha.reader).get()
    end = f"{page}meetings/{made.pk}/end/"
    refused = browser.post(end, {"because": "He says no."})
    assert refused.status_code == 400
    assert "Write why it ends, in a full sentence." in text_of(refused)
    assert "He says no." in refused.content.decode()
    said = text_of(browser.post(end, {"because": "He says no to it now, each time."}, follow=True))
    assert "Why it ended" in said
    assert "He says no to it now, each time." in said
    assert "stands today" not in said


def test_nobody_but_who_leads_opens_a_meeting_of_a_case(world: World, signed_in: SignedIn) -> None:
    found = cannot_decide(world)
    address = f"/work/cases/{world.case.pk}/consent/capacity/{found.pk}/meeting/"
    assert signed_in(world.asha).get(address).status_code == 200
    for who in (world.bo, world.hana, world.noor):
        assert signed_in(who).get(address).status_code == 404


def test_the_chooser_takes_what_was_answered_alone_and_asks_it_no_more(
    world: World, asha: Cast, teo: Cast, noor: Cast, signed_in: SignedIn
) -> None:
    """M1: the answer stands with who can see it; a typed one cannot stand against it."""
    private_check.answer(
        circle=world.circle, person=teo.person, answers={"afraid": "yes"}, by=teo.reader, at=NOON
    )
    browser, address = signed_in(asha), f"/work/cases/{world.case.pk}/choose/"
    page = browser.get(address).content.decode()
    assert "circle__1__afraid" not in page
    assert "circle__0__afraid" in page  # nobody asked Noor alone yet
    assert "afraid of somebody in the circle." in page
    assert "Others in the circle see only their own words." in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    given = {"version": version[1], "needs": ["substance_use"], "circle__1__afraid": "no"}
    page = browser.post(address, given, follow=True).content.decode()
    assert "There is violence, control, stalking, fear or a weapon" in page
    kept = cases.facts_of(cases.cases(seen_by=asha.reader).get())
    assert "afraid" not in str(kept)
    assert private_check.answered_unseen(world.circle.pk, seen_by=noor.reader) == {teo.person.pk}
