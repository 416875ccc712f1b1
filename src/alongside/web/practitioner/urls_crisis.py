"""Addresses of the crisis board."""

from django.urls import path

from alongside.web.practitioner import crisis, crisis_board, crisis_level

urlpatterns = [
    path("crisis/", crisis_board.board, name="crisis-board"),
    path("crisis/sound/", crisis_board.sound, name="crisis-sound"),
    path("crisis/take/", crisis_board.take_all, name="alerts-take"),
    path("crisis/raise/", crisis.raise_alert, name="alert-raise"),
    path("crisis/<uuid:pk>/", crisis.alert, name="alert"),
    path("crisis/<uuid:pk>/level/", crisis_level.change, name="alert-level"),
    path("crisis/<uuid:pk>/take/", crisis.take, name="alert-take"),
    path("crisis/<uuid:pk>/contact/", crisis.contact, name="alert-contact"),
    path("crisis/<uuid:pk>/no-way/", crisis.no_way, name="alert-no-way"),
    path("crisis/<uuid:pk>/confirm/", crisis.confirm, name="alert-confirm"),
    path("crisis/<uuid:pk>/close/<slug:outcome>/", crisis.close, name="alert-close"),
]
