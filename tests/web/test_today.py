"""Today and the supervisor's list: what waits, in order of harm, at a constant cost."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alongside.delivery.models import ProgressNote
from alongside.notify import actions as notify
from alongside.records.models import DataKey
from alongside.tasks import actions as tasks
from alongside.tasks import queries
from alongside.web.practitioner import today
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import booked, held, missed, started


@pytest.fixture(autouse=True)
def second_step_done(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff came in with both steps, and a dispatcher lives."""
    from alongside.access import middleware

    monkeypatch.setattr(middleware, "_has_second_step", lambda account: True)
    notify.beat(name="test", at=NOON)


def text(response: Any) -> str:
    assert response.status_code == 200
    found: str = response.content.decode()
    return found


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Ifeoma Nwosu", "Ifeoma"),
        ("Dr Ifeoma Nwosu", "Dr Ifeoma Nwosu"),
        ("Sra. Ana Gil", "Sra. Ana Gil"),
    ],
)
def test_nobody_is_greeted_by_a_title_alone(name: str, called: str) -> None:
    assert today._called(name) == called


def waits(world: World, kind: str, hours: float, **more: Any) -> None:
    tasks.make_task(
        institution=world.institution,
        circle=world.circle,
        kind=kind,
        about=f"{kind}:{hours}",
        what=f"Do {kind}.",
        due_at=NOON + timedelta(hours=hours),
        by=world.asha.reader,
        at=NOON,
        **{"for_role": "lead", **more},
    )


def test_today_lists_the_worst_harm_first_with_its_reason(world: World, signed_in: Any) -> None:
    waits(world, "countersign", -24 * 20)
    waits(world, "reach_out", 3)
    waits(world, "means_safety", 20)
    waits(world, "credential_ends", 5)
    waits(world, "after_closing", 24 * 30)
    course = started(world)
    held(world, course)
    assert ProgressNote.objects.unscoped("a test").filter(signed_at=None).count() == 1
    page = text(signed_in(world.asha).get("/work/"))
    said = [
        "Somebody could be badly hurt if this is left",
        "Sam: Something agreed to make means safe is due",
        "Help comes late, or goes on without helping",
        "Sam: Two talks in a row were missed",
        "Work of somebody you supervise waits",
        "Late by 20 days, so it stands higher.",
        "The record falls behind the work",
        "Sam: One of your credentials ends soon",
        "Later",
        "Sam: sign the note of session 1",
        "The help is over: ask how it goes on",
    ]
    places = [page.find(words) for words in said]
    assert -1 not in places, said[places.index(-1)]
    rising = [p for p, words in zip(places, said, strict=True) if not words.startswith(
        ("Sam: Two talks", "Work of", "Late by"))]  # fmt: skip
    assert rising == sorted(rising)
    everything = text(signed_in(world.asha).get("/work/waiting/"))
    assert all(words in everything for words in said)
    world.worry(alias="Rae Ode", contact="rae@example.org")
    for where in ("/work/", "/work/waiting/"):  # the badge and the greeting count the same
        shown = text(signed_in(world.asha).get(where))
        badges = re.findall(r'(\d+)<span class="sr"> need you', shown)
        assert badges == ["5"], (where, badges)
    assert "5 things need you." in text(signed_in(world.asha).get("/work/"))


def test_a_time_of_which_nobody_said_what_happened_waits_until_it_is_told(
    world: World, signed_in: Any, at: Any
) -> None:
    course = started(world)
    ten = NOON.replace(day=3, hour=10)
    mine = booked(world, ten.replace(tzinfo=None), about=f"course:{course.pk}")
    booked(world, ten.replace(hour=14, tzinfo=None))  # for no course: a talk before any help
    world.at(ten + timedelta(hours=20))
    at(world.moment)
    words = "say what happened on 3 Mar, 10:00"
    assert words in text(signed_in(world.asha).get("/work/"))
    world.at(ten + timedelta(hours=30))
    at(world.moment)
    desk = signed_in(world.asha)
    page = text(desk.get("/work/"))
    assert f"/work/bookings/{mine.pk}/tell/" in page
    assert "Overdue since 10:50" in page
    badge = re.findall(r'(\d+)<span class="sr"> need you', page)
    missed(world, course, when=ten, booking=mine)
    page = text(desk.get("/work/"))
    assert words not in page
    assert re.findall(r'(\d+)<span class="sr"> need you', page) != badge


def test_today_costs_the_same_for_5_cases_and_for_50(world: World, signed_in: Any) -> None:
    browser, cost = signed_in(world.asha), {}
    ifeoma = signed_in(world.ifeoma)
    made = 1
    for many in (5, 50):
        for number in range(made, many):
            world.open_case(world.worry(alias=f"Rae {number}", contact=f"r{number}@example.org"))
            waits(world, "reach_out", number / 10)
        made = many
        for who, where in ((browser, "/work/"), (browser, "/work/waiting/"),
                           (ifeoma, "/work/supervision/")):  # fmt: skip
            text(who.get(where))
            with CaptureQueriesContext(connection) as asked:
                text(who.get(where))
            keys = [q for q in asked if DataKey._meta.db_table in q["sql"]]
            cost.setdefault(where, []).append(len(asked) - len(keys))
    assert all(few == many for few, many in cost.values()), cost
    assert cost["/work/"][0] <= 45
    assert "And 8" in text(browser.get("/work/"))
    for who, where in ((browser, "/work/"), (browser, "/work/waiting/"), (browser, "/work/cases/"),
                       (ifeoma, "/work/supervision/")):  # fmt: skip
        page = text(who.get(where))  # in order of need, so neither new nor old
        assert "These are the first" in page, where
        assert "newest" not in page, where


def test_the_supervisors_list_shows_what_waits_and_only_in_the_cases_of_those_they_supervise(
    world: World, signed_in: Any
) -> None:
    waits(world, "countersign", -2)
    waits(world, "reach_out", -2)
    page = text(signed_in(world.ifeoma).get("/work/supervision/"))
    assert "Work of somebody you supervise waits for your signature" in page
    assert "Two talks in a row" not in page
    assert "Asha" in page
    assert "/done/" not in page
    waits(world, "debrief_talk", -3, for_role="supervisor")
    task = queries.tasks(seen_by=world.system).get(kind="debrief_talk")
    address = f"/work/tasks/{task.pk}/done/"
    ifeoma = signed_in(world.ifeoma)
    assert address in text(ifeoma.get("/work/supervision/"))
    assert ifeoma.post(address).status_code == 302
    assert address not in text(ifeoma.get("/work/supervision/"))
    other = queries.tasks(seen_by=world.system).get(kind="countersign")
    assert ifeoma.post(f"/work/tasks/{other.pk}/done/").status_code == 404
    assert signed_in(world.bo).get("/work/supervision/").status_code == 404
    assert signed_in(world.asha).get("/work/supervision/").status_code == 404
