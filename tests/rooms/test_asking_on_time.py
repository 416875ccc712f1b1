"""Asking on time: once, in words that tell nothing, and no more once it is not right."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from alongside.access import actions as access
from alongside.access.readers import reader_for_link
from alongside.cases import rights
from alongside.consent import actions as consent
from alongside.consent.models import Consent
from alongside.delivery import on_time, schedule
from alongside.delivery.models import Reminder, ScheduleChange, Timing
from alongside.measures import actions as measures
from alongside.measures.models import Asking, Response
from alongside.notify import actions as notify
from alongside.notify.models import Message
from alongside.notify.transports import Said
from alongside.people import actions as people
from alongside.people.models import Person
from alongside.plans import actions as plans
from alongside.plans.models import Course
from alongside.records import crashpoint
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.scoped import writing
from alongside.tasks.models import Task
from tests.factories import Cast, World
from tests.factories.care import booked

LONDON = ZoneInfo("Europe/London")
HELD_BACK = "carer_strain_nrs"
ALL_ZERO = {f"item_{n}": 0 for n in range(1, 10)}


def reachable(world: World, person: Person, email: str, **hours: Any) -> Any:
    return people.add_contact(
        person=person,
        circle=world.circle,
        channel="email",
        value=email,
        by=world.asha.reader,
        at=world.moment,
        **hours,
    )


def letters() -> list[Message]:
    return list(Message._base_manager.filter(kind=on_time.MESSAGE).order_by("created_at"))


def nine(world: World, days: int) -> datetime:
    """Nine o'clock in London so many days from now."""
    day = world.moment.astimezone(LONDON).date() + timedelta(days=days)
    return datetime.combine(day, time(9), LONDON).astimezone(UTC)


@pytest.fixture
def course(world: World, cbt: Course, sam: Cast) -> Course:
    """Sam's own therapy, with a session in ten days."""
    reachable(world, world.sam, "sam.quiet@example.org", safe_from=time(18), safe_to=time(20))
    wall = world.moment.astimezone(LONDON).replace(tzinfo=None) + timedelta(days=10)
    booked(world, wall, persons=[world.sam], about=f"course:{cbt.pk}")
    return cbt


@pytest.fixture
def due(world: World, course: Course) -> datetime:
    """When the questions before that session are due."""
    return nine(world, 8)


def decline_all(world: World) -> None:
    for asking in Asking._base_manager.filter(answered_at=None, declined_at=None):
        measures.decline(asking=asking, by=world.asha.reader, at=world.moment)


def asked() -> set[tuple[str, str]]:
    rows = Timing._base_manager.values_list("instrument", "slot")
    return {(str(instrument), str(slot)) for instrument, slot in rows}


# -- what is due is asked -----------------------------------------------------------------------


def test_what_is_due_is_asked_once_in_one_letter_that_tells_nothing(
    world: World, course: Course, due: datetime
) -> None:
    on_time.ask_once(at=world.moment)
    first = {("gad7", "start")}  # the baseline that nobody asked by hand
    assert asked() == first
    assert on_time.ask_due(by=world.system, at=due - timedelta(minutes=1)) == 0
    decline_all(world)
    for _again in range(3):
        on_time.ask_once(at=due)
    assert asked() - first == {("phq9", "session:1"), ("gad7", "session:1")}
    first_letter, letter = letters()
    assert (first_letter.body.count("/l/"), letter.body.count("/l/")) == (1, 2)
    assert letter.address == "sam.quiet@example.org"
    local = letter.due_at.astimezone(LONDON)
    assert (local.date(), local.time()) == (due.astimezone(LONDON).date(), time(18))
    # A private address is made by chance, and may spell anything.
    told = re.sub(r"http\S+", "", f"{letter.subject} {letter.body}".lower())
    for word in ("sam", "phq", "cbt", "depress", "therapy", "question", "asha", "session"):
        assert word not in told
    # Each link opens its own asking and no other.
    token = letter.body.split("/l/")[1][:43]
    by = reader_for_link(token, "answer", due)
    assert [row.respondent_id for row in Asking.objects.visible_to(by)] == [world.sam.pk]


@pytest.mark.parametrize("label", ["asking.made", "asking.reminded", "asking.queued"])
def test_a_process_that_dies_anywhere_leaves_nothing_half_and_the_next_one_asks_once(
    world: World, course: Course, due: datetime, monkeypatch: pytest.MonkeyPatch, label: str
) -> None:
    class PowerCut(BaseException):
        pass

    def here(where: str) -> None:
        if where == label:
            raise PowerCut

    monkeypatch.setattr(crashpoint, "here", here)
    with pytest.raises(PowerCut):
        on_time.ask_once(at=due)
    monkeypatch.undo()
    assert letters() == []
    on_time.ask_once(at=due)
    on_time.ask_once(at=due + timedelta(seconds=1))
    assert len(letters()) == 1
    assert Reminder._base_manager.count() == Timing._base_manager.count() == len(asked())


def test_the_database_itself_refuses_to_ask_a_time_twice(
    world: World, course: Course, due: datetime
) -> None:
    on_time.ask_once(at=due)
    row = Timing._base_manager.filter(slot="session:1")[0]
    other = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="phq9",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    row.pk, row.asking, row._state.adding = None, other, True
    with pytest.raises(IntegrityError), transaction.atomic(), writing():
        row.save(force_insert=True)


# -- reminders, and when they stop --------------------------------------------------------------


def test_reminders_are_as_many_as_content_says_and_no_more(
    world: World, course: Course, due: datetime
) -> None:
    for day in range(12):
        for hour in (0, 5):
            on_time.ask_once(at=due + timedelta(days=day, hours=hour))
    rows = Reminder._base_manager.filter(timing__slot="session:1", timing__instrument="phq9")
    assert sorted(rows.values_list("number", flat=True)) == [0, 1]  # over before the second
    days = [(letter.created_at - due).days for letter in letters()]
    assert days == sorted(set(days)), "never two on one day"


def answered(world: World, course: Course) -> None:
    for asking in Asking._base_manager.filter(answered_at=None):
        at, by = world.moment, world.asha.reader
        if asking.instrument.startswith("phq9"):
            measures.record_answers(
                asking=asking, answers=ALL_ZERO, submission=str(asking.pk), by=by, at=at
            )
        else:
            measures.decline(asking=asking, by=by, at=at)


def put_off(world: World, course: Course) -> None:
    assert world.sam_account is not None
    for asking in Asking._base_manager.filter(answered_at=None):
        on_time.not_now(asking=asking, by=world.sam_account.reader, at=world.moment)


def withdrawn(world: World, course: Course) -> None:
    row = Consent._base_manager.get(person=world.sam, form__startswith="c_treatment")
    consent.withdraw(consent=row, by=world.asha.reader, at=world.moment)


def ended(world: World, course: Course) -> None:
    found = Course._base_manager.get(pk=course.pk)
    plans.end_course(
        course=found, expected=found.version, completion="dropped_out", words="He left.",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip


def moved(world: World, course: Course) -> None:
    reachable(world, world.sam, "sam.new@example.org")


@pytest.mark.parametrize("change", [answered, put_off, withdrawn, ended, moved])
def test_a_letter_that_is_no_longer_right_is_held_at_the_last_moment(
    world: World, course: Course, due: datetime, change: Callable[[World, Course], None]
) -> None:
    on_time.ask_once(at=due)
    (letter,) = letters()
    world.at(letter.due_at)
    assert on_time.letter_is_right(letter, letter.due_at)
    change(world, course)
    assert not on_time.letter_is_right(letter, letter.due_at)
    if change not in (put_off, moved):  # who only waits, or moved, is written to again
        on_time.ask_once(at=due + timedelta(days=2))
        assert letters() == [letter]


def test_a_letter_that_missed_its_hours_is_written_again_for_the_next_ones(
    world: World, course: Course, due: datetime
) -> None:
    on_time.ask_once(at=due)
    (letter,) = letters()
    late = letter.due_at + timedelta(hours=3)  # the mail server was away
    assert not on_time.letter_is_right(letter, late)
    Message._base_manager.filter(pk=letter.pk).update(withheld_at=late)
    on_time.ask_once(at=late)
    _first, second = letters()
    assert second.due_at.astimezone(LONDON).time() == time(18)
    assert second.due_at > late
    assert on_time.letter_is_right(second, second.due_at)


def test_nobody_is_asked_who_has_not_come_in_or_has_left(world: World, craft: Course) -> None:
    """Noor's training runs before Sam knows of anything; he is never written to."""
    reachable(world, world.sam, "sam.quiet@example.org")
    assert not schedule.may_be_told(
        craft.circle, world.sam.pk, seen_by=world.system, at=world.moment
    )
    with pytest.raises(on_time.NotHere):
        on_time.ask_round(
            circle=world.circle, about=world.sam, respondents=[world.sam], instrument="nrs_mood",
            days=7, by=world.asha.reader, at=world.moment,
        )  # fmt: skip
    plans_open = [p for p in _parts(world) if p.person.pk == world.noor.person.pk]
    assert [part.held_back for part in plans_open] == [""]
    assert world.noor.member is not None
    access.end_membership(
        member=world.noor.member, because="left", by=world.asha.reader, at=world.moment
    )
    assert [part.held_back for part in _parts(world)] == ["left"]


def _parts(world: World) -> list[schedule.Part]:
    rows = schedule.courses(seen_by=world.system)
    return schedule.parts(rows, seen_by=world.system, at=world.moment)


# -- over which way, and when there is none -----------------------------------------------------


def failed(world: World, message: Message) -> None:
    """Its transport said never."""
    notify.mark_failed(
        message=message, said=Said("rejected", "550"), by=world.system, at=world.moment
    )


def to_be_reached() -> list[Task]:
    return list(Task._base_manager.filter(kind=on_time.NOT_REACHED, done_at=None))


def test_a_text_goes_only_where_texts_are_safe_and_where_nothing_arrives_the_lead_is_told(
    world: World, course: Course, due: datetime, settings: Any
) -> None:
    phone = {"person": world.sam, "circle": world.circle, "value": "020 7946 0018"}
    by = world.asha.reader
    people.add_contact(**phone, by=by, at=world.moment)
    on_time.ask_once(at=world.moment)
    assert [letter.channel for letter in letters()] == ["email"]  # nobody said texts are safe
    decline_all(world)
    settings.SMS = {**settings.SMS, "url": "https://sms.example/send"}
    safe = {"safe_from": time(12), "safe_to": time(14), "texts": True}
    people.add_contact(**phone, **safe, by=by, at=world.moment + timedelta(hours=1))
    world.at(due)
    on_time.ask_once(at=due)
    text = letters()[-1]
    assert (text.channel, text.address, text.subject) == ("sms", "+442079460018", "")
    assert text.due_at.astimezone(LONDON).time() == time(12)
    assert "\n" not in text.body
    assert text.body.startswith("Your pages: http")
    assert text.body.count("/l/") == 2
    world.at(text.due_at)
    assert on_time.letter_is_right(text, text.due_at)

    # It does not arrive: the way before is used; nor does that: a human sees to it, once.
    failed(world, text)
    on_time.ask_once(at=world.moment)
    mail = letters()[-1]
    assert (mail.channel, mail.address) == ("email", "sam.quiet@example.org")
    assert to_be_reached() == []
    failed(world, mail)
    for _again in range(2):
        on_time.ask_once(at=world.moment)
    assert letters()[-1] == mail
    [task] = to_be_reached()
    assert (task.for_role, task.due_at) == ("lead", world.moment + timedelta(days=2))
    decline_all(world)
    on_time.ask_once(at=world.moment)
    assert to_be_reached() == []
    assert Task._base_manager.filter(kind=on_time.NOT_REACHED).count() == 1


# -- what one person is asked instead -----------------------------------------------------------


def test_a_pause_holds_what_is_due_and_two_who_change_it_are_told(
    world: World, course: Course, due: datetime, bo: Cast
) -> None:
    world.at(due)
    given: dict[str, Any] = {
        "course": course, "person": world.sam, "instrument": "", "word": "paused", "days": None,
        "until": None, "reason": "He asked for a rest from forms.", "at": due,
    }  # fmt: skip
    with pytest.raises(NotAllowed):
        on_time.change_schedule(**given, expected=None, by=bo.reader)
    with pytest.raises(on_time.NeedsReason):
        on_time.change_schedule(**{**given, "reason": "so"}, expected=None, by=world.asha.reader)
    on_time.change_schedule(**given, expected=None, by=world.asha.reader)
    assert on_time.ask_due(by=world.system, at=due) == 0
    change = ScheduleChange._base_manager.get()
    on_time.change_schedule(
        **{**given, "word": "as_planned"}, expected=change.version, by=world.asha.reader
    )
    assert on_time.ask_due(by=world.system, at=due) >= 2
    with pytest.raises(StaleVersion):
        on_time.change_schedule(**given, expected=change.version, by=world.asha.reader)


def test_an_objection_holds_what_others_would_be_asked_about_the_person(
    world: World, craft: Course, sam: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GDPR 21: the loop leaves out what asks about somebody who objects; that ends with it."""
    found = craft  # Noor's own course
    wall = world.moment.astimezone(LONDON).replace(tzinfo=None) + timedelta(days=10)
    booked(world, wall, about=f"course:{found.pk}")

    def about(course: Course, person: Person, instrument: Any) -> Person:
        return course.circle.focus if instrument.ref.id == HELD_BACK else person

    monkeypatch.setattr(schedule, "_about", about)
    objection = rights.ask(
        circle=world.circle, kind="objection", words="Ask nobody about me.",
        by=sam.through("person"), at=world.moment,
    )  # fmt: skip
    assert on_time.ask_due(by=world.system, at=nine(world, 8)) == 0
    rights.lift(request=objection, by=sam.through("person"), at=world.moment)
    on_time.ask_due(by=world.system, at=nine(world, 8))
    assert HELD_BACK in {instrument for instrument, _slot in asked()}


# -- a round of several -------------------------------------------------------------------------


def test_one_press_asks_several_each_alone_and_nobody_sees_the_others(
    world: World, asha: Cast, noor: Cast, teo: Cast, sam: Cast
) -> None:
    reachable(world, world.noor.person, "noor.quiet@example.org")
    given: dict[str, Any] = {
        "circle": world.circle, "about": world.sam, "instrument": "nrs_mood", "days": 7,
        "by": asha.reader, "at": world.moment,
    }  # fmt: skip
    both = [noor.person, teo.person]
    with pytest.raises(on_time.AskedTwice):
        on_time.ask_round(respondents=[noor.person, noor.person], **given)
    made = on_time.ask_round(respondents=both, **given)
    assert {row.asking.kind for row in made} == {"observation"}
    assert len({row.round for row in made}) == 1
    sent = on_time.send_now(timings=made, by=asha.reader, at=world.moment)
    assert sent[noor.person.pk] is not None
    assert all(letter.person_id in sent for letter in letters())
    for cast in (noor, teo):
        own = Timing.objects.visible_to(cast.through("circle"))
        assert [row.respondent_id for row in own] == [cast.person.pk]
    # T12: a member sees what they said, the lead sees all, the person sees none of it.
    for row in made:
        by = (noor if row.respondent_id == noor.person.pk else teo).through("circle")
        measures.record_answers(
            asking=row.asking, answers={"item_1": 4}, submission=str(row.pk), by=by,
            at=world.moment,
        )  # fmt: skip
    seen = {
        cast.person.pk: Response.objects.visible_to(cast.through(door))
        .filter(kind="observation")
        .count()
        for cast, door in ((noor, "circle"), (asha, "practitioner"), (sam, "person"))
    }
    assert list(seen.values()) == [1, 2, 0]


# -- many ---------------------------------------------------------------------------------------


def test_a_schedule_takes_the_same_few_queries_however_much_was_asked(
    world: World, course: Course, due: datetime, django_assert_num_queries: Any
) -> None:
    rows = list(schedule.courses(seen_by=world.system))
    with django_assert_num_queries(8):
        schedule.parts(rows, seen_by=world.system, at=due)
    for days in range(3):
        on_time.ask_once(at=due + timedelta(days=days))
    with django_assert_num_queries(8):
        schedule.parts(rows * 2, seen_by=world.system, at=due + timedelta(days=4))
