"""Has it changed? Scores over time with what was not answered, and the goals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.engine.outcomes.gas import ScaledGoal, t_score
from alongside.insights import progress as insights
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, local_day, seen_by_whom, short_day, zone_of
from alongside.web.parts.scores import chart_of
from alongside.web.practitioner.base import case_or_404, case_page

BASES = {
    "published": gettext_lazy("published value"),
    "derived": gettext_lazy("computed from figures this service entered"),
    "by_analogy": gettext_lazy("borrowed from another measure"),
    "mid": gettext_lazy("no reliable change: only a smallest difference that matters"),
    "none": gettext_lazy("no reliable change is published"),
}
KINDS = {"improved": "moss", "deteriorated": "lamp"}
WHYS = {
    "declined": gettext_lazy("they would rather not"),
    "expired": gettext_lazy("ran out"),
    "open": gettext_lazy("still open"),
    "unscorable": gettext_lazy("too few answers for a score"),
    "answered": gettext_lazy("answered"),
}
LEVELS = (
    ("-2", "−2", gettext_lazy("much worse than hoped")),
    ("-1", "−1", gettext_lazy("worse than hoped")),
    ("0", "0", gettext_lazy("as hoped")),
    ("1", "+1", gettext_lazy("better than hoped")),
    ("2", "+2", gettext_lazy("much better")),
)


@access("own_measure", "R")
@require_safe
def progress(request: Request, pk: UUID) -> HttpResponse:
    """One series as a chart with its judgement; tabs for the others; goals."""
    case = case_or_404(request, pk)
    found, shown = insights.one(
        case.circle_id,
        request.GET.get("measure", ""),
        seen_by=request.reader,
        at=clock.now(),
        zone=str(zone_of(request)),
    )
    prepare([s.respondent for s in found], "name")
    plan = plans.live_plan(seen_by=request.reader, circle=case.circle_id)
    goals = plans.goals(seen_by=request.reader, plan=plan) if plan is not None else []
    return case_page(
        request,
        "practitioner/progress/progress.html",
        case,
        tab="progress",
        measures=[
            {
                "url": f"?measure={each.key}",
                "label": name_of(case, each),
                "current": shown is not None and each.key == shown.key,
            }
            for each in found
        ],
        shown=None if shown is None else _series(request, case, shown),
        goals=[_goal(request, goal) for goal in goals],
        gas=_gas(goals),
        seen=seen_by_whom(request, "own_measure", case.circle_id),
    )


def name_of(case: Any, series: insights.Series) -> str:
    """What a series is called: the measure, and whose it is when it is not the person's own."""
    name = series.instrument.name
    if series.respondent.pk == case.circle.focus_id:
        return str(name)
    if series.about.pk != series.respondent.pk:
        return _("%(name)s, as %(who)s sees it") % {"name": name, "who": str(series.respondent)}
    return f"{name}, {series.respondent}"


def protocol_name(protocol: str) -> str:
    """What began, on the chart."""
    found = catalogue.current().protocols.get(protocol)
    return str(found.name) if found else protocol


def _series(request: Request, case: Any, series: insights.Series) -> dict[str, Any]:
    said, language = series.progress, get_language() or "en"
    wording = catalogue.current().wording(str(series.instrument.ref), language)
    return {
        "title": _("%(name)s: lower is better") % {"name": name_of(case, series)}
        if series.change.higher_is == "worse"
        else _("%(name)s: higher is better") % {"name": name_of(case, series)}
        if series.change.higher_is == "better"
        else name_of(case, series),
        "name": series.instrument.name,
        "sentence": catalogue.current().sentence(said.sentence_key, language),
        "kind": KINDS.get(said.verdict or "", ""),
        "icon": "trending-down" if series.change.higher_is == "worse" else "trending-up",
        "reasons": [reason.text for reason in said.reasons],
        "figure": chart_of(series, wording, phase_name=protocol_name),
        "figures": _figures(series),
        "rows": [_row(request, case, series, mark, wording) for mark in series.marks],
        "weeks": ngettext(
            "%(answered)s of %(asked)s answered, over %(weeks)s week with questions.",
            "%(answered)s of %(asked)s answered, over %(weeks)s weeks with questions.",
            len(series.weeks),
        )
        % {
            "answered": sum(week.answered for week in series.weeks),
            "asked": sum(week.asked for week in series.weeks),
            "weeks": len(series.weeks),
        },
    }


def _figures(series: insights.Series) -> list[dict[str, str]]:
    said, change = series.progress, series.change
    figures = []
    if said.first is not None and said.last is not None and said.points is not None:
        moved = float(said.last.score or 0) - float(said.first.score or 0)
        basis = str(BASES.get(said.basis, said.basis))
        if said.threshold is not None:
            basis = _("reliable: %(least)s or more (%(basis)s)") % {
                "least": f"{said.threshold:g}",
                "basis": basis,
            }
        figures.append({"term": _("Change since start"), "value": _signed(moved), "small": basis})
    if said.is_case is not None and change.line is not None:
        figures.append(
            {
                "term": _("Treatment line"),
                "value": str(change.line.value),
                "small": _("now on the side where treatment is offered")
                if said.is_case
                else _("now on the other side"),
            }
        )
    missing = series.not_answered
    figures.append(
        {
            "term": _("Answered"),
            "value": _("%(have)s of %(due)s") % {"have": said.due - len(missing), "due": said.due},
            "small": _("missing: %(days)s")
            % {"days": ", ".join(short_day(mark.on) for mark in missing[-4:])}
            if missing
            else _("none missing"),
        }
    )
    return figures


def _row(
    request: Request, case: Any, series: insights.Series, mark: insights.Mark, wording: Any
) -> list[dict[str, str]]:
    url = (
        reverse("practitioner:measure-response", args=[case.pk, mark.response])
        if mark.response
        else ""
    )
    start = series.progress.first
    moved = (
        ""
        if mark.score is None or start is None or mark.on == start.on
        else _signed(float(mark.score) - float(start.score or 0))
    )
    why = "" if mark.why == "answered" else str(WHYS[mark.why])
    if mark.prorated:
        why = _("filled in from the other answers")
    return [
        {"text": short_day(mark.on), "url": url},
        {"text": "" if mark.score is None else str(mark.score)},
        {"text": str(wording.bands.get(mark.band, mark.band))},
        {"text": moved},
        {"text": why},
    ]


def _signed(moved: float) -> str:
    return "0" if moved == 0 else f"{'−' if moved < 0 else '+'}{abs(moved):g}"


def _goal(request: Request, goal: Any) -> dict[str, Any]:
    now = goal.marks[-1].level if goal.marks else None
    return {
        "id": str(goal.pk),
        "words": goal.words,
        "rated": _("last rated %(day)s")
        % {"day": short_day(local_day(request, goal.marks[-1].rated_at))}
        if goal.marks
        else _("not rated yet"),
        "steps": [
            {
                "level": sign,
                "label": label,
                "text": goal.level_words.get(level, ""),
                "start": int(level) == goal.start_level,
                "now": now is not None and int(level) == now,
            }
            for level, sign, label in LEVELS
        ],
    }


def _gas(goals: list[Any]) -> str:
    """The T score of all goals that were rated; nothing without one."""
    rated = [ScaledGoal(goal.marks[-1].level, goal.weight) for goal in goals if goal.marks]
    return f"{t_score(rated):.1f}" if rated else ""
