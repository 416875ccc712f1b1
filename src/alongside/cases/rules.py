"""Dates and words of a case that need no database.

Source: access and safety rules of this project, 5.1; completion words of the interventions.
"""

from __future__ import annotations

from datetime import date, timedelta

STEP_DAYS = 90  # without a step by the lead a case about somebody who has not agreed is closed
LONGEST_DAYS = 365  # the end of a new case lies at most a year ahead; prolonging needs a reason
DOUBLES_DAYS = 90  # possible doubles are looked for this far back
REPORTS_DAYS = 365  # reports by one contact are counted this far back
ANSWER_DAYS = 30  # a request about what is held is answered within a month (GDPR article 12)
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
    "track_shared", "step", "setting",
)  # fmt: skip

# Those of a course that is not on track: who delivers it decides them too.
REVIEWS = ("track_review", "track_shared")


def row_of(kind: str) -> str:
    """The row of the access matrix that a decision of this kind falls under."""
    return "track_review" if kind in REVIEWS else "decision"


def review_after(step_on: date, ends_on: date | None = None) -> date:
    """The day by which somebody looks again: 90 days after the last step, not after the end."""
    due = step_on + timedelta(days=STEP_DAYS)
    return due if ends_on is None else min(due, ends_on)


def default_end(opened_on: date) -> date:
    """The end of a new case when nobody names another: a half year and a little."""
    return opened_on + timedelta(days=2 * STEP_DAYS)


def dates_fit(opened_on: date, review_by: date, ends_on: date) -> str:
    """Nothing, or the name of the date that cannot stand: ``review_by`` or ``ends_on``."""
    if not opened_on < ends_on <= opened_on + timedelta(days=LONGEST_DAYS):
        return "ends_on"
    if not opened_on < review_by <= review_after(opened_on, ends_on):
        return "review_by"
    return ""


def same_alias(one: str, other: str) -> bool:
    """The same name or alias, however it is written."""
    plain = " ".join(one.casefold().split())
    return bool(plain) and plain == " ".join(other.casefold().split())
