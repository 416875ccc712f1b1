"""How conditions, texts and sources are written in content files, and their engine shapes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from alongside.catalogue import loading
from alongside.catalogue.loading import Problem, Shape, folders, read
from alongside.engine.protocols.conditions import (
    All,
    Always,
    AnyOf,
    Compare,
    Comparison,
    Condition,
    Count,
    Is,
    Level,
    Not,
    Recorded,
    keys_of,
    words_of,
)
from alongside.engine.protocols.facts import FactsSchema
from alongside.engine.terms import Reason

_COMPARISONS: tuple[Comparison, ...] = ("below", "at_most", "at_least", "above")
_FORMS = ("always", "fact", "count", "level", "all", "any", "not_")


def _with_english(texts: dict[str, str]) -> dict[str, str]:
    if not texts.get("en", "").strip():
        raise ValueError("the English text (en) is missing")
    return texts


Said = Annotated[dict[str, str], AfterValidator(_with_english)]


class ConditionShape(Shape):
    """One condition. Exactly one of always, fact, count, level, all, any, not.

    ``{fact: danger.suicide, is: [plan]}`` · ``{fact: person.age, below: 18}`` ·
    ``{fact: consents, recorded: [c_minor]}`` · ``{count: circle, where: […], at_least: 3}`` ·
    ``{level: [A, B]}`` · ``{all: […]}`` · ``{any: […]}`` · ``{not: …}`` · ``{always: true}``
    """

    always: Literal[True] | None = None
    fact: str | None = None
    is_: list[str] | None = Field(default=None, alias="is")
    recorded: list[str] | None = None
    below: int | str | None = None
    at_most: int | str | None = None
    at_least: int | str | None = None
    above: int | str | None = None
    count: str | None = None
    where: list[ConditionShape] = Field(default_factory=list)
    level: list[Literal["A", "B", "C", "D", "E", "F", "G"]] | None = None
    all: list[ConditionShape] | None = None
    any: list[ConditionShape] | None = None
    not_: ConditionShape | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = [name.rstrip("_") for name in _FORMS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a condition has exactly one of always, fact, … (given: {given})")
        tests = [name for name in ("is_", "recorded", *_COMPARISONS) if getattr(self, name)]
        tests += [name for name in _COMPARISONS if getattr(self, name) == 0]
        if self.fact is not None and len(tests) != 1:
            raise ValueError("a fact is tested by exactly one of is, recorded, below, at_most, …")
        if self.count is not None and (len(tests) != 1 or tests[0] not in _COMPARISONS):
            raise ValueError("a count is compared by exactly one of below, at_most, …")
        if self.fact is None and self.count is None and tests:
            raise ValueError("only a fact or a count is compared")
        return self

    def built(self) -> Condition:
        """The engine's condition."""
        if self.always:
            return Always()
        if self.level is not None:
            return Level(tuple(self.level))
        if self.all is not None:
            return All(tuple(part.built() for part in self.all))
        if self.any is not None:
            return AnyOf(tuple(part.built() for part in self.any))
        if self.not_ is not None:
            return Not(self.not_.built())
        if self.is_ is not None:
            return Is(self.fact or "", tuple(self.is_))
        if self.recorded is not None:
            return Recorded(self.fact or "", tuple(self.recorded))
        how = next(name for name in _COMPARISONS if getattr(self, name) is not None)
        number: int | str = getattr(self, how)
        if self.count is not None:
            return Count(self.count, tuple(part.built() for part in self.where), how, number)
        return Compare(self.fact or "", how, number)


class SourceShape(Shape):
    """One source: its text, and whether it still has to be looked up."""

    text: str
    unverified: bool = False


class SourcesShape(Shape):
    """``content/chooser/sources.yaml``."""

    sources: dict[str, SourceShape]


class Sources:
    """Every source by its tag."""

    def __init__(self, by_tag: Mapping[str, SourceShape]) -> None:
        self.by_tag = dict(by_tag)

    def __contains__(self, tag: str) -> bool:
        return tag in self.by_tag

    def text(self, tag: str) -> str:
        """The source as people read it, marked when it still has to be looked up."""
        held = self.by_tag.get(tag)
        if held is None:
            return tag
        return f"{held.text} (to be verified)" if held.unverified else held.text

    def missing(self, tags: Iterable[str], file: str) -> list[Problem]:
        """A problem for every tag that is not among the sources."""
        return [
            Problem(file, 0, 0, f"source {tag} is not in chooser/sources.yaml")
            for tag in dict.fromkeys(tags)
            if tag not in self.by_tag
        ]


def read_sources(roots: Sequence[Path]) -> tuple[Sources, list[Problem]]:
    """The sources of every root; a later root adds and wins. A protocol's folder only adds."""
    found: dict[str, SourceShape] = {}
    problems: list[Problem] = []
    for path, shown in files(roots, "chooser/sources.yaml"):
        shape, wrong = read(path, SourcesShape, shown=shown)
        problems += wrong
        if shape is not None:
            found.update(shape.sources)
    for path, shown in files(roots, "protocols/*/*/sources.yaml"):
        shape, wrong = read(path, SourcesShape, shown=shown)
        problems += wrong
        for tag, source in shape.sources.items() if shape is not None else ():
            if found.setdefault(tag, source) != source:
                words = f"{tag} is the tag of another source already"
                problems.append(Problem(shown, 0, 0, words))
    return Sources(found), problems


def files(roots: Sequence[Path], pattern: str) -> list[tuple[Path, str]]:
    """Every file that fits the pattern, in the order of the roots, with the name to show.

    The newest version of a protocol may bring gates of its own, ``gates.yaml`` in its folder, such
    as the rules between it and others; they come last.
    """
    found = [
        (path, f"{root.name}/{path.relative_to(root)}")
        for root in roots
        for path in sorted(root.glob(pattern))
    ]
    if pattern == "gates/*.yaml":
        newest = {id: folder for id, _version, folder in folders(roots, "protocols")}
        own = (folder / "gates.yaml" for folder in newest.values())
        found += [(path, loading.shown(path, roots)) for path in own if path.is_file()]
    return found


def said(key: str, texts: Mapping[str, str], source: str = "") -> Reason:
    """A reason with its English text; other languages are found by its key."""
    return Reason(key, texts["en"], source)


def unfit_words(
    conditions: Iterable[tuple[str, Condition]],
    schema: FactsSchema,
    file: str,
    *,
    ids: bool = False,
) -> list[Problem]:
    """A problem for every key or word a condition names that the facts do not have.

    Words that are ids of needs and protocols are looked at only with ``ids``: one broken need
    or protocol must not take everything that speaks of it off the shelves.
    """
    by_path = {key.path: key for key in schema.walk()}
    problems: list[Problem] = []
    for where, condition in conditions:
        if not ids:
            problems += [
                Problem(file, 0, 0, f"{where}: no fact is named {path}")
                for path in sorted(keys_of(condition))
                if path not in by_path
            ]
        problems += [
            Problem(file, 0, 0, f"{where}: {path} never is {word}")
            for path, word in sorted(words_of(condition))
            if path in by_path
            and (path in schema.aims_in or path == "tried") == ids
            and word not in by_path[path].word_ids
        ]
    return problems
