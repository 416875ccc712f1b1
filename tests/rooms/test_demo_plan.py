"""What a demonstration plans, before a day of it has passed."""

from __future__ import annotations

import re
from collections import Counter
from inspect import getsource
from typing import Any

import pytest

from alongside.calendar.models import Booking
from alongside.cases import rules as case_rules
from alongside.cases.models import Case
from alongside.cli import demo_states
from alongside.cli.demo import PRACTITIONERS, SERVICES, YEAR
from alongside.cli.demo_courses import SHORT
from alongside.cli.demo_days import read_script
from alongside.cli.demo_meeting import Meetings
from alongside.cli.demo_papers import CHANGES
from alongside.cli.demo_scenes import COURSES, FIRST, SCENES, scene_of
from alongside.cli.demo_service import FRESH, WAYS
from alongside.crisis.models import Alert
from alongside.people.models import GroupMember
from tests.conftest import NOON

SIZES = [(64, 6), YEAR]
# Ways that say all of a scene: nothing more is acted.
TOLD_BY_THEIR_WAY = ("ran_out", "referred_on", "withdrawn", "no_contact")


@pytest.mark.parametrize(("number", "months"), SIZES)
def test_each_scene_has_one_person_and_time_to_happen(number: int, months: int) -> None:
    given = [scene_of(each, number=number, months=months) for each in range(number)]
    assert [scene for scene in given if scene is not None] == list(SCENES)
    assert FIRST + len(SCENES) <= number - len(FRESH)
    assert all(scene.ago < 30 * months - 4 for scene in SCENES)


def test_small_demonstrations_are_left_to_chance() -> None:
    assert not [each for each in range(60) if scene_of(each, number=59, months=12)]
    assert not [each for each in range(60) if scene_of(each, number=300, months=5)]


def test_the_scenes_name_every_end_every_level_and_every_place_there_is() -> None:
    names = {scene.name for scene in SCENES}
    ends = {scene.ending for scene in SCENES if scene.ending}
    assert ends == set(case_rules.COMPLETIONS) - {"declined_before_start"}
    assert set(SHORT) < ends
    assert {case_rules.RAN_OUT} <= {scene.way for scene in SCENES}
    assert set(CHANGES) < names
    seen = read_script("scenes")["danger"]
    assert {level for level, _ in Alert.LEVELS} <= set(seen)
    places = {name.removeprefix("group_") for name in names if name.startswith("group_")}
    assert {"in", "left", "offered", "not_now"} == places - {"waits"}
    assert len(places) == len(GroupMember.STATES)
    ways = {scene.way for scene in SCENES}
    assert ways - set(COURSES) <= set(WAYS) | {"half_written"}


def test_every_scene_is_acted_somewhere_and_what_is_acted_has_its_scene() -> None:
    """A scene nobody acts would be a name alone, and an act without its scene never happens."""
    acted = {name.removeprefix("_scene_") for name in dir(Meetings) if name.startswith("_scene_")}
    for each in Meetings.__mro__[:-1]:
        acted |= set(re.findall(r'\.scene [!=]= "(\w+)"', getsource(each)))
    acted |= set(CHANGES)
    assert acted <= {scene.name for scene in SCENES}
    by_their_way = Counter(scene.way for scene in SCENES if not scene.ending)
    left = {scene.way for scene in SCENES if scene.name not in acted and not scene.ending}
    assert left <= {*TOLD_BY_THEIR_WAY, "half_written", "group"}
    assert all(by_their_way[way] for way in TOLD_BY_THEIR_WAY)
    assert by_their_way["group"] >= 6


def test_the_script_has_the_people_of_a_year() -> None:
    script = read_script()
    staff = [*script["staff"], *script["year"]["staff"]]
    at_work = [row for row in staff if {"lead", "on_call"} & set(row["roles"])]
    assert len(at_work) >= PRACTITIONERS
    assert 1 + len(script["year"]["services"]) >= SERVICES
    rooms = {row["of"] for row in [*script["rooms"], *script["year"]["rooms"]]}
    assert {row["key"] for row in staff if "lead" in row["roles"]} <= rooms


def test_the_closing_check_names_each_state_that_nobody_is_in(world: Any) -> None:
    """One case that is being prepared: that, its worry and its people are there, and no more."""
    lacking = set(demo_states.missing(NOON))
    every = {state.name for state in demo_states.states(NOON)}
    assert lacking < every
    assert every - lacking >= {"case: preparing", "worry: taken", "person not told yet"}
    for name in ("case closed: ran_out", "alert closed: handed_over", "minor with a guardian"):
        assert name in lacking
    assert Case._base_manager.count() == 1
    assert not Booking._base_manager.exists()
    few = demo_states.too_few(NOON, people=300, practitioners=1, services=1)
    assert few == ["people (1 of 300)"]
