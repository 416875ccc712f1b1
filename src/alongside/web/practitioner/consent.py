"""Consent in a case: what holds, what was refused, what is known of capacity."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.consent import actions, queries, rules
from alongside.delivery import stopping, unpermitted
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.access import access
from alongside.web.parts.content_words import stale
from alongside.web.parts.pages import (
    Request,
    day_words,
    local_day,
    moment_words,
    saved,
    say,
    seen_by_whom,
    short_day,
)
from alongside.web.parts.ways import way_name
from alongside.web.practitioner import deciding, words
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.deciding import course_names, persons_of
from alongside.web.practitioner.forms import RecordConsent, RecordRefusal

SOON_DAYS = 14


@access("consent", "R")
@require_safe
def listing(request: Request, pk: UUID) -> HttpResponse:
    """What was agreed here, until when; what was refused; capacity."""
    case = case_or_404(request, pk)
    reader = request.reader
    today = local_day(request, clock.now())
    names = course_names(request, case)
    return case_page(
        request,
        "practitioner/consent/list.html",
        case,
        tab="consent",
        consents=[
            _receipt(request, case, row, today, names)
            for row in queries.consents(seen_by=reader).filter(circle=case.circle)
        ],
        refusals=[
            _refusal(request, row, names)
            for row in queries.refusals(seen_by=reader).filter(circle=case.circle)
        ],
        capacities=deciding.assessments(request, case, names),
        meetings=deciding.meetings(request, case, names),
        can_record=case.state != "closed"
        and reader.may_make("consent", institution=case.institution_id, circle=case.circle_id),
        seen=seen_by_whom(request, "consent", case.circle_id),
    )


def _title(form: str) -> str:
    found = catalogue.current().consent_forms.get(form)
    return form if found is None else str(found.title(get_language() or "en"))


def _receipt(
    request: Request, case: Any, row: Any, today: Any, names: dict[str, str]
) -> dict[str, Any]:
    state = queries.fact_of(row).state_on(today)
    if state == "live":
        state = "soon" if (row.expires_on - today).days <= SOON_DAYS else "live"
    how = {"screen": _("on their own page"), "paper": _("on paper"), "spoken": _("spoken")}
    facts = [
        (_("Who"), row.person.name),
        (_("For"), names.get(row.about, "")),
        (_("To whom"), row.to_whom),
        (_("How"), how[row.given_how] + (f", {row.witness}" if row.witness else "")),
        (_("Parts"), "; ".join(_parts(row))),
        (_("Since"), moment_words(request, row.given_at)),
        (_("Ends"), day_words(row.expires_on)),
        (_("Taken back"), moment_words(request, row.withdrawn_at)),
        (_("Ended with its course"), short_day(row.ended_on)),
        (
            _("Form"),
            _("%(title)s, version %(version)s")
            % {"title": _title(row.form), "version": row.form.rpartition("@")[2]},
        ),
        (_("Counts now"), _counts(request, row, today) if state in {"live", "soon"} else ""),
    ]
    return {
        "id": str(row.pk),
        "state": {"expired": "ended", "not_yet": "live"}.get(state, state),
        "title": _title(row.form),
        "facts": [{"term": term, "text": text} for term, text in facts if text],
        "withdraw_url": reverse("practitioner:consent-withdraw", args=[case.pk, row.pk])
        if state in {"live", "soon"} and case.state != "closed"
        else "",
    }


def _parts(row: Any) -> list[str]:
    """The optional parts that were agreed to, by their headings."""
    form, language = catalogue.current().consent_forms.get(row.form), get_language() or "en"
    headings = {} if form is None else {part.id: part.heading for part in form.sections}
    found = [headings.get(id, {}) for id in row.parts]
    return [
        said.get(language) or said.get("en") or id
        for id, said in zip(row.parts, found, strict=True)
    ]


def _counts(request: Request, row: Any, today: Any) -> str:
    """A yes to treatment of somebody found not able to decide it: what then counts instead."""
    if row.form.partition("@")[0] != "c_treatment":
        return ""
    known = queries.capacity_of(row.person_id, on=today, seen_by=request.reader, about=row.about)
    if known != "lacks":
        return ""
    return _("No: they were found not able to decide this. See below what was decided for them.")


def _refusal(request: Request, row: Any, names: dict[str, str]) -> dict[str, Any]:
    facts = [
        (_("Who"), row.person.name),
        (_("Offered"), row.offered),
        (_("In their words"), row.words),
        (_("Stays open"), row.stays_open),
        (_("When"), moment_words(request, row.refused_at)),
    ]
    return {
        "id": str(row.pk),
        "title": names.get(row.about) or dict(_forms()).get(row.about) or _title(row.about),
        "facts": [{"term": term, "text": text} for term, text in facts if text],
    }


def _forms() -> list[tuple[str, str]]:
    newest: dict[str, str] = {}
    for ref in catalogue.current().consent_forms:
        newest[ref.partition("@")[0]] = ref
    return [(id, _title(ref)) for id, ref in newest.items() if id not in rules.NOT_A_CONSENT]


@access("consent", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: Request, pk: UUID) -> HttpResponse:
    """Record what somebody agreed to, on paper or spoken, with the text before both."""
    case = case_or_404(request, pk)
    persons = persons_of(request, case)
    listed = _forms()
    asked = request.POST.get("form") or request.GET.get("form", "")
    chosen = asked if asked in dict(listed) else listed[0][0]
    language = _language(request, case)
    ref, title, text, digest = queries.form_words(chosen, language)
    shown = catalogue.current().consent_forms[ref]
    parts = [
        (part.id, part.heading.get(language, part.heading["en"]))
        for part in shown.sections
        if part.optional
    ]
    at = clock.now()
    form = RecordConsent(
        request.POST or None,
        persons=[(id, person.name) for id, person in persons.items()],
        forms_=listed,
        courses=list(course_names(request, case).items()),
        parts=parts,
        places=[(word, words.OPEN_PLACES.get(word, word)) for word in shown.fill_in],
        initial={
            "form": chosen,
            "expires_on": case.ends_on,
            **_places(request, case, request.GET.get("course", "")),
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            if request.POST.get("shown") != digest:
                raise actions.FormChanged
            actions.give(
                circle=case.circle,
                person=persons[given["person"]],
                form=ref,
                fills=form.fills(),
                given_how=given["given_how"],
                witness=given["witness"],
                about=given["about"],
                to_whom=given["to_whom"],
                parts=given.get("parts", []),
                expires_on=given["expires_on"],
                language=language,
                by=request.reader,
                at=at,
            )
        except Refused as refusal:
            words.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-consent", pk=case.pk)
    return case_page(
        request,
        "practitioner/consent/record.html",
        case,
        tab="consent",
        title=_("Record a consent"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        form_title=title,
        form_text=[
            {"text": part, "is_heading": part[-1:] not in ".?!:…"}
            for part in text.split("\n\n")[1:]
        ],
        form_ref=ref,
        stale=stale("consent_forms", ref, local_day(request, clock.now())),
        shown=digest,
        others=[{"id": id, "title": name, "current": id == chosen} for id, name in listed],
    )


def _places(request: Request, case: Any, course: str) -> dict[str, Any]:
    """What is known for the open places, from the course the consent is for; else the newest."""
    rows = plans.courses(seen_by=request.reader).filter(circle=case.circle, ended_at=None)
    found = list(rows.order_by("pk"))
    named = [row for row in found if course == f"course:{row.pk}"]
    if not found:
        return {}
    row = (named or found)[-1]
    way = catalogue.current().protocols.get(row.protocol)
    dose = way.dose_of(row.variant) if way is not None else None
    minutes = (dose.minutes.typical or dose.minutes.max or "") if dose is not None else ""
    return {
        "about": f"course:{row.pk}",
        "fill__protocol": way_name(row.protocol),
        "fill__deliverer": row.deliverer.person.name,
        "fill__supervisor": row.supervisor.person.name if row.supervisor is not None else "",
        "fill__sessions": str(row.sessions_planned),
        "fill__minutes": str(minutes),
    }


def _language(request: Request, case: Any) -> str:
    return str(case.circle.focus.language or get_language() or "en")


@access("consent", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def refusal(request: Request, pk: UUID) -> HttpResponse:
    """Record a no."""
    case = case_or_404(request, pk)
    persons = persons_of(request, case)
    form = RecordRefusal(
        request.POST or None,
        persons=[(id, person.name) for id, person in persons.items()],
        abouts=[*_forms(), *course_names(request, case).items()],
    )
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            stopping.refuse(
                circle=case.circle,
                person=persons[given["person"]],
                about=given["about"],
                offered=given["offered"],
                words=given["words"],
                stays_open=given["stays_open"],
                by=request.reader,
                at=at,
            )
        except Refused as why:
            words.add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("practitioner:case-consent", pk=case.pk)
    return case_page(
        request,
        "practitioner/consent/form.html",
        case,
        tab="consent",
        title=_("Record a no"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        lead=_("A no is final until they say otherwise. It lowers nothing else they can have."),
    )


@access("consent", "C")
@require_POST
def withdraw(request: Request, pk: UUID, consent: UUID) -> HttpResponse:
    """Write down that somebody took a consent back."""
    case = case_or_404(request, pk)
    rows = queries.consents(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows, pk=consent)
    at = clock.now()
    try:
        stopping.take_back(consent=found, by=request.reader, at=at)
    except actions.AlreadyWithdrawn as why:
        say(request, words.refusal(why)[1])
    else:
        saved(request, at)
        if unpermitted.times_left(circle=case.circle_id, seen_by=request.reader, at=at):
            return redirect("practitioner:case-sessions", pk=case.pk)
    return redirect("practitioner:case-consent", pk=case.pk)
