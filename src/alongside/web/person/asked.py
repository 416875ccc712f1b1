"""One form, one question a page: the same pages by a private link and signed in.

Every answer is saved by itself, and danger in it is raised with it. What differs between the two
ways in is where the addresses are, whether names may be shown, and where *Leave* goes: ``Way``.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.access import one_person
from alongside.access.readers import reader_for_ended_link
from alongside.delivery import on_time
from alongside.measures import actions, late, queries
from alongside.records import clock
from alongside.records.errors import NotAllowed
from alongside.web.parts.asked_words import minutes_words
from alongside.web.parts.pages import Request
from alongside.web.person import asked_pages as pages
from alongside.web.person import asked_words as words
from alongside.web.person.asked_words import Sheet, Way, sheet_of

log = logging.getLogger(__name__)

_VALUE = re.compile(r"-?[0-9]{1,3}\Z")
_TAKES_ANSWERS = frozenset({"form-question", "form-check"})
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
__all__ = [
    "Way",
    "check",
    "decline",
    "gone",
    "help_now",
    "not_now",
    "over",
    "question",
    "start",
    "thanks",
]


# -- the pages ----------------------------------------------------------------------------------


def start(request: Request, way: Way, asking: Any) -> HttpResponse:
    """Before the first question: who sees it, what a danger answer does, and that one may skip."""
    sheet = sheet_of(asking, seen_by=request.reader)
    begun = bool(sheet.answers)
    return pages.page(
        request,
        way,
        "start.html",
        {
            "number": len(sheet.items),
            "more": words.more_to_come(sheet),
            "about": words.about(sheet),
            "who_sees": words.who_sees(request, way, asking),
            "danger": words.before_danger(asking) if queries.danger_items(asking) else "",
            "until": date_format(words.local(asking, asking.expires_at), "MONTH_DAY_FORMAT"),
            "begun": begun,
            "is_left": asking.left_at is not None,
            "go_url": way.url("form-question", words.next_open(sheet)),
            "come_back_url": way.url("form-start"),
            "decline_url": way.url("form-decline"),
            "takes": minutes_words(catalogue.current().asking_times.minutes(len(sheet.items))),
            "later_url": "" if way.is_here else way.url("form-later"),
        },
    )


def question(request: Request, way: Way, asking: Any, number: int) -> HttpResponse:
    """One question: show it, or take its answer."""
    sheet = sheet_of(asking, seen_by=request.reader)
    if not 1 <= number <= len(sheet.items):
        raise Http404
    if request.method == "POST":
        return _take(request, way, sheet, number)
    return pages.ask(request, way, sheet, number, again="again" in request.GET)


def check(request: Request, way: Way, asking: Any) -> HttpResponse:
    """All answers on one page before they are sent; or take them."""
    sheet = sheet_of(asking, seen_by=request.reader)
    if request.method == "POST":
        return _send(request, way, sheet)
    return pages.check(request, way, sheet)


def help_now(request: Request, way: Way, asking: Any) -> HttpResponse:
    """After a danger answer: whom to call first, then who was told, then how to go on."""
    told = queries.told(asking)
    if told.state == "nothing":
        return HttpResponseRedirect(way.url("form-start"))
    return pages.help_now(request, way, asking, told)


def thanks(request: Request, way: Way, asking: Any) -> HttpResponse:
    """It is saved: how much, and who reads it."""
    if asking.declined_at is not None:
        return pages.page(request, way, "declined.html", {"way_on": words.way_on(way)})
    if asking.answered_at is None:
        return HttpResponseRedirect(way.url("form-start"))
    answered, asked = queries.answered_count(asking)
    text = _("You answered %(answered)s of %(asked)s.") % {"answered": answered, "asked": asked}
    if answered < asked:
        text += " " + _("That’s enough. A question you leave out never counts against you.")
    raised = queries.has_open_alert(asking)
    return pages.page(
        request,
        way,
        "thanks.html",
        {
            "text": text,
            "next": words.who_sees(request, way, asking),
            "saved": _("Saved at %(time)s.") % {"time": words.hour(asking, asking.answered_at)},
            "links": [] if way.by_link else words.way_on(way),
            "help_url": way.url("form-help") if raised else reverse("public:help"),
            "is_raised": raised,
            "told": queries.told(asking).state if raised else "",
        },
    )


def not_now(request: Request, way: Way, asking: Any) -> HttpResponse:
    """Not now: nothing is lost, and no reminder comes for some days. Or the page that says so."""
    if request.method == "POST":
        on_time.not_now(asking=asking, by=request.reader, at=clock.now())
        return HttpResponseRedirect(way.url("form-later"))
    return pages.page(
        request,
        way,
        "later.html",
        {
            "until": date_format(words.local(asking, asking.expires_at), "MONTH_DAY_FORMAT"),
            "go_url": way.url("form-start"),
        },
    )


def decline(request: Request, way: Way, asking: Any) -> HttpResponse:
    """The person would rather not. That is an answer too."""
    actions.decline(asking=asking, by=request.reader, at=clock.now())
    return HttpResponseRedirect(way.url("form-thanks"))


def gone(request: Request, way: Way) -> HttpResponse:
    """The form was answered, declined or ran out meanwhile."""
    if way.by_link and not way.is_here:
        raise Http404  # the same answer as for a link that never was: ``over``
    return over(request)


def over(request: Any) -> HttpResponse:
    """What every address shows that opens nothing; danger that was sent to it is told first."""
    match = request.resolver_match
    if request.method == "POST" and match is not None and match.url_name in _TAKES_ANSWERS:
        key = str(match.kwargs.get("token") or match.kwargs.get("pk") or "")
        way = Way(match.namespace, key, by_link=match.namespace != "person")
        found = _too_late(request, way, int(match.kwargs.get("number", 0)))
        if found is not None:
            return found
    return pages.over(request)


def _too_late(request: Request, way: Way, number: int) -> HttpResponse | None:
    """Danger in an answer to a form that is over: raised, and told; None where there is none."""
    at = clock.now()
    asking = _ended(request, way, at)
    if asking is None:
        return None
    sheet = sheet_of(asking, seen_by=request.reader)
    answers: Mapping[str, int | None]
    if number:
        given = request.POST.get("a", "")
        there = [item.id for item in sheet.items[number - 1 : number]]
        item = str(request.POST.get("item") or "".join(there))
        answers = {item: int(given)} if _VALUE.match(given) else {}
    else:
        answers, _unread = _all_answers(request, sheet)
    alerts = late.raise_late(asking=asking, answers=answers, by=request.reader, at=at)
    actions.tell_now(alerts, at)
    told = queries.told(asking)
    if not any(alert.is_life_critical for alert in alerts):
        return None
    return pages.help_now(request, way, asking, told, is_late=True)


def _ended(request: Request, way: Way, at: datetime) -> Any:
    """The asking that was answered here, though it is over; None for what is not the reader's."""
    if not way.by_link:
        rows = queries.alone(queries.askings(seen_by=request.reader))
        return rows.filter(pk=way.key, respondent__in=request.reader.persons).first()
    if way.is_here:
        if request.reader.link is None:
            request.reader = one_person.reader_after(request, at) or request.reader
        return queries.askings(seen_by=request.reader).first()
    try:
        request.reader = reader_for_ended_link(way.key, "answer", at)
    except NotAllowed:
        return None
    return queries.asking_of_ended_link(seen_by=request.reader)


# -- taking an answer ---------------------------------------------------------------------------


def _take(request: Request, way: Way, sheet: Sheet, number: int) -> HttpResponse:
    item = sheet.items[number - 1]
    again = "again" in request.POST
    given = request.POST.getlist("a")
    value, error = _read(sheet, item, given)
    if "skip" in request.POST:
        if item.id in queries.critical_items(sheet.asking) and not again:
            return HttpResponseRedirect(way.url("form-question", number) + "?again=1")
        value, error = None, ""
    elif "back" in request.POST and (error or not given):
        return HttpResponseRedirect(words.before(way, number))
    elif error:
        return pages.ask(request, way, sheet, number, again=again, error=error, typed=given)
    at = clock.now()
    try:
        drafted = actions.save_draft(
            asking=sheet.asking, answers={item.id: value}, by=request.reader, at=at
        )
    except (NotAllowed, actions.Answered, actions.Expired):
        return gone(request, way)
    except Exception:
        # Whatever broke: nobody has been told, and the page says so with the numbers (E2).
        log.exception("an answer to a form was not saved")
        return pages.not_saved(
            request, way, sheet, {item.id: value}, way.url("form-question", number)
        )
    actions.tell_now(drafted.alerts, at)
    if drafted.alerts:
        return HttpResponseRedirect(way.url("form-help") + f"?after={number}")
    if "back" in request.POST:
        return HttpResponseRedirect(words.before(way, number))
    fresh = sheet_of(drafted.asking, seen_by=request.reader)
    # An answer may take away or add questions before or after this one.
    after = words.after(fresh, item.id)
    if "check" in request.POST or not after:
        return HttpResponseRedirect(way.url("form-check"))
    return HttpResponseRedirect(way.url("form-question", after))


def _send(request: Request, way: Way, sheet: Sheet) -> HttpResponse:
    """Take the whole form: every answer comes along, so that one press is one submission."""
    asking, at = sheet.asking, clock.now()
    submission = request.POST.get("submission", "")
    if not _SUBMISSION.match(submission):
        submission = secrets.token_urlsafe(18)
    answers, unread = _all_answers(request, sheet)
    try:
        recorded = actions.submit(
            asking=asking,
            answers={**answers, **unread},
            submission=submission,
            by=request.reader,
            at=at,
            where=way.where,
        )
    except actions.InvalidAnswers as refusal:
        actions.tell_now(refusal.alerts, at)
        return _refused(request, way, refusal, unread)
    except (NotAllowed, actions.Answered, actions.Expired):
        return gone(request, way)
    except Exception:
        log.exception("a form was not saved")
        return pages.not_saved(request, way, sheet, answers, way.url("form-check"), whole=True)
    actions.tell_now(recorded.alerts, at)
    page = "form-help" if recorded.alerts else "form-thanks"
    return HttpResponseRedirect(way.url(page))


def _refused(
    request: Request, way: Way, refusal: actions.InvalidAnswers, unread: Mapping[str, str]
) -> HttpResponse:
    """Say which question; what was raised is told first."""
    asking = _again(request, way)
    sheet = sheet_of(asking, seen_by=request.reader)
    told = queries.told(asking)
    wrong = [item for item in refusal.items if sheet.number(item)]
    if refusal.alerts:
        return pages.help_now(
            request, way, asking, told, wrong=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return pages.check(
        request,
        way,
        sheet,
        wrong=wrong,
        typed=unread,
        is_foreign=len(wrong) < len(refusal.items),
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def _again(request: Request, way: Way) -> Any:
    rows = queries.askings(seen_by=request.reader)
    return rows.first() if way.by_link else rows.get(pk=way.key)


def _all_answers(request: Request, sheet: Sheet) -> tuple[dict[str, int | None], dict[str, str]]:
    """The answers of the form that was sent, over the draft; and those nobody can read.

    A field that is not an item of this form is not an answer; the engine names it.
    """
    answers = {each.id: sheet.answers.get(each.id) for each in sheet.items}
    unread: dict[str, str] = {}
    for name, given in request.POST.lists():
        if not re.match(r"item_[0-9]{1,3}\Z", name):
            continue
        if len(set(given)) > 1:
            unread[name] = given[0]
        elif given[0] == "":
            answers[name] = None
        elif _VALUE.match(given[0]):
            answers[name] = int(given[0])
        else:
            unread[name] = given[0]
    return {name: value for name, value in answers.items() if name not in unread}, unread


def _read(sheet: Sheet, item: Any, given: list[str]) -> tuple[int | None, str]:
    """The value of one answer, or why it cannot be read."""
    if not given:
        return None, _("Choose an answer, or skip this one.")
    values = {value for value, _label in sheet.choices(item)}
    if len(set(given)) > 1:
        return None, _("There are two answers. Choose one, or skip this one.")
    if not _VALUE.match(given[0]) or int(given[0]) not in values:
        return None, _("We can’t read that answer. Choose one of these, or skip this one.")
    return int(given[0]), ""
