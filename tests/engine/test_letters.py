"""The draft of a letter: sentences whose places are known, from a closed list of values."""

from __future__ import annotations

import json

import pytest

from alongside import catalogue
from alongside.catalogue.letters import LetterFile, _mistakes
from alongside.engine.letters import Facts, draft, missing

ONCE = {"name": "Sam", "service": "Help", "writer": "Asha", "way": "CBT", "held": "2"}
ROWS = {
    "measure": [
        {"measure": "PHQ-9", "first": "16", "first_day": "2 Mar", "last": "0", "last_day": "9 Mar",
         "scale": "Lower is better.", "change": "Better."},
        {"measure": "GAD-7", "first": "9", "first_day": "2 Mar", "last": "", "last_day": "",
         "scale": "", "change": ""},
    ],
    "help": [{"line": "Samaritans", "number": "116 123"}],
}  # fmt: skip


def test_a_letter_says_what_is_known_and_leaves_out_what_is_not() -> None:
    closing = catalogue.current().letter("closing")
    texts = {part.id: part.text for part in draft(closing, Facts(ONCE, ROWS), "en")}
    assert texts["beginning"].splitlines()[0] == "Dear Sam,"
    assert texts["change"] == "PHQ-9: 16 on 2 Mar, 0 on 9 Mar. Lower is better. Better."
    assert texts["help"] == "Samaritans: 116 123"
    assert texts["what_we_did"] == ""  # since when is not known
    assert [part.id for part in missing(closing, texts)] == ["what_we_did"]
    spanish = {part.id: part.text for part in draft(closing, Facts(ONCE, ROWS), "es-MX")}
    assert spanish["change"].startswith("PHQ-9: 16 el 2 Mar")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"to": "referrer"}, "names the consent it needs"),
        ({"sentence": {"en": "{diagnosis}", "es": "{diagnosis}"}}, "{diagnosis} is not something"),
        ({"sentence": {"en": "{name}", "es": "Hola"}}, "do not fill in the same"),
        ({"sentence": {"each": "note", "en": "x", "es": "x"}}, "there are several of"),
        ({"sentence": {"en": "{first}", "es": "{first}"}}, "{first} is not something"),
        ({"title": {"en": "Only English"}}, "words are missing"),
    ],
)
def test_a_kind_of_letter_that_asks_for_more_is_refused(
    change: dict[str, object], words: str
) -> None:
    both = {"en": "x", "es": "x"}
    sentence = change.pop("sentence", both)
    whole = {
        "title": both, "to": "person", "source": "x", "checked": "2026-11-22",
        "review_by": "2027-05-22",
        "parts": [{"id": "a", "title": both, "sentences": [sentence]}], **change,
    }  # fmt: skip
    file = LetterFile.model_validate_json(json.dumps(whole))
    assert [said for said, _loc in _mistakes(file) if words in said]
