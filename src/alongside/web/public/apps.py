"""The public door."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "alongside.web.public"
    label = "web_public"
