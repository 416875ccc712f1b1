"""The hazard log: every control it names is there, and its sums are right."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cache

import pytest

from tests.harness.house import ROOT

LOG = ROOT / "docs" / "safety" / "hazard-log.md"
NOT_ACCEPTABLE, NEEDS_A_REASON = 12, 6


@dataclass(frozen=True, slots=True)
class Hazard:
    """One part of the log."""

    id: str
    text: str

    @property
    def proofs(self) -> list[str]:
        return re.findall(r"^  - `([^`]+)`$", self.text, re.MULTILINE)

    @property
    def controls(self) -> list[str]:
        return re.findall(r"^- (?!Not built yet: )(.+)$", self.text, re.MULTILINE)

    @property
    def missing(self) -> list[str]:
        return re.findall(r"^- Not built yet: (.+)$", self.text, re.MULTILINE)

    def risk(self, when: str) -> tuple[int, int, int]:
        row = re.search(rf"^\| {when} \| (\d) \| (\d) \| (\d+) \|$", self.text, re.MULTILINE)
        assert row is not None, f"{self.id} does not say its risk {when}"
        severity, likelihood, product = (int(each) for each in row.groups())
        return severity, likelihood, product


def hazards() -> list[Hazard]:
    parts = re.split(r"^## (H\d+)\. ", LOG.read_text(), flags=re.MULTILINE)[1:]
    return [Hazard(id, text) for id, text in zip(parts[::2], parts[1::2], strict=True)]


@cache
def names_in(path: str) -> frozenset[str]:
    """The names pytest would collect in one file."""
    tree = ast.parse((ROOT / path).read_text())
    return frozenset(
        each.name
        for each in tree.body
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        and each.name.startswith("test_")
    )


def is_there(proof: str) -> bool:
    path, _, name = proof.partition("::")
    if not (ROOT / path).is_file():
        return False
    return name in names_in(path) if name else path.startswith(("content/", "docs/"))


def test_hazards_are_numbered_without_a_gap():
    found = [each.id for each in hazards()]
    assert found == [f"H{number}" for number in range(1, len(found) + 1)]
    assert len(found) >= 22


@pytest.mark.parametrize("hazard", hazards(), ids=lambda hazard: hazard.id)
def test_every_control_of_a_hazard_names_a_proof_that_exists(hazard):
    assert [proof for proof in hazard.proofs if not is_there(proof)] == []
    # A control is followed by its proofs; one without any would be a promise.
    bare = re.findall(r"^- (?!Not built yet: )(.+)\n(?!  - `)", hazard.text, re.MULTILINE)
    assert bare == []
    assert hazard.controls or hazard.missing


@pytest.mark.parametrize("hazard", hazards(), ids=lambda hazard: hazard.id)
def test_risks_are_worked_out_right_and_what_stays_high_has_its_reason(hazard):
    before, after = hazard.risk("before"), hazard.risk("after")
    for severity, likelihood, product in (before, after):
        assert product == severity * likelihood
        assert {severity, likelihood} <= set(range(1, 6))
    assert after[2] < before[2]
    assert after[2] <= NOT_ACCEPTABLE
    assert (after[2] >= NEEDS_A_REASON) == ("\nAccepted because: " in hazard.text)


def test_a_proof_that_is_gone_is_noticed():
    assert not is_there("tests/repository/test_hazards.py::test_nobody_ever_wrote")
    assert not is_there("tests/nowhere.py::test_a_proof_that_is_gone_is_noticed")
    assert not is_there("content/danger/nothing.yaml")
    assert is_there("tests/repository/test_hazards.py::test_a_proof_that_is_gone_is_noticed")
