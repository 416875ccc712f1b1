"""Addresses of therapy groups."""

from django.urls import path

from alongside.web.practitioner import groups, groups_sessions

GROUP = "groups/<uuid:pk>"

urlpatterns = [
    path("groups/", groups.listing, name="groups"),
    path("groups/begin/", groups.begin, name="group-begin"),
    path(f"{GROUP}/", groups.one, name="group"),
    path(f"{GROUP}/change/", groups.change, name="group-change"),
    path(f"{GROUP}/leaders/", groups.add_leader, name="group-leader"),
    path(f"{GROUP}/leaders/<uuid:edge>/end/", groups.end_leader, name="group-leader-end"),
    path(f"{GROUP}/end/", groups.end, name="group-end"),
    path(f"{GROUP}/members/<uuid:member>/", groups.member, name="group-member"),
    path(f"{GROUP}/sheet/", groups_sessions.sheet, name="group-sheet"),
    path(f"{GROUP}/sessions/new/", groups_sessions.hold, name="group-hold"),
    path(f"{GROUP}/sessions/<uuid:session>/", groups_sessions.session, name="group-session"),
    path(f"{GROUP}/ask/", groups_sessions.ask, name="group-ask"),
    path("cases/<uuid:pk>/groups/", groups.propose, name="case-groups"),
]
