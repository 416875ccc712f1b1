"""A chart as a file of its own: SVG that carries its words, its key and its colours."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from django.http import HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from alongside.web.parts.chart import Chart, Figure, figure, wide_parts

WIDTH, MARGIN, LINE = 730, 20, 17
LETTERS = 96  # of one line of text

# The day colours of tokens.css, written out: a file has no style sheet. A test compares them.
COLOURS = {
    "sheet": "#fffefa",
    "well": "#ece9e0",
    "rule": "#d9d4c6",
    "edge": "#74716a",
    "ink": "#1b2430",
    "ink-soft": "#4b5561",
    "pen": "#1c4a75",
    "lamp": "#714900",
    "lamp-wash": "#fbefd1",
    "heather": "#55427f",
    "signal": "#9c1d18",
    "moss": "#27593f",
}
STYLE = """
text {{ font: 500 12px "Atkinson Hyperlegible Next", Arial, sans-serif; fill: {ink-soft};
  paint-order: stroke; stroke: {sheet}; stroke-width: 3px; stroke-linejoin: round }}
text.title {{ font-size: 17px; font-weight: 650; fill: {ink} }}
text.strong {{ fill: {ink}; font-weight: 650 }}
.ground {{ fill: {sheet} }} .c-band {{ fill: {well}; opacity: .75 }}
.c-corridor {{ fill: {lamp-wash} }}
.c-edge {{ stroke: {lamp}; stroke-dasharray: 2 4; stroke-width: 1.5 }}
.c-expected {{ fill: {pen}; fill-opacity: .12; stroke: {pen}; stroke-opacity: .55;
  stroke-dasharray: 1 3; stroke-width: 1.25 }} .c-grid {{ stroke: {rule} }}
.c-cut {{ stroke: {ink-soft}; stroke-width: 1.5; stroke-dasharray: 7 4 }}
.c-phase {{ stroke: {heather}; stroke-width: 1.5 }} .c-phase--end {{ stroke-dasharray: 5 3 }}
text.c-phase-t {{ fill: {heather}; font-weight: 600 }}
.c-line {{ fill: none; stroke: {pen}; stroke-width: 2.75; stroke-linejoin: round }}
.c-gap {{ stroke: {pen}; stroke-width: 2; stroke-dasharray: 3 5 }}
.c-dot {{ fill: {pen}; stroke: {sheet}; stroke-width: 2 }}
.c-dot--filled {{ fill: {sheet}; stroke: {pen}; stroke-width: 2.5 }}
.c-danger {{ fill: none; stroke: {signal}; stroke-width: 2 }}
.c-have {{ fill: {pen} }} .c-few {{ fill: {sheet}; stroke: {pen}; stroke-width: 1.75 }}
.c-miss {{ fill: none; stroke: {edge}; stroke-width: 1.5; stroke-dasharray: 2 2 }}
"""


def svg_file(chart: Chart, *, title: str, notes: Sequence[str] = ()) -> str:
    """The wide drawing as a whole file: title, sentence, drawing, key, notes.

    Goes in: the chart, a title that names nobody, and what else must stand under it. Comes out:
    SVG 1.1 with its own colours, that fetches nothing and runs nothing.
    """
    made = figure(chart)
    top = [*textwrap.wrap(made.sentence, LETTERS)]
    below = [line for words in (*_key(made), *notes) for line in textwrap.wrap(words, LETTERS)]
    parts, plot = wide_parts(chart)
    start = MARGIN + 26 + LINE * len(top)
    height = start + plot + 14 + LINE * len(below) + MARGIN
    style = STYLE.format(**COLOURS)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" width="{}" height="{}" '
        'role="img" aria-labelledby="t d"><title id="t">{}</title><desc id="d">{}</desc>'
        '<style>{}</style><rect class="ground" width="100%" height="100%"/>'
        '<text class="title" x="{}" y="{}">{}</text>{}'
        '<g transform="translate({} {})">{}</g>{}</svg>\n',
        WIDTH,
        height,
        WIDTH,
        height,
        title,
        made.sentence,
        SafeString(style),  # ours alone, and "Atkinson" keeps its quotation marks
        MARGIN,
        MARGIN + 12,
        title,
        _lines(top, MARGIN + 34),
        MARGIN,
        start,
        parts,
        _lines(below, start + plot + 20),
    )


def as_download(chart: Chart, *, name: str, title: str, notes: Sequence[str] = ()) -> HttpResponse:
    """The file as an answer; its name says which measure and nothing about anybody."""
    return as_svg(svg_file(chart, title=title, notes=notes), name=name)


def as_svg(svg: str, *, name: str) -> HttpResponse:
    """A whole SVG to keep; its name says nothing about anybody."""
    response = HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.svg"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _lines(lines: Sequence[str], y: float) -> SafeString:
    return format_html_join(
        "",
        '<text x="{}" y="{}">{}</text>',
        ((MARGIN, f"{y + LINE * place:g}", line) for place, line in enumerate(lines)),
    )


def _key(made: Figure) -> Iterator[str]:
    if made.reliable:
        yield _("Coloured ground: could be chance, less than %(least)s points from the start.") % {
            "least": made.reliable
        }
    if made.has_expected:
        yield _("Blue ground: where 80 in 100 finished courses that began alike lay.")
    if made.has_filled:
        yield _("Open dot: some answers were open, filled in from the others.")
    if made.has_danger:
        yield _("Ring: an answer showed danger.")
    if made.has_missing:
        yield _("Dashed square: not answered.")
    if made.has_unscored:
        yield _("Open square: answered, too few answers for a score.")
    if made.phases_in_words:
        yield _("Upright lines: %(phases)s.") % {"phases": made.phases_in_words}
