"""Where the demonstration lives: its tables and its files, made ready in seconds.

A database that exists is migrated as any other. A new one is made as the models are now and every
migration is noted as done; `tests/cli/test_demo.py` compares it with a migrated one.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

import alongside

STAMP = ".collected"  # in a folder of collected files; `scripts/bootstrap` writes it too


def make_ready() -> None:
    """Tables and static files, as the code has them now."""
    if "django_migrations" not in connection.introspection.table_names():
        _make_tables()
    call_command("migrate", verbosity=0, interactive=False)
    _collect()


def _make_tables() -> None:
    before = settings.MIGRATION_MODULES
    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    try:
        call_command("migrate", run_syncdb=True, verbosity=0, interactive=False)
    finally:
        settings.MIGRATION_MODULES = before
    call_command("migrate", fake=True, verbosity=0, interactive=False)


def _collect() -> None:
    """Static files: those that set-up collected, when nothing is newer than they are."""
    here, made = Path(settings.STATIC_ROOT), settings.VAR.parent / "static"
    newest = max(each.stat().st_mtime for each in _sources())
    if _is_since(here, newest):
        return
    if _is_since(made, newest):
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(made, here)
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    (here / STAMP).touch()


def _sources() -> list[Path]:
    home = Path(alongside.__file__).parent
    return [each for each in home.glob("**/static/**/*") if each.is_file()]


def _is_since(collected: Path, moment: float) -> bool:
    stamp = collected / STAMP
    return stamp.exists() and stamp.stat().st_mtime >= moment
