"""A relative tells the team: one way, danger first, and kept together with its alert."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from alongside.cases.models import Concern
from alongside.crisis import queries, telling
from alongside.crisis.models import Alert, SafetyCheck
from alongside.notify import actions as notify
from alongside.notify.models import Message
from alongside.records.errors import Refused
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World

WORDS = "He gave away his watch and locked the shed."


@pytest.fixture(autouse=True)
def dispatcher_lives(db: None) -> None:
    notify.beat(name="test", at=NOON)


@pytest.fixture
def page(world: World) -> str:
    return f"/circle/{world.circle.pk}/tell/"


def text(response: Any) -> str:
    return str(response.content.decode())


def count(model: Any) -> int:
    return int(model.objects.unscoped("a test").filter(circle__isnull=False).count())


def test_danger_that_a_relative_tells_reaches_on_call_once_and_shows_nothing_back(
    world: World, noor: Cast, teo: Cast, sam: Cast, signed_in: Any, page: str
) -> None:
    me, before = signed_in(noor), count(Concern)
    asked = text(me.get(page))
    assert asked.index("Could someone be badly hurt") < asked.index("What happened?")
    sent = {"submission": uuid4().hex, "badly_hurt": "yes", "talk_of_dying": "??", "words": WORDS}
    first, again = me.post(page, sent), me.post(page, sent)
    assert first.status_code == again.status_code == 302
    assert first.url == again.url
    (alert,) = Alert.objects.unscoped("a test")
    assert (alert.level, alert.circle_id, alert.about_id, alert.written_by_id) == (
        "B",
        world.circle.pk,
        world.sam.pk,
        noor.person.pk,
    )
    told = Message.objects.unscoped("a test").filter(about=f"alert:{alert.pk}", channel="email")
    assert [each.address for each in told] == ["hana@example.org"]
    assert count(Concern) == before + 1

    after = text(me.get(first.url))
    assert 'href="tel:999"' in after
    assert "sent" in after
    assert "Hana" not in after
    assert WORDS in text(me.get(page.replace("tell", "told")))
    assert signed_in(teo).get(first.url).status_code == 404
    assert WORDS not in text(signed_in(teo).get(page.replace("tell", "told")))
    for theirs in ("/me/", "/me/safety/"):
        assert WORDS not in text(signed_in(sam).get(theirs, follow=True))

    board = text(signed_in(world.hana).get(f"/work/crisis/{alert.pk}/"))
    assert WORDS in board
    task = Task.objects.unscoped("a test").get(kind="told_by_member")
    assert task.about == f"concern:{alert.concern_id}"
    assert WORDS in text(signed_in(world.asha).get(f"/work/concerns/{alert.concern_id}/"))


def test_words_alone_are_a_task_and_nothing_at_all_is_sent_back(
    world: World, noor: Cast, signed_in: Any, page: str
) -> None:
    me = signed_in(noor)
    empty = me.post(page, {"submission": uuid4().hex, "words": "  "})
    assert empty.status_code == 400
    assert "Answer a question, or write something." in text(empty)
    calm = {"submission": uuid4().hex, "words": WORDS, "badly_hurt": "no"}
    assert me.post(page, calm).url == page.replace("tell", "told")
    assert Alert.objects.unscoped("a test").count() == 0
    assert Task.objects.unscoped("a test").filter(kind="told_by_member").count() == 1


def test_what_was_told_and_its_alert_are_kept_together_or_not_at_all(
    world: World, noor: Cast, signed_in: Any, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = count(Concern), count(SafetyCheck)

    def fails(**given: Any) -> int:
        raise Refused

    monkeypatch.setattr(telling, "tell", fails)
    me = signed_in(noor)
    me.raise_request_exception = False
    answer = me.post(page, {"submission": uuid4().hex, "badly_hurt": "now", "words": WORDS})
    assert answer.status_code == 500
    assert "not saved" in text(answer)
    assert (count(Concern), count(SafetyCheck)) == before
    assert list(queries.open_alerts(seen_by=world.hana.reader)) == []
