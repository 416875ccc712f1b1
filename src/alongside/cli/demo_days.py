"""Who and what the demonstration is about, and the simulated days that pass.

Each simulated day is one transaction.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from alongside import catalogue
from alongside.access.models import Account
from alongside.cases.models import Case
from alongside.catalogue import placed
from alongside.cli.demo_quick import quick
from alongside.crisis import escalation
from alongside.notify import dispatcher, transports
from alongside.notify import queries as notify
from alongside.notify.transports import Said
from alongside.people.models import Member, Person, Practitioner
from alongside.plans.models import Course
from alongside.records import clock, sealer

Act = Callable[[], Any]
# Below these a demonstration has one service and few colleagues.
YEAR_MONTHS, YEAR_PEOPLE = 12, 200


@dataclass(slots=True)
class Staff:
    """One colleague of the demonstration."""

    key: str
    name: str
    email: str
    title: str
    account: Account
    practitioner: Practitioner
    roles: tuple[str, ...]


@dataclass(slots=True)
class Story:
    """One person's way through the service, as far as it has come."""

    number: int
    name: str
    need: str
    lead: Staff
    born: int
    relation: str
    kin: str
    start: datetime
    way: str
    concern: UUID = field(default_factory=uuid4)
    case: Case = field(init=False)
    focus: Person = field(init=False)
    member: Member = field(init=False)
    course: Course = field(init=False)
    place: int = 0
    ending: str = ""
    circle: UUID | None = None
    has_course: bool = False
    phases_done: set[str] = field(default_factory=set)
    steps_done: set[str] = field(default_factory=set)
    level: float = 17.0
    slope: float = -0.9
    held: int = 0
    scene: str = ""  # of demo_scenes; empty for somebody whose way is left to chance
    variant: str = ""
    booking: Any = None
    dates: list[Any] = field(default_factory=list)  # of a series, still to come
    second: Story | None = None  # another course beside the first, in the same case
    is_second: bool = False


def read_script(name: str = "demo") -> Mapping[str, Any]:
    """The invented people and words, from content/demo/."""
    path = catalogue.roots()[0] / "demo" / f"{name}.yaml"
    found, mistakes = placed.load(path.read_text(encoding="utf-8"))
    if mistakes:
        line, column, words = mistakes[0]
        raise ValueError(f"{path}:{line}:{column}: {words}")
    script: Mapping[str, Any] = found
    return script


class Quiet:
    """A transport that takes every message and sends it nowhere."""

    def __init__(self, channel: str) -> None:
        self.channel = channel

    def send(self, *args: Any, **kwargs: Any) -> Said:
        return Said("accepted", "demonstration: not sent")


class Days:
    """Everything that happens, in order of time."""

    staff: dict[str, Staff]
    stories: list[Story]

    def __init__(self, script: Mapping[str, Any], *, number: int, months: int, seed: int) -> None:
        self.script, self.number, self.months, self.seed = script, number, months, seed
        self.scenes: Mapping[str, Any] = read_script("scenes")
        self.sheets: Mapping[str, Any] = read_script("sheets")["sheets"]
        self.is_year = months >= YEAR_MONTHS and number >= YEAR_PEOPLE
        self.chance = random.Random(seed)
        self.end = clock.now().replace(microsecond=0)
        self.begin = self.end - timedelta(days=30 * months)
        self.moment = self.begin
        self._queue: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()
        self.staff = {}
        self.stories = []
        self.refused: list[str] = []
        self.reviewing: set[UUID] = set()

    def at(self, moment: datetime, act: Act) -> None:
        """Let something happen at a moment, if it is not after the end."""
        if moment < self.end:
            heapq.heappush(self._queue, (moment, next(self._order), act))

    def _story_in(self, circle: UUID) -> Story:
        """Whose case a circle is about."""
        return next(each for each in self.stories if each.circle == circle)

    def run(self) -> Iterator[tuple[int, int]]:
        """Let the months pass. Yields days done and days in all, for the progress line."""
        days = (self.end.date() - self.begin.date()).days + 1
        with clock.installed(lambda: self.moment), quick():
            with transaction.atomic():
                self._begin()
            for number in range(days):
                day = self.begin.date() + timedelta(days=number)
                with transaction.atomic():
                    self._day(day)
                self._seal()
                yield number + 1, days

    def _begin(self) -> None:
        """What is there before the first day."""

    def _evening(self) -> None:
        """What the service does by itself, once a day."""

    def _day(self, day: date) -> None:
        evening = datetime.combine(day, time(23, 59), tzinfo=UTC)
        while self._queue and self._queue[0][0] <= min(evening, self.end):
            self.moment, _, act = heapq.heappop(self._queue)
            act()
            self._deliver()
        self.moment = min(evening, self.end)
        self._evening()
        escalation.run_once(at=self.moment)
        self._deliver()

    def _deliver(self) -> None:
        for channel in sorted(notify.due_channels(at=self.moment) & set(transports.offered())):
            dispatcher.send_due(transport=Quiet(channel), at=self.moment)

    def _seal(self) -> None:
        while sealer.seal(at=self.moment):
            pass
