"""The outbox."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.core.checks import Error


class NotifyConfig(AppConfig):
    name = "alongside.notify"
    label = "notify"

    def ready(self) -> None:
        from django.core.checks import register

        from alongside.notify import canary, channels, permissions, rules
        from alongside.records.registry import guards

        permissions.register()
        register(every_transport_can_be_made)
        guards.register(channels.TEST_MESSAGE, channels.test_is_right)
        guards.register(channels.NEWS_MESSAGE, channels.news_is_right)
        guards.register(rules.CANARY, canary.is_right)


def every_transport_can_be_made(app_configs: Any = None, **kwargs: Any) -> list[Error]:
    """Refuse to start with settings of a mail server or gateway that cannot be used."""
    from alongside.notify import canary, transports

    try:
        transports.configured()
        canary.transports()
    except ValueError as mistake:
        return [Error(str(mistake), id="notify.E001")]
    return []
