"""Words of the office for people: roles, acts, refusals."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


def short_role(word: str) -> str:
    """A role in one or two words, for lists."""
    names = {
        "lead": _("Lead"),
        "therapist": _("Therapist"),
        "facilitator": _("Group leader"),
        "supervisor": _("Supervisor"),
        "concerned": _("Member"),
        "person": _("The person"),
        "guardian": _("Guardian"),
    }
    return names.get(word, role(word))


def in_circles(word: str, number: int) -> str:
    """A role with how many circles it is for."""
    said = ngettext("%(role)s in %(number)s circle", "%(role)s in %(number)s circles", number)
    return said % {"role": short_role(word), "number": number}


def reason(word: str) -> str:
    """Why a role was given: the house's own words in plain ones, anybody else's as written."""
    words = {
        "case_opened": _("opened the case"),
        "first_run": _("set the house up"),
        "invited": _("by invitation"),
    }
    return words.get(word, word)


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
