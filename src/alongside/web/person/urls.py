"""Addresses of this door."""

from typing import Any

app_name = "person"
urlpatterns: list[Any] = []
