"""The rules of danger of a measure that is written here: one question, its answers, how soon."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alongside.catalogue import risk_rules, ruling
from alongside.catalogue.ruling import Question, Ruling
from alongside.directory import drafts as actions
from alongside.directory import queries
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.office.content_acts import USUAL
from alongside.web.office.content_drafts import name_of, trial_of
from alongside.web.parts.access import access
from alongside.web.parts.content_words import LEVELS
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import Request, local_day, saved

# What else follows, of risk_rules.ALSO: what makes sense for one question of a form.
ALSO = {
    "asq_or_c_ssrs_same_contact": gettext_lazy("Ask about suicide in the same contact"),
    "same_day_clinician": gettext_lazy("Tell the responsible clinician the same day"),
    "tell_safeguarding_lead": gettext_lazy("Tell the safeguarding lead"),
    "same_day_note": gettext_lazy("Write a note the same day"),
    "call_emergency_first": gettext_lazy("Call the emergency number first"),
}


class RuleForm(Form):
    """Which answers to one question show danger, and what follows."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = Text(
        label=gettext_lazy("The danger, in a few words"),
        help_text=gettext_lazy("Staff read it on the alert."),
        max_length=120,
    )
    shows = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Answers that show it"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    level = forms.ChoiceField(
        label=gettext_lazy("How soon somebody must respond"),
        help_text=gettext_lazy("From A to C people are called until one of them has it."),
        widget=forms.RadioSelect,
    )
    also = forms.MultipleChoiceField(
        label=gettext_lazy("What else follows"),
        choices=list(ALSO.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    source = Text(label=gettext_lazy("Where that is written"), lines=2, max_length=500)
    review_by = forms.DateField(
        label=gettext_lazy("Look at it again by"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


def _draft(request: Request, pk: UUID) -> Any:
    draft = get_object_or_404(queries.drafts(seen_by=request.reader), pk=pk)
    if draft.kind != "instruments":
        raise Http404
    return draft


@access("content_draft", "R")
@require_safe
def rules(request: Request, pk: UUID) -> HttpResponse:
    """Every question of a measure with its rules; one about harm that has none is marked."""
    draft = _draft(request, pk)
    may_edit = draft.state in actions.OPEN and request.reader.may("E", draft)
    made = ruling.rulings(draft.files)
    trial = trial_of(request, draft)
    known = trial.catalogue.instruments.get(draft.ref)
    unread = risk_rules.unread_harm(trial.catalogue, known) if known is not None else ()
    return render(
        request,
        "office/content/danger.html",
        {
            "draft": draft,
            "name": name_of(draft),
            "unread": len(unread),
            "rows": [
                _question_row(draft, each, made, is_unread=each.id in unread, may_edit=may_edit)
                for each in ruling.questions(draft.files, get_language() or "en")
            ],
        },
    )


def _question_row(
    draft: Any, question: Question, made: Any, *, is_unread: bool, may_edit: bool
) -> dict[str, Any]:
    files = ruling.of_item(draft.files, question.id)
    return {
        "title": question.text,
        "is_unread": is_unread,
        "new": reverse("office:draft-rule", args=[draft.pk, question.id]) if may_edit else "",
        "rules": [_rule_row(draft, question, name, made[name], may_edit) for name in files],
    }


def _rule_row(
    draft: Any, question: Question, name: str, rule: Ruling | None, may_edit: bool
) -> dict[str, str]:
    if rule is None:  # more than a form can show: as text
        url = reverse("office:draft-file", args=[draft.pk, name]) if may_edit else ""
        return {"title": name, "text": _("Written as a file."), "level": "", "url": url}
    url = reverse("office:draft-rule", args=[draft.pk, question.id])
    return {
        "title": rule.name,
        "text": ", ".join(question.answers.get(value, str(value)) for value in rule.shows),
        "level": f"{rule.level} · {LEVELS[rule.level]}" if rule.level in LEVELS else rule.level,
        "url": f"{url}?rule={name}" if may_edit else "",
    }


@access("content_draft", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: Request, pk: UUID, item: str) -> HttpResponse:
    """One rule of one question, written as a file that is checked like any other."""
    draft, at = _draft(request, pk), clock.now()
    asked = ruling.questions(draft.files, get_language() or "en")
    question = next((each for each in asked if each.id == item), None)
    name = request.GET.get("rule", "")
    held = ruling.rulings(draft.files).get(name) if name else None
    if draft.state not in actions.OPEN or question is None or (name and held is None):
        raise Http404
    form = RuleForm(
        request.POST if request.method == "POST" else None, initial=_initial(request, draft, held)
    )
    offer(form, "level", [(code, f"{code} · {words}") for code, words in LEVELS.items()])
    offer(form, "shows", [(str(value), words) for value, words in question.answers.items()])
    is_stale = False
    is_taken_out = bool(name) and "take_out" in request.POST
    if is_taken_out or form.is_valid():
        text = "" if is_taken_out else _text(request, form.cleaned_data, question)
        file = name or ruling.free_name(draft.files, item)
        version = request.POST.get("version", "")
        try:
            actions.save_files(
                draft=draft,
                texts={file: text},
                expected=int(version) if version.isdigit() else draft.version,
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:  # what was typed stays, beside the file as it stands now
            draft, is_stale = stale.current, True
            given = request.POST.copy()
            given["version"] = str(draft.version)
            form.data = given
            words = _("Somebody changed this meanwhile. Your words are kept; save them again.")
            form.add_error(None, words)
        else:
            saved(request, at)
            return redirect("office:draft-danger", pk=draft.pk)
    return render(
        request,
        "office/content/danger_rule.html",
        {
            "draft": draft,
            "question": question.text,
            "form": form,
            "is_there": bool(name),
            "file": {"name": name, "text": draft.files.get(name, "")},
        },
        status=409 if is_stale else 400 if form.errors else 200,
    )


def _initial(request: Request, draft: Any, held: Ruling | None) -> dict[str, Any]:
    today = local_day(request, clock.now())
    if held is None:
        return {"version": draft.version, "review_by": today + USUAL}
    return {
        "version": draft.version,
        "name": held.name,
        "shows": [str(value) for value in held.shows],
        "level": held.level,
        "also": list(held.also),
        "source": held.source,
        "review_by": held.review_by,
    }


def _text(request: Request, given: Any, question: Question) -> str:
    made = Ruling(
        name=given["name"],
        item=question.id,
        shows=tuple(given["shows"]),
        level=given["level"],
        also=tuple(given["also"]),
        source=" ".join(given["source"].split()),
        checked=local_day(request, clock.now()),
        review_by=given["review_by"],
    )
    return ruling.written(made, question)
