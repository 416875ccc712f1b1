"""Small helpers for templates: icons, clocks, initials. `{% load parts %}`."""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path

from django import template
from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

ICONS = Path(__file__).resolve().parents[1] / "icons"
# Drawings that point along the line of reading turn round in a right-to-left page.
POINTING = frozenset({"arrow-left", "arrow-right", "chevron-right", "log-out", "send", "undo-2"})
# What stands in a browser's own description; the first that is found counts.
BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("OPR", "Opera"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)
ROUND = 2 * math.pi * 20  # length of the circle in ring.html


class UnknownIcon(LookupError):
    """No file in icons/ has this name."""


@cache
def _strokes(name: str) -> SafeString:
    """The shapes of one icon file of this folder, without the svg element around them."""
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise UnknownIcon(name)
    try:
        text = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UnknownIcon(name) from error
    inner = re.sub(r"<!--.*?-->|<svg[^>]*>|</svg>", "", text, flags=re.DOTALL)
    return SafeString(re.sub(r"\s*\n\s*", "", inner).replace(" />", "/>"))


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """One icon, drawn in the page: `{% icon "siren" %}`, `{% icon "siren" "icon--big" %}`."""
    flip = " flip" if name in POINTING else ""
    extra = f" {classes}" if classes else ""
    return format_html(
        '<svg class="icon{}{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        extra,
        flip,
        _strokes(name),
    )


@register.filter
def ring_dash(left: float) -> str:
    """The part of the clock's circle that is still left: 0 is over, 1 is full."""
    share = min(1.0, max(0.0, float(left)))
    return f"{share * ROUND:.1f} {ROUND:.1f}"


@register.filter
def initials(name: str) -> str:
    """Up to two letters for the round sign beside a name."""
    words = [word for word in str(name).replace("-", " ").split() if word[:1].isalpha()]
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


@register.filter
def worded(value: str, choices: list[tuple[str, object]]) -> str:
    """What a chosen value is called; anything else as it is."""
    return str(dict(choices or ()).get(str(value), value))


@register.filter
def device(agent: str) -> str:
    """What a browser says of itself, in words a person knows: Firefox on Android."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("a browser we do not know")


@register.filter
def dots(number: int, total: int) -> list[bool]:
    """One entry for each question of a row, true up to the one that is asked."""
    return [place < int(number) for place in range(int(total))]


@register.filter
def cells(row: list[object], columns: list[object]) -> list[tuple[object, object]]:
    """The cells of a table row, each with its column."""
    return list(zip(columns, row, strict=True))


@register.filter
def percent(share: float) -> str:
    """A share between 0 and 1 as the width of a bar, 0 to 100, for an SVG attribute."""
    return f"{100 * min(1.0, max(0.0, float(share))):g}"


@register.filter
def choice_hint(field: BoundField, value: object) -> str:
    """The small print under one choice: `form.choice_hints[field][value]`."""
    hints = getattr(field.form, "choice_hints", {}).get(field.name, {})
    return str(hints.get(str(value), ""))


@register.filter
def first_input(field: BoundField) -> str:
    """The id a link in the error summary leads to: the input, or the first of its choices."""
    return field.id_for_label or f"{field.auto_id}_0"
