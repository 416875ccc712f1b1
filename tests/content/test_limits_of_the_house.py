"""Waits, ages and limits that stand in content: what is refused, and that a change counts."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from alongside import catalogue
from alongside.access import guardians
from alongside.cases import rules as cases
from alongside.catalogue import chooser, meetings, minors, retention, task_kinds, tracking
from alongside.consent import rules as consent
from alongside.delivery import rules as delivery
from alongside.people.models import Institution, Person

SHIPPED = Path(__file__).resolve().parents[2] / "content"
TODAY = date(2026, 3, 2)


def edited(root: Path, file: str, old: str, new: str) -> Path:
    """A copy of the shipped content with one line changed."""
    if not root.exists():
        shutil.copytree(SHIPPED, root)
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("shelf", "file", "old", "new", "said"),
    [
        (
            retention, "retention/rules.yaml", "first_end_days: 180", "first_end_days: 366",
            "later than the latest end, 365 days ahead",
        ),
        (
            retention, "retention/rules.yaml", "decided_again_months: 12", "decided_again: 12",
            "decided_again",
        ),
        (
            meetings, "meetings/rules.yaml", "speaks_from: 16", "speaks_from: 14",
            "the words in en name another age than speaks_from, 14",
        ),
        (minors, "minors/ages.yaml", "guardian_days: 366", "guardian_days: 800", "366"),
        (
            task_kinds, "tasks/consent.yaml", "due_hours: 720", "due_hours: 1440",
            "the person reads *within a month*",
        ),
        (tracking, "tracking/rules.yaml", "baseline_days: 28", "baseline_days: 0", "1"),
        (
            tracking, "tracking/rules.yaml", "look_again_days: 28", "look_again_days: 60",
            "later than look_again_within_days",
        ),
    ],
)  # fmt: skip
def test_a_limit_that_cannot_stand_is_refused_with_its_reason(
    shelf: ModuleType, file: str, old: str, new: str, said: str, tmp_path: Path
) -> None:
    assert not shelf.load([SHIPPED]).problems
    found = shelf.load([edited(tmp_path / "content", file, old, new)]).problems
    assert any(said in each.message and each.grade == "error" for each in found), found


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("release_days: {usual: 30, most: 14}", "usual is more than most"),
        ("", "no file of content/gates has release_days"),
    ],
)
def test_how_long_a_gate_is_let_pass_is_said_once_and_fits(
    new: str, said: str, tmp_path: Path
) -> None:
    old = "release_days: {usual: 7, most: 90}"
    shelf = chooser.load_release([edited(tmp_path / "content", "gates/gates.yaml", old, new)])
    assert not shelf.items
    assert any(said in each.message for each in shelf.problems)


def test_a_service_that_changes_a_limit_in_its_content_is_held_to_it(tmp_path: Path) -> None:
    ward = Person(institution=Institution(country="GB"))
    assert cases.review_after(TODAY) == date(2026, 5, 31)
    assert consent.latest_review(TODAY) == date(2027, 3, 2)
    assert guardians.latest_end(ward, TODAY) == date(2027, 3, 3)
    assert not delivery.is_low(2, 4)
    root = tmp_path / "content"
    for file, old, new in (
        ("retention/rules.yaml", "close_after_days: 90", "close_after_days: 30"),
        ("retention/rules.yaml", "decided_again_months: 12", "decided_again_months: 6"),
        ("minors/ages.yaml", "guardian_days: 366", "guardian_days: 60"),
        ("tracking/rules.yaml", "low_below_percent: 50", "low_below_percent: 75"),
    ):
        edited(root, file, old, new)
    with catalogue.installed(catalogue.build([root])):
        assert cases.review_after(TODAY) == date(2026, 4, 1)
        assert consent.latest_review(TODAY) == date(2026, 9, 2)
        assert guardians.latest_end(ward, TODAY) == date(2026, 5, 1)
        assert delivery.is_low(2, 4)
