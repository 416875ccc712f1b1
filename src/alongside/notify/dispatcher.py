"""The loop that sends: claim a row, ask its guard, hand it to the transport, then mark it.

Marked only after the transport took it: if this process dies in between, the claim runs out and
another process sends again. Late or twice, but never lost. It can be stopped, started again and
run twice at once.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import close_old_connections, connection

from alongside import catalogue
from alongside.notify import actions, canary, queries, rules, together
from alongside.notify.bell import Bell
from alongside.notify.models import Message
from alongside.notify.transports import Said, Transport, configured, letter
from alongside.records import clock, crashpoint, gate
from alongside.records.reader import system
from alongside.records.registry import guards

log = logging.getLogger(__name__)

SENDERS = 4  # a transport that is slow with one message does not hold up the next three
SHORTEST_CALL = 1.0  # seconds; with less left of a claim nothing is sent
MARGIN = 0.5  # seconds kept for the mark
POLL = 0.1  # seconds between two looks into an empty outbox; a ring of the bell comes sooner
LOOK_YOURSELF = 5.0  # seconds after which a sender that nobody called looks by itself
SING_EVERY = 0.5  # seconds between two looks whether a canary is due
REASON = "dispatcher"


def send_next(
    *,
    transport: Transport,
    at: datetime,
    about: str = "",
    before_call: Callable[[], None] | None = None,
) -> bool:
    """Claim one due message, send it, then mark it. Return False when nothing is due.

    Args:
        transport: where the messages of one channel go.
        at: the moment of the claim; the mark is made with the clock's moment after the call.
        about: only messages about this thing.
        before_call: done between the claim and the call, which may last seconds.
    """
    by = system(REASON, at)
    if not queries.is_due(channel=transport.channel, about=about, at=at):
        return False  # an empty outbox takes no lock
    crashpoint.here("notify.before_claim")
    began = time.monotonic()
    message = actions.claim(channel=transport.channel, about=about, by=by, at=at)
    if message is None:
        return False
    crashpoint.here("notify.after_claim")
    if not _is_right(message, at):
        actions.mark_withheld(message=message, by=by, at=at)
        return True
    left = rules.LEASE.total_seconds() - MARGIN - (time.monotonic() - began)
    if left < SHORTEST_CALL:
        # This machine was too slow: the claim may be another's before we could mark. Not sent.
        log.warning("message %s: the claim is nearly over, so it is left to the next", message.pk)
        return True
    if before_call is not None:
        before_call()
    said = _send(message, transport, within=min(rules.CALL_LIMIT, left))
    crashpoint.here("notify.after_send")
    later = clock.now()
    by = system(REASON, later)
    if said.outcome == "accepted":
        actions.mark_sent(message=message, said=said, by=by, at=later)
    else:
        actions.mark_failed(message=message, said=said, by=by, at=later)
        log.warning("message %s: %s %s", message.pk, said.outcome, said.detail)
    crashpoint.here("notify.after_mark")
    return True


def send_due(*, transport: Transport, at: datetime, about: str = "", at_most: int = 1000) -> int:
    """Send what is due, one after the other. Returns how many were claimed."""
    sent = 0
    while sent < at_most and send_next(transport=transport, at=at, about=about):
        sent += 1
    return sent


def stand_in(*, about: str, at: datetime, wait: bool = False) -> bool:
    """Send the due messages about one thing from a web process, if no dispatcher lives (E8).

    The sending runs beside the page, so the person does not wait for a mail server; the messages
    are rows, so nothing is lost when this process ends. ``wait`` returns only when it is done.
    Returns whether it stood in.
    """
    if queries.pulse(at=at).is_alive:
        return False
    senders = [
        threading.Thread(
            target=_send_beside,
            args=(transport, about),
            name=f"stand-in-{transport.channel}",
            daemon=True,
        )
        for transport in configured()
    ]
    for sender in senders:
        sender.start()
    for sender in senders if wait else ():
        sender.join()
    return True


def run(
    *,
    stop: threading.Event,
    transports: tuple[Transport, ...] | None = None,
    senders: int = SENDERS,
) -> None:
    """Send for ever, until ``stop`` is set: some senders a channel, and a sign of life.

    Args:
        transports: one a channel; those of this deployment by default.
    """
    used = (*configured(), *canary.transports()) if transports is None else transports
    called = {transport.channel: threading.Event() for transport in used}
    threads = [
        threading.Thread(
            target=_loop,
            args=(stop, _when_called(called[transport.channel], stop), _sender(transport)),
            name=f"send-{transport.channel}-{number}",
            daemon=True,
        )
        for transport in used
        for number in range(1 if transport.channel == rules.WATCH else senders)
    ]
    threads.append(threading.Thread(target=_look_out, args=(stop, called), name="look-out"))
    if transports is None and canary.transports():
        pause = _every(stop, SING_EVERY)
        threads.append(threading.Thread(target=_loop, args=(stop, pause, sing), name="canary"))
    pause = _every(stop, rules.BEAT_EVERY)
    threads.append(
        threading.Thread(target=_loop, args=(stop, pause, beat), name="heartbeat", daemon=True)
    )
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def beat() -> bool:
    """Write this process's sign of life."""
    at = clock.now()
    actions.beat(name=f"{socket.gethostname()}:{os.getpid()}", at=at)
    actions.forget_beats(before=at - timedelta(days=1))
    return False


def sing() -> bool:
    """Make the canary of this minute."""
    at = clock.now()
    canary.sing(by=system(REASON, at), at=at)
    return False


def _sender(transport: Transport) -> Callable[[], bool]:
    def work() -> bool:
        catalogue.current()  # content that changed is read before a claim, never within one
        # While it sends, its connection to the database is free for the others.
        return send_next(transport=transport, at=clock.now(), before_call=close_old_connections)

    return work


def _look_out(stop: threading.Event, called: Mapping[str, threading.Event]) -> None:
    """Look for all channels at once what is due, and call the senders of those.

    One look every tenth of a second, and one at each ring: two queries, however many channels and
    senders there are. While the senders of a channel are called already, nothing is asked for it.
    """
    bell = Bell()

    def look() -> bool:
        if all(each.is_set() for each in called.values()):
            return False
        for channel in queries.due_channels(at=clock.now()):
            if channel in called:
                called[channel].set()
        return False

    def pause() -> None:
        if bell.is_heard:
            bell.wait(POLL)
        else:
            stop.wait(POLL)

    _loop(stop, pause, look)
    bell.close()
    for each in called.values():
        each.set()  # so that nobody waits for a call that will not come


def _when_called(call: threading.Event, stop: threading.Event) -> Callable[[], None]:
    """Wait until there is something to send; a call that comes while one sends is not lost.

    The last call, after ``stop``, is for all senders: the first one that hears it leaves it.
    """

    def pause() -> None:
        call.wait(LOOK_YOURSELF)
        if not stop.is_set():
            call.clear()

    return pause


def _every(stop: threading.Event, seconds: float) -> Callable[[], None]:
    def pause() -> None:
        stop.wait(seconds)

    return pause


def _loop(stop: threading.Event, pause: Callable[[], None], work: Callable[[], bool]) -> None:
    """Do the work again and again; a failure is said, waited out, and never ends the loop."""
    while not stop.is_set():
        try:
            with gate.before_others():
                again = work()
            close_old_connections()  # not held while it waits
        except Exception:
            log.exception("the loop goes on")
            connection.close()
            again = False
            stop.wait(0.5)
        if not again:
            pause()
    connection.close()


def _is_right(message: Message, at: datetime) -> bool:
    if message.kind not in guards.kinds():
        log.error("no guard for messages of kind %s: withheld", message.kind)
        return False
    # A guard that fails has not said no: the message stays, and is asked for again.
    return bool(guards.get(message.kind)(message, at))


def _send(message: Message, transport: Transport, *, within: float) -> Said:
    others = together.carried(message) if message.life_critical else []
    subject, body = together.words(message, others)
    written = letter(
        to=message.address,
        subject=subject,
        body=body,
        message_id=together.letter_id(message, len(others)),
        at=message.due_at,  # what it shows: never an hour before the one it may go out at
        urgent=message.life_critical,
    )
    try:
        return transport.send(written, to=message.address, within=within)
    except Exception as failure:
        # A broken transport is one more way to have no answer; the message must go on.
        log.exception("transport %s failed", transport.channel)
        return Said("no_answer", type(failure).__name__)


def _send_beside(transport: Transport, about: str) -> None:
    try:
        with gate.before_others():
            send_due(transport=transport, at=clock.now(), about=about, at_most=20)
    except Exception:
        log.exception("standing in failed; the messages wait for the dispatcher")
    finally:
        connection.close()
