"""Addresses of process notes."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import own_notes

urlpatterns: list[Any] = [
    path("cases/<uuid:pk>/own-notes/", own_notes.listing, name="case-own-notes"),
    path("cases/<uuid:pk>/own-notes/new/", own_notes.write, name="own-note-new"),
    path("own-notes/<uuid:pk>/", own_notes.change, name="own-note"),
]
