"""Logs hold ids and words of the program, never what people wrote or who they are."""

from __future__ import annotations

import logging
import re

_MAIL = re.compile(r"[^\s<>\"']+@[^\s<>\"']+")
_LINK = re.compile(r"/(?:[lw]|join|leave)/[A-Za-z0-9_-]{20,}")
_PHONE = re.compile(r"\+?\d[\d ()-]{7,}\d")


class Scrub(logging.Filter):
    """Take addresses, phone numbers and private links out of a line, whoever wrote it."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        text = _LINK.sub("/l/…", _MAIL.sub("[address]", text))
        record.msg, record.args = _PHONE.sub("[number]", text), ()
        return True
