"""A planned meeting: prepared, asked about alone, dated when it may be, stopped, ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from alongside.access import actions as access
from alongside.calendar import actions as calendar
from alongside.calendar import series
from alongside.calendar.models import Booking
from alongside.cases import actions as cases
from alongside.crisis.models import Alert
from alongside.directory import actions as directory
from alongside.directory import queries as options
from alongside.meetings import actions, letters, queries
from alongside.meetings.models import PlannedMeeting, Seat
from alongside.people import actions as people
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.models import AuditEvent
from alongside.tasks import queries as tasks
from tests.factories import World
from tests.factories.meetings import (
    REASON,
    add_option,
    answer,
    begun,
    closed,
    dated,
    fresh,
    ready,
)

WHY = "The supervisor and I looked at this together and it is right."


def kinds(world: World) -> list[str]:
    rows = tasks.open_tasks(seen_by=world.asha.reader).filter(circle=world.circle)
    return sorted(row.kind for row in rows)


def release(world: World, meeting: PlannedMeeting, gate: str, by: Any = None) -> Any:
    return actions.release(
        meeting=fresh(world, meeting),
        gate=gate,
        reason=WHY,
        by=by or world.asha.reader,
        at=world.moment,
    )


# -- paths -------------------------------------------------------------------------------------


def test_choosing_and_moving_between_ways_keeps_every_choice_with_its_evidence(
    world: World,
) -> None:
    meeting = begun(world, path="arise", level=1)
    for level, path in ((2, "arise"), (0, "one_to_one")):
        world.at(world.moment + timedelta(hours=1))
        actions.choose_path(
            meeting=meeting,
            path=path,
            level=level,
            reason=REASON,
            expected=fresh(world, meeting).version,
            by=world.asha.reader,
            at=world.moment,
        )
    taken = queries.paths_taken(seen_by=world.asha.reader, meeting=meeting)
    assert [row.chosen for row in taken] == ["one_to_one", "arise/2", "arise/1"]
    assert "110 calls" in taken[2].shown
    assert (fresh(world, meeting).path, fresh(world, meeting).level) == ("one_to_one", 0)
    for path, level in (("craft", 0), ("arise", 0), ("arise", 4), ("johnson", 1), ("x", 0)):
        with pytest.raises(actions.UnknownPath):
            actions.choose_path(
                meeting=meeting,
                path=path,
                level=level,
                reason=REASON,
                expected=fresh(world, meeting).version,
                by=world.asha.reader,
                at=world.moment,
            )
    with pytest.raises(actions.AlreadyPreparing):
        begun(world)
    with pytest.raises(StaleVersion):
        actions.choose_path(
            meeting=fresh(world, meeting),
            path="arise",
            level=1,
            reason=REASON,
            expected=1,
            by=world.asha.reader,
            at=world.moment,
        )


# -- asked alone -------------------------------------------------------------------------------


def test_an_answer_that_shows_danger_raises_its_alert_and_stops_the_meeting(world: World) -> None:
    meeting = begun(world)
    checked = answer(world, meeting, world.noor, SC3="recent")
    (alert,) = checked.alerts
    assert (alert.level, alert.rule) == ("C", "meeting_screen_sc3@1")
    assert alert.because == "SC3 = recent"
    assert {"SC3", "alert"} <= closed(world, meeting)
    with pytest.raises(actions.NotReleasable):
        release(world, meeting, "SC3")
    assert Alert.objects.visible_to(world.asha.reader).count() == 1


def test_nobody_answers_for_another_nor_reads_what_another_said(world: World) -> None:
    meeting = begun(world)
    answer(world, meeting, world.noor, SC13="so")
    with pytest.raises(NotAllowed):
        actions.answer_screen(
            meeting=meeting,
            person=world.noor.person,
            answers={},
            by=world.teo.through("circle"),
            at=world.moment,
        )
    seen = queries.screens(seen_by=world.teo.through("circle"), circle=world.circle.pk)
    assert seen.count() == 0
    own = queries.screens(seen_by=world.noor.through("circle"), circle=world.circle.pk)
    assert own.count() == 1


def test_a_release_ends_with_the_next_answer_that_worries(world: World) -> None:
    meeting = begun(world)
    answer(world, meeting, world.noor, SC2="reach")
    assert "SC2" in closed(world, meeting)
    world.at(world.moment + timedelta(hours=1))
    with pytest.raises(NotAllowed):
        release(world, meeting, "SC2", by=world.teo.reader)
    release(world, meeting, "SC2")
    assert "SC2" not in closed(world, meeting)
    with pytest.raises(actions.NotReleasable):
        release(world, meeting, "SC2")
    world.at(world.moment + timedelta(hours=1))
    answer(world, meeting, world.teo)
    assert "SC2" not in closed(world, meeting)
    answer(world, meeting, world.teo, SC2="unsure")
    assert "SC2" in closed(world, meeting)


# -- the date ----------------------------------------------------------------------------------


def test_a_date_is_set_for_everybody_once_nothing_before_it_is_open(world: World) -> None:
    meeting = ready(world)
    assert closed(world, meeting) == set()
    meeting = dated(world, meeting)
    booking = queries.date_of(meeting)
    assert booking.about == f"meeting:{meeting.pk}"
    assert set(booking.persons) == {str(world.noor.person.pk), str(world.teo.person.pk)}
    with pytest.raises(actions.HasADate):
        dated(world, meeting)
    actions.take_back_date(
        meeting=meeting,
        because="Noor is ill",
        expected=meeting.version,
        by=world.asha.reader,
        at=world.moment,
    )
    assert queries.date_of(fresh(world, meeting)) is None


@pytest.mark.parametrize(
    ("lacking", "gate"),
    [
        ({"words": {}, "has_no_children": False}, "children"),
        ({"refused_aims": ["shaming"]}, "refused_aim"),
        ({"led": ""}, "led"),
    ],
)
def test_without_it_there_is_no_date_and_the_refusal_says_why(
    world: World, lacking: dict[str, Any], gate: str
) -> None:
    meeting = ready(world)
    given: dict[str, Any] = {
        "words": {}, "led": "present", "refused_aims": [], "has_no_children": True, **lacking
    }  # fmt: skip
    actions.prepare(
        meeting=meeting, expected=meeting.version, by=world.asha.reader, at=world.moment, **given
    )
    with pytest.raises(actions.GatesClosed) as refused:
        dated(world, meeting)
    assert gate in {each.id for each in refused.value.verdict.closed}


def test_an_answer_without_a_next_step_and_a_place_that_lapses_hold_the_date(world: World) -> None:
    meeting = ready(world)
    actions.plan_answers(
        meeting=meeting,
        expected=meeting.version,
        steps={**queries.next_steps(meeting), "leaves": " "},
        by=world.asha.reader,
        at=world.moment,
    )
    assert closed(world, meeting) == {"answers"}
    hold = options.holds(seen_by=world.asha.reader, circle=world.circle.pk).last()
    directory.end_hold(hold=hold, by=world.asha.reader, at=world.moment)
    add_option(world, "Until Friday", held_until=world.moment + timedelta(days=9))
    assert closed(world, meeting) == {"answers"}
    with pytest.raises(actions.GatesClosed) as refused:  # on Saturday it has lapsed
        dated(world, meeting)
    assert {"answers", "options"} <= {gate.id for gate in refused.value.verdict.closed}


def test_who_leads_is_told_before_a_kept_place_lapses_and_only_once(world: World) -> None:
    hold = add_option(world, "Rowan House", "residential")
    (task,) = tasks.open_tasks(seen_by=world.asha.reader).filter(kind="hold_lapses")
    assert task.due_at == hold.held_until - timedelta(hours=48)
    directory.save_hold(
        circle=world.circle,
        option=hold.option,
        hold=hold,
        held_until=hold.held_until + timedelta(days=3),
        warn_hours=48,
        by=world.asha.reader,
        at=world.moment,
    )
    (task,) = tasks.open_tasks(seen_by=world.asha.reader).filter(kind="hold_lapses")
    assert task.due_at == hold.held_until - timedelta(hours=48)
    directory.end_hold(hold=hold, by=world.asha.reader, at=world.moment)
    assert "hold_lapses" not in kinds(world)


def test_where_a_family_lives_apart_an_option_is_ready_only_with_cover_at_home(
    world: World,
) -> None:
    hold = add_option(world, "Rowan House", "residential")
    assert options.missing_in(hold) == ()
    hold.cover, hold.option.licence, hold.option.price = "", "not_yet", " "
    assert options.missing_in(hold) == ("licence", "price", "cover")
    with pytest.raises(directory.OptionMakesNoSense):
        directory.save_option(
            institution=world.institution,
            name="X",
            kind="day",
            licence="checked",
            by=world.asha.reader,
            at=world.moment,
        )


# -- stop --------------------------------------------------------------------------------------


def test_any_member_stops_it_in_private_and_only_the_lead_learns_of_it(world: World) -> None:
    meeting = ready(world)
    stop = actions.call_stop(
        meeting=meeting,
        person=world.teo.person,
        words="It feels like a trap",
        by=world.teo.through("circle"),
        at=world.moment,
    )
    assert closed(world, meeting) == {"stopped"}
    assert "meeting_stopped" in kinds(world)
    assert not queries.stops(seen_by=world.noor.through("circle"), meeting=meeting).exists()
    assert queries.stops(seen_by=world.asha.reader, meeting=meeting).count() == 1
    with pytest.raises(actions.NotReleasable):
        release(world, meeting, "stopped")
    world.at(world.moment + timedelta(hours=1))
    actions.resolve_stop(stop=stop, reason=WHY, by=world.asha.reader, at=world.moment)
    assert closed(world, meeting) == set()
    assert "meeting_stopped" not in kinds(world)
    with pytest.raises(actions.NothingToResolve):
        actions.resolve_stop(stop=stop, reason=WHY, by=world.asha.reader, at=world.moment)


def test_a_hidden_member_is_not_seen_among_those_who_take_part(world: World) -> None:
    meeting = begun(world)
    people.hide_me(member=world.teo.member, by=world.teo.through("circle"), at=world.moment)
    seen = queries.seats(seen_by=world.noor.through("circle"), meeting=meeting)
    assert [row.person_id for row in seen] == [world.noor.person.pk]
    assert queries.seats(seen_by=world.teo.through("circle"), meeting=meeting).count() == 2


# -- the person --------------------------------------------------------------------------------


def test_the_person_finds_nothing_of_it_before_nor_after_being_told(world: World) -> None:
    meeting = ready(world)
    sam = world.engage_sam()
    reader = sam.through("person")
    assert not PlannedMeeting.objects.visible_to(reader).exists()
    assert not Seat.objects.visible_to(reader).exists()
    assert not options.holds(seen_by=reader, circle=world.circle.pk).exists()
    assert not queries.stops(seen_by=reader, meeting=meeting).exists()


# -- how it ended ------------------------------------------------------------------------------


def test_not_held_is_an_outcome_and_the_family_is_followed_all_the_same(world: World) -> None:
    meeting = dated(world, ready(world))
    with pytest.raises(actions.NotYetBegun):
        ended(world, meeting, "accept_now")
    ended(world, meeting, "not_held")
    due = tasks.open_tasks(seen_by=world.asha.reader).filter(kind="meeting_follow_up")
    assert [(row.due_at - world.moment).days for row in due] == [0, 1, 7, 30, 90]
    meeting = fresh(world, meeting)
    assert (meeting.outcome, meeting.held_at) == ("not_held", None)
    assert meeting.booking.cancelled_at is not None
    with pytest.raises(actions.HasEnded):
        ended(world, meeting, "not_held")


def test_after_a_meeting_there_is_none_for_thirty_days(world: World) -> None:
    meeting = dated(world, ready(world))
    world.at(meeting.booking.ends_at)
    assert "hold_lapses" in kinds(world)
    ended(world, meeting, "refuses_calm")
    assert "hold_lapses" not in kinds(world)  # nobody needs to ask for longer
    assert options.holds(seen_by=world.asha.reader, circle=world.circle.pk).exists()
    assert fresh(world, meeting).held_at == meeting.booking.starts_at
    again = begun(world)
    assert "between" in closed(world, again)
    assert "asked" in closed(world, again)  # what was said before the last one is not asked anew
    world.at(meeting.booking.starts_at + timedelta(days=31))
    assert "between" not in closed(world, again)


def test_an_open_invitation_goes_on_within_days_unless_it_was_broken_off(world: World) -> None:
    meeting = ready(world)
    actions.choose_path(
        meeting=meeting, path="arise", level=1, reason=REASON, expected=meeting.version,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    actions.release(
        meeting=fresh(world, meeting), gate="people", reason="Two of them will do for the first.",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    world.at(dated(world, fresh(world, meeting)).booking.ends_at)
    ended(world, meeting, "refuses_calm")
    again = begun(world, path="arise", level=2)
    assert "between" not in closed(world, again)
    type(meeting)._base_manager.filter(pk=meeting.pk).update(outcome="leaves")
    assert "between" in closed(world, again)


def ended(world: World, meeting: PlannedMeeting, outcome: str) -> None:
    actions.end(
        meeting=fresh(world, meeting),
        outcome=outcome,
        words="We talked about it with everybody.",
        expected=fresh(world, meeting).version,
        by=world.asha.reader,
        at=world.moment,
    )


def test_nothing_is_prepared_in_a_case_that_is_closed(world: World) -> None:
    cases.close_case(
        case=world.case,
        version=world.case.version,
        outcome="declined_before_start",
        words="They moved away and said goodbye to all of us.",
        by=world.asha.reader,
        at=world.moment,
    )
    with pytest.raises(actions.CaseIsClosed):
        begun(world)


# -- letters -----------------------------------------------------------------------------------

TEXT = "Dear Sam, I still see you at six. Will you take some help today?"


def written(world: World, meeting: PlannedMeeting, who: Any, text: str = TEXT) -> Any:
    by = who.through("circle")
    letter = letters.begin(
        meeting=meeting, person=who.person, language="en", by=by, at=world.moment
    )
    return letters.save(letter=letter, text=text, expected=letter.version, by=by, at=world.moment)


def seen_letters(world: World, meeting: PlannedMeeting, reader: Any) -> int:
    return int(queries.letters(seen_by=reader, meeting=meeting).count())


def test_a_draft_is_its_writers_alone_until_it_is_shared_and_again_when_taken_back(
    world: World,
) -> None:
    meeting = begun(world)
    letter = written(world, meeting, world.noor)
    mine, lead = world.noor.through("circle"), world.asha.reader
    others = (world.teo.through("circle"), world.ifeoma.reader, world.hana.reader)
    assert (seen_letters(world, meeting, mine), seen_letters(world, meeting, lead)) == (1, 0)
    letters.share(letter=letter, expected=letter.version, by=mine, at=world.moment)
    assert seen_letters(world, meeting, lead) == 1
    assert [seen_letters(world, meeting, reader) for reader in others] == [0, 0, 0]
    with pytest.raises(NotAllowed):
        letters.save(letter=letter, text="x", expected=letter.version, by=lead, at=world.moment)
    letters.take_back(letter=letter, by=mine, at=world.moment)
    assert seen_letters(world, meeting, lead) == 0
    with pytest.raises(NotAllowed):
        letters.begin(
            meeting=meeting,
            person=world.noor.person,
            language="en",
            by=world.teo.through("circle"),
            at=world.moment,
        )


def test_a_letter_is_final_only_as_it_was_found_ready_and_only_by_its_writer(
    world: World,
) -> None:
    meeting = begun(world)
    mine, lead = world.noor.through("circle"), world.asha.reader
    letter = written(world, meeting, world.noor)
    with pytest.raises(letters.NotReady):
        letters.finish(letter=letter, expected=letter.version, by=mine, at=world.moment)
    letter = letters.share(letter=letter, expected=letter.version, by=mine, at=world.moment)

    def review(is_ready: bool) -> None:
        read = queries.letters(seen_by=lead, meeting=meeting).get()
        letters.review(
            letter=read,
            is_ready=is_ready,
            words="Lovely.",
            expected=read.version,
            by=lead,
            at=world.moment,
        )
        world.at(world.moment + timedelta(minutes=1))

    review(True)
    mine, lead = world.noor.through("circle"), world.asha.reader
    letter = letters.save(
        letter=letter, text=f"{TEXT} More.", expected=letter.version, by=mine, at=world.moment
    )
    with pytest.raises(letters.NotReady):  # what was found ready was another text
        letters.finish(letter=letter, expected=letter.version, by=mine, at=world.moment)
    review(True)
    mine = world.noor.through("circle")
    other_tab = queries.letters(seen_by=mine, meeting=meeting).get()
    letters.take_back(letter=letter, by=mine, at=world.moment)
    with pytest.raises(letters.NotShared):
        letters.finish(letter=other_tab, expected=letter.version, by=mine, at=world.moment)
    letter = letters.share(letter=letter, expected=letter.version, by=mine, at=world.moment)
    lead = world.asha.reader
    review(True)
    mine = world.noor.through("circle")
    letter = letters.finish(letter=letter, expected=letter.version, by=mine, at=world.moment)
    with pytest.raises(letters.IsFinal):
        letters.save(letter=letter, text="x", expected=letter.version, by=mine, at=world.moment)
    assert seen_letters(world, meeting, world.asha.reader) == 1
    letters.keep_back(letter=letter, by=mine, at=world.moment)
    assert seen_letters(world, meeting, world.asha.reader) == 0


def test_the_order_is_suggested_and_changed_and_letters_hold_the_start_not_the_date(
    world: World,
) -> None:
    meeting = ready(world)
    reader = world.asha.reader
    seats = list(queries.seats(seen_by=reader, meeting=meeting))
    ids = [str(seat.pk) for seat in reversed(seats)]
    letters.put_in_order(meeting=meeting, seats=ids, by=reader, at=world.moment)
    again = queries.seats(seen_by=reader, meeting=meeting)
    assert [str(seat.pk) for seat in again] == ids
    with pytest.raises(letters.NotTheSeats):
        letters.put_in_order(meeting=meeting, seats=ids[:1], by=reader, at=world.moment)
    actions.save_seat(
        meeting=meeting,
        member=world.noor.member,
        roles=["listened_to"],
        speaks=True,
        order=1,
        by=reader,
        at=world.moment,
    )
    last = queries.suggested_order(seen_by=reader, meeting=meeting)[-1]
    assert last == str(again.get(person=world.noor.person).pk)
    assert queries.verdict(meeting, seen_by=reader, at=world.moment).may_date


def test_the_calendar_moves_the_date_of_a_meeting_only_while_its_gates_are_open(
    world: World,
) -> None:
    meeting = dated(world, ready(world))
    booking = queries.date_of(meeting)
    assert booking is not None
    later = booking.starts_at.replace(tzinfo=None) + timedelta(days=2)

    def move(expected: int, by: Any) -> Any:
        return calendar.move(
            booking=Booking.objects.unscoped("a test").get(pk=booking.pk),
            wall=later,
            expected=expected,
            by=by,
            at=world.moment,
        )

    moved = move(booking.version, world.asha.reader)
    later += timedelta(days=1)
    with transaction.atomic():
        PlannedMeeting._base_manager.filter(pk=meeting.pk).update(
            ended_at=world.moment, outcome="not_held"
        )
        with pytest.raises(actions.NoSuchMeeting), transaction.atomic():
            move(moved.version, world.asha.reader)  # the date of none that is prepared now
        transaction.set_rollback(True)
    therapist = treats(world, world.bo)
    with pytest.raises(actions.NoSuchMeeting), transaction.atomic():
        move(moved.version, therapist)  # nobody who may not know of a stop moves its date
    answer(world, meeting, world.teo, SC3="recent")
    with pytest.raises(actions.GatesClosed), transaction.atomic():
        move(moved.version, world.asha.reader)
    with pytest.raises(actions.GatesClosed), transaction.atomic():
        series.move_following(
            booking=Booking.objects.unscoped("a test").get(pk=booking.pk),
            wall=later,
            change=calendar.Change(),
            expected=moved.version,
            by=world.asha.reader,
            at=world.moment,
        )
    assert Booking.objects.unscoped("a test").get(pk=booking.pk).starts_at == moved.starts_at


def treats(world: World, who: Any) -> Any:
    """A colleague who treats this circle, and who sees no stop of it."""
    access.grant(
        account=who.account,
        role="therapist",
        circle=world.circle,
        reason="Treats them.",
        by=world.asha.reader,
        at=world.moment,
    )
    return who.reader


def test_danger_told_on_the_phone_of_the_day_raises_its_alert_with_the_answer(
    world: World,
) -> None:
    meeting = begun(world)
    actions.record_checks(
        meeting=meeting,
        kind="day",
        answers={"SC3": "now", "SC5": "none"},
        by=world.asha.reader,
        at=world.moment,
    )
    alert = Alert.objects.visible_to(world.asha.reader).get()
    assert (alert.level, alert.because) == ("B", "SC3 = now")
    assert alert.about_id == world.circle.focus_id
    assert not queries.screens(seen_by=world.asha.reader, circle=world.circle.pk).exists()


def test_a_stop_takes_the_date_back_names_nobody_and_outlives_a_meeting_begun_anew(
    world: World,
) -> None:
    meeting = dated(world, ready(world))
    booking = queries.date_of(meeting)
    mine = world.teo.through("circle")
    stop = actions.call_stop(meeting=meeting, person=world.teo.person, by=mine, at=world.moment)
    meeting = fresh(world, meeting)
    assert queries.date_of(meeting) is None
    given_back = Booking.objects.unscoped("a test").get(pk=booking.pk)
    assert given_back.cancelled_at == world.moment
    assert given_back.cancelled_because == actions.NO_DATE
    event = AuditEvent.objects.get(word="calendar.booking_cancelled")
    assert (event.account, event.name) == (None, "system: a meeting was stopped in private")
    assert not queries.reads_stops(seen_by=treats(world, world.bo), meeting=meeting)
    assert queries.reads_stops(seen_by=world.asha.reader, meeting=meeting)
    ended(world, meeting, "not_held")
    world.at(world.moment + timedelta(hours=1))
    again = begun(world)
    assert "stopped" in closed(world, again)
    mine = world.teo.through("circle")
    assert [row.pk for row in queries.open_stops(seen_by=mine, meeting=again)] == [stop.pk]
    actions.resolve_stop(stop=stop, reason=WHY, by=world.asha.reader, at=world.moment)
    assert "stopped" not in closed(world, again)
    assert queries.open_stops(seen_by=mine, meeting=again) == []


def test_what_stops_a_meeting_counts_in_the_next_one_until_the_member_answers_again(
    world: World,
) -> None:
    meeting = begun(world)
    answer(world, meeting, world.noor, SC21="so")
    ended(world, meeting, "not_held")
    checked = answer(world, fresh(world, meeting), world.teo, SC1="recent")
    assert [alert.level for alert in checked.alerts] == ["D"]  # sent as it ended: kept and told
    world.at(world.moment + timedelta(hours=1))
    again = begun(world)
    assert {"SC21", "SC1", "asked"} <= closed(world, again)
    answer(world, again, world.noor)
    found = queries.verdict(again, seen_by=world.asha.reader, at=world.moment).gate("SC21")
    assert found is not None
    assert found.effect == "ask"  # taken back since: somebody looks


def test_who_left_has_no_seat_and_nobody_comes_or_goes_once_there_is_a_date(
    world: World,
) -> None:
    meeting = dated(world, ready(world))
    seat = queries.seats(seen_by=world.asha.reader, meeting=meeting).first()
    with pytest.raises(actions.HasADate):
        actions.end_seat(seat=seat, by=world.asha.reader, at=world.moment)
    access.end_membership(
        member=world.teo.member, because="left", by=world.asha.reader, at=world.moment
    )
    left = queries.seats(seen_by=world.asha.reader, meeting=meeting)
    assert [row.person_id for row in left] == [world.noor.person.pk]
