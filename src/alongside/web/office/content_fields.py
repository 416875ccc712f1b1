"""The values of a draft that are changed most, as a form, with the file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.catalogue import authoring, changing
from alongside.directory import content as fit
from alongside.directory import drafts as actions
from alongside.directory import queries
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.office.content_acts import add_refusal
from alongside.web.office.content_drafts import name_of
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, saved, two_texts

Sort = Literal["words", "long", "number", "day", "list"]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one file: where it stands and what it is called."""

    file: str
    path: changing.Path
    label: Any
    sort: Sort = "words"

    @property
    def name(self) -> str:
        """The name of its field."""
        return "__".join(map(str, (self.file.replace(".", "_"), *self.path)))


RANGES = {
    "sessions": gettext_lazy("Sessions"),
    "minutes": gettext_lazy("Minutes"),
    "spacing_days": gettext_lazy("Days between two"),
    "window_weeks": gettext_lazy("Weeks in all"),
}
ENDS = {
    "min": gettext_lazy("at least"),
    "typical": gettext_lazy("usually"),
    "max": gettext_lazy("at most"),
}
HEADS = {
    "protocols": (
        Value("wording.en.yaml", ("name",), gettext_lazy("Name")),
        Value("wording.en.yaml", ("what",), gettext_lazy("What it is, in one sentence"), "long"),
    ),
    "instruments": (
        Value("instrument.yaml", ("name",), gettext_lazy("Name")),
        Value("instrument.yaml", ("source",), gettext_lazy("Source"), "long"),
        Value("instrument.yaml", ("review_by",), gettext_lazy("Look at it again by"), "day"),
    ),
}
OF_PROTOCOL = (
    Value("protocol.yaml", ("checked",), gettext_lazy("Checked against its sources on"), "day"),
    Value("protocol.yaml", ("review_by",), gettext_lazy("Look at it again by"), "day"),
    Value("protocol.yaml", ("sources",), gettext_lazy("Sources, by their tags"), "list"),
)
WAITS = {
    "within_days": gettext_lazy("%(step)s: within so many days"),
    "not_before_days": gettext_lazy("%(step)s: not before so many days"),
}


def values_of(draft: Any, documents: dict[str, Any]) -> list[Value]:
    """The values of this draft that have a field: heads, review, sources, dose, waits."""
    found = list(HEADS[draft.kind])
    if draft.kind != "protocols":
        return found
    found += OF_PROTOCOL
    protocol = documents["protocol.yaml"]
    for key, label in RANGES.items():
        if changing.value_at(protocol, ("dose", key)) is not None:
            found += [
                Value("protocol.yaml", ("dose", key, end), f"{label}, {word}", "number")
                for end, word in ENDS.items()
            ]
    names = changing.value_at(documents.get("wording.en.yaml"), ("steps",)) or {}
    for place, phase in enumerate(changing.value_at(protocol, ("phases",)) or ()):
        for number, step in enumerate(changing.value_at(phase, ("steps",)) or ()):
            found += [
                Value(
                    "protocol.yaml",
                    ("phases", place, "steps", number, wait),
                    words % {"step": names.get(step.get("id"), step.get("id"))},
                    "number",
                )
                for wait, words in WAITS.items()
                if changing.value_at(step, (wait,)) is not None
            ]
    return found


def _field(value: Value) -> forms.Field:
    if value.sort == "day":
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        return forms.DateField(label=value.label, widget=widget)
    if value.sort == "number":
        return forms.IntegerField(
            label=value.label,
            required=value.path[-1] not in ENDS,
            min_value=0,
            max_value=1_000,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
        )
    if value.sort == "list":
        return Text(label=value.label, help_text=_("One a line."), lines=4, max_length=2_000)
    return Text(label=value.label, lines=3 if value.sort == "long" else 1, max_length=1_000)


class Fields(Form):
    """One field for each value; which there are only the draft knows."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


def _shown(value: Value, held: Any) -> Any:
    if value.sort == "list":
        return "\n".join(str(each) for each in held or ())
    if isinstance(held, date) or value.sort == "number":
        return held
    return "" if held is None else str(held)


def _given(value: Value, given: Any) -> Any:
    if value.sort == "list":
        return [line.strip() for line in given.splitlines() if line.strip()]
    return given


@access("content_draft", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def fields(request: Request, pk: UUID) -> HttpResponse:
    """The form, with the file beside it. Saving changes these values and no other letter."""
    draft = get_object_or_404(queries.drafts(seen_by=request.reader), pk=pk)
    if draft.state not in actions.OPEN:
        raise Http404
    documents = authoring.documents(draft.files)
    wanted = {value.file for value in HEADS[draft.kind]} | {authoring.MAIN[draft.kind]}
    if any(name not in documents for name in wanted):  # the file first: it cannot be read
        return redirect("office:draft-file", pk=draft.pk, name=authoring.MAIN[draft.kind])
    values = values_of(draft, documents)
    held = {each.name: changing.value_at(documents[each.file], each.path) for each in values}
    form = Fields(
        request.POST if request.method == "POST" else None,
        initial={
            "version": draft.version,
            **{each.name: _shown(each, held[each.name]) for each in values},
        },
    )
    for each in values:
        form.fields[each.name] = _field(each)
    if form.is_valid():
        at = clock.now()
        texts = _texts(draft, values, held, form.cleaned_data)
        try:
            actions.save_files(
                draft=draft,
                texts=texts,
                expected=form.cleaned_data["version"] or draft.version,
                by=request.reader,
                at=at,
            )
        except StaleVersion as stale:
            return _both(request, stale.current, values, form)
        except fit.ContentMakesNoSense as why:
            add_refusal(form, why)
        else:
            saved(request, at)
            return redirect("office:draft-fields", pk=draft.pk)
    return render(
        request,
        "office/content/fields.html",
        {
            "draft": draft,
            "name": name_of(draft),
            "form": form,
            "files": [
                {
                    "name": name,
                    "text": draft.files[name],
                    "url": reverse("office:draft-file", args=[draft.pk, name]),
                }
                for name in sorted(wanted)
            ],
        },
        status=400 if form.errors else 200,
    )


def _texts(
    draft: Any, values: list[Value], held: dict[str, Any], given: dict[str, Any]
) -> dict[str, str]:
    """The files in which something is another now, with it in its place."""
    texts: dict[str, str] = {}
    for each in values:
        new = _given(each, given[each.name])
        old = held[each.name]
        if new == (list(old or ()) if each.sort == "list" else old):
            continue
        text = texts.get(each.file, draft.files[each.file])
        texts[each.file] = changing.changed(text, {each.path: new})
    return texts


def _both(request: Request, current: Any, values: list[Value], form: Any) -> HttpResponse:
    """Somebody was quicker: both, nothing overwritten."""
    now = authoring.documents(current.files)
    return two_texts(
        request,
        base="parts/base_office.html",
        pairs=[
            (
                each.name,
                str(each.label),
                str(form.data.get(each.name, "")),
                str(_shown(each, changing.value_at(now.get(each.file), each.path)) or ""),
            )
            for each in values
        ],
        version=current.version,
        keep_url=request.path,
        at=current.changed_at,
    )
