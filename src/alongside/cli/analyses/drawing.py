"""Marks and lines over two axes as one SVG, in the looks of the drawing of change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Literal
from xml.sax.saxutils import escape

from alongside.cli.outcomes_plot import STYLE, round_step

WIDTH, HEIGHT = 720, 440
LEFT, TOP, RIGHT, BOTTOM = 78, 84, 690, 350

Look = Literal["before", "after"]
Stroke = Literal["fitted", "same", "edge"]


@dataclass(frozen=True, slots=True)
class Marks:
    """Points of one kind. Before is a circle, after a filled one."""

    name: str
    points: Sequence[tuple[float, float]]
    look: Look


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points; one point without a height is an upright line across the chart."""

    name: str
    points: Sequence[tuple[float, float | None]]
    stroke: Stroke


@dataclass(frozen=True, slots=True)
class Chart:
    """A title, what it shows in words, and marks and lines."""

    title: str
    said: str
    across: str
    up: str
    marks: Sequence[Marks]
    lines: Sequence[Line]

    def svg(self) -> str:
        """A whole SVG file without script."""
        xs = [x for marks in self.marks for x, _ in marks.points]
        ys = [y for marks in self.marks for _, y in marks.points]
        ys += [y for line in self.lines for _, y in line.points if y is not None]
        wide, high = _Axis.around(xs, LEFT, RIGHT), _Axis.around(ys, BOTTOM, TOP)
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
                f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title desc">',
                f'<title id="title">{escape(self.title)}</title>',
                f'<desc id="desc">{escape(self.said)}</desc>',
                f"<style>{STYLE}</style>",
                f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
                f'<text class="heading" x="{LEFT}" y="32">{escape(self.title)}</text>',
                *self._frame(wide, high),
                *(each for line in self.lines for each in _line(line, wide, high)),
                *(
                    _mark(wide.at(x), high.at(y), one.look)
                    for one in self.marks
                    for x, y in one.points
                ),
                *self._key(),
                "</svg>\n",
            ]
        )

    def _frame(self, wide: _Axis, high: _Axis) -> list[str]:
        parts = []
        for value in wide.ticks():
            x = wide.at(value)
            parts += [
                f'<path class="tick" d="M{x} {BOTTOM}v6"/>',
                f'<text class="soft" x="{x}" y="{BOTTOM + 22}" text-anchor="middle">'
                f"{value:.10g}</text>",
            ]
        for value in high.ticks():
            y = high.at(value)
            parts += [
                f'<path class="tick" d="M{LEFT} {y}h-6"/>',
                f'<text class="soft" x="{LEFT - 10}" y="{y + 5}" text-anchor="end">'
                f"{value:.10g}</text>",
            ]
        middle, across = (TOP + BOTTOM) / 2, (LEFT + RIGHT) / 2
        return [
            *parts,
            f'<rect class="axis" x="{LEFT}" y="{TOP}" width="{RIGHT - LEFT}" '
            f'height="{BOTTOM - TOP}"/>',
            f'<text x="{across}" y="{BOTTOM + 48}" text-anchor="middle">'
            f"{escape(self.across)}</text>",
            f'<text transform="translate(22 {middle}) rotate(-90)" text-anchor="middle">'
            f"{escape(self.up)}</text>",
        ]

    def _key(self) -> list[str]:
        x, y, parts = LEFT + 6, 62, []
        for marks in self.marks:
            parts += [_mark(x, y - 5, marks.look), _word(x + 14, y, marks.name)]
            x += 40 + 8 * len(marks.name)
        for line in self.lines:
            if line.name:
                parts += [
                    f'<path class="{_CLASSES[line.stroke]}" fill="none" d="M{x - 6} {y - 5}h24"/>',
                    _word(x + 24, y, line.name),
                ]
                x += 48 + 8 * len(line.name)
        return parts


_CLASSES = {"fitted": "line", "same": "same", "edge": "axis"}


class _Axis:
    """Values to pixels, with room around them and round ticks."""

    def __init__(self, low: float, high: float, start: int, end: int) -> None:
        self.low, self.high, self.start, self.end = low, high, start, end

    @classmethod
    def around(cls, values: Sequence[float], start: int, end: int) -> _Axis:
        low, high = min(values), max(values)
        room = 0.05 * (high - low) or 1.0  # no mark lies on the frame
        return cls(low - room, high + room, start, end)

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self) -> list[float]:
        by = round_step(self.high - self.low)
        return [n * by for n in range(ceil(self.low / by), floor(self.high / by + 1e-9) + 1)]


def _line(line: Line, wide: _Axis, high: _Axis) -> list[str]:
    kind = f'class="{_CLASSES[line.stroke]}" fill="none"'
    if len(line.points) == 1:
        return [f'<path {kind} d="M{wide.at(line.points[0][0])} {TOP}V{BOTTOM}"/>']
    listed = " ".join(f"{wide.at(x)},{high.at(y)}" for x, y in line.points if y is not None)
    return [f'<polyline {kind} points="{listed}"/>']


def _mark(x: float, y: float, look: Look) -> str:
    kind = "mark unchanged" if look == "before" else "mark recovered"
    return f'<circle class="{kind}" cx="{x}" cy="{y}" r="4"/>'


def _word(x: float, y: float, word: str) -> str:
    return f'<text class="soft" x="{x}" y="{y}">{escape(word)}</text>'
