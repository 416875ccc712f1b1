"""Therapy groups as who leads one sees them: a way in, a session split, a round, and an end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

from django.utils import translation

from alongside import catalogue
from alongside.crisis.models import Alert
from alongside.delivery.models import GroupPart, GroupSession, GroupTalk, ProgressNote
from alongside.measures.models import Asking
from alongside.people.models import Group, GroupMember
from alongside.plans.models import Course
from alongside.web.parts.pages import day_words
from tests.factories import Cast, World

SignedIn = Callable[[Cast], Any]
QUESTIONS = catalogue.current().groups.questions


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def proposed(browser: Any, world: World, group: Group, person: Any, alias: str) -> GroupMember:
    """Put on the list from the page of the case."""
    sent = {"group": str(group.pk), "person": str(person.pk), "alias": alias, "goal": ""}
    page = f"/work/cases/{world.case.pk}/groups/"
    assert alias in words(browser.post(page, sent, follow=True))
    found: GroupMember = GroupMember._base_manager.get(person=person)
    return found


def in_it(browser: Any, group: Group, member: GroupMember) -> None:
    """Through the talk and the rules into the group, with what is refused on the way."""
    page = f"/work/groups/{group.pk}/members/{member.pk}/"

    def press(do: str, **more: Any) -> Any:
        version = GroupMember._base_manager.get(pk=member.pk).version
        return browser.post(page, {"do": do, "version": version, **more}, follow=True)

    assert "First the talk before the group" in words(press("join"))
    answers = {f"ask_{question.id}": "no" for question in QUESTIONS}
    empty = press("talk", fits="yes")
    assert empty.status_code == 400
    assert "Choose one: not known is an answer too." in words(empty)
    refused = press("talk", fits="yes", **{**answers, "ask_mania": "yes"})
    assert refused.status_code == 400
    assert "An answer says that it does not fit now." in words(refused)
    press("talk", fits="yes", **answers)
    assert "First they read the rules" in words(press("join"))
    press("rules")
    assert "In the group" in words(press("join"))


def test_a_group_is_begun_filled_held_asked_and_ended(
    signed_in: SignedIn, world: World, cbt: Course, sam: Cast, noor: Cast, bo: Cast
) -> None:
    with translation.override("en"):
        browser = signed_in(world.asha)
        assert "You lead no group." in words(browser.get("/work/groups/"))
        form = {"name": "Thursday group", "kind": "slow_open", "way": "cbt", "meets": "",
                "most": "40", "minutes": "90", "rules": "It stays here."}  # fmt: skip
        many = browser.post("/work/groups/begin/", form)
        assert many.status_code == 400
        assert "A group has 5 to 12 places." in words(many)
        assert "Thursday group" in many.content.decode()  # what was typed stays
        browser.post("/work/groups/begin/", {**form, "most": "8"})
        group = Group._base_manager.get()
        page = f"/work/groups/{group.pk}/"
        assert signed_in(bo).get(page).status_code == 404
        for person, alias in ((sam.person, "Fox"), (noor.person, "Owl")):
            in_it(browser, group, proposed(browser, world, group, person, alias))
        shown = words(browser.get(page))
        assert "2 of 8 places are taken or offered." in shown
        assert "Sam" not in shown
        sheet = words(browser.get(page + "sheet/"))
        assert "Fox" in sheet
        assert "Sam" not in sheet

        fox, owl = GroupMember._base_manager.order_by("asked_at")
        write = words(browser.get(page + "sessions/new/"))
        assert "No course of this way runs in the case of Owl" in write
        leader = str(world.asha.practitioner.pk)
        sent = {"day": world.moment.date().isoformat(), "time": "10:00", "minutes": "90",
                "leaders": [leader], "topic": "Owl and the bad evening", "events": "",
                f"word_{fox.pk}": "late", f"late_{fox.pk}": "10",
                f"note_{fox.pk}": "He slept.",
                f"word_{owl.pk}": "cancelled_in_time"}  # fmt: skip
        named = browser.post(page + "sessions/new/", sent)
        assert named.status_code == 400
        assert "This names Owl" in words(named)
        assert "He slept." in named.content.decode()
        kept = words(
            browser.post(page + "sessions/new/", {**sent, "topic": "Bad evenings"}, follow=True)
        )
        assert GroupSession._base_manager.count() == 1
        assert "Came late, 10 minutes He slept. in their own record" in kept
        assert "led by Asha Raman" in kept
        own = GroupPart._base_manager.get(member=fox).session
        assert "Bad evenings" in ProgressNote._base_manager.get(session=own).parts
        assert "Came 1 of 1 time." in words(browser.get(page))

        asked = words(
            browser.post(
                page + "ask/", {"instrument": "group_connection", "days": "7"}, follow=True
            )
        )
        assert "0 of 2 answered." in asked
        assert Asking._base_manager.filter(instrument__startswith="group_conn").count() == 2
        version = str(group.version)
        browser.post(page + "change/", {"name": "Friday group", "meets": "", "most": "8",
                                        "version": version})  # fmt: skip
        stale = browser.post(page + "change/", {"name": "Monday group", "meets": "", "most": "8",
                                                "version": version})  # fmt: skip
        assert stale.status_code == 409
        assert "Friday group" in words(stale)
        # The member's own page: where, when next, how they are called, the rules; nobody else.
        tomorrow = (world.moment + timedelta(days=1)).date()
        fresh = Group._base_manager.get()
        dated = {"name": "Friday group", "meets": "Room 2", "most": "8",
                 "version": str(fresh.version)}  # fmt: skip
        half = browser.post(page + "change/", {**dated, "next_day": tomorrow.isoformat()})
        assert half.status_code == 400
        assert "Write the day and the time" in words(half)
        behind = {"next_day": "2020-01-02", "next_time": "18:00"}
        assert "lies ahead" in words(browser.post(page + "change/", {**dated, **behind}))
        browser.post(
            page + "change/",
            {**dated, "next_day": tomorrow.isoformat(), "next_time": "18:00"},
        )
        sheet = words(browser.get(page + "sheet/"))  # printed the day before
        assert str(day_words(tomorrow)) in sheet
        assert str(day_words(world.moment.date())) not in sheet
        own = words(signed_in(sam).get("/me/times/"))
        for said in ("Friday group", "18:00", "Room 2", "Fox", "It stays here.", "you agreed to"):
            assert said in own
        assert "Owl" not in own
        circle = words(signed_in(noor).get(f"/circle/{world.circle.pk}/times/"))
        assert "Owl" in circle
        assert "Fox" not in circle
        added = {"account": str(bo.account.pk)}
        assert "Bo Lind" in words(browser.post(page + "leaders/", added, follow=True))
        colleague = signed_in(bo)
        assert "Fox" in words(colleague.get(page))
        assert colleague.get(f"/work/cases/{world.case.pk}/").status_code == 404
        fresh = Group._base_manager.get()
        over = browser.post(
            page + "end/", {"because": "As planned", "version": str(fresh.version)}, follow=True
        )
        assert "As planned" in words(over)
        assert {row.state for row in GroupMember._base_manager.all()} == {"left"}


def test_a_talk_that_is_not_whole_keeps_its_danger_and_says_so(
    signed_in: SignedIn, world: World, sam: Cast
) -> None:
    with translation.override("en"):
        browser = signed_in(world.asha)
        form = {"name": "Thursday group", "kind": "slow_open", "way": "cbt", "meets": "",
                "most": "8", "minutes": "90", "rules": "It stays here."}  # fmt: skip
        browser.post("/work/groups/begin/", form)
        group = Group._base_manager.get()
        member = proposed(browser, world, group, sam.person, "Fox")
        page = f"/work/groups/{group.pk}/members/{member.pk}/"
        sent = {"do": "talk", "ask_suicidality": "yes", "instead": "Single talks."}
        answer = browser.post(page, sent)
        assert answer.status_code == 400
        assert "The rest of the talk is not saved yet." in words(answer)
        assert "Single talks." in answer.content.decode()
        assert (Alert._base_manager.get().level, GroupTalk._base_manager.count()) == ("B", 0)
        assert "with a plan, or an attempt" in words(browser.get("/work/crisis/"))
        whole = {f"ask_{question.id}": "no" for question in QUESTIONS} | {"fits": "no"} | sent
        kept = words(browser.post(page, whole, follow=True))
        assert "The danger is kept and an alert is open." in kept
        assert GroupTalk._base_manager.count() == 1
        refused = words(browser.post(page, {"do": "offer", "version": "2"}, follow=True))
        assert "They do not wait for a place now." in refused
