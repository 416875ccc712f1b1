"""What this door says: tasks, refusals, decisions, in words for staff."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from alongside import catalogue
from alongside.access import actions as access
from alongside.cases import actions as cases
from alongside.cases import reporting, rights, sides
from alongside.catalogue.meetings import in_language
from alongside.consent import actions as consent
from alongside.consent import best_interests
from alongside.credentials import actions as credentials
from alongside.crisis import safeguarding
from alongside.delivery import on_time, unpermitted
from alongside.measures import actions as measures
from alongside.people import actions as people
from alongside.people import reach
from alongside.records.errors import Refused
from alongside.web.parts.pages import day_words
from alongside.web.parts.people_words import listed
from alongside.web.parts.ways import way_name

SHORT = 6  # letters of an instrument's id that can stand for its name
PATHS: Mapping[str, Any] = {
    "today": gettext_lazy("Someone could get hurt today"),
    "says_no": gettext_lazy("They say no to help"),
    "cannot_decide": gettext_lazy("They cannot decide for themselves now"),
    "child": gettext_lazy("It is about a child"),
    "me": gettext_lazy("It is about the writer"),
    "circle": gettext_lazy("Told by somebody of the circle"),
}
CONCERN_STATES: Mapping[str, tuple[Any, str]] = {
    "draft": (gettext_lazy("Still being written"), ""),
    "sent": (gettext_lazy("To be read"), "lamp"),
    "taken": (gettext_lazy("Taken up"), "moss"),
    "referred_on": (gettext_lazy("Sent on"), ""),
    "withdrawn": (gettext_lazy("Withdrawn"), ""),
    "expired": (gettext_lazy("Ran out"), ""),
}
DECISIONS: Mapping[str, Any] = {
    "method": gettext_lazy("Chose a way"),
    "release": gettext_lazy("Let something pass"),
    "override": gettext_lazy("Went another way than advised"),
    "choice": gettext_lazy("Chose"),
    "prolong": gettext_lazy("Made it last longer"),
    "step": gettext_lazy("Stepped up, down or switched"),
    "setting": gettext_lazy("Moved to another place of care"),
    "version": gettext_lazy("Moved to a newer version"),
    "alternative": gettext_lazy("Considered another explanation"),
    "track_review": gettext_lazy("Reviewed a course"),
    "track_shared": gettext_lazy("Shared how it goes with the person"),
    "shown": gettext_lazy("Showed what they had kept back, for safety"),
}
# Words a decision is kept with, where it is not about a way.
CHOSEN: Mapping[str, Any] = {
    "considered": gettext_lazy("looked at, and written down"),
    "shared": gettext_lazy("on their own page, until the next look"),
    "shown": gettext_lazy("to who looks after them"),
    "released": gettext_lazy("for a reason that is written down"),
    "resolved": gettext_lazy("what somebody said alone was resolved with them"),
    "does_not_speak": gettext_lazy("somebody does not speak at the meeting"),
    "step_down": gettext_lazy("Step down: less is enough now"),
    "switch": gettext_lazy("Switch: another way"),
}
ENDED: Mapping[str, Any] = {
    "objected": gettext_lazy("The person objects to others being asked about them."),
    "taken_back": gettext_lazy("They took back the yes it rested on."),
    "refused": gettext_lazy("They said no."),
    "case_closed": gettext_lazy("The case was closed."),
}
CAPACITY: Mapping[str, Any] = {
    "presumed": gettext_lazy("Presumed, as the law presumes it"),
    "assessed_present": gettext_lazy("Assessed: can decide this"),
    "in_doubt": gettext_lazy("In doubt"),
    "lacks": gettext_lazy("Assessed: cannot decide this now"),
    "fluctuating": gettext_lazy("Comes and goes"),
}
# What stands in the open places of consent forms, `{word}`.
OPEN_PLACES: Mapping[str, Any] = {
    "activities": gettext_lazy("What they may do"),
    "protocol": gettext_lazy("The kind of talks or treatment"),
    "deliverer": gettext_lazy("Who gives it"),
    "supervisor": gettext_lazy("Who checks the work"),
    "sessions": gettext_lazy("How many talks"),
    "minutes": gettext_lazy("Minutes each"),
    "risks": gettext_lazy("What can be hard, also getting worse"),
    "alternatives": gettext_lazy("What else they could do, also nothing"),
    "cost": gettext_lazy("What it costs"),
    "what": gettext_lazy("What is passed on"),
    "recipient": gettext_lazy("Who gets it"),
    "purpose": gettext_lazy("What for"),
    "not_included": gettext_lazy("What is not passed on"),
    "two_way": gettext_lazy("Do they tell us something too"),
    "until": gettext_lazy("Until when"),
    "young_person": gettext_lazy("The young person’s name"),
    "contact": gettext_lazy("Whom to call"),
    "how": gettext_lazy("How"),
    "when": gettext_lazy("When"),
    "may_say": gettext_lazy("What may be said"),
}
CANNOT_JOIN = gettext_lazy("They cannot be added to this circle now.")
_REFUSALS: tuple[tuple[type[Refused], Any], ...] = (
    (
        measures.AskedNoMore,
        gettext_lazy("It is asked anew no more; what was begun with it goes on."),
    ),
    (cases.NotToTriage, gettext_lazy("Somebody took this concern up meanwhile.")),
    (
        reporting.LookedAtFirst,
        gettext_lazy(
            "Many reports come from one contact, or about one person: the privacy officer looks "
            "first. Danger is acted on at once, as always."
        ),
    ),
    (cases.UnknownBasis, gettext_lazy("Choose a legal basis that fits before the person agreed.")),
    (
        cases.NoContactLeft,
        gettext_lazy("They left no name or no contact, so they cannot join yet."),
    ),
    (
        safeguarding.WaitsForAnswer,
        gettext_lazy("A safeguarding report waits for its answer. Ask the lead today, then close."),
    ),
    (cases.WrongState, gettext_lazy("The case has moved on meanwhile. Here it is as it stands.")),
    (people.AlreadyMember, CANNOT_JOIN),
    (people.MemberHasEnded, gettext_lazy("This person has left the circle.")),
    (people.NeedsAName, gettext_lazy("Write a name or an alias of at most 120 letters.")),
    (reach.NotReachable, gettext_lazy("That is no full phone number or e-mail address.")),
    (access.AlreadyEnded, gettext_lazy("It had ended before.")),
    (access.StaffAndFamily, gettext_lazy("Nobody is staff and family of one circle.")),
    (consent.FormChanged, gettext_lazy("The form has changed meanwhile. Please read it again.")),
    (consent.NotAConsent, gettext_lazy("This form cannot be agreed to.")),
    (consent.NeedsAWitness, gettext_lazy("Write who heard it.")),
    (consent.NotTheirCircle, gettext_lazy("That is not possible for this person.")),
    (consent.AlreadyWithdrawn, gettext_lazy("It was taken back, or had ended, before.")),
    (
        best_interests.NotLacking,
        gettext_lazy("They can decide this themself, or nobody assessed it lately. Ask them."),
    ),
    (
        best_interests.NeedsAnAdvocate,
        gettext_lazy("Nobody close to them was asked. An advocate must take part first."),
    ),
    (
        best_interests.AgainstTheirRefusal,
        gettext_lazy(
            "A refusal in advance, or somebody with lawful power, stands against it. It cannot go "
            "ahead; a court decides."
        ),
    ),
    (
        best_interests.CanWait,
        gettext_lazy("They may be able to decide later and it can wait, so it waits for them."),
    ),
    (
        rights.Limited,
        gettext_lazy(
            "The person objects, or limited this. Nothing new about them is written down from "
            "others until it is answered."
        ),
    ),
    (
        sides.NotOnThisCase,
        gettext_lazy("Choose somebody who works on this case."),
    ),
    (best_interests.OneOptionOnly, gettext_lazy("Compare at least two ways.")),
    (credentials.UnknownCredential, gettext_lazy("Choose a title from the list.")),
)
_NOT_BORNE_OUT: Mapping[str, Any] = {
    "abilities": gettext_lazy("“Cannot decide” needs at least one of the four that is missing."),
    "cause": gettext_lazy("Write what brings it about: without that they can decide."),
    "help_used": gettext_lazy("Write what was done to help them decide first."),
}
_REASONS: Mapping[str, Any] = {
    "legal_reason": gettext_lazy("Write why this basis fits, in a full sentence."),
    "to": gettext_lazy("Write to whom you sent it."),
    "why": gettext_lazy("Write why, in a full sentence."),
    "words": gettext_lazy("Write what happened, in a full sentence."),
    "reason": gettext_lazy("Write why, in a full sentence."),
}
_UNSAID: Mapping[str, Any] = {
    "spoken_on": gettext_lazy("Say on which day you spoke, or leave out how."),
    "how": gettext_lazy("Say how you spoke with them."),
    "spoken_by": gettext_lazy("Say who spoke with them."),
}
_DATES: Mapping[str, Any] = {
    "review_by": gettext_lazy(
        "Look again within %(days)s days, and before the end. Choose a day after today."
    ),
    "ends_on": gettext_lazy("The end lies after today and at most %(most)s days ahead."),
    "until": gettext_lazy("Choose a day that is not over."),
    "expires_on": gettext_lazy("It cannot end before it began."),
}


def task(row: Any) -> str:
    """What a task asks for: by its kind, else in its own words."""
    return task_of_kind(row.kind) or str(row.what)


def task_of_kind(kind: str) -> str:
    """What a task of this kind asks for; nothing for a kind that content does not name."""
    return catalogue.current().task_kinds.words(kind, get_language() or "en")


def why_of_task(row: Any) -> str:
    """Why a task was made, in the reader's language; nothing where its kind says all."""
    why = str(row.why)
    if not why or why in catalogue.current().task_kinds.kinds:
        return ""
    made = _WHY.get(row.kind)
    return made(row) if made is not None else why


def _why_times(row: Any) -> str:
    """The times it is about, as every other time is written."""
    return unpermitted.AND.join(_wall(part) for part in row.why.split(unpermitted.AND))


def _wall(kept: str) -> str:
    try:
        wall = datetime.fromisoformat(kept)
    except ValueError:  # the three dots after the last
        return kept
    return f"{day_words(wall)}, {wall:%H:%M}"


def _why_asked(row: Any) -> str:
    """The questionnaires it is about, by their names."""
    return ", ".join(short_instrument(ref) for ref in row.why.split(", "))


def _why_after_meeting(row: Any) -> str:
    """What this contact after a meeting is for, as content says it."""
    days = row.about.rpartition(":")[2]
    for contact in catalogue.current().meetings.rules_file.follow_ups:
        if str(contact.days) == days and contact.what["en"] == row.why:
            return str(contact.what.get(get_language() or "en", row.why))
    return str(row.why)


def _why_look(row: Any) -> str:
    """Which look before a meeting, as content calls it."""
    look = catalogue.current().meetings.rules_file.look(row.about.rpartition(":")[2])
    return str(look.title.get(get_language() or "en", row.why)) if look else str(row.why)


def calls_in_short(calls: Sequence[Any]) -> str:
    """Whom somebody still calls of one day after a meeting, and whom nobody reached yet."""
    again = [call.person.name for call in calls if call.state == "again"]
    first = [call.person.name for call in calls if call.is_open and call.state != "again"]
    done = sum(1 for call in calls if not call.is_open)
    parts = [_("%(done)s of %(of)s done.") % {"done": done, "of": len(calls)}]
    if first:
        parts.append(_("To call: %(names)s.") % {"names": listed(first)})
    if again:
        parts.append(_("Not reached, try again: %(names)s.") % {"names": listed(again)})
    return " ".join(parts)


_WHY: Mapping[str, Callable[[Any], str]] = {
    unpermitted.TASK: _why_times,
    on_time.NOT_REACHED: _why_asked,
    "meeting_follow_up": _why_after_meeting,
    "meeting_look": _why_look,
}


def chosen(word: str) -> str:
    """What was decided on: a way by its name, anything else as it was written."""
    id, _slash, variant = word.partition("/")
    follows = {each.id: each for each in catalogue.current().tracking.choices}
    if word in follows:
        return str(follows[word].words(get_language() or "en"))
    found = {each.id: each for each in catalogue.current().protocols.values()}.get(id)
    if found is None and word in catalogue.current().protocols:
        return _("%(way)s, version %(number)s") % {
            "way": catalogue.current().protocols[word].name,
            "number": word.rpartition("@")[2],
        }
    if found is None:
        places = catalogue.current().reasons(get_language() or "en")
        known = CHOSEN.get(word) or _path(id, variant) or _day_or_edition(word)
        return str(known or places.get(f"settings/{word}/name", word))
    name, held = way_name(str(found.ref)), found.variant(variant) if variant else None
    if held is None:
        return name
    texts = catalogue.current().reasons(get_language() or "en")
    return f"{name}: {texts.get(f'protocols/{found.ref}/variants/{variant}/name') or held.name}"


def _path(id: str, level: str) -> str:
    """A way to a planned meeting by its name, with its level; nothing for anything else."""
    path = catalogue.current().meetings.path(id)
    if path is None:
        return ""
    name = in_language(path.name, get_language() or "en")
    return _("%(way)s, level %(level)s") % {"way": name, "level": level} if level else name


def _day_or_edition(word: str) -> str:
    """The day until which a case was prolonged, or the edition of a plan that changed."""
    kind, _space, number = word.partition(" ")
    if kind == "edition" and number.isdigit():
        return _("edition %(number)s of the plan") % {"number": number}
    try:
        return day_words(date.fromisoformat(word))
    except ValueError:
        return ""


def short_instrument(ref: str) -> str:
    """What an instrument is called in a table: PHQ-9, K10; its name where it has no letters."""
    id = ref.partition("@")[0]
    letters = id.rstrip("0123456789")
    if len(id) <= SHORT and letters.isalpha():
        number = id[len(letters) :]
        return letters.upper() + (f"-{number}" if number and len(letters) > 1 else number)
    found = catalogue.current().instruments.get(ref)
    return str(found.name) if found is not None else id


def series_name(case: Any, series: Any) -> str:
    """What a series is called: the measure, and whose it is when it is not the person's own."""
    name = short_instrument(str(series.instrument.ref))
    if series.respondent.pk == case.circle.focus_id:
        return name
    if series.about.pk != series.respondent.pk:
        return _("%(name)s, as %(who)s sees it") % {"name": name, "who": str(series.respondent)}
    return f"{name}, {series.respondent}"


def refusal(why: Refused) -> tuple[str, str]:
    """The field a refusal is about, or nothing, and the sentence that says what to do."""
    if isinstance(why, cases.NeedsAReason):
        return why.field, str(_REASONS.get(why.field, _REASONS["reason"]))
    if isinstance(why, cases.BadDate | credentials.NotADay):
        kept = catalogue.current().retention
        limits = {"days": kept.close_after_days, "most": kept.longest_days}
        return why.field, str(_DATES.get(why.field, _DATES["until"])) % limits
    if isinstance(why, consent.EndsTooLate):
        return "expires_on", _("The last day this form allows is %(day)s.") % {
            "day": day_words(why.latest)
        }
    if isinstance(why, consent.NotBorneOut):
        field = "conclusion" if why.part == "abilities" else why.part
        if why.part in _NOT_BORNE_OUT:
            return field, str(_NOT_BORNE_OUT[why.part])
        return "conclusion", _("One of the four is missing, so this does not follow.")
    if isinstance(why, consent.NeedsWords):
        return why.field, _("Write this down to go on.")
    if isinstance(why, cases.UnknownWord | people.UnknownWord):
        return why.field, _("Choose one of the words of the list.")
    if isinstance(why, sides.NotADay):
        return "spoken_on", _("Choose today, or a day before it.")
    if isinstance(why, sides.Unsaid):
        return why.field, str(_UNSAID.get(why.field, _UNSAID["how"]))
    for kind, words in _REFUSALS:
        if isinstance(why, kind):
            return "", str(words)
    raise why


def add_refusal(form: Any, why: Refused) -> None:
    """Put a refusal beside the field it is about, or on top of the form."""
    field, words = refusal(why)
    form.add_error(field if field in form.fields else None, words)
