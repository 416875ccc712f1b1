"""The practitioner's door: today, triage, a case, its circle, consent, choosing and closing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import Cast, World

SignedIn = Callable[[Cast], Any]


@pytest.fixture
def pages(world: World) -> list[str]:
    case = f"/work/cases/{world.case.pk}/"
    return [
        "/work/",
        "/work/concerns/",
        f"/work/concerns/{world.concern.pk}/",
        "/work/cases/",
        case,
        f"{case}circle/",
        f"{case}circle/{world.teo.member.pk}/",  # type: ignore[union-attr]
        f"{case}consent/",
        f"{case}consent/record/",
        f"{case}consent/refusal/",
        f"{case}consent/capacity/",
        f"{case}choose/",
        f"{case}closing/",
        "/work/credentials/",
    ]


def test_the_lead_opens_every_page(world: World, asha: Cast, signed_in: SignedIn, pages) -> None:
    browser = signed_in(asha)
    for address in pages:
        response = browser.get(address)
        assert response.status_code == 200, address
