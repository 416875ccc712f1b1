"""The office door."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "alongside.web.office"
    label = "web_office"

    def ready(self) -> None:
        from alongside.web.office import invitations

        invitations.register()
