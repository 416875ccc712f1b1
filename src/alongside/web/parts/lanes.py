"""Courses on one time line, as SVG in two widths: a lane a course, its phases one after another.

Colours come from classes alone. Phases that overlap stand on two rows of their lane.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

ROW, GAP, HEAD, FOOT = 22.0, 20.0, 24.0, 26.0
LETTER = 6.3  # how wide a letter of a label is, about


@dataclass(frozen=True, slots=True)
class Bar:
    """One phase: its number in its course, its name, its state and its days."""

    number: int
    name: str
    state: str  # done, now, planned, left
    begins: date
    ends: date


@dataclass(frozen=True, slots=True)
class Lane:
    """One course with its phases."""

    name: str
    bars: tuple[Bar, ...]


def draw(lanes: Sequence[Lane], *, today: date, label: str) -> SafeString:
    """The lanes twice, wide and narrow; the style sheet shows the one that fits."""
    return format_html(
        "{}{}",
        _svg(lanes, today, label, width=640.0, css="wide"),
        _svg(lanes, today, label, width=350.0, css="narrow"),
    )


def _svg(lanes: Sequence[Lane], today: date, label: str, *, width: float, css: str) -> SafeString:
    bars = [bar for lane in lanes for bar in lane.bars]
    first = min(today, *(bar.begins for bar in bars))
    last = max(today, *(bar.ends for bar in bars))
    days = max(1, (last - first).days)

    def x(day: date) -> float:
        return 2 + (width - 4) * (day - first).days / days

    y, shapes = 0.0, list[SafeString]()
    for lane in lanes:
        shapes.append(_text(0, y + 15, lane.name, css="strong"))
        rows = _rows(lane.bars)
        for place, row in enumerate(rows):
            top = y + HEAD + place * (ROW + 4)
            for bar in row:
                shapes += _bar(bar, x(bar.begins), x(bar.ends), top)
        y += HEAD + len(rows) * (ROW + 4) + GAP
    base = y - GAP + 4
    grid = [
        part
        for day, words in _ticks(first, last, most=7 if css == "wide" else 4)
        for part in (
            format_html(
                '<line class="c-grid" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
                f"{x(day):.1f}", f"{HEAD - 4:.1f}", f"{base:.1f}",
            ),
            _text(min(x(day), width - 6 * len(words)), base + 16, words),
        )
    ]  # fmt: skip
    now = format_html(
        '<line class="c-phase" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        f"{x(today):.1f}", f"{HEAD - 8:.1f}", f"{base:.1f}",
    )  # fmt: skip
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>',
        css, f"{width:g}", f"{base + FOOT:g}", label,
        format_html_join("", "{}", ((part,) for part in grid)),
        format_html_join("", "{}", ((part,) for part in shapes)),
        now,
    )  # fmt: skip


def _rows(bars: Sequence[Bar]) -> list[list[Bar]]:
    """The bars of a lane on as few rows as they need, none over another."""
    rows: list[list[Bar]] = []
    for bar in bars:
        row = next((row for row in rows if row[-1].ends <= bar.begins), None)
        if row is None:
            rows.append([bar])
        else:
            row.append(bar)
    return rows


def _bar(bar: Bar, left: float, right: float, top: float) -> Iterator[SafeString]:
    width = max(3.0, right - left - 1.5)
    yield format_html(
        '<rect class="l-{}" x="{}" y="{}" width="{}" height="{}" rx="3"><title>{}</title></rect>',
        bar.state, f"{left:.1f}", f"{top:.1f}", f"{width:.1f}", f"{ROW:g}", bar.name,
    )  # fmt: skip
    words = bar.name if len(bar.name) * LETTER + 10 < width else str(bar.number)
    if len(words) * LETTER + 4 < width:
        yield _text(left + 5, top + 15.5, words, css=f"l-t l-t--{bar.state}")


def _ticks(first: date, last: date, *, most: int) -> Iterator[tuple[date, str]]:
    """The firsts of months between two days, as many as have room."""
    months, day = list[date](), first.replace(day=1)
    while day <= last:
        if day >= first:
            months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    step = max(1, -(-len(months) // most))
    for month in months[::step]:
        yield month, date_format(month, "M" if month.year == first.year else "M Y")


def _text(x: float, y: float, words: str, *, css: str = "") -> SafeString:
    return format_html(
        '<text{} x="{}" y="{}">{}</text>',
        format_html(' class="{}"', css) if css else "",
        f"{max(0.0, x):.1f}",
        f"{y:.1f}",
        words,
    )


def sentence(lanes: Sequence[Lane]) -> str:
    """What the drawing says, in words: where each course is."""
    said = []
    for lane in lanes:
        now = [bar.name for bar in lane.bars if bar.state == "now"]
        if now:
            said.append(_("%(way)s: now %(phases)s") % {"way": lane.name, "phases": ", ".join(now)})
        elif all(bar.state == "planned" for bar in lane.bars):
            said.append(_("%(way)s: planned") % {"way": lane.name})
        else:
            said.append(_("%(way)s: over") % {"way": lane.name})
    return "; ".join(said) + "."
