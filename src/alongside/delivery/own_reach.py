"""When and how one may be reached, said by oneself (M6, docs/decisions/0011).

Hours, words and that a way is safe no more count at once. Another number or address is asked for:
whoever leads looks at it first. The way that was there is told of each, in words that tell nothing.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from alongside.cases import joining
from alongside.cases import queries as cases
from alongside.cases.actions import WrongState
from alongside.delivery.letters import MESSAGE as LETTER
from alongside.delivery.letters import Way
from alongside.measures.permissions import LINK_MESSAGE
from alongside.measures.rules import channel_of, next_safe
from alongside.notify import actions as notify
from alongside.notify.models import Message
from alongside.notify.transports import offered
from alongside.people import actions as people
from alongside.people import queries
from alongside.people.models import Circle, ContactPoint, Person
from alongside.records.actions_base import action
from alongside.records.errors import NotAllowed, StaleVersion
from alongside.records.reader import Reader
from alongside.tasks import actions as tasks
from alongside.tasks import queries as tasks_queries
from alongside.tasks.models import Task

MESSAGE = "delivery.reach_changed"
ASKED, CHANGED = "way_asked", "way_changed"
WHY = "what waits for a way, and whether what was asked is looked at; not what it says"


@action
def change(
    *,
    contact: ContactPoint,
    version: int,
    by: Reader,
    at: datetime,
    safe_from: time | None = None,
    safe_to: time | None = None,
    words: str = "",
    never_voicemail: bool = True,
    texts: bool = False,
) -> ContactPoint:
    """Say anew when and how one may be reached there. What waits for it goes by the new hours.

    Raises:
        StaleVersion; WrongState: the case is closed.
    """
    circle = _own_circle(contact, by)
    made = people.replace_contact(
        contact=contact,
        version=version,
        safe_from=safe_from,
        safe_to=safe_to,
        words=words,
        never_voicemail=never_voicemail,
        texts=texts,
        by=by,
        at=at,
    )
    _tell(contact, made.pk, circle, by=by, at=at)
    _ask_to_read(contact, circle, by=by, at=at)
    waiting = Message.objects.unscoped(WHY).filter(
        person=contact.person_id, kind__in=[LETTER, LINK_MESSAGE],
        sent_at=None, withheld_at=None, given_up_at=None,
    )  # fmt: skip
    for message in waiting:
        way = Way(channel_of(made), made)
        if way.is_of(message):
            notify.wait_until(message=message, due_at=way.safe(at), by=by, at=at)
    return made


@action
def end(*, contact: ContactPoint, version: int, by: Reader, at: datetime) -> ContactPoint:
    """Say that a way to oneself is safe no more: nothing goes there from now on.

    Not even that something changed: somebody else may read it there. Whoever leads is told.

    Raises:
        StaleVersion; WrongState: the case is closed.
    """
    circle = _own_circle(contact, by)
    if contact.ended_at is not None:
        raise StaleVersion(current=contact)
    ended = people.end_contact(contact=contact, version=version, by=by, at=at)
    _ask_to_read(contact, circle, by=by, at=at)
    return ended


@action
def ask_for(
    *,
    person: Person,
    circle: Circle,
    contact: str,
    by: Reader,
    at: datetime,
    safe_from: time | None = None,
    safe_to: time | None = None,
    words: str = "",
    never_voicemail: bool = True,
    texts: bool = False,
) -> ContactPoint:
    """Ask to be reached at another number or address. Whoever leads looks at it first.

    The answer is the same whosever it is: nobody learns here who else is known (A4, 1.3).

    Raises:
        reach.NotReachable; WrongState: the case is closed.
    """
    if person.pk not in by.persons:
        raise NotAllowed
    _must_be_open(circle)
    asked = people.propose_contact(
        person=person,
        circle=circle,
        value=contact,
        safe_from=safe_from,
        safe_to=safe_to,
        words=words,
        never_voicemail=never_voicemail,
        texts=texts,
        by=by,
        at=at,
    )
    for old in queries.contacts_of(person, seen_by=by):
        _tell(old, asked.pk, circle, by=by, at=at)
    tasks.make_task(
        institution=circle.institution,
        circle=circle,
        kind=ASKED,
        about=f"contact:{asked.pk}",
        what=ASKED,
        why=ASKED,
        for_role="lead",
        by=by,
        at=at,
    )
    return asked


def asked(person: Person | UUID, *, seen_by: Reader) -> list[ContactPoint]:
    """Numbers and addresses that a person asked for and nobody has looked at yet, newest first."""
    found = {f"contact:{row.pk}": row for row in queries.former_contacts(person, seen_by=seen_by)}
    rows = Task.objects.unscoped(WHY).filter(kind=ASKED, about__in=found, done_at=None)
    still = set(rows.values_list("about", flat=True))
    return [row for about, row in found.items() if about in still]


@action
def take(*, contact: ContactPoint, by: Reader, at: datetime) -> ContactPoint | None:
    """Reach somebody where they asked for; None when a separation stands against it (1.3).

    Raises:
        tasks.AlreadyDone: somebody looked at it before.
    """
    task = _task_of(contact, by)
    if contact.circle is None:
        raise NotAllowed
    tasks.do_task(task=task, by=by, at=at)
    return joining.reach_at(
        circle=contact.circle,
        person=contact.person,
        contact=contact.value,
        texts=contact.texts,
        never_voicemail=contact.never_voicemail,
        safe_from=contact.safe_from,
        safe_to=contact.safe_to,
        words=contact.words,
        by=by,
        at=at,
    )


@action
def leave(*, contact: ContactPoint, by: Reader, at: datetime) -> None:
    """Stay with the way there is.

    Raises:
        tasks.AlreadyDone: somebody looked at it before.
    """
    tasks.do_task(task=_task_of(contact, by), by=by, at=at)


def news_is_right(message: Any, at: datetime) -> bool:
    """That something changed is told within the hours that counted before."""
    rows = ContactPoint.objects.unscoped(WHY)
    pk = str(message.about).partition(":")[2]
    point = rows.filter(pk=UUID(pk)).select_related("institution").first()
    return point is not None and _hours(point, at) == at


# -- inside ---------------------------------------------------------------------------------------


def _task_of(contact: ContactPoint, by: Reader) -> Task:
    rows = tasks_queries.tasks(seen_by=by).filter(kind=ASKED, about=f"contact:{contact.pk}")
    task = rows.order_by("-made_at").first()
    if task is None:
        raise NotAllowed
    return task


def _own_circle(contact: ContactPoint, by: Reader) -> Circle:
    by.confirm("E", contact)
    if contact.person_id not in by.persons or contact.circle is None:
        raise NotAllowed
    _must_be_open(contact.circle)
    return contact.circle


def _must_be_open(circle: Circle) -> None:
    if cases.closed_at(circle.pk) is not None:
        raise WrongState(state="closed")


def _hours(point: ContactPoint, at: datetime) -> datetime:
    return next_safe(at, point.institution.zone, point.safe_from, point.safe_to)


def _tell(old: ContactPoint, because: UUID, circle: Circle, *, by: Reader, at: datetime) -> None:
    """Tell the way that counted that something changed, where it can be written to (M6)."""
    channel = channel_of(old)
    if channel not in offered():
        return
    with translation.override(old.person.language):
        subject = _("A change on your page")
        body = _(
            "Something was changed on your page. If it was not you, sign in and look: %(url)s"
        ) % {"url": f"{settings.PUBLIC_URL}/home/"}
    notify.queue(
        key=f"{MESSAGE}:{old.pk}:{because}",
        kind=MESSAGE,
        channel=channel,
        institution=old.institution_id,
        circle=circle.pk,
        person=old.person_id,
        address=old.value,
        subject=subject,
        body=body,
        due_at=_hours(old, at),
        about=f"contact:{old.pk}",
        by=by,
        at=at,
    )


def _ask_to_read(contact: ContactPoint, circle: Circle, *, by: Reader, at: datetime) -> None:
    tasks.make_task(
        institution=circle.institution,
        circle=circle,
        kind=CHANGED,
        about=f"person:{contact.person_id}",
        what=CHANGED,
        why=CHANGED,
        for_role="lead",
        by=by,
        at=at,
    )
