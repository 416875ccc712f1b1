"""One person's ratings in two phases, for each person of a file."""

from __future__ import annotations

from alongside.cli.analyses.table import Answer, Asked, ends, rounded
from alongside.cli.refusals import Refused
from alongside.engine.outcomes.numbers import NotAFigure
from alongside.engine.outcomes.single_case import SingleCase
from alongside.engine.outcomes.single_case import single_case as compare
from alongside.insights.record_files import Column, Record


def single_case(asked: Asked) -> Answer:
    """NAP, PND, Tau, Tau-U and baseline-corrected Tau; in the order of time, else of rows."""
    rows, here = asked.read(
        Column("phase", "text"),
        Column("score", "number", may_be_blank=True),
        Column("time", "moment", required=False),
        Column("person", "text", required=False),
    )
    people: dict[str, list[Record]] = {}
    for row in rows:
        people.setdefault(row.text("person") or "1", []).append(row)
    if "time" in here:
        asked.refuse(
            (row.row, "another rating has this time")
            for given in people.values()
            for row in _twice(given)
        )
        for given in people.values():
            given.sort(key=lambda row: row.number("time"))
    names = list(dict.fromkeys(row.text("phase") for given in people.values() for row in given))
    if len(names) != 2:
        listed = ", ".join(each[:40] for each in names[:6])
        raise Refused(f"Two phases can be compared, and the file has {len(names)}: {listed}.")
    first = asked.options.baseline or names[0]
    if first not in names:
        raise Refused(f"There is no phase {first[:40]}. The file has {' and '.join(names)}.")
    second = next(each for each in names if each != first)
    persons, lines = [], []
    for person, given in people.items():
        ratings = {name: _scores(given, name) for name in (first, second)}
        blank = sum(row.score("score") is None for row in given)
        try:
            found = compare(
                ratings[first],
                ratings[second],
                higher_is=asked.higher_is,
                confidence=asked.confidence,
            )
        except NotAFigure as refusal:
            raise Refused(f"{person[:40]}: {refusal}.") from refusal
        persons.append({"person": person, "missing": blank, **_figures(found)})
        lines += _words(person, found)
    shown = {"analysis": "single-case", "phases": [first, second], "persons": persons}
    one = next(iter(people.values()))
    return Answer(
        shown,
        [
            f"Phase {first} against phase {second}; positive is better. NAP .5 is no effect.",
            *lines,
            "Daily ratings of one person are seldom independent: the intervals are too narrow.",
        ],
        (lambda: _draw(one, first, second)) if len(people) == 1 else None,
    )


def _scores(given: list[Record], phase: str) -> list[float]:
    return [
        float(score)
        for row in given
        if row.text("phase") == phase and (score := row.score("score")) is not None
    ]


def _twice(given: list[Record]) -> list[Record]:
    seen: set[float] = set()
    twice = []
    for row in given:
        if row.number("time") in seen:
            twice.append(row)
        seen.add(row.number("time"))
    return twice


def _figures(found: SingleCase) -> dict[str, object]:
    corrected = found.baseline_corrected
    return {
        "first_points": found.first_points,
        "second_points": found.second_points,
        "nap": rounded(found.nap),
        "nap_interval": ends(found.nap_interval),
        "overlap": found.overlap,
        "pnd": rounded(found.pnd),
        "tau": rounded(found.tau),
        "s_first": found.first.s,
        "p_first": rounded(found.first.p),
        "s_second": found.second.s,
        "tau_u": rounded(found.tau_u),
        "tau_u_full": rounded(found.tau_u_full),
        "baseline_corrected": corrected.corrected,
        "corrected_slope": rounded(corrected.slope),
        "corrected_tau": rounded(corrected.tau),
        "corrected_tau_b": rounded(corrected.tau_b),
        "enough": found.is_enough,
    }


def _words(person: str, found: SingleCase) -> list[str]:
    corrected = found.baseline_corrected
    lines = [
        f"  {person:<20} {found.first_points} and {found.second_points} ratings",
        f"    NAP {found.nap:.3f} ({found.nap_interval.low:.2f} to {found.nap_interval.high:.2f}), "
        f"by convention {found.overlap};  PND {found.pnd:.3f}",
        f"    Tau {found.tau:.3f};  Tau-U {found.tau_u:.3f} with the trend before taken out "
        f"(S {found.first.s}), {found.tau_u_full:.3f} with both trends",
    ]
    if corrected.corrected:
        lines.append(
            f"    Baseline-corrected Tau {corrected.tau:.3f} (tau-b {corrected.tau_b:.3f}): the "
            f"phase before moved by {corrected.slope:.3g} a rating"
        )
    else:
        lines.append(
            f"    Baseline-corrected Tau {corrected.tau:.3f}: the trend before could be chance "
            f"(p {found.first.p:.2f}), so it stays"
        )
    if not found.is_enough:
        lines.append("    Fewer than 5 ratings before: shown, and not enough to conclude anything.")
    return lines


def _draw(given: list[Record], first: str, second: str) -> str:
    from alongside.cli.analyses.drawing import Chart, Line, Marks

    before, after = _scores(given, first), _scores(given, second)
    return Chart(
        title=f"Ratings in phase {first} and phase {second}",
        said=(
            f"{len(before)} ratings in phase {first} from {min(before):g} to {max(before):g}, "
            f"then {len(after)} in phase {second} from {min(after):g} to {max(after):g}."
        ),
        across="Rating",
        up="Score",
        marks=(
            Marks(first, tuple(enumerate(before, start=1)), "before"),
            Marks(second, tuple(enumerate(after, start=len(before) + 1)), "after"),
        ),
        lines=(Line("", ((len(before) + 0.5, None),), "edge"),),
    ).svg()
