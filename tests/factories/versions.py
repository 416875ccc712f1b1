"""A second version of the CBT protocol, published in a content folder of this service."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from alongside.catalogue import live
from tests.harness.house import CONTENT

# What version 2 has otherwise: file, what stood there, what stands there now.
CHANGED: tuple[tuple[str, str, str], ...] = (
    ("protocol.yaml", "id: baseline, kind: assessment, within_days: 7",
     "id: baseline, kind: assessment, within_days: 14"),
    ("protocol.yaml", "      - {id: longitudinal, kind: session, required: false, "
     "after: [five_areas]}\n", ""),
    ("protocol.yaml", "      - {id: rationale, kind: information}\n",
     "      - {id: rationale, kind: information}\n"
     "      - {id: sleep, kind: session, gates: [{gate: G4}]}\n"),
    ("protocol.yaml", "  - {instrument: session_pulse, when: [sessions], sessions: [3]}\n", ""),
    ("protocol.yaml", "  - {instrument: wsas, when: [sessions, end], sessions: [1, 8]}",
     "  - {instrument: wsas, when: [every_n, end], every: 2}"),
    ("protocol.yaml", "{instrument: isi, when: [intake, end], variants",
     "{instrument: isi, when: [intake, every_days, end], days: 1, variants"),
    ("protocol.yaml", "{gate: baseline, of: [phq9]}", "{gate: baseline, of: [phq9, gad7]}"),
    ("protocol.yaml", "  - {id: bridge, kind: review}\n", ""),
    ("protocol.yaml", "checked: 2026-11-21", "checked: 2026-11-20"),
)  # fmt: skip


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A content folder of this service for one test, read as in a running site."""
    folder = tmp_path / "content"
    shipped = live.roots()[:-1]
    monkeypatch.setattr(live, "roots", lambda: (*shipped, folder))
    live.look_again()
    yield folder
    live.look_again()


def publish_cbt(own: Path, number: int = 2, more: Mapping[str, tuple[str, str]] = {}) -> None:
    """Put a changed copy of CBT in use, as version ``number``.

    Args:
        more: by file, one change more.
    """
    folder = own / "protocols" / "cbt" / str(number)
    shutil.copytree(CONTENT / "protocols" / "cbt" / "1", folder)
    gone = ("longitudinal:", "bridge:")
    for language, sleep in (("en", "Talk about sleep"), ("es", "Hablar del sueño")):
        file = folder / f"wording.{language}.yaml"
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.strip().startswith(gone)]
        at = next(place for place, line in enumerate(kept) if line.startswith("  rationale:"))
        kept.insert(at + 1, f"  sleep: {sleep}\n")
        file.write_text("".join(kept), encoding="utf-8")
    for name, before, after in (*CHANGED, *((file, *pair) for file, pair in more.items())):
        file = folder / name
        text = file.read_text(encoding="utf-8")
        assert before in text, before
        file.write_text(text.replace(before, after), encoding="utf-8")
    (folder / "examples.yaml").unlink()
    live.look_again()
