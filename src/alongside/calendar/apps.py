"""The room of bookings."""

from django.apps import AppConfig


class CalendarConfig(AppConfig):
    name = "alongside.calendar"
    label = "calendar"

    def ready(self) -> None:
        from alongside.calendar import permissions

        permissions.register()
