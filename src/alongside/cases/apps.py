"""The room of cases."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "alongside.cases"
    label = "cases"
