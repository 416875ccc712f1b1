"""Addresses of this door."""

from typing import Any

app_name = "office"
urlpatterns: list[Any] = []
