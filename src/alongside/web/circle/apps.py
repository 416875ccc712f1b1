"""The circle door."""

from django.apps import AppConfig


class CircleConfig(AppConfig):
    name = "alongside.web.circle"
    label = "web_circle"
