"""A way of helping is written in the office, put in use and taken out of it, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.flows.test_four_paths import a_plan_is_made
from tests.flows.walking import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.sqlite]

NEW, NAMED = "dose: {sessions: {min: 2,", "dose: {sessions: {min: two,"


def furnish() -> dict[str, str]:
    """Somebody who reviews, a course that runs on version 1, and a case without a plan."""
    from alongside.cases.models import Case
    from alongside.records import clock
    from tests.factories import make_world
    from tests.factories.care import looked
    from tests.factories.every_way import ready
    from tests.factories.world import add_case

    world = make_world(at=clock.now() - timedelta(hours=1))
    world.staff("Iris Moor", "Manager", "manager")
    running = ready(world, "respect", "brief", [world.engage_sam().person])
    here = {
        "running": f"/work/cases/{world.case.pk}/plan/",
        "move": f"/work/courses/{running.pk}/version/",
    }
    add_case(world, at=world.moment, mark=".2")
    world.engage_sam("other@example.org")
    Case._base_manager.filter(pk=world.case.pk).update(needs=["sexual_risk"])
    looked(world)
    next_year = clock.now().date() + timedelta(days=300)
    return {
        **here,
        "fresh": f"/work/cases/{world.case.pk}/",
        "next_year": next_year.isoformat(),
    }


@pytest.fixture
def comes(served: Any, page_for: Any, axe: Callable[..., None]) -> Callable[[str], Somebody]:
    def somebody(name: str) -> Somebody:
        session = served.session_of(f"{name}@example.org")
        return Somebody(page_for(1280, signed_in=session), axe)

    return somebody


def types(who: Somebody, draft: str, file: str, before: str, after: str, press: str) -> None:
    """Change a piece of a file by hand, and send it."""
    who.goto(f"{draft}file/{file}/")
    text = who.field("text").input_value()
    assert before in text
    who.write(text=text.replace(before, after, 1))
    who.press(press)


def brings(who: Somebody, raw: bytes) -> None:
    who.goto("/office/content/drafts/bring/")
    who.field("file").set_input_files(
        {"name": "way.json", "mimeType": "application/json", "buffer": raw}
    )
    who.press("Take it in")


def test_a_way_is_written_mended_seen_reviewed_published_used_and_retired(
    served: Any, comes: Callable[[str], Somebody]
) -> None:
    here = served.call(furnish)
    grace, iris, asha = comes("grace"), comes("iris"), comes("asha")

    # From a copy. Two mistakes in two files: each in its place, and it can be asked of nobody.
    grace.goto("/office/content/protocols/respect@1/")
    grace.follow("Write a version")
    grace.press("Begin")
    grace.sees("respect@2", "It has no mistakes.")
    draft = grace.page.url
    types(grace, draft, "protocol.yaml", NEW, NAMED, "Check without saving")
    grace.sees("protocol.yaml, line 1", "min: two", "sessions.min")
    assert NAMED in grace.field("text").input_value()  # what was typed is kept
    grace.press("Save")
    grace.look()
    types(grace, draft, "wording.en.yaml", "name:", "title:", "Save")
    grace.goto(draft)
    grace.sees("3 mistakes keep it from being used", "2 mistakes")
    assert grace.main.get_by_role("button", name="Ask for a review").count() == 0
    grace.look()

    # Mended: the files as text, the most used values by the form beside them.
    types(grace, draft, "wording.en.yaml", "title:", "name:", "Save")
    types(grace, draft, "protocol.yaml", NAMED, NEW, "Save")
    grace.goto(f"{draft}fields/")
    grace.page.get_by_label("Name", exact=True).fill("Two talks and a walk")
    grace.page.get_by_label("Sessions, at most").fill("many")
    grace.press("Save")
    grace.is_told_what_to_fix()
    grace.page.get_by_label("Sessions, at most").fill("5")
    grace.press("Save")
    grace.sees("max: 5", 'name: "Two talks and a walk"')

    # As a plan for somebody made up, as pages, and beside the version it was copied from.
    grace.goto(f"{draft}preview/")
    grace.write(facts="needs: [sexual_risk]\nseeks_help: maybe\n")
    grace.press("Try it")
    grace.sees("What the chooser says", "seeks_help")
    grace.write(facts="needs: [sexual_risk]\nseeks_help: accepts\nperson: {age: 34}\n")
    grace.press("Try it")
    grace.sees("only with care", "Gates before the start", "Locked, and what each waits for")
    grace.sees("Phase 1:", "Two short talks")
    grace.look()
    grace.goto(f"{draft}compare/")
    assert "Two talks and a walk" in " ".join(grace.main.locator("ins").all_inner_texts())
    grace.look()

    # A second person, with sources and a day to come; then it is put in use.
    grace.goto(draft)
    grace.press("Ask for a review")
    grace.sees("It waits for somebody who wrote nothing in it.")
    iris.goto(draft)
    iris.follow("Review it")
    iris.choose("passed", "yes")
    iris.write(sources="", review_by="2020-01-01")
    iris.press("Save the review")
    iris.is_told_what_to_fix()
    iris.write(sources="Handbook of walking, 2024", review_by=here["next_year"])
    iris.press("Save the review")
    grace.goto(draft)
    grace.press("Publish this version")
    grace.sees("It is in use.")
    grace.follow("Go to it")
    grace.sees("Made here", "Iris Moor", "Handbook of walking, 2024")
    grace.look()
    grace.follow("Compare versions")
    grace.sees("Version 1 → Version 2", "2 to 4 (usually 2) → 2 to 5")

    # A practitioner finds it in the chooser and proposes it; what ran stays until it is moved.
    plan = a_plan_is_made(
        asha, here["fresh"], "respect/brief", seeks="accepts", whom="Sam.2",
        by="Asha Raman, Interventionist", words="Two talks, and one step.",
    )  # fmt: skip
    asha.goto(plan)
    asha.sees("Two talks and a walk")
    asha.goto(here["running"])
    asha.sees("Version 2 of this way is published.")
    assert "Two talks and a walk" not in asha.words
    asha.goto(here["move"])
    asha.sees("What changes: version 1 → version 2")
    asha.look()
    asha.write(reason="He would rather walk than sit.")
    asha.press("Go on by version 2")
    asha.sees("on version 1 until then")

    # Retired: begun no more; and files from elsewhere that are broken or mean harm stay outside.
    grace.goto("/office/content/protocols/respect@2/")
    grace.follow("Begin it no more")
    grace.write(why="The path along the river is closed.")
    grace.press("Begin it no more")
    grace.sees("It is not begun any more.", "The path along the river is closed.")
    asha.goto(here["running"])
    asha.sees("It is not begun any more; what runs goes on as it is.")
    brings(grace, b'{"format": "alongside-content/1", "kind": "protocols"')
    grace.sees("Nothing was taken in.", "this is not valid JSON")
    answer = grace.page.request.get("/office/content/export/protocols/respect@1/")
    whole = json.loads(answer.body())
    whole["files"]["../../etc/passwd.yaml"] = "x: 1"
    whole["files"]["sources.yaml"] = "a: &many [1]\nb: *many\nc: !!python/name:os.system x\n"
    whole["files"]["SOURCE.md"] = "read \u202eme"
    whole["files"]["protocol.yaml"] += "surprise: <script>alert(1)</script>\n"
    brings(grace, json.dumps(whole).encode())
    grace.sees(
        "../../etc/passwd.yaml", "an anchor (&)", "an alias (*)", "a tag (!)",
        "right-to-left override", "surprise: no such key is known here",
    )  # fmt: skip
    grace.look()
