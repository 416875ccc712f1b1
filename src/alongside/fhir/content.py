"""One version of a protocol or a measure as a FHIR R4 Bundle, out of here and in from anywhere.

What R4 has a place for stands in PlanDefinition, ActivityDefinition and Questionnaire. Our own
files go along whole in a Library, so a version of ours comes back as it went. A file of somebody
else becomes a draft of what R4 says; the rest of it is kept beside, and nothing is guessed.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from alongside.catalogue import Catalogue
from alongside.catalogue.authoring import KINDS, MOST_FILES, MOST_LETTERS, Foreign, has_hidden_marks
from alongside.catalogue.loading import Problem
from alongside.fhir.codes import ORDINAL, OURS, Json, coding, concept, resource_id
from alongside.fhir.resources.plan_definition import (
    KINDS as STEP_KINDS,
)
from alongside.fhir.resources.plan_definition import (
    to_activity_definitions,
    to_plan_definition,
)
from alongside.fhir.resources.questionnaire import to_questionnaire

FILES = f"{OURS}:files:"
LIBRARY_TYPE = "http://terminology.hl7.org/CodeSystem/library-type"
DEEPEST = 6  # actions or groups in each other
MOST_ROWS = 400  # actions or questions
MOST_POINTS = 10_000  # of one answer
SOURCE = "SOURCE.md"
_KINDS_OF_STEP = frozenset(
    {"information", "assessment", "consent", "decision", "session", "homework", "review",
     "meeting", "handover", "dose", "distribution", "wait_until", "escalate"}
)  # fmt: skip
# What is read of each; whatever else stands there is kept in SOURCE.md.
_READ_PLAN = frozenset({"resourceType", "title", "name", "id", "description", "action", "language"})
_READ_FORM = frozenset({"resourceType", "title", "name", "id", "item", "language", "copyright"})


def to_bundle(
    cat: Catalogue, kind: str, ref: str, files: Mapping[str, str], is_draft: bool = False
) -> str:
    """One version for other software, with its own files in a Library beside it.

    Args:
        is_draft: it is written here and not published; every resource says so.
    """
    item, retired = cat.shelves[kind][ref], f"{kind}/{ref}" in cat.retired
    status = "draft" if is_draft else "retired" if retired else "active"
    library = _library(kind, ref, files, status)
    review = cat.reviews.get(f"{kind}/{ref}")
    if kind == "protocols":
        plan = to_plan_definition(
            item, cat.gates, status=status, approved_on=review.on if review else None
        )
        plan["library"] = [f"{library['url']}|{library['version']}"]
        found = [plan, *to_activity_definitions(item, status=status)]
    else:
        wordings = cat.wordings.get(ref, {})
        words = wordings.get("en") or next(iter(wordings.values()), None)
        form = to_questionnaire(item, words, codes=cat.answer_codes)
        found = [form | {"status": status}]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": str(one.get("url", "")), "resource": one} for one in (*found, library)
        ],
    }
    return json.dumps(bundle, ensure_ascii=False, indent=1) + "\n"


def _library(kind: str, ref: str, files: Mapping[str, str], status: str) -> Json:
    id, _at, number = ref.rpartition("@")
    return {
        "resourceType": "Library",
        "id": resource_id("files", id, number),
        "url": f"{FILES}{kind}:{id}",
        "version": number,
        "status": status,
        "type": concept(coding(LIBRARY_TYPE, "asset-collection", "Asset Collection")),
        "content": [
            {
                "contentType": "text/markdown" if name.endswith(".md") else "application/yaml",
                "title": name,
                "data": base64.b64encode(text.encode("utf-8")).decode("ascii"),
            }
            for name, text in files.items()
        ],
    }


def from_fhir(document: Mapping[str, Any]) -> Foreign:
    """What a FHIR file holds: our own files as they went out, or a beginning made from its parts.

    Every mistake is named at once, in ``problems``; then nothing of it is taken in.
    """
    resources = _resources(document)
    for one in resources:
        url = one.get("url")
        if one.get("resourceType") == "Library" and isinstance(url, str) and url.startswith(FILES):
            return _own(one, url)
    plans = [one for one in resources if one.get("resourceType") == "PlanDefinition"]
    forms = [one for one in resources if one.get("resourceType") == "Questionnaire"]
    if len(plans) + len(forms) != 1 and len(plans) != 1:
        words = "there must be one PlanDefinition, or one Questionnaire, in it"
        return Foreign("", "", 1, {}, (_wrong("", words),))
    whole = plans[0] if plans else forms[0]
    beside = [one for one in resources if one is not whole]
    return _Reading(whole, beside).protocol() if plans else _Reading(whole, beside).instrument()


def _resources(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if document.get("resourceType") != "Bundle":
        return [document]
    entries = document.get("entry")
    rows = entries if isinstance(entries, list) else []
    found = [row.get("resource") for row in rows if isinstance(row, dict)]
    return [one for one in found if isinstance(one, dict)]


def _wrong(where: str, words: str) -> Problem:
    return Problem(where[:80], 0, 0, words)


def _own(library: Mapping[str, Any], url: str) -> Foreign:
    """Our own files, out of the Library they travelled in."""
    kind, _colon, id = url.removeprefix(FILES).partition(":")
    wrong: list[Problem] = []
    content = library.get("content")
    if kind not in KINDS or not isinstance(content, list) or not 0 < len(content) <= MOST_FILES:
        words = f"Library: it holds 1 to {MOST_FILES} files of a protocol or a measure"
        return Foreign(kind, id, 1, {}, (_wrong("", words),))
    files: dict[str, str] = {}
    for place, one in enumerate(content, 1):
        row = one if isinstance(one, dict) else {}
        name, data = row.get("title"), row.get("data")
        if not isinstance(name, str) or not isinstance(data, str) or name in files:
            wrong.append(_wrong(f"Library.content {place}", "it has no title and data of its own"))
            continue
        try:
            files[name] = base64.b64decode(data, validate=True).decode("utf-8")
        except (binascii.Error, ValueError):
            wrong.append(_wrong(name, "its data is no text in base64"))
    version = library.get("version")
    number = int(version) if isinstance(version, str) and re.fullmatch("[0-9]{1,4}", version) else 1
    return Foreign(kind, id, number, files, tuple(wrong), is_whole=True)


class _Reading:
    """One foreign resource read into the beginning of a draft, with all that is wrong with it."""

    def __init__(self, whole: Mapping[str, Any], beside: list[Mapping[str, Any]]) -> None:
        self.whole, self.beside = whole, beside
        self.wrong: list[Problem] = []
        self.kept: list[tuple[str, Any]] = []  # what has no place here
        self.taken: set[str] = set()

    # -- a protocol ------------------------------------------------------------------------------

    def protocol(self) -> Foreign:
        """PlanDefinition: its actions with actions become phases, theirs become steps."""
        self._keep_the_rest(_READ_PLAN)
        top = self._rows("action", self.whole)
        if not top:
            self.wrong.append(_wrong("PlanDefinition.action", "it has no action to begin with"))
        grouped = [row for row in top if isinstance(row.get("action"), list) and row["action"]]
        phases: list[Json] = []
        words: Json = {"name": self._title(), "what": self._text(self.whole, "description") or "?"}
        words |= {"phases": {}, "steps": {}}
        names: dict[str, str] = {}
        groups = [(row, list(self._leaves(row, 1))) for row in grouped] if grouped else []
        loose = [row for row in top if row not in grouped]
        if loose:
            groups.append(({"id": "course", "title": self._title()}, loose))
        for group, rows in groups:
            phase = self._id(group, "phase")
            words["phases"][phase] = {"name": self._name(group, phase)}
            if exit_ := self._text(group, "description"):
                words["phases"][phase]["exit"] = exit_
            for row in rows:
                step = self._id(row, "step")
                names[str(row.get("id"))] = step
                words["steps"][step] = self._name(row, step)
            phases.append({"id": phase, "steps": rows})
            self._keep_of(group, {"id", "title", "description", "action", "groupingBehavior"})
        steps = iter(words["steps"])
        for made in phases:
            made["steps"] = [self._step(next(steps), row, names) for row in made["steps"]]
        own = {"phases": phases} if phases else {}
        return self._foreign(
            "protocols", {"protocol.yaml": own, f"wording.{self._language()}.yaml": words}
        )

    def _leaves(self, row: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
        if depth > DEEPEST:
            words = f"actions stand more than {DEEPEST} deep in each other"
            self.wrong.append(_wrong("PlanDefinition.action", words))
            return
        for one in self._rows("action", row):
            if isinstance(one.get("action"), list) and one["action"]:
                yield from self._leaves(one, depth + 1)
            else:
                yield one

    def _step(self, id: str, row: Mapping[str, Any], names: Mapping[str, str]) -> Json:
        made: Json = {"id": id, "kind": self._kind(row)}
        if row.get("requiredBehavior") == "could":
            made["required"] = False
        after = []
        for other in self._rows("relatedAction", row):
            before = names.get(str(other.get("actionId")))
            if before is None:
                where = f"action {row.get('id') or id}"
                said = str(other.get("actionId"))[:60]
                self.wrong.append(_wrong(where, f"relatedAction: there is no action {said}"))
            elif other.get("relationship") in ("after", "after-end", "after-start"):
                after.append(before)
                made |= self._waits(other, before)
            else:
                self.kept.append((f"relatedAction of {id}", other))
        if after:
            made["after"] = list(dict.fromkeys(after))
        self._keep_of(
            row, {"id", "title", "code", "requiredBehavior", "relatedAction", "definitionCanonical"}
        )
        return made

    def _waits(self, other: Mapping[str, Any], before: str) -> Json:
        span = other.get("offsetRange")
        found: Json = {}
        for end, key in (("low", "not_before_days"), ("high", "within_days")):
            row = span.get(end) if isinstance(span, dict) else None
            if row is None:
                continue
            value = row.get("value") if isinstance(row, dict) else None
            is_days = isinstance(row, dict) and row.get("code") == "d"
            if isinstance(value, int) and not isinstance(value, bool) and is_days:
                found |= {key: value, "since": before}
            else:
                self.kept.append((f"offsetRange after {before}", span))
        return found

    def _kind(self, row: Mapping[str, Any]) -> str:
        """Its kind where it says one of ours; a step in the session where it does not."""
        for code in self._rows("code", row):
            for one in self._rows("coding", code):
                if one.get("system") == STEP_KINDS and one.get("code") in _KINDS_OF_STEP:
                    return str(one["code"])
            self.kept.append(("code", code))
        return "session"

    # -- a measure -------------------------------------------------------------------------------

    def instrument(self) -> Foreign:
        """Questionnaire: its choices with points become items; displays before them the stem."""
        self._keep_the_rest(_READ_FORM)
        options: dict[str, tuple[int, ...]] = {}
        labels: Json = {}
        items: list[Json] = []
        texts: dict[str, str] = {}
        stem: list[str] = []
        for row in self._questions(self.whole, 1):
            where = f"item {str(row.get('linkId'))[:60]}"
            if row.get("type") == "display":
                stem.append(self._text(row, "text"))
                continue
            if row.get("type") not in ("choice", "open-choice"):
                said = str(row.get("type"))[:30]
                self.wrong.append(_wrong(where, f"a question of type {said} has no points here"))
                continue
            values, words = self._answers(row, where)
            if not values:
                continue
            name = next((id for id in options if options[id] == values and labels[id] == words), "")
            if not name:
                name = f"answers_{len(options) + 1}"
                options[name], labels[name] = values, words
            id = f"item_{len(items) + 1}"
            items.append({"id": id, "options": name})
            texts[id] = self._text(row, "text") or "?"
            self._keep_of(row, {"linkId", "type", "text", "answerOption"})
        if not items and not self.wrong:
            self.wrong.append(_wrong("Questionnaire.item", "it has no question to begin with"))
        own: Json = {"name": self._title()}
        if statement := self._text(self.whole, "copyright"):
            own["licence"] = {"statement": statement}
        own |= {"options": {id: list(found) for id, found in options.items()}, "items": items}
        spoken = {"stem": " ".join(stem), "options": labels, "items": texts}
        return self._foreign(
            "instruments", {"instrument.yaml": own, f"wording.{self._language()}.yaml": spoken}
        )

    def _questions(self, row: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any]]:
        if depth > DEEPEST:
            words = f"groups stand more than {DEEPEST} deep in each other"
            self.wrong.append(_wrong("Questionnaire.item", words))
            return
        for one in self._rows("item", row):
            if one.get("type") == "group":
                yield from self._questions(one, depth + 1)
            else:
                yield one

    def _answers(self, row: Mapping[str, Any], where: str) -> tuple[tuple[int, ...], list[str]]:
        """The points of each answer and its words. Without points nothing can be counted."""
        values: list[int] = []
        words: list[str] = []
        for option in self._rows("answerOption", row):
            said = option.get("valueCoding")
            said = said if isinstance(said, dict) else {}
            points = self._points(option, said)
            if points is None:
                self.wrong.append(_wrong(where, "an answer has no points (ordinalValue)"))
                return (), []
            values.append(points)
            words.append(self._text(said, "display") or str(points))
        if not values:
            self.wrong.append(_wrong(where, "it has no answers (answerOption)"))
        return tuple(values), words

    def _points(self, option: Mapping[str, Any], said: Mapping[str, Any]) -> int | None:
        for one in (*self._rows("extension", option), *self._rows("extension", said)):
            if one.get("url") == ORDINAL:
                value = one.get("valueDecimal")
                if isinstance(value, bool) or not isinstance(value, int | float):
                    continue
                # Within bounds first: infinity and what is no number have no whole part.
                if abs(value) <= MOST_POINTS and value == int(value):
                    return int(value)
        return None

    # -- both ------------------------------------------------------------------------------------

    def _foreign(self, kind: str, made: Mapping[str, Any]) -> Foreign:
        files = {
            name: yaml.safe_dump(part, sort_keys=False, allow_unicode=True, width=96)
            for name, part in made.items()
        }
        kept = [*self.kept, *((str(one.get("resourceType")), one) for one in self.beside)]
        files[SOURCE] = self._source(kept)
        id = _slug(self._text(self.whole, "id") or self._text(self.whole, "name") or self._title())
        for name, text in files.items():
            if len(text) > MOST_LETTERS:
                self.wrong.append(_wrong(name, f"more than {MOST_LETTERS} letters"))
        wrong = tuple(dict.fromkeys(self.wrong))
        return Foreign(kind, id, 1, files, wrong, is_whole=False)

    def _source(self, kept: list[tuple[str, Any]]) -> str:
        lines = [
            f"# {self._title()}",
            "",
            "Brought in from a FHIR file. What it says and this format has no place for stands",
            "here, to be put where it belongs or taken out.",
            "",
        ]
        for where, value in kept:
            said = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)
            lines += [f"## {where}", "", *(f"    {line}" for line in said.splitlines()), ""]
        return "\n".join(lines)

    def _keep_the_rest(self, read: frozenset[str]) -> None:
        self.kept += [(key, value) for key, value in self.whole.items() if key not in read]

    def _keep_of(self, row: Mapping[str, Any], read: set[str]) -> None:
        rest = {key: value for key, value in row.items() if key not in read}
        if rest:
            self.kept.append((str(row.get("id") or row.get("linkId") or "row"), rest))

    def _rows(self, key: str, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        found = row.get(key)
        if found is None:
            return []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.wrong.append(_wrong(key, "this is no list of FHIR parts"))
            return []
        if len(found) > MOST_ROWS:
            self.wrong.append(_wrong(key, f"more than {MOST_ROWS} of them"))
            return []
        return found

    def _text(self, row: Mapping[str, Any], key: str) -> str:
        found = row.get(key)
        if found is not None and not isinstance(found, str):
            self.wrong.append(_wrong(key, "this is no text"))
            return ""
        if found and has_hidden_marks(found):
            self.wrong.append(_wrong(key, "marks that nobody sees stand in this text"))
        return (found or "").strip()

    def _title(self) -> str:
        return self._text(self.whole, "title") or self._text(self.whole, "name") or "?"

    def _name(self, row: Mapping[str, Any], otherwise: str) -> str:
        return self._text(row, "title") or self._text(row, "description") or otherwise

    def _language(self) -> str:
        said = self._text(self.whole, "language").partition("-")[0]
        return said if re.fullmatch("[a-z]{2,3}", said) else "en"

    def _id(self, row: Mapping[str, Any], otherwise: str) -> str:
        """A name of its own for an action, from its id or its title."""
        base = _slug(self._text(row, "id") or self._text(row, "title") or otherwise)
        id, number = base, 2
        while id in self.taken:
            id, number = f"{base[:50]}_{number}", number + 1
        self.taken.add(id)
        return id


def _slug(text: str) -> str:
    found = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:55]
    return found if re.match("[a-z]", found) else f"x_{found}".strip("_")
