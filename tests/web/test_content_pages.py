"""Content in the office: where it stands, drafts, reviews, versions, one file in and out."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from alongside import catalogue
from alongside.access.models import Account
from alongside.catalogue import authoring, live, writing
from alongside.catalogue.chooser import choice_of
from alongside.catalogue.reviews import Review
from alongside.directory import drafts
from alongside.directory.models import ContentDraft
from alongside.measures import actions as measures
from alongside.plans.models import Course
from alongside.records.models import AuditEvent
from alongside.web.parts.content_words import way_notes
from tests.conftest import NOON
from tests.factories import Cast, World
from tests.factories.care import answer
from tests.factories.versions import own, publish_cbt
from tests.harness.house import CONTENT

__all__ = ["own"]


@pytest.fixture
def grace(world: World, signed_in: Callable[[Cast], Client]) -> Client:
    """The manager of the house, signed in."""
    return signed_in(world.grace)


def text(answer: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def acts() -> list[str]:
    rows = AuditEvent.objects.filter(word__regex=r"^directory\.(content|draft)_")
    said = [row.word.removeprefix("directory.") for row in rows.order_by("at", "pk")]
    return sorted(word for word in said if not word.endswith("_read"))


# -- where content stands ------------------------------------------------------------------------


def test_content_is_listed_with_source_and_review_and_a_review_here_is_seen_everywhere(
    own: Path, grace: Client
) -> None:
    page = text(grace.get("/office/content/?kind=protocols"))
    assert "Interpersonal psychotherapy" in page or "Interpersonal therapy" in page
    assert "checked on 22 Nov 2026, by nobody here yet" in page
    assert "partly not looked up" in page
    assert "Review overdue: 0" in page
    shown = grace.get("/office/content/protocols/cbt@1/")
    for words in ("Phase 1:", "Gates before the start", "Measures", "Sources", "By nobody yet"):
        assert words in text(shown)
    for kind, ref in (
        ("instruments", "phq9@1"),
        ("artefacts", "cbt/thought_record@1"),
        ("consent_forms", "c_treatment@1"),
        ("letters", sorted(catalogue.current().letters)[0]),
    ):
        assert grace.get(f"/office/content/{kind}/{ref}/").status_code == 200, ref
    assert grace.get("/office/content/protocols/nothing@1/").status_code == 404

    address = "/office/content/review/protocols/cbt@1/"
    given = {"sources": "NICE NG222 \n\n Handbook", "review_by": "2026-03-01", "words": "Held."}
    refused = grace.post(address, given)
    assert refused.status_code == 400
    assert "Choose a day to come." in text(refused)
    assert "Handbook" in text(refused)
    assert grace.post(address, {**given, "review_by": "2026-09-01"}).status_code == 302
    page = text(grace.get("/office/content/protocols/cbt@1/"))
    assert "NICE NG222; Handbook" in page
    assert "1 Sep 2026" in page
    assert way_notes("cbt@1", NOON.date().replace(month=9, day=1)) == way_notes("cbt", NOON.date())
    late = way_notes("cbt", NOON.date().replace(month=9, day=2))
    assert late[0] == "Its review was due on 1 Sep 2026."
    assert acts() == ["content_reviewed"]


def test_what_is_retired_is_begun_no_more_and_still_read_by_what_runs(
    own: Path, grace: Client
) -> None:
    address = "/office/content/retire/protocols/cbt@1/"
    assert grace.post(address, {"why": ""}).status_code == 400
    assert grace.post(address, {"why": "We train nobody in it."}).status_code == 302
    cat = catalogue.current()
    assert "cbt@1" not in cat.offered
    assert cat.protocol("cbt@1").name == cat.protocol("cbt").name
    assert "It is not begun any more; what runs goes on as it is." in way_notes(
        "cbt@1", NOON.date()
    )
    assert "We train nobody in it." in text(grace.get("/office/content/protocols/cbt@1/"))
    assert grace.get(address).status_code == 404
    assert acts() == ["content_retired"]


# -- written, looked at, published ---------------------------------------------------------------


def version_of(answer: Any) -> str:
    found = re.search(r'name="version" value="(\d+)"', answer.content.decode())
    assert found is not None
    return found.group(1)


def begun(browser: Client, start: str, item: str = "") -> str:
    answer = browser.post("/office/content/drafts/new/", {"start": start, "item": item})
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"])


def saved_file(browser: Client, draft: str, name: str, words: str, **more: str) -> Any:
    address = f"{draft}file/{name}/"
    version = version_of(browser.get(address))
    return browser.post(address, {"version": version, "text": words, **more})


def test_a_new_way_is_written_from_a_copy_reviewed_by_somebody_else_and_appears_everywhere(
    own: Path, world: World, grace: Client, signed_in: Callable[[Cast], Client]
) -> None:
    iris = signed_in(world.staff("Iris Moor", "Manager", "manager"))
    refused = grace.post(
        "/office/content/drafts/new/", {"start": "protocols/respect@1", "item": "No Name"}
    )
    assert (refused.status_code, "No Name" in refused.content.decode()) == (400, True)
    draft = begun(grace, "protocols/respect@1", "walking_talks")
    files = authoring.copied("protocols", "respect@1", "walking_talks")
    assert "offers.yaml" in files  # the needs that lead to the one it was copied from
    assert "It has no mistakes." in text(grace.get(draft))

    # Every mistake in place, what was typed kept; a check saves nothing.
    wrong = files["protocol.yaml"].replace("family: individual", "family: walk\nnonsense: 1")
    address = f"{draft}file/protocol.yaml/"
    checked = saved_file(grace, draft, "protocol.yaml", wrong, check="1")
    assert "nonsense: 1" in checked.content.decode()
    assert "protocol.yaml, line 2, column 9" in text(checked)
    assert "nonsense: 1" not in grace.get(address).content.decode()
    old = version_of(grace.get(address))
    assert saved_file(grace, draft, "protocol.yaml", wrong).status_code == 302
    page = text(grace.get(address))
    assert "family: input should be" in page
    assert "nonsense: no such key is known here" in page
    stale = grace.post(address, {"version": old, "text": "mine: yes"})
    assert stale.status_code == 409
    assert "mine: yes" in stale.content.decode()
    assert "nonsense: 1" in stale.content.decode()
    hidden = saved_file(grace, draft, "protocol.yaml", wrong + "# \u202e")
    assert hidden.status_code == 400
    assert "It cannot be shown: 2 mistakes" in text(grace.get(f"{draft}preview/"))
    asked = {"version": version_of(grace.get(draft))}
    assert grace.post(f"{draft}ask/", asked).status_code == 409

    named = files["wording.en.yaml"].splitlines()
    named[0] = "name: Walking talks"
    assert saved_file(grace, draft, "protocol.yaml", files["protocol.yaml"]).status_code == 302
    saved_file(grace, draft, "wording.en.yaml", "\n".join(named) + "\n")
    seen = text(grace.get(f"{draft}preview/?facts=needs: [sexual_risk]%0Aseeks_help: accepts"))
    for words in ("What the chooser says", "Next steps", "waits", "walking_talks"):
        assert words in seen
    assert "Locked, and what each waits for" in seen
    unknown = text(grace.get(f"{draft}preview/?facts=nothing: yes&in_place=on"))
    assert "nothing: no such key is known" in unknown
    beside = grace.get(f"{draft}compare/").content.decode()
    assert "<ins>Walking</ins>" in beside
    assert "offers.yaml" in beside

    # The most used values as a form: these change, and no other letter.
    fields = grace.get(f"{draft}fields/")
    form = fields.context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: "" if value is None else value for name, value in given.items()}
    changes = {
        "wording_en_yaml__name": 'Walking "and" talks',
        "protocol_yaml__review_by": "2027-05-01",
        "protocol_yaml__dose__sessions__max": "6",
        "protocol_yaml__dose__minutes__typical": "45",
        "protocol_yaml__phases__2__steps__5__within_days": "210",
    }
    assert (
        grace.post(f"{draft}fields/", {**given, "protocol_yaml__review_by": "x"}).status_code == 400
    )
    assert grace.post(f"{draft}fields/", {**given, **changes}).status_code == 302
    assert grace.post(f"{draft}fields/", {**given, **changes}).status_code == 409
    after = grace.get(f"{draft}file/protocol.yaml/").context["form"]["text"].value()
    was, now = files["protocol.yaml"].splitlines(), after.splitlines()
    assert [line for line in now if line not in was] == [
        "dose: {sessions: {min: 2, typical: 2, max: 6}, minutes: {typical: 45, min: 20, max: 60}, "
        "spacing_days: {min: 7, max: 10}, unverified: true}",
        "      - {id: test_6_months, kind: review, required: false, after: [step_reviewed], "
        "since: step_reviewed, not_before_days: 160, within_days: 210}",
        "review_by: 2027-05-01",
    ]
    assert "It has no mistakes." in text(grace.get(draft))

    # Not published by halves: somebody else looks first, at what stands then.
    assert "walking_talks@1" not in catalogue.current().protocols
    early = {"version": version_of(grace.get(draft))}
    assert grace.post(f"{draft}publish/", early).status_code == 409
    assert grace.post(f"{draft}ask/", early).status_code == 302
    assert grace.get(f"{draft}review/").status_code == 404
    given = {"version": version_of(iris.get(f"{draft}review/")), "sources": "", "review_by": ""}
    assert iris.post(f"{draft}review/", {**given, "passed": "yes"}).status_code == 400
    assert iris.post(f"{draft}review/", {**given, "passed": "no"}).status_code == 400
    back = {**given, "passed": "no", "words": "Say how far."}
    assert iris.post(f"{draft}review/", back).status_code == 302
    assert "Say how far." in text(grace.get(draft))
    grace.post(f"{draft}ask/", {"version": version_of(grace.get(draft))})
    given = {
        "version": version_of(iris.get(f"{draft}review/")),
        "passed": "yes",
        "sources": "Handbook of walking, 2024",
        "review_by": "2027-03-01",
    }
    assert iris.post(f"{draft}review/", given).status_code == 302
    assert grace.post(f"{draft}publish/", {"version": "1"}).status_code == 409
    done = {"version": version_of(grace.get(draft))}
    assert grace.post(f"{draft}publish/", done).status_code == 302

    cat = catalogue.current()
    assert cat.protocol("walking_talks").name == 'Walking "and" talks'
    assert [each for each in cat.problems if each.grade == "error"] == []
    assert (own / "protocols/walking_talks/1/artefacts/step.yaml").is_file()
    chosen = choice_of(cat, {"needs": ["sexual_risk"], "seeks_help": "accepts"})
    said = {one.protocol for one in (*chosen.suggested, *chosen.cautioned, *chosen.blocked)}
    assert "walking_talks" in {name.partition("/")[0] for name in said}
    page = text(grace.get("/office/content/protocols/walking_talks@1/"))
    assert "Made here" in page
    assert "Iris Moor" in page
    assert "Handbook of walking, 2024" in page
    assert Client().get(reverse("public:one_way", args=["walking_talks"])).status_code == 200
    assert acts() == [
        "content_published", "content_reviewed", "draft_changed", "draft_changed",
        "draft_changed", "draft_changed", "draft_made", "draft_review_asked", "draft_review_asked",
        "draft_sent_back",
    ]  # fmt: skip


def test_what_runs_stays_on_its_version_and_a_version_that_stands_is_never_changed(
    own: Path, world: World, grace: Client, signed_in: Callable[[Cast], Client]
) -> None:
    iris = signed_in(world.staff("Iris Moor", "Manager", "manager"))
    first, second = begun(grace, "protocols/respect@1"), begun(grace, "protocols/respect@1")
    for draft in (first, second):
        grace.post(f"{draft}ask/", {"version": version_of(grace.get(draft))})
        given = {
            "version": version_of(iris.get(f"{draft}review/")),
            "passed": "yes",
            "sources": "Trial of 1998",
            "review_by": "2027-03-01",
        }
        assert iris.post(f"{draft}review/", given).status_code == 302
    assert (
        iris.post(f"{first}publish/", {"version": version_of(grace.get(first))}).status_code == 302
    )
    cat = catalogue.current()
    assert cat.protocol("respect").ref.version == 2
    assert cat.protocol("respect@1").ref.version == 1
    assert "respect@1" not in cat.offered
    taken = grace.get(second)
    assert "This one can be version 3" in text(taken)
    answer = grace.post(f"{second}number/", {"version": version_of(taken)})
    assert answer.status_code == 302
    page = text(grace.get(second))
    assert "respect@3" in page
    assert "being written" in page
    grace.post(f"{second}leave/", {"version": version_of(grace.get(second))})
    assert grace.get(f"{second}file/protocol.yaml/").status_code == 404

    # A folder that is broken by hand takes nothing good away.
    broken = own / "protocols/respect/2/protocol.yaml"
    broken.write_text("family: [", encoding="utf-8")
    live.look_again()
    assert catalogue.current().protocol("respect").ref.version == 2


def test_who_wrote_in_a_draft_never_reviews_it(own: Path, world: World) -> None:
    """The pages do not offer it; the act refuses it whoever asks."""
    who = {"by": world.grace.reader, "at": NOON}
    files = authoring.copied("protocols", "respect@1", "respect")
    draft = drafts.make_draft(
        institution=world.institution, kind="protocols", item="respect", files=files, **who
    )
    drafts.ask_review(draft=draft, expected=draft.version, **who)
    passed = {"passed": True, "sources": ("A trial",), "review_by": date(2027, 3, 1), "words": ""}
    with pytest.raises(drafts.NotYours):
        drafts.review_draft(draft=draft, expected=draft.version, **passed, **who)


def test_of_two_versions_with_one_number_the_first_stands_with_its_own_review(own: Path) -> None:
    files = authoring.copied("protocols", "respect@1", "respect")
    mine = Review("Iris Moor", NOON.date(), date(2027, 3, 1), ("A trial",))
    writing.publish("protocols", "respect", 2, files, mine)
    with pytest.raises(writing.AlreadyThere):
        writing.publish(
            "protocols",
            "respect",
            2,
            {**files, "SOURCE.md": "Mine."},
            replace(mine, reviewed_by="Bo"),
        )
    writing.publish("protocols", "respect", 2, files, mine)  # a try that did not end, again
    found = catalogue.current()
    assert found.protocol("respect").ref.version == 2
    assert found.reviews["protocols/respect@2"] == mine


def test_one_file_goes_out_and_comes_in_and_a_hostile_one_is_refused_with_all_its_mistakes(
    own: Path, grace: Client
) -> None:
    sent = grace.get("/office/content/export/protocols/respect@1/")
    assert sent["Content-Disposition"] == 'attachment; filename="respect-1.json"'
    assert grace.get("/office/content/export/protocols/respect@x/").status_code == 404

    def brought(raw: bytes) -> Any:
        file = SimpleUploadedFile("x.json", raw, content_type="application/json")
        return grace.post("/office/content/drafts/bring/", {"file": file})

    back = brought(sent.content)
    assert back.status_code == 302
    assert "respect@2" in text(grace.get(back["Location"]))

    whole = json.loads(sent.content)
    whole["files"]["../../../etc/passwd.yaml"] = "x: 1"
    whole["files"]["sources.yaml"] = "a: &many [1]\nb: *many\nc: !!python/name:os.system x\n"
    whole["files"]["SOURCE.md"] = "read \u202eme"
    whole["files"]["wording.es.yaml"] = "[" * 9_000
    whole["files"]["protocol.yaml"] += "surprise: 1\n"
    refused = brought(json.dumps(whole).encode())
    assert refused.status_code == 400
    page = text(refused)
    for words in (
        "../../../etc/passwd.yaml",
        "an anchor (&)",
        "an alias (*)",
        "a tag (!)",
        "right-to-left override",
        "deep in each other",
        "surprise: no such key is known here",
    ):
        assert words in page, words
    for raw in (
        b"PK\x03\x04" + b"\x00" * 100,
        b"[" * 100_000,
        b'{"format": "x", "format": "y"}',
        b"\xff\xfe",
        b" " * 2_000_001,
        b'{"format": "alongside-content/1", "kind": "danger", "id": "..", "files": {"a": 1}}',
    ):
        assert brought(raw).status_code == 400, raw[:20]
    assert acts() == ["draft_imported"]


def test_a_version_goes_out_as_fhir_and_comes_in_as_a_draft_with_its_gaps_shown(
    own: Path, grace: Client
) -> None:
    assert "Save as FHIR" in text(grace.get("/office/content/protocols/respect@1/"))
    sent = grace.get("/office/content/fhir/protocols/respect@1/")
    assert sent["Content-Type"] == "application/fhir+json"
    assert sent["Content-Disposition"] == 'attachment; filename="respect-1.fhir.json"'
    assert grace.get("/office/content/fhir/letters/closing@1/").status_code == 404
    assert grace.get("/office/content/fhir/protocols/respect@9/").status_code == 404

    def brought(document: Any) -> Any:
        raw = json.dumps(document).encode()
        file = SimpleUploadedFile("x.json", raw, content_type="application/fhir+json")
        return grace.post("/office/content/drafts/bring/", {"file": file})

    whole = json.loads(sent.content)
    back = brought(whole)
    assert "respect@2" in text(grace.get(back["Location"]))
    plan = whole["entry"][0]["resource"] | {"id": "theirs", "title": "Their way"}
    begun_here = brought(plan)
    page = text(grace.get(begun_here["Location"]))
    assert "theirs@1" in page
    assert "SOURCE.md" in page
    assert grace.get(f"{begun_here['Location']}preview/").status_code == 200
    refused = brought({"resourceType": "PlanDefinition", "action": [{"code": "x"}, 3]})
    assert refused.status_code == 400
    assert "this is no list of FHIR parts" in text(refused)
    assert acts() == ["draft_imported", "draft_imported"]


def test_a_measure_carries_its_rules_of_danger_and_is_never_blinder_than_before(own: Path) -> None:
    files = authoring.files_of("instruments", "phq9@1")
    rule = "danger/self_harm.yaml"
    assert authoring.tried("instruments", "phq9", 2, files).errors == ()
    blind = {name: text for name, text in files.items() if name != rule}
    assert "would raise no alert" in str(authoring.tried("instruments", "phq9", 2, blind).errors)
    weaker = files | {rule: files[rule].replace("level: C", "level: E", 1)}
    found = authoring.tried("instruments", "phq9", 2, weaker).errors
    assert "the level is E, not C" in str(found)  # its own worked examples speak first
    said = weaker[rule][: weaker[rule].index("examples:")]
    alone = "examples:\n  - {title: none, answers: {item_9: 0}, level: null}\n"
    found = authoring.tried("instruments", "phq9", 2, weaker | {rule: said + alone}).errors
    assert "weaker than phq9_self_harm@1" in str(found)

    # Under a name of its own nothing came before; the question itself is a finding.
    lost = authoring.tried("instruments", "mood_here", 1, blind)
    assert lost.errors == ()
    assert "item_9 asks about harm, and no rule of danger reads it" in str(lost.problems)
    assert "asks about harm" not in str(authoring.tried("instruments", "mood_here", 1, files))
    # What is broken on the disk is not used without its rule.
    review = Review("Iris Moor", NOON.date(), date(2027, 3, 1), ("A trial",))
    writing.publish("instruments", "mood_here", 1, files, review)
    assert catalogue.current().risk_rules_for("mood_here@1")[0].level == "C"
    (own / "instruments/mood_new/1").mkdir(parents=True)
    for name, text in files.items():
        path = own / "instruments/mood_new/1" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("level: [" if name == rule else text, encoding="utf-8")
    live.look_again()
    assert "mood_new@1" not in catalogue.current().instruments


def test_a_rule_of_danger_is_written_by_form_and_leaves_as_fhir_with_the_draft(
    own: Path, world: World, grace: Client
) -> None:
    draft = begun(grace, "instruments/phq9@1", "mood_here")
    rules, file = f"{draft}danger/", f"{draft}danger/item_9/?rule=danger/self_harm.yaml"
    assert "Written as a file." in text(grace.get(rules))  # more in it than the form can show
    assert grace.get(file).status_code == 404
    saved_file(grace, draft, "danger/self_harm.yaml", "")
    page = text(grace.get(rules))
    assert "1 question asks about harm, and no rule reads it." in page
    assert "about harm, without a rule" in page

    address = f"{draft}danger/item_9/"
    assert "More than half the days" in text(grace.get(address))
    me = Account._base_manager.filter(pk=world.grace.account.pk)
    me.update(language="es")
    assert "B · muy urgente" in text(grace.get(address))
    me.update(language="en")
    version = version_of(grace.get(address))
    given = {
        "version": version, "name": "Wants to die", "shows": ["1", "2", "3"], "level": "B",
        "also": ["same_day_clinician"], "source": "Our own rule 4", "review_by": "2027-03-01",
    }  # fmt: skip
    refused = grace.post(address, {**given, "shows": ["1", "9"], "level": ""})
    assert refused.status_code == 400
    assert "Wants to die" in refused.content.decode()
    assert grace.post(address, given).status_code == 302
    stale = grace.post(address, given)
    assert stale.status_code == 409
    assert "Somebody changed this meanwhile" in text(stale)
    page = text(grace.get(rules))
    assert "Wants to die B · very urgent" in page
    assert "without a rule" not in page
    trial = authoring.tried("instruments", "mood_here", 1, draft_files())
    rule = trial.catalogue.risk_rules["mood_here_item_9@1"]
    assert (trial.errors, rule.level, rule.critical) == ((), "B", ("item_9",))

    sent = grace.get(f"{draft}fhir/")
    assert sent["Content-Disposition"] == 'attachment; filename="mood_here-1.fhir.json"'
    whole = json.loads(sent.content)
    assert {row["resource"]["status"] for row in whole["entry"]} == {"draft"}
    assert dict(authoring.unpacked(sent.content).files) == draft_files()

    file = f"{address}?rule=danger/item_9.yaml"
    again = {**given, "version": version_of(grace.get(file)), "shows": ["2", "3"], "level": "C"}
    assert grace.post(file, again).status_code == 302
    assert "in: [2, 3]" in draft_files()["danger/item_9.yaml"]
    gone = {"version": version_of(grace.get(file)), "take_out": "1"}
    assert grace.post(file, gone).status_code == 302
    assert "danger/item_9.yaml" not in draft_files()
    saved_file(grace, draft, "instrument.yaml", "items: [")
    assert "There are no questions to read yet." in text(grace.get(rules))
    assert grace.get(f"{draft}fhir/").status_code == 404


def draft_files() -> dict[str, str]:
    """The files of the one draft there is."""
    found: dict[str, str] = ContentDraft._base_manager.get().files
    return found


def test_two_published_versions_are_compared_in_words_with_the_lines_of_their_files(
    own: Path, grace: Client
) -> None:
    address = "/office/content/versions/protocols/cbt@1/"
    assert "There is only this version." in text(grace.get(address))
    assert "Compare versions" not in text(grace.get("/office/content/protocols/cbt@1/"))
    publish_cbt(own)
    assert "Compare versions" in text(grace.get("/office/content/protocols/cbt@2/"))
    for ref in ("cbt@1", "cbt@2"):  # the earlier one always stands on the left
        page = text(grace.get(f"/office/content/versions/protocols/{ref}/"))
        for said in (
            "Version 1 → Version 2",
            "Talk about sleep In the session",
            "days it may take: 7 → 14",
            "whoever agreed to it is asked again",
            "Checked against its sources 21 Nov 2026 → 20 Nov 2026",
            "protocol.yaml",
        ):
            assert said in page, said
    assert "<del>" in grace.get(address).content.decode()

    folder = own / "instruments/gad7/2"
    shutil.copytree(CONTENT / "instruments/gad7/1", folder)
    file = folder / "instrument.yaml"
    words = file.read_text(encoding="utf-8")
    file.write_text(words.replace("at_least: 1}", "at_least: 2}"), encoding="utf-8")
    spoken = folder / "wording.en.yaml"
    spoken.write_text(
        spoken.read_text(encoding="utf-8").replace("Feeling nervous", "Being nervous"), "utf-8"
    )
    live.look_again()
    page = text(grace.get("/office/content/versions/instruments/gad7@2/"))
    assert "when it is asked changed" in page
    assert "en · its questions · item 1 Feeling nervous, anxious or on edge → Being" in page
    assert "Scores of one are not held against scores of the other." in page
    assert grace.get("/office/content/versions/letters/closing@1/").status_code == 404


def test_a_measure_that_is_retired_is_offered_nowhere_new_and_what_runs_goes_on_and_says_so(
    own: Path, world: World, cbt: Course, grace: Client, signed_in: Callable[[Cast], Client]
) -> None:
    asha, case = signed_in(world.asha), f"/work/cases/{world.case.pk}"
    asked = answer(world, world.sam, "isi", {f"item_{number}": 1 for number in range(1, 8)})
    running = measures.make_asking(
        circle=world.circle, about=world.sam, respondent=world.sam, instrument="isi",
        by=world.asha.reader, at=NOON,
    )  # fmt: skip
    address = "/office/content/retire/instruments/isi@1/"
    hint = text(grace.get(address))
    assert "Courses that begin from tomorrow on do not ask it" in hint
    assert "Cognitive behavioural therapy" in hint
    assert grace.post(address, {"why": "We use another one for sleep."}).status_code == 302
    assert acts() == ["content_retired"]

    assert 'value="isi"' not in asha.get(f"{case}/questions/").content.decode()
    with pytest.raises(measures.AskedNoMore):
        measures.make_asking(
            circle=world.circle, about=world.sam, respondent=world.sam, instrument="isi",
            by=world.asha.reader, at=NOON,
        )  # fmt: skip
    note = "It is asked anew no more; what was begun with it goes on."
    assert note in text(asha.get(f"{case}/questions/"))
    assert note in text(asha.get(f"{case}/schedule/"))  # the course began before
    # What runs goes on: the open asking is answered, what was answered is still read.
    measures.submit(
        asking=running, answers={f"item_{number}": 2 for number in range(1, 8)},
        submission="00000000-0000-4000-8000-000000000007", by=world.asha.reader, at=NOON,
    )  # fmt: skip
    assert catalogue.current().instrument("isi@1").name
    assert asked is not None
    # A course that begins later does not ask it, nothing waits for it, and its plan says so.
    Course._base_manager.filter(pk=cbt.pk).update(started_at=NOON + timedelta(days=2))
    world.at(NOON + timedelta(days=2))
    assert note not in text(asha.get(f"{case}/schedule/"))
    assert "Insomnia Severity Index (asked anew no more)" in text(asha.get(f"{case}/plan/"))
    # What the service asks by itself cannot be taken away with its last version.
    strain = catalogue.current().meetings.after.strain.instrument
    refused = grace.post(f"/office/content/retire/instruments/{strain}@1/", {"why": "Enough."})
    assert refused.status_code == 400
    assert "Planned meetings ask this one by themselves." in text(refused)


def test_what_is_overdue_is_said_where_somebody_asks_or_books(
    own: Path, world: World, cbt: Course, signed_in: Callable[[Cast], Client]
) -> None:
    for kind, ref in (("protocols", "cbt@1"), ("instruments", "phq9@1")):
        writing.put_review(kind, ref, Review("Iris", date(2025, 1, 1), date(2026, 2, 1), ("a",)))
    live.look_again()
    asha, case = signed_in(world.asha), f"/work/cases/{world.case.pk}"
    due = "Its review was due on 1 Feb 2026."
    schedule = text(asha.get(f"{case}/schedule/"))
    assert schedule.count(due) == 2  # the way, and its measure
    booking = text(asha.get(f"{case}/book/"))
    assert f"Cognitive behavioural therapy (CBT): Depression: {due}" in booking
    assert "Patient Health Questionnaire-9 (review overdue)" in text(asha.get(f"{case}/questions/"))
