"""The page on which a course is moved to a newer version of its protocol, or stays where it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

from django.utils import translation

from alongside.plans import queries, versioning
from alongside.plans.models import Course
from alongside.web.parts.version_words import sections
from tests.factories import Cast, World
from tests.factories.care import answer
from tests.factories.versions import own, publish_cbt

__all__ = ["own"]
WHY = "The new version asks about sleep, which he wants to work on."


def words(answered: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answered.content.decode())).split())


def test_the_lead_reads_what_a_newer_version_changes_and_moves_the_course_or_leaves_it(
    own: Path, world: World, cbt: Course, signed_in: Callable[[Cast], Any]
) -> None:
    asha, address = signed_in(world.asha), f"/work/courses/{cbt.pk}/version/"
    plan = f"/work/cases/{world.case.pk}/plan/"
    assert "There is no newer version" in words(asha.get(address))
    publish_cbt(own)
    assert "Version 2 of this way is published." in words(asha.get(plan))
    assert address in asha.get(plan).content.decode()
    page = words(asha.get(address))
    for said in (
        "What changes: version 1 → version 2",
        "Talk about sleep In the session",
        "How it came about",
        "days it may take: 7 → 14",
        "It waits while: There is violence",
        "what it asks for: Patient Health Questionnaire-9 → ",
        "Not yet, because…",
        "It is another plan than the one people agreed to.",
    ):
        assert said in page, said
    assert f"/work/courses/{cbt.pk}/release/baseline/" in asha.get(address).content.decode()
    way = queries.newer_version(cbt)
    assert way is not None
    with translation.override("es"):
        rows = sections(queries.protocol_of(cbt), way, versioning.changes(cbt, way))
    assert "Hablar del sueño" in str(rows)

    given = {"version": cbt.version, "to": "cbt@2", "reason": WHY}
    refused = asha.post(address, given)
    assert refused.status_code == 400
    assert "It cannot move yet, so nothing has changed" in words(refused)
    assert WHY in words(refused)
    until = (world.moment + timedelta(days=3)).date().isoformat()
    gate = f"/work/courses/{cbt.pk}/release/baseline/"
    assert asha.post(gate, {"reason": WHY, "until": until}).status_code == 302
    assert "all are open" in words(asha.get(address))
    assert asha.post(address, {**given, "version": 99}).status_code == 409
    assert asha.post(address, {**given, "reason": ""}).status_code == 400
    other = asha.post(address, {**given, "to": "cbt@7"})
    assert other.status_code == 400
    assert "Another version was published meanwhile." in words(other)
    assert 'value="cbt@2"' in other.content.decode()
    for cast in (world.bo, world.hana, world.noor):
        assert signed_in(cast).post(address, given).status_code in (403, 404), cast.person.name
    assert Course._base_manager.get(pk=cbt.pk).protocol == "cbt@1"

    assert asha.post(address, given).status_code == 302
    page = words(asha.get(plan))
    assert "On version 2 since 2 Mar 2026; on version 1 until then." in page
    assert "is published" not in page
    told = words(asha.get(f"/work/cases/{world.case.pk}/timeline/"))
    assert "goes on by version 2; until then it ran on version 1" in told
    assert "Moved to a newer version: Cognitive behavioural therapy (CBT), version 2" in told
    again = asha.post(address, given)
    assert again.status_code == 409
    assert "There is no newer version" in words(again)


def test_a_version_without_the_form_a_course_was_planned_with_cannot_take_it(
    own: Path, world: World, cbt: Course, signed_in: Callable[[Cast], Any]
) -> None:
    publish_cbt(own)
    Course._base_manager.filter(pk=cbt.pk).update(variant="only_then")
    asha, address = signed_in(world.asha), f"/work/courses/{cbt.pk}/version/"
    answer(world, world.sam, "gad7", {f"item_{number}": 1 for number in range(1, 8)})
    page = words(asha.get(address))
    assert "does not have the form of it that this course was planned with" in page
    assert "Go on by version" not in page
    given = {"version": cbt.version, "to": "cbt@2", "reason": WHY}
    assert asha.post(address, given).status_code == 400
