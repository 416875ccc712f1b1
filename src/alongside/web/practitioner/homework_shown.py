"""Tasks to try at home as rows of a list, and how many of them were tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from alongside.delivery import rules
from alongside.web.parts import sheets
from alongside.web.parts.pages import Request, local_day, short_day
from alongside.web.practitioner import delivery_words as said


def homework_row(request: Request, row: Any, *, may_tell: bool) -> dict[str, Any]:
    """One task: what, whose, by when, what came of it, and what may be done with it."""
    word, kind = said.DONE[row.done]
    return {
        "pk": row.pk,
        "task": row.task,
        "whose": row.about.name,
        "text": " · ".join(
            part
            for part in (
                row.about.name,
                row.when_where,
                _("form: %(form)s") % {"form": sheets.title_of(row.form)} if row.form else "",
                _("set %(day)s") % {"day": short_day(local_day(request, row.set_at))},
                _("due %(day)s") % {"day": short_day(row.due_on)} if row.due_on else "",
                _("%(number)s of 10 hard") % {"number": row.difficulty}
                if row.difficulty is not None
                else "",
            )
            if part
        ),
        "obstacle": row.obstacle,
        "learning": row.learning,
        "tag": word,
        "tag_kind": kind,
        "reviewed": row.reviewed_at is not None,
        "version": row.version,
        "tell_url": reverse("practitioner:homework-tell", args=[row.pk])
        if may_tell and row.reviewed_at is None
        else "",
        "review_url": reverse("practitioner:homework-review", args=[row.pk])
        if may_tell and row.told_at is not None and row.reviewed_at is None
        else "",
    }


def rate_of(rows: Sequence[Any]) -> dict[str, Any]:
    """How many of those that were told of were tried, and whether that is few."""
    done, told = rules.tried_of(row.done for row in rows)
    return {
        "told": told,
        "done": done,
        "share": done / told if told else 0,
        "is_low": rules.is_low(done, told),
    }
