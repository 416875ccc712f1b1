"""Rules of danger as a form writes them: one question, the answers that show danger, how soon.

What comes out is a file like any other; the loader of ``risk_rules`` reads and checks it. A rule
with more in it (several questions, a fact, another level in between) is written as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from alongside.catalogue import changing
from alongside.catalogue.authoring import documents

FOLDER = "danger/"
_OF_A_FORM = {
    "name", "when", "level", "also", "critical", "source", "checked", "review_by", "approved",
    "examples",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """One item of a draft: its words, and the words of each answer by its value."""

    id: str
    text: str
    answers: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule of one question."""

    name: str
    item: str
    shows: tuple[int, ...]
    level: str
    also: tuple[str, ...]
    source: str
    checked: date
    review_by: date


def questions(files: Mapping[str, str], language: str = "en") -> tuple[Question, ...]:
    """The items of a draft that can be read, in the words of a language."""
    read = documents(files)
    file = read.get("instrument.yaml")
    words: Any = next(
        (
            read[name]
            for kind in ("wording", "labels")
            for name in (f"{kind}.{language}.yaml", f"{kind}.en.yaml")
            if name in read
        ),
        {},
    )
    found = []
    for row in _rows(changing.value_at(file, ("items",))):
        id, options = str(row.get("id")), str(row.get("options"))
        values = _values(changing.value_at(file, ("options", options)))
        labels = changing.value_at(words, ("options", options))
        text = changing.value_at(words, ("items", id))
        said = {value: _label(labels, place, value) for place, value in enumerate(values)}
        found.append(Question(id, str(text or id), said))
    return tuple(found)


def _rows(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (row for row in value if isinstance(row, Mapping))


def _values(stated: Any) -> tuple[int, ...]:
    if isinstance(stated, Mapping):
        low, high = stated.get("from"), stated.get("to")
        if isinstance(low, int) and isinstance(high, int) and high - low <= 200:
            return tuple(range(low, high + 1))
        return ()
    return tuple(each for each in stated or () if isinstance(each, int))


def _label(labels: Any, place: int, value: int) -> str:
    if isinstance(labels, Mapping):
        return str(labels.get(str(value), labels.get(value, value)))
    return str(changing.value_at(labels, (place,)) or value)


def rulings(files: Mapping[str, str]) -> dict[str, Ruling | None]:
    """The rules of a draft by file; None for one that a form cannot show whole."""
    read = documents(files)
    return {name: _ruling(read.get(name)) for name in sorted(files) if name.startswith(FOLDER)}


def _ruling(rule: Any) -> Ruling | None:
    if not isinstance(rule, Mapping) or set(rule) - _OF_A_FORM:
        return None
    when, item = rule.get("when"), changing.value_at(rule, ("when", "item"))
    checked, review_by = rule.get("checked"), rule.get("review_by")
    if (
        not isinstance(when, Mapping)
        or set(when) != {"item", "in"}
        or not isinstance(when["in"], list)
        or list(rule.get("critical") or ()) != [item]
        or not isinstance(checked, date)
        or not isinstance(review_by, date)
    ):
        return None
    return Ruling(
        str(rule.get("name")), str(item), tuple(when["in"]), str(rule.get("level")),
        tuple(rule.get("also") or ()), str(rule.get("source")), checked, review_by,
    )  # fmt: skip


def of_item(files: Mapping[str, str], item: str) -> tuple[str, ...]:
    """The files of the rules that speak of a question, however they are written."""
    read = documents(files)
    return tuple(
        name
        for name in sorted(files)
        if name.startswith(FOLDER) and item in set(_items(changing.value_at(read, (name,))))
    )


def _items(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "item":
                yield str(value)
            elif key != "examples":
                yield from _items(value)
    elif isinstance(part, list):
        for each in part:
            yield from _items(each)


def free_name(files: Mapping[str, str], item: str) -> str:
    """The file a new rule of a question goes to."""
    name, number = f"{FOLDER}{item}.yaml", 2
    while name in files:
        name, number = f"{FOLDER}{item}_{number}.yaml", number + 1
    return name


def written(rule: Ruling, question: Question) -> str:
    """A rule as a file, with a worked example for each answer and for a blank."""
    plain = changing.plain
    lines = [
        f"name: {plain(rule.name)}",
        f"when: {{item: {rule.item}, in: {plain(list(rule.shows))}}}",
        f"level: {rule.level}",
        f"also: [{', '.join(rule.also)}]",
        f"critical: [{rule.item}] # a blank is asked again, then a task; never a zero",
        f"source: {plain(rule.source)}",
        f"checked: {plain(rule.checked)}",
        f"review_by: {plain(rule.review_by)}",
        "approved: null # a named clinician signs this before go-live",
        "examples:",
    ]
    for value, text in question.answers.items():
        shows = value in rule.shows
        title = plain(f"{text}: {'danger' if shows else 'no danger'}")
        level = rule.level if shows else "null"
        lines.append(f"  - {{title: {title}, answers: {{{rule.item}: {value}}}, level: {level}}}")
    lines.append(f"  - {{title: left blank, answers: {{{rule.item}: null}}, level: null}}")
    return "\n".join(lines) + "\n"
