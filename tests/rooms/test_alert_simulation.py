"""Alerts over whole nights: any shifts, any zone, clocks that change, processes that die.

Each seed is one night. The plan says who should be on call; a dispatcher that looks every 0.8
seconds, is dead at times and is killed in the middle of its work, climbs and sends. What happened
is then compared with the minutes of content/danger and with the wall clocks of the plan:

- each step is taken within a second of its time, or of the moment the dispatcher lives again;
- no step is skipped, and none is taken twice;
- nobody is written to as being on shift who is not, by the clock on their own wall;
- each message of a step is in exactly one letter, however many had to wait;
- whoever is first when it is raised, or becomes first while nobody has it, is told.

ALONGSIDE_TEST_SEEDS=10000 runs more nights; ALONGSIDE_TEST_SEED=17 runs one. The seed of a night
that went wrong is added to alert_nights.txt, whose nights are always run.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from alongside import catalogue
from alongside.crisis import actions, escalation, telling
from alongside.crisis.models import Alert, AlertEvent
from alongside.notify import dispatcher
from alongside.notify.models import Message
from alongside.notify.transports import Said
from alongside.records import clock, crashpoint
from alongside.records.reader import system
from alongside.records.registry import guards

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LOOKS_EVERY = 0.8  # seconds, as alongside.cli.dispatch does
ANSWERS = {
    "A": ("weapon_or_violence", "now"),
    "B": ("badly_hurt", "yes"),
    "C": ("badly_hurt", "unsure"),
}
# A night in each of which clocks change: forward, back, by half an hour, or not at all.
NIGHTS = (
    ("Europe/London", date(2026, 3, 28)),
    ("Europe/London", date(2026, 10, 24)),
    ("America/New_York", date(2026, 3, 7)),
    ("America/New_York", date(2026, 10, 31)),
    ("Australia/Lord_Howe", date(2026, 4, 4)),
    ("Australia/Lord_Howe", date(2026, 10, 3)),
    ("Pacific/Auckland", date(2026, 9, 26)),
    ("Asia/Kolkata", date(2026, 6, 1)),
)
# A night that ever went wrong is a test for ever: whoever finds one, commits the file with it.
KEPT = Path(__file__).with_name("alert_nights.txt")
SEEDS = (
    [int(os.environ["ALONGSIDE_TEST_SEED"])]
    if "ALONGSIDE_TEST_SEED" in os.environ
    else sorted(
        {int(line) for line in KEPT.read_text().split("\n") if line.isdigit()}
        | set(range(int(os.environ.get("ALONGSIDE_TEST_SEEDS", "10"))))
    )
)
AT_ONCE = 16  # nights of one test, so that many workers share them


MISSED = re.compile(r"Before this, (\d+) messages")
NEVER = datetime(1, 1, 1, tzinfo=UTC)


class Killed(BaseException):
    """The process died here. Nothing after it ran, and nothing caught it."""


@dataclass
class Sender:
    """A transport that keeps when each message went out, and is down at times."""

    chance: random.Random
    channel: str = "email"
    sent: list[tuple[str, datetime]] = field(default_factory=list)
    letters: dict[str, tuple[str, int]] = field(default_factory=dict)  # to whom, of how many
    begins: datetime = NEVER  # from when until when nothing is taken
    ends: datetime = NEVER
    now: datetime = NEVER

    def send(self, letter: Any, *, to: str, within: float) -> Said:
        if self.begins <= self.now < self.ends or self.chance.random() < 0.1:
            return Said("refused", "451")
        self.sent.append((to, self.now))
        missed = MISSED.search(letter.get_content())
        told = to, 1 + (int(missed[1]) if missed else 0)
        known = self.letters.setdefault(str(letter["Message-ID"]), told)
        assert known == told, "one Message-ID, two different letters: the second is never seen"
        return Said("accepted")


@dataclass
class Night:
    """One seed: its plan, its alert, and what became of both."""

    seed: int
    house: Any
    chance: random.Random = field(init=False)
    shifts: list[Any] = field(default_factory=list)
    down: list[tuple[datetime, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.zone, self.day = self.chance.choice(NIGHTS)
        self.level = self.chance.choice("AABBC")
        self.raised = datetime.combine(self.day, time(18), tzinfo=ZoneInfo(self.zone)).astimezone(
            UTC
        ) + timedelta(seconds=self.chance.randrange(14 * 3600))
        self.until = self.raised + timedelta(minutes=self.chance.randrange(20, 75))
        self.sender = Sender(random.Random(self.seed + 1))

    # -- what is planned ----------------------------------------------------------------------

    def plan(self) -> None:
        """Up to five shifts around the alert, first and second, with gaps and overlaps."""
        people = [self.house.hana, self.house.bo, self.house.asha]
        near = self.raised.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        for _ in range(self.chance.randrange(6)):
            minutes = self.chance.choice([-720, -480, -120, -30, -5, 0, 4, 9, 17, 31, 50])
            start = near.replace(second=0, microsecond=0) + minutes * MINUTE
            if self.chance.random() < 0.3:  # in the middle of the hour that is there twice, or not
                start = datetime.combine(self.day + timedelta(days=1), time(1, 30))
            length = self.chance.choice([36, 60, 127, 489, 720, 1440]) * MINUTE
            self.shifts.append(
                actions.save_shift(
                    service=self.house.service,
                    account=self.chance.choice(people).account,
                    order=self.chance.choice([1, 1, 2]),
                    local_start=start,
                    local_end=start + length,
                    zone=self.zone,
                    by=self.house.system,
                    at=self.raised - timedelta(days=2),
                )
            )
        if self.chance.random() < 0.4:
            self.sender.begins = self.raised - MINUTE
            self.sender.ends = self.raised + timedelta(seconds=self.chance.randrange(900))
        for _ in range(self.chance.randrange(3)):
            begin = self.raised + timedelta(seconds=self.chance.randrange(60 * 60))
            self.down.append((begin, begin + timedelta(seconds=self.chance.randrange(1, 500))))

    def is_on(self, address: str, at: datetime, *, order: int = 0) -> bool:
        """Whether any clock on the wall could show a moment of a shift of theirs."""
        here = ZoneInfo(self.zone)
        for shift in self.shifts:
            walls = [w.replace(tzinfo=None) for w in (shift.local_start, shift.local_end)]
            begins = min(walls[0].replace(tzinfo=here, fold=f).timestamp() for f in (0, 1))
            ends = max(walls[1].replace(tzinfo=here, fold=f).timestamp() for f in (0, 1))
            mine = shift.account.email == address and order in (0, shift.order)
            if mine and begins <= at.timestamp() < ends:
                return True
        return False

    # -- what happens -------------------------------------------------------------------------

    def run(self) -> Alert:
        """Raise the alert and let the night go by, from one moment of interest to the next."""
        question, answer = ANSWERS[self.level]
        with clock.installed(lambda: self.raised):
            (alert,) = actions.take_worry(
                service=self.house.service,
                path="today",
                question=question,
                answer=answer,
                submission=uuid4().hex,
                concern_id=uuid4(),
                by=system("a night", self.raised),
                at=self.raised,
            ).alerts
        at = self.raised
        while at <= self.until:
            self.look(at)
            at = self.next_moment(alert, at)
        return Alert.objects.unscoped("a test").get(pk=alert.pk)

    def next_moment(self, alert: Alert, at: datetime) -> datetime:
        """The dispatcher's first look after the next thing that can happen."""
        messages = Message.objects.unscoped("a test")
        waiting = messages.filter(sent_at=None, withheld_at=None)
        due = [moment for row in waiting for moment in (row.due_at, row.claimed_until)]
        due += (
            Alert.objects.unscoped("a test")
            .filter(pk=alert.pk)
            .values_list("next_step_at", flat=True)
        )
        due += [shift.starts_at for shift in self.shifts]
        due += [shift.ends_at for shift in self.shifts]
        due += [end for _, end in self.down]
        later = [moment for moment in due if moment is not None and moment > at]
        near = min([*later, at + 5 * MINUTE])
        if messages.filter(withheld_at=at).exists():  # the next look tells somebody else
            near = at
        look = timedelta(seconds=self.chance.uniform(0.05, LOOKS_EVERY))
        return self.alive_at(max(near, at) + look)

    def alive_at(self, at: datetime) -> datetime:
        """This moment, or the first look after the dispatcher lives again."""
        for begin, end in sorted(self.down):
            if begin <= at < end:
                return end + timedelta(seconds=self.chance.uniform(0.05, LOOKS_EVERY))
        return at

    def look(self, at: datetime) -> None:
        """One round of the dispatcher, killed at times and begun anew at once."""
        self.sender.now = at
        with clock.installed(lambda: at):
            for _ in range(4):
                try:
                    with self.perhaps_killed():
                        for part in escalation.climbing_parts():
                            part(by=system("a night", at), at=at)
                        dispatcher.send_due(transport=self.sender, at=at)
                    return
                except Killed:
                    continue  # started again by its supervisor
            for part in escalation.climbing_parts():
                part(by=system("a night", at), at=at)
            dispatcher.send_due(transport=self.sender, at=at)

    @contextmanager
    def perhaps_killed(self) -> Iterator[None]:
        """One round in ten ends at some place in the middle of it."""
        left = self.chance.randrange(1, 8) if self.chance.random() < 0.1 else 10**9

        def here(place: str) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed(place)

        before, crashpoint.here = crashpoint.here, here
        try:
            yield  # each act is a transaction: the one that is killed is rolled back, no other
        finally:
            crashpoint.here = before

    # -- what must hold -----------------------------------------------------------------------

    def check(self, alert: Alert) -> None:
        events = list(AlertEvent.objects.unscoped("a test").filter(alert=alert).order_by("at"))
        told = [event for event in events if event.kind == "told"]
        climbed = [(event.step, event.at) for event in events if event.kind == "escalated"]
        expected = self.expected()
        assert [step for step, _ in climbed] == list(range(2, 2 + len(climbed)))
        assert len(climbed) >= len(
            [due for due in expected if due + 10 * SECOND < self.last_look()]
        )
        for (step, at), due in zip(climbed, expected, strict=False):
            late = at - self.alive_at_least(due)
            assert timedelta(0) <= at - due, f"step {step} is early"
            assert late <= SECOND, f"step {step} is {late} late"
        for step in {1, *(step for step, _ in climbed)}:
            assert any(event.step == step for event in told), f"step {step} told nobody"
        self.check_recipients(alert, told)

    def expected(self) -> list[datetime]:
        """When each step is due by the minutes of content, counted from the first message."""
        level = catalogue.current().danger.levels[self.level]
        moments = [self.raised + step.after for step in level.steps]
        while moments[-1] <= self.until:
            moments.append(moments[-1] + level.then_every)
        return moments

    def check_recipients(self, alert: Alert, told: list[AlertEvent]) -> None:
        rows = list(Message.objects.unscoped("a test").filter(about=f"alert:{alert.pk}"))
        assert len({row.key for row in rows}) == len(rows)
        for row in rows:
            if row.kind == telling.SHIFT_MESSAGE and row.sent_at is not None:
                assert self.is_on(row.address, row.sent_at), f"{row.address} is off shift"
        self.check_letters(rows)
        for moment in [self.raised, *(s.starts_at for s in self.shifts if s.order == 1)]:
            seen = self.alive_at_least(moment)
            for person in (self.house.hana, self.house.bo, self.house.asha):
                address = person.account.email
                if not self.raised <= moment < self.last_look() - 10 * SECOND:
                    continue
                if not self.is_on(address, seen + SECOND, order=1):
                    continue
                if not self.is_on(address, moment, order=1):
                    continue
                heard = [event.at for event in told if event.account_id == person.account.pk]
                assert any(at <= seen + SECOND for at in heard), f"{address} was not told"

    def check_letters(self, rows: list[Message]) -> None:
        """Each message that counts as sent is in exactly one letter that was taken."""
        sent = Counter(row.address for row in rows if row.sent_at is not None)
        told: Counter[str] = Counter()
        for address, count in self.sender.letters.values():
            told[address] += count
        assert not sent - told, f"counted as sent, and in no letter: {sent - told}"
        maybe = Counter(row.address for row in rows if row.sent_at is None and row.claimed_until)
        assert not told - sent - maybe, f"seen twice: {told - sent - maybe}"

    def last_look(self) -> datetime:
        """The last moment at which the dispatcher certainly looked."""
        return min([self.until, *(begin for begin, end in self.down if end >= self.until)])

    def alive_at_least(self, at: datetime) -> datetime:
        """This moment, or the one at which the dispatcher lives again."""
        for begin, end in sorted(self.down):
            if begin <= at + timedelta(seconds=LOOKS_EVERY) and at < end:
                at = end
        return at


def keep(seed: int) -> None:
    """Add a seed that failed to those that are run for ever."""
    if str(seed) not in KEPT.read_text().split("\n"):
        with KEPT.open("a") as file:
            file.write(f"{seed}\n")


@pytest.mark.slow
@pytest.mark.sqlite
@pytest.mark.parametrize(
    "seeds",
    [SEEDS[i : i + AT_ONCE] for i in range(0, len(SEEDS), AT_ONCE)],
    ids=lambda s: f"{s[0]}-{s[-1]}",
)
def test_over_any_night_each_step_is_in_time_none_is_skipped_and_nobody_off_shift_is_told(
    house, seeds, settings
):
    settings.PREPARED_IS_CHECKED = 101  # a sixth of the time of a night; others compare more often
    assert telling.SHIFT_MESSAGE in guards.kinds()
    for seed in seeds:
        try:
            with transaction.atomic():
                night = Night(seed, house)
                night.plan()
                night.check(night.run())
                transaction.set_rollback(True)
        except AssertionError as wrong:
            keep(seed)
            raise AssertionError(f"seed {seed}: {wrong}") from wrong
