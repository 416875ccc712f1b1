"""The room of danger."""

from django.apps import AppConfig


class CrisisConfig(AppConfig):
    name = "alongside.crisis"
    label = "crisis"

    def ready(self) -> None:
        from alongside.crisis import (
            leads,
            permissions,
            private_check,
            public,
            safeguarding,
            second_look,
            telling,
        )
        from alongside.records.registry import guards, holds

        permissions.register()
        guards.register(telling.STEP_MESSAGE, telling.step_is_right)
        guards.register(telling.SHIFT_MESSAGE, telling.shift_is_right)
        guards.register(telling.NEWS_MESSAGE, telling.news_is_right)
        guards.register(telling.ROTA_MESSAGE, telling.gap_is_right)
        guards.register(second_look.LATE_MESSAGE, second_look.is_right)
        guards.register(leads.REPORT_MESSAGE, leads.is_right)
        guards.register(public.PURPOSE, public.resume_is_right)
        holds.register("calendar.book", safeguarding.a_child_is_asked_about)
        holds.register("calendar.book", private_check.nobody_is_afraid)
        holds.register("cases.close", safeguarding.no_report_waits)
