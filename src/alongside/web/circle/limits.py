"""My limits and offers: written alone, shared when I choose, looked at each week without blame."""

from __future__ import annotations

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
from alongside.catalogue.meetings import in_language
from alongside.meetings import boundaries, own
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.circle.base import own_place
from alongside.web.circle.meeting import asked_for, meeting_of
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.meeting_words import limit_sentence
from alongside.web.parts.pages import (
    Request,
    day_words,
    list_moment,
    local_day,
    saved,
    say,
    seen_by_whom,
    two_texts,
)

BASE = "parts/base_circle.html"
KINDS = {"limit": gettext_lazy("My limit"), "offer": gettext_lazy("My offer")}


class Write(Form):
    """A limit or an offer, in the writer's own words."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"),
        choices=[
            ("limit", gettext_lazy("A limit: what I do if something happens")),
            ("offer", gettext_lazy("An offer: help I give, whatever they say")),
        ],
        widget=forms.RadioSelect,
        initial="limit",
    )
    topic = forms.ChoiceField(label=gettext_lazy("About"))
    happens = Text(
        label=gettext_lazy("If …"),
        help_text=gettext_lazy("What you can see. For an offer you can leave it empty."),
        max_length=600,
        lines=2,
        required=False,
    )
    will = Text(
        label=gettext_lazy("I will …"),
        help_text=gettext_lazy("Something you do. Small is better than big."),
        max_length=600,
        lines=2,
    )
    because = Text(
        label=gettext_lazy("Because …"),
        help_text=gettext_lazy("What matters to you."),
        max_length=600,
        lines=2,
        required=False,
    )
    can_keep = Text(
        label=gettext_lazy("I can keep this because …"), max_length=600, lines=2, required=False
    )
    starts_on = forms.DateField(
        label=gettext_lazy("From this day on"),
        help_text=gettext_lazy("You can leave this empty."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )
    checks = forms.MultipleChoiceField(
        label=gettext_lazy("Is all of this true? Tick what is."),
        help_text=gettext_lazy("For a limit. If one is not true, talk with who leads."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        content, language = catalogue.current().meetings.limits, get_language() or "en"
        for name, words in (("topic", content.topics), ("checks", content.checks)):
            offer(self, name, [(each.id, in_language(each.text, language)) for each in words])

    def words(self) -> dict[str, str]:
        """What was written, by the names of the action."""
        return {name: self.cleaned_data[name] for name in boundaries.WORDS}


class Look(Form):
    """How it went this week."""

    went = forms.ChoiceField(label=gettext_lazy("How did it go?"), widget=forms.RadioSelect)
    words = Text(
        label=gettext_lazy("What helped, or what made it hard?"),
        max_length=1000,
        lines=3,
        required=False,
    )
    wants_call = forms.BooleanField(
        label=gettext_lazy("I would like a call"),
        help_text=gettext_lazy("Who leads is told that you want one, and no word of this."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        replies = catalogue.current().meetings.limits.replies
        offer(self, "went", [(each.id, in_language(each.text, language)) for each in replies])


def meeting_for(request: Request, place: Any, rows: Any) -> Any:
    """The meeting the reader has a part in, or else that of what they wrote, which stays theirs."""
    found = meeting_of(request, place)
    if found is not None:
        return found
    row = rows.first()
    if row is not None:
        return row.meeting
    if request.method != "POST":
        raise Http404
    return asked_for(request, place)


def _own(request: Request, place: Any) -> Any:
    return own.boundaries(seen_by=request.reader, circle=place.circle_id, person=place.person_id)


def is_due(request: Request, place: Any) -> bool:
    """Is it time to look at one of the reader's limits again?"""
    today = local_day(request, clock.now())
    return any(
        day is not None and day <= today
        for row in _own(request, place)
        if (day := _next(request, row)) is not None
    )


def _next(request: Request, row: Any) -> Any:
    last = own.looks(row, seen_by=request.reader).first()
    zone = row.institution.zone
    return own.next_look(row, last=last.looked_at if last else None, zone=zone)


def state_of(row: Any) -> tuple[str, str, str]:
    """Where it stands, in words, with the kind and the sign of its mark."""
    if row.ended_at is not None:
        return _("Ended"), "", "circle-check"
    if row.read_out:
        return _("May be read after a no"), "pen", "send"
    if row.shared_with_lead_at is not None:
        return _("Shared with who leads"), "pen", "send"
    return _("Only you"), "heather", "lock"


@access("boundary", "R")
@require_safe
def listing(request: Request, circle: UUID) -> HttpResponse:
    """My limits and offers, where each stands, and how it went."""
    place = own_place(request, circle)
    rows = _own(request, place)
    meeting = meeting_for(request, place, rows)
    today, language = local_day(request, clock.now()), get_language() or "en"
    content = catalogue.current().meetings.limits
    replies = {each.id: each for each in content.replies}
    shown = []
    for row in rows:
        words, kind, sign = state_of(row)
        due = _next(request, row)
        shown.append(
            {
                "row": row,
                "kind": KINDS[row.kind],
                "sentence": limit_sentence(row),
                "state": {"text": words, "kind": kind, "icon": sign},
                "missing": bool(boundaries.missing_checks(row)),
                "due": due is not None and due <= today,
                "next": day_words(due) if due is not None and due > today else "",
                "looks": [
                    {
                        "title": in_language(replies[look.went].text, language)
                        if look.went in replies
                        else look.went,
                        "text": look.words,
                        "when": list_moment(request, look.looked_at),
                    }
                    for look in own.looks(row, seen_by=request.reader)[:8]
                ],
            }
        )
    return render(
        request,
        "circle/limits/list.html",
        {
            "place": place,
            "rows": shown,
            "lead": meeting.lead.person.name,
            "before": in_language(content.before, language),
            "never": in_language(content.never, language),
            "seen": _("Only you can see this. No one reads it until you share it."),
            "back": _back(request, place),
        },
    )


def _back(request: Request, place: Any) -> str:
    name = "circle:meeting" if meeting_of(request, place) else "circle:plan"
    return reverse(name, args=[place.circle_id])


@access("boundary", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request, circle: UUID) -> HttpResponse:
    """Write a limit or an offer."""
    return _write(request, own_place(request, circle), None)


@access("boundary", "E")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """Change one of mine."""
    place = own_place(request, circle)
    return _write(request, place, get_object_or_404(_own(request, place), pk=pk))


def _write(request: Request, place: Any, row: Any) -> HttpResponse:
    meeting = meeting_for(request, place, _own(request, place))
    names = ("version", "kind", "topic", "starts_on", "checks", *boundaries.WORDS)
    initial = {name: getattr(row, name) for name in names} if row is not None else {}
    form = Write(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        try:
            boundaries.save(
                meeting=meeting,
                person=place.person,
                kind=given["kind"],
                topic=given["topic"],
                words=form.words(),
                checks=given["checks"],
                starts_on=given["starts_on"],
                boundary=row,
                expected=given["version"] or 0,
                by=request.reader,
                at=at,
            )
        except boundaries.NothingSaid as refusal:
            form.add_error(refusal.field, _("Write what happens, or choose an offer."))
        except boundaries.HasEnded:
            form.add_error(None, _("This has ended. Write a new one."))
        except StaleVersion as stale:
            return _stale(request, place, form, stale.current)
        else:
            saved(request, at)
            return redirect("circle:limits", circle=place.circle_id)
    language, content = get_language() or "en", catalogue.current().meetings.limits
    return render(
        request,
        "circle/limits/write.html",
        {
            "form": form,
            "is_new": row is None,
            "never": in_language(content.never, language),
            "seen": _("Only you can see this. No one reads it until you share it.")
            if row is None or row.shared_with_lead_at is None
            else seen_by_whom(request, "boundary", place.circle_id),
            "back": reverse("circle:limits", args=[place.circle_id]),
        },
        status=400 if form.errors else 200,
    )


def _stale(request: Request, place: Any, form: Any, current: Any) -> HttpResponse:
    given = form.cleaned_data
    day = given["starts_on"]
    return two_texts(
        request,
        base=BASE,
        pairs=[
            (name, str(form.fields[name].label), given[name], getattr(current, name))
            for name in boundaries.WORDS
        ],
        same=[
            ("kind", given["kind"]),
            ("topic", given["topic"]),
            ("starts_on", day.isoformat() if day else ""),
            *(("checks", check) for check in given["checks"]),
        ],
        version=current.version,
        keep_url=reverse("circle:limits", args=[place.circle_id]),
        by_myself=True,
    )


@access("boundary", "E")
@require_POST
def move(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """Share it, have it read after a no, take it back, or end it."""
    place = own_place(request, circle)
    row = get_object_or_404(_own(request, place), pk=pk)
    at, word = clock.now(), request.POST.get("do", "")
    try:
        if word in {"share", "read"}:
            boundaries.share(
                boundary=row,
                read_out=word == "read",
                expected=row.version,
                by=request.reader,
                at=at,
            )
        elif word == "back":
            boundaries.take_back(boundary=row, by=request.reader, at=at)
        elif word == "end":
            boundaries.end(boundary=row, by=request.reader, at=at)
        else:
            raise Http404
    except boundaries.NotYetSafe:
        say(request, _("Not yet: look at the boxes of this limit. Each has to be true first."))
    except (boundaries.HasEnded, StaleVersion):
        say(request, _("This has changed meanwhile. Here it is as it stands."))
    else:
        saved(request, at)
    return redirect("circle:limits", circle=circle)


@access("boundary_look", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: Request, circle: UUID, pk: UUID) -> HttpResponse:
    """How it went. Nothing is counted, nobody is blamed."""
    place = own_place(request, circle)
    row = get_object_or_404(_own(request, place).filter(ended_at=None), pk=pk)
    form = Look(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given, at = form.cleaned_data, clock.now()
        boundaries.look_at(
            boundary=row,
            went=given["went"],
            words=given["words"],
            wants_call=given["wants_call"],
            by=request.reader,
            at=at,
        )
        replies = catalogue.current().meetings.limits.replies
        said = next(each for each in replies if each.id == given["went"])
        words = in_language(said.reply, get_language() or "en")
        if given["wants_call"]:
            words += " " + _("Who leads is asked to call you.")
        say(request, words)
        return redirect("circle:limits", circle=circle)
    return render(
        request,
        "circle/limits/look.html",
        {
            "form": form,
            "sentence": limit_sentence(row),
            "seen": _("Only you can see this. No one reads it until you share it.")
            if row.shared_with_lead_at is None
            else seen_by_whom(request, "boundary_look", circle),
            "back": reverse("circle:limits", args=[circle]),
        },
        status=400 if form.errors else 200,
    )
