"""How well the early warning works here, as `parts/early_warning.html` shows it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.engine.outcomes.engagement import Share
from alongside.engine.outcomes.small_counts import may_show_share, shown_count
from alongside.engine.outcomes.tracking import Hits, Measured
from alongside.insights import norms
from alongside.web.parts.pages import Request, day_words, list_moment


def how_well(request: Request) -> dict[str, Any]:
    """What finished courses of the reader's institutions say about the rule; counts are hidden."""
    rules = catalogue.current().tracking
    return {
        "measures": [_measure(request, row) for row in norms.expected(seen_by=request.reader)],
        "fewest": rules.fewest_courses,
        "folds": rules.folds,
        "review_by": day_words(rules.review_by),
        "red": 100 - rules.red_below_percent,
        "watch": 100 - rules.watch_below_percent,
    }


def _measure(request: Request, row: Any) -> dict[str, Any]:
    instrument = catalogue.current().instrument(row.instrument)
    bands = {(band.low, band.high): band for band in norms.bands_of(row)}
    tests = [
        (_("Published rules"), norms.measured_of(row, "rules")),
        (_("This service’s own bands"), norms.measured_of(row, "own")),
    ]
    return {
        "id": row.instrument,
        "name": instrument.name,
        "made": list_moment(request, row.made_at),
        "ended": shown_count(row.ended),
        "agreed": shown_count(row.agreed),
        "courses": shown_count(row.courses),
        "tests": [_test(name, found) for name, found in tests if found is not None],
        "has_own": row.found.get("own") is not None,
        "starts": [
            {
                "range": f"{each['low']:g}–{each['high']:g}",
                "courses": shown_count(each["courses"]),
                "used": (each["low"], each["high"]) in bands,
            }
            for each in row.found["starts"]
        ],
        "bands": [_band(band) for band in bands.values()],
    }


def _test(name: str, found: Measured) -> dict[str, Any]:
    return {
        "name": name,
        "courses": shown_count(found.courses),
        "never_seen": shown_count(found.never_seen),
        "ends": [
            {"name": _("Ended reliably worse"), **_rates(found.worse)},
            {"name": _("Ended without a reliable improvement"), **_rates(found.not_better)},
        ],
    }


def _rates(hits: Hits) -> dict[str, str]:
    return {
        "n": shown_count(hits.ended_badly),
        "hits": _share(hits.hit_rate),
        "false": _share(hits.false_alarm_rate),
    }


def _share(share: Share | None) -> str:
    """A rate with what it is of; hidden when few people stand behind either side of it."""
    if share is None:
        return _("nobody")
    if not may_show_share(share.count, share.of):
        return _("too few to show")
    return _("%(share)s %% of %(of)s (%(low)s to %(high)s %%)") % {
        "share": round(100 * share.share),
        "of": shown_count(share.of),
        "low": round(100 * share.interval.low),
        "high": round(100 * share.interval.high),
    }


def _band(band: Any) -> dict[str, Any]:
    return {
        "range": f"{band.low:g}–{band.high:g}",
        "courses": shown_count(band.courses),
        "rows": [
            {
                "session": session,
                "n": shown_count(band.counts.get(session, 0)),
                "red": _signed(band.lower_change[session]),
                "watch": _signed(band.low_change[session]),
                "middle": _signed(band.middle_change.get(session, 0.0)),
            }
            for session in sorted(band.low_change)
        ],
    }


def _signed(change: float) -> str:
    return "0" if change == 0 else f"{'+' if change > 0 else '−'}{abs(change):g}"
