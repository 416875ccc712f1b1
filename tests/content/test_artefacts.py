"""Forms of protocols, as files: complete, in two languages, and every mistake with its place."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from alongside import catalogue
from alongside.engine import artefacts
from alongside.engine.protocols.signs import Seen, Sheet
from tests.harness import reading
from tests.harness.content import shipped
from tests.harness.house import CONTENT

SHIPPED = shipped()
OF_ONE_DANGER = {
    "ed_monitoring",
    "weekly_weight",
    "memory_record",
    "crisis_chain",
    "risk_situations",
}
# What a variant has no use for, by hand from its steps; a variant that is not here has every form.
NOT_USED = {
    **{
        f"cbt/{id}": OF_ONE_DANGER
        for id in ("group_cbt", "depression", "gad", "panic", "social_anxiety", "ocd")
    },
    "cbt/guided_selfhelp": {*OF_ONE_DANGER, "module_sheet"},
    "cbt/ptsd": OF_ONE_DANGER - {"memory_record"},
    "cbt/cbt_ed": OF_ONE_DANGER - {"ed_monitoring", "weekly_weight"},
    "cbt/cbt_sp": OF_ONE_DANGER - {"crisis_chain"},
    "cbt/relapse_prevention": OF_ONE_DANGER - {"risk_situations"},
    "craft/entry_only": {"happiness", "life_plan"},
    "dementia/cst": {"carer_plan"},
    "dementia/maintenance": {"carer_plan"},
    "dementia/carer": {"session_ratings"},
    "arts/art": {"music_list"},
    "arts/movement": {"music_list"},
    "arts/drama": {"music_list"},
    "respect/brief": {"negotiation_script"},
}
GOOD = """\
title: {en: Sheet, es: Hoja}
intro: {en: Write., es: Escribe.}
filled_by: [person]
where: [home]
fields:
  - {id: what, kind: text, label: {en: What, es: Qué}}
note: {part: other, lines: [{en: "{what}", es: "{what}"}]}
source: OWN
checked: 2026-11-22
review_by: 2027-11-22
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment's content with one way of its own, which names one form."""
    root = tmp_path_factory.mktemp("var") / "content"
    shutil.copytree(CONTENT / "chooser", root / "chooser")
    shutil.copytree(CONTENT / "gates", root / "gates")
    here = root / "protocols/mi_brief/1"
    shutil.copytree(CONTENT / "protocols/mi_brief/1", here)
    shutil.rmtree(here / "artefacts", ignore_errors=True)
    (here / "artefacts").mkdir()
    return root


def written(root: Path, text: str) -> catalogue.Catalogue:
    (root / "protocols/mi_brief/1/artefacts/agenda.yaml").write_text(text, encoding="utf-8")
    return catalogue.build([root], only=["artefacts"])


@pytest.mark.parametrize("form", SHIPPED.artefacts.values(), ids=lambda form: str(form.ref))
def test_a_shipped_form_is_empty_without_answers_and_has_words_for_them(form):
    assert artefacts.draw(form, {}) is None
    assert artefacts.lines(form, {}, "en") == ()
    assert artefacts.missing(form, {}), "a form that asks for nothing is complete when empty"
    assert form.note is not None


@pytest.mark.parametrize(
    "form",
    [form for form in SHIPPED.artefacts.values() if set(form.filled_by) != {"practitioner"}],
    ids=lambda form: str(form.ref),
)
def test_a_form_for_people_is_easy_to_read_in_both_languages(form):
    def page(language: str) -> str:
        said = [form.title, form.intro]
        for one in form.fields:
            said += [one.label, one.hint, *(column.label for column in one.columns)]
            said += [option.text for option in (*one.options, *one.rows)]
        return "<main>" + "".join(f"<p>{words.get(language, '')}</p>" for words in said)

    assert reading.grade(page("en")) <= 6
    assert reading.ease(page("es")) >= 70


def test_a_variant_has_the_forms_its_steps_use_and_each_form_has_a_variant():
    left_out = {}
    for way in SHIPPED.protocols.values():
        variants = [row.id for row in way.variants] or [""]
        given = {id: set(way.forms_of(id)) for id in variants}
        assert set().union(*given.values()) == {*way.artefacts}, way.id
        left_out |= {
            f"{way.id}/{id}": {*way.artefacts} - forms
            for id, forms in given.items()
            if {*way.artefacts} - forms
        }
        for id in variants:
            assert way.forms_before_start(id) <= given[id], (way.id, id)
    assert left_out == NOT_USED


def test_a_form_of_a_branch_is_there_once_the_branch_is_taken_and_an_optional_one_is_not_wanted():
    for id, form, chosen, says in (
        ("ipt", "communication_analysis", "problem_area", {"area": "role_dispute"}),
        ("mi_brief", "balance", "stage", {"stage": "contemplation"}),
    ):
        way = SHIPPED.protocol(id)
        taken = Seen(sheets=(Sheet(chosen, date(2026, 11, 23), says),))
        assert form in way.forms_of("", taken)
        assert {*way.forms_of()} - {*way.forms_of("", Seen())} == {form}
        assert way.has_forms_of_branches()
    assert not SHIPPED.protocol("cbt").has_forms_of_branches("depression")
    wanted = {form: way.wants_form("", form) for form in ("rulers", "stage", "change_plan")}
    assert wanted == {"rulers": 1, "stage": 0, "change_plan": 0}


def test_a_form_that_no_step_names_belongs_to_every_variant():
    way = SHIPPED.protocol("cbt")
    free = replace(way, artefacts=(*way.artefacts, "leaflet"))
    assert all("leaflet" in free.forms_of(id) for id in ("", "depression", "cbt_ed"))


@pytest.mark.parametrize("way", ["cbt@1", "mi_brief@1"])
def test_every_form_of_a_way_is_here_in_its_order(way):
    assert tuple(SHIPPED.artefacts_of(way)) == SHIPPED.protocol(way).artefacts


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("kind: text", "kind: sky", "6:", "fields.0.kind"),
        (", es: Qué", "", "6:", "words are missing in es"),
        ("es: Escribe.", "es: ''", "2:", "words are missing in es"),
        ("source: OWN", "source: SKY", "8:", "source SKY is not in chooser/sources.yaml"),
        ("part: other", "part: sky", "7:", "the note has no part sky"),
        ('en: "{what}"', 'en: "{sky}"', "7:", "there is no field sky"),
        ("kind: text", "kind: choice", "6:", "choice has to have options"),
        ("kind: text", "kind: rows", "6:", "rows has to have columns"),
        ("kind: text", "kind: rating, low: 5, high: 5", "6:", "high is above low"),
        (
            "source: OWN",
            "drawing: {name: sky, uses: {}}\nsource: OWN",
            "8:",
            "there is no drawing sky",
        ),
        (
            "note:",
            "  - {id: what, kind: date, label: {en: What, es: Qué}}\nnote:",
            "7:",
            "what stands twice",
        ),
        ("title:", "extra: 1\ntitle:", "1:", "no such key is known here"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_form_is_not_offered(root, old, new, place, words):
    assert old in GOOD
    found = written(root, GOOD.replace(old, new, 1))
    assert found.artefacts_of("mi_brief@1").get("agenda") is None
    said = [str(problem) for problem in found.problems]
    assert any(f"agenda.yaml:{place}" in one and words in one for one in said), said


def test_a_form_nobody_names_is_refused_and_a_good_one_is_read(root):
    assert "agenda" in written(root, GOOD).artefacts_of("mi_brief@1")
    stray = root / "protocols/mi_brief/1/artefacts/stray.yaml"
    stray.write_text(GOOD, encoding="utf-8")
    found = catalogue.build([root], only=["artefacts"])
    stray.unlink()
    assert "stray" not in found.artefacts_of("mi_brief@1")
    assert any("does not name the form stray" in str(one) for one in found.problems)
