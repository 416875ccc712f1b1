"""The room of credentials."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "alongside.credentials"
    label = "credentials"

    def ready(self) -> None:
        from alongside.credentials import permissions

        permissions.register()
