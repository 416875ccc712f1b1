"""Dates and words of a case that need no database.

Source: access and safety rules of this project, 5.1, with its days in content/retention; completion
words of the interventions.
"""

from __future__ import annotations

from datetime import date, timedelta

from alongside import catalogue

REASON_LETTERS = 20  # a reason that says something

COMPLETIONS = (
    "completed",
    "completed_early_recovered",
    "planned_end_partial",
    "dropped_out",
    "declined_before_start",
    "stopped_safety",
    "transferred",
    "deceased",
)

RAN_OUT = "ran_out"  # nobody chooses this one: the clock does

DECISIONS = (
    "method", "release", "override", "choice", "prolong", "alternative", "track_review",
    "track_shared", "step", "setting", "shown", "version",
)  # fmt: skip

# Those of a course that is not on track: who delivers it decides them too.
REVIEWS = ("track_review", "track_shared")


def row_of(kind: str) -> str:
    """The row of the access matrix that a decision of this kind falls under."""
    return "track_review" if kind in REVIEWS else "decision"


def review_after(step_on: date, ends_on: date | None = None) -> date:
    """The day by which somebody looks again: so long after the last step, not after the end."""
    due = step_on + timedelta(days=catalogue.current().retention.close_after_days)
    return due if ends_on is None else min(due, ends_on)


def default_end(opened_on: date) -> date:
    """The end of a new case when nobody names another."""
    return opened_on + timedelta(days=catalogue.current().retention.first_end_days)


def latest_end(on: date) -> date:
    """The last day on which a case may end, as seen from a day; prolonging needs a reason."""
    return on + timedelta(days=catalogue.current().retention.longest_days)


def dates_fit(opened_on: date, review_by: date, ends_on: date) -> str:
    """Nothing, or the name of the date that cannot stand: ``review_by`` or ``ends_on``."""
    if not opened_on < ends_on <= latest_end(opened_on):
        return "ends_on"
    if not opened_on < review_by <= review_after(opened_on, ends_on):
        return "review_by"
    return ""


def plain_alias(alias: str) -> str:
    """A name or an alias without what differs by how it is written."""
    return " ".join(alias.casefold().split())


def same_alias(one: str, other: str) -> bool:
    """The same name or alias, however it is written."""
    return bool(plain_alias(one)) and plain_alias(one) == plain_alias(other)
