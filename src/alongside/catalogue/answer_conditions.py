"""How conditions on answers, scores and facts are written in content files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, model_validator

from alongside.catalogue.loading import Shape
from alongside.engine import conditions as engine

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ConditionFile(Shape):
    """One condition: an item, a score, a fact, or several of them."""

    item: Word | None = None
    score: Word | None = None
    fact: Word | None = None
    any_of: tuple[ConditionFile, ...] | None = None
    all_of: tuple[ConditionFile, ...] | None = None
    at_least: int | None = None
    at_most: int | None = None
    equals: int | bool | str | None = None
    one_of: tuple[int, ...] | None = Field(default=None, alias="in")
    unchanged: bool = False
    blank: bool = False
    because: str = ""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        named = [self.item, self.score, self.fact, self.any_of, self.all_of]
        if sum(each is not None for each in named) != 1:
            raise ValueError("name exactly one of item, score, fact, any_of, all_of")
        compares = any(
            each is not None for each in (self.at_least, self.at_most, self.equals, self.one_of)
        )
        if self.any_of is not None or self.all_of is not None:
            if compares or self.unchanged or self.blank:
                raise ValueError("any_of and all_of compare nothing themselves")
        elif not (compares or self.unchanged or self.blank):
            raise ValueError("say at_least, at_most, equals, in, unchanged or blank")
        if self.fact is not None and not self.because:
            raise ValueError("a condition on a fact says its because, for the reasons of an alert")
        return self


def condition(file: ConditionFile) -> engine.Condition:
    """The engine's shape of a condition in a file."""
    if file.any_of is not None:
        return engine.AnyOf(tuple(condition(each) for each in file.any_of))
    if file.all_of is not None:
        return engine.AllOf(tuple(condition(each) for each in file.all_of))
    if file.fact is not None:
        return engine.FactIs(
            file.fact,
            file.because,
            at_least=file.at_least,
            at_most=file.at_most,
            equals=file.equals if isinstance(file.equals, bool | str) else None,
        )
    exact = file.equals if isinstance(file.equals, int) else None
    if file.score is not None:
        if exact is not None:
            return engine.ScoreIs(file.score, exact, exact)
        return engine.ScoreIs(file.score, file.at_least, file.at_most)
    one_of = file.one_of or (() if exact is None else (exact,))
    return engine.ItemIs(
        file.item or "",
        at_least=file.at_least,
        at_most=file.at_most,
        one_of=one_of,
        unchanged=file.unchanged,
        blank=file.blank,
    )


def parts(
    file: ConditionFile, *loc: int | str
) -> Iterator[tuple[ConditionFile, tuple[int | str, ...]]]:
    """Every condition inside a condition, itself first, with where it stands."""
    yield file, loc
    for key in ("any_of", "all_of"):
        for index, part in enumerate(getattr(file, key) or ()):
            yield from parts(part, *loc, key, index)
