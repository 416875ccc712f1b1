"""The safety plan: the person's own, in versions, of which others see only what they are shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from alongside.access import actions as access
from alongside.crisis import actions as crisis
from alongside.crisis import safety_plan, six_parts
from alongside.crisis.models import SafetyPlan, SafetyPlanShare
from alongside.crisis.six_parts import Part, SixParts
from alongside.people.models import Member
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World

KWAME = "Noor, my sister, 01632 960155, any hour"
EFUA = "Auntie Efua, 01632 960177, after 7 in the morning"
WHOLE = SixParts(
    parts={
        "signs": Part(lines=("I stop answering Noor.", "I walk all night.")),
        "own": Part(lines=("Cold water on my face.",), likely=8, in_the_way="The tap is loud."),
        "distraction": Part(lines=("The barber's on Leith Walk.",)),
        "people": Part(lines=(KWAME, EFUA)),
        "professionals": Part(lines=("Samaritans, 116 123",)),
        "safer": Part(none="There is nothing in the house."),
    },
    reason="My daughter's laugh.",
)


def save(world: World, by: Any, plan: SixParts = WHOLE, version: int = 0) -> SafetyPlan:
    return safety_plan.save_plan(
        circle=world.circle, plan=plan, version=version, by=by, at=world.moment
    )


def share(world: World, by: Any, **more: Any) -> SafetyPlanShare:
    given = {"part": "people", "member": world.noor.member, "lines": [KWAME], **more}
    return safety_plan.share_part(
        circle=world.circle, until=date(2026, 4, 1), by=by, at=world.moment, **given
    )


# -- the words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "title", "href", "note"),
    [
        (KWAME, "Noor, my sister", "tel:01632960155", "any hour"),
        (EFUA, "Auntie Efua", "tel:01632960177", "after 7 in the morning"),
        ("Samaritans, 116 123", "Samaritans", "tel:116123", ""),
        ("999", "999", "tel:999", ""),
        ("+44 (0)131 496-0100 the team, weekdays 9 to 5", "the team, weekdays 9 to 5",
         "tel:+4401314960100", ""),
    ],
)  # fmt: skip
def test_a_line_with_a_number_can_be_called(line: str, title: str, href: str, note: str) -> None:
    call = six_parts.call_of(line)
    assert call is not None
    assert (call.title, call.href, call.note) == (title, href, note)


@pytest.mark.parametrize("line", ["My neighbour, after 7", "Five-a-side, Thursdays", "Flat 12"])
def test_a_line_without_a_number_is_words(line: str) -> None:
    assert six_parts.call_of(line) is None


def test_a_plan_is_complete_when_each_part_is_written_or_has_a_reason_for_none() -> None:
    assert WHOLE.is_complete
    fewer = {name: part for name, part in WHOLE.parts.items() if name != "safer"}
    assert SixParts(parts=fewer).missing == ("safer",)
    assert six_parts.read(six_parts.write(WHOLE)) == WHOLE


# -- versions -------------------------------------------------------------------------------------


def test_the_person_writes_it_and_every_version_stays(world: World, sam: Cast) -> None:
    save(world, sam.reader)
    shorter = SixParts(parts={"signs": Part(lines=("I give things away.",))})
    newest = save(world, sam.reader, shorter, version=1)

    found = list(safety_plan.plans(world.circle.pk, seen_by=world.asha.reader))
    assert [row.number for row in found] == [2, 1]
    assert six_parts.read(found[1].words) == WHOLE
    assert (newest.together, newest.about_id) == (False, world.sam.pk)


def test_two_saves_from_one_version_overwrite_nothing(world: World, sam: Cast) -> None:
    first = save(world, sam.reader)
    with pytest.raises(StaleVersion) as refused:
        save(world, world.asha.reader, SixParts(reason="Another."), version=0)
    assert refused.value.current == first
    assert safety_plan.plan_of(world.circle.pk, seen_by=sam.reader) == first


def test_nobody_makes_a_plan_before_the_person_came_in(world: World) -> None:
    with pytest.raises(safety_plan.NotHereYet):
        save(world, world.asha.reader)


def test_an_empty_plan_is_not_kept(world: World, sam: Cast) -> None:
    with pytest.raises(safety_plan.NothingWritten):
        save(world, sam.reader, SixParts())


@pytest.mark.parametrize("who", ["bo", "noor", "teo", "hana", "grace"])
def test_others_neither_read_nor_write_it(world: World, sam: Cast, who: str) -> None:
    save(world, sam.reader)
    other: Cast = getattr(world, who)
    assert not safety_plan.plans(world.circle.pk, seen_by=other.reader).exists()
    with pytest.raises(NotAllowed):
        save(world, other.reader, version=1)


def test_on_call_reads_it_while_an_alert_is_open(world: World, sam: Cast) -> None:
    save(world, sam.reader)
    crisis.raise_by_staff(
        level="B", seen="He says goodbye to everybody.", circle=world.circle,
        institution=world.institution.pk, by=world.asha.reader, at=NOON,
    )  # fmt: skip
    assert safety_plan.plan_of(world.circle.pk, seen_by=world.hana.reader) is not None
    with pytest.raises(NotAllowed):
        save(world, world.hana.reader, version=1)


# -- looked at together ---------------------------------------------------------------------------


def test_only_a_look_together_at_a_complete_plan_counts_for_the_danger_rules(
    world: World, sam: Cast
) -> None:
    mine = save(world, sam.reader)
    assert safety_plan.reviewed_days_ago(world.circle.pk, NOON) is None
    with pytest.raises(NotAllowed):
        safety_plan.look_at_plan(plan=mine, by=sam.reader, at=NOON)

    safety_plan.look_at_plan(plan=mine, by=world.asha.reader, at=NOON)
    assert safety_plan.reviewed_days_ago(world.circle.pk, NOON + timedelta(days=14)) == 14
    part = SixParts(parts={"signs": Part(lines=("x",))})
    save(world.at(NOON + timedelta(days=1)), world.asha.reader, part, version=1)
    assert safety_plan.reviewed_days_ago(world.circle.pk, NOON + timedelta(days=2)) is None


def test_an_older_version_is_not_looked_at_for_a_newer_one(world: World, sam: Cast) -> None:
    old = save(world, sam.reader)
    new = save(world, sam.reader, SixParts(reason="Another."), version=1)
    with pytest.raises(StaleVersion) as refused:
        safety_plan.look_at_plan(plan=old, by=world.asha.reader, at=NOON)
    assert refused.value.current == new


# -- shared ---------------------------------------------------------------------------------------


def test_a_chosen_person_sees_the_line_that_names_them_and_nothing_else(
    world: World, sam: Cast
) -> None:
    save(world, sam.reader)
    share(world, sam.reader)
    (seen,) = safety_plan.shared_with_me(world.circle.pk, seen_by=world.noor.reader)
    assert safety_plan.shown_lines(seen) == (KWAME,)
    assert safety_plan.plan_of(world.circle.pk, seen_by=world.noor.reader) is None
    assert safety_plan.shared_with_me(world.circle.pk, seen_by=world.teo.reader) == []
    with pytest.raises(NotAllowed):
        safety_plan.end_share(share=seen, by=world.noor.reader, at=NOON)


def test_a_line_that_is_changed_is_shown_to_nobody_and_a_whole_part_follows(
    world: World, sam: Cast
) -> None:
    save(world, sam.reader)
    share(world, sam.reader)
    share(world, sam.reader, part="own", member=world.teo.member, lines=None)
    changed = {**WHOLE.parts, "people": Part(lines=(EFUA,)), "own": Part(lines=("Loud music.",))}
    save(world, sam.reader, SixParts(parts=changed), version=1)
    assert safety_plan.shared_with_me(world.circle.pk, seen_by=world.noor.reader) == []
    (own,) = safety_plan.shared_with_me(world.circle.pk, seen_by=world.teo.reader)
    assert safety_plan.shown_lines(own) == ("Loud music.",)


def test_a_share_ends_by_its_day_by_the_person_and_with_the_place_in_the_circle(
    world: World, sam: Cast
) -> None:
    save(world, sam.reader)

    def mine() -> list[Any]:
        return list(safety_plan.shared_with_me(world.circle.pk, seen_by=world.noor.reader))

    row = share(world, sam.reader)
    assert mine()
    world.at(NOON + timedelta(days=60))
    assert not mine()
    world.at(NOON)
    safety_plan.end_share(share=row, by=sam.reader, at=NOON)
    assert not mine()

    share(world, sam.reader)
    member = Member._base_manager.get(pk=world.noor.member.pk)
    access.end_membership(member=member, because="left", by=world.noor.reader, at=NOON)
    assert not mine()


def test_a_share_needs_a_line_of_the_plan_somebody_in_the_circle_and_a_day_within_a_year(
    world: World, sam: Cast
) -> None:
    save(world, sam.reader)
    with pytest.raises(safety_plan.NothingWritten):
        share(world, sam.reader, lines=["Somebody else, 01632 960100"])
    with pytest.raises(safety_plan.NothingWritten):
        share(world, sam.reader, part="safer", lines=None)
    with pytest.raises(safety_plan.UnknownPart):
        share(world, sam.reader, part="reason")
    for day in (date(2020, 1, 1), NOON.date() + timedelta(days=400)):
        with pytest.raises(safety_plan.ShareMakesNoSense):
            safety_plan.share_part(
                circle=world.circle, part="own", member=world.noor.member, until=day,
                by=sam.reader, at=NOON,
            )  # fmt: skip
    with pytest.raises(NotAllowed):
        share(world, world.noor.reader)


# -- means ----------------------------------------------------------------------------------------


def test_means_have_an_owner_and_a_day_and_a_second_person_and_no_eyes_of_the_family(
    world: World, sam: Cast
) -> None:
    agreed = safety_plan.agree_means(
        circle=world.circle, item="Tablets", what="A week at a time", owner="Noor",
        due_on=date(2026, 3, 4), by=world.asha.reader, at=NOON,
    )  # fmt: skip
    task = Task._base_manager.get(kind="means_safety")
    assert (task.about, task.circle_id) == (f"means:{agreed.pk}", world.circle.pk)
    assert safety_plan.means(world.circle.pk, seen_by=sam.reader).count() == 1
    for other in (world.noor, world.teo, world.bo):
        assert not safety_plan.means(world.circle.pk, seen_by=other.reader).exists()

    with pytest.raises(safety_plan.NothingWritten):
        safety_plan.means_done(means=agreed, confirmed_by=" ", by=world.asha.reader, at=NOON)
    safety_plan.means_done(means=agreed, confirmed_by="Noor", by=world.asha.reader, at=NOON)
    assert Task._base_manager.get(pk=task.pk).done_at == NOON
    with pytest.raises(safety_plan.AlreadyDone):
        safety_plan.means_done(means=agreed, confirmed_by="Noor", by=world.asha.reader, at=NOON)


def test_nothing_needed_is_said_with_a_reason_and_makes_no_task(world: World, sam: Cast) -> None:
    given = {"circle": world.circle, "by": world.asha.reader, "at": NOON}
    none = safety_plan.agree_means(item="Firearms", what="There are none.", **given)
    assert not Task._base_manager.filter(kind="means_safety").exists()
    with pytest.raises(safety_plan.NothingNeeded):
        safety_plan.means_done(means=none, confirmed_by="Noor", by=world.asha.reader, at=NOON)
    with pytest.raises(safety_plan.NothingWritten):
        safety_plan.agree_means(item="Tablets", what="Locked away", owner="Noor", **given)
