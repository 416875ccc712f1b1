"""The canary: a made-up danger answer goes the whole way, and its silence is seen by everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import checks

from alongside.cli.check import alerts_climb, messages_go_out, somebody_watches
from alongside.crisis import escalation
from alongside.notify import actions, canary, dispatcher, queries, rules
from alongside.notify.models import Attempt, Message
from alongside.records.models import AuditEvent
from alongside.web.parts.templatetags import watched
from tests.conftest import NOON
from tests.fakes.gateway import Gateway
from tests.fakes.monitor import SECRET, Monitor
from tests.fakes.transports import Recording

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def watching(settings):
    """A monitor is named; nobody listens there."""
    settings.WATCH = {"url": "http://127.0.0.1:9/", "secret": SECRET}
    watched.forget()
    yield settings
    watched.forget()


class Heard(Recording):
    channel = rules.WATCH


def sing(house, at=NOON):
    return canary.sing(by=house.system, at=at)


def kept() -> int:
    return queries.canaries().count()


def test_one_canary_a_minute_goes_through_the_outbox_and_is_about_nobody(house):
    message = sing(house)
    assert "phq9_self_harm@" in message.body
    assert (message.circle_id, message.person_id, message.account_id) == (None, None, None)
    assert sing(house, NOON + timedelta(seconds=59)) is None
    assert sing(house, NOON + MINUTE) is not None
    assert kept() == 2


def test_a_canary_leaves_no_word_in_the_trail_and_is_forgotten_after_an_hour(house, at):
    before = AuditEvent.objects.count()
    for minute in range(4):
        at(then := NOON + minute * MINUTE)
        sing(house, then)
        assert dispatcher.send_due(transport=Heard(), at=then) == 1
    assert AuditEvent.objects.count() == before
    later = NOON + timedelta(hours=2)
    sing(house, later)
    # The newest that was heard stays: it says since when there has been silence.
    assert kept() == 2
    assert queries.last_heard() == NOON + 3 * MINUTE
    assert Attempt.objects.unscoped("a test").filter(message__kind=rules.CANARY).count() == 1


def test_no_canary_when_the_danger_rule_finds_nothing(house, monkeypatch):
    monkeypatch.setattr(canary, "find_risk", lambda *rules, **given: ())
    assert sing(house) is None
    assert kept() == 0


def test_no_canary_while_nobody_tries_to_send_a_message_about_danger(house):
    message = actions.queue(
        key="one",
        kind="alert",
        institution=house.institution.pk,
        address="hana@example.org",
        subject="Please look now",
        body="Open your board.",
        life_critical=True,
        due_at=NOON,
        by=house.system,
        at=NOON,
    )
    assert sing(house, NOON + timedelta(seconds=30)) is not None
    assert sing(house, NOON + 2 * MINUTE) is None
    said = dispatcher.Said("refused", "550")
    actions.mark_failed(message=message, said=said, by=house.system, at=NOON + 2 * MINUTE)
    # It was tried: that the mail server says no is another alarm than a dead dispatcher.
    assert sing(house, NOON + 2 * MINUTE) is not None


def test_a_late_canary_is_withheld_and_counts_as_missed(house):
    message = sing(house)
    heard = Heard()
    dispatcher.send_due(transport=heard, at=NOON + MINUTE)
    assert heard.taken == []
    assert Message.objects.unscoped("a test").get(pk=message.pk).withheld_at == NOON + MINUTE


def test_only_the_monitors_signed_answer_counts_as_heard(house, settings, at):
    gateway = Gateway()
    gateway.open()
    at(canary_moment := NOON)
    with Monitor(gateway, every=60) as monitor:
        # One that says 200 to everything, such as a page in front of a dead monitor.
        settings.WATCH = {"url": gateway.url, "secret": SECRET}
        sing(house, canary_moment)
        (transport,) = canary.transports()
        dispatcher.send_due(transport=transport, at=NOON)
        assert queries.last_heard() is None
        # Another secret than the monitor's.
        settings.WATCH = {"url": monitor.url, "secret": SECRET[::-1]}
        (transport,) = canary.transports()
        dispatcher.send_due(transport=transport, at=NOON + timedelta(seconds=45))
        assert queries.last_heard() is None
    gateway.close()


def test_settings_of_a_monitor_that_cannot_be_used_stop_the_start(settings):
    def said() -> list[str]:
        return [each.msg for each in checks.run_checks() if each.id == "notify.E001"]

    assert said() == []
    settings.WATCH = {"url": "http://127.0.0.1:9/", "secret": "short"}
    assert "ALONGSIDE_WATCH_SECRET" in said()[0]
    settings.WATCH = {"url": "http://monitor.example.org/", "secret": SECRET}
    assert "without encryption" in said()[0]


def test_without_a_monitor_there_is_no_canary_and_check_warns(house, settings):
    settings.WATCH = {"url": "", "secret": ""}
    assert sing(house) is None
    (finding,) = somebody_watches()
    assert finding.grade == "warning"
    assert "alongside watch" in finding.mend


def test_staff_see_in_red_that_nobody_outside_hears_us_and_family_does_not(
    house, signed_in, settings, at
):
    at(NOON)
    staff = signed_in(house.grace)

    def office() -> str:
        watched.forget()
        return staff.get("/office/").content.decode()

    assert "has not answered yet" in office()
    assert "outside monitor" not in staff.get("/help-now/").content.decode()
    sing(house)
    dispatcher.send_due(transport=Heard(), at=NOON)
    assert "outside monitor" not in office()
    assert list(somebody_watches()) == []
    at(NOON + 3 * MINUTE + timedelta(seconds=1))
    assert "The outside monitor has not answered since 12:00." in office()
    (finding,) = somebody_watches()
    assert finding.grade == "error"
    settings.WATCH = {"url": "", "secret": ""}
    assert "No outside monitor is set up." in office()
    settings.DEMO = True
    assert "outside monitor" not in office()


def test_the_look_at_both_signs_of_life_costs_two_questions_in_ten_seconds(
    house, django_assert_num_queries
):
    with django_assert_num_queries(2):
        for _ in range(20):
            watched.watched_words()


def test_staff_see_in_red_that_nobody_sends_also_on_a_page_that_is_open(
    house, signed_in, settings, at
):
    settings.DEMO = True
    at(NOON)
    staff = signed_in(house.hana)

    def page() -> str:
        watched.forget()
        return staff.get("/work/").content.decode()

    def open_page(before: str) -> str:
        address = before.partition('hx-get="/account/watched/')[2].partition('"')[0]
        watched.forget()
        answer = staff.get(f"/account/watched/{address}")
        return answer.content.decode() if answer.status_code == 200 else ""

    assert "Alerts are not sent yet" in page()
    actions.beat(name="one", at=NOON)
    well = page()
    assert "Call who is on call" not in well
    assert open_page(well) == ""
    at(NOON + rules.SILENT_AFTER + timedelta(seconds=1))
    said = "Alerts may not be sent: no sign of life since 12:00."
    assert said in (dead := page())
    assert said in open_page(well)
    assert open_page(dead) == ""
    actions.beat(name="one", at=NOON + MINUTE)
    at(NOON + MINUTE)
    assert 'id="watched"' in open_page(dead)
    assert said not in open_page(dead)


def test_check_finds_a_service_unfit_whose_dispatcher_or_ladder_stands_still(house, at):
    def errors(look) -> list[str]:
        return [each.what for each in look() if each.grade == "error"]

    def is_silent() -> bool:
        return any("No dispatcher" in what for what in errors(messages_go_out))

    assert is_silent()  # none was ever started
    actions.beat(name="one", at=NOON)
    at(NOON + timedelta(seconds=9))
    assert not is_silent()
    at(NOON + timedelta(seconds=11))
    assert is_silent()
    at(NOON)
    house.worry(answer="yes")
    assert errors(alerts_climb) == []
    at(NOON + timedelta(hours=1))  # it lives, and does not climb
    assert ["1 open alert(s)" in what for what in errors(alerts_climb)] == [True]
    escalation.climb_once(at=NOON + timedelta(hours=1))
    assert errors(alerts_climb) == []
