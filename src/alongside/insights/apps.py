"""The room of what many cases say together."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "alongside.insights"
    label = "insights"
