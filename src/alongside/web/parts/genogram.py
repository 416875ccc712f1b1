"""The drawing of a family tree from given places. The same is said in words beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ACROSS, DOWN = 130.0, 190.0  # from one person to the next, from one generation to the next
HALF = 24.0


@dataclass(frozen=True, slots=True)
class Relative:
    """One person of the tree: where they stand (column, generation) and what is known."""

    id: str
    name: str
    column: float
    generation: int
    born: str = ""
    shape: Literal["man", "woman", "other"] = "other"
    is_focus: bool = False
    has_died: bool = False
    uses: bool = False
    mind: bool = False


@dataclass(frozen=True, slots=True)
class Couple:
    """Two people and how they are joined; `children` are ids."""

    one: str
    other: str
    kind: Literal["together", "lived", "separated"] = "together"
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bond:
    """Very close, in conflict, or without contact."""

    one: str
    other: str
    kind: Literal["close", "clash", "cut"]


def draw(
    relatives: Sequence[Relative],
    couples: Sequence[Couple] = (),
    bonds: Sequence[Bond] = (),
    *,
    title: str,
) -> SafeString:
    """The tree as SVG. Ids that nobody has raise KeyError; texts are escaped."""
    places = {one.id: (_x(one), _y(one)) for one in relatives}
    width = max(x for x, _ in places.values()) + ACROSS / 2 + 10
    height = max(y for _, y in places.values()) + 80
    parts = [
        *(line for couple in couples for line in _couple(couple, places)),
        *(_bond(bond, places) for bond in bonds),
        *(shape for one in relatives for shape in _relative(one)),
    ]
    return format_html(
        '<svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}">{3}</svg>',
        f"{width:g}",
        f"{height:g}",
        title,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _x(one: Relative) -> float:
    return 70 + ACROSS * one.column


def _y(one: Relative) -> float:
    return 50 + DOWN * one.generation


def _path(classes: str, *steps: str, dashed: bool = False) -> SafeString:
    return format_html(
        '<path class="{}"{} d="{}"/>',
        classes,
        SafeString(' stroke-dasharray="7 6"') if dashed else "",
        " ".join(steps),
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
    yield format_html('<text x="{:}" y="{}">{}</text>', f"{x:g}", f"{y + 48:g}", one.name)
    if one.born:
        yield format_html(
            '<text class="sub" x="{}" y="{}">{}</text>', f"{x:g}", f"{y + 64:g}", one.born
        )


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


def _couple(couple: Couple, places: dict[str, tuple[float, float]]) -> Iterator[SafeString]:
    (x1, y1), (x2, y2) = sorted((places[couple.one], places[couple.other]))
    middle, y = (x1 + x2) / 2, max(y1, y2)
    yield _path("fam", f"M{x1 + HALF:g} {y1:g}L{x2 - HALF:g} {y2:g}", dashed=couple.kind == "lived")
    if couple.kind == "separated":
        yield _path("fam", f"M{middle - 14:g} {y + 10:g}l10-20M{middle - 4:g} {y + 10:g}l10-20")
    if not couple.children:
        return
    bar = y + 96
    yield _path("fam", f"M{middle:g} {y:g}V{bar:g}")
    for child in couple.children:
        x, top = places[child]
        yield _path("fam", f"M{middle:g} {bar:g}H{x:g}V{top - HALF:g}")


def _bond(bond: Bond, places: dict[str, tuple[float, float]]) -> SafeString:
    (x1, y1), (x2, y2) = places[bond.one], places[bond.other]
    if y1 > y2:
        (x1, y1), (x2, y2) = (x2, y2), (x1, y1)
    length = math.hypot(x2 - x1, y2 - y1)
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    begin = HALF + 8 if y1 == y2 else min(88 / max(uy, 0.4), length / 3)
    end = length - HALF - 12
    sx, sy, ex, ey = x1 + ux * begin, y1 + uy * begin, x1 + ux * end, y1 + uy * end
    if bond.kind == "close":
        lines = (
            f"M{sx - uy * off:.1f} {sy + ux * off:.1f}L{ex - uy * off:.1f} {ey + ux * off:.1f}"
            for off in (-7, 0, 7)
        )
        return _path("close", *lines)
    if bond.kind == "cut":
        mx, my = (sx + ex) / 2, (sy + ey) / 2
        bars = (
            f"M{mx + ux * off - uy * 9:.1f} {my + uy * off + ux * 9:.1f}"
            f"L{mx + ux * off + uy * 9:.1f} {my + uy * off - ux * 9:.1f}"
            for off in (-4, 4)
        )
        return _path("cut", f"M{sx:.1f} {sy:.1f}L{ex:.1f} {ey:.1f}", *bars)
    steps = max(4, int((end - begin) / 9))
    places_on = [begin + (end - begin) * n / steps for n in range(steps + 1)]
    points = [
        (x1 + ux * on - uy * side, y1 + uy * on + ux * side)
        for on, side in (
            (on, 0 if n in {0, steps} else (7 if n % 2 else -7)) for n, on in enumerate(places_on)
        )
    ]
    return _path("clash", "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
