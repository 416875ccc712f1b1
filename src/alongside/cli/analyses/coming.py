"""Who came and how soon, how long they waited, and whether a share is steady."""

from __future__ import annotations

from alongside.cli.analyses.table import Answer, Asked, ends, rounded
from alongside.engine.outcomes.engagement import (
    Waited,
    control_chart,
    days_until,
    engaged_within,
    kaplan_meier,
    percentile,
)
from alongside.insights.record_files import Column

SHARES = (0.5, 0.75, 0.9, 0.95, 1.0)


def engagement(asked: Asked) -> Answer:
    """The share that came within --within days, and the share over time (Kaplan-Meier)."""
    rows, _ = asked.read(Column("days", "number"), Column("came", "yes_no"))
    asked.refuse(
        (row.row, f"days {row.score('days')} is below 0") for row in rows if row.number("days") < 0
    )
    people = [Waited(row.number("days"), row.yes("came") is True) for row in rows]
    within = 90.0 if asked.options.within is None else asked.options.within
    share = engaged_within(people, days=within)
    steps = kaplan_meier(people, confidence=asked.confidence)
    half = days_until(steps)
    shown = {
        "analysis": "engagement",
        "n": len(people),
        "within_days": rounded(within),
        "within": {
            "count": share.count,
            "of": share.of,
            "share": rounded(share.share),
            "low": rounded(share.interval.low),
            "high": rounded(share.interval.high),
        },
        "half_by_days": rounded(half),
        "steps": [
            {
                "days": rounded(step.days),
                "at_risk": step.at_risk,
                "came": step.happened,
                "share": rounded(step.share),
                "interval": ends(step.interval),
            }
            for step in steps
        ],
    }
    return Answer(
        shown,
        [
            f"{share.count} of {share.of} who started came within {within:g} days: "
            f"{100 * share.share:.1f} % (95 % interval {100 * share.interval.low:.1f} to "
            f"{100 * share.interval.high:.1f} %).",
            "Half had come by day "
            + (f"{half:g}." if half is not None else "– : fewer than half came."),
            "Everybody who started counts, whoever could not be followed so long too.",
        ],
    )


def waits(asked: Asked) -> Answer:
    """The wait that half, three quarters, 90 % and 95 % of all did not exceed, and the longest."""
    rows, _ = asked.read(Column("wait", "number", may_be_blank=True))
    given = [float(wait) for row in rows if (wait := row.score("wait")) is not None]
    found = {f"p{100 * share:g}": percentile(given, share) for share in SHARES}
    shown = {
        "analysis": "waits",
        "n": len(given),
        "missing": len(rows) - len(given),
        "percentiles": {name: rounded(value) for name, value in found.items()},
    }
    return Answer(
        shown,
        [
            f"{len(given)} waits, {len(rows) - len(given)} missing.",
            *(
                f"  {100 * share:>3g} % waited {value:g} or less"
                for share, value in zip(SHARES, found.values(), strict=True)
            ),
        ],
    )


def steady(asked: Asked) -> Answer:
    """A control chart of shares: each period with its limits of three standard errors."""
    rows, here = asked.read(
        Column("count", "count"), Column("of", "count"), Column("time", "moment", required=False)
    )
    if "time" in here:
        rows.sort(key=lambda row: row.number("time"))
    pairs = [(row.whole("count") or 0, row.whole("of") or 0) for row in rows]
    asked.refuse(
        (row.row, f"{count} of {of} is no share")
        for row, (count, of) in zip(rows, pairs, strict=True)
        if of < 1 or count > of
    )
    points = control_chart(pairs)
    out = [place for place, point in enumerate(points, start=1) if point.is_out]
    shown = {
        "analysis": "steady",
        "share": rounded(sum(count for count, _ in pairs) / sum(of for _, of in pairs)),
        "periods": [
            {
                "count": point.count,
                "of": point.of,
                "share": rounded(point.share),
                "low": rounded(point.low),
                "high": rounded(point.high),
                "out": point.is_out,
            }
            for point in points
        ],
    }
    return Answer(
        shown,
        [
            f"{len(points)} periods; "
            + (
                f"beyond their limits: {', '.join(map(str, out))}." if out else "all within limits."
            ),
            *(
                f"  {place:>3}  {point.count} of {point.of}  {100 * point.share:5.1f} %   limits "
                f"{100 * point.low:.1f} to {100 * point.high:.1f} %"
                for place, point in enumerate(points, start=1)
            ),
        ],
    )
