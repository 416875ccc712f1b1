"""Samples of alerts, danger, letters, options and meetings."""

from __future__ import annotations

from alongside.web.parts.samples.shapes import Sample
from alongside.web.parts.samples.values import (
    ADVICE,
    ALERT_CLOSED,
    ALERT_NO_NUMBER,
    ALERT_OPEN,
    ALERT_REOPENED,
    ALERT_SPOKEN,
    ALERT_TAKEN,
    CIRCLE,
    EVENTS,
    HELP,
    LETTER,
    NO_COUNTRY,
    OPTION_FACTS,
    PRESS,
    TOLD,
    live_run,
    ring,
)


def version_samples() -> tuple[Sample, ...]:
    rows = [
        {
            "title": "Talk about sleep",
            "text": "",
            "why": [],
            "tag": "new",
            "tag_kind": "moss",
            "tag_icon": "",
        },
        {
            "title": "First measures",
            "text": "Within 14 days; until now within 28",
            "why": ["It waits while: No credential for it is recorded."],
            "tag": "changed",
            "tag_kind": "pen",
            "tag_icon": "",
        },
    ]
    return (Sample("version_rows", "one new, one changed", {"rows": rows}),)


def option_samples() -> tuple[Sample, ...]:
    values = {"level": 3, "facts": OPTION_FACTS}
    return (
        Sample(
            "option",
            "held",
            {
                **values,
                "title": "Rowan House",
                "text": "Residential, 28 days, with medical detox",
                "ring": ring(0.78, "4 d", "Held for 4 more days"),
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
                "ring": ring(0.2, "22 h", "22 hours left", "soon"),
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
                "ring": ring(0, "0", "No time left", "over"),
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


def alert_samples() -> tuple[Sample, ...]:
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


def danger_samples() -> tuple[Sample, ...]:
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
            for state in ("now", "not_staffed", "not_saved", "over")
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


def letter_samples() -> tuple[Sample, ...]:
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


def meeting_samples() -> tuple[Sample, ...]:
    return (
        Sample("live", "live", live_run("step")),
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
                "cards": [{"says": "After the holidays.", "answer": "The place is today."}],
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
