"""Address of the supervisor's answer to a trainee's note."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import countersign

urlpatterns: list[Any] = [
    path("notes/before/<uuid:pk>/", countersign.answer, name="note-countersign"),
]
