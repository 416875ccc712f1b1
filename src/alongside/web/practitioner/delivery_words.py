"""What the pages of plans, times and sessions say: words of lists, gates, refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alongside import catalogue
from alongside.calendar import actions as calendar
from alongside.calendar import ending
from alongside.calendar.rules import ComesTwice, NoSuchTime, NoSuchZone
from alongside.cases import actions as cases
from alongside.crisis import private_check, safeguarding
from alongside.delivery import actions as delivery
from alongside.engine import sides as engine_sides
from alongside.meetings import actions as meetings
from alongside.plans import actions as plans
from alongside.plans import moving, stepping, versioning
from alongside.plans import queries as plan_queries
from alongside.plans.rules import PLACE_READY
from alongside.records import clock
from alongside.records.errors import Refused
from alongside.web.parts.pages import day_words
from alongside.web.parts.people_words import COMPLETIONS
from alongside.web.practitioner import sides_words, standing_words, words
from alongside.web.practitioner.base import address

KINDS: Mapping[str, Any] = {
    "feeling": gettext_lazy("Feeling"),
    "thinking": gettext_lazy("Thinking"),
    "behaving": gettext_lazy("Behaving"),
}
# The five levels of a goal, the worst first: number, name.
LEVELS: Sequence[tuple[str, str, Any]] = (
    ("-2", "−2", gettext_lazy("Much less than hoped")),
    ("-1", "−1", gettext_lazy("Less than hoped")),
    ("0", "0", gettext_lazy("As hoped")),
    ("1", "+1", gettext_lazy("More than hoped")),
    ("2", "+2", gettext_lazy("Much more than hoped")),
)
ANSWERS: Mapping[str, tuple[Any, str, str]] = {
    "yes": (gettext_lazy("Said yes"), "moss", "circle-check"),
    "no": (gettext_lazy("Said no: final"), "signal", "circle-x"),
    "basis": (gettext_lazy("A lawful basis"), "heather", "scale"),
    "": (gettext_lazy("Not asked yet"), "", "circle-dashed"),
}
PLAN_ENDS: Mapping[str, Any] = {
    **COMPLETIONS,
    "another_way": gettext_lazy("Another way fits better now"),
}
PLACES: Mapping[str, Any] = {
    "in_person": gettext_lazy("In person"),
    "video": gettext_lazy("By video"),
    "phone": gettext_lazy("By phone"),
}
ATTENDANCE: Mapping[str, Any] = {
    "attended": gettext_lazy("Here"),
    "late": gettext_lazy("Late"),
    "cancelled_in_time": gettext_lazy("Told us"),
    "did_not_attend": gettext_lazy("Not here"),
    "cancelled_by_service": gettext_lazy("We cancelled"),
}
NOT_HELD: Mapping[str, Any] = {
    "did_not_attend": gettext_lazy("They did not come, without a word"),
    "cancelled_in_time": gettext_lazy("They told us in time"),
    "cancelled_by_service": gettext_lazy("We cancelled"),
    "postponed": gettext_lazy("It was put off"),
}
MISSED: Mapping[str, Any] = {
    "did_not_attend": gettext_lazy("Missed"),
    "cancelled_in_time": gettext_lazy("Cancelled in time"),
    "cancelled_by_service": gettext_lazy("Cancelled by us"),
    "postponed": gettext_lazy("Put off"),
}
WHOSE: Mapping[str, Any] = {
    "person": gettext_lazy("Theirs"),
    "service": gettext_lazy("Ours"),
    "neither": gettext_lazy("Nobody’s: weather, transport, illness"),
}
SAID: Mapping[str, Any] = {
    "fit_today": gettext_lazy(
        "They were sober, clear and well enough today. You saw it; no record can know it."
    ),
}
STEP_STATES: Mapping[str, Any] = {
    "done": gettext_lazy("Done"),
    "part": gettext_lazy("Done in part: it stays open"),
    "left_out": gettext_lazy("Left out, with a reason"),
}
DONE: Mapping[str, tuple[Any, str]] = {
    "full": (gettext_lazy("Done"), "moss"),
    "part": (gettext_lazy("Done in part"), "moss"),
    "none": (gettext_lazy("Not done this time"), ""),
    "": (gettext_lazy("Not told yet"), ""),
}
GATES: Mapping[str, Any] = {
    "G1": gettext_lazy("Danger"),
    "G2": gettext_lazy("Consent"),
    "G3": gettext_lazy("Title"),
    "G4": gettext_lazy("Safe with each other"),
    "G5": gettext_lazy("Safeguarding"),
    "G6": gettext_lazy("Fit today"),
    "G7": gettext_lazy("Withdrawal"),
    "G8": gettext_lazy("Capacity"),
    "G9": gettext_lazy("On track"),
    "G10": gettext_lazy("Age"),
    "runnable": gettext_lazy("Offered here"),
    "safety_check": gettext_lazy("A look at danger"),
    "baseline": gettext_lazy("First measures"),
    "agreement": gettext_lazy("Agreement"),
}


def way_name(protocol: str, variant: str = "") -> str:
    """What a way is called: the protocol's name, and its variant."""
    way = catalogue.current().protocols.get(protocol)
    if way is None:
        return protocol
    name = standing_words.of_way(way, "name", way.name)
    held = way.variant(variant)
    if held is None:
        return name
    return f"{name}: {standing_words.of_way(way, f'variants/{variant}/name', held.name)}"


def dose_words(dose: Any) -> str:
    """How much, in words: 12 to 14 sessions of 60 minutes."""
    sessions, minutes = dose.sessions, dose.minutes
    many = _range(sessions) or _("as many sessions as it needs")
    long = _range(minutes)
    if _range(sessions):
        many = _("%(number)s sessions") % {"number": many}
    return _("%(many)s of %(long)s minutes") % {"many": many, "long": long} if long else many


def _range(numbers: Any) -> str:
    low, high = numbers.min or numbers.typical, numbers.max or numbers.typical
    if low is None and high is None:
        return ""
    if low == high or high is None or low is None:
        return str(low or high)
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


# -- gates ---------------------------------------------------------------------------------------


def gate_name(gate: str) -> str:
    """What a gate is called; those of single ways and between two have their name in content."""
    if gate in GATES:
        return str(GATES[gate])
    return standing_words.texts().get(f"gates/{gate}/name", gate)


def gate_item(state: Any, course: Any, *, with_steps: bool) -> dict[str, Any]:
    """One gate as ``parts/check.html`` draws it: the reason, and the one step that opens it.

    Args:
        with_steps: the reader may take that step.
    """
    url, label = _opens(state, course)
    said = standing_words.texts()
    reason = said.get(state.reason.key, state.reason.text)
    release = said.get(state.release.key, state.release.text)
    kind = {"open": "ok", "released": "ok", "advised": "fix", "afterwards": "fix"}
    text = reason
    if state.status == "open":
        text = ""
    elif state.status == "released":
        text = _("A named clinician let it pass, with a reason. %(reason)s") % {"reason": text}
    elif state.status == "waiting" and release:
        text = _("%(reason)s What opens it: %(release)s") % {"reason": text, "release": release}
    if state.status == "waiting" and "baseline" in state.missing:
        missing = plan_queries.first_measures_missing(course, clock.now())
        names = ", ".join(catalogue.current().instrument(one).name for one in missing)
        text = _("%(reason)s Still to be answered: %(names)s.") % {"reason": text, "names": names}
    if engine_sides.HEARD in state.missing:
        text = f"{text} {sides_words.heard_so_far(course.circle_id)}"
    if state.gate == PLACE_READY and state.missing:
        named = "; ".join(_required(word) for word in state.missing)
        text = _("%(reason)s Still open: %(names)s") % {"reason": text, "names": named}
    return {
        "id": state.gate,
        "state": kind.get(state.status, "fix"),
        "title": gate_name(state.gate),
        "text": text,
        "url": url if with_steps and state.status in {"waiting", "advised"} else "",
        "label": label,
        "releasable": state.releasable and state.status == "waiting",
    }


def _required(word: str) -> str:
    """One requirement of a setting in words, by the word of its gate."""
    setting, _slash, name = word.partition(":")[2].partition("/")
    texts = standing_words.texts()
    return texts.get(f"settings/{setting}/required/{name}", name)


def _opens(state: Any, course: Any) -> tuple[str, str]:
    """Where the step that opens a gate is done, and the words of its button."""
    if state.forms:
        return standing_words.form_of_gate(state, course)
    case = course.plan.case_id
    word, _colon, of = (state.missing[0] if state.missing else "").partition(":")
    if word == "consent" and plan_queries.decided_for(course, clock.now()):
        url = address("practitioner:case-consent", case)
        return f"{url}#capacity", _("See what was decided for them")
    if word == "consent":
        form = of or ("c_treatment" if state.gate == "G2" else "")
        url = address("practitioner:consent-record", case)
        return f"{url}?form={form}&course=course:{course.pk}", _("Record consent")
    if word in (engine_sides.HEARD, engine_sides.OWN):
        return sides_words.url_of(case), _("See whom to speak to")
    if word == PLACE_READY:
        url = address("practitioner:plan-setting", course.plan_id)
        return f"{url}?to={of.partition('/')[0]}", _("Say what is in place")
    steps: Mapping[str, tuple[str, tuple[Any, ...], str]] = {
        "credential": ("practitioner:credentials", (), _("See titles")),
        "agreement": ("practitioner:plan-agree", (course.plan_id,), _("Write down their answer")),
        "safety_check": ("practitioner:case-danger", (case,), _("Look at danger")),
        "baseline": ("practitioner:case-measures", (case,), _("Ask the questions")),
        "capacity": ("practitioner:consent-capacity", (case,), _("Record capacity")),
        "asked_alone": ("practitioner:case-circle", (case,), _("See whom to ask")),
        "age_basis": ("practitioner:case-circle", (case,), _("See the circle")),
        "danger_clear": ("practitioner:crisis-board", (), _("Answer the alert")),
        "participants_safe": ("practitioner:case-circle", (case,), _("See the private checks")),
        "safeguarding_reported": ("practitioner:today", (), _("Do the task")),
        "withdrawal_advice": ("practitioner:case-choose", (case,), _("Say what is known")),
        "on_track": ("practitioner:case-progress", (case,), _("See progress")),
    }
    if word not in steps:
        return "", ""
    name, args, label = steps[word]
    return address(name, *args), label


# -- refusals ------------------------------------------------------------------------------------


def _booked(why: Any) -> tuple[str, str]:
    if why.who == "practitioner":
        return "day", _("That time is taken. Choose another time, or another day.")
    if why.who == "colleague":
        return "colleagues", _("A colleague who takes part has something else at that time.")
    if why.who == "room":
        return "room", _("The room is taken at that time. Choose another room or another time.")
    return "persons", _("Somebody who is expected has something else at that time.")


def _too_small(why: Any) -> tuple[str, str]:
    return "room", ngettext(
        "This room holds %(capacity)s person; %(people)s would be there. Choose a larger one.",
        "This room holds %(capacity)s people; %(people)s would be there. Choose a larger one.",
        why.capacity,
    ) % {"capacity": why.capacity, "people": why.people}


def _dose(why: Any) -> tuple[str, str]:
    if why.lowest and why.highest:
        return "sessions_planned", _(
            "This way takes %(low)s to %(high)s sessions. For another number, say why in the words "
            "about the plan."
        ) % {"low": why.lowest, "high": why.highest}
    return "sessions_planned", _("Say why in the words about the plan.")


def _locked(why: Any) -> tuple[str, str]:
    waits = why.step_state
    if waits.waiting_for:
        return "", waits.waiting_for[0].reason.text
    return "", _("Other steps come first. You may leave it out, with a reason.")


def _incomplete(why: Any) -> tuple[str, str]:
    return "", ngettext(
        "Saved, and not signed yet. One part is still blank.",
        "Saved, and not signed yet. %(number)s parts are still blank.",
        len(why.missing),
    ) % {"number": len(why.missing)}


def _names_another(why: Any) -> tuple[str, str]:
    names = " · ".join(person.name for person in why.people)
    return "", _(
        "Saved, and not signed yet. It names %(names)s, who was there too and has a record of "
        "their own."
    ) % {"names": names}


def _twice(why: ComesTwice) -> tuple[str, str]:
    return "second", _("%(time)s comes twice on %(day)s. Say which of the two it is.") % {
        "time": why.wall.strftime("%H:%M"),
        "day": day_words(why.wall),
    }


def _no_time(why: NoSuchTime) -> tuple[str, str]:
    return "day", _(
        "The clocks go forward that night: %(time)s does not exist on %(day)s. "
        "Choose an hour earlier or later."
    ) % {"time": why.wall.strftime("%H:%M"), "day": day_words(why.wall)}


_SAID: tuple[tuple[Any, Any], ...] = (
    (calendar.AlreadyBooked, _booked),
    (plans.OutsideDose, _dose),
    (delivery.StepLocked, _locked),
    (delivery.Incomplete, _incomplete),
    (delivery.NamesAnother, _names_another),
    (NoSuchTime, _no_time),
    (ComesTwice, _twice),
    (calendar.TooSmall, _too_small),
)
_PLAIN: Mapping[type[Exception], tuple[str, Any]] = {
    NoSuchZone: (
        "day",
        gettext_lazy("The time zone of this institution is not known. Tell your manager."),
    ),
    calendar.InThePast: ("day", gettext_lazy("That time has gone. Choose one that is to come.")),
    calendar.TooFarAhead: ("day", gettext_lazy("Choose a day within the next 400 days.")),
    calendar.HasBegun: (
        "",
        gettext_lazy("This time has begun. Write down what happened instead."),
    ),
    calendar.AlreadyCancelled: ("", gettext_lazy("This time was given back before.")),
    calendar.NotExpected: (
        "persons",
        gettext_lazy("Choose at least one person. Only people of this circle can be expected."),
    ),
    safeguarding.ChildNotAsked: (
        "persons",
        gettext_lazy(
            "First ask whether a child will be there: under Danger, “A child in the room?”. "
            "Then these people can be given a date."
        ),
    ),
    calendar.NoSuchRoom: ("room", gettext_lazy("This room can no longer be booked.")),
    private_check.Frozen: (
        "persons",
        gettext_lazy(
            "No date for several people now: an answer given alone waits. Speak with each of them "
            "alone first; a date for one person can be set."
        ),
    ),
    calendar.KeptApart: (
        "persons",
        gettext_lazy("These people cannot be booked together. Book each of them alone."),
    ),
    calendar.NeedsAReason: ("because", gettext_lazy("Say why, so that others can plan.")),
    plans.NoSafetyCheck: (
        "",
        gettext_lazy("Nobody has looked at danger in this case yet. That comes first."),
    ),
    plans.NotYetOffered: ("way", gettext_lazy("This way is described, but not yet offered here.")),
    plans.LivePlan: ("", gettext_lazy("This case has a plan already. Here it is.")),
    plans.NobodyTreated: ("persons", gettext_lazy("Choose whom it is for, of this circle.")),
    plans.NotForThem: (
        "persons",
        gettext_lazy("This way helps relatives. Choose a relative, not the person it is about."),
    ),
    plans.NotADecision: ("decision", gettext_lazy("Choose a decision of this case.")),
    plans.NotDecided: (
        "way",
        gettext_lazy("Nobody has decided on this way here. Ask the chooser first."),
    ),
    plans.UnknownVariant: ("way", gettext_lazy("Choose a way from the list.")),
    plans.NotWorkingHere: (
        "supervisor",
        gettext_lazy("The supervisor is somebody else who works here."),
    ),
    plans.CaseIsClosed: ("", gettext_lazy("This case has been closed.")),
    plans.GatesClosed: ("", gettext_lazy("Not yet: see below what is still missing.")),
    meetings.GatesClosed: (
        "",
        gettext_lazy(
            "This is the date of a planned meeting, and something before it is still open. "
            "The page of the meeting says what."
        ),
    ),
    meetings.NoSuchMeeting: (
        "",
        gettext_lazy("This is the date of a planned meeting. Whoever leads the meeting moves it."),
    ),
    plans.AlreadyEnded: ("", gettext_lazy("This has ended. What ended is not changed.")),
    moving.NothingNew: (
        "in_place",
        gettext_lazy("Help is given there already. Say what else is in place by now."),
    ),
    stepping.NotTheNext: ("to", gettext_lazy("Choose a course of this plan that has not begun.")),
    stepping.NotRunning: ("", gettext_lazy("This course has not started. End it instead.")),
    plans.StillOpen: ("", gettext_lazy("End each course of this plan first.")),
    plans.BadLevels: ("", gettext_lazy("Write all five levels, each in its own words.")),
    plans.NotOfThisCircle: ("person", gettext_lazy("Choose somebody of this circle.")),
    plans.OtherEdition: (
        "",
        gettext_lazy("The plan has been changed meanwhile. Read it again with them, then answer."),
    ),
    plans.FinalNo: (
        "person",
        gettext_lazy("They said no to this edition. That is final. You may offer another edition."),
    ),
    versioning.NoSuchVariant: (
        "",
        gettext_lazy(
            "The new version does not have the form of it that this course was planned with. Put a "
            "course by the new version into the plan, and let it take the place of this one."
        ),
    ),
    plans.NotReleasable: (
        "",
        gettext_lazy("No decision opens this gate: what it asks for must be true."),
    ),
    plans.NothingToRelease: ("", gettext_lazy("This gate is open already.")),
    delivery.GatesClosed: (
        "",
        gettext_lazy("It cannot be written down as held: see what was missing."),
    ),
    delivery.NotStarted: (
        "",
        gettext_lazy("The course has not started, had not started then, or has ended."),
    ),
    delivery.NotHappenedYet: ("day", gettext_lazy("That is still to come.")),
    delivery.Cancelled: ("", gettext_lazy("This time was given back before.")),
    delivery.NobodyCame: (
        "what",
        gettext_lazy("Nobody came: choose “It was not held”, and say why."),
    ),
    delivery.NotExpected: ("", gettext_lazy("Say of each person whether they came.")),
    delivery.UnknownPart: ("", gettext_lazy("A part is longer than we can keep.")),
    delivery.SafeguardingOpen: (
        "",
        gettext_lazy(
            "Saved, and not signed yet. Somebody at risk was named here: first tell the "
            "safeguarding lead and finish that task."
        ),
    ),
    delivery.NotSigned: ("", gettext_lazy("This note is a draft. Change it instead.")),
    delivery.AlreadySigned: ("", gettext_lazy("This note is signed. You can add to it.")),
    delivery.AlreadyReviewed: ("", gettext_lazy("You have looked at it together already.")),
    delivery.NotTheAuthor: ("", gettext_lazy("Only who wrote a draft changes and signs it.")),
    delivery.FormMissing: (
        "on_paper",
        gettext_lazy(
            "Its form is not filled in yet. Fill it in first, or tick this when it is on paper."
        ),
    ),
    delivery.UnknownStep: ("", gettext_lazy("This way has no such step.")),
}
_FIELDS: Mapping[str, Any] = {
    "words": gettext_lazy("Write it down, in a full sentence."),
    "reason": gettext_lazy("Say why, in a full sentence."),
    "answers": gettext_lazy("Answer at least one question."),
    "task": gettext_lazy("Say what is to be tried."),
    "form": gettext_lazy("Choose a form that they may fill in at home."),
    "minutes": gettext_lazy("Choose between 5 minutes and 8 hours."),
    "video_link": gettext_lazy("Paste the whole address. It begins with https://"),
    "due_on": gettext_lazy("Choose today or a later day."),
}
_BY_FIELD = (plans.NeedsWords, delivery.NeedsWords, plans.UnknownWord, delivery.UnknownWord)


def refusal(why: Exception) -> tuple[str, str]:
    """The field a refusal is about, or nothing, and the sentence that says what to do."""
    for kind, say in _SAID:
        if isinstance(why, kind):
            found: tuple[str, str] = say(why)
            return found
    if isinstance(why, (*_BY_FIELD, calendar.UnknownWord)):
        field = why.field
        return field, str(_FIELDS.get(field, _("Choose one of the words of the list.")))
    if type(why) in _PLAIN:
        field, said = _PLAIN[type(why)]
        return field, str(said)
    if isinstance(why, cases.NeedsAReason):
        return "reason", _("Say why, in a full sentence of at least 20 letters.")
    if isinstance(why, cases.BadDate):
        most = catalogue.current().release_days.most
        said = _("Choose a day from today on, at most %(days)s days ahead.")
        return "until", said % {"days": most}
    if isinstance(why, Refused):
        return words.refusal(why)
    raise why


def add_refusal(form: Any, why: Exception) -> None:
    """Put a refusal beside the field it is about, or on top of the form."""
    field, said = refusal(why)
    form.add_error(field if field in form.fields else None, said)


# -- times ---------------------------------------------------------------------------------------

GIVEN_BACK: Mapping[str, Any] = {
    ending.REFUSED: gettext_lazy("They said no."),
    ending.LEFT: gettext_lazy("They left the circle."),
    ending.TAKEN_BACK: gettext_lazy("They took their yes back."),
    ending.COURSE_ENDED: gettext_lazy("The course has ended."),
    ending.CASE_CLOSED: gettext_lazy("The case was closed."),
    ending.NO_DATE: gettext_lazy("There is no date for now."),
}


def given_back(booking: Any) -> str:
    """Why a time was given back: what ended, or the words of whoever gave it back."""
    because = booking.cancelled_because
    return str(GIVEN_BACK.get(because, because))


def booking_time(booking: Any) -> str:
    """From when to when, on the wall clock of the place; with the zone's name if it is another."""
    start = booking.local_start
    end = booking.ends_at.astimezone(ZoneInfo(booking.zone))
    return f"{start:%H:%M}–{end:%H:%M}"


def booking_day(booking: Any) -> str:
    """The day of a booking in words, on the wall clock of the place."""
    return day_words(booking.local_start.date())


def attendance_words(row: Any, session: Any) -> str:
    """Whether somebody came; by how much late; if late or not, whose reason it was, and which.

    Of a session that was put off nobody is said to have told us: snow may have done it.
    """
    is_put_off = not session.held and session.not_held_because == "postponed"
    word = str(MISSED["postponed"] if is_put_off else ATTENDANCE[row.word])
    if row.late_minutes:
        word = ngettext(
            "Late by %(number)s minute", "Late by %(number)s minutes", row.late_minutes
        ) % {"number": row.late_minutes}
    more = [str(WHOSE[row.whose]) if row.whose else "", row.reason]
    return " · ".join(part for part in (word, *more) if part)


def session_name(session: Any) -> str:
    """What a session is called: Session 3, or what came instead of it."""
    if session.held:
        return _("Session %(number)s") % {"number": session.number}
    return str(MISSED[session.not_held_because])


def wall_of(day: Any, time: Any) -> datetime:
    """A day and a time of the clock on the wall, as one."""
    return datetime.combine(day, time).replace(second=0, microsecond=0)


def case_url(case: Any, name: str = "practitioner:case") -> str:
    """The address of a page of a case."""
    return reverse(name, args=[case])
