"""Addresses of questions, progress and the time line of a case."""

from django.urls import path

from alongside.web.practitioner import (
    measures,
    measures_answers,
    measures_enter,
    progress,
    timeline,
)

ONE = "cases/<uuid:pk>/questions/<uuid:asking>"
ANSWERS = "cases/<uuid:pk>/answers/<uuid:answers>/"

urlpatterns = [
    path("cases/<uuid:pk>/questions/", measures.listing, name="case-measures"),
    path("cases/<uuid:pk>/questions/ask/", measures.ask, name="measure-ask"),
    path(f"{ONE}/send/", measures.send, name="measure-send"),
    path(f"{ONE}/link/", measures.link, name="measure-link"),
    path(f"{ONE}/enter/", measures_enter.enter, name="measure-enter"),
    path(ANSWERS, measures_answers.response, name="measure-response"),
    path("cases/<uuid:pk>/progress/", progress.progress, name="case-progress"),
    path("cases/<uuid:pk>/progress/picture/", progress.picture, name="progress-picture"),
    path("cases/<uuid:pk>/progress/<uuid:answers>/", progress.score, name="case-score"),
    path("cases/<uuid:pk>/timeline/", timeline.timeline, name="case-timeline"),
]
