"""The page of one device, and its forms. It is also what the list shows beside it."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from forge.accounts.access import find_organisation
from forge.accounts.organisation_tabs import tabs_of
from forge.accounts.permissions import Verb
from forge.accounts.principals import principal_of
from forge.core.errors import Conflict, DomainError
from forge.core.http.act_forms import Button, form_view
from forge.core.http.pages import for_person, show_again
from forge.core.http.paging import rows_of
from forge.fleet.access import find_device, find_request, timeline_of
from forge.fleet.devices.actions.changing import change_device
from forge.fleet.devices.actions.requests import request_of_device
from forge.fleet.devices.actions.standing import delete_device, let_in_device, lock_out_device, retire_device
from forge.fleet.hand_overs.actions import end_offer, offer_device
from forge.fleet.hooks import device_counts_card
from forge.fleet.models import Device
from forge.fleet.pages.panel import CHART_HEIGHT, DAYS_SHOWN, day_bars, panel_context, request_line
from forge.fleet.pages.stock import new_account_context, stock_card
from forge.fleet.stock.actions import renew_stock_token, retry_stock_update, revoke_stock_token
from forge.fleet.stock.serializers import NewStockAccount

TIMELINE_SHOWN: Final = 25


@for_person
def device_page(request: HttpRequest, organisation: str, device: str) -> HttpResponse:
    """Returns a device with its whole timeline, its days, requests and logs, and what may be done to it."""
    principal = principal_of(request)
    owner = find_organisation(principal, organisation)
    return render(request, "fleet/device.html", _context(request, find_device(principal, owner, device)))


def _context(request: HttpRequest, device: Device) -> dict[str, Any]:
    principal = principal_of(request)
    timeline, pages = rows_of(request, timeline_of(device), TIMELINE_SHOWN, at="timeline")
    bars = day_bars(device, timezone.now().date())
    return tabs_of(principal, device.organisation) | {
        "panel": panel_context(principal, device, timeline),
        "stock": stock_card(principal, device),
        "counts": next(iter(device_counts_card.call(device)), None),
        "pages": pages,
        "bars": bars,
        "restarts": sum(each.restarts for each in bars),
        "chart": {"width": 10 * DAYS_SHOWN, "height": CHART_HEIGHT, "days": DAYS_SHOWN},
    }


@for_person
def log_page(request: HttpRequest, organisation: str, device: str, log: int) -> HttpResponse:
    """Returns a log that a device sent."""
    principal = principal_of(request)
    owner = find_organisation(principal, organisation, Verb.READ_DEVICE_LOGS)
    row = find_device(principal, owner, device)
    context = {"device": row, "request_line": request_line(find_request(row, log))}
    return render(request, "fleet/log.html", tabs_of(principal, owner) | context)


def _show_again(request: HttpRequest, device: Device, error: DomainError) -> HttpResponse:
    principal = principal_of(request)
    row = find_device(principal, device.organisation, device.name)
    return show_again(request, "fleet/device.html", _context(request, row), error)


def _page_of(device: Device) -> str:
    return device.get_absolute_url()


def _show_changed(request: HttpRequest, device: Device, changed: Device) -> HttpResponse:
    """Leads to the page of the device, which may have another name now."""
    return redirect(changed)


def _update_client_of(device: Device) -> str:
    return f"{device.get_absolute_url()}#update-client"


def _show_token(request: HttpRequest, device: Device, new: NewStockAccount) -> HttpResponse:
    """Shows the page with another token of the device's update client, this once."""
    row = find_device(principal_of(request), device.organisation, device.name)
    return render(request, "fleet/device.html", _context(request, row) | new_account_context(new))


def _list_of(device: Device) -> str:
    return f"/{device.organisation.name}/devices"


change = form_view(
    {
        "change": Button(change_device, shown=_show_changed),
        "ask": Button(request_of_device, _page_of),
        "lock-out": Button(lock_out_device, _page_of),
        "let-in": Button(let_in_device, _page_of),
        "offer": Button(offer_device, _page_of),
        "end-offer": Button(end_offer, _page_of),
        "retire": Button(retire_device, _page_of),
        "delete": Button(delete_device, _list_of),
        "stock-token": Button(renew_stock_token, shown=_show_token),
        "stock-revoke": Button(revoke_stock_token, _update_client_of),
        "stock-retry": Button(retry_stock_update, _update_client_of),
    },
    _show_again,
    (Conflict,),
)
"""The buttons of a device's page."""
