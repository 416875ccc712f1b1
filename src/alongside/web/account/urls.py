"""Addresses of one's own account, besides those of the library."""

from django.urls import path

from alongside.web.account import own_calendar, reach, views
from alongside.web.account.own_calendar import SHIFTS, TIMES

app_name = "own"
urlpatterns = [
    path("", views.index, name="index"),
    path("language/", views.language, name="language"),
    path("watched/", views.watched, name="watched"),
    path("kept/", views.kept_forms, name="kept"),
    path("kept/<uuid:pk>/forget/", views.forget_kept, name="forget-kept"),
    path("shifts/", own_calendar.page, {"of": SHIFTS}, name="shifts"),
    path("shifts/end/", own_calendar.end, {"of": SHIFTS}, name="shifts-end"),
    path("times/", own_calendar.page, {"of": TIMES}, name="times"),
    path("times/end/", own_calendar.end, {"of": TIMES}, name="times-end"),
    path("reach/", reach.ways, name="reach"),
    path("reach/add/", reach.add, name="reach-add"),
    path("reach/push/", reach.add_push, name="reach-push"),
    path("reach/<uuid:pk>/test/", reach.test, name="reach-test"),
    path("reach/<uuid:pk>/answer/", reach.answer, name="reach-answer"),
    path("reach/<uuid:pk>/remove/", reach.remove, name="reach-remove"),
]
