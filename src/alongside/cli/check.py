"""``alongside check``: is this deployment fit to run, and how to mend what is not.

Each finding says what is so and what to do. Errors make it unfit: the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from alongside.cli.terminal import add_json

EXAMPLE = """\
example:
  alongside check
"""
SECONDS_APART = 5.0  # between the database's clock and this machine's
STAFF_ON_SQLITE = 50
STUCK_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, and its mend."""

    grade: Literal["error", "warning"]
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.grade}: {self.what} {self.mend}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say only what is not fit")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    import django

    django.setup()
    found: dict[str, list[Finding]] = {}
    for name, look in CHECKS:
        found[name] = list(_look(look))
        if name == "database" and _errors(found[name]):
            break  # nothing else can be asked
    every = [each for these in found.values() for each in these]
    errors = _errors(every)
    if options.json:
        print(json.dumps({name: [asdict(each) for each in these] for name, these in found.items()}))
        return 1 if errors else 0
    for name, these in found.items():
        if not options.quiet or these:
            verdict = "error" if _errors(these) else "warning" if these else "fit"
            print(f"{name}: {verdict}")
        for each in these:
            print(f"  {each}")
    if errors:
        print(f"Not fit to run: {errors} thing(s) to mend first.")
        return 1
    print("Fit to run." if not every else "Fit to run, with the warnings above.")
    return 0


def _errors(found: list[Finding]) -> int:
    return sum(each.grade == "error" for each in found)


def _look(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    from django.db import DatabaseError

    try:
        yield from look()
    except (DatabaseError, OSError, ValueError) as failure:  # ValueError: a setting
        yield Finding(
            "error", f"This could not be looked at: {_sentence(failure)}", "Mend that first."
        )


def _sentence(failure: Exception) -> str:
    return f"{str(failure).rstrip('.')}."


# -- the machine ----------------------------------------------------------------------------------


def settings_are_safe() -> Iterator[Finding]:
    """No debugging, real addresses, keys only the service can read."""
    from urllib.parse import urlsplit

    from django.conf import settings
    from django.core import checks

    public = urlsplit(settings.PUBLIC_URL)
    is_local = public.hostname in {"127.0.0.1", "localhost", "::1"}
    if settings.DEBUG and not is_local:
        yield Finding("error", "Debugging is on at a public address.", "Set ALONGSIDE_DEBUG=0.")
    if public.scheme != "https" and not is_local:
        yield Finding(
            "error",
            f"People reach this service at {settings.PUBLIC_URL}, without encryption.",
            "Put it behind TLS and set ALONGSIDE_PUBLIC_URL=https://….",
        )
    if settings.DEMO and not is_local:
        yield Finding(
            "error", "A demonstration is served at a public address.", "Set ALONGSIDE_DEMO=0."
        )
    keys = settings.KEYS
    if keys.exists() and keys.stat().st_mode & 0o077:
        yield Finding(
            "error", f"Others on this machine can read {keys}.", f"Run: chmod -R go-rwx {keys}"
        )
    for each in checks.run_checks():
        if each.is_serious():
            yield Finding("error", str(each.msg), str(each.hint or ""))


def _of_the_database() -> Iterator[Finding]:
    """What Django and the rooms say of the database itself, such as a wall that is missing."""
    from django.core import checks
    from django.db import connections

    for each in checks.run_checks(tags=[checks.Tags.database], databases=list(connections)):
        grade: Literal["error", "warning"] = "error" if each.is_serious() else "warning"
        yield Finding(grade, str(each.msg), str(each.hint or ""))


def database_keeps_what_it_says() -> Iterator[Finding]:
    """Its shape is up to date, and a commit is on the disk before we say *saved* (E2)."""
    from alongside.cli.serve import _migrations
    from alongside.records import durable

    waiting, _ = _migrations()
    if waiting:
        yield Finding(
            "error",
            f"The database waits for {waiting} change(s) of its shape.",
            "Make a backup, then: alongside serve --migrate",
        )
        return
    for each in durable.weak():
        yield Finding("error", str(each), f"Set {each.name} to {each.must_be}.")
    yield from _of_the_database()


def clocks_agree() -> Iterator[Finding]:
    """The database's clock is the one that counts; this machine's should say the same."""
    from alongside.records import clock

    apart = abs(clock.now().timestamp() - time.clock_gettime(time.CLOCK_REALTIME))
    if apart > SECONDS_APART:
        yield Finding(
            "error",
            f"The clocks of the database and of this machine are {apart:.0f} seconds apart.",
            "Let both machines ask one time server.",
        )


def nothing_waits_beside_the_database() -> Iterator[Finding]:
    """There is room for answers the database refuses, and none waits there (E10)."""
    from django.conf import settings
    from django.db import connection

    from alongside.records import spool

    for kind, records in (("wait", spool.waiting()), ("could not be saved", spool.held())):
        if not records:
            continue
        age = records[0].age
        yield Finding(
            "error" if kind != "wait" or age > STUCK_AFTER else "warning",
            f"{len(records)} answer(s) that may show danger {kind} beside the database, the oldest "
            f"for {_age(age.total_seconds())}, in {settings.SPOOL}.",
            "They are saved when the database takes them: mend it, and see the log."
            if kind == "wait"
            else "Read each with: alongside spool show. Then act on it.",
        )
    try:
        spool.reserve()
    except spool.NotKept as failure:
        yield Finding(
            "error",
            f"An answer the database refuses could not be kept: {failure}.",
            f"Make room for {settings.SPOOL_MB} MiB there, or set ALONGSIDE_SPOOL.",
        )
        return
    place = settings.DATABASES["default"]["NAME"]
    is_file = connection.vendor == "sqlite" and os.path.exists(place)
    if is_file and os.stat(place).st_dev == os.stat(settings.SPOOL).st_dev:
        yield Finding(
            "warning",
            f"{settings.SPOOL} is on the same volume as the database.",
            "Set ALONGSIDE_SPOOL to a folder on another volume.",
        )


def _age(seconds: float) -> str:
    if seconds < 120:
        return f"{max(0, seconds):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


# -- who is told ----------------------------------------------------------------------------------


def messages_go_out() -> Iterator[Finding]:
    """A mail server that takes messages, a dispatcher that lives, nothing that waits too long."""
    from django.conf import settings

    from alongside.notify import queries, transports
    from alongside.records import clock
    from alongside.records.reader import system
    from alongside.records.registry import guards

    at = clock.now()
    by = system("check", at)
    transport = transports.email()
    if isinstance(transport, transports.SmtpTransport):
        said = transport.reach()
        if said.outcome != "accepted":
            yield Finding(
                "error",
                f"The mail server says {said.outcome} {said.detail}: nobody can be told.",
                "Check ALONGSIDE_SMTP_URL, its password and the network.",
            )
    else:
        yield Finding(
            "warning" if settings.DEMO or settings.DEBUG else "error",
            f"Messages are only written to {transports.mail_folder()}: nobody is told.",
            "Set ALONGSIDE_SMTP_URL=smtp://user:password@host:587.",
        )
    if not queries.pulse(at=at).is_alive:
        yield Finding(
            "error",
            "No dispatcher gives a sign of life: no message goes out and no alert climbs.",
            "Start one: alongside serve",
        )
    stuck = queries.waiting(at=at - STUCK_AFTER, seen_by=by, life_critical=True)
    if stuck["count"]:
        yield Finding(
            "error",
            f"{stuck['count']} message(s) about danger wait for more than a minute.",
            "Open the crisis board and call; then see why nothing is sent.",
        )
    for kind in sorted(queries.kinds_in_outbox(seen_by=by) - guards.kinds()):
        yield Finding("error", f"No guard knows messages of the kind {kind}.", "Report this.")


def alerts_climb() -> Iterator[Finding]:
    """No open alert stands still whose next step is over its time (E5, E7)."""
    from alongside.crisis import queries
    from alongside.records import clock
    from alongside.records.reader import system

    at = clock.now()
    late = queries.standing_still(at=at - STUCK_AFTER, seen_by=system("check", at))
    if late:
        yield Finding(
            "error",
            f"{late} open alert(s) should have been told to the next people over a minute ago.",
            "Open the crisis board and call; then see the log of the dispatcher.",
        )


def somebody_answers() -> Iterator[Finding]:
    """An institution, a service with a fallback, and people on call."""
    from alongside.crisis import queries
    from alongside.directory import queries as directory
    from alongside.records import clock
    from alongside.records.reader import system

    at = clock.now()
    if directory.house() is None:
        yield Finding(
            "error", "There is no institution yet.", "Start with: alongside serve, and its code."
        )
        return
    services = list(directory.services(seen_by=system("check", at)))
    if not services:
        yield Finding(
            "error",
            "No service answers the public door.",
            "Sign in at the office and add one under Settings.",
        )
    for service in services:
        if not service.fallback_email:
            yield Finding(
                "error",
                f"{service.name} has no fallback: an alert could be told to nobody.",
                "Name somebody outside the rota in its settings.",
            )
        for order, gaps in queries.rota_gaps(service, at).items():
            if gaps:
                first = gaps[0]
                yield Finding(
                    "warning",
                    f"{service.name}: {_gap(order, first.why)} from {_utc(first.start)} to "
                    f"{_utc(first.end)} ({len(gaps)} gap(s) in 14 days).",
                    "Fill the rota; each person adds and tests two ways under My account."
                    if first.why == "not_reachable"
                    else "Fill the rota; until then the pages say that it is not staffed.",
                )
        without = queries.without_two_channels(service, at)
        if without:
            yield Finding(
                "warning",
                f"{service.name}: {without} of those on call have no second verified channel.",
                "Each of them adds one and answers its test: /account/reach/.",
            )


def _gap(order: int, why: str) -> str:
    rank = "first" if order == 1 else "second"
    if why == "not_reachable":
        return f"who is {rank} on call has no two verified channels"
    if why == "same_person":
        return "first and second on call are one person"
    return f"nobody is {rank} on call"


def there_is_a_second_channel() -> Iterator[Finding]:
    """Mail alone is one road: when it fails, nobody on call is reached."""
    from alongside.notify import rules, transports

    if len({rules.ROADS[channel] for channel in transports.offered()}) < rules.ROADS_NEEDED:
        yield Finding(
            "warning",
            "Messages go out by e-mail alone: nobody on call can have a second channel.",
            "Set ALONGSIDE_SMS_URL or ALONGSIDE_VOICE_URL (docs/reference/settings.md).",
        )


def somebody_watches() -> Iterator[Finding]:
    """A monitor on another machine hears the service, and pages when it does not."""
    from django.conf import settings

    from alongside.notify import canary
    from alongside.records import clock

    if not settings.WATCH["url"]:
        yield Finding(
            "warning",
            "No outside monitor: when this service stops, nobody is told.",
            "Run alongside watch on another machine and set ALONGSIDE_WATCH_URL.",
        )
        return
    silent, last = canary.silent_since(at=clock.now())
    if silent:
        yield Finding(
            "error",
            f"The outside monitor takes no canary (last: {_utc(last) if last else 'never'}).",
            "See that alongside watch runs there, that this machine reaches "
            f"{settings.WATCH['url']}, and that both have one ALONGSIDE_WATCH_SECRET.",
        )


def numbers_are_verified() -> Iterator[Finding]:
    """Somebody called the crisis lines of the country, lately."""
    from alongside.directory import queries as directory
    from alongside.directory import rules
    from alongside.records import clock

    at = clock.now()
    house = directory.house()
    if house is None:
        return
    shown = directory.lines_to_show(house.country, at)
    if not shown:
        yield Finding(
            "error",
            f"No crisis line of {house.country} is verified: the public door is not fit.",
            "Call each line and note it in the office under Settings.",
        )
    for each in shown:
        if each.check.checked_at < rules.months_before(at, rules.CHECK_AGAIN_MONTHS):
            yield Finding(
                "warning",
                f"{each.line.name} was last called on {each.check.checked_at:%d %B %Y}.",
                "Call it again; it is hidden nine months after its check.",
            )


# -- what is kept ---------------------------------------------------------------------------------


def content_is_sound() -> Iterator[Finding]:
    """Every content file is well formed and reviewed."""
    from alongside import catalogue
    from alongside.records import clock

    problems = catalogue.check(catalogue.roots(), today=clock.now().date())
    for problem in problems:
        if problem.grade == "error":
            yield Finding("error", f"{problem}.", "Run: alongside content check")
    stale = sum(problem.grade == "warning" for problem in problems)
    if stale:
        yield Finding("warning", f"{stale} warning(s) in content.", "Run: alongside content check")


def roles_and_places_agree() -> Iterator[Finding]:
    """Nobody has a role in a circle without a place in it, nor the reverse (A3)."""
    from alongside.access import queries as access
    from alongside.records import clock

    without = access.roles_without_a_place(at=clock.now())
    if without:
        yield Finding(
            "error",
            f"{without} live role(s) of the family belong to nobody in the circle.",
            "End them in the office under People and roles.",
        )


def the_trail_is_whole() -> Iterator[Finding]:
    """The audit trail verifies."""
    from alongside.records import sealer

    verdict = sealer.verify()
    if not verdict.whole:
        yield Finding(
            "error",
            f"The trail is not whole at {verdict.place}: {verdict.problem}.",
            "Keep everything as it is and call the privacy officer.",
        )


def it_is_not_too_large() -> Iterator[Finding]:
    """SQLite serves a small house; a larger one has a second wall in PostgreSQL."""
    from django.db import connection

    from alongside.access import queries as access

    staff = access.staff_count()
    if connection.vendor == "sqlite" and staff > STAFF_ON_SQLITE:
        yield Finding(
            "warning",
            f"{staff} people work here, on SQLite.",
            "Move to PostgreSQL, which also guards each row.",
        )


def _utc(at: datetime) -> str:
    return f"{at:%d %b %H:%M} UTC"


CHECKS: tuple[tuple[str, Callable[[], Iterator[Finding]]], ...] = (
    ("answers not saved", nothing_waits_beside_the_database),
    ("database", database_keeps_what_it_says),
    ("settings", settings_are_safe),
    ("clock", clocks_agree),
    ("messages", messages_go_out),
    ("alerts", alerts_climb),
    ("channels", there_is_a_second_channel),
    ("outside monitor", somebody_watches),
    ("people on call", somebody_answers),
    ("numbers to call", numbers_are_verified),
    ("content", content_is_sound),
    ("roles", roles_and_places_agree),
    ("trail", the_trail_is_whole),
    ("size", it_is_not_too_large),
)
