"""What staff are told about content: that its review is due, and what nobody has looked up yet."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import catalogue
from alongside.catalogue import standing
from alongside.web.parts.pages import short_day

PARTS = {
    "bands": gettext_lazy("the ranges"),
    "caseness": gettext_lazy("a treatment line"),
    "items": gettext_lazy("the questions"),
    "licence": gettext_lazy("the licence"),
    "loinc": gettext_lazy("a code for exchange"),
    "missing": gettext_lazy("the rule for open questions"),
    "other_changes": gettext_lazy("other values for change"),
    "reliable_change": gettext_lazy("how much change is reliable"),
    "scores": gettext_lazy("how the points are counted"),
}
OWN_PARTS = {
    "dose": gettext_lazy("how much of it is given"),
    "indications": gettext_lazy("for whom it is"),
    "evidence": gettext_lazy("a finding"),
    "whole": gettext_lazy("the whole text"),
}

LEVELS = {
    "A": gettext_lazy("emergency"),
    "B": gettext_lazy("very urgent"),
    "C": gettext_lazy("urgent"),
    "D": gettext_lazy("semi-urgent"),
    "E": gettext_lazy("routine"),
    "F": gettext_lazy("refer on"),
    "G": gettext_lazy("advice"),
}


def stale(kind: str, ref: str, today: date) -> str:
    """One sentence while the review of an item is overdue; nothing otherwise."""
    since = standing.stale_since(catalogue.current(), kind, ref, today)
    if since is None:
        return ""
    return _("Its review was due on %(day)s.") % {"day": short_day(since)}


def to_verify(kind: str, ref: str) -> str:
    """What of an item was written from general knowledge and is not looked up yet, in words."""
    item: Any = catalogue.current().shelves.get(kind, {}).get(ref)
    if item is None:
        return ""
    return ", ".join(dict.fromkeys(part_words(part) for part in standing.unverified_of(kind, item)))


def part_words(part: str) -> str:
    """One unverified part or source, as it is said."""
    name = part.split(".", maxsplit=1)[0]
    known = OWN_PARTS.get(part) or PARTS.get(name)
    if known is not None:
        return str(known)
    return part.removesuffix(standing.TO_VERIFY).strip()


def offered(instrument: Any, at: datetime) -> str:
    """The name of a measure where it is chosen, with that its review is overdue on the day that
    a moment is where the reader is."""
    today = at.astimezone(timezone.get_current_timezone()).date()
    if not stale("instruments", str(instrument.ref), today):
        return str(instrument.name)
    return _("%(name)s (review overdue)") % {"name": instrument.name}


def way_notes(protocol: str, today: date) -> list[str]:
    """What whoever works by a protocol is told about it: overdue, retired, not looked up."""
    cat = catalogue.current()
    ref = _ref(protocol)
    notes = [stale("protocols", ref, today)]
    if f"protocols/{ref}" in cat.retired:
        notes.append(_("It is not begun any more; what runs goes on as it is."))
    if to_verify("protocols", ref):
        notes.append(_("Parts of it are not looked up at their source yet."))
    return [note for note in notes if note]


def measure_notes(instrument: str, today: date) -> list[str]:
    """What whoever asks a measure is told about it, as ``way_notes`` of a way.

    Args:
        instrument: ``phq9@1``, or an id for its newest version.
    """
    cat = catalogue.current()
    ref = instrument if "@" in instrument else _newest_measure(instrument)
    notes = [stale("instruments", ref, today)]
    if f"instruments/{ref}" in cat.retired:
        notes.append(_("It is asked anew no more; what was begun with it goes on."))
    if said := to_verify("instruments", ref):
        notes.append(_("Not looked up at its source yet: %(parts)s.") % {"parts": said})
    return [note for note in notes if note]


def _newest_measure(id: str) -> str:
    cat = catalogue.current()
    held = cat.newest("instruments", id)
    return held or (str(cat.instrument(id).ref) if cat.is_retired(id) else id)


def _ref(protocol: str) -> str:
    name = protocol.partition("/")[0]
    return name if "@" in name else catalogue.current().newest("protocols", name) or name
