"""What a gap in who is on call is called on a page."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def why_of_gap(gap: Any) -> str:
    """Why nobody counts as first, or as second, in this time."""
    if gap.why == "nobody":
        return _("Nobody is first on call.") if gap.order == 1 else _("Nobody is second on call.")
    if gap.why == "same_person":
        return _("The first and the second are one person.")
    names = ", ".join(account.name or account.email for account in gap.who)
    if gap.order == 1:
        return _("%(names)s is first, without two tested ways to be reached.") % {"names": names}
    return _("%(names)s is second, without two tested ways to be reached.") % {"names": names}
