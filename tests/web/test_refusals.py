"""A refusal that no page caught is a sentence, keeps what was typed, and is in the trail."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

import alongside
from alongside.access import actions as access
from alongside.calendar import private_address
from alongside.cases import rights
from alongside.config import refusing
from alongside.crisis import by_code
from alongside.delivery import on_time, stopping
from alongside.measures import actions as measures
from alongside.records.errors import NotAllowed, Refused, StaleVersion
from alongside.records.models import AuditEvent
from tests.factories import Cast, World

SignedIn = Callable[[Cast], Any]
FACTS: dict[str, Any] = {
    "field": "words", "value": "x", "part": "abilities", "latest": date(2026, 3, 2), "letters": 20,
}  # fmt: skip


def kinds(of: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for each in of.__subclasses__():
        yield each
        yield from kinds(each)


def every_refusal() -> set[type[Refused]]:
    for module in pkgutil.walk_packages(alongside.__path__, "alongside."):
        outside = module.name.startswith(("alongside.config", "alongside.cli.__main__"))
        if not outside and ".migrations" not in module.name and not module.name.endswith("urls"):
            importlib.import_module(module.name)
    return {each for each in kinds() if each.__module__.startswith("alongside.")}


def test_every_refusal_of_the_house_has_a_sentence_and_never_a_broken_page(world: World) -> None:
    found = every_refusal() - {NotAllowed}
    assert len(found) > 200
    seen: dict[str, set[int]] = {}
    for each in found:
        request = HttpRequest()
        request.method, request.path_info = "POST", "/work/"
        response = refusing.page(request, each(**FACTS))
        assert response is not None
        for at_desk in (True, False):
            assert refusing.sentence(each(**FACTS), at_desk=at_desk).endswith(".")
        assert refusing.sentence(each(**FACTS), at_desk=False) in response.content.decode()
        seen.setdefault(each.__name__, set()).add(response.status_code)
    assert set().union(*seen.values()) == {400, 403, 409}
    assert (seen["StaleVersion"], seen["Limited"], seen["NeedsWords"]) == ({409}, {403}, {400})


def refuses(why: Refused) -> Callable[..., Any]:
    def run(**given: Any) -> Any:
        raise why

    return run


def test_it_is_said_by_every_way_in_with_what_was_typed_and_a_row_in_the_trail(
    world: World, sam: Cast, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed in, by private link, one's own account, anybody: one handler for all four."""
    asking = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="nrs_mood",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    token = measures.hand_over(asking=asking, by=world.asha.reader, at=world.moment)
    monkeypatch.setattr(stopping, "ask_for", refuses(rights.Limited()))
    monkeypatch.setattr(on_time, "not_now", refuses(measures.Expired()))
    monkeypatch.setattr(by_code, "take", refuses(StaleVersion()))
    browser = signed_in(sam)
    words = "Two lines\nof my own, " + "long enough to be kept " * 4
    page = browser.post(reverse("person:held-ask"), {"kind": "objection", "words": words})
    shown = page.content.decode()
    assert page.status_code == 403
    assert "Something stands against it" in shown
    assert "The person objects" in refusing.sentence(rights.Limited(), at_desk=True)
    assert shown.count("long enough to be kept") == 4
    assert 'name="kind" value="objection"' in shown
    by_link = Client().post(reverse("answer:form-later", args=[token]))
    assert by_link.status_code == 409
    assert "Things have moved on meanwhile" in by_link.content.decode()
    anybody = Client().post(reverse("have"), {"code": "ABCD 2345"})
    assert anybody.status_code == 409
    assert "Somebody changed this" in anybody.content.decode()
    monkeypatch.setattr(private_address, "end", refuses(access.AlreadyEnded()))
    own = browser.post(reverse("own:times-end"))
    assert own.status_code == 409
    assert "Things have moved on meanwhile" in own.content.decode()
    rows = AuditEvent._base_manager.filter(word="access.action_refused")
    assert {row.detail["why"]: row.about for row in rows} == {
        "Limited": "person:held-ask", "Expired": "answer:form-later", "StaleVersion": "have",
        "AlreadyEnded": "own:times-end",
    }  # fmt: skip
    assert all(words not in str(row.detail) for row in rows)


def test_who_is_no_longer_staff_ends_the_feed_of_shifts_and_stays_on_a_page_that_exists(
    world: World, signed_in: SignedIn
) -> None:
    browser = signed_in(world.asha)
    type(world.asha.account)._base_manager.filter(pk=world.asha.account.pk).update(
        is_staff_member=False
    )
    answer = browser.post(reverse("own:shifts-end"), follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[0] == (reverse("own:index"), 302)
