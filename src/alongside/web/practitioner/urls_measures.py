"""Addresses of questions, progress and the time line of a case."""

from django.urls import path

from alongside.web.practitioner import (
    kept_back,
    measures,
    measures_answers,
    measures_device,
    measures_enter,
    measures_paper,
    measures_right,
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
    path(f"{ONE}/device/", measures_device.hand, name="measure-device"),
    path(f"{ONE}/device/code/", measures_device.code, name="measure-device-code"),
    path(f"{ONE}/paper/", measures_paper.sheet, name="measure-paper"),
    path(f"{ONE}/type/", measures_paper.type_in, name="measure-type"),
    path(f"{ONE}/type/forget/", measures_paper.forget, name="measure-type-forget"),
    path("paper/", measures_paper.pile, name="paper-pile"),
    path(ANSWERS, measures_answers.response, name="measure-response"),
    path(f"{ANSWERS}right/", measures_right.right, name="measure-right"),
    path(f"{ANSWERS}show/", kept_back.show, name="measure-show"),
    path("cases/<uuid:pk>/progress/", progress.progress, name="case-progress"),
    path("cases/<uuid:pk>/progress/picture/", progress.picture, name="progress-picture"),
    path("cases/<uuid:pk>/progress/<uuid:answers>/", progress.score, name="case-score"),
    path("cases/<uuid:pk>/timeline/", timeline.timeline, name="case-timeline"),
]
