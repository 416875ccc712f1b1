"""Addresses of the early warning: the review, and how well the rule works."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import tracking

urlpatterns: list[Any] = [
    path("cases/<uuid:pk>/review/<uuid:course>/", tracking.review, name="track-review"),
    path("cases/<uuid:pk>/review/<uuid:course>/save/", tracking.record, name="track-record"),
    path("tracking/", tracking.rule, name="track-rule"),
]
