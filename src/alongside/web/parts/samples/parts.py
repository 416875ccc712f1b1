"""Every part in every state."""

from __future__ import annotations

from alongside.web.parts.samples.asking import form_samples
from alongside.web.parts.samples.care import (
    alert_samples,
    danger_samples,
    letter_samples,
    meeting_samples,
    option_samples,
    version_samples,
)
from alongside.web.parts.samples.drawn import chart_samples
from alongside.web.parts.samples.people import people_samples
from alongside.web.parts.samples.shapes import Sample
from alongside.web.parts.samples.values import CASE, FILTERS, GATE_ITEMS, PAGES, STEPS, TABS, ring


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
        Sample("ring", "plenty", ring(0.9, "4 d", "4 days")),
        Sample("ring", "soon", ring(0.3, "6 h", "6 hours", "soon")),
        Sample("ring", "over", ring(0.1, "1:12", "1 minute 12 seconds", "over")),
        *option_samples(),
        *version_samples(),
        *alert_samples(),
        *danger_samples(),
        *letter_samples(),
        *meeting_samples(),
        *chart_samples(),
        *people_samples(),
        *form_samples(),
        *_rest(),
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
