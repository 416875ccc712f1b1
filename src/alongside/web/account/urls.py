"""Addresses of one's own account, besides those of the library."""

from django.urls import path

from alongside.web.account import views

app_name = "own"
urlpatterns = [
    path("", views.index, name="index"),
    path("kept/", views.kept_forms, name="kept"),
    path("kept/<uuid:pk>/forget/", views.forget_kept, name="forget-kept"),
]
