"""What an instrument's file says about change on one of its scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from alongside.engine.instruments.shapes import Instrument
from alongside.engine.outcomes.clinical_significance import CutOff
from alongside.engine.outcomes.reliable_change import ChangeRule, published
from alongside.engine.terms import Direction

Basis = Literal["published", "derived", "mid", "by_analogy", "none"]


@dataclass(frozen=True, slots=True)
class InstrumentChange:
    """How change on one score of an instrument may be read.

    ``rule`` is None where reliable change must not be reported: no value is known (``none``),
    the value is a smallest meaningful difference and not measurement error (``mid``), or the
    figures are assumptions that the deployment has not replaced by its own (``derived`` or
    ``by_analogy``, switched off). ``higher_is`` is None where neither direction is good.
    """

    instrument: str
    score: str
    basis: Basis
    higher_is: Direction | None
    rule: ChangeRule | None = None
    line: CutOff | None = None
    lowest: int | None = None
    highest: int | None = None


def change_of(
    instrument: Instrument, *, score: str | None = None, own: ChangeRule | None = None
) -> InstrumentChange:
    """Read the change rule, the caseness line and the direction of one score.

    Args:
        instrument: at one exact version.
        score: the id of the score; the instrument's main score by default.
        own: a rule from figures the deployment entered with their source. It is used where the
            instrument's file has no published value of its own, which always wins.

    Returns:
        The basis as the file states it, and the rule that may be used, if any.

    Source: Jacobson & Truax 1991, J Consult Clin Psychol 59:12.
    """
    name = score or instrument.main_score
    scale = instrument.score_rule(name)
    higher_is = scale.higher_is if scale else None
    stated = instrument.reliable_change
    if stated is not None and stated.score != name:
        stated = None
    rule: ChangeRule | None = None
    if higher_is is not None:
        rule = own
        if stated is not None and stated.is_on and stated.basis in ("published", "derived"):
            file_rule = published(
                stated.value,
                higher_is=higher_is,
                inclusive=stated.comparison in (">=", "<="),
                basis="published" if stated.basis == "published" else "derived",
                confidence=float(stated.confidence) if stated.confidence is not None else None,
                source=stated.source,
            )
            rule = file_rule if stated.basis == "published" else own or file_rule
        elif stated is not None and stated.is_on and stated.basis == "by_analogy":
            rule = own or published(
                stated.value, higher_is=higher_is, basis="by_analogy", source=stated.source
            )
    return InstrumentChange(
        instrument=str(instrument.ref),
        score=name,
        basis=stated.basis if stated else "none",
        higher_is=higher_is,
        rule=rule,
        line=_line(instrument, name, higher_is),
        lowest=scale.lowest if scale else None,
        highest=scale.highest if scale else None,
    )


def _line(instrument: Instrument, score: str, higher_is: Direction | None) -> CutOff | None:
    case = instrument.default_caseness
    if case is None or case.score != score or higher_is is None:
        return None
    if case.op in (">", ">=") and higher_is == "better":
        return None  # the rule names the healthy side: it is not a line to recover across
    if case.op in ("<", "<=") and higher_is == "worse":
        return None
    return CutOff(
        case.value, higher_is, "caseness", inclusive=case.op in (">=", "<="), source=case.source
    )
