"""Whole pages made of parts."""

from __future__ import annotations

from typing import Any

from alongside.web.parts import chart, sheet_samples
from alongside.web.parts.how_it_went import HowItWent
from alongside.web.parts.samples.asking import (
    CodeForm,
    SignInForm,
    agree,
    code_over,
    sign_in,
    sign_in_code,
    wrong_code,
)
from alongside.web.parts.samples.care import alert_samples, letter_samples
from alongside.web.parts.samples.drawn import sam_chart
from alongside.web.parts.samples.shapes import Page, Sample
from alongside.web.parts.samples.values import (
    ADVICE,
    CASE,
    DANGER_CHOICES,
    GATE_ITEMS,
    HELP,
    NO_COUNTRY,
    PHQ_CHOICES,
    STAFF,
    STEPS,
    TABS,
    TOLD,
    live_run,
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
        Page("agree", "parts/base_person.html", (Sample("agree", "", agree()),)),
        Page(
            "agree-basis",
            "parts/base_person.html",
            (
                Sample(
                    "agree",
                    "",
                    {
                        **agree(),
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
        Page("sign-in", "parts/base_public.html", (Sample("sign_in", "", sign_in(SignInForm())),)),
        Page(
            "sign-in-wrong",
            "parts/base_public.html",
            (Sample("sign_in", "", sign_in(SignInForm({"email": "noor"}))),),
        ),
        Page(
            "sign-in-code",
            "parts/base_public.html",
            (Sample("sign_in", "", sign_in_code(CodeForm())),),
        ),
        Page(
            "sign-in-code-wrong",
            "parts/base_public.html",
            (Sample("sign_in", "", sign_in_code(wrong_code())),),
        ),
        Page(
            "second-step",
            "parts/base_public.html",
            (
                Sample(
                    "second_step",
                    "",
                    {
                        "form": code_over(),
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
                *(Sample(s.part, "", {**s.values, "level": 2}) for s in alert_samples()),
            ),
            context=STAFF,
        ),
        Page(
            "live-states",
            "parts/base_practitioner.html",
            title="Open meeting",
            samples=(Sample("live", "", {**live_run("pause"), "level": 2}),),
            context=STAFF,
        ),
        Page(
            "live-before",
            "parts/base_practitioner.html",
            title="Open meeting",
            samples=(Sample("live", "", live_run("before")),),
            context=STAFF,
        ),
        Page(
            "live-stopped",
            "parts/base_practitioner.html",
            title="Open meeting",
            samples=(Sample("live", "", live_run("stopped")),),
            context=STAFF,
        ),
        Page(
            "live-ended",
            "parts/base_office.html",
            title="Open meeting",
            samples=(Sample("live", "", live_run("ended")),),
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
            samples=tuple(s for s in letter_samples() if s.state in {"draft", "open"}),
            wide=True,
        ),
    )
