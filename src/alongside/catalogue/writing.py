"""Writing the service's own content: whole versions, reviews, and what is not begun any more.

Each is put in place in one step, so that no process ever reads half of one. Nothing that stands
is changed: a version that is there stays as it is.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from alongside.catalogue import live
from alongside.catalogue.reviews import RETIRED, REVIEWS, Retired, Review


class AlreadyThere(Exception):
    """Another version with this number stands already, with other words."""


def own_root() -> Path:
    """The service's own content folder, made if it is not there yet."""
    root = live.roots()[-1]
    root.mkdir(parents=True, exist_ok=True)
    return root


def publish(kind: str, id: str, number: int, files: Mapping[str, str], review: Review) -> None:
    """Put a whole version in place by one rename, with its review; of two at once, one.

    The review comes first: one of nothing harms nobody, a version without one would. What stands
    with the same words, because an earlier try did not end, is left as it is.

    Raises:
        AlreadyThere: the version stands with other words, and keeps its own review.
    """
    target = own_root() / kind / id / str(number)
    with (own_root() / ".publishing").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if target.exists() and _files(target) != dict(files):
            raise AlreadyThere(str(target))
        put_review(kind, f"{id}@{number}", review)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="content-", dir=own_root().parent) as waiting:
            whole = Path(waiting) / "version"
            for name, text in files.items():
                _write(whole / name, text)
            os.rename(whole, target)
    live.look_again()


def put_review(kind: str, ref: str, review: Review) -> None:
    """Say who reviewed a version, in the file that every process reads."""
    _place(
        REVIEWS,
        kind,
        ref,
        {
            "reviewed_by": review.reviewed_by,
            "on": review.on.isoformat(),
            "review_by": review.review_by.isoformat(),
            "sources": list(review.sources),
            "words": review.words,
        },
    )


def put_retired(kind: str, ref: str, retired: Retired) -> None:
    """Say that a version is not begun any more."""
    _place(
        RETIRED,
        kind,
        ref,
        {"retired_by": retired.retired_by, "on": retired.on.isoformat(), "why": retired.why},
    )


def _place(folder: str, kind: str, ref: str, said: Mapping[str, object]) -> None:
    id, _, number = ref.rpartition("@")
    target = own_root() / folder / kind / id / f"{number}.yaml"
    lines = [f"{key}: {_plain(key, value)}" for key, value in said.items()]
    with tempfile.TemporaryDirectory(prefix="content-", dir=own_root().parent) as waiting:
        whole = Path(waiting) / "file"
        _write(whole, "\n".join(lines) + "\n")
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(whole, target)
    live.look_again()


def _plain(key: str, value: object) -> str:
    # Words as JSON, which is YAML too; days bare, so that they are read as days.
    return str(value) if key in {"on", "review_by"} else json.dumps(value, ensure_ascii=False)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
