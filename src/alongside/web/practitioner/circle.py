"""The circle of a case: who is in it, what each is called, and what each was asked alone."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.access import actions as access_actions
from alongside.cases import actions as cases
from alongside.cases import joining
from alongside.crisis import private_check
from alongside.delivery import stopping
from alongside.people import actions, queries, reach
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.records.fields import prepare
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form
from alongside.web.parts.pages import (
    Request,
    moment_words,
    saved,
    say,
    seen_by_whom,
    short_day,
    two_texts,
)
from alongside.web.parts.people_words import MEMBER_ROLES, RELATIONS, member_roles, relation
from alongside.web.practitioner import apart, guardian_forms, sides_words, words
from alongside.web.practitioner.base import BASE, case_or_404, case_page
from alongside.web.practitioner.forms import AddMember, ChangeMember, Invite, Resolve
from alongside.web.practitioner.reach import ways

CHECK_STATES = {
    "not_asked": (gettext_lazy("Not asked alone yet"), "lamp"),
    "answered": (gettext_lazy("Asked alone"), "moss"),
    "to_resolve": (gettext_lazy("An answer waits for you"), "signal"),
}


class AskedAlone(Form):
    """The private questions, as somebody answered them to the lead, alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        for question in catalogue.current().private_check.questions:
            self.fields[question.id] = forms.ChoiceField(
                label=question.words(language),
                help_text=question.small(language),
                choices=[
                    (answer.id, answer.text.get(language, answer.text["en"]))
                    for answer in question.answers
                ],
                widget=forms.RadioSelect,
                required=False,
            )

    def answers(self) -> dict[str, str | None]:
        """By question; None is one that was skipped."""
        return {name: value or None for name, value in self.cleaned_data.items()}


@access("roster", "R")
@require_safe
def members(request: Request, pk: UUID) -> HttpResponse:
    """Who is in the circle."""
    return _page(request, case_or_404(request, pk))


def _page(
    request: Request, case: Any, *, add_form: AddMember | None = None, status: int = 200
) -> HttpResponse:
    reader = request.reader
    rows = list(queries.live_members(case.circle, seen_by=reader))
    prepare([row.person for row in rows], "name")
    states = private_check.state_of(case.circle, seen_by=reader)
    people_by_id = queries.persons(seen_by=reader).in_bulk([each.person for each in states.others])
    past = queries.members(seen_by=reader).filter(circle=case.circle).exclude(to_at=None)
    return case_page(
        request,
        "practitioner/circle/members.html",
        case,
        tab="circle",
        status=status,
        members=[_row(case, member, states.of(member.person_id)) for member in rows],
        sides=sides_words.in_circle(request, case),
        others=[
            {
                "name": people_by_id[each.person].name,
                "check": CHECK_STATES[each.word][0],
                "check_kind": CHECK_STATES[each.word][1],
                "url": reverse("practitioner:circle-check", args=[case.pk, each.check]),
            }
            for each in states.others
        ],
        left=[
            {
                "title": member.person.name,
                "text": _("Left on %(day)s") % {"day": short_day(member.to_at)},
            }
            for member in past.order_by("-to_at")
        ],
        frozen=states.is_frozen,
        heard=sum(1 for member in states.members if member.word != "not_asked"),
        can_add=case.state != "closed" and reader.may("E", case),
        reach_url=reverse("practitioner:reach", args=[case.pk, case.circle.focus_id])
        if case.engaged_at is not None
        and reader.may_make("contact", institution=case.institution_id, circle=case.circle_id)
        else "",
        add_form=add_form
        or AddMember(proposers=_proposers(), initial={"language": case.circle.focus.language}),
        seen=seen_by_whom(request, "roster", case.circle_id),
        form=add_form,
    )


def _proposers() -> list[tuple[str, str]]:
    return sides_words.choices("proposed_by")


def _row(case: Any, member: Any, state: Any) -> dict[str, Any]:
    label, kind = CHECK_STATES[state.word]
    return {
        "name": member.person.name,
        "text": " · ".join(
            part for part in (relation(member.relation), member_roles(member.roles)) if part
        ),
        "silent": _("hidden from the others") if member.silent else "",
        "check": label,
        "check_kind": kind,
        "url": reverse("practitioner:circle-member", args=[case.pk, member.pk]),
    }


@access("roster", "C")
@require_POST
def add(request: Request, pk: UUID) -> HttpResponse:
    """Add somebody to the circle, with a safe way to reach them."""
    case = case_or_404(request, pk)
    form = AddMember(request.POST, proposers=_proposers())
    if not form.is_valid():
        return _page(request, case, add_form=form, status=400)
    given, at = form.cleaned_data, clock.now()
    try:
        made = joining.add(
            circle=case.circle,
            name=given["name"],
            relation=given["relation"],
            roles=given["roles"],
            contact=given["contact"],
            words=given["safe_words"],
            texts=given["texts"],
            proposed_by=given["proposed_by"],
            language=given["language"] or case.circle.focus.language,
            by=request.reader,
            at=at,
        )
    except Refused as refusal:
        field = "contact" if isinstance(refusal, reach.NotReachable) else None
        if field is None:
            words.add_refusal(form, refusal)
        else:
            form.add_error(field, words.refusal(refusal)[1])
        return _page(request, case, add_form=form, status=400)
    if made is None:
        form.add_error(None, words.CANNOT_JOIN)
        return _page(request, case, add_form=form, status=400)
    saved(request, at)
    return redirect("practitioner:circle-member", pk=case.pk, member=made.pk)


def _member_or_404(request: Request, case: Any, member: UUID) -> Any:
    rows = queries.members(seen_by=request.reader).filter(circle=case.circle)
    return get_object_or_404(rows, pk=member)


@access("roster", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """One member: change, invite, ask alone, let go."""
    case = case_or_404(request, pk)
    found = _member_or_404(request, case, member)
    if request.method != "POST":
        return member_page(request, case, found)
    if "asked_alone" in request.POST:
        return _ask(request, case, found)
    form = ChangeMember(request.POST)
    if not form.is_valid():
        return member_page(request, case, found, change_form=form, status=400)
    given, at = form.cleaned_data, clock.now()
    try:
        actions.change_member(
            member=found,
            version=given["version"],
            relation=given["relation"],
            roles=given["roles"],
            silent=given["silent"],
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        return _stale_member(request, case, stale.current, given)
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return member_page(request, case, found, change_form=form, status=400)
    saved(request, at)
    return redirect("practitioner:circle-member", pk=case.pk, member=found.pk)


def _stale_member(request: Request, case: Any, current: Any, given: dict[str, Any]) -> HttpResponse:
    yes = {True: "on", False: ""}
    return two_texts(
        request,
        base=BASE,
        pairs=[
            ("relation", _("Who they are to the person"), given["relation"], current.relation),
            ("silent", _("Hidden from the others"), yes[given["silent"]], yes[current.silent]),
        ],
        same=[("roles", role) for role in given["roles"]],
        version=current.version,
        keep_url=reverse("practitioner:circle-member", args=[case.pk, current.pk]),
    )


def _ask(request: Request, case: Any, member: Any) -> HttpResponse:
    form = AskedAlone(request.POST, auto_id="alone_%s")
    if not form.is_valid():
        return member_page(request, case, member, alone_form=form, status=400)
    at = clock.now()
    private_check.answer(
        circle=case.circle,
        person=member.person,
        answers=form.answers(),
        by=request.reader,
        at=at,
    )
    saved(request, at)
    return redirect("practitioner:circle-member", pk=case.pk, member=member.pk)


def member_page(
    request: Request, case: Any, found: Any, *, status: int = 200, **given: Any
) -> HttpResponse:
    """One member, with whatever form was sent and could not be kept."""
    reader = request.reader
    state = private_check.state_of(case.circle, seen_by=reader).of(found.person_id)
    label, kind = CHECK_STATES[state.word]
    contacts = list(queries.contacts_of(found.person, seen_by=reader))
    addresses = [contact.value for contact in contacts if contact.channel == "email"]
    return case_page(
        request,
        "practitioner/circle/member.html",
        case,
        tab="circle",
        title=found.person.name,
        page_title=_("One member"),
        head=False,
        status=status,
        member=found,
        ended=short_day(found.to_at),
        relation=RELATIONS.get(found.relation, found.relation),
        roles=[MEMBER_ROLES.get(role, role) for role in found.roles],
        contacts=ways(found.person, seen_by=reader),
        reach_url=reverse("practitioner:reach", args=[case.pk, found.person_id])
        if found.to_at is None
        and case.state != "closed"
        and reader.may_make("contact", institution=case.institution_id, circle=case.circle_id)
        else "",
        check={
            "label": label,
            "kind": kind,
            "when": moment_words(request, state.checked_at),
            "url": reverse("practitioner:circle-check", args=[case.pk, state.check])
            if state.check
            else "",
        },
        can_edit=found.to_at is None and case.state != "closed" and reader.may("E", found),
        change_form=given.get("change_form")
        or ChangeMember(
            initial={
                "version": found.version,
                "relation": found.relation,
                "roles": found.roles,
                "silent": found.silent,
            }
        ),
        link_days=catalogue.current().retention.invitation_days,
        invite_form=given.get("invite_form")
        or Invite(auto_id="invite_%s", initial={"address": addresses[0] if addresses else ""}),
        alone_form=given.get("alone_form") or AskedAlone(auto_id="alone_%s"),
        apart=apart.of_member(request, case, found),
        side=sides_words.of_member(request, case, found),
        guardian=guardian_forms.of_member(request, case, found, given.get("guardian_form")),
        contact_seen=seen_by_whom(request, "contact", case.circle_id),
        check_seen=seen_by_whom(request, "safety_check", case.circle_id),
        form=next((form for form in given.values() if form is not None), None),
    )


@access("roster", "E")
@require_POST
def invite(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """Send a member a private link to join."""
    case = case_or_404(request, pk)
    found = _member_or_404(request, case, member)
    form = Invite(request.POST, auto_id="invite_%s")
    if not form.is_valid():
        return member_page(request, case, found, invite_form=form, status=400)
    try:
        cases.invite(
            member=found,
            address=form.cleaned_data["address"],
            base_url=settings.PUBLIC_URL,
            by=request.reader,
            at=clock.now(),
        )
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return member_page(request, case, found, invite_form=form, status=400)
    say(request, _("Saved. A link is on its way. It says nothing about this help."))
    return redirect("practitioner:circle-member", pk=case.pk, member=found.pk)


@access("roster", "E")
@require_POST
def end(request: Request, pk: UUID, member: UUID) -> HttpResponse:
    """Take somebody out of the circle: everything they could see ends at once."""
    case = case_or_404(request, pk)
    found = _member_or_404(request, case, member)
    try:
        stopping.end_membership(
            member=found, because="removed_by_lead", by=request.reader, at=clock.now()
        )
    except access_actions.AlreadyEnded as refusal:
        say(request, words.refusal(refusal)[1])
    else:
        say(
            request,
            _("Ended. %(name)s sees nothing here any more.") % {"name": found.person.name},
        )
    return redirect("practitioner:case-circle", pk=case.pk)


@access("safety_check", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Request, pk: UUID, check: UUID) -> HttpResponse:
    """What one person answered alone, for the lead; and how it was resolved."""
    case = case_or_404(request, pk)
    rows = private_check.checks(seen_by=request.reader).filter(circle=case.circle)
    found = get_object_or_404(rows.select_related("about", "circle"), pk=check)
    form = Resolve(request.POST or None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            private_check.resolve(
                check=found, reason=form.cleaned_data["reason"], by=request.reader, at=at
            )
        except private_check.NothingToResolve:
            form.add_error(None, _("This was resolved before."))
        except Refused as refusal:
            words.add_refusal(form, refusal)
        else:
            saved(request, at)
            return redirect("practitioner:case-circle", pk=case.pk)
    holds = found.pk in private_check.open_checks([case.circle_id])
    return case_page(
        request,
        "practitioner/circle/check.html",
        case,
        tab="circle",
        title=_("Asked alone"),
        head=False,
        status=400 if form.errors else 200,
        who=found.about.name,
        when=moment_words(request, found.checked_at),
        answers=_answers(found),
        holds=holds,
        form=form,
        seen=seen_by_whom(request, "safety_check", case.circle_id),
    )


def _answers(found: Any) -> list[dict[str, Any]]:
    language = get_language() or "en"
    given: dict[str, str | None] = json.loads(found.answers or "{}")
    said = []
    for question in catalogue.current().private_check.questions:
        if question.id in given:
            answer = question.answer(given[question.id] or "")
            text = answer.text.get(language, answer.text["en"]) if answer else _("Skipped")
            said.append({"term": question.words(language), "text": text})
    return said
