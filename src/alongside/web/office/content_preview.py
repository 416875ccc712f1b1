"""A draft as it will be: as a plan for sample facts, as pages, and beside another version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from alongside import catalogue
from alongside.catalogue import authoring, protocol_examples
from alongside.catalogue.chooser import choice_of, in_words
from alongside.engine.protocols.facts import FactsRefused, RefusedAim
from alongside.records import clock
from alongside.web.office import content_shown
from alongside.web.office.content_compare import compared
from alongside.web.office.content_drafts import (
    GRADES,
    draft_or_404,
    name_of,
    problem_row,
    trial_of,
)
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, local_day

SAMPLE = "needs: [{need}]\nseeks_help: accepts\nperson: {{age: 34, setting: clinic}}\n"


@access("content_draft", "R")
@require_safe
def preview(request: Request, pk: UUID) -> HttpResponse:
    """A draft as pages, and as a plan for sample facts: the chooser, gates and next steps."""
    draft = draft_or_404(request, pk)
    trial = trial_of(request, draft)
    shelf = trial.catalogue.shelves[draft.kind]
    context: dict[str, Any] = {
        "draft": draft,
        "name": name_of(draft),
        "errors": len(trial.errors),
        "sections": [],
    }
    if draft.ref in shelf:
        context["sections"] = content_shown.sections(trial.catalogue, draft.kind, draft.ref)
        if draft.kind == "protocols":
            context["plan"] = _plan(request, trial.catalogue, shelf[draft.ref])
    return render(request, "office/content/preview.html", context)


def _plan(request: Request, cat: catalogue.Catalogue, way: Any) -> dict[str, Any]:
    needs = [
        need.id
        for need in cat.needs.values()
        if any(offer_.protocol.partition("/")[0] == way.id for offer_ in need.offers)
    ]
    facts = request.GET.get("facts", SAMPLE.format(need=needs[0] if needs else "low_mood"))[:4_000]
    variants = [row.id for row in way.variants]
    variant = request.GET.get("variant", "")
    variant = variant if variant in variants else ""
    in_place = request.GET.get("in_place") == "on"
    begun = protocol_examples.begun(
        cat, way, variant, local_day(request, clock.now()), in_place=in_place
    )
    said = cat.reasons(get_language() or "en")
    names = {step.id: step.name for phase in way.phases for step in phase.steps}
    return {
        "facts": facts,
        "variants": [
            {"value": row.id, "label": row.name, "selected": row.id == variant}
            for row in way.variants
        ],
        "in_place": in_place,
        "answer": _chosen(cat, way, facts, said),
        "gates": [
            {
                "title": in_words(gate.reason, said),
                "text": "" if gate.is_open else in_words(gate.release, said),
                "tag": _("open") if gate.is_open else _("waits"),
                "tag_kind": "moss" if gate.is_open else "lamp",
            }
            for gate in begun.start
        ],
        "next": [
            {"title": said.get(f"protocols/{way.ref}/steps/{row.step}", names[row.step])}
            for row in begun.state.next_steps
        ],
        "locked": [
            {
                "title": said.get(f"protocols/{way.ref}/steps/{row.step}", names[row.step]),
                "text": ", ".join(
                    [
                        *(names.get(step, step) for step in row.after),
                        *(in_words(gate.reason, said) for gate in row.waiting_for),
                    ]
                ),
            }
            for row in begun.state.locked
        ],
    }


def _chosen(cat: catalogue.Catalogue, way: Any, facts: str, said: Any) -> list[dict[str, Any]]:
    """What the chooser says of this protocol to the sample facts."""
    document, wrong = authoring.facts_in(facts)
    if wrong:
        return [
            problem_row(each, {"facts.yaml": facts}) | {"title": each.message} for each in wrong
        ]
    try:
        choice = choice_of(cat, document)
    except FactsRefused as refusal:
        return [{"title": each.message, "tag": GRADES["error"]} for each in refusal.refusals]
    except RefusedAim as refusal:
        return [{"title": str(refusal), "tag": GRADES["error"]}]
    rows = []
    for words, found in (
        (_("suggested"), choice.suggested),
        (_("only with care"), choice.cautioned),
    ):
        rows += [
            {"title": in_words(reason, said), "text": one_.protocol, "tag": words}
            for one_ in found
            if one_.protocol.partition("/")[0] == way.id
            for reason in one_.why
        ]
    rows += [
        {
            "title": in_words(block.reason, said),
            "text": in_words(block.release, said),
            "tag": _("must not be begun"),
            "tag_kind": "lamp",
        }
        for one_ in choice.blocked
        if one_.protocol.partition("/")[0] == way.id
        for block in one_.because
    ]
    return rows or [{"title": _("The chooser does not come to it with these facts.")}]


@access("content_draft", "R")
@require_safe
def compare(request: Request, pk: UUID) -> HttpResponse:
    """A draft beside the version it was copied from, or another one."""
    draft = draft_or_404(request, pk)
    cat = catalogue.current()
    others = [ref for ref in cat.shelves[draft.kind] if ref.rpartition("@")[0] == draft.item]
    if draft.based_on and draft.based_on not in others:
        others.append(draft.based_on)
    chosen = request.GET.get("with", draft.based_on)
    if chosen not in others:
        chosen = others[0] if others else ""
    try:
        before = authoring.files_of(draft.kind, chosen) if chosen else {}
    except KeyError:
        before = {}
    return render(
        request,
        "office/content/compare.html",
        {
            "draft": draft,
            "name": name_of(draft),
            "chosen": chosen,
            "files": compared(before, draft.files),
            "filters": [
                {
                    "name": "with",
                    "label": _("Beside"),
                    "options": [
                        {"value": ref, "label": ref, "selected": ref == chosen} for ref in others
                    ],
                }
            ],
        },
    )
