"""Somebody under age, and who may decide with them until when (1.2, G10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import guardians
from alongside.access.models import Guardianship, Relationship
from alongside.consent import actions as consents
from alongside.consent import queries as consent
from alongside.crisis import safeguarding
from alongside.measures.models import Response
from alongside.people import actions as people
from alongside.people.models import Person
from alongside.plans import queries as plans
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import answer, booked, course_of, give_consent, proposed
from tests.harness.reading import grade

SignedIn = Callable[[Cast], Any]
LONDON = ZoneInfo("Europe/London")
PARENT = {"kind": "parent", "evidence": "Birth certificate, seen by Asha."}


def born(world: World, year: int) -> Person:
    """Sam, born in a year."""
    people.correct_person(
        person=world.sam, version=world.sam.version, birth_year=year, by=world.asha.reader, at=NOON
    )
    world.circle.refresh_from_db()
    world.sam = world.circle.focus
    return world.sam


def named(world: World, **more: Any) -> Guardianship:
    given = {"until": date(2029, 1, 1), "by": world.asha.reader, "at": NOON, **PARENT, **more}
    return guardians.name_guardian(
        circle=world.circle, ward=world.sam, guardian=world.noor.person, **given
    )


def waits_for_age(world: World, course: Any) -> bool:
    states = plans.start_gates(course=course, seen_by=world.asha.reader, at=world.moment)
    return any("age_basis" in state.missing for state in states)


def roles_of(world: World, cast: Cast, at: Any = NOON) -> set[str]:
    return set(world.at(at) and cast.reader.roles)


def test_a_course_for_a_minor_waits_for_a_guardian_or_for_them_found_able(world: World) -> None:
    """G10: a relative's yes is nothing; a guardian's counts while they are one; where the law
    knows it, so does the young person's own."""
    world.engage_sam()
    born(world, 2011)  # 14 or 15
    course = course_of(world, proposed(world, "cbt"))
    assert waits_for_age(world, course)
    give_consent(world, world.noor.person, "c_minor", f"minor:{world.sam.pk}")
    assert waits_for_age(world, course)
    row = named(world)
    assert not waits_for_age(world, course)
    world.at(world.moment + timedelta(minutes=1))
    consents.refuse(
        circle=world.circle, person=world.noor.person, about=f"minor:{world.sam.pk}",
        offered="Help for Sam", by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert waits_for_age(world, course)
    world.at(world.moment + timedelta(minutes=1))
    give_consent(world, world.noor.person, "c_minor", f"minor:{world.sam.pk}")
    assert not waits_for_age(world, course)
    assert guardians.decides_with(world.sam.pk, on=row.until - timedelta(days=1))
    assert not guardians.decides_with(world.sam.pk, on=row.until)  # for the gate, too
    guardians.end_guardian(guardianship=row, because="x", by=world.asha.reader, at=NOON)
    assert waits_for_age(world, course)
    give_consent(world, world.sam, "c_minor")
    assert not waits_for_age(world, course)
    assert catalogue.current().minors["us"].competent == "no"


@pytest.mark.parametrize(
    ("year", "more", "refusal"),
    [
        (2000, {}, guardians.NotAMinor),
        (2011, {"until": date(2029, 1, 2)}, guardians.BadEnd),  # they may be 18 that day
        (2011, {"until": NOON.date()}, guardians.BadEnd),
        (2011, {"evidence": "Seen."}, guardians.NeedsEvidence),
        (2011, {"kind": "neighbour"}, guardians.NotAGuardian),
    ],
)
def test_a_guardian_has_a_right_that_was_seen_and_that_ends_by_majority(
    world: World, year: int, more: dict[str, Any], refusal: type[Exception]
) -> None:
    born(world, year)
    with pytest.raises(refusal):
        named(world, **more)
    assert not Guardianship._base_manager.exists()


def test_the_role_ends_by_itself_and_with_the_place_in_the_circle(world: World) -> None:
    """1.2, A3: the edge carries its end; leaving ends it in the same act."""
    born(world, 2011)
    named(world)
    assert "guardian" in roles_of(world, world.noor)
    assert "guardian" not in roles_of(world, world.noor, NOON.replace(year=2029))
    world.at(NOON + timedelta(minutes=1))
    access.end_membership(
        member=world.noor.member, because="left", by=world.asha.reader, at=world.moment
    )
    assert not Guardianship._base_manager.filter(ended_at=None).exists()
    live = Relationship._base_manager.filter(role="guardian", ended_because="")
    assert not live.exists()


def test_a_guardian_named_in_a_safeguarding_report_is_one_no_more_at_once_and_in_silence(
    world: World,
) -> None:
    """1.2, M11: on the safeguarding lead's act; the report itself tells nobody."""
    born(world, 2011)
    named(world)
    priya = world.staff("Priya Shah", "Privacy officer", "privacy")
    report = safeguarding.file_report(
        institution=world.institution, kind="child", words="He came with bruises.",
        circle=world.circle, named=[world.noor.person], by=world.asha.reader, at=NOON,
    )  # fmt: skip
    assert "guardian" in roles_of(world, world.noor)
    later = NOON + timedelta(minutes=5)
    world.at(later)
    safeguarding.receive(report=report, by=priya.reader, at=later)
    assert "guardian" not in roles_of(world, world.noor, later)
    row = Guardianship._base_manager.get()
    assert (row.ended_at, row.ended_because) == (later, "safeguarding")
    assert "concerned" in world.noor.reader.roles


def test_the_pages_name_a_guardian_who_then_says_yes_for_themself(
    world: World, signed_in: SignedIn
) -> None:
    """T28c, T23: only the lead names one; the guardian answers on their own page, until its end."""
    page = f"/work/cases/{world.case.pk}/circle/{world.noor.member.pk}/"
    browser = signed_in(world.asha)
    assert "under age" not in browser.get(page).content.decode()
    born(world, 2011)
    shown = browser.get(page).content.decode()
    assert "Decides with Sam, who is under age" in shown
    assert 'value="2029-01-01"' in shown
    late = browser.post(f"{page}guardian/", {**PARENT, "until": "2030-01-01"})
    assert late.status_code == 400
    assert "at the latest Monday 1 January 2029" in late.content.decode()
    assert "Birth certificate, seen by Asha." in late.content.decode()
    assert browser.post(f"{page}guardian/", {**PARENT, "until": "2026-05-01"}).status_code == 302
    for who in (world.hana, world.teo):
        assert signed_in(who).post(f"{page}guardian/", PARENT).status_code == 404

    circle = f"/circle/{world.circle.pk}/"
    noor, teo = signed_in(world.noor), signed_in(world.teo)
    assert "Say yes or no for Sam" in noor.get(circle).content.decode()
    assert "Say yes or no for Sam" not in teo.get(circle).content.decode()
    assert teo.get(f"{circle}agree/c_minor/").status_code == 404
    form = noor.get(f"{circle}agree/c_minor/").content.decode()
    assert grade(form) <= 6.0
    digest = re.search(r'name="shown" value="([0-9a-f]{64})"', form)
    assert digest is not None
    said = {"answer": "yes", "shown": digest[1]}
    assert noor.post(f"{circle}agree/c_minor/", said).status_code == 302
    given = consent.consents(seen_by=world.asha.reader).get(form__startswith="c_minor")
    assert given.person_id == world.noor.person.pk
    assert given.about == f"minor:{world.sam.pk}"
    assert given.expires_on == date(2026, 5, 1)
    assert "Say yes or no for Sam" not in noor.get(circle).content.decode()
    assert browser.post(f"{page}guardian/end/").status_code == 302
    assert noor.get(f"{circle}agree/c_minor/").status_code == 404


def test_a_guardian_who_may_see_finds_what_content_names_and_never_what_is_kept_back(
    world: World, signed_in: SignedIn
) -> None:
    """1.2: yes and no, times, totals; the young person keeps back, a clinician shows for safety."""
    world.engage_sam()
    born(world, 2011)  # 14 or 15: does not agree alone yet
    wall = world.moment.astimezone(LONDON).replace(tzinfo=None) + timedelta(days=3)
    booked(world, wall, persons=[world.sam])
    answer(world, world.sam, "phq9", {f"item_{n}": 1 for n in range(1, 9)} | {"item_9": 0})
    give_consent(world, world.sam, "c_measures")
    page = f"/circle/{world.circle.pk}/for/{world.sam.pk}/"
    noor, asha, sam = (signed_in(who) for who in (world.noor, world.asha, world.sam_account))
    named(world)  # who decides, and may see nothing more
    assert noor.get(page).status_code == 404
    member = f"/work/cases/{world.case.pk}/circle/{world.noor.member.pk}/"
    asha.post(f"{member}guardian/end/")
    seeing = {**PARENT, "until": "2029-01-01", "sees": "on"}
    assert asha.post(f"{member}guardian/", seeing).status_code == 302

    home = noor.get("/home/", follow=True)
    assert page in home.content.decode()
    shown = noor.get(page).content.decode()
    assert "Total: 8" in shown
    assert "5 March 2026" in shown
    assert "Questionnaires" in shown or "Yes, until" in shown
    assert grade(shown) <= 6.0
    assert signed_in(world.teo).get(page).status_code == 404
    row = Response._base_manager.get(about=world.sam)
    for secret in (f"/me/change/{row.pk}/", f"/work/cases/{world.case.pk}/answers/{row.pk}/"):
        assert noor.get(secret).status_code == 404

    own = f"/me/change/{row.pk}/"
    assert "can see the number and the day, not your answers" in sam.get(own).content.decode()
    assert sam.post(f"{own}keep/", {"keep": "1"}).status_code == 302
    assert "Total: 8" not in noor.get(page).content.decode()
    kept = sam.get(own).content.decode()
    assert "You keep this back." in kept
    assert "sees the number" not in kept
    assert noor.post(f"{own}keep/", {"show": "1"}).status_code == 404

    show = f"/work/cases/{world.case.pk}/answers/{row.pk}/show/"
    assert asha.post(show, {"reason": ""}).status_code == 400
    reason = "He means to hurt himself and lives with her alone."
    assert asha.post(show, {"reason": reason}).status_code == 302
    assert "Total: 8" in noor.get(page).content.decode()
    assert sam.post(f"{own}keep/", {"keep": "1"}, follow=True).status_code == 200
    row.refresh_from_db()
    assert not row.kept_from_guardian
    assert reason in asha.get(f"/work/cases/{world.case.pk}/timeline/").content.decode()

    born(world, 2010)  # 15 or 16: they may agree alone, so nobody is shown
    assert noor.get(page).status_code == 404
    assert page not in noor.get(f"/circle/{world.circle.pk}/").content.decode()
