"""Every route says who may open it: ``@access("concern_intake", "R")`` over its view.

The middleware asks for the word; a start-up check refuses a route without one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from alongside.engine.access import LETTERS, UnknownLetter

View = TypeVar("View", bound=Callable[..., Any])
Kind = Literal["record", "public", "own_account", "link", "here", "closed"]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open one route.

    ``record``: a reader whose roles could have such a record; ``public``: anybody, and nothing of
    a person is shown; ``own_account``: whoever is signed in; ``link``: who holds a private link of
    this purpose; ``here``: a device that is handed to one person, for whom it opens one form;
    ``closed``: a library's route that we do not offer.
    """

    kind: Kind
    record_type: str = ""
    action: str = ""
    purpose: str = ""


class _Declare:
    """The decorator. Below any decorator that Django's own checks need to see first."""

    def __call__(self, record_type: str, action: str) -> Callable[[View], View]:
        """The view shows or changes records of this row of the matrix, by this letter."""
        if action not in LETTERS or len(action) != 1:
            raise UnknownLetter(action)
        return _mark(Access("record", record_type, action))

    def public(self, view: View) -> View:
        """Anybody may open it."""
        return _mark(Access("public"))(view)

    def own_account(self, view: View) -> View:
        """Whoever is signed in may open it, and sees their own account only."""
        return _mark(Access("own_account"))(view)

    def here(self, view: View) -> View:
        """A device in one-person mode opens its one form; anybody else is led away by the view."""
        return _mark(Access("here"))(view)

    def link(self, purpose: str) -> Callable[[View], View]:
        """Whoever holds a link of this purpose. The view takes ``token`` from the address."""
        return _mark(Access("link", purpose=purpose))


def _mark(rule: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = rule  # type: ignore[attr-defined]
        return view

    return mark


access = _Declare()
_library: dict[str, Access] = {}


def declare_library(routes: Mapping[str, Kind]) -> None:
    """Say who may open the routes of libraries, by route name. Called once at start-up."""
    _library.update({name: Access(kind) for name, kind in routes.items()})


def access_of(view: Callable[..., Any], name: str) -> Access | None:
    """The word of one route: on its view, else in the list of library routes."""
    rule: Access | None = getattr(view, "access", None)
    return rule or _library.get(name)
