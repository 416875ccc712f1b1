"""Addresses of the forms that are filled in."""

from __future__ import annotations

from typing import Any

from django.urls import path

from alongside.web.practitioner import sheets

urlpatterns: list[Any] = [
    path("cases/<uuid:pk>/sheets/", sheets.listing, name="case-sheets"),
    path("courses/<uuid:pk>/sheets/<slug:form>/", sheets.new, name="sheet-new"),
    path("courses/<uuid:pk>/sheets/<slug:form>/blank/", sheets.blank, name="sheet-blank"),
    path("sheets/<uuid:pk>/", sheets.sheet, name="sheet"),
    path("sheets/<uuid:pk>/change/", sheets.change, name="sheet-change"),
    path("sheets/<uuid:pk>/print/", sheets.paper, name="sheet-print"),
    path("sheets/<uuid:pk>/picture/", sheets.drawing, name="sheet-picture"),
    path("sheets/<uuid:pk>/file/", sheets.pdf, name="sheet-pdf"),
    path("sheets/<uuid:pk>/strike/", sheets.strike, name="sheet-strike"),
    path("sheets/<uuid:pk>/versions/<int:number>/", sheets.version, name="sheet-version"),
]
