"""How somebody is written to about their questions: over which way, in which words, when.

The way is what its owner said is safe: an e-mail address, or a phone on which nobody else reads
texts. A message holds no name and says nothing about why.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import translation

from alongside import catalogue
from alongside.access import actions as access
from alongside.delivery.models import Timing
from alongside.measures import wording
from alongside.measures.permissions import LINK_MESSAGE
from alongside.measures.rules import channel_of, next_safe
from alongside.notify import actions as notify
from alongside.notify.models import Message
from alongside.notify.transports import offered
from alongside.people.models import ContactPoint
from alongside.records import crashpoint
from alongside.records.reader import Reader

MESSAGE = "delivery.asked"


@dataclass(frozen=True, slots=True)
class Way:
    """A safe way to one person: over which channel of this deployment, and where to."""

    channel: str  # email, sms
    point: ContactPoint

    def safe(self, at: datetime) -> datetime:
        """The first moment within their own safe hours; by day, where they named none."""
        zone = self.point.institution.zone
        if self.point.safe_from is None or self.point.safe_to is None:
            times = catalogue.current().asking_times
            return next_safe(at, zone, times.ask_at, times.ask_until)
        return next_safe(at, zone, self.point.safe_from, self.point.safe_to)

    def is_of(self, message: Message) -> bool:
        """Does this message go this way?"""
        return (message.channel, message.address) == (self.channel, self.point.value)


def ways_to(persons: Collection[UUID], *, by: Reader, at: datetime) -> dict[UUID, Way]:
    """By person, the safe way they named last that did not fail; who has none is left out."""
    points = (
        ContactPoint.objects.visible_to(by)
        .filter(Q(channel="email") | Q(channel="phone", texts=True))
        .filter(person__in=persons, ended_at=None)
        .select_related("institution")
    )
    here, failed = offered(), _failed(persons, at)
    found: dict[UUID, Way] = {}
    for point in points.order_by("created_at"):
        channel = channel_of(point)
        when = failed.get((point.person_id, channel, point.value))
        if channel in here and (when is None or when < point.created_at):
            found[point.person_id] = Way(channel, point)
    return found


def _failed(
    persons: Collection[UUID], at: datetime
) -> dict[tuple[UUID | None, str, str], datetime]:
    """The ways by which a message to these persons was given up lately, and when it was written.

    What a mail server or a gateway refuses for a day, or once and for all, did not arrive.
    """
    since = at - timedelta(days=catalogue.current().asking_times.failed_way_days)
    rows = Message.objects.unscoped("did a message to this address fail? Not what it says").filter(
        person__in=persons, kind__in=[MESSAGE, LINK_MESSAGE], given_up_at__gte=since
    )
    return {
        (row.person_id, row.channel, row.address): row.created_at
        for row in rows.order_by("created_at")
    }


def not_arrived(letters: Collection[UUID]) -> set[UUID]:
    """Those of some letters that were withheld or given up: they are written again."""
    rows = Message.objects.unscoped("did this letter go out? Else it is written again").filter(
        Q(withheld_at__isnull=False) | Q(given_up_at__isnull=False),
        kind=MESSAGE,
        about__in=[f"letter:{letter}" for letter in letters],
    )
    return {UUID(about.partition(":")[2]) for about in rows.values_list("about", flat=True)}


def queue(
    letter: UUID, timings: Sequence[Timing], way: Way, *, by: Reader, at: datetime
) -> datetime:
    """Put one letter with a private link for each asking into the outbox, within safe hours.

    Returns:
        When it goes out, UTC.
    """
    first, due = timings[0], way.safe(at)
    links = [
        access.issue_link(
            purpose="answer",
            target=timing.asking_id,
            person=timing.asking.respondent,
            circle=timing.asking.circle,
            expires_at=timing.asking.expires_at,
            by=by,
            at=at,
        )
        for timing in timings
    ]
    until = min(timing.asking.expires_at for timing in timings)
    with translation.override(first.asking.respondent.language):
        subject, body = wording.words(
            links, until=until.astimezone(ZoneInfo(first.institution.zone)), channel=way.channel
        )
    notify.queue(
        key=f"{MESSAGE}:{letter}",
        kind=MESSAGE,
        channel=way.channel,
        institution=first.institution_id,
        circle=first.circle_id,
        person=first.respondent_id,
        address=way.point.value,
        subject=subject,
        body=body,
        due_at=due,
        about=f"letter:{letter}",
        by=by,
        at=at,
    )
    crashpoint.here("asking.queued")
    return due
