"""A real browser: Debian's Chromium, driven by playwright. Nothing is downloaded.

Chromium without windows of its own is preferred: the same pages take less than half the work.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright

HOW = (
    "These tests need Chromium, and it was not found. "
    "Run `make test`, or on Debian as root: "
    "apt-get install --no-install-recommends chromium-headless-shell"
)
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for, nothing outside this machine has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
COLOURS = ("color-contrast", "link-in-text-block")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class NoChromium(RuntimeError):
    def __init__(self) -> None:
        super().__init__(HOW)


@contextmanager
def chromium() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise NoChromium
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def watch(page: Page, problems: list[str]) -> None:
    """Write down what a person would not see: script errors, refused content, outside requests."""

    def asked(request: Request) -> None:
        host = urlsplit(request.url).hostname
        if host not in {None, "127.0.0.1", "localhost"} and not request.is_navigation_request():
            problems.append(f"{page.url} asked for {request.url}")

    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda line: (
            problems.append(f"{page.url}: {line.text}")
            # A page that answers 404 or 409 on purpose says so here; its test asks for the status.
            if line.type == "error" and not line.text.startswith("Failed to load resource")
            else None
        ),
    )
    page.on("request", asked)


def check_accessibility(
    page: Page, *, without: Sequence[str] = (), only: Sequence[str] = ()
) -> None:
    """Run axe over the page as it is now.

    Args:
        only: ids of the only rules to ask; ``COLOURS`` where nothing but those has changed.
        without: ids of axe rules that do not apply here; say why where you call it.

    Raises:
        AssertionError: one line for each place, with the rule and what would mend it.
    """
    options = {
        "runOnly": {"type": "rule" if only else "tag", "values": [*(only or AXE_TAGS)]},
        "resultTypes": ["violations"],  # what is good is not written out: half the time
        "rules": {rule: {"enabled": False} for rule in without},
    }
    found = Axe().run(page, options=options).response["violations"]
    if not found:
        return
    lines = [f"{page.url} has {sum(len(rule['nodes']) for rule in found)} accessibility problems:"]
    for rule in found:
        lines.append(f"- {rule['id']} ({rule['impact']}): {rule['help']}")
        for node in rule["nodes"]:
            place = " ".join(str(step) for step in node["target"])
            lines.append(f"    {place}   {node['html'][:160]}")
            lines.extend(f"      {line}" for line in node["failureSummary"].splitlines()[1:])
    raise AssertionError("\n".join(lines))
