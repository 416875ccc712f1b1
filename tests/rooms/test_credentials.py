"""Titles as dated evidence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from alongside.credentials import actions, queries
from alongside.credentials.rules import CredentialFact, counting, standing
from alongside.records.errors import NotAllowed
from tests.conftest import NOON
from tests.factories import Cast, World

TODAY = NOON.date()


def record(world: World, by: Cast, code: str = "babcp", **more: object) -> object:
    return actions.record_credential(
        practitioner=world.asha.practitioner,  # type: ignore[arg-type]
        code=code,
        issuer="BABCP",
        jurisdiction="UK",
        number="1840184",
        by=by.reader,
        at=NOON,
        **more,  # type: ignore[arg-type]
    )


def test_a_declared_title_counts_once_somebody_else_verified_it(house: World) -> None:
    credential = record(house, house.asha, expires_on=date(2027, 3, 31))
    held = lambda: queries.valid_on(  # noqa: E731
        house.asha.practitioner, ["babcp", "ladc"], TODAY, seen_by=house.grace.reader
    )
    assert held() == ()
    actions.verify_credential(
        credential=credential,  # type: ignore[arg-type]
        state="primary_source_verified",
        by=house.grace.reader,
        at=NOON,
    )
    assert held() == ("babcp",)


def test_nobody_verifies_their_own(house: World) -> None:
    credential = record(house, house.asha)
    with pytest.raises((NotAllowed, actions.CheckedByOneself)):
        actions.verify_credential(
            credential=credential,  # type: ignore[arg-type]
            state="primary_source_verified",
            by=house.asha.reader,
            at=NOON,
        )


@pytest.mark.parametrize("method", ["register", "rumour"])
def test_a_check_names_how_it_was_made(house: World, method: str) -> None:
    credential = record(house, house.asha)
    given = {"credential": credential, "state": "documents_seen", "method": method}
    if method == "register":
        actions.verify_credential(by=house.grace.reader, at=NOON, **given)  # type: ignore[arg-type]
        return
    with pytest.raises(actions.UnknownWord):
        actions.verify_credential(by=house.grace.reader, at=NOON, **given)  # type: ignore[arg-type]


def test_a_title_nobody_knows_is_refused(house: World) -> None:
    with pytest.raises(actions.UnknownCredential):
        record(house, house.asha, code="wizard")


def test_the_next_check_is_at_most_a_year_away(house: World) -> None:
    credential = record(house, house.asha)
    with pytest.raises(actions.NotADay):
        actions.verify_credential(
            credential=credential,  # type: ignore[arg-type]
            state="documents_seen",
            next_check_on=TODAY + timedelta(days=400),
            by=house.grace.reader,
            at=NOON,
        )


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "valid"),
        ({"expires_on": TODAY}, "soon"),
        ({"expires_on": TODAY + timedelta(days=90)}, "soon"),
        ({"expires_on": TODAY + timedelta(days=91)}, "valid"),
        ({"expires_on": TODAY - timedelta(days=1)}, "ended"),
        ({"issued_on": TODAY + timedelta(days=1)}, "not_yet"),
        ({"state": "documents_seen"}, "not_checked"),
        ({"state": "declared"}, "not_checked"),
        ({"state": "suspended"}, "suspended"),
        ({"next_check_on": TODAY - timedelta(days=1)}, "check_due"),
    ],
)
def test_where_a_title_stands(more: dict[str, object], word: str) -> None:
    fact = CredentialFact(**{"code": "cip", "state": "primary_source_verified", **more})  # type: ignore[arg-type]
    assert standing(fact, TODAY).word == word
    assert counting([fact], ["cip"], TODAY) == (("cip",) if word in {"valid", "soon"} else ())
