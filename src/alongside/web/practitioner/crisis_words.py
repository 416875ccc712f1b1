"""Words of the crisis board: what an alert is about, who is told, how it may end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.catalogue import UnknownContent
from alongside.crisis import actions
from alongside.engine.instruments.shapes import ScoreRule
from alongside.web.parts import content_words
from alongside.web.parts.explained_words import score_name
from alongside.web.parts.pages import short_day
from alongside.web.practitioner.words import short_instrument

LEVELS = content_words.LEVELS
FACE_TO_FACE = {  # what levels.yaml says; a service's own words stand as they are
    "now, emergency services": gettext_lazy("now, emergency services"),
    "within 4 hours": gettext_lazy("within 4 hours"),
    "within 24 hours": gettext_lazy("within 24 hours"),
    "within 72 hours": gettext_lazy("within 72 hours"),
    "within 4 weeks": gettext_lazy("within 4 weeks"),
    "by the other service": gettext_lazy("by the other service"),
    "none": gettext_lazy("none"),
}
RECIPIENTS = {
    "on_shift": gettext_lazy("whoever is on shift"),
    "duty_clinician": gettext_lazy("duty clinician"),
    "second_on_call": gettext_lazy("second on call"),
    "service_manager": gettext_lazy("service manager"),
    "all_staff_of_role": gettext_lazy("all staff of the role"),
    "institution_head": gettext_lazy("the institution’s head"),
    "supervisor": gettext_lazy("supervisor"),
    "fallback": gettext_lazy("the outside fallback"),
}
EVENTS = {
    "raised": gettext_lazy("Raised"),
    "given": gettext_lazy("The answer was given; it could only be saved later"),
    "raised_again": gettext_lazy("Danger again, added here"),
    "told": gettext_lazy("Told"),
    "not_told": gettext_lazy("Could not be written to; the others were"),
    "notified": gettext_lazy("First message went out"),
    "escalated": gettext_lazy("Nobody had it: next step"),
    "acknowledged": gettext_lazy("“I have this”"),
    "contact": gettext_lazy("Contact or note"),
    "number_left": gettext_lazy("A number was left"),
    "sent_again": gettext_lazy("Sent again"),
    "reopened": gettext_lazy("Open again"),
    "lowered": gettext_lazy("Made less urgent by a clinician"),
    "raised_higher": gettext_lazy("More urgent: an alert of its own"),
    "shift_ended": gettext_lazy("Who has it went off shift: it is to be handed over"),
    "flood": gettext_lazy("Many at once: the second team was called"),
    "closed": gettext_lazy("Closed"),
    "closed_with": gettext_lazy("What was written to close it"),
    "closed_alone": gettext_lazy("Closed without a second person"),
    "second_look_late": gettext_lazy("No second person looked in time: told each day"),
    "close_confirmed": gettext_lazy("A second person looked again"),
    "message_accepted": gettext_lazy("Message went out"),
    "assessed": gettext_lazy("Assessed, step by step"),
    "handed_on": gettext_lazy("Handed to a colleague, who must accept"),
    "hand_over_accepted": gettext_lazy("Accepted by the colleague"),
    "hand_over_missed": gettext_lazy("Nobody accepted the hand-over in time"),
    "message_refused": gettext_lazy("Message was refused; it is tried again"),
    "message_rejected": gettext_lazy("Message can’t be delivered there; it is tried again"),
    "message_no_answer": gettext_lazy("No answer when it was sent; it is tried again"),
    "message_went_along": gettext_lazy("Message sent together with others that had waited"),
    "message_withheld": gettext_lazy("Message withheld, because it was no longer right"),
}
BECAUSE = {
    "not_engaged": gettext_lazy("no contact or note in time"),
    "no_outcome": gettext_lazy("no outcome in time"),
    "danger_again": gettext_lazy("a new danger answer"),
    "number_left": gettext_lazy("a number was left"),
}
METHODS = {
    "phone": gettext_lazy("By phone"),
    "visit": gettext_lazy("A visit"),
    "message": gettext_lazy("By message"),
    "with_them": gettext_lazy("I am with them"),
    "note": gettext_lazy("A note only"),
}
WAYS = {
    "email": gettext_lazy("e-mail"),
    "sms": gettext_lazy("text"),
    "voice": gettext_lazy("call"),
    "push": gettext_lazy("push"),
}
SENT = {
    "sent": gettext_lazy("%(way)s went out at %(time)s"),
    "waits": gettext_lazy("%(way)s waits since %(time)s"),
    "failing": gettext_lazy("%(way)s fails and is tried again"),
    "withheld": gettext_lazy("%(way)s was not needed any more"),
}
OUTCOMES = {
    "reached_safe": gettext_lazy("Reached, safe"),
    "emergency_services": gettext_lazy("Emergency services took over"),
    "handed_over": gettext_lazy("Handed over, and they said yes"),
    "not_reached": gettext_lazy("Every way tried, nobody reached"),
    "no_way_to_reach": gettext_lazy("No way to reach; the numbers were shown"),
    "raised_in_error": gettext_lazy("There was no danger"),
    "deceased": gettext_lazy("The person has died"),
}
NAMED_CLINICIAN = gettext_lazy(
    "Only a clinician closes it so: who leads, treats or supervises here, or has the shift."
)
FIELDS = {
    "triage_code": gettext_lazy("Code after triage"),
    "assessment_note": gettext_lazy("What you found"),
    "safety_plan_or_transfer": gettext_lazy("Safety plan, admission or transfer"),
    "means_safety": gettext_lazy("Means made safer"),
    "means_safety_note": gettext_lazy("Which means, who did it, when; or why none was needed"),
    "next_contact_at": gettext_lazy("Next contact"),
    "named_person": gettext_lazy("Named person"),
    "called_at": gettext_lazy("When they were called"),
    "handed_to": gettext_lazy("Handed over to"),
    "accepted_at": gettext_lazy("When they accepted"),
    "attempts_note": gettext_lazy("What was tried, and when"),
    "emergency_contact": gettext_lazy("Emergency contact"),
    "welfare_check": gettext_lazy("Welfare check"),
    "reason": gettext_lazy("Why"),
}
CHOICES = {
    "safety_plan": gettext_lazy("Safety plan"),
    "admission": gettext_lazy("Admission"),
    "transfer": gettext_lazy("Transfer"),
    "action_recorded": gettext_lazy("Something was done"),
    "none_needed": gettext_lazy("None needed"),
    "told": gettext_lazy("Told, with consent"),
    "no_consent": gettext_lazy("Not told: no consent"),
    "nobody_named": gettext_lazy("Nobody was named"),
    "life_at_risk_told": gettext_lazy("Told without consent: life at risk"),
    "asked_for": gettext_lazy("Asked for"),
    "not_needed": gettext_lazy("Not needed"),
}


def who(alert: Any) -> str:
    """Whom an alert is about, or who reported it, as far as we know."""
    if alert.place:
        return str(alert.place)
    if alert.about is not None:
        return str(alert.about)
    if alert.circle is not None:
        return str(alert.circle.focus)
    concern = alert.concern
    if concern is None:
        return _("Somebody")
    if concern.contact_name:
        return str(concern.contact_name)
    return _("Someone who left a number") if concern.contact else _("Someone who left no number")


def fact(alert: Any) -> tuple[str, str]:
    """What was found, in words: the answer as the writer saw it, and what was asked."""
    name, _sign, value = str(alert.because).partition(";")[0].partition(" = ")
    value = value.partition(",")[0]
    asked = catalogue.current().danger.intake.question(name)
    language = get_language() or "en"
    if (missed := _missed(alert.rule, name, language)) is not None:
        return missed
    if alert.rule == actions.SEEN_BY_STAFF and _is_assessment(name):
        return _asked_about_safety(alert.level), _("Chosen by a colleague who asked step by step.")
    if alert.rule == actions.SEEN_BY_STAFF:
        return f"“{alert.because}”", _("Seen or heard by a colleague.")
    if asked is not None and str(asked.rule) == alert.rule:
        answer = asked.answer(value)
        words = _in(answer.text, language) if answer else value
        return f"“{words}”", _in(asked.text, language)
    if alert.rule.startswith("private_check_"):
        put = catalogue.current().private_check.question(name)
        if put is not None and (chosen := put.answer(value)):
            return f"“{_in(chosen.text, language)}”", put.words(language)
    if alert.rule.startswith("group_talk_"):
        for said in catalogue.current().groups.questions:
            if said.id == name:
                return f"“{_('Yes')}”", said.words(language)
    try:
        instrument = catalogue.current().risk_rule(alert.rule).instrument
        label = short_instrument(str(instrument)) if instrument else ""
    except UnknownContent:
        label = ""
    if label and name.startswith("item_"):
        chosen, put = _as_printed(str(instrument), name, value, language)
        return (
            _("%(form)s, question %(number)s: answered %(value)s")
            % {"form": label, "number": name.removeprefix("item_"), "value": chosen},
            put or str(alert.because),
        )
    if label and value and name in {rule.id for rule in _scores(str(instrument))}:
        score = score_name(catalogue.current().wording(str(instrument), language), name)
        return f"{label}: {score} {value}", ""
    return str(alert.because), ""


def said_of_a_try(note: str) -> str:
    """The note of one contact: what a guided assessment wrote there in words, else as it is."""
    form, _sign, level = note.partition(": ")
    return _asked_about_safety(level) if level and _is_assessment(form) else note


def _is_assessment(form: str) -> bool:
    """Whether this names the guided assessment, of whichever version it was then."""
    known = str(catalogue.current().crisis_form("assessment").ref)
    id, sign, version = form.partition("@")
    return id == known.partition("@")[0] and bool(sign) and version.isdigit()


def _asked_about_safety(level: str) -> str:
    return _("Asked about safety: %(level)s") % {
        "level": f"{level} · {LEVELS[level]}" if level in LEVELS else level
    }


def _scores(instrument: str) -> tuple[ScoreRule, ...]:
    found = catalogue.current().instruments.get(instrument)
    return found.scores if found else ()


def _missed(rule: str, because: str, language: str) -> tuple[str, str] | None:
    """What was missed after a crisis: the step in words, and the day by which it was due."""
    id, _sign, day = because.partition(": ")
    plan = catalogue.current().follow_up()
    step = plan.step(id)
    if step is None or step.missed.rule != rule.partition("@")[0]:
        return None
    return (
        _("Not done after a crisis: %(step)s") % {"step": step.words(language)},
        _("It was due on %(day)s.") % {"day": short_day(date.fromisoformat(day))} if day else "",
    )


def _as_printed(instrument: str, item: str, value: str, language: str) -> tuple[str, str]:
    """An answer and its question as the form prints them, where its words may be shown."""
    cat = catalogue.current()
    try:
        wording = cat.wording(instrument, language)
        options = wording.options[cat.instrument(instrument).item(item).options]
        return f"{value}, “{options[int(value)]}”", str(wording.items[item])
    except (UnknownContent, LookupError, ValueError):
        return value, ""


def title(alert: Any) -> str:
    """The fact of an alert, as its heading."""
    said, _asked = fact(alert)
    return _("%(who)s: %(fact)s") % {"who": who(alert), "fact": said}


def _in(text: Any, language: str) -> str:
    return str(text.get(language) or text.get(language.partition("-")[0]) or text.get("en", ""))
