"""An answer to a form that is over: danger in it reaches a person, nothing else is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alongside import catalogue
from alongside.crisis.models import Alert
from alongside.engine.instruments.scoring import valid_answers
from alongside.measures import actions
from alongside.measures.models import Asking
from alongside.records.actions_base import action


@action
def raise_late(
    *, asking: Asking, answers: Mapping[str, object], by: Any, at: datetime
) -> tuple[Alert, ...]:
    """Raise the danger in answers that came after a form was sent, ran out or was ended by a word.

    Whoever was asked may still tell danger, so it asks for no right of its own: the caller found
    the asking as its respondent. An objection stops what is written down, never this (E1).

    Args:
        answers: by item id, as they came; what is not a valid answer is left out.
    """
    valid, _errors = valid_answers(catalogue.current().instrument(asking.instrument), answers)
    return actions.raise_told(asking, valid, by=by, at=at)
