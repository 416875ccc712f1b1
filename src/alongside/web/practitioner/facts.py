"""The form of the chooser's facts, made from content. What is left open is unknown, never "no"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from alongside.catalogue import Catalogue
from alongside.catalogue.chooser import schema_of
from alongside.engine.protocols.facts import FactKey
from alongside.web.parts.forms import Text
from alongside.web.practitioner import delivery_words
from alongside.web.practitioner.forms import Versioned

ROWS = "circle"  # the one key with rows: filled from the members of the circle
RECORDED = ("consents", "running")  # known from the records, never typed
ASK = "ask"  # the part of a page with what one would ask next
BEFORE = ("tried", "asked_for", "options_ready")
ASKED_ALONE = "afraid"  # asked by the private check; its answer stands here and is not typed
OF_A_MEMBER = ("own_use", "afraid", "will_take_part")


class FactsForm(Versioned):
    """One field for each key of the schema; a select for each row of the circle."""

    def __init__(
        self,
        data: Any = None,
        *,
        catalogue: Catalogue,
        language: str,
        known: Mapping[str, Any],
        members: Sequence[Mapping[str, Any]],
        version: int,
    ) -> None:
        super().__init__(data, initial={"version": version})
        self.members = members
        self.alone: list[dict[str, str]] = []  # what was answered alone is not asked again
        self.keys = list(schema_of(catalogue).keys)
        self.reasons = catalogue.reasons(language)
        self.catalogue = catalogue
        for key in self.keys:
            if key.kind == "rows":
                self._add_rows(key, known)
            elif key.path not in RECORDED:
                self.fields[field_name(key.path)] = self._field(key, _get(known, key.path))

    def _field(self, key: FactKey, value: Any, path: str = "") -> forms.Field:
        label = self.reasons.get(f"facts/{path or key.path}/question", key.question)
        if key.kind == "word":
            choices = [("", _("Not known")), *((word.id, word.meaning) for word in key.words)]
            return forms.ChoiceField(label=label, choices=choices, required=False, initial=value)
        if key.kind == "number":
            return forms.IntegerField(
                label=label,
                required=False,
                min_value=key.lowest,
                max_value=key.highest,
                initial=value,
            )
        if key.kind == "words":
            return forms.MultipleChoiceField(
                label=label,
                required=False,
                choices=[
                    (word.id, self._name(word.id, word.meaning))
                    for word in key.words
                    if self._is_offered(key.path, word.id) or word.id in (value or ())
                ],
                widget=forms.CheckboxSelectMultiple,
                initial=value,
            )
        return Text(label=label, required=False, max_length=120, initial=value)

    def _is_offered(self, path: str, id: str) -> bool:
        """Whole ways for what was tried; for what is asked for, forms where these are judged."""
        if path not in BEFORE:
            return True
        way, _slash, variant = id.partition("/")
        protocol = next((p for p in self.catalogue.offered.values() if p.id == way), None)
        by_variant = protocol is not None and protocol.by_variant and path == "asked_for"
        return bool(variant) == by_variant

    def _name(self, id: str, meaning: str) -> str:
        need = self.reasons.get(f"needs/{id}/name")
        if need:
            return need
        protocol = next(
            (p for p in self.catalogue.offered.values() if p.id == id.partition("/")[0]), None
        )
        if protocol is None:
            return meaning or id
        return delivery_words.way_name(str(protocol.ref), id.partition("/")[2])

    def _add_rows(self, key: FactKey, known: Mapping[str, Any]) -> None:
        before = {row.get("member"): row for row in known.get(ROWS, []) if isinstance(row, Mapping)}
        fields = {field.name: field for field in key.fields}
        for number, member in enumerate(self.members):
            row = {**member, **before.get(member["member"], {})}
            if member.get("alone"):
                self.alone.append({"term": member["name"], "text": member["alone"]})
            for name in OF_A_MEMBER:
                if name == ASKED_ALONE and member.get("alone"):
                    continue
                if name in fields:
                    made = self._field(fields[name], row.get(name, ""), f"{ROWS}.{name}")
                    made.label = f"{member['name']}: {made.label}"
                    self.fields[f"{ROWS}__{number}__{name}"] = made

    def groups(self, ask: Sequence[str] = (), *, folded: bool = False) -> list[dict[str, Any]]:
        """The fields by what they are about, for a page with one part each.

        Args:
            ask: names of fields that stand first, in a part of their own.
            folded: fold every other part; what is known of it stands in its title.
        """
        titles = {
            ASK: _("Ask next"),
            "danger": _("Danger"),
            "": _("The worry"),
            "person": _("The person"),
            ROWS: _("The circle"),
            "professional": _("Who leads"),
            "before": _("What was tried, asked for, and what is ready"),
            "medical": _("Body and medicine"),
        }
        found: dict[str, list[Any]] = {word: [] for word in titles}
        for name in self.fields:
            if name == "version":
                continue
            group = "before" if name in BEFORE else name.partition("__")[0] if "__" in name else ""
            found.setdefault(ASK if name in ask else group, []).append(self[name])
        found[ASK].sort(key=lambda field: list(ask).index(field.name))
        return [
            {
                "id": word or "worry",
                "title": titles.get(word, word),
                "fields": fields,
                "known": sum(bool(field.value()) for field in fields),
                "folded": word != ASK and (folded or word in {"before", "medical"}),
                "open": any(field.errors for field in fields),
            }
            for word, fields in found.items()
            if fields
        ]

    def facts(self) -> dict[str, Any]:
        """The facts as a facts file has them. Unknown is left out."""
        raw: dict[str, Any] = {}
        for key in self.keys:
            if key.kind == "rows":
                continue
            value = self.cleaned_data.get(field_name(key.path))
            if value in (None, "", []):
                continue
            group, _dot, name = key.path.rpartition(".")
            place = raw.setdefault(group, {}) if group else raw
            place[name] = value
        rows = []
        for number, member in enumerate(self.members):
            row = {name: member[name] for name in ("relation", "age") if member.get(name)}
            for name in OF_A_MEMBER:
                if value := self.cleaned_data.get(f"{ROWS}__{number}__{name}"):
                    row[name] = value
            rows.append({**row, "member": member["member"]})
        if rows:
            raw[ROWS] = rows
        return raw


def field_name(path: str) -> str:
    """The name of a form field for a key."""
    return path.replace(".", "__")


def asked(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as the chooser reads them: without the ids of the members."""
    told = {key: value for key, value in facts.items() if key != ROWS}
    if ROWS in facts:
        told[ROWS] = [
            {name: value for name, value in row.items() if name != "member"} for row in facts[ROWS]
        ]
    return told


def _get(facts: Mapping[str, Any], path: str) -> Any:
    here: Any = facts
    for step in path.split("."):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here
