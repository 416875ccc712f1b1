"""How it has changed: my own answers over time, in plain words."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside import catalogue
from alongside.access import guardians
from alongside.catalogue.tracking import in_language
from alongside.delivery import reviews
from alongside.insights import progress
from alongside.insights.explained import explained
from alongside.measures import keeping
from alongside.measures import queries as measures
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.explained_words import (
    OPERATORS,
    answers,
    is_treatment_line,
    unverified,
)
from alongside.web.parts.pages import (
    Request,
    day_words,
    local_day,
    saved,
    say,
    short_day,
    zone_of,
)
from alongside.web.parts.people_words import listed
from alongside.web.parts.picture import as_download
from alongside.web.parts.scores import chart_of, plain_chart, words_of
from alongside.web.parts.ways import way_name
from alongside.web.person.base import own_circles, seen_here
from alongside.web.person.right import may_right, put_right_words


@access("own_measure", "R")
@require_safe
def change(request: Request) -> HttpResponse:
    """One chart for each set of questions I answer."""
    return render(
        request,
        "person/change.html",
        {
            "shown": [_one(each) for each in _mine(request)],
            "told": _told(request),
            "on": short_day(local_day(request, clock.now())),
        },
    )


@access("own_measure", "R")
@require_safe
def picture(request: Request) -> HttpResponse:
    """One of my drawings as a file of my own; it names the questions and not me."""
    key = request.GET.get("measure", "")
    series = next((each for each in _mine(request) if each.key == key), None)
    drawn = None if series is None else plain_chart(series, _wording(series), phase_name=way_name)
    if series is None or drawn is None:
        raise Http404
    return as_download(
        drawn,
        name=series.instrument.ref.id,
        title=series.instrument.name,
        notes=[_sentence(series), short_day(local_day(request, clock.now()))],
    )


@access("own_measure", "R")
@require_safe
def score(request: Request, pk: UUID) -> HttpResponse:
    """Where one of my numbers comes from, in plain words."""
    row, it = explained(pk, seen_by=request.reader)
    if row is None or it is None or row.respondent_id not in request.reader.persons:
        raise Http404
    wording = words_of(row.instrument)
    return render(
        request,
        "person/score.html",
        {
            "name": it.instrument.name,
            "value": "" if it.main is None or it.main.stored is None else it.main.stored,
            "day": day_words(local_day(request, row.answered_at)),
            "steps": steps(it),
            "meaning": meaning(it, wording),
            "help_url": reverse("person:form-help", args=[row.asking_id])
            if it.findings and row.asking_id
            else "",
            "has_danger": bool(it.findings),
            "is_rated": is_rated(it.instrument),
            "was_told": bool(row.asking_id) and measures.told(row.asking).state != "nothing",
            "was_sent": row.written_by_id == row.respondent_id,
            "items": answers(it, wording),
            "lang": wording.language,
            "version": it.version,
            "source": it.instrument.source,
            "licence": it.instrument.licence.statement,
            "credit": it.instrument.licence.credit,
            "checked": day_words(date.fromisoformat(it.instrument.licence.checked)),
            "review_by": day_words(date.fromisoformat(it.instrument.review_by))
            if it.instrument.review_by
            else "",
            "not_verified": unverified(it.instrument),
            "seen": seen_here(
                request,
                row.record_type_of_row,
                row.circle_id,
                kept_back=row.kept_from_guardian,
            ),
            "guardians": listed(guardians.who_sees(row.about_id, "answers", at=clock.now())),
            "put_right": put_right_words(request, row),
            "right_url": reverse("person:score-right", args=[row.pk])
            if may_right(request, row)
            else "",
            "pk": row.pk,
            "is_kept": row.kept_from_guardian,
            "was_shown": row.shown_for_safety_at is not None,
        },
    )


@access("own_measure", "R")
@require_POST
def keep_back(request: Request, pk: UUID) -> HttpResponse:
    """Keep my answers from who looks after me, or let them be seen again."""
    rows = measures.responses(seen_by=request.reader).filter(
        about__in=request.reader.persons, respondent__in=request.reader.persons
    )
    found, at = get_object_or_404(rows, pk=pk), clock.now()
    is_kept = "keep" in request.POST
    try:
        keeping.keep_back(response=found, is_kept=is_kept, by=request.reader, at=at)
    except keeping.ShownForSafety:
        say(request, _("We showed this to keep you safe. Please talk to us about it."))
    else:
        saved(request, at)
    return redirect("person:score", pk)


def _told(request: Request) -> str:
    """What who delivers my course shared: that the change we hoped for is not there yet."""
    mine = plans.courses(seen_by=request.reader).filter(
        circle__in=[circle.pk for circle in own_circles(request)],
        treated__person__in=request.reader.persons,
        ended_at=None,
    )
    today = local_day(request, clock.now())
    if not reviews.shared_with(list(mine), seen_by=request.reader, on=today):
        return ""
    return in_language(catalogue.current().tracking.shared, get_language() or "en")


def _mine(request: Request) -> list[progress.Series]:
    at, me = clock.now(), request.reader.persons
    found: list[progress.Series] = []
    for circle in own_circles(request):
        found += progress.series(
            circle.pk, seen_by=request.reader, at=at, zone=str(zone_of(request))
        )
    return [each for each in found if each.respondent.pk in me]


def _wording(series: progress.Series) -> Any:
    return words_of(str(series.instrument.ref))


def _sentence(series: progress.Series) -> str:
    if not series.has_scores:
        return _("This form has no number. It tells the team what to do next.")
    key = series.progress.sentence_key.replace("progress.", "progress.mine.", 1)
    return str(catalogue.current().sentence(key, get_language() or "en"))


def _one(series: progress.Series) -> dict[str, Any]:
    last = next((m for m in reversed(series.marks) if m.response is not None), None)
    few = len(series.unscorable)
    said = (
        _("Somebody of the team filled it in %(answered)s of %(due)s times.")
        if is_rated(series.instrument)
        else _("You answered %(answered)s of %(due)s times.")
    )
    answered = said % {
        "answered": series.progress.due - len(series.not_answered),
        "due": series.progress.due,
    }
    if few:
        answered += " " + ngettext(
            "Once, too many were left open, so there is no number.",
            "%(count)s times, too many were left open, so there is no number.",
            few,
        ) % {"count": few}
    return {
        "id": series.instrument.ref.id,
        "name": series.instrument.name,
        "words": _sentence(series),
        "answered": answered,
        "better": {
            "worse": _("Here a low number is better."),
            "better": _("Here a high number is better."),
        }.get(series.change.higher_is or "", ""),
        "figure": chart_of(series, _wording(series), phase_name=way_name),
        "picture_url": reverse("person:picture") + "?" + urlencode({"measure": series.key}),
        "last": None
        if last is None
        else {
            "value": "" if last.score is None else last.score,
            "url": reverse("person:score", args=[last.response]),
        },
        "times": [
            {
                "day": short_day(mark.on),
                "value": "" if mark.score is None else str(mark.score),
                "url": reverse("person:score", args=[mark.response]) if mark.response else "",
                "note": _("some were left open") if mark.prorated else "",
            }
            for mark in series.marks
        ],
    }


def is_rated(instrument: Any) -> bool:
    """Does somebody who looks at me fill this form in, and not I?"""
    return instrument.respondent in {"clinician", "observer"}


def _counted(it: Any) -> list[str]:
    """How many questions were answered, by whom, and what the answers add up to."""
    main = it.main
    given = {"answered": main.answered - main.unasked, "wanted": main.wanted - main.unasked}
    if is_rated(it.instrument):
        said = [
            _("Somebody of the team looked at %(answered)s of %(wanted)s things.") % given,
            _("Each has points. They add up to %(points)s.") % {"points": main.points},
        ]
    else:
        said = [
            _("You answered %(answered)s of %(wanted)s questions.") % given,
            _("Each answer has points. Yours add up to %(points)s.") % {"points": main.points},
        ]
    if main.unasked:
        more = ngettext(
            "%(count)s question did not apply, because of another answer.",
            "%(count)s questions did not apply, because of another answer.",
            main.unasked,
        )
        said[1 if given["wanted"] else 0 : 1] = [more % {"count": main.unasked}]
    return said


def _left_open(it: Any, opened: int) -> str:
    if is_rated(it.instrument):
        return ngettext("One was left open.", "%(count)s were left open.", opened) % {
            "count": opened
        }
    return ngettext("You left one open.", "You left %(count)s open.", opened) % {"count": opened}


def steps(it: Any) -> list[str]:
    """How the number came about, one short sentence after the other."""
    main = it.main
    if main is None:
        return [_("This form has no number. It tells the team what to do next.")]
    if main.how == "as_total":
        return [_("Someone wrote down the number from a form on paper.")]
    if main.rule.parts:
        return [_("It is made of other numbers by the rule of this form.")]
    said = _counted(it)
    opened = main.wanted - main.answered
    if main.how == "prorated":
        filled = ngettext(
            "For that one we took the mean of the others.",
            "For those we took the mean of the others.",
            opened,
        )
        said.append(f"{_left_open(it, opened)} {filled}")
        said.append(_("That makes %(value)s.") % {"value": main.value})
    elif main.how == "unscorable":
        most = it.missing_allowed or 0
        said.append(_left_open(it, opened))
        said.append(
            _("With more than %(most)s open there is no number.") % {"most": most}
            if most
            else _("On this form there is no number when one is open.")
        )
        said.append(_("That is fine. It is not a zero, and we read the rest."))
    elif main.value != main.points:
        said.append(_("By the rule of this form that makes %(value)s.") % {"value": main.value})
    return said


def _line_words(instrument: Any, line: Any) -> list[str]:
    """The line of a form; only that of a measure of outcome is one for treatment."""
    if instrument.role == "process":
        return []
    if not is_treatment_line(instrument):
        at = str(OPERATORS[line.rule.op]) % {"value": line.rule.value}
        return [
            _("We look more closely at %(line)s.") % {"line": at},
            _("Your number is one of these.")
            if line.holds
            else _("Your number is not one of them."),
        ]
    return [
        _("The line where we offer treatment is %(value)s.") % {"value": line.rule.value},
        _("Your number is on the side where we offer it.")
        if line.holds
        else _("Your number is on the other side of it."),
    ]


def meaning(it: Any, wording: Any) -> list[str]:
    """What the number is and is not."""
    main = it.main
    if main is None or main.stored is None:
        return []
    said = [
        _("It can go from %(lowest)s to %(highest)s.")
        % {"lowest": main.rule.lowest, "highest": main.rule.highest}
    ]
    if main.rule.higher_is == "worse":
        said.append(_("Here a low number is better."))
    elif main.rule.higher_is == "better":
        said.append(_("Here a high number is better."))
    if it.range is not None:
        said.append(
            (
                _("At %(lowest)s this form says “%(band)s”.")
                if it.range.lowest == it.range.highest
                else _("From %(lowest)s to %(highest)s this form says “%(band)s”.")
            )
            % {
                "lowest": it.range.lowest,
                "highest": it.range.highest,
                "band": wording.bands.get(it.range.name, it.range.name),
            }
        )
        said.append(_("That is a word for the number, not for you. It does not name an illness."))
    line = next((each for each in it.lines if each.is_used), None)
    if line is not None:
        said += _line_words(it.instrument, line)
    stated = it.change
    if stated is not None and stated.is_on and stated.basis != "mid":
        said.append(
            _("If it moves by less than %(least)s, that may be chance.")
            % {"least": f"{stated.value:f}"}
        )
    else:
        said.append(_("We don’t know how much of a move is chance on this form."))
    return said
