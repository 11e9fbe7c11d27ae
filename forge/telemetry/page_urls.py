"""The addresses of the page Watch, and of the forms of telemetry, which are on the pages of deployments."""

from __future__ import annotations

from django.urls import path

from forge.core.http.act_forms import Button, form_view
from forge.deployments.models import Deployment
from forge.deployments.pages.deployments import show_deployment
from forge.telemetry.pages.watch import watch_page
from forge.telemetry.switch.actions import turn_off, turn_on


def _page(deployment: Deployment) -> str:
    return f"{deployment.get_absolute_url()}#telemetry"


project_pages = [
    path(
        "<str:organisation>/<str:name>/deployments/<str:deployment>/telemetry",
        form_view({"on": Button(turn_on, _page), "off": Button(turn_off, _page)}, show_deployment),
        name="change-telemetry",
    ),
    path("<str:organisation>/<str:name>/deployments/<str:deployment>/watch", watch_page, name="watch"),
]
