"""The measures of a plan, each asked once: which courses share it, and of whom it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alongside import catalogue
from alongside.delivery import schedule
from alongside.plans import queries
from alongside.web.parts.pages import Request
from alongside.web.practitioner import delivery_words as said
from alongside.web.practitioner.words import short_instrument


def measures_shown(request: Request, live: Any, at: datetime) -> list[dict[str, Any]]:
    """One line a measure and person, those that several courses ask for first."""
    courses = schedule.courses(seen_by=request.reader).filter(plan=live, ended_at=None)
    tracking = catalogue.current().tracking
    found: dict[tuple[Any, str], dict[str, Any]] = {}
    for part in schedule.parts(courses, seen_by=request.reader, at=at):
        for _rule, instrument in part.asks:
            id = instrument.ref.id
            line = found.setdefault(
                (part.person.pk, id),
                {
                    "name": short_instrument(str(instrument.ref)),
                    "who": part.person.name,
                    "ways": [],
                    "kinds": ", ".join(str(said.KINDS[kind]) for kind in tracking.speaks_of(id)),
                    "days": instrument.interval.min_days or 0,
                },
            )
            way = said.way_name(part.course.protocol, part.course.variant)
            if way not in line["ways"]:
                line["ways"].append(way)
    for line in found.values():
        line["shared"] = len(line["ways"]) > 1
        line["distance"] = (
            ngettext(
                "at most every %(days)s day",
                "at most every %(days)s days",
                line["days"],
            )
            % {"days": line["days"]}
            if line["days"]
            else _("each course by itself")
            if line["shared"]
            else ""
        )
    return sorted(found.values(), key=lambda line: not line["shared"])


def not_asked(courses: Iterable[Any]) -> list[str]:
    """Measures the ways of these courses name that are not asked: their pack is not switched on,
    or they were retired before."""
    cat = catalogue.current()
    here = {name.rpartition("@")[0] for name in cat.instruments}
    found: dict[str, str] = {}
    for course in courses:
        for rule in cat.protocol(course.protocol).measures_of(course.variant):
            if rule.instrument in here and not queries.asks_still(course, rule.instrument):
                found[rule.instrument] = _("%(name)s (asked anew no more)") % {
                    "name": cat.instrument(rule.instrument).name
                }
            pack = cat.pack_with(rule.instrument)
            if pack is not None and not pack.is_on:
                name = pack.instruments[rule.instrument.partition("@")[0]]
                found[rule.instrument] = _("%(name)s (its pack %(pack)s is not switched on)") % {
                    "name": name,
                    "pack": pack.id,
                }
    return sorted(found.values())
