"""Addresses of this door. ``w/<token>/`` is one visit; its secret is in no log."""

from django.urls import path

from alongside.web.public import pages, visit, worry

app_name = "public"
urlpatterns = [
    path("", pages.start, name="start"),
    path("worried/<str:path>/", worry.begin, name="worried"),
    path("worried/<str:path>/first/", worry.first, name="first"),
    path("w/<str:token>/", worry.go_on, name="go_on"),
    path("w/<str:token>/<int:number>/", worry.question, name="question"),
    path("w/<str:token>/help/", visit.help_now, name="visit_help"),
    path("w/<str:token>/child/", visit.child, name="visit_child"),
    path("w/<str:token>/adult/", visit.adult, name="visit_adult"),
    path("w/<str:token>/number/", visit.number, name="visit_number"),
    path("w/<str:token>/more/", visit.more, name="visit_more"),
    path("w/<str:token>/later/", visit.later, name="visit_later"),
    path("w/<str:token>/thanks/", visit.thanks, name="visit_thanks"),
    path("help-now/", pages.help_now, name="help"),
    path("help-now/<str:country>/", pages.help_elsewhere, name="help_elsewhere"),
    path("what-helps/", pages.what_helps, name="what_helps"),
    path("what-helps/<str:protocol>/", pages.one_way, name="one_way"),
    path("about-a-child/", pages.about_a_child, name="about_a_child"),
    path("about-me/", pages.about_me, name="about_me"),
    path("private/", pages.private, name="private"),
    path("leave/", pages.leave, name="leave"),
    path("leave/<str:token>/", pages.leave, name="leave_visit"),
]
