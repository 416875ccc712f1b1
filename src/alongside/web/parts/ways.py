"""What a way of helping is called, and what happens in it, for the people it is for."""

from __future__ import annotations

from django.utils.translation import get_language

from alongside import catalogue


def way_name(protocol: str) -> str:
    """What a way of helping is called; its words stay in the language they are in."""
    found = catalogue.current().protocols.get(protocol)
    texts = catalogue.current().reasons(get_language() or "en")
    name = texts.get(f"protocols/{protocol}/name") or (found.name if found else protocol)
    return str(name)


def way_words(protocol: str) -> str:
    """What happens in it, in one sentence."""
    found = catalogue.current().protocols.get(protocol)
    texts = catalogue.current().reasons(get_language() or "en")
    return str(texts.get(f"protocols/{protocol}/what") or (found.what if found else ""))
