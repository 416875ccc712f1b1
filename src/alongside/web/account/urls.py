"""Addresses of one's own account, besides those of the library."""

from typing import Any

app_name = "own"
urlpatterns: list[Any] = []
