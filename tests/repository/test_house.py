"""The house: every room has its paper, every file its source, every name its place."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

from tests.harness.house import CONTENT, PACKAGE, ROOT, files, rooms, shown, texts

README_LINES = 20


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_every_room_says_what_it_is(room):
    sentence = ast.get_docstring(ast.parse((room / "__init__.py").read_text()))
    assert sentence, f"{shown(room)}/__init__.py has no sentence"
    readme = room / "README.md"
    assert readme.exists(), f"{shown(room)} has no README.md"
    assert 3 <= len(readme.read_text().splitlines()) <= README_LINES


def test_layers_inside_a_room_are_checked_for_every_room():
    configuration = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = [
        contract
        for contract in configuration["tool"]["importlinter"]["contracts"]
        if contract["name"].startswith("Inside a room")
    ]
    with_layers = {
        f"alongside.{room.name}"
        for room in rooms()
        if (room / "actions.py").exists() and room.name != "records"
    }
    assert with_layers - set(contract["containers"]) == set()


def test_licence_of_the_code_is_apache_two():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


def test_every_content_file_names_its_source():
    without = []
    for path in files():
        if CONTENT not in path.parents or path.suffix != ".yaml":
            continue
        if CONTENT / "schema" in path.parents:  # says what files look like; claims nothing
            continue
        folders = [folder for folder in path.parents if CONTENT in folder.parents]
        beside = [other.read_text() for other in path.parent.glob("*.yaml")]
        has_source = any((folder / "SOURCE.md").exists() for folder in folders) or any(
            re.search(r"^\s*-?\s*sources?:", text, re.MULTILINE) for text in beside
        )
        if not has_source:
            without.append(shown(path))
    assert "\n".join(without) == ""


def test_every_test_is_named_as_a_sentence():
    short = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                words = [word for word in node.name.split("_")[1:] if word]
                if len(words) < 4:
                    short.append(f"{shown(path)}: {node.name}")
    assert "\n".join(short) == ""


def test_no_test_is_skipped_or_expected_to_fail():
    words = re.compile(r"pytest\.mark\.(skip|xfail)|pytest\.(skip|xfail|importorskip)\(")
    found = [
        shown(path)
        for path, text in texts(".py").items()
        if (ROOT / "tests") in path.parents and path.name != "test_house.py" and words.search(text)
    ]
    assert found == []


def test_nothing_is_left_to_be_done_in_a_comment():
    words = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError")
    found = [
        f"{shown(path)}:{number}"
        for path, text in texts(".py", ".html", ".css", ".yaml", ".toml", ".sh").items()
        if path.name != "test_house.py" and "vendor" not in shown(path)
        for number, line in enumerate(text.splitlines(), 1)
        if words.search(line)
    ]
    assert found == []


# Where this was developed, and where packages come from, is nobody's business here. The words are
# put together so that this file does not hold them.
ELSEWHERE = [
    ".." + "/shared",
    "/wor" + "k/main",
    "/wor" + "k/plan",
    "/wor" + "k/shared",
    "pypi" + ".org",
    "python" + "hosted",
    "npm" + "js",
    "deb.debian" + ".org",
]


def test_project_stands_alone_and_names_no_other_place():
    found = [
        f"{shown(path)}:{number}: {line.strip()[:100]}"
        for path, text in texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if any(word in line for word in ELSEWHERE)
    ]
    assert found == []


def test_every_migration_has_a_name_that_says_what_it_does():
    unnamed = [shown(path) for path in PACKAGE.glob("*/migrations/*_auto_*.py")]
    assert unnamed == []


def test_engine_opens_nothing_and_asks_nobody():
    found = []
    for path in (PACKAGE / "engine").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"open", "print", "input", "eval", "exec", "__import__"}
            ):
                found.append(f"{shown(path)}:{node.lineno}: {node.func.id}")
    assert found == []


def test_lock_files_pin_with_hashes_and_hold_no_address():
    versions = {}
    for name in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        entries = re.split(r"\n(?=\S)", text.strip())
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
        versions[name] = dict(entry.split()[0].split("==") for entry in entries)
    smaller, larger = versions["requirements.lock"], versions["requirements-test.lock"]
    assert smaller.items() <= larger.items()
