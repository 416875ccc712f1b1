"""Content is read strictly: every mistake at once, with its place, and never half-used."""

from __future__ import annotations

import os
import shutil
import threading
from datetime import date
from pathlib import Path

import pytest

from alongside import catalogue
from alongside.catalogue import consent_forms, live, placed
from alongside.catalogue.loading import Shape, read

ROOT = catalogue.roots()[0]


class Leaf(Shape):
    name: str
    points: int


class Tree(Shape):
    title: str
    on: date
    leaves: tuple[Leaf, ...]
    answer: str


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "tree.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_that_fits_becomes_a_value_that_cannot_change(tmp_path):
    path = written(
        tmp_path, "title: Oak\non: 2026-11-21\nleaves: [{name: one, points: 1}]\nanswer: no\n"
    )
    tree, problems = read(path, Tree)

    assert problems == []
    assert tree == Tree(
        title="Oak", on=date(2026, 11, 21), leaves=(Leaf(name="one", points=1),), answer="no"
    )
    with pytest.raises(ValueError, match="frozen"):
        tree.title = "Elm"


def test_all_mistakes_come_at_once_with_line_and_column(tmp_path):
    path = written(
        tmp_path,
        """title: 7
on: yesterday
leaves:
  - name: one
    points: "3"
  - {name: two, points: 2, colour: green}
  - points: 1
""",
    )
    value, problems = read(path, Tree, shown="content/tree.yaml")

    assert value is None
    assert [(each.line, each.column) for each in sorted(problems)] == [
        (1, 1), (1, 8), (2, 5), (5, 13), (6, 36), (7, 5),
    ]  # fmt: skip
    said = [str(each) for each in problems]
    assert "content/tree.yaml:6:36: error: leaves.1.colour: no such key is known here" in said
    assert "content/tree.yaml:7:5: error: leaves.2.name: this is missing" in said


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("title: Oak\ntitle: Elm\n", "duplicate key", 2),
        ("title: [Oak\n", "not valid YAML", 2),
        ("title: Oak\n\tanswer: x\n", "not valid YAML", 2),
    ],
)
def test_broken_yaml_is_a_problem_with_its_line(tmp_path, text, said, line):
    value, (problem,) = read(written(tmp_path, text), Tree)

    assert value is None
    assert said in problem.message
    assert problem.line == line


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("no", "no"), ("on", "on"), ("true", True), ("010", 10), ("0x1f", 31), ("1_000", "1_000"),
        ("12:30", "12:30"), ("~", None), ("", None), ("1e3", 1000.0), (".5", 0.5), ("-7", -7),
        ("2026-11-21", date(2026, 11, 21)), ("44250-9", "44250-9"), ("'7'", "7"), ("<<", "<<"),
    ],
)  # fmt: skip
def test_words_are_read_as_yaml_1_2_has_them(word, means):
    value, mistakes = placed.load(f"answer: {word}\n")

    assert mistakes == ()
    assert value == {"answer": means}
    assert type(value["answer"]) is type(means)


@pytest.mark.parametrize("word", ["2026-02-30", "!!int seven", "!!python/object:os.system x", "*a"])
def test_a_word_that_cannot_be_read_is_a_problem_with_its_line(word):
    value, (mistake,) = placed.load(f"title: Oak\nanswer: {word}\n")

    assert value is None
    assert mistake[0] == 2
    assert "not valid YAML" in mistake[2]


def test_a_missing_file_and_one_that_is_not_text_are_problems(tmp_path):
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")

    assert read(tmp_path / "none.yaml", Tree)[1][0].message == "this file is missing"
    assert "cannot be read as UTF-8" in read(binary, Tree)[1][0].message


def test_a_changed_file_is_parsed_again(tmp_path):
    path = written(tmp_path, "title: Oak\n")
    assert len(read(path, Tree)[1]) == 3
    path.write_text("title: Oak\non: 2026-01-01\nleaves: []\nanswer: x\n", encoding="utf-8")

    assert read(path, Tree)[1] == []


def test_two_versions_with_the_same_words_are_two(tmp_path):
    """A text is read once in a process; what is noted of one file is not noted of the other."""
    for number in (1, 2):
        folder = tmp_path / "consents" / "c_family"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "consents" / "c_family" / "1.yaml", folder / f"{number}.yaml")

    forms = consent_forms.load([tmp_path]).items

    assert {name: str(form.ref) for name, form in forms.items()} == {
        "c_family@1": "c_family@1",
        "c_family@2": "c_family@2",
    }


# -- the whole catalogue ------------------------------------------------------------------------


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all content, in use in this process, looked at on every call."""
    root = tmp_path / "content"
    shutil.copytree(ROOT, root)
    monkeypatch.setenv("ALONGSIDE_CONTENT", str(root))
    monkeypatch.setenv("ALONGSIDE_VAR", str(tmp_path / "var"))
    monkeypatch.setattr(live, "LOOK_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(live, "_live", live._Live())
    return root


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    later = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(later, later))


def test_a_changed_file_is_seen(content):
    before = catalogue.current()
    edit(content / "wording/en/danger.yaml", "You can skip any question.", "Skip any question.")

    after = catalogue.current()

    assert before.sentence("danger_may_skip") == "You can skip any question."
    assert after.sentence("danger_may_skip") == "Skip any question."
    assert catalogue.current() is after


def test_a_broken_new_version_never_replaces_the_good_one(content):
    before = catalogue.current()
    edit(content / "instruments/phq9/1/instrument.yaml", "range: [0, 27]", "range: [0, 99]")
    edit(content / "danger/levels.yaml", "code: B", "code: X")
    edit(content / "risk_rules/phq9_self_harm/1.yaml", "level: C", "level: Z")

    after = catalogue.current()

    assert after is not before
    assert after.instrument("phq9") is before.instrument("phq9")
    assert after.wording("phq9", "en") is before.wording("phq9", "en")
    assert after.danger is before.danger
    assert after.risk_rules_for("phq9") == before.risk_rules_for("phq9")
    assert len([each for each in after.problems if each.grade == "error"]) >= 3


def test_a_mended_file_is_good_again(content):
    path = content / "danger/levels.yaml"
    before = catalogue.current()
    edit(path, "code: B", "code: X")
    catalogue.current()
    edit(path, "code: X", "code: B")
    edit(path, "meaning: Harm in progress.", "meaning: Harm now.")

    after = catalogue.current()

    assert before.danger.levels["A"].meaning == "Harm in progress."
    assert after.danger.levels["A"].meaning == "Harm now."


def test_a_deployment_folder_that_appears_later_is_seen(content, tmp_path):
    catalogue.current()
    own = tmp_path / "var" / "content" / "instruments" / "gad2" / "2"
    shutil.copytree(content / "instruments/gad2/1", own)

    assert str(catalogue.current().instrument("gad2").ref) == "gad2@2"


def test_the_disk_is_not_looked_at_on_every_call(content, monkeypatch):
    monkeypatch.setattr(live, "LOOK_AGAIN_SECONDS", 60.0)
    first = catalogue.current()
    edit(content / "wording/en/danger.yaml", "You can skip any question.", "Skip any question.")

    assert catalogue.current() is first


def test_many_threads_share_one_catalogue(content):
    seen: list[object] = []
    threads = [threading.Thread(target=lambda: seen.append(catalogue.current())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 8
    assert len({id(each) for each in seen}) == 1


def test_a_catalogue_can_be_installed_for_a_while():
    empty = catalogue.Catalogue({})
    with catalogue.installed(empty):
        assert catalogue.current() is empty
    assert catalogue.current() is not empty


def test_a_catalogue_cannot_be_changed(content):
    whole = catalogue.current()
    with pytest.raises(TypeError):
        whole.instruments["phq9@1"] = None


def test_a_review_date_that_has_passed_is_a_warning_at_its_line():
    path = ROOT / "danger" / "levels.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next(n for n, each in enumerate(lines, 1) if each.startswith("review_by"))

    found = catalogue.check([ROOT], today=date(2027, 5, 22))

    assert any(
        (each.file, each.line, each.grade) == ("content/danger/levels.yaml", line, "warning")
        and each.message == "its review was due on 2027-05-21"
        for each in found
    )
    assert not any("review was due" in each.message for each in catalogue.check([ROOT]))


@pytest.mark.parametrize(
    "kind",
    [
        "instrument", "instrument_wording", "instrument_labels", "instrument_examples",
        "risk_rule", "danger_levels", "danger_outcomes", "danger_intake", "crisis_lines",
        "consent_form", "wording",
    ],
)  # fmt: skip
def test_every_kind_of_file_has_a_schema(kind):
    shape = catalogue.schema(kind)

    assert shape["title"]
    assert "properties" in shape or shape["type"] == "array"


def test_an_unknown_kind_of_file_is_refused_with_the_nearest():
    with pytest.raises(catalogue.UnknownContent) as refusal:
        catalogue.schema("instruments")

    assert "instrument" in refusal.value.nearest
