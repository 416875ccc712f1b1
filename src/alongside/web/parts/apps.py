"""The Django app of the parts."""

from django.apps import AppConfig


class PartsConfig(AppConfig):
    name = "alongside.web.parts"
    label = "parts"
