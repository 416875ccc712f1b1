"""``alongside audit verify``: is the trail whole, and where is the first place that is not?"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict

from alongside.cli.terminal import add_json

EXAMPLE = """\
example:
  alongside audit verify
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["verify"], help="walk the whole trail")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    import django

    django.setup()
    from alongside.records import sealer

    verdict = sealer.verify()
    if options.json:
        print(json.dumps(asdict(verdict)))
        return 0 if verdict.whole else 1
    counted = f"{verdict.events} events, {verdict.sealed} sealed"
    if verdict.whole:
        print(f"The trail is whole: {counted}.")
        return 0
    print(f"The trail is NOT whole. First place: {verdict.place}: {verdict.problem}. ({counted})")
    return 1
