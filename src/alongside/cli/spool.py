"""``alongside spool``: the answers the database did not take.

They are saved by themselves when the database is back. What no page takes any more is held for a
person: ``show`` reads one, ``again`` lets it be tried once more, ``forget`` removes one that
somebody has acted on. Each of these is written into the trail first.
"""

from __future__ import annotations

import argparse
import json
import os
from typing import Any
from urllib.parse import parse_qsl

from alongside.cli.refusals import Refused, WrongUsage
from alongside.cli.terminal import add_json

EXAMPLE = """\
example:
  alongside spool list
"""
WORDS = {
    "show": "crisis.unsaved_answer_read",
    "again": "crisis.unsaved_answer_tried",
    "forget": "crisis.unsaved_answer_removed",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["list", *WORDS], help="what to do")
    parser.add_argument("name", nargs="?", default="", help="of one answer, as the list says it")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alongside.config.settings")
    import django

    django.setup()
    from alongside.records import spool

    if options.what == "list":
        rows = [
            {
                "name": kept.name,
                "given_at": f"{kept.given_at:%Y-%m-%d %H:%M:%S} UTC",
                "state": state,
            }
            for state, records in (("waiting", spool.waiting()), ("held", spool.held()))
            for kept in records
        ]
        if options.json:
            print(json.dumps(rows))
            return 0
        for row in rows:
            print(f"{row['name']}  {row['given_at']}  {row['state']}")
        print(f"{len(rows)} answer(s) beside the database." if rows else "Every answer is saved.")
        return 0
    if not options.name:
        raise WrongUsage(f"Write which one: alongside spool {options.what} NAME. See spool list.")
    found = {kept.name: kept for kept in (*spool.waiting(), *spool.held())}.get(options.name)
    if found is None:
        raise Refused(f"No answer {options.name} is kept. See: alongside spool list")
    if options.what != "show" and found not in spool.held():
        raise Refused("This answer waits, and is saved by itself. Only a held one needs a person.")
    _write(WORDS[options.what], found.name)
    if options.what == "show":
        _show(found, as_json=options.json)
    elif options.what == "again":
        spool.again(found)
    else:
        spool.done(found)
    return 0


def _show(kept: Any, *, as_json: bool) -> None:
    from alongside.records import spool

    try:
        what = spool.read(kept)
    except spool.Unreadable as failure:
        raise Refused(f"{failure}. Keep the file and its keys, and look for the backup.") from None
    fields = dict(parse_qsl(what["fields"], keep_blank_values=True))
    if as_json:
        print(json.dumps({"name": kept.name, "page": what["path"], "fields": fields}))
        return
    print(f"page: {what['path']}")
    for name, value in fields.items():
        print(f"{name}: {value}")


def _write(word: str, name: str) -> None:
    from alongside.crisis import unsaved
    from alongside.records import clock
    from alongside.records.reader import system

    at = clock.now()
    unsaved.note_look(word=word, name=name, by=system("spool", at), at=at)
