"""Spanish of our own says *usted*; only what a family says to each other does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What relatives say to the person, and what a letter of theirs is looked through for.
SPOKEN = {"meetings/letters.yaml", "meetings/sheet.yaml"}
QUOTED = re.compile(r"“[^”]*”|«[^»]*»")
KEY = re.compile(r"^\s*(?:- )?\w+:")
VALUE = re.compile(r"""\bes: *("(?:[^"\\]|\\.)*"|'[^']*'|[^,}\n]*)""")
NO_VERB = "triste|existe|baste|contraste|insiste|asiste|resiste|consiste|desiste"
FAMILIAR = re.compile(
    r"(?<!\w)(?:tú|tus?|ti|contigo|tuy[oa]s?|puedes|quieres|tienes|eres|estás|necesitas|sabes|"
    r"sientes|piensas|haces|crees|decides|dejas|sigues|\w+(?:arás|erás|irás|arías|erías|irías)|"
    rf"(?!(?:{NO_VERB})(?!\w))\w{{2,}}(?:aste|iste))(?!\w)",
    re.IGNORECASE,
)


def spanish() -> Iterator[tuple[str, str]]:
    """Every Spanish text of ours, with where it stands."""
    content = ROOT / "content"
    for path in sorted(content.rglob("*.yaml")):
        shown = str(path.relative_to(content))
        text = path.read_text(encoding="utf-8")
        if shown in SPOKEN:
            continue
        if path.name.endswith(".es.yaml") or "/es/" in shown:
            yield from ((shown, KEY.sub("", line)) for line in text.splitlines())
        elif "es:" in text:
            yield from ((shown, value) for value in VALUE.findall(text))
    po = ROOT / "src/alongside/locale/es/LC_MESSAGES/django.po"
    for block in po.read_text(encoding="utf-8").split("\n\n"):
        said = block.partition("\nmsgstr")[2]
        yield "django.po", "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', said))


def test_spanish_says_usted_to_whoever_reads() -> None:
    texts = list(spanish())
    assert len(texts) > 5000, "the texts were not found"
    familiar = [
        f"{where}: {text.strip()[:100]}"
        for where, text in texts
        if FAMILIAR.search(QUOTED.sub("", text))
    ]
    assert familiar == []
