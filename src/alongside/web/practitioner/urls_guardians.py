"""Addresses of guardians."""

from django.urls import path

from alongside.web.practitioner import guardians

urlpatterns = [
    path("cases/<uuid:pk>/circle/<uuid:member>/guardian/", guardians.name, name="guardian"),
    path("cases/<uuid:pk>/circle/<uuid:member>/guardian/end/", guardians.end, name="guardian-end"),
]
