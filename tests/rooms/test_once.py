"""What a page asks once: kept for its own reader, and for nobody after the first write."""

from __future__ import annotations

import pytest
from django.db import transaction

from alongside.cases import queries as cases
from tests.factories import World

pytestmark = pytest.mark.django_db


def test_each_reader_keeps_their_own_until_something_is_written(world: World) -> None:
    asha, bo = world.asha.reader, world.bo.reader
    asha.kept, bo.kept = {}, {}
    first = cases.case_of(world.circle, seen_by=asha)
    assert first is not None
    assert cases.case_of(world.circle.pk, seen_by=asha) is first
    assert cases.case_of(world.circle, seen_by=bo) is None
    assert cases.case_of(world.circle, seen_by=asha.through("practitioner")) is not first
    with transaction.atomic():
        asha.confirm("E", world.case)
    assert cases.case_of(world.circle, seen_by=asha) is not first


def test_a_reader_without_a_page_keeps_nothing(world: World) -> None:
    asha = world.asha.reader
    first = cases.case_of(world.circle, seen_by=asha)
    assert cases.case_of(world.circle, seen_by=asha) is not first
