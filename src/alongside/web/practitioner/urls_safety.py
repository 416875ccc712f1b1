"""Addresses of the safety plan of a case."""

from django.urls import path

from alongside.web.practitioner import essentials, safety

urlpatterns = [
    path("cases/<uuid:pk>/safety/", safety.plan, name="case-safety"),
    path("cases/<uuid:pk>/safety/write/", safety.write, name="safety-write"),
    path("cases/<uuid:pk>/safety/help/", essentials.write, name="safety-essentials"),
    path("cases/<uuid:pk>/safety/looked/", safety.looked, name="safety-looked"),
    path("cases/<uuid:pk>/safety/<int:number>/", safety.version, name="safety-version"),
    path("cases/<uuid:pk>/safety/means/", safety.agree_means, name="safety-means"),
    path("cases/<uuid:pk>/safety/means/<uuid:means>/", safety.means_done, name="safety-means-done"),
]
