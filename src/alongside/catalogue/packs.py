"""Packs: instruments under a licence of their own, which a service switches on itself.

A pack is a folder ``packs/<id>`` of the shipped content with a ``pack.yaml``, its ``LICENCE.md``
and folders like those of the content. While it is off, its instruments are known by name only.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from alongside.catalogue.loading import Problem, Shape, Shelf, parse, read_placed, shown, versions
from alongside.engine.instruments.shapes import Pack as PackId

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

FOLDER = "packs"
LICENCE = "LICENCE.md"


class PackFile(Shape):
    """``packs/<id>/pack.yaml``: what the pack is, and what who switches it on confirms."""

    id: PackId
    name: str
    licence: str
    source: str
    confirm: str
    checked: date
    review_by: date


SHAPES = {"pack": PackFile}


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack: the names of its instruments by id, and whether this service uses it."""

    id: str
    name: str
    licence: str
    confirm: str
    instruments: Mapping[str, str]
    is_on: bool


def switched_on() -> tuple[str, ...]:
    """The packs that this service has switched on, by ALONGSIDE_PACKS, and confirmed."""
    if not os.environ.get("ALONGSIDE_PACKS_CONFIRMED", "").strip():
        return ()
    named = os.environ.get("ALONGSIDE_PACKS", "").split(",")
    return tuple(dict.fromkeys(each.strip() for each in named if each.strip()))


def roots_of(content: Path, packs: Sequence[str]) -> tuple[Path, ...]:
    """The folders of some packs of the shipped content; those that are not there are left out."""
    folders = (content / FOLDER / each for each in packs if each.isalnum())
    return tuple(folder for folder in folders if folder.is_dir())


def pack_of(folder: Path) -> str | None:
    """The pack whose content folder this is."""
    return folder.name if folder.parent.name == FOLDER else None


def load(roots: Sequence[Path]) -> Shelf[Pack]:
    """Every pack there is, switched on or not, by id."""
    shelf: Shelf[Pack] = Shelf()
    if not roots:
        return shelf
    for path in sorted((roots[0] / FOLDER).glob("*/pack.yaml")):
        folder = path.parent
        reading = read_placed(path, PackFile, shown=shown(path, roots))
        shelf.problems.extend(reading.problems)
        if not (folder / LICENCE).is_file():
            missing = shown(folder / LICENCE, roots)
            shelf.problems.append(Problem(missing, 0, 0, "a pack has a licence of its own"))
            continue
        if reading.value is None:
            continue
        if reading.value.id != folder.name:
            shelf.problems.append(reading.problem(f"id: this folder is {folder.name}", "id"))
            continue
        shelf.items[folder.name] = Pack(
            id=folder.name,
            name=reading.value.name,
            licence=reading.value.licence,
            confirm=reading.value.confirm,
            instruments=MappingProxyType(_names(folder)),
            is_on=folder in roots,
        )
    return shelf


def check(catalogue: Catalogue, roots: Sequence[Path], today: date | None) -> list[Problem]:
    """What is wrong in the packs that are off: they are kept fit to be switched on."""
    from alongside.catalogue.book import build

    off = [pack.id for pack in catalogue.packs.values() if not pack.is_on]
    if not off or not roots:
        return []
    added = roots_of(roots[0], off)
    whole = build((roots[0], *added, *roots[1:]), only=("instruments", "wordings", "risk_rules"))
    inside = tuple(f"{roots[0].name}/{FOLDER}/{each}/" for each in off)
    return [problem for problem in whole.problems if problem.file.startswith(inside)]


def _names(folder: Path) -> dict[str, str]:
    names: dict[str, str] = {}
    for id, _number, version in versions([folder], "instruments")[0]:
        document, _problems = parse(version / "instrument.yaml")
        if isinstance(document, Mapping):
            names[id] = str(document.get("name", id))
    return names
