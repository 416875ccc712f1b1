"""The six parts of a safety plan as they are written: lines in the person's own words.

Source: Stanley & Brown (2012), Cognitive and Behavioral Practice 19:256, for the idea of the six
steps and their order; the layout and the words are our own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

PARTS = ("signs", "own", "distraction", "people", "professionals", "safer")
TO_CALL = ("people", "professionals")  # their lines hold numbers
RATED = ("own", "distraction", "people", "professionals")  # how likely, and what gets in the way
LIKELY = range(11)  # 0 to 10

_NUMBER = re.compile(r"\+?\(?\d[\d\s().\-\u00a0]*\d")
_EDGE = " \t\u00a0,:;.–—-()"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its lines, the most useful first; or why there are none."""

    lines: tuple[str, ...] = ()
    none: str = ""  # it was talked about, and there is nothing, because …
    likely: int | None = None  # 0 to 10: how likely I am to use it
    in_the_way: str = ""

    @property
    def is_there(self) -> bool:
        """True when something is written, or it was discussed and there is a reason for nothing."""
        return bool(self.lines or self.none)


NOTHING = Part()


@dataclass(frozen=True, slots=True)
class SixParts:
    """A whole plan, and one reason for living."""

    parts: Mapping[str, Part] = field(default_factory=dict)
    reason: str = ""

    def part(self, name: str) -> Part:
        """One part; empty while nothing was written there."""
        return self.parts.get(name, NOTHING)

    @property
    def missing(self) -> tuple[str, ...]:
        """The parts in which nothing is written yet, in their order."""
        return tuple(name for name in PARTS if not self.part(name).is_there)

    @property
    def is_complete(self) -> bool:
        """All six are written, or discussed with a reason for none."""
        return not self.missing

    @property
    def is_empty(self) -> bool:
        return not self.reason and len(self.missing) == len(PARTS)


@dataclass(frozen=True, slots=True)
class Call:
    """A line with a number: who it is, the number to dial, and the rest."""

    title: str
    number: str
    href: str
    note: str


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of a text, each without blanks around it; empty ones are left out."""
    return tuple(line for raw in text.splitlines() if (line := raw.strip()))


def call_of(line: str) -> Call | None:
    """The number in a line, with what stands before and after it; None when there is none.

    With several numbers the longest counts; fewer than three digits are no number.
    """
    best = max(_NUMBER.finditer(line), key=lambda found: _digits(found.group()), default=None)
    if best is None or _digits(best.group()) < 3:
        return None
    number = best.group().strip(_EDGE)
    before, after = line[: best.start()].strip(_EDGE), line[best.end() :].strip(_EDGE)
    plus = "+" if number.startswith("+") else ""
    return Call(
        title=before or after or number,
        number=number,
        href="tel:" + plus + "".join(filter(str.isdigit, number)),
        note=after if before else "",
    )


def write(plan: SixParts) -> str:
    """The plan as it is kept."""
    kept = {name: _kept(plan.part(name)) for name in PARTS if _kept(plan.part(name))}
    return json.dumps({"parts": kept, "reason": plan.reason}, ensure_ascii=False)


def read(text: str) -> SixParts:
    """The plan as it was kept by ``write``."""
    found = json.loads(text) if text else {}
    return SixParts(
        parts={
            name: Part(
                lines=tuple(given.get("lines", ())),
                none=given.get("none", ""),
                likely=given.get("likely"),
                in_the_way=given.get("in_the_way", ""),
            )
            for name, given in found.get("parts", {}).items()
            if name in PARTS
        },
        reason=found.get("reason", ""),
    )


def still_there(lines: Sequence[str], part: Part) -> tuple[str, ...]:
    """Those of some lines that the part still has, in the part's order."""
    wanted = set(lines)
    return tuple(line for line in part.lines if line in wanted)


def _kept(part: Part) -> dict[str, object]:
    return dict(_said(part))


def _said(part: Part) -> Iterator[tuple[str, object]]:
    if part.lines:
        yield "lines", list(part.lines)
    elif part.none:
        yield "none", part.none
    if part.likely is not None:
        yield "likely", part.likely
    if part.in_the_way:
        yield "in_the_way", part.in_the_way


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))
