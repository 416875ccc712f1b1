"""The room that decides who may."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "alongside.access"
    label = "access"

    def ready(self) -> None:
        from alongside.access import permissions

        permissions.register()
