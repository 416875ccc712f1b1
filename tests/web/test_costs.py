"""What a page costs in queries: the same for one row as for many, and no more than said here.

Milliseconds are measured by benchmarks/cases.py. Keys of persons whose texts a process opens for
the first time are not counted: it keeps them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alongside.cases import actions as cases
from alongside.measures import actions as measures
from alongside.records.models import DataKey
from tests.factories import World, care

pytestmark = pytest.mark.django_db
# Queries of a page with all that stands on it; with begin and commit.
CASE, CASELOAD, FORM = 78, 39, 15
ANSWERS = (1, 1, 1, 1, 1, 1, 1, 1, 0, 0)


def cost(request: Callable[[], Any]) -> int:
    """How many queries a request takes."""
    with CaptureQueriesContext(connection) as asked:
        assert request().status_code in {200, 302}
    return sum(DataKey._meta.db_table not in each["sql"] for each in asked)


def test_a_case_costs_the_same_for_one_row_of_a_kind_and_for_many(
    world: World, signed_in: Any
) -> None:
    """A full case, with a course under way: what happened once and what happened often."""
    care.started(world, way="cbt")
    browser, page = signed_in(world.asha), f"/work/cases/{world.case.pk}/"
    care.answer(world, world.sam, "phq9", care.FEW_SYMPTOMS)
    browser.get(page)
    few = cost(lambda: browser.get(page))
    for _ in range(5):
        care.answer(world, world.sam, "phq9", care.FEW_SYMPTOMS)
        cases.record_decision(
            circle=world.circle,
            kind="alternative",
            chosen="considered",
            about=f"case:{world.case.pk}",
            reason="It may be grief and not drink.",
            by=world.asha.reader,
            at=world.moment,
        )
    assert cost(lambda: browser.get(page)) == few <= CASE


def test_the_caseload_costs_the_same_for_one_case_and_for_many(
    world: World, signed_in: Any
) -> None:
    care.started(world, way="cbt")
    browser = signed_in(world.asha)
    browser.get("/work/cases/")
    few = cost(lambda: browser.get("/work/cases/"))
    for number in range(7):
        worry = world.worry(alias=f"Rae {number}", contact=f"r{number}@example.org")
        opened = world.open_case(worry)
        if number < 2:  # help is under way in some of them, too
            other = replace_case(world, opened)
            care.started(other, way="mi_brief")
    browser.get("/work/cases/")
    assert cost(lambda: browser.get("/work/cases/")) == few <= CASELOAD


def replace_case(world: World, opened: Any) -> World:
    """The same house, seen from another case of it."""
    other = copy.copy(world)
    other.case, other.circle, other.sam = opened.case, opened.circle, opened.circle.focus
    other.engage_sam(f"{opened.case.pk}@example.org")
    return other


def test_a_form_that_is_sent_costs_the_same_the_first_time_and_later(world: World) -> None:
    """The last page of a questionnaire: access, scoring, danger rules, audit and all."""
    world.engage_sam()
    first, second, third = (cost(_sending(world)) for _ in range(3))
    assert first == second == third <= FORM


def _sending(world: World) -> Callable[[], Any]:
    asking = measures.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument="phq9",
        by=world.asha.reader,
        at=world.moment,
    )
    token = measures.hand_over(asking=asking, by=world.asha.reader, at=world.moment)
    phone = Client()
    for number, value in enumerate(ANSWERS, 1):
        phone.post(f"/l/{token}/{number}/", {"a": str(value)})
    page = phone.get(f"/l/{token}/check/").content.decode()
    fields = dict(re.findall(r'name="(submission|item_\d+)" value="([^"]*)"', page))
    return lambda: phone.post(f"/l/{token}/check/", fields)
