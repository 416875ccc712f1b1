"""Versions that are not published yet: read, tried beside what is here, packed in one file.

There is one check of content: a trial is the catalogue itself, built with the draft's folder as a
root more. What comes before it looks at the text alone, so that nothing hostile is ever parsed.
"""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import yaml

from alongside.catalogue import (
    changing,
    live,
    placed,
    protocol_examples,
    protocols,
    risk_rules,
)
from alongside.catalogue.book import Catalogue, build
from alongside.catalogue.loading import Problem, folders, parse

KINDS: Final = ("protocols", "instruments")
MAIN: Final = {"protocols": "protocol.yaml", "instruments": "instrument.yaml"}
MOST_FILES = 60
MOST_LETTERS = 200_000  # of one file; the longest shipped one has a tenth
MOST_BYTES = 2_000_000  # of a packed file
DEEPEST = 24  # lists in lists; shipped content needs nine
FORMAT = "alongside-content/1"

_ID = re.compile(r"[a-z][a-z0-9_]{0,59}\Z")
_NAMES = {
    "protocols": re.compile(
        r"(?:(?:protocol|examples|sources|offers)\.yaml|wording\.[a-z]{2,3}(?:-[A-Z]{2})?\.yaml"
        r"|artefacts/[a-z][a-z0-9_]{0,59}\.yaml|SOURCE\.md)\Z"
    ),
    "instruments": re.compile(
        r"(?:(?:instrument|examples)\.yaml|(?:wording|labels)\.[a-z]{2,3}(?:-[A-Z]{2})?\.yaml"
        r"|danger/[a-z][a-z0-9_]{0,59}\.yaml|SOURCE\.md)\Z"
    ),
}
# Controls, lone surrogates, and marks that turn the order of letters round.
_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufeff]"
)
_SHELVES = {
    "protocols": (
        "facts", "gates", "needs", "settings", "chooser_words", "protocols", "protocol_words",
        "artefacts", "protocol_examples",
    ),
    "instruments": ("instruments", "wordings", "risk_rules"),
}  # fmt: skip
_OPENERS = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSERS = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_NOT_HERE = {
    yaml.AnchorToken: "an anchor (&) cannot stand in a content file: write it out",
    yaml.AliasToken: "an alias (*) cannot stand in a content file: write it out",
    yaml.TagToken: "a tag (!) cannot stand in a content file",
    yaml.DirectiveToken: "a directive (%) cannot stand in a content file",
    yaml.DocumentStartToken: "a content file is one document, without ---",
}


@dataclass(frozen=True, slots=True)
class Trial:
    """A draft as the site would read it. ``problems`` name files as the draft does."""

    catalogue: Catalogue
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from being published."""
        return tuple(each for each in self.problems if each.grade == "error")

    def of(self, file: str) -> tuple[Problem, ...]:
        """What is wrong in one file, in order of line."""
        return tuple(each for each in self.problems if each.file == file)


class NotReadable(Exception):
    """A packed file is refused. ``problems`` are all its mistakes."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} mistakes")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Packed:
    """One version as a packed file holds it."""

    kind: str
    id: str
    number: int
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a file in another format holds. ``is_whole``: our own files, as they once went out;
    else the beginning of a draft, whose gaps its author fills."""

    kind: str
    id: str
    number: int
    files: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """Another way to write one version: how it goes out, as a draft or not, and how it is read."""

    written: Callable[[Catalogue, str, str, Mapping[str, str], bool], str]
    read: Callable[[Mapping[str, Any]], Foreign]
    is_it: Callable[[Mapping[str, Any]], bool]


# By name, ``fhir``; the doors that know a format put it here when the service starts.
FORMATS: dict[str, Format] = {}


# -- what is here --------------------------------------------------------------------------------


def files_of(kind: str, ref: str) -> dict[str, str]:
    """The files of a version by name, an instrument's with its rules of danger.

    Raises:
        KeyError: it is not here.
    """
    id, _, number = ref.rpartition("@")
    for root in reversed(live.roots()):
        folder = root / kind / id / number
        if (folder / MAIN[kind]).is_file():
            found = sorted(path for path in folder.rglob("*") if path.is_file())
            named = {path.relative_to(folder).as_posix(): path for path in found}
            own = {
                name: path.read_text(encoding="utf-8")
                for name, path in named.items()
                if _NAMES[kind].match(name)
            }
            rules = _rules_about(ref) if kind == "instruments" else {}
            return dict(sorted({**rules, **own}.items()))
    raise KeyError(ref)


def _rules_about(ref: str) -> dict[str, str]:
    """The rules of danger of an instrument that stand elsewhere, as its own folder brings them."""
    found: dict[str, str] = {}
    id = ref.partition("@")[0]
    for rule in live.current().risk_rules_for(ref):
        for root in reversed(live.roots()):
            path = root / "risk_rules" / rule.ref.id / f"{rule.ref.version}.yaml"
            if path.is_file():
                text = re.sub(r"(?m)^instrument:.*\n", "", path.read_text(encoding="utf-8"))
                name = rule.ref.id.removeprefix(f"{id}_")
                found[f"danger/{name}.yaml"] = changing.changed(text, {("approved",): None})
                break
    return found


def next_number(kind: str, id: str) -> int:
    """The number a new version of an item has."""
    numbers = [int(ref.rpartition("@")[2]) for ref in _refs(kind) if ref.rpartition("@")[0] == id]
    return max(numbers, default=0) + 1


def _refs(kind: str) -> list[str]:
    return [f"{id}@{number}" for id, number, _ in folders(live.roots(), kind)]


def has_hidden_marks(text: str) -> bool:
    """Whether controls or marks that turn the order of letters round stand in a text."""
    return bool(_HIDDEN.search(text))


def is_id(text: str) -> bool:
    """Whether something can be called so."""
    return bool(_ID.match(text))


def is_file_name(kind: str, name: str) -> bool:
    """Whether a version of this kind may have a file of this name."""
    return bool(_NAMES[kind].match(name))


def copied(kind: str, ref: str, id: str) -> dict[str, str]:
    """The files of a version as the beginning of another; a protocol brings its offers along."""
    files = files_of(kind, ref)
    before = ref.rpartition("@")[0]
    if kind == "protocols" and id != before and "offers.yaml" not in files:
        offers = list(_offers(before))
        if offers:
            rows = "".join(f"  - {json.dumps(each, ensure_ascii=False)}\n" for each in offers)
            files["offers.yaml"] = f"offers:\n{rows}"
    return files


def _offers(id: str) -> Iterator[dict[str, Any]]:
    """What content/needs says of a protocol, as its own folder would say it."""
    for root in live.roots():
        for path in sorted((root / "needs").glob("*.yaml")):
            document, _ = parse(path)
            for row in (document or {}).get("offers", ()):
                name, _, variant = str(row.get("protocol", "")).partition("/")
                if name == id:
                    rest = {key: value for key, value in row.items() if key != "protocol"}
                    yield {"need": path.stem, **({"variant": variant} if variant else {}), **rest}


# -- the text alone ------------------------------------------------------------------------------


def text_mistakes(name: str, text: str) -> list[Problem]:
    """What keeps a text from being parsed at all: hidden signs, tags, aliases, depth, length."""
    if len(text) > MOST_LETTERS:
        words = f"{len(text)} letters are too many: {MOST_LETTERS} at most"
        return [Problem(name, 0, 0, words)]
    wrong = [
        Problem(name, *_line_and_column(text, found.start()), _hidden(found.group()))
        for found in _HIDDEN.finditer(text)
    ][:50]
    if wrong or not name.endswith(".yaml"):
        return wrong
    return list(_token_mistakes(name, text))


def _hidden(sign: str) -> str:
    name = unicodedata.name(sign, "").lower() or f"U+{ord(sign):04X}"
    return f"there is a hidden sign here ({name})"


def _line_and_column(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


def _token_mistakes(name: str, text: str) -> Iterator[Problem]:
    depth = 0
    try:
        for token in yaml.scan(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            mark = token.start_mark
            if words := _NOT_HERE.get(type(token)):
                yield Problem(name, mark.line + 1, mark.column + 1, words)
            depth += isinstance(token, _OPENERS)
            depth -= isinstance(token, _CLOSERS)
            if depth > DEEPEST:
                words = f"lists stand more than {DEEPEST} deep in each other"
                yield Problem(name, mark.line + 1, mark.column + 1, words)
                return
    except yaml.MarkedYAMLError as failure:
        where = failure.problem_mark
        at = (where.line + 1, where.column + 1) if where else (0, 0)
        words = str(failure.problem or failure).splitlines()[0]
        yield Problem(name, *at, f"this is not valid YAML: {words}")
    except yaml.YAMLError as failure:
        yield Problem(name, 0, 0, f"this is not valid YAML: {str(failure).splitlines()[0]}")


def facts_in(text: str) -> tuple[Any, list[Problem]]:
    """Sample facts as they were typed, for the chooser; or what keeps them from being read."""
    wrong = text_mistakes("facts.yaml", text)
    if wrong:
        return None, wrong
    document, mistakes = placed.load(text)
    return document, [Problem("facts.yaml", *mistake) for mistake in mistakes]


def documents(files: Mapping[str, str]) -> dict[str, Any]:
    """What the files that can be parsed say, by name."""
    found = {}
    for name, text in files.items():
        if name.endswith(".yaml") and not text_mistakes(name, text):
            document, wrong = placed.load(text)
            if not wrong and document is not None:
                found[name] = document
    return found


# -- the trial -----------------------------------------------------------------------------------


def tried(
    kind: str, id: str, number: int, files: Mapping[str, str], *, today: date | None = None
) -> Trial:
    """Read a draft as the site would, beside everything that is here.

    Args:
        files: its texts by name. today: the day review dates are held against.

    Returns:
        The whole catalogue with the draft in it, and every problem of the draft: those of its own
        files, and those it would make elsewhere.
    """
    here, names = live.current(), _NAMES[kind]
    wrong = [
        Problem(name, 0, 0, "a file cannot have this name here")
        for name in files
        if not names.match(name)
    ]
    wrong += [each for name, text in files.items() for each in text_mistakes(name, text)]
    refused = {each.file for each in wrong}
    with tempfile.TemporaryDirectory(prefix="trial-") as waiting:
        root = Path(waiting) / "content"
        folder = root / kind / id / str(number)
        for name, text in files.items():
            if name not in refused:
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
        folder.mkdir(parents=True, exist_ok=True)
        whole, found = _built(kind, id, number, root, here, today)
    prefix = f"content/{kind}/{id}/{number}/"
    known = set(here.problems)
    reasons = [each for each in found if each.grade == "error" and each.file != prefix[:-1]]
    for each in found:
        if each.file == prefix[:-1] and (reasons or wrong):
            continue  # what follows from the mistakes that are named
        name = each.file.removeprefix(prefix)
        if name in refused or (each.file == name and each in known):
            continue
        wrong.append(replace(each, file=name))
    return Trial(whole, tuple(sorted(set(wrong))))


def _built(
    kind: str, id: str, number: int, root: Path, here: Catalogue, today: date | None
) -> tuple[Catalogue, list[Problem]]:
    mine = f"content/{kind}/{id}/{number}/"
    if kind == "instruments":
        alone = build([root / "none", root], only=_SHELVES[kind])
        shelves = {
            name: {**held, **alone.shelves.get(name, {})} for name, held in here.shelves.items()
        }
        whole = Catalogue(shelves, alone.problems)
        blind = risk_rules.unfit(whole)["instruments"].get(f"{id}@{number}", [])
        harm = risk_rules.check(whole, [root / "none", root], today)
        return whole, [*alone.problems, *blind, *harm]
    roots = [*live.roots(), root]
    whole = build(roots, only=_SHELVES[kind], base=here)
    checks = [
        each
        for module in (protocols, protocol_examples)
        for each in module.check(whole, roots, today)
        if each.file.startswith(mine)
    ]
    errors = [
        each for each in whole.problems if each.grade == "error" or each.file.startswith(mine)
    ]
    return whole, [*errors, *checks]


# -- one file in and out -------------------------------------------------------------------------


def packed(kind: str, ref: str, files: Mapping[str, str]) -> str:
    """One version as one file."""
    id, _, number = ref.rpartition("@")
    whole = {"format": FORMAT, "kind": kind, "id": id, "version": int(number), "files": dict(files)}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def unpacked(raw: bytes) -> Packed:
    """Read a packed file that may come from anywhere, and try it.

    Raises:
        NotReadable: with every mistake at once; nothing of it is kept.
    """
    document = _document(raw)
    for format in FORMATS.values():
        if format.is_it(document):
            return _of_another_format(format.read(document))
    wrong: list[Problem] = []
    for key in sorted(set(document) - {"format", "kind", "id", "version", "files"}):
        wrong.append(Problem("", 0, 0, f"{key[:60]}: no such key is known here"))
    kind, id, number = document.get("kind"), document.get("id"), document.get("version")
    if document.get("format") != FORMAT:
        wrong.append(Problem("", 0, 0, f"format: this is not {FORMAT}"))
    if kind not in KINDS:
        wrong.append(Problem("", 0, 0, f"kind: one of {', '.join(KINDS)}"))
    if not (isinstance(id, str) and is_id(id)):
        wrong.append(Problem("", 0, 0, "id: a-z, 0-9 and _, a letter first, 60 at most"))
    if not (isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= 9999):
        wrong.append(Problem("", 0, 0, "version: a whole number from 1"))
    files = document.get("files")
    if not isinstance(files, dict) or not 0 < len(files) <= MOST_FILES:
        wrong.append(Problem("", 0, 0, f"files: 1 to {MOST_FILES} texts by name"))
        raise NotReadable(wrong)
    texts = {name: text for name, text in files.items() if isinstance(text, str)}
    wrong += [Problem(name[:80], 0, 0, "this is no text") for name in files if name not in texts]
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(id, str) or not is_id(id):
        wrong += [each for name, text in texts.items() for each in text_mistakes(name[:80], text)]
        raise NotReadable(wrong)
    wrong += tried(kind, id, next_number(kind, id), texts).errors
    if wrong:
        raise NotReadable(wrong)
    return Packed(kind, id, int(number or 1), texts)


def _of_another_format(found: Foreign) -> Packed:
    """Our own files are tried whole; what was made from somebody else's may have gaps."""
    wrong = list(found.problems)
    if not wrong and not (found.kind in KINDS and is_id(found.id)):
        wrong.append(Problem("", 0, 0, "id: a-z, 0-9 and _, a letter first, 60 at most"))
    if found.kind not in KINDS or not is_id(found.id) or not found.is_whole:
        wrong += [each for name, text in found.files.items() for each in text_mistakes(name, text)]
    else:
        wrong += tried(found.kind, found.id, next_number(found.kind, found.id), found.files).errors
    if wrong:
        raise NotReadable(wrong)
    return Packed(found.kind, found.id, found.number, found.files)


def _document(raw: bytes) -> dict[str, Any]:
    if len(raw) > MOST_BYTES:
        raise NotReadable([Problem("", 0, 0, f"more than {MOST_BYTES} bytes: this is refused")])
    try:
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise NotReadable([Problem("", 0, 0, "this is no text in UTF-8")]) from None
    except json.JSONDecodeError as failure:
        where = (failure.lineno, failure.colno)
        raise NotReadable([Problem("", *where, f"this is not valid JSON: {failure.msg}")]) from None
    except (ValueError, RecursionError) as failure:
        raise NotReadable([Problem("", 0, 0, f"this cannot be read: {failure}"[:200])]) from None
    if not isinstance(document, dict):
        raise NotReadable([Problem("", 0, 0, f"this is not {FORMAT}")])
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
