"""Whole paths of a planned meeting in a real browser: only what decides is done on the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.flows.walking import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite]


def a_family_by_itself() -> dict[str, Any]:
    """Sam's circle with everything ready for a date and nobody to lead; run in the served house."""
    from alongside.meetings import actions
    from alongside.records import clock
    from tests.factories import make_world
    from tests.factories.meetings import clear_answers, fresh, ready

    world = make_world(at=clock.now())
    meeting = fresh(world, ready(world))
    actions.prepare(
        meeting=meeting, words={}, led="none", refused_aims=[], has_no_children=True,
        expected=meeting.version, by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    return {
        "work": f"/work/cases/{world.case.pk}/meeting/",
        "circle": f"/circle/{world.circle.pk}/meeting/",
        "answers": clear_answers(SC1="past"),
    }


def test_a_family_by_itself_comes_to_the_answer_that_asks_for_a_professional(
    page_for: Any, axe: Callable[..., None], served: Any
) -> None:
    here = served.call(a_family_by_itself)
    asha = Somebody(page_for(1280, signed_in=served.session_of("asha@example.org")), axe)
    teo = Somebody(page_for(390, signed_in=served.session_of("teo@example.org")), axe)
    date = asha.main.locator("a[href$='/meeting/date/']")
    asha.goto(here["work"])
    assert date.count() == 1

    teo.goto(f"{here['circle']}alone/")
    for check, answer in here["answers"].items():
        teo.choose(check, answer)
    teo.press("Save my answers")
    teo.goto(here["circle"])
    assert "professional" not in teo.words  # what one says alone changes no page of another

    asha.goto(here["work"])
    asha.sees("A professional in the room", "asks for a trained professional in the room")
    assert date.count() == 0
    asha.goto(f"{here['work']}release/professional/", status=404)

    asha.goto(f"{here['work']}arrange/")
    asha.choose("led", "present")
    asha.write(standby="Dr Hall, 020 7946 0000")
    asha.press("Save")
    asha.goto(f"{here['work']}release/SC1/")
    asha.write(reason="The clinician spoke with him and with each of them: it is long over.")
    asha.press("Let it pass")
    asha.goto(here["work"])
    assert date.count() == 1
