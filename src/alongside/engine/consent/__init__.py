"""Consents, a purpose and a day → permitted or not, and why."""

from alongside.engine.consent.decide import Answer, ConsentFact, RefusalFact, permitted

__all__ = ["Answer", "ConsentFact", "RefusalFact", "permitted"]
