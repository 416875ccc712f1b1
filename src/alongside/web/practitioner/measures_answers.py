"""One response: each answer, the score, where it comes from, and under which licence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.engine.instruments import as_decimal, is_case
from alongside.insights.explained import explain
from alongside.measures import queries
from alongside.records import clock
from alongside.web.parts import explained_words as words
from alongside.web.parts.access import access
from alongside.web.parts.content_words import stale
from alongside.web.parts.pages import Request, day_words, local_day, moment_words, seen_by_whom
from alongside.web.practitioner.base import address, case_or_404, case_page
from alongside.web.practitioner.kept_back import kept_of
from alongside.web.practitioner.measures_right import standing


@access("own_measure", "R")
@require_safe
def response(request: Request, pk: UUID, answers: UUID) -> HttpResponse:
    """One response: each answer, the score, where it comes from, and under which licence."""
    case = case_or_404(request, pk)
    rows = queries.responses(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows.select_related("written_by", "typed_first_by"), pk=answers)
    cat, language = catalogue.current(), get_language() or "en"
    instrument = cat.instruments.get(found.instrument)
    if instrument is None:
        return _response_without_form(request, case, found)
    wording = cat.wording(found.instrument, language)
    it = explain(found)
    today = local_day(request, clock.now())
    about = words.for_staff(it, wording, today=today) if it else None
    unasked = {each.id: each.points for each in it.items if each.value is None} if it else {}
    return case_page(
        request,
        "practitioner/measures/response.html",
        case,
        tab="measures",
        title=instrument.name,
        name=instrument.name,
        it=about,
        open_words=words.open_words(it) if it else "",
        danger_url=address("practitioner:case-danger", case.pk),
        items=[]
        if found.entered_as_total
        else [
            _answer(number, item, found, instrument, wording, unasked)
            for number, item in enumerate(instrument.items, start=1)
        ],
        is_total=found.entered_as_total,
        facts=_facts(request, found, instrument, wording),
        steps=[wording.steps.get(each, each) for each in _steps(found, instrument)],
        prompts=[cat.sentence(each, language) for each in queries.prompts_of(found)],
        lines=lines_of(found, instrument, wording),
        change=change_words(instrument),
        not_verified=words.unverified(instrument),
        stale=stale("instruments", str(instrument.ref), today),
        checked=day_words(date.fromisoformat(instrument.licence.checked)),
        review_by=day_words(date.fromisoformat(instrument.review_by))
        if instrument.review_by
        else "",
        licence=instrument.licence.statement,
        credit=instrument.licence.credit,
        source=instrument.source,
        lang=wording.language,
        seen=seen_by_whom(request, found.record_type_of_row, case.circle_id),
        kept=kept_of(request, case, found),
        right=standing(request, case, found),
    )


def _response_without_form(request: Request, case: Any, found: Any) -> HttpResponse:
    """The form is not here any more, such as when its pack was switched off: what was kept."""
    scores = [{"term": name, "text": str(value)} for name, value in found.scores.items()]
    return case_page(
        request,
        "practitioner/measures/response.html",
        case,
        tab="measures",
        title=found.instrument,
        name=found.instrument,
        items=[
            {"question": item, "said": str(value), "points": ""}
            for item, value in found.answers.items()
        ],
        facts=[
            {"term": _("Answered"), "text": moment_words(request, found.answered_at)},
            *scores,
        ],
        licence=_("The form is not here any more; these are the numbers that were kept."),
        seen=seen_by_whom(request, found.record_type_of_row, case.circle_id),
    )


def _steps(found: Any, instrument: Any) -> tuple[str, ...]:
    return next((each.steps for each in instrument.results if each.name == found.result), ())


def lines_of(found: Any, instrument: Any, wording: Any) -> list[dict[str, Any]]:
    """Every line of the instrument by its source, what this score is by it, and which is used."""
    rows = []
    for rule in instrument.caseness:
        points = found.scores.get(rule.score)
        holds = is_case(rule, points)
        score = words.score_name(wording, rule.score)
        rows.append(
            {
                "rule": f"{score} {rule.op} {rule.value}",
                "said": _("no score") if holds is None else _("yes") if holds else _("no"),
                "source": words.line_source(instrument, rule),
                "is_used": found.caseness_rule == f"{found.instrument}/{rule.id}",
            }
        )
    return rows


BASES: Mapping[str, Any] = {
    "published": gettext_lazy("published"),
    "derived": gettext_lazy("worked out from a spread and a reliability"),
    "mid": gettext_lazy("the smallest difference people notice, not measurement error"),
    "by_analogy": gettext_lazy("by analogy with another measure"),
}


def change_words(instrument: Any) -> str:
    """How much change is more than measurement error, how that is known, and whether it is used."""
    change = instrument.reliable_change
    if change is None:
        return _("No value is known, so no change is called reliable.")
    said = _("%(points)s points: %(basis)s. %(source)s.") % {
        "points": number_format(change.value),
        "basis": str(BASES.get(change.basis, change.basis)),
        "source": words.source(change.source).rstrip("."),
    }
    if change.is_own:
        return said + " " + _("Figures of this service.")
    if not change.is_on:
        return said + " " + _("Switched off until this service enters its own figures.")
    return said


def _answer(
    number: int,
    item: Any,
    found: Any,
    instrument: Any,
    wording: Any,
    unasked: Mapping[str, int | None],
) -> dict[str, str]:
    labels = wording.options.get(item.options, {})
    value = found.answers.get(item.id)
    if item.id not in found.answers:
        said = _("Not asked")
    elif value is None:
        said = _("Skipped")
    else:
        said = str(labels.get(value, value))
    counts = (
        item.scored or item.optional or any(item.id in rule.items for rule in instrument.scores)
    )
    worth = unasked.get(item.id) if value is None else instrument.points(item).get(value)
    points = "" if worth is None or not counts else str(worth)
    note = "" if counts else _("does not count")
    if counts and item.reversed and value is not None:
        note = _("counted the other way round")
    return {
        "note": note,
        "question": words.numbered(wording, number, item.id),
        "said": said,
        "points": points,
        "is_open": "yes" if value is None and item.id in found.answers else "",
    }


DETAILS: Mapping[str, Any] = {
    "form_version": gettext_lazy("Form and version"),
    "variant": gettext_lazy("Variant"),
    "drink_grams": gettext_lazy("Grams in a standard drink"),
}


def _facts(request: Request, found: Any, instrument: Any, wording: Any) -> list[dict[str, str]]:
    facts = [
        (_("Answered"), moment_words(request, found.answered_at)),
        (_("By"), str(found.respondent)),
    ]
    if found.written_by_id != found.respondent_id and found.filled_on is None:
        facts.append((_("Written down by"), str(found.written_by)))
    facts += _how(found)
    for name, value in found.details.items():
        facts.append((DETAILS.get(name, name), value))
    if found.result:
        said = wording.results.get(found.result, found.result)
        if found.missing and found.result != instrument.results[0].name:  # the first is the worst
            said = _("%(result)s. Something is not answered, so it may be more serious") % {
                "result": said
            }
        facts.append((_("Result"), said))
    for name, value in found.scores.items():
        rule = instrument.score_rule(name)
        is_mean = rule is not None and rule.kind == "mean"
        said = _score_words(
            found, name, value, is_mean=is_mean, is_filled=_is_filled(found, instrument, rule)
        )
        facts.append((words.score_name(wording, name), said))
    if found.band:
        band = wording.bands.get(found.band, found.band)
        facts.append((_("Range"), _("score in the range described as %(band)s") % {"band": band}))
    if found.caseness is not None:
        side = _side(instrument, is_case=found.caseness)
        facts.append((words.line_name(instrument), f"{side} ({found.caseness_rule})"))
    facts.append((_("Version"), found.instrument))
    return [{"term": str(term), "text": text} for term, text in facts]


def _side(instrument: Any, *, is_case: bool) -> str:
    """On which side of the line a score lies; the higher side is not the worse one everywhere."""
    if not words.is_treatment_line(instrument):
        return _("this score meets it") if is_case else _("this score does not meet it")
    if is_case:
        return _("on the side of the line where treatment is offered")
    return _("on the other side of the line where treatment is offered")


PLACES: Mapping[str, Any] = {
    "here": gettext_lazy("on a device of the service"),
    "paper": gettext_lazy("on paper"),
    "session": gettext_lazy("together, in the room"),
}


def _how(found: Any) -> list[tuple[str, str]]:
    """Where the answers were given, and how those on paper came in."""
    facts = []
    if found.entered_as_total:
        facts.append((_("How"), _("entered as a total from a form of one's own")))
    elif found.entered_from:
        place = PLACES.get(found.entered_from, found.entered_from)
        facts.append((_("How"), str(place)))
    if found.filled_on is not None:
        facts.append((_("Filled in on"), day_words(found.filled_on)))
    if found.typed_first_by_id is not None:
        typed = _("twice, first by %(first)s, then by %(second)s; both agreed") % {
            "first": found.typed_first_by,
            "second": found.written_by,
        }
        if found.typed_first_by_id == found.written_by_id:
            typed = _("twice by %(who)s; both agreed") % {"who": found.written_by}
        facts.append((_("Typed in"), typed))
    return facts


def _is_filled(found: Any, instrument: Any, rule: Any) -> bool:
    """Whether a question of this very score was left open, or did not apply, and was filled in."""
    if not found.prorated or rule is None or not rule.items:
        return bool(found.prorated)
    return any(
        id in found.missing or found.answers.get(id) in instrument.codes_of(instrument.item(id))
        for id in rule.items
    )


def _score_words(
    found: Any, name: str, value: int | None, *, is_mean: bool, is_filled: bool
) -> str:
    if value is None and found.entered_as_total:
        return _("Not entered")
    if value is None:
        return _("No score: too few answers. It is not a zero.")
    exact = number_format(as_decimal(Fraction(found.scores_exact.get(name, value)), 2))
    if is_filled:
        return _("%(value)s, filled in from the other answers (%(exact)s)") % {
            "value": value,
            "exact": exact,
        }
    return (
        exact if is_mean or Fraction(found.scores_exact.get(name, value)) != value else str(value)
    )
