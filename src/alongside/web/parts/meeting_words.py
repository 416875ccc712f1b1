"""What both doors say of a planned meeting."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def limit_sentence(row: Any) -> str:
    """A limit or an offer as its writer would say it."""
    if row.happens.strip():
        return _("If %(happens)s, I will %(will)s") % {"happens": row.happens, "will": row.will}
    return _("I will %(will)s") % {"will": row.will}
