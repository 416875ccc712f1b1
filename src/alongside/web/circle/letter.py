"""My letter: written alone, with gentle hints, shared when I choose, mine to finish or keep."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import giving, letters, queries
from alongside.records import clock
from alongside.records.errors import StaleVersion
from alongside.web.circle.base import own_place
from alongside.web.circle.meeting import asked_for, meeting_of
from alongside.web.parts.access import access
from alongside.web.parts.forms import Form, Text, offer
from alongside.web.parts.pages import (
    Request,
    clock_time,
    number_in,
    saved,
    say,
    seen_by_whom,
    two_texts,
)

BASE = "parts/base_circle.html"


class Wishes(Form):
    """Who reads the letter aloud, and how long it is kept."""

    read_by = forms.ChoiceField(label=gettext_lazy("Who reads it?"), required=False)
    keep_for = forms.ChoiceField(
        label=gettext_lazy("How long is it kept?"), widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        offer(self, "read_by", [("", _("I read it myself")), *people])
        kept = catalogue.current().meetings.letters.keeping
        offer(self, "keep_for", [(each.id, in_language(each.text, language)) for each in kept])


class Write(Form):
    """The text of a letter, as it was typed."""

    text = Text(max_length=letters.LONGEST, lines=18, required=False)


def own_letter(request: Request, place: Any, meeting: Any) -> Any:
    """The reader's own letter for this meeting, if they began one."""
    rows = queries.letters(seen_by=request.reader, meeting=meeting)
    return rows.filter(written_by_id=place.person_id).first()


def meeting_to_write_for(request: Request, place: Any) -> Any:
    """The meeting the reader has a part in; else that of their newest letter, which stays theirs.

    What is sent while the seat or the meeting ends is kept with the meeting it was written for.
    """
    found = meeting_of(request, place)
    if found is not None:
        return found
    rows = queries.own_letters(place.person_id, seen_by=request.reader, circle=place.circle_id)
    own = rows.first()
    if own is not None:
        return own.meeting
    if request.method != "POST":
        raise Http404
    return asked_for(request, place)


def letter_or_404(request: Request, circle: UUID) -> tuple[Any, Any, Any]:
    """The reader's place, the meeting and their letter."""
    place = own_place(request, circle)
    meeting = meeting_to_write_for(request, place)
    found = own_letter(request, place, meeting)
    if found is None:
        raise Http404
    return place, meeting, found


def state_of(letter: Any) -> tuple[str, str]:
    """Where a letter stands, as a word and for its writer."""
    if letter is not None and letter.erased_at is not None:
        return "withdrawn", _("Gone, as you chose")
    if letter is None or (letter.shared_with_lead_at is None and letter.withheld_at is None):
        return "draft", _("Draft, only you")
    if letter.withheld_at is not None:
        return "draft", _("You keep it. It is not read")
    if letter.given_back_at is not None:
        return "final", _("They gave it back")
    if letter.opened_at is not None:
        return "final", _("Given. They opened it")
    if letter.given_at is not None:
        return "final", _("Given. Not opened yet")
    if letter.final_at is not None:
        return "final", _("Done. It will be read")
    return "shared", _("Shared with who leads")


@access("letter_draft", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: Request, circle: UUID) -> HttpResponse:
    """Write; look it over; share it. The first save makes the letter."""
    place = own_place(request, circle)
    meeting = meeting_to_write_for(request, place)
    found = own_letter(request, place, meeting)
    if request.method != "POST":
        return _page(request, place, meeting, found)
    form, at = Write(request.POST), clock.now()
    if not form.is_valid():
        return _page(request, place, meeting, found, form=form)
    try:
        found = _saved(request, place, meeting, form.cleaned_data["text"], at)
        if "share" in request.POST:
            letters.share(letter=found, expected=found.version, by=request.reader, at=at)
            say(request, _("Shared. Only who leads can read it. You can take it back."))
        else:
            saved(request, at)
    except StaleVersion as stale:
        return _stale(request, place, stale.current, form.cleaned_data["text"])
    except letters.IsFinal:
        say(request, _("This letter is done. Take it back to write on."))
    except letters.IsErased:
        say(request, _("This letter is gone, as you chose."))
    return redirect("circle:letter", circle=circle)


def _saved(request: Request, place: Any, meeting: Any, text: str, at: Any) -> Any:
    found = own_letter(request, place, meeting)
    expected = number_in(request, "version")
    if found is None:
        found = letters.begin(
            meeting=meeting,
            person=place.person,
            language=get_language() or "en",
            by=request.reader,
            at=at,
        )
        expected = found.version
    return letters.save(letter=found, text=text, expected=expected, by=request.reader, at=at)


def _stale(request: Request, place: Any, current: Any, mine: str) -> HttpResponse:
    return two_texts(
        request,
        base=BASE,
        pairs=[("text", _("Your letter"), mine, current.text)],
        version=current.version,
        keep_url=reverse("circle:letter", args=[place.circle_id]),
        by_myself=True,
    )


def _page(
    request: Request, place: Any, meeting: Any, found: Any, *, form: Any = None
) -> HttpResponse:
    state, words = state_of(found)
    errors = form.errors.get("text", []) if form is not None else []
    reviews = list(queries.reviews(found, seen_by=request.reader)[:3]) if found else []
    ready = found is not None and queries.is_found_ready(found, seen_by=request.reader)
    return render(
        request,
        "circle/letter/letter.html",
        {
            "place": place,
            "back": reverse(
                "circle:meeting" if meeting_of(request, place) else "circle:plan",
                args=[place.circle_id],
            ),
            "letter": found,
            "state": "draft" if state == "shared" else state,
            "is_shared": state == "shared",
            "state_words": words,
            "text": form.data.get("text", "") if form is not None else found.text if found else "",
            "version": found.version if found else 0,
            "saved_words": _("Saved at %(time)s.") % {"time": clock_time(request, found.saved_at)}
            if found
            else "",
            "error": errors[0] if errors else "",
            "seen": seen_by_whom(request, "letter_draft", place.circle_id)
            if state == "shared"
            else _("Only you can see this. No one reads it until you share it."),
            "lead": meeting.lead.person.name,
            "share_label": ""
            if state == "shared"
            else _("Share with %(name)s") % {"name": meeting.lead.person.name},
            "autosave_url": reverse("circle:letter-autosave", args=[place.circle_id]),
            "reviews": [{"words": row.words, "is_ready": row.is_ready} for row in reviews],
            "can_finish": state == "shared" and ready,
            "can_give": found is not None and _can_give(found),
            "can_ungive": found is not None
            and found.given_at is not None
            and found.opened_at is None
            and found.given_back_at is None,
            "is_given": found is not None
            and found.given_at is not None
            and found.given_back_at is None,
            "look": look(found),
            "wishes": _wishes(request, found) if found and not found.erased_at else None,
            "is_gone": found is not None and found.erased_at is not None,
            "reader_left": found is not None and queries.reader_left(found, seen_by=request.reader),
        },
        status=400 if errors else 200,
    )


def _wishes(request: Request, found: Any, data: Any = None) -> Wishes:
    there = queries.who_may_read(found, seen_by=request.reader)
    kept = catalogue.current().meetings.letters.keeping
    return Wishes(
        data,
        people=[(str(each.pk), each.name) for each in there],
        initial={
            "read_by": str(found.read_by_id or ""),
            "keep_for": found.keep_for or kept[0].id,
        },
    )


def _wish(request: Request, found: Any, at: Any) -> None:
    """Keep both wishes of the writer; what is no choice any more changes nothing."""
    form = _wishes(request, found, request.POST)
    if not form.is_valid():
        raise letters.NotThere
    there = {str(each.pk): each for each in queries.who_may_read(found, seen_by=request.reader)}
    more = {"letter": found, "by": request.reader, "at": at}
    letters.let_read(person=there.get(form.cleaned_data["read_by"]), **more)
    letters.keep_for(word=form.cleaned_data["keep_for"], **more)


def _can_give(found: Any) -> bool:
    """Is it done, not with them, and do they know of the meeting?"""
    case = found.meeting.case
    is_met = found.meeting.held_at or case.disclosed_at or case.engaged_at
    is_with_them = found.given_at is not None and found.given_back_at is None
    is_there = found.final_at and not found.withheld_at and not found.erased_at
    return bool(is_there and is_met and not is_with_them)


def look(found: Any) -> dict[str, Any]:
    """What is in the letter, how long it takes, and each hint with its reason."""
    content = catalogue.current().meetings.letters
    language = get_language() or "en"
    looked = queries.looked_over(found) if found else None
    has = dict(looked.parts) if looked else {}
    minutes = (looked.seconds + 30) // 60 if looked else 0
    words = looked.words if looked else 0
    length = ngettext("About %(words)s word.", "About %(words)s words.", words) % {"words": words}
    if words:
        length += " " + ngettext(
            "Read slowly, that takes about %(minutes)s minute.",
            "Read slowly, that takes about %(minutes)s minutes.",
            max(1, minutes),
        ) % {"minutes": max(1, minutes)}
    length += " " + _("Up to %(most)s minutes is fine.") % {"most": content.most_minutes}
    return {
        "length": length,
        "is_long": bool(looked and looked.is_long),
        "parts": [
            {"name": in_language(part.name, language), "there": has.get(part.id, False)}
            for part in content.parts
        ],
        "hints": [
            {
                "id": hint.id,
                "phrase": hint.phrase,
                "text": in_language(shown.text, language),
                "is_grave": hint.id == "dying",
            }
            for hint in (looked.hints if looked else ())
            if (shown := content.hint(hint.id)) is not None
        ],
    }


@access("letter_draft", "E")
@require_POST
def autosave(request: Request, circle: UUID) -> HttpResponse:
    """Save while somebody is typing. JSON; 409 when another page saved it first."""
    place = own_place(request, circle)
    meeting = meeting_to_write_for(request, place)
    form, at = Write(request.POST), clock.now()
    if not form.is_valid():
        words = _("Not saved: %(why)s") % {"why": form.errors["text"][0]}
        return JsonResponse({"words": words}, status=HTTPStatus.BAD_REQUEST)
    try:
        found = _saved(request, place, meeting, form.cleaned_data["text"], at)
    except (StaleVersion, letters.IsFinal, letters.IsErased):
        words = _("Another page saved this letter first. Press Save to see both texts.")
        return JsonResponse({"words": words}, status=HTTPStatus.CONFLICT)
    time = clock_time(request, at)
    return JsonResponse(
        {"saved": time, "version": found.version, "words": _("Saved at %(time)s.") % {"time": time}}
    )


@access("letter_draft", "R")
@require_safe
def hints(request: Request, circle: UUID) -> HttpResponse:
    """The hints alone, for the script that shows them while somebody writes."""
    place, _meeting, found = letter_or_404(request, circle)
    return render(request, "circle/letter/_hints.html", {"place": place, "look": look(found)})


@access("letter_draft", "E")
@require_POST
def keep(request: Request, circle: UUID) -> HttpResponse:
    """Keep a phrase as it is."""
    _place, _meeting, found = letter_or_404(request, circle)
    phrase = request.POST.get("phrase", "")[:400]
    hint = request.POST.get("hint", "")
    if phrase in found.text and catalogue.current().meetings.letters.hint(hint):
        letters.keep_hint(letter=found, hint=hint, phrase=phrase, by=request.reader, at=clock.now())
    return redirect("circle:letter", circle=circle)


@access("letter_draft", "E")
@require_POST
def move(request: Request, circle: UUID) -> HttpResponse:
    """Finish it, take it back, or keep it: the writer decides."""
    _place, _meeting, found = letter_or_404(request, circle)
    at, word = clock.now(), request.POST.get("do", "")
    try:
        if word == "finish":
            version = number_in(request, "version")
            letters.finish(letter=found, expected=version, by=request.reader, at=at)
        elif word == "back":
            letters.take_back(letter=found, by=request.reader, at=at)
        elif word == "keep":
            letters.keep_back(letter=found, by=request.reader, at=at)
        elif word == "wish":
            _wish(request, found, at)
        elif word == "give":
            giving.give(letter=found, by=request.reader, at=at)
        elif word == "ungive":
            giving.take_back(letter=found, by=request.reader, at=at)
        else:
            raise Http404
    except giving.WasOpened:
        say(request, _("They have opened it. It is theirs now."))
    except (giving.NotDone, giving.NotYetMet):
        say(request, _("Not yet. A letter is given once it is done and you have met."))
    except letters.NotThere:
        say(request, _("Choose again: who comes has changed."))
    except letters.IsErased:
        say(request, _("This letter is gone, as you chose."))
    except letters.NotShared:
        say(request, _("You took this letter back. Share it first."))
    except (letters.NotReady, letters.IsFinal, StaleVersion):
        say(request, _("The letter has changed since then. Please look at it again."))
    else:
        saved(request, at)
    return redirect("circle:letter", circle=circle)


@access("letter_draft", "R")
@require_safe
def paper(request: Request, circle: UUID) -> HttpResponse:
    """My own letter in large print, to read aloud."""
    place, _meeting, found = letter_or_404(request, circle)
    back = reverse("circle:letter", args=[circle])
    return render(
        request, "circle/letter/paper.html", {"place": place, "letter": found, "back": back}
    )
