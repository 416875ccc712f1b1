"""Sheets at every door: fill one in, read it, print it, go on with it. The same at each of them.

A door says where its pages are and in which frame they stand; what a form asks is content.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.delivery import artefacts
from alongside.engine import artefacts as engine
from alongside.engine.artefacts import Field, Form, Genogram, said
from alongside.engine.artefacts.lines import words
from alongside.engine.artefacts.shapes import REPEATING
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.family_drawings import edited_by, tree
from alongside.web.parts.pages import (
    Request,
    local_day,
    moment_words,
    number_in,
    saved,
    say,
    short_day,
    two_texts,
)
from alongside.web.parts.pdf import as_file, pdf_of
from alongside.web.parts.picture import as_svg
from alongside.web.parts.sheet_drawings import drawing_of
from alongside.web.parts.sheet_forms import FEW, SheetForm

SAID_IN_FULL = ("rulers", "chain", "genogram")  # drawings with all words: nothing is said twice
BESIDE = "genogram"  # the drawing that is edited with its form
FROM = "entered_from"  # the name of its field
EMPTY_LINES = 5  # of a table or of rows on a blank print


# Given what is typed, the same with what is known of the circle.
Known = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Door:
    """The pages of one door: its frame, where a sheet is read, and where one goes back to."""

    base: str
    frame: Callable[..., HttpResponse]  # (template, status=200, **context)
    read: Callable[[Any], str]
    back: str
    seen: str


def language() -> str:
    """The language of the reader."""
    return get_language() or "en"


def title_of(form: str) -> str:
    """What a form is called; a form that is no longer here keeps its id."""
    found = catalogue.current().artefacts.get(form)
    return said(found.title, language()) if found else form.partition("@")[0]


def origin_of(form: str) -> str:
    """Which form it is, at which version, and where it comes from."""
    found = catalogue.current().artefacts.get(form)
    if found is None:
        return form
    return _("Form %(form)s. Source: %(source)s.") % {"form": form, "source": found.source}


def rows_of(
    request: Request, sheets: Sequence[Any], address: Callable[[Any], str]
) -> list[dict[str, Any]]:
    """What ``parts/rows.html`` shows of sheets."""
    prepare([row.about for row in sheets], "name")
    return [
        {
            "title": title_of(row.form),
            "text": _("%(name)s · %(when)s")
            % {"name": row.about.name, "when": moment_words(request, row.made_at)},
            "url": address(row),
            "icon": "file-text",
            "tag": "" if row.is_complete else _("Begun"),
            "tag_kind": "lamp",
        }
        for row in sheets
    ]


# -- fill in ---------------------------------------------------------------------------------------


def fill(
    request: Request,
    door: Door,
    *,
    form: Form,
    course: Any,
    about: Any,
    artefact: Any = None,
    persons: Sequence[tuple[str, str]] = (),
    session: Any = None,
    homework: Any = None,
    entered_from: str = "session",
    origins: Sequence[tuple[str, Any]] = (),
    known: Known | None = None,
) -> HttpResponse:
    """Fill in a form, or go on with a sheet. What was typed stays on the page until it is kept.

    Args:
        artefact: the sheet that is gone on with; None for a new one.
        persons: whom it may be about, where that is chosen on the page.
        origins: how it was filled in, where that is chosen on the page.
        known: what of the circle may be taken over into what is typed, where somebody asks for it.
    """
    if entered := next((word for word, _said in origins if word == request.POST.get(FROM)), ""):
        entered_from = entered
    chosen: dict[str, Any] = {"persons": persons, "origins": origins, "origin": entered_from}
    chosen["may_take"] = known is not None
    answers = artefacts.answers_of(artefact) if artefact is not None else {}
    version = artefact.number if artefact is not None else 0
    if request.method != "POST":
        page = SheetForm(sheet=form, language=language(), answers=answers, version=version)
        return _page(door, form, page, artefact, about, chosen, answers=answers)
    if request.POST.get("more"):  # room for more lines: nothing kept yet, nothing typed lost
        sent = SheetForm(request.POST, sheet=form, language=language())
        sent.is_valid()  # what cannot be kept stays typed, and is not drawn
        page = SheetForm(sheet=form, language=language(), typed=request.POST)
        drawn = sent.answers()
        if request.POST["more"] == "known" and known is not None:
            drawn = dict(known(drawn))
            number = number_in(request, "version")
            page = SheetForm(sheet=form, language=language(), answers=drawn, version=number)
        return _page(door, form, page, artefact, about, chosen, answers=drawn)
    page = SheetForm(request.POST, sheet=form, language=language(), answers=answers)
    if not page.is_valid():
        return _page(door, form, page, artefact, about, chosen, status=400, answers=page.answers())
    at = clock.now()
    try:
        if artefact is None:
            row = artefacts.fill_in(
                course=course,
                form=form.ref.form,
                about=about,
                answers=page.answers(),
                entered_from=entered_from,
                session=session,
                homework=homework,
                by=request.reader,
                at=at,
            )
        else:
            row = artefacts.change(
                artefact=artefact,
                answers=page.answers(),
                expected=number_in(request, "version"),
                entered_from=entered_from,
                session=session,
                by=request.reader,
                at=at,
            )
    except StaleVersion as stale:
        return _two(request, door, form, page, stale.current)
    except artefacts.WrongAnswers as why:
        given = page.answers()
        page.add_mistakes(why.mistakes)
        return _page(door, form, page, artefact, about, chosen, status=400, answers=given)
    except artefacts.NothingWritten:
        page.add_error(None, _("Write something in one field, then save."))
        return _page(door, form, page, artefact, about, chosen, status=400)
    except (artefacts.Struck, artefacts.CourseNotRunning):
        say(request, _("This can no longer be changed. Here it is as it stands."))
        return redirect(door.back if artefact is None else door.read(artefact))
    saved(request, at)
    return redirect(door.read(row))


def _page(
    door: Door,
    form: Form,
    page: SheetForm,
    artefact: Any,
    about: Any,
    chosen: dict[str, Any],
    *,
    status: int = 200,
    answers: Mapping[str, Any] | None = None,
) -> HttpResponse:
    may_take = bool(chosen.pop("may_take", False))
    return door.frame(
        "fill",
        status=status,
        beside=_beside(form, answers or {}, may_take=may_take),
        sheet_title=said(form.title, language()),
        intro=said(form.intro, language()),
        form=page,
        parts=list(page.parts()),
        few=FEW,
        artefact=artefact,
        **chosen,
        about=str(about.pk) if about is not None else "",
        seen=door.seen,
        back=door.read(artefact) if artefact is not None else door.back,
    )


def _beside(form: Form, answers: Mapping[str, Any], *, may_take: bool) -> dict[str, Any]:
    """The drawing that is edited together with its form; nothing for other forms."""
    if form.drawing is None or form.drawing.name != BESIDE:
        return {}
    drawn = drawing_of(form, answers, language(), to_edit=True) or {}
    return {**drawn, "edit": edited_by(form), "may_take": may_take}


def _two(request: Request, door: Door, form: Form, page: SheetForm, current: Any) -> HttpResponse:
    """Somebody saved meanwhile: both texts, field by field."""
    theirs_answers = artefacts.answers_of(current)
    theirs_form = SheetForm(
        _sized(page, theirs_answers, form), sheet=form, language=language(), answers=theirs_answers
    )
    theirs = {
        name: text for name, _label, text in SheetForm(
            sheet=form, language=language(), answers=theirs_answers
        ).typed()
    }  # fmt: skip
    mine = {name: (label, text) for name, label, text in page.typed()}
    labels = {name: str(field.label) for name, field in theirs_form.fields.items()}
    names = list(dict.fromkeys([*labels, *mine]))
    pairs = [
        (name, labels.get(name) or mine[name][0], mine.get(name, ("", ""))[1], theirs.get(name, ""))
        for name in names
        if name != "version"
    ]
    choices = {
        name: [(value, text) for value, text in field.choices]
        for name, field in theirs_form.fields.items()
        if hasattr(field, "choices")
    }
    return two_texts(
        request,
        base=door.base,
        pairs=pairs,
        version=current.number,
        keep_url=door.read(current),
        same=[(f"rows_{name}", str(count)) for name, count in theirs_form.counts.items()],
        at=current.made_at,
        by_myself=current.written_by_id in request.reader.persons,
        choices={name: [("", "–"), *found] for name, found in choices.items()},
    )


def _sized(page: SheetForm, answers: Mapping[str, Any], form: Form) -> dict[str, str]:
    """Room for the longer of the two lists of lines."""
    return {
        f"rows_{one.id}": str(max(page.counts[one.id], len(answers.get(one.id) or ())))
        for one in form.fields
        if one.kind in REPEATING
    }


# -- read ------------------------------------------------------------------------------------------


def shown(request: Request, artefact: Any) -> dict[str, Any]:
    """What ``parts/sheet_read.html`` shows of one version."""
    form = catalogue.current().artefacts.get(artefact.form)
    line = _("Version %(number)s, saved %(when)s by %(name)s") % {
        "number": artefact.number,
        "when": moment_words(request, artefact.made_at),
        "name": artefact.written_by.name,
    }
    paper_line = _("Version %(number)s, %(day)s") % {
        "number": artefact.number,
        "day": short_day(local_day(request, artefact.made_at)),
    }
    if form is None:
        return {
            "sheet_title": title_of(artefact.form),
            "parts": [],
            "line": line,
            "paper_line": paper_line,
            "is_lost": True,
        }
    return {
        **entered(form, artefacts.answers_of(artefact)),
        "line": line,
        "paper_line": paper_line,
        "where": {
            "home": _("Filled in at home"),
            "paper": _("Taken over from paper"),
            "session": _("Filled in together"),
        }[artefact.entered_from],
        "is_struck": artefact.is_struck,
        "struck_because": artefact.struck_because,
    }


def entered(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What was entered in a form: its drawing, what is still open, and the rest field by field."""
    drawing = drawing_of(form, answers, language())
    said_there = _said_in(form) if drawing and drawing["kind"] in SAID_IN_FULL else frozenset()
    return {
        "sheet_title": said(form.title, language()),
        "intro": said(form.intro, language()),
        "parts": [
            part
            for one in form.fields
            if one.id not in said_there and (part := _read(one, answers.get(one.id)))
        ],
        "drawing": drawing,
        "missing": _missing(form, answers),
    }


def _said_in(form: Form) -> frozenset[str]:
    """The fields whose words stand in the drawing itself."""
    uses = form.drawing.uses if form.drawing is not None else {}
    return frozenset(path.partition(".")[0] for paths in uses.values() for path in paths)


def _missing(form: Form, answers: Mapping[str, Any]) -> list[str]:
    """The labels of what the form still asks for."""
    names = dict.fromkeys(path.partition(".")[0] for path in engine.missing(form, answers))
    found = (form.field(name) for name in names)
    return [said(one.label, language()) for one in found if one is not None]


def _read(one: Field, value: Any) -> dict[str, Any]:
    if engine.is_blank(value):
        return {}
    part: dict[str, Any] = {"label": said(one.label, language()), "kind": one.kind}
    columns = [said(column.label, language()) for column in one.columns]
    if one.kind in REPEATING:
        part["columns"], part["rows"] = columns, [_cells(one, row) for row in value]
    elif one.kind == "table":
        part["columns"] = ["", *columns]
        part["rows"] = [
            [(("", said(row.text, language()))), *_cells(one, value[row.id])]
            for row in one.rows
            if value.get(row.id)
        ]
    else:
        part["text"] = _text(one, value)
        part["of"] = one.high if one.kind == "rating" else ""
    return part


def _cells(one: Field, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (said(column.label, language()), _text(column, row.get(column.id)))
        for column in one.columns
    ]


def _text(one: Field, value: Any) -> str:
    if one.kind in {"text", "long_text"}:
        return "" if engine.is_blank(value) else str(value)
    return words(one, value, language(), day=short_day)


# -- on paper --------------------------------------------------------------------------------------


def blank(form: Form) -> dict[str, Any]:
    """What ``parts/sheet_paper.html`` shows to write on by hand."""
    return {
        "sheet_title": said(form.title, language()),
        "intro": said(form.intro, language()),
        "blank": [_week(form, one) or _line(one) for one in form.fields],
    }


def _week(form: Form, one: Field) -> dict[str, Any]:
    """The rows of a week, on paper a box for each day and part of the day; nothing for others."""
    if form.drawing is None or form.drawing.name != "week":
        return {}
    uses = {role: form.at(paths[0]) for role, paths in form.drawing.uses.items() if paths}
    day, part, what = uses["day"], uses["part"], uses["what"]
    if day is None or part is None or what is None or what not in one.columns:
        return {}
    rest = [column for column in one.columns if column not in (day, part)]
    return {
        "label": said(one.label, language()),
        "hint": _("In each box: %(what)s")
        % {"what": " · ".join(said(column.label, language()) for column in rest)},
        "kind": "table",
        "is_week": True,
        "columns": [said(option.text, language()) for option in day.options],
        "rows": [said(option.text, language()) for option in part.options],
    }


def _line(one: Field) -> dict[str, Any]:
    part: dict[str, Any] = {
        "label": said(one.label, language()),
        "hint": said(one.hint, language()),
        "kind": one.kind,
    }
    if one.columns:
        part["columns"] = [said(column.label, language()) for column in one.columns]
        part["rows"] = (
            [said(row.text, language()) for row in one.rows]
            if one.kind == "table"
            else [""] * min(one.most, max(one.least, EMPTY_LINES))
        )
    elif one.kind == "rating":
        part["scale"] = range(one.low, one.high + 1) if one.high - one.low <= 10 else ()
        part["low"], part["high"] = one.low, one.high
    elif one.options:
        part["options"] = [said(option.text, language()) for option in one.options]
    return part


def versions_of(request: Request, rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The earlier versions of a sheet, for a list."""
    return [
        {
            "number": row.number,
            "when": moment_words(request, row.made_at),
            "name": row.written_by.name,
        }
        for row in rows
    ]


# -- as a file -------------------------------------------------------------------------------------


def has_picture(form: str) -> bool:
    """Can the drawing of a form be kept as a picture?"""
    found = catalogue.current().artefacts.get(form)
    return found is not None and found.drawing is not None and found.drawing.name == BESIDE


def _tree_file(artefact: Any) -> dict[str, Any]:
    form = catalogue.current().artefacts.get(artefact.form)
    model = engine.draw(form, artefacts.answers_of(artefact)) if form is not None else None
    if form is None or not isinstance(model, Genogram):
        raise Http404
    return {**tree(form, model, language(), as_file=True), "name": form.ref.form}


def picture_file(artefact: Any) -> HttpResponse:
    """The family tree as SVG that carries its colours. Raises Http404 for other sheets."""
    found = _tree_file(artefact)
    return as_svg('<?xml version="1.0" encoding="UTF-8"?>\n' + found["svg"], name=found["name"])


def pdf_file(request: Request, artefact: Any) -> HttpResponse:
    """A family tree as PDF, without the name of whose it is.

    Raises:
        NoPdf: none can be made here. Http404: another sheet.
    """
    found, sheet = _tree_file(artefact), shown(request, artefact)
    content = pdf_of("papers/tree_pdf.html", {"sheet": sheet, "tree": found}, language=language())
    return as_file(content, found["name"])
