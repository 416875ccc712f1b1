"""Capacity for one decision, and what may stand in place of somebody's own yes (S13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from alongside.engine.consent import (
    BestInterestsFact,
    CapacityFact,
    RefusalFact,
    capacity_on,
    lawful_basis,
    not_borne_out,
)

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ON = AT.date()
LATER = date(2026, 6, 1)
COURSE = "course:0b4bf9f5-5f7c-4d5a-9f9c-0a7f5a1f0a10"
OTHER = "course:11111111-5f7c-4d5a-9f9c-0a7f5a1f0a10"


def assessed(conclusion: str, about: str = COURSE, *, days_ago: int = 1, **more: Any) -> Any:
    given = {"review_on": LATER, **more}
    return CapacityFact("sam", about, conclusion, AT - timedelta(days=days_ago), **given)


def decided(outcome: str = "go_ahead", about: str = COURSE, **more: Any) -> Any:
    given: dict[str, Any] = {"decided_at": AT, "review_on": LATER, **more}
    return BestInterestsFact("sam", about, outcome, **given)


@pytest.mark.parametrize(
    ("facts", "known"),
    [
        ([], "presumed"),
        ([assessed("lacks")], "lacks"),
        ([assessed("lacks", "")], "lacks"),  # of the help as a whole
        ([assessed("lacks", OTHER)], "presumed"),  # another decision says nothing about this one
        ([assessed("lacks", days_ago=9), assessed("assessed_present")], "assessed_present"),
        ([assessed("lacks", review_on=ON - timedelta(days=1))], "in_doubt"),
        ([assessed("fluctuating", review_on=ON - timedelta(days=1))], "in_doubt"),
        ([assessed("assessed_present", review_on=ON - timedelta(days=1))], "assessed_present"),
        ([assessed("lacks", days_ago=-1)], "presumed"),  # tomorrow's says nothing today
    ],
)
def test_capacity_is_of_one_decision_and_doubted_again_after_its_day(
    facts: list[Any], known: str
) -> None:
    assert capacity_on(facts, person="sam", about=COURSE, on=ON) == known
    assert capacity_on(facts, person="noor", about=COURSE, on=ON) == "presumed"


@pytest.mark.parametrize(
    ("conclusion", "abilities", "cause", "help_used", "lacking"),
    [
        ("lacks", {"weigh": "no"}, "A stroke in May", "Pictures, mornings", ""),
        ("lacks", {}, "A stroke in May", "Pictures", "abilities"),
        ("lacks", {"weigh": "unsure"}, "A stroke in May", "Pictures", "abilities"),
        ("lacks", {"weigh": "no"}, "A stroke in May", " ", "help_used"),
        ("lacks", {"weigh": "no"}, "", "Pictures", "cause"),
        ("assessed_present", {"retain": "no"}, "", "", "retain"),
        ("assessed_present", {"retain": "yes"}, "", "", ""),
        ("in_doubt", {}, "", "", ""),
    ],
)
def test_a_finding_follows_from_what_was_found(
    conclusion: str, abilities: dict[str, str], cause: str, help_used: str, lacking: str
) -> None:
    """S13: cannot decide needs a missing ability, its cause, and help that was tried first."""
    assert not_borne_out(conclusion, abilities, cause=cause, help_used=help_used) == lacking


@pytest.mark.parametrize(
    ("decisions", "capacity", "refusals", "why"),
    [
        ([decided()], "lacks", [], "basis.best_interests"),
        ([decided(about="")], "lacks", [], "basis.best_interests"),
        ([decided(about=OTHER)], "lacks", [], "basis.none"),
        ([replace(decided(), person="noor")], "lacks", [], "basis.none"),
        ([], "lacks", [], "basis.none"),
        ([decided()], "presumed", [], "basis.can_decide"),
        ([decided()], "assessed_present", [], "basis.can_decide"),
        ([decided()], "in_doubt", [], "basis.none"),
        ([decided("wait")], "lacks", [], "basis.not_ahead"),
        ([decided(), decided("not", decided_at=AT + timedelta(minutes=1))], "lacks", [],
         "basis.not_ahead"),
        ([decided(review_on=ON - timedelta(days=1))], "lacks", [], "basis.review_due"),
        ([decided(ended_at=AT)], "lacks", [], "basis.ended"),
        ([decided(decided_at=AT + timedelta(days=1))], "lacks", [], "basis.not_yet"),
        ([decided()], "lacks", [RefusalFact("sam", COURSE, ON, AT + timedelta(hours=1))],
         "basis.said_no"),
        ([decided()], "lacks", [RefusalFact("sam", COURSE, ON, AT - timedelta(hours=1))],
         "basis.best_interests"),
        ([decided()], "lacks", [RefusalFact("noor", COURSE, ON, AT + timedelta(hours=1))],
         "basis.best_interests"),
        ([decided()], "lacks", [RefusalFact("sam", OTHER, ON, AT + timedelta(hours=1))],
         "basis.best_interests"),
    ],
)  # fmt: skip
def test_only_a_decision_in_date_stands_for_somebody_who_cannot_decide(
    decisions: list[Any], capacity: str, refusals: list[Any], why: str
) -> None:
    """S13: and their own no after it stops it; the family's is never asked here."""
    answer = lawful_basis(
        decisions, person="sam", about=COURSE, on=ON, capacity=capacity, refusals=refusals
    )
    assert [reason.key for reason in answer.reasons] == [why]
    assert answer.allowed is (why == "basis.best_interests")
