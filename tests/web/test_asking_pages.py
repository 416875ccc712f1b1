"""The schedule of a case, as staff see and change it; not now, as a person says it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from alongside.cases import rights
from alongside.cases.models import Case
from alongside.delivery import on_time
from alongside.delivery.models import ScheduleChange, Timing
from alongside.directory import actions as directory
from alongside.insights import completeness
from alongside.measures import actions as measures
from alongside.measures.models import Asking
from alongside.notify.models import Message
from alongside.people import actions as people
from alongside.plans.models import Course
from alongside.records import clock
from tests.factories import Cast, World
from tests.factories.care import booked

SignedIn = Callable[[Cast], Any]
LONDON = ZoneInfo("Europe/London")
ALL_ZERO = {f"item_{n}": 0 for n in range(1, 10)}


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


@pytest.fixture
def course(world: World, cbt: Course, sam: Cast) -> Course:
    people.add_contact(
        person=world.sam, circle=world.circle, channel="email", value="sam.quiet@example.org",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    wall = world.moment.astimezone(LONDON).replace(tzinfo=None) + timedelta(days=10)
    booked(world, wall, persons=[world.sam], about=f"course:{cbt.pk}")
    return cbt


def nine(world: World, days: int) -> datetime:
    day = world.moment.astimezone(LONDON).date() + timedelta(days=days)
    return datetime.combine(day, time(9), LONDON)


def test_schedule_says_what_is_due_asks_now_and_takes_a_change(
    signed_in: SignedIn,
    asha: Cast,
    world: World,
    course: Course,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(**given: Any) -> None:
        raise rights.Limited

    page = f"/work/cases/{world.case.pk}/schedule/"
    with translation.override("en"):
        browser = signed_in(asha)
        shown = words(browser.get(page))
        assert "At session 1 and 8 and at the end" in shown or "At sessions 1 and 8" in shown
        assert "Session 1 , 12 Mar 2026 Next" in shown
        sent = {"person": world.sam.pk, "instrument": "gad7", "slot": "start"}
        shown = words(browser.post(f"{page}{course.pk}/ask/", sent, follow=True))
        assert "It says nothing about why." in shown
        assert "Before it starts , 2 Mar 2026 Asked, open" in shown
        shown = words(browser.post(f"{page}{course.pk}/ask/", sent, follow=True))
        assert "Nothing was sent." in shown
        with monkeypatch.context() as objects:
            objects.setattr(on_time, "ask_now", refused)
            shown = words(browser.post(f"{page}{course.pk}/ask/", sent, follow=True))
        assert "The person objects, or limited this." in shown
        assert Message._base_manager.filter(kind=on_time.MESSAGE).count() == 1

        change = f"{page}{course.pk}/{world.sam.pk}/?measure=gad7"
        answer = browser.post(change, {"word": "every_days", "reason": "Weekly is too much."})
        assert answer.status_code == 400
        assert "Write every how many days." in words(answer)
        given = {"word": "every_days", "days": "21", "reason": "Weekly is too much."}
        shown = words(browser.post(change, given, follow=True))
        assert "Every 21 days, since 2 Mar 2026: Weekly is too much." in shown
        answer = browser.post(change, {**given, "word": "stopped", "version": "7"})
        assert answer.status_code == 409
        assert ScheduleChange._base_manager.get().word == "every_days"

        assert "We ask on" in shown
        closed = {"state": "closed", "closed_at": world.moment, "outcome": "completed"}
        Case._base_manager.filter(pk=world.case.pk).update(**closed)
        shown = words(browser.get(page))
        assert "The case is closed. Nothing goes out." in shown
        assert not re.findall("We ask on|Next|Ask now", shown), "what is over promises nothing"


def test_person_reads_how_long_it_takes_and_says_not_now(
    signed_in: SignedIn, sam: Cast, world: World, course: Course
) -> None:
    on_time.ask_once(at=world.moment)
    timing = Timing._base_manager.get(instrument="gad7")
    with translation.override("en"):
        browser = signed_in(sam)
        assert "About 2 minutes." in words(browser.get("/me/questions/"))
        start = f"/me/questions/{timing.asking_id}/start/"
        assert "Not now" in words(browser.get(start))
        answer = browser.post(f"/me/questions/{timing.asking_id}/later/", follow=True)
        assert "We leave you in peace for some days." in words(answer)
        # The same by the private link, where nobody is signed in.
        letter = Message._base_manager.get(kind=on_time.MESSAGE)
        link = "/en/l/" + letter.body.split("/l/")[1][:43]
        browser.logout()
        assert "We leave you in peace" in words(browser.post(f"{link}/later/", follow=True))
        assert "A few short questions" in words(browser.get(f"{link}/start/"))
    timing.refresh_from_db()
    assert timing.quiet_until == clock.now() + timedelta(days=2)


def test_one_press_asks_several_and_their_answers_stand_side_by_side(
    signed_in: SignedIn, asha: Cast, noor: Cast, teo: Cast, world: World
) -> None:
    page = f"/work/cases/{world.case.pk}/schedule/round/"
    both = [str(noor.person.pk), str(teo.person.pk)]
    with translation.override("en"):
        browser = signed_in(asha)
        assert browser.post(page, {"instrument": "nrs_mood"}).status_code == 400
        sent = {"instrument": "nrs_mood", "respondents": both, "days": "14"}
        people.add_contact(
            person=noor.person, circle=world.circle, channel="email", value="noor@example.org",
            by=world.asha.reader, at=world.moment,
        )  # fmt: skip
        asked = words(browser.post(page, sent, follow=True))
        assert "message waits for safe hours" in asked
        assert "For 1 person nothing can be sent" in asked
        for cast, points in ((noor, 3), (teo, 6)):
            asking = Asking._base_manager.get(respondent=cast.person)
            measures.record_answers(
                asking=asking, answers={"item_1": points}, submission=str(asking.pk),
                by=cast.through("circle"), at=world.moment,
            )  # fmt: skip
        shown = browser.get(f"/work/cases/{world.case.pk}/progress/").content.decode()
        found = re.search(r'href="([^"]+)"[^>]*>[^<]*, side by side<', shown)
        assert found is not None
        beside = words(browser.get(f"/work/cases/{world.case.pk}/progress/{unescape(found[1])}"))
    assert all(f"as {cast.person} sees it" in beside for cast in (noor, teo))


def test_completeness_counts_every_time_and_a_service_shows_nobody(
    signed_in: SignedIn, asha: Cast, world: World, course: Course, django_assert_num_queries: Any
) -> None:
    on_time.ask_once(at=world.moment)
    for days in (8, 9, 10, 11):
        on_time.ask_once(at=nine(world, days))
    session = Timing._base_manager.get(instrument="phq9", slot="session:1").asking
    measures.record_answers(
        asking=session, answers=ALL_ZERO, submission="one", by=asha.reader, at=nine(world, 11)
    )
    at = nine(world, 15)
    given: dict[str, Any] = {"seen_by": world.at(at).asha.reader, "at": at}
    counts = completeness.of_cases([world.circle.pk], **given)[world.circle.pk]
    # The baseline by hand; PHQ-9 a day late; GAD-7 of the session ran out, and of the start.
    assert (counts.answered, counts.late) == (1, 1)
    assert (counts.expired, counts.not_asked) == (2, 1)  # ISI is asked by a person: nobody did
    assert (counts.due, counts.left_out) == (5, 0)  # the first PHQ-9 was asked by hand
    with django_assert_num_queries(10):
        completeness.of_cases([world.circle.pk], **given)
    counts_of = {"seen_by": world.grace.reader, "at": at, "since": world.moment.date()}
    with CaptureQueriesContext(connection) as one_service:
        completeness.of_services(**counts_of)
    directory.save_service(
        institution=world.institution, name="Evening help", setting="clinic",
        fallback_email="fallback@example.org", by=world.system, at=world.moment,
    )  # fmt: skip
    with django_assert_num_queries(len(one_service)):
        assert len(completeness.of_services(**counts_of)) == 2
    with translation.override("en"), clock.installed(lambda: at):
        browser = signed_in(asha)
        shown = words(browser.get("/work/asked/"))
        assert f"Questions were due {counts.due} times; there are 2 answers" in shown
        assert "Due, and nobody asked 1" in shown
        office = words(signed_in(world.grace).get("/office/answers/"))
    assert "< 8" in office
    assert "not shown" in office
    assert "%" not in office.split("Answered late")[1].split("So that nobody")[0]
