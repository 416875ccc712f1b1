"""On track or not, as the practitioner, the supervisor and the person see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from alongside import catalogue
from alongside.insights import norms, progress, watching
from alongside.insights.models import ExpectedCourse
from alongside.notify import actions as notify
from alongside.records.scoped import writing
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import answer, held, started

CHECKS = [check.id for check in catalogue.current().tracking.checklist]


@pytest.fixture(autouse=True)
def second_step_done(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff came in with both steps, and a dispatcher lives."""
    from alongside.access import middleware

    monkeypatch.setattr(middleware, "_has_second_step", lambda account: True)
    notify.beat(name="test", at=NOON)


def text(response: Any) -> str:
    return response.content.decode()


def worse(world: World) -> Any:
    """Sam's course: from 8 to 16 after one session, and the task that follows."""
    course = started(world, "cbt")
    held(world, course)
    world.at(world.moment + timedelta(hours=1))
    answer(world, world.sam, "phq9", {**{f"item_{n}": 2 for n in range(1, 9)}, "item_9": 0})
    watching.open_due(at=world.moment)
    return course


def test_a_course_off_track_is_seen_and_reviewed_and_shared(
    world: World, signed_in: Any, at: Any
) -> None:
    course = worse(world)
    at(world.moment)
    asha = signed_in(world.asha)
    case = f"/work/cases/{world.case.pk}/"
    page = f"{case}review/{course.pk}/"
    assert "Not on track: review what is being done" in text(asha.get("/work/"))
    assert page in text(asha.get("/work/"))
    assert "Not on track" in text(asha.get("/work/cases/"))
    seen = text(asha.get(f"{case}progress/"))
    assert "From 8 to 16 after 1 of" in seen
    assert "That is reliably worse: 6 points or more." in seen
    assert page in seen
    gad7 = {f"item_{n}": 1 for n in range(1, 8)}
    answer(world, world.sam, "gad7", gad7)
    # The main measure is first, though another was answered after it.
    series = progress.series(world.circle.pk, seen_by=world.asha.reader, at=world.moment)
    assert [each.instrument.ref.id for each in series] == ["phq9", "gad7"]
    assert 'id="measure">PHQ-9' in text(asha.get(f"{case}progress/"))

    form = text(asha.get(page))
    for check in CHECKS:
        assert f'name="check_{check}"' in form
    given = {f"check_{check}": "fine" for check in CHECKS}
    given |= {"chosen": "change_dose", "reason": "Twice a week for a month, and shorter.",
              "share": "on"}  # fmt: skip
    soon = (world.moment + timedelta(days=28)).date().isoformat()
    late = (world.moment + timedelta(days=90)).date().isoformat()
    empty = asha.post(f"{page}save/", {"look_again_on": soon})
    assert empty.status_code == 400
    assert "Choose one: not known yet is an answer too." in text(empty)
    refused = asha.post(f"{page}save/", {**given, "look_again_on": late})
    assert refused.status_code == 400
    assert "not after" in text(refused)
    saved = asha.post(f"{page}save/", {**given, "look_again_on": soon})
    assert saved.status_code == 302
    after = text(asha.get(page))
    assert "Twice a week for a month, and shorter." in after
    assert "More often, longer, or more at home" in after
    assert "Look again whether it is on track" in text(asha.get("/work/"))
    assert signed_in(world.bo).get(page).status_code == 404
    for where in (page, f"{case}closing/"):  # the outcome, in feeling, thinking and behaving
        assert "PHQ-9: 8 → 16, reliably worse" in text(asha.get(where))
    told = catalogue.current().tracking.shared["en"]
    assert told in text(signed_in(world.sam_account).get("/me/change/"))


def test_how_well_the_rule_works_is_said_with_small_counts_hidden(
    world: World, signed_in: Any
) -> None:
    asha = signed_in(world.asha)
    assert "Nothing was counted yet." in text(asha.get("/work/tracking/"))
    norms.make(institution=world.institution, by=world.system, at=world.moment)
    hits = {"courses": 203, "ended_badly": 41, "warned": 60, "hits": 30}
    few = {"courses": 203, "ended_badly": 12, "warned": 60, "hits": 5}
    with writing():
        ExpectedCourse.objects.unscoped("a test").filter(instrument="phq9").update(
            ended=231, agreed=210, courses=203,
            found={"starts": [{"low": 10, "high": 15, "courses": 5}], "bands": [], "own": None,
                   "rules": {"courses": 203, "never_seen": 3, "worse": few, "not_better": hits}},
        )  # fmt: skip
    page = text(asha.get("/work/tracking/"))
    assert "230 courses with this measure are over" in page
    assert "73 % of 40 (58 to 84 %)" in page  # 30 of 41, by Wilson
    assert "19 % of 160 (13 to 25 %)" in page  # 30 of 162
    assert page.count("too few to show") == 1  # 5 of 12
    assert "&lt; 8" in page
    assert "73 % of 40 (58 to 84 %)" in text(signed_in(world.grace).get("/office/tracking/"))
    sam = signed_in(world.engage_sam())
    assert sam.get("/work/tracking/").status_code == 404
