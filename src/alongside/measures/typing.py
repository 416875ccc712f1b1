"""Forms on paper: printed, filled in, and typed in twice. Nothing counts until both agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.access import readers
from alongside.crisis.models import Alert
from alongside.engine.instruments import (
    Typed,
    differing,
    is_typed_in_one,
    least_typed,
    read_typed,
    valid_answers,
)
from alongside.measures import actions
from alongside.measures.actions import Answers, Recorded, Where
from alongside.measures.models import Asking, Typing
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Unfit

State = Literal["first", "differs", "same_person", "recorded"]


class InvalidTyping(Unfit):
    """What was typed is not a whole form, or some of it is no answer. Its danger was raised.

    ``typed`` is what was read, ``items`` are the ids that are no answer, ``alerts`` were raised.
    """

    typed: Typed
    items: list[str]
    alerts: tuple[Alert, ...]


class NotThatDay(Unfit):
    """No form is filled in tomorrow, nor typed in so long after."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one typing.

    ``first``: kept until it is typed again. ``differs``: not as the first time, at ``items`` and
    perhaps the day. ``same_person``: somebody else must type it. ``recorded``: both agree.
    """

    state: State
    alerts: tuple[Alert, ...] = ()
    items: tuple[str, ...] = ()
    recorded: Recorded | None = None


def type_form(
    *, asking: Asking, text: str, filled_on: date, submission: str, by: Any, at: datetime
) -> Outcome:
    """Take one typing of a form on paper.

    Danger in it is raised at once, whatever becomes of the rest: before a slip is refused, before
    the second typing, and when the two differ.

    Args:
        text: answers in the order of the form, as for ``read_typed``.
        filled_on: the day on the paper.
        submission: an id made with the page; the same again gives the first result.

    Raises:
        InvalidTyping; NotThatDay; Answered, Expired.
    """
    instrument = catalogue.current().instrument(asking.instrument)
    typed = read_typed(instrument, text)
    valid, errors = valid_answers(instrument, typed.answers)
    today = at.astimezone(ZoneInfo(asking.institution.zone)).date()
    oldest = today - catalogue.current().answering.oldest
    is_a_day = oldest <= filled_on <= today
    if errors or not typed.is_whole or not is_a_day:
        alerts = _look_for_danger(asking=asking, answers=valid, by=by, at=at)
        if errors or not typed.is_whole:
            items = [str(getattr(error, "item", "")) for error in errors]
            raise InvalidTyping(typed=typed, items=items, alerts=alerts)
        raise NotThatDay(filled_on=filled_on, alerts=alerts)
    return _take(
        asking=asking, answers=valid, filled_on=filled_on, submission=submission, by=by, at=at
    )


def second_is_somebody_else() -> bool:
    """Whether this service wants the second typing from somebody else."""
    return catalogue.current().answering.second_is_somebody_else


def compared(asking: Asking, first: Typing, text: str) -> list[tuple[str, int | None, int | None]]:
    """The items on which the first typing and this one differ, with both answers."""
    instrument = catalogue.current().instrument(asking.instrument)
    before = answers_of(first)
    now, _errors = valid_answers(instrument, read_typed(instrument, text).answers)
    return [(item, before.get(item), now.get(item)) for item in differing(instrument, before, now)]


@action
def forget_typing(*, asking: Asking, by: Any, at: datetime) -> None:
    """Forget the first typing, because that one was wrong; its danger stays raised."""
    by.confirm("C", asking)
    if Typing.objects.writable_by(by, "C").filter(asking=asking).delete()[0]:
        audit.write("measures.typing_forgotten", by=by, at=at, about=asking)


@action
def _look_for_danger(
    *, asking: Asking, answers: Answers, by: Any, at: datetime
) -> tuple[Alert, ...]:
    by.confirm("C", asking)
    asking = actions.locked(asking)
    return actions.raise_typed(
        asking, answers, raised=_raised(asking, _first(asking), at), by=by, at=at
    )


@action
def _take(
    *, asking: Asking, answers: Answers, filled_on: date, submission: str, by: Any, at: datetime
) -> Outcome:
    by.confirm("C", asking)
    asking = actions.locked(asking)
    where = Where("paper", filled_on)
    if submission in asking.submissions:
        again = actions.record_answers(
            asking=asking, answers=answers, submission=submission, by=by, at=at, where=where
        )
        return Outcome("recorded", again.alerts, recorded=again)
    actions.must_be_open(asking, actions.moment_of(asking, where, at))
    first = _first(asking)
    if first is not None and first.submission == submission:
        return Outcome("first")
    raised = _raised(asking, first, at)
    alerts = actions.raise_typed(asking, answers, raised=raised, by=by, at=at)
    if first is None:
        _keep(asking, answers, filled_on, submission, by=by, at=at)
        return Outcome("first", alerts)
    if catalogue.current().answering.second_is_somebody_else and first.written_by_id in by.persons:
        return Outcome("same_person", alerts)
    instrument = catalogue.current().instrument(asking.instrument)
    items = differing(instrument, answers_of(first), answers)
    if items or first.filled_on != filled_on:
        audit.write("measures.answers_typed", by=by, at=at, about=asking, result="refused")
        return Outcome("differs", alerts, items)
    known = raised | actions.danger_said(asking, answers, at)
    recorded = actions.record_answers(
        asking=asking,
        answers=answers,
        submission=submission,
        by=by,
        at=at,
        where=Where("paper", filled_on, first.written_by),
        raised=known,
    )
    first.delete()
    return Outcome("recorded", alerts, recorded=recorded)


def _keep(
    asking: Asking, answers: Answers, filled_on: date, submission: str, *, by: Any, at: datetime
) -> None:
    person = readers.person_for(by, institution=asking.institution_id, circle=asking.circle_id)
    Typing.objects.create(
        institution_id=asking.institution_id,
        circle_id=asking.circle_id,
        asking=asking,
        about_id=asking.about_id,
        respondent_id=asking.respondent_id,
        written_by=person,
        typed=json.dumps(dict(answers)),
        filled_on=filled_on,
        typed_at=at,
        submission=submission,
    )
    audit.write("measures.answers_typed", by=by, at=at, about=asking)


def answers_of(typing: Typing) -> Mapping[str, int | None]:
    """What was typed the first time."""
    found: dict[str, int | None] = json.loads(typing.typed)
    return found


def _first(asking: Asking) -> Typing | None:
    rows = Typing.objects.unscoped("was this form typed in before?").select_for_update()
    found: Typing | None = rows.filter(asking=asking).first()
    return found


def _raised(asking: Asking, first: Typing | None, at: datetime) -> actions.Said:
    return frozenset() if first is None else actions.danger_said(asking, answers_of(first), at)


__all__ = [
    "InvalidTyping",
    "NotThatDay",
    "Outcome",
    "answers_of",
    "compared",
    "forget_typing",
    "is_typed_in_one",
    "least_typed",
    "second_is_somebody_else",
    "type_form",
]
