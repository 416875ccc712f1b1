"""Addresses of letters and reports."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import letters

urlpatterns: list[Any] = [
    path("cases/<uuid:pk>/letters/", letters.listing, name="case-letters"),
    path("cases/<uuid:pk>/letters/begin/", letters.begin, name="letter-begin"),
    path("letters/<uuid:pk>/", letters.letter, name="letter"),
    path("letters/<uuid:pk>/preview/", letters.preview, name="letter-preview"),
    path("letters/<uuid:pk>/file/", letters.pdf, name="letter-file"),
    path("letters/<uuid:pk>/given/", letters.give, name="letter-give"),
    path("letters/<uuid:pk>/again/", letters.again, name="letter-again"),
]
