"""The harness: which database, whose server, whose browser. See CONTRIBUTING.md, "Tests".

ALONGSIDE_TEST_DB=sqlite|postgresql     the database of this run; `make test` runs both
python -m pytest -p no:django …         rules and content alone, before the rooms can start
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from tests.harness import environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from tests.fakes.mailbox import Mailbox
    from tests.harness.served import Served, Template

WITH_A_BROWSER = ("browser", "flows")  # as scripts/test names them
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
_cluster = pytest.StashKey[Any]()

# How long a machine takes, with other work beside the tests, says nothing about the software.
settings.register_profile("ours", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ours")


# -- the run ------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    if not config.pluginmanager.hasplugin("django"):
        return
    if not environment.is_owner() or environment.database() != "postgresql":
        return
    if config.option.collectonly:
        return
    from tests.harness.cluster import Cluster, NoPostgreSQL

    cluster = Cluster(environment.cluster_port())
    config.stash[_cluster] = cluster
    try:
        cluster.start()
    except NoPostgreSQL as missing:
        raise pytest.UsageError(str(missing)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    cluster = config.stash.get(_cluster, None)
    if cluster is not None:
        cluster.stop()
    environment.clear()


def pytest_report_header() -> str:
    return f"database: {environment.database()}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name the instruments whose worked examples held, with how many each folder has."""
    held = sorted(
        str(said)
        for report in terminalreporter.stats.get("passed", ())
        for name, said in report.user_properties
        if name == environment.WORKED_EXAMPLES
    )
    if held:
        terminalreporter.section("worked examples that hold, by instrument")
        terminalreporter.write_line(", ".join(held))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to the other database; the other run of `make test` has it."""
    other = "sqlite" if environment.database() == "postgresql" else "postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker(other)]
    for item in items:
        if item.get_closest_marker("browser") and item.path.parent.name not in WITH_A_BROWSER:
            raise pytest.UsageError(
                f"{item.nodeid} drives a browser; `make test` looks for such tests only in "
                f"{' and '.join(f'tests/{name}' for name in WITH_A_BROWSER)}. Move it there."
            )
    _after_what_stands(items)


def _after_what_stands(items: list[pytest.Item]) -> None:
    """Within each file: first what needs nothing, then what needs the house, its case, a course.

    So what stands (tests/factories/stage.py) is put up once for a file and not for each test that
    follows one with less.
    """
    from tests.factories.stage import wanted

    place = {path: n for n, path in enumerate(dict.fromkeys(item.path for item in items))}
    items.sort(key=lambda item: (place[item.path], wanted(item)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, pytest.TestReport]:
    """Show with a failed test what the servers it used have said, and what its pages show."""
    report: pytest.TestReport = yield
    if report.failed and call.when == "call" and "page_for" in getattr(item, "fixturenames", ()):
        from tests.harness.browser import opened, what_it_shows

        report.sections += [(f"page at {page.url}", what_it_shows(page)) for page in opened]
    if report.failed and {"serve", "served"} & set(getattr(item, "fixturenames", ())):
        from tests.harness.served import running

        for server in running:
            report.sections.append((f"alongside serve at {server.url}", server.log()[-6000:]))
    return report


def pytest_runtest_teardown() -> None:
    """The language of a page that a test opened is not that of the next test."""
    if languages := sys.modules.get("django.utils.translation.trans_real"):
        languages.deactivate()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> None:
    """Before a test's own transaction begins: the cast it asks for stands, and nothing else."""
    if fixturedef.argname == "_django_db_helper":
        request.getfixturevalue("cast_is_taken_down")
        from tests.factories.stage import stage

        with request.getfixturevalue("django_db_blocker").unblock():
            stage.prepare(request.node)


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """The database of the tests is there before Django looks for it, and goes with the folder."""
    return True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """A copy of a migrated database, under the name this process of the run uses."""
    from django.conf import settings

    from tests.harness import migrated

    migrated.copy_database(settings.DATABASES["default"]["TEST"]["NAME"])


@pytest.fixture(scope="session")
def cast_is_taken_down(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """At the end of a run nothing of tests/factories/stage.py is left open."""
    yield
    from tests.factories.stage import stage

    with django_db_blocker.unblock():
        stage.clear()


@pytest.fixture(scope="session", autouse=True)
def nothing_leaves_this_machine() -> Iterator[None]:
    """Refuse every connection to another machine: the software calls nobody, nor do its tests."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise PermissionError(f"A test tried to connect to {address[0]}.")
        real(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    yield
    patch.undo()


# -- the moment ---------------------------------------------------------------------------------


@pytest.fixture
def noon() -> datetime:
    """The fixed moment of most tests: Monday 2 March 2026, 12:00 UTC."""
    return NOON


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """``at(moment)`` sets the one clock for the rest of the test; call it again to move on."""
    from alongside.records import clock

    with ExitStack() as stack:
        yield lambda moment: stack.enter_context(clock.installed(lambda: moment))


# -- mail ---------------------------------------------------------------------------------------


@pytest.fixture
def mailbox(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    """A real SMTP server that keeps what it took; see tests/fakes/mailbox.py."""
    from tests.fakes.mailbox import Mailbox

    box = Mailbox()
    box.open()
    if request.config.pluginmanager.hasplugin("django"):
        request.getfixturevalue("settings").SMTP_URL = box.url
    yield box
    box.close()


# -- our server, and a browser ------------------------------------------------------------------


@pytest.fixture(scope="session")
def served_template() -> Template:
    from tests.harness.served import Template

    return Template()


@pytest.fixture
def serve(served_template: Template) -> Iterator[Callable[..., Served]]:
    """``serve(workers=1, ALONGSIDE_SMTP_URL=…)`` starts a server for this test alone.

    ``by_a_person=True`` starts it from nothing, as `tests.harness.served.Served` says.
    """
    from tests.harness.served import Served

    with ExitStack() as stack:

        def start(*, workers: int = 1, by_a_person: bool = False, **variables: str) -> Served:
            server = Served(served_template, workers=workers, by_a_person=by_a_person, **variables)
            stack.callback(server.remove)
            server.start()
            return server

        yield start


@pytest.fixture(scope="module")
def served(served_template: Template) -> Iterator[Served]:
    """A server that the tests of one module share, on a database of its own."""
    from tests.harness.served import Served

    server = Served(served_template)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Its driver keeps an event loop in this thread, hence the variable."""
    from tests.harness.browser import chromium

    with chromium() as running:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        yield running


@pytest.fixture
def page_for(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Callable[..., Page]]:
    """``page_for(width=1280, dark=False, javascript=True)`` opens a page in a clean browser.

    ``page.goto("/")`` goes to the ``served`` server, or to ``base_url``. ``signed_in`` takes what
    ``served.session_of(email)`` returns. At the end the test fails when a page had a script
    error, broke its content policy, or asked another machine for something.
    """
    from tests.harness.browser import opened, watch

    problems: list[str] = []
    with ExitStack() as stack:

        def open_page(
            width: int = 1280,
            *,
            dark: bool = False,
            javascript: bool = True,
            base_url: str | None = None,
            signed_in: dict[str, str] | None = None,
            language: str = "en-GB",
            **more: Any,
        ) -> Page:
            context = browser.new_context(
                base_url=base_url or request.getfixturevalue("served").url,
                viewport={"width": width, "height": 844 if width < 600 else 900},
                color_scheme="dark" if dark else "light",
                java_script_enabled=javascript,
                locale=language,
                reduced_motion="reduce",
                **more,
            )
            stack.callback(context.close)
            if signed_in:
                context.add_cookies([signed_in])
            page = context.new_page()
            page.set_default_timeout(10_000)
            opened.append(page)
            stack.callback(opened.remove, page)
            watch(page, problems)
            return page

        yield open_page
    if problems:
        pytest.fail("\n".join(problems))


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """``axe(page)`` fails with a readable list when the page has accessibility problems."""
    from tests.harness.browser import check_accessibility

    return check_accessibility
