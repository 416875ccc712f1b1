"""Write down what somebody answers in the room, or what their own form came to."""

from __future__ import annotations

import re
import secrets
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside.delivery import queries as sessions
from alongside.measures import actions, queries
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.answer_forms import Answers
from alongside.web.parts.forms import Form
from alongside.web.parts.pages import Request, clock_time, saved, say
from alongside.web.practitioner.base import address, case_or_404, case_page
from alongside.web.practitioner.crisis_words import fact
from alongside.web.practitioner.measures import READ_OR_SEND, asking_or_404, state_of

SUBMISSION = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")


class Totals(Form):
    """What somebody's own form came to: one number a score, and which form it was."""

    form_version = forms.CharField(
        label=gettext_lazy("Which form, and its version"),
        help_text=gettext_lazy("Such as: short form 8b, paper of 2019."),
        max_length=80,
    )

    def __init__(self, *args: Any, asking: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        instrument = queries.instrument_of(asking)
        wording = queries.wording_of(asking, get_language() or "en")
        fields: dict[str, Any] = {}
        for rule in queries.scores_to_enter(instrument):
            label = wording.scores.get(rule.id) or (_("Total") if rule.id == "total" else rule.id)
            fields[f"total_{rule.id}"] = forms.DecimalField(
                label=label,
                required=False,
                min_value=rule.lowest,
                max_value=rule.highest,
                decimal_places=2 if rule.kind == "entered" else 0,
                help_text=_("A number from %(from)s to %(to)s")
                % {"from": rule.lowest, "to": rule.highest},
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )
        self.fields = {**fields, **self.fields}

    def totals(self) -> dict[str, Any]:
        """The numbers that were entered, by score."""
        return {
            name.removeprefix("total_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("total_") and value is not None
        }

    def clean(self) -> dict[str, Any]:
        """At least one number."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.totals():
            raise forms.ValidationError(_("Enter at least one number."))
        return data


@access("asking", "C")
@READ_OR_SEND
def enter(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Write down what somebody answers on paper or in the room."""
    case = case_or_404(request, pk)
    found = asking_or_404(request, case, asking)
    where = actions.Where("session", occasion=_occasion(request, case))
    if request.method != "POST":
        if state_of(found, clock.now()) not in ("open", "begun"):
            return redirect("practitioner:case-measures", case.pk)
        return _enter_page(request, case, found, Answers(asking=found))
    if "totals" in request.POST:
        return _enter_totals(request, case, found)
    form = Answers(request.POST, asking=found)
    submission = request.POST.get("submission", "")
    if not SUBMISSION.match(submission):
        submission = secrets.token_urlsafe(18)
    at = clock.now()
    try:
        recorded = actions.submit(
            asking=found,
            answers=form.given(request.POST),
            submission=submission,
            by=request.reader,
            at=at,
            where=where,
        )
    except actions.InvalidAnswers as refusal:
        actions.tell_now(refusal.alerts, at)
        for item in refusal.items:
            if item in form.fields and item not in form.errors:
                form.add_error(item, _("This is no answer to this question."))
        return _enter_page(
            request, case, found, form, alerts=refusal.alerts, submission=submission, status=422
        )
    except (actions.Answered, actions.Expired):
        say(request, _("This form was answered before, or it ran out. Nothing was saved."))
        return redirect("practitioner:case-measures", case.pk)
    return recorded_page(request, case, recorded, at)


def _occasion(request: Request, case: Any) -> str:
    """The session of this case from whose page somebody came, if any."""
    named = request.GET.get("session", "")
    if not named:
        return ""
    try:
        key = UUID(named)
    except ValueError:
        raise Http404 from None
    held = sessions.sessions(seen_by=request.reader).filter(course__plan__case=case.pk)
    return f"session:{get_object_or_404(held, pk=key).pk}"


def _enter_totals(request: Request, case: Any, asking: Any) -> HttpResponse:
    form, at = Totals(request.POST, asking=asking), clock.now()
    submission = request.POST.get("submission", "")
    if not SUBMISSION.match(submission):
        submission = secrets.token_urlsafe(18)
    if form.is_valid():
        try:
            recorded = actions.record_totals(
                asking=asking,
                totals=form.totals(),
                form_version=form.cleaned_data["form_version"],
                submission=submission,
                by=request.reader,
                at=at,
            )
            return recorded_page(request, case, recorded, at)
        except actions.InvalidTotals:
            form.add_error(None, _("This score cannot be that number."))
        except (actions.Answered, actions.Expired):
            say(request, _("This form was answered before, or it ran out. Nothing was saved."))
            return redirect("practitioner:case-measures", case.pk)
    return _enter_page(
        request,
        case,
        asking,
        Answers(asking=asking),
        totals=form,
        submission=submission,
        status=422,
    )


def recorded_page(request: Request, case: Any, recorded: actions.Recorded, at: Any) -> HttpResponse:
    """Send the first messages, say what was kept, and show it."""
    say_recorded(request, recorded, at)
    return redirect("practitioner:measure-response", case.pk, recorded.response.pk)


def say_recorded(request: Request, recorded: actions.Recorded, at: Any) -> None:
    """Send the first messages of what was raised, and say what was kept."""
    actions.tell_now(recorded.alerts, at)
    saved(request, at)
    if recorded.alerts:
        say(request, _("An answer shows danger. The on-call team was told at %(time)s.")
            % {"time": clock_time(request, at)})  # fmt: skip
    if recorded.blank_critical:
        say(request, _("A question about danger was left open. Ask again: it is on the task list."))


def _enter_page(
    request: Request,
    case: Any,
    asking: Any,
    form: Answers,
    *,
    alerts: Any = (),
    totals: Totals | None = None,
    submission: str = "",
    status: int = 200,
) -> HttpResponse:
    wording = queries.wording_of(asking, get_language() or "en")
    instrument = queries.instrument_of(asking)
    return case_page(
        request,
        "practitioner/measures/enter.html",
        case,
        tab="measures",
        title=instrument.name,
        status=status,
        form=form,
        asking=asking,
        who=str(asking.respondent),
        introduction=wording.introduction,
        stem=wording.stem,
        lang=wording.language,
        credit=instrument.licence.credit,
        licence=instrument.licence.statement if instrument.licence.tier != "ship" else "",
        totals=(totals or Totals(asking=asking)) if queries.scores_to_enter(instrument) else None,
        has_items=bool(instrument.items),
        submission=submission or secrets.token_urlsafe(18),
        raised=[alert_facts(each) for each in alerts],
    )


def alert_facts(alert: Any) -> dict[str, Any]:
    """What the page says of one alert."""
    return {
        "level": alert.level,
        "because": fact(alert)[0],
        "url": address("practitioner:alert", alert.pk),
    }
