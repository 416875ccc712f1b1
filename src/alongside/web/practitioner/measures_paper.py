"""Forms on paper: print one, find it again by its code, and type it in twice."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from alongside.cases import queries as cases
from alongside.directory import queries as directory
from alongside.measures import actions, paper, queries, typing
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form
from alongside.web.parts.pages import Request, clock_time, day_words, local_day, say, short_day
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.forms import Day
from alongside.web.practitioner.measures import READ_OR_SEND, asking_or_404
from alongside.web.practitioner.measures_enter import SUBMISSION, alert_facts, say_recorded

WIDEST = 5  # so many answers stand beside each other on one sheet; more stand below each other
WHY_NOT: Mapping[str, Any] = {
    "words": gettext_lazy(
        "The licence of this form keeps its words out of here, so it cannot be printed. Use your "
        "own copy of it, and type in what was answered."
    ),
    "person": gettext_lazy(
        "A trained person asks this one, face to face, so it is not given out on paper."
    ),
}


class Typing(Form):
    """One typing of a form: the answers in its order, and the day it was filled in."""

    typed = forms.CharField(
        label=gettext_lazy("Answers, in the order of the form"),
        max_length=400,
        widget=forms.TextInput(
            attrs={
                "autofocus": True,
                "autocomplete": "off",
                "inputmode": "tel",
                "spellcheck": "false",
                "class": "num typed",
                "aria-controls": "echo",
            }
        ),
    )
    filled_on = Day(label=gettext_lazy("Filled in on"))


class Code(Form):
    """What stands at the top of a form."""

    code = forms.CharField(
        label=gettext_lazy("Code of the form, or of the case"),
        help_text=gettext_lazy("Such as K7M2-9QXD. It stands at the top of the paper."),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autofocus": True, "autocomplete": "off", "spellcheck": "false", "size": 12}
        ),
    )


# -- on paper -----------------------------------------------------------------------------------


@access("asking", "E")
@require_safe
def sheet(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """The form to print: a code and no name. Where its licence forbids, why there is none."""
    case = case_or_404(request, pk)
    found = asking_or_404(request, case, asking)
    instrument = queries.instrument_of(found)
    why_not = paper.why_not_printed(instrument)
    if why_not:
        return case_page(
            request,
            "practitioner/measures/not_on_paper.html",
            case,
            tab="measures",
            title=instrument.name,
            status=HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS if why_not == "words" else 409,
            why=WHY_NOT[why_not],
            licence=instrument.licence.statement if why_not == "words" else "",
            enter_url=reverse("practitioner:measure-enter", args=[case.pk, found.pk]),
        )
    spoken = dict(settings.LANGUAGES)
    language = request.GET.get("language", "")
    if language not in spoken:
        language = found.respondent.language.partition("-")[0]
    language = language if language in spoken else "en"
    is_large = request.GET.get("size") == "large"
    return case_page(
        request,
        "practitioner/measures/sheet.html",
        case,
        tab="measures",
        title=instrument.name,
        head=False,
        is_large=is_large,
        language=language,
        others=[{"code": code, "name": name} for code, name in spoken.items() if code != language],
        is_translated=queries.wording_of(found, language).language == language,
        sheet=_sheet(found, language, is_large=is_large),
        back_url=reverse("practitioner:case-measures", args=[case.pk]),
    )


def _sheet(asking: Any, language: str, *, is_large: bool) -> str:
    """The paper itself, in the language of who fills it in."""
    with translation.override(language):
        instrument = queries.instrument_of(asking)
        wording = queries.wording_of(asking, language)
        help_ = directory.help_now(asking.institution.country, language, clock.now())
        return render_to_string(
            "practitioner/measures/_sheet.html",
            {
                "name": instrument.name,
                "code": paper.code(asking),
                "language": language,
                "lang": wording.language,
                "introduction": wording.introduction,
                "stem": wording.stem,
                "groups": _groups(_items(instrument, wording), is_large=is_large),
                "credit": instrument.licence.credit,
                "help": help_,
                "is_large": is_large,
            },
        )


def _groups(items: list[dict[str, Any]], *, is_large: bool) -> list[dict[str, Any]]:
    """Items that follow each other and have the same few answers stand in one table."""
    found: list[dict[str, Any]] = []
    for choices, group in groupby(items, key=lambda each: each["choices"]):
        in_columns = 1 < len(choices) <= WIDEST and not is_large
        found.append({"choices": choices, "in_columns": in_columns, "items_here": list(group)})
    return found


def _items(instrument: Any, wording: Any) -> list[dict[str, Any]]:
    rows = []
    for number, item in enumerate(instrument.items, 1):
        labels = wording.options.get(item.options, {})
        span = queries.typed(instrument, item)
        values = () if span else instrument.options[item.options]
        rows.append(
            {
                "id": item.id,
                "number": number,
                "words": str(wording.items.get(item.id, "")),
                "choices": [{"value": v, "label": str(labels.get(v, v))} for v in values],
                "span": span,
                "may_not_apply": item.ask_if is not None or item.optional,
            }
        )
    return rows


# -- typing it in -------------------------------------------------------------------------------


@access("asking", "C")
@READ_OR_SEND
def type_in(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """Type in a form from paper: once, and once more."""
    case = case_or_404(request, pk)
    found = asking_or_404(request, case, asking)
    is_again = request.method == "POST" and request.POST.get("submission") in found.submissions
    if (found.answered_at is not None or found.declined_at is not None) and not is_again:
        say(request, _("This form was answered before, or it ran out. Nothing was saved."))
        return _onward(request, case)
    first = paper.first_typing(found, seen_by=request.reader)
    if request.method != "POST":
        day = first.filled_on if first else local_day(request, clock.now())
        return _page(request, case, found, first, Typing(initial={"filled_on": day}))
    form = Typing(request.POST)
    if not form.is_valid():
        return _page(request, case, found, first, form, status=HTTPStatus.BAD_REQUEST)
    return _typed(request, case, found, first, form)


def _typed(request: Request, case: Any, asking: Any, first: Any, form: Typing) -> HttpResponse:
    submission = request.POST.get("submission", "")
    if not SUBMISSION.match(submission):
        submission = secrets.token_urlsafe(18)
    at, given = clock.now(), form.cleaned_data
    try:
        outcome = typing.type_form(
            asking=asking,
            text=given["typed"],
            filled_on=given["filled_on"],
            submission=submission,
            by=request.reader,
            at=at,
        )
    except typing.InvalidTyping as refusal:
        actions.tell_now(refusal.alerts, at)
        form.add_error("typed", _slip(asking, refusal))
        return _page(request, case, asking, first, form, alerts=refusal.alerts, status=400)
    except typing.NotThatDay as refusal:
        alerts = refusal.facts["alerts"]
        actions.tell_now(alerts, at)
        form.add_error("filled_on", _("Look at the day: it is to come, or too long ago."))
        return _page(request, case, asking, first, form, alerts=alerts, status=400)
    except (actions.Answered, actions.Expired):
        say(request, _("This form was answered before, or it ran out. Nothing was saved."))
        return _onward(request, case)
    if outcome.state == "differs":
        actions.tell_now(outcome.alerts, at)
        context = {"differing": _differing(asking, first, form), "alerts": outcome.alerts}
        return _page(request, case, asking, first, form, status=HTTPStatus.CONFLICT, **context)
    if outcome.recorded is not None:
        say_recorded(request, outcome.recorded, at)
        return _onward(request, case, outcome.recorded.response.pk)
    actions.tell_now(outcome.alerts, at)
    if outcome.alerts:
        say(request, _("An answer shows danger. The on-call team was told at %(time)s.")
            % {"time": clock_time(request, at)})  # fmt: skip
    if outcome.state == "same_person":
        say(request, _("Somebody else types it the second time. Nothing was changed."))
        return _onward(request, case)
    if typing.second_is_somebody_else():
        say(request, _("Kept at %(time)s. It counts once somebody else has typed it in, too.")
            % {"time": clock_time(request, at)})  # fmt: skip
        return _onward(request, case)
    return redirect(_here(request, case, asking))


def _here(request: Request, case: Any, asking: Any) -> str:
    url = reverse("practitioner:measure-type", args=[case.pk, asking.pk])
    return f"{url}?pile=1" if _is_pile(request) else url


def _is_pile(request: Request) -> bool:
    return "pile" in request.GET or "pile" in request.POST


def _onward(request: Request, case: Any, response: UUID | None = None) -> HttpResponse:
    """To the next form of a pile; else to what came of this one."""
    if _is_pile(request):
        return redirect("practitioner:paper-pile")
    if response is not None:
        return redirect("practitioner:measure-response", case.pk, response)
    return redirect("practitioner:case-measures", case.pk)


def _slip(asking: Any, refusal: typing.InvalidTyping) -> str:
    order = queries.instrument_of(asking).item_ids
    numbers = [str(order.index(item) + 1) for item in refusal.items if item in order]
    typed = refusal.typed
    if numbers:
        return _("No answer to question %(numbers)s. Nothing was kept.") % {
            "numbers": ", ".join(numbers)
        }
    if typed.least == typed.most:
        return ngettext(
            "%(given)s answer was typed, the form has %(most)s. Nothing was kept.",
            "%(given)s answers were typed, the form has %(most)s. Nothing was kept.",
            typed.given,
        ) % {"given": typed.given, "most": typed.most}
    return ngettext(
        "%(given)s answer was typed, the form has %(least)s to %(most)s. Nothing was kept.",
        "%(given)s answers were typed, the form has %(least)s to %(most)s. Nothing was kept.",
        typed.given,
    ) % {"given": typed.given, "least": typed.least, "most": typed.most}


def _differing(asking: Any, first: Any, form: Typing) -> list[dict[str, str]]:
    """What was typed the first time and now, where they differ."""
    instrument = queries.instrument_of(asking)
    rows = [
        {
            "number": str(instrument.item_ids.index(item) + 1),
            "first": _said(before),
            "now": _said(now),
        }
        for item, before, now in typing.compared(asking, first, form.cleaned_data["typed"])
    ]
    if first.filled_on != form.cleaned_data["filled_on"]:
        rows.append(
            {
                "number": "",
                "first": short_day(first.filled_on),
                "now": short_day(form.cleaned_data["filled_on"]),
            }
        )
    return rows


def _said(value: int | None) -> str:
    return "-" if value is None else str(value)


def _page(
    request: Request,
    case: Any,
    asking: Any,
    first: Any,
    form: Typing,
    *,
    alerts: Any = (),
    differing: Any = (),
    status: int = 200,
) -> HttpResponse:
    instrument = queries.instrument_of(asking)
    wording = queries.wording_of(asking, get_language() or "en")
    zone = ZoneInfo(asking.institution.zone)
    return case_page(
        request,
        "practitioner/measures/type.html",
        case,
        tab="measures",
        title=_("Type in %(name)s") % {"name": instrument.name},
        head=False,
        status=status,
        form=form,
        name=instrument.name,
        code=paper.code(asking),
        items=_items(instrument, wording),
        lang=wording.language,
        in_one=typing.is_typed_in_one(instrument),
        example=_example(instrument),
        second=first is not None,
        first=_("Typed in once on %(day)s by %(who)s.")
        % {"day": day_words(first.typed_at.astimezone(zone).date()), "who": first.written_by}
        if first
        else "",
        differing=differing,
        is_pile=_is_pile(request),
        submission=secrets.token_urlsafe(18),
        raised=[alert_facts(each) for each in alerts],
        forget_url=reverse("practitioner:measure-type-forget", args=[case.pk, asking.pk]),
        back_url=reverse("practitioner:paper-pile")
        if _is_pile(request)
        else reverse("practitioner:case-measures", args=[case.pk]),
    )


def _example(instrument: Any) -> str:
    """Such a line as is wanted: the answers of nobody."""
    values = [min(instrument.options[item.options]) for item in instrument.items]
    words = [str(value) for value in values[: typing.least_typed(instrument)]]
    if len(words) > 1:
        words[1] = "-"
    return ("" if typing.is_typed_in_one(instrument) else " ").join(words)


@access("asking", "C")
@require_POST
def forget(request: Request, pk: UUID, asking: UUID) -> HttpResponse:
    """The first typing was wrong: forget it, and begin again."""
    case = case_or_404(request, pk)
    found = asking_or_404(request, case, asking)
    typing.forget_typing(asking=found, by=request.reader, at=clock.now())
    say(request, _("The first typing is forgotten. Type the form in from the beginning."))
    return redirect(_here(request, case, found))


# -- a pile of them -----------------------------------------------------------------------------


@access("asking", "C")
@READ_OR_SEND
def pile(request: Request) -> HttpResponse:
    """Type in several people's forms, one after another, by the code on each."""
    form = Code(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        found = paper.of_code(typed, seen_by=request.reader)
        open_ = [found] if found else paper.open_of_circle(typed, seen_by=request.reader)
        open_ = [each for each in open_ if request.reader.may("C", each)]
        if len(open_) == 1:
            return redirect(_type_url(request, open_[0]))
        if open_:
            return _pile(request, form, open_)
        form.add_error("code", _("No form or case of yours has this code. Look at it again."))
    return _pile(request, form, [], 400 if form.is_bound else 200)


def _type_url(request: Request, asking: Any) -> str:
    case = cases.case_of(asking.circle_id, seen_by=request.reader)
    if case is None:
        raise Http404
    return reverse("practitioner:measure-type", args=[case.pk, asking.pk]) + "?pile=1"


def _pile(request: Request, form: Code, several: list[Any], status: int = 200) -> HttpResponse:
    rows = paper.half_typed(seen_by=request.reader)
    return render(
        request,
        "practitioner/measures/pile.html",
        {
            "crumbs": [{"label": _("Forms on paper")}],
            "form": form,
            "several": [_row(request, each, "") for each in several],
            "waiting": [
                _row(
                    request,
                    row.asking,
                    _("typed in once on %(day)s by %(who)s")
                    % {"day": day_words(local_day(request, row.typed_at)), "who": row.written_by},
                )
                for row in rows
            ],
            "second_is_somebody_else": typing.second_is_somebody_else(),
        },
        status=status,
    )


def _row(request: Request, asking: Any, text: str) -> dict[str, str]:
    return {
        "code": paper.code(asking),
        "name": queries.instrument_of(asking).name,
        "text": text,
        "url": _type_url(request, asking),
    }
