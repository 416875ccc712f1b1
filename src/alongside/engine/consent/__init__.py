"""Consents, capacity, a purpose and a day → permitted or not, and why."""

from alongside.engine.consent.capacity import (
    ABILITIES,
    CLOSE,
    DECIDES,
    BestInterestsFact,
    CapacityFact,
    capacity_on,
    lawful_basis,
    not_borne_out,
)
from alongside.engine.consent.decide import Answer, ConsentFact, RefusalFact, permitted

__all__ = [
    "ABILITIES",
    "CLOSE",
    "DECIDES",
    "Answer",
    "BestInterestsFact",
    "CapacityFact",
    "ConsentFact",
    "RefusalFact",
    "capacity_on",
    "lawful_basis",
    "not_borne_out",
    "permitted",
]
