"""The page where answers are put right: what stands is beside it, and danger comes first."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from alongside.access import actions as access
from alongside.crisis.models import Alert
from alongside.measures.models import Response
from tests.factories import Cast, World
from tests.factories.care import answer

SignedIn = Callable[[Cast], Any]
WHY = "The third line of the paper was read wrongly."
LOW = {f"item_{n}": 1 for n in range(1, 9)} | {"item_9": 0}


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.fixture
def given(world: World, sam: Cast) -> Response:
    answer(world, world.sam, "phq9", LOW)
    return Response._base_manager.get()


@pytest.fixture
def page(world: World, given: Response) -> str:
    return f"/work/cases/{world.case.pk}/answers/{given.pk}/"


def form(**more: Any) -> dict[str, str]:
    values = {**LOW, **more}
    return {"because": WHY, **{name: str(value) for name, value in values.items()}}


def test_it_is_put_right_and_each_page_leads_to_the_other(
    asha: Cast, signed_in: SignedIn, page: str
) -> None:
    browser = signed_in(asha)
    assert f"{page}right/" in browser.get(page).content.decode()
    shown = browser.get(f"{page}right/")
    assert "Stands now: Several days" in text(shown)
    assert re.search(r'name="item_3"[^>]*value="1"[^>]*checked', shown.content.decode())
    done = browser.post(f"{page}right/", form(item_3=3))
    assert done.status_code == 302
    after = browser.get(done.headers["Location"])
    for words in (WHY, "Put right by Asha Raman", "Several days → Nearly every day", "8 → 10"):
        assert words in text(after)
    assert page in after.content.decode()
    before = text(browser.get(page))
    assert "These answers were put right by Asha Raman" in before
    assert "Put these answers right" not in before
    assert browser.get(f"{page}right/").headers["Location"] == done.headers["Location"]
    told = text(browser.get(page.partition("answers/")[0] + "timeline/"))
    assert "were put right" in told


def test_what_was_typed_stays_where_it_cannot_be_kept(
    asha: Cast, signed_in: SignedIn, page: str
) -> None:
    browser = signed_in(asha)
    short = browser.post(f"{page}right/", {**form(item_3=3), "because": "A slip."})
    same = browser.post(f"{page}right/", form())
    wrong = browser.post(f"{page}right/", form(item_2=7, item_9=2))
    assert [one.status_code for one in (short, same, wrong)] == [422] * 3
    assert re.search(r'name="item_3"[^>]*value="3"[^>]*checked', short.content.decode())
    assert "Nothing is different from what stands now." in text(same)
    assert "This is no answer to this question." in text(wrong)
    assert "was raised" in text(wrong)
    assert (Response._base_manager.count(), Alert._base_manager.count()) == (1, 1)


def test_who_comes_second_sees_what_stands_now_beside_what_they_chose(
    asha: Cast, signed_in: SignedIn, page: str
) -> None:
    browser = signed_in(asha)
    first = browser.post(f"{page}right/", form(item_3=3)).headers["Location"]
    second = browser.post(f"{page}right/", form(item_3=2))
    shown = second.content.decode()
    assert second.status_code == 409
    assert "Somebody put them right meanwhile." in text(second)
    assert "Stands now: Nearly every day" in text(second)
    assert re.search(r'name="item_3"[^>]*value="2"[^>]*checked', shown)
    again = browser.post(f"{first}right/", form(item_3=2))
    assert again.status_code == 302
    assert Response._base_manager.get(corrects__corrects__isnull=False).answers["item_3"] == 2


def test_nobody_else_finds_the_page_also_not_one_that_was_open(
    world: World, signed_in: SignedIn, page: str
) -> None:
    lena = world.staff("Lena Stern", "Psychologist", "lead")
    for who in (lena, world.ifeoma, world.bo, world.noor, world.sam_account):
        browser = signed_in(who)
        assert browser.get(f"{page}right/").status_code == 404
        assert browser.post(f"{page}right/", form(item_3=3)).status_code == 404
    noor = signed_in(world.noor)
    access.end_membership(
        member=world.noor.member, because="left", by=world.asha.reader, at=world.moment
    )
    assert noor.post(f"{page}right/", form(item_3=3)).status_code != 200
    assert Response._base_manager.count() == 1
