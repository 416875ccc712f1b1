"""What an instrument is: items, points, how they add up, and what the sums are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from alongside.engine.errors import EngineError
from alongside.engine.terms import Direction, Ref

Tier = Literal["ship", "scoring-only", "total-only", "no"]
Pack = Literal["nc", "nd"]
Role = Literal["outcome", "screen", "process", "safety", "status"]
Respondent = Literal["self", "clinician", "informant", "observer"]
Kind = Literal["sum", "mean", "goal_attainment"]
Operator = Literal[">=", ">", "<=", "<"]
Basis = Literal["published", "derived", "mid", "by_analogy", "none"]


class UnknownItem(EngineError):
    """An answer names an item the instrument does not have."""

    def __init__(self, item: str, instrument: str, known: tuple[str, ...] = ()) -> None:
        span = f"; its items are {known[0]} to {known[-1]}" if known else ""
        super().__init__(f"{instrument} has no {item}{span}")
        self.item, self.instrument, self.known = item, instrument, known


class AnswerOutOfRange(EngineError):
    """An answer is not one of the item's points."""

    def __init__(self, item: str, value: object, lowest: int, highest: int) -> None:
        super().__init__(f"{item}={value} is outside {lowest}..{highest}")
        self.item, self.value, self.lowest, self.highest = item, value, lowest, highest


class AnsweredTwice(EngineError):
    """Two keys name the same item, such as ``1`` and ``item_1``."""

    def __init__(self, item: str) -> None:
        super().__init__(f"{item} is answered twice")
        self.item = item


@dataclass(frozen=True, slots=True)
class Licence:
    """What may be in the repository, and who says so. ``credit`` must be shown with the items."""

    tier: Tier
    statement: str
    source: str
    checked: str
    pack: Pack | None = None
    credit: str = ""


@dataclass(frozen=True, slots=True)
class AskIf:
    """An item that is asked only when the points so far reach a number."""

    score: str
    at_least: int


@dataclass(frozen=True, slots=True)
class Item:
    """One question. An optional item may be left out without being missing."""

    id: str
    options: str
    reversed: bool = False
    scored: bool = True
    optional: bool = False
    ask_if: AskIf | None = None
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """How some items add up to one number of points.

    ``sum`` adds the points; ``mean`` divides by the items answered; both are then multiplied.
    ``goal_attainment`` is the T score of Kiresuk and Sherman with equal weights.
    """

    id: str
    kind: Kind
    items: tuple[str, ...]
    lowest: int
    highest: int
    higher_is: Direction | None = None
    multiply: int = 1
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class MissingRule:
    """How many items of a score may be blank, to be filled with the mean of the others."""

    max: int


@dataclass(frozen=True, slots=True)
class Band:
    """The name of a range of points, from ``lowest`` up to the next band."""

    name: str
    lowest: int
    score: str = "total"


@dataclass(frozen=True, slots=True)
class CasenessRule:
    """From which score on somebody counts as a case, by one source."""

    id: str
    op: Operator
    value: int
    source: str
    score: str = "total"
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class ReliableChange:
    """How many points of change are more than measurement error, and how that is known."""

    value: Decimal
    basis: Basis
    source: str
    score: str = "total"
    comparison: Operator = ">="
    confidence: Decimal | None = None
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class Interval:
    """How often to ask. Never a reason to refuse a safety measure or a clinician's wish."""

    default_days: int | None = None
    min_days: int | None = None
    session_by_session: bool = False


@dataclass(frozen=True, slots=True)
class Instrument:
    """A published questionnaire with a score, at one exact version."""

    ref: Ref
    name: str
    licence: Licence
    role: Role
    respondent: Respondent
    recall: str
    options: Mapping[str, tuple[int, ...]]
    items: tuple[Item, ...]
    scores: tuple[ScoreRule, ...]
    missing: MissingRule | None = None
    bands: tuple[Band, ...] = ()
    caseness: tuple[CasenessRule, ...] = ()
    reliable_change: ReliableChange | None = None
    interval: Interval = field(default_factory=Interval)
    loinc: str = ""
    min_age: int | None = None
    max_age: int | None = None
    validated: bool = True
    source: str = ""

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Every item in the order of the official form."""
        return tuple(item.id for item in self.items)

    @property
    def main_score(self) -> str:
        """The score that bands and caseness speak of: ``total``, else the one they name."""
        ids = [rule.id for rule in self.scores]
        if "total" in ids or not ids:
            return "total"
        named = [band.score for band in self.bands] + [case.score for case in self.caseness]
        return named[0] if named else ids[0]

    @property
    def default_caseness(self) -> CasenessRule | None:
        """The caseness rule used unless another is asked for."""
        for rule in self.caseness:
            if rule.is_default:
                return rule
        return None

    def item(self, id: str) -> Item:
        """The item with this id. Raises UnknownItem."""
        for item in self.items:
            if item.id == id:
                return item
        raise UnknownItem(id, str(self.ref), self.item_ids)

    def score_rule(self, id: str) -> ScoreRule | None:
        """The score with this id, if there is one."""
        return next((rule for rule in self.scores if rule.id == id), None)

    def points(self, item: Item) -> Mapping[int, int]:
        """Points by official value: the same number, or mirrored when the item is reversed."""
        values = self.options[item.options]
        return dict(zip(values, values[::-1] if item.reversed else values, strict=True))


@dataclass(frozen=True, slots=True)
class Score:
    """What the answers add up to.

    ``scores`` are whole points, None where no rule gives one; ``exact`` are the same before
    rounding. ``band``, ``caseness`` and ``caseness_rule`` are of the instrument's main score.
    ``missing`` names unanswered scored items in the instrument's order.
    """

    scores: Mapping[str, int | None]
    exact: Mapping[str, Fraction | Decimal]
    band: str | None
    caseness: bool | None
    caseness_rule: str | None
    missing: tuple[str, ...]
    prorated: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an instrument in one language.

    ``options`` are labels by official value; a long scale may name its ends only. Where the
    licence keeps the items out, ``is_neutral`` is true and ``items`` are labels of our own.
    """

    language: str
    stem: str
    options: Mapping[str, Mapping[int, str]]
    items: Mapping[str, str]
    bands: Mapping[str, str]
    introduction: str = ""
    source: str = ""
    is_neutral: bool = False
