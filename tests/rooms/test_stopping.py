"""A person's own word ends what was asked before it, in its own transaction, and says why."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alongside.access.readers import reader_for_link
from alongside.cases import rights
from alongside.cases.models import RightsRequest
from alongside.consent.models import Consent, Refusal
from alongside.delivery import on_time, stopping
from alongside.insights import completeness, timeline
from alongside.measures import actions as measures
from alongside.measures import ending
from alongside.measures.models import Asking
from alongside.records import audit
from alongside.records.errors import NotAllowed
from tests.factories import Cast, World
from tests.factories.care import started

WEB = Path(__file__).resolve().parents[2] / "src/alongside/web"
SignedIn = Callable[[Cast], Any]


def asked(world: World, respondent: Any, instrument: str, about: Any) -> Asking:
    return measures.make_asking(
        circle=world.circle, about=about, respondent=respondent, instrument=instrument,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def is_open(asking: Asking, world: World) -> bool:
    asking.refresh_from_db()
    return asking.expires_at > world.moment


def on_the_line(world: World) -> list[str]:
    rows = timeline.entries(world.circle.pk, seen_by=world.asha.reader, kind="answers")
    return [row.facts["because"] for row in rows if row.word == "asking_ended"]


def test_an_objection_ends_what_others_are_still_asked_and_their_links_with_it(
    world: World, sam: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GDPR 21: all in one transaction; what the person is asked about themself stays."""
    others = asked(world, world.noor.person, "nrs_mood", world.sam)
    own = asked(world, world.sam, "nrs_mood", world.sam)
    token = measures.hand_over(asking=others, by=world.asha.reader, at=world.moment)
    said: dict[str, Any] = {
        "circle": world.circle, "kind": "objection", "words": "Ask nobody about me.",
        "by": sam.through("person"), "at": world.moment,
    }  # fmt: skip

    def breaks(word: str, **rest: Any) -> None:
        if word == "measures.asking_ended":
            raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(audit, "write", breaks)
        with pytest.raises(OSError, match="full"):
            stopping.ask_for(**said)
    assert is_open(others, world)
    assert not RightsRequest._base_manager.exists()

    made = stopping.ask_for(**said)
    assert not is_open(others, world)
    assert is_open(own, world)
    with pytest.raises(NotAllowed):
        reader_for_link(token, "answer", world.moment)
    assert on_the_line(world) == [ending.OBJECTED]
    counts = completeness.of_cases([world.circle.pk], seen_by=world.asha.reader, at=world.moment)[
        world.circle.pk
    ]
    assert (counts.left_out, counts.expired) == (1, 0)
    rights.lift(request=made, by=sam.through("person"), at=world.moment)
    assert not is_open(others, world)  # it is asked anew, by somebody who thinks of it
    stopping.ask_for(**{**said, "kind": "correction"})
    assert is_open(own, world)


def test_a_yes_taken_back_or_a_no_ends_what_rested_on_it_and_the_lead_reads_why(
    world: World, sam: Cast, signed_in: SignedIn
) -> None:
    course = started(world, "cbt")
    on_time.ask_once(at=world.moment)
    (timed,) = Asking._base_manager.filter(occasion=f"course:{course.pk}")
    by_hand = asked(world, world.sam, "nrs_mood", world.sam)
    theirs = asked(world, world.noor.person, "nrs_mood", world.noor.person)
    yes = Consent._base_manager.get(person=world.sam, form__startswith="c_treatment")
    assert signed_in(sam).post(f"/me/record/receipts/{yes.pk}/end/").status_code == 302
    assert [is_open(row, world) for row in (timed, by_hand, theirs)] == [False, True, True]

    address = f"/work/cases/{world.case.pk}/consent/refusal/"
    given = {"person": world.sam.pk, "about": "c_measures", "offered": "Short questionnaires"}
    staff = signed_in(world.asha)
    assert staff.post(address, given).status_code == 302, Refusal._base_manager.count()
    assert [is_open(row, world) for row in (by_hand, theirs)] == [False, True]
    assert set(on_the_line(world)) == {ending.TAKEN_BACK, ending.REFUSED}
    page = staff.get(f"/work/cases/{world.case.pk}/timeline/?kind=answers").content.decode()
    for words in ("They took back the yes it rested on.", "They said no."):
        assert words in page


def test_doors_say_a_persons_word_where_it_ends_what_was_asked() -> None:
    """A page that kept a no or an objection alone would leave questions open."""
    alone = re.compile(r"(?<!stopping\.)\b(?:actions\.(?:withdraw|refuse)|rights\.ask)\(")
    found = {
        str(file.relative_to(WEB))
        for file in WEB.rglob("*.py")
        if alone.search(file.read_text(encoding="utf-8"))
    }
    assert found == {"practitioner/concerns.py"}  # a worry that is taken back, before any case
