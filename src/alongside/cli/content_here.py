"""The instrument a command was called for, found without reading the whole catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alongside.cli.refusals import Refused

if TYPE_CHECKING:
    from alongside.engine.instruments import Instrument
    from alongside.engine.risk import RiskRule


def instrument(id: str) -> tuple[Instrument, tuple[RiskRule, ...]]:
    """An instrument and its danger rules.

    Refused when there is none, with the nearest ids, and when its files have mistakes.
    """
    from alongside.catalogue import Catalogue, UnknownContent, instruments, risk_rules, roots

    here = roots()
    shelf, rules = instruments.load(here), risk_rules.load(here)
    content = Catalogue({"instruments": shelf.items, "risk_rules": rules.items})
    for unfit in risk_rules.unfit(content)["instruments"]:
        del shelf.items[unfit]
    name = id.partition("@")[0]
    folders = (f"instruments/{name}/", f"risk_rules/{name}")
    broken = [
        problem
        for problem in (*shelf.problems, *rules.problems)
        if problem.grade == "error" and any(folder in problem.file for folder in folders)
    ]
    if broken:
        raise Refused(
            f"The content files of {name} have mistakes, so it is not used: {broken[0]}. "
            "See alongside content check."
        )
    try:
        found = content.instrument(id)
    except UnknownContent as unknown:
        near = list(dict.fromkeys(each.partition("@")[0] for each in unknown.nearest))
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Refused(
            f"There is no instrument {id[:60]}.{hint} See alongside content list instruments."
        ) from unknown
    return found, content.risk_rules_for(str(found.ref))
