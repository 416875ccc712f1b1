"""The meeting, for a member: what it is, my part, my answers given alone, and how to stop it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.meetings import actions, own, queries, rules
from alongside.records import clock
from alongside.web.circle.base import own_place
from alongside.web.parts.access import access
from alongside.web.parts.pages import Request, day_and_time, say, seen_by_whom
from alongside.web.parts.people_words import listed

LONGEST_WORDS = 2000


def meeting_of(request: Request, place: Any) -> Any:
    """The meeting the reader's circle prepares, if the reader has a part in it."""
    found = queries.live_meeting(seen_by=request.reader, circle=place.circle_id)
    if found is None:
        return None
    seats = queries.seats(seen_by=request.reader, meeting=found)
    return found if seats.filter(person_id=place.person_id).exists() else None


def asked_for(request: Request, place: Any) -> Any:
    """The meeting an answer is for: as above, or else the newest of the circle.

    What somebody typed while their seat or the meeting ended is not lost.
    """
    found = meeting_of(request, place)
    if found is None:
        found = queries.newest_meeting(seen_by=request.reader, circle=place.circle_id)
    if found is None:
        raise Http404
    return found


def meeting_or_404(request: Request, place: Any) -> Any:
    """The same; for anybody else there is no such page."""
    found = meeting_of(request, place)
    if found is None:
        raise Http404
    return found


def mine(request: Request, place: Any) -> list[dict[str, Any]]:
    """What a member is asked to do for the meeting, for *My part*."""
    found = meeting_of(request, place)
    if found is None:
        return _still_mine(request, place)
    asked = queries.own_screen(place.person_id, seen_by=request.reader, meeting=found)
    rows = [
        {
            "title": _("The meeting we prepare"),
            "text": _("What it is, your part, and how to stop it."),
            "url": reverse("circle:meeting", args=[place.circle_id]),
            "icon": "users",
        }
    ]
    if asked is None:
        rows.insert(
            0,
            {
                "title": _("Questions about safety, for you alone"),
                "text": _("Before anything is planned. You can skip any."),
                "url": reverse("circle:meeting-alone", args=[place.circle_id]),
                "icon": "lock",
            },
        )
    return rows


def _still_mine(request: Request, place: Any) -> list[dict[str, Any]]:
    """What the reader wrote for a meeting that is over: it stays theirs, and goes on."""
    mine = {"seen_by": request.reader, "circle": place.circle_id}
    letter = queries.own_letters(place.person_id, **mine).first()
    rows = []
    if letter is not None:
        rows.append(("letter", _("My letter"), _letter_words(letter), "feather"))
    if own.boundaries(person=place.person_id, **mine).exists():
        rows.append(
            (
                "limits",
                _("My limits and offers"),
                _("How it goes with them, without blame."),
                "shield-check",
            )
        )
    if own.helping_sheets(person=place.person_id, **mine).exists():
        rows.append(
            (
                "helping",
                _("How I help, and what it does"),
                _("Look again, and see what has changed."),
                "heart-handshake",
            )
        )
    return [
        {
            "title": title,
            "text": text,
            "url": reverse(f"circle:{name}", args=[place.circle_id]),
            "icon": icon,
        }
        for name, title, text, icon in rows
    ]


def letter_words(request: Request, place: Any, found: Any) -> str:
    """Where the reader's own letter stands."""
    rows = queries.letters(seen_by=request.reader, meeting=found)
    return _letter_words(rows.filter(written_by_id=place.person_id).first())


def _letter_words(own: Any) -> str:
    if own is None:
        return _("What you would say to them, at your own pace.")
    if own.erased_at is not None:
        return _("Gone, as you chose.")
    if own.withheld_at is not None:
        return _("You keep it. It is not read.")
    if own.given_at is not None and own.given_back_at is None:
        return _("Given to them.")
    if own.final_at is not None and own.meeting.ended_at is not None:
        return _("Yours to give to them, or to keep.")
    if own.final_at is not None:
        return _("Done. It will be read.")
    if own.shared_with_lead_at is not None:
        return _("Shared with who leads.")
    return _("A draft, only for you.")


def learning_words(request: Request, place: Any) -> str:
    """How many of the short pages the reader has read."""
    read = own.pages_read(
        seen_by=request.reader, circle=place.circle_id, person=place.person_id
    ).count()
    if not read:
        return _("Short pages, in your own time.")
    total = len(catalogue.current().meetings.learning.pages)
    return _("%(read)s of %(total)s read") % {"read": read, "total": total}


@access("planned_meeting", "R")
@require_safe
def meeting(request: Request, circle: UUID) -> HttpResponse:
    """What it is, and my part. Nobody's answers stand here, nor what holds the date back."""
    place = own_place(request, circle)
    found = meeting_or_404(request, place)
    content = catalogue.current().meetings
    language = get_language() or "en"
    path = content.path(found.path)
    level = path.level(found.level) if path else None
    seats = queries.seats(seen_by=request.reader, meeting=found)
    seat = seats.filter(person_id=place.person_id).first()
    booking = queries.date_of(found)
    is_expected = booking is not None and str(place.person_id) in booking.persons
    asked = queries.own_screen(place.person_id, seen_by=request.reader, meeting=found)
    return render(
        request,
        "circle/meeting/meeting.html",
        {
            "place": place,
            "name": in_language(path.name, language) if path else "",
            "what": in_language((level or path).what, language) if path else "",
            "told": in_language(path.told, language) if path else "",
            "lead": found.lead.person.name,
            "when": day_and_time(request, booking.starts_at) if is_expected else "",
            "where": found.place if is_expected else "",
            "stop_word": found.stop_word,
            "speaks": seat is not None and seat.speaks,
            "asked": day_and_time(request, asked.checked_at) if asked else "",
            "is_absent": seat is not None and rules.ABSENT in seat.roles,
            "reads_for": listed(
                [each.name for each in queries.whose_letters_i_read(found, seen_by=request.reader)]
            ),
            "letter_words": letter_words(request, place, found),
            "learning_words": learning_words(request, place),
            "stopped": bool(queries.open_stops(seen_by=request.reader, meeting=found)),
        },
    )


@access("safety_check", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def alone(request: Request, circle: UUID) -> HttpResponse:
    """The safety questions, for one alone. What was not answered is no answer, never a no."""
    place = own_place(request, circle)
    is_sent = request.method == "POST"
    found = asked_for(request, place) if is_sent else meeting_or_404(request, place)
    content = catalogue.current().meetings
    language = get_language() or "en"
    if is_sent:
        given = {
            check.id: said if check.answer(said := request.POST.get(check.id, "")) else None
            for check in content.screen.asked("member")
        }
        checked = actions.answer_screen(
            meeting=found, person=place.person, answers=given, by=request.reader, at=clock.now()
        )
        say(request, in_language(content.screen.after, language))
        if checked.alerts:
            return redirect("circle:meeting-now", circle=circle)
        return _back(request, place)
    last = queries.own_screen(place.person_id, seen_by=request.reader, meeting=found)
    return render(
        request,
        "circle/meeting/alone.html",
        {
            "place": place,
            "before": in_language(content.screen.before, language),
            "now": in_language(content.screen.now, language),
            "seen": seen_by_whom(request, "safety_check", circle),
            "last": day_and_time(request, last.checked_at) if last else "",
            "questions": [
                {
                    "id": check.id,
                    "text": in_language(check.question, language),
                    "hint": in_language(check.hint, language) if check.hint else "",
                    "answers": [
                        {"id": each.id, "text": in_language(each.text, language)}
                        for each in check.answers
                    ],
                }
                for check in content.screen.asked("member")
            ],
        },
    )


def _back(request: Request, place: Any) -> HttpResponse:
    has_seat = meeting_of(request, place) is not None
    return redirect("circle:meeting" if has_seat else "circle:plan", circle=place.circle_id)


@access("safety_check", "C")
@require_safe
def now(request: Request, circle: UUID) -> HttpResponse:
    """After an answer that shows danger: what to do now, and whom to call."""
    place = own_place(request, circle)
    asked_for(request, place)
    content = catalogue.current().meetings
    return render(
        request,
        "circle/meeting/now.html",
        {"place": place, "now": in_language(content.screen.now, get_language() or "en")},
    )


@access("meeting_stop", "C")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: Request, circle: UUID) -> HttpResponse:
    """Stop it, in private. No reason is needed."""
    place = own_place(request, circle)
    is_sent = request.method == "POST"
    found = asked_for(request, place) if is_sent else meeting_or_404(request, place)
    if is_sent:
        words = request.POST.get("words", "")[:LONGEST_WORDS]
        actions.call_stop(
            meeting=found,
            person=place.person,
            words=words,
            by=request.reader,
            at=clock.now(),
        )
        say(request, _("It is stopped. Someone talks with you, alone. Nobody else is told."))
        return _back(request, place)
    return render(
        request,
        "circle/meeting/stop.html",
        {
            "place": place,
            "lead": found.lead.person.name,
            "seen": seen_by_whom(request, "meeting_stop", circle),
            "most": LONGEST_WORDS,
        },
    )
