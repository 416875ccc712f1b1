"""The room of danger."""

from django.apps import AppConfig


class CrisisConfig(AppConfig):
    name = "alongside.crisis"
    label = "crisis"
