"""What every action is: one change, in one transaction, by somebody, at a moment."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from alongside.records.scoped import writing

P = ParamSpec("P")
R = TypeVar("R")


def action(function: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction, with rows writable. Arguments are keywords; ``by`` and ``at`` stand.

    An action that another action calls joins its transaction: all or nothing.
    """
    parameters = inspect.signature(function).parameters
    for name in ("by", "at"):
        if name not in parameters:
            raise TypeError(f"{function.__qualname__} is an action and needs {name}=")
    positional = [p for p in parameters.values() if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    if positional:
        raise TypeError(f"{function.__qualname__} takes keywords only")

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic(), writing():
            return function(*args, **kwargs)

    run.is_action = True  # type: ignore[attr-defined]
    return run


def joined(act: Callable[P, R]) -> Callable[P, R]:
    """The action as a part of the one that calls it, without a savepoint of its own.

    For a caller that catches nothing of it: what it wrote before it refused would stand.
    """

    @functools.wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not transaction.get_connection().in_atomic_block:
            raise RuntimeError(f"{act.__qualname__} can only join an action that runs")
        return inspect.unwrap(act)(*args, **kwargs)

    return run


__all__ = ["action", "joined"]


def actions_of(module: Any) -> dict[str, Callable[..., Any]]:
    """The actions a module defines, by name: for tests that check them all."""
    return {
        name: value
        for name, value in vars(module).items()
        if getattr(value, "is_action", False) and value.__module__ == module.__name__
    }
