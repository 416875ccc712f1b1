"""`alongside outcomes`: who changed, reliably or not, in a file of scores; and other analyses."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from alongside.cli import files, terminal
from alongside.cli.analyses.table import (
    BY_NAME,
    CHANGE,
    Answer,
    Asked,
    overview,
    refuse_others,
)
from alongside.cli.refusals import Refused, WrongUsage, sentence

if TYPE_CHECKING:
    from alongside.engine.outcomes.clinical_significance import CutOff, Norm
    from alongside.engine.outcomes.of_instrument import InstrumentChange
    from alongside.engine.outcomes.reliable_change import ChangeRule
    from alongside.engine.terms import Direction
    from alongside.insights.outcome_files import Long, Pair, Wide

EXAMPLE = f"""\
examples:
  alongside outcomes scores.csv --person id --time week --score phq9 --instrument phq9
  alongside outcomes bdi.csv --person id --pre first --post last --sd 8.16 --reliability 0.801 \\
      --clinical-mean 35.48 --clinical-sd 8.16 --functional-mean 7.69 --functional-sd 7.52 \\
      --higher-is worse --cutoff c --plot change.svg --json

JSON:
  {{"instrument","method","threshold","cutoff",
   "persons":[{{"person","pre","post","n","change","rci","class"}}],
   "totals":{{"n","paired","missing","recovered","improved","unchanged","deteriorated","harmed"}}}}

change and rci are positive when things got better. threshold is the smallest change in points
that counts (every method but jt: in standard errors from what was expected). rci is null where
only a published value is known. A published value of an instrument wins over one that is worked
out. Somebody with fewer than two scores is missing, with class null. Without a cut-off nobody is
recovered or harmed.

Methods: jt, Jacobson-Truax; and with --clinical-mean gln, Gulliksen-Lord-Novick; hll,
Hsu-Linn-Lord; en, Edwards-Nunnally; nk, Nunnally-Kotsch; ha, Hageman-Arrindell (one-sided: 1.65).
hll and ha also need the mean of the last scores, ha their spread and correlation: what is not
given is worked out from the pairs in the file, and said.

Cut-offs: a, two standard deviations from the clinical mean; b, two from the functional mean;
c, between the two; or a number of points, which itself is in the clinical range. Without
--cutoff: the caseness of the instrument, else the one that the norms given allow.

Other analyses (--analysis NAME) read columns by these names, or by --column ROLE=COLUMN; those in
brackets may be left out:
{overview()}

  alongside outcomes rates.csv --analysis series --start 2026-03-01 --season 12 --plot rates.svg
  alongside outcomes fills.csv --analysis adherence --until 2026-07-01 --column day=dispensed_on

Their JSON begins with {{"analysis":NAME}} and is described in docs/reference/outcomes.md.
"""

COLUMNS = ("person", "time", "score", "pre", "post")
ALWAYS = ("file", "json", "text", "analysis", "column", "plot", "person", "time", "score")

METHODS = {
    "jt": "Jacobson-Truax",
    "gln": "Gulliksen-Lord-Novick",
    "hll": "Hsu-Linn-Lord",
    "en": "Edwards-Nunnally",
    "nk": "Nunnally-Kotsch",
    "ha": "Hageman-Arrindell",
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="CSV or Parquet")
    terminal.add_text(parser)
    parser.add_argument(
        "--analysis",
        choices=[CHANGE, *BY_NAME],
        default=CHANGE,
        metavar="NAME",
        help="what to work out; default: change. All are listed below",
    )
    columns = parser.add_argument_group("columns")
    columns.add_argument("--person", metavar="COLUMN", help="who; rows are numbered without it")
    columns.add_argument("--time", metavar="COLUMN", help="when: numbers, or dates")
    columns.add_argument("--score", metavar="COLUMN", help="the score, one row a time")
    columns.add_argument("--pre", metavar="COLUMN", help="the first score, one row a person")
    columns.add_argument("--post", metavar="COLUMN", help="the last score, one row a person")
    rule = parser.add_argument_group("what counts as change")
    rule.add_argument("--instrument", metavar="ID", help="such as phq9")
    rule.add_argument("--method", choices=list(METHODS), default="jt", help="default: jt")
    rule.add_argument(
        "--sd", type=_number, metavar="POINTS", help="standard deviation at the start"
    )
    rule.add_argument("--reliability", type=_number, metavar="R", help="test-retest, else alpha")
    rule.add_argument("--confidence", type=_number, metavar="P", help="default: 0.95")
    rule.add_argument(
        "--last-reliability", type=_number, metavar="R", help="for nk; default: --reliability"
    )
    rule.add_argument("--last-mean", type=_number, metavar="POINTS", help="for hll and ha")
    rule.add_argument("--last-sd", type=_number, metavar="POINTS", help="for ha")
    rule.add_argument("--correlation", type=_number, metavar="R", help="first with last, for ha")
    rule.add_argument("--higher-is", choices=("worse", "better"), help="what a higher score means")
    line = parser.add_argument_group("the line between clinical and functional")
    line.add_argument("--cutoff", metavar="a|b|c|NUMBER")
    for group in ("clinical", "functional"):
        line.add_argument(f"--{group}-mean", type=_number, metavar="POINTS")
        line.add_argument(f"--{group}-sd", type=_number, metavar="POINTS")
    parser.add_argument(
        "--plot",
        metavar="FILE.svg",
        help="draw change, single-case, series or agreement",
    )
    _add_others(parser)


def _add_others(parser: ArgumentParser) -> None:
    more = parser.add_argument_group("other analyses")
    more.add_argument("--column", action="append", metavar="ROLE=COLUMN", help="a column's name")
    more.add_argument(
        "--measure", action="append", metavar="ID[=COLUMN]", help="service: one of the measures"
    )
    more.add_argument("--group", metavar="NAME", help="effect, shares: whom the figures are about")
    more.add_argument("--event-is", choices=("good", "bad"), help="shares; default: good")
    more.add_argument("--rho", type=_number, help="goals: correlation between goals; default: 0.3")
    more.add_argument("--until", metavar="WHEN", help="adherence: the first day not in the period")
    more.add_argument("--baseline", metavar="PHASE", help="single-case: the phase before")
    more.add_argument("--start", metavar="WHEN", help="series: the first time after")
    more.add_argument(
        "--errors",
        choices=("newey_west", "prais_winsten", "ar1", "ols"),
        help="series: what is done about neighbours that are alike; default: newey_west",
    )
    more.add_argument(
        "--lags", type=int, help="series: of newey_west; default: 1, from 24 points 2"
    )
    more.add_argument(
        "--season", type=int, metavar="N", help="series: points in a year, such as 12"
    )
    more.add_argument("--waves", type=int, metavar="N", help="series: of a season; default: 1")
    more.add_argument(
        "--jump-at",
        choices=("extrapolated", "first"),
        help="series: the jump at the last point before (default), or at the first after",
    )
    more.add_argument("--limit", type=_number, metavar="POINTS", help="agreement: harmless, by you")
    more.add_argument("--categories", metavar="A,B,C", help="agreement: kappa; in their order")
    more.add_argument(
        "--weights", choices=("none", "linear", "quadratic"), help="agreement: of kappa"
    )
    more.add_argument("--answers", type=int, metavar="N", help="cohesion: answers of the scale")
    more.add_argument("--within", type=_number, metavar="DAYS", help="engagement; default: 90")
    more.add_argument("--sessions", type=int, metavar="N", help="track: of a typical treatment")
    more.add_argument(
        "--curve", action="store_true", help="track: by the made-up curve, which has no evidence"
    )
    more.add_argument("--edges", metavar="5,10,15", help="courses: where bands of start begin")
    more.add_argument(
        "--growth", action="store_true", help="courses: the growth curve too; takes seconds"
    )


def run(options: Namespace) -> int:
    given = [
        name
        for name, value in vars(options).items()
        if value not in (None, False) and (name, value) != ("method", "jt")
    ]
    if options.analysis != CHANGE:
        return _other(options, given)
    _refuse_options_of_others(given)
    return _change(options)


def _other(options: Namespace, given: list[str]) -> int:
    """Carry out one of the other analyses."""
    from alongside.engine.errors import EngineError
    from alongside.insights.tabular import TableRefused

    analysis = BY_NAME[options.analysis]
    refuse_others(analysis.name, given, ALWAYS)
    if options.plot and not analysis.draws:
        drawn = ", ".join(each.name for each in BY_NAME.values() if each.draws)
        raise WrongUsage(f"--analysis {analysis.name} has no drawing. These have: change, {drawn}.")
    path = Path(options.file)
    try:
        answer = analysis.work(Asked(path, options, _named(options)))
        if options.plot:
            _write_drawing(options.plot, path, answer)
    except TableRefused as refusal:
        raise Refused(str(refusal)) from refusal
    except EngineError as refusal:
        said = str(refusal)
        raise Refused(sentence(f"{said[:1].upper()}{said[1:]}")) from refusal
    if terminal.wants_json(options):
        import orjson

        sys.stdout.buffer.write(orjson.dumps(answer.json) + b"\n")
    else:
        print("\n".join(answer.lines))
    return 0


def _named(options: Namespace) -> dict[str, str]:
    """The columns that go by another name than their role."""
    named = {role: value for role in COLUMNS if (value := getattr(options, role))}
    for words, flag in ((options.column or [], "column"), (options.measure or [], "measure")):
        for each in words:
            role, equals, column = each.partition("=")
            if not role or (equals and not column) or (flag == "column" and not equals):
                raise WrongUsage(f"--{flag} is written ROLE=COLUMN, not {each[:60]}.")
            if role in named:
                raise WrongUsage(f"The column of {role[:40]} is named twice.")
            if equals:
                named[role] = column
    return named


def _write_drawing(out: str, path: Path, answer: Answer) -> None:
    if answer.drawing is None:
        raise Refused("One person can be drawn at a time, and the file has several.")
    drawing = answer.drawing()
    with files.result(out, path) as sink:
        sink.write(drawing.encode())


def _refuse_options_of_others(given: list[str]) -> None:
    for name in given:
        owners = [each.name for each in BY_NAME.values() if name in each.options]
        if name == "column" or (owners and name not in _OPTIONS_OF_CHANGE):
            word = name.replace("_", "-")
            which = f"--analysis {' or '.join(owners)}" if owners else "another --analysis"
            raise WrongUsage(f"--{word} is for {which}.")


_OPTIONS_OF_CHANGE = frozenset({"pre", "post", "higher_is", "confidence", "instrument"})


def _change(options: Namespace) -> int:
    from alongside.insights.outcome_files import pairs
    from alongside.insights.tabular import TableRefused

    columns = _columns(options)
    path = Path(options.file)
    ruling = _ruling(options, path, columns)
    tally = Tally(ruling, wants_plot=bool(options.plot))
    as_json = terminal.wants_json(options)
    try:
        with pairs(path, columns, lowest=ruling.lowest, highest=ruling.highest) as found:
            if as_json:
                _print_json(ruling, tally, found)
            else:
                for pair in found:
                    tally.add(pair)
    except TableRefused as refusal:
        raise Refused(str(refusal)) from refusal
    if options.plot:
        _draw(options.plot, path, ruling, tally)
    if not as_json:
        _print_text(ruling, tally)
    return 0


@dataclass(frozen=True, slots=True)
class Ruling:
    """Everything the options decide before a row is read."""

    instrument: str | None
    rule: ChangeRule
    line: CutOff | None
    lowest: int | None
    highest: int | None


@dataclass(slots=True)
class Tally:
    """Counts as people are classed; for a drawing also where each point lies."""

    ruling: Ruling
    wants_plot: bool
    counts: Counter[str] = field(default_factory=Counter)
    points: Counter[tuple[float, float, str]] = field(default_factory=Counter)

    def add(self, pair: Pair) -> dict[str, object]:
        """Class one person and count them."""
        from alongside.engine.outcomes.clinical_significance import classify

        self.counts["n"] += 1
        given: dict[str, object] = {"person": pair.person}
        given |= {"pre": _plain(pair.pre), "post": _plain(pair.post), "n": pair.n}
        if pair.pre is None or pair.post is None:
            self.counts["missing"] += 1
            return {**given, "change": None, "rci": None, "class": None}
        outcome = classify(pair.pre, pair.post, self.ruling.rule, self.ruling.line)
        self.counts["paired"] += 1
        self.counts[outcome.outcome] += 1
        if self.wants_plot:
            self.points[float(pair.pre), float(pair.post), outcome.outcome] += 1
        index = outcome.change.index
        return {
            **given,
            "change": _plain(outcome.change.points),
            "rci": None if index is None else round(index, 6),
            "class": outcome.outcome,
        }

    def totals(self) -> dict[str, int]:
        """The totals of the JSON form, in its order."""
        from alongside.engine.outcomes.clinical_significance import CLASSES

        return {name: self.counts[name] for name in ("n", "paired", "missing", *CLASSES)}


def _columns(options: Namespace) -> Long | Wide:
    from alongside.insights.outcome_files import Long, Wide

    if options.pre or options.post:
        if options.time or options.score:
            raise WrongUsage("Give --pre and --post, or --time and --score, not both.")
        if not (options.pre and options.post):
            raise WrongUsage("--pre and --post go together: name both columns.")
        return Wide(options.pre, options.post, options.person)
    wanted = ("person", "time", "score")
    missing = [f"--{each}" for each in wanted if not getattr(options, each)]
    if missing:
        raise WrongUsage(
            f"Name the columns: {' and '.join(missing)} missing. "
            "Give --person, --time and --score, or --pre and --post."
        )
    return Long(options.person, options.time, options.score)


def _ruling(options: Namespace, path: Path, columns: Long | Wide) -> Ruling:
    from alongside.engine.outcomes.numbers import NotAFigure
    from alongside.engine.outcomes.reliable_change import MethodNeeds

    if (options.sd is None) != (options.reliability is None):
        raise WrongUsage("--sd and --reliability go together: give both.")
    info = _instrument(options.instrument) if options.instrument else None
    if info is None and options.sd is None:
        raise WrongUsage("Say what counts as change: --instrument, or --sd and --reliability.")
    higher_is = _direction(options, info)
    try:
        clinical = _norm(options, "clinical")
        functional = _norm(options, "functional")
        if options.method in ("hll", "ha"):
            _figures_of_the_file(options, path, columns)
        rule = _rule(options, info, higher_is)
        line = _line(options, info, higher_is, clinical, functional)
    except MethodNeeds as refusal:
        raise Refused(
            f"Method {refusal.method} needs {refusal.needs}: --clinical-mean."
        ) from refusal
    except NotAFigure as refusal:
        said = str(refusal)
        raise WrongUsage(f"{said[:1].upper()}{said[1:]}.") from refusal
    return Ruling(
        instrument=info.instrument.partition("@")[0] if info else None,
        rule=rule,
        line=line,
        lowest=info.lowest if info else None,
        highest=info.highest if info else None,
    )


def _instrument(id: str) -> InstrumentChange:
    from alongside.cli.content_here import instrument
    from alongside.engine.outcomes.of_instrument import change_of

    return change_of(instrument(id)[0])


def _direction(options: Namespace, info: InstrumentChange | None) -> Direction:
    asked: Direction | None = options.higher_is
    if info is None or info.higher_is is None:
        if asked is None:
            named = f" {info.instrument} does not say." if info else ""
            raise WrongUsage(f"Say what a higher score means: --higher-is worse or better.{named}")
        return asked
    if asked is not None and asked != info.higher_is:
        raise Refused(f"A higher score of {info.instrument} is {info.higher_is}, not {asked}.")
    return info.higher_is


def _rule(options: Namespace, info: InstrumentChange | None, higher_is: Direction) -> ChangeRule:
    from alongside.engine.outcomes.reliable_change import derived, published

    confidence = 0.95 if options.confidence is None else options.confidence
    if options.method != "jt":
        if options.sd is None:
            raise Refused(f"Method {options.method} needs --sd, --reliability and --clinical-mean.")
        return _expecting(options, higher_is, confidence)
    own = None
    if options.sd is not None:
        own = derived(options.sd, options.reliability, higher_is=higher_is, confidence=confidence)
    stated = info.rule if info else None
    if info is None or stated is None:
        if own is None:
            raise Refused(_no_rule(info))
        return own
    at = stated.confidence or 0.95
    if options.confidence is not None and options.confidence != at:
        # The published value answers another question: it holds at its own confidence only.
        if own is None:
            raise Refused(
                f"The published value of {info.instrument} holds at a confidence of {at:g} only. "
                "Give --sd and --reliability for another."
            )
        return own
    if at != 0.95:
        terminal.say(f"The published value of {info.instrument} is at a confidence of {at:g}.")
    if own is None:
        return stated
    terminal.say(
        f"The published value of {info.instrument}, {stated.threshold:g} points, is used; "
        "--sd and --reliability give the index only."
    )
    return published(
        stated.threshold,
        higher_is=higher_is,
        inclusive=stated.inclusive,
        confidence=stated.confidence,
        sd=options.sd,
        reliability=options.reliability,
        source=stated.source,
    )


def _expecting(options: Namespace, higher_is: Direction, confidence: float) -> ChangeRule:
    """A rule that compares the last score with the one to expect."""
    from alongside.engine.outcomes import reliable_change as rules

    base = (options.sd, options.reliability, options.clinical_mean)
    if options.method == "gln":
        return rules.gulliksen_lord_novick(*base, higher_is=higher_is, confidence=confidence)
    if options.method == "en":
        return rules.edwards_nunnally(*base, higher_is=higher_is, confidence=confidence)
    if options.method == "nk":
        last = options.last_reliability
        last = options.reliability if last is None else last
        return rules.nunnally_kotsch(*base, last, higher_is=higher_is, confidence=confidence)
    if options.method == "hll":
        return rules.hsu_linn_lord(
            *base, options.last_mean, higher_is=higher_is, confidence=confidence
        )
    return rules.hageman_arrindell(
        *base,
        options.last_mean,
        options.last_sd,
        options.correlation,
        higher_is=higher_is,
        confidence=confidence,
    )


def _figures_of_the_file(options: Namespace, path: Path, columns: Long | Wide) -> None:
    """Work out what a method needs to know of the last scores and was not told, and say so."""
    from alongside.insights.outcome_files import figures
    from alongside.insights.tabular import TableRefused

    wanted = ["last_mean"] if options.method == "hll" else ["last_mean", "last_sd", "correlation"]
    wanted = [each for each in wanted if getattr(options, each) is None]
    if not wanted:
        return
    try:
        found = figures(path, columns)
    except TableRefused as refusal:
        raise Refused(str(refusal)) from refusal
    for each in wanted:
        value = getattr(found, each)
        if value is None:
            flag = f"--{each.replace('_', '-')}"
            raise Refused(
                f"The pairs in {path.name} are too few or too alike for method {options.method}. "
                f"Give {flag}."
            )
        setattr(options, each, value)
    said = ", ".join(f"--{each.replace('_', '-')} {getattr(found, each):.4g}" for each in wanted)
    terminal.say(f"Worked out from {found.pairs} pairs in {path.name}: {said}.")


def _no_rule(info: InstrumentChange | None) -> str:
    name = info.instrument if info else "this score"
    why = {
        "mid": f"Only a smallest meaningful difference is published for {name}, which is no "
        "reliable change.",
        "derived": f"The reliable change of {name} rests on assumed figures and is switched off.",
        "by_analogy": f"The reliable change of {name} is borrowed and switched off.",
    }.get(info.basis if info else "none", f"No reliable change is published for {name}.")
    return f"{why} Give your own figures: --sd and --reliability."


def _norm(options: Namespace, group: str) -> Norm | None:
    from alongside.engine.outcomes.clinical_significance import Norm

    mean, sd = getattr(options, f"{group}_mean"), getattr(options, f"{group}_sd")
    if mean is None and sd is None:
        return None
    if mean is None or sd is None:
        if group == "clinical" and sd is None and options.method != "jt":
            return None  # the mean alone is what the other methods need
        raise WrongUsage(f"--{group}-mean and --{group}-sd go together: give both.")
    return Norm(mean, sd)


def _line(
    options: Namespace,
    info: InstrumentChange | None,
    higher_is: Direction,
    clinical: Norm | None,
    functional: Norm | None,
) -> CutOff | None:
    from alongside.engine.outcomes.clinical_significance import CutOffNeeds, cutoff

    asked: str | Decimal | None = options.cutoff
    if asked is None and info is not None and info.line is not None:
        if clinical is None and functional is None:
            return info.line
    elif asked is not None and asked not in ("a", "b", "c"):
        try:
            asked = Decimal(str(asked))
        except InvalidOperation as failure:
            raise WrongUsage(f"--cutoff is a, b, c or a number, not {asked}.") from failure
    try:
        return cutoff(asked, higher_is=higher_is, clinical=clinical, functional=functional)
    except CutOffNeeds as refusal:
        groups = {"a": ["clinical"], "b": ["functional"], "c": ["clinical", "functional"]}
        needed = [f"--{group}-{part}" for group in groups[refusal.kind] for part in ("mean", "sd")]
        raise Refused(f"Cut-off {refusal.kind} needs {', '.join(needed)}.") from refusal


def _print_json(ruling: Ruling, tally: Tally, found: Iterator[Pair]) -> None:
    import orjson

    write = sys.stdout.buffer.write
    head = {
        "instrument": ruling.instrument,
        "method": ruling.rule.method,
        "threshold": _plain(Decimal(str(round(ruling.rule.threshold, 6)))),
        "cutoff": _rounded(ruling.line),
    }
    write(orjson.dumps(head)[:-1] + b',"persons":[')
    between = b""
    for pair in found:
        write(between + orjson.dumps(tally.add(pair)))
        between = b","
    write(b'],"totals":' + orjson.dumps(tally.totals()) + b"}\n")


def _print_text(ruling: Ruling, tally: Tally) -> None:
    from alongside.engine.outcomes.clinical_significance import CLASSES
    from alongside.engine.outcomes.intervals import wilson

    totals = tally.totals()
    paired = totals["paired"]
    print(f"{totals['n']} people: {paired} with a first and a last score, {totals['missing']} not.")
    print(_rule_in_words(ruling))
    if not paired:
        return
    print()
    for each in CLASSES:
        share = wilson(totals[each], paired)
        print(
            f"  {each:<13}{totals[each]:>8}  {100 * totals[each] / paired:5.1f} %   "
            f"(95 % interval {100 * share.low:.1f} to {100 * share.high:.1f} %)"
        )
    print("\nThis compares first with last scores only: some people get better without help.")


def _rule_in_words(ruling: Ruling) -> str:
    rule, line = ruling.rule, ruling.line
    if rule.expected is not None:
        words = f"{rule.threshold:.2f} standard errors beyond what was expected"
    else:
        words = f"{rule.threshold:.4g} points or more"
        if not rule.inclusive:
            words = f"more than {rule.threshold:.4g} points"
    basis = {"published": "a published value", "derived": "worked out from --sd and --reliability"}
    said = (
        f"A change of {words} is larger than measurement error is likely to explain "
        f"({basis.get(rule.basis, 'by analogy')})."
    )
    if line is None:
        return f"{said}\nNo cut-off was given, so nobody is called recovered or harmed."
    kind = {"number": "given", "caseness": "the caseness of the instrument"}.get(
        line.kind, f"cut-off {line.kind}"
    )
    where = "The line between the clinical and the functional range"
    return f"{said}\n{where} is {_rounded(line)} ({kind})."


def _draw(out: str, path: Path, ruling: Ruling, tally: Tally) -> None:
    from alongside.cli.outcomes_plot import draw

    drawing = draw(
        tally.points,
        ruling.rule,
        ruling.line,
        title=f"First and last scores in {path.name}",
        missing=tally.counts["missing"],
        lowest=ruling.lowest,
        highest=ruling.highest,
    )
    with files.result(out, path) as sink:
        sink.write(drawing.encode())


def _plain(value: object) -> int | float | None:
    """A score for JSON: whole where it is whole."""
    if value is None or isinstance(value, int):
        return value
    number = Decimal(str(value))
    is_whole = abs(number) < 2**53 and number == number.to_integral_value()
    return int(number) if is_whole else float(number)


def _rounded(line: CutOff | None) -> int | float | None:
    return None if line is None else _plain(round(Decimal(str(line.value)), 6))


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError as failure:
        raise ArgumentTypeError(f"{word[:40]} is not a number") from failure
