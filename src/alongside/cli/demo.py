"""`alongside demo`: a service with believable work, served on this machine.

Lives in a folder of its own (`var/demo`), so that it never mixes with real work.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path

from alongside.cli.refusals import Refused
from alongside.cli.terminal import add_json, progress

EXAMPLE = "alongside demo --people 64 --months 6 --seed 7"
YEAR = (315, 12)  # worries, months; some are never sent, and forgotten after a day
PEOPLE = 300  # of a year, about whom somebody sent a worry
PRACTITIONERS, SERVICES = 12, 2  # of a year
A_YEAR = "year"  # what stands in the file that says that one is made


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=64, metavar="N", help="people (60)")
    parser.add_argument("--months", type=int, default=6, metavar="M", help="months of work (6)")
    parser.add_argument(
        "--year", action="store_true", help="a year: 300 people, 12 practitioners, 2 services"
    )
    parser.add_argument(
        "--seed", type=int, default=7, metavar="S", help="the same S, the same work"
    )
    parser.add_argument("--port", type=int, default=8000, metavar="P", help="port to serve on")
    parser.add_argument("--no-serve", action="store_true", help="make the work and stop")
    add_json(parser)
    parser.add_argument("--reset", action="store_true", help="forget the work and make it anew")


def run(options: argparse.Namespace) -> int:
    if options.year:
        options.people, options.months = YEAR
    if not (1 <= options.people <= 2000 and 1 <= options.months <= 36):
        raise Refused("Ask for 1 to 2000 people and 1 to 36 months.")
    var = _own_folder(options.port)
    made = (var / "finished").read_text().strip() if (var / "finished").exists() else ""
    if options.year and made not in {"", A_YEAR} and not options.reset:
        raise Refused(
            "A shorter demonstration is here already. Add --reset to make a year instead."
        )
    if options.reset or not made:  # half-made work is made anew
        shutil.rmtree(var, ignore_errors=True)
    _prepare()
    is_new = _build(options)
    if options.json:
        import orjson

        print(orjson.dumps({"made": is_new, "accounts": _accounts()}).decode())
    else:
        _say_who(options.port)
    if options.no_serve:
        return 0
    from alongside.cli import serve

    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    given = parser.parse_args(["--bind", f"127.0.0.1:{options.port}", "--workers", "1"])
    given.json = options.json
    return serve.run(given)


def _own_folder(port: int) -> Path:
    home = Path(os.environ.get("ALONGSIDE_VAR") or "var").resolve() / "demo"
    os.environ["ALONGSIDE_VAR"] = str(home)
    os.environ["ALONGSIDE_DEMO"] = "1"
    os.environ.pop("ALONGSIDE_KEYS", None)
    os.environ.pop("ALONGSIDE_DATABASE_URL", None)
    os.environ["ALONGSIDE_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    return home


def _prepare() -> None:
    import django

    django.setup()
    from alongside.cli import demo_place

    demo_place.make_ready()


def _build(options: argparse.Namespace) -> bool:
    """Make the work, unless it is there."""
    from django.conf import settings

    finished = settings.VAR / "finished"
    if finished.exists():
        return False
    from alongside.cli import demo_family
    from alongside.cli.demo_days import read_script
    from alongside.cli.demo_service import Demonstration

    story = Demonstration(
        read_script(), number=options.people, months=options.months, seed=options.seed
    )
    with progress("Months of work, day by day") as report:
        for done, of in story.run():
            if report:
                report(done / of)
    demo_family.let_in(story)
    if options.year:
        _must_be_whole()
    finished.write_text(f"{A_YEAR if options.year else 'whole'}\n")
    return True


def _must_be_whole() -> None:
    """A year shows every state of a case, or says which one is not there.

    Raises:
        Refused: a state, or people, practitioners or services are missing.
    """
    from alongside.cli import demo_states
    from alongside.records import clock

    at = clock.now()
    few = demo_states.too_few(at, people=PEOPLE, practitioners=PRACTITIONERS, services=SERVICES)
    lacking = [*few, *demo_states.missing(at)]
    if lacking:
        raise Refused(f"The year is made, and this is not in it: {', '.join(lacking)}.")


def _accounts() -> list[dict[str, str]]:
    """Colleagues who work here; a year has more of them."""
    from alongside.access.models import Account
    from alongside.cli.demo_days import read_script

    script = read_script()
    here = set(Account.objects.values_list("email", flat=True))
    return [
        {
            "name": row["name"],
            "role": ", ".join(row["roles"]),
            "email": row["email"],
            "password": script["password"],
        }
        for row in [*script["staff"], *script["year"]["staff"]]
        if row["email"] in here
    ]


def _family() -> list[dict[str, str]]:
    """Those who came in by a link; a short demonstration may have nobody who is in talks."""
    from alongside.access.models import Account
    from alongside.cli.demo_days import read_script

    here = set(Account.objects.values_list("email", flat=True))
    return [row for row in read_script()["family"] if row["email"] in here]


def _say_who(port: int) -> None:
    address = f"http://127.0.0.1:{port}"
    print(f"\nThe demonstration is at {address}")
    print("A worry begins there. To sign in, choose Sign in and use one of these addresses:\n")
    for row in _accounts():
        print(f"  {row['email']:24} {row['name']:22} {row['role']}")
    print()
    for row in _family():
        print(f"  {row['email']:24} {row['name']:22} {row['role']}, six numbers by mail")
    print(f"\n  password for those who work there: {_accounts()[0]['password']}")
    print("  the second step: the sign-in page of the demonstration shows the code itself")
    print(f"  letters it would send: {address}/demo/post/   (nothing leaves this machine)\n")
    sys.stdout.flush()
