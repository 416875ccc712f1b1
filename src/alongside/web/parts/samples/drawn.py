"""Charts, rings and family trees, in every state."""

from __future__ import annotations

from typing import Any

from alongside.web.parts import chart, genogram
from alongside.web.parts.samples.shapes import Sample
from alongside.web.parts.samples.values import (
    CASES_COLUMNS,
    CASES_ROWS,
    FACTS,
    GOAL,
    GOAL_START,
    WARNING,
    appointments,
    lanes_of_a_plan,
)

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


KEY = {
    f"has_{each}": True for each in ("filled", "danger", "phases", "ends", "missing", "unscored")
}


def chart_samples() -> tuple[Sample, ...]:
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
                    "stale": "Its review was due on 1 Nov 2026.",
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
        Sample("appointments", "today, by video, and cancelled", {"times": appointments()}),
        Sample(
            "kept_offer",
            "a plan, with script",
            {
                "set": "plan",
                "open_url": "/me/plan/kept/",
                "lines": ["It stays for 30 days.", "Leaving this page takes it off."],
                "newer": "It changed. Keep it again.",
                "again": "Keep the new one",
            },
        ),
        Sample("kept_open", "a plan, with script", {"set": "plan", "label": "My plan"}),
        Sample(
            "own_groups",
            "in one, and waiting",
            {
                "groups": [
                    {
                        "title": "Thursday group",
                        "meets": "Thursdays, 18:00, room 2",
                        "next": "Thursday 3 December 2026, 18:00",
                        "minutes": 90,
                        "alias": "Fox",
                        "goal": "Evenings without a drink",
                        "rules": "What is said here stays here.\nYou may always pass.",
                        "agreed": "Monday 2 November 2026",
                    },
                    {"title": "A group", "waits": "You wait for a place."},
                ]
            },
        ),
        Sample("lanes", "three courses", {"figure": lanes_of_a_plan(), "level": 3}),
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
