"""Who may look at rows without a reader, and act for nobody: closed lists, each with its reason.

A module that is not named here and does it anyway fails this test. So does a name too many.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from alongside.records.reader import SYSTEM_MODULES

SOURCE = Path(__file__).resolve().parents[2] / "src"

# Rows without a reader, by `unscoped("reason")`.
UNSCOPED = {
    "alongside.access.first_run": "there is nobody yet",
    "alongside.calendar.actions": "a double booking counts whoever made the other one",
    "alongside.calendar.ending": "whom a time took is free again, whoever made it",
    "alongside.calendar.feed": "one's own times, for a program that holds the private address",
    "alongside.calendar.private_address": "who holds it reads; nobody is signed in",
    "alongside.calendar.queries": "when one is busy oneself, how often a room is: no word of whose",
    "alongside.calendar.rooms": "rooms in use have different names",
    "alongside.calendar.series": "the times of one series are moved and given back together",
    "alongside.calendar.zones": "new rules of a zone move every time kept in it",
    "alongside.cases.invitations": "the outbox asks whether an invitation is still right",
    "alongside.cases.reporting": "reports by one contact, or about one person, are counted",
    "alongside.cases.queries": "that a case is over, and when",
    "alongside.cases.retention": "what ran out is found, whoever may read it",
    "alongside.cases.sides": "a gate asks how many sides were heard: a count, no word of it",
    "alongside.crisis.answering": "the alert somebody may open, looked at again under its lock",
    "alongside.crisis.care": "what is missed is chased, whoever may read it",
    "alongside.crisis.done": "a task is over, whoever had it",
    "alongside.crisis.codes": "a code says whose it is; nobody is signed in",
    "alongside.crisis.edges": "the shift opens an alert, before its people can see it",
    "alongside.crisis.escalation": "the loop that climbs",
    "alongside.crisis.follow_up": "closing an alert makes what is due after it",
    "alongside.crisis.feed": "one's own shifts, for a program that holds the private address",
    "alongside.crisis.leads": "who may read a report, and that one waits for a lead: no word of it",
    "alongside.crisis.private_check": "a yes is told to the lead without the one who said it",
    "alongside.crisis.public": "the public door has no reader",
    "alongside.crisis.queries": "who is on call is asked on behalf of whoever is in danger",
    "alongside.crisis.raising": "an alert is raised by whoever answered, and told to whom it must",
    "alongside.crisis.reports": "does a report wait for an answer: yes or no, for a gate",
    "alongside.crisis.safeguarding": "was it asked whether a child is there: yes or no",
    "alongside.crisis.safety_plan": "a version follows the newest; rules ask how fresh it is",
    "alongside.crisis.shifts": "a shift is looked at again under its lock",
    "alongside.crisis.triage": "has it shown danger: yes or no",
    "alongside.crisis.second_look": "a second look that is late is told, whoever may give it",
    "alongside.crisis.telling": "messages are addressed to whoever must answer",
    "alongside.crisis.tellings": "the same telling again finds the first one",
    "alongside.cases.rights": "does an objection stand: yes or no",
    "alongside.crisis.worries": "a visit is the secret of its draft; nobody is signed in",
    "alongside.delivery.actions": "sessions are numbered, whoever held the others",
    "alongside.delivery.countersigning": "a note is before one supervisor, whoever answers or adds",
    "alongside.delivery.own_reach": "what waits for a way goes by its hours; is it looked at",
    "alongside.delivery.known": "a gate asks what is so, whoever looks: open or not, nothing more",
    "alongside.delivery.artefacts": "a version of a sheet follows the one that holds",
    "alongside.delivery.retention": "what is due is erased: codes, dates and counts, no word of it",
    "alongside.delivery.reviews": "was it shared with the person: yes or no",
    "alongside.access.groups": "which account a colleague has",
    "alongside.delivery.group_rounds": "what became of each asking of a round, not what was said",
    "alongside.delivery.group_sessions": "into which course a session goes; a sign, never why",
    "alongside.delivery.groups": "places are given out one at a time; who must not meet",
    "alongside.delivery.letters": "did a letter arrive; which way failed",
    "alongside.delivery.on_time": "one asks at a time",
    "alongside.delivery.schedule": "may anything go out to somebody: yes or no",
    "alongside.directory.queries": "numbers to call are for anyone",
    "alongside.measures.actions": "the same answer twice is one answer",
    "alongside.measures.correcting": "answers are put right once, whoever did it",
    "alongside.measures.ending": "a person's own word ends it, whoever was asked",
    "alongside.measures.permissions": "the outbox asks whether a link is still right",
    "alongside.measures.queries": "what a private link shows before it is opened",
    "alongside.measures.typing": "was this form typed in before",
    "alongside.meetings.actions": "a date is set, taken back or stopped one at a time",
    "alongside.meetings.after": "that the person was met, and when, for them alone",
    "alongside.meetings.giving": "a letter is given, taken back and opened one at a time",
    "alongside.meetings.live": "is this press kept already? (ids alone)",
    "alongside.meetings.letters": "a letter is finished as it stands, under its lock",
    "alongside.meetings.queries": "was a stop resolved: yes or no, and no word of it",
    "alongside.notify.actions": "the outbox",
    "alongside.notify.channels": "one's own, or how many somebody has: never an address to others",
    "alongside.notify.queries": "is anything due: a look that takes no lock",
    "alongside.notify.together": "what waits for one address goes in one letter",
    "alongside.people.essentials": "the first two to write wait for each other",
    "alongside.plans.actions": "one live plan a case, whoever proposed it",
    "alongside.plans.places": "where help has moved to: a gate asks, whoever may read it",
    "alongside.plans.queries": "gates ask for facts, not for who may read them",
    "alongside.plans.together": "several ways in one plan: gates ask, whoever looks",
    "alongside.plans.treating": "a role stays as long as any course needs it, whoever ends one",
    "alongside.records.scoped": "here it is made",
}

# Rows by Django's own manager, which knows no reader: where the reader itself is made and asked.
BELOW_THE_READER = {
    "alongside.access.actions": "edges, links and sessions of the act itself",
    "alongside.access.apart": "would two people meet who must not: yes or no",
    "alongside.access.closing": "an account without a role is closed in the act that took it",
    "alongside.access.guardians": "roles that follow from a guardianship, and end with it",
    "alongside.access.kept": "an account's own kept forms",
    "alongside.access.permissions": "what words mean, in SQL",
    "alongside.access.queries": "how many managers there are",
    "alongside.access.readers": "edges, persons and separations make the reader",
    "alongside.access.sessions": "a session is lent for a request that waited for the database",
    "alongside.access.sight": "who can see this, told to whoever may open it",
    "alongside.calendar.permissions": "what words mean, in SQL",
    "alongside.cases.permissions": "what words mean, in SQL",
    "alongside.crisis.permissions": "what words mean, in SQL",
    "alongside.delivery.permissions": "what words mean, in SQL",
    "alongside.people.permissions": "what words mean, in SQL",
    "alongside.plans.permissions": "what words mean, in SQL",
    "alongside.plans.treating": "whose accounts get or lose the role that comes with a course",
    "alongside.records.models": "a save that names the version it was made from",
}


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(_modules())


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(SOURCE.rglob("*.py")):
        if "migrations" in file.parts:
            continue
        name = ".".join(file.relative_to(SOURCE).with_suffix("").parts)
        yield name.removesuffix(".__init__"), ast.parse(file.read_text(encoding="utf-8"))


def test_only_named_modules_look_without_a_reader() -> None:
    found = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.FunctionDef)
        and (node.attr if isinstance(node, ast.Attribute) else node.name) == "unscoped"
    }
    assert found == set(UNSCOPED)


def test_only_named_modules_go_below_the_reader() -> None:
    found = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"_base_manager", "_default_manager"}
    }
    assert found == set(BELOW_THE_READER)


def test_only_named_modules_act_for_the_system() -> None:
    """records.reader.SYSTEM_MODULES: the service acts there, for a reason, and nowhere else."""
    found = set()
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if called in {"system", "SystemReader"} and name != "alongside.records.reader":
                    found.add(name)
    assert found <= set(SYSTEM_MODULES)
    assert not [name for name in SYSTEM_MODULES if not _exists(name)]


def test_no_page_goes_round_its_reader() -> None:
    for name in (*UNSCOPED, *BELOW_THE_READER, *SYSTEM_MODULES):
        assert not name.startswith(("alongside.web.", "alongside.fhir."))


def test_a_rule_of_access_keeps_nothing_it_has_read() -> None:
    """The SQL of a rule may be kept (records/prepared.py) unless rows are read to make it.

    Rows that another part of the page had read and kept would go into it unseen, and stay there.
    """
    keeping = {"once", "cache", "lru_cache", "cached_property", "kept"}
    rules = [(name, tree) for name, tree in modules() if name.endswith(("permissions", "policy"))]
    assert len(rules) > 10
    found = {
        (name, word)
        for name, tree in rules
        for node in ast.walk(tree)
        for word in (getattr(node, "id", ""), getattr(node, "attr", ""))
        if word in keeping
    }
    assert found <= {("alongside.access.policy", "cache")}  # of the table, which is content


def test_nothing_uses_the_groups_and_permissions_of_the_framework() -> None:
    """2.2: roles are edges with time; the framework's own tables of rights stay unused."""
    banned = {"has_perm", "user_passes_test", "permission_required", "PermissionRequiredMixin"}
    found = [
        (name, node.lineno)
        for name, tree in modules()
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id in banned)
        or (isinstance(node, ast.Attribute) and node.attr in banned)
    ]
    assert found == []


def _exists(name: str) -> bool:
    place = SOURCE.joinpath(*name.split("."))
    return place.with_suffix(".py").exists() or (place / "__init__.py").exists()


def test_the_manual_shows_the_table_as_it_is() -> None:
    """docs/reference/access.md is made from content/access/matrix.yaml."""
    import importlib.util

    place = SOURCE.parent / "scripts" / "access_reference.py"
    spec = importlib.util.spec_from_file_location("access_reference", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page()
