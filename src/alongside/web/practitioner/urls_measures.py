"""Addresses of questions, progress and the time line of a case."""

from django.urls import path

from alongside.web.practitioner import measures, progress, timeline

urlpatterns = [
    path("cases/<uuid:pk>/questions/", measures.listing, name="case-measures"),
    path("cases/<uuid:pk>/questions/ask/", measures.ask, name="measure-ask"),
    path("cases/<uuid:pk>/questions/<uuid:asking>/send/", measures.send, name="measure-send"),
    path("cases/<uuid:pk>/questions/<uuid:asking>/link/", measures.link, name="measure-link"),
    path("cases/<uuid:pk>/questions/<uuid:asking>/enter/", measures.enter, name="measure-enter"),
    path("cases/<uuid:pk>/answers/<uuid:answers>/", measures.response, name="measure-response"),
    path("cases/<uuid:pk>/progress/", progress.progress, name="case-progress"),
    path("cases/<uuid:pk>/progress/picture/", progress.picture, name="progress-picture"),
    path("cases/<uuid:pk>/progress/<uuid:answers>/", progress.score, name="case-score"),
    path("cases/<uuid:pk>/timeline/", timeline.timeline, name="case-timeline"),
]
