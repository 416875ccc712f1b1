"""RE-AIM: whom a programme reached, where it started, whether it was done as meant and lasted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from alongside.engine.outcomes.engagement import Share, share_of
from alongside.engine.outcomes.numbers import NotAFigure

SOURCE = "Glasgow, Vogt & Boles 1999"


@dataclass(frozen=True, slots=True)
class Site:
    """One place that was asked to take part. None is not known, and is left out of that share."""

    started: bool
    eligible: int | None = None
    reached: int | None = None
    delivered: bool | None = None
    kept: bool | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """The four shares of RE-AIM that can be counted; None where nothing is known.

    ``implementation`` and ``maintenance`` are out of the sites that started and were looked at.
    Effectiveness is an outcome with its harms, and is judged by the measures.
    """

    sites: int
    reach: Share | None
    adoption: Share
    implementation: Share | None
    maintenance: Share | None


def reach(sites: Iterable[Site]) -> Reach:
    """Count a programme over its sites.

    Args:
        sites: each that was invited, whether it started; people eligible and reached; whether
            it was done as meant when it was looked at (``delivered``); whether it still ran
            after 12 months (``kept``).

    Returns:
        Reach out of the eligible people of all sites that know both numbers, adoption out of the
        sites invited, implementation and maintenance out of the sites that started.

    Refuses:
        NotAFigure: no site; a number of people below 0; more reached than eligible; a site that
        did not start but delivered or kept on.

    Source: Glasgow, Vogt & Boles 1999.
    """
    everywhere = list(sites)
    if not everywhere:
        raise NotAFigure("the number of sites", 0, "1 or more")
    for site in everywhere:
        _check(site)
    known = [
        (site.reached, site.eligible)
        for site in everywhere
        if site.eligible is not None and site.reached is not None
    ]
    started = [site for site in everywhere if site.started]
    looked_at = [site.delivered for site in started if site.delivered is not None]
    followed = [site.kept for site in started if site.kept is not None]
    people = sum(eligible for _, eligible in known)
    return Reach(
        sites=len(everywhere),
        reach=share_of(sum(each for each, _ in known), people) if people else None,
        adoption=share_of(len(started), len(everywhere)),
        implementation=share_of(sum(looked_at), len(looked_at)) if looked_at else None,
        maintenance=share_of(sum(followed), len(followed)) if followed else None,
    )


def _check(site: Site) -> None:
    for name, count in (("eligible", site.eligible), ("reached", site.reached)):
        if count is not None and count < 0:
            raise NotAFigure(f"the number of people {name}", count, "0 or more")
    if site.eligible is not None and site.reached is not None and site.reached > site.eligible:
        raise NotAFigure("the number of people reached", site.reached, f"{site.eligible} or fewer")
    if not site.started and (site.delivered or site.kept):
        raise NotAFigure("a site that did not start", "delivered or kept", "neither")
