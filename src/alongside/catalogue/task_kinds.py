"""Kinds of tasks: ``tasks/<room>.yaml``, and the order they are shown in: ``tasks/order.yaml``.

Each file of kinds lists those of some rooms; a file of the deployment with the same name replaces
the shipped one whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from alongside.catalogue.loading import Reading, Shape, Shelf, read_placed, shown
from alongside.catalogue.tracking import LANGUAGES, in_language
from alongside.engine.order_of_harm import HarmRules, Kind

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
YesNo = Annotated[str, Field(pattern=r"^(yes|no)$")]
Hours = Annotated[int, Field(ge=1, le=24 * 400)]
DueBy = Literal[
    "alert_level", "danger_waits", "follow_up_plan", "tracking", "review_day", "after_closing",
    "asking_times", "notes", "agreed_day", "at_once",
]  # fmt: skip
ORDER = "order"
ANSWERED = "person_request"  # what the person asks about what is held of them
A_MONTH = 31 * 24  # hours


class LevelFile(Shape):
    """One level of harm, in the words that stand over its tasks."""

    id: Word
    text: dict[str, str]


class OrderFile(Shape):
    """``tasks/order.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    soon_hours: Hours
    levels: tuple[LevelFile, ...] = Field(min_length=3)
    unknown: Word


class KindFile(Shape):
    """One kind of task: which harm, when it is due, what it asks for, and how it ends."""

    id: Word
    level: Word
    due_hours: Hours | None = None
    due_by: DueBy | None = None
    rises_after_hours: Hours | None = None
    for_supervisor: YesNo = "no"
    ends_by: Literal["done", "its_act"] = "done"
    text: dict[str, str]


class KindsFile(Shape):
    """``tasks/<room>.yaml``."""

    source: str = Field(min_length=1)
    checked: date
    review_by: date
    kinds: tuple[KindFile, ...] = Field(min_length=1)


SHAPES = {"task_kinds": KindsFile, "task_order": OrderFile}


@dataclass(frozen=True, slots=True)
class TaskKinds:
    """Every kind of task, and the levels of harm they stand in."""

    order: OrderFile
    kinds: Mapping[str, KindFile]
    rules: HarmRules

    def words(self, kind: str, language: str) -> str:
        """What a task of this kind asks for; nothing for a kind that no file names."""
        found = self.kinds.get(kind)
        return "" if found is None else in_language(found.text, language)

    def level_words(self, level: str, language: str) -> str:
        """The words of a level of harm."""
        return next(
            (in_language(each.text, language) for each in self.order.levels if each.id == level),
            level,
        )

    def due_after(self, kind: str) -> timedelta | None:
        """How long after it arose such a task is due; None where another rule sets it."""
        found = self.kinds.get(kind)
        return None if found is None or not found.due_hours else timedelta(hours=found.due_hours)

    @property
    def end_by_their_act(self) -> frozenset[str]:
        """Kinds that nobody ticks off: what they ask for ends them."""
        return frozenset(id for id, kind in self.kinds.items() if kind.ends_by == "its_act")

    @property
    def for_supervisors(self) -> frozenset[str]:
        """Kinds that stand on the list of a supervisor too."""
        return frozenset(id for id, kind in self.kinds.items() if kind.for_supervisor == "yes")


def load(roots: Sequence[Path]) -> Shelf[TaskKinds]:
    """All of it under ``tasks``; nothing where the order itself cannot be read."""
    shelf: Shelf[TaskKinds] = Shelf()
    paths: dict[str, Path] = {}
    for root in roots:
        paths.update({path.stem: path for path in sorted((root / "tasks").glob("*.yaml"))})
    if ORDER not in paths:
        return shelf
    order = read_placed(paths[ORDER], OrderFile, shown=shown(paths[ORDER], roots))
    mistakes = list(order.problems)
    mistakes += [order.problem(words, *loc) for words, loc in _mistakes_of_order(order)]
    levels: dict[str, str] = {}
    if order.value is not None and not mistakes:
        levels = {each.id: each.text["en"] for each in order.value.levels}
    kinds: dict[str, KindFile] = {}
    sources: dict[str, str] = {}
    for name, path in sorted(paths.items()):
        if name == ORDER:
            continue
        read = read_placed(path, KindsFile, shown=shown(path, roots))
        mistakes += read.problems
        mistakes += [read.problem(words, *loc) for words, loc in _mistakes(read, levels, kinds)]
        if read.value is None:
            continue
        for kind in read.value.kinds:
            kinds.setdefault(kind.id, kind)
            sources.setdefault(kind.id, read.value.source)
    shelf.problems.extend(mistakes)
    if order.value is not None and not mistakes:
        shelf.items["tasks"] = TaskKinds(
            order.value, kinds, _rules(order.value, levels, kinds, sources)
        )
    return shelf


def _rules(
    order: OrderFile,
    levels: Mapping[str, str],
    kinds: Mapping[str, KindFile],
    sources: Mapping[str, str],
) -> HarmRules:
    return HarmRules(
        levels=levels,
        kinds={
            id: Kind(
                id,
                kind.level,
                timedelta(hours=kind.rises_after_hours) if kind.rises_after_hours else None,
                sources[id],
            )
            for id, kind in kinds.items()
        },
        unknown=order.unknown,
        soon=timedelta(hours=order.soon_hours),
    )


def _mistakes_of_order(
    read: Reading[OrderFile],
) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    if read.value is None:
        return
    ids = [each.id for each in read.value.levels]
    if len(set(ids)) != len(ids):
        yield "the same level twice", ("levels",)
    if read.value.unknown not in ids:
        yield f"{read.value.unknown} is no level", ("unknown",)
    for place, level in enumerate(read.value.levels):
        for language in LANGUAGES:
            if not level.text.get(language):
                yield f"words are missing in {language}", ("levels", place)


def _mistakes(
    read: Reading[KindsFile], levels: Mapping[str, str], before: Mapping[str, KindFile]
) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    here: set[str] = set()
    for place, kind in enumerate(read.value.kinds if read.value else ()):
        loc = ("kinds", place)
        if kind.id in before or kind.id in here:
            yield f"{kind.id} stands here twice, or in another file too", loc
        here.add(kind.id)
        if levels and kind.level not in levels:
            yield f"{kind.level} is no level", (*loc, "level")
        if kind.id == ANSWERED and not 1 <= (kind.due_hours or 0) <= A_MONTH:
            yield (
                f"{kind.id} has due_hours, at most {A_MONTH}: the person reads *within a month*",
                loc,
            )
        if (kind.due_hours is None) == (kind.due_by is None):
            yield "a kind has either due_hours or due_by", loc
        for language in LANGUAGES:
            if not kind.text.get(language):
                yield f"words are missing in {language}", loc
