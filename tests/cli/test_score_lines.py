"""JSON lines in one pass: every line as the scorer of single lines says it, whatever it is."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest

from alongside.cli.lines import LONGEST_LINE, LineScorer, score_stream
from alongside.insights.json_lines import is_regular, lines_query, score_lines
from tests.cli.test_score import CONTENT, SCORED

ODD = (
    '{"answers": [1,2,1e0]}', '{"answers": [true]}', '{"answers": "012"}', '{"answers": {}}',
    '{"answers": []}', '{"answer": [1]}', "[1,2]", "{", "null", '{"answers": [1,]}',
    '{"answers": [NaN]}', '{"answers": [-0]}', '{"answers": [01]}', '{"answers": [99999]}',
    '{"answers": [1], "answers": [0]}', '{"\\u0061nswers": [1]}', '{"answers":{"item_1":1,"1":0}}',
    '{"answers": {"item_2": 1, "item_1": 0}}', '{"answers": {"item_999": 1}}',
    '{"note": "[{\\"answers\\"}]", "answers": [1]}', '{"note": "a [b] {c}", "answers": [1]}',
    '{"note": "ä – 人", "answers": [1], "n": -3}', '{"answers": [1], "deep": {"answers": 2}}',
    ' {"answers": [1]} ', '{"answers": {"01": 1}}', '{"answers": {"item_1": 1,}}',
    '{"answers":[1]}x',
)  # fmt: skip


def written(ref: str, chance: random.Random) -> list[str]:
    """Lines of one instrument: good ones in every form, a few out of range, and odd ones."""
    instrument = CONTENT.instruments[ref]
    items = instrument.items
    lines = []
    for _ in range(60):
        values: list[object] = [
            chance.choice([None, *instrument.options[item.options]])
            if chance.random() < 0.3
            else chance.choice(list(instrument.options[item.options]))
            for item in items
        ]
        if chance.random() < 0.15:
            values[chance.randrange(len(values))] = chance.choice([77, -5, "2", 2.0])
        if chance.random() < 0.2:
            values = values[: chance.randrange(len(values) + 1)]
        kind = chance.choice(["list", "item_", "item", ""])
        given: object = values
        if kind != "list":
            numbers = [item.id.removeprefix("item_") for item in items]
            before = kind if kind != "list" else ""
            given = {f"{before}{n}": v for n, v in zip(numbers, values, strict=False)}
        said = {"id": chance.randrange(10**6), "answers": given, "by": "somebody"}
        lines.append(json.dumps(said, separators=chance.choice([(",", ":"), (", ", ": ")])))
    lines += [*ODD, "", "   "]
    chance.shuffle(lines)
    return lines


@pytest.mark.parametrize("ref", SCORED)
def test_every_line_is_scored_as_it_is_alone(ref: str, tmp_path: Path) -> None:
    instrument, rules = CONTENT.instruments[ref], CONTENT.risk_rules_for(ref)
    source = tmp_path / "forms.jsonl"
    source.write_text("\n".join(written(ref, random.Random(ref))), encoding="utf-8")
    scorer = LineScorer(instrument, rules)
    alone, together = io.BytesIO(), io.BytesIO()
    refused: list[tuple[int, str]] = []
    said: list[tuple[int, str]] = []
    with source.open("rb") as file:
        count = score_stream(
            file.fileno(), alone, scorer, refused=lambda *each: refused.append(each)
        )
    assert is_regular(source, LONGEST_LINE)

    done = score_lines(
        source,
        together,
        instrument,
        rules,
        scorer.line,
        longest=LONGEST_LINE,
        refused=lambda *each: said.append(each),
    )

    assert together.getvalue().decode().splitlines() == alone.getvalue().decode().splitlines()
    assert done == (count.lines, count.refused, count.first)
    assert said == refused


def test_plain_lines_are_scored_in_the_pass_and_only_the_others_alone(tmp_path: Path) -> None:
    instrument, rules = CONTENT.instruments["phq9@1"], CONTENT.risk_rules_for("phq9@1")
    source = tmp_path / "forms.jsonl"
    lines = ['{"answers":[0,1,2,3,0,1,2,3,1]}', '{"answers":{"1":1,"2":0}}', '{"answers":[7]}']
    source.write_text("\n".join(lines * 2_000), encoding="utf-8")
    asked: list[bytes] = []

    def one(line: bytes) -> tuple[bytes, str | None]:
        asked.append(line)
        return b"{}", None

    done = score_lines(source, io.BytesIO(), instrument, rules, one, longest=LONGEST_LINE)

    assert (done[0], len(asked), set(asked)) == (6_000, 2_000, {b'{"answers":[7]}'})
    assert "read_csv" in lines_query(source, instrument, rules, longest=LONGEST_LINE)


@pytest.mark.parametrize(
    "given",
    [b"\xef\xbb\xbf{}", b"a\r\nb", b"a\x1fb", b"\xff", b"\xc3", b"a\0", b"x" * (LONGEST_LINE + 1)],
)
def test_file_whose_lines_could_be_parted_otherwise_is_not_read_in_one_pass(
    given: bytes, tmp_path: Path
) -> None:
    source = tmp_path / "forms.jsonl"
    source.write_bytes(b"{}\n" + given if not given.startswith(b"\xef") else given)
    assert not is_regular(source, LONGEST_LINE)


@pytest.mark.slow
def test_file_of_some_size_goes_the_quick_way_and_says_the_same(tmp_path: Path, alongside) -> None:
    chance = random.Random(1)
    lines = [
        json.dumps({"answers": [chance.choice([0, 1, 2, 3, None]) for _ in range(9)]})
        for _ in range(30_000)
    ]
    lines[20_000] = '{"answers": [9]}'
    source, small = tmp_path / "forms.jsonl", tmp_path / "small.jsonl"
    source.write_text("\n".join(lines))
    small.write_text("\n".join(lines[19_990:20_010]))

    whole = alongside("score", "phq9", str(source), "--out", str(tmp_path / "out.jsonl"))
    part = alongside("score", "phq9", str(small))

    assert (whole.status, part.status) == (1, 1)
    assert "1 of 30000 lines could not be scored. The first is number 20001" in whole.err
    found = (tmp_path / "out.jsonl").read_text().splitlines()
    assert len(found) == 30_000
    assert found[19_990:20_010] == part.out.splitlines()
