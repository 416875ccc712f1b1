"""Effect sizes of a file: one group over time, or two groups side by side."""

from __future__ import annotations

from alongside.cli.analyses.table import Answer, Asked, ends, rounded, two_groups
from alongside.cli.refusals import WrongUsage
from alongside.engine.outcomes import effect_sizes
from alongside.insights.outcome_files import Long, Pair, Wide, pairs
from alongside.insights.record_files import Column

NOT_A_CAUSE = (
    "A change over time says nothing about its cause: some people get better without help."
)


def effect(asked: Asked) -> Answer:
    """First against last scores of one group; or with --group two groups' scores."""
    if asked.options.group is not None or "group" in asked.named:
        return _between(asked)
    first, last, missing = [], [], 0
    for pair in pairs_of(asked):
        if pair.pre is None or pair.post is None:
            missing += 1
        else:
            first.append(pair.pre)
            last.append(pair.post)
    size = effect_sizes.change_effect(
        first, last, higher_is=asked.higher_is, confidence=asked.confidence
    )
    shown = {
        "analysis": "effect",
        "design": "change",
        "n": size.n,
        "missing": missing,
        "mean_change": rounded(size.mean_change),
        "first_sd": rounded(size.first_sd),
        "last_sd": rounded(size.last_sd),
        "correlation": rounded(size.correlation),
        "d": rounded(size.d),
        "d_interval": ends(size.interval),
        "standard_error": rounded(size.standard_error),
        "g": rounded(size.g),
        "g_interval": ends(size.g_interval),
        "d_av": rounded(size.d_av),
        "d_z": rounded(size.d_z),
    }
    level = f"{100 * asked.confidence:g} %"
    return Answer(
        shown,
        [
            f"{size.n} people with a first and a last score, {missing} without.",
            f"The mean change is {size.mean_change:.2f} points (positive is better).",
            f"  g     {size.g:6.2f}   standard deviations of the first scores, corrected for few "
            f"people ({level} interval {size.g_interval.low:.2f} to {size.g_interval.high:.2f})",
            f"  d     {size.d:6.2f}   the same, not corrected",
            f"  d_av  {size.d_av:6.2f}   standard deviations of first and last scores",
            f"  d_z   {_or_none(size.d_z):>6}   standard deviations of the changes",
            f"By convention this is {effect_sizes.size_of(size.g)}.",
            NOT_A_CAUSE,
        ],
    )


def pairs_of(asked: Asked) -> list[Pair]:
    """First and last score of everybody: by --pre and --post, else by person, time and score."""
    named = asked.named
    if "pre" in named or "post" in named:
        if "time" in named or "score" in named:
            raise WrongUsage("Give --pre and --post, or --time and --score, not both.")
        columns: Long | Wide = Wide(
            named.get("pre", "pre"), named.get("post", "post"), named.get("person")
        )
    else:
        columns = Long(
            named.get("person", "person"), named.get("time", "time"), named.get("score", "score")
        )
    with pairs(asked.path, columns) as found:
        return list(found)


def _between(asked: Asked) -> Answer:
    rows, _ = asked.read(Column("group", "text"), Column("score", "number", may_be_blank=True))
    one, other = two_groups((row.text("group") for row in rows), asked.options.group)
    scores: dict[str, list[float]] = {one: [], other: []}
    missing = 0
    for row in rows:
        score = row.score("score")
        if score is None:
            missing += 1
        else:
            scores[row.text("group")].append(float(score))
    groups = {name: effect_sizes.group_of(values) for name, values in scores.items()}
    size = effect_sizes.group_effect(
        groups[one], groups[other], higher_is=asked.higher_is, confidence=asked.confidence
    )
    shown = {
        "analysis": "effect",
        "design": "groups",
        "groups": [
            {"group": name, "n": group.n, "mean": rounded(group.mean), "sd": rounded(group.sd)}
            for name, group in groups.items()
        ],
        "missing": missing,
        "pooled_sd": rounded(size.pooled_sd),
        "d": rounded(size.d),
        "g": rounded(size.g),
        "standard_error": rounded(size.standard_error),
        "g_interval": ends(size.interval),
    }
    return Answer(
        shown,
        [
            *(
                f"  {name:<20} {group.n:>6} people, mean {group.mean:.2f}, "
                f"standard deviation {group.sd:.2f}"
                for name, group in groups.items()
            ),
            f"{missing} rows have no score.",
            f"g is {size.g:.2f} pooled standard deviations ({100 * asked.confidence:g} % interval "
            f"{size.interval.low:.2f} to {size.interval.high:.2f}); positive when {one} did "
            "better.",
            f"By convention this is {effect_sizes.size_of(size.g)}.",
        ],
    )


def _or_none(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
