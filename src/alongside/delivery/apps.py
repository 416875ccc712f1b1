"""The room of sessions."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "alongside.delivery"
    label = "delivery"

    def ready(self) -> None:
        from alongside.delivery import permissions

        permissions.register()
