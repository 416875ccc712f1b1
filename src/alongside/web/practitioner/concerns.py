"""Concerns: what somebody told us, and what becomes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside import catalogue
from alongside.cases import actions, queries, reporting, rules
from alongside.catalogue.legal_bases import offered
from alongside.crisis import queries as crisis
from alongside.crisis import triage
from alongside.directory import queries as directory
from alongside.people import queries as people
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    further,
    list_moment,
    local_day,
    moment_words,
    saved,
    say,
    short_day,
    two_texts,
)
from alongside.web.parts.people_words import age_band, relation
from alongside.web.practitioner import strip, words
from alongside.web.practitioner.base import BASE
from alongside.web.practitioner.forms import EndConcern, OpenCase

STATES = ("sent", "taken", "referred_on", "withdrawn")


@access("concern_intake", "R")
@require_safe
def listing(request: Request) -> HttpResponse:
    """Concerns to be read, the oldest first; or those of another state, the newest first."""
    state = request.GET.get("state", "sent")
    state = state if state in STATES else "sent"
    rows = queries.concerns(seen_by=request.reader).filter(state=state)
    rows = rows.order_by("sent_at" if state == "sent" else "-sent_at", "pk")
    count = rows.count()
    shown, paging = further(request, rows)
    prepare(shown, "about_alias")
    return render(
        request,
        "practitioner/concern/list.html",
        {
            "rows": [_row(request, concern) for concern in shown],
            "count": count,
            "paging": paging,
            "state": state,
            "filters": [
                {
                    "name": "state",
                    "label": _("Show"),
                    "options": [
                        {
                            "value": word,
                            "label": words.CONCERN_STATES[word][0],
                            "selected": word == state,
                        }
                        for word in STATES
                    ],
                }
            ],
        },
    )


def _row(request: Request, concern: Any) -> dict[str, Any]:
    label, kind = words.CONCERN_STATES[concern.state]
    return {
        "title": concern.about_alias or _("Somebody without a name"),
        "url": reverse("practitioner:concern", args=[concern.pk]),
        "icon": "mail-open",
        "text": _("%(path)s. Told by: %(relation)s. Sent %(when)s.")
        % {
            "path": words.PATHS.get(concern.path, concern.path),
            "relation": relation(concern.relation) or _("not said"),
            "when": list_moment(request, concern.sent_at),
        },
        "tag": label,
        "tag_kind": kind,
    }


@access("concern_intake", "R")
@require_safe
def one(request: Request, pk: UUID) -> HttpResponse:
    """One concern: what was said, as said by whom; doubles; and what can be done with it."""
    concern = get_object_or_404(queries.concerns(seen_by=request.reader), pk=pk)
    return _page(request, concern)


@access("concern_intake", "E")
@require_POST
def open_it(request: Request, pk: UUID) -> HttpResponse:
    """Open a case out of a concern."""
    reader, at = request.reader, clock.now()
    concern = get_object_or_404(queries.concerns(seen_by=reader), pk=pk)
    form = _open_form(request, concern, request.POST)
    if not form.is_valid():
        return _page(request, concern, open_form=form, status=400)
    given = form.cleaned_data
    service = directory.services(seen_by=reader).get(pk=given["service"])
    try:
        opened = triage.open_case(
            concern=concern,
            service=service,
            alias=given["alias"],
            age_band=given["age_band"],
            needs=given["needs"],
            legal_basis=given["legal_basis"],
            legal_reason=given["legal_reason"],
            review_by=given["review_by"],
            ends_on=given["ends_on"],
            reporter_joins=given.get("reporter_joins", False),
            version=given["version"],
            by=reader,
            at=at,
        )
    except StaleVersion as stale:
        return _stale(request, stale.current)
    except actions.NotToTriage as taken:
        return _stale(request, taken.concern)
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, concern, open_form=form, status=400)
    say(request, _("The case is open. You lead it."))
    return redirect("practitioner:case", pk=opened.case.pk)


@access("concern_intake", "E")
@require_POST
def end_it(request: Request, pk: UUID) -> HttpResponse:
    """Send a concern on, or take it out."""
    reader, at = request.reader, clock.now()
    concern = get_object_or_404(queries.concerns(seen_by=reader), pk=pk)
    form = EndConcern(request.POST, auto_id="end_%s")
    if not form.is_valid():
        return _page(request, concern, end_form=form, status=400)
    given = form.cleaned_data
    try:
        if given["how"] == "referred_on":
            actions.refer_on(
                concern=concern,
                to=given["to"],
                why=given["why"],
                version=given["version"],
                by=reader,
                at=at,
            )
        else:
            actions.withdraw(
                concern=concern, why=given["why"], version=given["version"], by=reader, at=at
            )
    except StaleVersion as stale:
        return _stale(request, stale.current)
    except actions.NotToTriage as taken:
        return _stale(request, taken.concern)
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, concern, end_form=form, status=400)
    saved(request, at)
    return redirect("practitioner:concerns")


def _stale(request: Request, concern: Any) -> HttpResponse:
    """Somebody was quicker: their state of it, and every word that was typed here."""
    label, _kind = words.CONCERN_STATES[concern.state]
    text = "legal_reason" if "legal_reason" in request.POST else "why"
    return two_texts(
        request,
        base=BASE,
        pairs=[(text, _("Your reason"), request.POST.get(text, ""), str(label))],
        same=[
            (name, value)
            for name in request.POST
            for value in request.POST.getlist(name)
            if name not in {"csrfmiddlewaretoken", "version", text}
        ],
        version=concern.version,
        keep_url=reverse("practitioner:concern", args=[concern.pk]),
        at=concern.taken_at or concern.ended_at or concern.sent_at,
    )


def _open_form(request: Request, concern: Any, data: Any = None) -> OpenCase:
    cat = catalogue.current()
    language = get_language() or "en"
    today = local_day(request, clock.now())
    reasons = cat.reasons(language)
    return OpenCase(
        data,
        services=[(str(s.pk), s.name) for s in directory.services(seen_by=request.reader)],
        needs=[(id, reasons.get(f"needs/{id}/name", id)) for id in cat.needs],
        bases=offered(cat.legal_bases, people.jurisdiction_of(concern.institution)),
        language=language,
        can_join=bool(concern.contact_name and concern.contact),
        initial={
            "version": concern.version,
            "alias": concern.about_alias,
            "age_band": concern.about_age_band,
            "review_by": rules.review_after(today),
            "ends_on": rules.default_end(today),
        },
    )


def _page(
    request: Request,
    concern: Any,
    *,
    open_form: OpenCase | None = None,
    end_form: EndConcern | None = None,
    status: int = 200,
) -> HttpResponse:
    reader, at = request.reader, clock.now()
    can_edit = concern.state == "sent" and reader.may("E", concern)
    alerts = crisis.open_alerts(seen_by=reader).filter(concern=concern)
    return render(
        request,
        "practitioner/concern/one.html",
        {
            "concern": concern,
            "state": words.CONCERN_STATES[concern.state],
            "facts": _facts(request, concern),
            "questions": _questions(concern),
            "alerts": strip.alerts(request, alerts, at),
            "doubles": [
                {
                    **_row(request, double.concern),
                    "tag": _("Same contact") if double.same_contact else _("Same name and age"),
                    "tag_kind": "lamp",
                }
                for double in queries.doubles(concern, seen_by=reader, at=at)
            ],
            "back": catalogue.current().retention,
            "reports": reporting.shown_to(concern, seen_by=reader, at=at),
            "review": _review(request, concern),
            "can_edit": can_edit,
            "open_form": open_form or (_open_form(request, concern) if can_edit else None),
            "end_form": end_form
            or EndConcern(auto_id="end_%s", initial={"version": concern.version}),
            "form": open_form or end_form,
            "crumbs": [
                {"url": reverse("practitioner:concerns"), "label": _("Concerns")},
                {"label": concern.about_alias or _("Somebody without a name")},
            ],
        },
        status=status,
    )


def _review(request: Request, concern: Any) -> dict[str, str] | None:
    """What the privacy officer said to so many reports; nothing where nobody had to look."""
    found = reporting.review_of(concern) if request.reader.may("R", concern) else None
    if found is None:
        return None
    when = short_day(local_day(request, found.answered_at or found.asked_at))
    return {"state": found.answer or "waits", "words": found.words, "when": when}


def _facts(request: Request, concern: Any) -> list[dict[str, Any]]:
    said = [
        (_("What is true"), words.PATHS.get(concern.path, concern.path)),
        (_("Age"), age_band(concern.about_age_band)),
        (_("Told by"), relation(concern.relation)),
        (_("Their name"), concern.contact_name),
        (_("Safe contact"), concern.contact),
        (_("Safe times and words"), concern.safe_hours),
        (_("Language"), _language(concern.language)),
        (_("Sent"), moment_words(request, concern.sent_at)),
        (_("What became of it"), concern.ended_because),
    ]
    return [{"term": term, "text": text} for term, text in said if text]


def _language(code: str) -> str:
    """The name of a language, in the language of the page."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def _questions(concern: Any) -> list[dict[str, Any]]:
    """The questions about danger with the answers, as they were put."""
    language = concern.language.partition("-")[0]
    given = queries.answers_of(concern)
    found = []
    for question in catalogue.current().danger.intake.questions:
        if question.id not in given:
            continue
        chosen = given[question.id]
        answer = question.answer(chosen) if chosen else None
        said = answer.text.get(language, answer.text["en"]) if answer else _("Skipped")
        found.append({"term": question.text.get(language, question.text["en"]), "text": said})
    return found
