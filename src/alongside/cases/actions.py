"""Writes: from a concern to a case and its circle, decisions, and the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alongside import catalogue
from alongside.access import actions as access
from alongside.access import readers
from alongside.cases import after, invitations, retention, rights, rules
from alongside.cases.models import Case, Concern, Decision
from alongside.directory.models import Service
from alongside.people import actions as people
from alongside.people import reach
from alongside.people.models import Circle, Member, Person
from alongside.people.queries import jurisdiction_of
from alongside.people.rules import RELATIONS
from alongside.records import audit
from alongside.records.actions_base import action
from alongside.records.errors import Refused, Unfit
from alongside.records.reader import Reader
from alongside.records.registry import holds
from alongside.tasks import actions as tasks
from alongside.tasks import queries as task_queries
from alongside.tasks.actions import AlreadyDone


class NotToTriage(Refused):
    """Somebody took this concern, sent it on or withdrew it. ``concern`` is as it is now."""

    concern: Concern


class UnknownBasis(Unfit):
    """This legal basis is not known here, or cannot carry a case before the person agreed."""

    basis: str


class NeedsAReason(Unfit):
    """A reason is needed that says something. ``field`` says where."""

    field: str


class BadDate(Unfit):
    """A date cannot stand. ``field`` is ``review_by`` or ``ends_on``."""

    field: str


class NoContactLeft(Refused):
    """The reporter left neither name nor contact, so they cannot join the circle."""


class WrongState(Refused):
    """The case is not in the state this needs. ``state`` is where it stands."""

    state: str


class UnknownWord(Unfit):
    """A word that is not in its list. ``field`` and ``value`` say which."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a case made."""

    case: Case
    circle: Circle
    reporter: Member | None


@action
def open_case(
    *,
    concern: Concern,
    service: Service,
    legal_basis: str,
    legal_reason: str,
    by: Reader,
    at: datetime,
    alias: str = "",
    age_band: str = "",
    review_by: date | None = None,
    ends_on: date | None = None,
    needs: Sequence[str] = (),
    reporter_joins: bool = False,
    version: int | None = None,
) -> Opened:
    """Open a case out of a concern: its circle, with the least that will do (5.1).

    Args:
        legal_basis: an id of content/legal_bases that can carry a case before agreement.
        legal_reason: why this basis, in words; kept encrypted.
        alias, age_band: what the person is called here; as the concern has it by default.
        review_by, ends_on: as far ahead as content/retention lets them be; each has a default.
        needs: ids of content/needs.
        reporter_joins: the reporter, who left a name and a contact, becomes a member.
        version: of the concern, as it was read.

    Returns:
        The case, its circle, and the reporter's place in it. Who opened it leads it.

    Raises:
        NotToTriage, UnknownBasis, NeedsAReason, BadDate, NoContactLeft, StaleVersion.
    """
    by.confirm("E", concern)
    by.confirm_create("case", institution=concern.institution_id)
    if concern.state != "sent":
        raise NotToTriage(concern=concern)
    _must_be_a_basis(legal_basis, legal_reason, jurisdiction_of(concern.institution))
    known = catalogue.current().needs
    if unknown := [need for need in needs if need not in known]:
        raise UnknownWord(field="needs", value=unknown[0])
    today = at.date()
    end = ends_on or rules.default_end(today)
    review = review_by or rules.review_after(today, end)
    if wrong := rules.dates_fit(today, review, end):
        raise BadDate(field=wrong)
    if reporter_joins and not (concern.contact_name and concern.contact):
        raise NoContactLeft
    circle = people.make_circle(
        institution=concern.institution,
        alias=alias or concern.about_alias or "—",
        age_band=age_band or concern.about_age_band,
        language=concern.language,
        by=by,
        at=at,
    )
    case: Case = Case.objects.create(
        institution=concern.institution,
        circle=circle,
        service=service,
        needs=list(needs),
        legal_basis=legal_basis,
        legal_reason=legal_reason.strip(),
        review_by=review,
        ends_on=end,
        opened_at=at,
        last_step_at=at,
    )
    access.lead_new_circle(circle=circle, by=by, at=at)
    concern.circle, concern.case = circle, case
    concern.state, concern.taken_at = "taken", at
    changed = ["circle", "case", "state", "taken_at"]
    member = None
    if reporter_joins:
        member = _reporter(concern, circle, by=by, at=at)
        if concern.written_by_id is None:
            concern.written_by = member.person
            changed.append("written_by")
    concern.save_version(version or concern.version, changed)
    _finish_task("new_concern", f"concern:{concern.pk}", by=by, at=at)
    _tasks_of_a_new_case(concern, case, by=by, at=at)
    audit.write("cases.concern_taken", by=by, at=at, about=concern)
    audit.write("cases.case_opened", by=by, at=at, about=case, detail={"basis": legal_basis})
    return Opened(case, circle, member)


@action
def refer_on(
    *,
    concern: Concern,
    to: str,
    why: str,
    by: Reader,
    at: datetime,
    version: int | None = None,
) -> Concern:
    """Send a concern on to somebody who can help better. It makes no case here.

    Args:
        to: who it was handed to, in words. why: the reason.
    """
    return _end_concern(
        concern,
        "referred_on",
        f"{_reason('to', to, letters=2)}\n{_reason('why', why)}",
        version,
        by=by,
        at=at,
    )


@action
def withdraw(
    *, concern: Concern, why: str, by: Reader, at: datetime, version: int | None = None
) -> Concern:
    """Take a concern out because whoever told it took it back, or it was told in error.

    An alert it raised stays open: only a person closes it.
    """
    return _end_concern(concern, "withdrawn", _reason("why", why), version, by=by, at=at)


def _end_concern(
    concern: Concern, state: str, words: str, version: int | None, *, by: Reader, at: datetime
) -> Concern:
    by.confirm("E", concern)
    if concern.state != "sent":
        raise NotToTriage(concern=concern)
    concern.state, concern.ended_at, concern.ended_because = state, at, words
    concern.save_version(version or concern.version, ["state", "ended_at", "ended_because"])
    _finish_task("new_concern", f"concern:{concern.pk}", by=by, at=at)
    audit.write(f"cases.concern_{state}", by=by, at=at, about=concern)
    return concern


@action
def take_back(*, concern: Concern, by: Reader, at: datetime) -> Concern:
    """Let the writer take back a concern nobody has looked at yet.

    An alert it raised stays open: only a person closes it.
    """
    if not by.is_system and concern.written_by_id not in by.persons:
        by.confirm("E", concern)
    if concern.state != "sent":
        raise NotToTriage(concern=concern)
    concern.state, concern.ended_at = "withdrawn", at
    concern.save_version(concern.version, ["state", "ended_at"])
    audit.write("cases.concern_withdrawn", by=by, at=at, about=concern)
    return concern


@action
def keep_facts(
    *, case: Case, version: int, facts: Mapping[str, Any], needs: Sequence[str], by: Reader,
    at: datetime
) -> Case:  # fmt: skip
    """Keep the chooser's facts as they were last given. What is unknown is left out.

    Raises:
        StaleVersion: somebody changed the case since it was read. Limited: the person objects.
    """
    by.confirm("E", case)
    _must_not_be_closed(case)
    rights.must_not_be_limited(circle=case.circle)
    known = catalogue.current().needs
    if unknown := [need for need in needs if need not in known]:
        raise UnknownWord(field="needs", value=unknown[0])
    case.facts = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    case.needs = list(needs)
    case.save_version(version, ["facts", "needs"])
    audit.write("cases.case_changed", by=by, at=at, about=case, detail={"fields": "facts needs"})
    return case


@action
def record_decision(
    *,
    circle: Circle,
    kind: str,
    chosen: str,
    reason: str,
    by: Reader,
    at: datetime,
    about: str = "",
    shown: Mapping[str, Any] | None = None,
    until: date | None = None,
) -> Decision:
    """Write down what a person decided, with what they saw and why. Never changed afterwards.

    Args:
        kind: ``method``, ``release`` (of a gate), ``override``, ``choice``, ``prolong``,
            ``alternative`` (another explanation was considered, M1), ``track_review`` or
            ``track_shared`` (of a course that is not on track), ``step`` (up, down or another way),
            ``setting`` (help moves to another place), ``version`` (a course goes on by a newer
            version of its protocol) or ``shown`` (to a guardian, for safety).
        chosen: the word for it, such as ``craft`` or ``released``.
        about: names the thing, such as ``gate:G1`` or ``protocol:craft@1``.
        shown: what was on the page when it was decided.
        until: the last day it holds; None for as long as it is true.
    """
    row = rules.row_of(kind)
    by.confirm_create(row, institution=circle.institution_id, circle=circle.pk)
    if kind not in rules.DECISIONS:
        raise UnknownWord(field="kind", value=kind)
    if not chosen.strip():
        raise UnknownWord(field="chosen", value=chosen)
    if until is not None and until < at.date():
        raise BadDate(field="until")
    decision: Decision = Decision.objects.create(
        institution=circle.institution,
        circle=circle,
        kind=kind,
        about=about[:80],
        shown="" if shown is None else json.dumps(shown, ensure_ascii=False, sort_keys=True),
        chosen=chosen[:80],
        reason=_reason("reason", reason),
        decided_at=at,
        until=until,
        written_by=readers.person_for(by, institution=circle.institution_id, circle=circle.pk),
    )
    audit.write(
        "cases.decision_recorded",
        by=by,
        at=at,
        about=decision,
        detail={"kind": kind, "chosen": chosen[:80], "thing": about[:80]},
    )
    case = Case.objects.visible_to(by).filter(circle=circle).exclude(state="closed").first()
    if case is not None:
        touch(case=case, by=by, at=at)
    return decision


@action
def touch(*, case: Case, by: Reader, at: datetime) -> None:
    """Note that the lead took a step: the next look counts from today, not after the end.

    Called by actions that are such a step; they asked whether it may be.
    """
    if case.state == "closed" or at < case.last_step_at:
        return
    rows = Case.objects.visible_to(by).filter(pk=case.pk)
    review = rules.review_after(at.date(), case.ends_on)
    rows.update(last_step_at=at, review_by=review)
    case.last_step_at, case.review_by = at, review


@action
def prolong(
    *, case: Case, ends_on: date, reason: str, version: int, by: Reader, at: datetime
) -> Case:
    """Let a case last longer, for a reason that stays beside it.

    Raises:
        BadDate: not later than now, or further ahead than content/retention allows.
    """
    by.confirm("E", case)
    _must_not_be_closed(case)
    if not at.date() < ends_on <= rules.latest_end(at.date()):
        raise BadDate(field="ends_on")
    case.ends_on = ends_on
    case.save_version(version, ["ends_on"])
    record_decision(
        circle=case.circle,
        kind="prolong",
        chosen=ends_on.isoformat(),
        about=f"case:{case.pk}",
        reason=reason,
        by=by,
        at=at,
    )
    audit.write("cases.case_prolonged", by=by, at=at, about=case)
    return case


@action
def invite(*, member: Member, address: str, by: Reader, at: datetime, base_url: str) -> None:
    """Send a member a link to join, by their safe channel, in words that tell nothing.

    The link leads to what they will see, then to signing in. A new one ends the one before.

    Args:
        address: their own e-mail address.
        base_url: where this service is reached, ``https://…``.
    """
    by.confirm("E", member)
    if member.to_at is not None:
        raise people.MemberHasEnded
    invitations.send(
        person=member.person, circle=member.circle, address=address, base_url=base_url, by=by, at=at
    )


@action
def disclose(
    *,
    case: Case,
    version: int,
    by: Reader,
    at: datetime,
    address: str = "",
    base_url: str = "",
) -> Case:
    """Say that the person has been told that the circle exists. There is no way back.

    Args:
        address: their e-mail address; with it they are sent a link to their own page, where they
            see what is held, by whom, and can object (5.1).

    Raises:
        WrongState: it was said before, or the case is closed.
        StaleVersion: somebody changed the case since it was read.
    """
    by.confirm("E", case)
    _must_not_be_closed(case)
    if case.disclosed_at is not None:
        raise WrongState(state="disclosed")
    case.disclosed_at, case.last_step_at = at, at
    case.review_by = rules.review_after(at.date(), case.ends_on)
    case.save_version(version, ["disclosed_at", "last_step_at", "review_by"])
    _finish_task("tell_the_person", f"case:{case.pk}", by=by, at=at)
    if address:
        invitations.send(
            person=case.circle.focus,
            circle=case.circle,
            address=address,
            base_url=base_url,
            by=by,
            at=at,
        )
    audit.write("cases.person_disclosed", by=by, at=at, about=case)
    return case


@action
def engage_person(
    *,
    case: Case,
    version: int,
    by: Reader,
    at: datetime,
    address: str = "",
    base_url: str = "",
) -> Case:
    """The person came in: the case is active, and they get a page of their own.

    Args:
        address: their e-mail address; with it they are sent a link to their page. It can be
            given later with the same call.

    Being here, the person knows of the case: it is disclosed with it.
    """
    by.confirm("E", case)
    _must_not_be_closed(case)
    changed = ["last_step_at", "review_by"]
    case.last_step_at = at
    case.review_by = rules.review_after(at.date(), case.ends_on)
    if case.engaged_at is None:
        case.engaged_at = at
        changed.append("engaged_at")
    if case.state == "preparing":
        case.state = "active"
        changed.append("state")
    if case.disclosed_at is None:
        case.disclosed_at = at
        changed.append("disclosed_at")
        _finish_task("tell_the_person", f"case:{case.pk}", by=by, at=at)
    case.save_version(version, changed)
    if address:
        invitations.send(
            person=case.circle.focus,
            circle=case.circle,
            address=address,
            base_url=base_url,
            by=by,
            at=at,
        )
    audit.write("cases.person_engaged", by=by, at=at, about=case)
    return case


@action
def start_closing(*, case: Case, version: int, by: Reader, at: datetime) -> Case:
    """Begin the end: no new course starts, what is open is finished or handed over."""
    by.confirm("E", case)
    if case.state not in {"preparing", "active"}:
        raise WrongState(state=case.state)
    case.state, case.last_step_at = "closing", at
    case.save_version(version, ["state", "last_step_at"])
    audit.write("cases.case_closing", by=by, at=at, about=case)
    return case


@action
def close_case(
    *, case: Case, version: int, outcome: str, words: str, by: Reader, at: datetime
) -> Case:
    """Close a case with a word everybody shares and words of one's own.

    The follow-ups of the months to come are dated here; of somebody who never came in, the day
    on which what is held is to be erased.

    Args:
        outcome: one of ``rules.COMPLETIONS``. Not held, refused and dropped out are outcomes too.
        words: what happened, for whoever reads it later.

    Raises:
        WrongState: it is closed. StaleVersion: somebody changed it since it was read. What a hold
        on ``cases.close`` refuses.
    """
    by.confirm("S", case)
    _must_not_be_closed(case)
    holds.ask("cases.close", at=at, case=case)
    if outcome not in rules.COMPLETIONS:
        raise UnknownWord(field="outcome", value=outcome)
    case.outcome_words = _reason("words", words)
    case.state, case.outcome, case.closed_at, case.last_step_at = "closed", outcome, at, at
    case.save_version(version, ["state", "outcome", "outcome_words", "closed_at", "last_step_at"])
    _finish_task("tell_the_person", f"case:{case.pk}", by=by, at=at)
    audit.write("cases.case_closed", by=by, at=at, about=case, detail={"outcome": outcome})
    after.date_follow_ups(case=case, by=by, at=at)
    retention.date_erasure(case=case, by=by, at=at)
    return case


def _reporter(concern: Concern, circle: Circle, *, by: Reader, at: datetime) -> Member:
    relation = concern.relation if concern.relation in RELATIONS else "other"
    person: Person | None = concern.written_by
    member = people.add_member(
        circle=circle,
        person=person,
        name=concern.contact_name,
        relation=relation,
        roles=["reporter"],
        language=concern.language,
        by=by,
        at=at,
    )
    # What reads as no number and no address stays on the concern, to be asked.
    with suppress(reach.NotReachable):
        people.add_contact(
            person=member.person,
            circle=circle,
            value=concern.contact,
            words=concern.safe_hours,
            by=by,
            at=at,
        )
    return member


def _tasks_of_a_new_case(concern: Concern, case: Case, *, by: Reader, at: datetime) -> None:
    tasks.make_task(
        institution=case.institution,
        circle=case.circle,
        kind="tell_the_person",
        about=f"case:{case.pk}",
        what="tell_the_person",
        why="tell_the_person",
        for_role="lead",
        by=by,
        at=at,
    )


def _finish_task(kind: str, about: str, *, by: Reader, at: datetime) -> None:
    for task in task_queries.open_tasks(seen_by=by).filter(kind=kind, about=about):
        try:
            tasks.do_task(task=task, by=by, at=at)
        except AlreadyDone:
            continue


def _must_be_a_basis(basis: str, reason: str, jurisdiction: str) -> None:
    found = catalogue.current().legal_bases.get(basis)
    if found is None or not found.before_agreement or jurisdiction not in found.jurisdictions:
        raise UnknownBasis(basis=basis)
    if found.needs_reason:
        _reason("legal_reason", reason)


def _must_not_be_closed(case: Case) -> None:
    if case.state == "closed":
        raise WrongState(state="closed")


def _reason(field: str, text: str, *, letters: int = rules.REASON_LETTERS) -> str:
    words = text.strip()
    if len(words) < letters:
        raise NeedsAReason(field=field)
    return words
