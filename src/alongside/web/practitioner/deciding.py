"""Capacity for one decision, and what was decided in somebody's best interests (S13)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside.cases import deciding
from alongside.consent import best_interests, queries
from alongside.engine.consent import ABILITIES
from alongside.people import queries as people
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.access import access
from alongside.web.parts.pages import (
    Request,
    day_words,
    local_day,
    moment_words,
    saved,
    seen_by_whom,
)
from alongside.web.parts.people_words import relation
from alongside.web.parts.ways import course_name
from alongside.web.practitioner import own_views, words
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.deciding_forms import (
    ABILITY_WORDS,
    ADVANCE,
    ADVOCATES,
    ATTORNEYS,
    NOT_STANDING,
    OUTCOMES,
    PARTS,
    YES_NO_UNSURE,
    EndMeeting,
    Meeting,
    RecordCapacity,
)


def course_names(request: Request, case: Any) -> dict[str, str]:
    """The courses of a case by ``course:<uuid>``; with the variant where two have one name."""
    rows = list(plans.courses(seen_by=request.reader).filter(circle=case.circle))
    return {f"course:{course.pk}": course_name(course, rows) for course in rows}


def persons_of(request: Request, case: Any) -> dict[str, Any]:
    """The person and the members by id."""
    rows = people.live_members(case.circle, seen_by=request.reader)
    found = {str(case.circle.focus_id): case.circle.focus}
    found.update({str(row.person_id): row.person for row in rows})
    return found


# -- what is on record ----------------------------------------------------------------------------


def assessments(request: Request, case: Any, names: dict[str, str]) -> list[dict[str, Any]]:
    """Every assessment of the case, newest first; which of them a meeting can rest on."""
    today = local_day(request, clock.now())
    rows = list(queries.capacities(seen_by=request.reader).filter(circle=case.circle))
    newest: set[tuple[UUID, str]] = set()
    found = []
    for row in rows:
        is_newest = (row.person_id, row.about) not in newest
        newest.add((row.person_id, row.about))
        found.append(_assessment(request, case, row, names, is_newest, today))
    return found


def _assessment(
    request: Request, case: Any, row: Any, names: dict[str, str], is_newest: bool, today: date
) -> dict[str, Any]:
    facts = [
        (_("Who"), row.person.name),
        (_("Which decision"), row.decision),
        (_("It is about"), names.get(row.about, "") if row.about else _("the help as a whole")),
        (_("What they were told, and how"), row.information),
        (_("What helped"), row.help_used),
        *_abilities(row),
        (_("What was seen and heard"), row.grounds),
        (_("What brings it about"), row.cause),
        (_("Assessed"), moment_words(request, row.assessed_at)),
        (_("By"), _who_writes(row.written_by)),
        (_("Look again"), day_words(row.review_on)),
    ]
    holds = row.conclusion == "lacks" and is_newest and row.review_on >= today
    return {
        "id": str(row.pk),
        "title": str(words.CAPACITY[row.conclusion]),
        "facts": [{"term": term, "text": text} for term, text in facts if text],
        "views": own_views.views(request, case, f"capacity:{row.pk}"),
        "earlier": not is_newest,
        "overdue": is_newest and row.review_on < today,
        "meeting_url": reverse("practitioner:best-interests", args=[case.pk, row.pk])
        if holds and case.state != "closed"
        else "",
    }


def _abilities(row: Any) -> list[tuple[Any, str]]:
    answers = dict(YES_NO_UNSURE)
    given = json.loads(row.abilities or "{}")
    return [(ABILITY_WORDS[one], str(answers[given[one]])) for one in ABILITIES if one in given]


def _who_writes(person: Any) -> str:
    title = getattr(getattr(person, "practitioner", None), "title", "")
    return f"{person.name}, {title}" if title else str(person.name)


def meetings(request: Request, case: Any, names: dict[str, str]) -> list[dict[str, Any]]:
    """Every best-interests decision of the case, newest first, and whether it stands today."""
    rows = queries.best_interests(seen_by=request.reader).filter(circle=case.circle)
    return [_meeting(request, case, row, names) for row in rows]


def _meeting(request: Request, case: Any, row: Any, names: dict[str, str]) -> dict[str, Any]:
    stands = queries.basis_of(
        row.person_id,
        circle=case.circle_id,
        on=local_day(request, clock.now()),
        seen_by=request.reader,
        about=row.about,
    )
    facts = [
        (_("For"), row.person.name),
        (_("It is about"), names.get(row.about, "") if row.about else _("the help as a whole")),
        (_("Wishes, feelings, beliefs"), row.wishes),
        (_("Ways compared"), _ways(row)),
        (_("Least restrictive"), row.least_restrictive),
        (_("Why"), row.reason),
        (_("Seen differently"), row.disagreement),
        (
            _("Advocate"),
            " · ".join(filter(None, (str(ADVOCATES[row.advocate]), row.advocate_name))),
        ),
        (_("Refusal in advance"), str(ADVANCE[row.advance_decision])),
        (_("Lawful power"), str(ATTORNEYS[row.attorney])),
        (_("Decided"), moment_words(request, row.met_at)),
        (_("Written by"), _who_writes(row.written_by)),
        (_("Meet again by"), day_words(row.review_on)),
        (_("Ended"), moment_words(request, row.ended_at)),
        (_("Why it ended"), row.ended_because),
    ]
    goes_ahead = row.outcome == "go_ahead"
    return {
        "id": str(row.pk),
        "title": str(OUTCOMES[row.outcome]),
        "people": [
            {"name": each["name"], "part": str(PARTS[each["part"]]), "view": each["view"]}
            for each in json.loads(row.people)
        ],
        "facts": [{"term": term, "text": text} for term, text in facts if text],
        "views": own_views.views(request, case, f"basis:{row.pk}"),
        "kind": "moss" if goes_ahead and stands.allowed else "lamp",
        "state": _state(stands) if goes_ahead else "",
        "end_url": reverse("practitioner:best-interests-end", args=[case.pk, row.pk])
        if row.ended_at is None and case.state != "closed"
        else "",
    }


def _state(stands: Any) -> str:
    if stands.allowed:
        return _("stands today")
    return str(NOT_STANDING.get(stands.reasons[0].key, _("does not stand today")))


def _ways(row: Any) -> str:
    return " · ".join(
        ": ".join(filter(None, (way["what"], " / ".join(filter(None, (way["good"], way["bad"]))))))
        for way in json.loads(row.options)
    )


# -- writing it down ------------------------------------------------------------------------------


@access("consent", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def capacity(request: Request, pk: UUID) -> HttpResponse:
    """Record an assessment of capacity for one decision."""
    case = case_or_404(request, pk)
    persons = persons_of(request, case)
    form = RecordCapacity(
        request.POST or None,
        persons=[(id, person.name) for id, person in persons.items()],
        abouts=list(course_names(request, case).items()),
        initial={"about": request.GET.get("course", "")},
    )
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            deciding.assess(
                circle=case.circle,
                person=persons[form.cleaned_data["person"]],
                found=form.found(),
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
        "practitioner/consent/capacity.html",
        case,
        tab="consent",
        title=_("Record capacity"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        parts=form.parts(),
        seen=seen_by_whom(request, "consent", case.circle_id),
    )


@access("consent", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request: Request, pk: UUID, capacity: UUID) -> HttpResponse:
    """Write down a best-interests meeting about what a person was found not able to decide."""
    case = case_or_404(request, pk)
    rows = queries.capacities(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(
        rows.filter(conclusion="lacks").select_related("circle", "person"), pk=capacity
    )
    members = people.live_members(case.circle, seen_by=request.reader)
    known = [
        (str(row.person), relation(row.relation))
        for row in members
        if row.person_id != found.person_id
    ]
    form = Meeting(request.POST or None, known=known)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        fields = (
            "wishes", "least_restrictive", "advocate", "advocate_name", "advance_decision",
            "attorney", "outcome", "reason", "review_on", "disagreement",
        )  # fmt: skip
        try:
            deciding.decide(
                capacity=found,
                said={
                    "options": form.options(),
                    "people": form.people(),
                    "can_wait": given["can_wait"] == "yes",
                    **{field: given[field] for field in fields},
                },
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
        "practitioner/consent/meeting.html",
        case,
        tab="consent",
        title=_("A best-interests meeting"),
        head=False,
        status=400 if form.errors else 200,
        form=form,
        decision=found.decision,
        who=found.person.name,
        ways=form.ways(),
        asked=form.asked(),
        seen=seen_by_whom(request, "consent", case.circle_id),
    )


@access("consent", "C")
@require_POST
def end(request: Request, pk: UUID, meeting: UUID) -> HttpResponse:
    """End a best-interests decision before its review day."""
    case = case_or_404(request, pk)
    rows = queries.best_interests(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows, pk=meeting)
    form = EndMeeting(request.POST)
    at = clock.now()
    if form.is_valid():
        try:
            best_interests.end(
                decision=found, because=form.cleaned_data["because"], by=request.reader, at=at
            )
        except Refused:
            form.add_error("because", _("Write why it ends, in a full sentence."))
        else:
            saved(request, at)
            return redirect("practitioner:case-consent", pk=case.pk)
    return case_page(
        request,
        "practitioner/plan/form.html",
        case,
        tab="consent",
        title=_("End it before its day"),
        head=False,
        status=400,
        form=form,
        back=reverse("practitioner:case-consent", args=[case.pk]),
    )
