"""Become another program that ends with its parent: ``python -m alongside.cli.with_parent PID …``.

When the supervisor is killed, its children get SIGTERM, so that everything can be started afresh
and no orphan keeps the port. On systems without this wish the program runs all the same.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> int:
    parent, line = int(sys.argv[1]), sys.argv[2:]
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we could ask
            return 1
    os.execv(line[0], line)  # noqa: S606  # no shell is wanted
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
