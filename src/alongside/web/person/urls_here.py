"""Addresses of a device that is handed to one person: none of them says whose form it is."""

from django.urls import path

from alongside.web.person import here

app_name = "here"
urlpatterns = [
    path("", here.start, name="start"),
    path("form/", here.form_start, name="form-start"),
    path("<int:number>/", here.question, name="form-question"),
    path("check/", here.check, name="form-check"),
    path("help/", here.help_now, name="form-help"),
    path("thanks/", here.thanks, name="form-thanks"),
    path("decline/", here.decline, name="form-decline"),
    path("done/", here.done, name="done"),
    path("code/", here.code, name="code"),
]
