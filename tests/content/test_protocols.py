"""Protocols, needs, settings and gates are complete, sourced and fit together."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from alongside.catalogue import asking, build, check
from alongside.catalogue.chooser import choice_of
from alongside.catalogue.loading import parse
from alongside.engine.protocols.conditions import keys_of
from tests.harness.content import shipped

CONTENT = Path(__file__).parents[2] / "content"
SHIPPED = shipped()
PROTOCOLS = list(SHIPPED.protocols.values())
SIXTEEN = {
    "ipt", "cbt", "family_systems", "group", "mbct", "medication", "ect", "arts", "crisis",
    "planned_meeting", "craft", "dementia", "institution_music", "mi_brief", "community_condom",
    "respect",
}  # fmt: skip
NINE = {
    "substance_use", "eating_disorder", "sexual_risk", "suicide_risk", "mood_danger", "dementia",
    "medication_adherence", "cannot_seek_help", "institution_stress",
}  # fmt: skip
TEN = {
    "home", "clinic", "welfare_agency", "private_practice", "hospital", "care_home", "prison",
    "rehabilitation_centre", "psychiatric_institution", "community",
}  # fmt: skip
MINE = ("protocols", "needs", "settings", "gates", "facts", "chooser")

MEASURE = "measures: [{instrument: sti_scale, when: [intake]}]"

each_protocol = pytest.mark.parametrize("protocol", PROTOCOLS, ids=lambda protocol: protocol.id)


def mine(problems):
    return [one for one in problems if any(f"{kind}/" in one.file for kind in MINE)]


def test_the_shipped_files_have_no_mistake():
    wrong = [str(one) for one in mine(check([CONTENT])) if one.grade != "info"]
    assert not wrong


def test_all_sixteen_protocols_are_there_and_can_be_run():
    assert {protocol.id for protocol in PROTOCOLS} >= SIXTEEN
    assert [protocol.id for protocol in PROTOCOLS if not protocol.runnable] == []


def test_all_nine_needs_and_ten_settings_are_there():
    assert {need.id for need in SHIPPED.needs.values() if need.core} == NINE
    assert set(SHIPPED.settings) == TEN
    assert {f"G{number}" for number in range(1, 11)} <= set(SHIPPED.gates)


def test_the_settings_of_the_facts_are_the_settings_of_content():
    assert set(SHIPPED.facts.key("person.setting").word_ids) == set(SHIPPED.settings)


@each_protocol
def test_a_protocol_has_a_whole_head(protocol):
    assert protocol.name
    assert protocol.what
    assert protocol.indications
    assert protocol.deliverers
    assert protocol.formats
    assert protocol.settings
    assert protocol.evidence
    assert protocol.sources
    assert protocol.completion.all_of
    assert protocol.checked < protocol.review_by
    assert protocol.review_by - protocol.checked <= timedelta(days=3 * 366)


@each_protocol
def test_general_knowledge_is_marked_wherever_it_is_used(protocol):
    for finding in protocol.evidence:
        assert finding.unverified == finding.source.endswith("(to be verified)"), finding.key


@each_protocol
def test_every_protocol_but_crisis_waits_for_being_offered_here(protocol):
    uses = {use.gate for use in protocol.gates_start}
    assert ("runnable" in uses) == (protocol.id != "crisis")
    if protocol.id == "crisis":
        assert protocol.gates_start == protocol.gates_session == protocol.exclusions == ()


@each_protocol
def test_sessions_with_people_wait_for_open_danger_except_where_they_must_not(protocol):
    held = any(use.gate == "G1" for use in protocol.gates_session)
    free = {"crisis", "medication", "institution_music", "community_condom"}
    assert held == (protocol.id not in free)


@each_protocol
def test_spanish_names_what_it_is_and_gives_every_reason(protocol):
    words = SHIPPED.shelves["protocol_words"]["es"]
    key = f"protocols/{protocol.ref}"
    assert words[f"{key}/name"]
    assert words[f"{key}/what"]
    for exclusion in protocol.exclusions:
        assert words[exclusion.reason.key], exclusion.id
        assert words[exclusion.release.key], exclusion.id
    for variant in protocol.variants:
        assert words[f"{key}/variants/{variant.id}/name"]


@pytest.mark.parametrize("shelf", ["chooser_words"])
def test_every_text_of_chooser_and_gates_is_there_in_spanish(shelf):
    texts = SHIPPED.shelves[shelf]
    assert set(texts["en"]) == set(texts["es"])


@each_protocol
def test_a_runnable_protocol_is_complete(protocol):
    assert protocol.skeleton
    assert SHIPPED.shelves["protocol_examples"][str(protocol.ref)]
    asked = [measure for measure in protocol.measures if measure.of not in {"clinician", "site"}]
    assert not asked or any(measure.primary for measure in asked)
    here = SHIPPED.artefacts_of(str(protocol.ref))
    assert set(protocol.artefacts) == set(here), "a form that is named and not here"
    steps = [step for phase in protocol.phases for step in phase.steps]
    assert all(phase.steps for phase in protocol.phases)
    assert any(step.required for step in steps)
    required = {need.form for phase in protocol.phases for need in phase.artefacts}
    filled = {step.artefact for step in steps if step.artefact}
    assert required <= filled, "a required form that no step fills"
    assert set(protocol.artefacts) == filled


def test_doses_are_those_of_the_field():
    cbt, craft = SHIPPED.protocol("cbt"), SHIPPED.protocol("craft")
    assert cbt.dose_of("guided_selfhelp").sessions.max == 8
    assert cbt.dose_of("cbt_ed").sessions.max == 40
    assert cbt.completion.share_attended == 70
    assert (craft.dose_of("full").sessions.min, craft.dose_of("full").sessions.max) == (12, 14)
    assert len(craft.phases) == 9
    assert len(cbt.skeleton) == 8
    assert len(cbt.variants) == 11


def test_a_measure_without_a_folder_is_only_named(copy):
    edit(copy / "protocols/respect/1/protocol.yaml", "measures: []", MEASURE)
    found = [one for one in check([copy]) if "measure sti_scale: named, not" in one.message]
    assert found
    assert {one.grade for one in found} == {"info"}


def test_every_word_of_the_medical_facts_is_asked_by_something():
    used = {key for gate in SHIPPED.gates.values() for c in gate.checks for key in keys_of(c.when)}
    for protocol in PROTOCOLS:
        used |= {key for one in protocol.exclusions for key in keys_of(one.when)}
        for use in (*protocol.gates_start, *protocol.gates_session):
            used |= keys_of(use.unless) if use.unless else set()
    for need in SHIPPED.needs.values():
        used |= {key for offer in need.offers for key in keys_of(offer.when)}
    rules = SHIPPED.chooser_rules["rules"]
    used |= {key for rule in rules.levels for key in keys_of(rule.when)}
    medical = {key.path for key in SHIPPED.facts.keys if key.path.startswith("medical.")}
    assert medical == {key for key in used if key.startswith("medical.")}


# -- mistakes are found -------------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path):
    root = tmp_path / "content"
    shutil.copytree(CONTENT, root, ignore=shutil.ignore_patterns("instruments", "demo"))
    return root


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def errors(root: Path) -> list[str]:
    return [one.message for one in mine(check([root])) if one.grade == "error"]


def test_a_protocol_that_no_need_offers_is_named(copy):
    shutil.copytree(copy / "protocols" / "mi_brief", copy / "protocols" / "walking")

    said = [str(one) for one in check([copy]) if "no need offers this" in one.message]

    assert said == [
        "content/protocols/walking/1/protocol.yaml:0:0: warning: no need offers this, so nobody is "
        "shown it: name it in content/needs/"
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{gate: G8}", "{gate: G88}", "there is no gate G88"),
        ("consents: [c_treatment, ", "consents: [c_treat, ", "there is no consent c_treat"),
        ("needs: [anxiety]", "needs: [anxietys]", "there is no need anxietys"),
        ("[home, clinic", "[house, clinic", "there is no setting house"),
        ("danger.psychosis", "danger.psychoses", "acute_psychosis: no fact is named"),
        ("is: [severe]", "is: [very]", "severe_impairment: medical.cognitive_impairment never"),
        ("variants: [ptsd]", "variants: [ptsds]", "there is no variant ptsds"),
        ("after: [five_areas]", "after: [four_areas]", "there is no step four_areas"),
        ("form: blueprint", "form: blueprints", "the form blueprints is not among"),
        ("source: NG222-R", "source: NG999", "source NG999 is not in chooser/sources.yaml"),
        ("id: mania,", "id: acute_psychosis,", "exclusions: acute_psychosis stands twice"),
        ("runnable: true", "runnable: yes", "runnable: "),
        ("effect: warn", "effect: worry", "effect"),
        ("review_by:", "reviewed:", "reviewed: no such key"),
    ],
)
def test_a_mistake_in_a_protocol_is_found(copy, old, new, message):
    edit(copy / "protocols/cbt/1/protocol.yaml", old, new)
    assert any(message in one for one in errors(copy)), errors(copy)


def test_every_mistake_in_the_schedule_of_a_measure_is_found(copy):
    path = copy / "protocols/cbt/1/protocol.yaml"
    mistakes = {
        ("every_n, end], every: 2", "every_n, end]"): "measure pcl5: every_n needs every",
        ("sessions: [3]}", "sessions: [3], days: 7}"): "days means nothing without every_days",
        ("[intake, each, end,", "[intake, each, sessions, end,"): "measure phq9: sessions needs",
        ("[30, 90, 180]", "[30, 180, 90]"): "followup_days must go up, each number once",
        ("[sessions, end], sessions: [1, 8]", "[sessions], sessions: [0]"): "0 is not 1 to 120",
        ("[intake, end], variants: [dep", "[intake, intake], variants: [dep"): "stands twice",
    }
    for old, new in mistakes:
        edit(path, old, new)
    found = errors(copy)
    assert [said for said in mistakes.values() if not any(said in one for one in found)] == []


def test_how_people_are_asked_is_read_and_its_mistakes_are_found(tmp_path):
    own = tmp_path / "own"
    shutil.copytree(CONTENT / "asking", own / "asking")
    path = own / "asking/times.yaml"
    shipped = path.read_text(encoding="utf-8")
    for old, new, message in [
        ('ask_at: "09:00"', 'ask_at: "24:00"', "pattern"),
        ('"20:00"', '"08:00"', "ask_until comes after ask_at"),
        ("[2, 5]", "[5, 2]", "reminders_after_days must go up from 1"),
        ("[2, 5]", "[2, 12]", "a reminder after 12 days comes when the form is over"),
        ("[2, 5]", "[1, 2, 3, 4]", "at most 3"),
    ]:
        edit(path, old, new)
        shelf = asking.load([CONTENT, own])
        assert any(message in one.message for one in shelf.problems), shelf.problems
        assert shelf.items["times"].reminders_after_days == (2, 5)  # the shipped one goes on
        path.write_text(shipped, encoding="utf-8")
    edit(path, "[2, 5]", "[4]")
    assert asking.load([CONTENT, own]).items["times"].reminders_after_days == (4,)


def test_words_that_are_missing_or_belong_to_nothing_are_found(copy):
    wording = copy / "protocols/cbt/1/wording.en.yaml"
    edit(wording, "  blueprint: Write the blueprint\n", "  blue_print: Write the blueprint\n")
    assert "steps.blueprint: these words are missing" in errors(copy)
    assert "steps.blue_print: the protocol has no such id" in errors(copy)


def test_a_need_that_offers_a_protocol_that_is_not_there_is_found_and_goes_on(copy):
    shutil.rmtree(copy / "protocols/craft")
    assert "there is no protocol craft" in errors(copy)
    facts = {"needs": ["substance_use"], "seeks_help": "refuses"}
    assert choice_of(build([copy]), facts).cautioned


def test_a_broken_version_of_the_deployment_leaves_the_rest_working(copy, tmp_path):
    own = tmp_path / "own"
    shutil.copytree(copy / "protocols/craft/1", own / "protocols/craft/2")
    edit(own / "protocols/craft/2/protocol.yaml", "family: family", "family: famly")
    both = build([copy, own])
    assert both.protocol("craft").ref.version == 1
    assert any("family" in one.message for one in both.problems)
    edit(own / "protocols/craft/2/protocol.yaml", "family: famly", "family: family")
    assert build([copy, own]).protocol("craft").ref.version == 2


def test_a_review_that_is_overdue_is_a_warning(copy):
    late = [one for one in mine(check([copy], today=date(2099, 1, 1))) if one.grade == "warning"]
    kinds = {kind for kind in MINE if any(f"{kind}/" in one.file for one in late)}
    assert kinds == set(MINE)


def test_a_worked_example_that_says_something_else_than_the_engine_is_found(copy):
    edit(copy / "protocols/cbt/1/examples.yaml", "completed: true", "completed: false")

    said = [one for one in check([copy]) if "examples.yaml" in one.file and one.grade == "error"]

    assert [one.message.rpartition(": ")[2] for one in said] == [
        "completed is true, the example says false"
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("form: treatment_slot, says", "form: slot, says", "the form slot is not among"),
        ("within: [day, two_days]", "within: [hour]", "form treatment_slot: within never is hour"),
        ("until: held_until", "until: place", "form treatment_slot: place is no date of it"),
        ("says: {attended: [yes]}", "says: {come: [yes]}", "there is no field come"),
        ("all_of: [engaged_or_", "all_of: [engaged_or_not_", "is no step, and shown_by does not"),
        ("after: [follow_up_plan], since", "after: [windows], since", "so it comes after it"),
        ("says: {confirmed: [yes], within", "says: {confirmed: {}, within", "give at_least"),
        ("{form: violence_safety_plan, s", "{s", "name the form it is read from"),
    ],
)
def test_a_mistake_in_a_sign_is_found(copy, old, new, message):
    edit(copy / "protocols/craft/1/protocol.yaml", old, new)
    found = [one.message for one in check([copy]) if one.grade == "error"]
    assert any(message in one for one in found), found


def texts_of(words, place=""):
    """Where each text of a wording file stands; a list of them with how many there are."""
    if isinstance(words, dict):
        for key, value in words.items():
            yield from texts_of(value, f"{place}/{key}")
    else:
        yield place, len(words) if isinstance(words, list) else 1


@each_protocol
def test_a_protocol_says_in_spanish_all_it_says_in_english(protocol):
    folder = CONTENT / "protocols" / protocol.ref.id / str(protocol.ref.version)
    english, spanish = (
        dict(texts_of(parse(folder / f"wording.{language}.yaml")[0])) for language in ("en", "es")
    )
    assert english == spanish
