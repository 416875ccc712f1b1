"""Has it changed? Scores over time with what was not answered, and the goals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.engine.outcomes.gas import SOURCE
from alongside.insights import progress as insights
from alongside.insights.explained import explained
from alongside.measures import actions as measures
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts import explained_words as words
from alongside.web.parts.access import access
from alongside.web.parts.chart import Expected
from alongside.web.parts.pages import (
    Request,
    local_day,
    moment_words,
    seen_by_whom,
    short_day,
    zone_of,
)
from alongside.web.parts.picture import as_download
from alongside.web.parts.scores import chart_of, drawn_events, event_words, plain_chart, words_of
from alongside.web.parts.ways import way_name
from alongside.web.practitioner import tracking
from alongside.web.practitioner.base import address, case_or_404, case_page
from alongside.web.practitioner.change_words import reasons_of
from alongside.web.practitioner.plan_goals import scores_shown
from alongside.web.practitioner.plan_lanes import figure_of
from alongside.web.practitioner.standing import standings_of
from alongside.web.practitioner.words import series_name, short_instrument

TOGETHER = "all"
KINDS = {"improved": "moss", "deteriorated": "lamp"}
WHYS = {
    "declined": gettext_lazy("they would rather not"),
    "expired": gettext_lazy("ran out"),
    "ended": gettext_lazy("ended by a no"),
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
    """One series as a chart with its judgement, or several on one time line; goals."""
    case = case_or_404(request, pk)
    asked = request.GET.getlist("measure")
    found, shown = insights.one(
        case.circle_id,
        asked[0] if asked else "",
        seen_by=request.reader,
        at=clock.now(),
        zone=str(zone_of(request)),
    )
    prepare([s.respondent for s in found], "name")
    standings = standings_of(request, case.circle_id, clock.now())
    found = _first_not_on_track(found, standings)
    if not asked and found:
        shown = found[0]
    several = found if TOGETHER in asked else insights.chosen(found, asked)
    if len(several) < 2:
        several = []
    several_shown = _together(case, several)
    plan = plans.live_plan(seen_by=request.reader, circle=case.circle_id)
    goals = plans.goals(seen_by=request.reader, plan=plan) if plan is not None else []
    return case_page(
        request,
        "practitioner/progress/progress.html",
        case,
        tab="progress",
        standings=standings,
        measures=_tabs(case, found, None if several else shown, several),
        choices=[
            {"key": s.key, "label": name_of(case, s), "checked": s in several or not several}
            for s in found
        ],
        several=several_shown,
        events=[
            {"label": event_words(each, protocol_name), "day": short_day(each.on)}
            for each in (drawn_events(several[0], insights.span(several)) if several else [])
        ],
        key=_key([each["figure"] for each in several_shown if each["figure"]]),
        shown=None if several or shown is None else _series(request, case, shown, standings),
        states=tracking.shown(request, case, standings),
        lanes=figure_of(request, case.circle_id, clock.now()),
        goals=[_goal(request, goal) for goal in goals],
        scores=scores_shown(goals) if goals else [],
        gas_source=SOURCE,
        seen=_seen(request, case, several or ([shown] if shown is not None else [])),
        on=short_day(local_day(request, clock.now())),
    )


def _first_not_on_track(found: list[Any], standings: list[Any]) -> list[Any]:
    """A measure that is not on track is the first that is shown; the others keep their order."""

    def is_on_track(series: insights.Series) -> bool:
        seen = tracking.seen_of(standings, series)
        return seen is None or seen.look is None or seen.look.signal != "not_on_track"

    return sorted(found, key=is_on_track)


def _seen(request: Request, case: Any, series: Sequence[Any]) -> str:
    """Who can see what is drawn; nothing when that is not the same for every line."""
    rows = {measures.row_of(case.circle, one.about, one.respondent) for one in series}
    return seen_by_whom(request, rows.pop(), case.circle_id) if len(rows) == 1 else ""


@access("own_measure", "R")
@require_safe
def picture(request: Request, pk: UUID) -> HttpResponse:
    """One drawing as an SVG file; it names the measure and nobody."""
    case = case_or_404(request, pk)
    _all, shown = insights.one(
        case.circle_id,
        request.GET.get("measure", ""),
        seen_by=request.reader,
        at=clock.now(),
        zone=str(zone_of(request)),
    )
    wording = None if shown is None else wording_of(shown)
    drawn = (
        None
        if shown is None
        else plain_chart(shown, wording, phase_name=protocol_name, for_staff=True)
    )
    if shown is None or drawn is None:
        raise Http404
    return as_download(
        drawn,
        name=shown.instrument.ref.id,
        title=titled(shown, shown.instrument.name),
        notes=[
            sentence_of(shown),
            _("Case %(code)s, %(day)s. %(source)s")
            % {
                "code": case.circle.code,
                "day": short_day(local_day(request, clock.now())),
                "source": shown.instrument.source,
            },
        ],
    )


@access("own_measure", "R")
@require_safe
def score(request: Request, pk: UUID, answers: UUID) -> HttpResponse:
    """Where one number comes from: each answer, each rule, each source."""
    case = case_or_404(request, pk)
    row, it = explained(answers, seen_by=request.reader)
    if row is None or row.circle_id != case.circle_id or it is None:
        raise Http404
    wording = words_of(row.instrument)
    about = words.for_staff(it, wording, today=local_day(request, clock.now()))
    return case_page(
        request,
        "practitioner/progress/score.html",
        case,
        tab="progress",
        title=_("Where a number comes from"),
        name=it.instrument.name,
        given=_("%(who)s, %(moment)s")
        % {"who": str(row.respondent), "moment": moment_words(request, row.answered_at)},
        it=about,
        items=words.answers(it, wording),
        open_words=words.open_words(it),
        danger_url=address("practitioner:case-danger", case.pk),
        lang=wording.language,
    )


def name_of(case: Any, series: insights.Series) -> str:
    """What a series is called, with whose it is."""
    return series_name(case, series)


def protocol_name(protocol: str) -> str:
    """What began, on the chart, in the reader's language."""
    return way_name(protocol)


def wording_of(series: insights.Series) -> Any:
    """The words of a series' instrument in the reader's language."""
    return words_of(str(series.instrument.ref))


def sentence_of(series: insights.Series) -> str:
    """What may be said about the change, in one sentence; of a form without a number, its step."""
    if not series.has_scores:
        last = next((mark.result for mark in reversed(series.marks) if mark.result), "")
        said = _("This form leads to a step, not to a number.")
        led_to = wording_of(series).results.get(last, last.replace("_", " "))
        return f"{said} {_('The last time: %(result)s.') % {'result': led_to}}" if last else said
    key = series.progress.sentence_key
    return str(catalogue.current().sentence(key, get_language() or "en"))


def titled(series: insights.Series, name: str) -> str:
    """A series with the way that is better."""
    if series.change.higher_is == "worse":
        return _("%(name)s: lower is better") % {"name": name}
    if series.change.higher_is == "better":
        return _("%(name)s: higher is better") % {"name": name}
    return name


def _icon(series: insights.Series) -> str:
    if not series.has_scores:
        return "clipboard-list"
    return "trending-down" if series.change.higher_is == "worse" else "trending-up"


def _tabs(case: Any, found: list[Any], shown: Any, several: list[Any]) -> list[dict[str, Any]]:
    tabs = [
        {
            "url": f"?{urlencode({'measure': each.key})}",
            "label": name_of(case, each),
            "current": shown is not None and each.key == shown.key,
        }
        for each in found
    ]
    beside = _side_by_side(case, found, several)
    tabs += beside
    if len(found) > 1:
        tabs.append(
            {
                "url": f"?{urlencode({'measure': TOGETHER})}",
                "label": _("Together"),
                "current": shown is None and not any(tab["current"] for tab in beside),
            }
        )
    return tabs


def _side_by_side(case: Any, found: list[Any], chosen: list[Any]) -> list[dict[str, Any]]:
    """The same questions about the person, as each of several people answered them."""
    by_form: dict[str, list[Any]] = {}
    for each in found:
        if each.about.pk == case.circle.focus_id:
            by_form.setdefault(each.instrument.ref.id, []).append(each)
    return [
        {
            "url": f"?{urlencode({'measure': [s.key for s in several]}, doseq=True)}",
            "label": _("%(name)s, side by side")
            % {"name": short_instrument(str(several[0].instrument.ref))},
            "current": [s.key for s in several] == [s.key for s in chosen],
        }
        for several in by_form.values()
        if len(several) > 1
    ]


def _key(figures: list[Any]) -> dict[str, bool]:
    """What the key under several charts must name: all that any of them shows."""
    marks = ("has_filled", "has_danger", "reliable", "has_phases", "has_ends", "has_missing",
             "has_unscored")  # fmt: skip
    return {mark: any(getattr(each, mark) for each in figures) for mark in marks}


def _together(case: Any, several: list[Any]) -> list[dict[str, Any]]:
    """Small charts on one time line, each with its sentence and its own page."""
    span = insights.span(several)
    return [
        {
            "title": titled(each, name_of(case, each)),
            "table_label": _("%(name)s as a table") % {"name": name_of(case, each)},
            "url": f"?{urlencode({'measure': each.key})}",
            "sentence": sentence_of(each),
            "kind": KINDS.get(each.progress.verdict or "", ""),
            "weeks": _completeness(each),
            "figure": chart_of(
                each,
                wording_of(each),
                phase_name=protocol_name,
                small=True,
                span=span,
                for_staff=True,
            ),
        }
        for each in several
    ]


def _series(
    request: Request, case: Any, series: insights.Series, standings: list[Any]
) -> dict[str, Any]:
    said, wording = series.progress, wording_of(series)
    expected = _expected(request, tracking.seen_of(standings, series))
    last = next((m for m in reversed(series.marks) if m.response is not None), None)
    it = None
    if last is not None and last.response is not None:
        it = explained(last.response, seen_by=request.reader)[1]
    return {
        "title": titled(series, name_of(case, series)),
        "name": series.instrument.name,
        "sentence": sentence_of(series),
        "kind": KINDS.get(said.verdict or "", ""),
        "icon": _icon(series),
        "reasons": reasons_of(series) if series.has_scores else "",
        "figure": chart_of(
            series,
            wording,
            phase_name=protocol_name,
            for_staff=True,
            expected=tuple(Expected(day, *where) for day, where in expected.items()),
        ),
        "has_expected": len(expected) > 1,
        "picture_url": reverse("practitioner:progress-picture", args=[case.pk])
        + "?"
        + urlencode({"measure": series.key}),
        "figures": _figures(series),
        "critical": [_question(series, id) for id in series.critical],
        "rows": [
            {**_row(case, series, mark, wording), "expected": _range(expected.get(mark.on))}
            for mark in series.marks
        ],
        "weeks": _completeness(series),
        "versions": _versions(series),
        "last": None
        if it is None or last is None
        else {
            "it": words.for_staff(it, wording, today=local_day(request, clock.now())),
            "on": short_day(last.on),
            "url": reverse("practitioner:case-score", args=[case.pk, last.response]),
        },
    }


def _expected(request: Request, seen: Any) -> dict[date, tuple[float, float]]:
    """By day, where finished courses that began alike lay."""
    if seen is None:
        return {}
    return {local_day(request, moment): (where.low, where.high) for moment, where in seen.expected}


def _range(where: tuple[float, float] | None) -> str:
    if where is None:
        return ""
    low, high = where
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _question(series: insights.Series, id: str) -> str:
    return _("Question %(number)s") % {"number": series.instrument.item_ids.index(id) + 1}


def _completeness(series: insights.Series) -> str:
    """How many of the times that were due were answered, and how many gave no score."""
    weeks = series.weeks
    asked, answered = sum(w.asked for w in weeks), sum(w.answered for w in weeks)
    said = ngettext(
        "%(answered)s of %(asked)s answered, over %(weeks)s week with questions.",
        "%(answered)s of %(asked)s answered, over %(weeks)s weeks with questions.",
        len(weeks),
    ) % {"answered": answered, "asked": asked, "weeks": len(weeks)}
    few = len(series.unscorable)
    if few:
        said += " " + ngettext(
            "%(number)s of them has too few answers for a score.",
            "%(number)s of them have too few answers for a score.",
            few,
        ) % {"number": few}
    return said


def _versions(series: insights.Series) -> str:
    """Said when some of the answers belong to another version of the form."""
    if len(series.versions) < 2:
        return ""
    return _("Answered on more than one version of the form: %(versions)s.") % {
        "versions": ", ".join(series.versions)
    }


def _line_words(instrument: Any, *, is_case: bool) -> str:
    if not words.is_treatment_line(instrument):
        return _("now met") if is_case else _("now not met")
    return (
        _("now on the side where treatment is offered") if is_case else _("now on the other side")
    )


def _figures(series: insights.Series) -> list[dict[str, str]]:
    said, change = series.progress, series.change
    figures = []
    if said.first is not None and said.last is not None and said.points is not None:
        moved = float(said.last.score or 0) - float(said.first.score or 0)
        basis = str(words.BASES.get(said.basis, said.basis))
        if said.threshold is not None:
            basis = _("reliable: %(least)s or more (%(basis)s)") % {
                "least": f"{said.threshold:g}",
                "basis": basis,
            }
        figures.append({"term": _("Change since start"), "value": _signed(moved), "small": basis})
    if said.is_case is not None and change.line is not None:
        figures.append(
            {
                "term": words.line_name(series.instrument),
                "value": str(change.line.value),
                "small": _line_words(series.instrument, is_case=said.is_case),
            }
        )
    missing = series.not_answered
    share = round(100 * (said.due - len(missing)) / said.due) if said.due else 0
    figures.append(
        {
            "term": _("Answered"),
            "value": _("%(have)s of %(due)s") % {"have": said.due - len(missing), "due": said.due},
            "small": _("%(share)s %%; missing: %(days)s")
            % {"share": share, "days": ", ".join(short_day(mark.on) for mark in missing[-4:])}
            if missing
            else _("none missing"),
        }
    )
    if series.unscorable:
        days = ", ".join(short_day(mark.on) for mark in series.unscorable[-4:])
        figures.append(
            {
                "term": _("Answered, no score"),
                "value": str(len(series.unscorable)),
                "small": _("too few answers: %(days)s") % {"days": days},
            }
        )
    return figures


def _row(case: Any, series: insights.Series, mark: insights.Mark, wording: Any) -> dict[str, Any]:
    start = series.progress.first
    moved = (
        ""
        if mark.score is None or start is None or mark.on == start.on
        else _signed(float(mark.score) - float(start.score or 0))
    )
    why = "" if mark.why == "answered" else str(WHYS[mark.why])
    if mark.prorated:
        why = _("filled in from the other answers")
    if mark.result and not series.has_scores:
        why = str(wording.results.get(mark.result, mark.result.replace("_", " ")))
    return {
        "day": short_day(mark.on),
        "url": reverse("practitioner:case-score", args=[case.pk, mark.response])
        if mark.response
        else "",
        "score": "" if mark.score is None else str(mark.score),
        "band": str(wording.bands.get(mark.band, mark.band)),
        "moved": moved,
        "critical": [_said(series, mark, id, wording) for id in series.critical],
        "danger": mark.showed_danger,
        "why": why,
    }


def _said(series: insights.Series, mark: insights.Mark, id: str, wording: Any) -> dict[str, str]:
    """One answer to a question about danger, in the words of the form."""
    if mark.response is None:
        return {"label": _question(series, id), "text": ""}
    value = dict(mark.critical).get(id)
    labels = wording.options.get(series.instrument.item(id).options, {})
    return {
        "label": _question(series, id),
        "text": _("left open") if value is None else str(labels.get(value, value)),
    }


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
