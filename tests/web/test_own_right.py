"""My own answers put right at my own door: the first stay, danger is told, nobody else finds it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from alongside.cases.models import Case
from alongside.crisis.models import Alert
from alongside.measures.models import Response
from tests.factories import Cast, World
from tests.factories.care import answer

SignedIn = Callable[[Cast], Any]
WHY = "I was thinking of another week."
LOW = {f"item_{n}": 1 for n in range(1, 9)} | {"item_9": 0}


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.fixture
def given(world: World, sam: Cast) -> Response:
    answer(world, world.sam, "phq9", LOW, by=sam.reader)
    return Response._base_manager.get()


@pytest.fixture
def page(given: Response) -> str:
    return f"/me/change/{given.pk}/"


def form(**more: Any) -> dict[str, str]:
    return {"because": WHY, **{name: str(value) for name, value in {**LOW, **more}.items()}}


def test_i_put_my_answers_right_and_each_page_leads_to_the_other(
    sam: Cast, asha: Cast, world: World, signed_in: SignedIn, page: str, given: Response
) -> None:
    browser = signed_in(sam)
    assert f"{page}right/" in browser.get(page).content.decode()
    shown = browser.get(f"{page}right/")
    assert "Stands now: Several days" in text(shown)
    assert re.search(r'name="item_3"[^>]*value="1"[^>]*checked', shown.content.decode())
    done = browser.post(f"{page}right/", form(item_3=3))
    after = browser.get(done.headers["Location"])
    assert "Where the 10 comes from" in text(after)
    assert re.search(r"You put these answers right on \w+ .* 2026. What stood before", text(after))
    before = text(browser.get(page))
    assert "Where the 8 comes from" in before
    assert "What stands now" in before
    assert "Put my answers right" not in before  # only what stands can be
    assert browser.get(f"{page}right/").headers["Location"] == done.headers["Location"]
    now = Response._base_manager.get(corrects=given)
    told = text(signed_in(asha).get(f"/work/cases/{world.case.pk}/answers/{now.pk}/"))
    assert WHY in told
    assert "Put right by Sam" in told


def test_danger_in_what_is_put_right_is_raised_with_it_and_whom_to_call_comes_first(
    sam: Cast, signed_in: SignedIn, page: str, given: Response
) -> None:
    done = signed_in(sam).post(f"{page}right/", form(item_9=2))
    assert done.headers["Location"] == f"/me/questions/{given.asking_id}/help/"
    assert Alert._base_manager.count() == 1
    assert Response._base_manager.filter(corrects=given).exists()


def test_what_i_chose_stays_where_it_cannot_be_kept_and_danger_is_told_all_the_same(
    sam: Cast, signed_in: SignedIn, page: str
) -> None:
    browser = signed_in(sam)
    short = browser.post(f"{page}right/", {**form(item_3=3), "because": "x"})
    same = browser.post(f"{page}right/", form())
    assert Alert._base_manager.count() == 0
    wrong = browser.post(f"{page}right/", form(item_2=7, item_9=2))
    assert [one.status_code for one in (short, same, wrong)] == [422] * 3
    assert re.search(r'name="item_3"[^>]*value="3"[^>]*checked', short.content.decode())
    assert "Say in some more words what was wrong." in text(short)
    assert "Nothing is different from what stands now." in text(same)
    assert "This is no answer to this question." in text(wrong)
    assert "Whom to call now" in text(wrong)
    assert (Response._base_manager.count(), Alert._base_manager.count()) == (1, 1)


def test_who_comes_second_sees_what_stands_now_beside_what_they_chose(
    sam: Cast, signed_in: SignedIn, page: str
) -> None:
    browser = signed_in(sam)
    first = browser.post(f"{page}right/", form(item_3=3)).headers["Location"]
    second = browser.post(f"{page}right/", form(item_3=2))
    assert second.status_code == 409
    assert "They were put right meanwhile." in text(second)
    assert "Stands now: Nearly every day" in text(second)
    assert re.search(r'name="item_3"[^>]*value="2"[^>]*checked', second.content.decode())
    assert browser.post(f"{first}right/", form(item_3=2)).status_code == 302


def test_nobody_else_puts_them_right_nor_i_what_others_wrote_down_or_when_help_has_ended(
    world: World, sam: Cast, signed_in: SignedIn, page: str, given: Response
) -> None:
    for who in (world.asha, world.bo, world.noor):
        browser = signed_in(who)
        assert browser.get(f"{page}right/").status_code == 404
        assert browser.post(f"{page}right/", form(item_3=3)).status_code == 404
    mine = signed_in(sam)
    Response._base_manager.filter(pk=given.pk).update(written_by=world.asha.person)
    assert f"{page}right/" not in mine.get(page).content.decode()
    assert mine.post(f"{page}right/", form(item_3=3)).headers["Location"] == page
    Response._base_manager.filter(pk=given.pk).update(written_by=given.respondent)
    Case._base_manager.update(state="closed", closed_at=world.moment, outcome="completed")
    assert f"{page}right/" not in mine.get(page).content.decode()
    assert mine.post(f"{page}right/", form(item_3=3)).status_code in {302, 404}
    assert Response._base_manager.count() == 1
