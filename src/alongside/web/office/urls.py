"""Addresses of the office."""

from django.urls import path

from alongside.web.office import asked, credentials, rooms, rota, safeguarding, tracking, views

app_name = "office"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("people/", views.people_list, name="people"),
    path("people/new/", views.invite, name="invite"),
    path("people/<uuid:pk>/", views.person, name="person"),
    path("people/<uuid:pk>/role/", views.give_role, name="give-role"),
    path("people/<uuid:pk>/lock/", views.lock, name="lock"),
    path("people/<uuid:pk>/mail/", views.invite_again, name="invite-again"),
    path("roles/<uuid:pk>/end/", views.end_role, name="end-role"),
    path("roles/<uuid:pk>/second/", views.confirm_second, name="confirm-second"),
    path("services/", views.service_list, name="service-list"),
    path("services/new/", views.service_new, name="service-new"),
    path("services/<uuid:pk>/", views.service_edit, name="service-edit"),
    path("rooms/", rooms.listing, name="rooms"),
    path("rooms/new/", rooms.add, name="room-new"),
    path("rooms/<uuid:pk>/", rooms.change, name="room-edit"),
    path("rota/", rota.rota, name="rota"),
    path("rota/<uuid:pk>/add/", rota.add, name="rota-add"),
    path("rota/<uuid:pk>/move/", rota.move, name="rota-move"),
    path("rota/<uuid:pk>/<uuid:shift>/change/", rota.change, name="rota-change"),
    path("rota/<uuid:pk>/<uuid:shift>/end/", rota.end, name="rota-end"),
    path("credentials/", credentials.listing, name="credentials"),
    path("credentials/<uuid:pk>/", credentials.look, name="credential"),
    path("safeguarding/", safeguarding.listing, name="safeguarding"),
    path("safeguarding/<uuid:pk>/", safeguarding.report, name="safeguarding-report"),
    path("safeguarding/<uuid:pk>/read/", safeguarding.receive, name="safeguarding-receive"),
    path("safeguarding/<uuid:pk>/add/", safeguarding.add, name="safeguarding-add"),
    path("safeguarding/<uuid:pk>/answer/", safeguarding.decide, name="safeguarding-decide"),
    path("safeguarding/<uuid:pk>/close/", safeguarding.close, name="safeguarding-close"),
    path("answers/", asked.asked, name="asked"),
    path("tracking/", tracking.rule, name="tracking"),
    path("lines/", views.line_list, name="line-list"),
    path("lines/<slug:line>/called/", views.line_called, name="line-called"),
    path("record/", views.trail, name="trail"),
]
