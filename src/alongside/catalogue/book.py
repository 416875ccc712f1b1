"""The whole catalogue: every shelf read at one moment, never changed afterwards."""

from __future__ import annotations

import importlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from alongside.catalogue.errors import PackIsOff, UnknownContent
from alongside.catalogue.loading import Problem, Shelf, review_findings

if TYPE_CHECKING:
    from alongside.catalogue.answering import Answering
    from alongside.catalogue.chooser import ReleaseShape, SidesShape
    from alongside.catalogue.consent_forms import ConsentForm
    from alongside.catalogue.danger import Danger
    from alongside.catalogue.groups import Groups
    from alongside.catalogue.lines import CountryLines
    from alongside.catalogue.meetings import Meetings
    from alongside.catalogue.notes import Notes
    from alongside.catalogue.own_changes import OwnChange
    from alongside.catalogue.packs import Pack
    from alongside.catalogue.retention import Retention
    from alongside.catalogue.reviews import Retired, Review
    from alongside.catalogue.task_kinds import TaskKinds
    from alongside.catalogue.tracking import Tracking
    from alongside.engine.artefacts import Form
    from alongside.engine.instruments import Instrument, Wording
    from alongside.engine.letters import Kind as LetterKind
    from alongside.engine.protocols.asking import AskingTimes
    from alongside.engine.risk import RiskRule

# (shelf, module, the function of that module that reads it). A module may also offer
#   unfit(catalogue) -> {shelf: {id: [Problem, ...]}}  items that do not fit the rest of content
#   settle(catalogue) -> ({shelf: {id: item}}, [Problem, ...])  items as this service set them
#   check(catalogue, roots, today) -> [Problem, ...]   findings that refuse nothing
#   SHAPES: {kind: pydantic model}                     for schema(kind)
SHELVES: tuple[tuple[str, str, str], ...] = (
    ("packs", "packs", "load"),
    ("reviews", "reviews", "load"),
    ("retired", "reviews", "load_retired"),
    ("own_changes", "own_changes", "load"),
    ("sentences", "wording", "load"),
    ("instruments", "instruments", "load"),
    ("wordings", "instruments", "load_wordings"),
    ("risk_rules", "risk_rules", "load"),
    ("harm_words", "risk_rules", "load_harm_words"),
    ("danger", "danger", "load"),
    ("lines", "lines", "load"),
    ("consent_forms", "consent_forms", "load"),
    ("gates", "chooser", "load_gates"),
    ("gate_release", "chooser", "load_release"),
    ("sides", "chooser", "load_sides"),
    ("blend", "chooser", "load_blend"),
    ("needs", "chooser", "load_needs"),
    ("settings", "chooser", "load_settings"),
    ("chooser_rules", "chooser", "load_rules"),
    ("facts", "chooser", "load_facts"),
    ("chooser_words", "chooser", "load_words"),
    ("protocols", "protocols", "load"),
    ("protocol_words", "protocols", "load_words"),
    ("artefacts", "artefacts", "load"),
    ("protocol_examples", "protocol_examples", "load"),
    ("matrix", "matrix", "load"),
    ("legal_bases", "legal_bases", "load"),
    ("jurisdictions", "legal_bases", "load_packs"),
    ("minors", "minors", "load"),
    ("credentials", "credentials", "load"),
    ("private_checks", "private_check", "load"),
    ("crisis_forms", "crisis_care", "load"),
    ("follow_ups", "crisis_care", "load_follow_ups"),
    ("call_scripts", "crisis_care", "load_call_scripts"),
    ("safeguarding_duties", "safeguarding", "load"),
    ("answer_codes", "value_sets", "load"),
    ("tracking", "tracking", "load"),
    ("answering", "answering", "load"),
    ("asking_times", "asking", "load"),
    ("groups", "groups", "load"),
    ("notes", "notes", "load"),
    ("task_kinds", "task_kinds", "load"),
    ("letters", "letters", "load"),
    ("retention", "retention", "load"),
    ("meetings", "meetings", "load"),
)

FALLBACK_LANGUAGE = "en"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All content at one moment. Mappings are read-only; versioned ids look like ``phq9@1``."""

    shelves: Mapping[str, Mapping[str, Any]]
    problems: tuple[Problem, ...] = ()
    # Worked out when first asked for: content does not change in a catalogue.
    _forms: dict[str, Mapping[str, Form]] = field(default_factory=dict, init=False, compare=False)
    _reasons: dict[str, Mapping[str, str]] = field(default_factory=dict, init=False, compare=False)

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """Instrument by ``phq9@1``."""
        return self._shelf("instruments")

    @property
    def wordings(self) -> Mapping[str, Mapping[str, Wording]]:
        """Wording by ``phq9@1``, then by language."""
        return self._shelf("wordings")

    @property
    def packs(self) -> Mapping[str, Pack]:
        """Pack by id, switched on or not."""
        return self._shelf("packs")

    @property
    def own_changes(self) -> Mapping[str, OwnChange]:
        """The service's own figures for reliable change, by ``phq9@1``."""
        return self._shelf("own_changes")

    @property
    def risk_rules(self) -> Mapping[str, RiskRule]:
        """RiskRule by ``phq9_self_harm@1``."""
        return self._shelf("risk_rules")

    @property
    def lines(self) -> Mapping[str, CountryLines]:
        """CountryLines by country code ``GB``."""
        return self._shelf("lines")

    @property
    def consent_forms(self) -> Mapping[str, ConsentForm]:
        """ConsentForm by ``c_treatment@1``."""
        return self._shelf("consent_forms")

    def consents_that_carry(self, what: str) -> frozenset[str]:
        """The ids of the consents that times, talks or questions rest on, in any version."""
        forms = self.consent_forms.items()
        return frozenset(ref.partition("@")[0] for ref, form in forms if what in form.carries)

    @property
    def protocols(self) -> Mapping[str, Any]:
        """Protocol by ``cbt@1``."""
        return self._shelf("protocols")

    @property
    def reviews(self) -> Mapping[str, Review]:
        """The last review here, by ``protocols/cbt@1``."""
        return self._shelf("reviews")

    @property
    def retired(self) -> Mapping[str, Retired]:
        """Versions that are not begun here any more, by ``protocols/cbt@1``."""
        return self._shelf("retired")

    @property
    def offered(self) -> Mapping[str, Any]:
        """The protocols that can be begun now: the newest version of each that is not retired."""
        here = dict.fromkeys(name.partition("@")[0] for name in self.protocols)
        found = (self.newest("protocols", id) for id in here)
        return {name: self.protocols[name] for name in found if name is not None}

    def is_retired(self, instrument: str, on: date | None = None) -> bool:
        """Whether every version of an instrument is asked anew no more, on or before a day.

        Args:
            instrument: its id. on: None, or a day: what began by then goes on being asked.
        """
        names = [name for name in self.instruments if name.rpartition("@")[0] == instrument]
        said = [self.retired.get(f"instruments/{name}") for name in names]
        since = [one.on for one in said if one is not None]
        return bool(names) and len(since) == len(names) and (on is None or max(since) < on)

    def newest(self, shelf: str, id: str) -> str | None:
        """The newest version of an item that is not retired, as ``cbt@2``; None without one."""
        versions = [
            name
            for name in self._shelf(shelf)
            if name.rpartition("@")[0] == id and f"{shelf}/{name}" not in self.retired
        ]
        return max(versions, key=lambda name: int(name.rpartition("@")[2]), default=None)

    @property
    def gates(self) -> Mapping[str, Any]:
        """Gate by id."""
        return self._shelf("gates")

    @property
    def release_days(self) -> ReleaseShape:
        """For how many days a gate is let pass: usually, and at most."""
        release: ReleaseShape = self._one("gate_release", "release")
        return release

    @property
    def sides(self) -> SidesShape:
        """How many sides are heard alone before anybody acts around somebody."""
        found: SidesShape = self._one("sides", "sides")
        return found

    @property
    def blend(self) -> Mapping[str, Any]:
        """BlendRule by id: what comes first, waits and is kept apart in one plan."""
        return self._shelf("blend")

    @property
    def needs(self) -> Mapping[str, Any]:
        """Need by id."""
        return self._shelf("needs")

    @property
    def settings(self) -> Mapping[str, Any]:
        """Care setting by id."""
        return self._shelf("settings")

    @property
    def chooser_rules(self) -> Mapping[str, Any]:
        """The rules of the chooser, under ``rules``."""
        return self._shelf("chooser_rules")

    @property
    def facts(self) -> Any:
        """What may be known of a situation: ``engine.protocols.facts.FactsSchema``."""
        return self._one("facts", "facts")

    @property
    def legal_bases(self) -> Mapping[str, Any]:
        """LegalBasis by id."""
        return self._shelf("legal_bases")

    @property
    def jurisdictions(self) -> Mapping[str, str]:
        """The pack of settings of a country, by its two letters."""
        return self._shelf("jurisdictions")

    @property
    def minors(self) -> Mapping[str, Any]:
        """AgeRules by pack of settings."""
        return self._shelf("minors")

    @property
    def credentials(self) -> Mapping[str, Any]:
        """CredentialKind by id."""
        return self._shelf("credentials")

    @property
    def private_check(self) -> Any:
        """The newest version of the private check."""
        return find(self._shelf("private_checks"), "private check", "private_check")

    @property
    def answer_codes(self) -> Mapping[str, Mapping[str, int]]:
        """Official value by LOINC answer code, by ``phq9/freq4``."""
        return self._shelf("answer_codes")

    def crisis_form(self, id: str) -> Any:
        """The form ``assessment@1``, or the newest version of ``assessment``, review or debrief."""
        return find(self._shelf("crisis_forms"), "crisis form", id)

    def follow_up(self, id: str = "follow_up") -> Any:
        """What is due after a crisis: ``follow_up@1``, or the newest version."""
        return find(self._shelf("follow_ups"), "follow-up", id)

    def call_script(self, id: str = "call_script") -> Any:
        """What to say on the phone: ``call_script@1``, or the newest version."""
        return find(self._shelf("call_scripts"), "call script", id)

    @property
    def asking_times(self) -> AskingTimes:
        """How the service asks: times of day, days before and after, reminders."""
        times: AskingTimes = self._one("asking_times", "times")
        return times

    @property
    def groups(self) -> Groups:
        """How therapy groups are run: places, the talk before, the rules."""
        groups: Groups = self._one("groups", "groups")
        return groups

    @property
    def answering(self) -> Answering:
        """How long a device is handed over, and how paper is typed in."""
        answering: Answering = self._one("answering", "answering")
        return answering

    @property
    def safeguarding_duties(self) -> Mapping[str, Any]:
        """Who must report harm, to whom and by when, by country code; verified or not."""
        return self._shelf("safeguarding_duties")

    @property
    def tracking(self) -> Tracking:
        """When a course is not on track, what is then looked at, and what may follow."""
        tracking: Tracking = self._one("tracking", "rules")
        return tracking

    @property
    def notes(self) -> Notes:
        """Where the draft of a note puts what was entered, and how long a note may wait."""
        notes: Notes = self._one("notes", "notes")
        return notes

    @property
    def retention(self) -> Retention:
        """The clock of a case: how long, how far back, and when we ask again after the end."""
        retention: Retention = self._one("retention", "rules")
        return retention

    @property
    def task_kinds(self) -> TaskKinds:
        """Every kind of task: which harm if it is left, when it is due, its words."""
        kinds: TaskKinds = self._one("task_kinds", "tasks")
        return kinds

    @property
    def letters(self) -> Mapping[str, LetterKind]:
        """Kind of letter by ``closing@1``."""
        return self._shelf("letters")

    def letter(self, id: str) -> LetterKind:
        """The kind of letter ``closing@1``, or the newest version of ``closing``."""
        return find(self.letters, "letter", id)

    @property
    def meetings(self) -> Meetings:
        """Planned meetings: paths, safety questions, gates, answers."""
        meetings: Meetings = self._one("meetings", "meetings")
        return meetings

    @property
    def danger(self) -> Danger:
        """Levels, outcomes and public questions: ``catalogue.danger.Danger``."""
        danger: Danger = self._one("danger", "danger")
        return danger

    @property
    def matrix(self) -> Any:
        """The table of who may do what: ``engine.access.Matrix``."""
        return self._one("matrix", "matrix")

    def instrument(self, id: str) -> Instrument:
        """The instrument ``phq9@1``, or the newest version of ``phq9``.

        Raises UnknownContent; PackIsOff where it is in a pack that is not switched on here.
        """
        try:
            return find(self.instruments, "instrument", self.newest("instruments", id) or id)
        except UnknownContent:
            pack = self.pack_with(id)
            if pack is None or pack.is_on:
                raise
            raise PackIsOff(id, pack.id) from None

    def pack_with(self, id: str) -> Pack | None:
        """The pack that has this instrument."""
        name = id.partition("@")[0]
        return next((pack for pack in self.packs.values() if name in pack.instruments), None)

    def risk_rule(self, id: str) -> RiskRule:
        """The risk rule ``phq9_self_harm@1``, or its newest version."""
        return find(self.risk_rules, "risk rule", id)

    def protocol(self, id: str) -> Any:
        """The protocol ``cbt@1``, or the newest version of ``cbt`` that is not retired."""
        return find(self.protocols, "protocol", self.newest("protocols", id) or id)

    @property
    def artefacts(self) -> Mapping[str, Form]:
        """Form of a protocol by ``cbt/thought_record@1``."""
        return self._shelf("artefacts")

    def artefact(self, ref: str) -> Form:
        """The form ``cbt/thought_record@1``. Raises UnknownContent."""
        if ref not in self.artefacts:
            raise UnknownContent("form", ref, self.artefacts)
        return self.artefacts[ref]

    def artefacts_of(self, protocol: str) -> Mapping[str, Form]:
        """The forms of a protocol ``cbt@1`` that are here, by id, in its own order."""
        if protocol not in self._forms:
            self._forms[protocol] = {
                form.ref.form: form
                for form in self.artefacts.values()
                if str(form.ref.way) == protocol
            }
        return self._forms[protocol]

    def consent_form(self, id: str) -> ConsentForm:
        """The consent form ``c_treatment@1``, or its newest version."""
        return find(self.consent_forms, "consent form", id)

    def wording(self, ref: str, language: str) -> Wording:
        """The words of an instrument in a language, or in English when there are no others.

        Raises UnknownContent when the instrument may not show its words at all.
        """
        name = str(self.instrument(ref).ref)
        wordings = self.wordings.get(name, {})
        for tag in (language, language.split("-", maxsplit=1)[0], FALLBACK_LANGUAGE):
            if tag in wordings:
                return wordings[tag]
        raise UnknownContent("wording", f"{name} {language}", (f"{name} {tag}" for tag in wordings))

    def risk_rules_for(self, instrument: str) -> tuple[RiskRule, ...]:
        """The newest version of every risk rule about one instrument, in order of id."""
        ref = str(self.instrument(instrument).ref)
        newest: dict[str, RiskRule] = {}
        for rule in self.risk_rules.values():
            if str(rule.instrument) != ref:
                continue
            held = newest.get(rule.ref.id)
            if held is None or held.ref.version < rule.ref.version:
                newest[rule.ref.id] = rule
        return tuple(newest[id] for id in sorted(newest))

    def sentences(self, language: str) -> Mapping[str, str]:
        """Every signed sentence by id in a language; English where it is not translated."""
        texts: dict[str, str] = {}
        for tag in (FALLBACK_LANGUAGE, language.split("-", maxsplit=1)[0], language):
            for _, page in sorted(self._shelf("sentences").items()):
                if page.language == tag:
                    texts.update(page.texts)
        return MappingProxyType(texts)

    def sentence(self, id: str, language: str = FALLBACK_LANGUAGE) -> str:
        """One signed sentence, with its placeholders still in it."""
        texts = self.sentences(language)
        if id not in texts:
            raise UnknownContent("sentence", id, texts)
        return texts[id]

    def reasons(self, language: str) -> Mapping[str, str]:
        """The text of every Reason of chooser, gates and protocols by its key, in a language.

        A key that is not translated has its English text.
        """
        if (held := self._reasons.get(language)) is not None:
            return held
        texts: dict[str, str] = {}
        for tag in (FALLBACK_LANGUAGE, language.split("-", maxsplit=1)[0], language):
            for shelf in ("chooser_words", "protocol_words"):
                texts.update(self._shelf(shelf).get(tag, {}))
        self._reasons[language] = MappingProxyType(texts)
        return self._reasons[language]

    def _shelf(self, name: str) -> Mapping[str, Any]:
        return self.shelves.get(name, {})

    def _one(self, shelf: str, id: str) -> Any:
        return find(self._shelf(shelf), shelf, id)


def find(items: Mapping[str, T], kind: str, id: str) -> T:
    """The item with this id; for an id without a version, the newest version."""
    if id in items:
        return items[id]
    versions = [name for name in items if name.partition("@")[0] == id and "@" in name]
    if versions:
        return items[max(versions, key=lambda name: int(name.partition("@")[2]))]
    known = set(items) | {name.partition("@")[0] for name in items}
    raise UnknownContent(kind, id, known)


def build(
    roots: Sequence[Path],
    *,
    before: Catalogue | None = None,
    only: Collection[str] = (),
    base: Catalogue | None = None,
) -> Catalogue:
    """Read every shelf, or some.

    Args:
        roots: the content folders, shipped first, then the deployment's own.
        before: the catalogue in use; what was good there and is broken now is kept.
        only: the names of the shelves to read, for a command that needs few; all when empty.
        base: where the shelves that are not read come from; without it they are not there.

    Returns:
        The catalogue. What is wrong is in ``problems``; broken items are not on the shelves.
    """
    shelves = {name: dict(items) for name, items in base.shelves.items()} if base else {}
    problems: list[Problem] = []
    broken: set[str] = set()
    wanted = [shelf for shelf in SHELVES if not only or shelf[0] in only]
    for name, module_name, function in wanted:
        shelf = _read(module_name, function, roots)
        shelves[name] = dict(shelf.items)
        problems.extend(shelf.problems)
        if any(problem.grade == "error" for problem in shelf.problems):
            broken.add(name)
    for module in _modules(wanted):
        if not hasattr(module, "unfit"):
            continue
        for name, refused in module.unfit(_frozen(shelves, tuple(problems))).items():
            for id, why in refused.items():
                if name not in shelves:
                    continue
                shelves[name].pop(id, None)
                problems.extend(why)
                broken.add(name)
    for module in _modules(wanted):
        if hasattr(module, "settle"):
            settled, mistakes = module.settle(_frozen(shelves))
            problems.extend(mistakes)
            for name, items in settled.items():
                if name in shelves:
                    shelves[name].update(items)
    if before is not None:
        for name in broken:
            for id, item in before.shelves.get(name, {}).items():
                shelves[name].setdefault(id, item)
    return _frozen(shelves, tuple(dict.fromkeys(problems)))


def check(roots: Sequence[Path], *, today: date | None = None) -> list[Problem]:
    """Every finding in the content: mistakes, stale review dates, names not here yet.

    Args:
        roots: the content folders, shipped first.
        today: the day review dates are compared with; without it they are not compared.

    Returns:
        The findings, in order of file and line; ``grade`` is error, warning or info.
    """
    whole = build(roots)
    found = [*whole.problems, *review_findings(roots, today)]
    for module in _modules():
        if hasattr(module, "check"):
            found.extend(module.check(whole, roots, today))
    return sorted(set(found))


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of one kind of content file, for editors and reviewers."""
    shapes: dict[str, Any] = {}
    for module in _modules():
        shapes.update(getattr(module, "SHAPES", {}))
    if kind not in shapes:
        raise UnknownContent("kind of content", kind, shapes)
    found: dict[str, Any] = shapes[kind].model_json_schema(by_alias=True)
    return found


def _frozen(
    shelves: Mapping[str, Mapping[str, Any]], problems: tuple[Problem, ...] = ()
) -> Catalogue:
    held = {name: MappingProxyType(dict(items)) for name, items in shelves.items()}
    return Catalogue(MappingProxyType(held), problems)


def _read(module_name: str, function: str, roots: Sequence[Path]) -> Shelf[Any]:
    module = _module(module_name)
    load = getattr(module, function, None)
    if load is None:
        return Shelf()
    shelf: Shelf[Any] = load(roots)
    return shelf


def _modules(shelves: Sequence[tuple[str, str, str]] = SHELVES) -> Iterator[ModuleType]:
    for name in dict.fromkeys(module_name for _, module_name, _ in shelves):
        module = _module(name)
        if module is not None:
            yield module


def _module(name: str) -> ModuleType | None:
    full = f"alongside.catalogue.{name}"
    try:
        return importlib.import_module(full)
    except ModuleNotFoundError as missing:
        if missing.name != full:
            raise
        return None
