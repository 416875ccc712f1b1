"""A real browser: Debian's Chromium, driven by playwright. Nothing is downloaded.

Chromium without windows of its own is preferred: the same pages take less than half the work.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, sync_playwright
from playwright.sync_api import Error as PlaywrightError

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
Look = tuple[int, Literal["light", "dark"]]
WIDE_AND_PHONE: tuple[Look, ...] = ((1280, "light"), (390, "dark"))
# What of a page that was looked at whole other colours can change, and what another width can.
COLOURS = ("color-contrast", "link-in-text-block")
SIZES = ("target-size", "scrollable-region-focusable", "button-name", "link-name", "label")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

opened: list[Page] = []  # the pages of the test that runs


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


def what_it_shows(page: Page) -> str:
    """The words on a page, for the report of a test that failed on it."""
    try:
        words: str = page.inner_text("body", timeout=2_000)
    except PlaywrightError as why:
        return f"It does not answer: {why}"
    return "\n".join(filter(None, (line.strip() for line in words.splitlines())))[-4000:]


def check_looks(
    page: Page, looks: Sequence[Look] = WIDE_AND_PHONE, *, keep: Callable[[int], None] | None = None
) -> None:
    """One page, loaded once, at some widths and in some colours: none runs out sideways; axe.

    Args:
        looks: the first is asked about whole, the others about what is new there.
        keep: called with the width at each look, for a picture.

    Raises:
        AssertionError: which look, and what is wrong there.
    """
    size = page.viewport_size
    assert size is not None
    seen: set[int | str] = set()
    for width, scheme in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        # As tall as its content: what sticks to the edge then covers nothing.
        tall = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": max(900, tall + 150)})
        over = page.evaluate(OVERFLOW)
        assert over <= 0, f"{page.url} is {over} px too wide at {width} px"
        if keep is not None:
            keep(width)
        new = [*(SIZES if width not in seen else ()), *(COLOURS if scheme not in seen else ())]
        try:
            if not seen or new:
                check_accessibility(page, only=new if seen else ())
        except AssertionError as found:
            raise AssertionError(f"{width} px, {scheme}: {found}") from None
        seen |= {width, scheme}
    page.set_viewport_size(size)


@cache
def _axe() -> str:
    """The script of axe; a page is given it once, for that takes as long as asking it."""
    script: str = Axe().axe_script
    return script


def check_accessibility(
    page: Page, *, without: Sequence[str] = (), only: Sequence[str] = ()
) -> None:
    """Run axe over the page as it is now.

    Args:
        only: ids of the only rules to ask, where the rest was asked before.
        without: ids of axe rules that do not apply here; say why where you call it.

    Raises:
        AssertionError: one line for each place, with the rule and what would mend it.
    """
    options = {
        "runOnly": {"type": "rule" if only else "tag", "values": [*(only or AXE_TAGS)]},
        "resultTypes": ["violations"],  # what is good is not written out: half the time
        "rules": {rule: {"enabled": False} for rule in without},
    }
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate("(how) => axe.run(document, how).then((all) => all.violations)", options)
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
