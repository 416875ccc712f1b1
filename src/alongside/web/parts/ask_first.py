"""Somebody wants to ask before they agree: a task for who leads, and a word that it was heard."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.tasks import actions as tasks
from alongside.web.parts.pages import Request, say


def ask_first(request: Request, circle: Any, person: Any, about: str, at: datetime) -> None:
    """Have somebody talk with this person of this circle about a form, a course or a plan.

    Args:
        about: what they want to ask about, such as ``plan:<uuid>``.
    """
    tasks.make_task(
        institution=circle.institution,
        circle=circle,
        kind="asks_first",
        about=about,
        what=_("%(name)s wants to ask something before they agree") % {"name": person.name},
        for_role="lead",
        due_at=at + timedelta(days=catalogue.current().asking_times.ask_first_days),
        by=request.reader,
        at=at,
    )
    say(request, _("Saved. Someone will talk with you about it first."))
