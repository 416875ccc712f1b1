"""How long a consent may last, and which forms are no consent."""

from __future__ import annotations

from datetime import date

from alongside import catalogue

# Records that stand in the list of forms but cannot be "given".
NOT_A_CONSENT = frozenset({"c_capacity", "c_best_interests", "c_refusal", "c_community"})

PARTS_IN_A_MEETING = ("family", "friend", "carer", "attorney", "professional", "other")
REASON_LETTERS = 20  # a reason that says something


def latest_end(given_on: date, months: int) -> date:
    """The last day a consent given on a day may last to: so many months later, or month's end."""
    year, month = divmod(given_on.year * 12 + given_on.month - 1 + months, 12)
    for day in range(given_on.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def latest_review(on: date) -> date:
    """By when it is looked at again whether somebody can decide, and what was decided for them."""
    return latest_end(on, catalogue.current().retention.decided_again_months)
