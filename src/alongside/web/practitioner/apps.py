"""The practitioner door."""

from django.apps import AppConfig


class PractitionerConfig(AppConfig):
    name = "alongside.web.practitioner"
    label = "web_practitioner"
