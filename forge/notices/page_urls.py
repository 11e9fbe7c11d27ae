"""The addresses of the pages of notices."""

from __future__ import annotations

from django.urls import path

from forge.notices import pages

site_pages = [
    path("accounts/notices", pages.inbox, name="notices"),
    path("accounts/notices/read-all", pages.read_all, name="read-all-notices"),
    path("accounts/notices/settings", pages.settings_page, name="notice-settings"),
    path("accounts/notices/unsubscribe/<str:token>", pages.unsubscribe, name="unsubscribe"),
    path("accounts/notices/<uuid:notice>", pages.change, name="change-notice"),
]
project_pages = [
    path("<str:organisation>/<str:name>/watch", pages.watch, name="watch-project"),
]
