"""Questions in a case: what was asked and what came of it, asking, and private links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.cases import rights
from alongside.delivery import schedule
from alongside.measures import actions, paper, queries
from alongside.records import clock
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.content_words import offered
from alongside.web.parts.forms import Form, offer
from alongside.web.parts.pages import (
    Request,
    day_words,
    further,
    local_day,
    moment_words,
    say,
    seen_by_whom,
    short_day,
)
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.words import refusal as refusal_words

DAYS = [(7, gettext_lazy("7 days")), (14, gettext_lazy("14 days")), (28, gettext_lazy("28 days"))]
HOW = [
    ("mail", gettext_lazy("Send a private link, by mail or text")),
    ("link", gettext_lazy("Show me the link once, I hand it over")),
    ("here", gettext_lazy("We fill it in together now")),
    ("device", gettext_lazy("They answer on a tablet here")),
    ("paper", gettext_lazy("They fill it in on paper")),
]
# Where asking leads on to, for those ways that have a page of their own.
NEXT = {
    "here": "practitioner:measure-enter",
    "device": "practitioner:measure-device",
    "paper": "practitioner:measure-paper",
}
WHYS: Mapping[str, tuple[Any, str]] = {
    "answered": (gettext_lazy("Answered"), "moss"),
    "declined": (gettext_lazy("They would rather not"), ""),
    "expired": (gettext_lazy("Ran out, not answered"), ""),
    "ended": (gettext_lazy("Ended by a no"), ""),
    "begun": (gettext_lazy("Begun"), "pen"),
    "open": (gettext_lazy("Not answered yet"), "lamp"),
}
MAILS: Mapping[str, Any] = {
    "waiting": gettext_lazy("message waits for safe hours or the next try"),
    "sent": gettext_lazy("message sent"),
    "withheld": gettext_lazy("message not sent: it was no longer right"),
    "given_up": gettext_lazy("message did not get through"),
}
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
        here = [(each.ref.id, offered(each, clock.now())) for each in queries.instruments_here()]
        offer(self, "instrument", here)
        offer(self, "respondent", [(str(person.pk), str(person)) for person in people_here])


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
            asking__in=[row.pk for row in rows], corrections=None
        )
    }
    mails = {
        **schedule.sent_by_letter([row.pk for row in rows], seen_by=reader),
        **queries.sent_by_mail(rows),
    }
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
        seen=_seen(request, case, rows),
    )


def _seen(request: Request, case: Any, rows: Sequence[Any]) -> str:
    """Who can see the answers, when that is the same for all; else each answer's page says it."""
    kinds = {row.record_type_of_answers for row in rows}
    return seen_by_whom(request, kinds.pop(), case.circle_id) if len(kinds) == 1 else ""


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
    state = state_of(row, at)
    words, kind = WHYS[state]
    instrument = queries.instrument_of(row)
    links, more = [], []
    if state in ("open", "begun") and may_ask:
        may_send = queries.may_be_sent(instrument)
        links = _ways(
            case,
            row,
            ("send", _("Send the link"), may_send),
            ("link", _("Show the link once"), may_send),
            ("enter", _("Fill it in together"), True),
        )
        more = _ways(
            case,
            row,
            ("device", _("Answer on a tablet here"), may_send),
            ("paper", _("Print it"), not paper.why_not_printed(instrument)),
            ("type", _("Type in from paper"), bool(instrument.items)),
        )
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
        + (f" · {mail}" if mail else "")
        + _kept_on(row),
        "state": words,
        "kind": kind,
        "score": _score(given) if given else "",
        "links": links,
        "more": more,
    }


def _kept_on(row: Any) -> str:
    """That an asking which runs goes on with a measure nobody is asked anew."""
    if f"instruments/{row.instrument}" not in catalogue.current().retired:
        return ""
    return " · " + _("It is asked anew no more; what was begun with it goes on.")


def _ways(case: Any, row: Any, *ways: tuple[str, str, bool]) -> list[dict[str, Any]]:
    """Buttons to how a form may be answered: its address's name, label, whether it is shown."""
    return [
        {
            "url": reverse(f"practitioner:measure-{name}", args=[case.pk, row.pk]),
            "label": label,
            "post": name in ("send", "link"),
        }
        for name, label, shown in ways
        if shown
    ]


def state_of(row: Any, at: Any) -> str:
    """A word of ``WHYS``."""
    if row.answered_at is not None:
        return "answered"
    if row.declined_at is not None:
        return "declined"
    if row.expires_at <= at:
        return "ended" if row.ended_because else "expired"
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


def _why_not_sent(instrument: Any) -> str:
    """Why nobody answers this alone: its words are not here, or it is for a person to ask."""
    if instrument.licence.tier == "ship" or instrument.role == "safety":
        return _("A trained person asks this one, face to face.")
    return _("Its licence keeps its words out of here. Use your own copy, and fill it in together.")


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
        form.add_error("how", _why_not_sent(instrument))
        return _listing(request, case, form, status=422)
    address_ = queries.safe_way(who, seen_by=request.reader) if chosen["how"] == "mail" else None
    if chosen["how"] == "mail" and address_ is None:
        form.add_error("how", _("We have no safe way to write to this person. Hand the link over."))
        return _listing(request, case, form, status=422)
    try:
        asking = actions.make_asking(
            circle=case.circle,
            about=case.circle.focus if chosen["about"] == "person" else who,
            respondent=who,
            instrument=chosen["instrument"],
            days=chosen["days"],
            by=request.reader,
            at=at,
        )
    except (rights.Limited, actions.AskedNoMore) as refusal:
        field = "about" if isinstance(refusal, rights.Limited) else "instrument"
        form.add_error(field, refusal_words(refusal)[1])
        return _listing(request, case, form, status=422)
    if chosen["how"] == "mail":
        return _send(request, case, asking, address_)
    if chosen["how"] == "link":
        return _show_link(request, case, asking)
    return redirect(NEXT[chosen["how"]], case.pk, asking.pk)


def asking_or_404(request: Request, case: Any, pk: UUID) -> Any:
    """An asking of this case that the reader may read."""
    rows = queries.askings(seen_by=request.reader).filter(circle=case.circle)
    return get_object_or_404(rows, pk=pk)


# -- the private link ---------------------------------------------------------------------------


@access("asking", "E")
@require_POST
def send(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Send the private link by mail, in words that tell nothing."""
    case = case_or_404(request, pk)
    found = asking_or_404(request, case, asking)
    to = queries.safe_way(found.respondent, seen_by=request.reader)
    if to is None:
        say(request, _("We have no safe way to write to this person. Nothing was sent."))
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
            _("Saved. The message goes out at %(time)s. It says nothing about why.")
            % {"time": moment_words(request, due)},
        )
    return redirect("practitioner:case-measures", case.pk)


@access("asking", "E")
@require_POST
def link(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Make a new private link and show it once; the one before ends."""
    case = case_or_404(request, pk)
    return _show_link(request, case, asking_or_404(request, case, asking))


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
