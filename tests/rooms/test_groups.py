"""Therapy groups: a place only for whom it fits, a record of one's own, and nobody else in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from alongside import catalogue
from alongside.access import actions as access
from alongside.cases.models import Case
from alongside.catalogue import groups as content_of_groups
from alongside.crisis.models import Alert, SafetyCheck
from alongside.delivery import (
    group_queries,
    group_rounds,
    group_sessions,
    groups,
    on_time,
    retention,
)
from alongside.delivery.group_sessions import Part
from alongside.delivery.models import GroupPart, GroupSession, GroupTalk, ProgressNote, Timing
from alongside.engine.access import Edge
from alongside.measures import actions as measures
from alongside.measures.models import Asking
from alongside.notify.models import Message
from alongside.people import actions as people
from alongside.people.models import Circle, Group, GroupMember, Person
from alongside.plans import queries as gates
from alongside.plans.models import Course
from alongside.records import crashpoint
from alongside.records.errors import NotAllowed, Refused, StaleVersion
from alongside.records.models import Record
from alongside.records.scoped import writing
from alongside.tasks.models import Task
from tests.factories import Cast, World, every_way

NO = {question.id: "no" for question in catalogue.current().groups.questions}
RULES = "What is said here stays here."


def made(world: World, **more: Any) -> Group:
    given: dict[str, Any] = {
        "institution": world.institution, "name": "Thursday group", "kind": "slow_open",
        "way": "cbt", "meets": "Thursdays, 18:00", "most": 8, "minutes": 90, "rules": RULES,
        "by": world.asha.reader, "at": world.moment, **more,
    }  # fmt: skip
    return groups.make_group(**given)


def waiting(
    world: World, group: Group, person: Person, alias: str, *, circle: Circle | None = None
) -> GroupMember:
    return groups.propose(
        group=group.pk, circle=circle or world.circle, person=person, alias=alias, goal="",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def fresh(member: GroupMember) -> GroupMember:
    found: GroupMember = GroupMember._base_manager.select_related("person").get(pk=member.pk)
    return found


def talked(world: World, member: GroupMember, by: Any = None, **more: Any) -> groups.Talked:
    given: dict[str, Any] = {"answers": NO, "fits": True, "instead": "", **more}
    return groups.record_talk(
        member=fresh(member), by=by or world.asha.reader, at=world.moment, **given
    )


def joined(
    world: World, group: Group, person: Person, alias: str, *, circle: Circle | None = None
) -> GroupMember:
    """Proposed, talked to, agreed to the rules, and in."""
    member = waiting(world, group, person, alias, circle=circle)
    talked(world, member)
    by, at = world.asha.reader, world.moment
    groups.agree_rules(member=fresh(member), expected=fresh(member).version, by=by, at=at)
    return groups.join(member=fresh(member), expected=fresh(member).version, by=by, at=at)


def places(world: World, group: Group, number: int) -> None:
    with writing():
        Group.objects.unscoped("a test").filter(pk=group.pk).update(most=number)


def tasks(kind: str) -> list[Task]:
    return list(Task._base_manager.filter(kind=kind, done_at=None))


@pytest.fixture
def kim(world: World) -> Case:
    """Another case of Asha's, about Kim."""
    found: Case = world.open_case(world.worry(alias="Kim Ode", contact="k@example.org")).case
    return found


# -- places ---------------------------------------------------------------------------------------


def test_a_place_is_for_whom_it_fits_who_agreed_to_the_rules_while_there_is_room(
    world: World, sam: Cast, noor: Cast, teo: Cast, bo: Cast, kim: Case
) -> None:
    by, at = world.asha.reader, world.moment
    with pytest.raises(groups.NotASize):
        made(world, most=13)
    group = made(world)
    by = world.asha.reader  # who begins a group leads it
    assert group.pk in by.groups_of("facilitator")
    with pytest.raises(NotAllowed):
        groups.change_group(
            group=group, expected=1, name="Mine", meets="", most=8, by=bo.reader, at=at
        )
    first = waiting(world, group, sam.person, "Fox")
    with pytest.raises(groups.HasAPlace):
        waiting(world, group, sam.person, "Wolf")
    with pytest.raises(groups.AliasTaken):
        waiting(world, group, noor.person, " fox")
    with pytest.raises(groups.CannotJoin):
        waiting(world, group, kim.circle.focus, "Owl")  # of another circle
    # The talk: every question; a yes never fits; whom it does not fit gets another offer today.
    with pytest.raises(groups.NotAsked):
        talked(world, first, answers={})
    with pytest.raises(groups.DoesNotFit):
        talked(world, first, answers={**NO, "mania": "yes"})
    with pytest.raises(groups.NeedsWords):
        talked(world, first, answers={**NO, "mania": "yes"}, fits=False)
    refused = waiting(world, group, teo.person, "Hare")
    talked(world, refused, answers={**NO, "mania": "yes"}, fits=False, instead="Single talks.")
    assert fresh(refused).state == "not_now"
    [task] = tasks(groups.NOT_NOW)
    assert (task.for_role, task.due_at - at) == ("lead", timedelta(hours=8))
    for because in ("talk", "rules"):
        with pytest.raises(groups.NotReady) as not_yet:
            groups.join(member=fresh(first), expected=fresh(first).version, by=by, at=at)
        assert not_yet.value.because == because
        talked(world, first)
    groups.agree_rules(member=fresh(first), expected=fresh(first).version, by=by, at=at)
    first = groups.join(member=fresh(first), expected=fresh(first).version, by=by, at=at)
    # Full: the next one waits, and is offered the place of whoever leaves.
    places(world, group, 2)
    joined(world, group, noor.person, "Owl")
    third = waiting(world, group, kim.circle.focus, "Crow", circle=kim.circle)
    talked(world, third)
    with pytest.raises(groups.NotReady) as full:
        groups.offer(member=fresh(third), expected=fresh(third).version, by=by, at=at)
    assert full.value.because == "full"
    offered = groups.leave(member=first, because="Moved away", expected=first.version, by=by, at=at)
    assert offered is not None
    assert offered.pk == third.pk
    assert len(tasks(groups.PLACE_FREE)) == 1
    with pytest.raises(groups.NotWaiting):
        groups.offer(member=offered, expected=offered.version, by=by, at=at)
    with pytest.raises(groups.NotWaiting):
        groups.join(member=fresh(first), expected=fresh(first).version, by=by, at=at)
    rows, last = group_queries.roster(group, seen_by=by), fresh(third).offered_until
    assert last is not None
    assert groups.places_taken(rows, last) == 2
    assert groups.places_taken(rows, last + timedelta(days=1)) == 1  # it lapses by time


def test_two_who_must_not_meet_are_in_no_group_together_and_nobody_is_told_why(
    world: World, sam: Cast, kim: Case
) -> None:
    by, at = world.asha.reader, world.moment
    group = made(world)
    joined(world, group, sam.person, "Fox")
    other = waiting(world, group, kim.circle.focus, "Crow", circle=kim.circle)
    talked(world, other)
    by = world.asha.reader
    groups.agree_rules(member=fresh(other), expected=fresh(other).version, by=by, at=at)
    # The separation stands on another row of Kim's, of another circle, with the same number.
    elsewhere = world.open_case(world.worry(alias="Kim O.", contact="o@example.org")).circle
    for circle in (kim.circle, elsewhere):
        people.add_contact(person=circle.focus, circle=circle, value="+447700900123", by=by, at=at)
    access.separate(one=sam.person, other=elsewhere.focus, by=world.system, at=at)
    by = world.asha.reader
    with pytest.raises(groups.CannotJoin):
        groups.join(member=fresh(other), expected=fresh(other).version, by=by, at=at)
    groups.say_cannot_join(member=fresh(other), by=by, at=at)
    [task] = tasks(groups.CANNOT_JOIN)
    assert task.circle_id == kim.circle_id
    assert "Sam" not in task.what + task.why


def test_danger_said_in_the_talk_is_an_alert_before_anything_else(
    world: World, sam: Cast, noor: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = made(world)
    first = waiting(world, group, sam.person, "Fox")
    danger = {**NO, "suicidality": "yes"}
    alerts, talks = Alert._base_manager, GroupTalk._base_manager

    class PowerCut(BaseException):
        pass

    def cut(where: str) -> None:
        if where == "danger.after_alert":
            raise PowerCut

    monkeypatch.setattr(crashpoint, "here", cut)
    with pytest.raises(PowerCut):
        talked(world, first, answers=danger, fits=False, instead="Single talks.")
    monkeypatch.undo()
    assert (alerts.count(), talks.count()) == (0, 0)
    # Refused for whatever reason: the danger is kept first, and it is one alert.
    refusals: list[tuple[dict[str, Any], type[Refused]]] = [
        ({"answers": {"suicidality": "yes"}, "fits": False}, groups.NotAsked),
        ({"answers": danger, "fits": True}, groups.DoesNotFit),
        ({"answers": danger, "fits": False}, groups.NeedsWords),
    ]
    for number, (given, error) in enumerate(refusals, start=1):
        with pytest.raises(error) as refused:
            talked(world, first, **given)
        assert [each.level for each in refused.value.facts["alerts"]] == ["B"]
        assert SafetyCheck._base_manager.filter(kind=groups.TALK).count() == number
    changed = fresh(first)
    changed.version -= 1  # somebody changed the place while they talked
    with pytest.raises(StaleVersion) as stale:
        groups.record_talk(
            member=changed, answers=danger, fits=False, instead="Single talks.",
            by=world.asha.reader, at=world.moment,
        )  # fmt: skip
    assert [each.level for each in stale.value.facts["alerts"]] == ["B"]
    with pytest.raises(NotAllowed):
        talked(world, first, by=world.hana.reader, answers=danger, fits=False)
    assert talks.count() == 0
    kept = talked(world, first, answers=danger, fits=False, instead="Single talks.")
    alert = alerts.get()
    assert [each.pk for each in kept.alerts] == [alert.pk]
    assert (alert.about_id, alert.circle_id) == (sam.person.pk, world.circle.pk)
    assert alert.rule == "group_talk_suicidality@1"
    assert SafetyCheck._base_manager.filter(kind=groups.TALK).count() == 5
    # A talk again with somebody who is in: they stay in, and the lead is told.
    other = waiting(world, group, noor.person, "Owl")
    talked(world, other)
    by, at = world.asha.reader, world.moment
    with pytest.raises(StaleVersion):
        groups.offer(member=fresh(other), expected=fresh(other).version - 1, by=by, at=at)
    groups.agree_rules(member=fresh(other), expected=fresh(other).version, by=by, at=at)
    groups.join(member=fresh(other), expected=fresh(other).version, by=by, at=at)
    told = len(tasks(groups.NOT_NOW))
    talked(world, other, answers={**NO, "mania": "yes"}, fits=False, instead="Single talks.")
    assert (fresh(other).state, fresh(other).fits) == ("in", True)
    assert len(tasks(groups.NOT_NOW)) == told + 1
    # Who never agreed: alias, goal and talk go with the rest.
    left = fresh(first)
    groups.leave(member=left, because="Moved away", expected=left.version, by=by, at=at)
    with writing():
        for rows in retention._records([world.circle.pk]):
            retention._blank(rows)
    assert (fresh(first).alias, fresh(first).left_because) == ("", "")
    assert talks.get(member=first).answers == ""


def test_a_question_about_danger_without_its_level_is_no_content(tmp_path: Path) -> None:
    place = tmp_path / "groups" / "groups.yaml"
    place.parent.mkdir()
    root = Path(__file__).resolve().parents[2]
    shipped = (root / "content/groups/groups.yaml").read_text(encoding="utf-8")
    for wrong in (
        shipped.replace("    level: B\n", ""),
        shipped.replace("says_no: crisis", "says_no: not_now"),
    ):
        place.write_text(wrong, encoding="utf-8")
        shelf = content_of_groups.load([tmp_path])
        assert not shelf.items
        assert [
            "suicidality: level stands with crisis" in each.message for each in shelf.problems
        ] == [True]


# -- a session, split into each one's own record ---------------------------------------------------


def held(world: World, group: Group, parts: Mapping[GroupMember, Part], **more: Any) -> Any:
    given: dict[str, Any] = {
        "held_at": world.moment - timedelta(hours=2), "minutes": 90,
        "topic": "What helps on a bad evening", "events": "A calm start.", "leaders": [],
        "by": world.bo.reader, "at": world.moment, **more,
    }  # fmt: skip
    return group_sessions.hold(group=group, parts=parts, **given)


def rows_of(reader: Any, model: type[Record]) -> list[Any]:
    return list(model.objects.visible_to(reader))


def test_one_record_becomes_each_ones_own_and_nobody_else_stands_in_it(
    world: World, cbt: Course, sam: Cast, kim: Case, bo: Cast, noor: Cast
) -> None:
    group = made(world)
    groups.add_leader(group=group, account=bo.account, by=world.asha.reader, at=world.moment)
    fox = joined(world, group, sam.person, "Fox")
    crow = joined(world, group, kim.circle.focus, "Crow", circle=kim.circle)
    gone = joined(world, group, world.teo.person, "Hare")
    by, at = world.asha.reader, world.moment
    groups.leave(member=gone, because="Moved away", expected=gone.version, by=by, at=at)
    world.at(world.moment + timedelta(hours=3))
    parts = {
        fox: Part("late", 10, "Spoke of his sleep.", "He shouted, and stayed."),
        crow: Part("did_not_attend"),
    }
    wrong: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"parts": {fox: Part("attended")}}, group_sessions.NotEveryone),
        ({"topic": "Fox told of his week"}, group_sessions.NamesAnother),
        ({"events": "Kim was angry"}, group_sessions.NamesAnother),
        ({"topic": "Now that Hare is gone"}, group_sessions.NamesAnother),  # who left, too
        ({"parts": {**parts, fox: Part("attended", None, "He and crow spoke.")}},
         group_sessions.NamesAnother),
        ({"by": world.hana.reader}, NotAllowed),
    ]  # fmt: skip
    for change, error in wrong:
        with pytest.raises(error):
            held(world, group, change.pop("parts", parts), **change)
    assert not GroupSession._base_manager.exists()
    session = held(world, group, parts, by=bo.reader)
    stepped = {row.pk: row.last_step_at for row in Case._base_manager.all()}
    assert stepped[world.case.pk] == world.moment  # Sam came: that is a step of his case
    assert stepped[kim.pk] < world.moment  # Kim did not
    with pytest.raises(group_sessions.AlreadyTold):
        held(world, group, parts)
    own = GroupPart._base_manager.get(member=fox).session
    assert own is not None
    assert (own.course_id, own.held, own.held_at) == (cbt.pk, True, session.held_at)
    note = ProgressNote._base_manager.get(session=own)
    assert note.signed_at == world.moment
    for word in ("What helps on a bad evening", "10 minutes late.", "Spoke of his sleep."):
        assert word in note.parts
    assert "Crow" not in note.parts
    assert "Kim" not in note.parts
    assert GroupPart._base_manager.get(member=crow).session is None  # no such course runs there
    [task] = tasks(group_sessions.INCIDENT)
    assert (task.circle_id, task.why) == (world.circle.pk, "He shouted, and stayed.")
    # Bo leads and sees both by alias, and neither case; Sam sees his own; nobody sees another's.
    assert {row.member_id for row in rows_of(bo.reader, GroupPart)} == {fox.pk, crow.pk}
    assert rows_of(bo.reader, Case) == []
    assert rows_of(bo.reader, ProgressNote) == []
    assert world.sam_account is not None
    person = world.sam_account.through("person")
    assert [row.member_id for row in rows_of(person, GroupPart)] == [fox.pk]
    assert [row.alias for row in rows_of(person, GroupMember)] == ["Fox"]
    assert [row.session_id for row in rows_of(person, ProgressNote)] == [own.pk]
    for stranger in (noor.reader, world.hana.reader, world.grace.reader):
        assert rows_of(stranger, GroupMember) == rows_of(stranger, GroupPart) == []
    assert [row.pk for row in rows_of(world.grace.reader, Group)] == [group.pk]
    # An open alert holds a session with that member back; the sign is all its leader sees.
    assert group_sessions.signs([fox, crow], world.moment) == {fox.pk: "ok", crow.pk: "ok"}
    danger = {**{f"item_{n}": 1 for n in range(1, 9)}, "item_9": 3}
    asking = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    measures.record_answers(
        asking=asking, answers=danger, submission="one", by=world.asha.reader, at=world.moment
    )
    assert group_sessions.signs([fox], world.moment) == {fox.pk: "urgent"}
    world.at(world.moment + timedelta(hours=3))
    with pytest.raises(group_sessions.HeldBack):
        held(world, group, {fox: Part("attended"), crow: Part("attended")})


# -- rounds ----------------------------------------------------------------------------------------


def test_a_power_cut_while_a_session_or_a_round_is_kept_leaves_nothing_half_done(
    world: World, sam: Cast, bo: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PowerCut(BaseException):
        pass

    group = made(world)
    groups.add_leader(group=group, account=bo.account, by=world.asha.reader, at=world.moment)
    fox = joined(world, group, sam.person, "Fox")
    world.at(world.moment + timedelta(hours=3))
    kept = (GroupSession, GroupPart, ProgressNote, Asking, Timing, Message)
    before = [model._base_manager.count() for model in kept]

    def ask() -> Any:
        return group_rounds.ask_group(
            group=group, instrument="group_connection", days=7, by=bo.reader, at=world.moment
        )

    def hold() -> Any:
        return held(world, group, {fox: Part("attended")})

    for label, work in (
        ("group.session_made", hold), ("group.part_made", hold), ("group.asked", ask),
    ):  # fmt: skip

        def here(where: str, label: str = label) -> None:
            if where == label:
                raise PowerCut

        monkeypatch.setattr(crashpoint, "here", here)
        with pytest.raises(PowerCut):
            work()
        monkeypatch.undo()
        assert [model._base_manager.count() for model in kept] == before, label
    assert hold().number == 1


def test_one_press_asks_the_whole_group_and_shows_no_answer(
    world: World, sam: Cast, noor: Cast, kim: Case, bo: Cast
) -> None:
    group = made(world)
    groups.add_leader(group=group, account=bo.account, by=world.asha.reader, at=world.moment)
    joined(world, group, sam.person, "Fox")
    joined(world, group, noor.person, "Owl")
    joined(world, group, kim.circle.focus, "Crow", circle=kim.circle)  # has not come in
    given: dict[str, Any] = {"days": 7, "by": bo.reader, "at": world.moment}
    with pytest.raises(group_rounds.NotForAGroup):
        group_rounds.ask_group(group=group, instrument="asq", **given)
    with pytest.raises(NotAllowed):
        group_rounds.ask_group(
            group=group, instrument="group_connection", **{**given, "by": world.hana.reader}
        )
    row, left_out = group_rounds.ask_group(group=group, instrument="group_connection", **given)
    assert [member.alias for member in left_out] == ["Crow"]
    timings = Timing._base_manager.filter(round=row.number)
    assert {t.respondent_id for t in timings} == {sam.person.pk, noor.person.pk}
    letters = Message._base_manager.filter(kind=on_time.MESSAGE)
    assert [letter.address for letter in letters] == ["noor@example.org"]
    on_time.ask_once(at=world.moment)  # Sam cannot be written to: the lead has a task
    assert len(tasks(on_time.NOT_REACHED)) == 1
    asking = Asking._base_manager.get(respondent=noor.person, instrument__startswith="group_c")
    measures.record_answers(
        asking=asking, answers={f"item_{n}": 4 for n in range(1, 6)}, submission="one",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    [found] = group_rounds.rounds(group, seen_by=bo.reader, at=world.moment)
    states = {each.member.alias: each.state for each in found.asked}
    assert states == {"Fox": "not_reached", "Owl": "answered"}
    assert (found.answered, found.closeness) == (1, None)  # too few: it would show hers
    assert rows_of(bo.reader, Asking) == []


def test_closeness_is_shown_over_four_answers_and_no_fewer(
    world: World, sam: Cast, noor: Cast, teo: Cast, kim: Case
) -> None:
    group = made(world)
    kim_in = {"engaged_at": world.moment - timedelta(days=1), "disclosed_at": world.moment}
    Case._base_manager.filter(pk=kim.pk).update(**kim_in)
    joined(world, group, kim.circle.focus, "Crow", circle=kim.circle)
    for cast, alias in ((sam, "Fox"), (noor, "Owl"), (teo, "Hare")):
        joined(world, group, cast.person, alias)
    by, at = world.asha.reader, world.moment
    group_rounds.ask_group(group=group, instrument="group_connection", days=7, by=by, at=at)
    askings = list(Asking._base_manager.filter(instrument__startswith="group_connection"))
    for number, asking in enumerate(askings):
        [before] = group_rounds.rounds(group, seen_by=by, at=at)
        assert before.closeness is None
        measures.record_answers(
            asking=asking, answers={f"item_{n}": 3 + number % 2 for n in range(1, 6)},
            submission=str(number), by=by, at=at,
        )  # fmt: skip
    [found] = group_rounds.rounds(group, seen_by=by, at=at)
    assert found.closeness is not None
    assert (found.closeness.n, found.closeness.mean) == (4, 3.5)


# -- leaders ---------------------------------------------------------------------------------------


def test_nobody_is_proposed_to_a_group_that_family_leads(world: World, bo: Cast, kim: Case) -> None:
    """A10: a leader reads the roster, so it holds from the proposal on."""
    group = made(world)
    groups.add_leader(group=group, account=bo.account, by=world.asha.reader, at=world.moment)
    access.create_account(
        email=bo.account.email, person=kim.circle.focus, by=world.system, at=world.moment
    )
    with pytest.raises(groups.CannotJoin):
        waiting(world, group, kim.circle.focus, "Crow", circle=kim.circle)
    assert not GroupMember._base_manager.exists()


def test_a_leader_is_no_leader_after_the_end_and_the_last_one_stays(world: World, bo: Cast) -> None:
    group = made(world)
    by, at = world.asha.reader, world.moment
    groups.add_leader(group=group, account=bo.account, by=by, at=at)
    edges: tuple[Edge, ...] = bo.reader.edges
    assert [(e.role, e.kind, e.object) for e in edges if e.kind == "group"] == [
        ("facilitator", "group", group.pk)
    ]
    by = world.asha.reader
    found = group_queries.leaders(group, seen_by=by, at=at)
    edge_of = {each.name: each.edge for each in found}
    assert set(edge_of) == {"Asha Raman", "Bo Lind"}
    groups.end_leader(relationship=edge_of["Bo Lind"], by=by, at=at)
    assert rows_of(bo.reader, Group) == []
    with pytest.raises(groups.LastLeader):
        groups.end_leader(relationship=edge_of["Asha Raman"], by=world.asha.reader, at=at)
    ended = groups.end_group(
        group=Group._base_manager.get(pk=group.pk), because="It was planned so", expected=1,
        by=world.asha.reader, at=at,
    )  # fmt: skip
    with pytest.raises(groups.CannotJoin):
        waiting(world, ended, world.noor.person, "Owl")


def test_the_roster_opens_the_gates_of_a_course_in_a_group(world: World, sam: Cast) -> None:
    """Rules and size are said by the group itself; nobody copies them onto a sheet."""
    course = every_way.proposed(world, "group", "slow_open", [world.sam])
    group = made(world, way="group", most=6)

    def closed() -> set[str]:
        states = gates.start_gates(course=course, seen_by=world.asha.reader, at=world.moment)
        waiting = {one.gate for one in states if one.status == "waiting"}
        return waiting & {"signed_rules", "group_size"}

    assert closed() == {"signed_rules", "group_size"}
    fox = joined(world, group, sam.person, "Fox")
    assert closed() == {"group_size"}
    for number in range(4):
        other = world.open_case(world.worry(alias=f"P{number}", contact=f"p{number}@example.org"))
        joined(world, group, other.circle.focus, f"Bird {number}", circle=other.circle)
    assert closed() == set()
    by, at = world.asha.reader, world.moment
    groups.leave(member=fresh(fox), because="Moved", expected=fresh(fox).version, by=by, at=at)
    assert closed() == {"signed_rules", "group_size"}
