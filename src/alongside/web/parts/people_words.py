"""What rooms call people and states, in words for pages. Every door may use them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

RELATIONS = {
    "mother": gettext_lazy("Mother"),
    "father": gettext_lazy("Father"),
    "parent": gettext_lazy("Parent"),
    "partner": gettext_lazy("Partner"),
    "spouse": gettext_lazy("Husband or wife"),
    "sister": gettext_lazy("Sister"),
    "brother": gettext_lazy("Brother"),
    "sibling": gettext_lazy("Brother or sister"),
    "daughter": gettext_lazy("Daughter"),
    "son": gettext_lazy("Son"),
    "child": gettext_lazy("Son or daughter"),
    "grandparent": gettext_lazy("Grandparent"),
    "aunt_uncle": gettext_lazy("Aunt or uncle"),
    "cousin": gettext_lazy("Cousin"),
    "friend": gettext_lazy("Friend"),
    "neighbour": gettext_lazy("Neighbour"),
    "colleague": gettext_lazy("Colleague"),
    "employer": gettext_lazy("Employer"),
    "teacher": gettext_lazy("Teacher"),
    "carer": gettext_lazy("Carer"),
    "nurse": gettext_lazy("Nurse"),
    "doctor": gettext_lazy("Doctor"),
    "faith_leader": gettext_lazy("Faith leader"),
    "officer": gettext_lazy("Officer"),
    "other": gettext_lazy("Someone else"),
}
AGE_BANDS = {
    "under_18": gettext_lazy("Under 18"),
    "18_25": gettext_lazy("18 to 25"),
    "26_64": gettext_lazy("26 to 64"),
    "65_up": gettext_lazy("65 or older"),
}
MEMBER_ROLES = {
    "reporter": gettext_lazy("told us first"),
    "organiser": gettext_lazy("organises"),
    "emergency_contact": gettext_lazy("emergency contact"),
    "supporter": gettext_lazy("supports"),
}
CASE_STATES = {
    "preparing": (gettext_lazy("Preparing"), "pen"),
    "active": (gettext_lazy("Active"), "pen"),
    "closing": (gettext_lazy("Closing"), "lamp"),
    "closed": (gettext_lazy("Closed"), "moss"),
}
COMPLETIONS = {
    "completed": gettext_lazy("Completed: dose and goals met"),
    "completed_early_recovered": gettext_lazy("Completed early, recovered"),
    "planned_end_partial": gettext_lazy("Planned end, in part"),
    "dropped_out": gettext_lazy("Dropped out: two missed without contact, outreach failed"),
    "declined_before_start": gettext_lazy("Said no before the start"),
    "stopped_safety": gettext_lazy("Stopped for safety"),
    "transferred": gettext_lazy("Handed over to others"),
    "deceased": gettext_lazy("Died"),
}
CASE_ENDS = {**COMPLETIONS, "ran_out": gettext_lazy("Ran out: no step was taken in time")}
STANDINGS = {
    "valid": (gettext_lazy("Valid"), "moss", "badge-check"),
    "soon": (gettext_lazy("Ends soon"), "lamp", "clock"),
    "ended": (gettext_lazy("Ended"), "signal", "circle-x"),
    "not_checked": (gettext_lazy("Not checked yet"), "lamp", "circle-dashed"),
    "check_due": (gettext_lazy("To be checked again"), "lamp", "clock"),
    "suspended": (gettext_lazy("Suspended"), "signal", "circle-x"),
    "revoked": (gettext_lazy("Taken away by its issuer"), "signal", "circle-x"),
    "rejected": (gettext_lazy("Not found at its issuer"), "signal", "circle-x"),
    "not_yet": (gettext_lazy("Not valid yet"), "", "clock"),
}
CREDENTIAL_KINDS = {
    "licence": gettext_lazy("Licence, by law"),
    "registration": gettext_lazy("Registration"),
    "certificate": gettext_lazy("Certificate"),
    "model_certificate": gettext_lazy("Course certificate, not a licence"),
    "training": gettext_lazy("Training"),
}


def relation(word: str) -> str:
    """A relation in words; what was typed at the public door stays as it was typed."""
    return str(RELATIONS.get(word, word))


def age_band(word: str) -> str:
    """An age band in words, or nothing."""
    return str(AGE_BANDS.get(word, ""))


def member_roles(words: Sequence[str]) -> str:
    """What a member does, in words, with commas."""
    return ", ".join(str(MEMBER_ROLES.get(word, word)) for word in words)


def listed(names: Sequence[str]) -> str:
    """Names as a sentence has them: "Asha", "Asha and Bo", "Asha, Bo and Hana"."""
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def who_sees(staff: Sequence[str], *, on_call: bool, members: str, person: str) -> str:
    """One sentence or two: who can see what is written here, and who cannot.

    Args:
        staff: names of those who work with the circle.
        on_call: the on-call team reads it while an alert is open.
        members, person: ``all``, ``own``, ``when_told`` or nothing, as ``access.sight`` has them.
    """
    seeing = list(staff)
    if on_call:
        seeing.append(_("the on-call team while an alert is open"))
    if members == "all":
        seeing.append(_("everyone in the circle"))
    if person == "all":
        seeing.append(_("the person"))
    said = [_("%(who)s can see this.") % {"who": listed(seeing)}] if seeing else []
    if members == "own":
        said.append(_("Others in the circle see only their own words."))
    elif not members:
        said.append(_("Nobody in the circle sees it."))
    if person == "when_told":
        said.append(_("The person sees it only once they know of the circle."))
    elif person == "own":
        said.append(_("The person sees what is about them."))
    elif not person:
        said.append(_("The person does not see it."))
    return " ".join(said)


def days_left(days: int) -> str:
    """How long something still lasts."""
    if days < 0:
        return _("ended")
    if days == 0:
        return _("ends today")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
