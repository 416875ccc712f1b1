"""Addresses of times."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import calendar

urlpatterns: list[Any] = [
    path("calendar/", calendar.week, name="calendar"),
    path("cases/<uuid:pk>/book/", calendar.book, name="booking-new"),
    path("bookings/<uuid:pk>/move/", calendar.move, name="booking-move"),
    path("bookings/<uuid:pk>/cancel/", calendar.cancel, name="booking-cancel"),
]
