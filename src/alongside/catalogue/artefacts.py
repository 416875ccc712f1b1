"""Forms of protocols, from content: one file a form, its words in every language side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from alongside.catalogue.conditions import Sources, read_sources
from alongside.catalogue.loading import (
    Problem,
    Reading,
    Shape,
    Shelf,
    folders,
    parse,
    read_placed,
    shown,
)
from alongside.engine.artefacts import (
    Drawing,
    Form,
    FormRef,
    Kind,
    Note,
    Option,
    Place,
    Who,
    unfit_uses,
    unknown_placeholders,
)
from alongside.engine.artefacts import Field as FormField
from alongside.engine.artefacts.shapes import REPEATING, WITH_COLUMNS

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Letters = Annotated[int, Field(ge=1, le=8000)]
Rows = Annotated[int, Field(ge=0, le=60)]
LANGUAGES = ("en", "es")
FREE_PART = "other"  # a part that every note has, whatever the protocol's skeleton
LONGEST = {"text": 300, "long_text": 2000, "named": 120}
MOST_ROWS = 20

Loc = tuple[int | str, ...]
Wrong = Iterator[tuple[str, Loc]]


class OptionFile(Shape):
    """One thing to choose, or one given row of a table."""

    id: Word
    text: dict[str, str]

    def built(self) -> Option:
        """The engine's option."""
        return Option(self.id, self.text)


class FieldFile(Shape):
    """One thing to fill in; columns are fields too, without columns of their own."""

    id: Word
    kind: Kind
    label: dict[str, str]
    hint: dict[str, str] = {}
    required: bool = False
    longest: Letters | None = None
    low: int = 0
    high: int = 10
    low_words: dict[str, str] = {}
    high_words: dict[str, str] = {}
    options: tuple[OptionFile, ...] = ()
    rows: tuple[OptionFile, ...] = ()
    columns: tuple[FieldFile, ...] = ()
    least: Rows = 0
    most: Rows = MOST_ROWS
    order_by: str = ""
    of: str = ""

    def built(self) -> FormField:
        """The engine's field."""
        return FormField(
            id=self.id,
            kind=self.kind,
            label=self.label,
            hint=self.hint,
            required=self.required,
            longest=self.longest or LONGEST.get(self.kind, 0),
            low=self.low,
            high=self.high,
            low_words=self.low_words,
            high_words=self.high_words,
            options=tuple(option.built() for option in self.options),
            rows=tuple(row.built() for row in self.rows),
            columns=tuple(column.built() for column in self.columns),
            least=self.least,
            most=self.most if self.kind in REPEATING else 0,
            order_by=self.order_by,
            of=self.of,
        )


class NoteFile(Shape):
    """What goes into the note: ``part`` is a line of the protocol's skeleton, or ``other``."""

    part: Word = FREE_PART
    lines: tuple[dict[str, str], ...] = Field(min_length=1)


class DrawingFile(Shape):
    """A drawing by its name, and the fields it is made from, by its parts."""

    name: Word
    uses: dict[Word, tuple[str, ...]]


class ArtefactFile(Shape):
    """``protocols/<protocol>/<version>/artefacts/<form>.yaml``."""

    title: dict[str, str]
    intro: dict[str, str]
    filled_by: tuple[Who, ...] = Field(min_length=1)
    where: tuple[Place, ...] = Field(min_length=1)
    fields: tuple[FieldFile, ...] = Field(min_length=1)
    note: NoteFile | None = None
    drawing: DrawingFile | None = None
    source: str
    checked: date
    review_by: date


SHAPES = {"artefact": ArtefactFile}


def load(roots: Sequence[Path]) -> Shelf[Form]:
    """Every form by ``cbt/thought_record@1``, in the order its protocol names them."""
    shelf: Shelf[Form] = Shelf()
    sources, _ = read_sources(roots)
    for protocol, version, folder in folders(roots, "protocols"):
        head = _Head(folder / "protocol.yaml")
        for path in sorted(
            (folder / "artefacts").glob("*.yaml"), key=lambda path: head.order(path.stem)
        ):
            reading = read_placed(path, ArtefactFile, shown=shown(path, roots))
            mistakes = list(reading.problems)
            if reading.value is not None:
                ref = FormRef(protocol, path.stem, version)
                form = _form(ref, reading.value, sources)
                mistakes += [
                    reading.problem(words, *loc)
                    for words, loc in _wrong(form, reading, sources, head)
                ]
                if not mistakes:
                    shelf.items[str(ref)] = form
            shelf.problems.extend(mistakes)
    return shelf


class _Head:
    """What a form must know of its protocol: the forms it names and the parts of its note."""

    def __init__(self, path: Path) -> None:
        document, _ = parse(path)
        found = document if isinstance(document, Mapping) else {}
        self.forms = [one for one in found.get("artefacts") or () if isinstance(one, str)]
        skeleton = [row for row in found.get("skeleton") or () if isinstance(row, Mapping)]
        self.parts = {str(row.get("id")) for row in skeleton} | {FREE_PART}

    def order(self, form: str) -> tuple[int, str]:
        return (self.forms.index(form) if form in self.forms else len(self.forms), form)


def _form(ref: FormRef, file: ArtefactFile, sources: Sources) -> Form:
    held = sources.by_tag.get(file.source)
    return Form(
        ref=ref,
        title=file.title,
        intro=file.intro,
        filled_by=file.filled_by,
        where=file.where,
        fields=tuple(one.built() for one in file.fields),
        note=Note(file.note.part, file.note.lines) if file.note else None,
        drawing=Drawing(file.drawing.name, file.drawing.uses) if file.drawing else None,
        source=sources.text(file.source),
        unverified=held is not None and held.unverified,
        checked=file.checked,
        review_by=file.review_by,
    )


def _wrong(form: Form, reading: Reading[ArtefactFile], sources: Sources, head: _Head) -> Wrong:
    file = reading.value
    if file is None:
        return
    if form.ref.form not in head.forms:
        yield f"the protocol does not name the form {form.ref.form}", ()
    if file.source not in sources:
        yield f"source {file.source} is not in chooser/sources.yaml", ("source",)
    yield from _unsaid(file.title, ("title",))
    yield from _unsaid(file.intro, ("intro",))
    yield from _wrong_fields(file.fields, ("fields",))
    if file.note is not None:
        if file.note.part not in head.parts:
            yield f"the note has no part {file.note.part}", ("note", "part")
        for number, line in enumerate(file.note.lines):
            yield from _unsaid(line, ("note", "lines", number))
            for language, text in line.items():
                for one in unknown_placeholders(form, text):
                    yield f"there is no field {one}", ("note", "lines", number, language)
    for words in unfit_uses(form):
        yield words, ("drawing",)
    yield from _unnamed(form)


def _unnamed(form: Form) -> Wrong:
    """Whoever is named stands in a column of text of other rows."""
    for field in form.fields:
        for each in (field, *field.columns):
            target = form.at(each.of) if "." in each.of else None
            if each.kind == "named" and (target is None or target.kind != "text"):
                yield f"{each.id} says in which column of rows its name stands (of)", ("fields",)


def _unsaid(texts: Mapping[str, str], loc: Loc) -> Wrong:
    for language in LANGUAGES:
        if not texts.get(language, "").strip():
            yield f"words are missing in {language}", loc


def _wrong_fields(fields: Sequence[FieldFile], loc: Loc) -> Wrong:
    ids = [one.id for one in fields]
    for number, one in enumerate(fields):
        here = (*loc, number)
        if ids.index(one.id) != number:
            yield f"{one.id} stands twice", (*here, "id")
        yield from _unsaid(one.label, (*here, "label"))
        for name in ("hint", "low_words", "high_words"):
            if texts := getattr(one, name):
                yield from _unsaid(texts, (*here, name))
        yield from _wrong_kind(one, here, is_column="columns" in loc)
        yield from _wrong_options(one, here)
        yield from _wrong_fields(one.columns, (*here, "columns"))


def _wrong_kind(one: FieldFile, here: Loc, *, is_column: bool) -> Wrong:
    if is_column and one.kind in (*WITH_COLUMNS, "choices"):
        yield f"a column is never {one.kind}", (*here, "kind")
    if bool(one.columns) != (one.kind in WITH_COLUMNS):
        yield f"{one.kind} has {'no' if one.columns else 'to have'} columns", here
    if bool(one.options) != (one.kind in {"choice", "choices"}):
        yield f"{one.kind} has {'no' if one.options else 'to have'} options", here
    if bool(one.rows) != (one.kind == "table"):
        yield f"{one.kind} has {'no' if one.rows else 'to have'} rows", here
    if one.kind == "rating" and one.low >= one.high:
        yield "high is above low", (*here, "high")
    if one.kind in REPEATING and one.least > one.most:
        yield "most is at least least", (*here, "most")
    rated = {column.id for column in one.columns if column.kind == "rating"}
    if one.kind == "ladder" and one.order_by not in rated:
        yield "a ladder says by which rating it is ordered (order_by)", here
    if one.kind != "named" and one.of:
        yield "only who is named stands elsewhere", (*here, "of")
    if one.kind != "ladder" and one.order_by:
        yield "only a ladder has an order", (*here, "order_by")


def _wrong_options(one: FieldFile, here: Loc) -> Wrong:
    for name in ("options", "rows"):
        given = getattr(one, name)
        ids = [option.id for option in given]
        for number, option in enumerate(given):
            if ids.index(option.id) != number:
                yield f"{option.id} stands twice", (*here, name, number)
            yield from _unsaid(option.text, (*here, name, number, "text"))


def unfit(catalogue: Catalogue) -> Mapping[str, Mapping[str, list[Problem]]]:
    """Forms of a protocol that is itself refused."""
    ways = catalogue.shelves.get("protocols", {})
    if not ways:
        return {}
    lost = {
        name: [Problem(f"content/protocols/{form.ref.protocol}/{form.ref.version}", 0, 0, said)]
        for name, form in catalogue.shelves.get("artefacts", {}).items()
        if str(form.ref.way) not in ways
        and (said := f"form {form.ref.form}: its protocol {form.ref.way} is refused")
    }
    return {"artefacts": lost} if lost else {}
