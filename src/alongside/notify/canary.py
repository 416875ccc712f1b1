"""The canary: each minute one made-up danger answer goes the whole way to the outside monitor.

Rule, outbox, claim, transport, and a signed answer from another machine (``alongside watch``). It
is about nobody and names nothing. When one of these fails the canary does not arrive, and after
three the monitor pages. When the monitor itself is gone, staff see it in red on every page.
"""

from __future__ import annotations

import http.client
import logging
from datetime import datetime, timedelta
from email.message import EmailMessage

from django.conf import settings

from alongside import catalogue
from alongside.engine.risk.rules import find_risk
from alongside.notify import actions, queries, rules
from alongside.notify.gateway import GatewayTransport, NotAGateway
from alongside.notify.models import Message
from alongside.notify.signed import heard
from alongside.notify.transports import Said
from alongside.records.reader import Reader

log = logging.getLogger(__name__)

UNTRIED_FOR = timedelta(seconds=60)
SHORTEST_SECRET = 24


class WatchTransport(GatewayTransport):
    """Hand a canary to the outside monitor. Only its signed answer counts as taken.

    Args:
        url: where ``alongside watch`` listens. secret: the one both sides know.

    Raises:
        NotAGateway.
    """

    def __init__(self, *, url: str, secret: str) -> None:
        super().__init__(rules.WATCH, url=url, secret=secret)
        if len(secret) < SHORTEST_SECRET:
            raise NotAGateway(
                f"ALONGSIDE_WATCH_SECRET has fewer than {SHORTEST_SECRET} signs. "
                "Write one long random word, the same on both machines."
            )

    def send(self, letter: EmailMessage, *, to: str, within: float = rules.CALL_LIMIT) -> Said:
        """Send one canary; the whole call ends after ``within`` seconds."""
        id = str(letter["Message-ID"] or "").strip("<>").partition("@")[0]
        body = self.written(to=rules.WATCH, text=letter.get_content().strip(), id=id)
        try:
            status, answer = self._post(body, id, within)
        except (OSError, http.client.HTTPException, ValueError) as failure:
            return Said("no_answer", type(failure).__name__)
        if status == 200 and heard(self.secret, id).encode() in answer:
            return Said("accepted", "200")
        return Said("refused" if status != 200 else "no_answer", str(status))


def transports() -> tuple[WatchTransport, ...]:
    """The way to the outside monitor; none while this deployment names none."""
    if not settings.WATCH["url"]:
        return ()
    return (WatchTransport(**settings.WATCH),)


def every() -> timedelta:
    """The time between two canaries."""
    return timedelta(seconds=settings.WATCH_EVERY)


def sing(*, by: Reader, at: datetime) -> Message | None:
    """Make the canary of this minute, if it is not there and everything before it works.

    None while there is no monitor, while the danger rule finds nothing, and while a message about
    danger waits that nobody tried to send for a minute: then its silence is the alarm.
    """
    if not settings.WATCH["url"]:
        return None
    key = f"canary:{int(at.timestamp() // every().total_seconds())}:{settings.WATCH_EVERY}"
    if queries.is_made(key):
        return None
    known = catalogue.current()
    form, critical = known.danger.waits.canary_instrument, known.danger.levels
    answers = known.danger.waits.canary_answers
    found = find_risk(known.risk_rules_for(form), answers, finished=False)
    if not any(critical[each.level].is_life_critical for each in found):
        log.error("the danger rules of %s find nothing: no canary", form)
        return None
    if waiting := queries.untried(at=at - UNTRIED_FOR):
        log.error("nobody tries to send %d message(s) about danger: no canary", waiting)
        return None
    return actions.make_canary(key=key, body=f"{at.isoformat()} {found[0].rule}", by=by, at=at)


def is_right(message: Message, at: datetime) -> bool:
    """A canary that is late is withheld: what takes longer than its time counts as missed."""
    return at - message.created_at < every()


def silent_since(*, at: datetime) -> tuple[bool, datetime | None]:
    """Whether the outside monitor is silent, and when it last took a canary (None: never)."""
    last = queries.last_heard()
    return last is None or at - last > every() * rules.MISSES, last
