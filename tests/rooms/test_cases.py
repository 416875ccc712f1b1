"""From a concern to a case, what was decided, and the end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from alongside import catalogue
from alongside.access import actions as access
from alongside.cases import actions, queries, reporting, rules
from alongside.cases.models import Case
from alongside.consent import actions as consent
from alongside.crisis import private_check, triage
from alongside.crisis.models import Alert
from alongside.notify.models import Message
from alongside.people import actions as people_actions
from alongside.people import queries as people
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.registry import guards
from alongside.tasks import queries as tasks
from tests.conftest import NOON
from tests.factories import Cast, World

TODAY = NOON.date()


def fresh(world: World) -> Case:
    found: Case = queries.cases(seen_by=world.asha.reader).get(pk=world.case.pk)
    return found


# -- triage ------------------------------------------------------------------------------------


def test_a_case_holds_the_least_that_will_do(world: World) -> None:
    case = fresh(world)
    assert (case.state, case.legal_basis) == ("preparing", "public_task_care")
    assert (case.circle.focus.name, case.circle.focus.age_band) == ("Sam", "26_64")
    assert case.circle.focus.birth_year is None
    assert (
        case.review_by
        == (case.opened_at + timedelta(days=catalogue.current().retention.close_after_days)).date()
    )
    assert case.disclosed_at is None


def test_who_opens_a_case_leads_it_and_nobody_else_sees_it(world: World) -> None:
    assert queries.cases(seen_by=world.asha.through("practitioner")).count() == 1
    for other in (world.bo, world.hana):
        assert not queries.cases(seen_by=other.reader).exists()


def test_the_reporter_joins_the_circle_and_reads_their_own_words(world: World, noor: Cast) -> None:
    member = people.members(seen_by=world.asha.reader).get(pk=noor.member.pk)
    assert (member.relation, member.roles) == ("sister", ["reporter"])
    own = queries.own_concerns(seen_by=noor.reader).get()
    assert own.words.startswith("My brother drinks")
    assert not queries.concerns(seen_by=world.teo.reader).exists()


def test_the_person_sees_nothing_before_they_were_told(world: World) -> None:
    sam = world.engage_sam()
    Case._base_manager.filter(pk=world.case.pk).update(disclosed_at=None, engaged_at=None)
    assert not queries.cases(seen_by=sam.reader).exists()
    assert not queries.concerns(seen_by=sam.reader).exists()
    Case._base_manager.filter(pk=world.case.pk).update(disclosed_at=NOON)
    assert queries.cases(seen_by=sam.reader).count() == 1
    assert not queries.concerns(seen_by=sam.reader).exists()  # never who said what


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"legal_basis": "because"}, actions.UnknownBasis),
        ({"legal_basis": "explicit_consent"}, actions.UnknownBasis),
        ({"legal_basis": "serious_threat"}, actions.UnknownBasis),
        ({"legal_reason": "yes"}, actions.NeedsAReason),
        ({"review_by": TODAY + timedelta(days=91)}, actions.BadDate),
        ({"review_by": TODAY}, actions.BadDate),
        ({"ends_on": TODAY + timedelta(days=366)}, actions.BadDate),
        ({"needs": ["world_peace"]}, actions.UnknownWord),
    ],
)
def test_a_case_that_cannot_stand_is_refused(
    house: World, more: dict[str, Any], refusal: type[Exception]
) -> None:
    concern = house.worry()
    with pytest.raises(refusal):
        house.open_case(concern, **more)
    assert queries.to_triage(seen_by=house.asha.reader).count() == 1
    assert not queries.cases(seen_by=house.asha.reader).exists()


def test_a_reporter_without_a_name_cannot_join(house: World) -> None:
    concern = house.worry(contact_name="", contact="")
    with pytest.raises(actions.NoContactLeft):
        house.open_case(concern)
    assert house.open_case(concern, reporter_joins=False).reporter is None


def test_a_concern_becomes_one_case_only(house: World) -> None:
    concern = house.worry()
    again = queries.concerns(seen_by=house.asha.reader).get(pk=concern.pk)
    house.open_case(concern)
    with pytest.raises((StaleVersion, actions.NotToTriage, NotAllowed)):
        house.open_case(again)
    assert queries.cases(seen_by=house.asha.reader).count() == 1


def test_alerts_of_the_concern_gain_the_circle_in_the_same_step(house: World) -> None:
    concern = house.worry(answer="unsure")
    opened = house.open_case(concern)
    alert = Alert.objects.visible_to(house.asha.reader).get(concern=concern)
    assert (alert.circle_id, alert.about_id) == (opened.circle.pk, opened.circle.focus_id)


def test_a_case_opens_for_a_reader_who_came_in_a_moment_before(house: World) -> None:
    concern = house.worry()
    reader = house.asha.reader
    house.at(house.moment + timedelta(milliseconds=3))
    opened = triage.open_case(
        concern=concern,
        service=house.service,
        legal_basis="public_task_care",
        legal_reason="The family asked this public service for help with care.",
        reporter_joins=True,
        by=reader,
        at=house.moment,
    )
    assert opened.reporter is not None


def test_a_practitioner_without_intake_duty_opens_nothing(house: World) -> None:
    concern = house.worry()
    with pytest.raises(NotAllowed):
        house.open_case(concern, by=house.bo)
    assert not queries.to_triage(seen_by=house.bo.reader).exists()


def test_opening_finishes_the_task_of_the_concern_and_makes_one_to_tell(world: World) -> None:
    kinds = {task.kind for task in tasks.mine(seen_by=world.asha.reader)}
    assert kinds == {"tell_the_person"}


def test_a_concern_that_was_sent_on_cannot_become_a_case(house: World) -> None:
    concern = house.worry()
    actions.refer_on(
        concern=concern,
        to="Children's services",
        why="It is about a child; they are the right people.",
        by=house.asha.reader,
        at=NOON,
    )
    kept = queries.concerns(seen_by=house.asha.reader).get(pk=concern.pk)
    assert (kept.state, kept.ended_because.splitlines()[0]) == (
        "referred_on",
        "Children's services",
    )
    with pytest.raises(actions.NotToTriage):
        house.open_case(kept)


def test_withdrawing_a_concern_leaves_its_alert_open(house: World) -> None:
    concern = house.worry(answer="yes")
    actions.withdraw(
        concern=concern, why="She called and said it was a mistake.", by=house.asha.reader, at=NOON
    )
    alert = Alert.objects.visible_to(house.hana.reader).get(concern=concern)
    assert alert.closed_at is None


# -- doubles -----------------------------------------------------------------------------------


def test_doubles_are_found_by_contact_or_by_alias_and_age(house: World) -> None:
    first = house.worry()
    same_contact = house.worry(alias="My brother", contact="NOOR@example.org")
    same_person = house.worry(alias="sam", contact="teo@example.org", relation="friend")
    house.worry(alias="Sam", age_band="under_18", contact="rae@example.org")
    found = queries.doubles(first, seen_by=house.asha.reader, at=NOON)
    assert {(d.concern.pk, d.same_contact, d.same_person) for d in found} == {
        (same_contact.pk, True, False),
        (same_person.pk, False, True),
    }


def test_doubles_end_after_90_days_and_at_what_the_reader_may_read(house: World) -> None:
    first = house.worry()
    house.worry()
    later = NOON + timedelta(days=catalogue.current().retention.doubles_days + 1)
    assert len(queries.doubles(first, seen_by=house.asha.reader, at=NOON)) == 1
    assert queries.doubles(first, seen_by=house.asha.reader, at=later) == []
    assert queries.doubles(first, seen_by=house.bo.reader, at=NOON) == []


def counts(house: World, concern: Any, who: Cast | None = None) -> reporting.Counts:
    return reporting.shown_to(concern, seen_by=(who or house.asha).reader, at=NOON)


def test_many_reports_by_one_contact_wait_for_the_privacy_officer_and_danger_never_does(
    house: World, signed_in: Any
) -> None:
    """M1, M2: numbers alone; nobody is called before the answer; the look ends with words."""
    priya = house.staff("Priya Shah", "Privacy officer", "privacy")
    for alias in ("Ann", "Ben", "Cy"):
        concern = house.worry(alias=alias)
        assert (reporting.review_of(concern) is None) == (alias != "Cy")
    assert counts(house, concern).by_contact == 3
    assert counts(house, concern, house.bo) == reporting.Counts()
    again = house.worry(alias=" cy ")
    assert (counts(house, again).same, counts(house, again).about) == (2, 2)
    with pytest.raises(reporting.LookedAtFirst):
        house.open_case(concern)
    office, desk = signed_in(priya), signed_in(house.asha)
    review = reporting.review_of(concern)
    assert review is not None
    page = f"/office/reports/{review.pk}/"
    assert page in office.get("/office/reports/").content.decode()
    assert "drinks every day" not in office.get(page).content.decode()
    assert desk.get(page).status_code == 404
    said = {"answer": "go_on", "words": "Three siblings, one worried sister. Hear them."}
    assert office.post(page, {**said, "words": "ok"}).status_code == 400
    assert office.post(page, said).status_code == 302
    assert "Three siblings" in desk.get(f"/work/concerns/{concern.pk}/").content.decode()
    assert (
        not tasks.open_tasks(seen_by=house.system)
        .filter(about=f"concern:{concern.pk}")
        .filter(kind="many_reports")
    )
    assert house.open_case(concern, reporter_joins=False).case.pk
    late = house.worry(alias="Dee", answer="yes")
    assert house.open_case(late, reporter_joins=False).case.pk


def test_a_report_by_whom_a_case_is_about_has_both_looked_at(world: World) -> None:
    """M2: the concerned other may be the danger; who leads the first case thinks again."""
    people_actions.add_contact(
        person=world.sam, circle=world.circle, channel="email", value="sam@example.org",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    back = world.worry(alias="My sister", relation="brother", contact="SAM@example.org")
    assert counts(world, back).turned
    looks = {row.concern_id: row.turned for row in reporting.reviews(seen_by=world.system)}
    assert looks == {back.pk: True, world.concern.pk: False}
    (task,) = tasks.open_tasks(seen_by=world.system).filter(kind="counter_report")
    assert (task.circle_id, task.for_role) == (world.circle.pk, "lead")


# -- decisions and steps -----------------------------------------------------------------------


def test_a_decision_keeps_what_was_shown_and_counts_as_a_step(world: World, asha: Cast) -> None:
    decision = actions.record_decision(
        circle=world.circle,
        kind="method",
        chosen="craft",
        about="protocol:craft@1",
        shown={"suggested": ["craft"]},
        reason="Noor has contact every day, and nobody else will come.",
        by=asha.reader,
        at=NOON,
    )
    assert queries.shown_of(decision) == {"suggested": ["craft"]}
    assert fresh(world).last_step_at == NOON
    assert fresh(world).review_by == (NOON + timedelta(days=90)).date()


@pytest.mark.parametrize(
    "wrong", [{"reason": "ok"}, {"kind": "magic"}, {"chosen": " "}, {"until": date(2020, 1, 1)}]
)
def test_a_decision_without_a_reason_or_a_known_kind_is_refused(
    world: World, asha: Cast, wrong: dict[str, Any]
) -> None:
    given: dict[str, Any] = {
        "kind": "release",
        "chosen": "released",
        "reason": "Dr Moyo has looked at it and signed.",
        **wrong,
    }
    with pytest.raises((actions.NeedsAReason, actions.UnknownWord, actions.BadDate)):
        actions.record_decision(circle=world.circle, by=asha.reader, at=NOON, **given)


def test_members_and_strangers_decide_nothing(world: World, noor: Cast, bo: Cast) -> None:
    for who in (noor, bo):
        with pytest.raises(NotAllowed):
            actions.record_decision(
                circle=world.circle,
                kind="method",
                chosen="craft",
                reason="Because I think that is right.",
                by=who.reader,
                at=NOON,
            )
        assert not queries.decisions(world.circle, seen_by=who.reader).exists()


def test_the_next_look_never_lies_after_the_end(world: World, asha: Cast) -> None:
    actions.touch(case=fresh(world), by=asha.reader, at=NOON + timedelta(days=150))
    assert fresh(world).review_by == fresh(world).ends_on


def test_prolonging_needs_a_reason_and_keeps_it(world: World, asha: Cast) -> None:
    case = fresh(world)
    with pytest.raises(actions.NeedsAReason):
        actions.prolong(
            case=case,
            ends_on=case.ends_on + timedelta(days=30),
            reason="later",
            version=case.version,
            by=asha.reader,
            at=NOON,
        )
    case = fresh(world)
    actions.prolong(
        case=case,
        ends_on=case.ends_on + timedelta(days=30),
        reason="Two modules are left and Noor wants to finish them.",
        version=case.version,
        by=asha.reader,
        at=NOON,
    )
    assert queries.decisions(world.circle, seen_by=asha.reader).first().kind == "prolong"


# -- the person, and the end -------------------------------------------------------------------


def test_disclosing_is_said_once_and_finishes_its_task(world: World, asha: Cast) -> None:
    case = fresh(world)
    actions.disclose(case=case, version=case.version, by=asha.reader, at=NOON)
    assert fresh(world).disclosed_at == NOON
    assert not tasks.mine(seen_by=asha.reader).filter(kind="tell_the_person").exists()
    with pytest.raises(actions.WrongState):
        actions.disclose(case=fresh(world), version=case.version, by=asha.reader, at=NOON)


def test_coming_in_makes_the_case_active_and_sends_a_page(world: World, asha: Cast) -> None:
    case = fresh(world)
    actions.engage_person(
        case=case,
        version=case.version,
        address="Sam@example.org",
        base_url="https://help.example.org",
        by=asha.reader,
        at=NOON,
    )
    assert (fresh(world).state, fresh(world).engaged_at, fresh(world).disclosed_at) == (
        "active",
        NOON,
        NOON,
    )
    message = Message.objects.unscoped("a test").get(person=world.sam)
    assert message.address == "sam@example.org"
    assert "https://help.example.org/l/" in message.body
    for secret in ("Sam", "Noor", "Asha", "drink", "Family help", "Alongside"):
        assert secret not in message.subject + message.body


def test_an_invitation_is_withheld_once_the_member_left(world: World, asha: Cast) -> None:
    actions.invite(
        member=world.teo.member,
        address="teo@example.org",
        base_url="https://help.example.org",
        by=asha.reader,
        at=NOON,
    )
    message = Message.objects.unscoped("a test").get(person=world.teo.person)
    assert guards.get(message.kind)(message, NOON)
    access.end_membership(member=world.teo.member, because="left", by=asha.reader, at=NOON)
    assert not guards.get(message.kind)(message, NOON)


def test_two_people_changing_a_case_do_not_undo_each_other(world: World, asha: Cast) -> None:
    first, second = fresh(world), fresh(world)
    actions.start_closing(case=first, version=first.version, by=asha.reader, at=NOON)
    with pytest.raises(StaleVersion) as refusal:
        actions.keep_facts(
            case=second, version=second.version, facts={}, needs=[], by=asha.reader, at=NOON
        )
    assert refusal.value.current.state == "closing"


def test_a_closed_case_has_a_word_and_words(world: World, asha: Cast) -> None:
    with pytest.raises(actions.UnknownWord):
        close(world, asha, outcome="cured")
    with pytest.raises(actions.NeedsAReason):
        close(world, asha, words="ok")
    close(world, asha)
    case = fresh(world)
    assert (case.state, case.outcome, case.closed_at) == ("closed", "transferred", NOON)
    with pytest.raises(actions.WrongState):
        close(world, asha)
    assert not queries.open_cases(seen_by=asha.reader).exists()


def close(world: World, by: Cast, **more: Any) -> Case:
    case = fresh(world)
    given = {"outcome": "transferred", "words": "The day programme took over on Monday.", **more}
    return actions.close_case(case=case, version=case.version, by=by.reader, at=NOON, **given)


# -- asked alone -------------------------------------------------------------------------------


def ask(world: World, who: Cast, **answers: str | None) -> Any:
    return private_check.answer(
        circle=world.circle, person=who.person, answers=answers, by=who.reader, at=NOON
    )


def test_a_quiet_private_check_holds_nothing_back(world: World, noor: Cast, asha: Cast) -> None:
    ask(world, noor, afraid="no", stopped=None, device="yes", hide="no")
    state = private_check.state_of(world.circle, seen_by=asha.reader)
    assert [m.word for m in state.members] == ["answered", "not_asked"]
    assert not state.is_frozen
    assert not private_check.is_frozen(world.circle.pk)


def test_a_yes_raises_an_alert_and_freezes_dates_until_it_is_resolved(
    world: World, teo: Cast, asha: Cast
) -> None:
    check = ask(world, teo, afraid="yes")
    assert private_check.is_frozen(world.circle.pk)
    alert = Alert.objects.visible_to(asha.reader).get(circle=world.circle, level="D")
    assert alert.rule == "private_check_afraid@1"
    private_check.resolve(
        check=check,
        reason="Spoke to Teo alone; he will not be in one room with Chidi.",
        by=asha.reader,
        at=NOON,
    )
    assert not private_check.is_frozen(world.circle.pk)
    with pytest.raises(private_check.NothingToResolve):
        private_check.resolve(check=check, reason="x" * 30, by=asha.reader, at=NOON)


def test_who_asks_to_be_hidden_is_hidden_at_once(world: World, teo: Cast, noor: Cast) -> None:
    ask(world, teo, hide="yes")
    seen = {m.person_id for m in people.live_members(world.circle, seen_by=noor.reader)}
    assert teo.person.pk not in seen


def test_nobody_reads_or_gives_anothers_answers(world: World, noor: Cast, teo: Cast) -> None:
    ask(world, teo, afraid="yes")
    assert private_check.own_check(teo.person.pk, seen_by=teo.reader) is not None
    assert private_check.own_check(teo.person.pk, seen_by=noor.reader) is None
    with pytest.raises(NotAllowed):
        private_check.answer(
            circle=world.circle,
            person=teo.person,
            answers={"afraid": "no"},
            by=noor.reader,
            at=NOON,
        )


def test_who_leads_elsewhere_writes_down_nobodys_answers_here(world: World, teo: Cast) -> None:
    other = world.open_case(world.worry(contact="ola@example.org", contact_name="Ola Berg"))
    for role, circle in (("lead", other.circle), ("therapist", world.circle)):
        access.grant(
            account=world.bo.account,
            role=role,
            circle=circle,
            reason="a test",
            by=world.asha.reader,
            at=world.moment,
        )
    assert {"lead", "therapist"} <= world.bo.reader.roles
    with pytest.raises(NotAllowed):
        private_check.answer(
            circle=world.circle,
            person=teo.person,
            answers={"afraid": "no"},
            by=world.bo.reader,
            at=NOON,
        )


def test_an_answer_that_is_none_is_refused_and_kept_nowhere(world: World, noor: Cast) -> None:
    with pytest.raises(private_check.UnknownAnswer):
        ask(world, noor, afraid="perhaps")
    assert private_check.own_check(noor.person.pk, seen_by=noor.reader) is None


@pytest.mark.parametrize(
    ("review", "end", "wrong"),
    [
        (TODAY + timedelta(days=90), TODAY + timedelta(days=180), ""),
        (TODAY + timedelta(days=90), TODAY + timedelta(days=60), "review_by"),
        (TODAY + timedelta(days=30), TODAY, "ends_on"),
    ],
)
def test_dates_of_a_case_fit_together(review: date, end: date, wrong: str) -> None:
    assert rules.dates_fit(TODAY, review, end) == wrong


def test_the_same_alias_is_the_same_however_it_is_written() -> None:
    assert rules.same_alias(" sam  O.", "Sam o.")
    assert not rules.same_alias("", "")
    assert not rules.same_alias("Sam", "Samuel")


def test_an_answer_of_the_person_or_of_who_left_holds_dates_back_too(
    world: World, teo: Cast, asha: Cast
) -> None:
    sam = world.engage_sam()
    ask(world, sam, afraid="yes")
    state = private_check.state_of(world.circle, seen_by=asha.reader)
    assert (state.is_frozen, [each.person for each in state.others]) == (True, [world.sam.pk])
    check = private_check.own_check(world.sam.pk, seen_by=sam.reader)
    assert check is not None
    private_check.resolve(check=check, reason="Spoke with Sam alone.", by=asha.reader, at=NOON)
    ask(world, teo, stopped="yes")
    access.end_membership(member=teo.member, because="left", by=teo.reader, at=NOON)
    state = private_check.state_of(world.circle, seen_by=asha.reader)
    assert state.is_frozen
    assert teo.person.pk in {each.person for each in state.others}


def test_words_of_a_relative_reach_the_therapist_once_released_to_nobody_outside(
    world: World,
) -> None:
    """Note 9 of the matrix: the person came in, and who said it agreed to pass it on."""
    world.engage_sam()
    access.grant(
        account=world.bo.account, role="therapist", circle=world.circle, reason="treats",
        by=world.system, at=world.moment,
    )  # fmt: skip

    def is_read() -> bool:
        return queries.concerns(seen_by=world.bo.reader).filter(pk=world.concern.pk).exists()

    assert not is_read()
    for to_whom, reads in (("Dr Smith", False), ("", True)):
        consent.give(
            circle=world.circle, person=world.noor.person, form="c_release", given_how="spoken",
            witness="Asha Raman", expires_on=(world.moment + timedelta(days=90)).date(),
            to_whom=to_whom, by=world.asha.reader, at=world.moment,
        )  # fmt: skip
        assert is_read() is reads, to_whom
    world.at(world.moment + timedelta(minutes=1))
    consent.refuse(
        circle=world.circle, person=world.noor.person, about="c_release",
        offered="Passing it on", by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    assert not is_read()
    assert not world.bo.reader.may("R", queries.concerns(seen_by=world.asha.reader).get())
