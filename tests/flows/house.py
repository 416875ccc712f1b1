"""A served house for walks that take months: its own clock, its mail, and who saw which page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, Response

from tests.fakes.mailbox import Mailbox
from tests.flows.asking import Asker
from tests.flows.walking import (
    Somebody,
    come_in_by_numbers,
    link_in,
    mail_to,
    next_chapter,
)
from tests.harness import clockwork, environment
from tests.harness.served import Served, Template

LONDON = ZoneInfo("Europe/London")
STAFF = {name: f"{name}@example.org" for name in ("asha", "hana", "bo", "grace", "ifeoma")}


@dataclass
class House:
    """One `alongside serve` and everybody who works there, shared by the walks of a module."""

    served: Served
    mailbox: Mailbox
    clock: Path
    team: dict[str, str]
    sessions: dict[str, dict[str, str]] = field(default_factory=dict)

    def now(self) -> datetime:
        """What the clock on the wall of the house shows."""
        return clockwork.here(self.clock).astimezone(LONDON)

    def later(self, **span: float) -> None:
        """Let time pass for everybody; who rests so long must sign in again."""
        clockwork.set_to(self.clock, self.now() + timedelta(**span))
        self.sessions.clear()

    def session_of(self, address: str) -> dict[str, str]:
        """The session of an account, signed in once while no time passes."""
        if address not in self.sessions:
            self.sessions[address] = self.served.session_of(address)
        return self.sessions[address]


@contextmanager
def opened(template: Template, moment: datetime, team: str = "") -> Iterator[House]:
    """A house of its own whose clock begins at a moment.

    Args:
        team: the function that makes it and its team inside; without, ``STAFF`` is made later.
    """
    box, clock = Mailbox(), environment.own() / f"clock-of-{uuid4().hex}"
    box.open()
    clockwork.set_to(clock, moment)
    served = Served(
        template,
        ALONGSIDE_SMTP_URL=box.url,
        DJANGO_SETTINGS_MODULE="tests.harness.moved",
        **{clockwork.VARIABLE: str(clock)},
    )
    try:
        served.start()
        found = served.call(team, url=served.url) if team else dict(STAFF)
        yield House(served, box, clock, found)
    finally:
        served.remove()
        box.close()


@dataclass
class Walk:
    """One path through the house: who opens a browser in it, and which pages were opened."""

    house: House
    open_page: Callable[..., Page]
    axe: Callable[..., None]
    seen: dict[str, None] = field(default_factory=dict)
    address_of: dict[Somebody, str] = field(default_factory=dict)

    def comes(self, name: str = "", *, width: int = 1280, **more: Any) -> Somebody:
        """Somebody of the team at their desk, signed in; without a name somebody from outside."""
        page = self.open_page(width, base_url=self.house.served.url, **more)
        page.on("response", self._note)
        who = Somebody(page, self.axe)
        if name:
            self.address_of[who] = self.house.team[name]
            self.sign_in(who)
        return who

    def sign_in(self, *who: Somebody) -> None:
        """Each of them again, as after a rest; on an empty page.

        A page that was left open asks by itself whether there is something new. What it is told,
        late and with the session that ended, would take the new one out of the browser again.
        """
        for one in who:
            one.page.goto("about:blank")
            session = self.house.session_of(self.address_of[one])
            one.page.context.add_cookies([cast(Any, session)])

    def joins(self, address: str, *, width: int = 390, **more: Any) -> Somebody:
        """Somebody follows the newest letter to them and comes in by the six numbers."""
        who = self.comes(width=width, **more)
        box = self.house.mailbox
        before = len(box.to(address)) or 1
        who.goto(link_in(mail_to(box, address)))
        who.press("Go on and sign in")
        come_in_by_numbers(who, box, address, before)
        self.address_of[who] = address
        return who

    def later(self, *who: Somebody, **span: float) -> None:
        """Let time pass; these sign in again afterwards and open their pages; a chapter begins."""
        next_chapter()
        self.house.later(**span)
        self.sign_in(*who)

    def whom_it_opens_for(self, kinds: Mapping[str, str], **cast: str) -> list[str]:
        """What is not as written when everybody opens the pages of this path; see below.

        Args:
            cast: the accounts of those who are not of the team, by the word of ``kinds``.
        """
        next_chapter()
        others = {word: one for word, one in self.house.team.items() if one not in cast.values()}
        return differences(self.house, kinds, self.seen, {**others, **cast})

    def _note(self, answer: Response) -> None:
        """Keep the address of every whole page that was shown."""
        asked = answer.request
        if not (asked.is_navigation_request() and asked.method == "GET" and answer.ok):
            return
        self.seen.setdefault(urlsplit(answer.url).path)


GONE = "gone"  # taken out, or left: their account is closed, and signs nobody in
SPENT = "spent"  # a private link that was used up: for nobody
ANYBODY = "anybody"


def differences(
    house: House, kinds: Mapping[str, str], seen: Iterable[str], cast: Mapping[str, str]
) -> list[str]:
    """Open one page of each kind as everybody in turn; say what is not as it is written.

    Args:
        kinds: for a pattern of addresses, the words of those who may open such a page; the first
            that fits counts. Everybody else gets the page of what never was, and who is not
            signed in is asked to sign in.
        seen: the addresses a path went through.
        cast: the account of each reader, by the word that ``kinds`` has for them.
    """
    askers = {
        word: Asker(house.served, "{name}={value}".format(**house.session_of(account)))
        for word, account in cast.items()
    }
    stranger = Asker(house.served)
    shut_out = {word: askers.pop(word) for word in {GONE} & askers.keys()}
    nowhere = {word: one.get("/no/such/page/").plain for word, one in askers.items()}
    found = []
    for address in _one_of_each(seen):
        readers = _readers(kinds, address)
        if readers == ANYBODY:
            continue
        for word, one in (("nobody", stranger), *shut_out.items()):
            answer = one.get(address)
            asked = answer.headers.get("Location", "").startswith("/account/login/")
            if (answer.status, asked) != ((404, False) if readers == SPENT else (302, True)):
                found.append(f"{address} for {word}, who is not signed in: {answer.status}")
        for word, one in askers.items():
            answer = one.get(address)
            wanted = 200 if word in readers.split() else 404
            if answer.status == 302 and wanted == 200:
                continue  # a form that was sent leads on to what came of it
            if answer.status != wanted:
                found.append(f"{address} for {word}: {answer.status}, not {wanted}")
            elif wanted == 404 and answer.plain != nowhere[word]:
                found.append(f"{address} for {word}: another page than of what never was")
    return found


def _one_of_each(seen: Iterable[str]) -> list[str]:
    """One address of each shape: the newest, where ids and secrets are all that differs."""
    shapes = {re.sub(r"[0-9a-f-]{36}|[\w-]{43}", "", address): address for address in seen}
    return list(shapes.values())


def _readers(kinds: Mapping[str, str], address: str) -> str:
    for pattern, readers in kinds.items():
        if re.fullmatch(pattern, address):
            return readers
    raise AssertionError(f"{address}: nobody has said whom this page is for")
