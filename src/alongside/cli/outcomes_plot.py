"""First against last score as one SVG: readable in light and dark, in print, and by ear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from alongside.engine.outcomes.clinical_significance import CLASSES, CutOff
from alongside.engine.outcomes.reliable_change import ChangeRule

WIDTH, HEIGHT = 720, 620
LEFT, TOP, SIDE = 78, 84, 460
RIGHT, BOTTOM = LEFT + SIDE, TOP + SIDE

# The colours of the pages (web/parts): day, night. A class also has a shape of its own.
STYLE = """
  svg { color-scheme: light dark }
  text { font: 14px "Atkinson Hyperlegible Next", system-ui, sans-serif; fill: #1b2430 }
  .ground { fill: #fffefa } .soft { fill: #4b5561 } .heading { font-size: 18px; font-weight: 600 }
  .axis, .tick { stroke: #74716a; fill: none } .grid { stroke: #d9d4c6 }
  .band { fill: #ece9e0 } .same { stroke: #4b5561; stroke-dasharray: 6 4 }
  .line { stroke: #1c4a75; stroke-width: 1.5 } .line-word { fill: #1c4a75 }
  .mark { stroke-width: 1.75; fill: none }
  .recovered { stroke: #27593f; fill: #27593f } .improved { stroke: #27593f }
  .unchanged { stroke: #4b5561 } .deteriorated { stroke: #714900 }
  .harmed { stroke: #714900; fill: #714900 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ece7dd } .ground { fill: #1c2127 } .soft { fill: #b7b5ad }
    .axis, .tick { stroke: #8d9296 } .grid { stroke: #353c44 }
    .band { fill: #0e1215 } .same { stroke: #b7b5ad }
    .line { stroke: #a4c8ed } .line-word { fill: #a4c8ed }
    .recovered { stroke: #95d0ae; fill: #95d0ae } .improved { stroke: #95d0ae }
    .unchanged { stroke: #b7b5ad } .deteriorated { stroke: #f1c66f }
    .harmed { stroke: #f1c66f; fill: #f1c66f }
  }
"""


def draw(
    points: Mapping[tuple[float, float, str], int],
    rule: ChangeRule,
    line: CutOff | None,
    *,
    title: str,
    missing: int,
    lowest: float | None = None,
    highest: float | None = None,
) -> str:
    """Draw everybody's first score across and last score up.

    Args:
        points: how many people by first score, last score and class.
        rule: the reliable change, drawn as a band around no change.
        line: the cut-off, drawn on both axes; or None.
        title: the heading.
        missing: people without a last score; they are named, not drawn.
        lowest, highest: the ends of the scale, when known.

    Returns:
        A whole SVG file without script. Points closer than a pixel share one mark.
    """
    scale = _Scale.of(points, line, lowest, highest)
    counts = Counter[str]()
    for (_, _, outcome), people in points.items():
        counts[outcome] += people
    said = _in_words(counts, missing, rule, line)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(title)}</title>',
        f'<desc id="desc">{escape(said)}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
        '<clipPath id="plot">'
        f'<rect x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/></clipPath>',
        f'<text class="heading" x="{LEFT}" y="32">{escape(title)}</text>',
        f'<text class="soft" x="{LEFT}" y="56">{escape(_better(rule))}</text>',
        *_band(scale, rule),
        *_axes(scale),
        *_cutoff(scale, line),
        *_marks(scale, points),
        *_key(counts, missing, line),
        "</svg>\n",
    ]
    return "\n".join(parts)


class _Scale:
    """Points of the score to pixels; both axes are the same."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high if high > low else low + 1

    @classmethod
    def of(
        cls,
        points: Mapping[tuple[float, float, str], int],
        line: CutOff | None,
        lowest: float | None,
        highest: float | None,
    ) -> _Scale:
        if lowest is not None and highest is not None:
            return cls(lowest, highest)
        values = [value for pre, post, _ in points for value in (pre, post)]
        if line is not None:
            values.append(float(line.value))
        if not values:
            return cls(0, 1)
        low, high = min(values), max(values)
        step = round_step(high - low)
        return cls(floor(low / step) * step, ceil(high / step) * step)

    def x(self, value: float) -> float:
        return round(LEFT + SIDE * (value - self.low) / (self.high - self.low), 1)

    def y(self, value: float) -> float:
        return round(BOTTOM - SIDE * (value - self.low) / (self.high - self.low), 1)

    def ticks(self) -> Iterator[float]:
        step = round_step(self.high - self.low)
        for count in range(ceil(self.low / step), floor(self.high / step + 1e-9) + 1):
            yield count * step


def round_step(span: float) -> float:
    """A round distance between ticks: about six to a side."""
    if span <= 0:
        return 1
    rough = span / 6
    size = 10.0 ** floor(log10(rough))
    return next(size * times for times in (1, 2, 5, 10) if size * times >= rough)


def _band(scale: _Scale, rule: ChangeRule) -> list[str]:
    low, high = scale.low, scale.high
    expected = rule.expected
    if expected is None or rule.standard_error is None:
        ends = [(low, low, rule.threshold), (high, high, rule.threshold)]
    else:
        reach = rule.threshold * rule.standard_error
        ends = [(pre, expected.after(pre), reach) for pre in (low, high)]
    corners = [(pre, post + reach) for pre, post, reach in ends]
    corners += [(pre, post - reach) for pre, post, reach in reversed(ends)]
    listed = " ".join(f"{scale.x(pre)},{scale.y(post)}" for pre, post in corners)
    return [
        f'<polygon class="band" clip-path="url(#plot)" points="{listed}"/>',
        f'<line class="same" x1="{LEFT}" y1="{BOTTOM}" x2="{RIGHT}" y2="{TOP}"/>',
    ]


def _axes(scale: _Scale) -> list[str]:
    parts = []
    for value in scale.ticks():
        x, y, word = scale.x(value), scale.y(value), f"{value:.10g}"
        parts += [
            f'<path class="tick" d="M{x} {BOTTOM}v6M{LEFT} {y}h-6"/>',
            f'<text class="soft" x="{x}" y="{BOTTOM + 22}" text-anchor="middle">{word}</text>',
            f'<text class="soft" x="{LEFT - 10}" y="{y + 5}" text-anchor="end">{word}</text>',
        ]
    middle = (TOP + BOTTOM) / 2
    return [
        *parts,
        f'<rect class="axis" x="{LEFT}" y="{TOP}" width="{SIDE}" height="{SIDE}"/>',
        f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 48}" text-anchor="middle">First score</text>',
        f'<text transform="translate(22 {middle}) rotate(-90)" text-anchor="middle">'
        "Last score</text>",
    ]


def _cutoff(scale: _Scale, line: CutOff | None) -> list[str]:
    if line is None:
        return []
    x, y = scale.x(float(line.value)), scale.y(float(line.value))
    return [
        f'<path class="line" d="M{x} {TOP}V{BOTTOM}M{LEFT} {y}H{RIGHT}"/>',
        f'<text class="line-word" x="{x + 4}" y="{TOP - 6}">cut-off {_short(line.value)}</text>',
    ]


def _marks(scale: _Scale, points: Mapping[tuple[float, float, str], int]) -> list[str]:
    by_pixel = Counter[tuple[int, int, str]]()
    for (pre, post, outcome), people in points.items():
        by_pixel[round(scale.x(pre)), round(scale.y(post)), outcome] += people
    ordered = sorted(by_pixel.items(), key=lambda each: (CLASSES.index(_class(each)), each[0]))
    return [
        _mark(x, y, outcome, 4.0 if people == 1 else min(9.0, 3.5 + 1.2 * log10(people) * 2))
        for (x, y, outcome), people in ordered
    ]


def _class(each: tuple[tuple[int, int, str], int]) -> str:
    return each[0][2]


def _mark(x: float, y: float, outcome: str, size: float) -> str:
    """Circles got better, triangles got worse, a stroke stayed; filled ones crossed the line."""
    kind = f'class="mark {outcome}"'
    if outcome in ("recovered", "improved"):
        return f'<circle {kind} cx="{x}" cy="{y}" r="{size:.1f}"/>'
    if outcome in ("deteriorated", "harmed"):
        side, up = size * 1.15, size * 1.3
        return f'<path {kind} d="M{x} {y - up:.1f}l{side:.1f} {2 * up:.1f}h{-2 * side:.1f}z"/>'
    return f'<path {kind} d="M{x - size:.1f} {y}h{2 * size:.1f}"/>'


def _key(counts: Counter[str], missing: int, line: CutOff | None) -> list[str]:
    x, parts = RIGHT + 24, []
    shown = [each for each in CLASSES if line is not None or each not in ("recovered", "harmed")]
    for place, outcome in enumerate(shown):
        y = TOP + 12 + 28 * place
        parts.append(_mark(x, y, outcome, 5))
        parts.append(f'<text x="{x + 14}" y="{y + 5}">{outcome} {counts[outcome]}</text>')
    y = TOP + 12 + 28 * len(shown) + 8
    parts.append(f'<rect class="band axis" x="{x - 6}" y="{y - 8}" width="14" height="14"/>')
    parts.append(f'<text x="{x + 14}" y="{y + 5}">could be chance</text>')
    if missing:
        parts.append(f'<text class="soft" x="{x - 6}" y="{y + 36}">no last score {missing}</text>')
    return parts


def _better(rule: ChangeRule) -> str:
    where = "below" if rule.higher_is == "worse" else "above"
    return f"Each mark is one person or more. Better lies {where} the dashed line of no change."


def _in_words(counts: Counter[str], missing: int, rule: ChangeRule, line: CutOff | None) -> str:
    shares = ", ".join(f"{counts[each]} {each}" for each in CLASSES)
    cut = f" The cut-off is {_short(line.value)}." if line else ""
    unit = "standard errors" if rule.expected is not None else "points"
    return (
        f"First score across, last score up, for {sum(counts.values())} people: {shares}. "
        f"{missing} more have no last score. A change of {_short(rule.threshold)} {unit} is "
        f"larger than measurement error is likely to explain; the band shows less than that.{cut}"
    )


def _short(value: object) -> str:
    return f"{float(Decimal(str(value))):.2f}".rstrip("0").rstrip(".")
