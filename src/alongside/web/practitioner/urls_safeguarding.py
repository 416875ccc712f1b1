"""Addresses of safeguarding for staff."""

from django.urls import path

from alongside.web.practitioner import safeguarding

urlpatterns = [
    path("safeguarding/", safeguarding.report, name="safeguarding"),
    path("cases/<uuid:pk>/safeguarding/", safeguarding.report_in_case, name="case-safeguarding"),
    path("cases/<uuid:pk>/child/", safeguarding.child_there, name="case-child"),
]
