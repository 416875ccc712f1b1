"""Addresses of plans, courses and goals."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import (
    plan,
    plan_agreement,
    plan_course,
    plan_danger,
    plan_goals,
    plan_propose,
    plan_setting,
    plan_stepping,
    plan_version,
)

urlpatterns: list[Any] = [
    path("cases/<uuid:pk>/danger/", plan_danger.danger, name="case-danger"),
    path("cases/<uuid:pk>/plan/", plan.plan, name="case-plan"),
    path("cases/<uuid:pk>/plan/propose/", plan_propose.propose, name="plan-propose"),
    path("plans/<uuid:pk>/course/", plan_propose.add_course, name="plan-course"),
    path("plans/<uuid:pk>/agree/", plan_agreement.agree, name="plan-agree"),
    path("plans/<uuid:pk>/change/", plan_agreement.change, name="plan-change"),
    path("plans/<uuid:pk>/end/", plan_agreement.end, name="plan-end"),
    path("plans/<uuid:pk>/setting/", plan_setting.setting, name="plan-setting"),
    path("plans/<uuid:pk>/goal/", plan_goals.add_goal, name="plan-goal"),
    path("goals/<uuid:pk>/rate/", plan_goals.rate_goal, name="plan-goal-rate"),
    path("courses/<uuid:pk>/start/", plan_course.start, name="plan-course-start"),
    path("courses/<uuid:pk>/next/", plan_stepping.next_course, name="plan-course-next"),
    path("courses/<uuid:pk>/version/", plan_version.version, name="plan-course-version"),
    path("courses/<uuid:pk>/end/", plan_course.end_course, name="plan-course-end"),
    path("courses/<uuid:pk>/release/<slug:gate>/", plan_course.release, name="plan-release"),
    path("courses/<uuid:pk>/steps/<slug:step>/", plan_course.record_step, name="step-record"),
]
