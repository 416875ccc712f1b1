"""Why a change is called reliable or not, in the language of the reader.

The engine decides and names its reasons by key; a new key that has no words here is shown as the
engine writes it, so that no reason is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alongside.engine.outcomes.numbers import exact, points

_BASIS: dict[str, Any] = {
    "published": gettext_lazy("a published value"),
    "derived": gettext_lazy("worked out from a spread and a reliability"),
    "by_analogy": gettext_lazy("by analogy with another measure"),
}
_PLAIN: dict[str, Any] = {
    "progress.no_score": gettext_lazy("there is no score yet"),
    "progress.one_score": gettext_lazy("there is only one score so far"),
    "progress.no_direction": gettext_lazy("on this scale neither direction is better"),
    "progress.no_rule.mid": gettext_lazy(
        "only a smallest meaningful difference is published, not a reliable change"
    ),
    "progress.no_rule.derived": gettext_lazy(
        "its reliable change rests on figures this service has not entered"
    ),
    "progress.no_rule.by_analogy": gettext_lazy(
        "its reliable change is borrowed from another measure and switched off"
    ),
    "progress.no_rule.none": gettext_lazy("no reliable change is published for this measure"),
}
_MOVED: dict[str, Any] = {
    "outcomes.within_error": gettext_lazy(
        "a change of %(size)s could be chance: %(limit)s counts (%(basis)s)"
    ),
    "outcomes.reliably_better": gettext_lazy(
        "better by %(size)s, larger than measurement error is likely to explain: %(limit)s counts "
        "(%(basis)s)"
    ),
    "outcomes.reliably_worse": gettext_lazy(
        "worse by %(size)s, larger than measurement error is likely to explain: %(limit)s counts "
        "(%(basis)s)"
    ),
}
_CROSSED: dict[str, Any] = {
    "outcomes.crossed_into_clinical": gettext_lazy(
        "crossed the line of %(line)s into the clinical range"
    ),
    "outcomes.crossed_into_functional": gettext_lazy(
        "crossed the line of %(line)s into the functional range"
    ),
}


def reasons_of(series: Any) -> list[str]:
    """Each reason for what is said of one score, without its full stop."""
    return list(_reasons(series.progress, series.change))


def _reasons(said: Any, change: Any) -> Iterator[str]:
    rule = change.rule
    for reason in said.reasons:
        if reason.key in _PLAIN:
            yield str(_PLAIN[reason.key])
        elif reason.key in _MOVED and rule is not None and rule.expected is None:
            limit = _counted(points(rule.threshold))
            yield _MOVED[reason.key] % {
                "size": _counted(points(abs(exact(said.points)))),
                "limit": (_("%(points)s or more") if rule.inclusive else _("more than %(points)s"))
                % {"points": limit},
                "basis": _BASIS[rule.basis],
            }
        elif reason.key in _CROSSED and change.line is not None:
            yield _CROSSED[reason.key] % {"line": points(exact(change.line.value))}
        else:
            yield reason.text


def _counted(size: str) -> str:
    number = 1 if size == "1" else 2
    return ngettext("%(size)s point", "%(size)s points", number) % {"size": size}
