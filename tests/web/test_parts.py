"""The parts: each is there, says its variables, and renders in every state without harm."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString

from alongside.web import parts
from alongside.web.parts import samples
from alongside.web.parts.templatetags import watched
from alongside.web.parts.templatetags.parts import UnknownIcon, icon, initials

HOME = Path(parts.__file__).parent
TEMPLATES = HOME / "templates" / "parts"
STATIC = HOME / "static" / "alongside"
NAMES = sorted(path.stem for path in TEMPLATES.glob("*.html"))
FRAMES = {name for name in NAMES if name == "base" or name.startswith(("base_", "gallery"))} | {
    "two_texts_page",  # a page of one part
    "appointments_page",
    "own_reach_page",
    "own_reach_form_page",
}
SAMPLES = samples.samples()
PAGES = samples.pages()
EVERY = [*SAMPLES, *(sample for page in PAGES for sample in page.samples)]
DOORS = ["public", "person", "circle", "practitioner", "office"]


def drawn(sample: samples.Sample, **more: Any) -> str:
    return render_to_string(f"parts/{sample.part}.html", {**sample.values, **more})


def framed(door: str, **more: Any) -> str:
    return render_to_string(f"parts/base_{door}.html", {"help": samples.HELP, **more})


def whole(page: samples.Page) -> str:
    shown = [{"html": SafeString(drawn(sample))} for sample in page.samples]
    values = {"base": page.base, "shown": shown, "page": page, "help": samples.HELP}
    return render_to_string("parts/gallery_page.html", {**values, **page.context})


class Reader(HTMLParser):
    """Every tag of a page with its attributes, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == name]


def test_every_part_has_a_sample() -> None:
    shown = {sample.part for sample in EVERY}
    helpers = {"rail", "watched"}  # drawn by the frame of the desk
    assert set(NAMES) - FRAMES - helpers == shown


@pytest.mark.parametrize("sample", EVERY, ids=lambda one: f"{one.part}: {one.state}")
def test_sample_renders_without_style_or_script(sample: samples.Sample) -> None:
    html = drawn(sample)
    assert html.strip()
    for tag, attrs in Reader(html).tags:
        assert tag not in {"script", "style", "iframe"}
        assert not [name for name in attrs if name == "style" or name.startswith("on")]
        for name in ("href", "src", "action"):
            assert not (attrs.get(name) or "").startswith(("http", "//", "javascript"))


SPOKEN = {
    "title", "text", "label", "name", "note", "more", "hint", "who", "aside", "value", "words",
    "question", "lead", "phrase", "proof", "held", "lapses", "seen", "caution", "small", "reason",
    "mine", "theirs", "saved_words", "state_words", "answer", "says", "facts", "term", "day",
}  # fmt: skip
HOSTILE = "<i data-hostile>&\"'"


def hostile(values: Any, key: str = "") -> Any:
    if isinstance(values, SafeString):
        return values
    if isinstance(values, str):
        return values + HOSTILE if key in SPOKEN and values else values
    if isinstance(values, dict):
        return {name: hostile(value, name) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return [hostile(value, key) for value in values]
    return values


@pytest.mark.parametrize("sample", EVERY, ids=lambda one: f"{one.part}: {one.state}")
def test_what_people_wrote_is_never_markup(sample: samples.Sample) -> None:
    html = render_to_string(f"parts/{sample.part}.html", hostile(dict(sample.values)))
    assert not [tag for tag, attrs in Reader(html).tags if "data-hostile" in attrs]


@pytest.mark.parametrize("sample", EVERY, ids=lambda one: f"{one.part}: {one.state}")
def test_form_that_posts_carries_a_token(sample: samples.Sample) -> None:
    html = drawn(sample, csrf_token="secret")
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", html, re.S):
        assert 'name="csrfmiddlewaretoken" value="secret"' in form or 'name="token"' in form


def test_templates_name_only_icons_that_are_here() -> None:
    named = {
        name
        for path in HOME.parent.rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', path.read_text(encoding="utf-8"))
    }
    assert named
    assert not [name for name in named if not (HOME / "icons" / f"{name}.svg").exists()]


def test_icon_is_hidden_from_readers_and_turns_round_when_it_points() -> None:
    assert 'aria-hidden="true"' in icon("siren")
    assert 'class="icon icon--big flip"' in icon("arrow-left", "icon--big")


@pytest.mark.parametrize("name", ["nobody", "../parts", "siren.svg"])
def test_unknown_icon_is_refused(name: str) -> None:
    with pytest.raises(UnknownIcon):
        icon(name)


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ngozi Okafor", "NO"), ("Ravi", "RA"), ("Jo-Anne M.", "JM"), ("", "?"), ("李 明", "李明")],
)
def test_initials_are_two_letters_at_most(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.fixture(autouse=True)
def alerts_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame drawn without a database: what it would look for there is well."""
    well = watched.Look(0.0, is_sending=True, beat=None, is_silent=False, heard=None)
    monkeypatch.setattr(watched, "_look", lambda: well)


# -- frames --------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["public", "person", "circle"])
def test_first_link_of_a_letter_page_leaves_it(door: str) -> None:
    links = Reader(framed(door)).all("a")
    assert links[0] == {"class": "skip", "href": "/leave/"}
    assert links[1] == {"class": "skip", "href": "#main"}
    assert [link for link in links if link.get("class") == "leave"][0]["href"] == "/leave/"


@pytest.mark.parametrize("door", ["public", "person", "circle"])
def test_letter_page_ends_with_the_numbers(door: str) -> None:
    html = framed(door)
    assert html.index("</main>") < html.index('class="helpbar"')
    assert 'href="tel:999"' in html
    assert 'href="tel:116123"' in html


def test_help_bar_without_a_country_names_the_directory_and_no_number() -> None:
    html = render_to_string("parts/helpbar.html", {"help": samples.NO_COUNTRY})
    assert "findahelpline.com" in html
    assert "tel:" not in html


@pytest.mark.parametrize("door", ["person", "circle"])
def test_title_of_a_private_page_says_nothing(door: str) -> None:
    title = re.search(r"<title>(.*?)</title>", framed(door))
    assert title
    assert title[1] in {"My page", "Our plan"}


@pytest.mark.parametrize("door", DOORS)
def test_frame_configures_htmx_for_a_strict_policy(door: str) -> None:
    html = framed(door)
    assert 'content=\'{"includeIndicatorStyles": false, "allowEval": false}\'' in html


@pytest.mark.parametrize("door", [*DOORS, "danger"])
def test_frame_takes_nothing_from_elsewhere_and_runs_nothing_inline(door: str) -> None:
    page = Reader(framed(door))
    assert all("src" in script for script in page.all("script"))
    assert not page.all("style")
    for tag, attrs in page.tags:
        assert not (attrs.get("src") or "").startswith(("http", "//"))
        if tag == "link":
            assert not (attrs.get("href") or "").startswith(("http", "//"))


def test_page_turns_round_for_a_language_from_right_to_left() -> None:
    with translation.override("ar"):
        assert Reader(framed("public")).all("html") == [{"lang": "ar", "dir": "rtl"}]
    with translation.override("en-gb"):
        assert Reader(framed("public")).all("html") == [{"lang": "en-gb", "dir": "ltr"}]


def test_title_says_first_that_there_is_an_error() -> None:
    wrong = samples.WorryForm({})
    assert "<title>Error: " in framed("public", form=wrong)
    assert "<title>Error: " not in framed("public", form=samples.WorryForm())


def test_rail_says_in_words_what_a_number_counts() -> None:
    html = framed("practitioner", **samples.STAFF)
    assert "that nobody has yet" in html
    assert 'class="count count--signal"' in html
    assert 'aria-current="page"' in html


def test_part_draws_the_same_through_a_request() -> None:
    request = RequestFactory().get("/parts/")
    html = render_to_string("parts/leave.html", {}, None)
    assert html == render_to_string("parts/leave.html", {"request": request})


# -- danger --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.base == "parts/base_danger.html"], ids=lambda p: p.slug
)
def test_danger_page_is_small_and_needs_no_script(page: samples.Page) -> None:
    html = whole(page)
    sheet = (STATIC / "danger.css").read_bytes()
    sent = len(gzip.compress(html.encode())) + len(gzip.compress(sheet))
    assert sent <= 14 * 1024
    tags = {tag for tag, _ in Reader(html).tags}
    assert not tags & {"script", "img", "iframe", "video"}
    assert "csrfmiddlewaretoken" not in html
    sheets = [one["href"] for one in Reader(html).all("link") if one["rel"] == "stylesheet"]
    assert [re.sub(r"\.[0-9a-f]{8,}\.css", ".css", sheet or "") for sheet in sheets] == [
        "/static/alongside/danger.css"
    ]


def test_danger_page_never_promises_that_somebody_comes() -> None:
    for page in PAGES:
        if page.base == "parts/base_danger.html":
            assert not re.search(r"is coming|on (its|the) way|is on its way", whole(page))


@pytest.mark.parametrize("state", ["sent", "sent_number", "taken", "not_staffed", "not_yet_saved"])
def test_every_danger_state_says_not_to_wait(state: str) -> None:
    sample = next(one for one in SAMPLES if (one.part, one.state) == ("danger_told", state))
    assert "Don’t wait for us." in drawn(sample)
    assert "999" in drawn(sample)


@pytest.mark.parametrize("state", ["not_yet_saved", "nothing_told", "demo"])
def test_danger_state_that_told_nobody_never_says_sent(state: str) -> None:
    sample = next(one for one in SAMPLES if (one.part, one.state) == ("danger_told", state))
    assert "sent to" not in drawn(sample)


# -- alerts, gates -------------------------------------------------------------------------------


def test_alert_that_somebody_has_still_says_so_and_only_a_closed_one_is_calm() -> None:
    by_state = {one.state: drawn(one) for one in SAMPLES if one.part == "alert"}
    calm = [state for state, html in by_state.items() if "alert--moss" in html]
    assert calm == ["closed"]
    assert "has this, since 08:41" in by_state["had by someone"]


def test_no_way_to_reach_is_one_press_and_only_where_nobody_left_a_number() -> None:
    by_state = {one.state: drawn(one) for one in SAMPLES if one.part == "alert"}
    offered = [state for state, html in by_state.items() if "no_way_to_reach" in html]
    assert offered == ["left no number"]


def test_stop_has_no_button_that_goes_round_it() -> None:
    stop = next(one for one in SAMPLES if (one.part, one.state) == ("gate", "stop"))
    assert "<button" not in drawn(stop)


def test_yes_and_no_weigh_the_same_and_nothing_is_chosen_beforehand() -> None:
    page = next(page for page in PAGES if page.slug == "agree")
    radios = [one for one in Reader(whole(page)).all("input") if one.get("type") == "radio"]
    assert [one["value"] for one in radios] == ["yes", "no", "ask"]
    assert not [one for one in radios if "checked" in one]


# -- colours -------------------------------------------------------------------------------------

Colours = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def colours() -> Colours:
    text = (STATIC / "tokens.css").read_text(encoding="utf-8")
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", text)
    single = re.findall(r"--([\w-]+): (#\w{6});", text)
    return {name: (day, night) for name, day, night in pairs} | {
        name: (both, both) for name, both in single
    }


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    first, second = sorted((light(one), light(other)), reverse=True)
    return (first + 0.05) / (second + 0.05)


TABLE = {
    # colour: (paper, sheet, well), each as by day and by night
    "ink": ((14.2, 14.5), (15.5, 13.2), (12.9, 15.3)),
    "ink-soft": ((6.9, 8.7), (7.5, 7.9), (6.2, 9.2)),
    "pen": ((8.4, 10.3), (9.1, 9.3), (7.6, 10.8)),
    "lamp": ((7.2, 11.1), (7.8, 10.1), (6.5, 11.7)),
    "moss": ((7.4, 10.1), (8.0, 9.2), (6.7, 10.7)),
    "signal": ((7.3, 9.8), (8.0, 8.9), (6.7, 10.4)),
    "heather": ((7.7, 10.0), (8.4, 9.0), (7.0, 10.5)),
    "edge": ((4.4, 5.7), (4.8, 5.2), (4.0, 6.0)),
}


@pytest.mark.parametrize("colour", TABLE)
def test_contrast_is_as_written_and_enough(colours: Colours, colour: str) -> None:
    needed = 3 if colour == "edge" else 4.5
    for ground, written in zip(("paper", "sheet", "well"), TABLE[colour], strict=True):
        for place in (0, 1):
            found = contrast(colours[colour][place], colours[ground][place])
            assert found == pytest.approx(written[place], abs=0.06), ground
            assert found >= needed


@pytest.mark.parametrize("colour", ["pen", "lamp", "moss", "signal", "heather"])
def test_colour_can_be_read_on_its_own_wash_and_so_can_ink(colours: Colours, colour: str) -> None:
    for place in (0, 1):
        wash = colours[f"{colour}-wash"][place]
        assert contrast(colours[colour][place], wash) >= 4.5
        assert contrast(colours["ink"][place], wash) >= 4.5
        assert contrast(colours["ink-soft"][place], wash) >= 4.5


@pytest.mark.parametrize(
    ("text", "ground"), [("on-pen", "pen"), ("on-signal", "signal-fill"), ("on-lamp", "lamp-fill")]
)
def test_words_on_filled_shapes_can_be_read(colours: Colours, text: str, ground: str) -> None:
    for place in (0, 1):
        assert contrast(colours[text][place], colours[ground][place]) >= 4.5


def test_danger_sheet_has_the_same_colours(colours: Colours) -> None:
    text = (STATIC / "danger.css").read_text(encoding="utf-8")
    day, night = text.split("@media screen and (prefers-color-scheme: dark)", 1)
    night = night.split("@media", 1)[0]
    for place, half in enumerate((day, night)):
        found = dict(re.findall(r"--([\w-]+): (#\w{6})", half))
        assert found
        for name, colour in found.items():
            assert colours[name][place] == colour, name


def test_style_sheet_names_only_tokens_that_exist() -> None:
    tokens = (STATIC / "tokens.css").read_text(encoding="utf-8")
    sheet = (STATIC / "alongside.css").read_text(encoding="utf-8")
    used = set(re.findall(r"var\(--([\w-]+)", sheet))
    given = set(re.findall(r"--([\w-]+):", tokens + sheet))
    assert used <= given | {"gap", "cell", "pad"}


# -- files from elsewhere ------------------------------------------------------------------------


def vendored() -> Iterator[tuple[Path, str]]:
    for folder in (STATIC / "fonts", HOME / "icons"):
        listed = (folder / "VENDORED.md").read_text(encoding="utf-8")
        for name, digest in re.findall(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|", listed):
            yield folder / name, digest


def test_vendored_files_are_the_ones_that_were_written_down() -> None:
    listed = dict(vendored())
    there = {
        path
        for folder in (STATIC / "fonts", HOME / "icons")
        for path in folder.iterdir()
        if path.name != "VENDORED.md"
    }
    assert set(listed) == there
    for path, digest in listed.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, path.name


def test_every_font_of_the_sheets_is_here_with_its_licence() -> None:
    for sheet in ("tokens.css", "danger.css"):
        text = (STATIC / sheet).read_text(encoding="utf-8")
        for name in re.findall(r'url\("([^"]+)"\)', text):
            assert (STATIC / name).exists(), name
    assert len(list((STATIC / "fonts").glob("OFL-*.txt"))) == 3
    assert (HOME / "icons" / "LICENSE").exists()


@pytest.mark.parametrize(
    ("name", "lines"), [("leave.js", 64), ("autosave.js", 60), ("letters-left.js", 18)]
)
def test_script_stays_small_and_keeps_nothing(name: str, lines: int) -> None:
    text = (STATIC / name).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= lines
    kept = r"localStorage|sessionStorage|indexedDB(?!\.deleteDatabase)|innerHTML|document\.cookie"
    assert not re.search(kept, text)
