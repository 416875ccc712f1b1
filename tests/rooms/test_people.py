"""Who is in a circle, and how they can be reached."""

from __future__ import annotations

import pytest

from alongside.access import actions as access
from alongside.access import sight
from alongside.people import actions, queries, reach
from alongside.people.rules import age_band_of
from alongside.records.errors import NotAllowed, StaleVersion
from tests.conftest import NOON
from tests.factories import Cast, World


def test_members_of_a_circle_are_listed_longest_first(world: World) -> None:
    members = queries.live_members(world.circle, seen_by=world.asha.reader)
    assert [member.person.name for member in members] == ["Noor Haddad", "Teo Lindqvist"]


def test_somebody_without_a_relationship_finds_neither_circle_nor_person(
    world: World, bo: Cast
) -> None:
    assert not queries.circles(seen_by=bo.reader).exists()
    assert not queries.persons(seen_by=bo.reader).filter(pk=world.sam.pk).exists()
    with pytest.raises(NotAllowed):
        actions.add_member(
            circle=world.circle, name="Rae", relation="friend", by=bo.reader, at=NOON
        )


def test_a_person_has_one_place_in_a_circle_at_a_time(world: World, asha: Cast) -> None:
    with pytest.raises(actions.AlreadyMember):
        actions.add_member(
            circle=world.circle,
            person=world.noor.person,
            relation="sister",
            by=asha.reader,
            at=NOON,
        )
    with pytest.raises(actions.AlreadyMember):
        actions.add_member(
            circle=world.circle, person=world.sam, relation="friend", by=asha.reader, at=NOON
        )


def test_a_relation_or_role_that_is_no_word_here_is_refused(world: World, asha: Cast) -> None:
    with pytest.raises(actions.UnknownWord) as refusal:
        actions.add_member(
            circle=world.circle, name="Rae", relation="nemesis", by=asha.reader, at=NOON
        )
    assert (refusal.value.field, refusal.value.value) == ("relation", "nemesis")
    with pytest.raises(actions.NeedsAName):
        actions.add_member(
            circle=world.circle, name="   ", relation="friend", by=asha.reader, at=NOON
        )


def test_two_people_correcting_a_person_do_not_undo_each_other(world: World, asha: Cast) -> None:
    first = queries.persons(seen_by=asha.reader).get(pk=world.sam.pk)
    second = queries.persons(seen_by=asha.reader).get(pk=world.sam.pk)
    actions.correct_person(
        person=first, version=first.version, name="Sam O.", by=asha.reader, at=NOON
    )
    with pytest.raises(StaleVersion) as refusal:
        actions.correct_person(
            person=second, version=second.version, name="Samuel", by=asha.reader, at=NOON
        )
    assert refusal.value.current.name == "Sam O."


def test_a_number_is_found_again_however_it_was_typed() -> None:
    one = reach.hashed(channel="phone", value="07700 900123", country="GB")
    other = reach.hashed(channel="phone", value="+44 (0)7700 900-123", country="US")
    assert one == other != reach.hashed(channel="phone", value="07700 900124", country="GB")
    assert reach.normalised(channel="email", value=" Noor@Example.ORG ", country="") == (
        "noor@example.org"
    )


@pytest.mark.parametrize("value", ["", "12", "call me", "noor@", "@example.org", "a@b.c d"])
def test_what_cannot_be_a_number_or_an_address_is_refused(value: str) -> None:
    with pytest.raises(reach.NotReachable):
        reach.normalised(channel=reach.channel_of(value), value=value, country="GB")


def test_a_new_safe_number_ends_the_one_before(world: World, asha: Cast) -> None:
    for value in ("07700 900123", "07700 900124"):
        actions.add_contact(
            person=world.teo.person,
            circle=world.circle,
            value=value,
            words="Say it is about the choir.",
            by=asha.reader,
            at=NOON,
        )
    live = queries.contacts_of(world.teo.person, seen_by=asha.reader)
    assert [(c.value, c.words) for c in live] == [("+447700900124", "Say it is about the choir.")]


def test_members_read_their_own_contact_and_nobody_elses(world: World, noor: Cast) -> None:
    assert queries.contacts_of(noor.person, seen_by=noor.reader).count() == 1
    assert not queries.contacts_of(noor.person, seen_by=world.teo.reader).exists()


def test_a_hidden_member_is_hidden_from_the_others_and_seen_by_the_lead(
    world: World, asha: Cast
) -> None:
    member = queries.members(seen_by=asha.reader).get(pk=world.noor.member.pk)
    actions.change_member(
        member=member, version=member.version, silent=True, by=asha.reader, at=NOON
    )
    seen = {m.person_id for m in queries.live_members(world.circle, seen_by=world.teo.reader)}
    assert seen == {world.teo.person.pk}
    assert queries.live_members(world.circle, seen_by=asha.reader).count() == 2


def test_leaving_the_circle_ends_everything_at_once(world: World, asha: Cast, teo: Cast) -> None:
    before = teo.reader
    access.end_membership(member=teo.member, because="left", by=before, at=NOON)
    assert not queries.circles(seen_by=teo.reader).exists()
    ended = queries.members(seen_by=asha.reader).get(pk=teo.member.pk)
    with pytest.raises(actions.MemberHasEnded):
        actions.change_member(
            member=ended, version=ended.version, silent=True, by=asha.reader, at=NOON
        )


def test_who_can_see_names_the_lead_and_the_supervisor(world: World, asha: Cast) -> None:
    seen = sight.who_can_see("safety_check", circle=world.circle.pk, seen_by=asha.reader)
    assert seen.staff == (("lead", "Asha Raman"), ("supervisor", "Ifeoma Nwosu"))
    assert (seen.on_call, seen.members, seen.person) == (True, "own", "own")
    roster = sight.who_can_see("roster", circle=world.circle.pk, seen_by=asha.reader)
    assert (roster.members, roster.person) == ("all", "when_told")
    world.engage_sam()
    told = sight.who_can_see("roster", circle=world.circle.pk, seen_by=asha.reader)
    assert told.person == "all"


@pytest.mark.parametrize(
    ("born", "band"), [(2009, "under_18"), (2007, "18_25"), (1999, "26_64"), (1950, "65_up")]
)
def test_an_age_band_is_by_the_lower_of_two_possible_ages(born: int, band: str) -> None:
    assert age_band_of(born, 2026) == band


@pytest.mark.parametrize(
    "wrong", [{"zone": "Europe/Nowhere"}, {"zone": "../etc"}, {"country": "Scotland"}]
)
def test_an_institution_has_a_zone_and_a_country_that_exist(
    house: World, wrong: dict[str, str]
) -> None:
    given = {"name": "A house", "country": "GB", "zone": "Europe/London", **wrong}
    with pytest.raises(actions.UnknownWord):
        actions.make_institution(by=house.system, at=NOON, **given)
