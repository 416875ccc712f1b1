"""The outbox."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "alongside.notify"
    label = "notify"

    def ready(self) -> None:
        from alongside.notify import channels, permissions
        from alongside.records.registry import guards

        permissions.register()
        guards.register(channels.TEST_MESSAGE, channels.test_is_right)
        guards.register(channels.NEWS_MESSAGE, channels.news_is_right)
