"""The room of sessions."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "alongside.delivery"
    label = "delivery"

    def ready(self) -> None:
        from alongside.delivery import known, on_time, own_reach, permissions
        from alongside.plans.known import rooms
        from alongside.records.registry import guards

        permissions.register()
        rooms.register("delivery", known.known)
        guards.register(on_time.MESSAGE, on_time.letter_is_right)
        guards.register(own_reach.MESSAGE, own_reach.news_is_right)
