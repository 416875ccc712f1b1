"""The room of bookings."""

from django.apps import AppConfig
from django.core.checks import Tags
from django.core.checks import register as register_check


class CalendarConfig(AppConfig):
    name = "alongside.calendar"
    label = "calendar"

    def ready(self) -> None:
        from alongside.calendar import checks, permissions

        permissions.register()
        register_check(checks.overlap_is_walled, Tags.database)
