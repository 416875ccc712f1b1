"""The ground room."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "alongside.records"
    label = "records"
