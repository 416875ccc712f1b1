"""Two raters or methods on the same people."""

from __future__ import annotations

from alongside.cli.analyses.table import Answer, Asked, ends, rounded
from alongside.cli.refusals import WrongUsage
from alongside.engine.outcomes.agreement import Limits, Weights, kappa, limits_of_agreement
from alongside.insights.record_files import Column


def agreement(asked: Asked) -> Answer:
    """Limits of agreement for scores; kappa when --categories names the categories in order."""
    if asked.options.categories is not None:
        return _categories(asked)
    if asked.options.weights is not None:
        raise WrongUsage("--weights is for --categories.")
    rows, _ = asked.read(
        Column("one", "number", may_be_blank=True), Column("other", "number", may_be_blank=True)
    )
    pairs = [
        (float(one), float(other))
        for row in rows
        if (one := row.score("one")) is not None and (other := row.score("other")) is not None
    ]
    found = limits_of_agreement(
        [one for one, _ in pairs], [other for _, other in pairs], confidence=asked.confidence
    )
    limit = asked.options.limit
    within = None if limit is None else found.within(limit)
    shown = {
        "analysis": "agreement",
        "n": found.n,
        "missing": len(rows) - found.n,
        "bias": rounded(found.bias),
        "bias_interval": ends(found.bias_interval),
        "sd": rounded(found.sd),
        "low": rounded(found.low),
        "low_interval": ends(found.low_interval),
        "high": rounded(found.high),
        "high_interval": ends(found.high_interval),
        "trend": rounded(found.trend),
        "trend_p": rounded(found.trend_p),
        "icc": rounded(found.icc),
        "icc_interval": ends(found.icc_interval),
        "limit": rounded(limit),
        "within_limit": within,
    }
    return Answer(shown, _words(asked, found, within), lambda: _draw(pairs, found))


def _words(asked: Asked, found: Limits, within: bool | None) -> list[str]:
    level = f"{100 * asked.confidence:g} %"
    lines = [
        f"{found.n} pairs. On average the first lies {found.bias:+.2f} from the other "
        f"({level} interval {found.bias_interval.low:.2f} to {found.bias_interval.high:.2f}).",
        f"Most differences lie between {found.low:.2f} and {found.high:.2f}.",
    ]
    if found.icc is not None:
        around = found.icc_interval
        said = f" ({around.low:.2f} to {around.high:.2f})" if around else ""
        lines.append(f"ICC(2,1) {found.icc:.3f}{said}.")
    if found.trend is not None and found.trend_p is not None and found.trend_p < 0.05:
        lines.append(
            f"The difference changes by {found.trend:.2f} with each point of the mean: the limits "
            "fit neither end."
        )
    if within is not None:
        verdict = "lie within" if within else "go beyond"
        lines.append(f"The limits {verdict} {asked.options.limit:g} points.")
    return lines


def _draw(pairs: list[tuple[float, float]], found: Limits) -> str:
    from alongside.cli.analyses.drawing import Chart, Line, Marks

    points = tuple(((one + other) / 2, one - other) for one, other in pairs)
    ends_of = (min(mean for mean, _ in points), max(mean for mean, _ in points))
    return Chart(
        title="Two ratings of the same people",
        said=(
            f"Difference up and mean across for {found.n} pairs. The mean difference is "
            f"{found.bias:.2f}; most differences lie between {found.low:.2f} and {found.high:.2f}."
        ),
        across="Mean of both",
        up="Difference",
        marks=(Marks("pairs", points, "before"),),
        lines=(
            Line(f"mean {found.bias:.2f}", tuple((x, found.bias) for x in ends_of), "fitted"),
            Line(f"from {found.low:.2f}", tuple((x, found.low) for x in ends_of), "same"),
            Line(f"to {found.high:.2f}", tuple((x, found.high) for x in ends_of), "same"),
        ),
    ).svg()


def _categories(asked: Asked) -> Answer:
    order = [each.strip() for each in asked.options.categories.split(",")]
    rows, _ = asked.read(
        Column("one", "text", may_be_blank=True), Column("other", "text", may_be_blank=True)
    )
    asked.refuse(
        (row.row, f"{role} {row.text(role)[:40]} is not one of {', '.join(order)}")
        for row in rows
        for role in ("one", "other")
        if row.text(role) and row.text(role) not in order
    )
    pairs = [
        (row.text("one"), row.text("other"))
        for row in rows
        if row.text("one") and row.text("other")
    ]
    weights: Weights = asked.options.weights or "none"
    found = kappa(
        [one for one, _ in pairs],
        [other for _, other in pairs],
        weights=weights,
        order=order,
        confidence=asked.confidence,
    )
    shown = {
        "analysis": "agreement",
        "n": found.n,
        "missing": len(rows) - found.n,
        "weights": weights,
        "agreed": rounded(found.agreed),
        "by_chance": rounded(found.by_chance),
        "kappa": rounded(found.kappa),
        "kappa_interval": ends(found.interval),
    }
    return Answer(
        shown,
        [
            f"{found.n} pairs agree by {100 * found.agreed:.1f} %; chance alone would give "
            f"{100 * found.by_chance:.1f} %.",
            f"Kappa {found.kappa:.3f} ({100 * asked.confidence:g} % interval "
            f"{found.interval.low:.2f} to {found.interval.high:.2f}).",
        ],
    )
