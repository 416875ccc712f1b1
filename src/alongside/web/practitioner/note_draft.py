"""The draft of a note on the page of its session: what is offered and taken, and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from alongside.delivery import drafting, rules
from alongside.engine import notes as engine
from alongside.engine.notes import Line
from alongside.web.parts.pages import Request, short_day

ALL = "all"
FROM = {
    "attendance": gettext_lazy("Who came"),
    "danger_asked": gettext_lazy("Danger, asked in this session"),
    "measure": gettext_lazy("Answers"),
    "agenda": gettext_lazy("Agenda"),
    "homework_told": gettext_lazy("How it went at home"),
    "homework_set": gettext_lazy("To try at home"),
    "artefact": gettext_lazy("A sheet"),
    "step": gettext_lazy("Steps in this session"),
}


def draft_of(request: Request, note: Any) -> tuple[Line, ...]:
    """The sentences for this note, in the reader's language."""
    return drafting.draft_of(
        note, seen_by=request.reader, language=get_language() or "en", day=short_day
    )


def begun(note: Any, lines: Sequence[Line]) -> Mapping[str, str]:
    """The parts of a note as its form begins: as they are kept; never written, as drafted."""
    parts = rules.parts_of(note.parts)
    return parts if note.version > 1 else engine.added(parts, lines)


def offered(
    note: Any, lines: Sequence[Line], labels: Sequence[tuple[str, str, bool]]
) -> list[dict[str, Any]]:
    """What stands nowhere in the note yet, by the part it would go to."""
    open_lines = engine.not_there(lines, begun(note, lines))
    found = []
    for part, label, _must in labels:
        rows = [line for line in open_lines if line.part == part]
        if rows:
            found.append({"part": label, "take": part, "lines": [_row(note, row) for row in rows]})
    return found


def stands(
    note: Any, lines: Sequence[Line], labels: Sequence[tuple[str, str, bool]]
) -> list[dict[str, Any]]:
    """The sentences of the note that were drafted, each with a way to what it comes from."""
    return _with_part(note, engine.standing(lines, begun(note, lines)), labels)


def drawn(note: Any, labels: Sequence[tuple[str, str, bool]]) -> list[dict[str, Any]]:
    """The same of a signed note, as it was when it was signed."""
    return _with_part(note, drafting.drawn_from(note), labels)


def taken(request: Request, note: Any, parts: Mapping[str, str]) -> Mapping[str, str]:
    """What was typed, with the offered lines that were pressed: of one part, or all of them."""
    pressed = request.POST.get("take", "")
    if not pressed:
        return parts
    lines = [line for line in draft_of(request, note) if pressed in (ALL, line.part)]
    return engine.added(parts, lines)


def typed_with_version(request: Request, version: int) -> QueryDict:
    """What was sent, as if it had been made from this version."""
    typed = request.POST.copy()
    typed["version"] = str(version)
    return typed


def _with_part(
    note: Any, lines: Sequence[Line], labels: Sequence[tuple[str, str, bool]]
) -> list[dict[str, Any]]:
    names = {part: label for part, label, _must in labels}
    return [{**_row(note, line), "part": names.get(line.part, line.part)} for line in lines]


def _row(note: Any, line: Line) -> dict[str, str]:
    return {
        "text": line.text,
        "source": str(FROM.get(line.kind, line.kind)),
        "url": _address(note, line.source),
    }


def _address(note: Any, source: str) -> str:
    """Where a reader finds what a sentence comes from."""
    kind, _colon, pk = source.partition(":")
    case = note.session.course.plan.case_id
    if kind == "measure":
        return reverse("practitioner:measure-response", args=[case, UUID(pk)])
    if kind == "sheet":
        return reverse("practitioner:sheet", args=[UUID(pk)])
    if kind == "homework":
        return reverse("practitioner:case-sessions", args=[case])
    return ""
