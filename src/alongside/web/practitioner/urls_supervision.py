"""Addresses of the supervisor's list."""

from django.urls import path

from alongside.web.practitioner import supervision

urlpatterns = [path("supervision/", supervision.supervision, name="supervision")]
