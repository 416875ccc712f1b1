"""Where content stands: its source, who reviewed it, when, when next, and what nobody has seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from alongside.catalogue import live
from alongside.catalogue.loading import folders, versions
from alongside.catalogue.reviews import Retired, Review

if TYPE_CHECKING:
    from alongside.catalogue.book import Catalogue

Origin = Literal["shipped", "own", "pack"]

FOLDERS = {
    "protocols": "protocols",
    "instruments": "instruments",
    "artefacts": "protocols",
    "consent_forms": "consents",
    "letters": "letters",
}
"""The shelves whose items are reviewed one by one, and the folder of each."""

TO_VERIFY = "(to be verified)"  # what conditions.Sources adds to a source nobody has looked up


@dataclass(frozen=True, slots=True)
class Standing:
    """One version of one item. ``unverified`` are the parts or sources still to be looked up."""

    kind: str
    ref: str
    name: str
    origin: Origin
    sources: tuple[str, ...]
    checked: date | None
    review_by: date | None
    unverified: tuple[str, ...] = ()
    review: Review | None = None
    retired: Retired | None = None
    is_newest: bool = True

    @property
    def next_review(self) -> date | None:
        """The day of the service's own last review, else the one the file names."""
        return self.review.review_by if self.review is not None else self.review_by

    def is_stale(self, on: date) -> bool:
        """Whether the next review was due before this day."""
        return self.next_review is not None and self.next_review < on

    def is_due(self, on: date, until: date) -> bool:
        """Whether the next review falls due from this day to the other."""
        return self.next_review is not None and on <= self.next_review <= until


def standing(catalogue: Catalogue, kind: str, ref: str, language: str = "en") -> Standing:
    """Where one item stands. Raises KeyError for what is not here."""
    return _standing(catalogue, kind, ref, catalogue.shelves[kind][ref], _own_of(kind), language)


def standings(catalogue: Catalogue, kind: str, language: str = "en") -> tuple[Standing, ...]:
    """Every version of every item of one kind, by name and version."""
    own = _own_of(kind)
    rows = [
        _standing(catalogue, kind, ref, item, own, language)
        for ref, item in catalogue.shelves.get(kind, {}).items()
    ]
    return tuple(sorted(rows, key=lambda row: (row.name.casefold(), row.ref)))


def stale_since(catalogue: Catalogue, kind: str, ref: str, on: date) -> date | None:
    """The day the review of an item was due, if that day has passed; else None."""
    item = catalogue.shelves.get(kind, {}).get(ref)
    if item is None:
        return None
    review = catalogue.reviews.get(f"{kind}/{ref}")
    due = review.review_by if review is not None else _day(getattr(item, "review_by", None))
    return due if due is not None and due < on else None


def unverified_of(kind: str, item: Any) -> tuple[str, ...]:
    """Parts and sources of an item that were written from general knowledge, each once."""
    return tuple(dict.fromkeys(_UNVERIFIED.get(kind, _flag)(item)))


def _standing(
    catalogue: Catalogue, kind: str, ref: str, item: Any, own: frozenset[str], language: str
) -> Standing:
    key = f"{kind}/{ref}"
    id = ref.partition("@")[0]
    licence = getattr(item, "licence", None)
    newest = catalogue.newest(kind, id)
    pack = catalogue.pack_with(id) if kind == "instruments" else None
    return Standing(
        kind=kind,
        ref=ref,
        name=_name(catalogue, kind, ref, item, language),
        origin="own" if ref in own else _shipped(pack),
        sources=tuple(_sources(item)),
        checked=_day(getattr(item, "checked", None) or getattr(licence, "checked", None)),
        review_by=_day(getattr(item, "review_by", None)),
        unverified=unverified_of(kind, item),
        review=catalogue.reviews.get(key),
        retired=catalogue.retired.get(key),
        is_newest=newest is None or newest == ref,
    )


def _shipped(pack: Any) -> Origin:
    return "shipped" if pack is None else "pack"


def _own_of(kind: str) -> frozenset[str]:
    own = [live.roots()[-1]]
    if kind == "artefacts":
        return frozenset(
            f"{id}/{path.stem}@{version}"
            for id, version, folder in folders(own, "protocols")
            for path in (folder / "artefacts").glob("*.yaml")
        )
    return frozenset(f"{id}@{version}" for id, version, _ in versions(own, FOLDERS[kind])[0])


def _name(catalogue: Catalogue, kind: str, ref: str, item: Any, language: str) -> str:
    said = catalogue.reasons(language).get(f"{kind}/{ref}/name") if kind == "protocols" else ""
    words = said or next(
        filter(None, (getattr(item, name, None) for name in ("titles", "title", "name"))), ref
    )
    if isinstance(words, Mapping):
        return str(words.get(language) or words.get("en") or ref)
    return str(words)


def _sources(item: Any) -> Iterable[str]:
    many = getattr(item, "sources", None)
    if many is not None:
        return [str(each) for each in many]
    one = getattr(item, "source", "")
    return [str(one)] if one else []


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if value else None


def _of_protocol(protocol: Any) -> Iterable[str]:
    if protocol.dose.unverified or any(v.dose and v.dose.unverified for v in protocol.variants):
        yield "dose"
    if any(row.unverified for row in protocol.indications):
        yield "indications"
    if any(row.unverified for row in protocol.evidence):
        yield "evidence"
    texts = [
        *protocol.sources,
        *(row.reason.source for row in protocol.exclusions),
        *(row.source for row in protocol.cautions),
        *(row.source for row in protocol.stop_rules),
        *(row.source for row in protocol.evidence),
    ]
    yield from (text for text in texts if text.endswith(TO_VERIFY))


def _flag(item: Any) -> Iterable[str]:
    if getattr(item, "unverified", False) is True:
        yield "whole"
    yield from (text for text in _sources(item) if text.endswith(TO_VERIFY))


def _of_instrument(instrument: Any) -> Iterable[str]:
    yield from instrument.unverified


_UNVERIFIED: dict[str, Callable[[Any], Iterable[str]]] = {
    "protocols": _of_protocol,
    "instruments": _of_instrument,
}
