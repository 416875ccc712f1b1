"""Addresses of this door: a page for each circle one belongs to."""

from django.urls import path

from alongside.web.circle import (
    agree,
    alone,
    home,
    join,
    letter,
    meeting,
    practice,
    report,
    sheets,
    step,
    times,
    told,
)

app_name = "circle"
urlpatterns = [
    path("", home.home, name="home"),
    path("left/", told.left, name="left"),
    path("join/<str:token>/", join.join, name="join"),
    path("<uuid:circle>/", home.plan, name="plan"),
    path("<uuid:circle>/alone/", alone.alone, name="alone"),
    path("<uuid:circle>/report/", report.report, name="report"),
    path("<uuid:circle>/sheets/", sheets.listing, name="sheets"),
    path("<uuid:circle>/sheets/new/<uuid:course>/<slug:form>/", sheets.new, name="sheet-new"),
    path("<uuid:circle>/sheets/blank/<uuid:course>/<slug:form>/", sheets.blank, name="sheet-blank"),
    path("<uuid:circle>/sheets/<uuid:pk>/", sheets.sheet, name="sheet"),
    path("<uuid:circle>/sheets/<uuid:pk>/change/", sheets.change, name="sheet-change"),
    path("<uuid:circle>/sheets/<uuid:pk>/print/", sheets.paper, name="sheet-print"),
    path("<uuid:circle>/tasks/<uuid:pk>/", practice.task, name="task"),
    path("<uuid:circle>/questions/<uuid:pk>/", practice.answer, name="answer"),
    path("<uuid:circle>/times/", times.times, name="times"),
    path("<uuid:circle>/step/", step.step, name="step"),
    path("<uuid:circle>/meeting/", meeting.meeting, name="meeting"),
    path("<uuid:circle>/meeting/alone/", meeting.alone, name="meeting-alone"),
    path("<uuid:circle>/meeting/now/", meeting.now, name="meeting-now"),
    path("<uuid:circle>/meeting/stop/", meeting.stop, name="meeting-stop"),
    path("<uuid:circle>/meeting/letter/", letter.letter, name="letter"),
    path("<uuid:circle>/meeting/letter/autosave/", letter.autosave, name="letter-autosave"),
    path("<uuid:circle>/meeting/letter/hints/", letter.hints, name="letter-hints"),
    path("<uuid:circle>/meeting/letter/keep/", letter.keep, name="letter-keep"),
    path("<uuid:circle>/meeting/letter/move/", letter.move, name="letter-move"),
    path("<uuid:circle>/meeting/letter/paper/", letter.paper, name="letter-paper"),
    path("<uuid:circle>/told/", told.told, name="told"),
    path("<uuid:circle>/told/<uuid:concern>/take-back/", told.take_back, name="take-back"),
    path("<uuid:circle>/agree/plan/", agree.agree_to_plan, name="agree-plan"),
    path("<uuid:circle>/agree/<slug:form>/", agree.agree, name="agree"),
    path("<uuid:circle>/agreed/<uuid:consent>/end/", agree.end, name="agreed-end"),
    path("<uuid:circle>/leave/", told.leave, name="leave"),
]
