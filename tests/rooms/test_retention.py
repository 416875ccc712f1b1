"""The retention clock: what runs out closes, what is due is erased, and what stays."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from alongside.access.models import Account
from alongside.access.readers import reader_for
from alongside.calendar import ending as times
from alongside.calendar.models import Booking
from alongside.cases import actions as cases
from alongside.cases.after import after_months
from alongside.cases.models import Case, Concern
from alongside.consent.models import Consent
from alongside.crisis import actions as crisis
from alongside.crisis import safeguarding
from alongside.crisis.models import Alert, SafetyCheck
from alongside.delivery import actions as delivery
from alongside.delivery import retention
from alongside.delivery.models import Erasure, Homework
from alongside.measures.models import Response
from alongside.people import actions as people
from alongside.people.models import ContactPoint, Person
from alongside.plans import actions as plans
from alongside.plans.models import Course, Goal
from alongside.records.errors import NotAllowed
from alongside.records.models import AuditEvent
from alongside.records.scoped import writing
from alongside.tasks import queries as tasks
from tests.conftest import NOON
from tests.factories import World, care
from tests.factories.care import booked, fresh_case

DAY = timedelta(days=1)


def kinds(world: World) -> list[str]:
    return sorted(tasks.open_tasks(seen_by=world.system).values_list("kind", flat=True))


def later(world: World, days: int) -> Any:
    world.at(NOON + days * DAY)
    return world.moment


def test_months_later_is_the_same_day_or_the_last_of_the_month() -> None:
    day = NOON.date().replace(year=2027, month=1, day=31)
    assert [str(after_months(day, n)) for n in (1, 3, 6, 12)] == [
        "2027-02-28", "2027-04-30", "2027-07-31", "2028-01-31",
    ]  # fmt: skip


def test_a_case_without_a_step_closes_once_its_day_has_passed_and_not_before(
    world: World,
) -> None:
    ends = world.case.review_by
    wall = datetime.combine(ends, time(10)) + 9 * DAY
    kept = booked(world, wall)
    assert retention.run_out_due(at=later(world, (ends - NOON.date()).days)) == 0
    assert fresh_case(world).state == "preparing"
    assert retention.run_out_due(at=later(world, (ends - NOON.date()).days + 1)) == 1
    case = fresh_case(world)
    assert (case.state, case.outcome, case.closed_at) == ("closed", "ran_out", world.moment)
    assert {"case_ran_out", "case_erase"} <= set(kinds(world))
    assert "after_closing" not in kinds(world)
    kept.refresh_from_db()
    assert kept.cancelled_because == times.CASE_CLOSED
    assert AuditEvent.objects.filter(word="cases.case_ran_out", account=None).count() == 1
    assert retention.run_out_due(at=world.moment + DAY) == 0


def test_nothing_runs_out_while_somebody_is_helped_in_danger_or_came_in(
    world: World, craft: Course
) -> None:
    at = later(world, 200)
    assert craft.started_at is not None
    assert retention.run_out_due(at=at) == 0
    assert fresh_case(world).state != "closed"


def test_what_came_after_is_dated_when_a_case_of_somebody_who_came_in_closes(
    world: World,
) -> None:
    world.engage_sam()
    case = fresh_case(world)
    cases.close_case(
        case=case,
        version=case.version,
        outcome="completed",
        words="Well for six weeks and sure of the plan.",
        by=world.asha.reader,
        at=world.moment,
    )
    rows = tasks.open_tasks(seen_by=world.asha.reader).filter(kind="after_closing")
    assert [str(row.due_at.date()) for row in rows] == [
        "2026-04-16", "2026-06-16", "2026-09-16", "2027-03-16",
    ]  # fmt: skip
    assert "case_erase" not in kinds(world)
    assert retention.due(seen_by=world.system, at=world.moment + 400 * DAY) == []


def test_the_privacy_officer_erases_with_a_reason_what_is_due_and_the_minimum_stays(
    world: World,
) -> None:
    priya = world.staff("Priya Shah", "Privacy officer", "privacy")
    world.at(NOON + 91 * DAY)
    retention.run_out_due(at=world.moment)
    (row,) = retention.due(seen_by=priya.reader, at=world.moment)
    assert not row.is_due
    assert row.goes["people"] >= 1
    reason = "Its day has come, and nobody objects."
    with pytest.raises(retention.NotDue):
        retention.erase(case=row.case, reason=reason, by=priya.reader, at=world.moment)
    checks = SafetyCheck.objects.unscoped("a test").count()
    alerts = Alert.objects.unscoped("a test").count() + 1
    world.at(NOON + 122 * DAY)
    (row,) = retention.due(seen_by=priya.reader, at=world.moment)
    assert row.is_due
    # Danger that was told after the end holds it all back.
    open_alert = crisis.raise_by_staff(
        level="B", seen="He said goodbye.", institution=world.institution.pk, circle=world.circle,
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert [each.is_due for each in retention.due(seen_by=priya.reader, at=world.moment)] == [False]
    with pytest.raises(retention.NotDue):
        retention.erase(case=row.case, reason=reason, by=priya.reader, at=world.moment)
    with writing():
        Alert.objects.unscoped("a test").filter(pk=open_alert.pk).update(
            closed_at=world.moment, outcome="contact_made_safe"
        )
    # So does a report that waits for its decision.
    report = safeguarding.file_report(
        institution=world.institution, kind="child", words="He locks her in.",
        circle=world.circle, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert [each.is_due for each in retention.due(seen_by=priya.reader, at=world.moment)] == [False]
    with pytest.raises(retention.NotDue):
        retention.erase(case=row.case, reason=reason, by=priya.reader, at=world.moment)
    safeguarding.decide(
        report=report, decision="not_reported", because="She was asked alone and is safe.",
        expected=report.version, by=priya.reader, at=world.moment,
    )  # fmt: skip
    for who in (world.asha, world.grace):
        with pytest.raises(NotAllowed):
            retention.erase(case=row.case, reason=reason, by=who.reader, at=world.moment)
    with pytest.raises(retention.NeedsAReason):
        retention.erase(case=row.case, reason="ok", by=priya.reader, at=world.moment)
    noor, teo = world.noor.account.pk, world.teo.account.pk
    retention.erase(case=row.case, reason=reason, by=priya.reader, at=world.moment)

    # Teo agreed to nothing for himself: his account is closed, and nothing in it says whose it was.
    gone, kept_open = Account.objects.get(pk=teo), Account.objects.get(pk=noor)
    assert (gone.is_active, gone.name, gone.email) == (False, "", f"{teo}@erased.invalid")
    assert not reader_for(gone, world.moment).all_edges
    assert kept_open.is_active
    assert reader_for(kept_open, world.moment).roles == {"concerned"}
    sam = Person.objects.unscoped("a test").get(pk=world.sam.pk)
    assert (sam.name, sam.birth_year, sam.age_band) == ("", None, "")
    concern = Concern.objects.unscoped("a test").get(case=world.case)
    assert (concern.words, concern.answers, concern.contact, concern.contact_hash) == ("",) * 4
    case = Case.objects.unscoped("a test").get(pk=world.case.pk)
    assert (case.facts, case.legal_reason, case.needs) == ("", "", [])
    contacts = ContactPoint.objects.unscoped("a test").filter(person=sam)
    assert all(each.value == "" for each in contacts)
    assert SafetyCheck.objects.unscoped("a test").count() == checks
    assert Alert.objects.unscoped("a test").count() == alerts
    # Noor agreed to something for herself: her name and her own record are hers.
    assert (
        Person.objects.unscoped("a test").get(pk=world.noor.person.pk).name
        == world.noor.person.name
    )
    kept = Erasure.objects.unscoped("a test").get()
    assert (kept.reason, kept.code) == (reason, world.circle.code)
    assert retention.due(seen_by=priya.reader, at=world.moment) == []
    assert not {"case_erase", "case_ran_out"} & set(kinds(world))
    with pytest.raises(retention.NotDue):
        retention.erase(case=row.case, reason=reason, by=priya.reader, at=world.moment)


def test_the_office_shows_codes_and_counts_and_erases(world: World, signed_in: Any) -> None:
    priya = world.staff("Priya Shah", "Privacy officer", "privacy")
    world.at(NOON + 91 * DAY)
    retention.run_out_due(at=world.moment)
    from alongside.records import clock

    with clock.installed(lambda: NOON + 122 * DAY):
        browser = signed_in(priya)
        page = browser.get("/office/kept/").content.decode()
        assert world.circle.code in page
        assert "Sam" not in page
        assert "Due now" in page
        where = f"/office/kept/{world.case.pk}/erase/"
        assert browser.post(where, {"reason": "no"}).status_code == 400
        assert browser.post(where, {"reason": "Its day has come."}).status_code == 302
        assert world.circle.code not in browser.get("/office/kept/").content.decode()
        assert browser.post(where, {"reason": "Its day has come."}).status_code == 404


def test_every_kind_of_record_with_words_goes_unless_it_is_named_and_never_the_minimum(
    world: World,
) -> None:
    """5.1: a kind of record that comes later goes by itself; only what is named here stays."""
    kinds = {model.__name__ for model in retention.holding_words()}
    assert kinds >= retention.MINIMUM | retention.FRAME | {"Letter", "OwnView", "RightsRequest"}
    rows = retention._records([world.circle.pk])
    gone = {each.model.__name__ for each in rows} | {each.__name__ for each in retention.BY_NAME}
    assert kinds - gone == retention.MINIMUM


def test_words_about_the_person_go_and_words_of_whom_was_helped_stay(
    world: World, craft: Course
) -> None:
    session = care.held(world, craft)
    delivery.set_homework(
        session=session, about=world.noor.person, task="A walk", by=world.asha.reader, at=NOON
    )
    plans.set_goal(
        plan=craft.plan, about=world.sam, kind="behaving", words="He goes out",
        levels=care.LEVELS, by=world.asha.reader, at=NOON,
    )  # fmt: skip
    care.give_consent(world, world.sam, "c_treatment")  # said, and then never came in
    circle = [world.circle.pk]
    assert set(retention._own(circle)) == {world.noor.person.pk}
    with writing():
        for rows in retention._records(circle):
            retention._blank(rows)
    assert [row.words for row in Goal.objects.unscoped("a test").filter(about=world.sam)] == [""]
    (task,) = Homework.objects.unscoped("a test").filter(circle=world.circle)
    assert task.task == "A walk"


IN_CLEAR: dict[Any, dict[str, Any]] = {
    Person: {"birth_year": 1990, "age_band": "26_64", "sex": "male"},
    ContactPoint: {"value_hash": "a1"},
    Concern: {"about_age_band": "26_64", "relation": "sister", "contact_hash": "a1"},
    Case: {"needs": ["psychosis"]},
    Response: {
        "answers": {"item_1": 7},
        "scores": {"total": 7},
        "scores_exact": {"total": "7"},
        "missing": ["item_2"],
        "band": "severe",
        "result": "high",
        "details": {"form_version": "8b"},
        "caseness": True,
        "caseness_rule": "from_5",
    },
    Booking: {"cancelled_because": "He drank", "persons": ["a1"]},
    Consent: {"to_whom": "Dr Lee", "parts": ["letters"]},
}


def test_what_stands_in_clear_goes_with_the_words(world: World) -> None:
    """5.1: an age, a score, a hash or a reason tells as much of somebody as a sentence does."""
    people.add_contact(
        person=world.sam, circle=world.circle, channel="email", value="sam@example.org",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    care.answer(world, world.sam, "nrs_mood", {"item_1": 7})
    care.booked(world, NOON.replace(tzinfo=None) + DAY, persons=[world.sam])
    care.give_consent(world, world.sam, "c_treatment")
    about_sam = {Person: "pk", ContactPoint: "person", Response: "about", Consent: "person"}

    def rows(model: Any) -> Any:
        here = {about_sam[model]: world.sam.pk} if model in about_sam else {"circle": world.circle}
        return model.objects.unscoped("a test").filter(**here)

    with writing():
        for model, said in IN_CLEAR.items():
            assert rows(model).update(**said) >= 1, model
        circle = [world.circle.pk]
        for found in [*retention._records(circle), *retention._goes(circle).values()]:
            retention._blank(found)
    for model, said in IN_CLEAR.items():
        for row in rows(model).values(*said):
            assert not any(row.values()), (model, row)
