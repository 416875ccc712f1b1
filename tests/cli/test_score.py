"""`alongside score`: formats, refusals, danger, and two scorers that must agree."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from csv import DictReader
from decimal import Decimal
from pathlib import Path
from unicodedata import category

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alongside.cli.lines import LONGEST_LINE, LineScorer
from alongside.insights.columnar import score_file, scoring_queries
from alongside.insights.tabular import connection, open_table
from tests.cli.running import csv, environment
from tests.harness.content import shipped

CONTENT = shipped()
SCORED = sorted(ref for ref, each in CONTENT.instruments.items() if each.items and each.scores)
ITEMS = [f"item_{n}" for n in range(1, 10)]


# -- JSON lines -----------------------------------------------------------------------------------


def test_one_line_has_exactly_the_promised_form(alongside):
    ended = alongside("score", "phq9", given='{"answers": [2,1,null,2,2,1,2,1,1]}\n')
    assert ended.status == 0
    assert ended.err == ""
    assert ended.out == (
        '{"instrument":"phq9","version":1,"scores":{"total":14,"total_exact":13.5},'
        '"band":"moderate","caseness":true,"caseness_rule":"phq9@1/default","missing":["item_3"],'
        '"prorated":true,"danger":[{"rule":"phq9_self_harm@1","level":"C"}],"error":null}\n'
    )


def test_a_complete_form_has_no_exact_score(alongside):
    [line] = alongside("score", "phq9@1", given='{"answers": [1,1,1,1,0,0,1,0,0]}').lines
    assert line["scores"] == {"total": 5}
    assert (line["band"], line["caseness"], line["missing"]) == ("mild", False, [])
    assert (line["prorated"], line["danger"], line["error"]) == (False, [], None)


def test_items_may_be_named_in_three_ways(alongside):
    named = {"1": 2, "item2": 1, "item_3": 0, **{str(n): 1 for n in range(4, 10)}}
    [line] = alongside("score", "phq9", given=json.dumps({"answers": named})).lines
    assert line["scores"]["total"] == 9


def test_too_many_blanks_give_null_and_never_zero(alongside):
    [line] = alongside("score", "phq9", given='{"answers": {"1": 2, "item_9": 0}}').lines
    assert line["scores"] == {"total": None}
    assert (line["band"], line["caseness"], line["prorated"]) == (None, None, False)
    assert line["missing"] == [f"item_{n}" for n in range(2, 9)]


def test_an_answer_out_of_range_still_raises_the_danger_of_the_others(alongside):
    given = '{"answers": [1,1,1,4,0,0,0,0,2]}\n{"answers": [0,0,0,0,0,0,0,0,0]}\n'
    ended = alongside("score", "phq9", given=given)
    first, second = ended.lines
    assert ended.status == 1
    assert first["error"] == "item_4=4 is outside 0..3"
    assert first["scores"] == {"total": None}
    assert first["danger"] == [{"rule": "phq9_self_harm@1", "level": "C"}]
    assert second["error"] is None
    assert second["scores"] == {"total": 0}
    assert ended.err == (
        "1 of 2 lines could not be scored. The first is number 1: item_4=4 is outside 0..3.\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "x", "[1,2]", "3", "{}", '{"answers": 3}', '{"answers": "222"}', '{"answers": null}',
        '{"answers": [true,0,0,0,0,0,0,0,0]}', '{"answers": [1.0,0,0,0,0,0,0,0,0]}',
        '{"answers": ["1",0,0,0,0,0,0,0,0]}', '{"answers": [NaN,0,0,0,0,0,0,0,0]}',
        '{"answers": [[1],0,0,0,0,0,0,0,0]}', '{"answers": [0,0,0,0,0,0,0,0,0,0,0,0]}',
        '{"answers": {"item_99": 1}}', '{"answers": {"1": 1, "item_1": 1}}',
        '{"answers": {"1": 99999999999999999999}}', '{"answers": {"' + "1" * 5000 + '": 1}}',
        "[" * 3000, "\x00\x01",
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_scored_says_why_and_the_others_go_on(alongside, line):
    good = '{"answers": [1,1,1,1,0,0,1,0,0]}'
    ended = alongside("score", "phq9", given=f"{good}\n{line}\n{good}\n")
    before, bad, after = ended.lines
    assert ended.status == 1
    assert before == after
    assert before["error"] is None
    assert bad["error"]
    assert bad["scores"] == {"total": None}
    assert len(ended.err.splitlines()) == 1


def test_order_is_kept_and_blank_lines_are_passed_over(alongside):
    given = "\ufeff" + "".join(
        f'{{"answers": [{n % 4},0,0,0,0,0,0,0,0]}}\r\n\n' for n in range(5_000)
    )
    ended = alongside("score", "phq9", given=given)
    assert ended.status == 0
    assert [line["scores"]["total"] for line in ended.lines] == [n % 4 for n in range(5_000)]


def test_a_line_of_ten_megabytes_is_refused_and_the_next_is_scored(alongside):
    long = '{"answers": [' + "1," * 5_000_000 + "1]}"
    ended = alongside("score", "phq9", given=f'{long}\n{{"answers": [1,1,1,1,0,0,1,0,0]}}')
    bad, good = ended.lines
    assert ended.status == 1
    assert bad["error"] == f"this line is longer than {LONGEST_LINE} bytes"
    assert good["scores"] == {"total": 5}


def test_an_answer_comes_back_before_more_is_asked(write):
    process = subprocess.Popen(
        [sys.executable, "-m", "alongside.cli", "score", "phq9"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(),
    )  # fmt: skip
    with process:
        for total in (1, 3):
            line = f'{{"answers": [{total},0,0,0,0,0,0,0,0]}}\n'
            process.stdin.write(line.encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["scores"]["total"] == total
        process.stdin.close()
    assert process.returncode == 0


def test_out_writes_a_whole_file_and_leaves_the_pipe_empty(alongside, write, tmp_path):
    write("in.jsonl", '{"answers": [1,1,1,1,0,0,1,0,0]}\n')
    ended = alongside("score", "phq9", "in.jsonl", "--out", "out.jsonl")
    assert (ended.status, ended.out) == (0, "")
    assert json.loads((tmp_path / "out.jsonl").read_text())["scores"] == {"total": 5}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


# -- refusals of the whole ------------------------------------------------------------------------


def refused(ended, *words: str) -> None:
    assert ended.status == 1
    assert ended.out == ""
    assert len(ended.err.splitlines()) == 1
    for word in words:
        assert word in ended.err


def test_an_unknown_instrument_is_told_the_nearest(alongside):
    refused(alongside("score", "phq", given="x"), "There is no instrument phq.", "phq9")
    refused(alongside("score", "phq9@77", given="x"), "There is no instrument phq9@77.")


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet", "https://example.org/a.csv"])
def test_a_missing_file_is_said_to_be_missing_and_nothing_is_fetched(alongside, name):
    refused(alongside("score", "phq9", name), "There is no file")


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.parquet"])
def test_an_empty_file_is_refused(alongside, write, name):
    ended = alongside("score", "phq9", write(name, b""))
    assert ended.status == 1
    assert len(ended.err.splitlines()) == 1
    assert name in ended.err


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_binary_file_is_refused(alongside, write, name):
    noise = random.Random(7).randbytes(200_000)
    refused(alongside("score", "phq9", write(name, noise)), name)


def test_a_binary_file_of_lines_is_refused_line_by_line(alongside, write):
    ended = alongside("score", "phq9", write("a.jsonl", random.Random(7).randbytes(20_000)))
    assert ended.status == 1
    assert all(line["error"] for line in ended.lines)
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b,c\n1,2,3\n", "no columns named item_1, item_2"),
        (csv(["id", *ITEMS[:-1]], ["x", *[1] * 8]), "no column named item_9"),
        (csv([*range(1, 10), "item_1"], [1] * 10), "1 and item_1 are both item_1"),
        (csv([*ITEMS, "id", "id"], [1] * 11), "two columns named id"),
        (csv(ITEMS, [1, 2, 3]), "3 columns at line 2, where its header has 9"),
        (csv(ITEMS) + '"1' + ",1" * 8 + "\n", "quotation mark"),
        (csv(ITEMS) + "1" * 10_000_000 + ",1" * 8 + "\n", "a line of more than"),
        (csv(ITEMS).encode() + b"\xff\xfe" + b",1" * 8 + b"\n", "UTF-8"),
        (csv(ITEMS).encode("utf-16"), "not text"),
        (csv(ITEMS), "no rows"),
        (csv([*ITEMS, "band"], [1] * 10), "a column named band already"),
        (b"\n\n", "no header"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_scored_is_refused_with_a_sentence(
    alongside, write, tmp_path, content, words
):
    ended = alongside("score", "phq9", write("a.csv", content), "--out", "out.csv")
    refused(ended, words)


def test_files_that_cannot_be_written_are_refused(alongside, write, tmp_path):
    file = write("a.csv", csv(ITEMS, [1] * 9))
    (tmp_path / "folder").mkdir()
    refused(alongside("score", "phq9", file, "--out", file), "is the file that is read")
    refused(alongside("score", "phq9", file, "--out", "folder"), "is a folder")
    refused(alongside("score", "phq9", file, "--out", "none/out.csv"), "no folder none")
    assert alongside("score", "phq9", "--out", "x.csv", given="{}").status == 2


# -- tables ---------------------------------------------------------------------------------------


def test_a_large_file_is_written_in_its_order_by_all_processors(tmp_path):
    instrument, rules = CONTENT.instrument("phq9"), CONTENT.risk_rules_for("phq9")
    small, words = tmp_path / "small.parquet", tmp_path / "words.csv"
    answers = ", ".join(
        f"CASE WHEN (range * {place}) % 11 < 5 THEN CAST((range + {place}) % 4 AS TINYINT) "
        f"WHEN (range + {place}) % 13 < 12 THEN 1 WHEN range % 2 = 0 THEN 7 END AS {item}"
        for place, item in enumerate(ITEMS, 1)
    )
    with connection() as db:
        for file in (small, words):
            db.execute(f"COPY (SELECT range AS id, {answers} FROM range(500)) TO '{file}'")
        *before, query = scoring_queries(open_table(db, small), instrument, rules)
        for each in before:
            db.execute(each)
        copy = f"COPY ({query}) TO '{tmp_path / 'scored.parquet'}' (FORMAT parquet)"
        plan = db.execute(f"EXPLAIN {copy}").fetchall()[0][1]
    # DuckDB writes in batches, which have numbers, where every step keeps the order of the rows;
    # otherwise it writes rows as they come.
    assert "Batch Copy To File" in plan
    for file in (small, words):
        score_file(file, file.with_suffix(".scored.csv"), instrument, rules)
    of_numbers, of_words = (read(file.with_suffix(".scored.csv")) for file in (small, words))
    assert of_numbers == of_words
    assert {row["prorated"] for row in of_numbers} == {None, "false", "true"}
    assert [row["id"] for row in of_numbers] == [str(number) for number in range(500)]


def test_csv_carries_other_columns_and_keeps_the_order(alongside, write, tmp_path):
    header = ["id", *range(1, 10), "note"]
    file = write(
        "a.csv",
        csv(
            header,
            ["007", 1, 1, 1, 1, 0, 0, 1, 0, 0, '"a, b"'],
            ["008", 2, 2, 2, 2, None, 1, 2, "NA", "0.0", "ü"],
            ["009", 3, 3, 3, 3, 3, 3, 3, 3, 1, None],
        ),
    )
    ended = alongside("score", "phq9", file)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "id,1,2,3,4,5,6,7,8,9,note,instrument,version,total,total_exact,band,caseness,"
        "caseness_rule,missing,prorated,danger,error",
        '007,1,1,1,1,0,0,1,0,0,"a, b",phq9,1,5,,mild,false,phq9@1/default,,false,,',
        "008,2,2,2,2,,1,2,NA,0.0,ü,phq9,1,14,14.142857,moderate,true,phq9@1/default,"
        "item_5 item_8,true,,",
        "009,3,3,3,3,3,3,3,3,1,,phq9,1,25,,severe,true,phq9@1/default,,false,phq9_self_harm@1:C,",
    ]


def test_refused_rows_are_marked_named_and_keep_their_danger(alongside, write, tmp_path):
    rows = [[1] * 9 for _ in range(20)]
    rows[3] = [0, 0, 0, 0, 7, 0, 0, 0, 2]
    rows[7] = ["often", 0, 0, 0, 0, 0, 0, 0, 0]
    rows[8] = [0, 2.5, 0, 0, 0, 0, 0, 0, 0]
    file = write("a.csv", csv(ITEMS, *rows))
    ended = alongside("score", "phq9", file, "--out", "out.csv", "--json")
    assert ended.status == 1
    assert ended.json == {
        "instrument": "phq9",
        "version": 1,
        "rows": 20,
        "refused": 3,
        "first": [
            {"row": 4, "error": "item_5=7 is outside 0..3"},
            {"row": 8, "error": "item_1=often is outside 0..3"},
            {"row": 9, "error": "item_2=2.5 is outside 0..3"},
        ],
    }
    assert ended.err.startswith("3 of 20 rows could not be scored; the column error says why.")
    assert "row 4: item_5=7 is outside 0..3" in ended.err
    written = read(tmp_path / "out.csv")
    assert [row["error"] is None for row in written].count(False) == 3
    assert (written[3]["total"], written[3]["danger"]) == (None, "phq9_self_harm@1:C")
    assert written[4]["total"] == "9"


@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.jsonl"])
def test_refused_rows_are_listed_in_a_file_of_their_own(alongside, write, tmp_path, name):
    rows = [[1] * 9 for _ in range(9)]
    rows[3], rows[7] = [0, 0, 0, 0, 7, 0, 0, 0, 2], [-1, 0, 0, 0, 0, 0, 0, 0, 0]
    if name == "a.jsonl":
        write(name, "".join(json.dumps({"answers": row}) + "\n" for row in rows))
    else:
        write("a.csv", csv(ITEMS, *rows))
    if name == "a.parquet":
        with connection() as db:
            db.execute(f"COPY (FROM '{tmp_path}/a.csv') TO '{tmp_path}/a.parquet'")
    out = name.replace("a.", "b.")
    ended = alongside("score", "phq9", name, "--out", out)
    assert ended.status == 1
    assert f"All are in {out}.refused.csv." in ended.err
    assert (tmp_path / f"{out}.refused.csv").read_text() == (
        "row,error\n4,item_5=7 is outside 0..3\n8,item_1=-1 is outside 0..3\n"
    )
    same = alongside("score", "phq9", name, "--out", out, "--refused", name)
    assert (same.status, (tmp_path / name).exists()) == (1, True)
    assert "Give --refused another name." in same.err


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_no_list_of_an_earlier_run_stays_beside_results_without_refusals(
    alongside, write, tmp_path, name
):
    good = csv(ITEMS, [1] * 9) if name == "a.csv" else '{"answers": [1,1,1,1,0,0,1,0,0]}\n'
    write("b.out.refused.csv" if name == "a.jsonl" else "b.csv.refused.csv", "row,error\n1,old\n")
    out = "b.out" if name == "a.jsonl" else "b.csv"
    assert alongside("score", "phq9", write(name, good), "--out", out).status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, out]


def test_parquet_in_parquet_out_with_types(alongside, tmp_path):
    with connection() as db:
        db.execute(
            "COPY (SELECT range AS id, DATE '2026-02-11' AS on_day, "
            + ", ".join(f"CAST(range % 4 AS TINYINT) AS item_{n}" for n in range(1, 10))
            + f" FROM range(100)) TO '{tmp_path}/a.parquet'"
        )
    ended = alongside("score", "phq9", "a.parquet", "--out", "b.parquet")
    assert (ended.status, ended.out, ended.err) == (0, "", "")
    with connection() as db:
        types = dict(
            row[:2]
            for row in db.execute(f"DESCRIBE FROM read_parquet('{tmp_path}/b.parquet')").fetchall()
        )
        found = db.execute(f"SELECT id, total FROM read_parquet('{tmp_path}/b.parquet')").fetchall()
    assert (types["on_day"], types["total"], types["caseness"]) == ("DATE", "INTEGER", "BOOLEAN")
    assert found == [(n, 9 * (n % 4)) for n in range(100)]


def test_a_prefix_lets_two_instruments_stand_side_by_side(alongside, write, tmp_path):
    file = write("a.csv", csv([*ITEMS, "band"], [*[1] * 9, "loud"]))
    ended = alongside("score", "phq9", file, "--prefix", "phq9_", "--out", "b.csv")
    assert ended.status == 0
    [row] = read(tmp_path / "b.csv")
    assert (row["band"], row["phq9_band"]) == ("loud", "mild")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("form", ["phq9", "k10"])
def test_the_results_that_are_asked_for_are_written_and_each_row_is_checked_all_the_same(
    alongside, write, tmp_path, form, kind
):
    """phq9 has a table of its states, k10 has not."""
    good = [1] * {"phq9": 9, "k10": 10}[form]
    items, odd = [f"item_{n + 1}" for n in range(len(good))], [*good[:-1], 9]
    file = write("a.csv", csv(["id", *items], [7, *good], [8, *odd], [9, None, *good[1:]]))
    assert alongside("score", form, file, "--out", f"all.{kind}").status == 1
    for only in ("total", "missing, total", "danger", "error"):
        ended = alongside("score", form, file, "--out", f"some.{kind}", "--only", only)
        assert (ended.status, "1 of 3 rows" in ended.err) == (1, True)
        asked = {"id", *items, *only.split(", "), "error"}
        with connection() as db:
            whole, some = (db.sql(f"FROM '{tmp_path}/{n}.{kind}'") for n in ("all", "some"))
            assert some.columns == [column for column in whole.columns if column in asked]
            listed = ", ".join(some.columns)
            assert some.fetchall() == whole.select(listed).fetchall()


def test_a_result_that_does_not_exist_is_refused_with_those_that_do(alongside, write):
    ended = alongside("score", "phq9", write("a.csv", csv(ITEMS, [1] * 9)), "--only", "sum")
    assert ended.status == 1
    assert "phq9 has no result named sum. It has: instrument, version, total," in ended.err
    lines = alongside("score", "phq9", write("a.jsonl", b"[]\n"), "--only", "total")
    assert lines.status == 2


@pytest.mark.parametrize("name", ["a b.csv", "a[1].csv", "a*.csv", "it's.csv", "über.csv"])
def test_a_file_with_a_strange_name_is_that_file_and_no_pattern(alongside, write, name):
    write("a1.csv", csv(ITEMS, [3] * 9))
    ended = alongside("score", "phq9", write(name, csv(ITEMS, [1] * 9)))
    assert (ended.status, ended.err) == (0, "")
    assert ",9," in ended.out
    assert ",27," not in ended.out


def test_semicolons_and_tabs_are_understood(alongside, write):
    for mark in (";", "\t"):
        text = csv(["id", *ITEMS], ["x", *[1] * 9]).replace(",", mark)
        ended = alongside("score", "phq9", write("a.csv", text))
        assert (ended.status, ended.err) == (0, "")
        assert "mild" in ended.out


def test_columns_with_the_names_of_working_columns_are_carried_unharmed(alongside, write):
    extra = ["_blank", "carried 1", "given", "_total_points", "row", "said"]
    ended = alongside("score", "phq9", write("a.csv", csv([*extra, *ITEMS], [*"abcdef", *[1] * 9])))
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines()[1].startswith("a,b,c,d,e,f,1,1")


# -- the two scorers agree ------------------------------------------------------------------------

ODD = [
    "",
    "NA",
    " ",
    "+1",
    "01",
    "1.",
    "-0",
    "1.00",
    "1 1",
    "\t",
    "\u00a0",
    "\x1f",
    "7",
    "-9",
    "2.5",
    "abc",
    "nan",
    "true",
    "1e0",
    "0x1",
    "٣",
    "99999999999",
    "'",
]


def cells(instrument) -> list[list[str]]:
    """For each item the cells that may be in its column: mostly answers, some blank, some odd."""
    listed = []
    for item in instrument.items:
        values = [str(value) for value in instrument.options[item.options]]
        listed.append([*values * 8, *(f"{value}.0" for value in values), "", "", f" {values[0]} "])
    return listed


SPACES = "".join(chr(code) for code in range(0x3001) if category(chr(code)) == "Zs")


def as_answer(cell: str) -> object:
    """What a cell means as JSON: blank, a whole number, or the text that it is.

    Only spaces around it are passed over, wide and unbreakable ones too: another invisible
    character is no way to say nothing.
    """
    word = cell.strip(SPACES)
    if word in ("", "NA"):
        return None
    if re.fullmatch(r"[+-]?[0-9]{1,9}([.]0*)?", word):
        return int(word.partition(".")[0])
    return word


def read(path: Path) -> list[dict[str, str | None]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [{name: cell or None for name, cell in row.items()} for row in DictReader(file)]


def both(instrument, rules, rows: list[list[str]], folder: Path) -> None:
    """Score the same rows as JSON lines, as CSV and as Parquet, and compare everything."""
    source, target = folder / "rows.csv", folder / "scored.csv"
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    source.write_text(csv(["carried id", *instrument.item_ids],
                          *([n, *row] for n, row in enumerate(quoted))))  # fmt: skip
    scored = score_file(source, target, instrument, rules, prefix="our ")
    columnar = read(target)
    assert scored.rows == len(columnar) == len(rows)
    assert scored.refused == sum(row["our error"] is not None for row in columnar)
    parquet, again = folder / "rows.parquet", folder / "again.csv"
    with connection() as db:
        db.execute(f"COPY (FROM {open_table(db, source).source}) TO '{parquet}' (FORMAT parquet)")
    score_file(parquet, again, instrument, rules, prefix="our ")
    assert read(again) == columnar
    scorer = LineScorer(instrument, rules)
    for row, found in zip(rows, columnar, strict=True):
        line = json.dumps({"answers": [as_answer(cell) for cell in row]}).encode()
        expected = json.loads(scorer.line(line)[0])
        assert comparable(found, instrument) == from_json(expected, instrument), row


def comparable(row: dict[str, str | None], instrument) -> dict[str, object]:
    error = row["our error"]
    return {
        **{
            rule.id: (row[f"our {rule.id}"], decimal(row[f"our {rule.id}_exact"]))
            for rule in instrument.scores
        },
        **{name: row[f"our {name}"] for name in ("band", "caseness", "caseness_rule")},
        "missing": (row["our missing"] or "").split(),
        "prorated": row["our prorated"] if error is None else "false",
        "danger": (row["our danger"] or "").split(),
        "error": error and error.partition("=")[0],
    }


def from_json(line: dict, instrument) -> dict[str, object]:
    error = line["error"]
    return {
        **{
            rule.id: (
                None if line["scores"][rule.id] is None else str(line["scores"][rule.id]),
                decimal(line["scores"].get(f"{rule.id}_exact")),
            )
            for rule in instrument.scores
        },
        "band": line["band"],
        "caseness": None if line["caseness"] is None else str(line["caseness"]).lower(),
        "caseness_rule": line["caseness_rule"],
        "missing": line["missing"],
        "prorated": str(line["prorated"]).lower(),
        "danger": [f"{each['rule']}:{each['level']}" for each in line["danger"]],
        "error": error and error.partition("=")[0],
    }


def decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.000001"))


@pytest.mark.parametrize("ref", SCORED)
def test_both_scorers_agree_for_every_instrument(ref, tmp_path):
    instrument, rules = CONTENT.instruments[ref], CONTENT.risk_rules_for(ref)
    chance = random.Random(ref)
    usual = cells(instrument)
    rows = []
    for _ in range(250):
        blank, odd = chance.random() / 3, chance.random() / 12
        rows.append(
            [
                "" if chance.random() < blank
                else chance.choice(ODD) if chance.random() < odd
                else chance.choice(listed)
                for listed in usual
            ]
        )  # fmt: skip
    both(instrument, rules, rows, tmp_path)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ref=st.sampled_from(SCORED), data=st.data())
def test_both_scorers_agree_on_whatever_stands_in_the_cells(ref, data, tmp_path):
    instrument = CONTENT.instruments[ref]
    usual = cells(instrument)
    anything = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=6)
    row = st.tuples(
        *(st.one_of(st.sampled_from(listed), st.sampled_from(ODD), anything) for listed in usual)
    ).map(list)
    rows = data.draw(st.lists(row, min_size=1, max_size=20))
    both(instrument, CONTENT.risk_rules_for(ref), rows, tmp_path)


def test_parquet_numbers_are_read_as_they_are(tmp_path):
    instrument, rules = CONTENT.instrument("phq9"), CONTENT.risk_rules_for("phq9")
    rest = ", ".join(f"1 AS item_{n}" for n in range(2, 10))
    with duckdb.connect() as db:
        db.execute(
            "CREATE TABLE t AS SELECT * FROM (VALUES (1.0::DOUBLE), (2.5), ('nan'::DOUBLE), (NULL),"
            " (1e300), (-1), ('inf'::DOUBLE), (3)) v(item_1)"
        )
        db.execute(f"COPY (SELECT item_1, {rest} FROM t) TO '{tmp_path}/a.parquet'")
    scored = score_file(tmp_path / "a.parquet", tmp_path / "b.csv", instrument, rules)
    found = read(tmp_path / "b.csv")
    assert [row["total"] for row in found] == ["9", None, None, "9", None, None, None, "11"]
    assert scored.refused == 5
    assert found[2]["error"] == "item_1=nan is outside 0..3"
