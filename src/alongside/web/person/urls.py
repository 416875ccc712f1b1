"""Addresses of this door."""

from django.urls import path

from alongside.web.person import (
    agree,
    change,
    home,
    plan,
    practice,
    questions,
    record,
    report,
    safety,
)

app_name = "person"
urlpatterns = [
    path("", home.home, name="home"),
    path("plan/", plan.plan, name="plan"),
    path("plan/talks/<uuid:pk>/", agree.talks, name="agree-talks"),
    path("plan/<uuid:pk>/", agree.plan, name="agree-plan"),
    path("report/", report.report, name="report"),
    path("safety/", safety.plan, name="safety"),
    path("safety/change/", safety.change, name="safety-change"),
    path("safety/versions/", safety.versions, name="safety-versions"),
    path("safety/versions/<int:number>/", safety.version, name="safety-version"),
    path("safety/shown/<uuid:pk>/end/", safety.end_share, name="safety-share-end"),
    path("safety/show/<slug:part>/", safety.share, name="safety-share"),
    path("safety/paper/<slug:size>/", safety.paper, name="safety-paper"),
    path("safety/copy/", safety.copy, name="safety-copy"),
    path("tasks/<uuid:pk>/", practice.task, name="task"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<uuid:pk>/start/", questions.start, name="form-start"),
    path("questions/<uuid:pk>/<int:number>/", questions.question, name="form-question"),
    path("questions/<uuid:pk>/check/", questions.check, name="form-check"),
    path("questions/<uuid:pk>/help/", questions.help_now, name="form-help"),
    path("questions/<uuid:pk>/thanks/", questions.thanks, name="form-thanks"),
    path("questions/<uuid:pk>/decline/", questions.decline, name="form-decline"),
    path("change/", change.change, name="change"),
    path("change/picture/", change.picture, name="picture"),
    path("change/<uuid:pk>/", change.score, name="score"),
    path("record/", record.record, name="record"),
    path("record/receipts/", record.receipts, name="receipts"),
    path("record/receipts/<uuid:pk>/end/", record.end, name="receipt-end"),
    path("questions/<uuid:pk>/later/", questions.not_now, name="form-later"),
    path("record/looked/", record.looked, name="looked"),
    path("settings/", record.settings, name="settings"),
]
