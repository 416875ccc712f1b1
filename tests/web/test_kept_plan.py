"""The safety plan in its person's browser: what the service gives and takes back (M5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alongside.access import actions as access
from alongside.access.models import LinkToken, Relationship
from alongside.crisis import kept_plan
from alongside.notify import actions as notify
from alongside.records.models import AuditEvent
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.rooms.test_safety_plan import WHOLE, save


@pytest.fixture
def me(world: World, sam: Cast, signed_in: Any) -> Any:
    notify.beat(name="test", at=NOON)
    save(world, sam.reader)
    return signed_in(sam)


def asked(client: Any, token: str, **more: str) -> Any:
    answer = client.post("/me/kept/still/", {"token": token, **more})
    assert answer.status_code == 200
    return answer.json()


def test_the_plan_goes_along_once_it_is_asked_for_and_the_trail_says_so(
    world: World, me: Any, client: Any
) -> None:
    given = me.post("/me/safety/keep/").json()
    assert "Cold water on my face." in given["words"]
    assert 'href="tel:999"' in given["words"]
    assert given["until"] == int((NOON + timedelta(days=30)).timestamp() * 1000)
    said = AuditEvent.objects.get(word="crisis.safety_plan_copied")
    assert said.detail == {"kind": "browser"}
    assert given["token"] not in str(LinkToken._base_manager.values())
    assert asked(client, given["token"]) == {"still": True, "newer": False}
    assert asked(client, "no-such-token") == {"still": False, "newer": False}
    assert me.get("/me/safety/keep/").status_code == 405


def test_the_page_that_opens_it_is_the_same_for_everybody_and_sets_no_cookie(
    world: World, me: Any, client: Any
) -> None:
    page = client.get("/me/kept/?in=en")
    assert page.status_code == 200
    assert not page.cookies
    words = page.content.decode()
    assert "plan" not in words.replace('data-kept="plan"', "").lower()
    assert "999" in words
    assert 'lang="es"' in client.get("/me/kept/?in=es").content.decode()
    worker = client.get("/me/kept/worker.js?in=en")
    assert worker["Service-Worker-Allowed"] == "/me/"
    assert worker["Content-Type"].startswith("text/javascript")


def test_it_is_taken_back_from_each_browser_by_the_person_by_its_days_and_with_their_place(
    world: World, sam: Cast, me: Any, client: Any
) -> None:
    first, second = (me.post("/me/safety/keep/").json()["token"] for _ in range(2))
    asked(client, first, ended="1")
    assert asked(client, first)["still"] is False
    assert asked(client, second)["still"] is True
    assert "Take it off every phone" in me.get("/me/safety/copy/").content.decode()
    assert me.post("/me/safety/keep/end/").status_code == 302
    assert asked(client, second)["still"] is False
    assert "Take it off every phone" not in me.get("/me/safety/copy/").content.decode()

    third = me.post("/me/safety/keep/").json()["token"]
    after = NOON + timedelta(days=30, seconds=1)
    assert kept_plan.still(token=third, at=after - timedelta(minutes=1)).may
    assert not kept_plan.still(token=third, at=after).may
    world.at(NOON + timedelta(days=1))
    save(world, sam.reader, WHOLE, version=1)
    assert kept_plan.still(token=third, at=world.moment) == kept_plan.Still(may=True, newer=True)
    edge = Relationship._base_manager.get(account=sam.account, role="person")
    access.end_relationship(
        relationship=edge, because="left", by=world.asha.reader, at=world.moment
    )
    assert not kept_plan.still(token=third, at=world.moment).may


def test_signing_out_clears_the_browser_and_staff_keep_their_push_messages(
    world: World, me: Any, signed_in: Any
) -> None:
    assert me.post("/account/logout/")["Clear-Site-Data"] == '"cache", "storage"'
    assert signed_in(world.asha).post("/account/logout/")["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in me.get("/")
