"""Alerts while mail and texts are gone, slow and refused: who is told by which road, and when.

Run: ``python -m benchmarks.alerts.trouble --down 3600 --database postgresql``.

Phones answer as in the load, at a rate the machine carries easily. Who is on call has mail and a
phone that takes texts. Then, one after the other, by ``--down``, the seconds of the third:

1. well: a twelfth, at most a minute;
2. nobody listens for mail: a twelfth. Every alert must be at the phone in time;
3. nobody listens for mail or texts: the whole;
4. both answer after half a minute: a twelfth;
5. both refuse: mail everything for now, texts every other one: a twelfth;
6. both are back: a twelfth, at least a minute. What waited must be out by both within that minute;
7. texts are answered after half a minute, mail at once: a twelfth. Every letter must be in time.

Nobody takes an alert, so they climb meanwhile, as content says.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator

from benchmarks.alerts.house import Arrivals, House, alone, on_each
from benchmarks.alerts.kills import drain
from benchmarks.alerts.load import kept_up, spread, walk
from tests.fakes.gateway import Gateway

HANGS = 30.0
OTHER_ROAD = {"p99": 1000.0, "max": 5000.0}  # milliseconds, while the other road is gone or slow
BACK_WITHIN = 60.0  # seconds


def phases(down: float) -> dict[str, float]:
    """What happens for how many seconds, in order."""
    part = down / 12
    return {
        "well": min(part, 60.0),
        "no mail": part,
        "neither": down,
        "both slow": part,
        "both refuse": part,
        "both back": max(part, BACK_WITHIN),
        "texts slow": part,
    }


class Trouble:
    """What the two roads do, phase by phase; ``began`` says when each did."""

    def __init__(self, house: House, texts: Gateway, down: float) -> None:
        self.house, self.texts, self.down = house, texts, down
        self.began: dict[str, float] = {}

    def run(self) -> None:
        for (name, seconds), begin in zip(phases(self.down).items(), self._steps(), strict=True):
            assert begin == name
            self.began[name] = time.clock_gettime(time.CLOCK_REALTIME)
            time.sleep(seconds)

    def _steps(self) -> Iterator[str]:
        mail, texts = self.house.mailbox, self.texts
        yield "well"
        mail.close()
        yield "no mail"
        texts.close()
        yield "neither"
        mail.delay(HANGS)
        texts.delay(HANGS)
        mail.open()
        texts.open()
        yield "both slow"
        mail.refuse(451)
        texts.half(503)
        yield "both refuse"
        mail.accept()
        texts.accept()
        yield "both back"
        texts.delay(HANGS)
        yield "texts slow"

    def within(self, phase: str) -> tuple[float, float]:
        """From when until when it was so, on the clock of this machine."""
        begin = self.began[phase]
        return begin, begin + phases(self.down)[phase]


def measure(
    house: House, texts: Gateway, *, rate: float, down: float, seed: int
) -> dict[str, object]:
    """Go through it, let it drain, and return the figures."""
    came = {"email": house.arrivals.first, "sms": Arrivals(texts).first}
    house.call("tests.flows.inside_kill:build")
    house.call("benchmarks.alerts.inside:give_a_phone")
    trouble = Trouble(house, texts, down)
    figures = walk(
        house, rate=rate, seconds=sum(phases(down).values()), seed=seed, meanwhile=trouble.run
    )
    texts.accept()
    drained = drain(house, "critical")
    found = house.call("benchmarks.alerts.inside:kept", submissions=[])
    rows = [row for row in found["messages"] if not row["withheld"]]
    missing = [row for row in rows if row["id"] not in came[row["channel"]]]
    there = [(row, came[row["channel"]][row["id"]]) for row in rows if row not in missing]

    def took(phase: str, channel: str) -> dict[str, float]:
        """How long messages by this road took that were queued in this phase."""
        begin, end = trouble.within(phase)
        return spread(
            [
                at - row["queued"]
                for row, at in there
                if row["channel"] == channel and begin <= row["queued"] < end
            ]
        )

    back, _end = trouble.within("both back")

    def sent_after(channel: str) -> float:
        """When the last of what waited by this road was marked as sent, after both were back."""
        waited = (row for row in rows if row["channel"] == channel and row["queued"] < back)
        return round(max((row["sent"] - back for row in waited), default=0.0), 1)

    return {
        **figures,
        "alerts": found["alerts"],
        "messages": len(rows),
        "untold": len(found["untold"]) + len(missing),
        "texts_without_mail_ms": took("no mail", "sms"),
        "mail_beside_slow_texts_ms": took("texts slow", "email"),
        "after_return": {channel: sent_after(channel) for channel in came},
        "drained_in": round(drained, 1),
    }


def is_good(found: dict[str, object]) -> bool:
    """Whether nobody is untold, the other road was quick, and what waited was out in time."""
    roads = (found["texts_without_mail_ms"], found["mail_beside_slow_texts_ms"])
    after = found["after_return"]
    assert isinstance(after, dict)
    return (
        kept_up(found)
        and not found["untold"]
        and all(isinstance(road, dict) and bool(road) for road in roads)
        and all(road[name] <= limit for road in roads for name, limit in OTHER_ROAD.items())  # type: ignore[index]
        and all(seconds <= BACK_WITHIN for seconds in after.values())
    )


def main() -> int:
    """Run it and print the figures; the exit status is 0 when every promise held."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--rate", type=float, default=10.0, help="answers due in a second")
    asked.add_argument("--down", type=float, default=3600.0, help="seconds without either road")
    asked.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if not given.here:
        more = [f"--{name}={getattr(given, name)}" for name in ("rate", "down", "seed")]
        return on_each(given.database, "benchmarks.alerts.trouble", *more)
    from tests.harness import environment

    with alone() as (template, server):
        texts = Gateway()
        texts.open()
        house = House(template, server=server, ALONGSIDE_SMS_URL=texts.url)
        try:
            house.start()
            found = measure(
                house,
                texts,
                rate=given.rate,
                down=given.down,
                seed=given.seed or random.SystemRandom().getrandbits(31),
            )
        finally:
            house.stop()
            texts.close()
    good = is_good(found)
    said = {"database": environment.database(), "down": given.down, **found, "good": good}
    print(json.dumps(said), flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
