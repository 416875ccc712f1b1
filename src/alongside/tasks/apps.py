"""The room of tasks."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "alongside.tasks"
    label = "tasks"

    def ready(self) -> None:
        from alongside.tasks import permissions

        permissions.register()
