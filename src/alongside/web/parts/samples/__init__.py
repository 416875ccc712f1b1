"""Invented samples for /parts/: every part in every state. Names and numbers are not real."""

from __future__ import annotations

from alongside.web.parts.samples.asking import WorryForm
from alongside.web.parts.samples.drawn import (
    FAMILY,
    RATES,
    WEEKS,
    family_tree,
    few_points,
    marisol_chart,
    no_rule,
    sam_chart,
)
from alongside.web.parts.samples.pages import pages
from alongside.web.parts.samples.parts import samples
from alongside.web.parts.samples.shapes import Page, Sample
from alongside.web.parts.samples.values import HELP, NO_COUNTRY, STAFF

__all__ = [
    "FAMILY",
    "HELP",
    "NO_COUNTRY",
    "RATES",
    "STAFF",
    "WEEKS",
    "Page",
    "Sample",
    "WorryForm",
    "family_tree",
    "few_points",
    "marisol_chart",
    "no_rule",
    "pages",
    "sam_chart",
    "samples",
]
