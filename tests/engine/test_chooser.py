"""The chooser says what could help and what must not be done, and why.

The cases are chooser_cases.yaml, written from the clinical text for clinicians to read.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alongside.catalogue.chooser import choice_of, facts_of, in_words, schema_of
from alongside.catalogue.loading import parse
from alongside.engine.protocols.conditions import keys_of
from alongside.engine.protocols.facts import FactKey, FactsRefused, RefusedAim, json_schema
from tests.harness.content import shipped

HERE = Path(__file__).parent
SHIPPED = shipped()
TABLE, _ = parse(HERE / "chooser_cases.yaml")
BASE: dict[str, Any] = TABLE["base"]
CASES: list[dict[str, Any]] = TABLE["cases"]


def facts(changes: dict[str, Any] | None = None, *, start: dict[str, Any] = BASE) -> dict[str, Any]:
    raw = copy.deepcopy(start)
    for path, value in (changes or {}).items():
        *way, last = path.split(".")
        here = raw
        for step in way:
            here = here[step]
        here[last] = value
    return raw


def gates(choice: Any) -> dict[str, set[str]]:
    return {one.protocol: {block.gate for block in one.because} for one in choice.blocked}


def test_there_are_enough_cases_and_each_names_where_it_comes_from():
    assert len(CASES) >= 60
    assert all(case["source"] for case in CASES)
    assert len({case["title"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_each_case_is_judged_as_the_text_says(case):
    choice = choice_of(SHIPPED, facts(case.get("facts")))
    expect = dict(case["expect"])
    suggested = [one.protocol for one in choice.suggested]
    cautioned = {one.protocol for one in choice.cautioned}
    blocked = gates(choice)

    for key in ("level", "first"):
        if key in expect:
            assert getattr(choice, key) == expect.pop(key), key
    assert set(expect.pop("suggested", ())) <= set(suggested)
    assert not set(expect.pop("not_suggested", ())) & set(suggested)
    assert set(expect.pop("cautioned", ())) <= cautioned
    for protocol, because in expect.pop("blocked", {}).items():
        assert set(because) <= blocked.get(protocol, set()), (protocol, blocked)
    for protocol in expect.pop("not_blocked", ()):
        assert protocol not in blocked, blocked
    assert set(expect.pop("ask", ())) <= set(choice.ask_next)
    assert not set(expect.pop("not_ask", ())) & set(choice.ask_next)
    order = list(expect.pop("order", ()))
    assert [name for name in suggested if name in order] == order
    if "asks_first" in expect:
        assert choice.ask_next[0] == expect.pop("asks_first")
    assert not expect, f"the case expects something nobody looks at: {expect}"


# -- what holds for any facts ---------------------------------------------------------------------

SCHEMA = schema_of(SHIPPED)
SET_A_LEVEL = {
    path
    for rule in SHIPPED.chooser_rules["rules"].levels
    for path in keys_of(rule.when)
    if path.startswith("medical.")
}
WORDS = [key for key in SCHEMA.keys if key.kind == "word"]


def value_of(key: FactKey) -> st.SearchStrategy[Any]:
    if key.kind == "word":
        return st.sampled_from([*key.word_ids, "unknown"])
    if key.kind == "number":
        return st.one_of(st.just("unknown"), st.integers(key.lowest, key.highest))
    if key.kind == "text":
        return st.just("somewhere")
    if key.kind == "words":
        return st.one_of(
            st.just("unknown"), st.lists(st.sampled_from(key.word_ids), max_size=4, unique=True)
        )
    row = st.fixed_dictionaries({field.name: value_of(field) for field in key.fields})
    return st.one_of(st.just("unknown"), st.lists(row, max_size=5))


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    raw: dict[str, Any] = {}
    for path, value in flat.items():
        group, _, name = path.partition(".")
        if name:
            raw.setdefault(group, {})[name] = value
        else:
            raw[group] = value
    return raw


flat_facts = st.fixed_dictionaries({}, optional={key.path: value_of(key) for key in SCHEMA.keys})
any_facts = flat_facts.map(nested)


@settings(max_examples=150)
@given(any_facts)
def test_crisis_is_never_blocked(raw):
    assert "crisis" not in gates(choice_of(SHIPPED, raw))


@settings(max_examples=150)
@given(any_facts)
def test_nothing_is_both_suggested_and_blocked(raw):
    choice = choice_of(SHIPPED, raw)
    blocked = gates(choice)
    for one in choice.suggested:
        assert one.protocol not in blocked
        assert one.protocol.partition("/")[0] not in blocked


@settings(max_examples=150)
@given(any_facts)
def test_every_answer_has_a_reason_and_a_source(raw):
    choice = choice_of(SHIPPED, raw)
    for one in choice.suggested:
        assert one.why
        assert one.sources
    for caution in choice.cautioned:
        assert caution.why
        assert all(reason.text and reason.source for reason in caution.why)
    for blocked in choice.blocked:
        assert blocked.because
        for block in blocked.because:
            assert block.gate
            assert block.reason.text
            assert block.reason.source
            assert block.release.text


# Facts that gates ask for where they are not known; withdrawal is one of them (G6).
ASKED_IF_UNKNOWN = ("medical.", "danger.withdrawal_risk")


@settings(max_examples=300)
@given(st.data())
def test_an_unknown_never_makes_a_blocked_protocol_suggested(data):
    keys = data.draw(st.lists(st.sampled_from(SCHEMA.keys), min_size=1, max_size=3))
    raw = facts({key.path: data.draw(value_of(key), label=key.path) for key in keys})
    before = gates(choice_of(SHIPPED, raw))
    forgotten = data.draw(st.sampled_from([key.path for key in keys]))
    after = choice_of(SHIPPED, facts({forgotten: "unknown"}, start=raw))
    cautioned = {one.protocol for one in after.cautioned}
    for one in after.suggested:
        if one.protocol in before and forgotten in SET_A_LEVEL:
            continue  # told, they raise the level; asked only where the need makes them likely
        if one.protocol in before and forgotten.startswith(ASKED_IF_UNKNOWN):
            assert one.protocol in cautioned
            assert forgotten in after.ask_next
        else:
            assert one.protocol not in before, forgotten


EMERGENCIES = [
    ("eating_disorder", "eating_red_flags", "yes"),
    ("eating_disorder", "low_weight", "yes"),
    ("dementia", "delirium", "yes"),
    ("substance_use", "overdose_now", "yes"),
    ("mood_danger", "depression", "life_threatening"),
]


@pytest.mark.parametrize(("need", "key", "word"), EMERGENCIES)
def test_an_emergency_of_the_body_is_asked_first_where_it_is_likely(need, key, word):
    start = facts({"needs": [need], "seeks_help": "accepts"})
    known = choice_of(SHIPPED, facts({"medical": {key: word}}, start=start))
    unknown = choice_of(SHIPPED, start)
    assert known.level in {"A", "B", "C"}
    assert f"medical.{key}" in unknown.ask_next
    cautions = {one.protocol: one.ask for one in unknown.cautioned}
    closed = [one.protocol for one in unknown.suggested if one.protocol in gates(known)]
    assert closed
    assert all(f"medical.{key}" in cautions[name] for name in closed)


@pytest.mark.parametrize("need", sorted(SHIPPED.needs))
def test_forgetting_a_danger_never_opens_what_it_closed(need):
    start = facts({"needs": [need], "asked_for": ["planned_meeting", "group", "cbt/ptsd"]})
    closed = 0
    for key in WORDS:
        if key.path.startswith("medical."):
            continue
        after = choice_of(SHIPPED, facts({key.path: "unknown"}, start=start))
        suggested = {one.protocol for one in after.suggested}
        for word in key.word_ids:
            before = gates(choice_of(SHIPPED, facts({key.path: word}, start=start)))
            closed += len(before)
            assert not suggested & set(before), (key.path, word)
    assert closed


@pytest.mark.parametrize("key", WORDS, ids=lambda key: key.path)
def test_leaving_a_key_out_is_the_same_as_unknown(key):
    told = facts({key.path: "unknown"})
    left_out = copy.deepcopy(told)
    group, _, name = key.path.partition(".")
    if name:
        del left_out[group][name]
    else:
        del left_out[group]
    assert choice_of(SHIPPED, told) == choice_of(SHIPPED, left_out)


@pytest.mark.parametrize("need", sorted(SHIPPED.needs))
def test_every_need_leads_somewhere_and_never_calls_it_a_diagnosis(need):
    raw = facts({"needs": [need], "seeks_help": "accepts", "person.setting": "hospital"})
    choice = choice_of(SHIPPED, raw)
    assert choice.suggested
    assert "diagnos" not in str(choice.as_output()).lower().replace("not diagnoses", "")


# -- the form of the answer -----------------------------------------------------------------------


def test_the_answer_has_exactly_the_keys_other_programs_read():
    output = choice_of(SHIPPED, facts({"asked_for": ["planned_meeting/johnson"]})).as_output()
    assert list(output) == ["level", "first", "suggested", "cautioned", "blocked", "ask_next"]
    assert set(output["suggested"][0]) == {"protocol", "why", "sources"}
    assert set(output["cautioned"][0]) == {"protocol", "why"}
    assert set(output["blocked"][0]) == {"protocol", "because"}
    assert set(output["blocked"][0]["because"][0]) == {"gate", "text", "release"}


def test_nothing_known_gives_only_questions():
    choice = choice_of(SHIPPED, {})
    assert choice.suggested == choice.blocked == ()
    assert choice.ask_next[0] == "danger.suicide"
    assert "needs" in choice.ask_next


def test_reasons_are_given_in_spanish_where_they_are_translated():
    words = SHIPPED.reasons("es")
    choice = choice_of(SHIPPED, facts({"danger.suicide": "plan"}))
    texts = [in_words(block.reason, words) for one in choice.blocked for block in one.because]
    assert any("Hay peligro ahora" in text for text in texts)
    unsure = choice_of(SHIPPED, facts({"danger.suicide": "unknown"}))
    asked = [in_words(reason, words) for one in unsure.cautioned for reason in one.why]
    assert any(text.startswith("Pregunte primero: ¿Hay algún pensamiento") for text in asked)


# -- what is refused ------------------------------------------------------------------------------


def refusal(raw: Any) -> FactsRefused:
    with pytest.raises(FactsRefused) as caught:
        facts_of(SHIPPED, raw)
    return caught.value


@pytest.mark.parametrize(
    ("raw", "key", "nearest"),
    [
        ({"persons": {"age": 3}}, "persons", "person"),
        ({"person": {"agee": 3}}, "person.agee", "person.age"),
        ({"suicide": "none"}, "suicide", "danger.suicide"),
        ({"danger": {"suicid": "none"}}, "danger.suicid", "danger.suicide"),
        ({"circle": [{"fears": "no"}]}, "circle.fears", "circle.afraid"),
        ({"medical": {"pregnent": "no"}}, "medical.pregnent", "medical.pregnant"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_right_ones(raw, key, nearest):
    (only,) = refusal(raw).refusals
    assert (only.problem, only.key) == ("unknown_key", key)
    assert nearest in only.nearest
    assert nearest in only.message


@pytest.mark.parametrize(
    ("raw", "word", "nearest"),
    [
        ({"danger": {"suicide": "plans"}}, "plans", "plan"),
        ({"needs": ["substance_abuse"]}, "substance_abuse", "substance_use"),
        ({"tried": ["crafts"]}, "crafts", "craft"),
        ({"asked_for": ["planned_meeting/jonson"]}, "planned_meeting/jonson",
         "planned_meeting/johnson"),
        ({"consents": ["c_treatmnt"]}, "c_treatmnt", "c_treatment"),
        ({"seeks_help": "no"}, "no", "refuses"),
        ({"circle": [{"afraid": "maybe"}]}, "maybe", "yes"),
    ],
)  # fmt: skip
def test_an_unknown_word_is_refused_with_the_nearest_right_ones(raw, word, nearest):
    (only,) = refusal(raw).refusals
    assert (only.problem, only.value) == ("unknown_word", word)
    assert nearest in only.nearest


@pytest.mark.parametrize(
    "raw",
    [
        {"person": {"age": "34"}},
        {"person": {"age": True}},
        {"person": 34},
        {"circle": {"relation": "sister"}},
        {"needs": {"substance_use": "yes"}},
        ["needs"],
        "needs",
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(raw):
    assert {one.problem for one in refusal(raw).refusals} == {"wrong_kind"}


def test_an_impossible_age_is_refused():
    assert refusal({"person": {"age": 340}}).refusals[0].problem == "out_of_range"


def test_every_mistake_is_named_at_once():
    assert (
        len(refusal({"persons": 1, "danger": {"suicide": "plans"}, "needs": ["x"]}).refusals) == 3
    )


@pytest.mark.parametrize(
    ("aim", "id"),
    [
        ("conversion_therapy", "conversion_practices"),
        ("change sexual orientation", "conversion_practices"),
        ("custody", "custody_or_property_leverage"),
        ("surveillance", "surveillance"),
        ("forced_confinement", "confinement_outside_law"),
        ("shaming", "shaming"),
    ],
)
@pytest.mark.parametrize("key", ["needs", "asked_for"])
def test_a_refused_aim_is_refused_by_name(aim, id, key):
    with pytest.raises(RefusedAim) as caught:
        facts_of(SHIPPED, {key: [aim], "typo": 1})
    assert caught.value.aim == aim
    assert caught.value.id == id
    assert caught.value.why in str(caught.value)


def test_yes_and_no_of_an_older_yaml_reader_are_understood():
    raw = facts({"danger.weapons": True, "danger.psychosis": False})
    assert choice_of(SHIPPED, raw) == choice_of(
        SHIPPED, facts({"danger.weapons": "yes", "danger.psychosis": "no"})
    )


def test_a_list_that_is_partly_unknown_is_not_complete():
    known = choice_of(SHIPPED, facts({"needs": ["low_mood"], "asked_for": ["planned_meeting"]}))
    unsure = choice_of(
        SHIPPED, facts({"needs": ["low_mood", "unknown"], "asked_for": ["planned_meeting"]})
    )
    assert "evidence" in gates(known)["planned_meeting"]
    assert "planned_meeting" not in gates(unsure)
    assert "needs" in unsure.ask_next


def test_the_schema_names_every_word_and_what_it_means():
    tree = json_schema(SCHEMA)
    danger = tree["properties"]["danger"]["anyOf"][0]["properties"]
    words = {one["const"]: one["description"] for one in danger["suicide"]["oneOf"]}
    assert set(words) == {
        "none", "past", "thoughts", "plan", "attempt_recent", "attempt_now", "unknown",
    }  # fmt: skip
    assert all(words.values())
    asked_for = tree["properties"]["asked_for"]["oneOf"][0]["items"]["oneOf"]
    assert "planned_meeting/johnson" in {one["const"] for one in asked_for}
    needs = tree["properties"]["needs"]["oneOf"][0]["items"]["oneOf"]
    assert {"substance_use", "institution_stress"} <= {one["const"] for one in needs}
