"""The room of planned meetings."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "alongside.meetings"
    label = "meetings"

    def ready(self) -> None:
        from alongside.meetings import permissions

        permissions.register()
