"""What happened is told once, as it was; a note is signed, then only added to."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.calendar import actions as calendar
from alongside.cases import actions as cases
from alongside.delivery import actions, drafting, queries, rules
from alongside.delivery.models import Homework, TherapySession
from alongside.plans import actions as plans
from alongside.plans.models import Course
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.models import AuditEvent
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import (
    booked,
    held,
    looked,
    missed,
    note_of,
    signed,
    started,
    treated_in,
    written,
)

HOUR = timedelta(hours=1)
ADDED = "She rang later and said the same."


def sessions(world: World) -> list[TherapySession]:
    return list(queries.sessions(seen_by=world.asha.reader).order_by("held_at", "number"))


def at_the_booking(world: World, **more: Any) -> Any:
    """A booking tomorrow at ten, and the world moved to its end."""
    booking = booked(world, NOON.replace(hour=10, tzinfo=None) + timedelta(days=1), **more)
    world.at(booking.ends_at)
    return booking


# -- what happened -------------------------------------------------------------------------------


def test_a_session_that_was_held_begins_its_note(world: World, craft: Course) -> None:
    booking = at_the_booking(world)
    session = held(world, craft, booking=booking, when=booking.starts_at, agenda=["The weekend"])
    assert (session.number, session.held, session.booking_id) == (1, True, booking.pk)
    note = note_of(world, session)
    assert (note.about_id, note.signed_at, note.parts) == (world.noor.person.pk, None, "")
    assert rules.lines_of(session.agenda) == ["The weekend"]
    (came,) = queries.attendance(seen_by=world.asha.reader, session=session)
    assert (came.person_id, came.word) == (world.noor.person.pk, "attended")


def test_sessions_held_are_numbered_and_missed_ones_are_not_counted(
    world: World, craft: Course
) -> None:
    held(world, craft)
    world.at(NOON + HOUR)
    missed(world, craft)
    world.at(NOON + 2 * HOUR)
    assert held(world, craft).number == 2
    state = queries.state_of(course=craft, seen_by=world.asha.reader, at=world.moment)
    assert state.sessions_held == 2


def test_a_booking_is_told_once(world: World, craft: Course) -> None:
    booking = at_the_booking(world)
    first = held(world, craft, booking=booking)
    for again in (held, missed):
        with pytest.raises(actions.AlreadyTold) as refusal:
            again(world, craft, booking=booking)
        assert refusal.value.facts["session"].pk == first.pk
    assert len(sessions(world)) == 1


def test_the_same_moment_is_told_once_even_without_a_booking(world: World, craft: Course) -> None:
    held(world, craft)
    for again in (held, missed):
        with pytest.raises(actions.AlreadyTold):
            again(world, craft)
    assert len(sessions(world)) == 1


def test_what_has_not_happened_is_not_told(world: World, craft: Course) -> None:
    booking = booked(world, NOON.replace(hour=10, tzinfo=None) + timedelta(days=1))
    with pytest.raises(actions.NotHappenedYet):
        held(world, craft, when=NOON + HOUR)
    for tell in (held, missed):
        with pytest.raises(actions.NotHappenedYet):
            tell(world, craft, booking=booking)
    assert sessions(world) == []


def test_a_time_that_was_given_back_is_not_told(world: World, craft: Course) -> None:
    booking = booked(world, NOON.replace(hour=10, tzinfo=None) + timedelta(days=1))
    calendar.cancel(
        booking=booking, because="Noor is ill", expected=1, by=world.asha.reader, at=NOON
    )
    world.at(booking.ends_at)
    with pytest.raises(actions.Cancelled):
        held(world, craft, booking=booking)


def test_a_booking_of_another_circle_is_not_told_here(world: World, craft: Course) -> None:
    other = world.open_case(world.worry(alias="Kim", contact="kim@example.org"))
    booking = at_the_booking(world, circle=other.circle, persons=[other.circle.focus])
    with pytest.raises(actions.NotExpected):
        held(world, craft, booking=booking)


def test_a_course_that_has_not_started_or_has_ended_holds_nothing(
    world: World, craft: Course
) -> None:
    with pytest.raises(actions.NotStarted):
        held(world, craft, when=NOON - timedelta(days=2))
    plans.end_course(
        course=craft,
        completion="completed",
        words="Done.",
        expected=craft.version,
        by=world.asha.reader,
        at=NOON,
    )
    for tell in (held, missed):
        with pytest.raises(actions.NotStarted):
            tell(world, craft)
    with pytest.raises(actions.NotStarted):
        actions.record_step(course=craft, step="willingness", by=world.asha.reader, at=NOON)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"minutes": 0}, actions.UnknownWord),
        ({"minutes": 481}, actions.UnknownWord),
        ({"attendance": {}}, actions.NotExpected),
        ({"attendance": {"noor": "was there"}}, actions.UnknownWord),
        ({"attendance": {"noor": "did_not_attend"}}, actions.NobodyCame),
        ({"attendance": {"noor": "attended", "hana": "attended"}}, actions.NotExpected),
        ({"attendance": {"hana": "attended"}}, actions.NotExpected),
    ],
)
def test_a_session_that_cannot_have_been_is_refused(
    world: World, craft: Course, more: dict[str, Any], refusal: type[Exception]
) -> None:
    cast = {"noor": world.noor.person, "hana": world.hana.person}
    if "attendance" in more:
        more = {"attendance": {cast[name]: word for name, word in more["attendance"].items()}}
    with pytest.raises(refusal):
        held(world, craft, **more)
    assert sessions(world) == []


def test_the_note_is_about_somebody_who_came(world: World) -> None:
    course = started(world, persons=[world.noor.person, world.teo.person], variant="entry_only")
    session = held(
        world,
        course,
        attendance={world.noor.person: "cancelled_in_time", world.teo.person: "late"},
    )
    assert note_of(world, session).about_id == world.teo.person.pk


def test_of_several_who_came_each_has_a_note_of_their_own(world: World) -> None:
    course = started(world, persons=[world.noor.person, world.teo.person], variant="entry_only")
    session = held(world, course)
    notes = queries.notes_of(seen_by=world.asha.reader, sessions=[session])[session.pk]
    assert {note.about_id for note in notes} == {world.noor.person.pk, world.teo.person.pk}
    about_noor, about_teo = sorted(notes, key=lambda note: note.about_id != world.noor.person.pk)

    for note in notes:
        drafted = drafting.draft_of(note, seen_by=world.asha.reader, language="en")
        told = " ".join(line.text for line in drafted)
        other = about_teo if note is about_noor else about_noor
        assert note.about.name in told
        assert other.about.name not in told

    parts = dict.fromkeys(queries.parts_of_note(about_noor), "As agreed.")
    for note, text in ((about_noor, "Teo was late again."), (about_teo, "He came on his own.")):
        actions.write_note(
            note=note, parts={**parts, "other": text}, expected=1, by=world.asha.reader, at=NOON
        )
    with pytest.raises(actions.NamesAnother) as refusal:
        actions.sign_note(note=about_noor, expected=2, by=world.asha.reader, at=NOON)
    assert refusal.value.facts == {"parts": ("other",), "people": (world.teo.person,)}
    actions.sign_note(note=about_teo, expected=2, by=world.asha.reader, at=NOON)
    waiting = queries.unsigned(seen_by=world.asha.reader, at=world.moment)
    assert [note.pk for note in waiting] == [about_noor.pk]
    kept = actions.sign_note(
        note=about_noor, expected=2, may_name=True, by=world.asha.reader, at=NOON
    )
    assert rules.parts_of(kept.parts)["other"] == "Teo was late again."


# -- gates, asked anew ---------------------------------------------------------------------------


def test_an_open_alert_refuses_the_next_session_but_not_the_record_of_this_one(
    world: World,
    craft: Course,
) -> None:
    world.at(NOON + HOUR)
    looked(world, {"talk_of_dying": "talk"})
    world.at(NOON + 2 * HOUR)
    assert held(world, craft, when=NOON + HOUR / 2).number == 1
    with pytest.raises(actions.GatesClosed) as refusal:
        held(world, craft)
    closed = [s.gate for s in refusal.value.facts["states"] if not s.is_open]
    assert closed == ["G1"]


def test_somebody_has_to_say_that_the_person_was_fit(world: World, cbt: Course) -> None:
    with pytest.raises(actions.GatesClosed) as refusal:
        held(world, cbt, said=frozenset())
    assert [s.gate for s in refusal.value.facts["states"] if not s.is_open] == ["G6"]
    assert held(world, cbt, said=frozenset({"fit_today"})).held


# -- not held: an outcome, not a gap -------------------------------------------------------------


@pytest.mark.parametrize("because", rules.NOT_HELD)
def test_a_session_not_held_says_why_and_whose_reason_it_was(
    world: World, craft: Course, because: str
) -> None:
    session = missed(world, craft, because=because, words="The bus did not come.")
    assert (session.held, session.not_held_because) == (False, because)
    assert session.not_held_by == rules.WHOSE_OF[because]
    assert session.not_held_words == "The bus did not come."
    (came,) = queries.attendance(seen_by=world.asha.reader, session=session)
    assert came.word == rules.ATTENDANCE_OF[because]
    assert queries.note_of(seen_by=world.asha.reader, session=session) is None


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"because": "laziness"}, actions.UnknownWord),
        ({"whose": "the moon"}, actions.UnknownWord),
        ({"attendance": "attended"}, actions.UnknownWord),
    ],
)
def test_a_reason_that_is_none_is_refused(
    world: World, craft: Course, more: dict[str, Any], refusal: type[Exception]
) -> None:
    if "attendance" in more:
        more = {"attendance": {world.noor.person: more["attendance"]}}
    with pytest.raises(refusal):
        missed(world, craft, **more)


def test_two_missed_in_a_row_without_a_word_ask_somebody_to_reach_out(
    world: World, craft: Course
) -> None:

    def asked() -> list[Task]:
        rows = task_queries.of_circle(world.circle, seen_by=world.asha.reader)
        return [row for row in rows if row.kind == "reach_out"]

    for hour, (because, tasks_now) in enumerate(
        [
            ("did_not_attend", 0),
            ("cancelled_in_time", 0),
            ("did_not_attend", 0),
            ("did_not_attend", 1),
            ("did_not_attend", 1),
        ]
    ):
        world.at(NOON + hour * HOUR)
        missed(world, craft, because=because)
        assert len(asked()) == tasks_now
    (task,) = asked()
    assert task.due_at == NOON + 3 * HOUR + timedelta(hours=48)


# -- the note ------------------------------------------------------------------------------------


def test_a_draft_is_its_author_s_and_the_signed_note_is_read_by_the_person(
    world: World, cbt: Course
) -> None:
    session = held(world, cbt)
    assert world.sam_account is not None
    assert queries.note_of(seen_by=world.sam_account.reader, session=session) is None
    signed(world, session)
    seen = queries.note_of(seen_by=world.sam_account.reader, session=session)
    assert seen is not None
    assert rules.parts_of(seen.parts)["summary"] == "As agreed."
    for stranger in (world.bo, world.noor, world.teo, world.hana):
        assert queries.note_of(seen_by=stranger.reader, session=session) is None
    assert queries.note_of(seen_by=world.ifeoma.reader, session=session) is not None


def test_only_its_author_writes_and_signs_a_note(world: World, craft: Course) -> None:
    session = held(world, craft)
    note = written(world, session)
    for other in (world.bo, world.ifeoma, world.noor):
        given = {"note": note, "expected": note.version, "by": other.reader, "at": NOON}
        with pytest.raises((NotAllowed, actions.NotTheAuthor)):
            actions.write_note(parts={"other": "mine"}, **given)
        with pytest.raises((NotAllowed, actions.NotTheAuthor)):
            actions.sign_note(**given)
    assert note_of(world, session).version == note.version


def test_a_note_with_blank_parts_is_saved_and_not_signed(world: World, craft: Course) -> None:
    session = held(world, craft)
    note = actions.write_note(
        note=note_of(world, session),
        parts={"module_work": "Seven rules", "week_review": "  "},
        expected=1,
        by=world.asha.reader,
        at=NOON,
    )
    with pytest.raises(actions.Incomplete) as refusal:
        actions.sign_note(note=note, expected=note.version, by=world.asha.reader, at=NOON)
    missing = [line.id for line in refusal.value.facts["missing"]]
    assert "week_review" in missing
    assert "module_work" not in missing
    assert "role_play" not in missing  # the protocol does not ask for it every time
    assert rules.parts_of(note_of(world, session).parts) == {"module_work": "Seven rules"}
    signed = actions.sign_note(
        note=note, expected=note.version, blank="None.", by=world.asha.reader, at=NOON
    )
    kept = rules.parts_of(signed.parts)
    assert kept.pop("module_work") == "Seven rules"
    assert kept == dict.fromkeys(missing, "None.")


@pytest.mark.parametrize(
    "parts", [{"diary": "no such part"}, {"other": "x" * (rules.LONGEST_PART + 1)}, {"": "x"}]
)
def test_a_part_that_no_note_has_is_refused(
    world: World, craft: Course, parts: dict[str, str]
) -> None:
    session = held(world, craft)
    with pytest.raises(actions.UnknownPart):
        actions.write_note(
            note=note_of(world, session), parts=parts, expected=1, by=world.asha.reader, at=NOON
        )
    assert note_of(world, session).parts == ""


def test_two_pages_of_one_author_do_not_overwrite_each_other(world: World, craft: Course) -> None:
    session = held(world, craft)
    one, other = note_of(world, session), note_of(world, session)
    actions.write_note(
        note=one, parts={"other": "first"}, expected=1, by=world.asha.reader, at=NOON
    )
    with pytest.raises(StaleVersion) as refusal:
        actions.write_note(
            note=other, parts={"other": "second"}, expected=1, by=world.asha.reader, at=NOON
        )
    assert rules.parts_of(refusal.value.current.parts) == {"other": "first"}


def test_a_signed_note_is_added_to_and_never_changed(world: World, craft: Course) -> None:
    session = held(world, craft)
    with pytest.raises(actions.NotSigned):
        actions.add_to_note(
            note=note_of(world, session), words=ADDED, by=world.asha.reader, at=NOON
        )
    note = signed(world, session)
    for act in (
        lambda: actions.write_note(
            note=note, parts={}, expected=note.version, by=world.asha.reader, at=NOON
        ),
        lambda: actions.sign_note(note=note, expected=note.version, by=world.asha.reader, at=NOON),
    ):
        with pytest.raises(actions.AlreadySigned):
            act()
    with pytest.raises(actions.NeedsWords):
        actions.add_to_note(note=note, words=" \n", by=world.asha.reader, at=NOON)
    actions.add_to_note(note=note, words=ADDED, by=world.asha.reader, at=NOON + HOUR)
    (added,) = queries.additions(seen_by=world.asha.reader, note=note)
    assert (added.words, added.written_by_id) == (ADDED, world.asha.person.pk)
    for stranger in (world.bo, world.noor, world.ifeoma):
        with pytest.raises(NotAllowed):
            actions.add_to_note(note=note, words=ADDED, by=stranger.reader, at=NOON)


def test_a_safeguarding_report_comes_before_the_record_is_closed(
    world: World, craft: Course
) -> None:
    session = held(world, craft)
    note = written(world, session)
    task = tasks.make_task(
        institution=world.institution,
        circle=world.circle,
        kind="safeguarding",
        what="Report",
        for_role="lead",
        for_account=world.asha.account,
        due_at=NOON,
        by=world.asha.reader,
        at=NOON,
    )
    given = {"note": note, "expected": note.version, "by": world.asha.reader, "at": NOON}
    with pytest.raises(actions.SafeguardingOpen):
        actions.sign_note(**given)
    assert task is not None
    tasks.do_task(task=task, by=world.asha.reader, at=NOON, how="Told the lead")
    assert actions.sign_note(**given).signed_at == NOON


def test_drafts_wait_for_their_author_the_oldest_first(world: World, craft: Course) -> None:
    first = held(world, craft)
    world.at(NOON + HOUR)
    second = held(world, craft)
    waiting = queries.unsigned(seen_by=world.asha.reader, at=world.moment)
    assert [note.session_id for note in waiting] == [first.pk, second.pk]
    signed(world, first)
    waiting = queries.unsigned(seen_by=world.asha.reader, at=world.moment)
    assert [note.session_id for note in waiting] == [second.pk]
    assert not queries.unsigned(seen_by=world.ifeoma.reader, at=world.moment).exists()


@given(
    parts=st.dictionaries(
        st.sampled_from(["module_work", "week_review", "other"]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=200),
    )
)
@settings(max_examples=200)
def test_what_is_kept_of_a_note_is_what_was_written(parts: dict[str, str]) -> None:
    kept = json.dumps({k: v for k, v in parts.items() if v.strip()}, ensure_ascii=False)
    assert rules.parts_of(kept) == {k: v for k, v in parts.items() if v.strip()}


# -- steps ---------------------------------------------------------------------------------------


def test_a_step_that_waits_for_another_cannot_be_done_before_it(
    world: World, craft: Course
) -> None:
    given = {"course": craft, "by": world.asha.reader, "at": NOON}
    with pytest.raises(actions.StepLocked) as refusal:
        actions.record_step(step="red_flags", **given)
    assert refusal.value.facts["step_state"].after == ("violence_asked_alone",)
    actions.record_step(step="violence_asked_alone", **given)
    actions.record_step(step="red_flags", **given)
    with pytest.raises(actions.StepLocked):  # G4 open, but the clinic's slot is not proven
        actions.record_step(step="clinic_slot", **given)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"step": "five_areas"}, actions.UnknownStep),
        ({"step": "happiness_scale", "variant": "entry_only"}, actions.UnknownStep),
        ({"step": "willingness", "state": "perhaps"}, actions.UnknownWord),
        ({"step": "willingness", "state": "left_out"}, actions.NeedsWords),
    ],
)
def test_a_step_that_is_none_is_refused(
    world: World, more: dict[str, Any], refusal: type[Exception]
) -> None:
    course = started(world, variant=more.pop("variant", "full"))
    with pytest.raises(refusal):
        actions.record_step(course=course, by=world.asha.reader, at=NOON, **more)


def test_a_step_belongs_to_a_session_of_its_own_course(world: World, craft: Course) -> None:
    session = held(world, craft)
    record = actions.record_step(
        course=craft, step="willingness", session=session, by=world.asha.reader, at=NOON
    )
    (shown,) = queries.steps_in(seen_by=world.asha.reader, session=session)
    assert shown.pk == record.pk
    with pytest.raises(NotAllowed):
        actions.record_step(course=craft, step="willingness", by=world.bo.reader, at=NOON)


# -- homework ------------------------------------------------------------------------------------


def task_for(world: World, session: TherapySession, **more: Any) -> Homework:
    given = {
        "about": treated_in(world, session.course.protocol.partition("@")[0]),
        "task": "Say one thing that went well",
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return actions.set_homework(session=session, **given)


def tell(world: World, homework: Homework, done: str, **more: Any) -> Homework:
    given = {"expected": homework.version, "by": world.asha.reader, "at": world.moment, **more}
    return actions.tell_homework(homework=homework, done=done, **given)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"task": "  "}, actions.NeedsWords),
        ({"difficulty": 11}, actions.UnknownWord),
        ({"difficulty": -1}, actions.UnknownWord),
        ({"due_on": date(2026, 3, 1)}, actions.UnknownWord),
        ({"about": "teo"}, actions.NotExpected),
    ],
)
def test_a_task_that_cannot_be_tried_is_refused(
    world: World, craft: Course, more: dict[str, Any], refusal: type[Exception]
) -> None:
    session = held(world, craft)
    if more.get("about") == "teo":
        more = {"about": world.teo.person}
    with pytest.raises(refusal):
        task_for(world, session, **more)


def test_who_tries_it_tells_what_came_of_it_until_it_was_looked_at(
    world: World, craft: Course
) -> None:
    session = held(world, craft)
    homework = task_for(world, session, difficulty=4, due_on=date(2026, 3, 9))
    told = tell(world, homework, "part", obstacle="The children", by=world.noor.reader)
    assert (told.done, told.obstacle) == ("part", "The children")
    assert told.told_at == world.moment
    for stranger in (world.teo, world.bo):
        with pytest.raises(NotAllowed):
            tell(world, told, "full", by=stranger.reader)
    with pytest.raises(NotAllowed):
        actions.review_homework(homework=told, expected=told.version, by=world.noor.reader, at=NOON)
    actions.review_homework(homework=told, expected=told.version, by=world.asha.reader, at=NOON)
    with pytest.raises(actions.AlreadyReviewed):
        tell(world, told, "full", by=world.noor.reader)
    with pytest.raises(actions.AlreadyReviewed):
        actions.review_homework(homework=told, expected=told.version, by=world.asha.reader, at=NOON)


def test_two_who_tell_at_once_are_told(world: World, craft: Course) -> None:
    homework = task_for(world, held(world, craft))
    again = queries.homework(seen_by=world.asha.reader).get(pk=homework.pk)
    tell(world, homework, "full")
    with pytest.raises(StaleVersion):
        tell(world, again, "none")
    with pytest.raises(actions.UnknownWord):
        tell(world, homework, "mostly")


def test_the_rate_counts_what_was_told(world: World, craft: Course) -> None:
    session = held(world, craft)
    for done in ("full", "part", "none", ""):
        homework = task_for(world, session)
        if done:
            tell(world, homework, done)
    rows = queries.homework(seen_by=world.asha.reader).filter(course=session.course)
    assert rules.tried_of(row.done for row in rows) == (2, 3)


@pytest.mark.parametrize(
    ("done", "told", "low"),
    [(0, 0, False), (0, 2, False), (1, 3, True), (2, 4, False), (1, 4, True), (3, 3, False)],
)
def test_a_low_rate_needs_three_tasks_told(done: int, told: int, low: bool) -> None:
    assert rules.is_low(done, told) is low


# -- who, and what the trail says ----------------------------------------------------------------


def test_nobody_from_outside_tells_anything(world: World, craft: Course) -> None:
    for stranger in (world.bo, world.hana, world.noor, world.ifeoma):
        for tell_it in (held, missed):
            with pytest.raises(NotAllowed):
                tell_it(world, craft, by=stranger.reader)
    assert sessions(world) == []


def test_a_member_sees_the_sessions_of_their_own_course_alone(world: World, craft: Course) -> None:
    session = held(world, craft)
    assert queries.sessions(seen_by=world.noor.reader).get().pk == session.pk
    assert not queries.sessions(seen_by=world.teo.reader).exists()
    assert not queries.sessions(seen_by=world.bo.reader).exists()


def test_telling_is_a_step_by_the_lead(world: World, craft: Course) -> None:
    world.at(NOON + timedelta(days=40))
    held(world, craft)
    case = cases.Case.objects.visible_to(world.asha.reader).get(pk=world.case.pk)
    assert case.last_step_at == world.moment


def test_every_act_leaves_its_word_in_the_trail(world: World, craft: Course) -> None:
    session = held(world, craft)
    homework = task_for(world, session)
    tell(world, homework, "full")
    actions.review_homework(
        homework=homework, expected=homework.version, by=world.asha.reader, at=NOON
    )
    note = signed(world, session)
    actions.add_to_note(note=note, words=ADDED, by=world.asha.reader, at=NOON)
    words = set(AuditEvent.objects.values_list("word", flat=True))
    assert words >= {
        "plans.plan_proposed", "plans.course_started", "plans.agreement_recorded",
        "delivery.session_held", "delivery.note_changed", "delivery.note_signed",
        "delivery.addition_signed", "delivery.homework_set", "delivery.homework_told",
        "delivery.homework_reviewed",
    }  # fmt: skip


def test_what_can_be_told_is_what_has_begun_and_was_not_told(world: World, craft: Course) -> None:
    booking = booked(world, NOON.replace(hour=10, tzinfo=None) + timedelta(days=1))

    def untold() -> list[Any]:
        rows = queries.untold(seen_by=world.asha.reader, at=world.moment, circle=world.circle.pk)
        return list(rows)

    assert untold() == []
    world.at(booking.ends_at)
    assert untold() == [booking]
    held(world, craft, booking=booking)
    assert untold() == []
