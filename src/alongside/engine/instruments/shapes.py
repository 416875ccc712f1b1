"""What an instrument is: items, points, how they add up, and what the sums are called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from alongside.engine.conditions import Condition
from alongside.engine.errors import EngineError
from alongside.engine.terms import Direction, Ref

Tier = Literal["ship", "scoring-only", "total-only", "no"]
Pack = Literal["nc", "nd"]
Role = Literal["outcome", "screen", "process", "safety", "status"]
Respondent = Literal["self", "clinician", "informant", "observer"]
Kind = Literal["sum", "mean", "max", "count", "goal_attainment", "combined", "look_up", "entered"]
Sex = Literal["female", "male"]
Then = Literal["fill", "missing", "leave_out"]
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


class UnknownScore(EngineError):
    """A total is given for a score the instrument does not have, or works out itself."""

    def __init__(self, score: str, instrument: str, known: tuple[str, ...] = ()) -> None:
        names = f"; these can be entered: {', '.join(known)}" if known else ""
        super().__init__(f"no {score} of {instrument} can be entered as a total{names}")
        self.score, self.instrument, self.known = score, instrument, known


class TotalOutOfRange(EngineError):
    """A total is not a number the score can have."""

    def __init__(self, score: str, value: object, lowest: int, highest: int) -> None:
        super().__init__(f"{score}={value} is outside {lowest}..{highest}")
        self.score, self.value, self.lowest, self.highest = score, value, lowest, highest


class NothingToAddUp(EngineError):
    """A table of answers is given for an instrument whose numbers are only ever entered."""

    def __init__(self, instrument: str) -> None:
        super().__init__(f"{instrument} has no items: its numbers are entered, not added up")
        self.instrument = instrument


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
class Unasked:
    """What an item counts as when ``skip_if`` holds: one of its official values.

    ``wins``: also when somebody answered it all the same.
    """

    value: int
    wins: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question. An optional item may be left out without being missing.

    ``skip_if`` reads answers: once it holds, the item is not asked and its blank is not missing.
    It then counts as ``unasked``, or not at all. ``topic`` is a word of our own by which versions
    of a form with another order are compared; ``sensitive`` says why it needs more care.
    """

    id: str
    options: str
    reversed: bool = False
    scored: bool = True
    optional: bool = False
    ask_if: AskIf | None = None
    loinc: str = ""
    skip_if: Condition | None = None
    unasked: Unasked | None = None
    topic: str = ""
    sensitive: str = ""


@dataclass(frozen=True, slots=True)
class AnswerCode:
    """An official answer that carries no points, such as *unable to rate*.

    ``then`` says what it does to a score: ``missing`` is a blank like any other; ``fill`` takes the
    mean of the other answers, labelled as filled in; ``leave_out`` leaves the item out of the sum.
    """

    options: str
    value: int
    name: str
    then: Then


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """How some items add up to one number of points.

    ``sum`` adds the points; ``mean`` divides by the items answered; both are then multiplied.
    ``max`` is the highest answer, ``count`` how many are at least ``counts_from``; neither is ever
    filled in. ``combined`` adds other scores, before rounding, times their weight in ``parts``.
    ``look_up`` finds the one score in ``parts``, whole, in ``table``. ``entered`` is only ever
    entered as a number. ``goal_attainment`` is the T score of Kiresuk and Sherman with equal
    weights. ``max_missing`` is of this score alone, where the instrument's rule does not hold.
    """

    id: str
    kind: Kind
    items: tuple[str, ...]
    lowest: int
    highest: int
    higher_is: Direction | None = None
    multiply: int = 1
    loinc: str = ""
    counts_from: int = 1
    parts: Mapping[str, int] = field(default_factory=dict)
    table: Mapping[int, Decimal] = field(default_factory=dict)
    max_missing: int | None = None


@dataclass(frozen=True, slots=True)
class MissingRule:
    """How many items of a score may be blank, to be filled with the mean of the others.

    Where all items of one of the groups in ``never_all_of`` are blank, nothing is filled in.
    """

    max: int
    never_all_of: tuple[tuple[str, ...], ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """The name of a range of points, from ``lowest`` up to the next band."""

    name: str
    lowest: int
    score: str = "total"


@dataclass(frozen=True, slots=True)
class Who:
    """What is known of the person the answers are about. What is not known chooses nothing."""

    age: int | None = None
    sex: Sex | None = None


ANYBODY = Who()


@dataclass(frozen=True, slots=True)
class Whom:
    """For whom a rule was made: from and to which age in whole years, and which sex."""

    sex: Sex | None = None
    min_age: int | None = None
    max_age: int | None = None

    def is_surely(self, who: Who) -> bool:
        """Whether it is known that somebody is one of them."""
        if self.sex is not None and who.sex != self.sex:
            return False
        if self.min_age is not None and (who.age is None or who.age < self.min_age):
            return False
        return self.max_age is None or (who.age is not None and who.age <= self.max_age)


@dataclass(frozen=True, slots=True)
class CasenessRule:
    """From which score on somebody counts as a case, by one source.

    ``whom`` None: for everybody. The default for those it is made for goes before that for all.
    """

    id: str
    op: Operator
    value: int
    source: str
    score: str = "total"
    is_default: bool = False
    whom: Whom | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A category that answers lead to, and the ids of the steps that follow from it.

    The first whose condition holds counts; one without a condition is for everything else.
    """

    name: str
    when: Condition | None
    steps: tuple[str, ...] = ()


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
    id: str = "default"
    sd: Decimal | None = None
    reliability: Decimal | None = None
    is_own: bool = False  # the deployment's own figures or choice


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
    review_by: str = ""
    results: tuple[Result, ...] = ()
    codes: tuple[AnswerCode, ...] = ()
    other_changes: tuple[ReliableChange, ...] = ()
    unverified: tuple[str, ...] = ()  # parts whose source was not seen, such as bands
    details: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # by country or default
    variant: str = ""

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Every item in the order of the official form."""
        return tuple(item.id for item in self.items)

    @property
    def main_score(self) -> str:
        """The score that leads: ``total``, else what bands and caseness name, else what is made
        of the others, else the first.
        """
        ids = [rule.id for rule in self.scores]
        if "total" in ids or not ids:
            return "total"
        named = [band.score for band in self.bands] + [case.score for case in self.caseness]
        made = [rule.id for rule in self.scores if rule.kind == "combined"]
        return (*named, *made, *ids)[0]

    @property
    def default_caseness(self) -> CasenessRule | None:
        """The caseness rule used unless another is asked for, for somebody not known."""
        return self.caseness_for(ANYBODY)

    def caseness_for(self, who: Who) -> CasenessRule | None:
        """The default for those this person surely is one of, else the default for everybody."""
        defaults = [rule for rule in self.caseness if rule.is_default]
        made = [rule for rule in defaults if rule.whom is not None and rule.whom.is_surely(who)]
        general = [rule for rule in defaults if rule.whom is None]
        return next(iter((*made, *general)), None)

    def item(self, id: str) -> Item:
        """The item with this id. Raises UnknownItem."""
        for item in self.items:
            if item.id == id:
                return item
        raise UnknownItem(id, str(self.ref), self.item_ids)

    def score_rule(self, id: str) -> ScoreRule | None:
        """The score with this id, if there is one."""
        return next((rule for rule in self.scores if rule.id == id), None)

    def codes_of(self, item: Item) -> Mapping[int, Then]:
        """The answers to an item that carry no points, with what they do."""
        return {code.value: code.then for code in self.codes if code.options == item.options}

    def points(self, item: Item) -> Mapping[int, int]:
        """Points by official value: the same number, or mirrored when the item is reversed.

        An answer without points, such as *unable to rate*, is not among them.
        """
        codes = self.codes_of(item)
        values = tuple(each for each in self.options[item.options] if each not in codes)
        return dict(zip(values, values[::-1] if item.reversed else values, strict=True))


@dataclass(frozen=True, slots=True)
class Score:
    """What the answers add up to.

    ``scores`` are whole points, None where no rule gives one; ``exact`` are the same before
    rounding. ``band``, ``caseness`` and ``caseness_rule`` are of the instrument's main score.
    ``missing`` names unanswered scored items in the instrument's order. ``result`` is the category
    the answers lead to, with its ``steps``; with something missing it is the least it can be.
    ``entered``: somebody entered totals, and no single answer is known.
    """

    scores: Mapping[str, int | None]
    exact: Mapping[str, Fraction | Decimal]
    band: str | None
    caseness: bool | None
    caseness_rule: str | None
    missing: tuple[str, ...]
    prorated: bool
    result: str | None = None
    steps: tuple[str, ...] = ()
    entered: bool = False


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
    scores: Mapping[str, str] = field(default_factory=dict)
    results: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, str] = field(default_factory=dict)
