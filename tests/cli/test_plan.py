"""`alongside plan`: the fixed JSON, strict facts, the schema, and text with reasons."""

from __future__ import annotations

import json

import pytest

SISTER = """\
person: {age: 34, capacity: presumed, setting: home}
needs: [substance_use]
seeks_help: refuses
danger: {suicide: none, violence_to_others: none, violence_from_circle: none}
circle: [{relation: sister, age: 31, own_use: no, afraid: no, will_take_part: yes}]
"""


def refused(ended, *words: str) -> None:
    assert ended.status == 1
    assert ended.out == ""
    for word in words:
        assert word in ended.err


def test_the_json_has_exactly_the_promised_form(alongside, write):
    ended = alongside("plan", write("facts.yaml", SISTER), "--json")
    assert (ended.status, ended.err) == (0, "")
    found = ended.json
    assert list(found) == ["level", "first", "suggested", "cautioned", "blocked", "ask_next"]
    assert [set(each) for each in found["suggested"]] == [
        {"protocol", "why", "sources"} for _ in found["suggested"]
    ]
    assert all(set(each) == {"protocol", "why"} for each in found["cautioned"])
    for each in found["blocked"]:
        assert set(each) == {"protocol", "because"}
        assert all(set(reason) == {"gate", "text", "release"} for reason in each["because"])
    assert "craft" in {each["protocol"].partition("/")[0] for each in found["suggested"]}
    assert all(each["why"] for each in found["suggested"])


def test_nothing_known_asks_about_danger_and_gives_no_level(alongside, write):
    found = alongside("plan", write("facts.yaml", "{}")).json
    assert found["level"] is None
    assert any(key.startswith("danger.") for key in found["ask_next"])


def test_an_attempt_now_is_level_a_and_crisis_comes_first(alongside, write):
    found = alongside("plan", write("facts.yaml", "danger: {suicide: attempt_now}")).json
    assert (found["level"], found["first"]) == ("A", "crisis")


def test_facts_may_come_through_a_pipe_and_as_json(alongside):
    facts = json.dumps({"needs": ["substance_use"], "seeks_help": "refuses"})
    ended = alongside("plan", "-", given=facts)
    assert ended.status == 0
    assert ended.json["suggested"] is not None


def test_text_gives_the_reasons(alongside, write):
    file = write("facts.yaml", SISTER)
    found = alongside("plan", file).json
    text = " ".join(alongside("plan", file, "--text").out.split())
    assert "Could help" in text
    for each in found["suggested"]:
        for reason in each["why"]:
            assert " ".join(reason.split()) in text
    assert "not a diagnosis" in text


def test_the_schema_names_every_word_and_what_it_means(alongside):
    ended = alongside("plan", "--schema")
    assert (ended.status, ended.err) == (0, "")
    schema = ended.json
    assert schema["$schema"].endswith("2020-12/schema")
    assert {"person", "needs", "seeks_help", "danger", "circle", "medical"} <= set(
        schema["properties"]
    )
    assert "attempt_now" in ended.out
    assert "violence_from_circle" in ended.out


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ("neds: [substance_use]", ["neds", "needs"]),
        ("needs: [substanc_use]", ["substanc_use", "substance_use"]),
        ("danger: {suicid: none}", ["suicid", "suicide"]),
        ("danger: {suicide: plann}", ["plann", "plan"]),
        ("- a\n- b\n", ["mapping"]),
        ("a: [1, 2", ["facts.yaml", "not valid YAML", "line"]),
        ("a: 1\na: 2\n", ["facts.yaml", "line 2"]),
        ("", ["is empty"]),
        ("\x00\x01", ["facts.yaml"]),
    ],
)
def test_facts_that_cannot_be_taken_are_refused_with_what_would_be_right(
    alongside, write, facts, words
):
    refused(alongside("plan", write("facts.yaml", facts)), *words)


def test_rubbish_in_the_facts_is_refused(alongside, write, tmp_path):
    refused(alongside("plan", write("facts.yaml", b"\xff\xfe\x80")), "facts.yaml", "UTF-8")
    refused(alongside("plan", write("facts.yaml", "a: " + "x" * 10_000_000)), "is larger than")
    refused(alongside("plan", "none.yaml"), "There is no file none.yaml.")
    refused(alongside("plan", tmp_path), "is a folder")


def test_a_file_or_the_schema_and_not_both(alongside, write):
    assert alongside("plan").status == 2
    assert alongside("plan", write("facts.yaml", "{}"), "--schema").status == 2
