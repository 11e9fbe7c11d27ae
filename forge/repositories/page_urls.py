"""The address of a project's page of Git."""

from __future__ import annotations

from django.urls import path

from forge.repositories import pages

project_pages = [path("<str:organisation>/<str:name>/push", pages.git_page, name="push-project")]
