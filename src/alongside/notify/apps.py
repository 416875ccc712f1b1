"""The outbox."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "alongside.notify"
    label = "notify"

    def ready(self) -> None:
        from alongside.notify import permissions

        permissions.register()
