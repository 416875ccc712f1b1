"""The one clock of a served house, moved on by the test: weeks pass between two pages.

An app of tests/harness/moved.py, so that every process of the house (pages, dispatcher, what is
asked inside) has the same moment. The file that ``ALONGSIDE_TEST_CLOCK`` names says how many
seconds the clock of the house is ahead of the machine's.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.apps import AppConfig

VARIABLE = "ALONGSIDE_TEST_CLOCK"


def here(place: Path) -> datetime:
    """The moment of the house, by its file."""
    return datetime.now(UTC) + timedelta(seconds=float(place.read_text()))


def set_to(place: Path, moment: datetime) -> None:
    """Let the clock of the house show this moment now, and go on from there."""
    ahead = (moment - datetime.now(UTC)).total_seconds()
    new = place.with_suffix(".new")
    new.write_text(str(ahead))
    new.replace(place)  # whoever reads it finds the old or the new one, never half of one


class Clockwork(AppConfig):
    """Puts the clock in, as the demonstration does."""

    name = "tests.harness.clockwork"
    label = "clockwork"

    def ready(self) -> None:
        from alongside.records import clock

        place = Path(os.environ[VARIABLE])
        self.stack = ExitStack()  # as long as the process lives
        self.stack.enter_context(clock.installed(lambda: here(place)))
