"""The words of a protocol's own lists: whom it treats, who delivers it, kinds of steps, ranges."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TREATS = {
    "person": gettext_lazy("The person"),
    "relatives": gettext_lazy("Relatives"),
    "circle": gettext_lazy("The whole circle"),
    "group": gettext_lazy("A group"),
    "population": gettext_lazy("People at a place"),
}
DELIVERERS = {
    "anaesthetist": gettext_lazy("anaesthetist"),
    "any_discipline": gettext_lazy("staff of any profession"),
    "anyone_first": gettext_lazy("whoever is there first"),
    "clinician": gettext_lazy("clinician"),
    "co_leader": gettext_lazy("second leader"),
    "coach": gettext_lazy("coach"),
    "counsellor": gettext_lazy("counsellor"),
    "ect_nurse": gettext_lazy("nurse of the ECT team"),
    "facilitator": gettext_lazy("facilitator"),
    "lead": gettext_lazy("who leads the case"),
    "leader": gettext_lazy("leader"),
    "nurse": gettext_lazy("nurse"),
    "prescriber": gettext_lazy("prescriber"),
    "staff": gettext_lazy("staff"),
    "teacher": gettext_lazy("teacher"),
    "therapist": gettext_lazy("therapist"),
    "trainee": gettext_lazy("trainee"),
}
FORMATS = {
    "in_person": gettext_lazy("In person"),
    "video": gettext_lazy("By video"),
    "phone": gettext_lazy("By phone"),
}
STEPS = {
    "information": gettext_lazy("Information"),
    "assessment": gettext_lazy("Assessment"),
    "consent": gettext_lazy("Consent"),
    "decision": gettext_lazy("Decision"),
    "session": gettext_lazy("In the session"),
    "homework": gettext_lazy("Homework"),
    "review": gettext_lazy("Review"),
    "meeting": gettext_lazy("Meeting"),
    "handover": gettext_lazy("Handing over"),
    "dose": gettext_lazy("Dose"),
    "distribution": gettext_lazy("Handing out"),
    "wait_until": gettext_lazy("Wait"),
    "escalate": gettext_lazy("Tell somebody else"),
}
WHEN = {
    "intake": gettext_lazy("at the start"),
    "each": gettext_lazy("each session"),
    "every_n": gettext_lazy("every few sessions"),
    "sessions": gettext_lazy("at named sessions"),
    "every_days": gettext_lazy("every few days"),
    "phase_end": gettext_lazy("at the end of a phase"),
    "end": gettext_lazy("at the end"),
    "followup": gettext_lazy("afterwards"),
}
EFFECTS = {
    "block": gettext_lazy("keeps it from being begun"),
    "block_until": gettext_lazy("holds it back until it is settled"),
    "warn": gettext_lazy("to be minded"),
}
STOPS = {
    "review": gettext_lazy("somebody looks at it"),
    "stop": gettext_lazy("further sessions are held back"),
}


def range_words(numbers: Any) -> str:
    """A least and a greatest number, and what is usual."""
    low, usual, high = numbers.min, numbers.typical, numbers.max
    if low is not None and high is not None and low != high:
        words = _("%(low)s to %(high)s") % {"low": low, "high": high}
        return f"{words} ({_('usually %(number)s') % {'number': usual}})" if usual else words
    only = next((each for each in (usual, low, high) if each is not None), None)
    return "" if only is None else str(only)
