"""The drawing of a family tree from given places. The same is said in words beside it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from alongside.web.parts.picture import COLOURS

ACROSS, DOWN = 130.0, 196.0  # from one person to the next, from one generation to the next
HALF = 24.0
LEFT, TOP = 74.0, 74.0  # where the first person stands
BAR = 92.0  # from a couple down to the line its children hang from
STEP = 9.0  # between two such lines that would meet

Shape = Literal["man", "woman", "other"]
CoupleKind = Literal["together", "lived", "separated", "divorced"]
BondKind = Literal["close", "clash", "close_clash", "far", "cut"]

# A file has no style sheet: the day colours, written out (see picture.COLOURS).
STYLE = """
text {{ font: 500 13px "Atkinson Hyperlegible Next", Arial, sans-serif; fill: {ink};
  text-anchor: middle }}
.sub {{ font-size: 11.5px; fill: {ink-soft} }}
.ground, .shape {{ fill: {sheet} }} .shape, .me, .fam {{ stroke: {ink}; stroke-width: 2 }}
.me, .fam, .home {{ fill: none }}
.home {{ stroke: {edge}; stroke-width: 1.5; stroke-dasharray: 2 4 }}
.use {{ fill: {ink-soft} }} .mind {{ fill: {heather} }}
.close, .clash, .cut, .far {{ fill: none; stroke-width: 2 }}
.close {{ stroke: {moss} }} .clash {{ stroke: {signal} }}
.cut {{ stroke: {lamp}; stroke-dasharray: 6 5 }}
.far {{ stroke: {ink-soft}; stroke-dasharray: 1 6; stroke-linecap: round }}
"""


@dataclass(frozen=True, slots=True)
class Relative:
    """One person of the tree: where they stand (column, generation) and what is known.

    ``href`` leads to where they are edited, ``label`` says so.
    """

    id: str
    name: str
    column: float
    generation: int
    born: str = ""
    shape: Shape = "other"
    is_focus: bool = False
    has_died: bool = False
    uses: bool = False
    mind: bool = False
    href: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Couple:
    """Two people and how they are joined, or one parent alone; `children` are ids.

    Children of couples with another ``bar`` hang from lines of another height.
    """

    one: str
    other: str
    kind: CoupleKind = "together"
    children: tuple[str, ...] = ()
    bar: int = 0


@dataclass(frozen=True, slots=True)
class Bond:
    """Very close, in conflict, both, far apart, or without contact."""

    one: str
    other: str
    kind: BondKind


Places = Mapping[str, tuple[float, float]]


def draw(
    relatives: Sequence[Relative],
    couples: Sequence[Couple] = (),
    bonds: Sequence[Bond] = (),
    *,
    title: str,
    homes: Iterable[tuple[str, Sequence[str]]] = (),
    as_file: bool = False,
) -> SafeString:
    """The tree as SVG. Ids that nobody has raise KeyError; texts are escaped.

    Args:
        homes: who lives together, each with a name for it.
        as_file: with its own colours and name space, to be kept or printed by itself.
    """
    places = {one.id: (_x(one), _y(one)) for one in relatives}
    width = max(x for x, _ in places.values()) + ACROSS / 2 + 10
    height = max(y for _, y in places.values()) + 84
    parts = [
        *(shape for name, ids in homes for shape in _home(name, ids, relatives, places)),
        *(line for couple in couples for line in _couple(couple, places)),
        *(line for bond in bonds for line in _bond(bond, places)),
        *(_person(one) for one in relatives),
    ]
    return format_html(
        '<svg{5} viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="{6}" aria-label="{2}">'
        "{4}{3}</svg>",
        f"{width:g}",
        f"{height:g}",
        title,
        format_html_join("", "{}", ((part,) for part in parts)),
        _style() if as_file else "",
        SafeString(' xmlns="http://www.w3.org/2000/svg"') if as_file else "",
        "group" if any(one.href for one in relatives) else "img",
    )


def _style() -> SafeString:
    ground = SafeString('<rect class="ground" width="100%" height="100%"/>')
    return format_html("<style>{}</style>{}", SafeString(STYLE.format(**COLOURS)), ground)


def _x(one: Relative) -> float:
    return LEFT + ACROSS * one.column


def _y(one: Relative) -> float:
    return TOP + DOWN * one.generation


def _path(classes: str, *steps: str, dashed: bool = False) -> SafeString:
    return format_html(
        '<path class="{}"{} d="{}"/>',
        classes,
        SafeString(' stroke-dasharray="7 6"') if dashed else "",
        " ".join(steps),
    )


def _person(one: Relative) -> SafeString:
    shapes = format_html_join("", "{}", ((shape,) for shape in _relative(one)))
    if not one.href:
        return shapes
    return format_html(
        '<a href="{}" data-person="{}" aria-label="{}">{}</a>',
        one.href,
        one.name,
        one.label,
        shapes,
    )


def _relative(one: Relative) -> Iterator[SafeString]:
    x, y = _x(one), _y(one)
    if one.is_focus:
        yield _outline(one, "me", x, y, HALF + 6)
    yield _outline(one, "shape", x, y, HALF)
    if one.uses:
        yield _path("use", f"M{x - 15:g} {y:g}h30v13h-30z")
    if one.mind:
        yield _path("mind", f"M{x - 15:g} {y - 13:g}h15v26h-15z")
    if one.has_died:
        yield _path("fam", f"M{x - 17:g} {y - 17:g}l34 34M{x + 17:g} {y - 17:g}l-34 34")
    yield format_html('<text x="{}" y="{}">{}</text>', f"{x:g}", f"{y + 48:g}", _short(one.name))
    if one.born:
        yield format_html(
            '<text class="sub" x="{}" y="{}">{}</text>', f"{x:g}", f"{y + 64:g}", one.born
        )


def _short(name: str) -> str:
    """A name as it fits under its shape; the whole one stands in the words."""
    return name if len(name) <= 17 else name[:16].rstrip() + "…"


def _outline(one: Relative, classes: str, x: float, y: float, half: float) -> SafeString:
    if one.shape == "woman":
        return format_html(
            '<circle class="{}" cx="{}" cy="{}" r="{}"/>', classes, f"{x:g}", f"{y:g}", f"{half:g}"
        )
    if one.shape == "man":
        return _path(
            classes, f"M{x - half:g} {y - half:g}h{2 * half:g}v{2 * half:g}h-{2 * half:g}z"
        )
    return _path(
        classes, f"M{x:g} {y - half:g}l{half:g} {half:g}-{half:g} {half:g}-{half:g}-{half:g}z"
    )


# -- homes -----------------------------------------------------------------------------------------


def _home(
    name: str, ids: Sequence[str], relatives: Sequence[Relative], places: Places
) -> Iterator[SafeString]:
    """A frame around those who stand side by side; each frame says which home it is."""
    for row in sorted({places[id][1] for id in ids}):
        here = sorted((x, id) for id, (x, y) in places.items() if y == row)
        run: list[float] = []
        for x, id in [*here, (0.0, "")]:
            if id in ids:
                run.append(x)
            elif run:
                yield from _frame(name, run[0], run[-1], row)
                run = []


def _frame(name: str, left: float, right: float, y: float) -> Iterator[SafeString]:
    yield format_html(
        '<rect class="home" x="{}" y="{}" width="{}" height="{}" rx="18"/>',
        f"{left - 52:g}", f"{y - 40:g}", f"{right - left + 104:g}", "112",
    )  # fmt: skip
    yield format_html(
        '<text class="sub" x="{}" y="{}">{}</text>',
        f"{left - 26:g}", f"{y - 46:g}", name if len(name) <= 8 else name[:7] + "…",
    )  # fmt: skip


# -- couples and their children ------------------------------------------------------------------


def _couple(couple: Couple, places: Places) -> Iterator[SafeString]:
    if not couple.other:
        x, y = places[couple.one]
        yield from _children(couple, places, x, y + 72)
        return
    (x1, y1), (x2, y2) = sorted((places[couple.one], places[couple.other]))
    middle = (x1 + x2) / 2
    dashed = couple.kind == "lived"
    if _is_free(x1, x2, y1, y2, places):
        yield _path("fam", f"M{x1 + HALF:g} {y1:g}L{x2 - HALF:g} {y2:g}", dashed=dashed)
        cut = (y1 + y2) / 2
    else:  # over the heads of those between
        cut = min(y1, y2) - HALF - 20
        yield _path(
            "fam", f"M{x1 + 10:g} {y1 - HALF:g}V{cut:g}H{x2 - 10:g}V{y2 - HALF:g}", dashed=dashed
        )
        middle = x1 + ACROSS / 2 if y1 == y2 else middle
    slashes = {"separated": (-5,), "divorced": (-10, 0)}.get(couple.kind, ())
    if slashes:
        yield _path("fam", *(f"M{middle + at:g} {cut + 10:g}l10-20" for at in slashes))
    yield from _children(couple, places, middle, cut)


def _is_free(x1: float, x2: float, y1: float, y2: float, places: Places) -> bool:
    return y1 != y2 or not any(x1 < x < x2 for x, y in places.values() if y == y1)


def _children(couple: Couple, places: Places, x: float, y: float) -> Iterator[SafeString]:
    if not couple.children:
        return
    rows = [places[id][1] for id in (couple.one, couple.other) if id]
    bar = max(rows) + BAR + STEP * couple.bar
    yield _path("fam", f"M{x:g} {y:g}V{bar:g}")
    for child in couple.children:
        at, top = places[child]
        yield _path("fam", f"M{x:g} {bar:g}H{at:g}V{top - HALF:g}")


# -- how two people are with each other ------------------------------------------------------------


def _bond(bond: Bond, places: Places) -> Iterator[SafeString]:
    points = _way(places[bond.one], places[bond.other])
    if bond.kind in ("close", "close_clash"):
        offs = (-7, 0, 7) if bond.kind == "close" else (-8, 8)
        yield _path("close", *(_line(_beside(points, off)) for off in offs))
    if bond.kind in ("clash", "close_clash"):
        yield _path("clash", _line(_jagged(points, 7 if bond.kind == "clash" else 5)))
    if bond.kind == "far":
        yield _path("far", _line(points))
    if bond.kind == "cut":
        middle = len(points) // 2
        (x, y), (nx, ny) = points[middle], _normals(points)[middle]
        bars = (
            f"M{x - ny * off + nx * 9:.1f} {y + nx * off + ny * 9:.1f}"
            f"L{x - ny * off - nx * 9:.1f} {y + nx * off - ny * 9:.1f}"
            for off in (-4, 4)
        )
        yield _path("cut", _line(points), *bars)


Points = list[tuple[float, float]]


def _way(one: tuple[float, float], other: tuple[float, float]) -> Points:
    """Points from one person to another: a bow over the heads in one row, else straight."""
    (x1, y1), (x2, y2) = sorted((one, other), key=lambda at: (at[1], at[0]))
    if y1 == y2:
        high = 30 + 8 * min(4.0, abs(x2 - x1) / ACROSS)
        start, end, top = (x1 + 20, y1 - 20), (x2 - 20, y2 - 20), y1 - HALF - high
        middle = (x1 + x2) / 2
        return [
            (
                (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * middle + t**2 * end[0],
                (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * top + t**2 * end[1],
            )
            for t in _parts(abs(x2 - x1))
        ]
    length = math.hypot(x2 - x1, y2 - y1)
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    begin, end_at = min(88 / max(uy, 0.4), length / 3), length - HALF - 12
    return [
        (x1 + ux * on, y1 + uy * on)
        for on in (begin + (end_at - begin) * t for t in _parts(length))
    ]


def _parts(length: float) -> list[float]:
    steps = 2 * max(4, int(length / 18))
    return [n / steps for n in range(steps + 1)]


def _normals(points: Points) -> Points:
    found: Points = []
    for (x1, y1), (x2, y2) in pairwise([*points, points[-1]]):
        length = math.hypot(x2 - x1, y2 - y1)
        found.append((-(y2 - y1) / length, (x2 - x1) / length) if length else found[-1])
    return found


def _beside(points: Points, off: float) -> Points:
    return [
        (x + nx * off, y + ny * off)
        for (x, y), (nx, ny) in zip(points, _normals(points), strict=True)
    ]


def _jagged(points: Points, high: float) -> Points:
    last = len(points) - 1
    return [
        (x + nx * side, y + ny * side)
        for (x, y), (nx, ny), side in zip(
            points,
            _normals(points),
            (0 if n in {0, last} else (high if n % 2 else -high) for n in range(len(points))),
            strict=True,
        )
    ]


def _line(points: Points) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
