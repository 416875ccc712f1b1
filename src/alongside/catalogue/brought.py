"""What the folder of a protocol brings along: the needs that lead to it, so one folder is enough.

``protocols/<id>/<version>/offers.yaml``; its ``sources.yaml`` is read by ``conditions``. Only the
newest version of a protocol speaks here. What content/needs says itself is not repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from alongside.catalogue.conditions import ConditionShape, read_sources, said
from alongside.catalogue.loading import (
    Problem,
    Reading,
    Shape,
    Shelf,
    folders,
    read_placed,
    shown,
)
from alongside.engine.protocols.conditions import Always
from alongside.engine.protocols.shapes import Need, Offer

FILE = "offers.yaml"


class BroughtShape(Shape):
    """One need that leads to this protocol, or to one variant of it."""

    need: str
    variant: str = ""
    line: Literal["first", "also", "beware"]
    when: ConditionShape | None = None
    why: dict[str, str]
    source: str


class OffersShape(Shape):
    """``protocols/<id>/<version>/offers.yaml``."""

    offers: list[BroughtShape] = Field(min_length=1)


SHAPES = {"protocol_offers": OffersShape}


def add_offers(needs: Shelf[Need], roots: Sequence[Path]) -> None:
    """Add to the needs what folders of protocols bring; mistakes are problems of the shelf."""
    sources, _ = read_sources(roots)
    for id, reading in _files(roots):
        needs.problems += reading.problems
        for place, row in enumerate(reading.value.offers if reading.value else ()):
            wrong = list(_mistakes(reading, place, row, id, needs))
            wrong += sources.missing([row.source], reading.name)
            needs.problems += wrong
            if wrong:
                continue
            need = needs.items[row.need]
            offer = Offer(
                f"{id}/{row.variant}" if row.variant else id,
                row.line,
                row.when.built() if row.when else Always(),
                said(_key(id, row), row.why, sources.text(row.source)),
            )
            needs.items[row.need] = replace(need, offers=(*need.offers, offer))


def words(roots: Sequence[Path]) -> Iterator[tuple[str, dict[str, str]]]:
    """The reasons of these offers in every language, by the key each carries."""
    for id, reading in _files(roots):
        for row in reading.value.offers if reading.value else ():
            yield _key(id, row), row.why


def _key(id: str, row: BroughtShape) -> str:
    return f"protocols/{id}/offers/{row.need}/{row.variant or 'whole'}"


def _mistakes(
    reading: Reading[OffersShape], place: int, row: BroughtShape, id: str, needs: Shelf[Need]
) -> Iterator[Problem]:
    need = needs.items.get(row.need)
    if need is None:
        yield reading.problem(f"there is no need {row.need}", "offers", place, "need")
    elif any(held.protocol.partition("/")[0] == id for held in need.offers):
        words = f"the need {row.need} leads to {id} already"
        yield reading.problem(words, "offers", place, "need")
    if "en" not in row.why:
        yield reading.problem("why: its English words are missing", "offers", place, "why")


def _files(roots: Sequence[Path]) -> Iterator[tuple[str, Reading[OffersShape]]]:
    newest: dict[str, Path] = {}
    for id, _version, folder in folders(roots, "protocols"):
        newest[id] = folder
    for id, folder in newest.items():
        path = folder / FILE
        if path.exists():
            yield id, read_placed(path, OffersShape, shown=shown(path, roots))
