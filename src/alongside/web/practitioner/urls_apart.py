"""Addresses of keeping apart."""

from django.urls import path

from alongside.web.practitioner import apart

urlpatterns = [
    path("cases/<uuid:pk>/circle/<uuid:member>/apart/", apart.keep_apart, name="circle-apart"),
]
