"""One reporter never makes a circle (M1): who was spoken to alone, and who proposed them.

What is known of somebody is added to, and the last word counts. How many sides were heard is never
stored: gates ask it of these rows, of who is in the circle now, and of content/gates/sides.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from alongside import catalogue
from alongside.access import queries as access
from alongside.access.readers import person_for
from alongside.cases import actions, rights, rules
from alongside.cases.models import Case, Concern, Side
from alongside.engine import sides as engine
from alongside.engine.sides import THE_PERSON, TOLD_US, Heard
from alongside.people.models import Circle, Member, Person
from alongside.records import audit, prepared
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, StaleVersion, Unfit
from alongside.records.reader import Reader
from alongside.records.scoped import ScopedQuerySet

GATE = "a gate asks how many sides were heard, whoever looks"
TELLING = "circle"  # the path of what a member told later: it makes nobody a reporter


class NotADay(Unfit):
    """Nobody was spoken to on a day that has not come."""


class Unsaid(Unfit):
    """Something of a talk is missing: on which day, how, or by whom. ``field`` says what."""

    field: str


class NotOnThisCase(Unfit):
    """Who is said to have spoken with them does not work on this case."""


@action
def write(
    *,
    circle: Circle,
    person: Person,
    expected: int,
    by: Reader,
    at: datetime,
    proposed_by: str = "",
    spoken_on: date | None = None,
    how: str = "",
    spoken_by: Person | None = None,
    words: str = "",
) -> Side:
    """Write down who proposed somebody, and when they were spoken to alone. Nothing is changed:
    the last row about somebody counts, and those before it stay.

    Args:
        person: a live member, or the person it is about.
        expected: the number of the last row about them, 0 when there is none.
        proposed_by: a word of ``content/gates/sides``, or empty while nobody knows. Of who told us
            and of the person it is always the same, whatever is given.
        spoken_on: the day of the last talk with them alone; None when there was none.
        how, spoken_by: of that talk; whoever spoke works on this case.
        words: why, where a talk that was written down is taken back; else as you like.

    Raises:
        StaleVersion: somebody wrote about them meanwhile. NotADay, Unsaid, NotOnThisCase,
        actions.UnknownWord, actions.NeedsAReason, actions.WrongState; rights.Limited: the person
        objects to others being asked; NotAllowed.
    """
    by.confirm_create("side", institution=circle.institution_id, circle=circle.pk)
    case = Case.objects.unscoped(GATE).select_for_update().get(circle=circle)
    if case.state == "closed":
        raise actions.WrongState(state="closed")
    is_person = person.pk == circle.focus_id
    places = Member.objects.visible_to(by).filter(circle=circle, person=person, to_at=None)
    if not is_person and not places.exists():
        raise NotAllowed(action="C", record="side")
    if not is_person:
        rights.must_not_be_limited(circle=circle)
    last = newest(circle.pk, seen_by=by).get(person.pk)
    if expected != (0 if last is None else last.number):
        raise StaleVersion(current=last)
    said = _proposed(circle, person, proposed_by)
    _must_be_a_talk(circle, spoken_on, how, at=at)
    if spoken_on is not None:
        _must_work_here(circle, spoken_by, last, at=at)
    is_taken_back = last is not None and last.spoken_on is not None and spoken_on is None
    if is_taken_back and len(words.strip()) < rules.REASON_LETTERS:
        raise actions.NeedsAReason(field="words")
    made: Side = Side.objects.create(
        institution=circle.institution,
        circle=circle,
        person=person,
        number=expected + 1,
        proposed_by=said,
        spoken_on=spoken_on,
        how=how if spoken_on else "",
        spoken_by=spoken_by if spoken_on else None,
        words=words.strip(),
        written_by=person_for(by, institution=circle.institution_id, circle=circle.pk),
        written_at=at,
    )
    actions.touch(case=case, by=by, at=at)
    audit.write("cases.side_written", by=by, at=at, about=made, detail={"number": str(made.number)})
    return made


def _proposed(circle: Circle, person: Person, given: str) -> str:
    if person.pk == circle.focus_id:
        return THE_PERSON
    if person.pk in told_us(circle.pk):
        return TOLD_US
    if given and given not in {one.id for one in catalogue.current().sides.proposed_by}:
        raise actions.UnknownWord(field="proposed_by", value=given)
    return given


def _must_be_a_talk(circle: Circle, spoken_on: date | None, how: str, *, at: datetime) -> None:
    if spoken_on is None:
        if how:
            raise Unsaid(field="spoken_on")
        return
    if spoken_on > at.astimezone(ZoneInfo(circle.institution.zone)).date():
        raise NotADay
    if not how:
        raise Unsaid(field="how")
    if how not in {one.id for one in catalogue.current().sides.how}:
        raise actions.UnknownWord(field="how", value=how)


def _must_work_here(
    circle: Circle, spoken_by: Person | None, last: Side | None, *, at: datetime
) -> None:
    """Who spoke works on this case, or did when it was written down before."""
    if spoken_by is None:
        raise Unsaid(field="spoken_by")
    before = None if last is None else last.spoken_by_id
    if spoken_by.pk != before and not access.works_on(circle.pk, spoken_by.pk, at=at):
        raise NotOnThisCase


def rows(circle: UUID, *, seen_by: Reader) -> ScopedQuerySet:
    """All that was written about the sides of a circle and that the reader may read, in order."""
    found = Side.objects.visible_to(seen_by).filter(circle=circle)
    return found.select_related("spoken_by", "written_by").order_by("person", "number")


def newest(circle: UUID, *, seen_by: Reader) -> dict[UUID, Side]:
    """By person, the last row about them: what counts."""
    return {row.person_id: row for row in rows(circle, seen_by=seen_by)}


def may_be_read(circle: Circle, *, seen_by: Reader) -> bool:
    """May this reader know who was spoken to alone, and who proposed whom?"""
    row = Side(institution_id=circle.institution_id, circle_id=circle.pk)
    return seen_by.is_system or seen_by.may("R", row)


def told_us(circle: UUID) -> frozenset[UUID]:
    """Who came with the worry: they wrote it, or stand in the circle as who reported. Ids alone."""
    members = {row["person_id"] for row in _members(circle) if "reporter" in row["roles"]}
    return frozenset(members | _writers(circle))


def heard(circle: UUID, *, at: datetime) -> Heard:
    """How many sides of a circle were heard alone by a moment, and how many of one's own choice.

    Counts alone, for gates that everybody meets; three queries.
    """

    def last(circle: UUID) -> Any:
        found = Side.objects.unscoped(GATE).filter(circle=circle).order_by("number")
        return found.values(
            "person_id", "circle__focus_id", "institution__zone", "proposed_by", "spoken_on"
        )

    said: Mapping[UUID, Any] = {
        row["person_id"]: row for row in prepared.rows("sides.last", last, circle=circle)
    }
    here = {row["person_id"]: row for row in _members(circle)} if said else {}
    wrote = _writers(circle) if said else frozenset()
    found, on = [], at.date()
    for pk, row in said.items():
        on = at.astimezone(ZoneInfo(row["institution__zone"])).date()
        is_person, member = pk == row["circle__focus_id"], here.get(pk, {})
        reported = "reporter" in member.get("roles", ()) or pk in wrote
        found.append(
            engine.Side(
                who=str(member.get("person__account_link__account_id") or pk),
                proposed_by=row["proposed_by"],
                spoken_on=row["spoken_on"],
                is_here=is_person or pk in here,
                told_us=reported and not is_person,
            )
        )
    return engine.heard(found, catalogue.current().sides.rules, on=on)


def _members(circle: UUID) -> Any:
    """Who is in a circle now, with what they do there and the account they sign in with."""

    def rows(circle: UUID) -> Any:
        found = Member.objects.unscoped(GATE).filter(circle=circle, to_at=None)
        return found.values("person_id", "roles", "person__account_link__account_id")

    return prepared.rows("sides.members", rows, circle=circle)


def _writers(circle: UUID) -> frozenset[UUID]:
    """Who wrote the worries that this case began with."""

    def rows(circle: UUID) -> Any:
        found = Concern.objects.unscoped(GATE).filter(circle=circle).exclude(path=TELLING)
        return found.exclude(written_by=None).values_list("written_by_id", flat=True)

    return frozenset(prepared.rows("sides.writers", rows, circle=circle))
