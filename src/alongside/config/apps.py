"""The start-up checks that need every room."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "alongside.config"
    label = "config"

    def ready(self) -> None:
        from alongside.config import startup

        startup.register()
