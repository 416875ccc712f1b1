"""What was lived, drawn: minutes by day, and days covered by what was fetched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from alongside.engine.artefacts import Cover, Log, Supply, said
from alongside.web.parts.pages import short_day

WIDE = 600.0


def log(model: Log, language: str) -> dict[str, Any]:
    """Day by day a bar with its number, and what it adds up to."""
    days = ngettext("on %(n)s day", "on %(n)s days", model.days) % {"n": model.days}
    return {
        "rows": [
            {
                "day": short_day(one.day) if one.day is not None else "–",
                "what": said(one.what, language),
                "amount": "–" if one.amount is None else one.amount,
                "bar": f"{100 * (one.amount or 0) / model.high:.0f}",
            }
            for one in model.entries
        ],
        "label": said(model.label, language),
        "total": _("%(label)s: %(total)s together, %(days)s")
        % {"label": said(model.label, language), "total": model.total, "days": days},
    }


def supply(model: Supply) -> dict[str, Any]:
    """Medicine by medicine a strip of days, covered and not, with the gaps in words."""
    return {
        "covers": [
            {
                "what": one.what,
                "svg": _strip(one),
                "share": _("%(percent)s %% of %(days)s days covered")
                % {"percent": round(100 * float(one.share)), "days": one.days},
                "is_adherent": one.is_adherent,
                "gaps": [
                    ngettext(
                        "%(n)s day without, from %(start)s to %(end)s",
                        "%(n)s days without, from %(start)s to %(end)s",
                        gap.days,
                    )
                    % {
                        "n": gap.days,
                        "start": short_day(gap.start),
                        "end": short_day(gap.start + timedelta(days=gap.days - 1)),
                    }
                    for gap in one.gaps
                ],
            }
            for one in model.covers
        ],
    }


def _strip(one: Cover) -> SafeString:
    """Covered days as a bar, the others as an open box. The same is said in words below it."""
    day, shapes = 0, []
    for part in one.stretches:
        shapes.append(
            format_html(
                '<rect class="{}" x="{}" y="4" width="{}" height="20"/>',
                "s-have" if part.is_covered else "s-gap",
                f"{WIDE * day / one.days:.1f}",
                f"{WIDE * part.days / one.days:.1f}",
            )
        )
        day += part.days
    return format_html(
        '<svg class="supply" viewBox="0 0 {} 28" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        f"{WIDE:g}",
        format_html_join("", "{}", ((shape,) for shape in shapes)),
    )
