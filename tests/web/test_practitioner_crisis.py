"""The crisis board: who sees it, what each press does, and that it works without script."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from alongside.crisis import actions, escalation, queries
from alongside.crisis.models import Alert
from alongside.engine.risk import RiskFinding
from alongside.notify import actions as notify
from alongside.notify import dispatcher
from alongside.people import actions as people
from alongside.people.models import Essentials
from alongside.people.queries import contacts_of
from alongside.tasks.models import Task
from tests.conftest import NOON
from tests.fakes.transports import Recording, Refusing


def danger(world, answer="yes", **more):
    (alert,) = actions.take_worry(
        service=world.service,
        path="today",
        question="badly_hurt",
        answer=answer,
        submission=uuid4().hex,
        concern_id=uuid4(),
        by=world.system,
        at=NOON,
        **more,
    ).alerts
    return alert


def fresh(alert) -> Alert:
    return Alert.objects.unscoped("a test").get(pk=alert.pk)


def url(name, alert, *more):
    return reverse(f"practitioner:{name}", args=[alert.pk, *more])


@pytest.fixture
def hana_in(world, signed_in):
    return signed_in(world.hana)


BOARD = "/work/crisis/"


def test_the_board_shows_open_alerts_with_their_clock_and_steps(world, hana_in):
    danger(world)
    page = hana_in.get(BOARD).content.decode()
    assert "Someone who left no number: “Yes”" in page
    assert "B · very urgent" in page
    assert "Hana Kobayashi" in page
    assert "duty clinician" in page
    assert "5:00" in page


def test_an_empty_board_says_so(world, hana_in):
    assert "Nothing is open." in hana_in.get(BOARD).content.decode()


def test_i_have_this_is_a_press_and_then_it_is_theirs_and_still_open(world, hana_in):
    alert = danger(world)
    assert hana_in.get(url("alert-take", alert)).status_code == 405
    answer = hana_in.post(url("alert-take", alert), follow=True)
    assert "You have this since" in answer.content.decode()
    assert fresh(alert).acknowledged_by == world.hana.account
    assert "Hana Kobayashi has this" in hana_in.get(BOARD).content.decode()


def test_the_second_one_reads_who_has_it(world, hana_in, signed_in):
    alert = danger(world)
    hana_in.post(url("alert-take", alert))
    answer = signed_in(world.asha).post(url("alert-take", alert), follow=True)
    assert "Hana Kobayashi took this at" in answer.content.decode()


def test_a_contact_is_kept_and_shown(world, hana_in):
    alert = danger(world)
    hana_in.post(
        url("alert-contact", alert), {"method": "phone", "reached": "no", "note": "No answer."}
    )
    page = hana_in.get(url("alert", alert)).content.decode()
    assert "No answer." in page
    assert "not reached" in page
    assert fresh(alert).state == "engaged"


@pytest.mark.parametrize(
    "sent",
    [{}, {"method": "telepathy", "reached": "no"}, {"method": "note", "reached": "no", "note": ""}],
)
def test_a_contact_that_makes_no_sense_is_sent_back_with_words(world, hana_in, sent):
    alert = danger(world)
    answer = hana_in.post(url("alert-contact", alert), sent)
    assert answer.status_code == 400
    assert "Error:" in answer.content.decode()
    assert fresh(alert).engaged_at is None


def test_closing_asks_for_the_fields_of_the_outcome(world, hana_in):
    alert = danger(world)
    where = url("alert-close", alert, "raised_in_error")
    assert "A named clinician answers for this." in hana_in.get(where).content.decode()
    answer = hana_in.post(where, {"named_person": "Hana", "reason": " "})
    assert answer.status_code == 400
    assert fresh(alert).state != "closed"
    asks = f'hx-get="{url("alert", alert)}"'
    assert asks in hana_in.get(url("alert", alert)).content.decode()
    hana_in.post(where, {"named_person": "Hana", "reason": "A slip of the finger."})
    assert fresh(alert).outcome == "raised_in_error"
    assert asks not in hana_in.get(url("alert", alert)).content.decode()  # it asks no more


def test_what_was_written_to_close_is_read_by_the_second_person_and_for_ever(
    world, hana_in, signed_in
):
    alert = danger(world)
    where = url("alert-close", alert, "handed_over")
    given = {
        "handed_to": "The crisis team",
        "accepted_at": "2026-03-02T11:50",
        "triage_code": "C",
        "assessment_note": "No intent now.",
        "safety_plan_or_transfer": "transfer",
        "means_safety": "none_needed",
        "means_safety_note": "Nothing at home.",
        "next_contact_at": "2026-03-03T10:00",
        "named_person": "Hana",
    }
    past = hana_in.post(where, given | {"next_contact_at": "2020-01-01T10:00"})
    assert "This is in the past. Say when you speak next." in past.content.decode()
    ahead = hana_in.post(where, given | {"accepted_at": "2026-03-03T10:00"})
    assert "This is still to come. Say when it was." in ahead.content.decode()
    hana_in.post(where, given)
    asha_in = signed_in(world.asha)
    page = asha_in.get(url("alert", alert)).content.decode()
    assert "I looked again, and agree" in page
    for said in (
        "<dd>The crisis team</dd>",
        "<dd>C · urgent</dd>",
        "<dd>Transfer</dd>",
        "No intent",
    ):
        assert said in page
    actions.reopen(alert=fresh(alert), because="danger_again", by=world.system, at=NOON)
    assert fresh(alert).outcome_note == ""
    asha_in.post(url("alert-level", alert), {"level": "C", "reason": "No plan, asked twice."})
    page = asha_in.get(url("alert", alert)).content.decode()
    assert "What was written to close it" in page
    assert "What you found: No intent now." in page
    assert "B → C: No plan, asked twice." in page


def test_who_is_no_clinician_reads_for_whom_an_ending_is(world, signed_in):
    alert = danger(world, "yes")
    (alert,) = actions.raise_alerts(
        findings=[RiskFinding("phq9_self_harm@1", "A", "seen", None)],
        concern=alert.concern, by=world.system, at=NOON,
    )  # fmt: skip
    grace = signed_in(world.grace)
    where = url("alert-close", alert, "deceased")
    page = grace.get(url("alert", alert)).content.decode()
    assert "Only a clinician closes it so" in page
    assert where not in page
    assert url("alert-close", alert, "handed_over") in page
    assert "<textarea" not in grace.get(where).content.decode()
    answer = grace.post(where, {"named_person": "Grace", "reason": "Told by the police."})
    assert answer.status_code == 400
    assert "Only a clinician closes it so" in answer.content.decode()
    assert fresh(alert).outcome == ""


def test_an_outcome_that_is_not_listed_is_not_there(world, hana_in):
    assert hana_in.get(url("alert-close", danger(world), "resolved")).status_code == 404


def test_no_way_to_reach_is_one_press_where_nobody_left_a_number(world, hana_in):
    alert = danger(world)
    assert "Close: no way to reach" in hana_in.get(BOARD).content.decode()
    hana_in.post(url("alert-no-way", alert))
    assert fresh(alert).outcome == "no_way_to_reach"
    page = hana_in.get(BOARD).content.decode()
    assert "Nothing is open." in page
    assert "by Hana Kobayashi" in page


def test_a_second_person_finds_what_to_look_at_again(world, hana_in, signed_in):
    alert = danger(world)
    hana_in.post(url("alert-no-way", alert))
    assert "A second person looks again" not in hana_in.get(BOARD).content.decode()
    asha_in = signed_in(world.asha)
    assert "A second person looks again" in asha_in.get(BOARD).content.decode()
    asha_in.post(url("alert-confirm", alert))
    assert fresh(alert).close_confirmed_by == world.asha.account


@pytest.mark.parametrize("name", ["alert", "alert-take", "alert-contact", "alert-no-way"])
def test_the_alert_of_another_circle_is_not_found(world, signed_in, name):
    (alert,) = actions.raise_alerts(
        findings=[RiskFinding("phq9_self_harm@1", "C", "item_9 = 2, at least 1", "item_9")],
        circle=world.circle,
        about=world.sam,
        by=world.system,
        at=NOON,
    )
    client = signed_in(world.bo)
    send = client.get if name == "alert" else client.post
    missing = send(reverse(f"practitioner:{name}", args=[uuid4()]))
    answer = send(url(name, alert))
    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content
    assert fresh(alert).acknowledged_at is None


def test_an_alert_from_an_instrument_names_the_form_and_the_question(world, signed_in):
    actions.raise_alerts(
        findings=[RiskFinding("phq9_self_harm@1", "C", "item_9 = 2, at least 1", "item_9")],
        circle=world.circle,
        about=world.sam,
        by=world.system,
        at=NOON,
    )
    page = signed_in(world.asha).get(BOARD).content.decode()
    assert "question 9: answered 2" in page
    assert "Sam" in page


def test_the_board_asks_the_database_a_fixed_number_of_questions(
    world, hana_in, django_assert_max_num_queries
):
    for _ in range(6):
        danger(world)
    hana_in.get(BOARD)
    with django_assert_max_num_queries(60):
        hana_in.get(BOARD)


def test_many_of_one_source_stand_together_and_one_press_takes_what_stood_there(world, hana_in):
    there = [danger(world) for _ in range(4)]
    page = hana_in.get(BOARD).content.decode()
    assert "3 more from the same source. Nobody has them yet." in page
    assert all(str(each.pk) in page for each in there)
    late = danger(world)  # came while the page stood open: nobody saw it, so nobody has it
    sent = {"alert": [*(str(each.pk) for each in there), "nonsense", str(uuid4())]}
    answer = hana_in.post(f"{BOARD}take/", sent, follow=True)
    assert "You have 4 of them since" in answer.content.decode()
    assert {fresh(each).acknowledged_by_id for each in there} == {world.hana.account.pk}
    assert fresh(late).acknowledged_at is None


def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(world, hana_in, at):
    from datetime import timedelta

    hana_in.get(BOARD)
    for minutes in (5, 10, 14):
        at(NOON + timedelta(minutes=minutes))
        hana_in.get(BOARD, headers={"Alongside-Poll": "1"})
        hana_in.get(f"{BOARD}?poll=1")
    at(NOON + timedelta(minutes=16))
    assert hana_in.get(BOARD).status_code == 302


def test_a_colleague_raises_an_alert_for_a_case_or_a_place(world, hana_in, signed_in):
    asha_in = signed_in(world.asha)
    page = asha_in.get("/work/crisis/raise/").content.decode()
    assert 'href="tel:999"' in page
    sent = {"level": "B", "seen": "He said goodbye to the children.", "case": str(world.case.pk)}
    answer = asha_in.post("/work/crisis/raise/", sent, follow=True)
    assert "Raised at" in answer.content.decode()
    alert = Alert.objects.unscoped("a test").get()
    assert (alert.level, alert.circle, alert.about) == ("B", world.circle, world.sam)
    assert "“He said goodbye to the children.”" in hana_in.get(BOARD).content.decode()
    where = {"level": "C", "seen": "Somebody shouts for help.", "place": "Waiting room"}
    asha_in.post("/work/crisis/raise/", where)
    assert Alert.objects.unscoped("a test").filter(place="Waiting room").exists()
    assert "Waiting room" in hana_in.get(BOARD).content.decode()


@pytest.mark.parametrize(
    "sent",
    [
        {"level": "B", "seen": " ", "place": "Here"},
        {"level": "B", "seen": "Somebody shouts."},
        {"level": "Z", "seen": "Somebody shouts.", "place": "Here"},
        {"level": "B", "seen": "Somebody shouts.", "case": str(uuid4())},
    ],
)
def test_an_alert_that_says_too_little_is_sent_back(world, signed_in, sent):
    assert signed_in(world.asha).post("/work/crisis/raise/", sent).status_code == 400
    assert not Alert.objects.unscoped("a test").exists()


def test_nobody_raises_an_alert_in_a_circle_they_do_not_work_with(world, signed_in):
    sent = {"level": "B", "seen": "A rumour.", "case": str(world.case.pk)}
    assert signed_in(world.bo).post("/work/crisis/raise/", sent).status_code in {404, 400}
    assert not Alert.objects.unscoped("a test").exists()


def test_the_board_says_when_messages_only_become_files(world, hana_in, settings):
    settings.SMTP_URL = ""
    assert "Messages are only written to files here." in hana_in.get(BOARD).content.decode()
    settings.SMTP_URL = "smtp://127.0.0.1:2525"
    assert "only written to files" not in hana_in.get(BOARD).content.decode()


def test_the_board_says_when_messages_about_its_alerts_do_not_go_out(world, hana_in):
    alert = danger(world)
    notify.beat(name="a dispatcher", at=NOON)
    assert dispatcher.send_next(transport=Refusing(), at=NOON, about=f"alert:{alert.pk}")
    page = hana_in.get(BOARD).content.decode()
    assert "One message about danger could not be sent yet." in page
    assert "Messages go out." not in page
    dispatcher.send_due(transport=Recording(), at=NOON + timedelta(seconds=2))
    assert "could not be sent yet" not in hana_in.get(BOARD).content.decode()


@pytest.mark.parametrize(("method", "reached"), [("phone", True), ("note", False)])
def test_what_happened_calls_no_talk_and_no_note_a_try(world, hana_in, method, reached):
    alert = danger(world)
    hana_in.post(url("alert-take", alert))
    by = world.hana.reader
    actions.record_contact(
        alert=alert, method=method, reached=reached, note="All calm.", by=by, at=NOON
    )
    page = hana_in.get(url("alert", alert)).content.decode()
    assert "Tried to reach them" not in page
    assert "Contact or note" in page


def test_whoever_has_an_alert_calls_from_the_board_and_writes_it_down_with_one_press(
    world, hana_in
):
    alert = danger(world)
    actions.leave_number(
        concern_id=alert.concern_id,
        number="+44 7700 900123",
        submission=uuid4().hex,
        by=world.system,
        at=NOON,
    )
    assert "Say that you have it. Then call." in hana_in.get(BOARD).content.decode()
    hana_in.post(url("alert-take", alert))
    page = hana_in.get(BOARD).content.decode()
    assert 'href="tel:+447700900123"' in page
    assert "A contact or note is due by" in page
    for _twice in range(2):
        hana_in.post(url("alert-contact", alert), {"touch": "phone:no"})
    (row,) = queries.contacts(alert, seen_by=world.hana.reader)
    assert (row.method, row.reached) == ("phone", False)
    unreached = "Nobody has reached them yet. Try again"
    assert unreached in hana_in.get(BOARD).content.decode()
    hana_in.post(url("alert-contact", alert), {"touch": "phone:yes"})
    assert queries.contacts(alert, seen_by=world.hana.reader).count() == 2
    assert unreached not in hana_in.get(BOARD).content.decode()
    assert "Ask, step by step" in hana_in.get(BOARD).content.decode()
    assert hana_in.post(url("alert-contact", alert), {"touch": "smoke:yes"}).status_code == 400


def test_the_page_of_an_alert_says_what_to_say_who_was_told_and_what_is_known(world, signed_in):
    (alert,) = actions.raise_alerts(
        findings=[RiskFinding("phq9_self_harm@1", "B", "item_9 = 2, at least 1", "item_9")],
        circle=world.circle,
        about=world.sam,
        by=world.system,
        at=NOON,
    )
    page = signed_in(world.hana).get(url("alert", alert)).content.decode()
    assert "Are you thinking of killing yourself?" in page
    assert "what’s your name, and how old are you?" in page
    assert "<dt>Age</dt>" in page
    assert "e-mail waits since" in page
    assert "Noor" in page
    assert 'href="tel:999"' in page


def test_a_supervisor_who_takes_an_alert_reads_how_to_call_them_until_an_hour_after(
    world, signed_in, at
):
    people.add_contact(
        person=world.sam,
        circle=world.circle,
        value="+447700900199",
        channel="phone",
        by=world.asha.reader,
        at=NOON,
    )
    (alert,) = actions.raise_alerts(
        findings=[RiskFinding("phq9_self_harm@1", "C", "item_9 = 1, at least 1", "item_9")],
        circle=world.circle,
        about=world.sam,
        by=world.system,
        at=NOON,
    )
    number, none = "tel:+447700900199", "Nothing here says how to reach them."
    page = signed_in(world.ifeoma).get(url("alert", alert)).content.decode()
    assert none in page
    assert number not in page
    signed_in(world.ifeoma).post(url("alert-take", alert))
    page = signed_in(world.ifeoma).get(url("alert", alert)).content.decode()
    assert number in page
    assert none not in page
    actions.close_alert(
        alert=fresh(alert),
        outcome="emergency_services",
        fields={"named_person": "Ifeoma", "called_at": "2026-03-02 11:50", "assessment_note": "x"},
        by=world.ifeoma.reader,
        at=NOON,
    )
    at(later := NOON + timedelta(hours=2))
    world.at(later)
    escalation.tidy_once(at=later)
    assert not contacts_of(world.sam.pk, seen_by=world.ifeoma.reader)


def test_on_call_reads_where_to_send_an_ambulance_and_what_it_must_know(world, signed_in):
    lead, page = signed_in(world.asha), f"/work/cases/{world.case.pk}/safety/help/"
    assert "Nothing is written down yet" in lead.get(page.replace("help/", "")).content.decode()
    given = {"version": "0", "address": "4 Mill Lane, back door", "medicines": "Lithium 400 mg"}
    assert lead.post(page, given).status_code == 302
    late = lead.post(page, given | {"address": "Their mother’s"})
    assert late.status_code == 409
    assert all(each in late.content.decode() for each in ("4 Mill Lane", "Their mother’s"))
    put_right = given | {"version": "1", "allergies": "Penicillin", "address": "Their mother’s"}
    assert lead.post(page, put_right).status_code == 302
    rows = Essentials.objects.unscoped("a test").order_by("version")
    assert [(each.address, each.ended_at is None) for each in rows] == [
        ("4 Mill Lane, back door", False),
        ("Their mother’s", True),
    ]

    (alert,) = actions.raise_alerts(
        findings=[RiskFinding("phq9_self_harm@1", "B", "item_9 = 2, at least 1", "item_9")],
        circle=world.circle,
        about=world.sam,
        by=world.system,
        at=NOON,
    )
    shown = signed_in(world.hana).get(url("alert", alert)).content.decode()
    assert all(each in shown for each in ("Their mother’s", "Lithium 400 mg", "Penicillin"))
    assert "4 Mill Lane" not in shown
    assert signed_in(world.hana).get(page).status_code == 404
    assert signed_in(world.bo).get(page).status_code == 404


def test_sound_is_off_until_asked_for_and_is_kept_with_the_session_alone(world, hana_in):
    assert 'data-sound="off"' in hana_in.get(BOARD).content.decode()
    hana_in.post(f"{BOARD}sound/", {"sound": "on"})
    assert 'data-sound="on"' in hana_in.get(BOARD).content.decode()
    assert set(hana_in.cookies) <= {"s", "c", "sessionid", "csrftoken"}


def test_without_script_the_board_loads_itself_again_until_it_is_stopped(world, hana_in):
    again = '<meta http-equiv="refresh" content="30; url=?poll=1">'
    assert again in hana_in.get(BOARD).content.decode()
    assert again not in hana_in.get(f"{BOARD}?still=1").content.decode()


def test_a_second_look_is_asked_only_of_who_can_look_and_ends_by_looking(world, signed_in, at):
    at(NOON)
    alert = danger(world)
    actions.close_alert(alert=alert, outcome="no_way_to_reach", by=world.asha.reader, at=NOON)
    waits, hana = "A closed alert waits for a second look", signed_in(world.hana)
    page = hana.get("/work/").content.decode()
    assert waits in page
    assert "/done/" not in page
    assert waits not in signed_in(world.asha).get("/work/").content.decode()
    task = Task.objects.unscoped("a test").get(kind="confirm_close")
    said = hana.post(f"/work/tasks/{task.pk}/done/", follow=True).content.decode()
    assert "not by ticking it off" in said
    assert waits in said
    at(NOON + timedelta(hours=2))
    hana = signed_in(world.hana)
    assert hana.get(url("alert", alert)).status_code == 404
    assert waits not in hana.get("/work/").content.decode()
    late = "A closed alert waits too long for a second person"
    assert late not in signed_in(world.grace).get("/office/").content.decode()
    at(NOON + timedelta(hours=25))
    assert late in signed_in(world.grace).get("/office/").content.decode()
