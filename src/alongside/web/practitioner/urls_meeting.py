"""Addresses of the planned meeting of a case."""

from django.urls import path

from alongside.web.practitioner import (
    meeting,
    meeting_after,
    meeting_calls,
    meeting_change,
    meeting_day,
    meeting_kept,
    meeting_letters,
    meeting_limits,
    meeting_live,
    meeting_options,
    meeting_people,
    meeting_sheet,
    meeting_ways,
)

AT = "cases/<uuid:pk>/meeting/"
urlpatterns = [
    path(AT, meeting.meeting, name="case-meeting"),
    path(f"{AT}path/", meeting_ways.path, name="meeting-path"),
    path(f"{AT}arrange/", meeting_change.arrange, name="meeting-arrange"),
    path(f"{AT}answers/", meeting_change.answers, name="meeting-answers"),
    path(f"{AT}release/<slug:gate>/", meeting_change.release, name="meeting-release"),
    path(f"{AT}stops/<uuid:stop>/", meeting_change.stop, name="meeting-stop"),
    path(f"{AT}people/<uuid:member>/", meeting_people.seat, name="meeting-seat"),
    path(f"{AT}people/<uuid:member>/alone/", meeting_people.alone, name="meeting-alone"),
    path(f"{AT}options/new/", meeting_options.new, name="meeting-option-new"),
    path(f"{AT}options/<uuid:hold>/", meeting_options.change, name="meeting-option"),
    path(f"{AT}options/<uuid:hold>/end/", meeting_options.end, name="meeting-option-end"),
    path(f"{AT}checks/<slug:kind>/", meeting_day.checks, name="meeting-checks"),
    path(f"{AT}date/", meeting_day.date, name="meeting-date"),
    path(f"{AT}date/back/", meeting_day.date_back, name="meeting-date-back"),
    path(f"{AT}rehearsed/", meeting_day.rehearsed, name="meeting-rehearsed"),
    path(f"{AT}letters/", meeting_letters.listing, name="meeting-letters"),
    path(f"{AT}letters/order/", meeting_letters.order, name="meeting-order"),
    path(f"{AT}letters/<uuid:letter>/", meeting_letters.one, name="meeting-letter"),
    path(f"{AT}letters/<uuid:letter>/paper/", meeting_letters.paper, name="meeting-letter-paper"),
    path(f"{AT}limits/", meeting_limits.limits, name="meeting-limits"),
    path(f"{AT}live/", meeting_live.live_page, name="meeting-live"),
    path(f"{AT}live/presses/", meeting_live.presses, name="meeting-presses"),
    path(f"{AT}live/keep/", meeting_kept.keep, name="meeting-keep"),
    path(f"{AT}live/keep/end/", meeting_kept.take_off, name="meeting-keep-end"),
    path("kept/", meeting_kept.opened, name="kept"),
    path("kept/worker.js", meeting_kept.worker, name="kept-worker"),
    path("kept/still/", meeting_kept.still, name="kept-still"),
    path("kept/presses/", meeting_kept.presses, name="kept-presses"),
    path(f"{AT}sheet/", meeting_sheet.sheet, name="meeting-sheet"),
    path(f"{AT}ended/<uuid:meeting>/", meeting_after.after_page, name="meeting-after"),
    path(
        f"{AT}ended/<uuid:meeting>/calls/<int:days>/<uuid:person>/",
        meeting_calls.call,
        name="meeting-call",
    ),
    path(f"{AT}end/", meeting_day.end, name="meeting-end"),
]
