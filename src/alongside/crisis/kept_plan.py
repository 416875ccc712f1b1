"""The safety plan in the browser of its person, to read without network (rule M5).

The browser keeps it encrypted under a PIN that never comes here. Here a private link says whether
it may still be kept; the link opens nothing. It ends with its days, when the person takes the plan
off, and when they may no longer read their own plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alongside import catalogue
from alongside.access import actions as access
from alongside.access.models import Account
from alongside.access.readers import link_lives_until, reader_for, reader_for_link
from alongside.crisis.models import SafetyPlan
from alongside.crisis.safety_plan import plan_of
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed
from alongside.records.reader import Reader

PURPOSE = "kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan that goes along: by which token it asks whether it may stay, and until when."""

    token: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Still:
    """May it still be kept, and is there a newer version?"""

    may: bool
    newer: bool = False


@action
def keep(*, plan: SafetyPlan, by: Reader, at: datetime) -> Kept:
    """Let the person take their plan along in their browser for some days."""
    by.confirm("X", plan)
    until = at + catalogue.current().danger.waits.kept_for
    token = access.issue_link(
        purpose=PURPOSE,
        target=plan.circle_id,
        expires_at=until,
        person=plan.about,
        circle=plan.circle,
        by=by,
        at=at,
    )
    audit.write("crisis.safety_plan_copied", by=by, at=at, about=plan, detail={"kind": "browser"})
    return Kept(token, until)


@action
def take_off(*, plan: SafetyPlan, by: Reader, at: datetime) -> None:
    """No browser may keep it any longer; each forgets it when it next reaches us."""
    by.confirm("X", plan)
    access.end_links(target=plan.circle_id, purpose=PURPOSE, by=by, at=at)
    audit.write("crisis.safety_plan_taken_off", by=by, at=at, about=plan)


def taken_off(*, token: str, at: datetime) -> None:
    """This browser forgot it by itself. A token that ended or never was changes nothing."""
    try:
        reader = reader_for_link(token, PURPOSE, at)
    except NotAllowed:
        return
    access.end_link(link=reader.link, by=reader, at=at)


def still(*, token: str, at: datetime) -> Still:
    """Whether a browser may go on keeping it; a token that never was reads like one that ended."""
    try:
        link = reader_for_link(token, PURPOSE, at).link
    except NotAllowed:
        return Still(may=False)
    for account in Account.objects.filter(stands_for__person=link.person_id, is_active=True):
        reader = reader_for(account, at)
        plan = plan_of(link.target, seen_by=reader)
        if plan is not None and reader.may("X", plan):
            return Still(may=True, newer=plan.made_at > link.created_at)
    return Still(may=False)


def kept_until(circle: UUID, *, at: datetime) -> datetime | None:
    """Until when some browser keeps the plan of this circle's person; None when none does."""
    return link_lives_until(target=circle, purpose=PURPOSE, at=at)
