"""The notes of a session beside each other: one about each who came; which of them is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.delivery import queries
from alongside.people import queries as people
from alongside.web.parts.pages import Request
from alongside.web.parts.people_words import relation


def of(request: Request, held: Any) -> list[Any]:
    """The notes of a session that the reader may read."""
    return queries.notes_of(seen_by=request.reader, sessions=[held])[held.pk]


def chosen(request: Request, notes: Sequence[Any]) -> Any:
    """The note the address names; where it names none, the first the reader has to write."""
    if "note" in request.GET:
        return _named(request, notes)
    own = (note for note in notes if _is_own_draft(request, note))
    return next(own, notes[0] if notes else None)


def named_or_404(request: Request, allowed: Any, held: Any) -> Any:
    """The note to write to, or to read: the one the address names, or the only one there is."""
    notes = list(allowed.filter(session=held))
    if "note" in request.GET:
        return _named(request, notes)
    if len(notes) != 1:
        raise Http404
    return notes[0]


def _named(request: Request, notes: Sequence[Any]) -> Any:
    try:
        pk = UUID(request.GET["note"])
    except ValueError:
        raise Http404 from None
    for note in notes:
        if note.pk == pk:
            return note
    raise Http404


def address(note: Any, name: str = "practitioner:session") -> str:
    """A page of the session that shows this note."""
    return f"{reverse(name, args=[note.session_id])}?note={note.pk}"


def which(note: Any, notes: Sequence[Any]) -> str:
    """What a note is called: by whom it is about, where the session has several."""
    if note is None or len(notes) < 2:
        return _("Note")
    return _("Note about %(name)s") % {"name": note.about.name}


def rows(request: Request, note: Any, notes: Sequence[Any]) -> list[dict[str, Any]]:
    """The notes to choose from, where there are several."""
    if len(notes) < 2:
        return []
    return [
        {
            "name": each.about.name,
            "url": address(each),
            "current": each is note,
            "tag": _("Signed") if each.signed_at else _("Draft, not signed"),
            "kind": "moss" if each.signed_at else "lamp",
        }
        for each in notes
    ]


def about_on_paper(request: Request, held: Any, note: Any) -> str:
    """Whom one of several notes is about, by their place in the circle: no name is on paper."""
    if len(of(request, held)) < 2:
        return ""
    if note.about_id == held.circle.focus_id:
        return _("the person themself")
    places = people.members_in(held.circle_id, seen_by=request.reader)
    word = next((each.relation for each in places if each.person_id == note.about_id), "")
    return relation(word)


def _is_own_draft(request: Request, note: Any) -> bool:
    return note.signed_at is None and note.written_by_id in request.reader.persons
