"""The room of planned meetings."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    name = "alongside.meetings"
    label = "meetings"

    def ready(self) -> None:
        from alongside.meetings import actions, permissions
        from alongside.records.registry import holds

        permissions.register()
        holds.register("calendar.move", actions.gates_are_open)
