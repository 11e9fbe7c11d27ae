"""The addresses of the page Watch, and of the forms of telemetry, which are on the pages of deployments."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path

from forge.core.errors import Conflict, DomainError, QuotaReached
from forge.core.http.act_forms import Button, form_view
from forge.deployments.models import Deployment
from forge.deployments.pages.deployments import show_deployment
from forge.fleet.models import Device
from forge.fleet.pages.device import show_device
from forge.telemetry.alerts.actions import drop_alert, give_alert, snooze_alert, wake_alert
from forge.telemetry.alerts.errors import AlertClosed
from forge.telemetry.pages.alerts import SNOOZE_DAYS
from forge.telemetry.pages.watch import show_watch, show_watch_again, watch_page
from forge.telemetry.sample_requests.actions.answering import answer_sample_request
from forge.telemetry.sample_requests.actions.requesting import ask_for_samples, end_sample_request
from forge.telemetry.switch.actions import turn_off, turn_on

_WATCH = "<str:organisation>/<str:name>/deployments/<str:deployment>/watch"
_REFUSALS = (Conflict, QuotaReached)


def _requests_part(deployment: Deployment, *_: object) -> str:
    return f"{deployment.get_absolute_url()}/watch#asking"


def _device(device: Device, *_: object) -> str:
    return f"{device.get_absolute_url()}#samples"


def _watch_again(request: HttpRequest, deployment: Deployment, _: UUID, error: DomainError) -> HttpResponse:
    return show_watch(request, deployment, error)


def _device_again(request: HttpRequest, device: Device, _: UUID, error: DomainError) -> HttpResponse:
    return show_device(request, device, error)


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
    path(_WATCH, watch_page, name="watch"),
    path(
        f"{_WATCH}/<uuid:alert_id>",
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
    path(
        f"{_WATCH}/requests",
        form_view({"ask": Button(ask_for_samples, _requests_part)}, show_watch, _REFUSALS),
        name="ask",
    ),
    path(
        f"{_WATCH}/requests/<uuid:request_id>",
        form_view({"end": Button(end_sample_request, _requests_part)}, _watch_again),
        name="end-sample-request",
    ),
]
organisation_pages = [
    path(
        "<str:organisation>/devices/<str:device>/sample-requests/<uuid:request_id>",
        form_view({"answer": Button(answer_sample_request, _device)}, _device_again, _REFUSALS),
        name="answer-sample-request",
    ),
]
