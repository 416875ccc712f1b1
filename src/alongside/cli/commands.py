"""The one table of commands: a name, the module that carries it out, one line of what it does.

A module offers ``add_arguments(parser)`` and ``run(options) -> int`` (0 done, 1 refused, 2 wrong
usage), may offer ``EXAMPLE`` for its help, and raises ``Refused`` with a whole sentence. It is
imported only when its command is called, so that help is quick and ``score`` needs no database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the command line."""

    name: str
    module: str
    does: str


ALL = (
    Command("demo", "alongside.cli.demo", "a service with believable work, served on this machine"),
    Command("serve", "alongside.cli.serve", "web and dispatcher under one supervisor"),
    Command("check", "alongside.cli.check", "is this deployment fit to run, and how to mend it"),
    Command("content", "alongside.cli.content", "check, list and show content files"),
    Command("score", "alongside.cli.score", "answers to an instrument in, scores and danger out"),
    Command("outcomes", "alongside.cli.outcomes", "who changed, reliably or not, in a file"),
    Command("plan", "alongside.cli.plan", "the chooser: what could help, what must not, and why"),
    Command("report", "alongside.cli.report", "service figures from a database or Parquet"),
    Command("spool", "alongside.cli.spool", "answers the database did not take: list, show, again"),
    Command("watch", "alongside.cli.watch", "the outside monitor"),
    Command("audit", "alongside.cli.audit", "verify: is the trail whole"),
    Command("backup", "alongside.cli.backup", "write an encrypted copy of this deployment"),
    Command("restore", "alongside.cli.restore", "bring a copy back, proved before it counts"),
    Command("keys", "alongside.cli.keys", "rotate: new keys for what is stored"),
)


def here() -> Mapping[str, Command]:
    """The commands whose module is in this version, by name."""
    return MappingProxyType({each.name: each for each in ALL if find_spec(each.module)})
