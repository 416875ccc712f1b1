"""Files a command reads, and files it writes whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

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
