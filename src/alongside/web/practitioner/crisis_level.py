"""How urgent an alert is, changed by a person: anybody raises, a named clinician lowers."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from alongside.crisis import actions, lowering, queries
from alongside.engine.risk import LEVELS
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import Request, clock_time, say
from alongside.web.practitioner import crisis_words as words


class Urgency(Form):
    """Another code, and why."""

    level = forms.ChoiceField(label=gettext_lazy("How soon must somebody respond?"))
    reason = Text(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("What was seen, heard or asked. It stays on the time line."),
        max_length=2000,
        lines=3,
    )


@access("alert", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, pk: UUID) -> HttpResponse:
    """Raise the code of an open alert, or lower it as a named clinician."""
    reader, at = request.reader, clock.now()
    found = get_object_or_404(queries.alerts(seen_by=reader), pk=pk)
    if found.closed_at is not None:
        say(request, _("This is closed. There is nothing to change."))
        return redirect("practitioner:alert", pk=pk)
    lowers = lowering.may_lower(found, by=reader)
    codes = [code for code in LEVELS if code < found.level or (lowers and code > found.level)]
    form = Urgency(request.POST if request.method == "POST" else None)
    offer(form, "level", [(code, f"{code} · {words.LEVELS[code]}") for code in codes])
    if request.method == "POST" and form.is_valid():
        level, reason = form.cleaned_data["level"], form.cleaned_data["reason"]
        act = lowering.raise_level if level < found.level else lowering.lower_level
        try:
            now = act(alert=found, level=level, reason=reason, by=reader, at=at)
        except actions.AlreadyClosed:
            say(request, _("This was closed meanwhile."))
            return redirect("practitioner:alert", pk=pk)
        except (lowering.NotLessUrgent, lowering.NotMoreUrgent):
            form.add_error("level", _("Somebody changed it meanwhile. Look again."))
        else:
            said = _("Raised at %(time)s.") if now.pk != found.pk else _("Saved at %(time)s.")
            say(request, said % {"time": clock_time(request, at)})
            return redirect("practitioner:alert", pk=now.pk)
    return render(
        request,
        "practitioner/crisis/level.html",
        {
            "form": form,
            "now": f"{found.level} · {words.LEVELS[found.level]}",
            "lowers": lowers,
            "choices": codes,
            "crumbs": [
                {"url": reverse("practitioner:crisis-board"), "label": _("Crisis board")},
                {"url": reverse("practitioner:alert", args=[pk]), "label": _("One alert")},
                {"label": _("How urgent")},
            ],
        },
        status=400 if form.errors else 200,
    )
