"""What a way of helping is called, and what happens in it, for the people it is for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language

from alongside import catalogue


def way_name(protocol: str) -> str:
    """What a way of helping is called; its words stay in the language they are in."""
    found = catalogue.current().protocols.get(protocol)
    texts = catalogue.current().reasons(get_language() or "en")
    name = texts.get(f"protocols/{protocol}/name") or (found.name if found else protocol)
    return str(name)


def course_name(course: Any, beside: Iterable[Any]) -> str:
    """What a course is called; with its variant where another beside it has the same name."""
    name = way_name(course.protocol)
    found = catalogue.current().protocols.get(course.protocol)
    variant = found.variant(course.variant) if found and course.variant else None
    names = [way_name(other.protocol) for other in beside if other.pk != course.pk]
    if variant is None or name not in names:
        return name
    texts = catalogue.current().reasons(get_language() or "en")
    key = f"protocols/{course.protocol}/variants/{course.variant}/name"
    return f"{name}: {texts.get(key) or variant.name}"


def way_words(protocol: str) -> str:
    """What happens in it, in one sentence."""
    found = catalogue.current().protocols.get(protocol)
    texts = catalogue.current().reasons(get_language() or "en")
    return str(texts.get(f"protocols/{protocol}/what") or (found.what if found else ""))
