"""Addresses of private links: ``/l/<43 url-safe characters>``. The secret is in no log."""

from django.urls import path

from alongside.web.person import answer

app_name = "answer"
urlpatterns = [
    path("<str:token>", answer.open_link, name="open"),
    path("<str:token>/", answer.open_link, name="open-with-slash"),
    path("<str:token>/start/", answer.start, name="form-start"),
    path("<str:token>/<int:number>/", answer.question, name="form-question"),
    path("<str:token>/check/", answer.check, name="form-check"),
    path("<str:token>/help/", answer.help_now, name="form-help"),
    path("<str:token>/thanks/", answer.thanks, name="form-thanks"),
    path("<str:token>/later/", answer.not_now, name="form-later"),
    path("<str:token>/decline/", answer.decline, name="form-decline"),
]
