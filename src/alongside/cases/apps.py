"""The room of cases."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "alongside.cases"
    label = "cases"

    def ready(self) -> None:
        from alongside.cases import invitations, permissions

        permissions.register()
        invitations.register()
