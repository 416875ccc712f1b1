"""The room of consent."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "alongside.consent"
    label = "consent"

    def ready(self) -> None:
        from alongside.consent import permissions

        permissions.register()
