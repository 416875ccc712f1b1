"""Writes: what was decided for somebody who cannot decide this now (S13).

Source: Mental Capacity Act 2005, sections 4, 5, 24 to 26 and 35 to 41: wishes and feelings first,
whoever is close is consulted, an advocate where nobody is, what is least restrictive, nothing
against a valid refusal made in advance. Family agreement is part of the record, never a consent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from alongside.consent.actions import EndsTooLate, NeedsWords, NotTheirCircle, must_belong
from alongside.consent.models import BestInterests, Capacity
from alongside.consent.queries import capacity_of
from alongside.consent.rules import (
    PARTS_IN_A_MEETING,
    REASON_LETTERS,
    latest_review,
)
from alongside.engine.consent import CLOSE
from alongside.people.queries import author_of
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Held, Refused, Unfit
from alongside.records.reader import Reader


class NotLacking(Refused):
    """Nobody found, in date, that the person cannot decide this: only they answer for themself."""


class NeedsAnAdvocate(Held):
    """Nobody close was asked and no advocate took part."""


class AgainstTheirRefusal(Held):
    """A valid refusal made in advance, or an attorney who objects, stands against it."""


class CanWait(Refused):
    """They may be able to decide later and it can wait, so nothing goes ahead now."""


class OneOptionOnly(Unfit):
    """At least two ways were to be compared, one of them doing less."""


@action
def decide(
    *,
    capacity: Capacity,
    wishes: str,
    options: Sequence[Mapping[str, str]],
    least_restrictive: str,
    people: Sequence[Mapping[str, str]],
    advocate: str,
    advance_decision: str,
    attorney: str,
    can_wait: bool,
    outcome: str,
    reason: str,
    review_on: date,
    by: Reader,
    at: datetime,
    advocate_name: str = "",
    disagreement: str = "",
) -> BestInterests:
    """Record a best-interests meeting: who took part, what was weighed, what was decided.

    Args:
        capacity: the assessment that found that the person cannot decide this now; the decision
            covers what the assessment is about, and nothing else.
        wishes: the person's wishes, feelings and beliefs, now and before.
        options: at least two of ``{what, good, bad}``.
        least_restrictive: why nothing that restricts less would serve.
        people: who was asked: ``{name, part, view}``, part being a word of
            ``rules.PARTS_IN_A_MEETING``. Their view is no consent.
        advocate: ``took_part``, ``asked_for`` or ``not_needed``; one takes part before anything
            goes ahead where nobody close was asked.
        advance_decision: ``none_found``, ``does_not_apply`` or ``refuses``.
        attorney: ``none``, ``agrees`` or ``objects``: somebody with lawful power to decide.
        can_wait: the person may be able to decide later, and it can wait until then.
        outcome: ``go_ahead``, ``wait`` or ``not``.
        review_on: the last day it holds; at the latest `rules.latest_review`.

    Raises:
        NotLacking, NeedsWords, OneOptionOnly, NeedsAnAdvocate, AgainstTheirRefusal, CanWait,
        EndsTooLate, NotTheirCircle.
    """
    circle, person = capacity.circle, capacity.person
    by.confirm_create("consent", institution=circle.institution_id, circle=circle.pk)
    must_belong(person, circle, by)
    writer = author_of(by, circle=circle)
    if not writer.is_staff_member:
        raise NotTheirCircle
    on = at.date()
    if capacity.conclusion != "lacks" or capacity.review_on < on:
        raise NotLacking
    if capacity_of(person.pk, on=on, seen_by=by, about=capacity.about) != "lacks":
        raise NotLacking
    said = _said(wishes=wishes, least_restrictive=least_restrictive, reason=reason)
    compared = [dict(each) for each in options if each.get("what", "").strip()]
    if len(compared) < 2:
        raise OneOptionOnly
    asked = _asked(people)
    _words_known(advocate, advance_decision, attorney, outcome)
    if outcome == "go_ahead":
        _may_go_ahead(asked, advocate, advocate_name, advance_decision, attorney, can_wait)
    latest = latest_review(on)
    if not on <= review_on <= latest:
        raise EndsTooLate(latest=latest)
    made: BestInterests = BestInterests.objects.create(
        institution=circle.institution,
        circle=circle,
        person=person,
        capacity=capacity,
        about=capacity.about,
        **said,
        options=json.dumps(compared, ensure_ascii=False),
        people=json.dumps(asked, ensure_ascii=False),
        disagreement=disagreement.strip(),
        advocate=advocate,
        advocate_name=advocate_name.strip(),
        advance_decision=advance_decision,
        attorney=attorney,
        can_wait=can_wait,
        outcome=outcome,
        met_at=at,
        review_on=review_on,
        written_by=writer,
    )
    audit.write(
        "consent.best_interests_decided", by=by, at=at, about=made, detail={"word": outcome}
    )
    return made


@action
def end(*, decision: BestInterests, because: str, by: Reader, at: datetime) -> BestInterests:
    """End a best-interests decision before its review day. What was decided stays to be read."""
    by.confirm_create("consent", institution=decision.institution_id, circle=decision.circle_id)
    if len(because.strip()) < REASON_LETTERS:
        raise NeedsWords(field="because")
    if decision.ended_at is None:
        decision.ended_at, decision.ended_because = at, because.strip()
        decision.save(update_fields=["ended_at", "ended_because"])
        audit.write("consent.best_interests_ended", by=by, at=at, about=decision)
    return decision


def _said(**given: str) -> dict[str, str]:
    said = {field: text.strip() for field, text in given.items()}
    for field, text in said.items():
        if len(text) < REASON_LETTERS:
            raise NeedsWords(field=field)
    return said


def _asked(people: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    asked = [dict(each) for each in people if each.get("name", "").strip()]
    if not asked:
        raise NeedsWords(field="people")
    for each in asked:
        if each.get("part") not in PARTS_IN_A_MEETING:
            raise NeedsWords(field="people")
    return asked


def _words_known(advocate: str, advance_decision: str, attorney: str, outcome: str) -> None:
    for field, word, words in (
        ("advocate", advocate, BestInterests.ADVOCATES),
        ("advance_decision", advance_decision, BestInterests.ADVANCE),
        ("attorney", attorney, BestInterests.ATTORNEYS),
        ("outcome", outcome, BestInterests.OUTCOMES),
    ):
        if word not in {known for known, _ in words}:
            raise NeedsWords(field=field)


def _may_go_ahead(
    asked: Sequence[Mapping[str, str]],
    advocate: str,
    advocate_name: str,
    advance_decision: str,
    attorney: str,
    can_wait: bool,
) -> None:
    if advance_decision == "refuses" or attorney == "objects":
        raise AgainstTheirRefusal
    if can_wait:
        raise CanWait
    has_advocate = advocate == "took_part" and advocate_name.strip()
    if not has_advocate and not CLOSE & {each["part"] for each in asked}:
        raise NeedsAnAdvocate
