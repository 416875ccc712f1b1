"""What is known about a situation. What was not said is unknown, and unknown is not "no"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from alongside.engine.errors import EngineError

UNKNOWN = "unknown"

Kind = Literal["word", "number", "text", "words", "rows"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word a fact may take, and what it means."""

    id: str
    meaning: str


@dataclass(frozen=True, slots=True)
class FactKey:
    """One thing that may be known. ``path`` is written with dots; rows have ``fields``."""

    path: str
    kind: Kind
    meaning: str
    question: str
    words: tuple[Word, ...] = ()
    lowest: int | None = None
    highest: int | None = None
    fields: tuple[FactKey, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    @property
    def word_ids(self) -> tuple[str, ...]:
        """The words allowed, in the order of the schema."""
        return tuple(word.id for word in self.words)


@dataclass(frozen=True, slots=True)
class RefusedAimRule:
    """An aim nobody is helped with, and the words by which it is recognised."""

    id: str
    name: str
    why: str
    names: tuple[str, ...]
    source: str

    def means(self, aim: str) -> bool:
        """True when the aim is this one under any of its names."""
        plain = _plain(aim)
        return plain == self.id or any(name in f"_{plain}_" for name in self.names)


@dataclass(frozen=True, slots=True)
class FactsSchema:
    """Every key in the order in which one would ask, and the aims that are refused by name."""

    keys: tuple[FactKey, ...]
    refused_aims: tuple[RefusedAimRule, ...] = ()
    aims_in: tuple[str, ...] = ()  # the keys whose words are aims

    def key(self, path: str) -> FactKey | None:
        """The key with this path, also a field of a row (``circle.afraid``)."""
        for key in self.walk():
            if key.path == path:
                return key
        return None

    def walk(self) -> Iterator[FactKey]:
        """Every key and every field of a row, in order."""
        for key in self.keys:
            yield key
            yield from key.fields

    @property
    def groups(self) -> frozenset[str]:
        """The first parts of paths that hold further keys: ``person``, ``danger``."""
        return frozenset(key.path.partition(".")[0] for key in self.keys if "." in key.path)


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words. Not complete: something in it was said to be unknown."""

    items: tuple[str, ...]
    complete: bool = True


Row = Mapping[str, "str | int"]
Value = str | int | Words | tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known, by path. A path that is not in ``values`` is unknown."""

    schema: FactsSchema
    values: Mapping[str, Value] = field(default_factory=dict)

    def get(self, path: str) -> Value | None:
        """The value of a key, or None when it is unknown."""
        return self.values.get(path)

    def words(self, path: str) -> tuple[str, ...]:
        """The words of a list, as far as known."""
        value = self.values.get(path)
        return value.items if isinstance(value, Words) else ()


@dataclass(frozen=True, slots=True)
class FactRefusal:
    """One key or value that cannot be taken, and the right ones nearest to it."""

    key: str
    value: str
    problem: Literal["unknown_key", "unknown_word", "wrong_kind", "out_of_range"]
    message: str
    nearest: tuple[str, ...] = ()


class FactsRefused(EngineError):
    """The facts hold keys or words that are not known. ``refusals`` names each one."""

    def __init__(self, refusals: Sequence[FactRefusal]) -> None:
        super().__init__("; ".join(refusal.message for refusal in refusals))
        self.refusals = tuple(refusals)


class RefusedAim(EngineError):
    """Somebody asks for something nobody is helped with here. ``aim`` is the word they used."""

    def __init__(self, aim: str, rule: RefusedAimRule) -> None:
        super().__init__(f"{aim}: {rule.name} is refused. {rule.why}")
        self.aim, self.id, self.name, self.why = aim, rule.id, rule.name, rule.why
        self.source = rule.source


def parse_facts(raw: object, schema: FactsSchema) -> Facts:
    """Read facts strictly.

    Args:
        raw: nested mappings as a YAML or JSON file gives them. Every key may be left out or
            be ``unknown``; a list may hold ``unknown`` beside what is known.
        schema: the keys and words allowed.

    Returns:
        The facts. Nothing that is left out has a value.

    Raises:
        RefusedAim: an aim is on the closed list of refused aims.
        FactsRefused: a key or word is not known, or a value does not fit; all of them at once.
    """
    if raw is None:
        raw = {}
    if not isinstance(raw, Mapping):
        raise FactsRefused([_wrong("", raw, "a mapping of keys")])
    _refuse_aims(raw, schema)
    reading = _Reading(schema)
    reading.level(raw, "")
    if reading.refusals:
        raise FactsRefused(reading.refusals)
    return Facts(schema, MappingProxyType(reading.values))


def json_schema(schema: FactsSchema) -> dict[str, object]:
    """The JSON Schema of a facts file, with every word allowed and what it means."""
    grouped: dict[str, dict[str, object]] = {}
    properties: dict[str, object] = {}
    for key in schema.keys:
        group, _, name = key.path.partition(".")
        if not name:
            properties[group] = _described(key)
            continue
        if group not in grouped:
            grouped[group] = {}
            keys = {"type": "object", "additionalProperties": False, "properties": grouped[group]}
            properties[group] = {"anyOf": [keys, {"const": UNKNOWN}]}
        grouped[group][name] = _described(key)
    tree: dict[str, object] = {}
    tree["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    tree["title"] = "Facts for the chooser"
    tree["description"] = (
        "Everything may be left out; what is left out is unknown, and unknown is not 'no'."
    )
    tree["type"] = "object"
    tree["additionalProperties"] = False
    tree["properties"] = properties
    return tree


class _Reading:
    """One pass over one file."""

    def __init__(self, schema: FactsSchema) -> None:
        self.schema = schema
        self.by_path = {key.path: key for key in schema.keys}
        self.groups = schema.groups
        self.values: dict[str, Value] = {}
        self.refusals: list[FactRefusal] = []

    def level(self, raw: Mapping[object, object], prefix: str) -> None:
        known = {
            path[len(prefix) :].partition(".")[0]
            for path in self.by_path
            if path.startswith(prefix)
        }
        for name, value in raw.items():
            path = f"{prefix}{name}"
            if path in self.by_path:
                self.one(self.by_path[path], value)
            elif not prefix and path in self.groups:
                if isinstance(value, Mapping):
                    self.level(value, f"{path}.")
                elif value is not None and value != UNKNOWN:
                    self.refusals.append(_wrong(path, value, "a mapping of keys"))
            else:
                self.refusals.append(_unknown_key(path, known, prefix, self.by_path))

    def one(self, key: FactKey, value: object) -> None:
        if value is None or value == UNKNOWN:
            return
        if key.kind == "rows":
            self.rows(key, value)
        elif key.kind == "words":
            self.words(key, value)
        else:
            single = self.single(key, value)
            if single is not None:
                self.values[key.path] = single

    def single(self, key: FactKey, value: object) -> str | int | None:
        if key.kind == "number":
            if isinstance(value, bool) or not isinstance(value, int):
                self.refusals.append(_wrong(key.path, value, "a whole number"))
                return None
            low, high = key.lowest, key.highest
            if (low is not None and value < low) or (high is not None and value > high):
                message = f"{key.path}: {value} is outside {low}..{high}"
                self.refusals.append(FactRefusal(key.path, str(value), "out_of_range", message))
                return None
            return int(value)
        # Older YAML readers turn the words yes and no into booleans.
        if isinstance(value, bool) and {"yes", "no"} <= set(key.word_ids):
            value = "yes" if value else "no"
        if not isinstance(value, str):
            self.refusals.append(_wrong(key.path, value, "a word"))
            return None
        if key.kind == "text":
            return value
        if value not in key.word_ids:
            self.refusals.append(_unknown_word(key, value))
            return None
        return value

    def words(self, key: FactKey, value: object) -> None:
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, Sequence):
            self.refusals.append(_wrong(key.path, value, "a list of words"))
            return
        items: list[str] = []
        complete = True
        for item in listed:
            if item is None or item == UNKNOWN:
                complete = False
            elif not isinstance(item, str):
                self.refusals.append(_wrong(key.path, item, "a word"))
            elif item not in key.word_ids:
                self.refusals.append(_unknown_word(key, item))
            elif item not in items:
                items.append(item)
        if items or complete:
            self.values[key.path] = Words(tuple(items), complete)

    def rows(self, key: FactKey, value: object) -> None:
        if isinstance(value, str) or not isinstance(value, Sequence):
            self.refusals.append(_wrong(key.path, value, "a list"))
            return
        by_name = {field.name: field for field in key.fields}
        rows: list[Row] = []
        for number, raw in enumerate(value, 1):
            if not isinstance(raw, Mapping):
                self.refusals.append(_wrong(f"{key.path} {number}", raw, "a mapping of keys"))
                continue
            row: dict[str, str | int] = {}
            for name, part in raw.items():
                if name not in by_name:
                    self.refusals.append(
                        _unknown_key(f"{key.path}.{name}", by_name, f"{key.path}.", {})
                    )
                elif part is not None and part != UNKNOWN:
                    single = self.single(by_name[name], part)
                    if single is not None:
                        row[str(name)] = single
            rows.append(MappingProxyType(row))
        self.values[key.path] = tuple(rows)


def _refuse_aims(raw: Mapping[object, object], schema: FactsSchema) -> None:
    for path in schema.aims_in:
        here: object = raw
        for step in path.split("."):
            here = here.get(step) if isinstance(here, Mapping) else None
        listed = [here] if isinstance(here, str) else here
        if not isinstance(listed, Sequence):
            continue
        key = schema.key(path)
        known = set(key.word_ids) if key else set()
        for aim in listed:
            if not isinstance(aim, str) or aim in known:
                continue
            for rule in schema.refused_aims:
                if rule.means(aim):
                    raise RefusedAim(aim, rule)


def _unknown_key(
    path: str, known: Iterable[str], prefix: str, elsewhere: Mapping[str, FactKey]
) -> FactRefusal:
    name = path[len(prefix) :]
    near = [f"{prefix}{hit}" for hit in get_close_matches(name, sorted(known), n=3, cutoff=0.5)]
    near += [other for other in elsewhere if other.rpartition(".")[2] == name]
    if not near:
        near = [f"{prefix}{hit}" for hit in get_close_matches(name, sorted(known), n=3, cutoff=0.0)]
    nearest = tuple(dict.fromkeys(near))
    message = f"{path}: no such key is known; did you mean {_either(nearest)}?"
    return FactRefusal(path, name, "unknown_key", message, nearest)


def _unknown_word(key: FactKey, word: str) -> FactRefusal:
    nearest = tuple(get_close_matches(word, key.word_ids, n=3, cutoff=0.5))
    if not nearest:
        nearest = (
            key.word_ids
            if len(key.word_ids) <= 8
            else tuple(get_close_matches(word, key.word_ids, n=3, cutoff=0.0))
        )
    message = f"{key.path}: {word!r} is not a word for this; did you mean {_either(nearest)}?"
    return FactRefusal(key.path, word, "unknown_word", message, nearest)


def _wrong(path: str, value: object, expected: str) -> FactRefusal:
    where = path or "the facts"
    return FactRefusal(path, str(value), "wrong_kind", f"{where}: this must be {expected}")


def _either(words: Sequence[str]) -> str:
    return " or ".join(words) if words else UNKNOWN


def _plain(text: str) -> str:
    lowered = text.casefold().replace("/", "_").replace("-", "_")
    return "_".join(lowered.split())


def _described(key: FactKey) -> dict[str, object]:
    words = [{"const": word.id, "description": word.meaning} for word in key.words]
    unknown: dict[str, object] = {"const": UNKNOWN, "description": "Not known. Not the same as no."}
    said: dict[str, object] = {"description": f"{key.meaning} {key.question}".strip()}
    if key.kind == "word":
        return {**said, "oneOf": [*words, unknown]}
    if key.kind == "number":
        number: dict[str, object] = {"type": "integer"}
        if key.lowest is not None:
            number["minimum"] = key.lowest
        if key.highest is not None:
            number["maximum"] = key.highest
        return {**said, "oneOf": [number, unknown]}
    if key.kind == "text":
        return {**said, "type": "string"}
    if key.kind == "words":
        listed = {"type": "array", "items": {"oneOf": [*words, unknown]}}
        return {**said, "oneOf": [listed, unknown]}
    row = {
        "type": "object",
        "additionalProperties": False,
        "properties": {field.name: _described(field) for field in key.fields},
    }
    return {**said, "oneOf": [{"type": "array", "items": row}, unknown]}
