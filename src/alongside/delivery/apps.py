"""The room of sessions."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "alongside.delivery"
    label = "delivery"

    def ready(self) -> None:
        from alongside.delivery import on_time, permissions
        from alongside.records.registry import guards

        permissions.register()
        guards.register(on_time.MESSAGE, on_time.letter_is_right)
