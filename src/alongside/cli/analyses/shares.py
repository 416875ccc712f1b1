"""How many of two groups had an outcome."""

from __future__ import annotations

from math import inf

from alongside.cli.analyses.table import Answer, Asked, ends, rounded, two_groups
from alongside.engine.outcomes.treatment import NumberNeeded, compare_shares
from alongside.insights.record_files import Column


def shares(asked: Asked) -> Answer:
    """Difference, ratio and number needed to treat; rows without an outcome are missing."""
    rows, _ = asked.read(Column("group", "text"), Column("event", "yes_no", may_be_blank=True))
    one, other = two_groups((row.text("group") for row in rows), asked.options.group)
    known = [(row.text("group"), row.yes("event")) for row in rows]
    counts = {
        name: (
            sum(group == name and event is True for group, event in known),
            sum(group == name and event is not None for group, event in known),
        )
        for name in (one, other)
    }
    found = compare_shares(
        *counts[one],
        *counts[other],
        good=asked.options.event_is != "bad",
        confidence=asked.confidence,
    )
    needed = found.needed
    shown = {
        "analysis": "shares",
        "groups": [
            {"group": name, "count": count, "of": of, "share": rounded(count / of)}
            for name, (count, of) in counts.items()
        ],
        "missing": sum(event is None for _, event in known),
        "difference": rounded(found.difference),
        "standard_error": rounded(found.standard_error),
        "difference_interval": ends(found.interval),
        "ratio": rounded(found.ratio),
        "ratio_interval": ends(found.ratio_interval),
        "needed": {
            "to": needed.kind,
            "value": rounded(needed.value),
            "shown": needed.shown,
            "low": rounded(needed.low),
            "high": rounded(needed.high),
            "crosses_infinity": needed.crosses,
        },
    }
    level = f"{100 * asked.confidence:g} %"
    return Answer(
        shown,
        [
            *(
                f"  {name:<20} {count} of {of}   {100 * count / of:.1f} %"
                for name, (count, of) in counts.items()
            ),
            f"The difference is {100 * found.difference:+.1f} in a hundred ({level} interval "
            f"{100 * found.interval.low:+.1f} to {100 * found.interval.high:+.1f}); positive when "
            f"{one} did better.",
            _words(needed, level),
        ],
    )


def _words(needed: NumberNeeded, level: str) -> str:
    if needed.shown is None:
        return "The shares are the same, so no number needed to treat can be given."
    said = f"{needed.shown} are treated for one more to {_to(needed.kind)}"
    if needed.crosses:
        return (
            f"{said}, but the {level} interval goes from {_short(needed.low)} to benefit over "
            f"infinity to {_short(needed.high)} to harm: it may do nothing."
        )
    return f"{said} ({level} interval {_short(needed.low)} to {_short(needed.high)})."


def _to(kind: str) -> str:
    return "benefit" if kind == "benefit" else "be harmed"


def _short(value: float) -> str:
    return "infinity" if value == inf else f"{value:.2f}"
