"""Addresses of capacity and best interests."""

from django.urls import path

from alongside.web.practitioner import deciding

urlpatterns = [
    path("cases/<uuid:pk>/consent/capacity/", deciding.capacity, name="consent-capacity"),
    path(
        "cases/<uuid:pk>/consent/capacity/<uuid:capacity>/meeting/",
        deciding.meeting,
        name="best-interests",
    ),
    path(
        "cases/<uuid:pk>/consent/meetings/<uuid:meeting>/end/",
        deciding.end,
        name="best-interests-end",
    ),
]
