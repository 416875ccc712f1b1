"""Put answers right that were written down wrongly: a new row, beside what stood before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.measures import actions, correcting, queries
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.answer_forms import RightAnswers, answer_words, why
from alongside.web.parts.explained_words import numbered
from alongside.web.parts.pages import Request, moment_words, seen_by_whom
from alongside.web.practitioner import words
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.measures import READ_OR_SEND
from alongside.web.practitioner.measures_enter import (
    Totals,
    alert_facts,
    recorded_page,
)


class RightTotals(Totals):
    """The numbers as they should be, and why."""

    because = why()

    def __init__(self, *args: Any, response: Any, **kwargs: Any) -> None:
        super().__init__(*args, asking=response.asking, **kwargs)
        self.fields["because"] = self.fields.pop("because")
        self.fields["form_version"].initial = response.details.get("form_version", "")
        for name, value in response.scores.items():
            if (field := self.fields.get(f"total_{name}")) is not None:
                exact = response.scores_exact.get(name, value)
                field.initial = value if exact is None else exact
                field.help_text = _("Stands now: %(answer)s") % {"answer": field.initial}


@access("asking", "C")
@READ_OR_SEND
def right(request: Request, pk: UUID, answers: UUID) -> HttpResponse:
    """Put answers right, with the reason; what was raised before stays raised."""
    case = case_or_404(request, pk)
    rows = queries.responses(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows.exclude(asking=None), pk=answers)
    if found.instrument not in catalogue.current().instruments:
        return redirect("practitioner:measure-response", case.pk, found.pk)
    after = rows.filter(corrects=found).first()
    if request.method != "POST":
        if after is not None:  # only what stands can be put right
            return redirect("practitioner:measure-response", case.pk, after.pk)
        return _page(request, case, found, _form(found))
    form, at = _form(found, request.POST), clock.now()
    by: dict[str, Any] = {"response": found, "by": request.reader, "at": at}
    form.is_valid()
    said = form.cleaned_data.get("because", "")
    try:
        if isinstance(form, RightAnswers):
            # An answer that cannot stand is refused with danger in the others raised first.
            recorded = correcting.put_right(answers=form.given(request.POST), because=said, **by)
        elif form.errors:
            return _page(request, case, found, form, status=422)
        else:
            recorded = correcting.put_total_right(
                totals=form.totals(), form_version=form.cleaned_data["form_version"],
                because=said, **by,
            )  # fmt: skip
    except actions.InvalidAnswers as refusal:
        actions.tell_now(refusal.alerts, at)
        for item in refusal.items:
            if item in form.fields and item not in form.errors:
                form.add_error(item, _("This is no answer to this question."))
        return _page(request, case, found, form, alerts=refusal.alerts, status=422)
    except actions.InvalidTotals:
        form.add_error(None, _("This score cannot be that number."))
        return _page(request, case, found, form, status=422)
    except StaleVersion as stale:
        now = rows.get(pk=stale.current.pk)
        form = _form(now, request.POST)
        form.add_error(
            None,
            _("Somebody put them right meanwhile. What you chose is kept below; beside it is what "
              "stands now."),
        )  # fmt: skip
        return _page(request, case, now, form, status=409)
    except correcting.NothingChanged:
        form.add_error(None, _("Nothing is different from what stands now."))
        return _page(request, case, found, form, status=422)
    except Refused as refused:
        if "because" not in form.errors:
            words.add_refusal(form, refused)
        return _page(request, case, found, form, status=422)
    return recorded_page(request, case, recorded, at)


def _form(response: Any, post: Any = None) -> RightAnswers | RightTotals:
    kind = RightTotals if response.entered_as_total else RightAnswers
    return kind(post, response=response)


def _page(
    request: Request, case: Any, found: Any, form: Any, *, alerts: Any = (), status: int = 200
) -> HttpResponse:
    wording = queries.wording_of(found.asking, get_language() or "en")
    instrument = queries.instrument_of(found.asking)
    return case_page(
        request,
        "practitioner/measures/right.html",
        case,
        tab="measures",
        title=_("Put answers right"),
        status=status,
        form=form,
        name=instrument.name,
        who=str(found.respondent),
        stem="" if found.entered_as_total else wording.stem,
        lang=wording.language,
        credit=instrument.licence.credit,
        raised=[alert_facts(each) for each in alerts],
        action=reverse("practitioner:measure-right", args=[case.pk, found.pk]),
        back=reverse("practitioner:measure-response", args=[case.pk, found.pk]),
        seen=seen_by_whom(request, found.record_type_of_row, case.circle_id),
    )


def standing(request: Request, case: Any, found: Any) -> dict[str, Any]:
    """What was put right about some answers, for their page: the row before, and the one after."""
    instrument = catalogue.current().instruments.get(found.instrument)
    rows = queries.responses(seen_by=request.reader).filter(circle=case.circle)
    after = rows.filter(corrects=found).select_related("written_by").first()
    may = found.asking is not None and request.reader.may("C", found.asking)
    is_open = after is None and instrument is not None and case.state != "closed"
    said: dict[str, Any] = {
        "url": reverse("practitioner:measure-right", args=[case.pk, found.pk])
        if may and is_open
        else ""
    }
    if after is not None:
        said["after"] = _one(request, case, after, after)
    if found.corrects_id is not None:
        before = rows.filter(pk=found.corrects_id).first()
        if before is not None:
            said["before"] = _one(request, case, found, before)
            said["changes"] = changes(before, found, instrument) if instrument else []
    return said


def _one(request: Request, case: Any, correction: Any, other: Any) -> dict[str, str]:
    return {
        "who": str(correction.written_by),
        "when": moment_words(request, correction.entered_at or correction.answered_at),
        "why": correction.because,
        "url": reverse("practitioner:measure-response", args=[case.pk, other.pk]),
    }


def changes(before: Any, after: Any, instrument: Any) -> list[dict[str, str]]:
    """Each question whose answer differs, and each score, as it was and as it is."""
    wording = queries.wording_of(after.asking, get_language() or "en")
    was, now, none = answer_words(before), answer_words(after), _("Not answered")
    rows = [
        {
            "what": numbered(wording, number, item.id),
            "was": was.get(item.id, none),
            "now": now.get(item.id, none),
        }
        for number, item in enumerate(instrument.items, 1)
        if before.answers.get(item.id) != after.answers.get(item.id)
    ]
    for name, value in after.scores.items():
        if before.scores.get(name) != value:
            label = wording.scores.get(name) or (_("Total") if name == "total" else name)
            was_points, now_points = _points(before.scores.get(name)), _points(value)
            rows.append({"what": str(label), "was": was_points, "now": now_points})
    return rows


def _points(value: int | None) -> str:
    return _("no score") if value is None else str(value)
