"""Words of the office for people: roles, acts, refusals."""

from __future__ import annotations

from django.utils.translation import gettext as _

from alongside.access import actions
from alongside.records.errors import Refused


def role(word: str) -> str:
    """What a role is called."""
    names = {
        "lead": _("Leads cases, takes in new worries"),
        "therapist": _("Treats"),
        "facilitator": _("Leads a group"),
        "supervisor": _("Supervises"),
        "manager": _("Manager"),
        "coordinator": _("Community programmes"),
        "on_call": _("On call"),
        "privacy": _("Privacy officer"),
        "auditor": _("Auditor"),
        "admin": _("Administrator"),
    }
    return names.get(word, word)


def act(word: str) -> str:
    """An audit word as a short phrase: `cases.case_opened` is *Case opened*."""
    return word.partition(".")[2].replace("_", " ").capitalize()


def refusal(error: Refused) -> str:
    """Why something was not done, and what to do next."""
    words = {
        actions.NotToOneself: _("Nobody can give a role to themself. Ask another manager."),
        actions.NotTheSecond: _("The second person must be somebody else."),
        actions.LastManager: _("This is the only manager. Make another one first."),
        actions.AlreadyEnded: _("That was done before."),
        actions.StaffAndFamily: _("Nobody is staff and family of the same circle."),
        actions.NotOnTheStaff: _("Only somebody who works here can have this role."),
        actions.AddressTaken: _("This address or this person has an account already."),
    }
    return words.get(type(error), _("That was not possible. Nothing was changed."))
