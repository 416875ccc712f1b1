"""What differs between two versions of a protocol, in words: for a course, and in the office."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.catalogue.chooser import in_words
from alongside.engine.differing import Difference
from alongside.engine.protocols.shapes import Range
from alongside.web.parts.pages import short_day
from alongside.web.parts.way_words import (
    DELIVERERS,
    FORMATS,
    STEPS,
    STOPS,
    TREATS,
    WHEN,
    range_words,
)
from alongside.web.parts.way_words import EFFECTS as EXCLUDES

Words = Mapping[str, str]
SHORT = 140  # letters of a value that is shown beside what it was
PARTS: Mapping[str, Any] = {
    "dose": gettext_lazy("How much of it"),
    "phases": gettext_lazy("Phases"),
    "steps": gettext_lazy("Steps"),
    "gates": gettext_lazy("Gates"),
    "measures": gettext_lazy("Measures"),
    "forms": gettext_lazy("Forms"),
    "each_session": gettext_lazy("Forms of each session"),
    "consents": gettext_lazy("Consent that is asked for"),
    "deliverers": gettext_lazy("Who may deliver it"),
    "stop_rules": gettext_lazy("When it stops"),
    "completion": gettext_lazy("When it counts as completed"),
    "skeleton": gettext_lazy("Headings of the note"),
    "variants": gettext_lazy("Forms of it"),
    "indications": gettext_lazy("For whom"),
    "exclusions": gettext_lazy("What speaks against it"),
    "cautions": gettext_lazy("What to mind"),
    "evidence": gettext_lazy("What was found"),
    "whole": gettext_lazy("As a whole"),
    "sources": gettext_lazy("Sources"),
}
TAGS: Mapping[str, tuple[Any, str, str]] = {
    "new": (gettext_lazy("new"), "moss", "plus"),
    "gone": (gettext_lazy("taken out"), "lamp", "circle-dashed"),
    "changed": (gettext_lazy("changed"), "pen", ""),
}
# What a field of a part is called; one that is not here is "its rules".
FIELDS: Mapping[str, Any] = {
    "name": gettext_lazy("its name"),
    "what": gettext_lazy("what it is"),
    "sessions": gettext_lazy("sessions"),
    "sessions_by_variant": gettext_lazy("sessions"),
    "minutes": gettext_lazy("minutes"),
    "spacing_days": gettext_lazy("days between two"),
    "window_weeks": gettext_lazy("weeks in all"),
    "goals": gettext_lazy("its goals"),
    "artefacts": gettext_lazy("the forms it asks for"),
    "exit": gettext_lazy("what it is done with"),
    "before_start": gettext_lazy("whether it lies before the start"),
    "kind": gettext_lazy("its kind"),
    "required": gettext_lazy("may it be left out"),
    "after": gettext_lazy("what comes before it"),
    "gates": gettext_lazy("the gates before it"),
    "artefact": gettext_lazy("the form it makes"),
    "within_days": gettext_lazy("days it may take"),
    "not_before_days": gettext_lazy("days it waits"),
    "since": gettext_lazy("what its days count from"),
    "when": gettext_lazy("when"),
    "every": gettext_lazy("every how many sessions"),
    "days": gettext_lazy("every how many days"),
    "followup_days": gettext_lazy("days afterwards"),
    "followup_months": gettext_lazy("months afterwards"),
    "of": gettext_lazy("who is asked"),
    "primary": gettext_lazy("is it the main measure"),
    "at_least": gettext_lazy("how many"),
    "credentials": gettext_lazy("the training it asks for"),
    "model_training": gettext_lazy("the training it asks for"),
    "supervision": gettext_lazy("supervision"),
    "text": gettext_lazy("its words"),
    "texts": gettext_lazy("its words"),
    "title": gettext_lazy("its title"),
    "fields": gettext_lazy("what is filled in"),
    "then": gettext_lazy("what is done then"),
    "effect": gettext_lazy("what it does"),
    "reason": gettext_lazy("why"),
    "release": gettext_lazy("what settles it"),
    "source": gettext_lazy("its source"),
    "limits": gettext_lazy("its limits"),
    "strength": gettext_lazy("how sure it is"),
    "needs": gettext_lazy("what it speaks of"),
    "severity": gettext_lazy("how severe"),
    "age": gettext_lazy("age"),
    "share_attended": gettext_lazy("share of the sessions, in per cent"),
    "sessions_attended": gettext_lazy("sessions attended"),
    "all_of": gettext_lazy("what must be done"),
    "partial": gettext_lazy("what counts in part"),
    "dose": gettext_lazy("how much of it"),
    "note": gettext_lazy("its note"),
    "unverified": gettext_lazy("is it looked up"),
    "family": gettext_lazy("its kind"),
    "treats": gettext_lazy("whom it treats"),
    "runnable": gettext_lazy("can it be begun"),
    "alerts": gettext_lazy("levels of alert that make it run"),
    "formats": gettext_lazy("how"),
    "settings": gettext_lazy("where"),
    "checked": gettext_lazy("checked against its sources"),
    "review_by": gettext_lazy("next review"),
    "variants": gettext_lazy("for which of its forms"),
    "but_not": gettext_lazy("for which of its forms"),
    "without_phases": gettext_lazy("phases it leaves out"),
}
ASKED: Mapping[str, Any] = {
    "person": gettext_lazy("the person"),
    "relatives": gettext_lazy("relatives"),
    "each_member": gettext_lazy("each one treated"),
    "clinician": gettext_lazy("the clinician"),
    "site": gettext_lazy("the place"),
}


def sections(
    before: Any, after: Any, found: Iterable[Difference], *, done: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The differences by part, each as rows ``{title, text, why, tag, tag_kind, tag_icon}``.

    Args:
        before, after: the two protocols. done: steps of a course that were done already.
    """
    words = catalogue.current().reasons(get_language() or "en")
    by_part: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        row = _row(before, after, one, words)
        if one.part == "steps" and one.word == "gone" and one.id in done:
            row["text"] = _("It was done; that stays on record.")
        by_part.setdefault(one.part, []).append(row)
    return [{"title": str(PARTS[part]), "rows": rows} for part, rows in by_part.items()]


def _row(before: Any, after: Any, one: Difference, words: Words) -> dict[str, Any]:
    way = before if one.word == "gone" else after
    tag, kind, icon = TAGS[one.word]
    texts = _changes(one, words) if one.word == "changed" else _at_first(one, words)
    if one.part == "gates":
        where = one.id.partition("/")[0]
        texts.insert(0, _("Before the start") if where == "start" else _("Before each session"))
    return {
        "title": _name(way, one, words),
        "text": " · ".join(text for text in texts if text),
        # A gate is named by its reason already.
        "why": []
        if one.part == "gates"
        else [
            _("It waits while: %(reason)s") % {"reason": in_words(reason, words)}
            for reason in one.reasons
        ],
        "tag": str(tag),
        "tag_kind": kind,
        "tag_icon": icon,
    }


def _name(way: Any, one: Difference, words: Words) -> str:
    """What a difference is about, in the reader's language."""
    cat, key = catalogue.current(), f"protocols/{way.ref}"
    row = one.after if one.after is not None else one.before
    if one.part == "gates" and one.reasons:
        return in_words(one.reasons[0], words)
    if one.part in ("forms", "each_session"):
        form = cat.artefacts_of(str(way.ref)).get(one.id)
        return one.id.replace("_", " ") if form is None else _in(form.title)
    named: Mapping[str, Callable[[], str]] = {
        "dose": lambda: str(PARTS["dose"]),
        "completion": lambda: str(PARTS["completion"]),
        "phases": lambda: words.get(f"{key}/phases/{one.id}/name", row.name),
        "steps": lambda: words.get(f"{key}/steps/{one.id}", row.name),
        "skeleton": lambda: words.get(f"{key}/skeleton/{one.id}", row.name),
        "variants": lambda: words.get(f"{key}/variants/{one.id}/name", row.name),
        "measures": lambda: _instrument(one.id),
        "consents": lambda: _consent(one.id),
        "deliverers": lambda: str(DELIVERERS.get(row.role, row.role)).capitalize(),
        "stop_rules": lambda: words.get(f"{key}/stop_rules/{one.id}/text", row.text),
        "indications": lambda: words.get(f"{key}/indications/{one.id}", row.text),
        "exclusions": lambda: words.get(f"{key}/exclusions/{one.id}/text", row.reason.text),
        "cautions": lambda: words.get(row.key, row.text),
        "evidence": lambda: words.get(row.key, row.text),
        "whole": lambda: str(FIELDS.get(one.id, one.id)).capitalize(),
        "sources": lambda: one.id,
    }
    say = named.get(one.part)
    return one.id if say is None else str(say())


def _instrument(id: str) -> str:
    cat = catalogue.current()
    ref = cat.newest("instruments", id.partition(" ")[0])
    return id if ref is None else str(cat.instruments[ref].name)


def _consent(id: str) -> str:
    cat = catalogue.current()
    form = cat.consent_forms.get(cat.newest("consent_forms", id) or "")
    return id if form is None else str(form.title(get_language() or "en"))


def _in(words: Words) -> str:
    return words.get(get_language() or "en") or words.get("en") or ""


def _at_first(one: Difference, words: Words) -> list[str]:
    """The first facts of something that is new or gone."""
    row = one.after if one.after is not None else one.before
    if one.part == "steps":
        days = row.within_days
        return [
            str(STEPS[row.kind]),
            "" if row.required else _("May be left out."),
            ngettext("Within %(days)s day.", "Within %(days)s days.", days) % {"days": days}
            if days is not None
            else "",
        ]
    if one.part == "measures":
        return [_value("when", row.when), _("main measure") if row.primary else ""]
    if one.part == "phases":
        return [f"{FIELDS['sessions']}: {range_words(row.sessions)}" if row.sessions.min else ""]
    if one.part == "stop_rules":
        return [str(STOPS[row.effect])]
    if one.part == "exclusions":
        return [str(EXCLUDES[row.effect])]
    return [getattr(row, "source", "")]


def _changes(one: Difference, words: Words) -> list[str]:
    """What differs in something that is in both: what it was and is, or that it does differ."""
    said: dict[str, None] = {}
    for name in one.fields:
        label = str(FIELDS.get(name, _("its rules")))
        if one.part == "gates" and name == "of":
            label = _("what it asks for")
        if one.part == "whole":
            was, now = _value(name, one.before), _value(name, one.after)
        else:
            was, now = (_value(name, getattr(row, name)) for row in (one.before, one.after))
        short = was and now and was != now and len(was) + len(now) <= SHORT
        said[f"{label}: {was} → {now}" if short else label] = None
    return list(said) if one.part != "whole" else [each.partition(": ")[2] for each in said]


def _value(name: str, value: Any) -> str:
    """A value where a few letters say it; nothing where they do not."""
    if isinstance(value, bool):
        if name == "required":
            value = not value
        if name == "unverified":
            value = not value
        return _("yes") if value else _("no")
    if isinstance(value, Range):
        return range_words(value) or "–"
    if isinstance(value, date):
        return short_day(value)
    if isinstance(value, int):
        return str(value)
    if value is None:
        return "–"
    return _listed(name, value)


def _listed(name: str, value: Any) -> str:
    lists: Mapping[str, Mapping[str, Any]] = {
        "when": WHEN, "kind": STEPS, "formats": FORMATS, "treats": TREATS, "of": ASKED,
    }  # fmt: skip
    known = lists.get(name)
    if name == "of" and not isinstance(value, str):
        return ", ".join(_consent(_instrument(one)) for one in value) or "–"
    if known is not None and isinstance(value, str):
        return str(known.get(value, value))
    if known is not None:
        return ", ".join(str(known.get(one, one)) for one in value) or "–"
    if name in ("name", "text", "exit", "what", "then") and isinstance(value, str):
        return value
    if name in ("followup_days", "followup_months", "alerts") or (
        name == "sessions" and isinstance(value, tuple)
    ):
        return ", ".join(str(one) for one in value) or "–"
    return ""


# -- measures --------------------------------------------------------------------------------------

INSTRUMENT_PARTS: Mapping[str, Any] = {
    "items": gettext_lazy("Questions"),
    "answers": gettext_lazy("Answers"),
    "codes": gettext_lazy("Answers without points"),
    "scores": gettext_lazy("How the points are counted"),
    "missing": gettext_lazy("The rule for open questions"),
    "bands": gettext_lazy("Ranges"),
    "caseness": gettext_lazy("From when on it counts"),
    "reliable_change": gettext_lazy("Reliable change"),
    "results": gettext_lazy("Results"),
    "whole": gettext_lazy("As a whole"),
    "languages": gettext_lazy("Languages"),
    "words": gettext_lazy("Words"),
}
INSTRUMENT_FIELDS: Mapping[str, Any] = {
    "name": gettext_lazy("its name"),
    "licence": gettext_lazy("the licence"),
    "role": gettext_lazy("what it is for"),
    "respondent": gettext_lazy("who answers"),
    "recall": gettext_lazy("the time it asks about"),
    "interval": gettext_lazy("how often it is asked"),
    "min_age": gettext_lazy("from which age"),
    "max_age": gettext_lazy("until which age"),
    "validated": gettext_lazy("is it validated"),
    "source": gettext_lazy("its source"),
    "review_by": gettext_lazy("next review"),
    "unverified": gettext_lazy("what is not looked up yet"),
    "details": gettext_lazy("what is asked besides"),
    "variant": gettext_lazy("its form"),
    "options": gettext_lazy("its answers"),
    "reversed": gettext_lazy("is it counted backwards"),
    "scored": gettext_lazy("does it count"),
    "optional": gettext_lazy("may it be left out"),
    "ask_if": gettext_lazy("when it is asked"),
    "skip_if": gettext_lazy("when it is not asked"),
    "unasked": gettext_lazy("what it counts as when it is not asked"),
    "kind": gettext_lazy("how it adds up"),
    "items": gettext_lazy("its questions"),
    "lowest": gettext_lazy("from"),
    "highest": gettext_lazy("up to"),
    "higher_is": gettext_lazy("which way is better"),
    "multiply": gettext_lazy("times"),
    "max_missing": gettext_lazy("how many may be open"),
    "max": gettext_lazy("how many may be open"),
    "op": gettext_lazy("how it is compared"),
    "value": gettext_lazy("points"),
    "is_default": gettext_lazy("is it the one used"),
    "whom": gettext_lazy("for whom"),
    "basis": gettext_lazy("how it is known"),
    "stem": gettext_lazy("the sentence before the questions"),
    "introduction": gettext_lazy("the introduction"),
}


def instrument_sections(
    before: Mapping[str, Any], after: Mapping[str, Any], found: Iterable[Difference]
) -> list[dict[str, Any]]:
    """The differences of a measure by part, as ``sections`` gives those of a protocol.

    Args:
        before, after: the wordings of the two versions by language.
    """
    language = get_language() or "en"
    words = [
        held.get(language) or held.get("en") or next(iter(held.values()), None)
        for held in (before, after)
    ]
    by_part: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        tag, kind, icon = TAGS[one.word]
        held = words[0] if one.word == "gone" else words[1]
        row = {
            "title": _instrument_name(one, held),
            "text": " · ".join(_instrument_changes(one)),
            "why": [],
            "tag": str(tag),
            "tag_kind": kind,
            "tag_icon": icon,
        }
        by_part.setdefault(one.part, []).append(row)
    return [{"title": str(INSTRUMENT_PARTS[part]), "rows": rows} for part, rows in by_part.items()]


def _instrument_name(one: Difference, words: Any) -> str:
    row = one.after if one.after is not None else one.before
    if one.part == "whole":
        return str(INSTRUMENT_FIELDS[one.id]).capitalize()
    if one.part == "missing":
        return str(INSTRUMENT_PARTS["missing"])
    if one.part == "words":
        language, name, *rest = one.id.split("/")
        label = str(INSTRUMENT_FIELDS.get(name) or INSTRUMENT_PARTS.get(name) or _("words"))
        return " · ".join([language, label, *(word.replace("_", " ") for word in rest)])
    id = one.id.rpartition("/")[2]
    known = {
        "items": lambda: words.items.get(one.id),
        "bands": lambda: words.bands.get(row.name),
        "scores": lambda: words.scores.get(one.id),
        "results": lambda: words.results.get(one.id),
    }
    said = known[one.part]() if words is not None and one.part in known else None
    plain = id.replace("_", " ")
    return f"{plain}: {said}" if said else plain


def _instrument_changes(one: Difference) -> list[str]:
    """What it was and is, where a few letters say it; else the names of what differs."""
    if one.word != "changed":
        row = one.after if one.after is not None else one.before
        known = {
            "bands": lambda: _("from %(points)s points") % {"points": row.lowest},
            "caseness": lambda: f"{row.op} {row.value}",
            "reliable_change": lambda: str(row.value),
        }
        return [known[one.part]()] if one.part in known else []
    if one.part in ("whole", "words", "answers"):
        was, now = _short(one.before), _short(one.after)
        return [f"{was} → {now}"] if was and now else []
    said: dict[str, None] = {}
    for name in one.fields:
        label = str(INSTRUMENT_FIELDS.get(name, _("its rules")))
        was, now = (_short(getattr(row, name)) for row in (one.before, one.after))
        said[f"{label}: {was} → {now}" if was and now and was != now else label] = None
    return list(said)


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return "–"
    if isinstance(value, str | int | date | Decimal):
        said = str(value)
        return said if len(said) <= SHORT // 2 * 3 else ""
    return ""
