"""Addresses of plans, courses and goals."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import plan

urlpatterns: list[Any] = [
    path("cases/<uuid:pk>/danger/", plan.danger, name="case-danger"),
    path("cases/<uuid:pk>/plan/", plan.plan, name="case-plan"),
    path("cases/<uuid:pk>/plan/propose/", plan.propose, name="plan-propose"),
    path("plans/<uuid:pk>/course/", plan.add_course, name="plan-course"),
    path("plans/<uuid:pk>/agree/", plan.agree, name="plan-agree"),
    path("plans/<uuid:pk>/change/", plan.change, name="plan-change"),
    path("plans/<uuid:pk>/end/", plan.end, name="plan-end"),
    path("plans/<uuid:pk>/goal/", plan.add_goal, name="plan-goal"),
    path("goals/<uuid:pk>/rate/", plan.rate_goal, name="plan-goal-rate"),
    path("courses/<uuid:pk>/start/", plan.start, name="plan-course-start"),
    path("courses/<uuid:pk>/end/", plan.end_course, name="plan-course-end"),
    path("courses/<uuid:pk>/release/<slug:gate>/", plan.release, name="plan-release"),
    path("courses/<uuid:pk>/steps/<slug:step>/", plan.record_step, name="step-record"),
]
