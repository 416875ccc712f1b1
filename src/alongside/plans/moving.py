"""Help moves to another setting: what changes, and what must be said to be in place there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from alongside import catalogue
from alongside.cases import actions as cases
from alongside.cases import queries as case_queries
from alongside.cases.models import Decision
from alongside.catalogue.chooser import facts_of
from alongside.engine.protocols.facts import FactsRefused, RefusedAim
from alongside.engine.protocols.moving import Move, requirements, what_changes
from alongside.plans import actions, queries
from alongside.plans.models import Plan
from alongside.plans.places import said_in_place, setting_of
from alongside.records.actions_base import action
from alongside.records.errors import Refused


class NothingNew(Refused):
    """Help is given there already, and nothing more was said to be in place."""


def changes(*, plan: Plan, setting: str, seen_by: Any) -> Move:
    """What would change for the open courses of a plan in another setting.

    Raises:
        UnknownWord: there is no such setting.
    """
    cat = catalogue.current()
    if setting not in cat.settings:
        raise actions.UnknownWord(field="setting", value=setting)
    kept = case_queries.facts_of(plan.case)
    raw = {key: value for key, value in kept.items() if key != "circle"}
    try:
        facts = facts_of(cat, raw)
    except (FactsRefused, RefusedAim):
        facts = facts_of(cat, {})  # words of older content: nothing is known by them
    courses = queries.courses_of(seen_by=seen_by, plan=plan)
    return what_changes(
        cat.settings.get(setting_of(plan.case)),
        cat.settings[setting],
        [
            (str(course.pk), queries.protocol_of(course), course.variant)
            for course in courses
            if course.ended_at is None
        ],
        facts,
        cat.gates,
        cat.chooser_rules["rules"],
    )


@action
def move(
    *,
    plan: Plan,
    setting: str,
    in_place: Collection[str],
    reason: str,
    expected: int,
    by: Any,
    at: datetime,
) -> Decision:
    """Move help to another setting, or say what of its requirements is in place by now.

    The next start and the next session wait until each requirement was said to be in place, or a
    clinician lets the gate ``place_ready`` pass.

    Args:
        setting: an id of content/settings.
        in_place: names of requirements, as ``engine.protocols.moving.requirements`` gives them.
        reason: why, in a full sentence; kept as a decision with what changed.
        expected: the version of the case that was read; its facts keep the new setting.

    Raises:
        UnknownWord, NothingNew, AlreadyEnded, StaleVersion; the reasons ``cases.record_decision``
        refuses.
    """
    by.confirm("E", plan)
    if plan.ended_at:
        raise actions.AlreadyEnded(plan=plan)
    found = changes(plan=plan, setting=setting, seen_by=by)
    needed = requirements(catalogue.current().settings[setting])
    if unknown := [name for name in in_place if name not in needed]:
        raise actions.UnknownWord(field="in_place", value=unknown[0])
    case, before = plan.case, setting_of(plan.case)
    already = said_in_place(case, at) if before == setting else frozenset()
    if before == setting and set(in_place) <= already:
        raise NothingNew(setting=setting)
    if before != setting:
        facts = case_queries.facts_of(case)
        facts["person"] = {**facts.get("person", {}), "setting": setting}
        cases.keep_facts(case=case, version=expected, facts=facts, needs=case.needs, by=by, at=at)
    return cases.record_decision(
        circle=plan.circle,
        kind="setting",
        chosen=setting,
        about=f"plan:{plan.pk}",
        reason=reason,
        shown={
            "from": before,
            "in_place": sorted(in_place),
            "required": [reason.text for reason in found.required],
            "courses": [one.key for one in found.courses if not one.is_the_same],
        },
        by=by,
        at=at,
    )
