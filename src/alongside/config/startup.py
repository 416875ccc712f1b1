"""Start-up checks that need every room at hand. An error here stops the server."""

from __future__ import annotations

from typing import Any

from django.core.checks import Error, Tags
from django.core.checks import register as register_check

from alongside.access import policy
from alongside.access.routes import declare_library
from alongside.catalogue import current
from alongside.catalogue.errors import UnknownContent
from alongside.config import routes
from alongside.records.audit_words import WORDS
from alongside.records.registry import conditions


def register() -> None:
    """Hook the checks in. Each is a plain function of the rooms it looks at."""
    declare_library(routes.LIBRARY)
    register_check(routes.every_route_is_declared, Tags.urls)
    register_check(every_word_has_a_meaning, Tags.models)


def every_word_has_a_meaning(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """Refuse to start while the table uses a word that a room has not given a meaning."""
    try:
        matrix = current().matrix
    except UnknownContent:
        return [Error("content/access/matrix.yaml cannot be read.", id="access.E003")]
    errors: list[Error] = []
    for model in policy.record_models():
        label = model._meta.label_lower
        types = policy.types_of(model)
        if not types:
            errors.append(Error(f"{label} names no row of the access matrix.", id="access.E004"))
        for name in types:
            if name not in matrix.rows:
                errors.append(Error(f"{label}: {name} is no row of the matrix.", id="access.E005"))
                continue
            errors += [
                Error(f"{label}: the word {word} of {name} has no meaning.", id="access.E006")
                for word in sorted(matrix.words(name))
                if not conditions.has(label, word)
            ]
        noun = getattr(model, "audit_noun", "")
        if f"{noun}_read" not in WORDS:
            errors.append(
                Error(f"{label}: {noun}_read is not in audit_words.py.", id="access.E007")
            )
    return errors
