"""How complete answers are, in words: every number with what it is of."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def how_complete(counts: Any) -> str:
    """One sentence: how often questions were due, and how many answers there are."""
    if not counts.due:
        return _("Nothing was due yet.")
    return ngettext(
        "Questions were due %(due)s time; there are %(have)s answers (%(share)s %%).",
        "Questions were due %(due)s times; there are %(have)s answers (%(share)s %%).",
        counts.due,
    ) % {"due": counts.due, "have": counts.have, "share": round(100 * counts.share)}


def by_share(counts: Any) -> list[dict[str, str]]:
    """What became of each time that was due; what is none is left out."""
    rows = (
        (_("Answered in time"), counts.answered),
        (_("Answered late"), counts.late),
        (_("Would rather not"), counts.declined),
        (_("Ran out without an answer"), counts.expired),
        (_("Late and still open"), counts.waiting),
        (_("Due, and nobody asked"), counts.not_asked),
        (_("Left out on purpose, not counted"), counts.left_out),
    )
    return [{"term": term, "text": str(number)} for term, number in rows if number]


def minutes_words(minutes: int) -> str:
    """About how long it takes."""
    return ngettext("About %(number)s minute.", "About %(number)s minutes.", minutes) % {
        "number": minutes
    }
