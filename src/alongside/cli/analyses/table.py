"""The one table of analyses: what each reads, which options it takes, where it is worked out."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alongside.cli.refusals import Refused, WrongUsage, nearest

if TYPE_CHECKING:
    from alongside.engine.terms import Direction
    from alongside.insights.record_files import Column, Record

CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Analysis:
    """One analysis: its name, what it says, its columns in words, and the options it takes."""

    name: str
    does: str
    module: str
    columns: str
    options: frozenset[str] = frozenset()
    draws: bool = False

    def work(self, asked: Asked) -> Answer:
        """Work it out; the module is imported only now."""
        module: Any = import_module(f"alongside.cli.analyses.{self.module}")
        worked_out: Callable[[Asked], Answer] = getattr(module, self.name.replace("-", "_"))
        return worked_out(asked)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came out: JSON for programs, lines for people, and a drawing where there is one."""

    json: Mapping[str, object]
    lines: Sequence[str]
    drawing: Callable[[], str] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked: the file, the options, and the columns that go by another name."""

    path: Path
    options: Namespace
    named: Mapping[str, str]

    def read(self, *columns: Column) -> tuple[list[Record], frozenset[str]]:
        """The rows of the file, checked, and the roles whose column is there."""
        from alongside.insights.record_files import records

        known = [each.role for each in columns]
        for role in self.named:
            if role not in known:
                raise WrongUsage(
                    f"--analysis {self.options.analysis} reads no column for {role[:40]}."
                    f"{nearest(role, known)} It reads: {', '.join(known)}."
                )
        return records(self.path, columns, self.named)

    def refuse(self, found: Iterable[tuple[int, str]]) -> None:
        """Refuse the file when there is any row with a reason."""
        from alongside.insights.record_files import refuse

        refuse(self.path, found)

    def refuse_outside(
        self, rows: Iterable[Record], role: str, lowest: int | None, highest: int | None
    ) -> None:
        """Refuse scores that an instrument cannot have."""
        if lowest is None or highest is None:
            return
        self.refuse(
            (row.row, f"{score} is outside {lowest} to {highest}")
            for row in rows
            if (score := row.score(role)) is not None and not lowest <= score <= highest
        )

    @property
    def confidence(self) -> float:
        given: float | None = self.options.confidence
        return 0.95 if given is None else given

    @property
    def higher_is(self) -> Direction:
        """What a higher score means; wrong usage without it."""
        given: Direction | None = self.options.higher_is
        if given is None:
            raise WrongUsage("Say what a higher score means: --higher-is worse or better.")
        return given


PHASES = frozenset({"higher_is", "confidence", "baseline"})

ALL = (
    Analysis(
        "effect",
        "the change of one group, or two groups compared, in standard deviations",
        "effects",
        "as change; or group, score with --group",
        frozenset({"pre", "post", "higher_is", "confidence", "group"}),
    ),
    Analysis(
        "completion",
        "who was lost between first and last score, and whether they began otherwise",
        "lost",
        "as change",
        frozenset({"pre", "post", "higher_is", "confidence"}),
    ),
    Analysis(
        "service",
        "recovery and reliable change of several measures together, as services report it",
        "several",
        "person, time, and a column for each --measure",
        frozenset({"measure"}),
    ),
    Analysis(
        "goals",
        "Goal Attainment Scaling: T, and its change where there is a time",
        "goals",
        "person, goal, level, [weight], [time]",
        frozenset({"rho"}),
    ),
    Analysis(
        "adherence",
        "days covered by supplies of medicine, possession ratio and gaps",
        "medicine",
        "person, day, days, [drug], [kind: fill, hospital or stopped]",
        frozenset({"until"}),
    ),
    Analysis(
        "single-case",
        "one person's ratings in two phases: NAP, PND, Tau, Tau-U",
        "phases",
        "phase, score, [time], [person]",
        PHASES,
        draws=True,
    ),
    Analysis(
        "series",
        "what changed in a series when something was introduced, against going on as before",
        "series",
        "time, score",
        frozenset({"start", "errors", "lags", "season", "waves", "jump_at", "confidence"}),
        draws=True,
    ),
    Analysis(
        "agreement",
        "two raters: limits of agreement and intraclass correlation, or kappa",
        "raters",
        "one, other",
        frozenset({"limit", "categories", "weights", "confidence"}),
        draws=True,
    ),
    Analysis(
        "shares",
        "two groups' shares: difference, ratio, number needed to treat",
        "shares",
        "group, event (yes or no)",
        frozenset({"group", "event_is", "confidence"}),
    ),
    Analysis(
        "reach",
        "a programme over its sites: reach, adoption, implementation, maintenance",
        "programme",
        "started, [eligible], [reached], [delivered], [kept], [group]",
    ),
    Analysis(
        "cohesion",
        "how close groups feel, how far their members agree, and what lies between groups",
        "members",
        "rating, [group]",
        frozenset({"answers"}),
    ),
    Analysis(
        "engagement",
        "who came, how soon, and the share over time",
        "coming",
        "days, came (yes or no)",
        frozenset({"within", "confidence"}),
    ),
    Analysis(
        "waits",
        "waits or response times by percentile",
        "coming",
        "wait",
    ),
    Analysis(
        "steady",
        "is a share steady from period to period (control chart)",
        "coming",
        "count, of, [time]",
    ),
    Analysis(
        "track",
        "who is on track, and why not, by the rules or a made-up curve",
        "track",
        "person, session, score",
        frozenset({"instrument", "sessions", "curve"}),
    ),
    Analysis(
        "courses",
        "expected change by start and session, from one's own finished courses",
        "track",
        "person, session, score",
        frozenset({"edges", "growth", "higher_is"}),
    ),
)

BY_NAME: Mapping[str, Analysis] = {each.name: each for each in ALL}


def overview() -> str:
    """Every analysis with the columns it reads, for the help."""
    width = max(len(each.name) for each in ALL)
    return "\n".join(
        f"  {each.name:<{width}}  {each.does}\n  {'':<{width}}  columns: {each.columns}"
        for each in ALL
    )


def refuse_others(analysis: str, given: Iterable[str], always: Iterable[str]) -> None:
    """Refuse an option that this analysis would leave aside: it may have been meant."""
    takes = BY_NAME[analysis].options | set(always)
    for each in given:
        if each not in takes:
            word = each.replace("_", "-")
            others = [one.name for one in ALL if each in one.options]
            where = f" It belongs to {', '.join(others)}." if others else " It belongs to change."
            raise WrongUsage(f"--analysis {analysis} does not take --{word}.{where}")


def rounded(value: float | None) -> float | int | None:
    """A figure for JSON: six digits, whole where it is whole, null where it is not finite."""
    if value is None or not isfinite(value):
        return None
    short = round(float(value), 6)
    return int(short) if short == int(short) and abs(short) < 2**53 else short


def ends(interval: Any) -> dict[str, float | int | None] | None:
    """An interval for JSON."""
    if interval is None:
        return None
    return {"low": rounded(interval.low), "high": rounded(interval.high)}


def moment_of(words: str, option: str) -> float:
    """A moment that an option gives."""
    from alongside.insights.record_files import moment

    try:
        return moment(words)
    except ValueError as failure:
        raise WrongUsage(
            f"--{option} is {words[:40]}: it must be a number or {failure}."
        ) from failure


def two_groups(names: Iterable[str], asked: str | None) -> tuple[str, str]:
    """The group the figures are about, and the one it is compared with."""
    listed = list(dict.fromkeys(names))
    if len(listed) != 2:
        shown = ", ".join(each[:40] for each in listed[:6])
        raise Refused(f"Two groups can be compared, and the file has {len(listed)}: {shown}.")
    if asked is None:
        raise WrongUsage(f"Say which group the figures are about: --group {' or '.join(listed)}.")
    if asked not in listed:
        raise Refused(f"There is no group {asked[:40]}.{nearest(asked, listed)}")
    return asked, next(each for each in listed if each != asked)
