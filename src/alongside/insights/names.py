"""What kind of table a file is, by its name."""

from __future__ import annotations

from pathlib import Path


def kind_of(path: Path) -> str | None:
    """``csv`` or ``parquet`` by the file's name; None for any other name."""
    name = path.name.lower()
    if name.endswith((".csv", ".csv.gz", ".tsv", ".tsv.gz")):
        return "csv"
    if name.endswith((".parquet", ".pq")):
        return "parquet"
    return None
