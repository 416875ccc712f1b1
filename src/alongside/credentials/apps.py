"""The room of credentials."""

from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "alongside.credentials"
    label = "credentials"
