"""One alert: raised, taken, spoken about, closed with an outcome, looked at again."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.cases import queries as cases
from alongside.crisis import actions, queries, safety_plan
from alongside.crisis import care as assessments
from alongside.engine.risk import LEVELS, Outcome
from alongside.records import clock
from alongside.records.reader import Reader
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.letters import in_language
from alongside.web.parts.pages import Request, clock_time, list_moment, moment_words, say
from alongside.web.practitioner import care, crisis_known, crisis_next, safety
from alongside.web.practitioner import crisis_words as words
from alongside.web.practitioner.base import name_of
from alongside.web.practitioner.crisis_board import live
from alongside.web.practitioner.crisis_shown import account_name, is_mine, no_way_left, shown

A_MINUTE = timedelta(minutes=1)  # two clocks never quite agree

# -- raise one ------------------------------------------------------------------------------------


class Raise(Form):
    """What a colleague saw or heard."""

    level = forms.ChoiceField(label=gettext_lazy("How soon must somebody respond?"))
    seen = Text(
        label=gettext_lazy("What you saw or heard"),
        help_text=gettext_lazy("Facts, and who said what. Call the emergency number first."),
        max_length=2000,
        lines=4,
    )
    case = forms.ChoiceField(label=gettext_lazy("Whose case"), required=False)
    place = Text(
        label=gettext_lazy("Or where"),
        help_text=gettext_lazy("When it is about nobody’s case: a room, a street."),
        max_length=120,
        required=False,
    )


@access("alert", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def raise_alert(request: Request) -> HttpResponse:
    """Raise an alert for what somebody on the staff saw or heard."""
    reader, at = request.reader, clock.now()
    open_cases = {
        str(case.pk): case
        for case in cases.cases(seen_by=reader).exclude(state="closed")
        if reader.may_make("alert", institution=case.institution_id, circle=case.circle_id)
    }
    form = Raise(request.POST if request.method == "POST" else None)
    offer(form, "level", [(code, f"{code} · {words.LEVELS[code]}") for code in LEVELS])
    offer(
        form,
        "case",
        [("", _("Nobody’s case")), *((pk, name_of(case)) for pk, case in open_cases.items())],
    )
    if request.method == "POST" and form.is_valid():
        case = open_cases.get(form.cleaned_data["case"])
        homes = [case.institution_id] if case else sorted(reader.institutions)
        try:
            made = actions.raise_by_staff(
                level=form.cleaned_data["level"],
                seen=form.cleaned_data["seen"],
                circle=case.circle if case else None,
                place=form.cleaned_data["place"],
                institution=homes[0],
                by=reader,
                at=at,
            )
        except actions.NothingWritten:
            form.add_error("place", _("Say whose case it is, or where."))
        else:
            say(request, _("Raised at %(time)s.") % {"time": clock_time(request, at)})
            return redirect("practitioner:alert", pk=made.pk)
    return render(
        request,
        "practitioner/crisis/raise.html",
        {
            "form": form,
            "crumbs": [
                {"url": reverse("practitioner:crisis-board"), "label": _("Crisis board")},
                {"label": _("Raise an alert")},
            ],
        },
        status=400 if form.errors else 200,
    )


# -- one alert ------------------------------------------------------------------------------------


class Contact(Form):
    """One try to reach somebody, or a note."""

    method = forms.ChoiceField(
        label=gettext_lazy("How"), choices=list(words.METHODS.items()), widget=forms.RadioSelect
    )
    reached = forms.ChoiceField(
        label=gettext_lazy("Did you reach them?"),
        choices=[("no", gettext_lazy("No")), ("yes", gettext_lazy("Yes"))],
        widget=forms.RadioSelect,
        initial="no",
    )
    note = Text(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("Facts, and who said what. No means in detail."),
        max_length=4000,
        lines=4,
        required=False,
    )


def closing_form(outcome: Outcome) -> type[Form]:
    """The form for one outcome: the fields that content asks for."""
    fields: dict[str, forms.Field] = {}
    for each in outcome.fields:
        label = words.FIELDS.get(each.id, each.id)
        if each.kind == "choice":
            fields[each.id] = forms.ChoiceField(
                label=label,
                choices=[(choice, words.CHOICES.get(choice, choice)) for choice in each.choices],
                widget=forms.RadioSelect,
            )
        elif each.kind == "level":
            fields[each.id] = forms.ChoiceField(
                label=label,
                choices=[
                    ("", _("Choose one")),
                    *((code, f"{code} · {words.LEVELS[code]}") for code in LEVELS),
                ],
            )
        elif each.kind == "moment":
            fields[each.id] = forms.DateTimeField(
                label=label,
                widget=forms.DateTimeInput(
                    attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
                ),
                input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
                validators=[_ahead if each.id == "next_contact_at" else _passed],
            )
        else:
            lines = 4 if each.kind == "text" else 1
            fields[each.id] = Text(label=label, max_length=4000, lines=lines)
    return type("Closing", (Form,), fields)


def _ahead(given: datetime) -> None:
    if given <= clock.now():
        raise forms.ValidationError(_("This is in the past. Say when you speak next."))


def _passed(given: datetime) -> None:
    if given > clock.now() + A_MINUTE:
        raise forms.ValidationError(_("This is still to come. Say when it was."))


@access("alert", "R")
@require_safe
def alert(request: Request, pk: UUID) -> HttpResponse:
    """One alert with everything that happened to it."""
    return _page(request, _found(request, pk), Contact())


@access("alert", "E")
@require_POST
def take(request: Request, pk: UUID) -> HttpResponse:
    """*I have this.*"""
    found, at = _found(request, pk), clock.now()
    try:
        actions.acknowledge(alert=found, by=request.reader, at=at)
    except actions.AlreadyAcknowledged as refusal:
        say(
            request,
            _("%(name)s took this at %(time)s. You do not need to do anything.")
            % {
                "name": account_name(refusal.alert.acknowledged_by),
                "time": clock_time(request, refusal.alert.acknowledged_at or at),
            },
        )
        return redirect("practitioner:crisis-board")
    except actions.AlreadyClosed as refusal:
        return _was_closed(request, refusal.alert)
    say(request, _("You have this since %(time)s.") % {"time": clock_time(request, at)})
    return redirect("practitioner:alert", pk=pk)


@access("alert", "E")
@require_POST
def contact(request: Request, pk: UUID) -> HttpResponse:
    """Keep one try to reach somebody: by one press, or with what happened."""
    found, at = _found(request, pk), clock.now()
    pressed = crisis_next.touched(request.POST.get("touch", ""))
    form = Contact(
        request.POST
        if pressed is None
        else {"method": pressed[0], "reached": "yes" if pressed[1] else "no"}
    )
    if not form.is_valid():
        return _page(request, found, form, status=400)
    try:
        actions.record_contact(
            alert=found,
            method=form.cleaned_data["method"],
            reached=form.cleaned_data["reached"] == "yes",
            note=form.cleaned_data["note"],
            by=request.reader,
            at=at,
        )
    except actions.NothingWritten:
        form.add_error("note", _("A note needs words."))
        return _page(request, found, form, status=400)
    except actions.AlreadyAcknowledged as refusal:
        form.add_error(
            None,
            _("%(name)s has this. Call them before you go on.")
            % {"name": account_name(refusal.alert.acknowledged_by)},
        )
        return _page(request, found, form, status=409)
    except actions.AlreadyClosed as refusal:
        return _was_closed(request, refusal.alert)
    say(request, _("Saved at %(time)s.") % {"time": clock_time(request, at)})
    return redirect("practitioner:alert", pk=pk)


@access("alert", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: Request, pk: UUID, outcome: str) -> HttpResponse:
    """Close an alert with one outcome, and what it asks for."""
    found, at = _found(request, pk), clock.now()
    listed = catalogue.current().danger.outcomes.get(outcome)
    if listed is None:
        raise Http404
    mine = actions.outcomes_for(found, by=request.reader, at=at)
    kind = closing_form(listed)
    form = kind(
        request.POST if request.method == "POST" else None, initial=_known_already(request, found)
    )
    field = form.fields.get("safety_plan_or_transfer")
    if field is not None and _lacks_a_plan(request, found):
        field.help_text = _("No safety plan is written in this case yet.")
    if request.method == "POST" and form.is_valid():
        try:
            actions.close_alert(
                alert=found,
                outcome=outcome,
                fields={name: _kept(value) for name, value in form.cleaned_data.items()},
                by=request.reader,
                at=at,
            )
        except actions.MissingFields as refusal:
            for name in refusal.fields:
                form.add_error(name, _("Fill this in to close."))
        except actions.NotAClinician:
            form.add_error(None, words.NAMED_CLINICIAN)
        except actions.CanBeReached:
            form.add_error(None, _("They left a way to reach them. Try it first."))
        except actions.AlreadyClosed as refusal:
            return _was_closed(request, refusal.alert)
        else:
            say(request, _("Closed at %(time)s.") % {"time": clock_time(request, at)})
            return redirect("practitioner:alert", pk=pk)
    return render(
        request,
        "practitioner/crisis/close.html",
        {
            "alert": found,
            "title": words.title(found),
            "outcome": words.OUTCOMES.get(outcome, outcome),
            "meaning": in_language(listed.meaning),
            "clinician": bool(listed.closed_by),
            "only": "" if outcome in mine else words.NAMED_CLINICIAN,
            "form": form,
            "crumbs": _crumbs(found, _("Close")),
        },
        status=400 if form.errors else 200,
    )


@access("alert", "E")
@require_POST
def no_way(request: Request, pk: UUID) -> HttpResponse:
    """Close: no way to reach. One press, because the numbers were shown."""
    found, at = _found(request, pk), clock.now()
    try:
        actions.close_alert(alert=found, outcome="no_way_to_reach", by=request.reader, at=at)
    except actions.CanBeReached:
        say(request, _("They left a way to reach them meanwhile. It is still open."))
        return redirect("practitioner:alert", pk=pk)
    except actions.AlreadyClosed as refusal:
        return _was_closed(request, refusal.alert)
    say(
        request,
        _("Closed at %(time)s: no way to reach. The numbers to call were shown.")
        % {"time": clock_time(request, at)},
    )
    return redirect("practitioner:crisis-board")


@access("alert", "E")
@require_POST
def confirm(request: Request, pk: UUID) -> HttpResponse:
    """A second person looked again."""
    found, at = _found(request, pk), clock.now()
    try:
        actions.confirm_close(alert=found, by=request.reader, at=at)
    except actions.OwnWork:
        say(request, _("You closed this yourself. Somebody else looks again."))
    except actions.NotClosed:
        say(request, _("This is open again. There is nothing to confirm."))
    else:
        say(request, _("Confirmed at %(time)s.") % {"time": clock_time(request, at)})
    return redirect("practitioner:alert", pk=pk)


def _lacks_a_plan(request: Request, found: Any) -> bool:
    circle = found.circle_id
    return circle is not None and safety_plan.plan_of(circle, seen_by=request.reader) is None


def _found(request: Request, pk: UUID) -> Any:
    return get_object_or_404(queries.alerts(seen_by=request.reader), pk=pk)


def _was_closed(request: Request, closed: Any) -> HttpResponse:
    say(
        request,
        _("%(name)s closed this at %(time)s.")
        % {"name": account_name(closed.closed_by), "time": clock_time(request, closed.closed_at)},
    )
    return redirect("practitioner:alert", pk=closed.pk)


def _page(request: Request, found: Any, form: Contact, *, status: int = 200) -> HttpResponse:
    reader, at = request.reader, clock.now()
    told = queries.told([found], seen_by=reader).get(found.pk, [])
    may = reader.may("E", found)
    circle = _circle_of(found)
    item = shown(request, found, at, told, to_act=may)
    waiting = [each for each in queries.board(seen_by=reader) if each.acknowledged_at is None]
    return render(
        request,
        "practitioner/crisis/alert.html",
        {
            "item": item | {"links": [], "calls": []} if may else {"alert": item["alert"]},
            "page_title": words.title(found),
            "facts": _facts(request, found),
            "written": _written(request, found.outcome_note),
            "calls": crisis_known.calls(request, found, at),
            "script": crisis_known.script(found) if found.closed_at is None else [],
            "script_open": is_mine(request, found) and found.engaged_at is None,
            "known": crisis_known.known(request, found, circle, at),
            "care": care.on_alert(request, found),
            "plan": safety.on_alert(request, circle),
            "said": found.concern.words if found.concern is not None else "",
            "sent": _sent(request, found),
            "entries": _entries(request, found),
            "contacts": [
                {
                    "title": words.METHODS.get(each.method, each.method),
                    "text": " · ".join(
                        filter(None, (account_name(each.account), words.said_of_a_try(each.note)))
                    ),
                    "tag": _reached(each),
                    "when": list_moment(request, each.at),
                }
                for each in queries.contacts(found, seen_by=reader)
            ],
            "form": form,
            "is_open": found.closed_at is None,
            "may": may,
            "outcomes": _outcomes(found, reader, at) if found.closed_at is None else [],
            "confirm": may
            and found.closed_at is not None
            and found.close_confirmed_at is None
            and found.closed_by_id != reader.account_id
            and catalogue.current().danger.levels[found.level].second_person_within is not None,
            "emergency_first": found.closed_at is None
            and catalogue.current().danger.levels[found.level].emergency_first,
            "others_wait": sum(each.pk != found.pk for each in waiting),
            "crumbs": _crumbs(found),
            **live(request, waiting, at),
        },
        status=status,
    )


def _sent(request: Request, found: Any) -> list[dict[str, str]]:
    """Who was told by which ways, and whether it went out."""
    rows: dict[str, list[str]] = {}
    for each in queries.sent(found, seen_by=request.reader):
        said = words.SENT[each.state] % {
            "way": words.WAYS.get(each.way, each.way),
            "time": clock_time(request, each.at),
        }
        rows.setdefault(each.who or str(words.RECIPIENTS["fallback"]), []).append(said)
    return [{"title": who, "text": " · ".join(ways)} for who, ways in rows.items()]


def _known_already(request: Request, found: Any) -> dict[str, str]:
    """What the guided assessment and the plan say already, to begin a closing form with."""
    known = {}
    last = assessments.last_assessment(found, seen_by=request.reader)
    if last is not None:
        known["triage_code"] = last.level
    plan = safety.on_alert(request, _circle_of(found))
    if plan is not None and plan["steps"]:
        known["safety_plan_or_transfer"] = "safety_plan"
    return known


def _circle_of(found: Any) -> Any:
    return found.circle_id or (found.concern.circle_id if found.concern is not None else None)


def _facts(request: Request, found: Any) -> list[dict[str, Any]]:
    said, asked = words.fact(found)
    facts = [{"term": _("What was found"), "text": said}]
    if asked:
        facts.append({"term": _("Asked"), "text": asked})
    facts.append({"term": _("Rule"), "text": found.rule})
    if found.concern is not None and found.concern.about_alias:
        facts.append({"term": _("About"), "text": found.concern.about_alias})
    if found.closed_at is not None:
        facts.append(
            {
                "term": _("Closed"),
                "text": _("%(outcome)s, %(when)s by %(who)s")
                % {
                    "outcome": words.OUTCOMES.get(found.outcome, found.outcome),
                    "when": moment_words(request, found.closed_at),
                    "who": account_name(found.closed_by),
                },
            }
        )
    return facts


def _reached(each: Any) -> str:
    if each.method == "note" and not each.reached:
        return ""  # nobody was tried
    return _("reached") if each.reached else _("not reached")


def _written(request: Request, note: str) -> list[dict[str, str]]:
    """What was filled in to close an alert, each under the label it was asked by."""
    rows = []
    for name, value in (json.loads(note) if note else {}).items():
        text = str(words.CHOICES.get(value, value))
        if name == "triage_code":
            text = _level(value)
        elif name.endswith("_at"):
            with suppress(ValueError):
                when = datetime.fromisoformat(value)
                text = moment_words(request, when) if when.tzinfo else text
        rows.append({"term": str(words.FIELDS.get(name, name)), "text": text})
    return rows


def _level(code: str) -> str:
    return f"{code} · {words.LEVELS[code]}" if code in words.LEVELS else code


def _entries(request: Request, found: Any) -> list[dict[str, Any]]:
    """The time line, oldest first."""
    entries = []
    for moment in queries.time_line(found, seen_by=request.reader):
        written = _written(request, moment.note) if moment.kind == "closed_with" else []
        note = {
            "told": words.RECIPIENTS.get(moment.note, moment.note),
            "acknowledged": _("with the code of a message") if moment.note == "code" else "",
            "contact": words.METHODS.get(moment.note, moment.note),
            "reopened": words.BECAUSE.get(moment.note, moment.note),
            "closed": words.OUTCOMES.get(moment.note, moment.note),
            "lowered": moment.note,
            "raised_higher": _level(moment.note),
            "closed_with": " · ".join(f"{each['term']}: {each['text']}" for each in written),
        }.get(moment.kind, words.WAYS.get(moment.way, ""))
        entries.append(
            {
                "iso": moment.at.isoformat(),
                "when": list_moment(request, moment.at),
                "title": words.EVENTS.get(moment.kind, moment.kind),
                "text": " · ".join(str(part) for part in (moment.who, note) if part),
                "key": moment.kind in {"raised", "acknowledged", "reopened", "closed"},
            }
        )
    return entries


def _outcomes(found: Any, reader: Reader, at: datetime) -> list[dict[str, Any]]:
    """The ways this one can end; one that is for others says for whom and leads nowhere."""
    rows, mine = [], actions.outcomes_for(found, by=reader, at=at)
    for outcome in catalogue.current().danger.outcomes.values():
        if outcome.only_unreachable and not no_way_left(found):
            continue
        number = len(outcome.fields)
        row: dict[str, Any] = {"title": words.OUTCOMES.get(outcome.id, outcome.id)}
        if outcome.id not in mine:
            row["text"] = words.NAMED_CLINICIAN
        else:
            row["url"] = reverse("practitioner:alert-close", args=[found.pk, outcome.id])
            row["text"] = _("Nothing to fill in")
            if number:
                said = ngettext("%(n)s thing to fill in", "%(n)s things to fill in", number)
                row["text"] = said % {"n": number}
        rows.append(row)
    return rows


def _crumbs(found: Any, here: str = "") -> list[dict[str, str]]:
    crumbs = [{"url": reverse("practitioner:crisis-board"), "label": _("Crisis board")}]
    if here:
        crumbs.append(
            {"url": reverse("practitioner:alert", args=[found.pk]), "label": _("One alert")}
        )
    return [*crumbs, {"label": here or _("One alert")}]


def _kept(value: Any) -> str:
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value)
