"""A concern becomes a case: the case, its circle, and the alerts that gain the circle, at once.

Here and not in ``cases``, because a lower room never tells a higher one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from alongside.cases import actions as cases
from alongside.cases import reporting
from alongside.cases.actions import Opened
from alongside.cases.models import Concern
from alongside.crisis import actions as crisis
from alongside.crisis.models import Alert
from alongside.directory.models import Service
from alongside.records.actions_base import action
from alongside.records.reader import Reader


@action
def open_case(
    *,
    concern: Concern,
    service: Service,
    legal_basis: str,
    legal_reason: str,
    by: Reader,
    at: datetime,
    alias: str = "",
    age_band: str = "",
    review_by: date | None = None,
    ends_on: date | None = None,
    needs: Sequence[str] = (),
    reporter_joins: bool = False,
    version: int | None = None,
) -> Opened:
    """Open a case (``cases.actions.open_case``) and give its circle to the concern's alerts.

    Raises:
        cases.reporting.LookedAtFirst: many reports, and the privacy officer has not said go on;
            never where the concern has shown danger.
    """
    if not Alert.objects.unscoped("danger is not held up").filter(concern=concern).exists():
        reporting.must_be_looked_at(concern)
    opened = cases.open_case(
        concern=concern,
        service=service,
        legal_basis=legal_basis,
        legal_reason=legal_reason,
        alias=alias,
        age_band=age_band,
        review_by=review_by,
        ends_on=ends_on,
        needs=needs,
        reporter_joins=reporter_joins,
        version=version,
        by=by,
        at=at,
    )
    crisis.give_circle(concern=concern, circle=opened.circle, by=by, at=at)
    return opened
