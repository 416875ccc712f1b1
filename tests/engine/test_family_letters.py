"""Hints on a letter: found on this machine, explained by the phrase, never a block."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alongside.catalogue import meetings as shelf
from alongside.engine.meetings.letters import Reader, kept_as, look_over, reading_order
from tests.harness.house import CONTENT

FILE = shelf.load([CONTENT]).items["meetings"].letters
GOOD = {
    "en": """Dear Sam, I still see you at six, carrying your brother home. On 9 September I came
    to your flat. I was more afraid than I have ever been. I know this is an illness, and I am
    sorry. I hope to hear you sing. Will you take some help today? I will look after Ada.""",
    "es": """Querido Sam: Todavía recuerdo cuando cantabas. El 9 de septiembre te encontré dormido
    y tuve miedo. Es difícil, lo sé; perdona. Espero oírte cantar. ¿Aceptas ayuda hoy? Cuidaré de
    Ada el tiempo que haga falta.""",
}
HINTED = {
    "en": {
        "You always tell us it was a bad week.": "always_never",
        "You are a selfish man.": "label",
        "If you drink again I will throw you out.": "threat",
        "I think you are bipolar.": "diagnosis",
        "She told me you fell.": "second_hand",
        "You spent £400 on it.": "blame_money",
        "We know about the affair.": "old_secret",
        "My mother has cancer because of it.": "others_health",
        "Congratulations on another job lost.": "sarcasm",
        "You said you want to die.": "dying",
    },
    "es": {
        "Siempre mientes en casa.": "always_never",
        "Eres un egoísta.": "label",
        "Si no aceptas, te echaré de casa.": "threat",
        "Creo que eres bipolar.": "diagnosis",
        "Me dijeron que te caíste.": "second_hand",
        "Gastaste 400 euros.": "blame_money",
        "Sabemos lo de tu amante.": "old_secret",
        "Tu madre padece por eso.": "others_health",
        "Enhorabuena por otro trabajo perdido.": "sarcasm",
        "Dijiste: quiero morir.": "dying",
    },
}


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_good_letter_has_every_part_and_no_hint(language: str) -> None:
    looked = look_over(GOOD[language], FILE.rules(language))
    assert [part for part, there in looked.parts if not there] == []
    assert looked.hints == ()
    assert not looked.is_long


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_hint_names_the_phrase_it_is_about(language: str) -> None:
    for sentence, wanted in HINTED[language].items():
        text = f"{GOOD[language]} {sentence}"
        hints = look_over(text, FILE.rules(language)).hints
        assert wanted in {hint.id for hint in hints}, sentence
        assert all(text[h.start : h.start + len(h.phrase)] == h.phrase for h in hints)
        assert all(FILE.hint(hint.id) is not None for hint in hints)


def test_an_empty_letter_lacks_everything_and_a_long_one_is_said_to_be_long() -> None:
    rules = FILE.rules("en")
    empty = look_over("", rules)
    assert (empty.words, empty.seconds, empty.is_short) == (0, 0, False)
    assert not any(there for _part, there in empty.parts)
    long = look_over("dear " * 401, rules)
    assert long.is_long
    assert long.seconds == round(401 * 60 / 110)


@given(st.text(max_size=300))
def test_any_text_is_looked_over_and_a_kept_phrase_is_not_hinted_again(text: str) -> None:
    rules = FILE.rules("en")
    text = f"{text} you never listen, liar"
    hints = look_over(text, rules).hints
    assert {"always_never", "label"} <= {hint.id for hint in hints}
    kept = [kept_as(hint.id, hint.phrase) for hint in hints]
    assert look_over(text, rules, kept).hints == ()


def test_gentle_letters_come_first_who_is_listened_to_near_the_end_and_power_last() -> None:
    read_by = [
        Reader("boss", holds_power=True),
        Reader("brother", is_listened_to=True),
        Reader("sharp", sharp=2),
        Reader("warm"),
    ]
    assert reading_order(read_by) == ("warm", "sharp", "brother", "boss")
