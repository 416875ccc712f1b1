"""What this door says of planned meetings: roles, options, gates, refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.catalogue.meetings import in_language
from alongside.directory import actions as directory
from alongside.meetings import actions, rules
from alongside.records.errors import Refused
from alongside.web.practitioner import delivery_words

LED: Mapping[str, Any] = {
    "none": gettext_lazy("By the family, with nobody trained"),
    "phone": gettext_lazy("By the family, somebody trained on the phone"),
    "present": gettext_lazy("By a professional in the room"),
}
ROLES: Mapping[str, Any] = {
    "organiser": gettext_lazy("Organises: calls, diary"),
    "anchor": gettext_lazy("Anchor: opens and asks at the end"),
    "escort": gettext_lazy("Goes along: drives, packs, stays"),
    "safety_person": gettext_lazy("Safety: watches the door, calls for help"),
    "absent_friend": gettext_lazy("Not there: their letter is read by another"),
    "listened_to": gettext_lazy("The person listens to them most"),
}
OPTION_KINDS: Mapping[str, Any] = {
    "residential": gettext_lazy("Residential"),
    "detox": gettext_lazy("Detox, staying there"),
    "day": gettext_lazy("Day programme, lives at home"),
    "outpatient": gettext_lazy("Outpatient talks"),
    "doctor": gettext_lazy("A doctor, medicine"),
    "one_talk": gettext_lazy("One talk, no promise to go on"),
    "group": gettext_lazy("A group of peers"),
    "online": gettext_lazy("Online or by phone"),
}
WITHDRAWAL: Mapping[str, Any] = {
    "yes": gettext_lazy("They give it"),
    "arranged": gettext_lazy("Arranged elsewhere first"),
    "not_needed": gettext_lazy("A doctor says none is needed"),
    "no": gettext_lazy("They do not give it"),
}
LICENCE: Mapping[str, Any] = {
    "checked": gettext_lazy("Looked up"),
    "not_needed": gettext_lazy("None is needed for this"),
    "not_yet": gettext_lazy("Not looked up yet"),
}
MISSING: Mapping[str, Any] = {
    "licence": gettext_lazy("licence"),
    "price": gettext_lazy("price"),
    "accepts": gettext_lazy("whom it takes"),
    "withdrawal": gettext_lazy("cover for withdrawal"),
    "interest": gettext_lazy("declared interest"),
    "funding": gettext_lazy("who pays"),
    "travel": gettext_lazy("the way there"),
    "cover": gettext_lazy("children, animals, work"),
}
_REFUSALS: tuple[tuple[type[Refused], str, Any], ...] = (
    (actions.HasEnded, "", gettext_lazy("This meeting has ended. Here it is as it stands.")),
    (actions.AlreadyPreparing, "", gettext_lazy("This circle prepares a meeting already.")),
    (actions.UnknownPath, "way", gettext_lazy("Choose one of these ways.")),
    (actions.NotReleasable, "", gettext_lazy("This cannot be let pass: it must be true.")),
    (actions.NothingToResolve, "", gettext_lazy("This was resolved before.")),
    (actions.HasADate, "", gettext_lazy("A date is set already. Take it back first.")),
    (actions.GatesClosed, "", gettext_lazy("Not yet: something before the date is still open.")),
    (
        actions.NotYetBegun,
        "outcome",
        gettext_lazy("It has not begun yet. Until then it can only be not held."),
    ),
    (actions.NotSeated, "", gettext_lazy("This person has left the circle.")),
    (actions.CaseIsClosed, "", gettext_lazy("The case has been closed.")),
)
_OPTION_FIELDS: Mapping[str, Any] = {
    "name": gettext_lazy("Write a name of at most 200 letters."),
    "licence_checked_on": gettext_lazy("Write the day it was looked up, today or before."),
    "held_until": gettext_lazy("Write a time that is still to come."),
}
# Where each gate is opened: the address's name; the argument that goes with it.
OPENS: Mapping[str, tuple[str, str]] = {
    "alert": ("practitioner:crisis-board", ""),
    "child_asked": ("practitioner:case-child", ""),
    "afraid": ("practitioner:case-circle", ""),
    "sides_heard": ("practitioner:case-circle", "#sides"),
    "own_side": ("practitioner:case-circle", "#sides"),
    "asked": ("practitioner:case-meeting", "#people"),
    "speakers": ("practitioner:case-meeting", "#people"),
    "people": ("practitioner:case-meeting", "#people"),
    "child": ("practitioner:case-meeting", "#people"),
    "flow": ("practitioner:case-choose", ""),
    "surprise_ready": ("practitioner:meeting-option-new", ""),
    "options": ("practitioner:meeting-option-new", ""),
    "not_residential": ("practitioner:meeting-option-new", ""),
    "soon": ("practitioner:meeting-option-new", ""),
    "proof": ("practitioner:case-meeting", "#options"),
    "answers": ("practitioner:meeting-answers", ""),
    "surprise_lead": ("practitioner:credentials", ""),
    "minor": ("practitioner:meeting-path", ""),
    "between": ("practitioner:case-choose", ""),
    "letters": ("practitioner:meeting-letters", ""),
    "readers": ("practitioner:meeting-letters", ""),
    "rehearsed": ("practitioner:case-meeting", "#day"),
}
ARRANGED = frozenset(
    {"aim", "refused_aim", "led", "professional", "standby", "children", "place", "escort"}
)


def language() -> str:
    """The language of the page."""
    return get_language() or "en"


def path_name(id: str, level: int = 0) -> str:
    """What a path is called, with its level."""
    path = catalogue.current().meetings.path(id)
    if path is None:
        return id
    name = in_language(path.name, language())
    return _("%(way)s, level %(level)s") % {"way": name, "level": level} if level else name


def gate_words(gate: Any) -> tuple[str, str]:
    """The title of a gate and what it waits for."""
    content = catalogue.current().meetings
    check = content.screen.check(gate.id)
    if check is not None:
        name = in_language(check.name, language())
        if not gate.effect:
            return name, _("Not answered yet.")
        if gate.state == "clear":
            return name, ""
        if gate.effect == "ask":
            return name, _("Somebody does not know, left it open, or took it back. Ask again.")
        return name, in_language(check.closed, language())
    file = content.rules_file.gate(gate.id)
    if file is None:
        return gate.id, ""
    text = in_language(file.needs, language())
    if gate.state == "clear":
        return in_language(file.title, language()), ""
    return in_language(file.title, language()), text.format(
        have=gate.have, least=gate.least, most=gate.most
    )


def gate_item(case: Any, gate: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """One closed gate as ``parts/check.html`` shows it, with its one action."""
    title, text = gate_words(gate)
    who = [names[each] for each in gate.members if each in names]
    if who:
        text = f"{text} " + _("From: %(names)s.") % {"names": ", ".join(who)}
    item: dict[str, Any] = {
        "state": "stop" if gate.state == "stop" else "wait" if gate.holds == "go" else "fix",
        "title": title,
        "text": text,
    }
    url, label = _action(case, gate)
    if url:
        item |= {"url": url, "label": label}
    return item


def _action(case: Any, gate: Any) -> tuple[str, str]:
    if gate.id == "stopped":
        return "", ""
    if gate.is_releasable:
        return (
            reverse("practitioner:meeting-release", args=[case.pk, gate.id]),
            str(_("Look at it")),
        )
    content = catalogue.current().meetings
    check = content.screen.check(gate.id)
    if check is not None:
        if check.asked == "member":
            address = reverse("practitioner:case-meeting", args=[case.pk])
            return f"{address}#people", str(_("Ask"))
        kind = check.asked
        return reverse("practitioner:meeting-checks", args=[case.pk, kind]), str(_("Answer"))
    if gate.id in (rules.EVE, rules.DAY):
        return reverse("practitioner:meeting-checks", args=[case.pk, gate.id]), str(_("Answer"))
    if gate.id in ARRANGED:
        return reverse("practitioner:meeting-arrange", args=[case.pk]), str(_("Arrange"))
    name, part = OPENS.get(gate.id, ("", ""))
    if not name:
        return "", ""
    args = [] if name in {"practitioner:crisis-board", "practitioner:credentials"} else [case.pk]
    return reverse(name, args=args) + part, str(_("Go there"))


def cleared(gates: Iterable[Any]) -> list[dict[str, Any]]:
    """Gates that are open: in place, let pass, or to be kept in mind."""
    found = []
    for gate in gates:
        if gate.is_closed:
            continue
        title, text = gate_words(gate)
        if gate.is_released:
            text = _("Let pass by the lead, with a reason.")
        elif gate.state == "warn":
            text = _("To keep in mind: %(text)s") % {"text": text}
        else:
            text = ""
        found.append({"state": "ok", "title": title, "text": text})
    return found


def left_words(until: datetime, at: datetime) -> str:
    """How long a place is still kept, in short."""
    hours = int((until - at).total_seconds() // 3600)
    if hours < 0:
        return _("over")
    if hours < 72:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(days)s d") % {"days": hours // 24}


def left_long(until: datetime, at: datetime) -> str:
    """The same for readers."""
    hours = int((until - at).total_seconds() // 3600)
    if hours < 0:
        return _("It has lapsed")
    return ngettext("%(hours)s hour left", "%(hours)s hours left", hours) % {"hours": hours}


def add_refusal(form: Any, refusal: Exception) -> None:
    """Put a refusal beside the field it is about, in words for staff."""
    if isinstance(refusal, directory.OptionMakesNoSense):
        field = {"held_until": "until_day"}.get(refusal.field, refusal.field)
        said = _OPTION_FIELDS.get(refusal.field, _("Choose from the list."))
        form.add_error(field if field in form.fields else None, said)
        return
    for kind, field, said in _REFUSALS:
        if isinstance(refusal, kind):
            form.add_error(field if field in form.fields else None, said)
            return
    delivery_words.add_refusal(form, refusal)


def usual_bag() -> str:
    """What usually goes into the bag, while nobody wrote what is in it."""
    bag = catalogue.current().meetings.sheet.bag
    return "; ".join(in_language(each, language()) for each in bag)
