"""The kill test: danger answers while parts of the service are killed. None may be lost.

Run: ``python -m benchmarks.alerts.kills --answers 10000 --kills 200 --database both``.

Some phones send danger answers, each with an id of its own, and press *Try again* with the same
id until the service says that it is saved. Meanwhile web workers, the web server, the dispatcher,
the database server or the whole machine (all of the service at once) are killed with SIGKILL at
random moments, spread over the answers. Then everything that waits must go out within a limit.

What must hold: each answer that was acknowledged has exactly one alert, raised once, with a
message that the mail server took; no person has two messages about one alert's step; the copies
the mail server saw (same Message-ID, which a mail program shows once) are at most ten for each
dispatcher that was killed; nothing is left beside the database; no process is left.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from dataclasses import asdict, dataclass, field
from threading import Event, Lock, Thread

from benchmarks.alerts.house import House, Wrong, alone, on_each

FIRST = "/worried/today/first/"
PHONES = 8
BATCH = 10  # copies at the transport that one killed dispatcher may cause
DRAIN_WITHIN = 180.0  # seconds after the last answer in which everything must have gone out
GIVE_UP_AFTER = 120.0  # seconds after the last kill until a phone stops, and the run has failed
ON_CALL_EVERY = 30.0
SENDING = ("dispatcher", "house", "database")  # whoever dies between a send and its mark
PARTS = {
    "sqlite": {"worker": 50, "dispatcher": 35, "web": 5, "house": 10},
    "postgresql": {"worker": 40, "dispatcher": 30, "web": 5, "house": 5, "database": 20},
}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


@dataclass
class Phones:
    """People who say that somebody is in danger, and try again until it is saved."""

    url: str
    answers: int
    seed: int
    acknowledged: list[str] = field(default_factory=list)
    tries: int = 0
    wrong: list[str] = field(default_factory=list)
    stop: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)
    begun: int = 0
    killed_at: float = 0.0  # when a part was last killed: everything may have to start again

    def run(self) -> None:
        opener = urllib.request.build_opener(NoRedirect)
        while not self.stop.is_set() and not self.wrong:
            with self.lock:
                if self.begun >= self.answers:
                    return
                self.begun += 1
                submission = f"{self.seed:x}-{self.begun:08d}"
            if self.send(opener, submission):
                with self.lock:
                    self.acknowledged.append(submission)
            elif not self.stop.is_set():
                self.wrong.append(f"{submission} was not taken within {GIVE_UP_AFTER:.0f} s")

    def send(self, opener: urllib.request.OpenerDirector, submission: str) -> bool:
        """One answer, with the same id each time, until the service names the page that follows."""
        body = urllib.parse.urlencode({"answer": "unsure", "submission": submission}).encode()
        began = time.monotonic()
        while not self.stop.is_set() and time.monotonic() < self._until(began):
            with self.lock:
                self.tries += 1
            try:
                opener.open(urllib.request.Request(self.url + FIRST, body), timeout=30)
            except urllib.error.HTTPError as answer:
                where = answer.headers.get("Location", "")
                if answer.code == 302 and "/help/" in where:
                    return True
                page = answer.read().decode(errors="replace")
                if answer.code < 500 or "on-call team at" in page:
                    self.wrong.append(f"{submission}: {answer.code} {where} {page[:300]}")
                    return False
            except OSError:
                pass  # the process died with our answer, or with its own, on the way
            time.sleep(0.1)
        return False

    def _until(self, began: float) -> float:
        return max(began, self.killed_at) + GIVE_UP_AFTER


@dataclass(frozen=True)
class Verdict:
    """What a run showed. Every count but the last lines must be zero."""

    database: str
    answers: int
    tries: int
    kills: dict[str, int]
    lost: int
    twice: int
    untold: int
    unsent: int
    seen_twice: int
    copies: int
    copies_allowed: int
    held: int
    seconds: float
    drained_in: float

    @property
    def is_good(self) -> bool:
        broken = (self.lost, self.twice, self.untold, self.unsent, self.seen_twice, self.held)
        return not any(broken) and self.copies <= self.copies_allowed


def prove(
    house: House, *, database: str, answers: int, kills: int, seed: int, phones: int = PHONES
) -> Verdict:
    """Send the answers, kill as often, drain, and compare. The service is up and is left up."""
    chance = random.Random(seed)
    house.call("tests.flows.inside_kill:build")
    people = Phones(house.served.url, answers, chance.getrandbits(32))
    threads = [Thread(target=people.run, daemon=True) for _ in range(phones)]
    on_call = Thread(target=_on_call, args=(house, people.stop), daemon=True)
    began = time.monotonic()
    for thread in threads:
        thread.start()
    if answers > 1000:
        on_call.start()
    try:
        _kill(house, people, threads, database, kills, chance)
        for thread in threads:
            thread.join(timeout=GIVE_UP_AFTER + 40)
            if thread.is_alive():
                raise Wrong(f"a phone hangs:\n{house.served.log()[-3000:]}")
    finally:
        people.stop.set()
    if people.wrong:
        raise Wrong("\n".join(people.wrong[:5]) + "\n" + house.served.log()[-3000:])
    took, drained = time.monotonic() - began, drain(house)
    return _compare(house, people, database, took, drained)


def _kill(
    house: House,
    people: Phones,
    threads: list[Thread],
    database: str,
    kills: int,
    chance: random.Random,
) -> None:
    parts = PARTS[database]
    due = sorted(chance.uniform(0, people.answers * 0.98) for _ in range(kills))
    while due and any(thread.is_alive() for thread in threads):
        if len(people.acknowledged) < due[0]:
            time.sleep(0.005)
            continue
        what = chance.choices(list(parts), list(parts.values()))[0]
        if house.kill(what, chance.choice):
            people.killed_at = time.monotonic()
            due.pop(0)
        else:
            time.sleep(0.02)
    if due and not people.wrong:
        raise Wrong(f"{len(due)} kills were left when all answers were taken")


def drain(house: House, of: str = "messages") -> float:
    """Wait until nothing waits any more; seconds it took.

    Args:
        of: ``critical``: only what is about an alert. The rest may wait longer between two tries.

    Raises:
        Wrong: the limit is over.
    """
    began = time.monotonic()
    while True:
        state = house.call("benchmarks.alerts.inside:state")
        if not state[of] and not state["spool"]:
            return time.monotonic() - began
        if time.monotonic() - began > DRAIN_WITHIN:
            raise Wrong(f"after {DRAIN_WITHIN:.0f} s there still waits {state}")
        time.sleep(0.25)


def _on_call(house: House, stop: Event) -> None:
    while not stop.wait(ON_CALL_EVERY):
        try:
            house.call("benchmarks.alerts.inside:have_all")
        except (RuntimeError, OSError, ValueError):
            continue  # the database was killed under it


def _compare(house: House, people: Phones, database: str, took: float, drained: float) -> Verdict:
    found = house.call("benchmarks.alerts.inside:kept", submissions=people.acknowledged)
    arrived = house.arrivals.times
    messages = [row for row in found["messages"] if not row["withheld"]]
    steps = Counter((row["about"], row["to"]) for row in found["messages"])
    return Verdict(
        database=database,
        answers=len(people.acknowledged),
        tries=people.tries,
        kills=dict(house.kills),
        lost=len(found["lost"]),
        twice=len(found["twice"]),
        untold=len(found["untold"]),
        unsent=sum(not arrived.get(row["id"]) for row in messages),
        seen_twice=sum(count > 1 for count in steps.values()),
        copies=sum(arrived.values()) - len(arrived),
        copies_allowed=BATCH * sum(house.kills.get(each, 0) for each in SENDING),
        held=house.call("benchmarks.alerts.inside:state")["held"],
        seconds=round(took, 1),
        drained_in=round(drained, 1),
    )


def main() -> int:
    """Run it and say what happened; the exit status is 0 when every promise held."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--answers", type=int, default=10_000)
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    asked.add_argument("--seed", type=int, default=0, help="0: another one each time; it is said")
    asked.add_argument("--phones", type=int, default=PHONES)
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if not given.here:
        more = [f"--{n}={getattr(given, n)}" for n in ("answers", "kills", "seed", "phones")]
        return on_each(given.database, "benchmarks.alerts.kills", *more)
    from tests.harness import environment

    seed = given.seed or random.SystemRandom().getrandbits(31)
    print(f"{environment.database()}: seed {seed}", flush=True)
    with alone() as (template, server):
        house = House(template, server=server)
        try:
            house.start()
            verdict = prove(
                house,
                database=environment.database(),
                answers=given.answers,
                kills=given.kills,
                seed=seed,
                phones=given.phones,
            )
        finally:
            house.stop()
    print(json.dumps({**asdict(verdict), "good": verdict.is_good}), flush=True)
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    raise SystemExit(main())
