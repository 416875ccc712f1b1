"""Drawings by name, computed from what was entered: models that a page then draws.

Each name says which fields it is made from. What is blank is left out; nothing entered, no drawing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from alongside.engine.artefacts.answers import Answers, is_blank
from alongside.engine.artefacts.genogram import Genogram, genogram
from alongside.engine.artefacts.lived import Circles, Log, Supply, circles, log, supply
from alongside.engine.artefacts.rows import Uses, rows_of
from alongside.engine.artefacts.rows import column_of as _column
from alongside.engine.artefacts.rows import one_of as _one
from alongside.engine.artefacts.shapes import (
    REPEATING,
    Field,
    Form,
    Kind,
    Option,
    Words,
)

WRITTEN: tuple[Kind, ...] = ("text", "long_text")


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: how hard it looked at first and how hard it is now, in points."""

    step: str
    before: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Steps, the hardest first; steps nobody has rated stand last, as they were written."""

    rungs: tuple[Rung, ...]
    low: int
    high: int
    before: Words
    now: Words


@dataclass(frozen=True, slots=True)
class Entry:
    """Something done at one time of the week, with its ratings in the order of ``Week.names``."""

    what: str
    ratings: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """A week by day and part of the day. ``means`` are by day, one for each rating."""

    days: tuple[Option, ...]
    parts: tuple[Option, ...]
    names: tuple[Words, ...]
    high: int
    cells: Mapping[tuple[str, str], tuple[Entry, ...]]
    means: Mapping[str, tuple[Fraction | None, ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing rated before and after. ``text`` is what somebody wrote, ``label`` the field's."""

    text: str
    label: Words
    before: int
    after: int
    low: int
    high: int

    @property
    def change(self) -> int:
        """After less before, in points."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Rerating:
    """Ratings before and after, side by side."""

    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A box with words in it."""

    id: str
    label: Words
    text: str


@dataclass(frozen=True, slots=True)
class Formulation:
    """How it fits together: what came before, the situation, four areas in a circle, the loop."""

    past: tuple[Box, ...]
    situation: Box | None
    areas: Mapping[str, Box]  # by its place round the circle: thoughts, feelings, behaviour, body
    loop: Box | None
    strengths: Box | None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Every box in reading order."""
        alone = (self.situation, *self.areas.values(), self.loop, self.strengths)
        return (*self.past, *(box for box in alone if box is not None))


@dataclass(frozen=True, slots=True)
class Chain:
    """One thing leads to the next."""

    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Ruler:
    """One rating on its ruler."""

    label: Words
    value: int
    low: int
    high: int
    low_words: Words
    high_words: Words


@dataclass(frozen=True, slots=True)
class Rulers:
    """Ratings on rulers, one under the other."""

    rulers: tuple[Ruler, ...]


Model = Ladder | Week | Rerating | Formulation | Chain | Rulers | Genogram | Circles | Log | Supply


@dataclass(frozen=True, slots=True)
class Role:
    """What a drawing wants for one of its parts: kinds of field, and whether as a column."""

    kinds: tuple[Kind, ...]
    column: bool | None = None  # True: of repeating rows; False: a field by itself; None: either
    needed: bool = True
    many: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A drawing that a form may name. ``apart``: its columns may be of several rows."""

    build: Callable[[Form, Answers, Uses], Model | None]
    roles: Mapping[str, Role] = field(default_factory=dict)
    apart: bool = False


def draw(form: Form, answers: Answers) -> Model | None:
    """The drawing of a form from what was entered; None when it has none or nothing is there."""
    if form.drawing is None:
        return None
    return DRAWINGS[form.drawing.name].build(form, answers, form.drawing.uses)


def unfit_uses(form: Form) -> tuple[str, ...]:
    """What is wrong with the fields that a form gives to its drawing, in sentences."""
    if form.drawing is None:
        return ()
    name, uses = form.drawing.name, form.drawing.uses
    if name not in DRAWINGS:
        return (f"there is no drawing {name}; there are {', '.join(sorted(DRAWINGS))}",)
    roles = DRAWINGS[name].roles
    found = [f"{name} has no part {role}" for role in uses if role not in roles]
    for role, wanted in roles.items():
        paths = uses.get(role, ())
        if wanted.needed and not paths:
            found.append(f"{name} needs {role}")
        if len(paths) > 1 and not wanted.many:
            found.append(f"{role} takes one field")
        found += [words for path in paths if (words := _unfit(form, path, wanted))]
    if not found:
        found += _unfit_together(form, name, uses)
    return tuple(found)


def _unfit(form: Form, path: str, wanted: Role) -> str:
    name, dot, _ = path.partition(".")
    one, whole = form.at(path), form.field(name)
    if one is None or whole is None:
        return f"there is no field {path}"
    if one.kind not in wanted.kinds:
        return f"{path} is {one.kind}; wanted is {' or '.join(wanted.kinds)}"
    if dot and whole.kind not in REPEATING:
        return f"{path} is no column of repeating rows"
    if wanted.column is not None and bool(dot) != wanted.column:
        return f"{path} must {'be' if wanted.column else 'not be'} a column"
    return ""


def _unfit_together(form: Form, name: str, uses: Uses) -> Iterator[str]:
    columns = {path.partition(".")[0] for paths in uses.values() for path in paths if "." in path}
    if len(columns) > 1 and not DRAWINGS[name].apart:
        yield f"all columns of {name} are of the same rows"
    if name == "rerating" and len(uses["before"]) != len(uses["after"]):
        yield "before and after go in pairs"


# -- the drawings --------------------------------------------------------------------------------


def _must(form: Form, path: str) -> Field:
    found = form.at(path)
    if found is None:
        raise KeyError(path)
    return found


def _ladder(form: Form, answers: Answers, uses: Uses) -> Ladder | None:
    step, before, now = (_one(uses, role) for role in ("step", "before", "now"))
    rungs = [
        Rung(
            str(row.get(_column(step), "")),
            row.get(_column(before)),
            row.get(_column(now)) if now else None,
        )
        for row in rows_of(answers, step)
        if not is_blank(row.get(_column(step)))
    ]
    if not rungs:
        return None
    scale = _must(form, before)
    # Sorting is stable: steps of one rating, and those without one, stay as they were written.
    rungs.sort(key=lambda rung: (rung.before is None, -(rung.before or 0)))
    return Ladder(
        tuple(rungs), scale.low, scale.high, scale.label, _must(form, now).label if now else {}
    )


def _week(form: Form, answers: Answers, uses: Uses) -> Week | None:
    day, part, what = (_one(uses, role) for role in ("day", "part", "what"))
    ratings = tuple(uses.get("ratings", ()))
    cells: dict[tuple[str, str], list[Entry]] = {}
    for row in rows_of(answers, what):
        where = str(row.get(_column(day), "")), str(row.get(_column(part), ""))
        entry = Entry(
            str(row.get(_column(what), "")), tuple(row.get(_column(path)) for path in ratings)
        )
        if all(where):
            cells.setdefault(where, []).append(entry)
    if not cells:
        return None
    days = _must(form, day).options
    return Week(
        days,
        _must(form, part).options,
        tuple(_must(form, path).label for path in ratings),
        max((_must(form, path).high for path in ratings), default=10),
        {where: tuple(found) for where, found in cells.items()},
        {
            one.id: tuple(
                _mean([e.ratings[n] for w, row in cells.items() if w[0] == one.id for e in row])
                for n in range(len(ratings))
            )
            for one in days
        },
    )


def _mean(numbers: Sequence[int | None]) -> Fraction | None:
    known = [number for number in numbers if number is not None]
    return Fraction(sum(known), len(known)) if known else None


def _rerating(form: Form, answers: Answers, uses: Uses) -> Rerating | None:
    found: list[Pair] = []
    label = _one(uses, "label")
    for before, after in zip(uses["before"], uses["after"], strict=True):
        scale = _must(form, before)
        values: list[tuple[str, Any, Any]]
        if "." in before:
            values = [
                (
                    str(row.get(_column(label), "")),
                    row.get(_column(before)),
                    row.get(_column(after)),
                )
                for row in rows_of(answers, before)
            ]
        else:
            words = str(answers.get(label, "")) if label else ""
            values = [(words, answers.get(before), answers.get(after))]
        found += [
            Pair(text, scale.label, first, then, scale.low, scale.high)
            for text, first, then in values
            if isinstance(first, int) and isinstance(then, int)
        ]
    return Rerating(tuple(found)) if found else None


def _box(form: Form, answers: Answers, path: str) -> Box | None:
    value = answers.get(path)
    if not path or is_blank(value):
        return None
    return Box(path, _must(form, path).label, str(value).strip())


AREAS = ("thoughts", "feelings", "behaviour", "body")  # round the circle, from the top
PAST = ("early", "beliefs", "rules", "trigger")


def _formulation(form: Form, answers: Answers, uses: Uses) -> Formulation | None:
    def box(role: str) -> Box | None:
        return _box(form, answers, _one(uses, role))

    drawn = Formulation(
        tuple(found for role in PAST if (found := box(role))),
        box("situation"),
        {role: found for role in AREAS if (found := box(role))},
        box("loop"),
        box("strengths"),
    )
    return drawn if drawn.boxes else None


def _chain(form: Form, answers: Answers, uses: Uses) -> Chain | None:
    found = tuple(box for path in uses["links"] if (box := _box(form, answers, path)))
    return Chain(found) if found else None


def _rulers(form: Form, answers: Answers, uses: Uses) -> Rulers | None:
    found = []
    for path in uses["rulers"]:
        scale, value = _must(form, path), answers.get(path)
        if isinstance(value, int):
            found.append(
                Ruler(scale.label, value, scale.low, scale.high, scale.low_words, scale.high_words)
            )
    return Rulers(tuple(found)) if found else None


_RATED: tuple[Kind, ...] = ("rating",)
_WORDS = Role(WRITTEN, column=False, needed=False)
_COLUMN: Mapping[str, Role] = {
    "written": Role(("text",), column=True, needed=False),
    "chosen": Role(("choice",), column=True, needed=False),
    "named": Role(("named",), column=True, needed=False, many=True),
}

DRAWINGS: Mapping[str, Kept] = {
    "ladder": Kept(
        _ladder,
        {
            "step": Role(WRITTEN, column=True),
            "before": Role(_RATED, column=True),
            "now": Role(_RATED, column=True, needed=False),
        },
    ),
    "week": Kept(
        _week,
        {
            "day": Role(("choice",), column=True),
            "part": Role(("choice",), column=True),
            "what": Role(WRITTEN, column=True),
            "ratings": Role(_RATED, column=True, needed=False, many=True),
        },
    ),
    "rerating": Kept(
        _rerating,
        {
            "before": Role(_RATED, many=True),
            "after": Role(_RATED, many=True),
            "label": Role(WRITTEN, needed=False),
        },
    ),
    "formulation": Kept(
        _formulation,
        {
            "situation": Role(WRITTEN, column=False),
            **{role: Role(WRITTEN, column=False) for role in AREAS},
            **dict.fromkeys((*PAST, "loop", "strengths"), _WORDS),
        },
    ),
    "chain": Kept(_chain, {"links": Role(WRITTEN, column=False, many=True)}),
    "rulers": Kept(_rulers, {"rulers": Role(_RATED, column=False, many=True)}),
    "genogram": Kept(
        genogram,
        {
            "name": Role(("text",), column=True),
            "shape": _COLUMN["chosen"],
            "born": _COLUMN["written"],
            "died": _COLUMN["written"],
            "parents": _COLUMN["named"],
            "generation": _COLUMN["chosen"],
            "pattern": _COLUMN["chosen"],
            "household": _COLUMN["written"],
            "focus": Role(("named",), column=False, needed=False),
            "couple": _COLUMN["named"],
            "couple_kind": _COLUMN["chosen"],
            "tie": _COLUMN["named"],
            "tie_kind": _COLUMN["chosen"],
        },
        apart=True,
    ),
    "circles": Kept(
        circles,
        {"who": Role(WRITTEN, column=True), "close": Role(_RATED, column=True)},
    ),
    "log": Kept(
        log,
        {
            "day": Role(("date",), column=True),
            "what": Role(("choice",), column=True),
            "amount": Role(_RATED, column=True),
        },
    ),
    "supply": Kept(
        supply,
        {
            "what": Role(("text",), column=True),
            "day": Role(("date",), column=True),
            "days": Role(_RATED, column=True),
            "until": Role(("date",), column=False),
        },
    ),
}
