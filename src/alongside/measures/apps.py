"""The room of measures."""

from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "alongside.measures"
    label = "measures"

    def ready(self) -> None:
        from alongside.measures import permissions

        permissions.register()
