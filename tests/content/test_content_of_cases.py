"""Legal bases, titles and the private check: what content is refused, and what is offered."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from alongside import catalogue
from alongside.catalogue import credentials, legal_bases, private_check
from tests.harness.content import shipped

SHIPPED = Path(__file__).resolve().parents[2] / "content"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the three shelves that a test may break."""
    for name in ("legal_bases", "credentials", "danger"):
        shutil.copytree(SHIPPED / name, tmp_path / "content" / name)
    return tmp_path / "content"


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_jurisdiction_has_a_basis_before_the_person_agreed() -> None:
    bases = catalogue.current().legal_bases
    for jurisdiction in ("uk_ew", "us", "eu", "generic"):
        assert legal_bases.offered(bases, jurisdiction)
    assert "explicit_consent" not in {b.id for b in legal_bases.offered(bases, "uk_ew")}


def test_every_title_a_protocol_asks_for_is_listed() -> None:
    whole = catalogue.current()
    asked = {
        code
        for protocol in whole.protocols.values()
        for deliverer in protocol.deliverers
        for code in deliverer.credentials
    }
    assert asked
    assert asked <= set(whole.credentials)


def test_a_basis_without_words_in_a_language_is_refused(content: Path) -> None:
    edit(content / "legal_bases/legal_bases.yaml", "      es: Atención como función pública\n", "")
    shelf = legal_bases.load([content])
    assert "public_task_care" not in shelf.items
    assert any("words are missing in es" in p.message for p in shelf.problems)


def test_a_title_listed_twice_is_refused_and_said(content: Path) -> None:
    shutil.copy(content / "credentials/titles.yaml", content / "credentials/zz.yaml")
    shelf = credentials.load([content])
    assert any("cip is in titles.yaml too" in p.message for p in shelf.problems)


def test_a_deployment_may_add_its_own_titles(content: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "credentials").mkdir(parents=True)
    (own / "credentials/local.yaml").write_text(
        "source: our register\nchecked: 2026-11-21\nreview_by: 2027-11-21\ncredentials:\n"
        "  - {id: local_one, short: L1, name: Local, issuer: us, jurisdiction: here,"
        " kind: training, allows: talks, verify_at: us}\n",
        encoding="utf-8",
    )
    assert {"local_one", "cip"} <= set(credentials.load([content, own]).items)


def test_the_private_check_asks_four_questions_that_can_each_be_skipped() -> None:
    asked = catalogue.current().private_check
    assert [question.id for question in asked.questions] == ["afraid", "stopped", "device", "hide"]
    freezing = {
        (question.id, answer.id)
        for question in asked.questions
        for answer in question.answers
        if answer.freezes
    }
    assert freezing == {("afraid", "yes"), ("stopped", "yes"), ("hide", "yes")}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("freezes: true", "freezes: maybe", "bool"),
        ("  es: >-\n    Gracias.", "  xx: >-\n    Gracias.", "after: words are missing in es"),
        ("id: afraid", "id: Afraid!", "pattern"),
        ("source: >-", "sauce: >-", "missing"),
    ],
)
def test_a_private_check_that_cannot_stand_is_refused(
    content: Path, old: str, new: str, said: str
) -> None:
    edit(content / "danger/private_check/1.yaml", old, new)
    shelf = private_check.load([content])
    assert not shelf.items
    assert any(said in problem.message for problem in shelf.problems), shelf.problems


def test_a_file_that_nobody_looked_at_again_in_time_is_a_warning(content: Path) -> None:
    for module in (legal_bases, credentials):
        late = module.check(catalogue.current(), [content], date(2029, 1, 1))
        assert [problem.grade for problem in late] == ["warning"]
        assert module.check(catalogue.current(), [content], date(2027, 1, 1)) == []


def test_for_whom_a_crisis_line_is_stands_in_both_languages() -> None:
    said = {
        line.id: line.audience for each in shipped().lines.values() for line in each.lines
        if line.audience
    }  # fmt: skip
    assert said["gb_childline"]["es"] == "niños, niñas y jóvenes"
    assert not [id for id, words in said.items() if words["en"] == words["es"]]
