"""What a young person keeps back from who looks after them, and when a clinician shows it (1.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from alongside.cases import actions as cases
from alongside.measures.models import Response
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, Refused

SHOWN = "shown"  # the kind of the decision


class ShownForSafety(Refused):
    """A clinician showed it for safety; it is kept back no more."""


@action
def keep_back(*, response: Response, is_kept: bool, by: Any, at: datetime) -> Response:
    """Keep one's own answers from whoever looks after one, or let them be seen again.

    Nobody is told. Only who gave them about themself.

    Raises:
        ShownForSafety; NotAllowed.
    """
    if response.about_id not in by.persons or response.respondent_id not in by.persons:
        raise NotAllowed(action="E", record=str(response.pk))
    by.confirm("R", response)
    rows = Response.objects.visible_to(by).filter(pk=response.pk, shown_for_safety_at=None)
    if not rows.update(kept_from_guardian=is_kept):
        raise ShownForSafety(response=response)
    response.kept_from_guardian = is_kept
    audit.write(
        "measures.answer_kept_back", by=by, at=at, about=response,
        detail={"kept": "yes" if is_kept else "no"},
    )  # fmt: skip
    return response


@action
def show_for_safety(*, response: Response, reason: str, by: Any, at: datetime) -> Response:
    """Show what a young person kept back to who looks after them, for safety, as a decision.

    Args:
        reason: why their safety asks for it, in a full sentence; it stands on the time line.

    Raises:
        ShownForSafety: it was shown before. cases.actions.NeedsAReason; NotAllowed.
    """
    by.confirm("R", response)
    cases.record_decision(
        circle=response.circle, kind=SHOWN, chosen=SHOWN, reason=reason,
        about=f"response:{response.pk}", by=by, at=at,
    )  # fmt: skip
    rows = Response.objects.visible_to(by).filter(
        pk=response.pk, kept_from_guardian=True, shown_for_safety_at=None
    )
    if not rows.update(kept_from_guardian=False, shown_for_safety_at=at):
        raise ShownForSafety(response=response)
    audit.write("measures.answer_shown", by=by, at=at, about=response)
    response.refresh_from_db(fields=["kept_from_guardian", "shown_for_safety_at"])
    return response
