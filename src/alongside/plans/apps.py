"""The room of plans."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "alongside.plans"
    label = "plans"

    def ready(self) -> None:
        from alongside.plans import permissions

        permissions.register()
