"""The drawings of sheets: five areas as SVG in two widths, marks on a scale, a week, a chain.

What a drawing says is always there in words too: beside the marks, in the cells, or under it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from textwrap import wrap
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alongside.engine.artefacts import (
    Box,
    Chain,
    Circles,
    Form,
    Formulation,
    Genogram,
    Ladder,
    Log,
    Model,
    Rerating,
    Rulers,
    Supply,
    Week,
    draw,
    said,
)
from alongside.web.parts import family_drawings, lived_drawings

LETTER = 6.9  # how wide a letter of a box is, about
LINE = 18.0
PAD = 12.0
GAP = 34.0  # between two boxes: room for an arrow


def drawing_of(
    form: Form, answers: Mapping[str, Any], language: str, *, to_edit: bool = False
) -> dict[str, Any] | None:
    """What ``parts/sheet_drawing.html`` shows; None when there is nothing to draw.

    Args:
        to_edit: beside the form: whoever is drawn leads to their line in it.
    """
    model = draw(form, answers)
    if model is None:
        return None
    return {"kind": type(model).__name__.lower(), **_shown(form, model, language, to_edit)}


def _shown(form: Form, model: Model, language: str, to_edit: bool) -> dict[str, Any]:
    if isinstance(model, Genogram):
        return family_drawings.tree(form, model, language, to_edit=to_edit)
    if isinstance(model, Circles):
        return family_drawings.circles(model)
    if isinstance(model, Log):
        return lived_drawings.log(model, language)
    if isinstance(model, Supply):
        return lived_drawings.supply(model)
    if isinstance(model, Ladder):
        return _ladder(model, language)
    if isinstance(model, Rerating):
        return _rerating(model, language)
    if isinstance(model, Week):
        return _week(model, language)
    if isinstance(model, Rulers):
        return _rulers(model, language)
    if isinstance(model, Chain):
        return {"boxes": [_words(box, language) for box in model.boxes]}
    return _formulation(model, language)


def _words(box: Box, language: str) -> dict[str, str]:
    return {"label": said(box.label, language), "text": box.text}


# -- marks on a scale ----------------------------------------------------------------------------


def _ladder(model: Ladder, language: str) -> dict[str, Any]:
    return {
        "rungs": [
            {
                "text": rung.step,
                "marks": marks(rung.before, rung.now, model.low, model.high),
                "numbers": _before_after(rung.before, rung.now),
            }
            for rung in model.rungs
        ],
        "key": [said(model.before, language), said(model.now, language)],
    }


def _rerating(model: Rerating, language: str) -> dict[str, Any]:
    return {
        "rungs": [
            {
                "text": pair.text,
                "label": said(pair.label, language),
                "marks": marks(pair.before, pair.after, pair.low, pair.high),
                "numbers": _before_after(pair.before, pair.after),
                "change": _change(pair.change),
            }
            for pair in model.pairs
        ],
        "key": [_("before"), _("after")],
    }


def _rulers(model: Rulers, language: str) -> dict[str, Any]:
    return {
        "rungs": [
            {
                "label": said(ruler.label, language),
                "marks": marks(None, ruler.value, ruler.low, ruler.high, ticks=True),
                "numbers": _("%(value)s of %(high)s") % {"value": ruler.value, "high": ruler.high},
                "low": said(ruler.low_words, language),
                "high": said(ruler.high_words, language),
            }
            for ruler in model.rulers
        ],
    }


def _before_after(before: int | None, now: int | None) -> str:
    if before is None:
        return _("not rated yet") if now is None else _("now %(now)s") % {"now": now}
    if now is None:
        return _("%(before)s, not looked at again yet") % {"before": before}
    return _("%(before)s, now %(now)s") % {"before": before, "now": now}


def _change(points: int) -> str:
    if points == 0:
        return _("the same")
    words = ngettext("%(n)s point", "%(n)s points", abs(points)) % {"n": abs(points)}
    return (_("%(points)s less") if points < 0 else _("%(points)s more")) % {"points": words}


def marks(
    before: int | None, now: int | None, low: int, high: int, *, ticks: bool = False
) -> SafeString:
    """A line from low to high with a ring where it was and a dot where it is now."""

    def x(value: int) -> float:
        return 8 + 224 * (value - low) / (high - low)

    parts = [format_html('<line class="m-line" x1="8" x2="232" y1="{0}" y2="{0}"/>', 12)]
    if ticks and high - low <= 10:
        parts += [
            format_html('<line class="m-tick" x1="{0}" x2="{0}" y1="7" y2="17"/>', f"{x(n):.1f}")
            for n in range(low, high + 1)
        ]
    if before is not None and now is not None:
        parts.append(
            format_html(
                '<line class="m-way" x1="{}" x2="{}" y1="12" y2="12"/>',
                f"{x(before):.1f}",
                f"{x(now):.1f}",
            )
        )
    if before is not None:
        parts.append(
            format_html('<circle class="m-was" cx="{}" cy="12" r="6"/>', f"{x(before):.1f}")
        )
    if now is not None:
        parts.append(format_html('<circle class="m-is" cx="{}" cy="12" r="6.5"/>', f"{x(now):.1f}"))
    return format_html(
        '<svg class="marks" viewBox="0 0 240 24" aria-hidden="true">{}</svg>',
        format_html_join("", "{}", ((part,) for part in parts)),
    )


# -- a week --------------------------------------------------------------------------------------


def _week(model: Week, language: str) -> dict[str, Any]:
    names = [said(name, language).partition(",")[0] for name in model.names]
    return {
        "days": [said(day.text, language) for day in model.days],
        "rows": [
            {
                "label": said(part.text, language),
                "cells": [
                    {
                        "day": said(day.text, language),
                        "entries": [
                            {
                                "what": entry.what,
                                "ratings": _rated(names, entry.ratings),
                            }
                            for entry in model.cells.get((day.id, part.id), ())
                        ],
                    }
                    for day in model.days
                ],
            }
            for part in model.parts
        ],
        "means": [
            {
                "label": _("%(rating)s, mean of the day") % {"rating": name},
                "cells": [
                    {
                        "day": said(day.text, language),
                        "text": "" if mean is None else f"{float(mean):.1f}".removesuffix(".0"),
                        "bar": "" if mean is None else f"{100 * float(mean) / model.high:.0f}",
                    }
                    for day in model.days
                    for mean in (model.means[day.id][number],)
                ],
            }
            for number, name in enumerate(names)
        ],
    }


def _rated(names: Sequence[str], ratings: Sequence[int | None]) -> str:
    known = [
        f"{name} {value}" for name, value in zip(names, ratings, strict=True) if value is not None
    ]
    return " · ".join(known)


# -- five areas ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Placed:
    """A box with its lines and where it stands."""

    kind: str
    label: tuple[str, ...]
    lines: tuple[str, ...]
    x: float
    y: float
    width: float

    @property
    def height(self) -> float:
        return PAD * 2 + LINE * (len(self.lines) + len(self.label)) - 4

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def centre(self) -> float:
        return self.y + self.height / 2

    @property
    def foot(self) -> float:
        return self.y + self.height


def _place(kind: str, box: Box, x: float, y: float, width: float, language: str) -> _Placed:
    letters = max(8, int((width - 2 * PAD) / LETTER))
    lines = [
        line
        for paragraph in box.text.splitlines()
        for line in wrap(paragraph, letters, break_long_words=True)
    ]
    label = wrap(said(box.label, language), int(letters * 0.95))
    return _Placed(kind, tuple(label), tuple(lines or ("–",)), x, y, width)


def _formulation(model: Formulation, language: str) -> dict[str, Any]:
    label = _("A drawing of how it fits together. The same is said in words below.")
    return {
        "svg": format_html(
            "{}{}",
            _svg("wide", 660, *_wide(model, language), label),
            _svg("narrow", 340, *_narrow(model, language), label),
        ),
    }


def _svg(
    classes: str, width: float, boxes: list[_Placed], lines: list[SafeString], label: str
) -> SafeString:
    height = max(box.foot for box in boxes) + 10
    shapes = [*lines, *(shape for box in boxes for shape in _drawn(box))]
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        classes,
        f"{width:g}",
        f"{height:.0f}",
        label,
        format_html_join("", "{}", ((shape,) for shape in shapes)),
    )


def _drawn(box: _Placed) -> Iterator[SafeString]:
    yield format_html(
        '<rect class="f-box f-{}" x="{}" y="{}" width="{}" height="{}" rx="6"/>',
        box.kind,
        f"{box.x:.0f}",
        f"{box.y:.0f}",
        f"{box.width:.0f}",
        f"{box.height:.0f}",
    )
    texts = [*(("f-label", line) for line in box.label), *(("f-text", line) for line in box.lines)]
    for number, (classes, line) in enumerate(texts):
        yield format_html(
            '<text class="{}" x="{}" y="{}">{}</text>',
            classes,
            f"{box.x + PAD:.0f}",
            f"{box.y + PAD + 10 + LINE * number:.0f}",
            line,
        )


def _wide(model: Formulation, language: str) -> tuple[list[_Placed], list[SafeString]]:
    """What came before in a row, the situation, four areas round a middle, the loop."""
    boxes: list[_Placed] = []
    lines: list[SafeString] = []
    y = 8.0
    if model.past:
        each = (620 - 20 * (len(model.past) - 1)) / len(model.past)
        row = [
            _place("past", box, 10 + n * (each + 20), y, each, language)
            for n, box in enumerate(model.past)
        ]
        for one, other in pairwise(row):
            lines.append(_arrow(one.x + one.width, one.y + 26, other.x, one.y + 26))
        boxes += row
        y = max(box.foot for box in row) + GAP
    situation = None
    if model.situation is not None:
        situation = _place("situation", model.situation, 160, y, 320, language)
        if model.past:
            lines.append(_arrow(320, y - GAP, 320, y))
        boxes.append(situation)
        y = situation.foot + GAP
    top, left, foot, right = (
        model.areas.get(role) for role in ("thoughts", "feelings", "behaviour", "body")
    )
    placed: dict[str, _Placed] = {}
    if top is not None:
        placed["top"] = _place("area", top, 180, y, 280, language)
        if situation is not None:
            lines.append(_arrow(320, y - GAP, 320, y))
        y = placed["top"].foot + 22
    sides = []
    if left is not None:
        placed["left"] = _place("area", left, 10, y, 230, language)
        sides.append(placed["left"])
    if right is not None:
        placed["right"] = _place("area", right, 400, y, 230, language)
        sides.append(placed["right"])
    if sides:
        y = max(box.foot for box in sides) + 22
    if foot is not None:
        placed["foot"] = _place("area", foot, 180, y, 280, language)
        y = placed["foot"].foot + GAP
    lines += _circle(placed)
    boxes += placed.values()
    if model.loop is not None:
        loop = _place("loop", model.loop, 100, y, 440, language)
        last = boxes[-1] if boxes else loop
        lines.append(_arrow(320, last.foot, 320, y))
        if situation is not None:
            lines.append(_return(loop, situation, 650))
        boxes.append(loop)
        y = loop.foot + 18
    if model.strengths is not None:
        boxes.append(_place("strength", model.strengths, 10, y, 620, language))
    return boxes, lines


def _circle(placed: dict[str, _Placed]) -> list[SafeString]:
    """Each of the four acts on the others: arrows both ways."""
    lines = []
    top, left, right, foot = (placed.get(name) for name in ("top", "left", "right", "foot"))
    for side, to_right in ((left, False), (right, True)):
        if side is None:
            continue
        x = side.middle
        if top is not None:
            edge = top.x + top.width if to_right else top.x
            lines.append(_arrow(edge, top.centre, x, side.y, both=True))
        if foot is not None:
            edge = foot.x + foot.width if to_right else foot.x
            lines.append(_arrow(edge, foot.centre, x, side.foot, both=True))
    if left is not None and right is not None:
        y = min(left.centre, right.centre)
        lines.append(_arrow(left.x + left.width, y, right.x, y, both=True))
    if top is not None and foot is not None:
        lines.append(_arrow(320, top.foot, 320, foot.y, both=True))
    return lines


def _narrow(model: Formulation, language: str) -> tuple[list[_Placed], list[SafeString]]:
    """One under the other; what keeps it going leads back to the situation at the side."""
    boxes: list[_Placed] = []
    lines: list[SafeString] = []
    rows = [*(("past", box) for box in model.past)]
    if model.situation is not None:
        rows.append(("situation", model.situation))
    rows += [("area", box) for box in model.areas.values()]
    if model.loop is not None:
        rows.append(("loop", model.loop))
    y = 6.0
    for kind, box in rows:
        if boxes:
            both = kind == "area" and boxes[-1].kind == "area"
            lines.append(_arrow(150, boxes[-1].foot, 150, y, both=both))
        boxes.append(_place(kind, box, 6, y, 306, language))
        y = boxes[-1].foot + 26
    ends = {box.kind: box for box in boxes if box.kind in {"situation", "loop"}}
    if len(ends) == 2:
        lines.append(_return(ends["loop"], ends["situation"], 332))
    if model.strengths is not None:
        boxes.append(_place("strength", model.strengths, 6, y, 306, language))
    return boxes, lines


def _return(loop: _Placed, situation: _Placed, x: float) -> SafeString:
    """From the loop round the side back up to the situation."""
    start, end = loop.x + loop.width, situation.x + situation.width
    path = (
        f"M{start:.0f} {loop.centre:.0f}H{x - 8:.0f}Q{x:.0f} {loop.centre:.0f} {x:.0f} "
        f"{loop.centre - 8:.0f}V{situation.centre + 8:.0f}Q{x:.0f} {situation.centre:.0f} "
        f"{x - 8:.0f} {situation.centre:.0f}H{end + 2:.0f}"
    )
    return format_html(
        '<path class="f-line f-back" d="{}"/>{}',
        path,
        _head(x - 8, situation.centre, end, situation.centre),
    )


def _arrow(x1: float, y1: float, x2: float, y2: float, *, both: bool = False) -> SafeString:
    return format_html(
        '<line class="f-line" x1="{}" y1="{}" x2="{}" y2="{}"/>{}{}',
        f"{x1:.1f}",
        f"{y1:.1f}",
        f"{x2:.1f}",
        f"{y2:.1f}",
        _head(x1, y1, x2, y2),
        _head(x2, y2, x1, y1) if both else "",
    )


def _head(x1: float, y1: float, x2: float, y2: float) -> SafeString:
    """The head of an arrow that ends at the second point."""
    turn = math.atan2(y2 - y1, x2 - x1)
    corners = [(x2, y2)]
    corners += [
        (x2 - 9 * math.cos(turn + side), y2 - 9 * math.sin(turn + side)) for side in (0.45, -0.45)
    ]
    return format_html(
        '<polygon class="f-head" points="{}"/>', " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    )
