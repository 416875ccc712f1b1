"""Invented values that several samples share. Names and numbers are not real."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from alongside.web.parts import lanes

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


def ring(left: float, text: str, words: str, state: str = "") -> dict[str, Any]:
    return {"left": left, "text": text, "words": words, "state": state}


OVER = ring(0.43, "6:28", "6 minutes 28 seconds left for someone to take this", "over")


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
    ring=ring(0.6, "3:02", "3 minutes 2 seconds left", "over"),
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
    ring=ring(0.4, "12 m", "12 minutes left for a first contact", "soon"),
)


ALERT_SPOKEN = _alert(
    "spoken",
    code="",
    at="07:20",
    title="Aroha N., safe at her aunt’s",
    text="To close: what came of it, means made safer, next contact, and a named person.",
    ring=ring(0.9, "2 h", "2 hours left for an outcome"),
)


ALERT_REOPENED = _alert(
    "reopened",
    at="09:11",
    title="Reopened: no contact came in time",
    ring=ring(0.3, "4:10", "4 minutes 10 seconds left", "over"),
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


def live_run(state: str) -> dict[str, Any]:
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


def appointments() -> list[dict[str, Any]]:
    plain = {"with": "With Asha Raman.", "how": "In person", "where": "Birch room", "video_url": ""}
    return [
        {**plain, "day": "Today", "time": "10:00 to 10:50", "iso": "2026-03-02T10:00:00Z",
         "is_today": True},
        {**plain, "day": "Monday 9 March", "time": "10:00 to 10:50", "how": "By video",
         "iso": "2026-03-09T10:00:00Z", "where": "", "video_url": "#call"},
        {**plain, "day": "Monday 16 March", "time": "10:00 to 10:50",
         "iso": "2026-03-16T10:00:00Z", "is_off": True},
    ]  # fmt: skip


def lanes_of_a_plan() -> dict[str, Any]:
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
