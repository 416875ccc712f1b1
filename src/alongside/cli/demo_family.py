"""A person and a relative of the demonstration come in, so that their doors can be seen too.

They come as everybody does: by a link to join that opens once. Each finds something to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from alongside.access import readers
from alongside.access.models import Account
from alongside.cli.demo_days import Story
from alongside.cli.demo_house import comes_in
from alongside.cli.demo_service import Demonstration
from alongside.crisis import safety_plan
from alongside.crisis.six_parts import Part, SixParts
from alongside.measures import actions as measures
from alongside.people.models import Person
from alongside.plans.models import Course
from alongside.records import clock

PERSON, RELATIVE = "person@demo.invalid", "relative@demo.invalid"


def let_in(made: Demonstration) -> None:
    """Give the person of one course of talks and the relative of another a way to sign in."""
    at = clock.now()
    talks = _furthest(made.stories, "cbt", at)
    if talks is not None:
        account = comes_in(talks, talks.focus, PERSON, at)
        _write_safety_plan(talks, account, made.script["safety_plan"], at)
        _ask(talks, talks.focus, "k10", at)
    helping = _furthest(made.stories, "craft", at)
    if helping is not None:
        comes_in(helping, helping.member.person, RELATIVE, at)
        _ask(helping, helping.member.person, "carer_strain_nrs", at)


def _furthest(stories: Iterable[Story], way: str, at: datetime) -> Story | None:
    """Whose talks are under way and have come furthest."""
    under_way = [
        each
        for each in stories
        if each.way == way and each.has_course and each.held and _course(each, at).ended_at is None
    ]
    return max(under_way, key=lambda each: (each.held, -each.number), default=None)


def _course(story: Story, at: datetime) -> Course:
    lead = readers.reader_for(story.lead.account, at)
    found: Course = Course.objects.visible_to(lead).get(pk=story.course.pk)
    return found


def _ask(story: Story, person: Person, instrument: str, at: datetime) -> None:
    """Some questions that wait for an answer."""
    measures.make_asking(
        circle=story.case.circle,
        about=person,
        respondent=person,
        instrument=instrument,
        occasion=f"course:{story.course.pk}",
        by=readers.reader_for(story.lead.account, at),
        at=at,
    )


def _write_safety_plan(
    story: Story, account: Account, words: Mapping[str, Any], at: datetime
) -> None:
    parts = {name: Part(lines=tuple(lines)) for name, lines in words["parts"].items()}
    safety_plan.save_plan(
        circle=story.case.circle,
        plan=SixParts(parts=parts, reason=words["reason"]),
        version=0,
        by=readers.reader_for(account, at),
        at=at,
    )
