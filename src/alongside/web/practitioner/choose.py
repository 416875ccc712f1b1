"""Choose a way: the facts, the chooser's answer with its reasons and brakes, and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from django.forms import ChoiceField
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alongside import catalogue
from alongside.cases import actions, queries
from alongside.catalogue.chooser import choice_of, in_words
from alongside.consent import queries as consent
from alongside.crisis import private_check
from alongside.engine.protocols.chooser import Caution, Choice
from alongside.engine.protocols.facts import FactsRefused, RefusedAim
from alongside.people import queries as people
from alongside.plans import queries as plans
from alongside.records import clock
from alongside.records.errors import Refused, StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.content_words import way_notes
from alongside.web.parts.pages import (
    Request,
    local_day,
    moment_words,
    saved,
    say,
    seen_by_whom,
    two_texts,
)
from alongside.web.parts.ways import way_name
from alongside.web.practitioner import words
from alongside.web.practitioner.base import BASE, address, case_or_404, case_page
from alongside.web.practitioner.facts import ASKED_ALONE, ROWS, FactsForm, asked, field_name
from alongside.web.practitioner.forms import Decide

AFRAID = {
    "yes": gettext_lazy("Asked alone on %(when)s: afraid of somebody in the circle."),
    "no": gettext_lazy("Asked alone on %(when)s: not afraid."),
}
ASKED_AT_MOST = 5  # questions that stand first; the others are in their parts


@access("decision", "R")
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: Request, pk: UUID) -> HttpResponse:
    """The facts, and what the chooser says to them. POST keeps the facts."""
    case = case_or_404(request, pk)
    if request.method != "POST":
        return _page(request, case)
    form = _facts_form(request, case, request.POST)
    if not form.is_valid():
        return _page(request, case, facts_form=form, status=400)
    at, raw = clock.now(), form.facts()
    try:
        choice_of(catalogue.current(), asked(raw))
        actions.keep_facts(
            case=case,
            version=form.cleaned_data["version"],
            facts=raw,
            needs=raw.get("needs", []),
            by=request.reader,
            at=at,
        )
    except StaleVersion as stale:
        return _stale(request, stale.current, form)
    except FactsRefused as refusal:
        for each in refusal.refusals:
            name = field_name(each.key)
            form.add_error(name if name in form.fields else None, each.message)
        return _page(request, case, facts_form=form, status=400)
    except RefusedAim as refusal:
        form.add_error(None, f"{refusal.name}: {refusal.why}")
        return _page(request, case, facts_form=form, status=400)
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case, facts_form=form, status=400)
    saved(request, at)
    return redirect("practitioner:case-choose", pk=case.pk)


@access("decision", "C")
@require_POST
def decide(request: Request, pk: UUID) -> HttpResponse:
    """Decide on a way, with a reason. What the chooser says now is kept beside it."""
    case = case_or_404(request, pk)
    choice = _choice(request, case)
    form = Decide(request.POST, ways=_ways(choice))
    if choice is None or not form.is_valid():
        return _page(request, case, decide_form=form, status=400)
    at, chosen = clock.now(), form.cleaned_data["chosen"]
    protocol = catalogue.current().protocol(chosen.partition("/")[0])
    suggested = chosen in {one.protocol for one in choice.suggested}
    try:
        actions.record_decision(
            circle=case.circle,
            kind="method" if suggested else "override",
            chosen=chosen,
            about=f"protocol:{protocol.ref}",
            shown=choice.as_output(),
            reason=form.cleaned_data["reason"],
            by=request.reader,
            at=at,
        )
    except Refused as refusal:
        words.add_refusal(form, refusal)
        return _page(request, case, decide_form=form, status=400)
    say(request, _("Decided: %(way)s. Next: the plan.") % {"way": way_name(str(protocol.ref))})
    return redirect(address("practitioner:case-plan", case.pk) or _overview(case))


def _overview(case: Any) -> str:
    return reverse("practitioner:case", args=[case.pk])


def _page(
    request: Request,
    case: Any,
    *,
    facts_form: FactsForm | None = None,
    decide_form: Decide | None = None,
    status: int = 200,
) -> HttpResponse:
    reader = request.reader
    form = facts_form or _facts_form(request, case)
    choice = _choice(request, case)
    made = queries.decisions(case.circle, seen_by=reader).filter(kind__in=["method", "override"])
    last = made.first()
    can_decide = case.state not in {"closing", "closed"} and reader.may_make(
        "decision", institution=case.institution_id, circle=case.circle_id
    )
    return case_page(
        request,
        "practitioner/choose/choose.html",
        case,
        tab="choose",
        head=False,
        status=status,
        facts_form=form,
        groups=form.groups(_asked_fields(choice, form), folded=choice is not None),
        answer=_answer(choice, local_day(request, clock.now())) if choice is not None else None,
        ask=_ask(choice, form)[:ASKED_AT_MOST] if choice is not None else [],
        decide_form=decide_form or Decide(ways=[("", _("Choose one")), *_ways(choice)]),
        can_decide=can_decide and choice is not None and bool(_ways(choice)),
        can_edit=can_decide and reader.may("E", case),
        last=last,
        last_way=words.chosen(last.chosen) if last is not None else "",
        plan_url=address("practitioner:case-plan", case.pk),
        seen=seen_by_whom(request, "decision", case.circle_id),
        alone_seen=seen_by_whom(request, "safety_check", case.circle_id) if form.alone else "",
        form=facts_form or decide_form,
    )


def _members(request: Request, case: Any) -> list[dict[str, Any]]:
    today = local_day(request, clock.now())
    rows = list(people.live_members(case.circle, seen_by=request.reader))
    answered = private_check.said(case.circle_id, ASKED_ALONE, seen_by=request.reader)
    hidden = private_check.answered_unseen(case.circle_id, seen_by=request.reader)
    return [
        {
            "member": str(row.pk),
            "name": row.person.name,
            "relation": row.relation,
            "age": people.age_of(row.person, today),
            **_alone(request, answered.get(row.person_id), is_hidden=row.person_id in hidden),
        }
        for row in rows
    ]


def _alone(
    request: Request, said: tuple[str, datetime] | None, *, is_hidden: bool
) -> dict[str, str]:
    """What a member answered alone, for whoever may read it; to anybody else that they did."""
    if said is not None and said[0] in AFRAID:
        when = moment_words(request, said[1])
        return {ASKED_ALONE: said[0], "alone": AFRAID[said[0]] % {"when": when}}
    if is_hidden:
        return {"alone": _("Asked alone. Who leads and the on-call team can read the answer.")}
    return {}


def _known(request: Request, case: Any) -> dict[str, Any]:
    """What was given before, and what the records know; the rest is unknown."""
    kept = queries.facts_of(case)
    today = local_day(request, clock.now())
    person: dict[str, Any] = {}
    age = people.age_of(case.circle.focus, today)
    if age is not None:
        person["age"] = age
    capacity = consent.capacity_of(case.circle.focus_id, on=today, seen_by=request.reader)
    if capacity != "presumed" or kept == {}:
        person["capacity"] = capacity
    if case.service.setting in catalogue.current().settings:
        person["setting"] = case.service.setting
    agreed = consent.live_on(today, seen_by=request.reader).filter(circle=case.circle)
    forms = sorted(
        {
            *(row.form.partition("@")[0] for row in agreed),
            *_decided_for(request, case, today),
        }
    )
    known = {**kept, "person": {**person, **kept.get("person", {})}}
    if kept.get(ROWS):
        known[ROWS] = _rows(request, case, kept[ROWS])
    if capacity != "presumed":
        known["person"]["capacity"] = capacity
    if forms:
        known["consents"] = forms
    if running := plans.running(case.circle_id, seen_by=request.reader, at=clock.now()):
        known["running"] = running
    if case.needs:
        known["needs"] = list(case.needs)
    return known


def _rows(request: Request, case: Any, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The members as they were given, with what each answered alone since."""
    alone = {row["member"]: row for row in _members(request, case) if "alone" in row}
    found = []
    for row in kept:
        now = alone.get(str(row.get("member")))
        rest = row if now is None else {k: v for k, v in row.items() if k != ASKED_ALONE}
        said = {} if now is None or ASKED_ALONE not in now else {ASKED_ALONE: now[ASKED_ALONE]}
        found.append({**rest, **said})
    return found


def _decided_for(request: Request, case: Any, today: date) -> set[str]:
    """The record that stands in place of the person's own yes, if one does."""
    rows = consent.best_interests(seen_by=request.reader).filter(
        circle=case.circle, person=case.circle.focus_id
    )
    stands = any(
        consent.basis_of(
            row.person_id, circle=case.circle_id, on=today, seen_by=request.reader, about=row.about
        ).allowed
        for row in rows
    )
    return {"c_best_interests"} if stands else set()


def _facts_form(request: Request, case: Any, data: Any = None) -> FactsForm:
    return FactsForm(
        data,
        catalogue=catalogue.current(),
        language=get_language() or "en",
        known=_known(request, case),
        members=_members(request, case),
        version=case.version,
    )


def _choice(request: Request, case: Any) -> Choice | None:
    """The chooser's answer to what is known now; None until somebody has given facts."""
    if not case.facts:
        return None
    try:
        return choice_of(catalogue.current(), asked(_known(request, case)))
    except (FactsRefused, RefusedAim):
        return None


def _ways(choice: Choice | None) -> list[tuple[str, str]]:
    """What may be decided on: suggested and cautioned ways; never a blocked one."""
    if choice is None:
        return []
    blocked = {one.protocol for one in choice.blocked}
    found: dict[str, str] = {}
    names = [one.protocol for one in choice.suggested] + [one.protocol for one in choice.cautioned]
    for name in names:
        if name not in blocked and name.partition("/")[0] not in blocked:
            found.setdefault(name, words.chosen(name))
    return list(found.items())


def _answer(choice: Choice, today: date) -> dict[str, Any]:
    cat = catalogue.current()
    said = cat.reasons(get_language() or "en")
    cautions = {one.protocol: one for one in choice.cautioned}
    level = cat.danger.levels.get(choice.level) if choice.level else None
    return {
        "level": choice.level,
        "level_name": level.name if level is not None else "",
        "because": [in_words(reason, said) for reason in choice.because],
        "first": {
            "crisis": _("First the danger: nothing else starts before that."),
            "safeguarding": _("First the child or the adult at risk: report it today."),
        }.get(choice.first or "", ""),
        "suggested": [
            {
                "name": words.chosen(one.protocol),
                "id": one.protocol.replace("/", "-"),
                "why": in_words(one.why[0], said) if one.why else "",
                "more": [in_words(reason, said) for reason in one.why[1:]],
                "sources": one.sources,
                "runnable": one.runnable,
                "notes": way_notes(one.protocol, today),
                "cautions": _minded(cautions.get(one.protocol), said),
            }
            for one in choice.suggested
        ],
        "cautioned": [
            {
                "name": words.chosen(one.protocol),
                "why": [*_minded(one, said), *way_notes(one.protocol, today)],
            }
            for one in choice.cautioned
            if one.protocol not in {each.protocol for each in choice.suggested}
        ],
        "blocked": [
            {
                "id": one.protocol.replace("/", "-"),
                "title": _("Not %(way)s, because…") % {"way": words.chosen(one.protocol)},
                "verdict": "needs" if all(block.until for block in one.because) else "stop",
                "items": [
                    {
                        "title": in_words(block.reason, said),
                        "text": in_words(block.release, said),
                        "state": "fix" if block.until else "stop",
                    }
                    for block in one.because
                ],
            }
            for one in choice.blocked
        ],
        "blocked_names": ", ".join(words.chosen(one.protocol) for one in choice.blocked),
        "notes": [in_words(reason, said) for reason in choice.notes],
    }


def _minded(caution: Caution | None, said: Mapping[str, str]) -> list[str]:
    """What to mind with a way; what must be asked first stands beside it, so here as a number."""
    if caution is None:
        return []
    found = [in_words(reason, said) for reason in caution.why if ":" not in reason.key]
    if caution.ask:
        found.append(
            ngettext(
                "Ask %(number)s thing first: it is in the list “Ask next”.",
                "Ask %(number)s things first: they are in the list “Ask next”.",
                len(caution.ask),
            )
            % {"number": len(caution.ask)}
        )
    return found


def _asked_fields(choice: Choice | None, form: FactsForm) -> list[str]:
    """The first fields one would ask next, still empty, in the order of the chooser."""
    found: list[str] = []
    for path in choice.ask_next[:ASKED_AT_MOST] if choice is not None else ():
        name = field_name(path)
        group, _dot, last = path.partition(".")
        rows = [
            field
            for field in form.fields
            if field.startswith(f"{group}__") and (not last or field.endswith(f"__{last}"))
        ]
        found += [
            each
            for each in ([name] if name in form.fields else rows)
            if each not in found and not form[each].value()
        ]
    return found


def _ask(choice: Choice, form: FactsForm) -> list[dict[str, str]]:
    """What one would ask next, each with the place of its answer on this page."""
    found = []
    for path in choice.ask_next:
        name = field_name(path)
        if name in form.fields:
            found.append({"text": str(form.fields[name].label), "url": f"#id_{name}"})
            continue
        group, _dot, last = path.partition(".")
        rows = [field for field in form.fields if field.startswith(f"{group}__")]
        match = next((field for field in rows if field.endswith(f"__{last}")), "")
        label = form.reasons.get(f"facts/{path}/question", path)
        found.append({"text": label, "url": f"#id_{match}" if match else "#circle-facts"})
    return found


def _stale(request: Request, current: Any, form: FactsForm) -> HttpResponse:
    kept = queries.facts_of(current)
    pairs, same = [], []
    for name, field in form.fields.items():
        if name == "version":
            continue
        mine = request.POST.getlist(name)
        here: Any = kept
        for step in name.split("__"):
            here = here.get(step) if isinstance(here, dict) else None
        theirs = here if isinstance(here, list) else [] if here is None else [str(here)]
        if len(mine) < 2 and len(theirs) < 2:
            pairs.append(
                (name, str(field.label), "".join(mine), "".join(str(each) for each in theirs))
            )
        else:
            same += [(name, value) for value in mine]
    return two_texts(
        request,
        base=BASE,
        pairs=pairs,
        same=same,
        version=current.version,
        choices={
            name: cast(Any, form.fields[name]).choices
            for name, _label, _mine, _theirs in pairs
            if type(form.fields[name]) is ChoiceField
        },
        keep_url=reverse("practitioner:case-choose", args=[current.pk]),
        at=current.last_step_at,
    )
