"""Every page somebody can reach from their home opens, and says nothing a translator never saw."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client

from tests.factories import World
from tests.harness.house import CONTENT
from tests.harness.pseudo import outside, pseudo_locale, words_of

MOST = 120  # pages a reader
NAMES = {"Alongside", "Español"}  # a language is written as its readers write it
DOORS = {"nobody": "/", "sam": "/me/", "noor": "/circle/", "grace": "/office/"}


def typed() -> list[str]:
    """Everything anybody has typed in this world: each text of each row."""
    found: list[str] = []
    for model in apps.get_models():
        names = [
            each.attname
            for each in model._meta.concrete_fields
            if isinstance(each, (models.CharField, models.TextField))
        ]
        rows: Any = model._base_manager.all()
        if names and hasattr(rows, "unscoped"):
            rows = rows.unscoped("a test")
        for row in rows if names else ():
            found.extend(str(getattr(row, name)) for name in names)
    return found


def shipped() -> list[str]:
    """What content says; its own review looks at its languages."""
    return [path.read_text(encoding="utf-8") for path in CONTENT.rglob("*.yaml")]


@pytest.mark.parametrize("who", ["nobody", "sam", "noor", "asha", "ifeoma", "hana", "grace"])
def test_every_page_somebody_can_reach_opens_and_was_offered_for_translation(
    who: str, world: World, signed_in: Any
) -> None:
    world.worry(alias="Rae", contact="rae@example.org", answer="yes")
    door = DOORS.get(who, "/work/")
    if who == "nobody":
        browser = Client()
    else:
        browser = signed_in(world.engage_sam() if who == "sam" else getattr(world, who))
    said: dict[str, set[str]] = {}
    waiting, seen = [door], {door}
    with pseudo_locale():
        while waiting and len(seen) <= MOST:
            address = waiting.pop()
            response = browser.get(address)
            asks = any(each.name == "account/sign_in_again.html" for each in response.templates)
            assert response.status_code in {200, 302} or asks, address
            if response.status_code == 302 or "html" not in response.headers["Content-Type"]:
                continue
            page = response.content.decode()
            for words in outside(page):
                said.setdefault(words, set()).add(address)
            links = {unescape(link) for link in re.findall(r'href="(/[^"#]*)', page)}
            links = {link for link in links if not link.startswith("/static/")}
            new = {link for link in links - seen if link.startswith(door)}
            waiting += sorted(new)
            seen |= new
    assert len(seen) > 3
    corpus = words_of([*typed(), *shipped(), *NAMES])
    forgotten = {
        words: sorted(where)[:3] for words, where in said.items() if words.casefold() not in corpus
    }
    assert forgotten == {}
