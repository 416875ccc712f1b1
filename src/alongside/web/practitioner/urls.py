"""Addresses of this door. Each slice has a file of its own, ``urls_<slice>.py``, taken up here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from django.urls import path

from alongside.web.practitioner import (
    case,
    choose,
    circle,
    closing,
    concerns,
    consent,
    credentials,
    reach,
    today,
)

app_name = "practitioner"
urlpatterns: list[Any] = [
    path("", today.today, name="today"),
    path("waiting/", today.everything, name="waiting"),
    path("tasks/<uuid:pk>/done/", today.done, name="task-done"),
    path("concerns/", concerns.listing, name="concerns"),
    path("concerns/<uuid:pk>/", concerns.one, name="concern"),
    path("concerns/<uuid:pk>/open/", concerns.open_it, name="concern-open"),
    path("concerns/<uuid:pk>/end/", concerns.end_it, name="concern-end"),
    path("cases/", case.listing, name="cases"),
    path("cases/<uuid:pk>/", case.overview, name="case"),
    path("cases/<uuid:pk>/disclose/", case.disclose, name="case-disclose"),
    path("cases/<uuid:pk>/known/", case.know, name="case-known"),
    path("cases/<uuid:pk>/engage/", case.engage, name="case-engage"),
    path("cases/<uuid:pk>/decide/", case.decide, name="case-decide"),
    path("cases/<uuid:pk>/circle/", circle.members, name="case-circle"),
    path("cases/<uuid:pk>/circle/add/", circle.add, name="circle-add"),
    path("cases/<uuid:pk>/circle/<uuid:member>/", circle.member, name="circle-member"),
    path("cases/<uuid:pk>/reach/<uuid:person>/", reach.reach, name="reach"),
    path("cases/<uuid:pk>/circle/<uuid:member>/invite/", circle.invite, name="circle-invite"),
    path("cases/<uuid:pk>/circle/<uuid:member>/end/", circle.end, name="circle-end"),
    path("cases/<uuid:pk>/checks/<uuid:check>/", circle.check, name="circle-check"),
    path("cases/<uuid:pk>/consent/", consent.listing, name="case-consent"),
    path("cases/<uuid:pk>/consent/record/", consent.record, name="consent-record"),
    path("cases/<uuid:pk>/consent/refusal/", consent.refusal, name="consent-refusal"),
    path(
        "cases/<uuid:pk>/consent/<uuid:consent>/withdraw/",
        consent.withdraw,
        name="consent-withdraw",
    ),
    path("cases/<uuid:pk>/choose/", choose.choose, name="case-choose"),
    path("cases/<uuid:pk>/choose/decide/", choose.decide, name="choose-decide"),
    path("cases/<uuid:pk>/closing/", closing.closing, name="case-closing"),
    path("cases/<uuid:pk>/closing/start/", closing.start, name="closing-start"),
    path("cases/<uuid:pk>/closing/prolong/", closing.prolong, name="closing-prolong"),
    path("credentials/", credentials.mine, name="credentials"),
    path("credentials/add/", credentials.add, name="credential-add"),
]
for _slice in sorted(Path(__file__).parent.glob("urls_*.py")):
    urlpatterns += import_module(f"alongside.web.practitioner.{_slice.stem}").urlpatterns
