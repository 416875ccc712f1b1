"""A new web worker reads what every page needs before the first person asks for a page."""

from __future__ import annotations

import logging
import threading

NAME = "warm"
# The frames every page of a door is drawn in; they bring the parts with them.
FRAMES = (
    "parts/base_public.html",
    "parts/base_person.html",
    "parts/base_circle.html",
    "parts/base_practitioner.html",
    "parts/base_office.html",
    "parts/base_danger.html",
)

log = logging.getLogger(__name__)


def begin() -> threading.Thread:
    """Read in a thread of its own: the worker answers meanwhile, and ends without waiting for it.

    What cannot be read here is read, and refused, by the first page that needs it.
    """
    thread = threading.Thread(target=_read, name=NAME, daemon=True)
    thread.start()
    return thread


def _read() -> None:
    from django.db import connection
    from django.template.loader import get_template
    from django.urls import get_resolver

    from alongside import catalogue
    from alongside.config import context

    try:
        catalogue.current()
        _ = get_resolver().url_patterns  # imports the pages of every door
        for frame in FRAMES:
            get_template(frame)
        context.help_now()  # from now on the country's number is known without the database
    except Exception:
        log.exception("a new worker could not read everything beforehand")
    finally:
        connection.close()
