"""Addresses of this door."""

from typing import Any

app_name = "circle"
urlpatterns: list[Any] = []
