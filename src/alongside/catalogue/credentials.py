"""Titles people may hold: who issues them, where they count, how they are checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from alongside.catalogue.loading import Problem, Shape, Shelf, read_placed, shown

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class CredentialKind(Shape):
    """One title. ``renew_years`` and ``hours`` are the issuer's; empty where none is known."""

    id: Word
    short: str
    name: str
    issuer: str
    jurisdiction: str
    kind: Literal["licence", "registration", "certificate", "model_certificate", "training"]
    allows: str
    renew_years: int | None = Field(default=None, ge=1, le=10)
    hours: int | None = Field(default=None, ge=0)
    verify_at: str
    legacy: bool = False
    verify: bool = False  # general knowledge: the deployment enters its own


class CredentialsFile(Shape):
    """``credentials/<name>.yaml``: a family of titles."""

    source: str
    checked: date
    review_by: date
    credentials: tuple[CredentialKind, ...] = Field(min_length=1)


SHAPES = {"credentials": CredentialsFile}


def load(roots: Sequence[Path]) -> Shelf[CredentialKind]:
    """Every title by id; a deployment's files add to the shipped ones or replace entries."""
    shelf: Shelf[CredentialKind] = Shelf()
    for root in roots:
        seen: dict[str, str] = {}
        for path in sorted((root / "credentials").glob("*.yaml")):
            reading = read_placed(path, CredentialsFile, shown=shown(path, roots))
            shelf.problems.extend(reading.problems)
            for index, title in enumerate(reading.value.credentials if reading.value else ()):
                if title.id in seen:
                    shelf.problems.append(
                        reading.problem(
                            f"{title.id} is in {seen[title.id]} too", "credentials", index
                        )
                    )
                    continue
                seen[title.id] = path.name
                shelf.items[title.id] = title
    return shelf


def check(whole: Catalogue, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """Files whose review date has passed, and titles that a protocol names and nobody lists."""
    found: list[Problem] = []
    for root in roots if today is not None else ():
        for path in sorted((root / "credentials").glob("*.yaml")):
            reading = read_placed(path, CredentialsFile, shown=shown(path, roots))
            if reading.value is not None and today and reading.value.review_by < today:
                found.append(
                    reading.problem(
                        f"review was due by {reading.value.review_by}",
                        "review_by",
                        grade="warning",
                    )
                )
    for ref, protocol in whole.protocols.items():
        named = {code for deliverer in protocol.deliverers for code in deliverer.credentials}
        for code in sorted(named - set(whole.credentials)):
            file = f"content/protocols/{ref.replace('@', '/')}/protocol.yaml"
            found.append(Problem(file, 0, 0, f"no title {code} in content/credentials", "warning"))
    return found
