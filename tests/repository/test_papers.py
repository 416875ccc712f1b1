"""The papers: settings, decisions, commands and links are as the documents say."""

from __future__ import annotations

import ast
import re

import pytest

from tests.harness.house import PACKAGE, ROOT, shown, texts

SETTINGS = ROOT / "docs" / "reference" / "settings.md"
DECISIONS = ROOT / "docs" / "decisions"


def settings_of_the_code() -> set[str]:
    """Every ALONGSIDE_… name that the code reads."""
    names = set()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text()
        if "ALONGSIDE_" not in text and path.parent.name != "config":
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names |= set(re.findall(r"^ALONGSIDE_[A-Z_]+$", node.value))
            if (
                path.parent.name == "config"
                and isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"env", "flag", "number"}
                and isinstance(node.args[0], ast.Constant)
            ):
                names.add(f"ALONGSIDE_{node.args[0].value}")
    return names


def test_every_setting_is_documented_and_every_documented_one_exists():
    documented = re.findall(r"^\| `(ALONGSIDE_[A-Z_]+)` \|", SETTINGS.read_text(), re.MULTILINE)
    assert len(documented) == len(set(documented))
    assert set(documented) == settings_of_the_code()


def test_decisions_are_numbered_without_a_gap():
    numbers = [int(path.name[:4]) for path in sorted(DECISIONS.glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("path", sorted(DECISIONS.glob("*.md")), ids=lambda path: path.stem)
def test_decision_says_why_and_what_follows(path):
    text = path.read_text()
    assert text.startswith(f"# {path.name[:4]}. ")
    for part in ("Status: ", "Context: ", "Decision: ", "Consequences: "):
        assert f"\n{part}" in text


def test_every_command_that_a_document_names_is_in_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (shown(path), target)
        for path, text in texts(".md").items()
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)
    }
    assert {(path, target) for path, target in named if target not in targets} == set()
    assert named, "no document names a command"


def test_ci_runs_the_same_command_as_a_developer():
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_links_between_documents_lead_somewhere():
    broken = []
    for path, text in texts(".md").items():
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (path.parent / target).exists():
                broken.append(f"{shown(path)}: {target}")
    assert broken == []


@pytest.mark.parametrize(
    "name",
    ["README.md", "CONTRIBUTING.md", "GLOSSARY.md", "CHANGELOG.md", "SECURITY.md", "LICENSE"],
)
def test_paper_that_everybody_looks_for_is_there(name):
    assert len((ROOT / name).read_text()) > 300


def test_changelog_begins_with_what_is_not_released():
    assert "\n## Unreleased\n" in (ROOT / "CHANGELOG.md").read_text()
