"""The texts of notices and webhooks about devices, and their readers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from forge.accounts.models import Membership
from forge.accounts.permissions import Verb, roles_with
from forge.core.events.announcements import PlaceAddress, WebhookMessage, WebhookTopic

DEVICE_MESSAGES = WebhookTopic("device", "Devices")


def device_managers(organisation: UUID) -> frozenset[UUID]:
    """Returns the people who may change the devices of an organisation."""
    roles = roles_with(Verb.CHANGE_DEVICES)
    members = Membership.objects.filter(organisation=organisation, role__in=roles)
    return frozenset(members.values_list("user", flat=True))


def device_path(name: str) -> str:
    """Returns the page of a device, below the address of its organisation."""
    return f"/devices/{name}"


def device_message(kind: str, place: PlaceAddress, device: str, name: str, **more: Any) -> WebhookMessage:
    """Returns a message to webhooks about one device."""
    return WebhookMessage(kind, {"device": device, "name": name, "url": f"{place.url}{device_path(name)}", **more})
