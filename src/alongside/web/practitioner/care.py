"""Care in and after a crisis: a guided talk, a hand-over by name, contacts, review, debrief."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.crisis import actions as crisis
from alongside.crisis import care, queries
from alongside.engine.risk import LEVELS
from alongside.records import clock
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import (
    Request,
    clock_time,
    list_moment,
    moment_words,
    saved,
    say,
    seen_by_whom,
)
from alongside.web.practitioner import crisis_known
from alongside.web.practitioner import crisis_words as words
from alongside.web.practitioner.base import case_or_404, case_page
from alongside.web.practitioner.crisis_shown import account_name

OUTCOMES: Mapping[str, Any] = {
    "reached": gettext_lazy("Reached"),
    "not_reached": gettext_lazy("Not reached: we try again"),
    "every_way_tried": gettext_lazy("Every way tried, nobody reached"),
    "declined": gettext_lazy("They want no more contacts"),
    "moot": gettext_lazy("No longer needed"),
}
TITLES: Mapping[str, Any] = {
    "assessment": gettext_lazy("Guided assessment"),
    "review": gettext_lazy("Review"),
    "debrief": gettext_lazy("How it was for the staff"),
}


class Guided(Form):
    """The questions of one form of content; each can be skipped."""

    def __init__(self, *args: Any, asked: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        language = get_language() or "en"
        for question in asked.questions:
            label, hint = question.words(language), question.small(language)
            if question.answers:
                self.fields[f"q_{question.id}"] = forms.ChoiceField(
                    label=label,
                    help_text=hint,
                    required=False,
                    widget=forms.RadioSelect,
                    choices=[(a.id, a.words(language)) for a in question.answers],
                )
            else:
                self.fields[f"q_{question.id}"] = Text(
                    label=label, help_text=hint, max_length=4000, lines=3, required=False
                )

    def answers(self) -> dict[str, str | None]:
        """What was answered, by question; a question that was skipped is None."""
        return {q.id: self.cleaned_data[f"q_{q.id}"] or None for q in self.asked.questions}


class Assess(Guided):
    """The assessment ends in a level, chosen by who asked."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"] = forms.ChoiceField(
            label=_("How soon must somebody respond?"),
            help_text=_("You decide. This says how fast, and predicts nothing."),
            choices=[
                ("", _("Choose one")),
                *((code, f"{code} · {words.LEVELS[code]}") for code in LEVELS),
            ],
        )
        self.fields["reason"] = Text(
            label=_("Why less urgent than the answers call for"),
            help_text=_("Only if it is less urgent."),
            max_length=1000,
            lines=2,
            required=False,
        )


class HandTo(Form):
    """To whom, and what was said."""

    to = forms.ChoiceField(label=gettext_lazy("Handed to"))
    note = Text(
        label=gettext_lazy("What you told them"),
        help_text=gettext_lazy(
            "Speak with them first. What happened, what was done, what is next."
        ),
        max_length=4000,
        lines=4,
    )


class Contacted(Form):
    """How a contact went."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("How it went"),
        choices=[(word, OUTCOMES[word]) for word in care.OUTCOMES],
        widget=forms.RadioSelect,
    )
    note = Text(
        label=gettext_lazy("What was said, or what was tried"),
        max_length=2000,
        lines=2,
        required=False,
    )


# -- on an alert ----------------------------------------------------------------------------------


@access("alert", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def assess(request: Request, pk: UUID) -> HttpResponse:
    """A guided talk about safety that ends in a level."""
    alert, at = _alert(request, pk), clock.now()
    asked = catalogue.current().crisis_form("assessment")
    form = Assess(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        try:
            care.assess(
                alert=alert,
                answers=form.answers(),
                level=form.cleaned_data["level"],
                reason=form.cleaned_data["reason"],
                by=request.reader,
                at=at,
            )
        except care.NeedsReason as refusal:
            form.add_error(
                "reason",
                _("The answers call for %(level)s at least. Say why less, or choose %(level)s.")
                % {"level": refusal.level},
            )
        except care.NothingWritten:
            form.add_error(None, _("Answer at least one question."))
        except (crisis.AlreadyClosed, crisis.AlreadyAcknowledged) as refusal:
            _meanwhile(request, refusal)
            return redirect("practitioner:alert", pk=pk)
        else:
            saved(request, at)
            return redirect("practitioner:alert", pk=pk)
    return _guided(request, alert, asked, form)


@access("alert", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: Request, pk: UUID) -> HttpResponse:
    """The review after a crisis."""
    alert, at = _alert(request, pk), clock.now()
    asked = catalogue.current().crisis_form("review")
    form = Guided(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        try:
            care.review(alert=alert, answers=form.answers(), by=request.reader, at=at)
        except care.NothingWritten:
            form.add_error(None, _("Answer at least one question."))
        except crisis.NotClosed:
            say(request, _("The alert is still open. The review comes after it."))
            return redirect("practitioner:alert", pk=pk)
        else:
            saved(request, at)
            return redirect("practitioner:alert", pk=pk)
    return _guided(request, alert, asked, form)


@access("debrief", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def debrief(request: Request, pk: UUID) -> HttpResponse:
    """How it was for somebody who was on the alert: theirs, and their supervisor's to read."""
    alert, at = care.alert_of_mine(pk, seen_by=request.reader), clock.now()
    if alert is None:
        raise Http404
    asked = catalogue.current().crisis_form("debrief")
    form = Guided(request.POST if request.method == "POST" else None, asked=asked)
    if request.method == "POST" and form.is_valid():
        try:
            care.debrief(alert=alert, answers=form.answers(), by=request.reader, at=at)
        except care.NothingWritten:
            form.add_error(None, _("Answer at least one question."))
        else:
            saved(request, at)
            return redirect("practitioner:today")
    return _guided(request, None, asked, form)


def _guided(request: Request, alert: Any, asked: Any, form: Guided) -> HttpResponse:
    language = get_language() or "en"
    title = asked.name(language)
    crumbs = [{"url": reverse("practitioner:crisis-board"), "label": _("Crisis board")}]
    if alert is not None:
        url = reverse("practitioner:alert", args=[alert.pk])
        crumbs.append({"url": url, "label": _("One alert")})
    return render(
        request,
        "practitioner/care/guided.html",
        {
            "title": title,
            "about": words.title(alert) if alert is not None else "",
            "before": asked.introduction(language),
            "form": form,
            "questions": [form[name] for name in form.fields if name.startswith("q_")],
            "ends": [form[name] for name in ("level", "reason") if name in form.fields],
            "source": asked.source.removeprefix("SOURCE.md: "),
            "checked": asked.checked,
            "crumbs": [*crumbs, {"label": title}],
        },
        status=400 if form.errors else 200,
    )


@access("alert", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: Request, pk: UUID) -> HttpResponse:
    """Hand the alert to a named colleague, after speaking with them."""
    alert, at = _alert(request, pk), clock.now()
    people = {str(a.pk): a for a in care.colleagues(alert, seen_by=request.reader, at=at)}
    form = HandTo(request.POST if request.method == "POST" else None)
    offer(form, "to", [("", _("Choose one")), *((id, a.name) for id, a in people.items())])
    if request.method == "POST" and form.is_valid():
        to = people[form.cleaned_data["to"]]
        try:
            care.hand_over(
                alert=alert, to=to, note=form.cleaned_data["note"], by=request.reader, at=at
            )
        except care.NotAColleague:
            form.add_error("to", _("They cannot have this alert. Choose somebody else."))
        except (crisis.AlreadyClosed, crisis.AlreadyAcknowledged) as refusal:
            _meanwhile(request, refusal)
            return redirect("practitioner:alert", pk=pk)
        else:
            holder = _alert(request, pk).acknowledged_by
            said = _("Handed on at %(time)s. %(holder)s has it until %(name)s accepts.")
            if holder.pk == request.reader.account_id:
                said = _("Handed on at %(time)s. You have it until %(name)s accepts.")
            names = {"holder": account_name(holder), "name": account_name(to)}
            say(request, said % {"time": clock_time(request, at), **names})
            return redirect("practitioner:alert", pk=pk)
    return render(
        request,
        "practitioner/care/hand_over.html",
        {
            "about": words.title(alert),
            "form": form,
            "back_url": reverse("practitioner:alert", args=[pk]),
            "crumbs": [
                {"url": reverse("practitioner:crisis-board"), "label": _("Crisis board")},
                {"url": reverse("practitioner:alert", args=[pk]), "label": _("One alert")},
                {"label": _("Hand it over")},
            ],
        },
        status=400 if form.errors else 200,
    )


@access("alert", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def answer_hand_over(request: Request, pk: UUID) -> HttpResponse:
    """*I have it now*, by the receiver; or *I keep it*, by who gave it. Opening it leads there."""
    hand, at = care.hand_over_to_me(pk, seen_by=request.reader), clock.now()
    if hand is None:
        raise Http404
    if request.method != "POST":
        return redirect("practitioner:alert", pk=hand.alert_id)
    answer = care.accept if request.POST.get("answer") == "accept" else care.take_back
    try:
        answer(hand=hand, by=request.reader, at=at)
    except care.NotToYou:
        say(request, _("This was handed to somebody else."))
    except (care.OverAlready, crisis.AlreadyClosed):
        say(request, _("That is over already. Nothing was changed."))
    else:
        say(request, _("You have this since %(time)s.") % {"time": clock_time(request, at)})
    return redirect("practitioner:alert", pk=hand.alert_id)


def on_alert(request: Request, alert: Any) -> dict[str, Any]:
    """What ``_on_alert.html`` shows of the care around an alert."""
    reader, language = request.reader, get_language() or "en"
    level = catalogue.current().danger.levels[alert.level]
    is_open, may = alert.closed_at is None, reader.may("E", alert)
    hands = list(care.hand_overs(alert, seen_by=reader))
    waiting = next((h for h in hands if h.accepted_at is None and h.ended_at is None), None)
    links = []
    if may and is_open:
        links = [
            {"url": reverse("practitioner:alert-assess", args=[alert.pk]),
             "label": _("Ask about safety, step by step")},
            {"url": reverse("practitioner:alert-hand-over", args=[alert.pk]),
             "label": _("Hand it over")},
        ]  # fmt: skip
    elif may:
        links = [
            {"url": reverse("practitioner:alert-review", args=[alert.pk]),
             "label": _("Write the review")},
        ]  # fmt: skip
    return {
        "face_to_face": words.FACE_TO_FACE.get(level.face_to_face, level.face_to_face),
        "links": links,
        "forms": [_form_row(request, row, language) for row in care.forms(alert, seen_by=reader)],
        "hand_overs": [
            {
                "title": _("%(from)s to %(to)s") % {"from": h.given_by.name, "to": h.given_to.name},
                "text": h.note,
                "tag": _("accepted") if h.accepted_at else _("ended") if h.ended_at else _("waits"),
                "tag_kind": "moss" if h.accepted_at else "" if h.ended_at else "lamp",
                "when": list_moment(request, h.accepted_at or h.given_at),
            }
            for h in hands
        ],
        "waiting": None
        if waiting is None
        else {
            "url": reverse("practitioner:hand-over-answer", args=[waiting.pk]),
            "from": waiting.given_by.name,
            "to": waiting.given_to.name,
            "holder": account_name(alert.acknowledged_by) if alert.acknowledged_at else "",
            "accept_by": clock_time(request, waiting.accept_by),
            "to_me": waiting.given_to_id == reader.account_id,
            "from_me": waiting.given_by_id == reader.account_id,
        },
        "after": [_due_row(request, row, language) for row in _of(request, alert)],
    }


def _of(request: Request, alert: Any) -> Any:
    return care.follow_ups(seen_by=request.reader).filter(alert=alert)


def _form_row(request: Request, row: Any, language: str) -> dict[str, Any]:
    asked = catalogue.current().crisis_form(row.form)
    said = []
    for id, value in care.answers_of(row).items():
        question = asked.question(id)
        if value is None or question is None:
            continue
        answer = question.answer(value)
        text = answer.words(language) if answer else value
        said.append({"term": question.words(language), "text": text})
    return {
        "title": TITLES[row.kind],
        "tag": f"{row.level} · {words.LEVELS[row.level]}" if row.level else "",
        "reason": row.reason,
        "who": _("%(who)s, %(when)s")
        % {"who": row.written_by, "when": moment_words(request, row.made_at)},
        "facts": said,
    }


# -- after a crisis -------------------------------------------------------------------------------


@access("follow_up", "R")
@require_safe
def after(request: Request, pk: UUID) -> HttpResponse:
    """What is due after a crisis in one case, and how each contact went."""
    return _after(request, case_or_404(request, pk))


@access("follow_up", "E")
@require_POST
def record(request: Request, pk: UUID, row: UUID) -> HttpResponse:
    """Keep how one contact went."""
    case, at = case_or_404(request, pk), clock.now()
    rows = care.follow_ups(seen_by=request.reader, circle=case.circle_id)
    found = get_object_or_404(rows, pk=row)
    form = Contacted(request.POST, auto_id=f"f_{row}_%s")
    if form.is_valid():
        try:
            care.record_follow_up(row=found, by=request.reader, at=at, **form.cleaned_data)
        except care.NothingWritten:
            words = (
                _("Say why, such as that they moved.")
                if form.cleaned_data["outcome"] == "moot"
                else _("Say which ways you tried.")
            )
            form.add_error("note", words)
        except care.OverAlready:
            say(request, _("Somebody did this before. You do not need to do anything."))
            return redirect("practitioner:case-after", pk=pk)
        else:
            saved(request, at)
            return redirect("practitioner:case-after", pk=pk)
    return _after(request, case, status=400, failed=(row, form))


def _after(request: Request, case: Any, *, status: int = 200, failed: Any = None) -> HttpResponse:
    language = get_language() or "en"
    rows = []
    for row in care.follow_ups(seen_by=request.reader, circle=case.circle_id):
        form = None
        if row.done_at is None and request.reader.may("E", row):
            form = Contacted(auto_id=f"f_{row.pk}_%s")
            if failed is not None and failed[0] == row.pk:
                form = failed[1]
        rows.append({**_due_row(request, row, language), "pk": row.pk, "form": form})
    return case_page(
        request,
        "practitioner/care/after.html",
        case,
        tab="after",
        status=status,
        rows=rows,
        next_pk=next((row["pk"] for row in rows if row["form"] is not None), None),
        calls=crisis_known.reach(request, case.circle.focus_id, str(case.circle.focus)),
        seen=seen_by_whom(request, "follow_up", case.circle_id),
    )


def _due_row(request: Request, row: Any, language: str) -> dict[str, Any]:
    step = catalogue.current().follow_up(row.plan).step(row.step)
    late = row.done_at is None and row.due_at < clock.now()
    tries = [
        _("%(when)s: tried by %(who)s. %(note)s")
        % {
            "when": list_moment(request, datetime.fromisoformat(each["at"])),
            "who": each["by"],
            "note": each["note"],
        }
        for each in care.tries_of(row)
    ]
    is_review = step is not None and step.kind == "review"
    ended = _("Written") if is_review and row.outcome == "reached" else OUTCOMES.get(row.outcome)
    return {
        "title": step.words(language) if step else row.step,
        "text": " ".join([*tries, row.note]).strip(),
        "tag": ended if ended else _("Overdue") if late else _("Due"),
        "tag_kind": "moss" if row.outcome == "reached" else "lamp" if late else "",
        "when": list_moment(request, row.done_at)
        if row.done_at
        else _("%(start)s to %(end)s")
        % {
            "start": list_moment(request, row.from_at),
            "end": list_moment(request, row.due_at),
        },
        "review_url": reverse("practitioner:alert-review", args=[row.alert_id])
        if is_review and row.done_at is None
        else "",
    }


def _alert(request: Request, pk: UUID) -> Any:
    return get_object_or_404(queries.alerts(seen_by=request.reader), pk=pk)


def _meanwhile(request: Request, refusal: Any) -> None:
    alert = refusal.alert
    who = alert.closed_by if alert.closed_at else alert.acknowledged_by
    name = (who.name or who.email) if who is not None else ""
    if alert.closed_at:
        say(request, _("%(name)s closed this meanwhile.") % {"name": name})
    else:
        say(request, _("%(name)s has this. Call them before you go on.") % {"name": name})
