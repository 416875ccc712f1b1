"""What questionnaires need to know of a person: asked for a reason, open if it is not known."""

from __future__ import annotations

from typing import Any

import pytest

from alongside.notify import actions as notify
from alongside.people.models import Person
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import answer

THREE = {"item_1": 1, **{f"item_{n}": int(n < 5) for n in range(2, 7)}}


@pytest.fixture(autouse=True)
def second_step_done(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff came in with both steps, and a dispatcher lives."""
    from alongside.access import middleware

    monkeypatch.setattr(middleware, "_has_second_step", lambda account: True)
    notify.beat(name="test", at=NOON)


def test_the_line_for_women_counts_once_it_is_known_and_is_named_before(
    world: World, signed_in: Any
) -> None:
    world.engage_sam()
    asha, case = signed_in(world.asha), f"/work/cases/{world.case.pk}/"
    before = answer(world, world.sam, "pcptsd5", THREE).response
    assert (before.caseness, before.caseness_rule) == (False, "pcptsd5@1/overall")
    page = asha.get(f"{case}progress/{before.pk}/").content.decode()
    assert "3 or more (women)" in page
    assert "not in use here" in page

    version = Person.objects.visible_to(world.asha.reader).get(pk=world.sam.pk).version
    asked = asha.get(case).content.decode()
    assert "another treatment line for women than for men" in asked
    given = {"sex": "female", "version": version}
    assert asha.post(f"{case}known/", given).status_code == 302
    stale = asha.post(f"{case}known/", {"sex": "", "version": version})
    assert stale.status_code == 409
    assert "It says now: Female." in stale.content.decode()
    assert asha.post(f"{case}known/", {"sex": "other", "version": version}).status_code == 400
    world.sam.refresh_from_db()
    after = answer(world, world.sam, "pcptsd5", THREE).response
    assert (after.caseness, after.caseness_rule) == (True, "pcptsd5@1/women")
    before.refresh_from_db()
    assert before.caseness is False  # what is kept stays as it was
