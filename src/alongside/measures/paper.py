"""What a form on paper may show, its code, and which forms wait for their second typing."""

from __future__ import annotations

from typing import Any, Literal

from alongside.engine.instruments import Instrument
from alongside.measures.codes import code_of, ids_of
from alongside.measures.models import Asking, Typing
from alongside.people.models import Circle
from alongside.records.fields import prepare

Refusal = Literal["", "words", "person"]


def why_not_printed(instrument: Instrument) -> Refusal:
    """Why a form cannot be given out on paper; empty when it can.

    ``words``: its licence keeps the words out of here. ``person``: a trained person asks it.
    """
    if instrument.licence.tier != "ship" or not instrument.items:
        return "words"
    alone = instrument.role != "safety" and instrument.respondent in ("self", "informant")
    return "" if alone else "person"


def code(asking: Asking) -> str:
    """What stands on the paper in place of a name: ``K7M2-9QXD``."""
    return code_of(asking.pk)


def of_code(typed: str, *, seen_by: Any) -> Asking | None:
    """The asking whose code was typed, if this reader may read it; a mistyped code finds none."""
    span = ids_of(typed)
    if span is None:
        return None
    rows = Asking.objects.visible_to(seen_by).filter(pk__gte=span[0], pk__lte=span[1])
    found = list(rows.select_related("circle")[:2])
    return found[0] if len(found) == 1 else None


def open_of_circle(typed: str, *, seen_by: Any) -> list[Asking]:
    """What is still open in the case whose code was typed, as far as this reader may read it."""
    wanted = typed.strip().upper()
    circles = Circle.objects.visible_to(seen_by).filter(code=wanted) if wanted else []
    rows = Asking.objects.visible_to(seen_by).filter(circle__in=[each.pk for each in circles])
    return list(rows.filter(answered_at=None, declined_at=None).select_related("circle")[:20])


def first_typing(asking: Asking, *, seen_by: Any) -> Typing | None:
    """The first typing of a form, for who may write its answers down."""
    rows = Typing.objects.writable_by(seen_by, "C").select_related("written_by")
    found: Typing | None = rows.filter(asking=asking).first()
    return found


def half_typed(*, seen_by: Any) -> list[Typing]:
    """The forms that were typed in once and wait for the second time, oldest first."""
    rows = Typing.objects.writable_by(seen_by, "C").select_related("asking__circle", "written_by")
    found = list(rows.order_by("typed_at", "pk")[:100])
    prepare([row.written_by for row in found], "name")
    return found
