"""The addresses of the pages of webhooks."""

from __future__ import annotations

from django.urls import path

from forge.webhooks import pages

organisation_pages = [
    path("<str:organisation>/-/settings/webhooks", pages.webhooks, name="webhooks"),
    path("<str:organisation>/-/settings/webhooks/<uuid:webhook>", pages.webhook_page, name="webhook"),
    path("<str:organisation>/-/settings/webhooks/<uuid:webhook>/do", pages.change, name="change-webhook"),
    path(
        "<str:organisation>/-/settings/webhooks/<uuid:webhook>/deliveries/<uuid:delivery>/repeat",
        pages.repeat,
        name="repeat-delivery",
    ),
]
