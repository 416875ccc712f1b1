"""Why a change counts or does not is said in the language of the page, and as the engine has it."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.utils import translation

from alongside.engine.outcomes.course import Point, progress
from alongside.engine.outcomes.of_instrument import change_of
from alongside.web.practitioner.change_words import reasons_of
from tests.harness.content import shipped

FORMS = sorted(ref for ref, each in shipped().instruments.items() if each.scores)


def of_two(ref: str, *scores: int) -> SimpleNamespace:
    change = change_of(shipped().instruments[ref])
    given = [Point(date(2026, 3, 1 + day), score) for day, score in enumerate(scores)]
    return SimpleNamespace(progress=progress(given, change), change=change)


@pytest.mark.parametrize("ref", FORMS)
def test_each_reason_is_said_as_the_engine_has_it_and_in_spanish_without_english(ref: str) -> None:
    for scores in ((), (14,), (14, 13), (14, 2), (2, 14), (14, 14)):
        series = of_two(ref, *scores)
        as_the_engine_has_it = [reason.text for reason in series.progress.reasons]
        with translation.override("en"):
            assert reasons_of(series) == as_the_engine_has_it
        with translation.override("es"):
            assert not {*reasons_of(series)} & {*as_the_engine_has_it}
