"""Content in the office: where it stands, drafts, reviews, versions, one file in and out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from alongside import catalogue
from alongside.catalogue import live
from alongside.records.models import AuditEvent
from alongside.web.parts.content_words import way_notes
from tests.conftest import NOON
from tests.factories import Cast, World


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A content folder of this service for one test, read as in a running site."""
    folder = tmp_path / "content"
    shipped = live.roots()[:-1]
    monkeypatch.setattr(live, "roots", lambda: (*shipped, folder))
    live.look_again()
    yield folder
    live.look_again()


@pytest.fixture
def grace(world: World, signed_in: Callable[[Cast], Client]) -> Client:
    """The manager of the house, signed in."""
    return signed_in(world.grace)


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def acts() -> list[str]:
    rows = AuditEvent.objects.filter(word__regex=r"^directory\.(content|draft)_")
    said = [row.word.removeprefix("directory.") for row in rows.order_by("at", "pk")]
    return sorted(word for word in said if not word.endswith("_read"))


# -- where content stands ------------------------------------------------------------------------


def test_content_is_listed_with_source_and_review_and_a_review_here_is_seen_everywhere(
    own: Path, grace: Client
) -> None:
    page = text(grace.get("/office/content/?kind=protocols"))
    assert "Interpersonal psychotherapy" in page or "Interpersonal therapy" in page
    assert "checked on 22 Nov 2026, by nobody here yet" in page
    assert "partly not looked up" in page
    assert "Review overdue: 0" in page
    shown = grace.get("/office/content/protocols/cbt@1/")
    for words in ("Phase 1:", "Gates before the start", "Measures", "Sources", "By nobody yet"):
        assert words in text(shown)
    for kind, ref in (
        ("instruments", "phq9@1"),
        ("artefacts", "cbt/thought_record@1"),
        ("consent_forms", "c_treatment@1"),
        ("letters", sorted(catalogue.current().letters)[0]),
    ):
        assert grace.get(f"/office/content/{kind}/{ref}/").status_code == 200, ref
    assert grace.get("/office/content/protocols/nothing@1/").status_code == 404

    address = "/office/content/review/protocols/cbt@1/"
    given = {"sources": "NICE NG222 \n\n Handbook", "review_by": "2026-03-01", "words": "Held."}
    refused = grace.post(address, given)
    assert refused.status_code == 400
    assert "Choose a day to come." in text(refused)
    assert "Handbook" in text(refused)
    assert grace.post(address, {**given, "review_by": "2026-09-01"}).status_code == 302
    page = text(grace.get("/office/content/protocols/cbt@1/"))
    assert "NICE NG222; Handbook" in page
    assert "1 Sep 2026" in page
    assert way_notes("cbt@1", NOON.date().replace(month=9, day=1)) == way_notes("cbt", NOON.date())
    late = way_notes("cbt", NOON.date().replace(month=9, day=2))
    assert late[0] == "Its review was due on 1 Sep 2026."
    assert acts() == ["content_reviewed"]


def test_what_is_retired_is_begun_no_more_and_still_read_by_what_runs(
    own: Path, grace: Client
) -> None:
    address = "/office/content/retire/protocols/cbt@1/"
    assert grace.post(address, {"why": ""}).status_code == 400
    assert grace.post(address, {"why": "We train nobody in it."}).status_code == 302
    cat = catalogue.current()
    assert "cbt@1" not in cat.offered
    assert cat.protocol("cbt@1").name == cat.protocol("cbt").name
    assert "It is not begun any more; what runs goes on as it is." in way_notes(
        "cbt@1", NOON.date()
    )
    assert "We train nobody in it." in text(grace.get("/office/content/protocols/cbt@1/"))
    assert grace.get(address).status_code == 404
    assert acts() == ["content_retired"]
