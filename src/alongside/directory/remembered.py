"""Whom to call, also while the database does not answer (E2, E10, 3.5).

The country and the checks of its lines are kept in a small file beside the database, by every
process that reads them anew. A page that says *not saved, nobody has been told* has the numbers
then too, also in a process that was started since. A line is shown no longer than its check counts.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError

from alongside.directory import queries
from alongside.directory.models import LineCheck
from alongside.records import clock

log = logging.getLogger(__name__)

FILE = "whom-to-call.json"
_kept: tuple[Path, str] | None = None  # what this process wrote last, and where


def help_here(language: str) -> Mapping[str, Any]:
    """What ``queries.help_now`` gives for the country of this service, with or without database."""
    try:
        house, at = queries.house(), clock.now()
        country = "" if house is None else house.country
        read = queries.as_read(country, at)
    except DatabaseError:
        return help_remembered(language)
    _keep(country, read)
    return queries.help_now(country, language, at, read=read)


def help_remembered(language: str) -> Mapping[str, Any]:
    """The same from what was kept last; the database is not asked."""
    country, read = _last()
    # The database's clock cannot be asked either; this one only says which checks are too old.
    at = datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)
    return queries.help_now(country, language, at, read=read)


def help_when_broken(language: str) -> Mapping[str, Any]:
    """For a page that says *not saved*: what was kept last comes at once, and before any question.

    A database that is away is waited for some seconds each time it is asked.
    """
    found = help_remembered(language)
    return found if found["country"] else help_here(language)


def _keep(country: str, read: queries.AsRead) -> None:
    global _kept
    said = json.dumps(
        {
            "country": country,
            "zone": read.zone,
            "checks": [
                [each.line, each.number, each.checked_at.isoformat(), each.invented]
                for each in read.checks
            ],
        }
    )
    place = settings.SPOOL / FILE
    if not country or _kept == (place, said):
        return
    fresh = place.with_name(f".{FILE}-{os.getpid()}")
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(said)
        fresh.replace(place)
    except OSError as failure:
        log.warning("whom to call is not kept beside the database: %s", failure)
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    _kept = (place, said)


def _last() -> tuple[str, queries.AsRead]:
    try:
        said = _kept[1] if _kept is not None and _kept[0] == settings.SPOOL / FILE else None
        found = json.loads(said or (settings.SPOOL / FILE).read_text())
        country, zone = str(found["country"]), str(found["zone"])
        checks = [
            LineCheck(
                country=country,
                line=line,
                number=number,
                checked_at=datetime.fromisoformat(moment),
                invented=invented,
            )
            for line, number, moment, invented in found["checks"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return "", queries.AsRead([], "")
    return country, queries.AsRead(checks, zone)
