"""Danger: levels, outcomes, public questions, crisis lines, consent forms and signed sentences."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alongside import catalogue
from alongside.catalogue.consent_forms import MUST_CONTAIN
from alongside.catalogue.wording import placeholders
from alongside.engine.risk import LIFE_CRITICAL
from tests.harness.content import shipped

ROOT = catalogue.roots()[0]
TOKYO = ZoneInfo("Asia/Tokyo")
SHIPPED = shipped()
DANGER = SHIPPED.danger
LEVELS = DANGER.levels


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    for kind in ("danger", "wording", "crisis_lines", "consents"):
        shutil.copytree(ROOT / kind, root / kind)
    return root


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def errors(*roots: Path) -> list[str]:
    return [str(each) for each in catalogue.build(roots).problems if each.grade == "error"]


def test_the_shipped_danger_content_has_no_mistakes():
    kinds = tuple(f"content/{each}" for each in ("danger", "wording", "crisis_lines", "consents"))

    assert [each for each in SHIPPED.problems if each.file.startswith(kinds)] == []


# -- levels -------------------------------------------------------------------------------------


def test_the_codes_are_a_to_g_and_the_first_three_are_life_critical():
    assert list(LEVELS) == list("ABCDEFG")
    assert {code for code, level in LEVELS.items() if level.is_life_critical} == LIFE_CRITICAL
    assert all(level.is_task for code, level in LEVELS.items() if code not in LIFE_CRITICAL)


@pytest.mark.parametrize(
    ("code", "within", "bounds", "steps", "then"),
    [
        ("A", 3, (1, 3), [3, 6, 10, 15], 5),
        ("B", 5, (1, 5), [5, 15, 25, 40], 5),
        ("C", 15, (5, 30), [15, 25, 35], 15),
    ],
)
def test_a_life_critical_level_climbs_by_its_own_clock(code, within, bounds, steps, then):
    level = LEVELS[code]

    assert level.acknowledge_within == minutes(within)
    assert (level.acknowledge_at_least, level.acknowledge_at_most) == tuple(map(minutes, bounds))
    assert [step.after for step in level.steps] == [minutes(step) for step in steps]
    assert level.then_every == minutes(then)
    assert level.every_channel


def test_an_emergency_tells_the_manager_at_once_and_the_head_last():
    assert LEVELS["A"].first_tell == ("on_shift", "service_manager")
    assert [step.tell for step in LEVELS["A"].steps] == [
        ("duty_clinician",), ("second_on_call",), ("all_staff_of_role",), ("institution_head",),
    ]  # fmt: skip
    assert LEVELS["A"].emergency_first


def test_the_last_step_of_b_gives_the_emergency_instruction():
    assert [step.with_emergency_instruction for step in LEVELS["B"].steps] == [False] * 3 + [True]


@pytest.mark.parametrize("code", ["A", "B"])
def test_an_acknowledged_a_or_b_opens_again_without_contact_or_outcome(code):
    assert LEVELS[code].engaged_within == minutes(30)
    assert LEVELS[code].outcome_within == timedelta(hours=4)
    assert LEVELS[code].second_person_within == timedelta(hours=24)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("code: B", "code: A", "A to G, each once"),
        ("life_critical: true", "life_critical: false", "A, B and C are life-critical"),
        ("then_every_minutes: 5", "then_every_minutes: null", "climbs and goes on"),
        ("may_be_set_minutes: [1, 3]", "may_be_set_minutes: [4, 9]", "lies in its bounds"),
        ("{after_minutes: 6,", "{after_minutes: 2,", "steps go up"),
        ("every_channel: true", "every_channel: false", "by every channel"),
        ("tell: [duty_clinician]", "tell: [somebody]", "levels.0.steps.0.tell.0"),
        ("first_message: danger_first_a", "first_message: danger_none", "no sentence danger_none"),
        ("task_due: next_working_day", "task_due: null", "say when its task is due"),
        ("lowered_by: [lead,", "lowered_by: [on_call,", "levels.0.lowered_by"),
        ("lowered_by: [lead, therapist, supervisor]", "lowered_by: []", "levels.0.lowered_by"),
    ],
)
def test_a_mistake_in_the_levels_is_refused(content, old, new, said):
    change(content / "danger/levels.yaml", old, new)

    assert any("danger/levels.yaml" in each and said in each for each in errors(content))
    with pytest.raises(catalogue.UnknownContent):
        _ = catalogue.build([content]).danger


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("acknowledge_within_minutes: 3\n    may_be_set_minutes: [1, 3]",
         "acknowledge_within_minutes: 9\n    may_be_set_minutes: [1, 9]"),
        ("{after_minutes: 10, tell: [all_staff_of_role]}",
         "{after_minutes: 14, tell: [all_staff_of_role]}"),
        ("      - {after_minutes: 15, tell: [institution_head]}\n", ""),
        ("first_tell: [on_shift, service_manager]", "first_tell: [on_shift]"),
        ("then_every_minutes: 5", "then_every_minutes: 50"),
    ],
)  # fmt: skip
def test_a_deployment_cannot_tell_fewer_people_or_later(content, tmp_path, old, new):
    own = tmp_path / "own"
    shutil.copytree(content / "danger", own / "danger")
    change(own / "danger/levels.yaml", old, new)

    whole = catalogue.build([content, own])

    assert any("than the shipped level" in str(each) for each in whole.problems)
    assert whole.danger.levels["A"] == LEVELS["A"]


def test_a_deployment_may_ask_for_a_sooner_answer(content, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(content / "danger", own / "danger")
    change(
        own / "danger/levels.yaml", "acknowledge_within_minutes: 3", "acknowledge_within_minutes: 2"
    )

    assert catalogue.build([content, own]).danger.levels["A"].acknowledge_within == minutes(2)


# -- outcomes -----------------------------------------------------------------------------------


def test_the_outcomes_are_one_closed_list():
    assert list(DANGER.outcomes) == [
        "reached_safe", "emergency_services", "handed_over", "not_reached", "no_way_to_reach",
        "raised_in_error", "deceased",
    ]  # fmt: skip


def test_reached_and_safe_needs_everything_that_keeps_a_person_safe():
    outcome = DANGER.outcomes["reached_safe"]
    needed = (
        "triage_code", "assessment_note", "safety_plan_or_transfer", "means_safety",
        "means_safety_note", "next_contact_at", "named_person",
    )  # fmt: skip

    assert outcome.missing({}) == needed
    assert outcome.missing(dict.fromkeys(needed, "given")) == ()
    assert outcome.missing({**dict.fromkeys(needed, "given"), "named_person": ""}) == (
        "named_person",
    )


@pytest.mark.parametrize("id", ["emergency_services", "raised_in_error", "deceased"])
def test_some_outcomes_need_a_named_clinician(id):
    assert DANGER.outcomes[id].closed_by == ("lead", "therapist", "supervisor", "on_call")
    assert "named_person" in DANGER.outcomes[id].missing({})


def test_no_way_to_reach_is_one_press_and_only_for_those_who_left_none():
    outcome = DANGER.outcomes["no_way_to_reach"]

    assert outcome.missing({}) == ()
    assert outcome.only_unreachable


# -- public questions ---------------------------------------------------------------------------


@pytest.mark.parametrize("question", DANGER.intake.questions, ids=lambda each: each.id)
def test_a_public_question_can_be_skipped_and_says_first_who_sees_it(question):
    assert question.may_skip
    assert question.before[0] == "danger_before_asking"
    for language in ("en", "es"):
        assert question.text[language]
        assert all(answer.text[language] for answer in question.answers)
        assert all(SHIPPED.sentence(each, language) for each in question.before)


def test_the_first_public_question_says_what_is_kept():
    assert "danger_what_is_kept" in DANGER.intake.questions[0].before


def test_a_child_or_an_adult_who_is_not_safe_leads_to_a_page_of_their_own():
    question = DANGER.intake.question("child_not_safe")

    assert question is not None
    opens = {answer.id: answer.opens for answer in question.answers if answer.level}
    assert opens == {
        "now": "child", "worried": "child", "adult_now": "adult", "adult_worried": "adult"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("may_skip: true", "may_skip: false", "every question can be skipped"),
        ("    before: [danger_before_asking]\n", "    before: []\n", "who sees the answer"),
        ("      es: ¿Ha hablado de morir?\n", "", "words are missing in es"),
        ("{id: talk, level: C,", "{id: talk, level: Q,", "level"),
        ("rule: intake_talk_of_dying", "rule: intake_badly_hurt", "is used twice"),
    ],
)
def test_a_mistake_in_the_public_questions_is_refused(content, old, new, said):
    change(content / "danger/intake/1.yaml", old, new)

    assert any("danger/intake/1.yaml" in each and said in each for each in errors(content))


def test_a_newer_set_of_public_questions_may_not_be_weaker(content, tmp_path):
    own = tmp_path / "own" / "danger" / "intake"
    own.mkdir(parents=True)
    shutil.copy(content / "danger/intake/1.yaml", own / "2.yaml")
    change(own / "2.yaml", "level: B\n        text", "level: C\n        text")

    whole = catalogue.build([content, tmp_path / "own"])

    assert whole.danger.intake.ref.version == 1
    assert any("talk_of_dying = plan_or_means was B" in str(each) for each in whole.problems)


# -- crisis lines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "number"),
    [("US", "911"), ("CA", "911"), ("GB", "999"), ("IE", "112"), ("AU", "000"), ("NZ", "111"),
     ("DE", "112"), ("IN", "112"), ("JP", "119"), ("ZA", "10177"), ("ES", "112")],
)  # fmt: skip
def test_every_country_has_its_emergency_number_first(country, number):
    assert SHIPPED.lines[country].emergency_number == number


def test_a_number_says_how_well_it_is_known_and_from_where():
    for country in SHIPPED.lines.values():
        for line in country.lines:
            assert line.evidence in {"seen", "weak", "general_knowledge"}
            assert line.source
            assert (line.evidence == "general_knowledge") == (line.source == "general knowledge")


def test_hours_that_are_not_confirmed_are_neither_open_nor_closed():
    samaritans = SHIPPED.lines["GB"].lines[0]

    assert (samaritans.number, samaritans.hours) == ("116 123", None)
    assert samaritans.is_open(datetime(2026, 3, 2, 12, 0, tzinfo=TOKYO)) is None


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        (datetime(2026, 3, 2, 15, 59, tzinfo=TOKYO), False),
        (datetime(2026, 3, 2, 16, 0, tzinfo=TOKYO), True),
        (datetime(2026, 3, 2, 20, 59, tzinfo=TOKYO), True),
        (datetime(2026, 3, 2, 21, 0, tzinfo=TOKYO), False),
        (datetime(2026, 3, 10, 3, 0, tzinfo=TOKYO), True),
        (datetime(2026, 3, 10, 23, 59, tzinfo=TOKYO), True),
    ],
)
def test_a_line_is_open_in_its_hours_of_local_time(local, is_open):
    line = next(each for each in SHIPPED.lines["JP"].lines if each.id == "jp_inochi")

    assert line.is_open(local) is is_open


def test_lines_of_one_nation_name_it():
    scopes = {line.scope for line in SHIPPED.lines["GB"].lines}

    assert scopes == {"GB", "GB-ENG", "GB-SCT", "GB-WLS"}


def test_a_line_id_is_used_once_in_the_whole_world():
    ids = [line.id for country in SHIPPED.lines.values() for line in country.lines]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("country: IE", "country: GB", "the file of GB is gb.yaml"),
        ("id: ie_pieta", "id: gb_pieta", "its id starts with ie_"),
        ("id: ie_pieta", "id: ie_samaritans", "is used twice"),
        ('    number: "1800 247 247"\n', "", "has a number or takes text messages"),
        ("evidence: weak", "evidence: sure", "evidence"),
    ],
)
def test_a_mistake_in_the_lines_is_refused(content, old, new, said):
    change(content / "crisis_lines/ie.yaml", old, new)

    assert any("crisis_lines/ie.yaml" in each and said in each for each in errors(content))
    assert "IE" not in catalogue.build([content]).lines


# -- consent forms ------------------------------------------------------------------------------


@pytest.mark.parametrize("id", sorted(MUST_CONTAIN))
def test_a_consent_form_says_all_it_must_in_both_languages(id):
    form = SHIPPED.consent_form(id)

    assert str(form.ref) == f"{id}@1"
    assert {section.id for section in form.sections} >= set(MUST_CONTAIN[id])
    assert form.text("en").startswith(form.title("en"))
    assert form.text("es") != form.text("en")
    assert set(placeholders(form.text("es"))) == set(placeholders(form.text("en")))
    assert form.longest_months <= 12


def test_optional_parts_of_measures_are_agreed_to_one_by_one():
    assert SHIPPED.consent_form("c_measures").optional_parts == (
        "charts", "supervision", "service_statistics",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- id: not_included", "- id: included", "must speak of not_included"),
        ("{until}", "{day}", "does not list day"),
        ("longest_months: 12", "longest_months: 0", "longest_months"),
    ],
)
def test_a_consent_form_that_keeps_silent_is_refused(content, old, new, said):
    change(content / "consents/c_release/1.yaml", old, new)

    assert any("c_release/1.yaml" in each and said in each for each in errors(content))


# -- signed sentences ---------------------------------------------------------------------------


def test_every_signed_sentence_of_danger_stands_in_spanish_and_fills_in_the_same():
    texts = {
        language: SHIPPED.shelves["sentences"][f"0/{language}/danger"].texts
        for language in ("en", "es")
    }

    assert set(texts["en"]) == set(texts["es"])
    for id, text in texts["en"].items():
        assert set(placeholders(text)) == set(placeholders(texts["es"][id])), id


def test_words_of_danger_say_the_time_and_the_number_and_never_that_somebody_comes():
    told = SHIPPED.sentence("danger_sent_no_number")

    assert told.format(time="21:04", number="999") == (
        "Saved and sent to the on-call team at 21:04. We can't reach you yet: leave a number, "
        "or call 999. If someone is in danger, call 999 now; don't wait for us."
    )
    promises = {
        "en": r"\b(is|are) (coming|on (its|their|the) way)\b|\bwill (come|be there|call you)\b",
        "es": r"en camino|(?<!no )\b(vienen?|vendrán?|llegarán?|acuden?|acudirán?)\b",
    }
    for language, promise in promises.items():
        told_there = SHIPPED.shelves["sentences"][f"0/{language}/danger"].texts
        assert told_there
        for id, text in told_there.items():
            assert not re.search(promise, text.lower()), (language, id)


def test_an_unknown_sentence_is_refused_with_the_nearest():
    with pytest.raises(catalogue.UnknownContent) as refusal:
        SHIPPED.sentence("danger_sentt")

    assert refusal.value.nearest[0] == "danger_sent"


def test_a_sentence_that_fills_in_something_else_in_spanish_is_a_mistake(content):
    change(content / "wording/es/danger.yaml", "{opens}", "{abre}")

    found = [each.message for each in catalogue.check([content])]

    assert "danger_not_staffed does not fill in the same as in en" in found


def test_a_sentence_is_signed_in_one_place_only(content):
    shutil.copy(content / "wording/en/danger.yaml", content / "wording/en/again.yaml")

    assert any("danger_sent stands in" in each for each in errors(content))
