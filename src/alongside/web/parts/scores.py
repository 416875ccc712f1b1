"""A series of scores as the chart of parts draws it, with words in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.catalogue import UnknownContent
from alongside.engine.instruments.shapes import Wording
from alongside.web.parts import explained_words
from alongside.web.parts.chart import Band, Chart, Expected, Figure, Line, Phase, Point, figure

Name = Callable[[str], str]


def words_of(ref: str) -> Wording:
    """The words of an instrument for this reader; none where the licence keeps them all out."""
    language = get_language() or "en"
    try:
        return catalogue.current().wording(ref, language)
    except UnknownContent:
        return Wording(language, "", {}, {}, {}, is_neutral=True)


def chart_of(series: Any, wording: Any, **more: Any) -> Figure | None:
    """The drawing of an ``insights.progress`` series; None when there is nothing to draw.

    Takes what ``plain_chart`` takes.
    """
    found = plain_chart(series, wording, **more)
    return None if found is None else figure(found)


def plain_chart(
    series: Any,
    wording: Any,
    *,
    phase_name: Name,
    small: bool = False,
    span: tuple[date, date] | None = None,
    for_staff: bool = False,
    expected: tuple[Expected, ...] = (),
) -> Chart | None:
    """The values of the drawing; None when nothing was answered.

    Args:
        wording: the instrument's words; its bands are named by them.
        phase_name: what a protocol is called.
        span: the first and the last day of the time line, where several charts share one.
        expected: where finished courses that began alike lay.
        for_staff: ring the times an answer showed danger, and mark the phases of a protocol.
    """
    change = series.change
    if not any(mark.response for mark in series.marks) or change.highest is None:
        return None
    rule = change.rule
    days = [mark.on for mark in series.marks]
    first, last = span or (min(days), max(days))
    return Chart(
        name=series.instrument.name,
        points=tuple(
            Point(
                mark.on,
                mark.score,
                is_filled=mark.prorated,
                is_answered=mark.response is not None,
                is_danger=for_staff and mark.showed_danger,
            )
            for mark in series.marks
        ),
        highest=change.highest,
        lowest=change.lowest or 0,
        bands=tuple(
            Band(band.lowest, str(wording.bands.get(band.name, band.name))) for band in series.bands
        ),
        line=Line(change.line.value, explained_words.line_name(series.instrument).lower())
        if change.line
        else None,
        reliable=rule.threshold if rule is not None else None,
        phases=tuple(
            Phase(each.on, event_words(each, phase_name), ended=each.kind == "ended")
            for each in drawn_events(series, (first, last))
            if for_staff or each.kind != "phase"
        ),
        expected=expected,
        lower_is_better=change.higher_is != "better",
        since=first,
        until=last,
        small=small,
    )


def drawn_events(series: Any, span: tuple[date, date] | None) -> list[Any]:
    """What began or ended on a time line, in order: the numbers of the upright lines."""
    return [each for each in series.phases if span and span[0] <= each.on <= span[1]]


def event_words(event: Any, phase_name: Name) -> str:
    """What began or ended, in few words."""
    if event.kind == "came_in":
        return _("came in")
    name = phase_name(event.protocol)
    if event.kind == "ended":
        return _("%(name)s ended") % {"name": name}
    if event.kind == "phase":
        way = catalogue.current().protocols.get(event.protocol)
        found = next((p for p in way.phases if p.id == event.phase), None) if way else None
        texts = catalogue.current().reasons(get_language() or "en")
        said = texts.get(f"protocols/{event.protocol}/phases/{event.phase}/name")
        return str(said or (found.name if found else event.phase))
    return name
