"""Questions in a case: ask, send or hand over a private link, write answers down, read them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
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
from alongside.engine.instruments import as_decimal
from alongside.measures import actions, queries
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form
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
        self.fields["instrument"].choices = [  # type: ignore[attr-defined]
            (each.ref.id, each.name) for each in queries.instruments_here()
        ]
        self.fields["respondent"].choices = [  # type: ignore[attr-defined]
            (str(person.pk), str(person)) for person in people_here
        ]


class Answers(Form):
    """One field an item. Every item may be left open; what is left open is never a zero."""

    def __init__(self, *args: Any, asking: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        instrument = queries.instrument_of(asking)
        wording = queries.wording_of(asking, get_language() or "en")
        self.items = instrument.items
        for number, item in enumerate(instrument.items, 1):
            labels = wording.options.get(item.options, {})
            values = instrument.options[item.options]
            self.fields[item.id] = forms.ChoiceField(
                label=f"{number}. {wording.items.get(item.id, item.id)}",
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
        return found


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
    cat = catalogue.current()
    instrument = cat.instrument(found.instrument)
    wording = cat.wording(found.instrument, get_language() or "en")
    return case_page(
        request,
        "practitioner/measures/response.html",
        case,
        tab="measures",
        title=instrument.name,
        name=instrument.name,
        items=[_answer(item, found, instrument, wording) for item in instrument.items],
        facts=_facts(request, found, instrument, wording),
        licence=instrument.licence.statement,
        credit=instrument.licence.credit,
        source=instrument.source,
        lang=wording.language,
        seen=seen_by_whom(request, found.record_type_of_row, case.circle_id),
    )


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
        "points": "" if value is None else str(instrument.points(item).get(value, value)),
        "is_open": "yes" if value is None and item.id in found.answers else "",
    }


def _facts(request: Request, found: Any, instrument: Any, wording: Any) -> list[dict[str, str]]:
    facts = [
        (_("Answered"), moment_words(request, found.answered_at)),
        (_("By"), str(found.respondent)),
    ]
    if found.written_by_id != found.respondent_id:
        facts.append((_("Written down by"), str(found.written_by)))
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
    if value is None:
        return _("No score: too few answers. It is not a zero.")
    exact = number_format(as_decimal(Fraction(found.scores_exact.get(name, value)), 2))
    if found.prorated:
        return _("%(value)s, filled in from the other answers (%(exact)s)") % {
            "value": value,
            "exact": exact,
        }
    return exact if is_mean else str(value)
