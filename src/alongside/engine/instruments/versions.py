"""Two versions of one instrument: what is new, gone or different, and do scores still compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from alongside.engine import differing
from alongside.engine.differing import Difference
from alongside.engine.instruments.shapes import Instrument, Wording

# A change here can give other points for the same answers: the two are not drawn as one series.
SCORED: frozenset[str] = frozenset({"items", "answers", "scores", "missing"})
# Codes, names and sources of a part, which change no points.
_NO_POINTS = frozenset({"loinc", "topic", "sensitive", "source"})
_WHOLE = (
    "name", "licence", "role", "respondent", "recall", "interval", "min_age", "max_age",
    "validated", "source", "review_by", "unverified", "details", "variant",
)  # fmt: skip


def differences(
    before: Instrument,
    after: Instrument,
    words_before: Mapping[str, Wording] | None = None,
    words_after: Mapping[str, Wording] | None = None,
) -> tuple[Difference, ...]:
    """What differs between two versions of an instrument, in its rules and in its words.

    Args:
        words_before, words_after: the wordings of each version by language.

    Returns:
        Differences of items, answers, scores, the rule for blanks, bands, lines, reliable change,
        results, the whole, and then of each language: ``es/items/item_3``.
    """
    found = [
        *differing.rows("items", before.items, after.items, _id),
        *_mapping("answers", before.options, after.options),
        *differing.rows("codes", before.codes, after.codes, _code),
        *differing.rows("scores", before.scores, after.scores, _id),
        *_missing(before, after),
        *differing.rows("bands", before.bands, after.bands, lambda row: f"{row.score}/{row.name}"),
        *differing.rows("caseness", before.caseness, after.caseness, _id),
        *differing.rows("reliable_change", _changes(before), _changes(after), _id),
        *differing.rows("results", before.results, after.results, lambda row: str(row.name)),
    ]
    for name in _WHOLE:
        old, new = getattr(before, name), getattr(after, name)
        if differing.plain(old) != differing.plain(new):
            found.append(Difference("whole", "changed", name, old, new, (name,)))
    found += _words(words_before or {}, words_after or {})
    return tuple(found)


def scores_differ(found: Iterable[Difference]) -> bool:
    """Can the same answers give other points by the later version?"""
    return any(
        one.part in SCORED and (one.word != "changed" or not _NO_POINTS.issuperset(one.fields))
        for one in found
    )


def _changes(it: Instrument) -> list[Any]:
    main = () if it.reliable_change is None else (replace(it.reliable_change, id="default"),)
    return [*main, *it.other_changes]


def _missing(before: Instrument, after: Instrument) -> Iterable[Difference]:
    old, new = before.missing, after.missing
    if old is None and new is None:
        return ()
    if old is None or new is None:
        return (Difference("missing", "gone" if new is None else "new", "missing", old, new),)
    return differing.single("missing", old, new)


def _mapping(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    found = [Difference(part, "new", id, None, after[id]) for id in after if id not in before]
    found += [
        Difference(part, "changed", id, before[id], after[id], (part,))
        for id in after
        if id in before and differing.plain(before[id]) != differing.plain(after[id])
    ]
    return found + [Difference(part, "gone", id, before[id]) for id in before if id not in after]


def _words(before: Mapping[str, Wording], after: Mapping[str, Wording]) -> list[Difference]:
    found = []
    for language in dict.fromkeys((*after, *before)):
        old, new = before.get(language), after.get(language)
        if old is None or new is None:
            word: differing.Word = "new" if old is None else "gone"
            found.append(Difference("languages", word, language, old, new))
            continue
        for name in ("stem", "introduction", "source"):
            if getattr(old, name) != getattr(new, name):
                found.append(
                    Difference(
                        "words", "changed", f"{language}/{name}",
                        getattr(old, name), getattr(new, name), (name,),
                    )
                )  # fmt: skip
        for name in ("items", "options", "bands", "scores", "results", "steps"):
            for one in _mapping("words", getattr(old, name), getattr(new, name)):
                found.append(replace(one, id=f"{language}/{name}/{one.id}", fields=(name,)))
    return found


def _code(row: Any) -> str:
    return f"{row.options}/{row.name}"


def _id(row: Any) -> str:
    return str(row.id)
