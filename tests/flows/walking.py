"""What a person does in a browser: press, write, choose, look. For the walks of this folder."""

from __future__ import annotations

import base64
import faulthandler
import hashlib
import hmac
import os
import re
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.fakes.mailbox import Letter, Mailbox
from tests.harness import environment
from tests.harness.browser import check_looks

WAIT_MS = 20_000
CHAPTER_SECONDS = 600


class Somebody:
    """One person in a browser of their own. Every label is asked for as it is read."""

    def __init__(self, page: Page, axe: Callable[..., None]) -> None:
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        self.page, self.axe = page, axe
        self.main = page.get_by_role("main")

    # -- doing ----------------------------------------------------------------------------------

    def goto(self, address: str, *, status: int = 200) -> None:
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == status, f"{address}: {answer.status}"

    def press(self, words: str, *, within: str = "main") -> None:
        self._go(self.page.locator(within).get_by_role("button", name=words, exact=True).first)

    def follow(self, words: str, *, exact: bool = True) -> None:
        self._go(self.main.get_by_role("link", name=words, exact=exact).first)

    def _go(self, to: Locator) -> None:
        """Press, and have the next page whole: a click alone is over before that page is there."""
        with self.page.expect_navigation(wait_until="load", timeout=WAIT_MS):
            to.click()

    def unfold(self, words: str) -> None:
        self.main.locator("summary", has_text=words).first.click()

    def field(self, name: str) -> Locator:
        return self.page.locator(f"main [name='{name}']")

    def write(self, **words: str) -> None:
        for name, text in words.items():
            self.field(name).fill(text)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"main [name='{name}'][value='{value}']").check()

    def tick(self, name: str) -> None:
        self.field(name).check()

    def pick(self, name: str, **option: Any) -> None:
        self.field(name).select_option(**option)

    # -- reading --------------------------------------------------------------------------------

    @property
    def words(self) -> str:
        return " ".join(self.main.inner_text().split())

    def sees(self, *words: str) -> None:
        for each in words:
            expect(self.main).to_contain_text(each)

    def is_told_what_to_fix(self) -> None:
        """An empty form: nothing lost, the list of what is to fix has the focus."""
        expect(self.page.locator(".summary, .field--error").first).to_be_visible()
        self.look()

    def look(self) -> None:
        """As light and dark, wide and narrow, with axe; nothing may run out of the page.

        What a page looks like has nothing to do with the database: the walk on SQLite looks.
        """
        if environment.database() == "postgresql" and "ALONGSIDE_TEST_SHOTS" not in os.environ:
            return
        check_looks(self.page, keep=self._keep_picture)
        size = self.page.viewport_size
        assert size is not None
        self.page.emulate_media(color_scheme="dark" if size["width"] < 600 else "light")

    def _keep_picture(self, width: int) -> None:
        """With ALONGSIDE_TEST_SHOTS=folder every page that is looked at is kept as a picture."""
        if folder := os.environ.get("ALONGSIDE_TEST_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            name = re.sub(r"[^a-z]+", "-", self.page.url.partition("//")[2].partition("/")[2])
            number = len(list(Path(folder).iterdir()))
            self.page.screenshot(path=f"{folder}/{number:03}-{name[:40]}-{width}.png")


def next_chapter() -> None:
    """A walk is longer than one test may take before it counts as hanging: each chapter may."""
    faulthandler.dump_traceback_later(CHAPTER_SECONDS, exit=True)


# -- what every case has --------------------------------------------------------------------------


def answer_the_four_private_questions(who: Somebody) -> None:
    """Nothing of what they say asks for more care."""
    for name, answer in (("afraid", "no"), ("stopped", "no"), ("device", "yes"), ("hide", "no")):
        who.choose(name, answer)


def find_no_danger(who: Somebody) -> None:
    """The questions of the chooser about danger: the first answer of each is that there is none."""
    for danger in (
        "suicide", "child_at_risk", "violence_to_others", "violence_from_circle", "weapons",
        "psychosis", "intoxicated_now", "withdrawal_risk",
    ):  # fmt: skip
        who.pick(f"danger__{danger}", index=1)


# -- coming in ------------------------------------------------------------------------------------


def six_numbers(secret: str) -> str:
    """What an app for codes shows (RFC 6238); never one that is about to end."""
    if (left := 30 - time.time() % 30) < 4:
        time.sleep(left + 0.2)
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mark = hmac.new(key, struct.pack(">Q", int(time.time() // 30)), hashlib.sha1).digest()
    start = mark[-1] & 15
    number = struct.unpack(">I", mark[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def set_up_second_step(who: Somebody) -> None:
    who.sees("Set up your second step")
    who.look()
    found = re.search(r"\b[A-Z2-7]{32}\b", who.words)
    assert found, "no secret to type into an app"
    who.page.get_by_label("The six numbers your app shows now").fill(six_numbers(found[0]))
    who.press("Finish")
    who.sees("Recovery codes")


def sign_in_to_work(who: Somebody, address: str, password: str) -> None:
    """Password first; then the second step, which staff set up when they come the first time."""
    who.page.get_by_label("Your e-mail address at work").fill(address)
    who.page.get_by_label("Your password").fill(password)
    who.press("Go on")
    set_up_second_step(who)


def come_in_by_numbers(who: Somebody, mailbox: Mailbox, address: str, before: int) -> None:
    """Type the six numbers of the mail that came after `before` others."""
    letter = mail_to(mailbox, address, before + 1)
    found = re.search(r"\b\d{6}\b", letter.text)
    assert found, letter.text
    who.page.get_by_label("The numbers in the mail").fill(found[0])
    who.press("Sign in")


def mail_to(mailbox: Mailbox, address: str, count: int = 1) -> Letter:
    """The newest letter to one address, once there are so many."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while len(mailbox.to(address)) < count:
        assert time.monotonic() < deadline, f"no letter {count} came to {address}"
        time.sleep(0.05)
    return mailbox.to(address)[-1]


def link_in(letter: Letter) -> str:
    found = re.search(r"http://\S+", letter.text)
    assert found, letter.text
    return found[0]


# -- keyboard alone -------------------------------------------------------------------------------


FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect();
  const shown = [one, one.closest('label')].filter(Boolean).some(each => {
    const style = getComputedStyle(each);
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== 'none';
  });
  const bar = document.querySelector('.helpbar');
  const covered = bar && getComputedStyle(bar).position === 'sticky' && !bar.contains(one)
    && box.top >= bar.getBoundingClientRect().top;
  return {
    words: (one.innerText || one.value || one.name || '').trim(),
    label: one.closest('label')?.innerText.trim() ?? '',
    name: one.name || '', value: one.value || '', tag: one.tagName, shown, covered: !!covered,
  };
}"""


def tab_to(page: Page, wanted: Callable[[dict[str, Any]], bool], *, most: int = 60) -> None:
    """Press Tab until the focus is where it is wanted; it must be seen at every stop."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if here is None:
            continue
        assert here["shown"], f"{page.url}: the focus is not seen on {here}"
        assert not here["covered"], f"{page.url}: the help bar hides {here}"
        if wanted(here):
            return
    raise AssertionError(f"{page.url}: Tab never got there")


def key_link(page: Page, words: str) -> None:
    """Follow a link by Tab and Enter."""
    tab_to(page, lambda here: here["tag"] == "A" and here["words"].startswith(words))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def key_button(page: Page, words: str) -> None:
    """Press a button by Tab and Enter."""
    tab_to(page, lambda here: here["tag"] == "BUTTON" and here["words"] == words)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def key_choice(page: Page, label: str) -> None:
    """Choose one of a group: Tab into it, arrows or Space inside it."""
    tab_to(page, lambda here: here["tag"] == "INPUT" and bool(here["label"]))
    for _ in range(12):
        here = page.evaluate(FOCUS)
        if here["label"].split("\n")[0].strip() == label:
            page.keyboard.press("Space")
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{page.url}: no choice {label!r}")
