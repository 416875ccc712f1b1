"""Who may: the table as SQL and as a decision, edges with time, and the only ways in and out."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.access import actions, policy, readers
from alongside.access.models import Account, LinkToken, Relationship
from alongside.access.readers import Nobody, reader_for, reader_for_link
from alongside.cases.models import Case, Concern
from alongside.engine.access import LETTERS
from alongside.measures.models import Asking
from alongside.people import actions as people
from alongside.people.models import Institution, Member, Person
from alongside.records.actions_base import actions_of
from alongside.records.errors import NotAllowed, UnscopedQuery, UnscopedWrite
from alongside.records.models import AuditEvent
from alongside.records.reader import SystemReader
from alongside.records.scoped import writing
from tests.conftest import NOON
from tests.factories import Cast, World, chance, make_world
from tests.harness import environment

MODELS = policy.record_models()


# -- one table, two forms ------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    # A world costs the same on both; what differs between databases shows in the first few.
    max_examples=7 if environment.database() == "sqlite" else 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 2**32))
def test_a_list_shows_exactly_the_rows_that_one_by_one_are_allowed(seed: int) -> None:
    """2.3: on generated worlds `visible_to` gives what `may` allows, for every letter and model."""
    with transaction.atomic():
        world = chance.make(Random(seed))
        every = {model: list(model._base_manager.all()) for model in MODELS}
        for account in world.accounts:
            reader = reader_for(account, chance.AT)
            for model, rows in every.items():
                for letter in LETTERS:
                    listed = set(
                        reader.scope(model._base_manager.all(), letter).values_list("pk", flat=True)
                    )
                    allowed = {row.pk for row in rows if reader.may(letter, row)}
                    assert listed == allowed, (model.__name__, letter, reader.roles)
        transaction.set_rollback(True)


@pytest.mark.slow
@pytest.mark.sqlite  # it looks at the worlds, not at what a database makes of them
@pytest.mark.django_db
def test_the_generated_worlds_allow_and_deny_something_in_every_model() -> None:
    """The comparison would say nothing about a model nobody may read, or everybody."""
    seen: dict[str, set[bool]] = {}
    for seed in range(14):
        with transaction.atomic():
            accounts = chance.make(Random(seed)).accounts
            every = {model: list(model._base_manager.all()) for model in MODELS}
            for account in accounts:
                reader = reader_for(account, chance.AT)
                for model, rows in every.items():
                    for row in rows if seen.get(model.__name__) != {True, False} else ():
                        found = seen.setdefault(model.__name__, set())
                        found.update(reader.may(letter, row) for letter in "LRC")
            transaction.set_rollback(True)
    never = {"KeptForm"}  # nobody but its owner, who is asked by the sign-in and not by the table
    assert {name for name, found in seen.items() if found != {True, False}} <= never


@pytest.mark.django_db
def test_no_row_comes_twice_however_many_edges_allow_it() -> None:
    for seed in range(5):
        with transaction.atomic():
            for account in chance.make(Random(seed)).accounts:
                reader = reader_for(account, chance.AT)
                for model in MODELS:
                    found = list(reader.scope(model._base_manager.all(), "R"))
                    assert len(found) == len({row.pk for row in found})
            transaction.set_rollback(True)


# -- a query without a reader does not run -------------------------------------------------------

WITHOUT_A_READER: dict[str, Callable[[Any], Any]] = {
    "fetch": list,
    "first": lambda rows: rows.first(),
    "get": lambda rows: rows.get(),
    "slice": lambda rows: list(rows[:1]),
    "iterator": lambda rows: list(rows.iterator()),
    "values": lambda rows: list(rows.values("pk")),
    "values_list": lambda rows: list(rows.values_list("pk")),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "in_bulk": lambda rows: rows.in_bulk(),
    "raw": lambda rows: rows.raw("SELECT 1"),
    "explain": lambda rows: rows.explain(),
    "latest": lambda rows: rows.latest("pk"),
    "union": lambda rows: list(rows.union(rows)),
    "update": lambda rows: rows.update(pk=None),
    "delete": lambda rows: rows.delete(),
    "get_or_create": lambda rows: rows.get_or_create(pk=None),
    "update_or_create": lambda rows: rows.update_or_create(pk=None),
    "bulk_update": lambda rows: rows.bulk_update([], ["id"]),
    "contains": lambda rows: rows.contains(rows.model()),
}


@pytest.mark.sqlite  # refused before there is any SQL
@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("kind", WITHOUT_A_READER)
def test_nothing_runs_sql_without_a_reader(model: Any, kind: str) -> None:
    """2.2: every way a queryset can send SQL raises on every model."""
    run, rows = WITHOUT_A_READER[kind], model.objects.all()
    with CaptureQueriesContext(connection) as sent, writing(), pytest.raises(UnscopedQuery):
        run(rows)
    assert len(sent) == 0


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nothing_is_written_outside_an_action(model: Any) -> None:
    for write in (
        model.objects.create,
        lambda: model.objects.bulk_create([model()]),
        lambda: model().save(),
        lambda: model().delete(),
        lambda: model.objects.unscoped("a test").update(pk=None),
        lambda: model.objects.unscoped("a test").delete(),
    ):
        with pytest.raises(UnscopedWrite):
            write()


def test_every_action_names_who_and_when() -> None:
    """No action without `by` and `at`, by keyword only."""
    found = 0
    for room in apps.get_app_configs():
        if not room.name.startswith("alongside."):
            continue
        try:
            module = __import__(f"{room.name}.actions", fromlist=["actions"])
        except ModuleNotFoundError:
            continue
        for name, function in actions_of(module).items():
            found += 1
            parameters = inspect.signature(function).parameters
            assert {"by", "at"} <= set(parameters), name
            assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in parameters.values()), name
    assert found > 40


# -- a reader ------------------------------------------------------------------------------------


def test_a_reader_costs_the_same_few_queries_however_much_it_may_see(world: World) -> None:
    for cast, most in ((world.asha, 3), (world.ifeoma, 4), (world.noor, 3)):
        account = Account.objects.get(pk=cast.account.pk)
        with CaptureQueriesContext(connection) as sent:
            reader_for(account, NOON)
        assert len(sent) <= most


def test_an_edge_counts_from_its_first_moment_until_before_its_last(world: World) -> None:
    """A2: valid_from <= now < valid_to."""
    edge = Relationship._base_manager.get(account=world.noor.account, role="concerned")
    Relationship._base_manager.filter(pk=edge.pk).update(valid_from=NOON, valid_to=NOON + SECOND)
    tick = timedelta(microseconds=1)
    for moment, allowed in (
        (NOON - tick, False),
        (NOON, True),
        (NOON + SECOND - tick, True),
        (NOON + SECOND, False),
    ):
        assert bool(reader_for(world.noor.account, moment).roles) is allowed


SECOND = timedelta(seconds=1)


def test_a_locked_account_may_nothing(world: World) -> None:
    Account.objects.filter(pk=world.asha.account.pk).update(is_active=False)
    reader = world.asha.reader
    assert not reader.roles
    assert not reader.persons
    assert not Person.objects.visible_to(reader).exists()


def test_a_reader_acts_in_the_roles_of_one_door(world: World) -> None:
    """The office of somebody who also leads a case shows no case."""
    actions.grant(
        account=world.asha.account,
        role="manager",
        institution=world.institution,
        reason="both",
        by=world.system,
        at=world.moment,
    )
    both = world.asha.reader
    assert Case.objects.visible_to(both).count() == 1
    assert Case.objects.visible_to(both.through("office")).count() == 0
    assert both.through("office").roles == {"manager"}
    assert Case.objects.visible_to(both.through("practitioner")).count() == 1


def test_who_is_nobody_sees_nothing_and_may_nothing(world: World) -> None:
    nobody = Nobody(NOON)
    for model in MODELS:
        assert not model.objects.visible_to(nobody).exists()
    with pytest.raises(NotAllowed):
        nobody.confirm("R", world.case)
    with pytest.raises(NotAllowed):
        nobody.confirm_create("case", institution=world.institution.pk)


def test_a_supervisor_follows_the_cases_of_whom_they_supervise(world: World) -> None:
    """Condition 4: while the edge lives, and only hers."""
    assert Case.objects.visible_to(world.ifeoma.reader).get() == world.case
    assert not world.ifeoma.reader.may("E", world.case)
    edge = Relationship._base_manager.get(role="supervisor")
    actions.end_relationship(
        relationship=edge, because="left", by=world.grace.reader, at=world.moment
    )
    assert not Case.objects.visible_to(world.ifeoma.reader).exists()


def test_somebody_without_an_edge_does_not_know_that_the_case_exists(world: World) -> None:
    reader = world.bo.reader
    for model in (Case, Concern, Member):
        assert not model.objects.listable_by(reader).exists()


def test_the_person_does_not_exist_here_before_they_were_told(world: World) -> None:
    """Condition 11: neither plan nor roster before *disclosed*; never who said what."""
    sam = world.engage_sam()
    Case._base_manager.filter(pk=world.case.pk).update(disclosed_at=None, engaged_at=None)
    assert not Member.objects.visible_to(sam.reader).exists()
    assert not Case.objects.visible_to(sam.reader).exists()
    Case._base_manager.filter(pk=world.case.pk).update(disclosed_at=NOON)
    assert Member.objects.visible_to(sam.reader).count() == 2
    assert not Concern.objects.visible_to(sam.reader).exists()


def test_a_hidden_member_is_hidden_from_the_others_but_not_from_themself(world: World) -> None:
    """Condition 10."""
    Member._base_manager.filter(pk=world.teo.member.pk).update(silent=True)
    mine = Member.objects.visible_to(world.noor.reader)
    assert set(mine) == {world.noor.member}
    assert world.teo.person not in Person.objects.visible_to(world.noor.reader)
    assert world.teo.member in Member.objects.visible_to(world.teo.reader)
    assert world.teo.member in Member.objects.visible_to(world.asha.reader)


# -- one link ------------------------------------------------------------------------------------


def asked(world: World) -> tuple[Asking, str]:
    from alongside.measures import actions as measures

    asking = measures.make_asking(
        circle=world.circle,
        about=world.noor.person,
        respondent=world.noor.person,
        instrument="phq9",
        by=world.asha.reader,
        at=world.moment,
    )
    token = actions.issue_link(
        purpose="answer",
        target=asking.pk,
        person=world.noor.person,
        circle=world.circle,
        expires_at=world.moment + timedelta(days=7),
        by=world.asha.reader,
        at=world.moment,
    )
    return asking, token


def test_a_link_opens_one_thing_and_nothing_else(world: World) -> None:
    """M6: write-only, one asking; not the person, not the case, not the circle."""
    asking, token = asked(world)
    reader = reader_for_link(token, "answer", NOON)
    for model in MODELS:
        found = set(model.objects.visible_to(reader))
        assert found == ({asking} if model is Asking else set()), model.__name__
    with transaction.atomic():
        reader.confirm("C", asking)
        reader.confirm_create(
            "concerned_measure", institution=world.institution.pk, circle=world.circle.pk
        )
        for row in ("consent", "plan", "roster", "concern_intake"):
            with pytest.raises(NotAllowed):
                reader.confirm_create(row, institution=world.institution.pk, circle=world.circle.pk)


def test_a_link_is_43_characters_of_which_only_the_hash_is_kept(world: World) -> None:
    _, token = asked(world)
    assert len(token) == 43
    assert token not in str(list(LinkToken._base_manager.values()))
    assert LinkToken._base_manager.filter(sha256=readers.hashed(token)).exists()


def test_a_link_of_another_purpose_an_ended_one_and_a_used_one_open_nothing(world: World) -> None:
    asking, token = asked(world)
    with pytest.raises(NotAllowed):
        reader_for_link(token, "resume_worry", NOON)
    with pytest.raises(NotAllowed):
        reader_for_link(token, "answer", NOON + timedelta(days=7))
    reader = reader_for_link(token, "answer", NOON)
    actions.use_link(link=reader.link, by=reader, at=NOON)
    with pytest.raises(NotAllowed):
        reader_for_link(token, "answer", NOON)
    with pytest.raises(NotAllowed), transaction.atomic():
        reader.confirm("C", asking)
    with pytest.raises(NotAllowed):
        actions.use_link(link=reader.link, by=reader, at=NOON)


def test_an_invitation_makes_an_account_with_one_role_in_one_circle(world: World) -> None:
    assert world.noor.reader.roles == {"concerned"}
    assert world.noor.reader.circles == {world.circle.pk}
    assert world.engage_sam().reader.roles == {"person"}


def test_an_invitation_of_somebody_who_left_is_refused(world: World) -> None:
    token = actions.issue_link(
        purpose="join_circle",
        target=world.teo.person.pk,
        person=world.teo.person,
        circle=world.circle,
        expires_at=NOON + timedelta(days=1),
        by=world.asha.reader,
        at=NOON,
    )
    reader = reader_for_link(token, "join_circle", NOON)
    actions.end_membership(member=world.teo.member, because="asked", by=world.asha.reader, at=NOON)
    with pytest.raises(NotAllowed):
        actions.accept_invitation(email="teo2@example.org", by=reader, at=NOON)
    assert not Account.objects.filter(email="teo2@example.org").exists()


# -- the only way out of a circle ----------------------------------------------------------------


def test_leaving_ends_place_role_sessions_and_links_together(
    world: World, signed_in: Callable[[Cast], Any]
) -> None:
    """A3: after it commits nothing of the circle is seen any more."""
    _, token = asked(world)
    browser = signed_in(world.noor)
    assert browser.get("/account/2fa/").status_code == 200
    actions.end_membership(member=world.noor.member, because="asked", by=world.asha.reader, at=NOON)
    member = Member._base_manager.get(pk=world.noor.member.pk)
    assert (member.to_at, member.ended_because) == (NOON, "asked")
    assert not world.noor.reader.roles
    assert not Member.objects.visible_to(world.noor.reader).exists()
    assert browser.get("/account/2fa/").status_code == 302
    account = Account.objects.get(pk=world.noor.account.pk)
    assert not account.is_active  # it leads nowhere any more
    assert AuditEvent.objects.filter(word="access.account_closed").count() == 1
    with pytest.raises(NotAllowed):
        reader_for_link(token, "answer", NOON)
    assert world.teo.reader.roles == {"concerned"}
    with pytest.raises(actions.AlreadyEnded):
        actions.end_membership(member=member, because="asked", by=world.asha.reader, at=NOON)


def test_who_leaves_one_circle_of_two_still_comes_in(world: World) -> None:
    other = world.open_case(world.worry(alias="Ada")).circle
    edge = Relationship._base_manager.get(account=world.noor.account, role="concerned")
    edge.pk, edge.circle, edge._state.adding = uuid4(), other, True
    Relationship._base_manager.bulk_create([edge])
    actions.end_membership(member=world.noor.member, because="left", by=world.noor.reader, at=NOON)
    assert Account.objects.get(pk=world.noor.account.pk).is_active
    assert world.noor.reader.circles == {other.pk}


def test_who_left_comes_in_again_by_the_same_account_when_asked_again(world: World) -> None:
    left = world.noor.account
    actions.end_membership(member=world.noor.member, because="left", by=world.noor.reader, at=NOON)
    place = people.add_member(
        circle=world.circle, name="Noor", relation="sister", by=world.asha.reader, at=NOON
    )
    token = actions.issue_link(
        purpose="join_circle", target=place.pk, person=place.person, circle=world.circle,
        expires_at=NOON + timedelta(days=1), by=world.asha.reader, at=NOON,
    )  # fmt: skip
    assert not Account.objects.get(pk=left.pk).is_active
    again = actions.accept_invitation(
        email=left.email, by=reader_for_link(token, "join_circle", NOON), at=NOON
    )
    assert (again.pk, again.is_active) == (left.pk, True)
    assert reader_for(again, NOON).roles == {"concerned"}


def test_a_member_may_leave_by_themself_and_end_nobody_else(world: World) -> None:
    with pytest.raises(NotAllowed):
        actions.end_membership(member=world.noor.member, because="x", by=world.teo.reader, at=NOON)
    actions.end_membership(member=world.teo.member, because="own", by=world.teo.reader, at=NOON)
    assert not world.teo.reader.roles


# -- giving and ending roles ---------------------------------------------------------------------


def grant(world: World, to: Cast, role: str, by: Any, **more: Any) -> Relationship:
    if not more:
        more = {"institution": world.institution}
    return actions.grant(
        account=to.account, role=role, reason="a test", by=by, at=world.moment, **more
    )


def test_a_second_manager_must_agree_before_a_role_counts(world: World) -> None:
    """T28, 22: given by one, counting once another has agreed; nobody agrees to their own."""
    second = world.staff("Ola Berg", "Manager", "manager")
    edge = grant(world, world.bo, "auditor", world.grace.reader)
    assert (edge.waiting, edge.without_second) == (True, False)
    assert "auditor" not in world.bo.reader.roles
    with pytest.raises(actions.NotTheSecond):
        actions.confirm_second(relationship=edge, by=world.grace.reader, at=NOON)
    actions.confirm_second(relationship=edge, by=second.reader, at=NOON)
    assert "auditor" in world.bo.reader.roles
    with pytest.raises(actions.AlreadyEnded):
        actions.confirm_second(relationship=edge, by=second.reader, at=NOON)


def test_alone_it_counts_at_once_and_stays_open_until_confirmed(world: World) -> None:
    """A11: stored as without a second person, shown, confirmed later."""
    from alongside.access.queries import without_a_second

    edge = grant(world, world.bo, "auditor", world.grace.reader)
    assert (edge.waiting, edge.without_second) == (False, True)
    assert "auditor" in world.bo.reader.roles
    assert list(without_a_second(seen_by=world.grace.reader)) == [edge]
    second = world.staff("Ola Berg", "Manager", "manager")
    actions.confirm_second(relationship=edge, by=second.reader, at=NOON)
    assert not without_a_second(seen_by=world.grace.reader).exists()


def test_nobody_gives_a_role_to_themself(world: World) -> None:
    with pytest.raises(actions.NotToOneself):
        grant(world, world.grace, "auditor", world.grace.reader)
    with pytest.raises(actions.NotToOneself):
        grant(world, world.asha, "therapist", world.asha.reader, circle=world.circle)


def test_nobody_is_staff_and_family_of_one_circle(world: World) -> None:
    """A10, both ways round."""
    world.noor.account.is_staff_member = True
    world.noor.account.save()
    from alongside.people.actions import add_practitioner

    place = add_practitioner(institution=world.institution, name="Noor", by=world.system, at=NOON)
    actions.create_account(
        email=world.noor.account.email, person=place.person, by=world.system, at=NOON
    )
    with pytest.raises(actions.StaffAndFamily):
        grant(world, world.noor, "therapist", world.asha.reader, circle=world.circle)
    with pytest.raises(actions.StaffAndFamily):
        grant(world, world.noor, "on_call", world.system, circle=world.circle)


def test_the_lead_gives_roles_in_their_circle_and_nowhere_else(world: World) -> None:
    edge = grant(world, world.bo, "therapist", world.asha.reader, circle=world.circle)
    assert (edge.waiting, edge.without_second) == (False, False)
    assert Case.objects.visible_to(world.bo.reader).exists()
    for role in ("manager", "auditor", "lead"):
        with pytest.raises(NotAllowed):
            grant(world, world.bo, role, world.asha.reader)
    with pytest.raises(NotAllowed):
        grant(world, world.bo, "therapist", world.hana.reader, circle=world.circle)


def test_a_manager_gives_nobody_a_place_in_a_family(world: World) -> None:
    """The institution does not see which circle mentions whom, nor put anybody there."""
    with pytest.raises(NotAllowed):
        grant(world, world.noor, "concerned", world.grace.reader, circle=world.circle)
    shown = Relationship.objects.visible_to(world.grace.reader)
    assert not shown.filter(role__in=["concerned", "person"]).exists()


def test_a_staff_role_needs_somebody_who_works_here(world: World) -> None:
    with pytest.raises(actions.NotOnTheStaff):
        grant(world, world.noor, "auditor", world.grace.reader)


def test_a_role_is_held_towards_the_object_it_is_for(world: World) -> None:
    for role, where in (
        ("manager", {"circle": world.circle}),
        ("person", {"institution": world.institution}),
        ("lead", {"practitioner": world.asha.practitioner}),
        ("lead", {"circle": world.circle, "institution": world.institution}),
    ):
        with pytest.raises(actions.WrongObject):
            grant(world, world.bo, role, world.system, **where)


def test_the_last_manager_cannot_be_ended(world: World) -> None:
    edge = Relationship._base_manager.get(role="manager")
    with pytest.raises(actions.LastManager):
        actions.end_relationship(relationship=edge, because="x", by=world.grace.reader, at=NOON)


def test_ending_a_role_signs_the_account_out(
    world: World, signed_in: Callable[[Cast], Any]
) -> None:
    browser = signed_in(world.bo)
    browser.get("/account/2fa/")
    edge = Relationship._base_manager.get(account=world.bo.account)
    actions.end_relationship(relationship=edge, because="left", by=world.grace.reader, at=NOON)
    assert browser.get("/account/2fa/").status_code == 302
    edge.refresh_from_db()
    assert (edge.valid_to, edge.ended_because) == (NOON, "left")


def test_the_same_role_is_not_given_twice(world: World) -> None:
    first = grant(world, world.bo, "auditor", world.grace.reader)
    assert grant(world, world.bo, "auditor", world.grace.reader) == first


# -- a write cannot win against a revocation -----------------------------------------------------


def test_a_write_by_a_reader_made_before_the_end_is_refused(world: World) -> None:
    """A3, 2.2: confirm reads the edges again; who was ended a moment ago writes nothing."""
    reader = world.asha.reader
    edge = Relationship._base_manager.get(account=world.asha.account, circle=world.circle)
    actions.end_relationship(
        relationship=edge, because="left", by=world.grace.reader, at=NOON + timedelta(minutes=1)
    )
    assert reader.at < NOON + timedelta(minutes=1)
    with pytest.raises(NotAllowed), transaction.atomic():
        reader.confirm("E", world.case)
    with pytest.raises(NotAllowed), transaction.atomic():
        reader.confirm_create("decision", institution=world.institution.pk, circle=world.circle.pk)


@pytest.mark.django_db(transaction=True)
def test_confirm_outside_a_transaction_is_a_mistake(at: Callable[[Any], None]) -> None:
    at(NOON)
    reader = reader_for(Account(email="x@example.org", created_at=NOON), NOON)
    with pytest.raises(RuntimeError):
        reader.confirm_create("case", institution=Institution().pk)


@pytest.mark.postgresql
def test_confirm_locks_the_edges_of_the_account(world: World) -> None:
    with CaptureQueriesContext(connection) as sent, transaction.atomic():
        world.asha.reader.confirm("E", world.case)
    assert any("FOR SHARE" in query["sql"] for query in sent)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_revocation_waits_for_the_write_that_began_and_stops_the_next(
    at: Callable[[Any], None],
) -> None:
    """2.2: they cannot both win, on either database."""
    at(NOON)
    world = make_world()
    reader, edge = world.asha.reader, _lead_edge(world)
    order: list[str] = []
    began = threading.Event()

    def write() -> None:
        try:
            with transaction.atomic(), writing():
                reader.confirm("E", world.case)
                began.set()
                time.sleep(0.4)
                Case._base_manager.filter(pk=world.case.pk).update(needs=["mood_danger"])
                order.append("written")
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert began.wait(5)
    actions.end_relationship(
        relationship=edge, because="left", by=world.grace.reader, at=NOON + SECOND
    )
    order.append("revoked")
    thread.join()
    assert order == ["written", "revoked"]
    with pytest.raises(NotAllowed), transaction.atomic():
        reader.confirm("E", world.case)


def _lead_edge(world: World) -> Relationship:
    found: Relationship = Relationship._base_manager.get(
        account=world.asha.account, circle=world.circle
    )
    return found


# -- separation ----------------------------------------------------------------------------------


def test_two_separated_persons_see_nothing_of_each_other_and_nothing_says_so(
    world: World,
) -> None:
    """1.3: symmetric, silent; others see both."""
    actions.separate(
        one=world.noor.person,
        other=world.teo.person,
        circle=world.circle,
        by=world.asha.reader,
        at=NOON,
    )
    for cast, other in ((world.noor, world.teo), (world.teo, world.noor)):
        assert other.member not in Member.objects.visible_to(cast.reader)
        assert other.person not in Person.objects.visible_to(cast.reader)
        assert not cast.reader.may("L", other.member)
    assert Member.objects.visible_to(world.asha.reader).count() == 2
    separation = apps.get_model("access", "Separation")
    assert not separation.objects.visible_to(world.noor.reader).exists()


def test_system_is_a_reader_only_with_a_reason() -> None:
    with pytest.raises(NotAllowed):
        SystemReader("", NOON)
