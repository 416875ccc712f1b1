"""Where a number comes from: seen for a normal, a filled-in, an unscorable and a dangerous one.

At the practitioner's door and at the person's own, with several measures together and as a file.
"""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest

from alongside import catalogue
from alongside.engine.instruments import score
from alongside.insights.explained import explain
from alongside.measures.models import Response
from alongside.notify import actions as notify
from alongside.plans import actions as plans
from alongside.plans.models import Course
from alongside.records.scoped import writing
from alongside.web.parts import explained_words, picture
from alongside.web.parts.scores import words_of
from alongside.web.person import change
from tests.conftest import NOON
from tests.factories import Cast, World, care
from tests.harness.house import PACKAGE
from tests.harness.reading import grade

NINE = [f"item_{n}" for n in range(1, 10)]
NORMAL = dict(zip(NINE, [2, 2, 3, 2, 1, 2, 2, 1, 0], strict=True))
FILLED = dict(zip(NINE, [2, 2, 2, 2, None, 1, 2, None, 0], strict=True))
UNSCORABLE = dict(zip(NINE, [3, None, None, None, 3, 3, 3, 3, 0], strict=True))
DANGER = dict(zip(NINE, [1, 1, 1, 1, 0, 0, 1, 0, 2], strict=True))
BOTH = {**UNSCORABLE, "item_9": 3}

# What a practitioner and what the person must read of each.
SEEN: dict[str, tuple[dict[str, int | None], tuple[str, ...], tuple[str, ...]]] = {
    "normal": (
        NORMAL,
        (
            "15 on a scale of 0 to 27, lower is better.",
            "Every question that counts was answered.",
            "Score in the range described as Moderately severe (15 to 19)",
            "15 points from 9 of 9 questions that count.",
            "10 or more. This score is on the side where treatment is offered.",
            "phq9@1/default, in use",
            "6 or more points: larger than measurement error is likely to explain.",
            "published value: NHS Talking Therapies manual",
            "Kroenke, Spitzer, Williams (2001)",
        ),
        (
            "Where the 15 comes from",
            "You answered 9 of 9 questions.",
            "It does not name an illness.",
            "Your number is on the side where we offer it.",
            "If it moves by less than 6, that may be chance.",
        ),
    ),
    "filled in": (
        FILLED,
        (
            "14 on a scale of 0 to 27, lower is better, filled in from the other answers.",
            "2 questions were left open: 5 and 8.",
            "11 points from 7 of 9 questions that count. 11 ÷ 7 × 9 = 14.14.",
            "Rounded, a half goes up: 14.",
            "Up to 2 may be open; they count as the mean of the others.",
        ),
        (
            "Where the 14 comes from",
            "Yours add up to 11.",
            "You left 2 open. For those we took the mean of the others.",
            "That makes 14.",
        ),
    ),
    "unscorable": (
        UNSCORABLE,
        (
            "No score: too few answers. It is not a zero.",
            "3 questions were left open: 2, 3 and 4.",
            "Without a score nobody can say on which side.",
        ),
        (
            "Why there is no number",
            "With more than 2 open there is no number.",
            "It is not a zero, and we read the rest.",
        ),
    ),
    "danger": (
        DANGER,
        (
            "An answer shows danger: question 9, answered 2, “More than half the days”.",
            "The total says nothing about how great the danger is.",
            "phq9_self_harm@1",
            "Score in the range described as Mild (5 to 9)",
        ),
        (
            "One of your answers says that you may not be safe.",
            "The team was told when it was written down.",
            "Whom to call now",
        ),
    ),
    "danger without a score": (
        BOTH,
        (
            "An answer shows danger: question 9, answered 3",
            "No score: too few answers.",
        ),
        ("One of your answers says that you may not be safe.", "Why there is no number"),
    ),
}


@pytest.fixture(autouse=True)
def second_step_done(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff came in with both steps, and a dispatcher lives."""
    from alongside.access import middleware

    monkeypatch.setattr(middleware, "_has_second_step", lambda account: True)
    notify.beat(name="test", at=NOON)


@pytest.fixture
def progress(world: World, sam: Cast) -> str:
    return f"/work/cases/{world.case.pk}/progress/"


def text(response: Any) -> str:
    """The page with its white space as a reader sees it, without its marks of shape."""
    return " ".join(re.sub(r"</?(b|span)\b[^>]*>", "", response.content.decode()).split())


def answer(world: World, answers: Any, instrument: str = "phq9") -> Response:
    return care.answer(world, world.sam, instrument, answers).response


# -- one number ----------------------------------------------------------------------------------


def test_the_page_of_the_answers_says_danger_and_what_the_number_rests_on(
    world: World, progress: str, signed_in: Any
) -> None:
    asha = signed_in(world.asha)
    seen = {
        name: text(asha.get(progress.replace("progress", f"answers/{row.pk}")))
        for name, row in (
            ("both", answer(world, {**BOTH, "item_10": 2})),
            ("filled in", answer(world, FILLED)),
        )
    }
    for said in (
        "An answer shows danger: question 9, answered 3, “Nearly every day”.",
        "No score: too few answers. It is not a zero. 3 questions were left open: 2, 3 and 4.",
        "– does not count",
        "Not seen in its source yet: the rule for open questions.",
        "NHS Talking Therapies manual, in PMC8411661 table 1; Kroenke and others 2010",
    ):
        assert said in seen["both"], said
    assert "14 on a scale of 0 to 27, lower is better, filled in from" in seen["filled in"]
    screen = answer(world, dict(zip(NINE[:5], [0, 0, 0, 1, 0], strict=True)), "asq")
    page = text(asha.get(progress.replace("progress", f"answers/{screen.pk}")))
    assert "An answer shows danger: question 4, answered 1, “Yes”." in page
    assert "An answer shows danger" not in seen["filled in"]


@pytest.mark.parametrize("kind", SEEN)
def test_every_kind_of_result_explains_itself_to_both(
    world: World, progress: str, signed_in: Any, sam: Cast, kind: str
) -> None:
    answers, for_staff, for_sam = SEEN[kind]
    given = answer(world, answers)
    page = text(signed_in(world.asha).get(f"{progress}{given.pk}/"))
    for words in for_staff:
        assert words in page, words
    mine = signed_in(sam).get(f"/me/change/{given.pk}/")
    for words in for_sam:
        assert words in text(mine), words
    assert grade(mine.content.decode()) <= 6.0
    assert ("danger" in kind) == ("may not be safe" in text(mine))


def test_every_kind_of_result_is_told_apart_in_table_and_picture(
    world: World, progress: str, signed_in: Any, at: Any
) -> None:
    for week, answers in enumerate([NORMAL, FILLED, UNSCORABLE, DANGER]):
        moment = NOON + timedelta(weeks=week)
        at(moment)
        world.at(moment)
        answer(world, answers)
    page = text(signed_in(world.asha).get(progress))
    for words in (
        "filled in from the other answers", "too few answers for a score",
        "an answer showed danger", "More than half the days", "Question 9",
        "4 of 4 answered, over 4 weeks with questions. 1 of them has too few answers for a score.",
        "c-dot--filled", "c-few", "c-danger", "Where the 7 of 23 Mar 2026 comes from",
    ):  # fmt: skip
        assert words in page, words
    assert "c-miss" not in page
    assert page.count("no score</a>") == 1


def test_number_that_does_not_follow_from_its_answers_is_seen(
    world: World, progress: str, signed_in: Any
) -> None:
    given = answer(world, NORMAL)
    with writing():
        Response._base_manager.filter(pk=given.pk).update(scores={"total": 9})
    page = text(signed_in(world.asha).get(f"{progress}{given.pk}/"))
    assert "Kept as 9, but the answers give 15." in page


def test_number_is_explained_only_to_who_may_read_it_and_in_its_own_case(
    world: World, progress: str, signed_in: Any
) -> None:
    mine, noors = answer(world, NORMAL), care.answer(world, world.noor.person, "phq9", NORMAL)
    other = world.open_case(world.worry(alias="Kim", contact="k@example.org"))
    asha, sam = signed_in(world.asha), signed_in(world.sam_account)
    assert asha.get(f"/work/cases/{other.case.pk}/progress/{mine.pk}/").status_code == 404
    assert asha.get(f"{progress}{uuid4()}/").status_code == 404
    assert signed_in(world.bo).get(f"{progress}{mine.pk}/").status_code == 404
    assert sam.get(f"/me/change/{noors.response.pk}/").status_code == 404
    assert signed_in(world.noor).get(f"/me/change/{mine.pk}/").status_code == 404


@pytest.mark.parametrize("ref", sorted(catalogue.current().instruments))
def test_every_instrument_explains_every_number_it_can_give(ref: str) -> None:
    instrument = catalogue.current().instrument(ref)
    wording = words_of(ref)
    for answers in (
        {item.id: max(instrument.options[item.options]) for item in instrument.items},
        {item.id: min(instrument.options[item.options]) for item in instrument.items},
        dict.fromkeys(instrument.item_ids),
    ):
        found = score(instrument, answers)
        row = SimpleNamespace(
            pk=uuid4(), instrument=ref, answers=answers, scores=dict(found.scores),
            caseness_rule=found.caseness_rule or "", missing=[], entered_as_total=False,
        )  # fmt: skip
        it = explain(row)
        assert it is not None
        assert it.agrees
        said = explained_words.for_staff(it, wording, today=NOON.date())
        rules = " ".join(rule["text"] for rule in said["rules"])
        assert said["version"] == ref
        assert said["licence"] == instrument.licence.statement
        if it.main is not None and it.main.value is None:
            assert it.how == "unscorable"
            assert "It is not a zero." in rules
        if found.result is not None:
            assert "Leads to" in [rule["term"] for rule in said["rules"]]
        assert len(explained_words.answers(it, wording)) == len(instrument.items)
        assert all(change.steps(it))
        assert all(change.meaning(it, wording))


def test_score_entered_as_a_total_says_that_its_answers_are_not_here() -> None:
    row = SimpleNamespace(
        pk=uuid4(), instrument="phq9@1", answers={}, scores={"total": 12}, caseness_rule="",
        missing=[], entered_as_total=True,
    )  # fmt: skip
    it = explain(row)
    assert it is not None
    said = explained_words.for_staff(it, words_of("phq9@1"), today=NOON.date())
    assert (said["value"], said["state"], said["mismatch"]) == ("12", "as_total", "")
    assert "Entered as a total." in said["rules"][0]["text"]
    assert not any(rule["term"] == "Danger" for rule in said["rules"])


# -- several measures ----------------------------------------------------------------------------


def test_several_measures_stand_on_one_time_line(
    world: World, cbt: Course, progress: str, signed_in: Any, at: Any
) -> None:
    answer(world, NORMAL)
    later = NOON + timedelta(weeks=4)
    at(later)
    world.at(later)
    for instrument, items in (("gad7", 7), ("nrs_mood", 1)):
        answer(world, {f"item_{n}": 1 for n in range(1, items + 1)}, instrument)
    plans.end_course(
        course=cbt, completion="dropped_out", words="Moved away", expected=cbt.version,
        by=world.asha.reader, at=later,
    )  # fmt: skip
    asha = signed_in(world.asha)
    found = asha.get(progress).context["choices"]
    together = text(asha.get(progress, {"measure": "all"}))
    # One for each measure, and one for the phases of the courses.
    assert together.count('<svg class="narrow"') == len(found) + 1 == 4
    assert "Cognitive behavioural therapy (CBT) ended" in together
    assert "something ended" in together
    shown = [each["key"] for each in found][:2]
    chosen = asha.get(progress, {"measure": shown})
    assert len(chosen.context["several"]) == 2
    assert asha.get(progress, {"measure": shown[0]}).context["shown"] is not None


# -- as a file -----------------------------------------------------------------------------------


def test_picture_is_a_file_that_names_nobody_and_fetches_nothing(
    world: World, progress: str, signed_in: Any, sam: Cast
) -> None:
    answer(world, FILLED)
    answer(world, DANGER)
    asha, mine = signed_in(world.asha), signed_in(sam)
    key = asha.get(progress).context["choices"][0]["key"]
    for response in (
        asha.get(f"{progress}picture/", {"measure": key}),
        mine.get("/me/change/picture/", {"measure": key}),
    ):
        assert response.headers["Content-Disposition"] == 'attachment; filename="phq9.svg"'
        drawing = ElementTree.fromstring(response.content)
        assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
        words = response.content.decode()
        assert "Patient Health Questionnaire-9" in words
        assert "Open dot: some answers were open" in words
        assert "Sam" not in words
        assert not re.search(r"<script|href|url\(|@import", words)
    assert mine.get("/me/change/picture/", {"measure": "x"}).status_code == 404


def test_colours_of_the_file_are_those_of_the_pages() -> None:
    tokens = (PACKAGE / "web/parts/static/alongside/tokens.css").read_text()
    for name, colour in picture.COLOURS.items():
        assert re.search(rf"--{name}: light-dark\({colour}, ", tokens), name
