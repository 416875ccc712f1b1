"""The instrument a command was called for, found without reading the whole catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alongside.cli.refusals import Refused

if TYPE_CHECKING:
    from alongside.engine.instruments import Instrument
    from alongside.engine.risk import RiskRule


def instrument(id: str) -> tuple[Instrument, tuple[RiskRule, ...]]:
    """An instrument and its danger rules. Refused, with the nearest ids, when there is none."""
    from alongside import catalogue

    content = catalogue.current()
    try:
        found = content.instrument(id)
    except catalogue.UnknownContent as unknown:
        near = list(dict.fromkeys(each.partition("@")[0] for each in unknown.nearest))
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Refused(
            f"There is no instrument {id[:60]}.{hint} See alongside content list instruments."
        ) from unknown
    return found, content.risk_rules_for(str(found.ref))
