#!/usr/bin/env python
"""Show the documents as pages: one HTML file beside the others in ``var/docs``, made from Markdown.

Prints the address of the first page, and opens it where a browser can be opened.
"""

from __future__ import annotations

import html
import re
import shutil
import webbrowser
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "var" / "docs"
FIRST = ["README", "CONTRIBUTING", "GLOSSARY", "CHANGELOG", "SECURITY"]
STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1.05rem/1.6 system-ui;"
    "color-scheme:light dark}pre{overflow:auto;padding:1rem;border:1px solid #8885}"
    "td,th{text-align:start;vertical-align:top;padding:.3rem .6rem;border-top:1px solid #8885}"
)


def pages() -> list[Path]:
    """The documents, those at the top first."""
    top = [ROOT / f"{name}.md" for name in FIRST]
    rooms = sorted((ROOT / "src" / "alongside").glob("*/README.md"))
    return [
        path for path in [*top, *sorted((ROOT / "docs").rglob("*.md")), *rooms] if path.exists()
    ]


def page_of(path: Path) -> Path:
    return OUT / path.relative_to(ROOT).with_suffix(".html")


def main() -> None:
    shutil.rmtree(OUT, ignore_errors=True)
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    found = pages()
    for path in found:
        text = path.read_text(encoding="utf-8")
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), path.stem)
        here = page_of(path)
        up = "../" * len(here.relative_to(OUT).parts[:-1])
        links = "".join(
            f'<li><a href="{up}{page_of(other).relative_to(OUT)}">'
            f"{html.escape(str(other.relative_to(ROOT)))}</a></li>"
            for other in found
        )
        body = re.sub(r'href="([^":]+)\.md', r'href="\1.html', markdown.render(text))
        here.parent.mkdir(parents=True, exist_ok=True)
        here.write_text(
            f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{html.escape(title)}'
            f'</title><meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
            f"<main>{body}</main><nav><h2>All documents</h2><ul>{links}</ul></nav></html>",
            encoding="utf-8",
        )
    address = page_of(found[0]).as_uri()
    print(f"{len(found)} documents: {address}")
    webbrowser.open(address)


if __name__ == "__main__":
    main()
