"""Start-up checks that need every room at hand. An error here stops the server."""

from __future__ import annotations

from django.core.checks import Tags, register as register_check


def register() -> None:
    """Hook the checks in. Each is a plain function of the rooms it looks at."""
    from alongside.config import routes

    register_check(routes.every_route_is_declared, Tags.urls)
