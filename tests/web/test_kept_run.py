"""The run sheet in the browser of whoever leads: what is given, taken, and taken back (M5)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from alongside.access import actions as access
from alongside.access.models import LinkToken, Relationship
from alongside.crisis.models import Alert
from alongside.meetings import actions, kept_run, live
from alongside.records.models import AuditEvent
from tests.factories import World
from tests.factories.meetings import dated, fresh, ready


def asked(client: Any, given: Any, **more: str) -> Any:
    sent = {"token": given["token"], "edition": given["edition"], **more}
    return client.post("/work/kept/still/", sent).json()


def pressed(client: Any, token: str, *presses: dict[str, Any]) -> Any:
    body = json.dumps({"token": token, "presses": presses})
    return client.post("/work/kept/presses/", body, content_type="application/json")


def test_the_sheet_goes_along_for_its_lead_alone_and_its_link_opens_nothing(
    world: World, signed_in: Any, client: Any
) -> None:
    where = f"/work/cases/{world.case.pk}/meeting/live/keep/"
    lead = signed_in(world.asha)
    meeting = ready(world)
    assert lead.get(where).status_code == 404  # no date yet
    dated(world, meeting)
    assert "Keep it on this phone" in lead.get(where).content.decode()
    given = lead.post(where).json()
    for said in ("harbour", 'href="tel:999"', "Rowan House", "Begin"):
        assert said in given["words"], said
    assert "Letter of" not in given["words"]  # in a talk of one or two nobody reads one
    assert "csrf" not in given["words"]
    assert "/end/" not in given["words"]
    starts = fresh(world, meeting).booking.starts_at
    assert given["until"] == int((starts + timedelta(days=2)).timestamp() * 1000)
    assert given["token"] not in str(LinkToken._base_manager.values())
    assert AuditEvent.objects.filter(word="meetings.run_kept").count() == 1
    assert signed_in(world.ifeoma).post(where).status_code == 404
    page = client.get("/work/kept/?in=es")
    assert not page.cookies
    assert "Noor" not in page.content.decode()
    assert client.get("/work/kept/worker.js")["Service-Worker-Allowed"] == "/work/"

    assert asked(client, given) == {"still": True, "newer": False}
    later = fresh(world, meeting)
    actions.prepare(
        meeting=later, words={"bag": "His blue coat"}, led="present", refused_aims=[],
        has_no_children=True, expected=later.version, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert asked(client, given) == {"still": True, "newer": True}
    assert pressed(client, "no-such-token").status_code == 410
    assert lead.post(f"{where}end/").status_code == 302
    assert asked(client, given)["still"] is False
    assert pressed(client, given["token"]).status_code == 410


def test_what_was_pressed_arrives_once_with_its_danger_whatever_became_of_the_date(
    world: World, signed_in: Any, client: Any
) -> None:
    meeting = dated(world, ready(world))
    where = f"/work/cases/{world.case.pk}/meeting/live/keep/"
    token = signed_in(world.asha).post(where).json()["token"]
    later = fresh(world, meeting)
    actions.take_back_date(
        meeting=later, because="Noor is ill", expected=later.version, by=world.asha.reader,
        at=world.moment,
    )  # fmt: skip
    ago = int((world.moment - timedelta(minutes=30)).timestamp() * 1000)
    words = [("begin", ""), ("done", ""), ("stop", "dying")]
    sent = [
        {"id": str(uuid4()), "word": word, "step": 0, "reason": reason, "at": ago + number}
        for number, (word, reason) in enumerate(words)
    ]
    for _again in range(2):
        answer = pressed(client, token, *sent)
        assert answer.status_code == 200, answer.content
        assert answer.json()["kept"] == [each["id"] for each in sent]
    rows = live.marks(seen_by=world.asha.reader, meeting=meeting)
    assert [row.word for row in rows] == ["begin", "done", "stop"]
    assert [row.rule for row in Alert.objects.visible_to(world.asha.reader)] == [
        "meeting_run_dying@1"
    ]
    odd = {**sent[0], "id": str(uuid4())}
    for more in ({"word": "dance"}, {"step": 10**30}, {"at": 10**30}, {"step": None}):
        assert pressed(client, token, {**odd, **more}).status_code == 400, more
    for body in ("[" * 100_000, "[]", '{"token": 1, "presses": {}}', "\x00", '{"presses": []}'):
        answer = client.post("/work/kept/presses/", body, content_type="application/json")
        assert answer.status_code == 400, body[:20]

    for edge in Relationship._base_manager.filter(account=world.asha.account, valid_to=None):
        access.end_relationship(relationship=edge, because="left", by=world.system, at=world.moment)
    assert not kept_run.still(token=token, edition_kept="", at=world.moment).may
    assert pressed(client, token, sent[0]).status_code == 410
