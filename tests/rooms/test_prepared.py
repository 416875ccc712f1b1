"""A query whose SQL is kept is the query that would be made now, for every reader and moment."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.access import actions as access
from alongside.access.models import LinkToken
from alongside.access.readers import hashed
from alongside.crisis import queries as crisis
from alongside.people import queries as people
from alongside.people.models import Member
from alongside.records import prepared
from alongside.records.among import Ids
from alongside.records.errors import UnscopedQuery
from alongside.records.models import DataKey
from tests.factories import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept_and_each_use_compared(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(prepared, "_kept", prepared._Known())
    settings.PREPARED_IS_CHECKED = 1


def kept_of(name: str) -> list[Any]:
    """What is kept of one question: a query, or None where it must be made anew."""
    return [held for key, held in prepared._kept._held.items() if key[0] == name]


def thrice(name: str, make: Any, **given: Any) -> list[Any]:
    """What the third asking gives, which is the first that runs a kept query."""
    prepared.rows(name, make, **given)
    prepared.rows(name, make, **given)
    return prepared.rows(name, make, **given)


def test_a_kept_query_gives_what_it_is_asked_for_and_notes_what_was_shown(world: World) -> None:
    world.engage_sam()
    reader = world.asha.reader

    def rows(circle: UUID) -> Any:
        return people.members(seen_by=reader).filter(circle=circle).order_by("pk")

    anew = list(rows(world.circle.pk))
    reader.seen.clear()
    found = thrice("t.members", rows, seen_by=reader, circle=world.circle.pk)
    assert [(row.pk, row.person.name) for row in found] == [(r.pk, r.person.name) for r in anew]
    assert set().union(*reader.seen.values()) == {row.pk for row in anew}
    assert prepared.rows("t.members", rows, seen_by=reader, circle=world.case.pk) == []
    with CaptureQueriesContext(connection) as asked:
        prepared.rows("t.members", rows, seen_by=reader, circle=world.circle.pk)
    assert len(asked) == 1


def test_who_has_other_rights_or_lost_one_never_meets_a_query_that_was_kept(world: World) -> None:
    def asked_by(reader: Any) -> list[Any]:
        def rows(circle: UUID) -> Any:
            return people.members(seen_by=reader).filter(circle=circle)

        return thrice("t.theirs", rows, seen_by=reader, circle=world.circle.pk)

    assert asked_by(world.asha.reader)
    assert asked_by(world.bo.reader) == []
    edge = next(
        each
        for each in access.Relationship._base_manager.filter(account=world.asha.account.pk)
        if each.circle_id == world.circle.pk
    )
    before = world.asha.reader
    access.Relationship._base_manager.filter(
        account=world.asha.account.pk, circle=edge.circle_id
    ).update(valid_to=world.moment)
    assert asked_by(before), "it is read anew with every request, and this one began before"
    assert asked_by(world.asha.reader) == []


def test_the_moment_of_a_rule_of_access_is_a_value_and_not_kept(world: World) -> None:
    """An alert can be read for some time after it closed; then it cannot."""
    reader = world.hana.reader

    def rows() -> Any:
        return crisis.alerts(seen_by=reader).order_by("pk")

    thrice("t.alerts", rows, seen_by=reader)
    (kept,) = kept_of("t.alerts")
    for later in (timedelta(), timedelta(days=40)):
        reader.at = world.moment + later
        held = kept.values({"reader.at": reader.at}, connection)
        fresh = rows().query.get_compiler("default").as_sql()
        assert (kept.sql, held) == (fresh[0], tuple(fresh[1]))


def looks_at_it(circle: UUID) -> Any:
    return Member.objects.unscoped("a test").filter(relation=str(circle)[:4])


def reads_first(circle: UUID) -> Any:
    known = list(Member.objects.unscoped("a test").values_list("pk", flat=True))
    return Member.objects.unscoped("a test").filter(circle=circle, pk__in=known)


def reckons_a_day(circle: UUID, at: datetime) -> Any:
    rows = Member.objects.unscoped("a test").filter(circle=circle)
    return rows.filter(from_at__date__lte=at.date())


@pytest.mark.parametrize("make", [looks_at_it, reads_first, reckons_a_day])
def test_a_query_is_made_anew_where_a_value_goes_in_changed(make: Any, world: World) -> None:
    given: dict[str, Any] = {"circle": world.circle.pk}
    if make is reckons_a_day:
        given["at"] = world.moment
    assert thrice(make.__name__, make, **given) == list(make(**given))
    assert kept_of(make.__name__) == [None]


def test_what_a_query_depends_on_without_saying_so_is_found_under_test(world: World) -> None:
    hidden = ["child"]

    def rows(circle: UUID) -> Any:
        return Member.objects.unscoped("a test").filter(circle=circle, relation=hidden[0])

    thrice("t.hidden", rows, circle=world.circle.pk)
    hidden[0] = "parent"
    with pytest.raises(prepared.Differs):
        prepared.rows("t.hidden", rows, circle=world.circle.pk)


def test_a_hash_is_a_value_and_is_not_kept(world: World) -> None:
    def rows(sha256: str) -> Any:
        return DataKey.objects.filter(wrapped=sha256.encode())  # no value: it goes in changed

    def links(sha256: str) -> Any:
        return LinkToken._base_manager.filter(sha256=sha256)

    at = world.moment
    tokens = [
        access.issue_link(
            purpose="resume_worry",
            target=world.circle.pk,
            expires_at=at + timedelta(days=n + 1),
            by=world.system,
            at=at,
        )
        for n in range(2)
    ]
    one, other = (prepared.Text(hashed(token)) for token in tokens)
    assert [row.sha256 for row in thrice("t.links", links, sha256=one)] == [one]
    assert kept_of("t.links")[0] is not None
    assert [row.sha256 for row in prepared.rows("t.links", links, sha256=other)] == [other]
    assert prepared.rows("t.links", links, sha256=prepared.Text(hashed("no such"))) == []
    thrice("t.keys", rows, sha256=one)
    assert kept_of("t.keys") == [None]


def test_one_of_no_ids_is_asked_anew_and_finds_nothing(world: World) -> None:
    def rows(circles: Ids) -> Any:
        return Member.objects.unscoped("a test").filter(circle__among=circles)

    assert thrice("t.none", rows, circles=Ids({world.circle.pk}))
    assert thrice("t.none", rows, circles=Ids()) == []


def test_a_query_without_a_reader_is_refused_however_often_it_is_asked() -> None:
    for _ in range(3):
        with pytest.raises(UnscopedQuery):
            prepared.rows("t.bare", Member.objects.all)
