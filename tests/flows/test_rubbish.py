"""Rubbish in every form and address gets a sentence, loses nothing, and never breaks a page."""

from __future__ import annotations

import re
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import cycle
from typing import Any
from uuid import uuid4

import pytest

from tests.flows.asking import Answer, Asker
from tests.harness import environment
from tests.harness.served import Served

pytestmark = [pytest.mark.slow]

SECONDS = 300  # a minute on a quiet machine; a page that hangs is found, a slow machine is not
BODY = 10 * 1024 * 1024
met: set[tuple[str, ...]] = set()  # a form that stands on many pages is tried on one
asked: set[str] = set()  # and a page that opens for many is asked odd things by one
ONE_BY_ONE = environment.database() == "sqlite"
# Sent one after the other, each time into the next field of a form that is right otherwise.
RUBBISH = (
    "a\x00b\x1b[31m",
    "ab\u202ecd\u2066",
    "x" * 100_000,
    "2026-02-31",
    "99999-12-31T99:99",
    "-1",
    "9" * 400,
    "1e309",
    "NaN",
    str(uuid4()),
    "<script>alert(1)</script>{{ 7*7 }}",
    "%s%n'\";--",
    "\u200d\ufeff",
    "[]",
    "",
)
QUERIES = (
    "?page=-1&first=99999999999999999999&since=2026-02-31&until=x&kind=%00&account=zz&week=2026-W99",
    "?page=%C3%28&next=//evil.example&course=zz&after=999999&day=0000-00-00&sort=%F0%9F%98%80&tab[]=1",
)
# What ends the session that asks, so that the rest would prove nothing.
ENDS_THE_SESSION = {"public:leave", "public:leave_visit", "account_logout", "usersessions_list"}
ODD = (
    "/%00", "/work/cases/%00/", "/..%2f..%2fetc/passwd", "/static/..%2f..%2fmanage.py",
    "/static/../../manage.py", "//evil.example/", "/%2e%2e/", "/a" * 3000, "/l/%F0%9F%98%80/",
    "/l/" + "x" * 4000, "/work/cases/not-a-uuid/", "/w/%C3%28/", "/\\evil", "/?%00=%00",
    "/help-now/%E2%80%AE/", "/what-helps/..%2f..%2f/", "/worried/%0d%0aSet-Cookie:x/",
    "/l/x/99999999999999999999/", "/w/x/-1/", "/%ff%fe",
    "/me/plan/00000000-0000-0000-0000-000000000000/",
)  # fmt: skip


# -- asking -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def house(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = served.call("tests.flows.ready:a_full_case", url=served.url)
    return found


@pytest.fixture
def asker(served: Served) -> Iterator[Any]:
    """``asker(email)`` is a reader who is signed in; ``asker()`` is nobody."""

    def make(email: str = "") -> Asker:
        if not email:
            return Asker(served)
        cookie = served.session_of(email)
        return Asker(served, f"{cookie['name']}={cookie['value']}")

    yield make
    said = served.log()
    assert "Internal Server Error" not in said, said[-4000:]


# -- every address ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Route:
    """One address with what stands in its place holders: ``(word before it, converter, name)``."""

    name: str
    parts: tuple[str | tuple[str, str, str], ...]

    def filled(self, house: dict[str, Any], *, strange: bool = False, circle: str = "") -> str:
        """With ids of Sam's case; or, of the same shape, with ids nobody has."""
        made = ""
        for part in self.parts:
            if isinstance(part, str):
                made += part
                continue
            word, kind, name = part
            if kind == "uuid" and name == "circle":
                made += str(uuid4()) if strange else circle or house["own_circle"]
            elif kind == "uuid":
                made += str(uuid4()) if strange else house["ids"].get(word, str(uuid4()))
            elif kind == "int":
                made += "1"
            elif name == "token":
                known = house["link"] if made.startswith("/l/") else house["visit"]
                made += secrets.token_urlsafe(32) if strange else known
            else:
                made += {"path": "says_no", "country": "us", "protocol": "cbt"}.get(name, "zz")
        return made

    @property
    def has_id(self) -> bool:
        return any(not isinstance(part, str) and part[1] == "uuid" for part in self.parts)


def routes() -> list[Route]:
    """Every address of the site, from its own list."""
    from django.urls import get_resolver

    found: list[Route] = []

    def walk(patterns: Any, before: str, space: str) -> None:
        for each in patterns:
            place = before + str(getattr(each.pattern, "_route", None) or _of_regex(each.pattern))
            if hasattr(each, "url_patterns"):
                inner = f"{space}{each.namespace}:" if each.namespace else space
                walk(each.url_patterns, place, inner)
                continue
            parts: list[str | tuple[str, str, str]] = []
            for text in re.split(r"(<[^>]+>)", f"/{place}"):
                if text.startswith("<"):
                    kind, _colon, name = text[1:-1].rpartition(":")
                    word = re.split(r"/", "".join(p for p in parts if isinstance(p, str)))[-2]
                    parts.append((word, kind or "str", name))
                elif text:
                    parts.append(text)
            found.append(Route(f"{space}{each.name}", tuple(parts)))

    walk(get_resolver().url_patterns, "", "")
    assert len(found) > 80
    return found


def _of_regex(pattern: Any) -> str:
    """The library's own addresses are regular expressions; their groups become words."""
    plain = str(pattern).lstrip("^").rstrip("$").replace("\\Z", "")
    plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", plain)
    return plain.replace("\\", "")


class _Forms(HTMLParser):
    """The forms of a page: where each posts to, and its fields as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {key: value or "" for key, value in attrs}
        if tag == "form":
            if have.get("method", "").lower() == "post":
                self.forms.append((have.get("action", ""), {}))
            else:
                self.forms.append(("-", {}))
            return
        if not self.forms:
            return
        fields, name = self.forms[-1][1], have.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if self._select not in fields or "selected" in have:
                fields[self._select] = have.get("value", "")
        elif (
            name
            and tag in {"input", "textarea", "button"}
            and (name not in fields or "checked" in have)
        ):
            fields[name] = have.get("value", "1" if tag == "textarea" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def forms_of(page: Answer, here: str) -> list[tuple[str, dict[str, str]]]:
    parser = _Forms()
    parser.feed(page.text)
    return [(action or here, fields) for action, fields in parser.forms if action != "-"]


def few_of_a_kind(names: list[str]) -> list[str]:
    """Of twenty questions that differ by their number or ending only, three."""
    met_of = Counter[str]()
    found = []
    for name in names:
        kind = re.sub(r"(__\w+|[-_]?\d+)$", "", name)
        met_of[kind] += 1
        if met_of[kind] <= 3:
            found.append(name)
    return found


# -- the proofs ---------------------------------------------------------------------------------


@pytest.mark.sqlite  # who may is proved on both by the matrix; this is about the words of an answer
def test_a_foreign_id_and_a_random_id_get_the_same_answer(
    house: dict[str, Any], asker: Any
) -> None:
    """Nothing tells whether a record is there: same status, same bytes, for each method."""
    readers = {
        "nobody": asker(),
        "noor, of the circle": asker("noor@example.org"),
        "lena, who leads other cases": asker(house["lena"]),
    }
    compared = 0
    for route in routes():
        if not route.has_id or route.name in ENDS_THE_SESSION:
            continue
        for who, reader in readers.items():
            if who.startswith("noor") and route.name.startswith("circle:"):
                foreign = route.filled(house, circle=house["other_circle"])
            else:
                foreign = route.filled(house)
            if who.startswith("lena") and route.name.startswith("practitioner:concern"):
                continue  # who takes up worries may read each of the house
            for method in ("GET", "POST"):
                strange = route.filled(house, strange=True)
                ask = reader.get if method == "GET" else (lambda at, r=reader: r.post(at, []))
                one, two = ask(foreign), ask(strange)
                assert one.status == two.status, f"{who}: {method} {foreign}"
                assert one.plain.replace(foreign, "") == two.plain.replace(strange, ""), (
                    f"{who}: {method} {foreign} tells that the record is there"
                )
                if who != "nobody" and not route.name.startswith("own:"):
                    assert one.status in {404, 405}, f"{who}: {method} {foreign}: {one.status}"
                compared += 1
    assert compared > 200


def test_odd_addresses_methods_and_bodies_break_nothing(house: dict[str, Any], asker: Any) -> None:
    """A method nobody knows is refused before a database is asked: on SQLite alone."""
    nobody = asker()
    for target in ODD:
        nobody.get(target)
        nobody.post(target, [("a", "b")])
    for route in routes():
        target = route.filled(house, strange=True)
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "BREW") if ONE_BY_ONE else ():
            answer = nobody.ask(method, target)
            assert answer.status >= 300 or method == "OPTIONS", f"{method} {target}"
        for query in QUERIES:
            nobody.get(target + query)
        nobody.post(target, [(name, value) for name in ("answer", "a") for value in RUBBISH[:3]])
    for kind, body in (
        ("application/json", b'{"a":' * 5000),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n"),
        ("multipart/form-data", b"no boundary"),
        ("application/x-www-form-urlencoded; charset=utf-99", b"answer=%ff%fe%00"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(3000))),
        ("application/x-www-form-urlencoded", b"%ED%A0%80=%ED%A0%80"),
    ):
        for target in ("/worried/says_no/first/", "/account/login/", f"/l/{house['link']}/1/"):
            nobody.ask("POST", target, body, **{"Content-Type": kind})


def test_ten_megabytes_are_refused_with_a_sentence(house: dict[str, Any], asker: Any) -> None:
    big = b"words=" + b"x" * BODY
    for email, targets in {
        "": ("/worried/says_no/first/", f"/w/{house['visit']}/more/", f"/l/{house['link']}/1/"),
        "noor@example.org": (f"/circle/{house['own_circle']}/alone/",),
        "asha@example.org": (f"/work/sessions/{house['ids']['sessions']}/note/",),
    }.items():
        reader = asker(email)
        for target in targets:
            answer = reader.ask(
                "POST", target, big, **{"Content-Type": "application/x-www-form-urlencoded"}
            )
            assert answer.status in {400, 403, 413}, f"{target}: {answer.status}"
            assert "<h1" in answer.text


@pytest.mark.parametrize("who", ["nobody", "noor", "sam", "asha", "grace", "hana"])
def test_rubbish_in_every_field_of_every_form(who: str, house: dict[str, Any], asker: Any) -> None:
    """Every page somebody can open, every form on it, every field: one by one, then all.

    What a field refuses by itself has nothing to do with the database; what reaches PostgreSQL in
    spite of that is tried with all fields at once.
    """
    reader = asker("" if who == "nobody" else f"{who}@example.org")
    queries = cycle(QUERIES)
    values, ends, sent, known = cycle(RUBBISH), time.monotonic() + SECONDS, 0, 0
    # How one signs in comes last: after wrong passwords nobody stays signed in.
    for route in sorted(routes(), key=lambda each: each.filled(house).startswith("/account/")):
        if route.name in ENDS_THE_SESSION or route.name.startswith("parts:"):
            continue
        here = route.filled(house)
        page = reader.get(here)
        if page.status == 200 and route.name not in asked:
            asked.add(route.name)
            reader.get(here + next(queries))
        if page.status == 405:
            reader.post(here, [])
        for target, fields in forms_of(page, here) if page.status == 200 else ():
            if not target.startswith("/") or target.startswith(("/leave", "/account/logout")):
                continue
            names = [name for name in fields if name != "csrfmiddlewaretoken"]
            form = (re.sub(r"[0-9a-f-]{36}", "*", target.partition("?")[0]), *names)
            if form in met:
                known += len(names) * (2 if ONE_BY_ONE else 3)
                continue
            met.add(form)
            for name in few_of_a_kind(names) if ONE_BY_ONE else ():
                wrong = {**fields, name: next(values)}
                wrong.pop("csrfmiddlewaretoken", None)
                answer = reader.post(target, list(wrong.items()))
                asked_again = target.startswith("/account/") or "/reach/" in target  # to sign in
                assert answer.status != 403 or asked_again, f"{who}: {target}"
                sent += 1
            for _ in range(1 if ONE_BY_ONE else 3):
                rubbish = next(values)
                reader.post(target, [(name, rubbish) for name in names])
                sent += len(names)
            twice = [(name, value) for name in names for value in (fields[name], "2")]
            reader.post(target, twice)
            reader.post(target, twice)
        assert time.monotonic() < ends, (
            f"only as far as {route.name}: {reader.seen.total()} requests"
        )
    least = {"nobody": 20, "asha": 150}.get(who, 25)
    assert sent + known >= least, f"{who} found only {sent} fields: {reader.seen}"


def test_a_stale_version_and_a_repeat_lose_nothing(
    served: Served, house: dict[str, Any], asker: Any
) -> None:
    asha = asker("asha@example.org")
    note = f"/work/sessions/{house['ids']['sessions']}/note/"
    for version in ("0", "-5", "x", "99999999999999999999", ""):
        words = f"Words that must not get lost, {version or 'none'}."
        answer = asha.post(note, [("version", version), ("part_topics", words), ("do", "save")])
        assert answer.status in {200, 302, 400, 409, 422}, f"{version}: {answer.status}"
        if answer.status != 302:
            assert words in answer.text, f"version {version!r} loses what was typed"
    nobody = asker()
    first = "/worried/says_no/first/"
    page = nobody.get(first)
    found = re.search(r'name="submission" value="([^"]+)"', page.text)
    assert found
    fields = [("answer", "no"), ("submission", found[1])]
    before = served.call("tests.flows.ready:concerns")
    for _ in range(3):
        assert nobody.post(first, fields).status == 302
    assert served.call("tests.flows.ready:concerns") == before + 1
