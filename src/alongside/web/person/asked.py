"""One form, one question a page: the same pages by a private link and signed in.

Every answer is saved by itself, and danger in it is raised with it. What differs between the two
ways in is where the addresses are, whether names may be shown, and where *Leave* goes: ``Way``.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.directory import queries as directory
from alongside.measures import actions, queries
from alongside.records import clock
from alongside.records.errors import NotAllowed
from alongside.web.parts.pages import Request
from alongside.web.parts.people_words import listed

log = logging.getLogger(__name__)

_VALUE = re.compile(r"-?[0-9]{1,3}\Z")
_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
LONGEST_SHOWN = 40  # letters of an answer that cannot be read, as it is shown again
WAIT = ("measures_wait_1", "measures_wait_2", "measures_wait_3", "measures_wait_4")


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody came to a form: where its pages are, and what they may show.

    ``key`` is the private link's secret or the asking's id; ``by_link`` pages show no name.
    """

    space: str
    key: str
    by_link: bool

    def url(self, page: str, *args: object) -> str:
        return reverse(f"{self.space}:{page}", args=[self.key, *args])

    @property
    def base(self) -> str:
        return "person/form/by_link.html" if self.by_link else "parts/base_person.html"

    @property
    def leave_url(self) -> str:
        return reverse("public:leave_visit", args=[self.key]) if self.by_link else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """An asking with what its pages need: its items as they are asked now, and the draft."""

    asking: Any
    answers: Mapping[str, int | None]
    items: tuple[Any, ...]
    wording: Any

    def number(self, item: str) -> int:
        """Which question this is, from 1; 0 when it is not asked."""
        return next((n for n, each in enumerate(self.items, 1) if each.id == item), 0)

    def words(self, item: Any) -> str:
        return str(self.wording.items.get(item.id, item.id))

    def choices(self, item: Any) -> list[tuple[int, str]]:
        values = queries.instrument_of(self.asking).options[item.options]
        labels = self.wording.options.get(item.options, {})
        return [(value, str(labels.get(value, value))) for value in values]


def sheet_of(asking: Any, *, seen_by: Any) -> Sheet:
    """What the pages of an asking need."""
    answers = queries.draft_of(asking, seen_by=seen_by)
    return Sheet(
        asking,
        answers,
        queries.items_asked(asking, answers),
        queries.wording_of(asking, _language()),
    )


# -- the pages ----------------------------------------------------------------------------------


def start(request: Request, way: Way, asking: Any) -> HttpResponse:
    """Before the first question: who sees it, what a danger answer does, and that one may skip."""
    sheet = sheet_of(asking, seen_by=request.reader)
    begun = bool(sheet.answers)
    return _page(
        request,
        way,
        "start.html",
        {
            "number": len(sheet.items),
            "about": _about(sheet),
            "who_sees": _who_sees(request, way, asking),
            "danger": _before_danger(asking) if queries.danger_items(asking) else "",
            "until": date_format(_local(asking, asking.expires_at), "j F"),
            "begun": begun,
            "is_left": asking.left_at is not None,
            "go_url": way.url("form-question", _next_open(sheet)),
            "come_back_url": way.url("form-start"),
            "decline_url": way.url("form-decline"),
        },
    )


def question(request: Request, way: Way, asking: Any, number: int) -> HttpResponse:
    """One question: show it, or take its answer."""
    sheet = sheet_of(asking, seen_by=request.reader)
    if not 1 <= number <= len(sheet.items):
        raise Http404
    if request.method == "POST":
        return _take(request, way, sheet, number)
    return _ask(request, way, sheet, number, again="again" in request.GET)


def check(request: Request, way: Way, asking: Any) -> HttpResponse:
    """All answers on one page before they are sent; or take them."""
    sheet = sheet_of(asking, seen_by=request.reader)
    if request.method == "POST":
        return _send(request, way, sheet)
    return _check(request, way, sheet)


def help_now(request: Request, way: Way, asking: Any) -> HttpResponse:
    """After a danger answer: whom to call first, then who was told, then how to go on."""
    told = queries.told(asking)
    if told.state == "nothing":
        return HttpResponseRedirect(way.url("form-start"))
    return _help(request, way, asking, told)


def thanks(request: Request, way: Way, asking: Any) -> HttpResponse:
    """It is saved: how much, and who reads it."""
    if asking.declined_at is not None:
        return _page(request, way, "declined.html", {"way_on": _way_on(way)})
    if asking.answered_at is None:
        return HttpResponseRedirect(way.url("form-start"))
    answered, asked = queries.answered_count(asking)
    text = _("You answered %(answered)s of %(asked)s.") % {"answered": answered, "asked": asked}
    if answered < asked:
        text += " " + _("That’s enough. A question you leave out never counts against you.")
    raised = queries.has_open_alert(asking)
    return _page(
        request,
        way,
        "thanks.html",
        {
            "text": text,
            "next": _who_sees(request, way, asking),
            "saved": _("Saved at %(time)s.") % {"time": _hour(asking, asking.answered_at)},
            "links": [] if way.by_link else _way_on(way),
            "help_url": way.url("form-help") if raised else reverse("public:help"),
            "is_raised": raised,
        },
    )


def decline(request: Request, way: Way, asking: Any) -> HttpResponse:
    """The person would rather not. That is an answer too."""
    actions.decline(asking=asking, by=request.reader, at=clock.now())
    return HttpResponseRedirect(way.url("form-thanks"))


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
        return HttpResponseRedirect(_before(way, number))
    elif error:
        return _ask(request, way, sheet, number, again=again, error=error, typed=given)
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
        return _not_saved(request, way, sheet, {item.id: value}, way.url("form-question", number))
    actions.tell_now(drafted.alerts, at)
    if drafted.alerts:
        return HttpResponseRedirect(way.url("form-help") + f"?after={number}")
    if "back" in request.POST:
        return HttpResponseRedirect(_before(way, number))
    fresh = sheet_of(drafted.asking, seen_by=request.reader)
    if "check" in request.POST or number >= len(fresh.items):
        return HttpResponseRedirect(way.url("form-check"))
    return HttpResponseRedirect(way.url("form-question", number + 1))


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
        )
    except actions.InvalidAnswers as refusal:
        actions.tell_now(refusal.alerts, at)
        return _refused(request, way, refusal, unread)
    except (NotAllowed, actions.Answered, actions.Expired):
        return gone(request, way)
    except Exception:
        log.exception("a form was not saved")
        return _not_saved(request, way, sheet, answers, way.url("form-check"), whole=True)
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
        return _help(
            request, way, asking, told, wrong=wrong, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return _check(
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


# -- drawing ------------------------------------------------------------------------------------


def _ask(
    request: Request,
    way: Way,
    sheet: Sheet,
    number: int,
    *,
    again: bool = False,
    error: str = "",
    typed: list[str] | None = None,
) -> HttpResponse:
    asking, item = sheet.asking, sheet.items[number - 1]
    chosen = sheet.answers.get(item.id)
    shown = {str(chosen)} if typed is None else set(typed[:1])
    hidden = [{"name": "again", "value": "1"}] if again else []
    if "check" in request.GET or "check" in request.POST:
        hidden.append({"name": "check", "value": "1"})
    dangers = queries.danger_items(asking)
    first = next((each.id for each in sheet.items if each.id in dangers), "")
    return _page(
        request,
        way,
        "question.html",
        {
            "number": number,
            "total": len(sheet.items),
            "about": _about(sheet),
            "lead": sheet.wording.stem.rstrip("?:… "),
            "question": sheet.words(item),
            "choices": [
                {"value": value, "label": label, "checked": str(value) in shown}
                for value, label in sheet.choices(item)
            ],
            "danger": _before_danger(asking) if item.id == first else "",
            "again": catalogue.current().sentence("danger_blank_again", _language())
            if again
            else "",
            "seen": _who_sees(request, way, asking),
            "hidden": hidden,
            "error": error,
            "url": way.url("form-question", number),
            "credit": queries.instrument_of(asking).licence.credit,
            "lang": sheet.wording.language,
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


def _check(
    request: Request,
    way: Way,
    sheet: Sheet,
    *,
    wrong: list[str] | None = None,
    typed: Mapping[str, str] | None = None,
    is_foreign: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    wrong = wrong or []
    rows = []
    for number, item in enumerate(sheet.items, 1):
        labels = dict(sheet.choices(item))
        value = sheet.answers.get(item.id)
        not_yet = item.id not in sheet.answers
        answer = labels.get(value, "") if value is not None else ""
        if item.id in wrong and typed and item.id in typed:
            answer = typed[item.id][:LONGEST_SHOWN]
        rows.append(
            {
                "number": number,
                "name": item.id,
                "question": sheet.words(item),
                "answer": answer or (_("Not answered yet") if not_yet else _("Skipped")),
                "is_wrong": item.id in wrong,
                "value": "" if value is None else value,
                "url": way.url("form-question", number) + "?check=1",
            }
        )
    return _page(
        request,
        way,
        "check.html",
        {
            "rows": rows,
            "wrong": [row for row in rows if row["is_wrong"]],
            "is_foreign": is_foreign,
            "submission": secrets.token_urlsafe(18),
            "url": way.url("form-check"),
            "back_url": way.url("form-question", len(sheet.items)),
            "seen": _who_sees(request, way, sheet.asking),
            "lang": sheet.wording.language,
        },
        status=status,
    )


def _help(
    request: Request,
    way: Way,
    asking: Any,
    told: queries.Told,
    *,
    wrong: list[str] | None = None,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    language = _language()
    cat = catalogue.current()
    sheet = sheet_of(asking, seen_by=request.reader)
    after = request.GET.get("after", "")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 4 else 0
    done = asking.answered_at is not None
    if done:
        on = way.url("form-thanks")
    elif wrong:
        on = way.url("form-question", sheet.number(wrong[0])) + "?check=1"
    elif 0 < number < len(sheet.items):
        on = way.url("form-question", number + 1)
    else:
        on = way.url("form-check")
    return render(
        request,
        "person/form/help.html",
        {
            "state": told.state,
            "told": cat.sentence(
                "danger_sent_fallback" if told.state == "not_staffed" else "danger_sent", language
            ).format(time=_hour(asking, told.at), number=_number()),
            "taken": cat.sentence("danger_person_has_this", language).format(
                time=_hour(asking, told.taken_at)
            )
            if told.taken_at
            else "",
            "no_number": ""
            if queries.has_number(asking)
            else cat.sentence("measures_no_number", language),
            "advice": [cat.sentence(each, language) for each in WAIT],
            "wrong": [
                {"number": sheet.number(item), "question": sheet.words(_item(sheet, item))}
                for item in wrong or []
            ],
            "done": done,
            "go_on_url": on,
            "leave_url": way.leave_url,
        },
        status=status,
    )


def _item(sheet: Sheet, id: str) -> Any:
    return sheet.items[sheet.number(id) - 1]


def gone(request: Request, way: Way) -> HttpResponse:
    """The form was answered, declined or ran out meanwhile."""
    if way.by_link:
        raise Http404  # the same answer as for a link that never was: ``over``
    return over(request)


def over(request: HttpRequest) -> HttpResponse:
    """One page for every address that opens nothing: used up, run out, or never there (A4).

    What was sent to it was not saved, and the page says so with the numbers (E2).
    """
    template = "person/form/over.html"
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        template = "person/form/over_not_saved.html"
    return render(request, template, status=HTTPStatus.NOT_FOUND)


def _not_saved(
    request: Request,
    way: Way,
    sheet: Sheet,
    answers: Mapping[str, int | None],
    url: str,
    *,
    whole: bool = False,
) -> HttpResponse:
    """Nothing was saved and nobody was told: the numbers, the answer, and *Try again*."""
    kept, hidden = [], []
    for item in sheet.items:
        if item.id not in answers:
            continue
        value = answers[item.id]
        words = dict(sheet.choices(item)).get(value, "") if value is not None else _("Skipped")
        name = item.id if whole else ("a" if value is not None else "skip")
        kept.append(
            {
                "name": name,
                "label": sheet.words(item),
                "value": ("" if whole else "1") if value is None else str(value),
                "words": words,
            }
        )
    if not whole and "again" in request.POST:
        hidden.append({"name": "again", "value": "1"})
    if whole:
        hidden.append({"name": "submission", "value": request.POST.get("submission", "")[:64]})
    return render(
        request,
        "person/form/not_saved.html",
        {
            "kept": kept,
            "hidden": hidden,
            "url": url,
            "leave_url": way.leave_url,
            "by_link": way.by_link,
        },
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )


def _page(
    request: Request, way: Way, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    return render(
        request,
        f"person/form/{template}",
        {"base": way.base, "leave_url": way.leave_url, "by_link": way.by_link, **context},
        status=status,
    )


# -- words --------------------------------------------------------------------------------------


def _language() -> str:
    return get_language() or "en"


def _about(sheet: Sheet) -> str:
    """What the questions are about, in a few words, from the time they look back on."""
    recall = queries.instrument_of(sheet.asking).recall
    known = {
        "last 2 weeks": _("how the last two weeks have been"),
        "now": _("how it is now"),
        "this session": _("how this talk was"),
    }
    return str(known.get(recall, ""))


def _who_sees(request: Request, way: Way, asking: Any) -> str:
    """Who can see the answers, from the live table. By a link, without a name (M6)."""
    if way.by_link:
        if asking.kind == "own":
            return _("The team who works with you sees your answers. Your family doesn’t.")
        return _("The team who works with you sees your answers. Nobody else in your circle does.")
    sight = queries.who_reads(asking, seen_by=request.reader)
    names = [name for role, name in sight.staff if role in ("lead", "therapist")]
    if not names:
        return _("The team who works with you sees your answers. Your family doesn’t.")
    return ngettext(
        "%(names)s, who is working with you, sees your answers. Your family doesn’t.",
        "%(names)s, who are working with you, see your answers. Your family doesn’t.",
        len(names),
    ) % {"names": listed(names)}


def _before_danger(asking: Any) -> str:
    """Before the first question of danger: what such an answer does, and whether anyone is here."""
    cat, language = catalogue.current(), _language()
    here = queries.staffing(asking, clock.now())
    if here.is_staffed:
        return str(cat.sentence("measures_danger_before", language))
    if here.opens_at is None:
        return str(cat.sentence("measures_danger_not_staffed_no_time", language))
    return str(cat.sentence("measures_danger_not_staffed", language)).format(
        opens=_hour(asking, here.opens_at)
    )


def _number() -> str:
    """The emergency number of the country, or words for it."""
    house = directory.house()
    known = catalogue.current().lines.get(house.country) if house else None
    return str(known.emergency_number) if known else _("the emergency number")


def _local(asking: Any, at: Any) -> Any:
    return at.astimezone(ZoneInfo(asking.institution.zone))


def _hour(asking: Any, at: Any) -> str:
    return "" if at is None else str(time_format(_local(asking, at), "H:i"))


def _next_open(sheet: Sheet) -> int:
    """The first question nobody has answered or skipped; the last when all are done."""
    for number, item in enumerate(sheet.items, 1):
        if item.id not in sheet.answers:
            return number
    return len(sheet.items)


def _before(way: Way, number: int) -> str:
    return way.url("form-question", number - 1) if number > 1 else way.url("form-start")


def _way_on(way: Way) -> list[dict[str, Any]]:
    if way.by_link:
        return []
    return [
        {"url": reverse("person:change"), "label": _("See how it has changed"), "main": True},
        {"url": reverse("person:plan"), "label": _("My plan"), "main": False},
    ]
