"""A series before and after something was introduced."""

from __future__ import annotations

from itertools import pairwise

from alongside.cli.analyses.table import Answer, Asked, ends, moment_of, rounded
from alongside.cli.refusals import Refused, WrongUsage
from alongside.engine.outcomes.interrupted import ENOUGH, Interrupted, Term, interrupted_series
from alongside.insights.record_files import Column, Record

ERRORS = ("newey_west", "prais_winsten", "ar1", "ols")


def series(asked: Asked) -> Answer:
    """A segmented regression: level and slope before, and how both changed at --start."""
    options = asked.options
    if options.start is None:
        raise WrongUsage("Say when it was introduced: --start and the first time after.")
    start = moment_of(options.start, "start")
    rows, _ = asked.read(Column("time", "moment"), Column("score", "number"))
    rows.sort(key=lambda row: row.number("time"))
    times = [row.number("time") for row in rows]
    asked.refuse(
        (rows[at].row, "another row has this time")
        for at in range(1, len(rows))
        if times[at] == times[at - 1]
    )
    _refuse_holes(asked, rows, times)
    if not times[0] <= start <= times[-1]:
        raise Refused(f"--start {options.start} lies outside the times of {asked.path.name}.")
    before = sum(time < start for time in times)
    values = [row.number("score") for row in rows]
    found = interrupted_series(
        values,
        before,
        errors=options.errors or "newey_west",
        lags=options.lags,
        jump_at=options.jump_at or "extrapolated",
        season=options.season,
        waves=1 if options.waves is None else options.waves,
        confidence=asked.confidence,
    )
    terms = (found.baseline, found.slope, found.jump, found.slope_change, *found.seasonal)
    shown = {
        "analysis": "series",
        "errors": found.errors,
        "jump_at": found.jump_at,
        "points_before": found.points_before,
        "points_after": found.points_after,
        "terms": {term.name: _term(term) for term in terms},
        "durbin_watson": rounded(found.durbin_watson),
        "autocorrelation": rounded(found.autocorrelation),
        "points": [
            {
                "time": rounded(time) if _is_number(options.start) else at + 1,
                "score": rounded(value),
                "fitted": rounded(found.fitted[at]),
                "counterfactual": rounded(found.counterfactual[at - before])
                if at >= before
                else None,
            }
            for at, (time, value) in enumerate(zip(times, values, strict=True))
        ],
        "effect_at_end": rounded(found.effects[-1]),
        "enough": found.is_enough,
    }
    return Answer(shown, _words(asked, found), lambda: _draw(values, found))


def _refuse_holes(asked: Asked, rows: list[Record], times: list[float]) -> None:
    """Numbered times must follow each other evenly; months and the like may differ a little."""
    steps = [later - earlier for earlier, later in pairwise(times)]
    if steps:
        usual = sorted(steps)[len(steps) // 2]
        asked.refuse(
            (rows[at + 1].row, "a time is missing before this row: a series has no holes")
            for at, step in enumerate(steps)
            if step > 1.5 * usual
        )


def _is_number(words: str) -> bool:
    try:
        float(words)
    except ValueError:
        return False
    return True


def _term(term: Term) -> dict[str, object]:
    return {
        "estimate": rounded(term.estimate),
        "standard_error": rounded(term.standard_error),
        "interval": ends(term.interval),
        "p": float(f"{term.p:.4g}"),
    }


def _words(asked: Asked, found: Interrupted) -> list[str]:
    level = f"{100 * asked.confidence:g} %"
    at = "carried back to the last point before" if found.jump_at == "extrapolated" else (
        "at the first point after"
    )  # fmt: skip
    lines = [
        f"{found.points_before} points before, {found.points_after} after.",
        *(
            f"  {words:<18}{term.estimate:>9.3f}   ({level} interval {term.interval.low:.3f} to "
            f"{term.interval.high:.3f}, {_p(term.p)})"
            for words, term in (
                ("slope before", found.slope),
                ("jump of level", found.jump),
                ("change of slope", found.slope_change),
            )
        ),
        f"The jump is {at}. At the end the series lies {found.effects[-1]:+.2f} from where it "
        "would have gone on.",
        f"Durbin-Watson {found.durbin_watson:.2f}; neighbours' errors go together by "
        f"{found.autocorrelation:.2f}.",
    ]
    if not found.is_enough:
        lines.append(f"Fewer than {ENOUGH} points on a side: shown, and not enough to conclude.")
    return lines


def _p(p: float) -> str:
    return "p below .001" if p < 0.001 else f"p {p:.3f}"


def _draw(values: list[float], found: Interrupted) -> str:
    from alongside.cli.analyses.drawing import Chart, Line, Marks

    before = found.points_before
    after = range(before + 1, len(values) + 1)
    return Chart(
        title="What changed when it was introduced",
        said=(
            f"{before} points before and {found.points_after} after. The level changed by "
            f"{found.jump.estimate:.2f} and the slope by {found.slope_change.estimate:.2f} a step; "
            f"at the end the series lies {found.effects[-1]:+.2f} from where it would have gone on."
        ),
        across="Point in time, counted",
        up="Score",
        marks=(
            Marks("before", tuple(enumerate(values[:before], start=1)), "before"),
            Marks("after", tuple(zip(after, values[before:], strict=True)), "after"),
        ),
        lines=(
            Line("", ((before + 0.5, None),), "edge"),
            Line("fitted", tuple(enumerate(found.fitted[:before], start=1)), "fitted"),
            Line("", tuple(zip(after, found.fitted[before:], strict=True)), "fitted"),
            Line(
                "going on as before", tuple(zip(after, found.counterfactual, strict=True)), "same"
            ),
        ),
    ).svg()
