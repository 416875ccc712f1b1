"""A programme over its sites. Small numbers of people are hidden: such figures are handed on."""

from __future__ import annotations

from alongside.cli.analyses.table import Answer, Asked, rounded
from alongside.engine.outcomes.engagement import Share
from alongside.engine.outcomes.reach import Reach, Site
from alongside.engine.outcomes.reach import reach as count
from alongside.engine.outcomes.small_counts import may_show_share, shown_count
from alongside.insights.record_files import Column


def reach(asked: Asked) -> Answer:
    """Reach, adoption, implementation and maintenance, over all and for each group."""
    rows, _ = asked.read(
        Column("started", "yes_no"),
        Column("eligible", "count", required=False, may_be_blank=True),
        Column("reached", "count", required=False, may_be_blank=True),
        Column("delivered", "yes_no", required=False, may_be_blank=True),
        Column("kept", "yes_no", required=False, may_be_blank=True),
        Column("group", "text", required=False, may_be_blank=True),
    )
    sites, bad = [], []
    for row in rows:
        site = Site(
            started=row.yes("started") is True,
            eligible=row.whole("eligible"),
            reached=row.whole("reached"),
            delivered=row.yes("delivered"),
            kept=row.yes("kept"),
            group=row.text("group"),
        )
        sites.append(site)
        if None not in (site.reached, site.eligible) and (site.reached or 0) > (site.eligible or 0):
            bad.append((row.row, f"{site.reached} reached are more than {site.eligible} eligible"))
        if not site.started and (site.delivered or site.kept):
            bad.append((row.row, "it did not start, and yet delivered or was kept"))
    asked.refuse(bad)
    everything = count(sites)
    groups = {
        name: count([site for site in sites if site.group == name])
        for name in dict.fromkeys(site.group for site in sites if site.group)
    }
    shown = {
        "analysis": "reach",
        "all": _figures(everything),
        "groups": [{"group": name, **_figures(found)} for name, found in groups.items()],
    }
    lines = [f"{everything.sites} sites were invited.", *_words(everything)]
    for name, found in groups.items():
        lines += [f"{name}, {found.sites} sites:", *_words(found)]
    lines.append(
        "Numbers of people are rounded to 5 and hidden below 8. Effectiveness is not among these: "
        "see change, effect and shares."
    )
    return Answer(shown, lines)


def _figures(found: Reach) -> dict[str, object]:
    return {
        "sites": found.sites,
        "reach": _people(found.reach),
        "adoption": _sites(found.adoption),
        "implementation": _sites(found.implementation),
        "maintenance": _sites(found.maintenance),
    }


def _sites(share: Share | None) -> dict[str, object] | None:
    if share is None:
        return None
    return {
        "count": share.count,
        "of": share.of,
        "share": rounded(share.share),
        "low": rounded(share.interval.low),
        "high": rounded(share.interval.high),
    }


def _people(share: Share | None) -> dict[str, object] | None:
    if share is None:
        return None
    may = may_show_share(share.count, share.of)
    return {
        "count": shown_count(share.count),
        "of": shown_count(share.of),
        "share": rounded(round(share.share, 2)) if may else None,
    }


def _words(found: Reach) -> list[str]:
    lines = []
    people = _people(found.reach)
    if people is None:
        lines.append("  reach           people eligible and reached are not known")
    else:
        share = "too few to give a share" if people["share"] is None else f"{people['share']:.2f}"
        lines.append(f"  reach           {people['count']} of {people['of']} people: {share}")
    for name, share_of in (
        ("adoption", found.adoption),
        ("implementation", found.implementation),
        ("maintenance", found.maintenance),
    ):
        if share_of is None:
            lines.append(f"  {name:<15} not known")
        else:
            lines.append(
                f"  {name:<15} {share_of.count} of {share_of.of} sites: {share_of.share:.2f} "
                f"(95 % interval {share_of.interval.low:.2f} to {share_of.interval.high:.2f})"
            )
    return lines
