"""The person door."""

from django.apps import AppConfig


class PersonConfig(AppConfig):
    name = "alongside.web.person"
    label = "web_person"
