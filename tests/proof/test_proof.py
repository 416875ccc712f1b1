"""The proof of the danger path, in its short form. `make proof` runs the long one.

benchmarks/alerts/README.md says how each figure is measured, and how another program's sender can
be put through the same kills.
"""

from __future__ import annotations

import pytest

from benchmarks.alerts.house import House, on_each
from benchmarks.alerts.kills import PARTS, prove
from tests.harness import environment

pytestmark = pytest.mark.slow

ANSWERS, KILLS, SEED = 24, 4, 20261122


@pytest.fixture
def house(served_template):
    house = House(served_template)
    try:
        house.start()
        yield house
    finally:
        house.stop()  # and prove that nothing of it lives or listens


@pytest.mark.sqlite
@pytest.mark.parametrize("part", ["kills", "load"])
def test_each_part_of_the_long_form_begins_in_a_process_of_its_own(part):
    assert on_each("sqlite", f"benchmarks.alerts.{part}", "--help") == 0


def test_no_acknowledged_answer_is_lost_and_nobody_sees_one_twice_while_parts_are_killed(house):
    verdict = prove(
        house, database=environment.database(), answers=ANSWERS, kills=KILLS, seed=SEED, phones=4
    )
    assert verdict.is_good, verdict
    assert verdict.answers == ANSWERS
    assert sum(verdict.kills.values()) == KILLS
    assert set(verdict.kills) <= set(PARTS[environment.database()])
