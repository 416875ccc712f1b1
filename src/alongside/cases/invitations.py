"""A private link to join, sent to somebody's own address in words that tell nothing (M6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from alongside import catalogue
from alongside.access import actions as access
from alongside.notify import actions as notify
from alongside.notify.models import Message
from alongside.people import actions as people
from alongside.people import queries
from alongside.people.models import Circle, Member, Person
from alongside.people.reach import normalised
from alongside.records.reader import Reader
from alongside.records.registry import guards

KIND = "cases.invitation"


def send(
    *, person: Person, circle: Circle, address: str, base_url: str, by: Reader, at: datetime
) -> None:
    """Make a link for one person, end the one before, and put its message in the outbox.

    Where no address of theirs is known yet, this one is kept as their safe contact.
    """
    to = normalised(channel="email", value=address, country="")
    if not queries.contacts_of(person, seen_by=by).filter(channel="email").exists():
        people.add_contact(person=person, circle=circle, value=to, channel="email", by=by, at=at)
    expires_at = at + timedelta(days=catalogue.current().retention.invitation_days)
    access.end_links(target=person.pk, purpose="join_circle", by=by, at=at)
    token = access.issue_link(
        purpose="join_circle",
        target=person.pk,
        person=person,
        circle=circle,
        expires_at=expires_at,
        uses=1,
        by=by,
        at=at,
    )
    with override(person.language):
        notify.queue(
            key=f"{KIND}:{person.pk}:{at.isoformat()}",
            kind=KIND,
            institution=circle.institution_id,
            circle=circle.pk,
            person=person.pk,
            address=to,
            subject=_("A page for you"),
            body=_("Someone set up a page for you. Open it here: %(url)s")
            % {"url": f"{base_url.rstrip('/')}/l/{token}"}
            + "\n\n"
            + _("The link works until %(day)s. If you expected nothing, you can ignore this.")
            % {"day": date_format(expires_at, "DATE_FORMAT")},
            due_at=at,
            about=f"person:{person.pk}",
            by=by,
            at=at,
        )


def still_right(message: object, at: datetime) -> bool:
    """Is the one who was invited still in the circle, or its person?"""
    about = str(getattr(message, "about", ""))
    if not about.startswith("person:"):
        return False
    person = UUID(about.removeprefix("person:"))
    rows = Member.objects.unscoped("is this invitation still right to send?")
    if rows.filter(person=person, to_at=None).exists():
        return True
    focus = Circle.objects.unscoped("is this invitation still right to send?")
    return focus.filter(focus=person).exists()


def register() -> None:
    """Tell the outbox when an invitation may still be sent."""
    guards.register(KIND, still_right)


def address_of(person: UUID) -> str:
    """The address the last invitation of a person went to; nothing when none was sent by mail.

    For the page of the link alone: it sends the numbers there and never shows it.
    """
    rows = Message.objects.unscoped("where did this person's invitation go?")
    message = rows.filter(kind=KIND, person=person).order_by("-created_at").first()
    return "" if message is None else str(message.address)
