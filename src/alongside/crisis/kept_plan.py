"""The safety plan in the browser of its person, to read without network (rule M5).

How a browser keeps something is ``access.without_network``. A plan ends with its days, when the
person takes it off, and when they may no longer read their own plan.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import without_network as kept
from alongside.access.readers import link_lives_until
from alongside.access.without_network import Kept, Still
from alongside.crisis.models import SafetyPlan
from alongside.crisis.safety_plan import plan_of
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.reader import Reader


@action
def keep(*, plan: SafetyPlan, by: Reader, at: datetime) -> Kept:
    """Let the person take their plan along in their browser for some days."""
    by.confirm("X", plan)
    found = kept.keep(
        purpose=kept.PLAN,
        target=plan.circle_id,
        person=plan.about,
        circle=plan.circle,
        until=at + catalogue.current().danger.waits.kept_for,
        by=by,
        at=at,
    )
    audit.write("crisis.safety_plan_copied", by=by, at=at, about=plan, detail={"kind": "browser"})
    return found


@action
def take_off(*, plan: SafetyPlan, by: Reader, at: datetime) -> None:
    """No browser may keep it any longer; each forgets it when it next reaches us."""
    by.confirm("X", plan)
    access.end_links(target=plan.circle_id, purpose=kept.PLAN, by=by, at=at)
    audit.write("crisis.safety_plan_taken_off", by=by, at=at, about=plan)


def taken_off(*, token: str, at: datetime) -> None:
    """This browser forgot it by itself. A token that ended or never was changes nothing."""
    kept.taken_off(purpose=kept.PLAN, token=token, at=at)


def still(*, token: str, at: datetime) -> Still:
    """Whether a browser may go on keeping it; a token that never was reads like one that ended."""
    for keeper in kept.keepers(purpose=kept.PLAN, token=token, at=at):
        plan = plan_of(keeper.link.target, seen_by=keeper.reader)
        if plan is not None and keeper.reader.may("X", plan):
            return Still(may=True, newer=plan.made_at > keeper.link.created_at)
    return Still(may=False)


def kept_until(circle: UUID, *, at: datetime) -> datetime | None:
    """Until when some browser keeps the plan of this circle's person; None when none does."""
    return link_lives_until(target=circle, purpose=kept.PLAN, at=at)
