"""Forms of a course: every save a version, a step done only with its form, nobody else's seen."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from alongside import catalogue
from alongside.catalogue import roots
from alongside.delivery import actions, artefacts, queries
from alongside.delivery.models import Artefact
from alongside.engine.artefacts import Mistake
from alongside.plans import actions as plans
from alongside.plans.models import Course
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.models import AuditEvent
from alongside.records.scoped import writing
from tests.conftest import NOON
from tests.factories import World
from tests.factories.care import held

THOUGHTS = {
    "situation": "Nobody rang on Sunday",
    "mood": "sad",
    "mood_before": 80,
    "thought": "They have forgotten me",
    "balanced": "They are busy with the move",
    "mood_after": 35,
    "evidence_for": "  ",
}
PROBLEMS = {"problems": [{"problem": "I don't sleep", "weight": 8}, {"problem": " "}]}


def filled(world: World, course: Any, form: str = "thought_record", **more: Any) -> Artefact:
    """A thought record as Asha entered it with Sam."""
    given: dict[str, Any] = {
        "course": course,
        "form": form,
        "about": world.sam,
        "answers": THOUGHTS if form == "thought_record" else PROBLEMS,
        "entered_from": "session",
        "by": world.asha.reader,
        "at": world.moment,
        **more,
    }
    return artefacts.fill_in(**given)


def test_every_save_is_a_version_and_a_stale_one_changes_nothing(world: World, cbt: Course) -> None:
    first = filled(world, cbt)
    assert (first.number, first.form, first.is_complete) == (1, "cbt/thought_record@1", True)
    assert "evidence_for" not in artefacts.answers_of(first)
    given = {"by": world.asha.reader, "at": NOON + timedelta(hours=1)}
    second = artefacts.change(
        artefact=first, answers={**THOUGHTS, "mood_after": None}, expected=1, **given
    )
    assert (second.number, second.sheet, second.is_complete) == (2, first.sheet, False)
    with pytest.raises(StaleVersion) as stale:
        artefacts.change(artefact=first, answers=THOUGHTS, expected=1, **given)
    assert stale.value.current.pk == second.pk
    shown = artefacts.versions(seen_by=world.asha.reader, sheet=first.sheet)
    assert [row.number for row in shown] == [2, 1]
    assert artefacts.answers_of(shown[1])["mood_after"] == 35
    with writing(), pytest.raises(IntegrityError), transaction.atomic():
        Artefact.objects.unscoped("two that hold").filter(pk=first.pk).update(superseded_at=None)
    words = {event.word for event in AuditEvent.objects.all()}
    assert {"delivery.artefact_written", "delivery.artefact_changed"} <= words


def test_a_sheet_of_a_form_the_variant_does_not_use_stays_and_is_gone_on_with(
    world: World, cbt: Course
) -> None:
    of_another = {"form": "risk_situations", "answers": {"slip": "I ring Ana"}}
    by_sam = {"by": world.sam_account.reader, "entered_from": "home"}

    def becomes(variant: str) -> None:
        with writing():
            Course.objects.unscoped("what was").filter(pk=cbt.pk).update(variant=variant)
        cbt.refresh_from_db()

    becomes("relapse_prevention")
    row = filled(world, cbt, **of_another, **by_sam)
    becomes("depression")
    with pytest.raises(artefacts.FormNotHere):
        filled(world, cbt, **of_another)
    task = {"session": held(world, cbt), "about": world.sam, "task": "Write", "at": world.moment}
    with pytest.raises(actions.UnknownWord):
        actions.set_homework(form="risk_situations", by=world.asha.reader, **task)
    row = artefacts.sheet(seen_by=world.asha.reader, sheet=row.sheet)
    more = {"slip": "I ring Ben"}
    artefacts.change(artefact=row, answers=more, expected=1, at=NOON, **by_sam)
    (there,) = artefacts.sheets(seen_by=world.asha.reader)
    assert (there.number, artefacts.answers_of(there)) == (2, more)


def test_what_was_written_by_mistake_is_struck_and_kept(world: World, cbt: Course) -> None:
    row = filled(world, cbt)
    given = {"artefact": row, "by": world.asha.reader, "at": NOON}
    with pytest.raises(artefacts.NeedsReason):
        artefacts.strike(because=" ", expected=1, **given)
    struck = artefacts.strike(because="It was another person's.", expected=1, **given)
    assert (struck.is_struck, struck.number) == (True, 2)
    assert list(artefacts.sheets(seen_by=world.asha.reader)) == []
    assert len(artefacts.versions(seen_by=world.asha.reader, sheet=row.sheet)) == 2
    with pytest.raises(artefacts.Struck):
        artefacts.change(answers=THOUGHTS, expected=2, **given)
    assert queries.artefacts_kept(seen_by=world.asha.reader, course=cbt) == {}


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"form": "letter"}, artefacts.FormNotHere),
        ({"form": "craft/life_plan@1"}, artefacts.FormNotHere),
        ({"form": "risk_situations"}, artefacts.FormNotHere),  # of another variant
        ({"answers": {"mood": " "}}, artefacts.NothingWritten),
        ({"answers": {"mood_before": 101}}, artefacts.WrongAnswers),
        ({"about": "noor"}, artefacts.NotTreated),
        ({"by": "sam", "form": "formulation"}, artefacts.NotForHome),
        ({"by": "bo"}, NotAllowed),
        ({"by": "noor"}, NotAllowed),
    ],
)
def test_what_no_form_takes_is_refused(
    world: World, cbt: Course, more: dict[str, Any], refusal: type[Exception]
) -> None:
    if more.get("about"):
        more = {**more, "about": world.noor.person}
    if more.get("by"):
        readers = {"bo": world.bo, "noor": world.noor, "sam": world.sam_account}
        more = {**more, "by": readers[more["by"]].reader}
    with pytest.raises(refusal) as why:
        filled(world, cbt, **more)
    if refusal is artefacts.WrongAnswers:
        (mistake,) = why.value.mistakes
        assert mistake == Mistake("mood_before", "out_of_range", {"low": 0, "high": 100})


def test_nobody_else_sees_what_somebody_wrote(world: World, cbt: Course) -> None:
    filled(world, cbt, by=world.sam_account.reader)
    seen = {
        name: artefacts.sheets(seen_by=cast.reader).count()
        for name, cast in {
            "sam": world.sam_account, "asha": world.asha, "noor": world.noor, "teo": world.teo,
            "bo": world.bo,
        }.items()
    }  # fmt: skip
    assert seen == {"sam": 1, "asha": 1, "noor": 0, "teo": 0, "bo": 0}
    (row,) = artefacts.sheets(seen_by=world.sam_account.reader)
    assert row.entered_from == "home", "whatever the page said"


def test_a_step_is_done_with_its_form_or_when_somebody_says_it_is_on_paper(
    world: World, cbt: Course
) -> None:

    def do(step: str, **more: Any) -> Any:
        return actions.record_step(course=cbt, step=step, by=world.asha.reader, at=NOON, **more)

    def missing() -> set[str]:
        state = queries.state_of(course=cbt, seen_by=world.asha.reader, at=NOON)
        return {need.form for phase in state.phases[:1] for need in phase.artefacts_missing}

    with pytest.raises(actions.FormMissing) as why:
        do("problem_list")
    assert (why.value.form, why.value.there, why.value.wanted) == ("problem_list", 0, 1)
    filled(world, cbt, "problem_list", answers={"first": "Sleep"})
    with pytest.raises(actions.FormMissing):
        do("problem_list")
    filled(world, cbt, "problem_list")
    assert do("problem_list").on_paper is False
    assert missing() == {"smart_goals"}
    assert do("goals", on_paper=True).on_paper is True
    assert missing() == set()
    assert do("risk_asked", on_paper=True).on_paper is False, "it makes no form"


def test_what_the_note_is_offered_lies_between_two_sessions(world: World, cbt: Course) -> None:
    world.at(NOON + timedelta(hours=2))
    first = held(world, cbt)
    world.at(NOON + timedelta(days=2))
    home = filled(world, cbt, by=world.sam_account.reader)
    world.at(NOON + timedelta(days=7))
    second = held(world, cbt)
    inside = filled(world, cbt, session=second)
    world.at(NOON + timedelta(days=8))
    later = filled(world, cbt, by=world.sam_account.reader)
    offered = artefacts.for_note(seen_by=world.asha.reader, session=second)
    assert [row.pk for row in offered] == [home.pk, inside.pk]
    assert later.pk not in {row.pk for row in offered}
    assert artefacts.for_note(seen_by=world.asha.reader, session=first) == []


def test_homework_names_a_form_that_its_person_may_fill_in_at_home(
    world: World, cbt: Course
) -> None:
    session = held(world, cbt)
    given = {"session": session, "about": world.sam, "by": world.asha.reader, "at": world.moment}
    task = actions.set_homework(task="Write down one hard moment", form="thought_record", **given)
    assert task.form == "cbt/thought_record@1"
    for form in ("formulation", "letter"):
        with pytest.raises(actions.UnknownWord):
            actions.set_homework(task="Try", form=form, **given)
    row = filled(world, cbt, by=world.sam_account.reader, homework=task)
    assert row.homework_id == task.pk


def test_a_form_of_a_course_that_has_ended_is_read_and_not_written(
    world: World, cbt: Course
) -> None:
    row = filled(world, cbt)
    ended = plans.end_course(
        course=cbt,
        completion="completed",
        words="We said goodbye.",
        expected=cbt.version,
        by=world.asha.reader,
        at=world.moment,
    )
    with pytest.raises(artefacts.CourseNotRunning):
        filled(world, ended)
    with pytest.raises(artefacts.CourseNotRunning):
        artefacts.change(
            artefact=artefacts.sheet(seen_by=world.asha.reader, sheet=row.sheet),
            answers=THOUGHTS, expected=1, by=world.asha.reader, at=NOON,
        )  # fmt: skip


def test_a_form_added_at_run_time_needs_no_python(
    world: World, cbt: Course, tmp_path: Path
) -> None:
    shipped = roots()[0]
    here = tmp_path / "content" / "protocols/cbt/1"
    shutil.copytree(shipped / "protocols/cbt/1", here)
    head = (here / "protocol.yaml").read_text(encoding="utf-8")
    named = head.replace("risk_situations]\nmeasures", "risk_situations, sleep_week]\nmeasures")
    (here / "protocol.yaml").write_text(named, encoding="utf-8")
    (here / "artefacts" / "sleep_week.yaml").write_text(
        "title: {en: Nights, es: Noches}\n"
        "intro: {en: One line a night., es: Una línea por noche.}\n"
        "filled_by: [person]\nwhere: [home, print]\n"
        "fields:\n"
        "  - id: nights\n    kind: rows\n    label: {en: Nights, es: Noches}\n"
        "    required: true\n    most: 7\n    columns:\n"
        "      - {id: night, kind: date, label: {en: Night, es: Noche}}\n"
        "      - {id: slept, kind: rating, low: 0, high: 12, label: {en: Hours, es: Horas}}\n"
        "note: {lines: [{en: 'Nights: {nights.slept} hours.', es: 'Noches: {nights.slept} h.'}]}\n"
        "source: OWN\nchecked: 2026-11-22\nreview_by: 2027-11-22\n",
        encoding="utf-8",
    )
    with catalogue.installed(catalogue.build([shipped, tmp_path / "content"])):
        answers = {"nights": [{"night": "2026-03-01", "slept": 5}]}
        row = filled(world, cbt, "sleep_week", answers=answers, by=world.sam_account.reader)
        assert (row.form, row.is_complete) == ("cbt/sleep_week@1", True)
        with pytest.raises(artefacts.WrongAnswers):
            filled(world, cbt, "sleep_week", answers={"nights": [{"slept": 13}]})
    with pytest.raises(artefacts.FormNotHere):
        filled(world, cbt, "sleep_week", answers=answers)
