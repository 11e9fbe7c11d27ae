"""The addresses of the pages of deployments."""

from __future__ import annotations

from django.urls import path

from forge.deployments.pages import deployments as pages
from forge.deployments.pages.signed_state import root_file
from forge.deployments.previews.pages import preview_page

_ALL = "<str:organisation>/<str:name>/deployments"
_CHANGE = "<str:organisation>/<str:name>/change-requests/<int:number>"
_ONE = f"{_ALL}/<str:deployment>"

project_pages = [
    path(_ALL, pages.deployments_page, name="deployments"),
    path(_ONE, pages.deployment_page, name="deployment"),
    path(f"{_ONE}/root.json", root_file, name="deployment-root"),
    path(f"{_CHANGE}/preview", preview_page, name="change-request-preview"),
    path(f"{_ONE}/do", pages.change, name="change-deployment"),
]
