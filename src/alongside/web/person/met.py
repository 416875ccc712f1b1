"""How a meeting was for me: in my own words and a few numbers, only if I want."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import after
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text
from alongside.web.parts.pages import Request, day_words, local_day, saved
from alongside.web.person.base import seen_here

AGAIN = [
    ("yes", gettext_lazy("Yes")),
    ("no", gettext_lazy("No")),
    ("unknown", gettext_lazy("I am not sure")),
]


class Said(Form):
    """The person's own words and numbers."""

    words = Text(
        label=gettext_lazy("How was it for you?"), lines=5, max_length=4000, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked, language = _asked(), get_language() or "en"
        for scale in asked.scales:
            self.fields[scale.id] = forms.ChoiceField(
                label=in_language(scale.text, language),
                choices=[
                    ("", _("I leave it out")),
                    *((str(number), str(number)) for number in range(scale.most + 1)),
                ],
                required=False,
            )
        self.fields["again"] = forms.ChoiceField(
            label=in_language(asked.again, language),
            choices=AGAIN,
            widget=forms.RadioSelect,
            required=False,
        )

    def scales(self) -> dict[str, int | None]:
        """The numbers, None where nothing was chosen."""
        given = self.cleaned_data
        return {
            each.id: int(given[each.id]) if given[each.id] else None for each in _asked().scales
        }


def _asked() -> Any:
    return catalogue.current().meetings.after.person


def doors(request: Request) -> list[dict[str, Any]]:
    """One door for each meeting that was held with the reader."""
    return [
        {
            "url": reverse("person:met", args=[row.pk]),
            "icon": "users",
            "title": _("How the meeting was for you"),
            "text": _("We met on %(day)s. You can say how it was.")
            % {"day": day_words(local_day(request, row.held_at))},
        }
        for row in after.held_with(seen_by=request.reader)[:3]
    ]


@access("meeting_said", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def met(request: Request, pk: UUID) -> HttpResponse:
    """Say how it was, or say it anew."""
    found = get_object_or_404(after.held_with(seen_by=request.reader), pk=pk)
    form = Said(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        at = clock.now()
        try:
            after.say(
                meeting=found,
                scales=form.scales(),
                again=form.cleaned_data["again"],
                words=form.cleaned_data["words"],
                by=request.reader,
                at=at,
            )
        except after.NothingSaid:
            form.add_error("words", _("Write a word or choose a number. Or just go back."))
        else:
            saved(request, at)
            return redirect("person:met", pk=pk)
    last = after.last(seen_by=request.reader, meeting=found).get(after.BY_PERSON)
    return render(
        request,
        "person/met.html",
        {
            "day": day_words(local_day(request, found.held_at)),
            "before": in_language(_asked().before, get_language() or "en"),
            "form": form,
            "scales": [form[each.id] for each in _asked().scales],
            "last": shown(last) if last else None,
            "when": day_words(local_day(request, last.written_at)) if last else "",
            "seen": seen_here(request, "meeting_said", found.circle_id),
        },
        status=400 if form.errors else 200,
    )


def shown(row: Any) -> dict[str, Any]:
    """What was said, in words: each number beside its question."""
    given = json.loads(row.answers or "{}").get("scales", {})
    language, asked = get_language() or "en", _asked()
    facts = [
        {"term": in_language(each.text, language), "text": str(given[each.id])}
        for each in asked.scales
        if each.id in given
    ]
    if row.said:
        facts.append(
            {"term": in_language(asked.again, language), "text": str(dict(AGAIN)[row.said])}
        )
    return {"words": row.words, "facts": facts}
