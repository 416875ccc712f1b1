"""Addresses of the sides of a circle."""

from django.urls import path

from alongside.web.practitioner import sides

urlpatterns = [
    path("cases/<uuid:pk>/circle/sides/<uuid:person>/", sides.side, name="circle-side"),
]
