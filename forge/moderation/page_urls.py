"""The addresses of the pages of reports."""

from __future__ import annotations

from django.urls import path

from forge.moderation import pages

site_pages = [
    path("accounts/report", pages.report, name="report"),
    path("accounts/appeal", pages.appeal_own, name="appeal-own"),
    path("admin/reports", pages.queue, name="reports"),
    path("admin/reports/do", pages.decide, name="decide-report"),
]
project_pages = [
    path("<str:organisation>/<str:name>/appeal", pages.appeal, name="appeal"),
]
