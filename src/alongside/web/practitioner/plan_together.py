"""Several courses in one plan: their order, what waits, and what is kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.catalogue.chooser import in_words
from alongside.plans import queries
from alongside.web.parts.pages import Request, local_day, short_day
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner import standing_words


def order_shown(
    request: Request, live: Any, at: datetime, *, can_edit: bool
) -> list[dict[str, Any]]:
    """The open courses in the order in which they can go, each with what it waits for.

    Nothing for one course alone that waits for nobody.
    """
    ordered = queries.in_order(seen_by=request.reader, plan=live, at=at)
    if len(ordered) < 2 and not any(beside.clashes for _course, beside in ordered):
        return []
    names = {
        str(course.pk): said.way_name(course.protocol, course.variant)
        for course, _beside in ordered
    }
    return [
        {
            "name": names[str(course.pk)],
            "people": ", ".join(person.name for person in course.people),
            "url": f"#course-{course.pk}",
            "tag": _("Since %(day)s") % {"day": short_day(local_day(request, course.started_at))}
            if course.started_at
            else _("Waits")
            if any(clash.kind != "holds" for clash in beside.clashes)
            else _("May come now"),
            "kind": "pen" if course.started_at else "lamp" if beside.clashes else "",
            "waits": _waits(request, course, beside, names, at, can_edit=can_edit),
        }
        for course, beside in ordered
    ]


def _waits(
    request: Request,
    course: Any,
    beside: Any,
    names: Mapping[str, str],
    at: datetime,
    *,
    can_edit: bool,
) -> list[dict[str, Any]]:
    """One line a rule that holds this course back, with its reason and who may let it pass."""
    gates = catalogue.current().gates
    language = catalogue.current().reasons(get_language() or "en")
    let_pass = queries.released(course, at)
    others = {one.key: one for one in beside.others}
    way = queries.protocol_of(course)
    steps = {
        step.id: standing_words.step_name(way, step.id)
        for phase in way.phases_of(course.variant)
        for step in phase.steps
    }
    found: dict[str, dict[str, Any]] = {}
    for clash in beside.clashes:
        if clash.kind == "holds" and course.started_at is None:
            continue  # it holds back sessions and steps, and there are none yet
        held = [steps[step] for step in clash.steps if step in steps]
        if clash.steps and not held:
            continue  # this variant has none of these steps
        gate = gates[clash.rule]
        other = others[clash.other]
        line = found.setdefault(
            clash.rule,
            {
                "name": said.gate_name(gate.id),
                "text": in_words(gate.reason, language),
                "steps": ", ".join(held),
                "source": gate.reason.source,
                "until": short_day(clash.until) if clash.until else "",
                "beside": [],
                "released": gate.id in let_pass and gate.releasable,
                "warns": gate.hard == "warn",
                "release_url": reverse("practitioner:plan-release", args=[course.pk, gate.id])
                if can_edit and gate.releasable and gate.id not in let_pass
                else "",
            },
        )
        line["beside"].append(
            names.get(clash.other) or said.way_name(_exact(other.protocol), other.variant)
        )
    return list(found.values())


def _exact(protocol: str) -> str:
    return str(catalogue.current().protocol(protocol).ref)
