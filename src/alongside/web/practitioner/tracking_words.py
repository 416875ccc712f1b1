"""On track or not, in words: the signal, why, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import catalogue
from alongside.engine.outcomes.of_instrument import change_of
from alongside.engine.outcomes.tracking import Look
from alongside.insights.tracking import Seen

# The word of a signal, the kind of its tag, its icon. ``None``: nothing can be said.
SIGNALS: Mapping[str | None, tuple[Any, str, str]] = {
    "on_track": (gettext_lazy("On track"), "moss", "check"),
    "watch": (gettext_lazy("Slower than most"), "pen", "eye"),
    "not_on_track": (gettext_lazy("Not on track"), "lamp", "triangle-alert"),
    "too_early": (gettext_lazy("Too early to say"), "", "clock"),
    None: (gettext_lazy("Nothing can be said yet"), "", "clock"),
}
NOTHING: Mapping[str, Any] = {
    "no_first": gettext_lazy(
        "There is no score from before or at the first session, so change cannot be judged."
    ),
    "no_later": gettext_lazy("There is no score after the first one yet."),
    "no_rule": gettext_lazy(
        "No reliable change is published for this measure, and too few finished courses here "
        "began alike."
    ),
}


def because(seen: Seen) -> list[str]:
    """Why the signal is what it is, in full sentences: what was seen, and by which rule."""
    found = seen.look
    if found is None:
        return [str(NOTHING[seen.because])] if seen.because else []
    return [_seen(found, seen), _by_what(found)]


def _seen(found: Look, seen: Seen) -> str:
    key = found.why.removeprefix("outcomes.track.")
    rule = change_of(seen.instrument).rule
    facts = {
        "start": f"{found.start:g}",
        "score": f"{found.score:g}",
        "session": found.session,
        "planned": found.planned,
        "least": "" if rule is None else f"{rule.threshold:g}",
        "most": _most(key),
        "n": found.courses,
        "low": "" if found.begun is None else f"{found.begun.low:g}",
        "high": "" if found.begun is None else f"{found.begun.high:g}",
    }
    moved = _("From %(start)s to %(score)s after %(session)s of %(planned)s sessions.") % facts
    return f"{moved} {_WHY.get(key, _BETTER) % facts}"


def _most(key: str) -> str:
    rules = catalogue.current().tracking
    percent = rules.red_below_percent if key == "band_red" else rules.watch_below_percent
    return str(100 - percent)


_BETTER: Any = gettext_lazy("That is reliably better: %(least)s points or more.")
_WHY: Mapping[str, Any] = {
    "worse": gettext_lazy("That is reliably worse: %(least)s points or more."),
    "no_change": gettext_lazy(
        "By now a reliable change, %(least)s points or more, was to be expected, and the score is "
        "still on the side where treatment is offered."
    ),
    "early": gettext_lazy("That could be chance, and it is early."),
    "below": gettext_lazy("The score is on the side where no treatment is offered."),
    "band_red": gettext_lazy(
        "%(most)s in 100 of %(n)s finished courses here that began at %(low)s to %(high)s had "
        "changed more by then."
    ),
    "band_yellow": gettext_lazy(
        "%(most)s in 100 of %(n)s finished courses here that began at %(low)s to %(high)s had "
        "changed more by then."
    ),
    "band_green": gettext_lazy(
        "That is within the range of %(n)s finished courses here that began at %(low)s to %(high)s."
    ),
    "curve_red": gettext_lazy("That is far above the made-up curve."),
    "curve_yellow": gettext_lazy("That is above the made-up curve."),
    "curve_green": gettext_lazy("That is near the made-up curve."),
}


def _by_what(found: Look) -> str:
    rules = catalogue.current().tracking
    if found.basis == "bands":
        return _("By this service’s own finished courses.")
    if found.basis == "curve":
        return _("By a made-up curve that this service switched on. It has no evidence of its own.")
    if found.why == "outcomes.track.worse":
        return _("By the published reliable change, whatever others did.")
    return _(
        "By the published rules: fewer than %(fewest)s finished courses here, of people who agreed "
        "to be counted, began alike and got this far."
    ) % {"fewest": rules.fewest_courses}
