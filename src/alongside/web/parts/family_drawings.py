"""People drawn: the family tree with its words, and the circles of who is how close."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alongside.engine.artefacts import Circles, Form, Genogram, Parents, Relative, said
from alongside.engine.artefacts.rows import column_of, one_of
from alongside.web.parts import genogram
from alongside.web.parts.people_words import listed

# By the word of the form, how it is drawn; a word that is not here is drawn plainly.
SHAPES: Mapping[str, genogram.Shape] = {"man": "man", "woman": "woman"}
COUPLES: Mapping[str, genogram.CoupleKind] = {
    "together": "lived",
    "separated": "separated",
    "divorced": "divorced",
}
BONDS: Mapping[str, genogram.BondKind] = {
    "close": "close",
    "conflict": "clash",
    "close_conflict": "close_clash",
    "distant": "far",
    "cut_off": "cut",
}


def tree(
    form: Form, model: Genogram, language: str, *, to_edit: bool = False, as_file: bool = False
) -> dict[str, Any]:
    """The tree and, person by person, the same in words."""
    at = f"#id_a_{one_of(form.drawing.uses, 'name').replace('.', '-{}-')}" if form.drawing else ""
    return {
        "svg": genogram.draw(
            [_relative(one, at if to_edit else "") for one in model.people],
            [_couple(one) for one in model.parents],
            [
                genogram.Bond(one.one, one.other, BONDS[one.kind])
                for one in model.ties
                if one.kind in BONDS
            ],
            title=_("Family tree of %(generations)s. The same is said in words below.")
            % {"generations": _generations(model)},
            homes=[(name, [one.id for one in people]) for name, people in model.households.items()],
            as_file=as_file,
        ),
        "words": [
            {"title": one.name, "text": " ".join(_of(form, model, one, language))}
            for one in model.people
        ],
    }


def _generations(model: Genogram) -> str:
    number = len({one.spot.row for one in model.people})
    return ngettext("%(n)s generation", "%(n)s generations", number) % {"n": number}


def _relative(one: Relative, at: str) -> genogram.Relative:
    return genogram.Relative(
        id=one.id,
        name=one.name,
        column=one.spot.column,
        generation=one.spot.row,
        born=_years(one),
        shape=SHAPES.get(one.shape, "other"),
        is_focus=one.is_focus,
        has_died=one.has_died,
        uses="substance" in one.patterns,
        mind="mind" in one.patterns,
        href=at.format(one.id),
        label=_("%(name)s: to the line in the form") % {"name": one.name} if at else "",
    )


def _years(one: Relative) -> str:
    died = one.died if any(letter.isdigit() for letter in one.died) else ""
    if died:
        return f"{one.born}–{died}"
    return _("b. %(year)s") % {"year": one.born} if one.born and not one.has_died else one.born


def _couple(one: Parents) -> genogram.Couple:
    kind = COUPLES.get(one.kind, "together")
    return genogram.Couple(one.one, one.other, kind, one.children, one.bar)


# -- the same in words -----------------------------------------------------------------------------


def _of(form: Form, model: Genogram, one: Relative, language: str) -> Iterator[str]:
    """What the tree shows of one person, in short sentences."""

    def option(role: str, word: str) -> str:
        uses = form.drawing.uses if form.drawing is not None else {}
        found = form.at(one_of(uses, role))
        chosen = found.option(word) if found is not None else None
        return said(chosen.text, language) if chosen is not None else ""

    facts = [option("shape", one.shape), _years(one)]
    if one.has_died:
        facts.append(_("has died"))
    if words := ", ".join(fact for fact in facts if fact):
        yield f"{words}."
    if one.is_focus:
        yield _("The tree is about them.")
    for pair in model.parents:
        if one.id in pair.children:
            names = [model.name(id) for id in (pair.one, pair.other) if id]
            yield _("Child of %(names)s.") % {"names": listed(names)}
        elif one.id in (pair.one, pair.other) and pair.other:
            other = model.name(pair.other if one.id == pair.one else pair.one)
            kind = option("couple_kind", pair.kind) or _("Couple")
            yield _("%(kind)s: with %(name)s.") % {"kind": kind, "name": other}
    if one.household:
        yield _("Home: %(name)s.") % {"name": one.household}
    if one.patterns:
        yield f"{listed([option('pattern', word) or word for word in one.patterns])}."
    for tie in model.ties:
        if one.id in (tie.one, tie.other):
            other = model.name(tie.other if one.id == tie.one else tie.one)
            kind = option("tie_kind", tie.kind)
            yield _("%(kind)s: with %(name)s.") % {"kind": kind, "name": other}


def fields_said(form: Form) -> frozenset[str]:
    """The fields whose rows are all in the words of the tree."""
    uses = form.drawing.uses if form.drawing is not None else {}
    return frozenset(path.partition(".")[0] for paths in uses.values() for path in paths)


def edited_by(form: Form) -> dict[str, str]:
    """For the script beside the form: where who is tied to whom is written."""
    uses = form.drawing.uses if form.drawing is not None else {}
    tie = uses.get("tie", ())
    if len(tie) != 2:
        return {}
    return {"rows": tie[0].partition(".")[0], "one": column_of(tie[0]), "other": column_of(tie[1])}


# -- circles ---------------------------------------------------------------------------------------

MIDDLE, INNER, RIM, DOT = 210.0, 62.0, 176.0, 15.0


def circles(model: Circles) -> dict[str, Any]:
    """Who is how close: numbers in circles round the person, and who they are."""
    rings = (INNER + (RIM - INNER) * part / 3 for part in range(4))
    dots = [
        format_html(
            '<circle class="n-dot" cx="{0}" cy="{1}" r="{2}"/><text x="{0}" y="{3}">{4}</text>',
            f"{x:.1f}", f"{y:.1f}", f"{DOT:g}", f"{y + 5:.1f}", number,
        )
        for number, (x, y) in enumerate(_places(model), 1)
    ]  # fmt: skip
    shapes = [
        *(
            format_html('<circle class="n-ring" cx="{0}" cy="{0}" r="{1}"/>', *at)
            for at in ((f"{MIDDLE:g}", round(ring)) for ring in rings)
        ),
        format_html('<circle class="n-me" cx="{0}" cy="{0}" r="26"/>', f"{MIDDLE:g}"),
        format_html(
            '<text class="n-me-t" x="{0}" y="{1}">{2}</text>',
            f"{MIDDLE:g}", f"{MIDDLE + 5:g}", _("me"),
        ),
        *dots,
    ]  # fmt: skip
    return {
        "svg": format_html(
            '<svg viewBox="0 0 {0} {0}" role="img" aria-label="{1}">{2}</svg>',
            f"{2 * MIDDLE:g}",
            _("Circles of who is how close. The same is said in words beside them."),
            _joined(shapes),
        ),
        "people": [
            {
                "name": one.name,
                "text": _("%(value)s of %(high)s") % {"value": one.close, "high": model.high}
                if one.close is not None
                else _("not rated yet"),
            }
            for one in model.people
        ],
    }


def _joined(shapes: list[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((shape,) for shape in shapes))


def _places(model: Circles) -> Iterator[tuple[float, float]]:
    for one in model.people:
        far = INNER + (RIM - INNER) * float(one.away)
        turn = 2 * math.pi * float(one.turn) - math.pi / 2
        yield MIDDLE + far * math.cos(turn), MIDDLE + far * math.sin(turn)
