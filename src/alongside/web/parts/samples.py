"""Invented samples for /parts/: every part in every state. Names and numbers are not real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django import forms as django_forms

from alongside.web.parts import chart, forms, genogram, lanes, sheet_samples
from alongside.web.parts.how_it_went import HowItWent


@dataclass(frozen=True, slots=True)
class Sample:
    """One part in one state, with the values it is given."""

    part: str
    state: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page made of parts, to be looked at in its own base template."""

    slug: str
    base: str
    samples: tuple[Sample, ...]
    title: str = ""
    wide: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)


HELP: dict[str, Any] = {
    "emergency": "999",
    "emergency_note": "Ambulance, police or fire. Free from any phone, even with no credit.",
    "lines": [
        {
            "href": "tel:116123",
            "number": "116 123",
            "name": "Samaritans",
            "note": "Any time, day or night. Free. You can talk about yourself or someone else.",
        },
        {
            "href": "sms:85258?body=SHOUT",
            "title": "Text SHOUT to 85258",
            "icon": "message-square-text",
            "note": "If you can’t talk out loud. Free on most networks.",
        },
        {
            "href": "tel:111",
            "number": "111",
            "name": "NHS 24",
            "icon": "hospital",
            "note": "Day and night. Ask for the mental health hub.",
        },
    ],
    "checked": "Numbers for Scotland, each checked by this service on 3 November 2026.",
    "country_url": "#",
    "more_url": "#",
}
NO_COUNTRY: dict[str, Any] = {"emergency": "", "lines": []}


# -- forms ---------------------------------------------------------------------------------------


class WorryForm(forms.Form):
    """A small form with one field of each kind."""

    choice_hints = {"now": {"talk": "Someone rings you today"}}

    first_name = forms.Text(
        label="First name, or what you like to be called", max_length=80, required=False
    )
    born = django_forms.IntegerField(
        label="Year you were born",
        help_text="For example 1988",
        error_messages={
            "required": "Add the year you were born. We need it to know which law protects you."
        },
        widget=django_forms.TextInput(attrs={"inputmode": "numeric", "size": "6"}),
    )
    story = forms.Text(label="What have you seen?", lines=5, max_length=4000, required=False)
    where = django_forms.ChoiceField(
        label="Where was it?", choices=[("home", "At home"), ("street", "Outside")]
    )
    now = django_forms.ChoiceField(
        label="How are you right now?",
        choices=[("well", "I’m managing"), ("talk", "I could do with a talk")],
        widget=django_forms.RadioSelect,
    )
    seen_doctor = django_forms.BooleanField(
        label="They have seen a doctor", help_text="In the last month", required=False
    )


class SignInForm(forms.Form):
    """The first page of coming in."""

    email = django_forms.EmailField(
        label="Your e-mail address",
        help_text="The one you gave us. The mail says only “Your numbers”.",
        widget=django_forms.EmailInput(attrs={"autocomplete": "username", "size": "30"}),
    )


class CodeForm(forms.Form):
    """Six numbers, from a mail or an app."""

    code = django_forms.CharField(
        label="The numbers in the mail",
        help_text="You can paste them. They work once, for 10 minutes.",
        max_length=12,
        widget=django_forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": "8"}
        ),
    )


def _worry(data: dict[str, str] | None, prefix: str) -> WorryForm:
    sent = None if data is None else {f"{prefix}-{name}": text for name, text in data.items()}
    return WorryForm(sent, prefix=prefix, auto_id=f"{prefix}_%s")


def _form_values(data: dict[str, str] | None, prefix: str) -> dict[str, Any]:
    return {"form": _worry(data, prefix)}


def _wrong_code() -> CodeForm:
    form = CodeForm({"code": "123 456"})
    form.add_error("code", "Those are not the numbers in the newest mail. Look once more.")
    return form


def _code_over() -> CodeForm:
    form = CodeForm({"code": "123 456"})
    form.fields["code"].label = "Six numbers"
    form.fields["code"].help_text = ""
    form.add_error("code", "That code is over. Type the one your app shows now.")
    return form


# -- charts --------------------------------------------------------------------------------------

PHQ9 = (
    chart.Band(0, "minimal"),
    chart.Band(5, "mild"),
    chart.Band(10, "moderate"),
    chart.Band(15, "mod. severe"),
    chart.Band(20, "severe"),
)


def _points(*scores: int | None) -> tuple[chart.Point, ...]:
    return tuple(chart.Point(7 * week, score) for week, score in enumerate(scores))


def sam_chart() -> chart.Chart:
    """Seven weeks without a reliable change."""
    return chart.Chart(
        name="PHQ-9",
        points=_points(18, 17, 18, None, 17, 16, 17, 16),
        highest=27,
        bands=PHQ9,
        line=chart.Line(10),
        reliable=6,
        phases=(chart.Phase(14, "Family’s first call"), chart.Phase(28, "GP visit")),
        until=56,
        small=True,
    )


def marisol_chart() -> chart.Chart:
    """Twelve weeks, better by more than chance is likely to explain, two weeks missing."""
    return chart.Chart(
        name="PHQ-9",
        points=_points(18, 17, 18, 15, None, 14, 14, 12, 13, None, 10, 9, 8),
        highest=27,
        bands=PHQ9,
        line=chart.Line(10),
        reliable=6,
        phases=(
            chart.Phase(7, "Sertraline"),
            chart.Phase(21, "IPT begins"),
            chart.Phase(63, "Back at work"),
        ),
    )


def few_points() -> chart.Chart:
    """Two answers so far, and a scale that grows as things get better."""
    return chart.Chart(
        name="Daily life",
        points=_points(21, 24),
        highest=40,
        bands=(chart.Band(0, "hard"), chart.Band(20, "partly"), chart.Band(30, "well")),
        reliable=7,
        lower_is_better=False,
        until=28,
    )


def no_rule() -> chart.Chart:
    """A measure without bands, line or a published change."""
    return chart.Chart(
        name="Strain", points=_points(7, 6, None, 6, 5), highest=10, until=42, small=True
    )


RATES = (
    chart.Rate("Reliable improvement", 0.63, 0.53, 0.72),
    chart.Rate("Recovery", 0.56, 0.45, 0.67),
    chart.Rate("Reliable recovery", 0.50, 0.39, 0.61),
    chart.Rate("Reliably worse", 0.11, 0.06, 0.18),
)
RATE_ROWS = [
    {
        "label": "Reliable improvement",
        "people": "60",
        "of": "95",
        "rate": "63 %",
        "interval": "53 to 72 %",
    },
    {"label": "Recovery", "people": "45", "of": "80", "rate": "56 %", "interval": "45 to 67 %"},
    {
        "label": "Reliable recovery",
        "people": "40",
        "of": "80",
        "rate": "50 %",
        "interval": "39 to 61 %",
    },
    {
        "label": "Reliably worse",
        "people": "10",
        "of": "95",
        "rate": "11 %",
        "interval": "6 to 18 %",
    },
]
WEEKS = tuple(
    chart.Bar(f"week {number}".replace("-", "−"), value, after=number > 0)
    for number, value in zip(
        [*range(-8, 0), *range(1, 9)],
        [9, 11, 10, 12, 9, 11, 10, 12, 9, 8, 9, 7, 8, 6, 7, 6],
        strict=True,
    )
)
FAMILY = (
    genogram.Relative("obi", "Obi", 0, 0, "1931–1999", "man", has_died=True, uses=True),
    genogram.Relative("adaeze", "Adaeze", 2, 0, "1936–2011", "woman", has_died=True),
    genogram.Relative("james", "James", 4, 0, "1929–1988", "man", has_died=True),
    genogram.Relative("grace", "Grace", 6, 0, "b. 1938, 88", "woman", mind=True),
    genogram.Relative("emeka", "Emeka", 1, 1, "b. 1961, 65", "man", uses=True),
    genogram.Relative("ngozi", "Ngozi", 4, 1, "b. 1964, 62", "woman"),
    genogram.Relative("ruth", "Ruth", 6, 1, "b. 1968, 58", "woman"),
    genogram.Relative("isla", "Isla", 0, 2, "b. 1993, 33", "woman"),
    genogram.Relative("sam", "Sam", 1.6, 2, "b. 1992, 34", "man", is_focus=True, uses=True),
    genogram.Relative("chidi", "Chidi", 3.6, 2, "b. 1995, 31", "man"),
    genogram.Relative("ada", "Ada", 0.8, 3, "6"),
)


def family_tree() -> Any:
    """Three generations and a child."""
    return genogram.draw(
        FAMILY,
        couples=(
            genogram.Couple("obi", "adaeze", children=("emeka",)),
            genogram.Couple("james", "grace", children=("ngozi", "ruth")),
            genogram.Couple("emeka", "ngozi", "separated", children=("sam", "chidi")),
            genogram.Couple("isla", "sam", "lived", children=("ada",)),
        ),
        bonds=(
            genogram.Bond("sam", "chidi", "close"),
            genogram.Bond("emeka", "sam", "clash"),
            genogram.Bond("ngozi", "ruth", "cut"),
        ),
        title="Family tree of Sam O., four generations",
    )


# -- values --------------------------------------------------------------------------------------


def _ring(left: float, text: str, words: str, state: str = "") -> dict[str, Any]:
    return {"left": left, "text": text, "words": words, "state": state}


OVER = _ring(0.43, "6:28", "6 minutes 28 seconds left for someone to take this", "over")
CHAIN = [
    {"text": "08:51 you", "state": "done"},
    {"text": "09:06 duty clinician", "state": "now"},
    {"text": "09:16 second on call", "state": ""},
    {"text": "09:26 service manager", "state": ""},
]


def _alert(state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": more.pop("id", state),
        "state": state,
        "code": "C",
        "code_words": "urgent",
        **more,
    }


ALERT_OPEN = _alert(
    "open",
    title="Kofi Mensah answered “several days” to wanting to be dead or hurt himself",
    text="PHQ-9, question 9 · at home, 08:51 · his safety plan is from 12 November",
    ring=OVER,
    steps=CHAIN,
)
ALERT_NO_NUMBER = _alert(
    "open",
    id="nonumber",
    code="B",
    code_words="very urgent",
    title="Someone who left no number: “Yes, or I’m afraid so”",
    text="Public page, 08:57. They saw 999 and Samaritans at once. We can’t reach them.",
    ring=_ring(0.6, "3:02", "3 minutes 2 seconds left", "over"),
    steps=CHAIN,
)
ALERT_TAKEN = _alert(
    "taken",
    code="B",
    code_words="",
    who="Joaquín Reyes",
    at="08:41",
    title="Piotr L., alcohol withdrawal score 17",
    text="A first contact or note is due by 09:11, or it opens again for the duty clinician.",
    ring=_ring(0.4, "12 m", "12 minutes left for a first contact", "soon"),
)
ALERT_SPOKEN = _alert(
    "spoken",
    code="",
    at="07:20",
    title="Aroha N., safe at her aunt’s",
    text="To close: what came of it, means made safer, next contact, and a named person.",
    ring=_ring(0.9, "2 h", "2 hours left for an outcome"),
)
ALERT_REOPENED = _alert(
    "reopened",
    at="09:11",
    title="Reopened: no contact came in time",
    ring=_ring(0.3, "4:10", "4 minutes 10 seconds left", "over"),
)
ALERT_CLOSED = _alert(
    "closed",
    who="Hana Kobayashi",
    at="16:20",
    title="Closed: reached, safe",
    text="A second person looks again by Wednesday 16:20.",
)

GATE_ITEMS = [
    {
        "state": "fix",
        "title": "Medical advice about alcohol withdrawal",
        "text": "Sam had a seizure when he stopped in March 2024. Only a clinician can clear this.",
        "url": "#",
        "label": "Ask Dr Wójcik",
    },
    {
        "state": "wait",
        "title": "Rehearsal",
        "text": "Thursday 26 November, 19:00, online. All four speakers have said yes.",
        "tag": "Thu",
    },
    {
        "state": "stop",
        "title": "Consent asked again today",
        "text": "Nobody has asked Eleanor this morning. This cannot be overridden.",
        "url": "#",
        "label": "Ask and record",
    },
    {"state": "ok", "title": "The place", "text": "Two doors, no alcohol, 8 minutes from A&E"},
]
STEPS = [
    {
        "state": "done",
        "title": "Hear each person alone",
        "text": "5 of 5 asked about safety in private. Done 9 November.",
    },
    {
        "state": "done",
        "title": "Family learns to talk and listen differently",
        "text": "CRAFT modules 1 to 4 with Ngozi and Chidi.",
    },
    {
        "state": "now",
        "title": "Get help ready before anyone asks",
        "text": "2 of 3 options are held.",
        "url": "#",
        "label": "Medical advice is still open",
    },
    {
        "state": "locked",
        "title": "Rehearse",
        "text": "Opens when every letter has been read by you: 3 of 4.",
    },
    {"state": "open", "title": "Stay in touch: days 1, 7, 30 and 90", "aside": "by phone"},
]
FACTS = [
    {"term": "What", "text": "Kwame sees step 6 of your plan"},
    {"term": "Not", "text": "Your answers, your notes, your letters"},
    {"term": "Ends", "text": "1 March 2027, by itself"},
]
OPTION_FACTS = [
    {"term": "Cost", "text": "Funded, letter on file"},
    {"term": "Needs", "text": "ID, list of medicines"},
    {"term": "Travel", "text": "45 minutes, Noor drives"},
    {"term": "Interest", "text": "None declared"},
]
LETTER = (
    "Dear Sam,\n\nYou are my first child. I still see you at six, carrying your brother home from "
    "the beach on your back because he had cut his foot, and singing so he would not cry.\n\n"
    "I hope to hear you sing in the kitchen again.\n\nYour mother"
)
DANGER_CHOICES = [
    {"value": "now", "label": "It’s happening right now"},
    {"value": "maybe", "label": "Yes, or I’m afraid so"},
    {
        "value": "unsure",
        "label": "I’m not sure",
        "hint": "We’ll help you think it through. The on-call team sees this too",
    },
    {"value": "no", "label": "No, not as far as I can see"},
]
PHQ_CHOICES = [
    {"value": "0", "label": "Not at all"},
    {"value": "1", "label": "Several days"},
    {"value": "2", "label": "More than half the days", "checked": True},
    {"value": "3", "label": "Nearly every day"},
]
PLAN_STEPS = [
    {
        "title": "Signs it’s getting hard",
        "text": "I stop answering Kwame. I walk all night. I give things away.",
    },
    {
        "title": "Things I can do on my own",
        "items": ["Cold water on my face.", "The Fela playlist, loud.", "Fry plantain."],
    },
    {
        "title": "People and places that take my mind off it",
        "empty": "Talked about on 12 November: none just now.",
    },
    {
        "title": "People I can ask for help",
        "calls": [
            {
                "href": "tel:+441632960155",
                "title": "Kwame, my brother",
                "note": "Any hour. He said so.",
            },
            {"href": "tel:+441632960177", "title": "Auntie Efua", "note": "After 7 in the morning"},
        ],
    },
    {
        "title": "Professionals I can call",
        "calls": [{"href": "tel:116123", "title": "Samaritans, 116 123", "note": "Day and night"}],
    },
    {
        "title": "Making it safer around me",
        "text": "Kwame keeps my tablets and brings a week at a time.",
        "shared": "Kwame sees this step until 1 March 2027.",
    },
]
EVENTS = [
    {
        "iso": "2026-11-22",
        "when": "22 Nov",
        "title": "Rowan House holds a bed",
        "text": "By Chidi",
        "key": True,
    },
    {"iso": "2026-11-20", "when": "20 Nov", "title": "Noor’s letter read", "text": "By you"},
    {
        "iso": "2026-11-09",
        "when": "9 Nov",
        "title": "Safety questions finished",
        "corrected": "it was 4 people, not 5. Asha, 10 November",
    },
]
CIRCLE = [
    {
        "name": "Ngozi Okafor",
        "text": "Will look after Ada. Promised 9 November, look again 9 December",
        "state": "kept",
    },
    {
        "name": "Chidi Okafor",
        "text": "No more lifts to the pub",
        "state": "hard",
        "url": "#",
        "label": "Talk it over",
    },
    {"name": "Noor Haddad", "text": "Drove to the day centre", "state": "ended"},
    {"name": "Teo Lindqvist", "text": "Team mate", "state_words": "no consent yet"},
    {"name": "Ruth Eze", "text": "Aunt", "silent": "silent: no message to her phone"},
]
DAYS = [
    {"label": name, "number": number, "today": number == 24}
    for name, number in zip(
        ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), range(23, 30), strict=True
    )
]
DOSES = [
    {"label": "Morning", "cells": ["taken", "late", "due", "due", "due", "due", "due"]},
    {"label": "Evening", "cells": ["missed", "unsaid", "stopped", "due", "due", "due", "due"]},
]
GOAL: list[dict[str, Any]] = [
    {"level": "−2", "label": "worse than start", "text": "We stop talking at all"},
    {"level": "−1", "label": "", "text": "Every call ends in a row", "start": True},
    {"level": "0", "label": "as hoped", "text": "One calm call a week", "now": True},
    {"level": "+1", "label": "better than hoped", "text": "We can disagree and stay calm"},
    {"level": "+2", "label": "much better", "text": "We visit each other"},
]
GOAL_START = [
    {**step, "start": step["level"] == "−1", "now": step["level"] == "−1"} for step in GOAL
]
NOW = {
    "number": 5,
    "total": 11,
    "title": "Noor reads her letter",
    "text": "She may stop at any point. If Sam speaks, let him finish.",
    "started": "Started 10:21",
    "left": "2:10",
    "share": 0.28,
    "next": "Chidi reads Maureen’s letter (3 min), then his own, then Sam answers.",
}
PRESS: dict[str, Any] = {"id": "1", "step": 0, "reason": ""}


def _live(state: str) -> dict[str, Any]:
    """The live view of a meeting in one of its states."""
    line = {"before": "Not begun", "pause": "Break", "stopped": "Stopped for safety"}
    on = {**PRESS, "word": "done", "step": 5, "label": "Done, go on", "icon": "check"}
    rest = {**PRESS, "word": "pause", "label": "Take a break", "icon": "pause", "kind": "quiet"}
    panel: dict[str, Any] = {"name": state, "shown": True, "line": line.get(state, "Ended")}
    if state == "step":
        panel |= {**NOW, "line": "Now, 5 of 11", "minutes": 3, "presses": [on, rest]}
    else:
        panel |= {"title": "A break", "text": "Water, air.", "presses": [on]}
    return {
        "panels": [panel, {**panel, "shown": False, "name": "other"}],
        "post_url": "#",
        "stop": {**PRESS, "word": "stop", "label": "Stop the meeting", "icon": "octagon-x"}
        | {"kind": "stop"},
        "stop_word": "harbour",
        "if_says": [
            {
                "says": "I don’t have a problem.",
                "answer": "We see it differently. The assessment will tell us.",
            },
            {"says": "I’d rather be dead.", "answer": "Stop. Open the suicide steps."},
        ],
        "if_leaves": "Don’t follow. Ngozi calls within the hour.",
        "emergency": "999",
        "stand_by": "Dr Ifeoma Nwosu, 0131 496 0102",
    }


MEMBERS = [
    {"id": "ama", "name": "Ama K.", "tag": "ok", "tag_kind": "moss", "came": "here"},
    {"id": "dmitri", "name": "Dmitri S.", "text": "Came at 18:20", "came": "late"},
    {"id": "jo", "name": "Jo-Anne M.", "text": "Child ill", "came": "told"},
    {
        "id": "ravi",
        "name": "Ravi",
        "text": "Second in a row: reach out by Thu 20:00",
        "tag": "attention",
        "tag_kind": "lamp",
        "came": "away",
    },
]
CASES_COLUMNS = [
    {"label": "Case"},
    {"label": "Where it stands", "short": "Stands"},
    {"label": "Next"},
    {"label": "Last score", "short": "Score"},
]
CASES_ROWS = [
    [
        {"text": "Sam O.", "url": "#"},
        {"text": "Family preparing; Sam is invited"},
        {"text": "Rehearsal, Thu 19:00"},
        {"text": "PHQ-9 16, 9 days old"},
    ],
    [
        {"text": "Leilani T.", "url": "#"},
        {"text": "CBT, session 9 of 16"},
        {"text": "Today, 13:30"},
        {"text": "PHQ-9 17", "tag": "off track", "tag_kind": "lamp"},
    ],
]
CREDENTIALS: tuple[tuple[str, str, str, str], ...] = (
    ("valid", "BABCP", "CBT practitioner", "Valid to 31 March 2027"),
    ("soon", "LADC", "Alcohol and drug counsellor, Minnesota", "37 days left"),
    ("ended", "MBCT", "MBCT teacher listing", "Ended 31 October 2026"),
    ("legacy", "CADC", "Counsellor, old list", "Kept from the old list"),
    ("no_end", "ARISE", "Invitation model, levels 1 to 3", "No end date"),
    ("unchecked", "EMDR", "EMDR, part 1", "Not checked yet"),
)
TOLD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sent", {"at": "21:04", "number_url": "#", "token": "sample"}),
    ("sent_number", {"at": "21:04", "number_at": "21:06"}),
    ("taken", {"taken_at": "21:09", "who": "Hana", "number_at": "21:06"}),
    ("not_staffed", {"at": "03:12", "opens_at": "08:00"}),
    ("not_yet_saved", {}),
    ("nothing_told", {}),
    ("demo", {}),
)
ADVICE = [
    "Stay with them if you are safe. If you aren’t, leave and call from outside.",
    "Speak quietly. Ask, “Are you thinking of killing yourself?”",
    "If you can do it safely, move pills, blades or weapons out of reach.",
]
RAIL = [
    {"url": "#", "icon": "sun", "label": "Today", "count": 3, "current": True},
    {"url": "#", "icon": "folder-open", "label": "Cases"},
    {"url": "#", "icon": "calendar", "label": "Calendar"},
    {
        "url": "#",
        "icon": "siren",
        "label": "Crisis board",
        "count": 3,
        "count_kind": "signal",
        "count_words": "that nobody has yet",
    },
    {"url": "#", "icon": "badge-check", "label": "My credentials", "count": 1},
]
RAIL_ME = {
    "name": "Asha Raman",
    "lines": ["On call until 20:00"],
    "alerts_ok": True,
    "alerts_words": "Alerts work (14 s ago)",
}
STAFF: dict[str, Any] = {"rail": RAIL, "rail_me": RAIL_ME}
FILTERS = [
    {
        "name": "order",
        "label": "Show",
        "options": [
            {"value": "need", "label": "Needs attention first", "selected": True},
            {"value": "name", "label": "Name"},
        ],
    },
    {"name": "words", "label": "Name"},
]
TABS = [
    {"url": "#", "label": "Overview", "current": True},
    {"url": "#", "label": "Meeting"},
    {"url": "#", "label": "Circle"},
    {"url": "#", "label": "Progress"},
]
PAGES = [
    {"url": "#", "label": "Danger", "current": True},
    {"url": "#", "label": "Safety plan"},
    {"url": "#", "label": "After a crisis"},
]
CASE: dict[str, Any] = {
    "name": "Sam O.",
    "about": "34, he",
    "text": "Alcohol, and low mood. Opened by his brother Chidi on 1 October 2026. Lead: you.",
    "seen": "You, Dr Nwosu and the on-call clinician during an open alert.",
}


WARNING = {
    "measures": [
        {
            "id": "phq9",
            "name": "Patient Health Questionnaire-9",
            "made": "22 Nov, 03:00",
            "ended": "455",
            "agreed": "430",
            "courses": "420",
            "tests": [
                {
                    "name": "This service’s own bands",
                    "courses": "310",
                    "never_seen": "< 8",
                    "ends": [
                        {
                            "name": "Ended without a reliable improvement",
                            "n": "170",
                            "hits": "57 % of 170 (49 to 64 %)",
                            "false": "24 % of 135 (18 to 32 %)",
                        },
                        {
                            "name": "Ended reliably worse",
                            "n": "< 8",
                            "hits": "too few to show",
                            "false": "too few to show",
                        },
                    ],
                }
            ],
            "has_own": True,
            "starts": [
                {"range": "10–15", "courses": "150", "used": True},
                {"range": "15–20", "courses": "85", "used": False},
            ],
            "bands": [
                {
                    "range": "10–15",
                    "courses": "150",
                    "rows": [
                        {"session": 4, "n": "140", "red": "−1", "watch": "+2", "middle": "+4"}
                    ],
                }
            ],
        },
        {
            "id": "carer",
            "name": "Supporting somebody, three ratings",
            "made": "22 Nov, 03:00",
            "ended": "< 8",
            "agreed": "0",
            "courses": "0",
            "tests": [],
            "has_own": False,
            "starts": [],
            "bands": [],
        },
    ],
    "fewest": 100,
    "folds": 5,
    "review_by": "22 May 2027",
    "red": 90,
    "watch": 75,
}


def _appointments() -> list[dict[str, Any]]:
    plain = {"with": "With Asha Raman.", "how": "In person", "where": "Birch room", "video_url": ""}
    return [
        {**plain, "day": "Today", "time": "10:00 to 10:50", "iso": "2026-03-02T10:00:00Z",
         "is_today": True},
        {**plain, "day": "Monday 9 March", "time": "10:00 to 10:50", "how": "By video",
         "iso": "2026-03-09T10:00:00Z", "where": "", "video_url": "#call"},
        {**plain, "day": "Monday 16 March", "time": "10:00 to 10:50",
         "iso": "2026-03-16T10:00:00Z", "is_off": True},
    ]  # fmt: skip


def _lanes() -> dict[str, Any]:
    def day(week: int) -> date:
        return date(2026, 3, 2) + timedelta(weeks=week)

    drawn = [
        lanes.Lane(
            "Family training",
            (
                lanes.Bar(1, "Safety and motives", "done", day(0), day(2)),
                lanes.Bar(2, "Talking differently", "left", day(2), day(6)),
            ),
        ),
        lanes.Lane(
            "Talks, one to one",
            (
                lanes.Bar(1, "Getting to know", "done", day(4), day(6)),
                lanes.Bar(2, "Understanding", "now", day(5), day(9)),
                lanes.Bar(3, "Trying things out", "planned", day(9), day(17)),
            ),
        ),
        lanes.Lane("Class", (lanes.Bar(1, "Eight evenings", "planned", day(18), day(26)),)),
    ]
    words = lanes.sentence(drawn)
    return {
        "svg": lanes.draw(drawn, today=day(8), label=words),
        "sentence": words,
        "rows": [
            {
                "way": lane.name,
                "number": bar.number,
                "name": bar.name,
                "state": bar.state,
                "begins": f"{bar.begins:%-d %B}",
                "ends": f"{bar.ends:%-d %B}",
            }
            for lane in drawn
            for bar in lane.bars
        ],
    }


def samples() -> tuple[Sample, ...]:
    """Every part in every state, in the order of the page."""
    return (
        *(
            Sample("tag", kind or "plain", {"text": kind or "plain", "kind": kind})
            for kind in ("", "pen", "lamp", "moss", "heather", "signal", "solid")
        ),
        *(
            Sample(
                "note", kind or "good to know", {"kind": kind, "title": title, "text": "So it is."}
            )
            for kind, title in (
                ("", "Good to know."),
                ("lamp", "This needs you."),
                ("moss", "Done, kept, safe."),
                ("heather", "Who can see this."),
                ("signal", "Danger to life."),
            )
        ),
        Sample(
            "note",
            "with actions",
            {
                "title": "Two ways on.",
                "text": "Choose one.",
                "more": "Both can be undone.",
                "links": [
                    {"url": "#", "label": "Do this", "button": "main"},
                    {"url": "#", "label": "Or that", "button": "quiet"},
                    {"url": "#", "label": "Read more"},
                ],
            },
        ),
        Sample(
            "voice",
            "own words",
            {
                "text": "I did not want a plan. I wanted someone to sit down.",
                "who": "Kofi, in his first talk",
            },
        ),
        Sample("along", "the two lines"),
        Sample("mark", "the sign"),
        Sample("leave", "always"),
        Sample("back", "one way back", {"url": "#"}),
        Sample(
            "crumbs", "current", {"crumbs": [{"url": "#", "label": "Cases"}, {"label": "Sam O."}]}
        ),
        Sample("tabs", "current", {"tabs": TABS, "label": "This case"}),
        Sample(
            "tabs", "a part with pages", {"tabs": TABS, "pages": PAGES, "label": "Another case"}
        ),
        *(
            Sample("casehead", state, {**CASE, "level": 3, "tags": [{"text": state, "kind": kind}]})
            for state, kind in (("preparing", "pen"), ("active", "moss"), ("closing", "lamp"))
        ),
        Sample(
            "casehead",
            "closed, silent",
            {
                **CASE,
                "level": 3,
                "tags": [{"text": "closed", "kind": ""}],
                "silent": "Silent: send nothing home",
            },
        ),
        Sample("ladder", "done, now, locked, open", {"steps": STEPS}),
        Sample(
            "gate",
            "needs",
            {
                "id": "needs",
                "verdict": "needs",
                "level": 3,
                "items": [
                    {
                        "title": "Stopping alcohol suddenly could harm Sam.",
                        "text": "Nobody may ask him to stop before a doctor has given advice.",
                        "url": "#",
                        "label": "Ask Dr Wójcik",
                    }
                ],
            },
        ),
        Sample(
            "gate",
            "stop",
            {
                "id": "stop",
                "verdict": "stop",
                "level": 3,
                "title": "No-go today: 2 things to fix",
                "items": GATE_ITEMS,
            },
        ),
        Sample(
            "gate",
            "open",
            {
                "id": "open",
                "verdict": "open",
                "level": 3,
                "items": [{"state": "ok", "title": "Rehearsal", "text": "Thursday 26 November"}],
            },
        ),
        *(Sample("check", item["state"], {"item": item}) for item in GATE_ITEMS),
        Sample(
            "not_yet",
            "locked",
            {"label": "Declare “go”", "reason": "Opens on Saturday, when nothing above is open."},
        ),
        Sample("ring", "plenty", _ring(0.9, "4 d", "4 days")),
        Sample("ring", "soon", _ring(0.3, "6 h", "6 hours", "soon")),
        Sample("ring", "over", _ring(0.1, "1:12", "1 minute 12 seconds", "over")),
        *_options(),
        *_alerts(),
        *_danger(),
        *_letters(),
        *_meetings(),
        *_charts(),
        *_people(),
        *_forms(),
        *_rest(),
    )


def _options() -> tuple[Sample, ...]:
    values = {"level": 3, "facts": OPTION_FACTS}
    return (
        Sample(
            "option",
            "held",
            {
                **values,
                "title": "Rowan House",
                "text": "Residential, 28 days, with medical detox",
                "ring": _ring(0.78, "4 d", "Held for 4 more days"),
                "held": "Bed held until Sat 28 Nov, 18:00",
                "proof": "Proof: call with Dmytro Kovalenko, 22 Nov",
            },
        ),
        Sample(
            "option",
            "lapses before the meeting",
            {
                **values,
                "title": "Lothian day programme",
                "ring": _ring(0.2, "22 h", "22 hours left", "soon"),
                "held": "Place held until Wed 25 Nov, 07:00",
                "lapses": "Lapses before the meeting",
                "url": "#",
                "label": "Ask to hold until Monday",
            },
        ),
        Sample(
            "option",
            "lapsed",
            {
                **values,
                "title": "Harbour flat",
                "ring": _ring(0, "0", "No time left", "over"),
                "held": "Was held until Mon 23 Nov",
                "lapses": "Lapsed",
            },
        ),
        Sample(
            "option",
            "interest declared",
            {
                "level": 3,
                "title": "Just one talk",
                "held": "Monday 30 Nov, 11:00",
                "facts": [{"term": "Interest", "text": "Works for this service"}],
            },
        ),
    )


def _alerts() -> tuple[Sample, ...]:
    return (
        Sample(
            "alert",
            "open",
            {
                "alert": ALERT_OPEN,
                "take_url": "#",
                "big": True,
                "links": [{"url": "#", "label": "All details"}],
            },
        ),
        Sample(
            "alert",
            "left no number",
            {"alert": ALERT_NO_NUMBER, "take_url": "#", "no_way_url": "#"},
        ),
        Sample(
            "alert",
            "had by someone",
            {"alert": ALERT_TAKEN, "links": [{"url": "#", "label": "Add a note"}]},
        ),
        Sample(
            "alert",
            "spoken to",
            {
                "alert": ALERT_SPOKEN,
                "links": [{"url": "#", "label": "Finish and close", "main": True}],
            },
        ),
        Sample("alert", "reopened", {"alert": ALERT_REOPENED, "take_url": "#"}),
        Sample("alert", "closed", {"alert": ALERT_CLOSED}),
    )


def _danger() -> tuple[Sample, ...]:
    return (
        *(
            Sample(
                "danger",
                state,
                {
                    "state": state,
                    "help": HELP,
                    "opens_at": "08:00",
                    "level": 3,
                    "id": f"danger-{state}",
                },
            )
            for state in ("now", "not_staffed", "not_saved")
        ),
        Sample(
            "danger",
            "no country yet",
            {"state": "now", "help": NO_COUNTRY, "level": 3, "id": "danger-none"},
        ),
        *(
            Sample("danger_told", state, {"state": state, "help": HELP, "id": state, **values})
            for state, values in TOLD
        ),
        Sample("danger_dont_wait", "always", {"help": HELP}),
        Sample("talk", "verified lines", {"help": HELP, "level": 3}),
        Sample("while_you_wait", "advice", {"advice": ADVICE, "level": 3}),
        Sample("calls", "large links", {"lines": HELP["lines"]}),
        Sample("helpbar", "normal", {"help": HELP}),
    )


def _letters() -> tuple[Sample, ...]:
    words = {
        "draft": "Draft, only you",
        "shared": "Shared with Asha",
        "read": "Read by Asha",
        "final": "Ready for Saturday",
        "released": "Given to Sam",
        "withdrawn": "Taken back",
    }
    return (
        *(
            Sample(
                "letter",
                state,
                {
                    "state": state,
                    "state_words": text,
                    "text": LETTER,
                    "id": f"letter-{state}",
                    "saved_words": "Saved at 20:41.",
                    "length_words": "About 50 words. Read slowly, that takes half a minute.",
                    "seen": "Only you can see this.",
                    "share_label": "Share with Asha",
                    "check": True,
                },
            )
            for state, text in words.items()
        ),
        Sample(
            "letter_read",
            "signed",
            {
                "letter": {
                    "service": "Lothian Family Help",
                    "day": "Saturday, 28 November 2026",
                    "to": "Sam",
                    "title": "At the end of our talks",
                    "parts": [
                        {"title": "", "lines": ["Dear Sam,"]},
                        {"title": "What we did", "lines": ["We met 12 times."]},
                    ],
                    "signed": "Signed by Asha Raman on Saturday, 28 November 2026.",
                    "version": "Version 2.",
                }
            },
        ),
        *(
            Sample(
                "hint",
                state,
                {
                    "state": state,
                    "phrase": phrase,
                    "text": "“Always” can make people defend themselves. Could you name one time?",
                    "show_url": "#",
                    "keep_url": "#",
                },
            )
            for state, phrase in (
                ("open", "You always tell us…"),
                ("kept", "You never listen"),
                ("solved", "It is your fault"),
            )
        ),
    )


def _meetings() -> tuple[Sample, ...]:
    return (
        Sample("live", "live", _live("step")),
        Sample("press", "quiet", {"press": {**PRESS, "word": "go_on", "label": "Go on"}}),
        Sample(
            "runprint",
            "paper",
            {
                "title": "Run sheet: open meeting, Saturday 28 November 2026, 10:00",
                "facts": "St Columba’s hall, small room. Lead: Asha Raman. Stop word: harbour.",
                "rows": [
                    {"time": "10:00", "what": "Welcome", "who": "Ngozi"},
                    {"time": "10:13", "what": "Noor’s letter", "who": "Noor"},
                ],
                "ifs": [{"title": "If Sam leaves:", "text": "don’t follow."}],
                "endings": ["goes today", "other help", "no, calm"],
            },
        ),
        Sample(
            "rehearsal",
            "open and done",
            {
                "cards": [
                    {
                        "says": "After the holidays.",
                        "answer": "The bed is today. What would have to change to say yes?",
                        "open": True,
                    },
                    {
                        "says": "You all ganged up.",
                        "answer": "I’d feel that too. We’re here because we love you.",
                        "done": True,
                    },
                ]
            },
        ),
        Sample(
            "timeline",
            "key, ordinary, corrected, hidden",
            {
                "entries": EVENTS,
                "hidden": "2 entries are kept for the safeguarding lead.",
                "more_url": "#",
                "more_label": "Everything, 31 entries",
            },
        ),
        Sample("circle", "kept, hard, ended, silent", {"people": CIRCLE}),
        Sample(
            "rows",
            "plain list",
            {
                "rows": [
                    {
                        "title": "Sam O., family meeting on Saturday",
                        "url": "#",
                        "text": "Not ready: medical advice is missing.",
                        "initials": "SO",
                        "tag": "2 gates closed",
                        "tag_kind": "lamp",
                        "tag_icon": "lock",
                    },
                    {
                        "title": "Day 14 call",
                        "icon": "phone",
                        "when": "Thu",
                        "iso": "2026-11-26",
                        "action_url": "#",
                        "action_label": "Call",
                    },
                ]
            },
        ),
    )


KEY = {
    f"has_{each}": True for each in ("filled", "danger", "phases", "ends", "missing", "unscored")
}


def _charts() -> tuple[Sample, ...]:
    def shown(given: chart.Chart, **more: Any) -> dict[str, Any]:
        return {"figure": chart.figure(given), "name": given.name, "table": True, **more}

    return (
        Sample(
            "chart",
            "no reliable change",
            shown(sam_chart(), verdict="No reliable change.", label="Sam’s scores as a table"),
        ),
        Sample(
            "chart",
            "better",
            shown(marisol_chart(), verdict="Reliably better.", label="Marisol’s scores as a table"),
        ),
        Sample(
            "chart", "few points, higher is better", shown(few_points(), label="Daily life, table")
        ),
        Sample("chart", "no rule", shown(no_rule(), label="Strain as a table")),
        Sample("chart_key", "everything", {"figure": {**KEY, "reliable": 6}}),
        Sample(
            "explained",
            "our own, in part unverified",
            {
                "it": {
                    "rules": [
                        {
                            "term": "Reliable change",
                            "text": "6 points or more.",
                            "source": "a study",
                        }
                    ],
                    "version": "nrs_stress@1",
                    "source": "written for this house",
                    "licence": "free to use",
                    "checked": "21 November 2026",
                    "review_by": "21 November 2027",
                    "credit": "",
                    "unverified": "the range",
                    "is_validated": False,
                }
            },
        ),
        Sample("early_warning", "measured", {"warning": WARNING}),
        Sample("early_warning", "nothing yet", {"warning": {**WARNING, "measures": []}}),
        Sample(
            "rates",
            "normal",
            {
                "drawing": chart.draw_rates(RATES, "Rates with 95 % intervals; see the table"),
                "rows": RATE_ROWS,
                "caution": "This chart does not show what would have happened anyway.",
                "label": "Rates as a table",
            },
        ),
        Sample(
            "rates",
            "hidden",
            {
                "drawing": chart.draw_rates(
                    (chart.Rate("Moved out", None),), "One rate, too few to show"
                ),
                "rows": [
                    {
                        "label": "Moved out",
                        "people": "< 8",
                        "of": "95",
                        "rate": "hidden",
                        "interval": "hidden",
                    }
                ],
                "label": "Hidden rates as a table",
            },
        ),
        Sample(
            "funnel",
            "stages",
            {
                "stages": [
                    {
                        "label": "First contact",
                        "share": 1,
                        "count": "210",
                        "percent": "100 %",
                        "aside": "Everyone counted from here",
                    },
                    {
                        "label": "Plan made",
                        "share": 0.67,
                        "from_share": 0.6,
                        "width_share": 0.13,
                        "count": "140",
                        "percent": "67 %",
                        "interval": "60 to 73 %",
                    },
                ]
            },
        ),
        Sample("bar", "how far", {"share": 0.84}),
        Sample("bar", "done", {"share": 1, "kind": "moss"}),
        Sample("bar", "needs you", {"share": 0.3, "kind": "lamp"}),
        Sample("appointments", "today, by video, and cancelled", {"times": _appointments()}),
        Sample("lanes", "three courses", {"figure": _lanes(), "level": 3}),
        Sample("gas", "both", {"steps": GOAL}),
        Sample("gas", "at the start", {"steps": GOAL_START}),
        Sample(
            "genogram",
            "normal, unknown, left out",
            {
                "drawing": family_tree(),
                "id": "tree",
                "level": 3,
                "words": [
                    {
                        "title": "Sam Okafor, 34.",
                        "text": "Father of Ada, 6. Very close to his brother.",
                    },
                    {"title": "Ngozi and Emeka,", "text": "parents. Separated in 2009."},
                ],
                "left_out": "One thing the family told in confidence is not drawn.",
            },
        ),
        Sample(
            "figures",
            "large numbers",
            {
                "figures": [
                    {
                        "term": "Change since start",
                        "value": "−10",
                        "small": "reliable: 6 or more (published value)",
                    },
                    {"term": "Answered", "value": "11 of 13"},
                ]
            },
        ),
        Sample("facts", "words and answers", {"facts": FACTS}),
        Sample(
            "table",
            "becomes a list",
            {"columns": CASES_COLUMNS, "rows": CASES_ROWS, "label": "Your cases"},
        ),
    )


def _people() -> tuple[Sample, ...]:
    return (
        Sample(
            "roster",
            "here, late, told us, not here",
            {"members": MEMBERS, "seen": "Only you and Joaquín see this list."},
        ),
        Sample(
            "member_note",
            "draft",
            {
                "state": "draft",
                "id": "draft",
                "name": "note",
                "label": "Note for Fatima’s own file only",
                "hint": "What she said and what was agreed.",
                "text": "Quiet at check-in. Said yes to a call tomorrow at 12:00.",
            },
        ),
        Sample(
            "member_note",
            "names someone else",
            {
                "state": "names",
                "id": "names",
                "name": "note2",
                "label": "Note for Ama’s own file only",
                "text": "Sat with Ravi.",
                "named": "Ravi",
            },
        ),
        Sample(
            "member_note",
            "signed",
            {
                "state": "signed",
                "id": "signed",
                "label": "Note of 17 November",
                "text": "Came ten minutes late.",
                "signed": "Signed by Asha Raman, 17 November, 19:40",
            },
        ),
        Sample(
            "plan",
            "six steps",
            {
                "level": 3,
                "seen": "You and Asha see all of it. Kwame sees only step 6.",
                "emergency": {
                    "href": "tel:999",
                    "title": "I’m in danger now: call 999",
                    "note": "Or go to A&E at the Royal.",
                },
                "steps": PLAN_STEPS,
                "reason": {
                    "text": "My daughter’s laugh on the top deck of the bus.",
                    "who": "My reason",
                },
                "change_url": "#",
                "print_url": "#",
                "looked_at": "Last looked at together on 12 November 2026. Version 3.",
            },
        ),
        Sample(
            "duties",
            "not checked here",
            {
                "rows": [
                    {"title": "A child: social care", "text": "Everybody. The same day."},
                ],
                "verified": "",
            },
        ),
        Sample(
            "wallet",
            "paper",
            {
                "lines": [
                    {"term": "Signs", "text": "I stop answering Kwame"},
                    {"term": "On my own", "text": "cold water · fry plantain"},
                ],
                "emergency": "999",
            },
        ),
        Sample("week", "all words", {"days": DAYS, "doses": DOSES}),
        Sample(
            "tally",
            "counting, saved, undo",
            {
                "counts": [
                    {"value": "joined", "label": "Listening now", "number": 11},
                    {"value": "offered", "label": "Asked", "number": 16},
                    {"value": "no", "label": "Said no", "number": 4},
                ],
                "saved_words": "Saved 14:22. No names are kept.",
                "undo_label": "Undo “listening”",
                "undo_url": "#",
                "url": "#",
            },
        ),
        Sample(
            "programme",
            "stop rule not met",
            {
                "id": "music",
                "level": 3,
                "decide": {
                    "title": "Decide by 30 November: go on, change or stop?",
                    "text": "The ward spends 19 minutes per session on this.",
                    "url": "#",
                    "label": "Write the decision",
                },
                "figures": [
                    {"term": "Reach", "value": "65 %", "small": "joined, of those asked"},
                    {"term": "Upset by it", "value": "< 8", "small": "small counts are hidden"},
                ],
                "title": "Calm-down medicine given, per week",
                "drawing": chart.draw_bars(
                    WEEKS,
                    "About 10.5 a week in the eight weeks before, 7.5 in the eight since",
                    began="music begins",
                ),
                "caution": "Lower since the music began, but read with care.",
                "caution_text": "One ward, no comparison ward.",
                "stop_rule": "Unrest 20 % above the level before, two weeks running.",
            },
        ),
        *(
            Sample(
                "credential",
                state,
                {
                    "state": state,
                    "stamp": stamp,
                    "title": title,
                    "words": words,
                    "level": 3,
                    "facts": [{"term": "Checked", "text": "Register, 2 Nov 2026"}],
                    "share": 0.78 if state == "soon" else None,
                },
            )
            for state, stamp, title, words in CREDENTIALS
        ),
        *(
            Sample(
                "receipt",
                state,
                {
                    "state": state,
                    "id": state,
                    "level": 3,
                    "title": "You agreed, 12 November 2026, 11:00",
                    "facts": FACTS,
                    "end_url": "#",
                    "more": "Takes effect at once. Kwame isn’t told why.",
                },
            )
            for state in ("live", "soon", "ended", "withdrawn")
        ),
        Sample(
            "seen",
            "normal",
            {"text": "Asha, who is working with you, sees your answers. Your family doesn’t."},
        ),
        Sample(
            "seen",
            "changed",
            {"text": "You and Asha see this.", "changed": "Dr Nwosu, since 20 November."},
        ),
        Sample(
            "seen_by",
            "normal, emergency, refused",
            {
                "id": "looks",
                "level": 3,
                "day": "Thursday 12 November",
                "looks": [
                    {
                        "initials": "AR",
                        "who": "Asha Raman",
                        "role": "who works with you",
                        "text": "Read your answers.",
                        "iso": "2026-11-12T09:41",
                        "when": "09:41",
                    },
                    {
                        "who": "Hana Kobayashi",
                        "role": "on call that night",
                        "text": "Opened your record for 42 minutes.",
                        "iso": "2026-11-12T23:08",
                        "when": "23:08",
                        "kind": "emergency",
                    },
                    {
                        "who": "Someone who isn’t in your team",
                        "text": "They were not let in.",
                        "iso": "2026-11-12T16:30",
                        "when": "16:30",
                        "kind": "refused",
                    },
                ],
            },
        ),
    )


def _forms() -> tuple[Sample, ...]:
    good = {"first_name": "Noor", "born": "1988", "where": "home", "now": "well"}
    return (
        Sample("fields", "empty", _form_values(None, "empty")),
        Sample("fields", "filled", _form_values(good, "filled")),
        Sample("summary", "errors", {**_form_values({"now": "talk"}, "wrong"), "level": 3}),
        *(
            Sample(
                "field", f"error: {name}", {"field": _worry({"story": "a\u202eb"}, "wrong2")[name]}
            )
            for name in ("born", "now", "story")
        ),
        Sample("field", "choices in a row", {"field": _worry(good, "row")["now"], "seg": True}),
        Sample("dots", "question 4 of 9", {"number": 4, "total": 9, "about": "the last two weeks"}),
    )


def _rest() -> tuple[Sample, ...]:
    return (
        Sample(
            "doorlist",
            "ways on",
            {
                "label": "Choose what is true today",
                "doors": [
                    {
                        "url": "#",
                        "icon": "siren",
                        "title": "Someone could get hurt today",
                        "text": "Talk of dying, violence, an overdose, or you feel afraid",
                    },
                    {"url": "#", "icon": "user", "title": "It’s about me"},
                ],
            },
        ),
        Sample(
            "empty",
            "person",
            {
                "title": "Nobody has written a letter yet.",
                "text": "Most people need a few days.",
                "url": "#",
                "label": "Show how a letter begins",
                "lines": True,
            },
        ),
        Sample(
            "empty",
            "staff",
            {
                "title": "Nothing is open.",
                "text": "Last alert closed yesterday at 16:20 by Hana.",
            },
        ),
        Sample(
            "working",
            "running",
            {
                "state": "running",
                "id": "copy",
                "text": "Putting your copy together. You can close this page.",
                "percent": 64,
                "left_words": "64 of 100 parts. About 2 minutes.",
                "stop_url": "#",
            },
        ),
        Sample(
            "working",
            "done",
            {"state": "done", "text": "Your copy is ready.", "url": "#", "label": "Save it"},
        ),
        Sample(
            "working",
            "failed",
            {
                "state": "failed",
                "text": "The copy stopped at part 12. Nothing was sent.",
                "url": "#",
                "label": "Try again",
            },
        ),
        Sample("filters", "narrow a list", {"id": "cases", "filters": FILTERS}),
        Sample(
            "paging",
            "both ways",
            {"newer_url": "#", "older_url": "#", "words": "21 to 40 of 310", "label": "Entries"},
        ),
        Sample("paging", "newest", {"older_url": "#", "words": "1 to 20 of 310", "label": "Cases"}),
        Sample("toast", "with undo", {"text": "Saved at 14:22.", "undo_url": "#"}),
        Sample("toasts", "of the last action", {"messages": ["Saved at 14:25."]}),
    )


def pages() -> tuple[Page, ...]:
    """Whole pages, each in its own base template, as the person or the worker meets them."""
    who_sees = (
        "If your answer says someone is in danger, the on-call team sees it. They can only call "
        "you if you leave a number."
    )
    question: dict[str, Any] = {
        "number": 1,
        "total": 4,
        "name": "danger",
        "question": "Could someone be badly hurt, or die, in the next day or so?",
        "hint": "That means the person you worry about, you, a child, or anyone near them.",
        "choices": DANGER_CHOICES,
        "who_sees": who_sees,
        "kept": "“No”, or a question you skip, stays in a draft. We delete it after 24 hours.",
        "skip": True,
        "url": "#",
    }
    return (
        Page("danger-question", "parts/base_public.html", (Sample("question", "", question),)),
        Page(
            "danger-question-error",
            "parts/base_public.html",
            (Sample("question", "", {**question, "error": "We could not read that answer."}),),
        ),
        Page(
            "help-now",
            "parts/base_danger.html",
            (
                Sample("danger", "", {"state": "now", "help": HELP}),
                Sample("danger_told", "", {"state": "sent", "help": HELP, **TOLD[0][1]}),
                Sample("talk", "", {"help": HELP}),
                Sample("while_you_wait", "", {"advice": ADVICE}),
            ),
        ),
        Page(
            "no-country",
            "parts/base_danger.html",
            (
                Sample("danger", "", {"state": "now", "help": NO_COUNTRY}),
                Sample("talk", "", {"help": NO_COUNTRY}),
            ),
        ),
        Page(
            "not-staffed",
            "parts/base_danger.html",
            (
                Sample("danger", "", {"state": "not_staffed", "opens_at": "08:00", "help": HELP}),
                Sample("talk", "", {"help": HELP}),
            ),
        ),
        Page(
            "not-saved",
            "parts/base_danger.html",
            (
                Sample("danger", "", {"state": "not_saved", "help": HELP}),
                Sample(
                    "not_saved",
                    "",
                    {
                        "url": "#",
                        "hidden": [{"name": "token", "value": "sample"}],
                        "kept": [
                            {
                                "name": "answer",
                                "label": "Your answer",
                                "hint": question["question"],
                                "value": "maybe",
                                "words": "Yes, or I’m afraid so",
                            },
                            {"name": "words", "label": "What you wrote", "value": "", "long": True},
                        ],
                    },
                ),
                Sample("talk", "", {"help": HELP}),
            ),
        ),
        Page("not-found", "parts/base_public.html", (Sample("not_found", "", {"home_url": "/"}),)),
        Page(
            "question",
            "parts/base_person.html",
            (
                Sample(
                    "question",
                    "",
                    {
                        "number": 4,
                        "total": 9,
                        "about": "how the last two weeks have been",
                        "lead": "Over the last 2 weeks, how often have you been bothered by",
                        "question": "Feeling tired or having little energy",
                        "name": "answer",
                        "choices": PHQ_CHOICES,
                        "back": True,
                        "skip": True,
                        "seen": "Asha, who is working with you, sees your answers.",
                    },
                ),
            ),
        ),
        Page(
            "thanks",
            "parts/base_person.html",
            (
                Sample(
                    "thanks",
                    "",
                    {
                        "text": "You answered 8 of 9. That’s enough.",
                        "next": "Asha reads your answers before you meet on Wednesday.",
                        "seen": "Saved at 20:14. Not opened by anyone yet.",
                        "links": [
                            {"url": "#", "label": "See how it has changed", "main": True},
                            {"url": "#", "label": "My safety plan"},
                        ],
                        "worse_url": "#",
                    },
                ),
            ),
        ),
        Page("agree", "parts/base_person.html", (Sample("agree", "", _agree()),)),
        Page(
            "agree-basis",
            "parts/base_person.html",
            (
                Sample(
                    "agree",
                    "",
                    {
                        **_agree(),
                        "state": "basis",
                        "basis": "You are 13. Someone who looks after you decides with you.",
                    },
                ),
            ),
        ),
        Page(
            "how-it-went",
            "parts/base_person.html",
            (
                Sample(
                    "how_it_went",
                    "",
                    {
                        "task": {
                            "task": "Walk to the water",
                            "why": "Moving comes before wanting to.",
                            "when_where": "Tuesday, after breakfast",
                        },
                        "form": HowItWent(),
                        "version": 1,
                        "seen": "Asha Raman can see this. Your family can’t.",
                    },
                ),
            ),
        ),
        Page(
            "sheet-fill",
            "parts/base_person.html",
            (Sample("sheet_form", "", sheet_samples.to_fill()),),
            title="A hard moment",
        ),
        Page(
            "sheet-read",
            "parts/base_person.html",
            (
                Sample("sheet_read", "", sheet_samples.read()),
                *(
                    Sample("sheet_drawing", name, values)
                    for name, values in sheet_samples.drawings()
                ),
            ),
            title="A hard moment",
        ),
        Page(
            "sheet-paper",
            "parts/base_person.html",
            (Sample("sheet_paper", "blank", sheet_samples.on_paper()),),
            title="To print",
        ),
        Page("sign-in", "parts/base_public.html", (Sample("sign_in", "", _sign_in(SignInForm())),)),
        Page(
            "sign-in-wrong",
            "parts/base_public.html",
            (Sample("sign_in", "", _sign_in(SignInForm({"email": "noor"}))),),
        ),
        Page(
            "sign-in-code",
            "parts/base_public.html",
            (Sample("sign_in", "", _sign_in_code(CodeForm())),),
        ),
        Page(
            "sign-in-code-wrong",
            "parts/base_public.html",
            (Sample("sign_in", "", _sign_in_code(_wrong_code())),),
        ),
        Page(
            "second-step",
            "parts/base_public.html",
            (
                Sample(
                    "second_step",
                    "",
                    {
                        "form": _code_over(),
                        "passkey_url": "#",
                        "recovery_url": "#",
                        "alert_url": "#",
                    },
                ),
            ),
        ),
        Page(
            "two-texts",
            "parts/base_practitioner.html",
            (
                Sample(
                    "two_texts",
                    "",
                    {
                        "who": "Joaquín",
                        "at": "14:02",
                        "version": 4,
                        "url": "#",
                        "keep_url": "#",
                        "pairs": [
                            {
                                "name": "signs",
                                "label": "Signs it’s getting hard",
                                "mine": "I walk all night.\nI give things away.",
                                "theirs": "I stop answering Kwame.",
                                "long": True,
                                "choices": (),
                            }
                        ],
                    },
                ),
            ),
            context=STAFF,
        ),
        Page(
            "case",
            "parts/base_practitioner.html",
            (
                Sample(
                    "crumbs", "", {"crumbs": [{"url": "#", "label": "Cases"}, {"label": "Sam O."}]}
                ),
                Sample(
                    "casehead", "", {**CASE, "tags": [{"text": "Family preparing", "kind": "pen"}]}
                ),
                Sample("tabs", "", {"tabs": TABS, "label": "This case"}),
                Sample("gate", "", {"id": "case", "verdict": "needs", "items": GATE_ITEMS}),
                Sample("ladder", "", {"steps": STEPS}),
                Sample("chart", "", {"figure": chart.figure(sam_chart()), "verdict": "No change."}),
            ),
            context=STAFF,
        ),
        Page(
            "board",
            "parts/base_practitioner.html",
            title="Crisis board",
            samples=(
                Sample("note", "", {"title": "Open means not closed.", "text": "3 are open."}),
                *(Sample(s.part, "", {**s.values, "level": 2}) for s in _alerts()),
            ),
            context=STAFF,
        ),
        Page(
            "live-states",
            "parts/base_practitioner.html",
            title="Open meeting",
            samples=(Sample("live", "", {**_live("pause"), "level": 2}),),
            context=STAFF,
        ),
        Page(
            "live-before",
            "parts/base_practitioner.html",
            title="Open meeting",
            samples=(Sample("live", "", _live("before")),),
            context=STAFF,
        ),
        Page(
            "live-stopped",
            "parts/base_practitioner.html",
            title="Open meeting",
            samples=(Sample("live", "", _live("stopped")),),
            context=STAFF,
        ),
        Page(
            "live-ended",
            "parts/base_office.html",
            title="Open meeting",
            samples=(Sample("live", "", _live("ended")),),
            context=STAFF,
        ),
        Page(
            "tally",
            "parts/base_public.html",
            title="Music hour, Ward 6",
            samples=(
                Sample(
                    "tally",
                    "",
                    {
                        "counts": [
                            {"value": "joined", "label": "Listening now", "number": 11},
                            {"value": "offered", "label": "Asked", "number": 16},
                        ],
                        "state": "not_saved",
                        "saved_words": "Not saved yet. We try again.",
                        "url": "#",
                    },
                ),
            ),
        ),
        Page(
            "letter",
            "parts/base_circle.html",
            title="Your letter to Sam",
            samples=tuple(s for s in _letters() if s.state in {"draft", "open"}),
            wide=True,
        ),
    )


def _agree() -> dict[str, Any]:
    return {
        "title": "Do you want to start CBT talks with Asha?",
        "intro": "This page is about these talks and nothing else. No is a full answer.",
        "facts": [
            {"term": "What", "text": "You look at what you do and think on hard days."},
            {"term": "Who", "text": "Asha Raman. Her work is checked by Dr Ifeoma Nwosu."},
        ],
        "hard": ["You may feel worse for a while.", "It doesn’t help everyone."],
        "instead": "Talks about people in your life, medicine, a group, or nothing for now.",
        "instead_url": "#",
        "who_hears": "Asha and Dr Nwosu. Not your family.",
        "choices": [
            {"value": "yes", "label": "Yes, I want to start", "hint": "Ends on 24 May 2027"},
            {"value": "no", "label": "No", "hint": "Nothing else changes. You need no reason"},
            {"value": "ask", "label": "I want to ask something first"},
        ],
        "note": "You can stop at any time, without a reason. Version 2 of this page.",
        "form_url": "#",
        "read_url": "#",
    }


def _sign_in(form: SignInForm) -> dict[str, Any]:
    return {
        "form": form,
        "title": "Sign in",
        "intro": "No password to remember. We send six numbers to your e-mail.",
        "button": "Send me the numbers",
        "passkey_url": "#",
        "note": "Does someone else read your mail or hold your phone?",
        "small": "We keep two cookies while you are signed in, and nothing else.",
    }


def _sign_in_code(form: CodeForm) -> dict[str, Any]:
    return {
        "form": form,
        "title": "Type the six numbers",
        "intro": "If we know that address, the mail is on its way. It can take a minute.",
        "button": "Sign in",
        "others": [
            {"name": "again", "label": "Send new numbers"},
            {"url": "#", "label": "Use another address"},
        ],
        "help_title": "No mail came",
        "help_text": "Look in the folder for unwanted mail.",
    }
