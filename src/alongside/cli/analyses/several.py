"""Several measures of one person judged together, as talking therapy services report them."""

from __future__ import annotations

from decimal import Decimal

from alongside.cli.analyses.table import Answer, Asked, rounded
from alongside.cli.refusals import Refused, WrongUsage
from alongside.engine.outcomes import service_rules
from alongside.engine.outcomes.of_instrument import InstrumentChange, change_of
from alongside.engine.outcomes.service_rules import Measure, Rate, Scores
from alongside.insights.record_files import Column, Record


def service(asked: Asked) -> Answer:
    """Recovery, reliable improvement, reliable recovery and deterioration over all persons."""
    known = _measures(asked)
    measures = {id: _measure(id, info) for id, info in known.items()}
    rows, _ = asked.read(
        Column("person", "text"),
        Column("time", "moment"),
        *(Column(name, "number", may_be_blank=True) for name in measures),
    )
    for id, info in known.items():
        asked.refuse_outside(rows, id, info.lowest, info.highest)
    people: dict[str, list[Record]] = {}
    for row in rows:
        people.setdefault(row.text("person"), []).append(row)
    asked.refuse(
        (later.row, f"{person} has another row at this time, row {earlier.row}")
        for person, given in people.items()
        for earlier, later in _at_once(given)
    )
    persons, outcomes = [], []
    for person, given in people.items():
        given.sort(key=lambda row: row.number("time"))
        scores = [(measure, _ends(given, name)) for name, measure in measures.items()]
        outcome = service_rules.outcome_together(scores, contacts=len(given))
        outcomes.append(outcome)
        persons.append(
            {
                "person": person,
                "was_case": outcome.was_case if outcome else None,
                "recovered": outcome.recovered if outcome else None,
                "reliable": outcome.reliable if outcome else None,
                "reliably_recovered": outcome.reliably_recovered if outcome else None,
                "because": [reason.text for reason in outcome.reasons] if outcome else [],
            }
        )
    rates = service_rules.service_rates(outcomes)
    named = {
        "recovery": rates.recovery,
        "reliable_recovery": rates.reliable_recovery,
        "reliable_improvement": rates.reliable_improvement,
        "reliable_deterioration": rates.reliable_deterioration,
    }
    shown = {
        "analysis": "service",
        "measures": list(measures),
        "persons": persons,
        "totals": {
            "n": rates.finished,
            "paired": rates.finished - rates.missing,
            "missing": rates.missing,
            **{name: _rate(rate) for name, rate in named.items()},
        },
    }
    return Answer(
        shown,
        [
            f"{rates.finished} people: {rates.finished - rates.missing} with every measure first "
            f"and last, {rates.missing} not.",
            *(f"  {name.replace('_', ' '):<24}{_words(rate)}" for name, rate in named.items()),
            "Recovery is out of those who started as a case, reliable change out of all with pairs"
            " of scores.",
        ],
    )


def _measures(asked: Asked) -> dict[str, InstrumentChange]:
    from alongside.cli.content_here import instrument

    given: list[str] = asked.options.measure or []
    if not given:
        raise WrongUsage("Name the measures: --measure phq9=COLUMN --measure gad7=COLUMN.")
    ids = [each.partition("=")[0] for each in given]
    return {id: change_of(instrument(id)[0]) for id in ids}


def _measure(id: str, info: InstrumentChange) -> Measure:
    if info.rule is None or info.line is None:
        what = "reliable change" if info.rule is None else "caseness line"
        raise Refused(f"No {what} is published for {info.instrument}, so it cannot be judged.")
    return Measure(id, info.line, info.rule)


def _ends(given: list[Record], name: str) -> Scores:
    scores: list[Decimal] = [score for row in given if (score := row.score(name)) is not None]
    return Scores(scores[0], scores[-1]) if len(scores) > 1 else Scores(None, None)


def _at_once(given: list[Record]) -> list[tuple[Record, Record]]:
    seen: dict[float, Record] = {}
    twice = []
    for row in given:
        when = row.number("time")
        if when in seen:
            twice.append((seen[when], row))
        seen.setdefault(when, row)
    return twice


def _rate(rate: Rate) -> dict[str, object]:
    return {
        "count": rate.count,
        "of": rate.of,
        "share": rounded(rate.count / rate.of) if rate.of else None,
        "low": rounded(rate.interval.low) if rate.interval else None,
        "high": rounded(rate.interval.high) if rate.interval else None,
    }


def _words(rate: Rate) -> str:
    if rate.interval is None:
        return "nobody to count"
    return (
        f"{rate.count:>6} of {rate.of}  {100 * rate.count / rate.of:5.1f} %   (95 % interval "
        f"{100 * rate.interval.low:.1f} to {100 * rate.interval.high:.1f} %)"
    )
