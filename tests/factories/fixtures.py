"""The cast as fixtures, at noon. A folder's conftest takes them over with an import."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from alongside.plans.models import Course
from tests.conftest import NOON
from tests.factories import Cast, World, make_world
from tests.factories.care import started
from tests.factories.stage import stage


def with_second_step(account: Any) -> None:
    """Staff open nothing before their second step is set up."""
    Authenticator.objects.get_or_create(
        user=account, type=Authenticator.Type.TOTP, defaults={"data": {}}
    )


@pytest.fixture
def house_stands_ready() -> None:
    """A test that asks for this begins in the house: see tests/factories/stage.py."""


@pytest.fixture
def world_stands_ready() -> None:
    """A test that asks for this begins with the house and Sam's case."""


@pytest.fixture
def sam_stands_ready() -> None:
    """A test that asks for this begins when Sam has come in."""


@pytest.fixture
def craft_stands_ready() -> None:
    """A test that asks for this begins when Noor's family training has started."""


@pytest.fixture
def cbt_stands_ready() -> None:
    """A test that asks for this begins when Sam has come in and his own therapy has started."""


@pytest.fixture
def world(world_stands_ready: None, db: None, at: Callable[[datetime], None]) -> World:
    """One service, its staff, and Sam's case with Noor and Teo; the clock stands at noon."""
    at(NOON)
    standing = stage.borrow()
    return standing.world if standing else make_world()


@pytest.fixture
def house(house_stands_ready: None, db: None, at: Callable[[datetime], None]) -> World:
    """One service and its staff; nobody has told them anything yet."""
    at(NOON)
    standing = stage.borrow()
    return standing.world if standing else make_world(case=False)


@pytest.fixture
def craft(craft_stands_ready: None, world: World) -> Course:
    """Noor's family training, every gate open: ``care.started(world)``."""
    standing = stage.borrow()
    return standing.course if standing and standing.course else started(world)


@pytest.fixture
def cbt(cbt_stands_ready: None, world: World) -> Course:
    """Sam's own therapy, every gate open: ``care.started(world, way="cbt")``."""
    standing = stage.borrow()
    return standing.course if standing and standing.course else started(world, way="cbt")


@pytest.fixture
def asha(world: World) -> Cast:
    return world.asha


@pytest.fixture
def hana(world: World) -> Cast:
    return world.hana


@pytest.fixture
def bo(world: World) -> Cast:
    return world.bo


@pytest.fixture
def noor(world: World) -> Cast:
    return world.noor


@pytest.fixture
def teo(world: World) -> Cast:
    return world.teo


@pytest.fixture
def sam(sam_stands_ready: None, world: World) -> Cast:
    return world.sam_account or world.engage_sam()


@pytest.fixture
def signed_in() -> Callable[[Cast], Any]:
    """``signed_in(asha).get("/work/")``: a browser of somebody, staff with a second step."""

    def sign_in(cast: Cast) -> Client:
        client = Client()
        if cast.account.is_staff_member:
            with_second_step(cast.account)
        account = type(cast.account).objects.get(pk=cast.account.pk)
        client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in
