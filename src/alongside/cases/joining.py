"""Who comes into a circle: added by the lead with a safe way to reach them, or refused in silence.

Somebody who would meet a person they are kept apart from is refused like anybody else (1.3), and
who leads is asked to look, without the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from alongside.access import apart
from alongside.cases import sides
from alongside.people import actions as people
from alongside.people import reach
from alongside.people.models import Circle, ContactPoint, Member, Person
from alongside.records.actions_base import action
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks

REFUSED = "join_refused"


@action
def add(
    *,
    circle: Circle,
    name: str,
    relation: str,
    by: Reader,
    at: datetime,
    roles: Sequence[str] = (),
    contact: str = "",
    words: str = "",
    texts: bool = False,
    proposed_by: str = "",
    language: str = "en",
) -> Member | None:
    """Give somebody a place in a circle, with a safe way to reach them, or refuse it.

    Args:
        contact: their own number or address; words: what may be said there; texts: nobody else
            reads texts there. language: of what we write to them.
        proposed_by: whose idea it was to ask them, a word of content/gates/sides; empty while
            nobody says.

    Returns:
        The place; None when they cannot be added. Why is not said; who leads has a task.

    Raises:
        reach.NotReachable and what ``people.actions.add_member`` refuses.
    """
    by.confirm_create("roster", institution=circle.institution_id, circle=circle.pk)
    if contact:
        reach.normalised(
            channel=reach.channel_of(contact), value=contact, country=circle.institution.country
        )
    if apart.would_meet(circle, contact=contact, at=at):
        note_refused(circle=circle, by=by, at=at)
        return None
    made = people.add_member(
        circle=circle,
        name=name,
        relation=relation,
        roles=roles,
        language=language,
        by=by,
        at=at,
    )
    if contact:
        people.add_contact(
            person=made.person, circle=circle, value=contact, words=words, texts=texts, by=by, at=at
        )
    if proposed_by:
        sides.write(
            circle=circle, person=made.person, expected=0, proposed_by=proposed_by, by=by, at=at
        )
    return made


@action
def reach_at(
    *,
    circle: Circle,
    person: Person,
    contact: str,
    by: Reader,
    at: datetime,
    texts: bool = False,
    never_voicemail: bool = True,
    safe_from: time | None = None,
    safe_to: time | None = None,
    words: str = "",
) -> ContactPoint | None:
    """Keep how somebody of a circle is reached; what is said of it is as in ``add_contact``.

    Returns:
        The way; None when it belongs to somebody who is kept apart from one of the circle (1.3).
        Why is not said; who leads has a task.

    Raises:
        reach.NotReachable.
    """
    by.confirm_create("contact", institution=circle.institution_id, circle=circle.pk)
    reach.normalised(
        channel=reach.channel_of(contact), value=contact, country=circle.institution.country
    )
    if apart.would_meet(circle, person=person.pk, contact=contact, at=at):
        note_refused(circle=circle, by=by, at=at)
        return None
    return people.add_contact(
        person=person,
        circle=circle,
        value=contact,
        words=words,
        texts=texts,
        never_voicemail=never_voicemail,
        safe_from=safe_from,
        safe_to=safe_to,
        by=by,
        at=at,
    )


@action
def note_refused(*, circle: Circle, by: Reader, at: datetime) -> None:
    """Ask who leads to look at a join that was refused. It names nobody."""
    tasks.make_task(
        institution=circle.institution,
        circle=circle,
        kind=REFUSED,
        about=f"circle:{circle.pk}",
        what=REFUSED,
        why=REFUSED,
        for_role="lead",
        by=by,
        at=at,
    )
