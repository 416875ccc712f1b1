"""The office: who has which role, what a second person must see, services, lines, the record."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from alongside.access.models import Account, Relationship
from alongside.access.readers import reader_for
from alongside.cases.models import Concern
from alongside.crisis import actions as crisis
from alongside.crisis.models import Shift
from alongside.directory.models import LineCheck, Service
from alongside.notify.models import Message
from alongside.records.models import AuditEvent
from tests.conftest import NOON
from tests.factories import Cast, World

NEW = {
    "name": "Ola Berg",
    "title": "Nurse",
    "email": "ola@example.org",
    "roles": ["lead", "auditor"],
    "reason": "starts today",
}


@pytest.fixture
def grace(world: World, signed_in: Callable[[Cast], Client]) -> Client:
    """The manager of the house, signed in."""
    return signed_in(world.grace)


def second_manager(world: World) -> Cast:
    return world.staff("Iris Moor", "Manager", "manager")


def words(answer: Any) -> str:
    return answer.content.decode()


# -- people and roles ----------------------------------------------------------------------------


def test_somebody_new_gets_an_account_roles_and_a_mail_that_tells_nothing(
    world: World, grace: Client
) -> None:
    answer = grace.post("/office/people/new/", NEW)
    account = Account.objects.get(email="ola@example.org")
    assert answer["Location"] == f"/office/people/{account.pk}/"
    assert reader_for(account, world.moment).roles == {"lead", "auditor"}
    letter = Message._base_manager.get(account=account)
    for word in ("Ola", "Alongside", "Lothian", "Grace", "auditor"):
        assert word not in letter.subject + letter.body
    address = re.search(r"http://[^ \n]+(/account/password/reset/key/\S+)", letter.body)
    assert address is not None

    browser = Client()
    page = browser.get(address.group(1), follow=True)
    place = page.redirect_chain[-1][0]
    password = "a heron stood by the water"
    done = browser.post(place, {"password1": password, "password2": password})
    assert done["Location"] == "/account/password/reset/key/done/"
    signed = browser.post("/account/login/", {"login": "ola@example.org", "password": password})
    assert signed["Location"] == "/home/"
    assert browser.get("/office/")["Location"] == "/account/2fa/totp/activate/"


def test_the_mail_is_not_sent_any_more_once_a_password_was_chosen(
    world: World, grace: Client
) -> None:
    from alongside.records.registry import guards

    grace.post("/office/people/new/", NEW)
    account = Account.objects.get(email="ola@example.org")
    letter = Message._base_manager.get(account=account)
    guard = guards.get("office.invitation")
    assert guard(letter, world.moment)
    account.set_password("a heron stood by the water")
    account.save()
    assert not guard(letter, world.moment)
    assert grace.post(f"/office/people/{account.pk}/mail/").status_code == 404


def test_what_was_typed_stays_when_something_is_missing(world: World, grace: Client) -> None:
    page = grace.post("/office/people/new/", {**NEW, "email": "no address"})
    assert page.status_code == 400
    assert 'value="Ola Berg"' in words(page)
    assert "That is not a full e-mail address." in words(page)
    assert not Account.objects.filter(name="Ola Berg").exists()


def test_an_address_that_belongs_to_family_makes_no_second_account(
    world: World, grace: Client
) -> None:
    grace.post("/office/people/new/", {**NEW, "email": "noor@example.org"})
    assert Account.objects.filter(email="noor@example.org").count() == 1


def test_a_role_waits_for_a_second_manager_and_both_pages_say_so(
    world: World, grace: Client, signed_in: Callable[[Cast], Client]
) -> None:
    iris = signed_in(second_manager(world))
    who = world.bo.account.pk
    grace.post(f"/office/people/{who}/role/", {"role": "auditor", "reason": "for a year"})
    edge = Relationship._base_manager.get(account=who, role="auditor")
    assert edge.waiting
    assert "Waits for a second person" in words(grace.get(f"/office/people/{who}/"))
    assert f"/office/roles/{edge.pk}/second/" not in words(grace.get("/office/"))
    page = words(iris.get("/office/"))
    assert f"/office/roles/{edge.pk}/second/" in page
    iris.post(f"/office/roles/{edge.pk}/second/")
    edge.refresh_from_db()
    assert (edge.waiting, edge.approved_by.name) == (False, "Iris Moor")
    assert "Nothing is open" in words(iris.get("/office/"))


def test_the_one_who_gave_it_cannot_agree_to_it(world: World, grace: Client) -> None:
    second_manager(world)
    who = world.bo.account.pk
    grace.post(f"/office/people/{who}/role/", {"role": "auditor", "reason": "for a year"})
    edge = Relationship._base_manager.get(account=who, role="auditor")
    page = grace.post(f"/office/roles/{edge.pk}/second/", follow=True)
    assert "The second person must be somebody else." in words(page)
    edge.refresh_from_db()
    assert edge.waiting


def test_a_supervisor_is_given_whom_they_supervise(world: World, grace: Client) -> None:
    where = f"/office/people/{world.hana.account.pk}/role/"
    missing = grace.post(where, {"role": "supervisor", "reason": "this term"})
    assert "Choose who is supervised." in words(missing)
    grace.post(
        where,
        {"role": "supervisor", "supervises": str(world.bo.practitioner.pk), "reason": "this term"},
    )
    edge = Relationship._base_manager.get(account=world.hana.account, role="supervisor")
    assert edge.practitioner == world.bo.practitioner


def test_ending_a_role_needs_a_reason_and_keeps_the_row(world: World, grace: Client) -> None:
    edge = Relationship._base_manager.get(account=world.bo.account)
    assert "Write something here" in words(
        grace.post(f"/office/roles/{edge.pk}/end/", {"because": ""})
    )
    grace.post(f"/office/roles/{edge.pk}/end/", {"because": "left us"})
    edge.refresh_from_db()
    assert (edge.valid_to, edge.ended_because) == (world.moment, "left us")
    assert grace.get(f"/office/roles/{edge.pk}/end/").status_code == 404


def test_roles_in_circles_stand_together_and_each_can_be_ended(world: World, grace: Client) -> None:
    asha = world.asha.account
    page = grace.get(f"/office/people/{asha.pk}/")
    lead = next(group for group in page.context["circles"] if group["role"].startswith("Lead"))
    assert lead["role"] == "Lead in 1 circle"
    assert [item["edge"].circle_id for item in lead["rows"]] == [world.circle.pk]
    assert all(item["edge"].circle_id is None for item in page.context["roles"])
    edge = lead["rows"][0]["edge"]
    assert f"/office/roles/{edge.pk}/end/" in words(page)
    assert "opened the case" in words(page)


def test_the_last_manager_is_told_why_not(world: World, grace: Client) -> None:
    edge = Relationship._base_manager.get(role="manager")
    page = grace.post(f"/office/roles/{edge.pk}/end/", {"because": "left us"})
    assert "This is the only manager." in words(page)


def test_the_office_never_names_who_belongs_to_a_circle(world: World, grace: Client) -> None:
    """5.1: institutions do not see which circles mention a person."""
    world.engage_sam()
    edge = Relationship._base_manager.get(account=world.noor.account)
    for where in ("/office/", "/office/people/", "/office/services/", "/office/lines/"):
        page = words(grace.get(where))
        for name in ("Noor", "Teo", ">Sam<", "noor@example.org"):
            assert name not in page
    assert grace.get(f"/office/people/{world.noor.account.pk}/").status_code == 404
    assert grace.get(f"/office/roles/{edge.pk}/end/").status_code == 404
    assert grace.post(f"/office/roles/{edge.pk}/end/", {"because": "x"}).status_code == 404


def test_an_administrator_locks_an_account_and_gives_no_role(
    world: World, signed_in: Callable[[Cast], Client]
) -> None:
    admin = signed_in(world.staff("Ada Orr", "Administrator", "admin"))
    bo = signed_in(world.bo)
    assert bo.get("/account/2fa/").status_code == 200
    where = f"/office/people/{world.bo.account.pk}/"
    page = words(admin.get(where))
    assert "Lock this account" in page
    assert "Give a role" not in page
    assert "Community programmes" not in page
    admin.post(f"{where}lock/", {"locked": "1"})
    assert bo.get("/account/2fa/").status_code == 302
    assert not reader_for(Account.objects.get(pk=world.bo.account.pk), world.moment).roles
    admin.post(f"{where}lock/", {"locked": "0"})
    assert Account.objects.get(pk=world.bo.account.pk).is_active


# -- services, lines -----------------------------------------------------------------------------

SERVICE = {"name": "Family help", "setting": "community", "opens": "09:00", "closes": "17:00"}


def test_a_service_is_changed_and_a_gap_is_named(world: World, grace: Client) -> None:
    where = f"/office/services/{world.service.pk}/"
    page = words(grace.get(where))
    assert 'value="Family help"' in page
    grace.post(where, {**SERVICE, "version": "1", "name": "Family help by day"})
    service = Service._base_manager.get()
    assert (service.name, f"{service.opens:%H:%M}", service.version) == (
        "Family help by day", "09:00", 2,
    )  # fmt: skip
    page = words(grace.get("/office/"))
    assert "names nobody outside" in page
    assert "Gap: Mon 2 Mar" in page


def test_a_service_somebody_else_changed_shows_both_texts(world: World, grace: Client) -> None:
    """5.6: 409, nothing is overwritten."""
    where = f"/office/services/{world.service.pk}/"
    grace.post(where, {**SERVICE, "version": "1", "name": "The first text"})
    page = grace.post(where, {**SERVICE, "version": "1", "name": "The second text"})
    assert page.status_code == 409
    assert "The first text" in words(page)
    assert "The second text" in words(page)
    assert Service._base_manager.get().name == "The first text"
    grace.post(where, {**SERVICE, "version": "2", "name": "The second text"})
    assert Service._base_manager.get().name == "The second text"


def test_a_line_somebody_called_today_is_shown(world: World, grace: Client) -> None:
    page = words(grace.get("/office/lines/"))
    line = re.search(r"/office/lines/([a-z0-9_]+)/called/", page)
    assert line is not None
    grace.post(line.group(0))
    check = LineCheck._base_manager.get()
    assert (check.line, check.checked_by_id) == (line.group(1), world.grace.account.pk)
    assert "Shown" in words(grace.get("/office/lines/"))
    assert grace.post("/office/lines/gb_no_such_line/called/").status_code == 404


# -- the record of access ------------------------------------------------------------------------


@pytest.fixture
def auditor(world: World, signed_in: Callable[[Cast], Client]) -> Client:
    return signed_in(world.staff("Una Reid", "Auditor", "auditor"))


def test_the_record_says_who_opened_what_and_never_what_was_written(
    world: World, auditor: Client, signed_in: Callable[[Cast], Client]
) -> None:
    """T27, A9: ids and words, no content."""
    signed_in(world.asha).get("/work/cases/")
    page = words(auditor.get("/office/record/?kind=reads"))
    assert "Asha Raman" in page
    assert "practitioner:cases" in page
    for secret in ("Noor Haddad", "drinks every day", "Teo Lindqvist"):
        assert secret not in page


def test_the_record_is_narrowed_by_kind_person_and_day(
    world: World, auditor: Client, signed_in: Callable[[Cast], Client]
) -> None:
    signed_in(world.bo).get(f"/work/cases/{world.case.pk}/")
    refused = auditor.get("/office/record/?kind=refusals")
    assert {row["event"].result for row in refused.context["rows"]} == {"refused"}
    mine = auditor.get(f"/office/record/?account={world.asha.account.pk}")
    assert {row["who"] for row in mine.context["rows"]} == {"Asha Raman"}
    day = auditor.get("/office/record/?since=2026-03-02&until=2026-03-02")
    assert {row["event"].at.date().isoformat() for row in day.context["rows"]} == {"2026-03-02"}
    assert auditor.get("/office/record/?since=x&account=x&first=x&kind=x").status_code == 200


def test_the_record_goes_page_by_page_without_a_gap(world: World, auditor: Client) -> None:
    total = AuditEvent.objects.filter(institution=world.institution.pk).count()
    seen: list[Any] = []
    where = "/office/record/"
    while where:
        page = auditor.get(where)
        seen += [row["event"].pk for row in page.context["rows"]]
        query = page.context["older_url"]
        where = f"/office/record/{query}" if query else ""
    assert len(seen) == len(set(seen)) == total


def test_the_record_of_another_institution_is_not_there(world: World, auditor: Client) -> None:
    from alongside.people.actions import make_institution

    other = make_institution(
        name="Elsewhere", country="GB", zone="Europe/London", by=world.system, at=world.moment
    )
    page = auditor.get("/office/record/")
    assert str(other.pk) not in words(page)
    assert all(row["event"].institution == world.institution.pk for row in page.context["rows"])


def test_pages_of_the_office_ask_the_same_few_questions_for_one_and_for_many(
    world: World, grace: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        world.staff(f"Person{number} Kay", "Nurse", "coordinator")
    for where, most in (
        ("/office/people/", 22),
        ("/office/", 37),
        ("/office/services/", 16),
        ("/office/lines/", 16),
    ):
        with django_assert_max_num_queries(most):
            assert grace.get(where).status_code == 200


def test_a_refused_action_changes_nothing(world: World, grace: Client) -> None:
    before = Relationship._base_manager.count()
    page = grace.post(
        f"/office/people/{world.grace.account.pk}/role/", {"role": "auditor", "reason": "me"}
    )
    assert "Nobody can give a role to themself" in words(page)
    assert Relationship._base_manager.count() == before


def test_a_shift_is_changed_by_a_form_moved_to_a_free_place_and_swapped(
    world: World, grace: Client
) -> None:
    def shift(cast: Any, order: int, day: int) -> Shift:
        return crisis.save_shift(
            service=world.service,
            account=cast.account,
            order=order,
            local_start=datetime.fromisoformat(f"2026-03-{day}T08:00"),
            local_end=datetime.fromisoformat(f"2026-03-{day + 1}T08:00"),
            zone=world.service.zone,
            by=world.grace.reader,
            at=NOON,
        )

    def plan() -> list[tuple[int, int, str]]:
        rows = Shift.objects.unscoped("a test").filter(ended_at=None, starts_at__gt=NOON)
        found = rows.select_related("account").order_by("starts_at", "order")
        return [(row.local_start.day, row.order, row.account.name) for row in found]

    gone = grace.post(
        f"/office/rota/{world.service.pk}/{shift(world.bo, 1, 18).pk}/end/", follow=True
    )
    assert "Taken away at" in words(gone)
    before = plan()
    one, other = shift(world.hana, 1, 10), shift(world.asha, 1, 12)
    hana, asha = world.hana.account.name, world.asha.account.name
    base = f"/office/rota/{world.service.pk}"
    page = grace.get("/office/rota/").content.decode()
    assert f'data-shift="{one.pk}"' in page
    assert f"{base}/{one.pk}/change/" in page
    grace.post(f"{base}/move/", {"shift": str(one.pk), "with": str(other.pk)})
    assert plan() == sorted([*before, (10, 1, asha), (12, 1, hana)])
    moved = Shift.objects.unscoped("a test").get(ended_at=None, local_start__day=10)
    grace.post(
        f"{base}/move/", {"shift": str(moved.pk), "to": "2026-03-12T08:00/2026-03-13T08:00/2"}
    )
    assert plan() == sorted([*before, (12, 1, hana), (12, 2, asha)])
    for wrong in ({"to": "x"}, {"to": "2026-03-12T08:00/2026-03-11T08:00/2"}, {}):
        second = Shift.objects.unscoped("a test").get(ended_at=None, local_start__day=12, order=2)
        grace.post(f"{base}/move/", {"shift": str(second.pk), **wrong})
    assert plan() == sorted([*before, (12, 1, hana), (12, 2, asha)])
    where = f"{base}/{second.pk}/change/"
    assert grace.get(where).status_code == 200
    sent = {"account": str(world.asha.account.pk), "order": "2", "starts": "09:00", "hours": "12"}
    assert grace.post(where, {**sent, "day": "x"}).status_code == 400
    grace.post(where, {**sent, "day": "2026-03-14"})
    assert plan() == sorted([*before, (12, 1, hana), (14, 2, asha)])
    on_now = Shift.objects.unscoped("a test").filter(starts_at__lte=NOON, ends_at__gt=NOON).first()
    assert on_now is not None
    answer = grace.post(f"{base}/{on_now.pk}/change/", {**sent, "day": "2026-03-14"})
    assert "It has begun." in answer.content.decode()


def test_the_home_shows_people_services_and_numbers_from_first_contact_on(
    world: World, grace: Client
) -> None:
    def said() -> str:
        plain = re.sub(r"<[^>]+>", " ", words(grace.get("/office/")))
        return re.sub(r"\s+", " ", unescape(plain))

    page = said()
    assert "People and roles" in page
    assert world.service.name in page
    assert "From first contact on" in page
    assert "Of all worries told since" in page
    assert "< 8" in page
    for number in range(11):
        world.worry(alias=f"Rae {number}", contact=f"r{number}@example.org")
    drafts = Concern.objects.unscoped("a test").filter(state="draft").count()
    page = said()
    sent = Concern.objects.unscoped("a test").exclude(state="draft").count()
    assert (sent, drafts) == (12, 0)
    stages = page.partition("From first contact on")[2].partition("How closed")[0]
    assert "A worry was told 10" in stages  # 12, to the nearest 5
    assert "Somebody here took it up < 8" in stages
    assert "share not shown: too few" in stages
    taken_up = stages.partition("Somebody here")[2].partition("The person was told")[0]
    assert "%" not in taken_up
