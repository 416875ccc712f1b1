"""Addresses of sessions, notes and homework."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import homework, papers, session, told

urlpatterns: list[Any] = [
    path("cases/<uuid:pk>/sessions/", session.listing, name="case-sessions"),
    path("cases/<uuid:pk>/sessions/give-back/", session.give_back, name="case-give-back"),
    path("bookings/<uuid:pk>/tell/", told.tell_booking, name="booking-tell"),
    path("courses/<uuid:pk>/tell/", told.tell_course, name="course-tell"),
    path("sessions/<uuid:pk>/", session.session, name="session"),
    path("sessions/<uuid:pk>/note/", session.save_note, name="note-save"),
    path("sessions/<uuid:pk>/note/print/", papers.note, name="note-print"),
    path("sessions/<uuid:pk>/note/file/", papers.note_file, name="note-file"),
    path("sessions/<uuid:pk>/homework/print/", papers.to_try, name="homework-print"),
    path("sessions/<uuid:pk>/note/add/", session.add_to_note, name="note-add"),
    path("notes/<uuid:pk>/autosave/", session.autosave_note, name="note-autosave"),
    path("sessions/<uuid:pk>/homework/", homework.set_homework, name="homework-set"),
    path("homework/<uuid:pk>/tell/", homework.tell_homework, name="homework-tell"),
    path("homework/<uuid:pk>/review/", homework.review_homework, name="homework-review"),
]
