"""What the catalogue refuses."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class UnknownContent(LookupError):
    """No content of this kind has this id. ``nearest`` are the ids most like it, best first."""

    def __init__(self, kind: str, id: str, known: Iterable[str] = ()) -> None:
        self.kind, self.id = kind, id
        self.nearest: tuple[str, ...] = tuple(get_close_matches(id, sorted(known), n=3, cutoff=0.4))
        hint = f"; did you mean {' or '.join(self.nearest)}?" if self.nearest else ""
        super().__init__(f"there is no {kind} {id!r}{hint}")


class PackIsOff(UnknownContent):
    """The instrument is in a pack that this service has not switched on."""

    def __init__(self, id: str, pack: str) -> None:
        super().__init__("instrument", id)
        self.pack = pack
        self.args = (
            f"{id} is in the pack {pack}, which this service has not switched on "
            "(setting ALONGSIDE_PACKS)",
        )
