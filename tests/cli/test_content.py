"""`alongside content`: findings with their place, lists, one item."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.cli.running import ROOT

FINDING = re.compile(r"^\S+:\d+:\d+: (error|warning|info): .+$")


@pytest.fixture
def own(tmp_path):
    """A content folder with two instruments only, that a test may break."""
    root = tmp_path / "content"
    for name in ("phq9", "gad7"):
        shutil.copytree(ROOT / "content/instruments" / name, root / "instruments" / name)
    return root


def structure(own, name: str = "phq9"):
    return own / "instruments" / name / "1" / "instrument.yaml"


def test_each_finding_is_one_line_with_its_place_and_info_comes_last(alongside):
    ended = alongside("content", "check", "--on", "2026-11-21")
    lines = ended.out.splitlines()
    if lines != ["Everything is in order."]:
        assert all(FINDING.match(line) for line in lines)
    grades = [match[1] for line in lines if (match := FINDING.match(line))]
    assert grades == sorted(grades, key=lambda grade: grade == "info")
    assert ended.status == int("error" in grades)


def test_mistakes_are_found_sorted_and_refuse(alongside, own):
    file = structure(own)
    file.write_text(file.read_text().replace("role: outcome", "role: outcom\ncolour: blue"))
    structure(own, "gad7").write_text("name: [\n")
    ended = alongside("content", "check", ALONGSIDE_CONTENT=str(own))
    assert ended.status == 1
    errors = [line for line in ended.out.splitlines() if ": error: " in line]
    ours = [line for line in errors if "instrument.yaml" in line]
    assert ours == sorted(ours, key=lambda line: line.split(":")[0])
    row = next(n for n, line in enumerate(file.read_text().splitlines(), 1) if "outcom" in line)
    assert any(f"phq9/1/instrument.yaml:{row}:" in line for line in ours)
    assert any("colour" in line for line in ours)
    assert any("gad7/1/instrument.yaml" in line for line in ours)
    assert re.fullmatch(r"\d+ errors? to mend: these files are not used\.\n", ended.err)


def test_a_review_that_is_due_is_a_warning_and_refuses_nothing(alongside, own):
    early = alongside(
        "content", "check", "--json", "--on", "2026-01-01", ALONGSIDE_CONTENT=str(own)
    )
    late = alongside("content", "check", "--json", "--on", "2099-01-01", ALONGSIDE_CONTENT=str(own))
    assert late.json["counts"]["warning"] > early.json["counts"]["warning"]
    assert late.json["counts"]["error"] == early.json["counts"]["error"]
    first = late.json["problems"][0]
    assert set(first) == {"file", "line", "column", "grade", "message"}


def test_an_instrument_with_a_mistake_is_not_scored(alongside, own):
    file = structure(own)
    file.write_text(file.read_text().replace("role: outcome", "role: outcom"))
    ended = alongside("score", "phq9", given='{"answers": [1]}', ALONGSIDE_CONTENT=str(own))
    assert (ended.status, ended.out) == (1, "")
    assert "The content files of phq9 have mistakes, so it is not used" in ended.err
    other = alongside(
        "score", "gad7", given='{"answers": [1,1,1,1,1,1,1]}', ALONGSIDE_CONTENT=str(own)
    )
    assert (other.status, other.err) == (0, "")


def test_an_instrument_without_its_danger_rule_is_not_scored(alongside, own):
    broken = own / "risk_rules" / "phq9_self_harm" / "1.yaml"
    broken.parent.mkdir(parents=True)
    broken.write_text("name: broken\n")
    ended = alongside("score", "phq9", given='{"answers": [1]}', ALONGSIDE_CONTENT=str(own))
    assert (ended.status, ended.out) == (1, "")
    assert "risk_rules/phq9_self_harm" in ended.err


def test_list_names_what_is_here(alongside):
    every = alongside("content", "list", "instruments").out
    assert re.search(r"^instruments +phq9@1 +Patient Health Questionnaire-9$", every, re.M)
    listed = alongside("content", "list", "instruments", "--json").json
    assert {
        "kind": "instruments",
        "id": "phq9@1",
        "name": "Patient Health Questionnaire-9",
    } in listed
    assert {each["kind"] for each in listed} == {"instruments"}


def test_list_of_an_unknown_kind_is_told_the_nearest(alongside):
    ended = alongside("content", "list", "instrumnts")
    assert ended.status == 1
    assert "There is no kind instrumnts. Did you mean instruments" in ended.err


def test_show_tells_everything_about_one_item(alongside):
    text = alongside("content", "show", "phq9").out
    assert "Patient Health Questionnaire-9" in text
    assert "moderately_severe" in text
    shown = alongside("content", "show", "phq9@1", "--kind", "instruments", "--json").json
    assert shown["instruments"]["ref"] == "phq9@1"
    assert shown["instruments"]["reliable_change"]["value"] == "6"


def test_show_of_an_unknown_id_is_told_the_nearest(alongside):
    ended = alongside("content", "show", "phq")
    assert ended.status == 1
    assert "There is no content phq. Did you mean phq" in ended.err
