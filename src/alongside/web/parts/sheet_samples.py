"""Samples of sheets for the page of parts: an invented form, filled in, drawn, blank."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from alongside.engine.artefacts import Drawing, Field, Form, FormRef, Option
from alongside.web.parts import sheets
from alongside.web.parts.sheet_drawings import drawing_of
from alongside.web.parts.sheet_forms import SheetForm


def _say(text: str) -> dict[str, str]:
    return {"en": text}


def _written(id: str, label: str) -> Field:
    return Field(id, "long_text", _say(label))


def _rated(id: str, label: str, high: int = 100) -> Field:
    return Field(
        id, "rating", _say(label), high=high, low_words=_say("none"), high_words=_say("all")
    )


DAYS = tuple(Option(day[:3].lower(), _say(day)) for day in ("Monday", "Tuesday", "Wednesday"))
PARTS = (Option("am", _say("Morning")), Option("pm", _say("Evening")))
FIELDS = (
    _written("situation", "What happened"),
    _written("thoughts", "Thoughts"),
    _written("feelings", "Feelings"),
    _written("body", "Body"),
    _written("behaviour", "What you did"),
    _written("loop", "What keeps it going"),
    _rated("ready", "How ready you are", 10),
    _rated("mood", "How strong it was, 0 to 100"),
    _rated("mood_now", "How strong it is now, 0 to 100"),
    Field(
        "steps",
        "ladder",
        _say("Steps"),
        columns=(
            Field("step", "text", _say("What you would do")),
            _rated("before", "How hard at first, 0 to 100"),
            _rated("now", "How hard now, 0 to 100"),
        ),
        most=9,
        order_by="before",
    ),
    Field(
        "done",
        "rows",
        _say("What you did"),
        columns=(
            Field("day", "choice", _say("Day"), options=DAYS),
            Field("part", "choice", _say("When"), options=PARTS),
            Field("what", "text", _say("What")),
            _rated("joy", "Pleasure, 0 to 10", 10),
        ),
        most=9,
    ),
    Field(
        "balance",
        "table",
        _say("What it does"),
        rows=(Option("now", _say("Now")), Option("later", _say("Later"))),
        columns=(Field("gives", "text", _say("What it gives")),),
    ),
)
ANSWERS: Mapping[str, Any] = {
    "situation": "Sunday evening, alone. The phone did not ring.",
    "thoughts": "They have all forgotten that I exist.",
    "feelings": "Sad, ashamed",
    "body": "Heavy arms, no appetite",
    "behaviour": "Went to bed at seven.",
    "loop": "When I hide, nobody rings.",
    "ready": 6,
    "mood": 80,
    "mood_now": 35,
    "steps": [
        {"step": "Sit at the long table", "before": 75},
        {"step": "Say good morning", "before": 20, "now": 5},
    ],
    "done": [
        {"day": "mon", "part": "pm", "what": "Rang Ana back", "joy": 7},
        {"day": "tue", "part": "am", "what": "Walked to the water", "joy": 4},
    ],
}
USES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "ladder": {"step": ("steps.step",), "before": ("steps.before",), "now": ("steps.now",)},
    "week": {
        "day": ("done.day",),
        "part": ("done.part",),
        "what": ("done.what",),
        "ratings": ("done.joy",),
    },
    "rerating": {"before": ("mood",), "after": ("mood_now",)},
    "rulers": {"rulers": ("ready",)},
    "chain": {"links": ("situation", "thoughts", "behaviour")},
    "formulation": {
        name: (name,) for name in ("situation", "thoughts", "feelings", "body", "behaviour", "loop")
    },
}


def _form(drawing: str) -> Form:
    return Form(
        ref=FormRef("sample", "sheet", 1),
        title=_say("A hard moment"),
        intro=_say("Take one hard moment. You can stop and go on later."),
        filled_by=("person",),
        where=("home", "print"),
        fields=FIELDS,
        note=None,
        drawing=Drawing(drawing, USES[drawing]),
        source="invented",
        unverified=True,
        checked=date(2026, 1, 1),
        review_by=date(2027, 1, 1),
    )


def drawings() -> list[tuple[str, dict[str, Any]]]:
    """Each drawing by its name, with what ``sheet_drawing.html`` takes."""
    return [
        (name, {"drawing": drawing_of(_form(name), dict(ANSWERS), "en")}) for name in sorted(USES)
    ]


def to_fill() -> dict[str, Any]:
    """What ``sheet_form.html`` takes."""
    page = SheetForm(sheet=_form("ladder"), language="en", answers=ANSWERS, version=2)
    return {
        "form": page,
        "parts": list(page.parts()),
        "seen": "Asha Raman can see this. Your family can’t.",
        "back": "#",
    }


def read() -> dict[str, Any]:
    """What ``sheet_read.html`` takes."""
    shown = sheets.entered(_form("rerating"), ANSWERS)
    line = "Version 2, saved 2 Mar 2026, 12:00 by Sam"
    return {"sheet": {**shown, "line": line, "paper_line": "Version 2, 2 Mar 2026"}}


def on_paper() -> dict[str, Any]:
    """What ``sheet_paper.html`` takes, blank."""
    return {"sheet": sheets.blank(_form("ladder"))}
