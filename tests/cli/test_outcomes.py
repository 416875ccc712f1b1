"""`alongside outcomes`: the fixed JSON, the classes, the refusals and the drawing."""

from __future__ import annotations

import random
from xml.etree import ElementTree

import duckdb
import pytest

from tests.cli.running import csv

NORMS = (
    "--sd", "8.16", "--reliability", "0.801", "--clinical-mean", "35.48", "--clinical-sd", "8.16",
    "--functional-mean", "7.69", "--functional-sd", "7.52", "--higher-is", "worse",
)  # fmt: skip
LONG = ("--person", "id", "--time", "week", "--score", "bdi")
WIDE = ("--person", "id", "--pre", "first", "--post", "last")
SVG = "{http://www.w3.org/2000/svg}"


def long(*rows) -> str:
    return csv(["id", "week", "bdi"], *rows)


def wide(*rows) -> str:
    return csv(["id", "first", "last"], *rows)


def refused(ended, *words: str, status: int = 1) -> None:
    assert ended.status == status
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1, ended.err
    for word in words:
        assert word in ended.err


# -- what comes out -------------------------------------------------------------------------------


def test_the_json_has_exactly_the_promised_form(alongside, write):
    file = write("a.csv", long(["p1", 1, 36], ["p2", 1, 30], ["p1", 4, 18], ["p1", 2, 30]))
    ended = alongside("outcomes", file, *LONG, *NORMS, "--cutoff", "c", "--json")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out == (
        '{"instrument":null,"method":"jt","threshold":10.089921,"cutoff":21.017857,"persons":['
        '{"person":"p1","pre":36,"post":18,"n":3,"change":18,"rci":3.496559,"class":"recovered"},'
        '{"person":"p2","pre":30,"post":null,"n":1,"change":null,"rci":null,"class":null}],'
        '"totals":{"n":2,"paired":1,"missing":1,"recovered":1,"improved":0,"unchanged":0,'
        '"deteriorated":0,"harmed":0}}\n'
    )


def test_a_program_gets_json_without_asking_and_a_person_may_ask_for_text(alongside, write):
    file = write("a.csv", wide(["p1", 36, 18], ["p2", 30, 28]))
    assert alongside("outcomes", file, *WIDE, *NORMS).json["totals"]["paired"] == 2
    text = alongside("outcomes", file, *WIDE, *NORMS, "--text").out
    assert "2 people: 2 with a first and a last score, 0 not." in text
    assert "larger than measurement error is likely to explain" in text
    assert "recovered           1   50.0 %   (95 % interval 9.5 to 90.5 %)" in text
    assert alongside("outcomes", file, *WIDE, *NORMS, "--text", "--json").status == 2


@pytest.mark.parametrize(
    ("pre", "post", "expected"),
    [
        (36, 18, "recovered"), (50, 30, "improved"), (30, 20, "unchanged"), (30, 19, "recovered"),
        (22, 20, "unchanged"), (30, 45, "deteriorated"), (10, 30, "harmed"),
        (5, 16, "deteriorated"),
    ],
)  # fmt: skip
def test_each_person_has_one_class(alongside, write, pre, post, expected):
    file = write("a.csv", wide(["p1", pre, post]))
    [person] = alongside("outcomes", file, *WIDE, *NORMS).json["persons"]
    assert person["class"] == expected
    assert person["change"] == pre - post


@pytest.mark.parametrize(
    ("asked", "expected"), [("a", 19.16), ("b", 22.73), ("c", 21.017857), ("14.5", 14.5)]
)
def test_the_cut_off_that_was_asked_for(alongside, write, asked, expected):
    file = write("a.csv", wide(["p1", 36, 18]))
    assert alongside("outcomes", file, *WIDE, *NORMS, "--cutoff", asked).json["cutoff"] == expected


def test_classes_add_up_and_exclude_each_other(alongside, write):
    chance = random.Random(3)
    rows = [[n, chance.randint(0, 63), chance.choice([None, *range(64)])] for n in range(2_000)]
    ended = alongside("outcomes", write("a.csv", wide(*rows)), *WIDE, *NORMS)
    totals = ended.json["totals"]
    classes = ("recovered", "improved", "unchanged", "deteriorated", "harmed")
    assert sum(totals[each] for each in classes) == totals["paired"]
    assert totals["paired"] + totals["missing"] == totals["n"] == 2_000
    assert [each["person"] for each in ended.json["persons"]] == [str(n) for n in range(2_000)]


def test_a_published_value_is_used_and_has_no_index(alongside, write):
    file = write("a.csv", wide(["p1", 18, 12], ["p2", 18, 13], ["p3", 14, 8], ["p4", 8, 15]))
    found = alongside("outcomes", file, *WIDE, "--instrument", "phq9").json
    assert (found["instrument"], found["threshold"], found["cutoff"]) == ("phq9", 6, 10)
    assert [each["class"] for each in found["persons"]] == [
        "improved", "unchanged", "recovered", "harmed",
    ]  # fmt: skip
    assert {each["rci"] for each in found["persons"]} == {None}


def test_a_published_value_wins_over_own_figures_and_says_so(alongside, write):
    file = write("a.csv", wide(["p1", 18, 12]))
    own = ("--sd", "6.1", "--reliability", "0.5")
    ended = alongside("outcomes", file, *WIDE, "--instrument", "phq9", *own)
    assert (ended.status, ended.json["threshold"]) == (0, 6)
    assert ended.json["persons"][0]["class"] == "improved"
    assert ended.json["persons"][0]["rci"] == pytest.approx(6 / 6.1, abs=1e-6)
    assert "The published value of phq9@1, 6 points, is used" in ended.err


def test_another_confidence_moves_a_threshold_that_is_worked_out(alongside, write):
    file = write("a.csv", wide(["p1", 36, 27]))
    at = alongside("outcomes", file, *WIDE, *NORMS, "--confidence", "0.9").json
    assert at["threshold"] == pytest.approx(8.468, abs=0.001)
    assert at["persons"][0]["class"] == "improved"
    published = ("--instrument", "phq9", "--confidence", "0.8")
    refused(alongside("outcomes", file, *WIDE, *published), "holds at a confidence of 0.95 only")


def test_where_higher_is_better_up_is_good(alongside, write):
    file = write("a.csv", wide(["p1", 30, 60], ["p2", 60, 30]))
    rule = ("--sd", "10", "--reliability", "0.8", "--higher-is", "better", "--cutoff", "45")
    found = alongside("outcomes", file, *WIDE, *rule).json["persons"]
    assert [(each["change"], each["class"]) for each in found] == [
        (30, "recovered"), (-30, "harmed"),
    ]  # fmt: skip


def test_method_gln_needs_and_uses_the_clinical_mean(alongside, write):
    file = write("a.csv", wide(["p1", 36, 18]))
    found = alongside("outcomes", file, *WIDE, *NORMS, "--method", "gln").json
    assert (found["method"], found["threshold"]) == ("gln", 1.96)
    assert found["persons"][0]["rci"] == pytest.approx(3.664, abs=0.001)
    bare = ("--sd", "8", "--reliability", "0.8", "--higher-is", "worse", "--method", "gln")
    refused(alongside("outcomes", file, *WIDE, *bare), "--clinical-mean")


@pytest.mark.parametrize(
    ("method", "threshold", "index"),
    [("hll", 1.96, -0.3924), ("en", 1.96, 4.9165), ("nk", 1.96, 3.8372), ("ha", 1.65, None)],
)
def test_every_method_of_the_literature_keeps_the_promised_form(
    alongside, write, method, threshold, index
):
    file = write("a.csv", wide(["p1", 36, 18], ["p2", 30, 20], ["p3", 25, 9], ["p4", 40, None]))
    ended = alongside("outcomes", file, *WIDE, *NORMS, "--method", method)
    assert ended.status == 0
    assert list(ended.json) == ["instrument", "method", "threshold", "cutoff", "persons", "totals"]
    assert (ended.json["method"], ended.json["threshold"]) == (method, threshold)
    assert ended.json["totals"]["paired"] == 3
    if index is not None:
        assert ended.json["persons"][0]["rci"] == pytest.approx(index, abs=1e-4)


def test_figures_a_method_lacks_come_from_the_pairs_and_are_said(alongside, write):
    file = write("a.csv", wide(["p1", 36, 18], ["p2", 30, 20], ["p3", 25, 9], ["p4", 40, None]))
    ended = alongside("outcomes", file, *WIDE, *NORMS, "--method", "ha")
    said = "Worked out from 3 pairs in a.csv: --last-mean 15.67, --last-sd 5.859, --correlation 0.7"
    assert ended.err.startswith(said)
    given = ("--last-mean", "15.6666667", "--last-sd", "5.8594653", "--correlation", "0.7333631")
    told = alongside("outcomes", file, *WIDE, *NORMS, "--method", "ha", *given)
    assert told.err == ""
    ours, theirs = (each.json["persons"][0]["rci"] for each in (ended, told))
    assert ours == pytest.approx(theirs, abs=1e-4)
    one = write("b.csv", wide(["p1", 36, 18]))
    refused(alongside("outcomes", one, *WIDE, *NORMS, "--method", "ha"), "Give --last-sd.")


def test_without_a_cut_off_nobody_recovers(alongside, write):
    file = write("a.csv", wide(["p1", 60, 0]))
    rule = ("--sd", "8", "--reliability", "0.8", "--higher-is", "worse")
    found = alongside("outcomes", file, *WIDE, *rule).json
    assert found["cutoff"] is None
    assert found["persons"][0]["class"] == "improved"


def test_rows_are_numbered_where_no_person_is_named(alongside, write):
    file = write("a.csv", csv(["first", "last"], [36, 18], [20, 21]))
    found = alongside("outcomes", file, "--pre", "first", "--post", "last", *NORMS).json
    assert [each["person"] for each in found["persons"]] == ["1", "2"]


# -- what goes in ---------------------------------------------------------------------------------


def test_first_and_last_are_by_time_and_not_by_row(alongside, write):
    file = write("a.csv", long(["p", 10, 1], ["p", 9, 2], ["p", 2, 3]))
    [person] = alongside("outcomes", file, *LONG, *NORMS).json["persons"]
    assert (person["pre"], person["post"], person["n"]) == (3, 1, 3)


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("2025-12-30", "2026-01-02"),
        ("2026-02-01 09:00", "2026-02-01T10:30:00"),
        ("2026-02-01T09:00:00+05:00", "2026-02-01T05:00:00Z"),
        ("-1", "0.5"),
    ],
)
def test_times_may_be_numbers_days_or_moments(alongside, write, early, late):
    file = write("a.csv", long(["p", late, 18], ["p", early, 36]))
    [person] = alongside("outcomes", file, *LONG, *NORMS).json["persons"]
    assert (person["pre"], person["post"]) == (36, 18)


def test_blank_scores_are_missing_and_the_last_score_there_is_counts(alongside, write):
    file = write("a.csv", long(["p", 1, 36], ["p", 2, 20], ["p", 3, None], ["q", 1, "NA"]))
    p, q = alongside("outcomes", file, *LONG, *NORMS).json["persons"]
    assert (p["pre"], p["post"], p["n"]) == (36, 20, 2)
    assert (q["pre"], q["post"], q["n"], q["class"]) == (None, None, 0, None)


def test_parquet_gives_what_csv_gives(alongside, write, tmp_path):
    file = write("a.csv", long(["p1", 1, 36], ["p1", 4, 18.5], ["p2", 1, 30]))
    with duckdb.connect() as db:
        db.execute(f"COPY (FROM read_csv('{file}')) TO '{tmp_path}/a.parquet'")
    by_csv = alongside("outcomes", file, *LONG, *NORMS)
    by_parquet = alongside("outcomes", "a.parquet", *LONG, *NORMS)
    assert by_parquet.status == 0
    assert by_parquet.out == by_csv.out
    assert by_csv.json["persons"][0]["post"] == 18.5


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["p", 1, 36], ["p", 2, "many"]], "row 2: many is not a number"),
        ([["p", 1, 36], ["p", 2, "NaN"]], "row 2: NaN is not a number"),
        ([["p", 1, 36], ["p", 2, "inf"]], "row 2: inf is not a number"),
        ([["p", 1, 36], ["p", 2, '"12,5"']], "row 2: 12,5 is not a number (write 12.5, not 12,5)"),
        ([["p", 1, 36], ["p", 1, 18]], "row 2: p has another score at 1, in row 1"),
        ([["p", 1, 36], ["p", "1.0", 18]], "row 2: p has another score"),
        ([["p", 1, 36], ["p", "later", 18]], "row 2: the time later is not a number"),
        ([["p", "2026-01-01", 36], ["p", "2026-13-01", 1]], "2026-13-01 is not a date such as"),
        ([["p", 1, 36], ["p", None, 18]], "row 2: it has a score but no time"),
        ([["p", 1, 36], [None, 2, 18]], "row 2: it names no person"),
        ([], "no rows below its header"),
    ],
)
def test_rows_that_cannot_be_taken_are_named(alongside, write, rows, words):
    refused(alongside("outcomes", write("a.csv", long(*rows)), *LONG, *NORMS), words)


def test_many_bad_rows_are_counted_and_the_first_named(alongside, write):
    rows = [["p", n, "x"] for n in range(100)]
    ended = alongside("outcomes", write("a.csv", long(*rows)), *LONG, *NORMS)
    refused(ended, "a.csv has 100 rows to mend. row 1: x is not a number;", "and 95 more.")


def test_a_person_on_two_rows_is_refused(alongside, write):
    file = write("a.csv", wide(["p", 3, 4], ["q", 3, 4], ["p", 5, 6]))
    refused(alongside("outcomes", file, *WIDE, *NORMS), "row 3: p is in row 1 too")


def test_a_score_the_instrument_cannot_have_is_refused(alongside, write):
    file = write("a.csv", wide(["p", 18, 28]))
    ended = alongside("outcomes", file, *WIDE, "--instrument", "phq9")
    refused(ended, "row 1: 28 is outside 0 to 27")


def test_a_column_that_is_not_there_is_told_the_nearest(alongside, write):
    file = write("a.csv", long(["p", 1, 36]))
    ended = alongside("outcomes", file, "--person", "id", "--time", "weak", "--score", "b", *NORMS)
    refused(ended, "no columns named weak, b.", "Did you mean week for weak?", "id, week, bdi")


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
@pytest.mark.parametrize("content", [b"", random.Random(5).randbytes(100_000)])
def test_rubbish_is_refused_with_one_sentence(alongside, write, name, content):
    refused(alongside("outcomes", write(name, content), *LONG, *NORMS), name)
    refused(alongside("outcomes", "none.csv", *LONG, *NORMS), "There is no file none.csv.")


def test_a_line_of_ten_megabytes_is_refused(alongside, write):
    file = write("a.csv", long(["p", 1, "3" * 10_000_000]))
    refused(alongside("outcomes", file, *LONG, *NORMS), "a line of more than")


def test_a_reliable_change_that_is_not_known_is_never_reported(alongside, write):
    file = write("a.csv", wide(["p", 6, 0]))
    ended = alongside("outcomes", file, *WIDE, "--instrument", "phq2")
    refused(ended, "No reliable change is published for phq2@1.", "--sd and --reliability")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cutoff", "c", "--clinical-mean", "30", "--clinical-sd", "8"], "Cut-off c needs"),
        (["--cutoff", "b"], "Cut-off b needs --functional-mean, --functional-sd."),
        (["--instrument", "phq"], "There is no instrument phq. Did you mean"),
        (["--instrument", "phq9", "--higher-is", "better"], "is worse, not better"),
    ],
)
def test_what_cannot_be_worked_out_is_refused(alongside, write, words, said):
    file = write("a.csv", wide(["p", 18, 8]))
    rule = ["--sd", "8", "--reliability", "0.8"]
    rule += [] if "--higher-is" in words else ["--higher-is", "worse"]
    refused(alongside("outcomes", file, *WIDE, *rule, *words), said)


@pytest.mark.parametrize(
    "words",
    [
        [*WIDE], [*WIDE, "--sd", "8"], [*WIDE, "--sd", "8", "--reliability", "0.8"],
        [*WIDE, *NORMS, "--method", "xyz"], [*WIDE, *NORMS, "--cutoff", "d"],
        [*WIDE, *NORMS, "--cutoff", "nan"], [*WIDE, *NORMS, "--sd", "0"],
        [*WIDE, *NORMS, "--sd", "nan"], [*WIDE, *NORMS, "--sd", "much"],
        [*WIDE, *NORMS, "--reliability", "1.1"], [*WIDE, *NORMS, "--confidence", "2"],
        [*WIDE, *LONG, *NORMS], ["--pre", "first", *NORMS], ["--person", "id", *NORMS],
        [*WIDE, *NORMS[:4], "--higher-is", "worse", "--clinical-mean", "3"],
    ],
)  # fmt: skip
def test_wrong_usage_has_status_two(alongside, write, words):
    refused(alongside("outcomes", write("a.csv", wide(["p", 18, 8])), *words), status=2)


# -- the drawing ----------------------------------------------------------------------------------


def draw(alongside, write, tmp_path, *rule: str) -> ElementTree.Element:
    chance = random.Random(1)
    rows = [[n, chance.randint(10, 60), chance.randint(0, 60)] for n in range(80)]
    file = write("a <&> b.csv", wide(*rows, [99, 30, None]))
    ended = alongside("outcomes", file, *WIDE, *(rule or NORMS), "--plot", "p.svg")
    assert (ended.status, ended.err) == (0, "")
    return ElementTree.parse(tmp_path / "p.svg").getroot()


def test_the_drawing_says_in_words_what_it_shows(alongside, write, tmp_path):
    svg = draw(alongside, write, tmp_path)
    title, described = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby") == f"{title.get('id')} {described.get('id')}"
    assert title.text == "First and last scores in a <&> b.csv"
    assert "for 80 people" in described.text
    assert "A change of 10.09 points is larger than measurement error" in described.text
    assert "The cut-off is 21.02." in described.text


def test_the_drawing_is_readable_in_light_and_dark_and_has_no_script(alongside, write, tmp_path):
    svg = draw(alongside, write, tmp_path)
    assert "prefers-color-scheme: dark" in svg.find(f"{SVG}style").text
    assert not list(svg.iter(f"{SVG}script"))
    assert not any("href" in name for each in svg.iter() for name in each.attrib)
    marks = {each.get("class") for each in svg.iter() if "mark" in (each.get("class") or "")}
    assert {"mark recovered", "mark improved", "mark unchanged"} <= marks
    assert {each.tag for each in svg.iter() if "recovered" in (each.get("class") or "")} == {
        f"{SVG}circle"
    }


def test_band_diagonal_and_cut_off_are_drawn(alongside, write, tmp_path):
    svg = draw(alongside, write, tmp_path)
    drawn = [each.get("class") for each in svg.iter()]
    assert {"band", "same", "line"} <= set(drawn)
    plain = draw(alongside, write, tmp_path, "--sd", "8", "--reliability", "0.8", "--higher-is",
                 "worse")  # fmt: skip
    assert "line" not in [each.get("class") for each in plain.iter()]


def test_a_drawing_of_many_people_stays_small(alongside, write, tmp_path):
    chance = random.Random(2)
    rows = [[n, chance.gauss(30, 8), chance.gauss(20, 9)] for n in range(20_000)]
    file = write("a.csv", wide(*rows))
    ended = alongside("outcomes", file, *WIDE, *NORMS, "--plot", "p.svg")
    assert ended.status == 0
    assert (tmp_path / "p.svg").stat().st_size < 2_000_000


def test_a_drawing_that_cannot_be_written_is_refused(alongside, write):
    file = write("a.csv", wide(["p", 18, 8]))
    ended = alongside("outcomes", file, *WIDE, *NORMS, "--plot", "none/p.svg")
    assert ended.status == 1
    assert "There is no folder none." in ended.err
