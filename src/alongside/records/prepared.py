"""Queries whose SQL is made once and then only given its values.

Making the SQL of one query costs the ORM some ten times what the database takes to answer it, and
a page asks dozens. So the second time the same question comes from a reader who carries the same
rights, its SQL is kept together with the places of its values; from the third time on it is run
with other values. Nothing about permission is kept by that: the rights are read anew with every
request, and they are a part of what a kept query is found by. Who gained or lost a right asks
another question. A query is made anew each time where its SQL depends on anything else, such as
rows that were read to make it.

Under test kept queries are compared with those made anew: each at its first use, then every
so often (``PREPARED_IS_CHECKED``).
"""

from __future__ import annotations

import copy
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from threading import Lock
from typing import Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

from alongside import catalogue
from alongside.records.among import Ids

AT_MOST = 2_000  # kept queries of a process; one is some 30 kB
FAR = datetime(2900, 1, 1, tzinfo=UTC)
NEAR = timedelta(days=3_700)  # a moment that is so near to a stand-in was reckoned from it
FAR_MOMENT = re.compile(r"(2[89]|3\d)\d\d-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")
FAR_DAY = re.compile(r"\b(2[89]|3\d)\d\d-\d\d-\d\d")  # a stand-in, or reckoned from one

Make = Callable[..., "QuerySet[Any]"]


class Differs(AssertionError):
    """A kept query is not what would be made now: something it depends on was not named."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the prepared query {name!r} depends on more than it was given")


def rows(name: str, make: Make, *, seen_by: Any = None, **given: Any) -> list[Any]:
    """The rows of the queryset that ``make(**given)`` builds.

    Args:
        name: of this question; one name, one ``make``.
        make: builds the queryset from its reader and from what is given, from nothing else. It
            must not look at what it is given: a stand-in comes the first times.
        seen_by: the reader it is scoped to; None where it is scoped to nobody. One without
            ``rights`` has each query made anew.
        given: ids, ``Text``, moments and days become values of the SQL; everything else is a
            part of what the kept query is found by, so it must be hashable and of few values.
    """
    key = _key(name, seen_by, given)
    if key is None:
        return list(make(**given))
    held = _kept.get(key)
    if isinstance(held, int):  # seen once; a second time is worth the trouble
        held = _kept.put(key, _plan(make, seen_by, given)) if held else _kept.put(key, 1)
    if held is None or isinstance(held, int):
        return list(make(**given))
    every = getattr(settings, "PREPARED_IS_CHECKED", 0)
    if every and next(held.uses) % every == 0:
        _compare(name, held, make, given, seen_by)
    return held.run(_all(given, seen_by), seen_by)


def first(name: str, make: Make, *, seen_by: Any = None, **given: Any) -> Any:
    """The first row of the queryset, or None. It must be in an order and end after one row."""
    return next(iter(rows(name, make, seen_by=seen_by, **given)), None)


# -- what a kept query is found by ----------------------------------------------------------------


class Text(str):
    """A text that something is found by, such as a hash: a value of the SQL, as an id is."""

    __slots__ = ()


VALUES = (UUID, datetime, date, Ids, Text)


class Rights:
    """What a reader carries that rules of access look at; the same object for the same rights."""

    __slots__ = ()


class _Known:
    """The newest of some things, so that what costs much to compare is compared once a request."""

    def __init__(self) -> None:
        self._held: OrderedDict[Hashable, Any] = OrderedDict()
        self._content: Any = None
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """What is kept; 0 for what was never asked."""
        whole = catalogue.current()
        with self._lock:
            if whole is not self._content:  # the rules of access are content
                self._content = whole
                self._held.clear()
            if key not in self._held:
                return 0
            self._held.move_to_end(key)
            return self._held[key]

    def put(self, key: Hashable, value: Any) -> Any:
        with self._lock:
            self._held[key] = value
            while len(self._held) > AT_MOST:
                self._held.popitem(last=False)
        return value


_kept, _rights = _Known(), _Known()


def rights(carried: Hashable) -> Rights:
    """One object for each set of rights, however often it was read."""
    found = _rights.get(carried) or _rights.put(carried, Rights())
    return cast(Rights, found)


def _key(name: str, reader: Any, given: Mapping[str, Any]) -> Hashable | None:
    carried = None
    if reader is not None:
        carried = getattr(reader, "rights", None)
        if carried is None:
            return None
    return (name, carried, *(_sort(value) for value in given.values()))


def _sort(value: Any) -> Hashable:
    found: Any = type(value) if _is_value(value) else value
    return cast(Hashable, found)


def _is_value(value: Any) -> bool:
    """Does it go into the SQL as a value? To be one of no ids is another question."""
    return isinstance(value, VALUES) and value != Ids()


# -- the SQL and the places of its values ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    """One query, made with stand-ins."""

    rows: Any  # the queryset; never evaluated itself
    compiler: Any
    sql: str
    params: tuple[Any, ...]
    places: Mapping[int, tuple[str, timedelta]]  # of a value: its name, and what is added to it
    uses: Iterator[int] = field(default_factory=count)

    def values(self, given: Mapping[str, Any], connection: Any) -> tuple[Any, ...]:
        found = list(self.params)
        for place, (name, more) in self.places.items():
            value = given[name] + more if more else given[name]
            found[place] = _as_param(value, connection)
        return tuple(found)

    def run(self, given: Mapping[str, Any], reader: Any) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        compiler = copy.copy(self.compiler)
        compiler.connection = connection
        text = self.sql, self.values(given, connection)
        compiler.__dict__["as_sql"] = lambda *args, **kwargs: text
        asked = self.rows
        fresh = type(asked)(model=asked.model, query=_Made(asked.query, compiler), using=asked._db)
        for each in ("_iterable_class", "_fields", "_scope", "_prefetch_related_lookups"):
            fresh.__dict__[each] = getattr(asked, each, "")
        if getattr(asked, "_seen", None) is not None:
            fresh._seen = reader.seen
        return list(fresh)

    def is_like(self, other: _Plan) -> bool:
        """The same but for the stand-ins?"""

        def rest(plan: _Plan) -> list[Any]:
            return [each for n, each in enumerate(plan.params) if n not in plan.places]

        return (self.sql, self.places) == (other.sql, other.places) and rest(self) == rest(other)


class _Made:
    """A query that hands out a compiler which has its SQL already."""

    def __init__(self, query: Any, compiler: Any) -> None:
        self._query, self._compiler = query, compiler

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        return self._compiler

    def __getattr__(self, name: str) -> Any:
        return getattr(self._query, name)


class _Asked(Exception):
    """A query ran while another was made: what was read is a part of it."""


def _plan(make: Make, reader: Any, given: Mapping[str, Any]) -> _Plan | None:
    """The query with stand-ins for what is given; None where it must be made anew each time.

    It is made twice, with other stand-ins: only they may differ.
    """
    one, other = _made(make, reader, given), _made(make, reader, given)
    if one is None or other is None or not one.is_like(other):
        return None
    if getattr(one.rows, "_seen", None) is not None:
        one.rows._seen = {}  # nothing of who asked first
    return one


def _made(make: Make, reader: Any, given: Mapping[str, Any]) -> _Plan | None:
    connection = connections[DEFAULT_DB_ALIAS]
    marks = {name: _mark(v) for name, v in given.items() if _is_value(v)}
    of_reader = {name: _mark(value) for name, value in _own(reader).items()}
    named = {f"{READER}{name}": mark for name, mark in of_reader.items()}
    with connection.execute_wrapper(_refuse), _standing_for(reader, of_reader):
        try:
            asked = make(**{**given, **marks})
            compiler = asked.query.get_compiler(DEFAULT_DB_ALIAS)
            sql, params = compiler.as_sql()
            columns = [each[0] for each in compiler.select[: compiler.col_count]]
            converters = compiler.get_converters(columns)
            compiler.__dict__["get_converters"] = lambda *args: converters
        except (_Asked, EmptyResultSet):
            return None
    places = _places(params, {**marks, **named}, connection)
    rest = " ".join(map(str, (sql, *(p for n, p in enumerate(params) if n not in places))))
    every = (*marks.values(), *of_reader.values())
    hidden = any(trace in rest for mark in every for trace in _traces(mark))
    if hidden or FAR_DAY.search(rest) or not {name for name, _ in places.values()} >= set(marks):
        return None  # a value went in some other way than as it is
    return _Plan(asked, compiler, sql, tuple(params), places)


def _places(
    params: Sequence[Any], marks: Mapping[str, Any], connection: Any
) -> dict[int, tuple[str, timedelta]]:
    """Where the stand-ins went: as they are, or a moment some time before or after."""
    wanted = {name: _as_param(mark, connection) for name, mark in marks.items()}
    found = {}
    for place, param in enumerate(params):
        for name, mark in wanted.items():
            if type(param) is type(mark) and param == mark:
                found[place] = (name, timedelta())
        if place in found or (moment := _moment(param)) is None:
            continue
        near = [
            (name, moment - mark)
            for name, mark in marks.items()
            if isinstance(mark, datetime) and abs(moment - mark) < NEAR
        ]
        if len(near) == 1:
            found[place] = near[0]
    return found


def _moment(param: Any) -> datetime | None:
    """A moment as the database is given it."""
    if isinstance(param, str) and FAR_MOMENT.fullmatch(param):
        param = datetime.fromisoformat(param).replace(tzinfo=UTC)
    return param if isinstance(param, datetime) and param.tzinfo is not None else None


def _refuse(*args: Any) -> Any:
    raise _Asked


def _own(reader: Any) -> dict[str, Any]:
    """What of a reader is a value of the SQL and no part of their rights, by its attribute."""
    return {} if reader is None else {name: getattr(reader, name) for name in reader.values}


READER = "reader."  # before the name of a value of the reader: what is given may have the same


@contextmanager
def _standing_for(reader: Any, marks: Mapping[str, Any]) -> Iterator[None]:
    """The reader with stand-ins, while a query is made."""
    before = _own(reader)
    try:
        for name, mark in marks.items():
            setattr(reader, name, mark)
        yield
    finally:
        for name, value in before.items():
            setattr(reader, name, value)


def _mark(value: Any) -> Any:
    """A stand-in that no record holds."""
    some = timedelta(days=secrets.randbelow(300_000), microseconds=1 + secrets.randbelow(10**6 - 1))
    if isinstance(value, UUID):
        return uuid4()
    if isinstance(value, Text):
        return Text(secrets.token_hex(32))
    if isinstance(value, datetime):
        return FAR + some
    if isinstance(value, date):
        return (FAR + some).date()
    return Ids({uuid4()})


def _as_param(value: Any, connection: Any) -> Any:
    """A value as the database is given it."""
    sqlite = connection.vendor == "sqlite"
    if isinstance(value, UUID):
        return value.hex if sqlite else value
    if isinstance(value, Text):
        return value
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value.text if sqlite else list(value)


def _traces(mark: Any) -> tuple[str, ...]:
    """How the stand-in of an id would stand in a longer text; a day is found by ``FAR_DAY``."""
    if isinstance(mark, date):
        return ()
    if isinstance(mark, Text):
        return (mark,)
    each = mark if isinstance(mark, UUID) else next(iter(mark))
    return each.hex, str(each)


def _compare(name: str, held: _Plan, make: Make, given: Mapping[str, Any], reader: Any) -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    sql, params = make(**given).query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    told = held.values(_all(given, reader), connection)
    same = told == tuple(params) or sorted(map(repr, told)) == sorted(map(repr, params))
    if sql != held.sql or not same:
        raise Differs(name)


def _all(given: Mapping[str, Any], reader: Any) -> Mapping[str, Any]:
    return {**given, **{f"{READER}{name}": value for name, value in _own(reader).items()}}
