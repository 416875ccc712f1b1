"""Result pages of forms built otherwise than the PHQ-9: what they say must be true of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from alongside import catalogue
from alongside.insights.explained import Range
from alongside.measures import actions as measures
from alongside.notify import actions as notify
from alongside.web.parts import explained_words as words_of
from alongside.web.parts.pages import day_words
from alongside.web.practitioner import crisis_words
from tests.conftest import NOON
from tests.factories import Cast, World, care

Given = Mapping[str, int | None]


@pytest.fixture(autouse=True)
def second_step_done(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff came in with both steps, and a dispatcher lives."""
    from alongside.access import middleware

    monkeypatch.setattr(middleware, "_has_second_step", lambda account: True)
    notify.beat(name="test", at=NOON)


def numbered(*values: int | None) -> dict[str, int | None]:
    return {f"item_{n}": value for n, value in enumerate(values, start=1)}


ASQ_REFUSED = numbered(0, 0, None, 0, None)
CIWA_OPEN = numbered(1, 3, 2, 4, None, 0, None, 0, None, 0)  # ten points and more to come
PCL5_OPEN = {f"item_{n}": None if n in (3, 9) else 2 for n in range(1, 21)}

# Form, answers, what both of the practitioner's pages say together, and what neither says.
TRUE: dict[str, tuple[str, Given, tuple[str, ...], tuple[str, ...]]] = {
    "a screen whose last question was rightly not asked": (
        "asq",
        numbered(0, 0, 0, 0),
        ("Negative: no action needed by this screen", "This form has no score."),
        ("was left open", "..", "shows danger"),
    ),
    "a screen with refused questions": (
        "asq",
        ASQ_REFUSED,
        (
            "An answer shows danger: questions 3 and 5 were not answered.",
            "handled as acute until a clinician decides. Something is not answered, so it may be "
            "more serious",
        ),
        ("item_3 is not", "..", "It counts at any score"),
    ),
    "a total that is danger whatever was left open": (
        "ciwa_ar",
        CIWA_OPEN,
        (
            "No score: too few answers.",
            "The score shows danger: Total at least 10, whatever the open answers are.",
            "Moderate. Something is not answered",
        ),
        ("It counts at any score", "treatment is offered"),
    ),
    "parts of which some were filled in": (
        "pcl5",
        PCL5_OPEN,
        ("40, filled in from the other answers", "Avoidance (C)</dt><dd>4</dd>"),
        ("4, filled in from the other answers (4.00)",),
    ),
    "a form whose change is known of another score": (
        "swemwbs",
        numbered(*[3] * 7),
        ("2.87 points of another score of this form, Metric score.",),
        ("no reliable change is published",),
    ),
    "scores of which one was left open": (
        "readiness_ruler",
        numbered(8, None, 3),
        ("1 question was left open: 2.", "Readiness &gt;= 7", "This score does not meet it."),
        ("Every question that counts was answered", "treatment is offered"),
    ),
    "questions that another answer left unasked": (
        "pcptsd5",
        numbered(0),
        (
            "0 points from 5 of 5 questions that count. 5 of them were not asked, because of "
            "another answer; the form says what they count.",
            "Every question that was asked and counts was answered.",
        ),
        ("Every question that counts was answered",),
    ),
    "a form whose words are not here, and a score made of others": (
        "urica",
        numbered(*[3] * 32),
        ("Question 32", "contemplation + action + maintenance − precontemplation = 6."),
        ("item_32", "-1 ×"),
    ),
    "lines of several scores, each with its own": (
        "bam",
        numbered(*[0] * 13, 0, *[1] * 3),
        ("Risk: 12 or more. This score is on the other side.", "Protective factors: 12 or less."),
        ("(bam@1/use, in use",),
    ),
    "a change that would only be computed": (
        "cesd",
        numbered(*[1] * 20),
        (
            "(it would be computed, and this service entered no figures of its own)",
            "under “reliable change”: 1.96 x 11",
            "counted the other way round",
        ),
        ("from figures this service entered",),
    ),
    "the worst a screen can say, with a question refused": (
        "asq",
        numbered(0, 1, None, 0, 1),
        ("Acute positive: thoughts of killing themselves right now",),
        ("more serious",),
    ),
}


def text(response: Any) -> str:
    main = re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)
    assert main is not None
    return " ".join(re.sub(r"</?(b|span)\b[^>]*>", "", main.group()).split())


@pytest.mark.parametrize("kind", TRUE)
def test_result_pages_say_of_each_kind_of_form_only_what_is_true(
    world: World, sam: Cast, signed_in: Any, kind: str
) -> None:
    form, answers, said, not_said = TRUE[kind]
    given = care.answer(world, world.sam, form, answers).response
    asha, home = signed_in(world.asha), f"/work/cases/{world.case.pk}"
    both = " ".join(
        text(asha.get(f"{home}/{page}/{given.pk}/")) for page in ("answers", "progress")
    )
    both = re.sub(r"<(dt|dd)\b[^>]*>", r"<\1>", both).replace("</dt> <dd>", "</dt><dd>")
    for words in said:
        assert words in both, words
    for words in not_said:
        assert words not in both, words
    danger = "shows danger" in both
    assert danger == ("may not be safe" in text(signed_in(sam).get(f"/me/change/{given.pk}/")))
    assert danger == ("an answer showed danger" in text(asha.get(f"{home}/progress/")))


# Form, answers, what the person's own page says, and what it does not.
OWN: dict[str, tuple[str, Given, tuple[str, ...], tuple[str, ...]]] = {
    "somebody of the team rated what they saw": (
        "ciwa_ar",
        numbered(1, 3, 2, 4, 2, 0, 0, 0, 1, 3),
        (
            "What was seen says that you may not be safe. The team was told when it was written",
            "Somebody of the team looked at 10 of 10 things.",
            "What was written down",
        ),
        ("One of your answers", "You answered", "when you sent it", "My answers"),
    ),
    "questions that did not apply": (
        "pcptsd5",
        numbered(0),
        ("5 questions did not apply, because of another answer. Each answer has points.",),
        ("5 of 5", "0 of 0"),
    ),
    "a form of which a part was not seen at its source": (
        "phq9",
        numbered(2, 2, 2, 2, None, 1, 2, None, 0, 1),
        (
            "You left 2 open. For those we took the mean of the others. That makes 14.",
            "Not seen in its source yet: the rule for open questions.",
            "Last checked Saturday 21 November 2026. Next review by Sunday 21 November 2027.",
        ),
        ("may not be safe",),
    ),
}


@pytest.mark.parametrize("kind", OWN)
def test_own_page_says_who_answered_what_counts_and_when_it_was_checked(
    world: World, sam: Cast, signed_in: Any, kind: str
) -> None:
    form, answers, said, not_said = OWN[kind]
    given = care.answer(world, world.sam, form, answers).response
    page = text(signed_in(sam).get(f"/me/change/{given.pk}/"))
    page = " ".join(re.sub(r"</?(li|p|ol)\b[^>]*>", " ", page).split())
    for words in said:
        assert words in page, words
    for words in not_said:
        assert words not in page, words


def test_a_screen_without_a_number_is_never_said_to_lack_answers_for_one(
    world: World, sam: Cast, signed_in: Any
) -> None:
    care.answer(world, world.sam, "asq", numbered(0, 0, 0, 0))
    care.answer(world, world.sam, "ciwa_ar", numbered(1, 3, 2, 4, 2, 0, 0, 0, 1, 3))
    asha, home = signed_in(world.asha), f"/work/cases/{world.case.pk}/progress/"
    key = f"asq.{world.sam.pk}.{world.sam.pk}"
    led_to = "The last time: Negative: no action needed by this screen."
    for page in (asha.get(home, {"measure": key}), asha.get(home, {"measure": "all"})):
        assert f"This form leads to a step, not to a number. {led_to}" in text(page)
        assert "too few answers" not in text(page)
    assert "without treatment, too" not in text(asha.get(home, {"measure": key}))
    mine = text(signed_in(sam).get("/me/change/"))
    assert "This form has no number. It tells the team what to do next." in mine
    assert "too many were left open" not in mine
    assert "Somebody of the team filled it in 1 of 1 times." in mine


def test_an_alert_by_a_score_names_the_form_and_the_score() -> None:
    alert = SimpleNamespace(because="total = 16, at least 15", rule="ciwa_ar_severe@1")
    said, _asked = crisis_words.fact(alert)
    assert said == "Clinical Institute Withdrawal Assessment for Alcohol, revised: Total 16"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Saturday 28 November 2026"), ("es", "sábado 28 de noviembre de 2026")],
)
def test_a_day_is_written_as_people_write_it(language: str, said: str) -> None:
    with override(language):
        assert day_words(date(2026, 11, 28)) == said


def test_a_range_of_one_point_is_said_as_that_point() -> None:
    it = SimpleNamespace(range=Range("none", 0, 0))
    wording = SimpleNamespace(bands={"none": "No problem reported"})
    assert words_of.band_words(it, wording) == (
        "score in the range described as No problem reported (0)"
    )


def test_a_total_has_no_empty_table_of_answers(world: World, signed_in: Any) -> None:
    asking = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="moca",
        by=world.asha.reader, at=world.moment,
    )  # fmt: skip
    given = measures.record_totals(
        asking=asking, totals={"total": 22}, form_version="7.1", submission="one",
        by=world.asha.reader, at=world.moment,
    ).response  # fmt: skip
    page = text(signed_in(world.asha).get(f"/work/cases/{world.case.pk}/progress/{given.pk}/"))
    assert "The single answers are not here." in page
    assert "less than 26. This score meets it." in page
    assert "<table" not in page
    assert "Open questions" not in page


def test_every_line_names_a_source_that_can_be_looked_up_or_says_that_it_was_not_seen() -> None:
    cat = catalogue.current()
    for ref, instrument in cat.instruments.items():
        for rule in instrument.caseness:
            assert not rule.source.startswith("SOURCE.md"), f"{ref}/{rule.id}"
            unseen = {"caseness", f"caseness.{rule.id}"} & set(instrument.unverified)
            assert rule.source.endswith("(to be verified)") <= bool(unseen), f"{ref}/{rule.id}"


def test_how_soon_somebody_is_seen_is_in_the_language_of_the_reader() -> None:
    levels = catalogue.current().danger.levels.values()
    assert {each.face_to_face for each in levels} <= set(crisis_words.FACE_TO_FACE)
