"""Questions in a case: ask, send or hand over a private link, write answers down, read them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.engine.instruments import as_decimal, is_case
from alongside.measures import actions, queries
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, offer
from alongside.web.parts.pages import (
    Request,
    clock_time,
    day_words,
    further,
    local_day,
    moment_words,
    saved,
    say,
    seen_by_whom,
    short_day,
)
from alongside.web.practitioner.base import address, case_or_404, case_page

DAYS = [(7, gettext_lazy("7 days")), (14, gettext_lazy("14 days")), (28, gettext_lazy("28 days"))]
HOW = [
    ("mail", gettext_lazy("Send a private link by mail")),
    ("link", gettext_lazy("Show me the link once, I hand it over")),
    ("here", gettext_lazy("We fill it in together now")),
]
WHYS: Mapping[str, tuple[Any, str]] = {
    "answered": (gettext_lazy("Answered"), "moss"),
    "declined": (gettext_lazy("They would rather not"), ""),
    "expired": (gettext_lazy("Ran out, not answered"), ""),
    "begun": (gettext_lazy("Begun"), "pen"),
    "open": (gettext_lazy("Not answered yet"), "lamp"),
}
MAILS: Mapping[str, Any] = {
    "waiting": gettext_lazy("mail waits for safe hours or the next try"),
    "sent": gettext_lazy("mail sent"),
    "withheld": gettext_lazy("mail not sent: it was no longer right"),
    "given_up": gettext_lazy("mail did not get through"),
}
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_VALUE = re.compile(r"-?[0-9]{1,3}\Z")
READ_OR_SEND = require_http_methods(["GET", "HEAD", "POST"])


class Ask(Form):
    """What to ask whom, for how long, and how they get it."""

    instrument = forms.ChoiceField(label=gettext_lazy("Questions"))
    respondent = forms.ChoiceField(label=gettext_lazy("Who answers"))
    about = forms.ChoiceField(
        label=gettext_lazy("About whom"),
        choices=[
            ("self", gettext_lazy("About themself")),
            ("person", gettext_lazy("About the person: what they see")),
        ],
        widget=forms.RadioSelect,
        initial="self",
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Open for"), choices=DAYS, coerce=int, initial=14
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How"), choices=HOW, widget=forms.RadioSelect, initial="mail"
    )

    def __init__(self, *args: Any, people_here: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = [(each.ref.id, each.name) for each in queries.instruments_here()]
        offer(self, "instrument", here)
        offer(self, "respondent", [(str(person.pk), str(person)) for person in people_here])


class Answers(Form):
    """One field an item. Every item may be left open; what is left open is never a zero."""

    def __init__(self, *args: Any, asking: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        instrument = queries.instrument_of(asking)
        wording = queries.wording_of(asking, get_language() or "en")
        self.items, self.asking = instrument.items, asking
        for number, item in enumerate(instrument.items, 1):
            labels = wording.options.get(item.options, {})
            values = instrument.options[item.options]
            label = f"{number}. {wording.items.get(item.id, item.id)}"
            if span := queries.typed(instrument, item):
                self.fields[item.id] = forms.CharField(
                    label=label,
                    required=False,
                    help_text=_("A number from %(from)s to %(to)s")
                    % {"from": span[0], "to": span[1]},
                )
                continue
            self.fields[item.id] = forms.ChoiceField(
                label=label,
                choices=[(str(v), str(labels.get(v, v))) for v in values]
                + [("", _("Not answered"))],
                widget=forms.RadioSelect,
                required=False,
                error_messages={"invalid_choice": _("This is no answer to this question.")},
            )

    def given(self, post: Any) -> dict[str, object]:
        """The answers as they were sent; what is no number stays a text, to be refused by name."""
        found: dict[str, object] = {}
        for item in self.items:
            said = post.getlist(item.id)
            if not said or said == [""]:
                if item.ask_if is None and not item.optional:
                    found[item.id] = None
                continue
            one = said[0] if len(set(said)) == 1 else " / ".join(said)[:40]
            found[item.id] = int(one) if _VALUE.match(one) else one
        asked = queries.ids_asked(self.asking, found)
        return {id: value for id, value in found.items() if value is not None or id in asked}


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


# -- the list, and asking -----------------------------------------------------------------------


@access("asking", "R")
@require_safe
def listing(request: Request, pk: UUID) -> HttpResponse:
    """What was asked in this case, and what became of it."""
    return _listing(request, case_or_404(request, pk), None)


def _listing(request: Request, case: Any, form: Ask | None, status: int = 200) -> HttpResponse:
    reader, at = request.reader, clock.now()
    may_ask = reader.may_make("asking", institution=case.institution_id, circle=case.circle_id)
    here = queries.can_be_asked(case.circle, seen_by=reader) if may_ask else []
    prepare(here, "name")
    if form is None and may_ask:
        form = Ask(people_here=here)
    rows, paging = further(request, queries.of_circle(case.circle_id, seen_by=reader))
    prepare([row.respondent for row in rows], "name")
    answers = {
        row.asking_id: row
        for row in queries.over_time(seen_by=reader, circle=case.circle_id).filter(
            asking__in=[row.pk for row in rows]
        )
    }
    mails = queries.sent_by_mail(rows)
    return case_page(
        request,
        "practitioner/measures/list.html",
        case,
        tab="measures",
        status=status,
        form=form,
        nobody=may_ask and not here,
        packs_off=queries.packs_off() if may_ask else [],
        rows=[_row(request, case, row, answers, mails, at, may_ask) for row in rows],
        paging=paging,
        seen=seen_by_whom(request, "own_measure", case.circle_id),
    )


def _row(
    request: Request,
    case: Any,
    row: Any,
    answers: Mapping[Any, Any],
    mails: Mapping[UUID, str],
    at: Any,
    may_ask: bool,
) -> dict[str, Any]:
    given = answers.get(row.pk)
    state = _state(row, at)
    words, kind = WHYS[state]
    instrument = queries.instrument_of(row)
    links = []
    if state in ("open", "begun") and may_ask:
        may_send = queries.may_be_sent(instrument)
        links = [
            {
                "url": reverse(f"practitioner:measure-{name}", args=[case.pk, row.pk]),
                "label": label,
                "post": name != "enter",
            }
            for name, label, shown in (
                ("send", _("Send by mail"), may_send),
                ("link", _("Show the link once"), may_send),
                ("enter", _("Enter the answers"), True),
            )
            if shown
        ]
    mail = str(MAILS.get(mails.get(row.pk, ""), ""))
    return {
        "id": str(row.pk),
        "name": instrument.name,
        "url": reverse("practitioner:measure-response", args=[case.pk, given.pk]) if given else "",
        "text": _("%(who)s, asked %(day)s, open until %(until)s")
        % {
            "who": str(row.respondent),
            "day": short_day(local_day(request, row.asked_at)),
            "until": short_day(local_day(request, row.expires_at)),
        }
        + (f" · {mail}" if mail else ""),
        "state": words,
        "kind": kind,
        "score": _score(given) if given else "",
        "links": links,
    }


def _state(row: Any, at: Any) -> str:
    if row.answered_at is not None:
        return "answered"
    if row.declined_at is not None:
        return "declined"
    if row.expires_at <= at:
        return "expired"
    return "begun" if row.drafted_at is not None else "open"


def _score(row: Any) -> str:
    instrument = catalogue.current().instruments.get(row.instrument)
    total = row.scores.get(instrument.main_score if instrument else "total")
    if total is None and row.result:
        wording = catalogue.current().wordings.get(row.instrument, {}).get("en")
        return wording.results.get(row.result, row.result) if wording else row.result
    if total is None:
        return _("no score: too few answers")
    return f"{total} ({_('filled in from the others')})" if row.prorated else str(total)


@access("asking", "C")
@require_POST
def ask(request: Request, pk: UUID) -> HttpResponse:
    """Ask somebody, and go on as was chosen: by mail, by hand, or here."""
    case = case_or_404(request, pk)
    here = queries.can_be_asked(case.circle, seen_by=request.reader)
    form = Ask(request.POST, people_here=here)
    if not form.is_valid():
        return _listing(request, case, form, status=422)
    chosen, at = form.cleaned_data, clock.now()
    who = next(person for person in here if str(person.pk) == chosen["respondent"])
    instrument = catalogue.current().instrument(chosen["instrument"])
    if chosen["how"] != "here" and not queries.may_be_sent(instrument):
        form.add_error("how", _("A trained person asks this one, face to face."))
        return _listing(request, case, form, status=422)
    address_ = _mail_of(request, who) if chosen["how"] == "mail" else None
    if chosen["how"] == "mail" and address_ is None:
        form.add_error("how", _("We have no e-mail address of this person. Hand the link over."))
        return _listing(request, case, form, status=422)
    asking = actions.make_asking(
        circle=case.circle,
        about=case.circle.focus if chosen["about"] == "person" else who,
        respondent=who,
        instrument=chosen["instrument"],
        days=chosen["days"],
        by=request.reader,
        at=at,
    )
    if chosen["how"] == "mail":
        return _send(request, case, asking, address_)
    if chosen["how"] == "link":
        return _show_link(request, case, asking)
    return redirect("practitioner:measure-enter", case.pk, asking.pk)


def _mail_of(request: Request, person: Any) -> Any:
    rows = people.contacts_of(person.pk, seen_by=request.reader)
    return rows.filter(channel="email").first()


def _asking(request: Request, case: Any, pk: UUID) -> Any:
    rows = queries.askings(seen_by=request.reader).filter(circle=case.circle)
    return get_object_or_404(rows, pk=pk)


# -- the private link ---------------------------------------------------------------------------


@access("asking", "E")
@require_POST
def send(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Send the private link by mail, in words that tell nothing."""
    case = case_or_404(request, pk)
    found = _asking(request, case, asking)
    to = _mail_of(request, found.respondent)
    if to is None:
        say(request, _("We have no e-mail address of this person. Nothing was sent."))
        return redirect("practitioner:case-measures", case.pk)
    return _send(request, case, found, to)


def _send(request: Request, case: Any, asking: Any, to: Any) -> HttpResponse:
    try:
        due = actions.send_link(asking=asking, to=to, by=request.reader, at=clock.now())
    except (actions.Answered, actions.Expired, actions.NotForALink):
        say(request, _("This form is over. Nothing was sent."))
    else:
        say(
            request,
            _("Saved. The mail goes out at %(time)s. It says nothing about why.")
            % {"time": moment_words(request, due)},
        )
    return redirect("practitioner:case-measures", case.pk)


@access("asking", "E")
@require_POST
def link(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Make a new private link and show it once; the one before ends."""
    case = case_or_404(request, pk)
    return _show_link(request, case, _asking(request, case, asking))


def _show_link(request: Request, case: Any, asking: Any) -> HttpResponse:
    try:
        token = actions.hand_over(asking=asking, by=request.reader, at=clock.now())
    except (actions.Answered, actions.Expired, actions.NotForALink):
        say(request, _("This form is over. There is no link to it."))
        return redirect("practitioner:case-measures", case.pk)
    return case_page(
        request,
        "practitioner/measures/link.html",
        case,
        tab="measures",
        title=_("A private link"),
        link=f"{settings.PUBLIC_URL}/l/{token}",
        until=day_words(local_day(request, asking.expires_at)),
        who=str(asking.respondent),
        back_url=reverse("practitioner:case-measures", args=[case.pk]),
    )


# -- answers written down -----------------------------------------------------------------------


@access("asking", "C")
@READ_OR_SEND
def enter(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Write down what somebody answers on paper or in the room."""
    case = case_or_404(request, pk)
    found = _asking(request, case, asking)
    if request.method != "POST":
        if _state(found, clock.now()) not in ("open", "begun"):
            return redirect("practitioner:case-measures", case.pk)
        return _enter_page(request, case, found, Answers(asking=found))
    if "totals" in request.POST:
        return _enter_totals(request, case, found)
    form = Answers(request.POST, asking=found)
    submission = request.POST.get("submission", "")
    if not _SUBMISSION.match(submission):
        submission = secrets.token_urlsafe(18)
    at = clock.now()
    try:
        recorded = actions.submit(
            asking=found,
            answers=form.given(request.POST),
            submission=submission,
            by=request.reader,
            at=at,
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
    return _recorded(request, case, recorded, at)


def _enter_totals(request: Request, case: Any, asking: Any) -> HttpResponse:
    form, at = Totals(request.POST, asking=asking), clock.now()
    submission = request.POST.get("submission", "")
    if not _SUBMISSION.match(submission):
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
            return _recorded(request, case, recorded, at)
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


def _recorded(request: Request, case: Any, recorded: actions.Recorded, at: Any) -> HttpResponse:
    actions.tell_now(recorded.alerts, at)
    saved(request, at)
    if recorded.alerts:
        say(request, _("An answer shows danger. The on-call team was told at %(time)s.")
            % {"time": clock_time(request, at)})  # fmt: skip
    if recorded.blank_critical:
        say(request, _("A question about danger was left open. Ask again: it is on the task list."))
    return redirect("practitioner:measure-response", case.pk, recorded.response.pk)


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
        raised=[_alert(each) for each in alerts],
    )


def _alert(alert: Any) -> dict[str, Any]:
    return {
        "level": alert.level,
        "because": alert.because,
        "url": address("practitioner:alert", alert.pk),
    }


# -- one response -------------------------------------------------------------------------------


@access("own_measure", "R")
@require_safe
def response(request: Request, pk: UUID, answers: UUID) -> HttpResponse:
    """One response: each answer, the score, where it comes from, and under which licence."""
    case = case_or_404(request, pk)
    rows = queries.responses(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows.select_related("written_by"), pk=answers)
    cat, language = catalogue.current(), get_language() or "en"
    instrument = cat.instruments.get(found.instrument)
    if instrument is None:
        return _response_without_form(request, case, found)
    wording = cat.wording(found.instrument, language)
    return case_page(
        request,
        "practitioner/measures/response.html",
        case,
        tab="measures",
        title=instrument.name,
        name=instrument.name,
        items=[]
        if found.entered_as_total
        else [_answer(item, found, instrument, wording) for item in instrument.items],
        is_total=found.entered_as_total,
        facts=_facts(request, found, instrument, wording),
        steps=[wording.steps.get(each, each) for each in _steps(found, instrument)],
        prompts=[cat.sentence(each, language) for each in queries.prompts_of(found)],
        lines=lines_of(found, instrument, wording),
        change=change_words(instrument),
        not_verified=", ".join(instrument.unverified),
        checked=day_words(date.fromisoformat(instrument.licence.checked)),
        review_by=day_words(date.fromisoformat(instrument.review_by))
        if instrument.review_by
        else "",
        licence=instrument.licence.statement,
        credit=instrument.licence.credit,
        source=instrument.source,
        lang=wording.language,
        seen=seen_by_whom(request, found.record_type_of_row, case.circle_id),
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
        score = wording.scores.get(rule.score) or (
            _("Total") if rule.score == "total" else rule.score
        )
        rows.append(
            {
                "rule": f"{score} {rule.op} {rule.value}",
                "said": _("no score") if holds is None else _("yes") if holds else _("no"),
                "source": rule.source,
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
    words = _("%(points)s points: %(basis)s. %(source)s.") % {
        "points": number_format(change.value),
        "basis": str(BASES.get(change.basis, change.basis)),
        "source": change.source.rstrip("."),
    }
    if change.is_own:
        return words + " " + _("Figures of this service.")
    if not change.is_on:
        return words + " " + _("Switched off until this service enters its own figures.")
    return words


def _answer(item: Any, found: Any, instrument: Any, wording: Any) -> dict[str, str]:
    labels = wording.options.get(item.options, {})
    value = found.answers.get(item.id)
    if item.id not in found.answers:
        said = _("Not asked")
    elif value is None:
        said = _("Skipped")
    else:
        said = str(labels.get(value, value))
    return {
        "question": str(wording.items.get(item.id, item.id)),
        "said": said,
        "points": "" if value is None else str(instrument.points(item).get(value, "")),
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
    if found.written_by_id != found.respondent_id:
        facts.append((_("Written down by"), str(found.written_by)))
    if found.entered_as_total:
        facts.append((_("How"), _("entered as a total from a form of one's own")))
    for name, value in found.details.items():
        facts.append((DETAILS.get(name, name), value))
    if found.result:
        said = wording.results.get(found.result, found.result)
        if found.missing:
            said = _("%(result)s, or more: something is not answered") % {"result": said}
        facts.append((_("Result"), said))
    for name, value in found.scores.items():
        label = wording.scores.get(name) or (_("Total") if name == "total" else name)
        rule = instrument.score_rule(name)
        is_mean = rule is not None and rule.kind == "mean"
        facts.append((label, _score_words(found, name, value, is_mean=is_mean)))
    if found.band:
        band = wording.bands.get(found.band, found.band)
        facts.append((_("Range"), _("score in the range described as %(band)s") % {"band": band}))
    if found.caseness is not None:
        side = (
            _("on the side of the line where treatment is offered")
            if found.caseness
            else _("below the line where treatment is offered")
        )
        facts.append((_("Treatment line"), f"{side} ({found.caseness_rule})"))
    facts.append((_("Version"), found.instrument))
    return [{"term": str(term), "text": text} for term, text in facts]


def _score_words(found: Any, name: str, value: int | None, *, is_mean: bool) -> str:
    if value is None and found.entered_as_total:
        return _("Not entered")
    if value is None:
        return _("No score: too few answers. It is not a zero.")
    exact = number_format(as_decimal(Fraction(found.scores_exact.get(name, value)), 2))
    if found.prorated:
        return _("%(value)s, filled in from the other answers (%(exact)s)") % {
            "value": value,
            "exact": exact,
        }
    return (
        exact if is_mean or Fraction(found.scores_exact.get(name, value)) != value else str(value)
    )
