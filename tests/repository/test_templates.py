"""Templates: each compiles, none carries style or script, each part says what it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.harness.house import PACKAGE, shown
from tests.harness.pseudo import outside

TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
OFFERED = re.compile(r"{% (blocktranslate|comment)\b.*?{% end\1 %}", re.DOTALL)
NO_WORDS = re.compile(
    r"{% block (?:door|home|width) %}.*?{% endblock.*?%}", re.DOTALL
)  # of a class
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
ASKED = re.compile(r"{% (?:translate|load|extends)\b")
NAMES = {"Alongside", "findahelpline", "com"}
PARTS = [path for path in TEMPLATES if path.parent == PACKAGE / "web/parts/templates/parts"]


def name_of(path: Path) -> str:
    return shown(path).rsplit("/templates/", 1)[1]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_compiles_and_its_includes_exist(path):
    from django.template import engines
    from django.template.base import Template
    from django.template.loader import get_template
    from django.template.loader_tags import ExtendsNode, IncludeNode

    engines["django"]
    template: Template = get_template(name_of(path)).template
    assert template.origin.name == str(path)
    for node in template.nodelist.get_nodes_by_type((ExtendsNode, IncludeNode)):
        expression = node.parent_name if isinstance(node, ExtendsNode) else node.template
        if isinstance(expression.var, str):
            get_template(expression.var)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_carries_no_style_and_no_script(path):
    text = re.sub(r"{% comment.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"<[^>]*\sstyle=", text)
    assert not re.search(r"<style\b", text)
    # A block of JSON is data: it is read by a script of ours, never run.
    assert not re.search(r'<script(?![^>]*(?:\ssrc=|\stype="application/json"))[^>]*>', text)
    assert not re.search(r"<[^>]*\son[a-z]+=", text)
    assert not re.search(r'href="javascript:', text)


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_template_takes_addresses_from_the_routes(path):
    # /leave/ is written out, so that it is there on pages that must load when little else works.
    assert not re.search(r'(href|action|hx-get|hx-post)="/(?!leave/")[a-z]', path.read_text())


def said_untranslated(text: str) -> set[str]:
    """Words of a template that gettext is never asked for: between its tags, or given in one."""
    rest = NO_WORDS.sub("", OFFERED.sub(" ", text))
    given = {
        words
        for tag in TAG.findall(rest)
        if not ASKED.match(tag)
        for words in re.findall(r'(?<!_\()"([^"]*)"', tag)
        if re.search(r"[A-Z][a-z]|[a-z]+ [a-z]+", words)
    }
    return given | outside(TAG.sub(" ", rest)) - NAMES


def test_no_template_says_what_no_translator_was_asked_for():
    """Pages that no walk reaches, too. The samples of parts are shown to no reader."""
    half = '<p title="{% translate "Yes" %}">{{ a|default:_("No way") }} Go on</p>'
    assert said_untranslated(half) == {"Go on"}
    assert said_untranslated('{% include "parts/note.html" with text="Go on" only %}') == {"Go on"}
    found = {
        name_of(path): said_untranslated(path.read_text(encoding="utf-8"))
        for path in TEMPLATES
        if not path.name.startswith("gallery")
    }
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("path", PARTS, ids=name_of)
def test_part_begins_by_saying_what_it_takes(path):
    header = re.match(
        r"(?:{% (?:extends|load) [^%]+ %}\s*)*"
        r'{% comment "text/markdown" %}\n(.+?){% endcomment %}',
        path.read_text(),
        re.DOTALL,
    )
    assert header, "the header comment is missing"
    takes = r"^- `|[Nn]o variables|[Bb]locks"
    assert re.search(takes, header[1], re.MULTILINE), "no variable is named"
