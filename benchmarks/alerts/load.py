"""How fast an alert leaves under load: from the commit of its answer to the mail server.

Run: ``python -m benchmarks.alerts.load --rate 200 --seconds 600 --database postgresql`` and
``--rate 100 --seconds 600 --database sqlite``.

Phones walk the public questions as people do, one answer a page. Answers are due at a fixed rate,
whatever the service does (an open loop: a slow service is not spared). Two in a hundred show
danger. The time of an alert runs from the commit of its answer to the moment the mail server has
taken the whole message. SQLite cannot tell when it committed: there it runs from the start of the
transaction, and so is longer. Phones, mail server, database and
service share the processors of one machine.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Lock, Thread
from urllib.parse import urlencode

from benchmarks.alerts.house import House, Wrong, alone, on_each
from benchmarks.alerts.kills import FIRST, drain

PHONES = 24
DANGER = 0.02
LIMITS = {"p50": 0.1, "p99": 1.0, "max": 5.0}  # seconds, without trouble
KEPT_UP = 0.98  # of the answers that were due: with fewer taken it was another, smaller load


@dataclass
class Crowd:
    """Phones that answer at a rate. ``late`` is how far behind its moment each answer was taken."""

    port: int
    rate: float
    seconds: float
    questions: list[dict[str, list[str]]]
    seed: int
    taken: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    dangers: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    begun: int = 0
    lock: Lock = field(default_factory=Lock)
    start: float = 0.0

    def run(self, number: int) -> None:
        chance = random.Random(f"{self.seed}:{number}")
        phone = HTTPConnection("127.0.0.1", self.port, timeout=30)
        where, question = FIRST, 0
        while (due := self.next_due()) is not None:
            time.sleep(max(0.0, due - time.perf_counter()))
            is_danger = chance.random() < DANGER
            asked = self.questions[question]
            answer = chance.choice(
                (asked["danger"] if is_danger else asked["calm"]) or asked["calm"]
            )
            began = time.perf_counter()
            try:
                status, leads = self.post(phone, where, answer, chance)
            except (OSError, HTTPException) as failure:
                status, leads = type(failure).__name__, ""
                phone.close()
            ended = time.perf_counter()
            with self.lock:
                self.statuses[status] += 1
                if status == "302":
                    self.taken.append(ended - began)
                    self.late.append(ended - due)
                    self.dangers += answer in asked["danger"]
            question = (question + 1) % len(self.questions)
            visit = leads.partition("help/")[0].partition("child/")[0].partition("more/")[0]
            if status != "302" or not visit.startswith("/w/"):
                question = 0
            token = visit.split("/")[2] if question else ""
            where = f"/w/{token}/{question + 1}/" if question else FIRST

    def next_due(self) -> float | None:
        with self.lock:
            moment = self.start + self.begun / self.rate
            if moment >= self.start + self.seconds:
                return None
            self.begun += 1
            return moment

    def post(
        self, phone: HTTPConnection, where: str, answer: str, chance: random.Random
    ) -> tuple[str, str]:
        form = urlencode({"answer": answer, "submission": f"{chance.getrandbits(128):032x}"})
        phone.request("POST", where, form, {"Content-Type": "application/x-www-form-urlencoded"})
        reply = phone.getresponse()
        reply.read()
        return str(reply.status), reply.getheader("Location") or ""


def walk(
    house: House,
    *,
    rate: float,
    seconds: float,
    seed: int,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, object]:
    """Let the phones answer at a rate for so long, and return what became of their answers."""
    questions = house.call("benchmarks.alerts.inside:questions")
    crowd = Crowd(house.served.port, rate, seconds, questions, seed)
    crowd.start = time.perf_counter() + 0.5
    threads = [Thread(target=crowd.run, args=(n,), daemon=True) for n in range(PHONES)]
    for thread in threads:
        thread.start()
    meanwhile()
    for thread in threads:
        thread.join(timeout=seconds * 3 + 60)
        if thread.is_alive():
            raise Wrong("a phone hangs")
    took = time.perf_counter() - crowd.start
    return {
        "asked_rate": rate,
        "answers": len(crowd.taken),
        "rate": round(len(crowd.taken) / took, 1),
        "statuses": dict(crowd.statuses),
        "answer_ms": spread(crowd.taken),
        "behind_ms": spread(crowd.late),
        "dangers": crowd.dangers,
    }


def measure(house: House, *, rate: float, seconds: float, seed: int) -> dict[str, object]:
    """Put the service under load, let it drain, and return the figures."""
    house.call("tests.flows.inside_kill:build")
    figures = walk(house, rate=rate, seconds=seconds, seed=seed)
    drained = drain(house)
    found = house.call("benchmarks.alerts.inside:kept", submissions=[])
    first = house.arrivals.first
    steps = [row for row in found["messages"] if not row["withheld"]]
    missing = [row for row in steps if row["id"] not in first]
    return {
        **figures,
        "alerts": found["alerts"],
        "alert_ms": spread(
            [first[row["id"]] - row["queued"] for row in steps if row["id"] in first]
        ),
        "untold": len(found["untold"]) + len(missing),
        "drained_in": round(drained, 1),
    }


def spread(seconds: list[float]) -> dict[str, float]:
    """Median, 99th in a hundred and longest, in milliseconds."""
    if len(seconds) < 2:
        return {}
    at = statistics.quantiles(seconds, n=100, method="inclusive")
    found = {"p50": at[49], "p99": at[98], "max": max(seconds)}
    return {name: round(value * 1000, 1) for name, value in found.items()}


def kept_up(found: dict[str, object]) -> bool:
    """Whether the answers were taken at the rate that was asked for; if not, it proves nothing."""
    return float(str(found["rate"])) >= KEPT_UP * float(str(found["asked_rate"]))


def is_good(found: dict[str, object]) -> bool:
    """Whether every promise held: nobody untold, all in time, at the rate that was asked for."""
    times = found["alert_ms"]
    assert isinstance(times, dict)
    return (
        kept_up(found)
        and not found["untold"]
        and bool(times)
        and all(times[name] <= limit * 1000 for name, limit in LIMITS.items())
    )


def main() -> int:
    """Run it and print the figures; the exit status is 0 when every promise held."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rate", type=float, default=200.0, help="answers due in a second")
    asked.add_argument("--seconds", type=float, default=600.0)
    asked.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if not given.here:
        more = [f"--{n}={getattr(given, n)}" for n in ("rate", "seconds", "seed", "workers")]
        return on_each(given.database, "benchmarks.alerts.load", *more)
    from tests.harness import environment

    with alone() as (template, server):
        house = House(template, workers=given.workers, server=server)
        try:
            house.start()
            found = measure(
                house,
                rate=given.rate,
                seconds=given.seconds,
                seed=given.seed or random.SystemRandom().getrandbits(31),
            )
        finally:
            house.stop()
    good = is_good(found)
    print(json.dumps({"database": environment.database(), **found, "good": good}), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
