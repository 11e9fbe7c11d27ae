"""The addresses of the page Watch, and of the forms of telemetry, which are on the pages of deployments."""

from __future__ import annotations

from uuid import UUID

from django.urls import path

from forge.core.http.act_forms import Button, form_view
from forge.deployments.models import Deployment
from forge.deployments.pages.deployments import show_deployment
from forge.telemetry.alerts.actions import drop_alert, give_alert, snooze_alert, wake_alert
from forge.telemetry.alerts.errors import AlertClosed
from forge.telemetry.pages.alerts import SNOOZE_DAYS
from forge.telemetry.pages.watch import show_watch_again, watch_page
from forge.telemetry.switch.actions import turn_off, turn_on


def _page(deployment: Deployment) -> str:
    return f"{deployment.get_absolute_url()}#telemetry"


def _watch_page(deployment: Deployment, _alert: UUID) -> str:
    return f"{deployment.get_absolute_url()}/watch#alerts"


project_pages = [
    path(
        "<str:organisation>/<str:name>/deployments/<str:deployment>/telemetry",
        form_view({"on": Button(turn_on, _page), "off": Button(turn_off, _page)}, show_deployment),
        name="change-telemetry",
    ),
    path("<str:organisation>/<str:name>/deployments/<str:deployment>/watch", watch_page, name="watch"),
    path(
        "<str:organisation>/<str:name>/deployments/<str:deployment>/watch/<uuid:alert_id>",
        form_view(
            {
                "take": Button(give_alert, _watch_page),
                "give": Button(give_alert, _watch_page),
                "drop": Button(drop_alert, _watch_page),
                **{f"snooze-{days}": Button(snooze_alert, _watch_page, values={"days": days}) for days in SNOOZE_DAYS},
                "snooze-until": Button(snooze_alert, _watch_page),
                "wake": Button(wake_alert, _watch_page),
            },
            show_watch_again,
            (AlertClosed,),
        ),
        name="change-watch-alert",
    ),
]
