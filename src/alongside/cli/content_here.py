"""The part of the content a command needs, read without the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alongside.cli import terminal
from alongside.cli.refusals import Refused

if TYPE_CHECKING:
    from alongside.catalogue import Catalogue
    from alongside.engine.instruments import Instrument
    from alongside.engine.risk import RiskRule

CHOOSER = (
    "gates",
    "blend",
    "needs",
    "settings",
    "chooser_rules",
    "facts",
    "chooser_words",
    "protocols",
    "protocol_words",
)


def instrument(id: str) -> tuple[Instrument, tuple[RiskRule, ...]]:
    """An instrument and its danger rules.

    Refused when there is none, with the nearest ids, and when its files have mistakes.
    """
    from alongside.catalogue import PackIsOff, UnknownContent, build, roots

    content = build(roots(), only=("instruments", "risk_rules", "packs", "own_changes"))
    name = id.partition("@")[0]
    folders = (f"instruments/{name}/", f"risk_rules/{name}_", f"risk_rules/{name}/")
    for problem in content.problems:
        if problem.grade == "error" and any(folder in problem.file for folder in folders):
            # Its danger rules may be among the mistakes: it is not used without them.
            raise Refused(
                f"The content files of {name[:60]} have mistakes, so it is not used: {problem}. "
                "See alongside content check."
            )
    try:
        found = content.instrument(id)
    except PackIsOff as off:
        raise Refused(f"{off}. See docs/reference/settings.md.") from off
    except UnknownContent as unknown:
        near = list(dict.fromkeys(each.partition("@")[0] for each in unknown.nearest))
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise Refused(
            f"There is no instrument {id[:60]}.{hint} See alongside content list instruments."
        ) from unknown
    return found, content.risk_rules_for(str(found.ref))


def chooser() -> Catalogue:
    """Everything the chooser reads.

    Refused when gates, facts or rules have mistakes: an answer without them would not be safe.
    A protocol or a need with mistakes is left out, and that is said.
    """
    from alongside.catalogue import build, roots

    content = build(roots(), only=CHOOSER)
    errors = [problem for problem in content.problems if problem.grade == "error"]
    unsafe = [each for each in errors if not _may_be_left_out(each.file)]
    if unsafe:
        raise Refused(
            f"The content of the chooser has mistakes, so it gives no answer: {unsafe[0]}. "
            "See alongside content check."
        )
    if errors:
        terminal.say(f"Some content has mistakes and is left out: {errors[0]}.")
    return content


def _may_be_left_out(file: str) -> bool:
    return "protocols/" in file or "needs/" in file
