"""Two people who must not meet: set in silence, and no join, date or page brings them together."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from alongside.access import actions as access
from alongside.access import apart
from alongside.access.models import Separation
from alongside.calendar import actions as calendar
from alongside.cases import joining
from alongside.crisis import private_check, safeguarding
from alongside.people import actions as people
from alongside.people import queries
from alongside.records.errors import NotAllowed
from alongside.tasks.queries import open_tasks
from tests.conftest import NOON
from tests.factories import Cast, World

SignedIn = Callable[[Cast], Any]


def text_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def link_for(world: World, member: Any) -> str:
    return access.issue_link(
        purpose="join_circle", target=member.person_id, person=member.person,
        circle=member.circle, expires_at=NOON + timedelta(days=14), by=world.system, at=NOON,
    )  # fmt: skip


def test_the_lead_keeps_two_apart_and_only_the_privacy_officer_ends_it(
    world: World, signed_in: SignedIn
) -> None:
    """1.3, T28b: no proof is asked, neither is told, and neither page says anything."""
    browser = signed_in(world.asha)
    page = f"/work/cases/{world.case.pk}/circle/{world.teo.member.pk}/"
    before = text_of(signed_in(world.teo).get(f"/circle/{world.circle.pk}/told/"))
    assert "Nothing was changed." in text_of(browser.post(f"{page}apart/", {}, follow=True))
    browser.post(f"{page}apart/", {"other": str(world.noor.person.pk)})
    assert "Kept apart from Noor Haddad" in text_of(browser.get(page))
    assert text_of(signed_in(world.teo).get(f"/circle/{world.circle.pk}/told/")) == before
    row = Separation._base_manager.get()
    with pytest.raises(NotAllowed):
        access.end_separation(separation=row, by=world.asha.reader, at=NOON)
    for who in (world.teo, world.noor, world.hana):
        assert signed_in(who).post(f"{page}apart/", {}).status_code == 404

    desk = signed_in(world.staff("Priya Shah", "Privacy officer", "privacy"))
    assert "Noor Haddad" in text_of(desk.get("/office/apart/"))
    assert desk.post(f"/office/apart/{row.pk}/end/").status_code == 302
    assert desk.post(f"/office/apart/{row.pk}/end/").status_code == 404
    assert "Noor Haddad" not in text_of(desk.get("/office/apart/"))


def test_a_join_that_would_bring_them_together_is_refused_like_any_other(
    world: World, signed_in: SignedIn
) -> None:
    """1.3: by the number somebody leaves and by the address they sign in with, in a circle where
    each of them is another row; the page says what it says to a person who is in it already, and
    who leads is asked to look."""
    people.add_contact(
        person=world.teo.person, circle=world.circle, value="+447700900123", by=world.asha.reader,
        at=NOON,
    )  # fmt: skip
    access.separate(
        one=world.noor.person, other=world.teo.person, circle=world.circle, by=world.asha.reader,
        at=NOON,
    )  # fmt: skip
    other = world.open_case(world.worry(alias="Rae", contact="noor@example.org"))
    browser = signed_in(world.asha)
    address = f"/work/cases/{other.case.pk}/circle/add/"
    given = {"name": "T. Lindqvist", "relation": "friend", "contact": "07700 900123"}
    refused = browser.post(address, given)
    assert refused.status_code == 400
    assert "They cannot be added to this circle now." in text_of(refused)
    assert 'value="T. Lindqvist"' in refused.content.decode()
    assert queries.live_members(other.circle, seen_by=world.asha.reader).count() == 1
    assert open_tasks(seen_by=world.asha.reader).filter(kind="join_refused").count() == 1

    fine = joining.add(
        circle=other.circle, name="Teo L.", relation="friend", by=world.asha.reader, at=NOON
    )
    assert fine is not None
    token = link_for(world, fine)
    page = Client().post(f"/circle/join/{token}/", {"address": "teo@example.org"})
    assert page.status_code == 400
    assert "That did not work. Please ask whoever invited you" in text_of(page)
    page = Client().post(f"/circle/join/{token}/", {"address": "other@example.org"})
    assert page.status_code == 302
    assert not apart.would_meet(other.circle, contact="nobody@example.org", at=NOON)


def test_an_answer_that_somebody_is_afraid_holds_back_every_date_for_several(
    world: World,
) -> None:
    """M1, T25: until the lead has resolved it, alone; a date for one of them is how they do. The
    safeguarding lead hears that somebody needs them, and neither who nor what."""
    world.engage_sam()
    safeguarding.record_child_check(
        circle=world.circle,
        child_there=False,
        words="No child lives here.",
        by=world.asha.reader,
        at=NOON,
    )
    check = private_check.answer(
        circle=world.circle, person=world.teo.person, answers={"afraid": "yes"},
        by=world.teo.reader, at=NOON,
    )  # fmt: skip

    def book(*persons: Any, hour: int) -> Any:
        return calendar.book(
            circle=world.circle, practitioner=world.asha.practitioner, persons=persons,
            wall=(NOON + timedelta(days=3, hours=hour)).replace(tzinfo=None),
            zone="Europe/London", minutes=50, by=world.asha.reader, at=NOON,
        )  # fmt: skip

    priya = world.staff("Priya Shah", "Privacy officer", "privacy")
    (report,) = safeguarding.all_reports(seen_by=priya.reader)
    assert (report.kind, report.written_by) == ("adult", None)
    assert "fear or control" in report.words
    assert "Teo" not in report.words
    with pytest.raises(private_check.Frozen):
        book(world.noor.person, world.teo.person, hour=0)
    assert book(world.teo.person, hour=1).pk
    why = "Spoke with him alone; he is safe and wants to go on."
    private_check.resolve(check=check, reason=why, by=world.asha.reader, at=NOON)
    assert book(world.noor.person, world.teo.person, hour=2).pk
