"""What a course shows of itself, in words: stop rules met, sheets behind, what completion asks.

The words are content: they come in the reader's language from the protocol's own wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.delivery import artefacts
from alongside.web.parts import sheets


def texts() -> Mapping[str, str]:
    """The texts of gates and protocols by key, in the reader's language."""
    whole, language = catalogue.current(), get_language() or "en"
    held = _texts.get(language)
    if held is None or held[0] is not whole:
        held = _texts[language] = (whole, whole.reasons(language))
    return held[1]


_texts: dict[str, tuple[Any, Mapping[str, str]]] = {}  # built again when the content changes


def of_way(way: Any, part: str, fallback: str) -> str:
    """One text of a protocol in the reader's language: ``steps/baseline``."""
    return texts().get(f"protocols/{way.ref}/{part}", fallback)


def step_name(way: Any, step: str) -> str:
    """What a step is called in the reader's language."""
    if (said := of_way(way, f"steps/{step}", "")) != "":
        return said
    return next((one.name for phase in way.phases for one in phase.steps if one.id == step), step)


def standing(way: Any, course: Any, state: Any, *, may_fill: bool) -> dict[str, Any]:
    """What the card of a course says besides its ladder.

    Returns:
        ``stops`` with what happened and what is done then; ``behind``: forms that sessions still
        lack, with a link; ``completion``: the parts with whether they are met.
    """
    return {
        "stops": [
            {
                "text": of_way(way, f"stop_rules/{rule.id}/text", rule.text),
                "then": of_way(way, f"stop_rules/{rule.id}/then", rule.then),
                "is_stop": rule.effect == "stop",
            }
            for rule in state.stops
        ],
        "behind": [
            _behind(course, form, number, may_fill=may_fill) for form, number in state.forms_behind
        ],
        "completion": completion(way, state),
    }


def _behind(course: Any, form: str, number: int, *, may_fill: bool) -> dict[str, str]:
    here = artefacts.forms_of(course)
    title = sheets.title_of(str(here[form].ref)) if form in here else form.replace("_", " ")
    return {
        "title": title,
        "text": ngettext(
            "%(number)s session has none yet", "%(number)s sessions have none yet", number
        )
        % {"number": number},
        "url": reverse("practitioner:sheet-new", args=[course.pk, form])
        if may_fill and form in here
        else "",
    }


def completion(way: Any, state: Any) -> list[dict[str, Any]]:
    """What a course needs to count as completed, part by part."""
    asks, found = way.completion, []
    if state.completion.sessions_wanted is not None:
        words = _("%(wanted)s sessions held; there are %(held)s")
        found.append(
            {
                "text": words
                % {"wanted": state.completion.sessions_wanted, "held": state.sessions_held},
                "is_met": state.completion.enough_sessions,
            }
        )
    for part in asks.all_of:
        text = asks.texts.get(part)
        if text is None:
            text = step_name(way, part)
        else:
            text = of_way(way, f"completion_parts/{part}", text)
        found.append({"text": text, "is_met": part in state.completion.met})
    return found


def form_of_gate(state: Any, course: Any) -> tuple[str, str]:
    """Where the form that opens a gate is filled in, and the words of its button."""
    here = artefacts.forms_of(course)
    for form in state.forms:
        if form in here and artefacts.is_time_for(course, here[form]):
            url = reverse("practitioner:sheet-new", args=[course.pk, form])
            return url, _("Fill in: %(form)s") % {"form": sheets.title_of(str(here[form].ref))}
    return "", ""
