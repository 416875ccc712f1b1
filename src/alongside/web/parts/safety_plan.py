"""The safety plan on a page: its form, its steps, its card; the same words at every door."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside.crisis import safety_plan, six_parts
from alongside.crisis.six_parts import PARTS, RATED, TO_CALL, Part, SixParts
from alongside.directory import queries as directory
from alongside.records import clock
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, day_words, local_day

TITLES: Mapping[str, Any] = {
    "signs": gettext_lazy("Signs it’s getting hard"),
    "own": gettext_lazy("Things I can do on my own"),
    "distraction": gettext_lazy("People and places that take my mind off it"),
    "people": gettext_lazy("People I can ask for help"),
    "professionals": gettext_lazy("Professionals I can call"),
    "safer": gettext_lazy("Making it safer around me"),
}
SHORT: Mapping[str, Any] = {
    "signs": gettext_lazy("Signs"),
    "own": gettext_lazy("On my own"),
    "distraction": gettext_lazy("People, places"),
    "people": gettext_lazy("Ask"),
    "professionals": gettext_lazy("Call"),
    "safer": gettext_lazy("Safer"),
}
HINTS: Mapping[str, Any] = {
    "signs": gettext_lazy("One a line. What do you think, feel or do when it begins?"),
    "own": gettext_lazy("One a line, the best one first. What has helped before?"),
    "distraction": gettext_lazy("One a line. You don’t have to tell them how you feel."),
    "people": gettext_lazy("One person a line: name, number, when you can call."),
    "professionals": gettext_lazy("One a line: name, number, hours. A crisis line is a good one."),
    "safer": gettext_lazy(
        "One a line: what is put away, who keeps it, until when. Write no more than you need."
    ),
}
MANY = 2000


class PlanForm(Form):
    """All six parts. Nothing must be filled in; what is left empty stays empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in PARTS:
            self.fields[name] = Text(
                label=TITLES[name], help_text=HINTS[name], max_length=MANY, lines=4, required=False
            )
            self.fields[f"{name}_none"] = Text(
                label=_("We talked about this, and there is nothing, because:"),
                max_length=300,
                required=False,
            )
            if name in RATED:
                self.fields[f"{name}_likely"] = forms.TypedChoiceField(
                    label=_("How likely are you to use this? 0 is not at all, 10 is surely."),
                    choices=[("", _("Not asked")), *((n, str(n)) for n in six_parts.LIKELY)],
                    coerce=int,
                    empty_value=None,
                    required=False,
                )
                self.fields[f"{name}_in_the_way"] = Text(
                    label=_("What could get in the way?"), max_length=300, required=False
                )
        self.fields["reason"] = Text(
            label=_("One reason for living"),
            help_text=_("In your own words. It can be small."),
            max_length=500,
            lines=2,
            required=False,
        )

    def plan(self) -> SixParts:
        """What was written, as a plan."""
        given = self.cleaned_data
        return SixParts(
            parts={
                name: Part(
                    lines=six_parts.lines_of(given[name]),
                    none=given[f"{name}_none"].strip(),
                    likely=given.get(f"{name}_likely"),
                    in_the_way=given.get(f"{name}_in_the_way", "").strip(),
                )
                for name in PARTS
            },
            reason=given["reason"].strip(),
        )

    def steps(self) -> list[dict[str, Any]]:
        """The fields of each part together, for the page."""
        return [
            {
                "name": name,
                "field": self[name],
                "more": [
                    self[more]
                    for more in (f"{name}_none", f"{name}_likely", f"{name}_in_the_way")
                    if more in self.fields
                ],
                "is_open": any(
                    self[more].errors
                    for more in (f"{name}_none", f"{name}_likely", f"{name}_in_the_way")
                    if more in self.fields
                ),
            }
            for name in PARTS
        ]


def fields_of(plan: SixParts) -> dict[str, str]:
    """The plan as the fields of the form."""
    found = {"reason": plan.reason}
    for name in PARTS:
        part = plan.part(name)
        found[name] = "\n".join(part.lines)
        found[f"{name}_none"] = part.none
        if name in RATED:
            found[f"{name}_likely"] = "" if part.likely is None else str(part.likely)
            found[f"{name}_in_the_way"] = part.in_the_way
    return found


def pairs_of(given: Mapping[str, str], saved: SixParts) -> list[tuple[str, str, str, str]]:
    """For the page with two texts: name, label, what was typed, what is saved now."""
    labels = {name: str(field.label) for name, field in PlanForm().fields.items()}
    theirs = fields_of(saved)
    return [
        (name, _label(name, label), _plain(given.get(name, "")), theirs.get(name, ""))
        for name, label in labels.items()
    ]


def _label(name: str, label: str) -> str:
    part = next((p for p in PARTS if name.startswith(f"{p}_")), "")
    return f"{TITLES[part]}: {label}" if part else label


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def steps_of(
    plan: SixParts,
    *,
    shared: Mapping[str, Sequence[str]] | None = None,
    share_urls: Mapping[str, str] | None = None,
    with_ratings: bool = False,
) -> list[dict[str, Any]]:
    """What ``parts/plan.html`` shows.

    Args:
        shared: by part, a sentence for each person who sees something of it.
        share_urls: by part, where it is shared.
        with_ratings: also how likely it is used and what gets in the way.
    """
    return [
        {
            "title": TITLES[name],
            **_words(name, plan.part(name).lines),
            "empty": _empty(plan.part(name)),
            "rated": _rated(plan.part(name)) if with_ratings else "",
            "shared": " ".join((shared or {}).get(name, ())),
            "share_url": (share_urls or {}).get(name, "") if plan.part(name).lines else "",
        }
        for name in PARTS
    ]


def lines_shown(part: str, lines: Sequence[str]) -> dict[str, Any]:
    """One part alone, as a step: for whom it is shared with."""
    return {"title": TITLES[part], **_words(part, lines)}


def _words(name: str, lines: Sequence[str]) -> dict[str, Any]:
    calls, rest = [], list(lines)
    if name in TO_CALL:
        found = [(line, six_parts.call_of(line)) for line in lines]
        rest = [line for line, call in found if call is None]
        calls = [
            {
                "href": call.href,
                "title": call.title
                if call.number == call.title
                else f"{call.title}, {call.number}",
                "note": call.note,
            }
            for _line, call in found
            if call is not None
        ]
    return {
        "items": rest if len(rest) > 1 else [],
        "text": rest[0] if len(rest) == 1 else "",
        "calls": calls,
    }


def _empty(part: Part) -> str:
    if part.lines:
        return ""
    if part.none:
        return _("Talked about: %(why)s") % {"why": part.none}
    return _("Nothing is written here yet.")


def _rated(part: Part) -> str:
    said = []
    if part.likely is not None:
        said.append(_("Likely to use it: %(number)s of 10.") % {"number": part.likely})
    if part.in_the_way:
        said.append(_("In the way: %(what)s") % {"what": part.in_the_way})
    return " ".join(said)


def card_of(plan: SixParts) -> list[dict[str, str]]:
    """The lines of the card for the wallet; a part without words has no line."""
    return [
        {"term": str(SHORT[name]), "text": " · ".join(plan.part(name).lines)}
        for name in PARTS
        if plan.part(name).lines
    ]


def emergency_of(help_now: Mapping[str, Any]) -> dict[str, str] | None:
    """The call at the top of every plan; None before the country is known."""
    number = str(help_now.get("emergency") or "")
    if not number:
        return None
    return {
        "href": f"tel:{number}",
        "title": _("I’m in danger now: call %(number)s") % {"number": number},
        "note": _("Say where you are first."),
    }


def reason_of(plan: SixParts) -> dict[str, str] | None:
    """The reason for living, as a voice."""
    return {"text": plan.reason, "who": _("My reason")} if plan.reason else None


def shared_words(rows: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    """By part, a sentence for each share: part, who, until which day."""
    found: dict[str, list[str]] = {}
    for part, who, until in rows:
        found.setdefault(part, []).append(
            _("%(who)s sees lines of this step until %(until)s.") % {"who": who, "until": until}
        )
    return found


def shared(request: Request, circle: UUID) -> list[tuple[str, str, str]]:
    """Part, with whom and until when, of every line that is shown to somebody now."""
    rows = safety_plan.shares(circle, seen_by=request.reader, at=clock.now())
    return [
        (row.part, str(row.person), day_words(local_day(request, row.until)))
        for row in rows
        if safety_plan.shown_lines(row)
    ]


def help_here() -> dict[str, Any]:
    """Whom to call now in the country of this house."""
    house = directory.house()
    return directory.help_now(house.country if house else "", get_language() or "en", clock.now())
