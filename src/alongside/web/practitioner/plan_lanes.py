"""Every course of a case on one time line, for the pages of its plan and its progress."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.delivery import lanes as delivery
from alongside.web.parts import lanes
from alongside.web.parts.pages import Request, local_day, short_day
from alongside.web.practitioner import delivery_words as said

STATES: Mapping[str, Any] = {
    "done": gettext_lazy("done"),
    "now": gettext_lazy("now"),
    "planned": gettext_lazy("planned"),
    "left": gettext_lazy("ended before it was done"),
}


def figure_of(request: Request, circle: UUID, at: datetime) -> dict[str, Any] | None:
    """The drawing, its sentence and its table; None where no course has phases to draw."""
    texts = catalogue.current().reasons(get_language() or "en")
    found = delivery.lanes(circle, seen_by=request.reader, at=at)
    drawn = [_lane(lane, texts) for lane in found]
    if not drawn:
        return None
    words = lanes.sentence(drawn)
    return {
        "svg": lanes.draw(
            drawn,
            today=local_day(request, at),
            label=_("Phases on one time line: %(words)s") % {"words": words},
        ),
        "sentence": words,
        "number": len(drawn),
        "rows": [
            {
                "way": lane.name,
                "number": bar.number,
                "name": bar.name,
                "state": STATES[bar.state],
                "begins": short_day(bar.begins),
                "ends": short_day(bar.ends),
            }
            for lane in drawn
            for bar in lane.bars
        ],
    }


def _lane(lane: delivery.Lane, texts: Mapping[str, str]) -> lanes.Lane:
    bars = (
        lanes.Bar(number, _name(lane, span.phase, texts), span.state, span.begins, span.ends)
        for number, span in enumerate(lane.spans, 1)
    )
    return lanes.Lane(said.way_name(lane.course.protocol, lane.course.variant), tuple(bars))


def _name(lane: delivery.Lane, phase: str, texts: Mapping[str, str]) -> str:
    names = {one.id: one.name for one in lane.protocol.phases}
    return texts.get(f"protocols/{lane.course.protocol}/phases/{phase}/name") or names[phase]
