"""Addresses of asking on time."""

from django.urls import path

from alongside.web.practitioner import asking

CASE = "cases/<uuid:pk>/schedule"

urlpatterns = [
    path(f"{CASE}/", asking.overview, name="case-schedule"),
    path(f"{CASE}/round/", asking.ask_round, name="schedule-round"),
    path(f"{CASE}/<uuid:course>/ask/", asking.ask, name="schedule-ask"),
    path(f"{CASE}/<uuid:course>/<uuid:person>/", asking.change, name="schedule-change"),
    path("asked/", asking.mine, name="asked"),
]
