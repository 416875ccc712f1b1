"""What a message with private links says: nothing of whom, of what, or why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def words(tokens: Sequence[str], *, until: datetime, channel: str) -> tuple[str, str]:
    """Subject and body of a message with private links: neither names anybody or says why.

    Args:
        tokens: of the links. until: the last moment they work, in the reader's zone. channel: a
            text is one line, as short as it can be.
    """
    urls = [f"{settings.PUBLIC_URL}/l/{token}" for token in tokens]
    last_day = date_format(until, "MONTH_DAY_FORMAT")
    if channel == "sms":
        text = ngettext("Your page: %(url)s Until %(day)s.", "Your pages: %(url)s Until %(day)s.",
                        len(urls))  # fmt: skip
        return "", text % {"url": " ".join(urls), "day": last_day}
    opening = (
        _("Here is your page: %(url)s") % {"url": urls[0]}
        if len(urls) == 1
        else _("Here are your pages:") + "\n" + "\n".join(urls)
    )
    ending = ngettext(
        "It works until %(day)s. If you expected nothing, you can ignore this.",
        "They work until %(day)s. If you expected nothing, you can ignore this.",
        len(urls),
    ) % {"day": last_day}
    return _("Your page"), f"{opening}\n\n{ending}"
