"""A series of scores as the chart of parts draws it, with words in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from alongside.web.parts.chart import Band, Chart, Figure, Line, Phase, Point, figure


def chart_of(
    series: Any, wording: Any, *, phase_name: Callable[[str], str], small: bool = False
) -> Figure | None:
    """The drawing of an ``insights.progress`` series; None when there is no score to draw.

    Args:
        wording: the instrument's words; its bands are named by them.
        phase_name: what a protocol is called.
    """
    change = series.change
    if not any(mark.score is not None for mark in series.marks) or change.highest is None:
        return None
    rule = change.rule
    return figure(
        Chart(
            name=series.instrument.name,
            points=tuple(Point(mark.on, mark.score) for mark in series.marks),
            highest=change.highest,
            lowest=change.lowest or 0,
            bands=tuple(
                Band(band.lowest, str(wording.bands.get(band.name, band.name)))
                for band in series.bands
            ),
            line=Line(change.line.value, _("treatment line")) if change.line else None,
            reliable=rule.threshold if rule is not None else None,
            phases=tuple(Phase(each.on, phase_name(each.protocol)) for each in _drawn(series)),
            lower_is_better=change.higher_is != "better",
            small=small,
        )
    )


def _drawn(series: Any) -> list[Any]:
    """Only what began between the first and the last time the questions were due."""
    days = [mark.on for mark in series.marks]
    return [each for each in series.phases if min(days) <= each.on <= max(days)]
