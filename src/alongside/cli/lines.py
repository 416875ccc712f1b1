"""Answers as JSON lines: one line in, one line out, in the same order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import orjson

from alongside.engine.errors import EngineError
from alongside.engine.instruments import (
    ANYBODY,
    Instrument,
    Score,
    Who,
    as_decimal,
    compile_scorer,
    least_points,
    valid_answers,
)
from alongside.engine.risk import ItemIs, RiskRule, ScoreIs, find_risk
from alongside.engine.risk.rules import leaves

LONGEST_LINE = 1_000_000  # bytes; no questionnaire comes near it
CHUNK = 1 << 18
REMEMBERED = 20_000
SHOWN_ERROR = 200
NUMBERS_OR_BLANK = frozenset((int, type(None)))
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Report = Callable[[int], None]
Refusal = Callable[[int, str], None]


@dataclass(slots=True)
class Count:
    """How many lines were scored, how many could not be, and why the first could not."""

    lines: int = 0
    refused: int = 0
    first: tuple[int, str] | None = None


@dataclass(slots=True)
class LineScorer:
    """Turns one line of answers into one line of result."""

    instrument: Instrument
    rules: tuple[RiskRule, ...]
    who: Who = ANYBODY
    _score: Callable[[Any], Score] = field(init=False)
    _ids: tuple[str, ...] = field(init=False)
    _places: tuple[int, ...] = field(init=False)
    _asks_scores: bool = field(init=False)
    _dangers: dict[tuple[object, ...], list[dict[str, str]]] = field(init=False)
    _written: dict[tuple[int, int], tuple[Score, list[dict[str, str]], bytes]] = field(init=False)

    def __post_init__(self) -> None:
        self._score = compile_scorer(self.instrument, self.who)
        self._ids = self.instrument.item_ids
        self._dangers = {}
        self._written = {}
        asked = [
            leaf
            for rule in self.rules
            for condition in (rule.when, *(case.when for case in rule.instead))
            for leaf in leaves(condition)
        ]
        items = {leaf.item for leaf in asked if isinstance(leaf, ItemIs)}
        self._places = tuple(n for n, id in enumerate(self._ids) if id in items)
        self._asks_scores = any(isinstance(leaf, ScoreIs) for leaf in asked)

    def line(self, line: bytes) -> tuple[bytes, str | None]:
        """The result of one line, without a line end, and its error, if it has one."""
        try:
            given = orjson.loads(line)
        except orjson.JSONDecodeError:
            return self._error("this line is not JSON")
        if not isinstance(given, dict) or "answers" not in given:
            return self._error('this line has no "answers"')
        answers = given["answers"]
        if isinstance(answers, list):
            if len(answers) <= len(self._ids) and NUMBERS_OR_BLANK.issuperset(map(type, answers)):
                try:
                    score = self._score(tuple(answers))
                except EngineError:
                    return self._part_valid(answers)
                return self._scored(answers, score), None
            return self._part_valid(answers)
        if isinstance(answers, dict):
            return self._part_valid(answers)
        return self._error("answers must be a list in the order of the form, or an object")

    def too_long(self) -> tuple[bytes, str | None]:
        """The result of a line that was thrown away unread."""
        return self._error(f"this line is longer than {LONGEST_LINE} bytes")

    def _part_valid(self, answers: list[object] | dict[str, object]) -> tuple[bytes, str | None]:
        try:
            valid, errors = valid_answers(self.instrument, answers)
        except ValueError:  # an item's number with thousands of digits
            return self._error("an answer names no item of this instrument")
        if errors:
            return self._error(str(errors[0]), self._danger(self._in_order(valid), {}))
        return self._scored(self._in_order(valid), self._score(valid)), None

    def _in_order(self, answers: Mapping[str, int | None]) -> list[int | None]:
        return [answers.get(id) for id in self._ids]

    def _scored(self, answers: list[int | None], score: Score) -> bytes:
        danger = self._danger(answers, score.scores)
        key = (id(score), id(danger))
        held = self._written.get(key)
        if held is not None:
            return held[2]
        written = orjson.dumps(self._result(score, danger))
        if len(self._written) < REMEMBERED:
            # Score and danger are kept beside it, so that neither id can be used again.
            self._written[key] = (score, danger, written)
        return written

    def _danger(
        self, answers: list[int | None], scores: Mapping[str, int | None]
    ) -> list[dict[str, str]]:
        """The dangers in answers in the order of the form; a short list leaves the rest unasked."""
        # Most answers no rule asks about: the same few answers always give the same findings.
        asked = len(answers)
        key: tuple[object, ...] = tuple(
            [answers[place] if place < asked else None for place in self._places]
        )
        least: dict[str, int] = {}
        if self._asks_scores:
            least = least_points(self.instrument, dict(zip(self._ids, answers, strict=False)))
            key += (*scores.items(), *least.items())
        held = self._dangers.get(key)
        if held is None:
            by_id = dict(zip(self._ids, answers, strict=False))
            found = find_risk(self.rules, by_id, scores=scores, least=least)
            held = [{"rule": finding.rule, "level": finding.level} for finding in found]
            if len(self._dangers) < REMEMBERED:
                self._dangers[key] = held
        return held

    def _result(self, score: Score, danger: list[dict[str, str]]) -> dict[str, object]:
        scores: dict[str, object] = {}
        for name, whole in score.scores.items():
            scores[name] = whole
            exact = score.exact.get(name)
            if exact is not None and (score.prorated or exact != whole):
                scores[f"{name}_exact"] = float(as_decimal(exact))
        return {
            **self._who(),
            "scores": scores,
            "band": score.band,
            "caseness": score.caseness,
            "caseness_rule": score.caseness_rule,
            **({"result": score.result} if self.instrument.results else {}),
            "missing": list(score.missing),
            "prorated": score.prorated,
            "danger": danger,
            "error": None,
        }

    def _error(
        self, words: str, danger: list[dict[str, str]] | None = None
    ) -> tuple[bytes, str | None]:
        said = words if len(words) <= SHOWN_ERROR else f"{words[:SHOWN_ERROR]}…"
        result = {
            **self._who(),
            "scores": {rule.id: None for rule in self.instrument.scores},
            "band": None,
            "caseness": None,
            "caseness_rule": None,
            **({"result": None} if self.instrument.results else {}),
            "missing": [],
            "prorated": False,
            "danger": danger or [],
            "error": said,
        }
        return orjson.dumps(result), said

    def _who(self) -> dict[str, object]:
        return {"instrument": self.instrument.ref.id, "version": self.instrument.ref.version}


def score_stream(
    source: int,
    sink: BinaryIO,
    scorer: LineScorer,
    *,
    refused: Refusal | None = None,
    report: Report | None = None,
) -> Count:
    """Score lines as they come and write each result before waiting for more.

    Args:
        source: a file descriptor to read from.
        sink: where results go, flushed whenever everything that has come is answered.
        scorer: for one instrument.
        refused: is told the number of every line that could not be scored, and why.
        report: is told how many bytes have been read.

    Returns:
        The count. Blank lines are passed over.
    """
    count, read = Count(), 0
    for lines, size in _batches(source):
        written = []
        for line in lines:
            if line is not None and not line.strip():
                continue
            result, error = scorer.too_long() if line is None else scorer.line(line)
            written.append(result)
            count.lines += 1
            if error is not None:
                count.refused += 1
                count.first = count.first or (count.lines, error)
                if refused is not None:
                    refused(count.lines, error)
        if written:
            written.append(b"")
            sink.write(b"\n".join(written))
            sink.flush()
        read += size
        if report is not None:
            report(read)
    return count


def _batches(source: int) -> Iterator[tuple[list[bytes | None], int]]:
    """Whole lines as they arrive, with the bytes read; None stands for a line that is too long."""
    rest, throwing, first = b"", False, True
    while chunk := os.read(source, CHUNK):
        size = len(chunk)
        if first:
            chunk, first = chunk.removeprefix(BYTE_ORDER_MARK), False
        if throwing:
            _, end, chunk = chunk.partition(b"\n")
            throwing = not end
        *whole, rest = (rest + chunk).split(b"\n")
        lines: list[bytes | None] = [line if len(line) <= LONGEST_LINE else None for line in whole]
        if len(rest) > LONGEST_LINE:
            lines.append(None)
            rest, throwing = b"", True
        yield lines, size
    if rest:
        yield [rest], 0
