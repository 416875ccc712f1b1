"""Addresses of times."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import booking, calendar

urlpatterns: list[Any] = [
    path("calendar/", calendar.week, name="calendar"),
    path("cases/<uuid:pk>/book/", booking.book, name="booking-new"),
    path("bookings/<uuid:pk>/", booking.booking, name="booking"),
    path("bookings/<uuid:pk>/move/", booking.move, name="booking-move"),
    path("bookings/<uuid:pk>/cancel/", booking.cancel, name="booking-cancel"),
]
