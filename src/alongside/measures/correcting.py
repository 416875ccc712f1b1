"""Answers that were written down wrongly are put right by adding; what stood before stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from alongside import catalogue
from alongside.cases.actions import NeedsAReason
from alongside.cases.rules import REASON_LETTERS
from alongside.engine.errors import EngineError
from alongside.engine.instruments import Instrument, Score, items_to_ask, without_codes
from alongside.engine.instruments.scoring import score, score_totals, valid_answers
from alongside.engine.risk.rules import blank_critical
from alongside.measures import actions
from alongside.measures.models import Asking, Response
from alongside.records import audit, crashpoint
from alongside.records.actions_base import action
from alongside.records.errors import Refused, StaleVersion

ONE = "the one row that put these answers right"


class NothingChanged(Refused):
    """The answers are the same as before: there is nothing to put right."""


class FormNotHere(Refused):
    """The form these answers were given to is not here any more, or they came without one."""


def put_right(
    *, response: Response, answers: Mapping[str, object], because: str, by: Any, at: datetime
) -> actions.Recorded:
    """Put single answers right: a new row, scored anew, on the day of the first.

    Danger that was not raised by the answers before is raised with it, or not at all. What the
    answers before raised stays raised: only a clinician ends an alert.

    Args:
        response: what stands now. answers: all of the form, as ``actions.submit`` takes them.
        because: why, for who reads it later.

    Raises:
        actions.InvalidAnswers, with danger in the valid ones raised and kept. NeedsAReason.
        StaleVersion: somebody put them right meanwhile; ``current`` is what stands now.
        NothingChanged; FormNotHere; NotAllowed.
    """
    instrument = _form_of(response)
    valid, errors = valid_answers(instrument, answers)
    if errors:
        alerts = _raise_at_least(response=response, answers=valid, by=by, at=at)
        items = [actions.item_of(error) for error in errors]
        raise actions.InvalidAnswers(errors=errors, items=items, alerts=alerts)
    return _put_right(response=response, answers=valid, because=because, by=by, at=at)


@action
def put_total_right(
    *,
    response: Response,
    totals: Mapping[str, int | Decimal],
    form_version: str,
    because: str,
    by: Any,
    at: datetime,
) -> actions.Recorded:
    """Put right what a form of one's own came to. As ``put_right``, with ``record_totals``.

    Raises:
        actions.InvalidTotals; NeedsAReason; StaleVersion; NothingChanged; FormNotHere; NotAllowed.
    """
    instrument = _form_of(response)
    asking = _that_stands(response, because, by)
    try:
        points = score_totals(instrument, totals, actions.who(asking, response.answered_at))
    except EngineError as refusal:
        raise actions.InvalidTotals(asking=asking, error=str(refusal)) from refusal
    is_same = dict(points.scores) == response.scores
    if is_same and form_version == response.details.get("form_version", ""):
        raise NothingChanged
    made = _add(response, asking, instrument, {}, points, because, form_version, by=by, at=at)
    said = actions.danger_said(asking, {}, at, scores=response.scores, finished=False)
    alerts = actions.raise_typed(
        asking, {}, raised=said, scores=points.scores, finished=False, by=by, at=at
    )
    audit.write("measures.answers_corrected", by=by, at=at, about=made)
    return actions.Recorded(made, alerts, ())


@action
def _put_right(
    *, response: Response, answers: actions.Answers, because: str, by: Any, at: datetime
) -> actions.Recorded:
    instrument = _form_of(response)
    asking = _that_stands(response, because, by)
    if dict(answers) == response.answers:
        raise NothingChanged
    points = score(instrument, answers, actions.who(asking, response.answered_at))
    made = _add(response, asking, instrument, answers, points, because, "", by=by, at=at)
    crashpoint.here("measures.answers.saved")
    said = actions.danger_said(asking, response.answers, at, scores=response.scores)
    alerts = actions.raise_typed(asking, answers, raised=said, scores=points.scores, by=by, at=at)
    blank = blank_critical(
        catalogue.current().risk_rules_for(str(instrument.ref)),
        without_codes(instrument, answers),
        asked=items_to_ask(instrument, answers),
    )
    new = tuple(item for item in blank if response.answers.get(item) is not None)
    actions.ask_for(asking, instrument, new, by=by, at=at)
    audit.write("measures.answers_corrected", by=by, at=at, about=made)
    crashpoint.here("measures.answers.written")
    return actions.Recorded(made, alerts, new)


@action
def _raise_at_least(
    *, response: Response, answers: actions.Answers, by: Any, at: datetime
) -> tuple[Any, ...]:
    """The danger in the answers that can stand, though the whole cannot be kept."""
    asking = _locked(response, by)
    raised = actions.danger_said(asking, response.answers, at)
    return actions.raise_told(asking, answers, raised=raised, by=by, at=at)


def _form_of(response: Response) -> Instrument:
    found = catalogue.current().instruments.get(response.instrument)
    if found is None or response.asking is None:
        raise FormNotHere
    return found


def _locked(response: Response, by: Any) -> Asking:
    if response.asking is None:
        raise FormNotHere
    by.confirm("C", response.asking)
    return actions.locked(response.asking)


def _that_stands(response: Response, because: str, by: Any) -> Asking:
    """The asking, locked, when these answers still stand and a reason is there."""
    asking = _locked(response, by)
    after = Response.objects.unscoped(ONE).filter(corrects=response).first()
    if after is not None:
        raise StaleVersion(current=after)
    if len(because.strip()) < REASON_LETTERS:
        raise NeedsAReason(field="because")
    return asking


def _add(
    response: Response,
    asking: Asking,
    instrument: Instrument,
    answers: actions.Answers,
    points: Score,
    because: str,
    form_version: str,
    *,
    by: Any,
    at: datetime,
) -> Response:
    where = actions.Where(response.entered_from, filled_on=response.filled_on)
    return actions.kept(
        asking, instrument, answers, points, by=by, at=at, form_version=form_version,
        given_at=response.answered_at, where=where, corrects=response, because=because.strip(),
    )  # fmt: skip
