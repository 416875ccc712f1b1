"""Drawing the pages of one form: a question, the check, help, not saved, over."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.directory import remembered
from alongside.measures import queries
from alongside.web.parts.pages import Request
from alongside.web.person import asked_words as words
from alongside.web.person.asked_words import Sheet, Way, sheet_of
from alongside.web.person.safety import own_plan

LONGEST_SHOWN = 40  # letters of an answer that cannot be read, as it is shown again
WAIT = ("measures_wait_1", "measures_wait_2", "measures_wait_3", "measures_wait_4")


def ask(
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
    hidden = [{"name": "item", "value": item.id}]  # known by it when the form is over meanwhile
    if again:
        hidden.append({"name": "again", "value": "1"})
    if "check" in request.GET or "check" in request.POST:
        hidden.append({"name": "check", "value": "1"})
    dangers, span = queries.danger_items(asking), sheet.typed(item)
    first = next((each.id for each in sheet.items if each.id in dangers), "")
    return page(
        request,
        way,
        "question.html",
        {
            "number": number,
            "total": len(sheet.items),
            "about": words.about(sheet),
            "introduction": sheet.wording.introduction if number == 1 else "",
            "lead": sheet.wording.stem.rstrip("?:… "),
            "question": sheet.words(item),
            "choices": [
                {"value": value, "label": label, "checked": str(value) in shown}
                for value, label in sheet.choices(item)
            ]
            if span is None
            else [],
            "span": span and {"from": span[0], "to": span[1], "value": "".join(shown - {"None"})},
            "danger": words.before_danger(asking) if item.id == first else "",
            "again": catalogue.current().sentence("danger_blank_again", words.spoken())
            if again
            else "",
            "seen": words.who_sees(request, way, asking),
            "hidden": hidden,
            "error": error,
            "url": way.url("form-question", number),
            "credit": queries.instrument_of(asking).licence.credit,
            "lang": sheet.wording.language,
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
    )


def check(
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
    return page(
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
            "seen": words.who_sees(request, way, sheet.asking),
            "lang": sheet.wording.language,
        },
        status=status,
    )


def help_now(
    request: Request,
    way: Way,
    asking: Any,
    told: queries.Told,
    *,
    wrong: list[str] | None = None,
    is_late: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    """Whom to call, and who was told. ``is_late``: the form is over, so nothing goes on from it."""
    language = words.spoken()
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
            ).format(time=words.hour(asking, told.at), number=words.emergency()),
            "taken": cat.sentence("danger_person_has_this", language).format(
                time=words.hour(asking, told.taken_at)
            )
            if told.taken_at
            else "",
            "no_number": ""
            if queries.has_number(asking)
            else cat.sentence("measures_no_number", language),
            "advice": [cat.sentence(each, language) for each in WAIT],
            "plan": None if way.by_link else own_plan(request, asking.circle_id),
            "wrong": [
                {"number": sheet.number(item), "question": sheet.words(_item(sheet, item))}
                for item in wrong or []
            ],
            "done": done,
            "is_late": is_late,
            "done_here_url": way.url("done") if way.is_here and done else "",
            "is_here": way.is_here,
            "go_on_url": on,
            "leave_url": way.leave_url,
        },
        status=status,
    )


def _item(sheet: Sheet, id: str) -> Any:
    return sheet.items[sheet.number(id) - 1]


def over(request: HttpRequest) -> HttpResponse:
    """One page for every address that opens nothing: used up, run out, or never there (A4).

    What was sent to it was not saved, and the page says so with the numbers (E2).
    """
    template = "person/form/over.html"
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        template = "person/form/over_not_saved.html"
    # Nothing on it names the address that was tried, so that all of them are alike.
    return render(request, template, {"languages": []}, status=HTTPStatus.NOT_FOUND)


def not_saved(
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
        said = dict(sheet.choices(item)).get(value, "") if value is not None else _("Skipped")
        name = item.id if whole else ("a" if value is not None else "skip")
        kept.append(
            {
                "name": name,
                "label": sheet.words(item),
                "value": ("" if whole else "1") if value is None else str(value),
                "words": said,
            }
        )
    if not whole and "again" in request.POST:
        hidden.append({"name": "again", "value": "1"})
    if not whole:
        hidden += [{"name": "item", "value": item} for item in answers]
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
            "has_session": way.has_session,
            "help": remembered.help_when_broken(get_language() or "en"),
        },
        status=HTTPStatus.SERVICE_UNAVAILABLE,
    )


def page(
    request: Request, way: Way, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    return render(
        request,
        f"person/form/{template}",
        {
            "base": way.base,
            "leave_url": way.leave_url,
            "by_link": way.by_link,
            "has_session": way.has_session,
            **context,
        },
        status=status,
    )
