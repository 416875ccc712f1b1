"""Every route, with every method, for every role: opened, not there, or asked to sign in.

Which rows a page then shows is compared one by one in tests/rooms/test_access.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core.checks import Error
from django.http import HttpResponse
from django.test import Client
from django.urls import path, reverse

from alongside.access import middleware
from alongside.access.models import Account, Relationship
from alongside.access.routes import access, access_of
from alongside.config import context, errors, routes, startup
from alongside.people.models import Person
from alongside.records.models import AuditEvent
from alongside.records.scoped import writing
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.harness import environment
from tests.web import expected_access as expected

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
ROLES = (
    "person", "concerned", "lead", "therapist", "supervisor", "manager", "coordinator",
    "on_call", "privacy", "auditor", "admin", "guardian",
)  # fmt: skip
OF_INSTITUTION = {"manager", "coordinator", "privacy", "auditor", "admin"}
ADDRESSES = {name: address for name, address, _ in routes.all_routes()}


def address(name: str) -> str:
    """The address of a route with something in every place of it."""
    pattern = ADDRESSES[name]
    given = {
        found.group("name"): {"uuid": uuid4(), "int": 1}.get(found.group("kind") or "", "x1")
        for found in re.finditer(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>", pattern)
    }
    if "(?P" in pattern:
        given = dict.fromkeys(re.findall(r"\(\?P<(\w+)>", pattern), "x1")
    return reverse(name, kwargs=given)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A page that the door lets through says so and does nothing else; nothing is written.

    The roles of an account are read once: nobody changes them here, and thousands ask.
    """
    read = middleware.reader_for
    known: dict[Any, Any] = {}

    def reader_for(account: Account, at: Any) -> Any:
        return known.get(account.pk) or known.setdefault(account.pk, read(account, at))

    monkeypatch.setattr(middleware, "reader_for", reader_for)
    monkeypatch.setattr(middleware, "_answer", lambda *given: HttpResponse("opened", status=200))
    monkeypatch.setattr(middleware.audit, "refuse", lambda *given, **more: None)
    monkeypatch.setattr(middleware.sessions, "touch", lambda *given: None)
    monkeypatch.setattr(errors, "render_to_string", lambda *given: "not there")
    settings.SESSION_SAVE_EVERY_REQUEST = False


def browser_of(world: World, role: str) -> Client:
    """The signed-in browser of an account that has one role, or none."""
    with writing():
        account = Account(
            email=f"{role}@roles.example.org",
            created_at=NOON,
            is_staff_member=role not in {"person", "concerned", "guardian", "nobody"},
        )
        account.save()
        if account.is_staff_member:
            Authenticator.objects.create(user=account, type="totp", data={})
        if role != "nobody":
            _edge(world, account, role)
    browser = Client(raise_request_exception=False)
    browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def _edge(world: World, account: Account, role: str) -> None:
    where: dict[str, Any] = {"circle": world.circle}
    if role in OF_INSTITUTION:
        where = {"institution": world.institution}
    if role == "supervisor":
        where = {"practitioner": world.asha.practitioner}
    Relationship.objects.create(
        account=account,
        role=role,
        within=world.institution,
        valid_from=NOON - timedelta(days=1),
        reason="a test",
        **where,
    )


# -- the expectation names every route, once -----------------------------------------------------


def kinds() -> dict[str, str]:
    return {
        **dict.fromkeys(expected.ROLES, "record"),
        **dict.fromkeys(expected.OWN_ACCOUNT, "own_account"),
        **dict.fromkeys(expected.LINK, "link"),
        **dict.fromkeys(expected.HERE, "here"),
        **dict.fromkeys(expected.CLOSED, "closed"),
        **dict.fromkeys(expected.PUBLIC, "public"),
    }


def test_every_route_is_expected_once_and_nothing_else_is() -> None:
    sizes = [expected.ROLES, expected.OWN_ACCOUNT, expected.LINK, expected.HERE]
    sizes += [expected.CLOSED, expected.PUBLIC]
    assert len(kinds()) == sum(len(part) for part in sizes)
    assert set(kinds()) ^ {name for name in ADDRESSES if name != "demo_post"} == set()


@pytest.mark.parametrize("name", sorted(kinds()))
def test_a_route_is_declared_as_it_is_expected(name: str) -> None:
    rule = routes.rule_of(name)
    assert rule.kind == kinds()[name]
    if rule.kind == "link":
        assert rule.purpose == expected.LINK[name]


def test_a_route_without_a_word_stops_the_server(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """2.2: start-up refuses it, and names it."""

    def bare(request: Any) -> HttpResponse:
        return HttpResponse()

    module = type("urls", (), {"urlpatterns": [path("bare/", bare, name="bare")]})
    monkeypatch.setattr(routes, "get_resolver", lambda: _Resolver(module.urlpatterns))
    found = routes.every_route_is_declared()
    assert [type(error) for error in found] == [Error]
    assert "bare" in found[0].msg

    wrong = access("no_such_row", "R")(bare)
    assert access_of(wrong, "bare") is not None
    assert "no_such_row" in routes.every_route_is_declared()[0].msg


class _Resolver:
    def __init__(self, patterns: list[Any]) -> None:
        self.url_patterns = patterns


def test_the_server_starts_with_the_routes_and_words_there_are() -> None:
    assert routes.every_route_is_declared() == []
    assert startup.every_word_has_a_meaning() == []


def test_a_word_without_a_meaning_stops_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    from alongside.records.registry import conditions

    known = dict(conditions._words)
    known.pop(("cases.concern", "untriaged"))
    monkeypatch.setattr(conditions, "_words", known)
    assert ["untriaged" in error.msg for error in startup.every_word_has_a_meaning()] == [True]


# -- every route, every method, every role -------------------------------------------------------


def methods(role: str, route: int) -> tuple[str, ...]:
    """All for the lead, GET and POST for the others; on PostgreSQL one for each role and route.

    The door reads roles from the database and looks at no method: each route meets every method,
    from roles it opens for and from others.
    """
    if environment.database() == "postgresql":
        return (METHODS[([*ROLES, "nobody"].index(role) + route) % len(METHODS)],)
    return METHODS if role == "lead" else ("get", "post")


@pytest.mark.slow
@pytest.mark.usefixtures("opened")
@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_every_route_with_every_method_for_every_role(world: World, role: str) -> None:
    browser = browser_of(world, role)
    differences = []
    for number, (name, roles) in enumerate(expected.ROLES.items()):
        where = address(name)
        wanted = 200 if role in roles.split() else 404
        for method in methods(role, number):
            status = getattr(browser, method)(where).status_code
            if status != wanted:
                differences.append(f"{method} {name}: {status}, not {wanted}")
    for number, name in enumerate([*expected.LINK, *expected.CLOSED]):
        where = address(name)
        for method in methods(role, number):
            if (status := getattr(browser, method)(where).status_code) != 404:
                differences.append(f"{method} {name}: {status}, not 404")
    assert differences == []


@pytest.mark.usefixtures("opened")
def test_who_is_not_signed_in_is_asked_to(world: World) -> None:
    differences = []
    nobody = Client()
    for name in [*expected.ROLES, *expected.OWN_ACCOUNT]:
        where = address(name)
        for method in METHODS:
            nobody.cookies.clear()
            answer = getattr(nobody, method)(where)
            if answer.status_code != 302 or not answer["Location"].startswith("/account/login/"):
                differences.append(f"{method} {name}: {answer.status_code}")
    assert differences == []


@pytest.mark.usefixtures("opened")
def test_link_pages_and_closed_pages_are_not_there_for_a_stranger(world: World) -> None:
    nobody = Client()
    for name in [*expected.LINK, *expected.CLOSED]:
        where = address(name)
        for method in METHODS:
            nobody.cookies.clear()
            assert getattr(nobody, method)(where).status_code == 404, (name, method)


# -- one answer for "no" and "not there" ---------------------------------------------------------


def bare(answer: Any) -> tuple[Any, ...]:
    headers = {k: v for k, v in answer.items() if k != "Content-Length"}
    return answer.status_code, sorted(headers.items()), answer.content, sorted(answer.cookies)


def test_a_page_that_is_not_yours_answers_like_one_that_never_was(
    world: World, signed_in: Callable[[Cast], Client]
) -> None:
    """A4: status, headers and body, for a foreign record, a random id, a foreign page, no page."""
    bo = signed_in(world.bo)
    answers = [
        bare(bo.get(f"/work/cases/{world.case.pk}/")),
        bare(bo.get(f"/work/cases/{uuid4()}/")),
        bare(bo.get("/office/record/")),
        bare(bo.get("/circle/")),
        bare(bo.get("/no/such/page/")),
        bare(bo.get("/account/signup/")),
        bare(bo.post(f"/work/cases/{world.case.pk}/disclose/")),
        bare(bo.post("/no/such/page/")),
    ]
    assert answers[0][0] == 404
    assert all(answer == answers[0] for answer in answers)


def test_a_refusal_is_written_down_and_a_wrong_address_is_not(
    world: World, signed_in: Callable[[Cast], Client]
) -> None:
    """5.5: reads and refusals too; never content."""
    bo = signed_in(world.bo)
    bo.get("/no/such/page/")
    assert not AuditEvent.objects.filter(word="access.page_refused").exists()
    bo.get(f"/work/cases/{world.case.pk}/")
    event = AuditEvent.objects.get(word="access.page_refused")
    assert (event.account, event.about, event.result) == (
        world.bo.account.pk,
        "practitioner:case",
        "refused",
    )


def test_a_page_of_records_writes_one_row_with_the_ids_shown(
    world: World, signed_in: Callable[[Cast], Client]
) -> None:
    """5.5: one row a request; the record and the reader's role in it."""
    asha = signed_in(world.asha)
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    assert asha.get("/work/cases/").status_code == 200
    events = AuditEvent.objects.exclude(pk__in=before)
    event = events.get()
    assert event.word.endswith("_read")
    assert str(world.case.pk) in event.ids["cases.case"]
    assert event.roles == "lead"
    assert event.request_id
    assert event.about == "practitioner:cases"


def test_a_page_without_a_person_writes_nothing(
    world: World, signed_in: Callable[[Cast], Client]
) -> None:
    grace = signed_in(world.grace)
    before = AuditEvent.objects.count()
    assert grace.get("/office/services/").status_code == 200
    assert grace.get("/office/lines/").status_code == 200
    assert AuditEvent.objects.count() == before


def test_no_page_is_kept_in_a_cache(world: World, signed_in: Callable[[Cast], Client]) -> None:
    sam = world.engage_sam()
    plan = f"/circle/{world.circle.pk}/"
    for who, pages in (
        (world.grace, ("/office/", "/no/such/page/", "/home/")),
        (world.asha, ("/work/", f"/work/cases/{world.case.pk}/")),
        (world.noor, (plan, f"{plan}alone/", f"{plan}tell/", f"{plan}told/")),
        (sam, ("/me/", "/me/safety/", "/me/record/")),
    ):
        browser = signed_in(who)
        for where in pages:
            answer = browser.get(where)
            assert (answer.status_code == 404) == ("such" in where), where
            assert "no-store" in answer["Cache-Control"], where
    assert "no-store" in Client().get("/worried/today/first/")["Cache-Control"]


def test_who_comes_through_the_office_sees_no_case_even_if_they_lead_one(world: World) -> None:
    from alongside.access.readers import reader_for

    with writing():
        Relationship.objects.create(
            account=world.asha.account,
            role="admin",
            institution=world.institution,
            within=world.institution,
            valid_from=NOON - timedelta(days=1),
            reason="a test",
        )
    reader = reader_for(world.asha.account, NOON).through("office")
    assert not Person.objects.visible_to(reader).filter(is_staff_member=False).exists()


# -- what goes wrong ------------------------------------------------------------------------------


@pytest.fixture
def breaking(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: Any) -> HttpResponse:
        raise RuntimeError("on purpose")

    monkeypatch.setattr(middleware, "_answer", broken)


@pytest.mark.usefixtures("breaking")
def test_an_error_on_a_form_says_that_nothing_was_saved_and_whom_to_call(
    world: World, signed_in: Callable[[Cast], Client]
) -> None:
    grace = signed_in(world.grace)
    grace.raise_request_exception = False
    context.help_now()  # as a new worker does: the country is known to this process
    page = grace.post("/office/services/new/", {"name": "x"})
    words = page.content.decode()
    assert page.status_code == 500
    assert "This was not saved, and nobody has been told" in words
    assert "999" in words
    assert grace.get("/office/").status_code == 500


def test_what_is_too_large_gets_a_sentence(world: World, client: Client) -> None:
    page = client.post("/account/login/", {"login": "x" * 3_000_000})
    assert page.status_code == 413
    assert "too much at once" in page.content.decode()


def test_a_form_without_its_token_is_refused_in_words(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.post("/account/login/", {"login": "x"})
    assert page.status_code == 403
    assert "not saved" in page.content.decode()
