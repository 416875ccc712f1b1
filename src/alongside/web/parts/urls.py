"""The addresses of the page of all parts."""

from django.urls import path

from alongside.web.parts import views

app_name = "parts"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("<slug:slug>/", views.page, name="page"),
]
