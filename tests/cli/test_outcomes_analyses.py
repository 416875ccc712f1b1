"""`alongside outcomes --analysis`: what each gives, takes and refuses."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from alongside.cli.analyses.table import BY_NAME
from alongside.cli.main import main
from tests.cli.running import ROOT, Ended, csv

SVG = "{http://www.w3.org/2000/svg}"
PRE = [18, 15, 21, 12, 17, 20, 14, 16, 19, 13]
POST = [9, 11, 14, 8, 12, 10, 9, 13, 11, 7]
ONE = [12, 15, 9, 20, 17, 11, 14, 22, 8, 16]
OTHER = [13, 14, 11, 19, 18, 12, 13, 24, 9, 15]
SERIES = [50, 51, 53, 52, 54, 55, 46, 45, 45, 43, 42, 41]


def refused(ended, *words: str, status: int = 1) -> None:
    assert ended.status == status, ended.err
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1, ended.err
    for word in words:
        assert word in ended.err


def documented() -> dict[str, list[dict[str, object]]]:
    """The JSON forms that the reference promises for each analysis."""
    text = (ROOT / "docs" / "reference" / "outcomes.md").read_text()
    sections = re.split(r"^### ", text, flags=re.MULTILINE)[1:]
    return {
        section.split("\n", 1)[0]: [
            json.loads(block) for block in re.findall(r"```json\n(.*?)```", section, re.DOTALL)
        ]
        for section in sections
    }


def near(value: float, digits: int = 3):
    return pytest.approx(value, abs=0.5000001 * 10**-digits)


@pytest.fixture
def alongside(capfd, monkeypatch, tmp_path) -> Callable[..., Ended]:
    """The command in this process: it needs no database, and a hundred starts take a minute."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> Ended:
        status = main([str(each) for each in words])
        said = capfd.readouterr()
        return Ended(status, said.out, said.err)

    return run


@pytest.fixture
def analysis(alongside, write):
    """Run one analysis over some rows and give its JSON."""

    def run(name: str, header: list[str], rows: list[list[object]], *words: str):
        ended = alongside(
            "outcomes", write("a.csv", csv(header, *rows)), "--analysis", name, *words
        )
        assert (ended.status, ended.err) == (0, "")
        assert ended.json["analysis"] == name
        assert list(ended.json) in [list(form) for form in documented()[name]]
        return ended.json

    return run


@pytest.fixture
def told(alongside, write):
    """Run one analysis over some rows and give its text."""

    def run(name: str, header: list[str], rows: list[list[object]], *words: str) -> str:
        file = write("a.csv", csv(header, *rows))
        ended = alongside("outcomes", file, "--analysis", name, "--text", *words)
        assert (ended.status, ended.err) == (0, "")
        return ended.out

    return run


def test_the_reference_has_every_analysis_in_its_order_and_with_its_form():
    assert list(documented()) == ["change", *BY_NAME]
    assert all(documented().values())


# -- what each gives ------------------------------------------------------------------------------


def test_effect_of_one_group_over_time(analysis, told):
    rows = [[*each] for each in zip(range(10), PRE, POST, strict=True)] + [[10, 20, None]]
    words = ("--pre", "first", "--post", "last", "--higher-is", "worse")
    found = analysis("effect", ["id", "first", "last"], rows, *words)
    assert (found["n"], found["missing"], found["g"]) == (10, 1, near(1.842))
    assert (found["g_interval"]["low"], found["g_interval"]["high"]) == (near(0.866), near(2.818))
    text = told("effect", ["id", "first", "last"], rows, *words)
    assert "By convention this is large." in text
    assert "says nothing about its cause" in text


def test_effect_between_two_groups(analysis):
    rows = [["new", score] for score in POST] + [["usual", score] for score in PRE]
    found = analysis("effect", ["group", "score"], rows, "--group", "new", "--higher-is", "worse")
    assert [each["n"] for each in found["groups"]] == [10, 10]
    assert found["d"] == pytest.approx(6.1 / ((3.028**2 + 2.221**2) / 2) ** 0.5, abs=0.001)


def test_who_was_lost_and_how_they_began(analysis, told):
    rows = [[*each] for each in zip(PRE, POST, strict=True)] + [[24, None], [20, None], [22, None]]
    words = ("--pre", "first", "--post", "last", "--higher-is", "worse")
    found = analysis("completion", ["first", "last"], rows, *words)
    assert (found["lost"]["count"], found["lost"]["of"]) == (3, 13)
    assert (found["mean_change"], found["carried_forward"]) == (6.1, near(61 / 13))
    assert found["start_g"] > 1
    text = told("completion", ["first", "last"], [[5, 3]], *words)
    assert "0 of 1 have no last score: 0.0 %." in text


def test_service_rates_of_two_measures(analysis, told):
    pairs = [((16, 8), (13, 6)), ((12, 9), (9, 7)), ((12, 11), (9, 14)), ((8, 5), (6, 3)),
             ((12, None), (9, 7))]  # fmt: skip
    rows = [
        [f"p{place}", week, phq[week], gad[week]]
        for place, (phq, gad) in enumerate(pairs)
        for week in (0, 1)
    ]
    words = ("--person", "id", "--time", "week", "--measure", "phq9=PHQ", "--measure", "gad7")
    header = ["id", "week", "PHQ", "gad7"]
    found = analysis("service", header, rows, *words)
    totals = found["totals"]
    assert (totals["n"], totals["paired"], totals["missing"]) == (5, 4, 1)
    assert [(totals[name]["count"], totals[name]["of"]) for name in (
        "recovery", "reliable_recovery", "reliable_improvement", "reliable_deterioration",
    )] == [(2, 3), (1, 3), (1, 4), (1, 4)]  # fmt: skip
    assert found["persons"][0]["because"][0] == "phq9 fell by 8, 6 or more: reliable"
    assert "recovery                     2 of 3   66.7 %" in told("service", header, rows, *words)


def test_goals_with_a_time_have_a_change(analysis):
    rows = [["sam", 1, "a", -1, 3], ["sam", 1, "b", -2, 2], ["sam", 1, "c", -1, 1],
            ["sam", 2, "a", 1, 3], ["sam", 2, "b", 0, 2], ["sam", 2, "c", -1, 1]]  # fmt: skip
    [sam] = analysis("goals", ["person", "time", "goal", "level", "weight"], rows)["persons"]
    assert (sam["t_first"], sam["t"], sam["change"]) == (
        near(32.37, 2),
        near(54.41, 2),
        near(22, 1),
    )
    [once] = analysis("goals", ["person", "goal", "level"], [["sam", "a", 0]])["persons"]
    assert (once["t"], once["t_first"], once["change"]) == (50, None, None)


@pytest.mark.parametrize("first", [0, "2026-01-01"])
def test_days_covered_by_numbers_and_by_dates(analysis, first):
    from datetime import date, timedelta

    def day(number: int) -> object:
        return number if first == 0 else date.fromisoformat(first) + timedelta(number)

    rows = [["sam", day(at), 30] for at in (0, 25, 70, 100, 150)]
    header = ["person", "fetched", "days"]
    words = ("--until", str(day(180)), "--column", "day=fetched")
    found = analysis("adherence", header, rows, *words)
    [sam] = found["persons"]
    assert (sam["pdc"], sam["adherent"], found["adherent"]) == (near(0.833), True, 1)
    [drug] = sam["drugs"]
    assert drug["gaps"] == [{"after": 60, "days": 10}, {"after": 130, "days": 20}]
    assert (drug["mpr"], drug["mpr_to_last_fill"]) == (near(0.833), 0.8)


def test_hospital_and_an_end_by_the_prescriber_shorten_the_period(analysis):
    rows = [
        ["sam", "a", "fill", 0, 30],
        ["sam", "", "hospital", 30, 10],
        ["sam", "a", "stopped", 50, None],
    ]
    [sam] = analysis(
        "adherence", ["person", "drug", "kind", "day", "days"], rows, "--until", "90"
    )["persons"]  # fmt: skip
    assert (sam["drugs"][0]["days"], sam["drugs"][0]["covered"]) == (40, 30)


def test_one_person_in_two_phases(analysis, told):
    ratings = [("A", score) for score in (9, 8, 9, 8, 8)]
    ratings += [("B", score) for score in (8, 6, 7, 5, 4, 4, 3)]
    # Rows out of order: the time decides.
    rows = [[at, phase, score] for at, (phase, score) in enumerate(ratings)][::-1]
    words = ("--higher-is", "worse", "--baseline", "A")
    [found] = analysis("single-case", ["time", "phase", "score"], rows, *words)["persons"]
    assert (found["nap"], found["tau"], found["pnd"]) == (near(0.957), near(0.914), near(0.857))
    assert (found["tau_u"], found["s_first"], found["tau_u_full"]) == (near(0.8), 4, near(0.697))
    text = told("single-case", ["time", "phase", "score"], rows, *words)
    assert "Tau-U 0.800 with the trend before taken out (S 4)" in text


def test_a_series_before_and_after(analysis, told):
    months = [f"2025-{month:02}-01" for month in range(1, 13)]
    rows = [list(each) for each in zip(months, SERIES, strict=True)]
    found = analysis("series", ["time", "score"], rows, "--start", "2025-07-01", "--errors", "ols")
    assert (found["points_before"], found["points_after"], found["enough"]) == (6, 6, False)
    assert found["terms"]["jump"]["estimate"] == near(-7.59, 2)
    assert found["terms"]["slope_change"]["standard_error"] == near(0.199)
    assert found["durbin_watson"] == near(2.96, 2)
    assert found["points"][-1]["counterfactual"] == near(60.51, 2)
    assert found["points"][0]["counterfactual"] is None
    numbered = [[at, score] for at, score in enumerate(SERIES, start=1)]
    words = ("--start", "7", "--errors", "ols", "--jump-at", "first")
    assert "jump of level        -9.562" in told("series", ["time", "score"], numbered, *words)


def test_agreement_of_two_raters(analysis, told):
    rows = [list(each) for each in zip(ONE, OTHER, strict=True)]
    found = analysis("agreement", ["one", "other"], rows, "--limit", "3")
    assert (found["bias"], found["low"], found["high"]) == (-0.4, near(-2.88, 2), near(2.08, 2))
    assert found["within_limit"] is True
    sorted_by = [["mild", "mild"], ["mild", "severe"], ["severe", "severe"], ["mild", "mild"]]
    found = analysis("agreement", ["one", "other"], sorted_by, "--categories", "mild,severe")
    assert found["kappa"] == pytest.approx((0.75 - 0.5) / 0.5)
    assert "Kappa 0.500" in told(
        "agreement", ["one", "other"], sorted_by, "--categories", "mild,severe"
    )


def test_how_many_are_treated_for_one_to_benefit(analysis, told):
    rows = [["craft", "yes"]] * 26 + [["craft", "no"]] * 14
    rows += [["usual", "yes"]] * 10 + [["usual", "no"]] * 30 + [["usual", None]]
    found = analysis("shares", ["group", "event"], rows, "--group", "craft")
    needed = found["needed"]
    assert (needed["value"], needed["shown"], found["missing"]) == (2.5, 3, 1)
    assert (needed["low"], needed["high"]) == (near(1.67, 2), near(4.99, 2))
    text = told("shares", ["group", "event"], rows, "--group", "craft")
    assert "3 are treated for one more to benefit (95 % interval 1.67 to 4.99)." in text
    few = [["a", "yes"], ["a", "no"], ["b", "yes"], ["b", "no"]]
    none = analysis("shares", ["group", "event"], few, "--group", "a")
    assert (none["needed"]["value"], none["needed"]["crosses_infinity"]) == (None, True)


def test_a_programme_hides_small_numbers_of_people(analysis, told):
    rows = [["north", "yes", 20_000, 9_200, "yes", "yes"], ["north", "no", 20_000, 0, None, None],
            ["south", "yes", 40, 5, "no", "no"]]  # fmt: skip
    header = ["group", "started", "eligible", "reached", "delivered", "kept"]
    found = analysis("reach", header, rows)
    assert found["all"]["adoption"]["count"] == 2
    north, south = found["groups"]
    assert north["reach"] == {"count": "9200", "of": "40000", "share": 0.23}
    assert south["reach"] == {"count": "< 8", "of": "40", "share": None}
    text = told("reach", header, rows)
    assert "< 8 of 40 people: too few to give a share" in text


def test_groups_are_shown_from_four_ratings(analysis):
    rows = [["a", rating] for rating in (5, 4, 5, 4, 5, 3, 4)] + [["b", 5], ["b", 1], ["b", 3]]
    found = analysis("cohesion", ["group", "rating"], rows, "--answers", "5")
    a, b = found["groups"]
    assert (a["mean"], a["agreement"], a["may_be_averaged"]) == (near(4.286), near(0.714), True)
    assert (b["n"], b["mean"], b["agreement"]) == (3, None, None)


def test_who_came_how_soon_and_how_steadily(analysis):
    rows = [[5, "yes"], [8, "yes"], [8, "no"], [95, "yes"]]
    found = analysis("engagement", ["days", "came"], rows)
    assert (found["within"]["count"], found["within"]["of"]) == (2, 4)
    assert [step["days"] for step in found["steps"]] == [5, 8, 95]
    waits = analysis("waits", ["wait"], [[n] for n in range(1, 11)])
    assert waits["percentiles"] == {"p50": 5, "p75": 8, "p90": 9, "p95": 10, "p100": 10}
    steady = analysis("steady", ["count", "of"], [[50, 100], [48, 100], [52, 100], [90, 100]])
    assert [each["out"] for each in steady["periods"]] == [False, False, False, True]


def test_who_is_on_track(analysis):
    rows = [["a", 0, 18], ["a", 4, 19], ["b", 0, 18], ["b", 4, 12], ["c", 0, 18], ["c", 4, 17],
            ["d", 0, 18], ["e", 0, 12], ["e", 2, 20]]  # fmt: skip
    words = ("--instrument", "phq9", "--sessions", "16")
    header = ["person", "session", "score"]
    found = analysis("track", header, rows, *words)
    assert (found["instrument"], found["basis"]) == ("phq9", "rules")
    assert [each["signal"] for each in found["persons"]] == [
        "too_early", "on_track", "too_early", "too_early", "not_on_track",
    ]  # fmt: skip
    curved = analysis("track", header, rows, *words, "--curve")
    assert [each["signal"] for each in curved["persons"]] == [
        "not_on_track", "on_track", "watch", "too_early", "not_on_track",
    ]  # fmt: skip
    assert curved["persons"][0]["expected"] == near(12.89, 2)


def test_expected_change_comes_from_enough_finished_courses(analysis, told):
    rows = [[n, session, 20 - (session and n % 10)] for n in range(100) for session in (0, 2)]
    words = ("--edges", "10,15,27", "--higher-is", "worse")
    found = analysis("courses", ["person", "session", "score"], rows, *words)
    [band] = found["bands"]
    assert band["sessions"] == [{"session": 2, "p25": 2, "p10": 0}]
    few = told("courses", ["person", "session", "score"], rows[:100], *words)
    assert "No band of first scores has 100 courses" in few


# -- what each refuses ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "header", "row", "words", "said"),
    [
        ("goals", "person,goal,level", "sam,a,3", (), "row 1: level 3 is not a whole number"),
        ("goals", "person,goal,level", "sam,,1", (), "row 1: it has no goal"),
        ("adherence", "person,day,days", "sam,0,0", ("--until", "9"), "row 1: days 0 is not"),
        ("adherence", "person,day,days", "sam,9,5", ("--until", "9"), "row 1: this fill is not"),
        ("adherence", "person,day,days", "sam,9,5.5", ("--until", "99"), "days 5.5 is not"),
        ("single-case", "phase,score", "A,many", ("--higher-is", "worse"), "score many is not"),
        ("single-case", "phase,score", "A,5", ("--higher-is", "worse"), "the file has 1: A."),
        ("series", "time,score", "1,", ("--start", "1"), "row 1: it has no score"),
        ("agreement", "one,other", '"1,5",2', (), "one 1,5 is not a number (write 12.5, not 12,5)"),
        ("shares", "group,event", "a,perhaps", ("--group", "a"), "event perhaps is not yes or no"),
        ("shares", "group,event", "a,yes", ("--group", "a"), "the file has 1: a."),
        ("reach", "started,eligible,reached", "yes,4,5", (), "row 1: 5 reached are more than 4"),
        ("cohesion", "rating", "5", ("--answers", "5"), ""),
        ("engagement", "days,came", "-1,yes", (), "row 1: days -1 is below 0"),
        ("steady", "count,of", "3,2", (), "row 1: 3 of 2 is no share"),
        ("track", "person,session,score", "a,-1,4",
         ("--instrument", "phq9", "--sessions", "8"), "row 1: session -1 is not a whole number"),
        ("track", "person,session,score", "a,1,28",
         ("--instrument", "phq9", "--sessions", "8"), "row 1: 28 is outside 0 to 27"),
        ("service", "person,time,phq9", "a,1,-1", ("--measure", "phq9"), "-1 is outside 0 to 27"),
        ("service", "person,time,phq2", "a,1,1", ("--measure", "phq2"),
         "No reliable change is published for phq2@1, so it cannot be judged."),
        ("waits", "wait", "1e99", (), "wait 1e99 is not a number up to 1,000,000,000,000"),
        ("waits", "wait", "NA", (), "The number of values is 0: it must be 1 or more."),
        ("effect", "group,score", "a,3", ("--group", "a", "--higher-is", "worse"), "has 1: a."),
    ],
)  # fmt: skip
def test_rows_that_cannot_be_taken_are_named(alongside, write, name, header, row, words, said):
    ended = alongside("outcomes", write("a.csv", f"{header}\n{row}\n"), "--analysis", name, *words)
    if not said:
        assert ended.json["groups"][0]["mean"] is None
        return
    refused(ended, said)


def test_without_the_statistics_library_one_sentence_says_what_to_install(
    alongside, write, monkeypatch
):
    for name in ("scipy", "statsmodels"):
        for each in [each for each in sys.modules if each.split(".")[0] == name]:
            monkeypatch.delitem(sys.modules, each)
        monkeypatch.setitem(sys.modules, name, None)
    file = write("a.csv", csv(["time", "score"], *enumerate(SERIES)))
    ended = alongside("outcomes", file, "--analysis", "series", "--start", "6")
    refused(ended, "needs the statistics library: pip install 'alongside[analytics]'.")


def test_a_series_has_no_holes(alongside, write):
    rows = [[f"2025-{month:02}-01", 5 + month] for month in (1, 2, 3, 5, 6, 7, 8)]
    file = write("a.csv", csv(["time", "score"], *rows))
    ended = alongside("outcomes", file, "--analysis", "series", "--start", "2025-05-01")
    refused(ended, "row 4: a time is missing before this row")
    outside = alongside("outcomes", file, "--analysis", "series", "--start", "2026-05-01")
    refused(outside, "a time is missing")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--analysis", "shares", "--until", "9"),
            "does not take --until. It belongs to adherence.",
        ),
        (("--analysis", "series", "--sd", "9"), "does not take --sd. It belongs to change."),
        (("--analysis", "waits", "--method", "gln"), "does not take --method."),
        (("--season", "12"), "--season is for --analysis series."),
        (("--column", "a=b"), "--column is for another --analysis."),
        (("--analysis", "waits", "--column", "weight=b"), "reads no column for weight."),
        (("--analysis", "waits", "--column", "wait"), "--column is written ROLE=COLUMN, not wait."),
        (("--analysis", "waits", "--plot", "p.svg"), "--analysis waits has no drawing."),
        (("--analysis", "series"), "Say when it was introduced: --start"),
        (("--analysis", "adherence"), "Say until when: --until"),
        (("--analysis", "adherence", "--until", "soon"), "--until is soon: it must be a number or"),
        (("--analysis", "service"), "Name the measures: --measure"),
        (("--analysis", "cohesion"), "--answers N."),
        (("--analysis", "courses", "--edges", "a,b"), "--edges are numbers with commas, not a,b."),
        (("--analysis", "agreement", "--weights", "linear"), "--weights is for --categories."),
        (("--analysis", "weights"), "invalid choice"),
    ],
)
def test_words_that_cannot_mean_anything_are_wrong_usage(alongside, write, words, said):
    refused(alongside("outcomes", write("a.csv", "wait\n1\n"), *words), said, status=2)


def test_columns_that_are_not_there_are_told_the_nearest(alongside, write):
    ended = alongside("outcomes", write("a.csv", "tiem,score\n1,2\n"), "--analysis", "series",
                      "--start", "1")  # fmt: skip
    refused(ended, "a.csv has no column named time. Did you mean tiem for time?")


# -- drawings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words", "said"),
    [
        ("series", csv(["time", "score"], *enumerate(SERIES)), ("--start", "6", "--errors", "ols"),
         "at the end the series lies -19.42 from where it would have gone on."),
        ("single-case", csv(["phase", "score"], *[["A", 9]] * 3, *[["B", n] for n in (7, 5, 4)]),
         ("--higher-is", "worse"), "3 ratings in phase A from 9 to 9, then 3 in phase B from 4"),
        ("agreement", csv(["one", "other"], *zip(ONE, OTHER, strict=True)), (),
         "The mean difference is -0.40; most differences lie between -2.88 and 2.08."),
    ],
)  # fmt: skip
def test_a_drawing_says_in_words_what_it_shows(
    alongside, write, tmp_path, name, content, words, said
):
    file = write("a.csv", content)
    ended = alongside("outcomes", file, "--analysis", name, *words, "--plot", "p.svg")
    assert (ended.status, ended.err) == (0, "")
    svg = ElementTree.parse(tmp_path / "p.svg").getroot()
    assert said in svg.find(f"{SVG}desc").text
    assert "prefers-color-scheme: dark" in svg.find(f"{SVG}style").text
    assert not list(svg.iter(f"{SVG}script"))
    marks = [each for each in svg.iter(f"{SVG}circle") if "mark" in each.get("class")]
    assert len(marks) >= content.count("\n") - 1
