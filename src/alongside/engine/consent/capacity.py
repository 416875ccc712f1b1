"""Can a person decide one thing at one time, and what may stand in place of their own yes?

Source: Mental Capacity Act 2005, sections 1 to 4: capacity is presumed; somebody cannot decide
only when one of four abilities is missing because of an impairment of mind or brain; then what is
done is in their best interests and the least restrictive of what would serve. Agreement of the
family is asked for and written down; it is no consent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from alongside.engine.consent.decide import Answer, RefusalFact
from alongside.engine.terms import Reason

ABILITIES = ("understand", "retain", "weigh", "communicate")
DECIDES = frozenset({"presumed", "assessed_present"})
# Somebody who speaks for the person and is not paid to care for them.
CLOSE = frozenset({"family", "friend", "carer", "attorney"})

_WORDS = {
    "basis.best_interests": (
        "They cannot decide this now. It was decided in their best interests, with a review date."
    ),
    "basis.none": "They cannot decide this now, and nobody has met about their best interests.",
    "basis.not_yet": "The meeting about their best interests comes later.",
    "basis.review_due": "The day to look again at the best-interests decision is past.",
    "basis.ended": "The best-interests decision was ended.",
    "basis.not_ahead": "It was decided in their best interests not to go ahead.",
    "basis.said_no": "They said no after the decision. People meet again before anything goes on.",
    "basis.can_decide": "They can decide this themself, so only their own answer counts.",
}


@dataclass(frozen=True, slots=True)
class CapacityFact:
    """One assessment of one decision; ``about`` is empty for what no record names."""

    person: str
    about: str
    conclusion: str
    assessed_at: datetime
    review_on: date


@dataclass(frozen=True, slots=True)
class BestInterestsFact:
    """One best-interests decision: ``go_ahead``, ``wait`` or ``not``, until its review day."""

    person: str
    about: str
    outcome: str
    decided_at: datetime
    review_on: date
    ended_at: datetime | None = None


def not_borne_out(
    conclusion: str, abilities: Mapping[str, str], *, cause: str, help_used: str
) -> str:
    """What an assessment lacks for its conclusion; nothing when it is borne out.

    Args:
        conclusion: what was found.
        abilities: ``yes``, ``no`` or ``unsure`` for each of ``ABILITIES``.
        cause: how an impairment of mind or brain brings it about.
        help_used: what was done to help the person decide.

    Returns:
        The name of the first part that is missing or says otherwise: an ability, ``abilities``,
        ``cause`` or ``help_used``.
    """
    if conclusion == "lacks":
        if "no" not in abilities.values():
            return "abilities"
        if not help_used.strip():
            return "help_used"
        return "" if cause.strip() else "cause"
    if conclusion == "assessed_present":
        return next((one for one in ABILITIES if abilities.get(one) == "no"), "")
    return ""


def capacity_on(facts: Iterable[CapacityFact], *, person: str, about: str, on: date) -> str:
    """What is known on a day of whether a person can decide one thing; ``presumed`` by default.

    An assessment of another decision says nothing about this one. After its review day a finding
    that the person cannot decide, or sometimes can, is in doubt again; that they can still stands.

    Args:
        about: what is to be decided, such as ``course:<uuid>``; empty asks for any decision.
    """
    fitting = [
        fact
        for fact in facts
        if fact.person == person
        and fact.assessed_at.date() <= on
        and (not about or fact.about in {"", about})
    ]
    if not fitting:
        return "presumed"
    newest = max(fitting, key=lambda fact: fact.assessed_at)
    if newest.conclusion in {"lacks", "fluctuating"} and newest.review_on < on:
        return "in_doubt"
    return newest.conclusion


def lawful_basis(
    decisions: Iterable[BestInterestsFact],
    *,
    person: str,
    about: str,
    on: date,
    capacity: str,
    refusals: Iterable[RefusalFact] = (),
) -> Answer:
    """Does a best-interests decision permit something on a day, and why?

    Args:
        decisions: every decision known, of any person.
        about: what it is about, such as ``course:<uuid>``. A decision that names something
            covers only that; one that names nothing covers the help as a whole.
        capacity: what is known of the person's capacity for this, by ``capacity_on``.
        refusals: what the person said no to; a no after the decision stops it.
    """
    if capacity != "lacks":
        return _no("basis.can_decide" if capacity in DECIDES else "basis.none")
    fitting = [d for d in decisions if d.person == person and d.about in {"", about}]
    begun = [d for d in fitting if d.decided_at.date() <= on]
    if not begun:
        return _no("basis.not_yet" if fitting else "basis.none")
    newest = max(begun, key=lambda decision: decision.decided_at)
    if newest.ended_at is not None and newest.ended_at.date() <= on:
        return _no("basis.ended")
    if newest.outcome != "go_ahead":
        return _no("basis.not_ahead")
    if newest.review_on < on:
        return _no("basis.review_due")
    if any(_is_after(no, newest) for no in refusals if _against(no, person, about, on)):
        return _no("basis.said_no")
    return Answer(True, (Reason("basis.best_interests", _WORDS["basis.best_interests"]),))


def _against(no: RefusalFact, person: str, about: str, on: date) -> bool:
    return no.person == person and no.about in {about, "c_treatment"} and no.refused_on <= on


def _is_after(no: RefusalFact, decision: BestInterestsFact) -> bool:
    if no.at is not None:
        return no.at > decision.decided_at
    return no.refused_on >= decision.decided_at.date()


def _no(key: str) -> Answer:
    return Answer(False, (Reason(key, _WORDS[key]),))
