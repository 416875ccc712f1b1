"""Forms on paper: what is printed, how it is found again, and how it is typed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.utils import translation

from alongside.crisis.models import Alert
from alongside.measures import actions, paper
from alongside.measures.models import Asking, Response, Typing
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.harness.reading import grade

SignedIn = Callable[[Cast], Any]
PILE = "/work/paper/"


def ask(world: World, instrument: str) -> Asking:
    made: Asking = actions.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument=instrument,
        by=world.asha.reader,
        at=world.moment,
    )
    return made


def address(world: World, asking: Asking, page: str) -> str:
    return f"/work/cases/{world.case.pk}/questions/{asking.pk}/{page}/"


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def submission(page: Any) -> str:
    found = re.search(r'name="submission" value="([^"]+)"', page.content.decode())
    assert found
    return found.group(1)


@pytest.fixture
def browser(signed_in: SignedIn, asha: Cast) -> Any:
    with translation.override("en"):
        yield signed_in(asha)


def test_paper_has_a_code_and_whom_to_call_and_no_name(
    browser: Any, world: World, sam: Cast
) -> None:
    form = ask(world, "phq9")
    text = browser.get(address(world, form, "paper")).content.decode()
    sheet = unescape(text[text.index("<article") : text.index("</article")])

    assert paper.code(form) in sheet
    assert "9. Thoughts that you would be better off dead" in sheet
    assert "How to give it back" in sheet
    assert (
        sheet.index("How to give it back")
        < sheet.index("Don’t wait for this paper")
        < (sheet.index("999"))
    )
    assert all(name not in sheet for name in ("Sam", "Asha", "Noor", "Lothian"))
    assert grade(f"<main>{sheet[: sheet.index('<table')]}{sheet[sheet.index('<footer') :]}") <= 6
    large = browser.get(address(world, form, "paper") + "?size=large&language=es")
    assert "paper--large" in large.content.decode()
    assert 'lang="es"' in large.content.decode()


@pytest.mark.parametrize(
    ("instrument", "status", "why"),
    [
        ("epds", 451, "keeps its words out of here"),
        ("moca", 451, "keeps its words out of here"),
        ("asq", 409, "A trained person asks this one"),
    ],
)
def test_form_that_may_not_go_on_paper_says_why(
    browser: Any, world: World, sam: Cast, instrument: str, status: int, why: str
) -> None:
    answer = browser.get(address(world, ask(world, instrument), "paper"))

    assert (answer.status_code, why in words(answer)) == (status, True)
    assert "<article" not in answer.content.decode()


@pytest.mark.parametrize(("how", "page"), [("paper", "paper"), ("device", "device")])
def test_asking_leads_on_to_the_way_that_was_chosen(
    browser: Any, world: World, sam: Cast, how: str, page: str
) -> None:
    given = {"instrument": "phq9", "respondent": str(world.sam.pk), "about": "self", "days": "14"}
    where = f"/work/cases/{world.case.pk}/questions/ask/"
    asked = browser.post(where, {**given, "how": how})
    assert asked.headers["Location"] == address(world, Asking._base_manager.get(), page)
    assert browser.get(asked.headers["Location"]).status_code == 200
    refused = browser.post(where, {**given, "instrument": "epds", "how": how})
    assert refused.status_code == 422
    assert Asking._base_manager.count() == 1


def test_pile_is_typed_in_by_codes_and_each_form_twice(
    browser: Any, world: World, sam: Cast
) -> None:
    form = ask(world, "phq9")
    assert browser.post(PILE, {"code": "AAAA-AAAA"}).status_code == 400
    found = browser.post(PILE, {"code": paper.code(form).lower()})
    where = found.headers["Location"]
    assert where == address(world, form, "type") + "?pile=1"
    first = browser.get(where)
    given = {"pile": "1", "filled_on": "2026-01-15"}
    day = NOON.date().isoformat()
    given["filled_on"] = day

    slip = browser.post(where, {**given, "typed": "01230123", "submission": submission(first)})
    assert slip.status_code == 400
    assert "8 answers were typed, the form has 9 to 10." in words(slip)
    once = browser.post(where, {**given, "typed": "012301230", "submission": submission(first)})
    assert once.headers["Location"] == where
    second = browser.get(where)
    assert "Now type it a second time" in words(second)
    assert "012301230" not in second.content.decode()
    assert "Waiting for the second typing" in words(browser.get(PILE))
    assert paper.code(form) in words(browser.get(PILE))

    differs = browser.post(where, {**given, "typed": "013301231", "submission": submission(second)})
    assert differs.status_code == 409
    assert "The two typings differ. Nothing was kept." in words(differs)
    assert re.search(r"3 2 3 9 0 1 ", words(differs))
    assert "Alert C was raised: PHQ-9, question 9: answered 1, “Several days”." in words(differs)
    assert Response._base_manager.count() == 0

    done = browser.post(where, {**given, "typed": "012301230", "submission": submission(differs)})
    assert done.headers["Location"] == PILE
    row = Response._base_manager.get()
    assert (row.entered_from, row.filled_on.isoformat()) == ("paper", day)
    shown = words(browser.get(f"/work/cases/{world.case.pk}/answers/{row.pk}/"))
    assert "on paper" in shown
    assert "twice by Asha Raman; both agreed" in shown
    assert browser.get(where).status_code == 302


def test_first_typing_is_forgotten_on_the_page_that_shows_the_difference(
    browser: Any, world: World, sam: Cast
) -> None:
    form = ask(world, "phq9")
    where = address(world, form, "type")
    page = browser.get(where)
    browser.post(
        where,
        {"typed": "3" * 9, "filled_on": NOON.date(), "submission": submission(page)},
    )
    assert Typing._base_manager.count() == 1
    assert Alert._base_manager.exists()
    assert browser.post(where + "forget/").headers["Location"] == where
    assert Typing._base_manager.count() == 0
    tomorrow = browser.post(where, {"typed": "0" * 9, "filled_on": "2099-01-01"})
    assert "it is to come, or too long ago" in words(tomorrow)
    assert browser.post(where, {"typed": "0" * 9, "filled_on": "soon"}).status_code == 400


def test_code_of_a_case_leads_to_its_one_open_form_and_nobody_else_finds_it(
    browser: Any, signed_in: SignedIn, world: World, sam: Cast
) -> None:
    form = ask(world, "phq9")
    code = world.circle.code
    assert address(world, form, "type") in browser.post(PILE, {"code": code}).headers["Location"]
    ask(world, "gad7")
    assert "Which of these is it?" in words(browser.post(PILE, {"code": code}))
    bo = signed_in(world.bo)
    for typed in (code, paper.code(form)):
        answer = bo.post(PILE, {"code": typed})
        assert answer.status_code == 404
    for page in ("paper", "type"):
        assert bo.get(address(world, form, page)).status_code == 404
