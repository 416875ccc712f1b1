"""Ratings of groups by their members."""

from __future__ import annotations

from alongside.cli.analyses.table import Answer, Asked, rounded
from alongside.cli.refusals import Refused, WrongUsage
from alongside.engine.outcomes.groups import FEEDBACK_FROM, nesting
from alongside.engine.outcomes.groups import cohesion as of_group
from alongside.engine.outcomes.numbers import NotAFigure
from alongside.insights.record_files import Column


def cohesion(asked: Asked) -> Answer:
    """Mean and agreement of each group with 4 ratings or more, and ICC(1) over all groups."""
    answers = asked.options.answers
    if answers is None:
        raise WrongUsage("Say how many answers the scale has: --answers N.")
    rows, _ = asked.read(
        Column("rating", "number", may_be_blank=True), Column("group", "text", required=False)
    )
    groups: dict[str, list[float]] = {}
    for row in rows:
        rating = row.score("rating")
        if rating is not None:
            groups.setdefault(row.text("group"), []).append(float(rating))
    listed, lines = [], []
    for name, ratings in groups.items():
        shown: dict[str, object] = {"group": name or None, "n": len(ratings)}
        words = f"  {name or 'all':<20}"
        if len(ratings) < FEEDBACK_FROM:
            listed.append({**shown, "mean": None, "agreement": None, "may_be_averaged": None})
            lines.append(f"{words}fewer than {FEEDBACK_FROM} ratings: not shown")
            continue
        try:
            found = of_group(ratings, options=answers)
        except NotAFigure as refusal:
            raise Refused(f"{name[:40] or asked.path.name}: {refusal}.") from refusal
        listed.append(
            {
                **shown,
                "mean": rounded(found.mean),
                "agreement": rounded(found.agreement),
                "may_be_averaged": found.may_be_averaged,
            }
        )
        lines.append(
            f"{words}mean {found.mean:.2f} of {found.n}, agreement rwg {found.agreement:.3f}"
            + ("" if found.may_be_averaged else ": too far apart for one mean")
        )
    between = _between(list(groups.values()))
    if between is not None:
        lines.append(f"ICC(1) {between:.3f}: that share of the differences lies between groups.")
    return Answer({"analysis": "cohesion", "groups": listed, "icc1": rounded(between)}, lines)


def _between(groups: list[list[float]]) -> float | None:
    try:
        return nesting(groups)
    except NotAFigure:  # one group, or nobody differs
        return None
