"""What has changed, in the three words: feeling, thinking, behaving (S19)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alongside import catalogue
from alongside.catalogue.tracking import THREE
from alongside.insights import progress
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.parts.pages import Request, zone_of
from alongside.web.practitioner import words

WORDS = {
    "feeling": gettext_lazy("Feeling"),
    "thinking": gettext_lazy("Thinking"),
    "behaving": gettext_lazy("Behaving"),
}
VERDICTS = {
    "improved": gettext_lazy("reliably better"),
    "deteriorated": gettext_lazy("reliably worse"),
    "unchanged": gettext_lazy("no reliable change"),
}


def three(request: Request, case: Any) -> list[dict[str, Any]]:
    """What has changed so far in feeling, thinking and behaving: measures and goals.

    Of the plan that is live, else of the last one.
    """
    rules = catalogue.current().tracking
    series = progress.series(
        case.circle_id, seen_by=request.reader, at=clock.now(), zone=str(zone_of(request))
    )
    plan = plans.newest_plan(seen_by=request.reader, circle=case.circle_id)
    goals = plans.goals(seen_by=request.reader, plan=plan) if plan is not None else []
    found: list[dict[str, Any]] = []
    for word in THREE:
        lines = [
            _measure_line(case, each)
            for each in series
            if word in rules.speaks_of(each.instrument.ref.id) and each.progress.last is not None
        ]
        lines += [_goal_line(case, goal) for goal in goals if goal.kind == word]
        found.append({"word": str(WORDS[word]), "lines": lines})
    return found


def _measure_line(case: Any, series: Any) -> str:
    said, name = series.progress, words.series_name(case, series)
    if said.first is None or said.last is None or said.first is said.last:
        return _("%(name)s: one score so far") % {"name": name}
    verdict = VERDICTS.get(said.verdict or "", _("no rule says whether that is reliable"))
    return _("%(name)s: %(first)s → %(last)s, %(verdict)s") % {
        "name": name,
        "first": said.first.score,
        "last": said.last.score,
        "verdict": verdict,
    }


def _goal_line(case: Any, goal: Any) -> str:
    said = (
        _("Goal “%(words)s”: %(first)s → %(last)s of +2")
        % {
            "words": goal.words,
            "first": _level(goal.start_level),
            "last": _level(goal.marks[-1].level),
        }
        if goal.marks
        else _("Goal “%(words)s”: not rated yet") % {"words": goal.words}
    )
    return said if goal.about_id == case.circle.focus_id else f"{goal.about}: {said}"


def _level(level: int) -> str:
    return f"+{level}" if level > 0 else f"−{-level}" if level < 0 else "0"
