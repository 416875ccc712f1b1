"""What a page costs among many cases. Run: ``python benchmarks/cases.py [cases ...]``.

Method: one case is made by the real actions (a concern, a circle of three, who may see it, a plan
with a course under way, six answered questionnaires, ten audit rows). Sixty of it, each with ids
and encryption of its own, are the caseload of the practitioner who is measured. The rest are
written by SQL as copies of its rows with other ids, sixty for each further practitioner, whose
rows are copied too; nobody opens them, so their texts stay as they were encrypted. Then the
database is analysed. PostgreSQL runs with ``jit`` off and writes durably; SQLite with WAL and
``synchronous=FULL``; both on the disk.

Measured is the time of the processor, of this process and of the database's own, of one request
through the whole of the software: sign-in, access, audit of the read, decryption, page. The client
is Django's, in the same process, so that no network is measured. Each figure is the lowest median
of four rounds of ten requests, after five that are not counted. Aims: 5 ms to read a case, 11 ms
for a page of the caseload, 10 ms for the last page of a questionnaire, which is scored and kept;
and the caseload among 1,000,000 cases at most half as much again as among 1,000.

Where an aim is missed the time of this process is taken apart by ``benchmarks/where.py``. Results,
and what they say: ``benchmarks/cases.md``. ``python benchmarks/cases.py here 1000000 FOLDER`` keeps
the filled database and measures it again (``ALONGSIDE_TEST_DB`` says which).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from where import breakdown  # beside this file

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 100_000)
OWN = 60  # live cases of one practitioner
AT_ONCE = 4_000  # copies in one statement: what is written stays in the database's own memory
FILLING = ("max_wal_size = '8GB'", "full_page_writes = off", "autovacuum = off")
NOT_COUNTED, COUNTED, ROUNDS = 5, 40, 4
AIMS = {"read a case": 5.0, "caseload of 50": 11.0, "post a questionnaire": 10.0}


# -- the rows of one case --------------------------------------------------------------------------


def renamed(id: UUID, copy: int) -> UUID:
    """The id of a row in the copy with this number."""
    return UUID(f"{copy:08x}{id.hex[8:]}")


@dataclass
class Rows:
    """The rows of one case, or of one practitioner, by model in the order they must be written."""

    by_model: list[tuple[Any, list[Any]]] = field(default_factory=list)
    ids: set[UUID] = field(default_factory=set)

    def take(self, model: Any, rows: Any) -> None:
        found = [row for row in rows if row.pk not in self.ids]
        if found:
            self.by_model.append((model, found))
            self.ids.update(row.pk for row in found if isinstance(row.pk, UUID))

    def count(self) -> int:
        return sum(len(rows) for _, rows in self.by_model)


def rows_of_case(circle: Any) -> Rows:
    """Everything that belongs to a circle: its people, their accounts, and what was written."""
    from django.apps import apps

    from alongside.access.models import Account, AccountPerson
    from alongside.people.models import Circle, Member, Person
    from alongside.records.models import AuditEvent, DataKey

    rows = Rows()
    members = list(Member._base_manager.filter(circle=circle))
    persons = {member.person_id for member in members} | {circle.focus_id}
    accounts = AccountPerson._base_manager.filter(person__in=persons)
    rows.take(Person, Person._base_manager.filter(pk__in=persons))
    rows.take(Account, Account._base_manager.filter(pk__in=accounts.values("account")))
    rows.take(AccountPerson, accounts)
    rows.take(Circle, [circle])
    waiting = [
        model
        for model in apps.get_models()
        if any(each.attname == "circle_id" for each in model._meta.concrete_fields)
    ]
    for model in _in_order(waiting):
        rows.take(model, model._base_manager.filter(circle=circle))
    rows.take(DataKey, DataKey.objects.filter(subject__in=rows.ids))
    rows.take(AuditEvent, AuditEvent.objects.order_by("-pk")[:10])
    return rows


def rows_of_practitioner(practitioner: Any) -> Rows:
    """Somebody who works here, with the account and the rights of their own."""
    from alongside.access.models import Account, AccountPerson, Relationship
    from alongside.people.models import Person, Practitioner
    from alongside.records.models import DataKey

    rows = Rows()
    person = Person._base_manager.filter(pk=practitioner.person_id)
    account = AccountPerson._base_manager.filter(person__in=person)
    rows.take(Person, person)
    rows.take(Account, Account._base_manager.filter(pk__in=account.values("account")))
    rows.take(AccountPerson, account)
    rows.take(Practitioner, Practitioner._base_manager.filter(pk=practitioner.pk))
    rows.take(
        Relationship,
        Relationship._base_manager.filter(
            account__in=account.values("account"), institution__isnull=False
        ),
    )
    rows.take(DataKey, DataKey.objects.filter(subject__in=rows.ids))
    return rows


def _in_order(models: list[Any]) -> Iterator[Any]:
    """Each model after those it points to."""
    left = list(models)
    while left:
        for model in left:
            needs = {each.related_model for each in model._meta.concrete_fields if each.is_relation}
            if not needs & {other for other in left if other is not model}:
                left.remove(model)
                yield model
                break
        else:
            raise RuntimeError(f"These point to each other: {left}")


# -- copies ----------------------------------------------------------------------------------------


def copy_with_texts(rows: Rows, copy: int) -> None:
    """A copy whose texts can be read: encrypted again, with a key of its own."""
    from alongside.records.models import AuditEvent, DataKey

    for model, originals in rows.by_model:
        if model in {DataKey, AuditEvent}:
            continue  # keys come by themselves; the trail is copied by SQL
        made = []
        for original in originals:
            values = {each.attname: getattr(original, each.attname) for each in _fields(model)}
            for name, value in values.items():
                if isinstance(value, UUID) and value in rows.ids:
                    values[name] = renamed(value, copy)
            for each in _fields(model):
                if each.unique and isinstance(values[each.attname], str) and values[each.attname]:
                    values[each.attname] = _other_text(each, values[each.attname], f"{copy:08x}")
            made.append(model(**values))
        model._base_manager.bulk_create(made)


def _other_text(one: Any, text: str, prefix: str) -> str:
    made = prefix + text
    return made[: one.max_length] if one.max_length else made


def _fields(model: Any) -> list[Any]:
    return [each for each in model._meta.concrete_fields if not each.generated]


class Writer:
    """Copies rows by SQL, from a first to a last number."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.is_sqlite = connection.vendor == "sqlite"
        self.series = (
            "WITH RECURSIVE s(n) AS (SELECT %s UNION ALL SELECT n + 1 FROM s WHERE n < %s) "
            if self.is_sqlite
            else "WITH s AS (SELECT generate_series(%s::int, %s::int) AS n) "
        )

    def hex_of(self, number: str) -> str:
        return f"printf('%%08x', {number})" if self.is_sqlite else f"lpad(to_hex({number}),8,'0')"

    def write(self, rows: Rows, first: int, last: int, *, staff: Rows | None = None) -> None:
        """Copies ``first`` to ``last``; each sixty belong to the next practitioner."""
        for model, originals in rows.by_model:
            for original in originals:
                names, values, given = [], [], []
                for each in _fields(model):
                    if each.primary_key and not isinstance(getattr(original, each.attname), UUID):
                        continue  # numbered by the database
                    names.append(self.connection.ops.quote_name(each.column))
                    text, arguments = self._value(each, original, rows, staff)
                    values.append(text)
                    given.extend(arguments)
                with self.connection.cursor() as cursor:
                    cursor.execute(
                        f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) "
                        f"{self.series} SELECT {', '.join(values)} FROM s",
                        [first, last, *given],
                    )

    def _value(
        self, each: Any, original: Any, rows: Rows, staff: Rows | None
    ) -> tuple[str, list[Any]]:
        held = original.__dict__[each.attname]  # an encrypted text as it stands in the database
        kind = "" if self.is_sqlite else f"::{each.db_type(self.connection)}"
        if isinstance(held, UUID):
            if held in rows.ids:
                return f"({self.hex_of('n')} || %s){kind}", [held.hex[8:]]
            if staff is not None and held in staff.ids:
                return f"({self.hex_of(f'n / {OWN}')} || %s){kind}", [held.hex[8:]]
        elif each.unique and isinstance(held, str) and held:
            rest = held[: each.max_length - 8] if each.max_length else held
            return f"{self.hex_of('n')} || %s", [rest]
        return f"%s{kind}", [each.get_db_prep_save(held, self.connection)]


# -- the time of the processor ---------------------------------------------------------------------


def processor_ms(connection: Any) -> float:
    """Milliseconds of this process and of the database server's process for it."""
    spent = time.process_time() * 1000
    if connection.vendor == "postgresql":
        backend = connection.connection.info.backend_pid
        spent += int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e6
    return spent


def best_ms(connection: Any, requests: list[Callable[[], Any]]) -> float:
    """The lowest median of some rounds of the requests; the first few are not counted."""
    taken = []
    for request in requests:
        before = processor_ms(connection)
        request()
        taken.append(processor_ms(connection) - before)
    counted = taken[NOT_COUNTED:]
    each = len(counted) // ROUNDS
    rounds = (counted[first : first + each] for first in range(0, len(counted), each))
    return min(statistics.median(one) for one in rounds)


# -- the world, and what is asked of it ------------------------------------------------------------


def a_full_case(world: Any) -> None:
    """Sam's case with a course under way and six answered questionnaires."""
    from tests.factories import care

    care.started(world, way="cbt")
    for month in range(5):
        answers = {**care.FEW_SYMPTOMS, "item_1": month % 4}
        care.answer(world, world.sam, "phq9", answers)


@dataclass(frozen=True)
class Known:
    """What of a database that was filled must be known to measure it."""

    account: str
    circle: str
    person: str
    own: tuple[str, ...]  # the cases of the practitioner
    rows: int  # of one case

    @classmethod
    def read(cls, path: Path) -> Known:
        held = json.loads(path.read_text())
        return cls(**{**held, "own": tuple(held["own"])})


@contextmanager
def filling(connection: Any) -> Iterator[None]:
    """Nothing is checked and nothing is safe from a power cut while rows are copied by SQL."""
    lite = connection.vendor == "sqlite"
    before = (
        ["foreign_keys = OFF", "journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"]
        if lite
        else ["session_replication_role = replica", "synchronous_commit = off"]
    )
    after = (
        ["foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "cache_size = -2000"]
        if lite
        else ["session_replication_role = origin", "synchronous_commit = on"]
    )
    word = "PRAGMA" if lite else "SET"
    with connection.cursor() as cursor:
        for each in before:
            cursor.execute(f"{word} {each}")
        yield
        cursor.execute("ANALYZE")
        for each in after:
            cursor.execute(f"{word} {each}")


def fill(cases: int) -> Known:
    """The database with that many cases."""
    from django.db import connection, transaction

    from alongside.cases.models import Case
    from alongside.records import clock
    from alongside.records.scoped import writing
    from tests.factories import make_world
    from tests.factories.fixtures import with_second_step

    world = make_world(at=clock.now())
    a_full_case(world)
    with transaction.atomic(), writing():
        for copy in range(1, OWN):
            copy_with_texts(rows_of_case(world.circle), copy)
    rows, staff = rows_of_case(world.circle), rows_of_practitioner(world.asha.practitioner)
    writer = Writer(connection)
    with filling(connection):
        with transaction.atomic():
            writer.write(staff, 1, cases // OWN)
        for first in range(OWN, cases, AT_ONCE):
            with transaction.atomic():
                writer.write(rows, first, min(first + AT_ONCE, cases) - 1, staff=staff)
    circles = [world.circle.pk, *(renamed(world.circle.pk, copy) for copy in range(1, OWN))]
    world.at(clock.now())
    with_second_step(world.asha.account)
    own = Case._base_manager.filter(circle__in=circles).values_list("pk", flat=True)
    return Known(
        account=str(world.asha.account.pk),
        circle=str(world.circle.pk),
        person=str(world.sam.pk),
        own=tuple(map(str, own)),
        rows=rows.count(),
    )


def links(known: Known, count: int) -> list[str]:
    """Private links to as many questionnaires, each answered up to the last page."""
    from alongside.access.models import Account
    from alongside.access.readers import reader_for
    from alongside.measures import actions as measures
    from alongside.people.models import Circle, Person
    from alongside.records import clock

    account = Account._base_manager.get(pk=known.account)
    circle = Circle._base_manager.get(pk=known.circle)
    person = Person._base_manager.get(pk=known.person)

    def made() -> str:
        reader = reader_for(account, clock.now()).through("practitioner")
        asking = measures.make_asking(
            circle=circle,
            about=person,
            respondent=person,
            instrument="phq9",
            by=reader,
            at=clock.now(),
        )
        return str(measures.hand_over(asking=asking, by=reader, at=clock.now()))

    return [made() for _ in range(count)]


def measured(known: Known) -> tuple[dict[str, float], dict[str, list[tuple[str, float]]]]:
    """The three figures in milliseconds, and where those go that miss their aim."""
    from django.db import connection
    from django.test import Client

    from alongside.access.models import Account

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
    there = {"SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000"}
    browser = Client(**there)
    browser.force_login(
        Account._base_manager.get(pk=known.account),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )

    def get(address: str) -> Callable[[], None]:
        def read() -> None:
            answer = browser.get(address)
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")

        return read

    def post(token: str) -> Callable[[], Any]:
        phone = Client(**there)
        for number, value in enumerate((1, 1, 1, 1, 1, 1, 1, 1, 0, 0), 1):
            phone.post(f"/l/{token}/{number}/", {"a": str(value)})
        page = phone.get(f"/l/{token}/check/").content.decode()
        fields = dict(re.findall(r'name="(submission|item_\d+)" value="([^"]*)"', page))

        def send() -> None:
            answer = phone.post(f"/l/{token}/check/", fields)
            if answer.status_code != 302:
                raise RuntimeError(f"check: {answer.status_code}")

        return send

    count = NOT_COUNTED + COUNTED
    asked = {
        "read a case": [get(f"/work/cases/{id}/") for id in known.own[:count]],
        "caseload of 50": [get("/work/cases/")] * count,
        "post a questionnaire": [post(token) for token in links(known, count)],
    }
    found = {name: best_ms(connection, requests) for name, requests in asked.items()}
    missed = [name for name, ms in found.items() if ms > AIMS[name] and "post" not in name]
    return found, {name: breakdown(asked[name][NOT_COUNTED:] * 3) for name in missed}


def measure(cases: int, kept: str = "") -> str:
    """The figures of the database that the environment names, as lines of a table.

    Args:
        kept: a folder. What is filled stays there; what is there already is measured again.
    """
    sys.path.append(str(ROOT))
    if kept:
        os.environ["ALONGSIDE_TEST_ROOT"] = str(Path(kept).absolute())
        os.environ.setdefault("ALONGSIDE_TEST_PORT", "54399")
        Path(kept).mkdir(parents=True, exist_ok=True)
    from tests.harness import cluster, environment

    environment.IN_MEMORY = Path(os.devnull)  # a commit in memory would cost nothing
    environment.prepare()
    facts, server = environment.root() / "known.json", None
    try:
        if environment.database() == "postgresql":
            server = started(cluster, environment, kept)
        os.environ["DJANGO_SETTINGS_MODULE"] = "alongside.config.settings"
        import django

        django.setup()
        from django.core.management import call_command

        began = time.perf_counter()
        if not facts.exists():
            call_command("migrate", verbosity=0)
            facts.write_text(json.dumps(asdict(fill(cases))))
            if server is not None:
                as_in_service(server)
        took = time.perf_counter() - began
        known = Known.read(facts)
        figures, parts = measured(known)
        lines = [
            f"{environment.database():10} {cases:>9,} cases   {name:22} {ms:6.1f} ms"
            f"   aim {AIMS[name]:.0f} ms   ({known.rows} rows a case; filled in {took:.0f} s)"
            for name, ms in figures.items()
        ]
        for name, kinds in parts.items():
            lines += [f"    {name}: {ms:5.1f} ms {kind}" for kind, ms in kinds]
        return "\n".join(lines)
    finally:
        if server is not None:
            from django.db import connection

            connection.close()
            server.folder = server.folder if not kept else Path(kept) / "nothing"
            server.stop()
        environment.clear()


def started(cluster: Any, environment: Any, kept: str) -> Any:
    """A server of our own; on the data that are kept, if there are any."""
    server = cluster.Cluster(environment.cluster_port())
    if kept:
        made = Path(kept) / "cluster"
        if made.exists():
            shutil.rmtree(server.folder)
            server.folder = made
            server.begin()
            return server
        shutil.move(server.folder, made)
        server.folder = made
    server.start()
    with server.connect() as owner:
        owner.execute("GRANT SET ON PARAMETER session_replication_role TO alongside")
        for setting in FILLING:
            owner.execute(f"ALTER SYSTEM SET {setting}")
        owner.execute("SELECT pg_reload_conf()")
    cluster.create_database(environment.cluster_port(), "alongside")
    return server


def as_in_service(server: Any) -> None:
    """What was set for the filling is set back: from here on every commit is on the disk."""
    with server.connect() as owner:
        owner.execute("ALTER SYSTEM RESET ALL")
        owner.execute("SELECT pg_reload_conf()")
        owner.execute("CHECKPOINT")


def main() -> None:
    """Print the lines of each database and size; each has a process of its own."""
    if sys.argv[1:2] == ["here"]:
        sys.stdout.write(f"{measure(int(sys.argv[2]), *sys.argv[3:])}\n")
        return
    for cases in [int(text) for text in sys.argv[1:]] or SIZES:
        for database in ("sqlite", "postgresql"):
            subprocess.run(
                [sys.executable, __file__, "here", str(cases)],
                check=True,
                env={**os.environ, "ALONGSIDE_TEST_DB": database},
            )


if __name__ == "__main__":
    main()
