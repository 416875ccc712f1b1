"""Every address, by door."""

from django.conf import settings
from django.urls import include, path

from alongside.web.account import demonstration, have, own_calendar
from alongside.web.account import views as account
from alongside.web.account.own_calendar import SHIFTS, TIMES

urlpatterns = [
    path("", include("alongside.web.public.urls")),
    path("home/", account.home, name="home"),
    path("set-up/", account.set_up, name="set_up"),
    path("have/", have.have, name="have"),
    path("shifts/<str:token>.ics", own_calendar.file, {"of": SHIFTS}, name="shift-feed"),
    path("times/<str:token>.ics", own_calendar.file, {"of": TIMES}, name="time-feed"),
    path("account/", include("alongside.web.account.urls")),
    path("account/", include("allauth.urls")),
    path("l/", include("alongside.web.person.urls_answer")),
    path("here/", include("alongside.web.person.urls_here")),
    path("me/", include("alongside.web.person.urls")),
    path("circle/", include("alongside.web.circle.urls")),
    path("work/", include("alongside.web.practitioner.urls")),
    path("office/", include("alongside.web.office.urls")),
]
if settings.DEMO:
    urlpatterns += [path("demo/post/", demonstration.post, name="demo_post")]
if settings.PARTS:
    urlpatterns += [path("parts/", include("alongside.web.parts.urls"))]

handler400 = "alongside.config.errors.refused"
handler403 = "alongside.config.errors.sign_in_again"
handler404 = "alongside.config.errors.not_found"
handler500 = "alongside.config.errors.broken"
