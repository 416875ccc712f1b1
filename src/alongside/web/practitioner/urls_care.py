"""Addresses of care in and after a crisis."""

from django.urls import path

from alongside.web.practitioner import care

urlpatterns = [
    path("crisis/<uuid:pk>/assess/", care.assess, name="alert-assess"),
    path("crisis/<uuid:pk>/hand-over/", care.hand_over, name="alert-hand-over"),
    path("crisis/<uuid:pk>/review/", care.review, name="alert-review"),
    path("crisis/<uuid:pk>/debrief/", care.debrief, name="alert-debrief"),
    path("hand-overs/<uuid:pk>/", care.answer_hand_over, name="hand-over-answer"),
    path("cases/<uuid:pk>/after/", care.after, name="case-after"),
    path("cases/<uuid:pk>/after/<uuid:row>/", care.record, name="follow-up-record"),
]
