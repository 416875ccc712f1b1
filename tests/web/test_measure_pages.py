"""Questions in a case: forms of one's own, totals, screens, and what is said of each result."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from alongside import catalogue
from alongside.config.settings import packs
from alongside.measures import actions
from alongside.measures.models import Response
from tests.factories import Cast, World

SignedIn = Callable[[Cast], Any]


def ask(world: World, instrument: str) -> Any:
    return actions.make_asking(
        circle=world.circle,
        about=world.sam,
        respondent=world.sam,
        instrument=instrument,
        by=world.asha.reader,
        at=world.moment,
    )


def address(world: World, asking: Any) -> str:
    return f"/work/cases/{world.case.pk}/questions/{asking.pk}/enter/"


def words(answer: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(text))


def sent(browser: Any, world: World, asking: Any, **given: Any) -> Any:
    answer = browser.post(address(world, asking), {"submission": "submission-1", **given})
    return browser.get(answer.headers["Location"]) if answer.status_code == 302 else answer


@pytest.fixture
def browser(signed_in: SignedIn, asha: Cast) -> Any:
    with translation.override("en"):
        yield signed_in(asha)


def test_total_of_ones_own_form_is_entered_with_its_version_and_labelled(
    browser: Any, world: World, sam: Cast
) -> None:
    form = ask(world, "promis_depression")
    page = words(browser.get(address(world, form)))
    assert "The total of your own form" in page

    shown = words(sent(browser, world, form, totals="1", total_total="61.3", form_version="SF 8b"))

    assert "Entered as a total. The single answers are not here." in shown
    assert "SF 8b" in shown
    assert "61.3" in shown
    assert "score in the range described as Moderate" in shown
    assert "the smallest difference people notice, not measurement error" in shown


def test_total_that_cannot_be_keeps_the_page_and_says_so(
    browser: Any, world: World, sam: Cast
) -> None:
    form = ask(world, "moca")

    answer = sent(browser, world, form, totals="1", total_total="31", form_version="8.1")

    assert answer.status_code == 422
    assert Response._base_manager.count() == 0


def test_screen_shows_its_result_what_to_do_now_and_where_it_comes_from(
    browser: Any, world: World, sam: Cast
) -> None:
    form = ask(world, "asq")

    shown = words(sent(browser, world, form, item_1="0", item_2="1", item_3="0", item_4="0"))

    assert "handled as acute until a clinician decides" in shown
    assert "Ask the last question again." in shown
    assert "Ask Suicide-Screening Questions (ASQ), National Institute of Mental Health." in shown
    assert "Last checked" in shown
    assert "Next review by" in shown


def test_not_applicable_is_said_and_the_filled_in_score_is_labelled(
    browser: Any, world: World, sam: Cast
) -> None:
    form = ask(world, "wsas")
    given = {"item_1": "9", "item_2": "3", "item_3": "4", "item_4": "3", "item_5": "3"}

    shown = words(sent(browser, world, form, **given))

    assert "Not applicable: no work" in shown
    assert "16, filled in from the other answers (16.25)" in shown
    assert "Total > 10 used here yes" in shown
    assert "Not seen in its source yet: how much change is reliable." in shown


def test_rule_without_a_level_says_what_to_ask_now(browser: Any, world: World, sam: Cast) -> None:
    shown = words(sent(browser, world, ask(world, "nrs_distress"), item_1="7"))

    assert "Four or more. Ask how they are, and what would help now." in shown


def test_number_is_typed_where_a_choice_would_be_too_long(
    browser: Any, world: World, sam: Cast
) -> None:
    form = ask(world, "drug_1q")
    page = browser.get(address(world, form)).content.decode()
    assert page.count('type="radio"') == 0

    assert sent(browser, world, form, item_1="1000").status_code == 422
    assert "12" in words(sent(browser, world, form, item_1="12"))


def test_response_can_be_read_when_its_form_is_not_here_any_more(
    browser: Any, world: World, sam: Cast
) -> None:
    shown = sent(browser, world, ask(world, "nrs_distress"), item_1="3")
    Response._base_manager.update(instrument="audit@1")

    again = browser.get(shown.request["PATH_INFO"])

    assert again.status_code == 200
    assert "The form is not here any more" in words(again)


# -- packs --------------------------------------------------------------------------------------


def test_pack_is_switched_on_by_name_and_by_somebody_who_confirms_it() -> None:
    assert packs("", "") == ()
    assert packs("nc, nd", "A. Okafor, 2026-11-22") == ("nc", "nd")
    with pytest.raises(ImproperlyConfigured, match="nobody has confirmed it"):
        packs("nc", " ")
    with pytest.raises(ImproperlyConfigured, match="There are nc and nd"):
        packs("commercial", "A. Okafor")


def test_measure_of_a_pack_that_is_off_is_known_by_name_and_not_asked(
    browser: Any, world: World, sam: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(catalogue.PackIsOff, match="in the pack nc"):
        ask(world, "audit")
    page = browser.get(f"/work/cases/{world.case.pk}/questions/").content.decode()
    assert 'value="audit"' not in page
    assert "Alcohol Use Disorders Identification Test" in page

    monkeypatch.setenv("ALONGSIDE_PACKS", "nc")
    assert not any("packs" in each.parts for each in catalogue.roots())
    monkeypatch.setenv("ALONGSIDE_PACKS_CONFIRMED", "A. Okafor, 2026-11-22")
    with catalogue.installed(catalogue.build(catalogue.roots())):
        form = ask(world, "audit")
        assert "with 8 grams of pure alcohol" in words(browser.get(address(world, form)))
        shown = words(
            sent(browser, world, form, item_1="3", item_2="4", item_6="2", item_9="0", item_10="0")
        )
    assert "Ask about withdrawal before anyone advises them to stop suddenly." in shown
    assert "Not for sale." in shown
