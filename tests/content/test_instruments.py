"""Every instrument is well formed, sourced, within its licence, and matches its own examples."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from alongside import catalogue
from alongside.catalogue.instruments import ExamplesFile
from alongside.catalogue.loading import read, versions
from alongside.engine.instruments import (
    Who,
    compile_scorer,
    normalise_answers,
    score,
    score_totals,
)
from tests.harness.content import with_packs
from tests.harness.environment import WORKED_EXAMPLES

ROOT = catalogue.roots()[0]
PACKS = [ROOT / "packs" / each for each in ("nc", "nd")]
SHIPPED = with_packs()
FOLDERS = [path for _, _, path in versions([ROOT, *PACKS], "instruments")[0]]
HERE = {
    "cage", "carer_strain_nrs", "cesd", "epds", "gad2", "gad7", "gas", "gds15",
    "group_connection", "isi", "k10", "k10_au4w", "k6", "nrs_mood", "nrs_stress", "oasis",
    "odsis", "pcl5", "phq15", "phq2", "phq4", "phq8", "phq9", "pss10", "readiness_ruler", "rhs",
    "scoff", "session_pulse", "socrates8a", "socrates8d", "wai_sr",
}  # fmt: skip


@pytest.fixture
def content(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of a few instruments, and of the one a case names by ``id``, that a test may break."""
    root = tmp_path / "content"
    case = getattr(request.node, "callspec", None)
    ids = {"gad2", "gad7", "gas", "phq9"} | {
        each for each in [case and case.params.get("id")] if each
    }
    for id in ids:
        shutil.copytree(ROOT / "instruments" / id, root / "instruments" / id)
    for folder in (ROOT / "risk_rules").iterdir():
        if any(
            f"instrument: {id}@" in path.read_text("utf-8")
            for id in ids
            for path in folder.iterdir()
        ):
            shutil.copytree(folder, root / "risk_rules" / folder.name)
    return root


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def errors(*roots: Path) -> list[str]:
    found = catalogue.build(roots).problems
    return [str(each) for each in found if each.grade == "error"]


def test_the_shipped_instruments_and_rules_have_no_mistakes():
    mistakes = [
        each
        for each in SHIPPED.problems
        if each.file.startswith(("content/instruments", "content/risk_rules"))
    ]

    assert mistakes == []
    assert {instrument.ref.id for instrument in SHIPPED.instruments.values()} >= HERE


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_every_worked_example_holds_in_both_scorers(folder, record_property):
    instrument = SHIPPED.instruments[f"{folder.parent.name}@{folder.name}"]
    examples, _ = read(folder / "examples.yaml", ExamplesFile)

    assert examples is not None
    record_property(WORKED_EXAMPLES, f"{folder.parent.name} {len(examples.root)}")
    for example in examples.root:
        who = Who(example.who.age, example.who.sex)
        if example.totals:
            found = score_totals(instrument, example.totals, who)
        else:
            answers = normalise_answers(instrument, example.answers)
            found = score(instrument, answers, who)
            assert compile_scorer(instrument, who)(answers) == found
        if "total" in example.model_fields_set:
            assert found.scores.get("total") == example.total, example.title
        if "band" in example.model_fields_set:
            assert found.band == example.band, example.title
        if "result" in example.model_fields_set:
            assert found.result == example.result, example.title


@pytest.mark.parametrize("ref", sorted(SHIPPED.instruments))
def test_every_instrument_says_its_source_and_licence_with_a_date(ref):
    instrument = SHIPPED.instruments[ref]

    assert instrument.source
    assert instrument.licence.statement
    assert date.fromisoformat(instrument.licence.checked) <= date(2026, 11, 22)


@pytest.mark.parametrize("ref", sorted(SHIPPED.wordings))
def test_words_name_every_item_option_and_band(ref):
    instrument = SHIPPED.instruments[ref]
    for wording in SHIPPED.wordings[ref].values():
        if wording.is_neutral:
            continue
        assert tuple(wording.items) == instrument.item_ids
        assert all(wording.items.values())
        assert set(wording.options) == set(instrument.options)
        assert set(wording.bands) == {band.name for band in instrument.bands}


def test_the_lowest_option_of_the_gad_7_is_exactly_not_at_all():
    assert SHIPPED.wording("gad7", "en").options["freq4"][0] == "Not at all"


def test_a_language_without_official_words_falls_back_to_english():
    assert SHIPPED.wording("phq9", "es").language == "en"


def test_an_id_without_a_version_means_the_newest():
    assert str(SHIPPED.instrument("phq9").ref) == "phq9@1"
    assert SHIPPED.instrument("phq9@1") is SHIPPED.instrument("phq9")


def test_the_score_that_leads_is_the_total_or_what_bands_name_or_what_is_made_of_others():
    leads = {id: SHIPPED.instrument(id).main_score for id in ("phq9", "score15", "bam", "urica")}
    assert leads == {"phq9": "total", "score15": "total", "bam": "use", "urica": "readiness"}


def test_an_unknown_id_is_refused_with_the_nearest():
    with pytest.raises(catalogue.UnknownContent) as refusal:
        SHIPPED.instrument("phq_9")

    assert refusal.value.nearest[0] == "phq9"
    assert "did you mean phq9" in str(refusal.value)


def test_nothing_without_published_change_reports_reliable_change():
    reported = {
        instrument.ref.id: int(instrument.reliable_change.value)
        for instrument in SHIPPED.instruments.values()
        if instrument.reliable_change
        and instrument.reliable_change.is_on
        and instrument.reliable_change.basis != "mid"
    }

    assert {id: reported[id] for id in sorted(HERE & set(reported))} == {
        "epds": 4,
        "gad7": 4,
        "oasis": 5,
        "pcl5": 15,
        "phq9": 6,
    }


# -- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize("tier", ["scoring-only", "total-only"])
def test_words_are_refused_where_the_licence_keeps_them_out(content, tier):
    change(content / "instruments/phq9/1/instrument.yaml", "tier: ship", f"tier: {tier}")

    found = errors(content)

    assert any(
        "instruments/phq9/1/wording.en.yaml:1:1" in each and f"licence tier {tier}" in each
        for each in found
    )
    assert "phq9@1" not in catalogue.build([content]).instruments


def test_labels_of_our_own_stand_where_the_items_may_not(content):
    folder = content / "instruments/gad2/1"
    change(folder / "instrument.yaml", "tier: ship", "tier: scoring-only")
    (folder / "wording.en.yaml").unlink()
    (folder / "labels.en.yaml").write_text(
        "source: ours\nchecked: 2026-11-21\nreview_by: 2027-11-21\n"
        "items: {item_1: nervous, item_2: worry}\n",
        encoding="utf-8",
    )

    whole = catalogue.build([content])

    assert whole.instrument("gad2").licence.tier == "scoring-only"
    assert whole.wording("gad2", "en").is_neutral
    assert whole.wording("gad2", "en").items["item_2"] == "worry"


def test_a_translation_says_who_made_it(content):
    folder = content / "instruments/gad2/1"
    shutil.copy(folder / "wording.en.yaml", folder / "wording.es.yaml")

    assert any("wording.es.yaml" in each and "who made this" in each for each in errors(content))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{name: mild, from: 5}", "{name: mild, from: 5, score: totl}", "no score named totl"),
        ("{name: mild, from: 5}", "{name: mild, from: 0}", "bands go up"),
        ("{name: minimal, from: 0}", "{name: minimal, from: 1}", "first band starts at 0"),
        ("{name: severe, from: 20}", "{name: severe, from: 28}", "the score ends at 27"),
        ("value: 10,", "value: 10, score: sum,", "no score named sum"),
        ("value: 10,", "value: 99,", "outside 0 to 27"),
        ("default: true}", "default: false}", "exactly one of the rules is the default"),
        ("range: [0, 27]", "range: [0, 28]", "the items give 0 to 27"),
        ("item_8, item_9]", "item_8, item_99]", "there is no item_99"),
        ("id: item_2,", "id: item_3,", "items are item_1, item_2"),
        ("options: difficulty\n", "options: difficult\n", "no options named difficult"),
        ("basis: published", "basis: derived", "derived value is off"),
        ("basis: published", "basis: none", "leave it out"),
        ("max: 2", "max: 9", "at least one of 9 items"),
        ("role: outcome", "role: outcom", "role"),
        ("name: Patient", "nmae: Patient", "no such key"),
        ("score: total, at_least: 1", "score: sum, at_least: 1", "no score named sum"),
    ],
)
def test_a_mistake_in_the_structure_is_refused(content, old, new, said):
    change(content / "instruments/phq9/1/instrument.yaml", old, new)

    assert any(
        "instruments/phq9/1/instrument.yaml" in each and said in each for each in errors(content)
    )
    assert "phq9@1" not in catalogue.build([content]).instruments


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  item_4:", "  item_44:", "has no item_44"),
        ("  item_4:", "  item_44:", "item_4 has no words"),
        ("several", "several", "4 values need as many labels"),
        ("  mild: Mild\n", "", "mild has no words"),
    ],
)
def test_a_mistake_in_the_words_is_refused(content, old, new, said):
    path = content / "instruments/phq9/1/wording.en.yaml"
    if old == "several":
        change(path, "Several days, ", "")
    else:
        change(path, old, new)

    assert any("wording.en.yaml" in each and said in each for each in errors(content))


def test_a_worked_example_that_does_not_hold_refuses_the_instrument(content):
    path = content / "instruments/phq9/1/examples.yaml"
    change(path, "total: 16", "total: 17")
    line = path.read_text(encoding="utf-8").splitlines().index("  total: 17") + 1

    assert f"content/instruments/phq9/1/examples.yaml:{line}:10: error: sixteen points is " + (
        "moderately severe: total is 16, not 17"
    ) in errors(content)


def test_an_instrument_needs_its_examples_and_its_sources(content):
    (content / "instruments/gas/1/examples.yaml").unlink()
    (content / "instruments/gas/1/SOURCE.md").unlink()

    found = [each for each in errors(content) if "/gas/1/" in each]

    assert len(found) == 2
    assert all("this file is missing" in each for each in found)


# -- a deployment's own content -----------------------------------------------------------------


def test_a_deployment_adds_a_version_and_the_old_one_stays(content, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(content / "instruments/gad2/1", own / "instruments/gad2/2")

    whole = catalogue.build([content, own])

    assert {"gad2@1", "gad2@2"} <= set(whole.instruments)
    assert str(whole.instrument("gad2").ref) == "gad2@2"


def test_a_published_version_cannot_be_edited_by_a_deployment(content, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(content / "instruments/gad2/1", own / "instruments/gad2/1")
    change(own / "instruments/gad2/1/instrument.yaml", "name: Generalised", "name: Other")

    whole = catalogue.build([content, own])

    assert whole.instrument("gad2").name.startswith("Generalised")
    assert any("gad2@1 is published already" in str(each) for each in whole.problems)


def test_a_newer_instrument_without_the_danger_rule_of_the_older_is_refused(content, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(content / "instruments/phq9/1", own / "instruments/phq9/2")

    whole = catalogue.build([content, own])

    assert str(whole.instrument("phq9").ref) == "phq9@1"
    assert any("phq9@2 has no danger rule" in str(each) for each in whole.problems)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("when: {item: item_9, at_least: 1}", "when: {item: item_9, at_least: 2}"),
        ("level: C # first", "level: D # first"),
        ("at_most: 14", "at_most: 30"),
    ],
)
def test_a_deployment_cannot_weaken_a_danger_rule(content, tmp_path, old, new):
    own = tmp_path / "own"
    shutil.copytree(content / "risk_rules/phq9_self_harm", own / "risk_rules/phq9_self_harm")
    path = own / "risk_rules/phq9_self_harm/1.yaml"
    path.rename(path.with_name("2.yaml"))
    path = path.with_name("2.yaml")
    change(path, old, new)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text[: text.index("examples:")] + "examples:\n  - {title: none, level: null}\n",
        encoding="utf-8",
    )

    whole = catalogue.build([content, own])

    assert [str(each.ref) for each in whole.risk_rules_for("phq9")] == ["phq9_self_harm@1"]
    assert any("weaker than phq9_self_harm@1" in str(each) for each in whole.problems)


def test_a_deployment_may_make_a_danger_rule_stricter(content, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(content / "risk_rules/phq9_self_harm", own / "risk_rules/phq9_self_harm")
    path = own / "risk_rules/phq9_self_harm/1.yaml"
    change(path, "at_most: 14", "at_most: 7")
    change(path, "reviewed 14 days ago", "reviewed 7 days ago")
    change(path, "safety_plan_reviewed_days_ago: 14", "safety_plan_reviewed_days_ago: 7")
    path.rename(path.with_name("2.yaml"))

    whole = catalogue.build([content, own])

    assert [str(each.ref) for each in whole.risk_rules_for("phq9")] == ["phq9_self_harm@2"]


# -- risk rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("instrument: phq9@1", "instrument: phq99@1", "there is no phq99@1 here"),
        ("when: {item: item_9, at_least: 1}", "when: {item: item_19, at_least: 1}", "no item_19"),
        ("when: {item: item_9, at_least: 1}", "when: {item: item_9, at_least: 4}", "reaches this"),
        ("when: {item: item_9, at_least: 1}", "when: {score: sum, at_least: 1}", "no score sum"),
        ("when: {item: item_9, at_least: 1}", "when: {item: item_9}", "say at_least"),
        ("fact: safety_plan_reviewed_days_ago", "fact: plan_days", "there is no fact plan_days"),
        ("same_day_note", "same_day_notes", "nothing is known as same_day_notes"),
        ("critical: [item_9]", "critical: [item_90]", "has no item_90"),
        ("level: C # first", "level: H # first", "level"),
        ("level: C # first", "level: null # first", "a level, or else the prompt"),
        ("    level: D\n    also", "    level: B\n    also", "the level is B, not D"),
    ],
)
def test_a_mistake_in_a_risk_rule_is_refused(content, old, new, said):
    change(content / "risk_rules/phq9_self_harm/1.yaml", old, new)

    assert any("phq9_self_harm/1.yaml" in each and said in each for each in errors(content))


def test_every_critical_rule_of_an_instrument_is_found_by_its_id():
    assert [str(each.ref) for each in SHIPPED.risk_rules_for("phq9")] == ["phq9_self_harm@1"]
    assert SHIPPED.risk_rules_for("gad7@1") == ()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_prompt_of_a_rule_has_its_sentence(lang):
    prompts = {rule.prompt for rule in SHIPPED.risk_rules.values() if rule.prompt}

    assert prompts >= {"gds15_ask_about_suicide", "pcl5_item_16", "epds_baby_safety"}
    assert prompts <= set(SHIPPED.sentences(lang))


# -- packs, and a service's own figures ----------------------------------------------------------


def own_change(tmp_path: Path, text: str) -> catalogue.Catalogue:
    own = tmp_path / "own"
    (own / "reliable_change").mkdir(parents=True)
    (own / "reliable_change" / "one.yaml").write_text(
        f"{text}\nsource: our own figures\nchecked: 2026-11-22\nreview_by: 2027-11-22\n"
        "approved: {by: A. Okafor, on: 2026-11-22}\n",
        encoding="utf-8",
    )
    return catalogue.build([ROOT, *PACKS, own])


def test_no_value_worked_out_from_assumed_figures_is_on():
    derived = {
        each.ref.id: each.reliable_change.is_on
        for each in SHIPPED.instruments.values()
        if each.reliable_change and each.reliable_change.basis in ("derived", "by_analogy")
    }

    assert {"audit", "cesd", "gds15", "k10", "phqa", "pss10"} <= set(derived)
    assert not any(derived.values())


def test_a_service_switches_a_derived_value_on_with_its_own_figures(tmp_path):
    whole = own_change(tmp_path, "instrument: k10@1\nsd: 8.5\nreliability: 0.93")
    change = whole.instrument("k10").reliable_change

    assert not [each for each in whole.problems if "reliable_change" in each.file]
    assert (change.basis, change.is_on, change.is_own) == ("derived", True, True)
    assert change.value == Decimal("6.24")  # 1.96 x 8.5 x sqrt(2 x 0.07) = 6.23…, never less
    assert not SHIPPED.instrument("k10").reliable_change.is_on


def test_a_service_chooses_among_published_values(tmp_path):
    whole = own_change(tmp_path, "instrument: core10@1\nuse: stricter")

    assert whole.instrument("core10").reliable_change.value == 7
    assert whole.instrument("core10").other_changes[0].value == 6


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("instrument: phq9@1\nsd: 6\nreliability: 0.9", "a published value, which wins"),
        ("instrument: core10@1\nuse: lenient", "has no value lenient"),
        ("instrument: k10@1\nuse: default", "give your own"),
        ("instrument: k10@1\nsd: 8", "give sd and reliability"),
        ("instrument: k10@1\nsd: 8\nreliability: 1.2", "reliability"),
        ("instrument: urica@1\nsd: 8\nreliability: 0.9", "neither direction"),
    ],
)
def test_figures_that_cannot_be_used_are_refused(tmp_path, text, said):
    whole = own_change(tmp_path, text)

    assert any(said in str(each) for each in whole.problems if "reliable_change" in each.file)
    assert not any(
        each.reliable_change.is_own for each in whole.instruments.values() if each.reliable_change
    )


def test_a_pack_that_is_off_keeps_its_words_away_and_is_checked_all_the_same(tmp_path):
    root = tmp_path / "content"
    shutil.copytree(ROOT, root)
    change(root / "packs/nc/instruments/who5/1/instrument.yaml", "multiply: 4", "multiply: 5")

    whole = catalogue.build([root])

    assert not {"audit@1", "who5@1", "core10@1"} & set(whole.instruments)
    assert "WHO-5 Well-Being Index" in whole.packs["nc"].instruments.values()
    assert not whole.packs["nc"].is_on
    with pytest.raises(catalogue.PackIsOff):
        whole.instrument("who5")
    assert any("packs/nc/instruments/who5" in each.file for each in catalogue.check([root]))


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("packs/nc/instruments/who5/1/instrument.yaml", "pack: nc", "pack: nd", "for the pack nc"),
        ("packs/nc/instruments/who5/1/instrument.yaml", "pack: nc", "pack: null", "the pack nc"),
        ("instruments/gad2/1/instrument.yaml", "pack: null", "pack: nc", "goes into packs/nc"),
    ],
)
def test_another_licence_stands_in_a_folder_of_its_own(tmp_path, file, old, new, said):
    root = tmp_path / "content"
    for kind in ("instruments", "risk_rules", "packs"):
        shutil.copytree(ROOT / kind, root / kind)
    change(root / file, old, new)

    assert any(said in each for each in errors(root, root / "packs/nc"))


def test_a_pack_without_its_licence_is_not_there(tmp_path):
    root = tmp_path / "content"
    shutil.copytree(ROOT / "packs", root / "packs")
    (root / "packs/nd/LICENCE.md").unlink()

    whole = catalogue.build([root], only=("packs",))

    assert set(whole.packs) == {"nc"}
    assert any("a licence of its own" in str(each) for each in whole.problems)


def test_words_that_may_not_be_changed_are_translated_by_their_owners_only(tmp_path):
    root = tmp_path / "content"
    shutil.copytree(ROOT / "packs", root / "packs")
    folder = root / "packs/nd/instruments/core10/1"
    text = (folder / "wording.en.yaml").read_text(encoding="utf-8")
    (folder / "wording.es.yaml").write_text(f"translation: made at home\n{text}", encoding="utf-8")

    found = errors(root, root / "packs/nd")

    assert any("wording.es.yaml" in each and "official translations only" in each for each in found)


@pytest.mark.parametrize(
    ("id", "old", "new", "said"),
    [
        ("dsm5_l1", "kind: max, items: [item_3]", "kind: max, items: []", "a max needs items"),
        ("swemwbs", '"7": 7.00, ', "", "7 points are not in it"),
        ("swemwbs", "of: total", "of: totals", "no score named totals"),
        ("urica", "range: [-2, 14]", "range: [-2, 15]", "the items give -2 to 14"),
        ("urica", "maintenance: 1,", "upkeep: 1,", "no score named upkeep"),
        ("asq", "{item: item_5, equals: 1}", "{item: item_5, equals: 2}", "reaches this"),
        ("asq", "steps: [judgement_still_counts,", "steps: [judgement,", "judgement has no words"),
        ("wsas", "value: 9,", "value: 10,", "none of the values of work"),
        ("moca", "items: []", "items: [{id: item_1, options: x}]", "allows one number, no items"),
        ("pcptsd5", "unasked: 0", "unasked: 5", "none of its values with points"),
        ("pcptsd5", "{sex: female}", "{sex: woman}", "sex"),
        (
            "nida_qs",
            "unverified: [items, caseness]",
            "unverified: [texts]",
            "there is no part texts",
        ),
    ],
)
def test_a_mistake_in_a_further_shape_is_refused(content, id, old, new, said):
    change(content / f"instruments/{id}/1/instrument.yaml", old, new)

    assert any(f"/{id}/1/" in each and said in each for each in errors(content))
    assert f"{id}@1" not in catalogue.build([content]).instruments
