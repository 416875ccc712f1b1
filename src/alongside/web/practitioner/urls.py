"""Addresses of this door."""

from typing import Any

app_name = "practitioner"
urlpatterns: list[Any] = []
