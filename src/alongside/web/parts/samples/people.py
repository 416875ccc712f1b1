"""Samples of people, and of where they stand."""

from __future__ import annotations

from alongside.web.parts import chart
from alongside.web.parts.samples.drawn import WEEKS
from alongside.web.parts.samples.shapes import Sample
from alongside.web.parts.samples.values import CREDENTIALS, DAYS, DOSES, FACTS, MEMBERS, PLAN_STEPS


def people_samples() -> tuple[Sample, ...]:
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
