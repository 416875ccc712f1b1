"""The harness keeps its word: browser, axe and the served databases are real ones."""

from __future__ import annotations

import pytest

from tests.harness.served import Served

pytestmark = pytest.mark.browser

PAGE = "<!doctype html><html lang=en><title>T</title><main><h1>T</h1>{}</main></html>"


@pytest.mark.sqlite
def test_axe_names_the_rule_and_the_place(page_for, axe):
    page = page_for(base_url="http://127.0.0.1")
    page.set_content(PAGE.format("<label>Name <input></label>"))
    axe(page)
    page.set_content(PAGE.format("<input id=nameless>"))
    with pytest.raises(AssertionError, match=r"- label .critical.(.|\n)*#nameless"):
        axe(page)
    axe(page, without=["label"])


@pytest.mark.sqlite
def test_browser_shows_pages_wide_narrow_dark_and_without_script(page_for):
    script = "<script>document.querySelector('h1').textContent = 'script'</script>"
    dark_only = "<style>p {display: none} @media (prefers-color-scheme: dark) {p {display: block}}"

    def seen(**how) -> tuple[str | None, bool, int]:
        page = page_for(base_url="http://127.0.0.1", **how)
        page.set_content(PAGE.format(f"{dark_only}</style><p>dark</p>{script}"))
        return page.text_content("h1"), page.is_visible("p"), page.viewport_size["width"]

    assert seen() == ("script", False, 1280)
    assert seen(width=390, dark=True) == ("script", True, 390)
    assert seen(javascript=False) == ("T", False, 1280)


def parameters_of(**given) -> dict:
    """Called inside a served database, to show what arrives and where."""
    from django.conf import settings

    return {**given, "database": str(settings.DATABASES["default"]["NAME"])}


def test_served_databases_are_copies_of_one_and_know_nothing_of_each_other(served_template):
    first, second = Served(served_template), Served(served_template)
    try:
        answer = first.call(parameters_of, number=1)
        assert answer["number"] == 1
        assert first.name in answer["database"]
        assert second.name in second.call(parameters_of)["database"]
        assert "[X] 0001_initial" in first.manage("showmigrations", "records")
    finally:
        first.remove()
        second.remove()


def test_served_pages_open_in_the_browser_and_the_server_survives_a_kill(serve, page_for):
    server = serve()
    page = page_for(base_url=server.url)
    assert page.goto("/").status == 200
    server.kill()
    assert not server.answers()
    server.start()
    assert page.goto("/").status == 200
    assert server.stop() == 0
