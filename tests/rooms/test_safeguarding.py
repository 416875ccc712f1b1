"""Safeguarding: anybody may report, the lead answers the same day, who is named sees nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from alongside import catalogue
from alongside.access.models import Relationship
from alongside.calendar import actions as calendar
from alongside.calendar import series
from alongside.cases import actions as cases
from alongside.cases.models import Case
from alongside.crisis import actions as crisis
from alongside.crisis import escalation, leads, reports, safeguarding
from alongside.crisis.models import Alert, SafeguardingReport
from alongside.notify import dispatcher
from alongside.notify.models import Message
from alongside.plans import queries as plans
from alongside.plans.models import Course
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.scoped import writing
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.factories import Cast, World, care
from tests.fakes.transports import Recording, Refusing


@pytest.fixture
def lead(world: World) -> Cast:
    """The safeguarding lead: the privacy officer's column."""
    return world.staff("Petra Vogel", "Safeguarding lead", "privacy")


def file(world: World, by: Any = None, **more: Any) -> SafeguardingReport:
    given: dict[str, Any] = {
        "institution": world.institution, "circle": world.circle, "kind": "child",
        "words": "“He locks me in”, said Mia, 9.", "at": world.moment, **more,
    }  # fmt: skip
    return safeguarding.file_report(by=by or world.asha.reader, **given)


def decide(report: SafeguardingReport, lead: Cast, **more: Any) -> SafeguardingReport:
    given = {"decision": "reported", "because": "To social care, ref 42.", "expected": 1, **more}
    return safeguarding.decide(report=report, by=lead.reader, at=NOON, **given)


def sees(who: Cast, report: SafeguardingReport) -> bool:
    return safeguarding.all_reports(seen_by=who.reader).filter(pk=report.pk).exists()


# -- who may report, and who reads ----------------------------------------------------------------


def test_staff_the_circle_and_the_person_report_and_only_the_lead_reads(
    world: World, sam: Cast, lead: Cast
) -> None:
    by_staff, by_noor, by_sam = (file(world, who.reader) for who in (world.asha, world.noor, sam))
    for report in (by_staff, by_noor, by_sam):
        assert sees(lead, report)
        readers = [world.asha, world.hana, world.bo, world.ifeoma, world.grace, world.teo]
        assert not any(sees(who, report) for who in readers)
    assert sees(world.noor, by_noor)  # their own: the page shows that it was received
    assert not sees(world.noor, by_sam)


def test_who_has_nothing_to_do_with_a_circle_reports_nothing_about_it(world: World) -> None:
    with pytest.raises(NotAllowed):
        file(world, world.grace.reader)


def test_nobody_who_is_named_sees_it_not_even_the_lead(world: World, sam: Cast, lead: Cast) -> None:
    second = world.staff("Omar Haddad", "Safeguarding lead", "privacy")
    report = file(world, world.noor.reader, named=[lead.person, sam.person, world.noor.person])
    assert not sees(lead, report)
    assert not sees(world.noor, report)
    assert sees(second, report)
    with pytest.raises(NotAllowed):
        decide(report, lead)
    entry = safeguarding.add_entry(
        report=report, kind="told", words="Social care, 12:10.", by=second.reader, at=NOON
    )
    assert entry in safeguarding.entries(report, seen_by=second.reader)
    assert not safeguarding.entries(report, seen_by=lead.reader).exists()


def test_a_report_has_words_and_a_kind(world: World) -> None:
    with pytest.raises(safeguarding.NothingWritten):
        file(world, words=" ")
    with pytest.raises(safeguarding.UnknownWord):
        file(world, kind="other")


# -- the same day ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filed", "answer_by"),
    [("08:00", "12:00"), ("17:30", "20:00"), ("19:30", "20:30"), ("23:10", "00:10")],
)
def test_an_answer_is_due_the_same_day(world: World, filed: str, answer_by: str) -> None:
    hour, minute = map(int, filed.split(":"))
    at = datetime(2026, 3, 2, hour, minute, tzinfo=UTC)
    assert f"{reports.answer_by(world.institution, at):%H:%M}" == answer_by


def test_harm_that_is_happening_now_is_an_alert_without_a_word_and_without_the_circle(
    world: World,
) -> None:
    file(world, immediate=True)
    alert = Alert._base_manager.get()
    assert (alert.level, alert.rule) == ("A", "child_immediate_risk@1")
    assert (alert.circle_id, alert.place) == (None, "safeguarding")
    assert "Mia" not in alert.because


def test_a_worry_at_the_public_door_about_a_child_is_a_report_too(world: World) -> None:
    given: dict[str, Any] = {
        "service": world.service, "path": "child", "question": "child_safe", "by": world.system,
        "at": NOON, "concern_id": uuid4(),
    }  # fmt: skip
    asked = catalogue.current().danger.intake
    question = next(q for q in asked.questions if any(a.opens == "child" for a in q.answers))
    answers = [a.id for a in question.answers if a.opens == "child"]
    given["question"] = question.id
    for number, answer in enumerate(answers):
        crisis.take_worry(answer=answer, submission=f"s{number}", **given)
    report = SafeguardingReport._base_manager.get()
    assert (report.kind, report.concern_id) == ("child", given["concern_id"])


def test_nothing_is_closed_before_there_is_an_answer(
    world: World, cbt: Course, sam: Cast, lead: Cast
) -> None:
    assert "safeguarding_reported" in plans.words(cbt, NOON)
    report = file(world)
    assert "safeguarding_reported" not in plans.words(cbt, NOON)
    case = Case._base_manager.get(pk=world.case.pk)
    given: dict[str, Any] = {
        "case": case, "version": case.version, "outcome": "completed",
        "words": "They finished all of it, and said so.",
        "by": world.asha.reader, "at": NOON,
    }  # fmt: skip
    with pytest.raises(safeguarding.WaitsForAnswer):
        cases.close_case(**given)
    with pytest.raises(safeguarding.NotDecided):
        safeguarding.close(report=report, by=lead.reader, at=NOON)
    decide(report, lead)
    assert "safeguarding_reported" in plans.words(cbt, NOON)
    assert cases.close_case(**given).closed_at == NOON


def test_the_lead_decides_with_a_reason_and_the_task_ends(world: World, lead: Cast) -> None:
    report = file(world)
    task = Task._base_manager.get(kind="safeguarding_report")
    assert (task.for_role, task.circle_id) == ("privacy", None)
    with pytest.raises(safeguarding.NothingWritten):
        decide(report, lead, because=" ")
    with pytest.raises(safeguarding.UnknownWord):
        decide(report, lead, decision="later")
    done = decide(report, lead)
    assert (done.decision, done.received_at) == ("reported", NOON)
    assert Task._base_manager.get(pk=task.pk).done_at == NOON
    with pytest.raises(StaleVersion):
        decide(report, lead, because="Another.")
    safeguarding.close(report=report, by=lead.reader, at=NOON)
    with pytest.raises(safeguarding.OverAlready):
        safeguarding.close(report=report, by=lead.reader, at=NOON)


def test_who_is_no_lead_any_more_decides_nothing(world: World, lead: Cast) -> None:
    report = file(world)
    edge = Relationship._base_manager.get(account=lead.account, role="privacy")
    with writing():
        edge.valid_to, edge.ended_because = NOON, "left"
        edge.save()
    with pytest.raises(NotAllowed):
        decide(report, lead)


# -- the child in the room ------------------------------------------------------------------------


def test_no_date_for_several_people_before_a_child_was_asked_about(world: World) -> None:
    given: dict[str, Any] = {
        "circle": world.circle, "practitioner": world.asha.practitioner,
        "wall": datetime.fromisoformat("2026-03-09T10:00"), "zone": "Europe/London", "minutes": 50,
        "by": world.asha.reader, "at": NOON,
    }  # fmt: skip
    both = [world.noor.person, world.teo.person]
    with pytest.raises(safeguarding.ChildNotAsked):
        calendar.book(persons=both, **given)
    calendar.book(persons=both[:1], **given)

    asked: dict[str, Any] = {"circle": world.circle, "by": world.asha.reader, "at": NOON}
    with pytest.raises(safeguarding.NothingWritten):
        safeguarding.record_child_check(child_there=True, words=" ", **asked)
    with pytest.raises(NotAllowed):
        safeguarding.record_child_check(
            child_there=False, words="None.", **asked | {"by": world.bo.reader}
        )
    safeguarding.record_child_check(child_there=True, words="With her aunt.", **asked)
    given["wall"] = datetime.fromisoformat("2026-03-10T10:00")
    assert len(calendar.book(persons=both, **given).persons) == 2
    late = NOON + timedelta(days=91)
    assert not safeguarding.child_was_asked(world.circle.pk, late)


def test_a_date_of_several_people_is_not_moved_when_the_look_for_a_child_is_too_old(
    world: World,
) -> None:
    """Nor is a series of dates moved or begun."""
    both = (world.noor.person, world.teo.person)
    booking = care.booked(world, datetime.fromisoformat("2026-06-08T10:00"), persons=both)
    world.at(NOON + timedelta(days=91))
    wall = datetime.fromisoformat("2026-06-09T10:00")
    given: dict[str, Any] = {"by": world.asha.reader, "at": world.moment}
    move: dict[str, Any] = {"booking": booking, "wall": wall, "expected": booking.version, **given}
    with pytest.raises(safeguarding.ChildNotAsked), transaction.atomic():
        calendar.move(**move)
    with pytest.raises(safeguarding.ChildNotAsked), transaction.atomic():
        series.move_following(change=calendar.Change(), **move)
    kept = calendar.Kept(
        circle=world.circle, practitioner=world.asha.practitioner, persons=both,
        zone="Europe/London", minutes=50,
    )  # fmt: skip
    walls = [wall, wall + timedelta(weeks=1)]
    with pytest.raises(safeguarding.ChildNotAsked):
        series.book_series(kept=kept, walls=walls, **given)


# -- duties by place ------------------------------------------------------------------------------


def test_no_duty_ships_as_verified() -> None:
    shipped = catalogue.current().safeguarding_duties
    assert {"GB", "US", "IE", "AU", "CA", "FR", "DE", "IN", "ZA"} <= set(shipped)
    assert all(each.verified is None for each in shipped.values())


# -- when nobody may read it ----------------------------------------------------------------------


def test_a_report_that_names_the_only_lead_is_told_to_the_managers_without_a_word_of_it(
    world: World, lead: Cast, signed_in: Any
) -> None:
    report = file(world, named=[lead.person])
    tasks = Task.objects.unscoped("a test").filter(kind=leads.NEEDS_LEAD)
    assert {task.for_account for task in tasks} == {world.grace.account}
    told = list(Message.objects.unscoped("a test").filter(kind=leads.REPORT_MESSAGE))
    assert {message.account for message in told} == {world.grace.account}
    for said in (*(task.what for task in tasks), *(message.body for message in told)):
        assert not {"Mia", "Petra", "child"} & set(said.replace(",", " ").split())
    page = signed_in(world.grace).get("/office/").content.decode()
    assert "A safeguarding report needs another lead" in page
    assert "Mia" not in page
    assert leads.without_a_lead(seen_by=lead.reader, at=NOON) == 0  # who is named is told nothing
    second = world.staff("Omar Haddad", "Safeguarding lead", "privacy")
    assert leads.without_a_lead(seen_by=world.grace.reader, at=NOON) == 0
    safeguarding.receive(report=report, by=second.reader, at=NOON)
    assert not tasks.filter(done_at=None).exists()


def test_a_report_is_told_to_the_leads_it_does_not_name_and_to_nobody_who_is(
    world: World, lead: Cast
) -> None:
    second = world.staff("Omar Haddad", "Safeguarding lead", "privacy")
    file(world, named=[lead.person])
    told = Message.objects.unscoped("a test").filter(kind=leads.REPORT_MESSAGE)
    assert [message.account for message in told] == [second.account]


def test_a_lead_is_told_again_and_again_after_days_without_mail_until_the_report_is_answered(
    world: World, lead: Cast, at: Any
) -> None:
    report, other = file(world), file(world, words="“She hits me”, said Lou, 7.")
    refusing, taking = Refusing(), Recording()
    for moment in (NOON, NOON + timedelta(minutes=1), NOON + timedelta(days=3)):
        at(moment)
        assert dispatcher.send_due(transport=refusing, at=moment) == 2
    decide(other, lead, expected=other.version)
    back = NOON + timedelta(days=3, seconds=30)  # no longer, however long it was away
    at(back)
    dispatcher.send_due(transport=taking, at=back)
    told = Message.objects.unscoped("a test").filter(kind=leads.REPORT_MESSAGE)
    assert [to for to, _ in taking.taken] == [lead.account.email]
    assert told.get(sent_at__isnull=False).about == f"report:{report.pk}"
    assert told.get(withheld_at__isnull=False).about == f"report:{other.pk}"  # it has its answer


def test_a_report_without_an_answer_in_time_is_told_each_day_to_leads_and_managers_until_it_has_one(
    world: World, lead: Cast, signed_in: Any
) -> None:
    report = file(world)
    world.staff("Omar Haddad", "Manager", "manager")
    second = world.staff("Ines Prat", "Manager", "manager")
    hers = file(world, words="“He shouts”, said Lou, 7.", named=[second.person])

    def chased(moment: datetime) -> list[str]:
        before = set(Message.objects.unscoped("a test").values_list("pk", flat=True))
        escalation.chase_once(at=moment)
        rows = Message.objects.unscoped("a test").filter(kind=leads.REPORT_MESSAGE)
        return sorted(row.address.partition("@")[0] for row in rows.exclude(pk__in=before))

    assert chased(report.answer_by - timedelta(minutes=1)) == []
    told = ["grace", "grace", "ines", "omar", "omar", "petra", "petra"]  # she hears of one alone
    assert chased(report.answer_by) == told
    assert chased(report.answer_by + timedelta(hours=23)) == []
    assert chased(report.answer_by + timedelta(hours=24)) == told
    for row in Message.objects.unscoped("a test").filter(kind=leads.REPORT_MESSAGE):
        assert not {"Mia", "Lou", "child", "safeguarding"} & set(row.body.replace(",", " ").split())
    world.at(report.answer_by)
    assert leads.late_here(seen_by=second.reader, at=world.moment) == 1
    assert leads.late_here(seen_by=world.grace.reader, at=world.moment) == 2
    for each in (report, hers):
        decide(each, lead, expected=each.version)
    assert chased(report.answer_by + timedelta(days=3)) == []
    assert leads.late_here(seen_by=world.grace.reader, at=world.moment) == 0


def test_when_everybody_here_is_named_the_outside_fallback_is_told(world: World) -> None:
    file(world, named=[world.grace.person])
    told = Message.objects.unscoped("a test").filter(kind=leads.REPORT_MESSAGE)
    assert [message.address for message in told] == [world.service.fallback_email]


def test_a_worry_about_an_adult_is_a_report_with_the_words_and_what_is_told_later(
    world: World, lead: Cast
) -> None:
    given: dict[str, Any] = {"by": world.system, "at": NOON, "concern_id": uuid4()}
    crisis.take_worry(
        service=world.service, path="today", question="child_not_safe", answer="adult_worried",
        submission="a", **given,
    )  # fmt: skip
    report = safeguarding.all_reports(seen_by=lead.reader).get()
    assert (report.kind, report.immediate) == ("adult", False)
    assert "I worry about an adult" in report.words
    crisis.send_worry(
        words="Her son takes her pension.", contact="+447700900123", submission="b", **given
    )
    report = safeguarding.all_reports(seen_by=lead.reader).get()
    assert "Her son takes her pension." in report.words
    assert "+447700900123" in report.said_by
    decide(report, lead, expected=report.version)
    assert not Task.objects.unscoped("a test").filter(kind="adult_not_safe", done_at=None).exists()
