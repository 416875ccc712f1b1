"""Files a command reads, and files it writes whole or not at all."""

from __future__ import annotations

import csv
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from alongside.cli.refusals import Refused


@contextmanager
def source(path: Path) -> Iterator[tuple[FileIO, int]]:
    """A file to read, with its size in bytes. Refused when it is missing or not readable."""
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError as failure:
        raise Refused(f"There is no file {path}.") from failure
    except OSError as failure:
        raise Refused(f"{path} cannot be read: {failure.strerror}.") from failure
    with file:
        yield file, max(1, os.fstat(file.fileno()).st_size)


@contextmanager
def result(out: str | None, read_from: Path | None) -> Iterator[BinaryIO]:
    """Where results go: standard output, or a file that appears when it is complete."""
    if not out:
        yield sys.stdout.buffer
        return
    with whole_file(out, read_from) as path:
        try:
            with path.open("wb") as file:
                yield file
        except OSError as failure:
            raise Refused(f"{out} cannot be written: {failure.strerror}.") from failure


@contextmanager
def side_file(named: str | None, out: str | None, read_from: Path | None) -> Iterator[Path | None]:
    """A path for the list of what was refused, which appears only when something is written to it.

    It becomes ``named``, or ``out`` with ``.refused.csv`` behind its name; None without either. A
    list of an earlier run is taken away, so that none stands beside results it does not belong to.
    """
    if not (named or out):
        yield None
        return
    target = Path(named or f"{out}.refused.csv")
    taken = [each for each in (read_from, Path(out) if out else None) if each is not None]
    if any(each.absolute() == target.absolute() for each in taken) or (
        target.exists() and any(each.exists() and target.samefile(each) for each in taken)
    ):
        raise Refused(f"{target} is needed for something else. Give --refused another name.")
    if target.is_dir():
        raise Refused(f"{target} is a folder. Give --refused the name of a file.")
    if not target.absolute().parent.is_dir():
        raise Refused(f"There is no folder {target.parent}. Make it first.")
    part = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        yield part
        if part.exists():
            part.replace(target)
        else:
            target.unlink(missing_ok=True)
    except PermissionError as failure:
        raise Refused(f"{target} cannot be written: {failure.strerror}.") from failure
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def refusal_list(path: Path | None) -> Iterator[Callable[[int, str], None] | None]:
    """Writes the number and the reason of each refusal to a CSV file, if there are any."""
    if path is None:
        yield None
        return
    with ExitStack() as opened:
        writers: list[Any] = []

        def refuse(row: int, error: str) -> None:
            if not writers:
                file = opened.enter_context(path.open("w", encoding="utf-8", newline=""))
                writers.append(csv.writer(file, lineterminator="\n"))
                writers[0].writerow(("row", "error"))
            writers[0].writerow((row, error))

        yield refuse


@contextmanager
def whole_file(out: str | None, read_from: Path | None) -> Iterator[Path]:
    """A path to write to. It becomes ``out``, or standard output as CSV, when all went well."""
    if not out:
        with TemporaryDirectory(prefix="alongside-") as folder:
            path = Path(folder) / "result.csv"
            yield path
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer, 1 << 20)
        return
    target = Path(out)
    if read_from is not None and target.exists() and target.samefile(read_from):
        raise Refused(f"{out} is the file that is read. Give --out another name.")
    if target.is_dir():
        raise Refused(f"{out} is a folder. Give --out the name of a file.")
    if not target.absolute().parent.is_dir():
        raise Refused(f"There is no folder {target.parent}. Make it first.")
    part = target.with_name(f".{os.getpid()}.{target.name}")
    try:
        yield part
        part.replace(target)
    except PermissionError as failure:
        raise Refused(f"{out} cannot be written: {failure.strerror}.") from failure
    finally:
        part.unlink(missing_ok=True)
