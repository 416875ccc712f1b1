"""Templates: each compiles, none carries style or script, each part says what it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.harness.house import PACKAGE, shown

TEMPLATES = sorted(PACKAGE.rglob("templates/**/*.html"))
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
