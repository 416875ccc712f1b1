"""Who has no last score, and what that does to the figures."""

from __future__ import annotations

from alongside.cli.analyses.effects import pairs_of
from alongside.cli.analyses.table import Answer, Asked, ends, rounded
from alongside.engine.outcomes.completion import completion as of_people


def completion(asked: Asked) -> Answer:
    """The share lost, the change with them counted as unchanged, and how they began."""
    pairs = pairs_of(asked)
    began = [(pair.pre, pair.post) for pair in pairs if pair.pre is not None]
    found = of_people(
        [pre for pre, _ in began],
        [post for _, post in began],
        higher_is=asked.higher_is,
        confidence=asked.confidence,
    )
    start, never = found.at_start, len(pairs) - len(began)
    shown = {
        "analysis": "completion",
        "n": len(pairs),
        "without_first": never,
        "began": found.n,
        "lost": {
            "count": found.lost.count,
            "of": found.lost.of,
            "share": rounded(found.lost.share),
            "low": rounded(found.lost.interval.low),
            "high": rounded(found.lost.interval.high),
        },
        "mean_change": rounded(found.mean_change),
        "carried_forward": rounded(found.carried_forward),
        "start_g": rounded(start.g) if start else None,
        "start_interval": ends(start.interval) if start else None,
    }
    lines = [
        f"{found.n} people have a first score, {never} none at all.",
        f"{found.lost.count} of {found.lost.of} have no last score: "
        f"{100 * found.lost.share:.1f} %.",
    ]
    if found.mean_change is not None:
        lines.append(
            f"The mean change of the others is {found.mean_change:.2f} points; with the lost "
            f"counted as unchanged it would be {found.carried_forward:.2f}."
        )
    if start is not None:
        lines.append(
            f"At the start those who stayed lay {start.g:+.2f} standard deviations from the lost "
            f"({start.interval.low:.2f} to {start.interval.high:.2f}); positive is better off."
        )
    return Answer(shown, lines)
