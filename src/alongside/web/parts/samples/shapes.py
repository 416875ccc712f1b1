"""What a sample is: one part in one state, and a whole page of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """One part in one state, with the values it is given."""

    part: str
    state: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page made of parts, to be looked at in its own base template."""

    slug: str
    base: str
    samples: tuple[Sample, ...]
    title: str = ""
    wide: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)
