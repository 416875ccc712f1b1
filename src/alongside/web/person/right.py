"""Put my own answers right: a new row beside the first, which stays to be read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from alongside import catalogue
from alongside.cases.actions import NeedsAReason
from alongside.measures import actions, correcting, queries
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.parts.access import access
from alongside.web.parts.answer_forms import RightAnswers
from alongside.web.parts.forms import Text
from alongside.web.parts.pages import Request, day_words, local_day, saved
from alongside.web.person.base import seen_here
from alongside.web.person.home import stands


class OwnRight(RightAnswers):
    """My answers as they should be, and what was wrong."""

    because = Text(
        label=gettext_lazy("What was wrong"),
        help_text=gettext_lazy("In a few words. Such as: I was thinking of another week."),
        lines=2,
        max_length=500,
    )


@access("asking", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def right(request: Request, pk: UUID) -> HttpResponse:
    """Put my answers right. Danger in them is told at once, as in the first ones."""
    found = _mine(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    if not may_right(request, found):  # such as: it was put right before
        after = _mine(request).filter(corrects=found).first()
        if after is None or request.method != "POST":
            return redirect("person:score", found.pk if after is None else after.pk)
    if request.method != "POST":
        return _page(request, found, OwnRight(response=found))
    form, at = OwnRight(request.POST, response=found), clock.now()
    form.is_valid()
    try:
        # An answer that cannot stand is refused with danger in the others raised first.
        recorded = correcting.put_right(
            response=found,
            answers=form.given(request.POST),
            because=form.cleaned_data.get("because", ""),
            by=request.reader,
            at=at,
        )
    except actions.InvalidAnswers as refusal:
        actions.tell_now(refusal.alerts, at)
        for item in refusal.items:
            if item in form.fields and item not in form.errors:
                form.add_error(item, _("This is no answer to this question."))
        return _page(request, found, form, is_raised=bool(refusal.alerts), status=422)
    except StaleVersion as stale:
        now = _mine(request).filter(pk=stale.current.pk).first() or found
        form = OwnRight(request.POST, response=now)
        form.add_error(
            None,
            _("They were put right meanwhile. What you chose is kept below; beside it is what "
              "stands now."),
        )  # fmt: skip
        return _page(request, now, form, status=409)
    except correcting.NothingChanged:
        form.add_error(None, _("Nothing is different from what stands now."))
        return _page(request, found, form, status=422)
    except NeedsAReason:
        if "because" not in form.errors:
            form.add_error("because", _("Say in some more words what was wrong."))
        return _page(request, found, form, status=422)
    actions.tell_now(recorded.alerts, at)
    saved(request, at)
    if recorded.alerts:
        return redirect("person:form-help", found.asking_id)
    return redirect("person:score", recorded.response.pk)


def may_right(request: Request, found: Any) -> bool:
    """Whether I can put these answers right: I gave them, they stand, and my help goes on."""
    return (
        found.asking_id is not None
        and not found.entered_as_total
        and found.written_by_id == found.respondent_id
        and found.instrument in catalogue.current().instruments
        and stands(request)["word"] not in {"ended", "over"}
        and not _mine(request).filter(corrects=found).exists()
    )


def put_right_words(request: Request, found: Any) -> list[dict[str, str]]:
    """What the page of my answers says of those before them, and of those after."""
    said = []
    after = _mine(request).filter(corrects=found).select_related("written_by").first()
    if after is not None:
        said.append(_line(request, after, after, _("What stands now")))
    before = _mine(request).filter(pk=found.corrects_id).first() if found.corrects_id else None
    if before is not None:
        said.append(_line(request, found, before, _("What stood before")))
    return said


def _line(request: Request, correction: Any, shown: Any, link: str) -> dict[str, str]:
    day = day_words(local_day(request, correction.entered_at or correction.answered_at))
    if correction.written_by_id in request.reader.persons:
        text = _("You put these answers right on %(day)s.") % {"day": day}
    else:
        who = str(correction.written_by)
        text = _("%(who)s put these answers right on %(day)s.") % {"who": who, "day": day}
    return {"text": text, "url": reverse("person:score", args=[shown.pk]), "link": link}


def _mine(request: Request) -> Any:
    me = request.reader.persons
    return queries.responses(seen_by=request.reader).filter(about__in=me, respondent__in=me)


def _page(
    request: Request, found: Any, form: OwnRight, *, is_raised: bool = False, status: int = 200
) -> HttpResponse:
    wording = queries.wording_of(found.asking, get_language() or "en")
    instrument = queries.instrument_of(found.asking)
    return render(
        request,
        "person/right.html",
        {
            "form": form,
            "name": instrument.name,
            "day": day_words(local_day(request, found.answered_at)),
            "stem": wording.stem,
            "lang": wording.language,
            "credit": instrument.licence.credit,
            "help_url": reverse("person:form-help", args=[found.asking_id]) if is_raised else "",
            "action": reverse("person:score-right", args=[found.pk]),
            "back": reverse("person:score", args=[found.pk]),
            "seen": seen_here(request, found.record_type_of_row, found.circle_id),
        },
        status=status,
    )
