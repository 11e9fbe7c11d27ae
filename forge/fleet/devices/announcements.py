"""The event of devices that people changed, and the sentences of the audit log about devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid, choices
from forge.core.audit.messages import AuditSentences, AuditTopic
from forge.core.events.announcements import PlaceAddress, StoredEvent, WebhookAnnouncement, WebhookMessage
from forge.core.events.declarations import EventType, NewEvent, StreamKind, declare
from forge.fleet.devices.messages import DEVICE_MESSAGES, device_message
from forge.fleet.devices.models import Device, PersonEntry

DELETED = "deleted"
"""The change of a device that is not there any more."""


class DeviceChangedJson(TypedDict):
    """A device joined, or somebody changed it or asked something of it. What devices report is not told."""

    device: Uuid
    name: str
    change: Annotated[str, choices("DeviceChange", (*PersonEntry.values, DELETED))]


_MESSAGES: Mapping[str, str] = {
    PersonEntry.CLAIMED: "device.joined",
    PersonEntry.HANDED_OVER: "device.joined",
    PersonEntry.LOCKED_OUT: "device.locked_out",
    PersonEntry.RETIRED: "device.retired",
}
"""The changes that webhooks get, with the types of their messages."""


def _message(event: StoredEvent[DeviceChangedJson], place: PlaceAddress) -> WebhookMessage | None:
    data = event.data
    kind = _MESSAGES.get(data["change"])
    return None if kind is None else device_message(kind, place, data["device"], data["name"])


DEVICE_CHANGED = declare(
    EventType(
        "device.changed",
        StreamKind.ORGANISATION,
        DeviceChangedJson,
        ("devices",),
        audit=AuditSentences(
            AuditTopic.DEVICES,
            {
                "device.join": "let {device} join with {means} of {member}",
                "device.change": "changed the device {device}: {changes}",
                "device.request": "asked {device} for: {request}",
                "device.lock-out": "locked {device} out, whose key is {fingerprint}",
                "device.let-in": "let {device} in again, whose key is {fingerprint}",
                "device.retire": "retired {device}",
                "device.delete": "deleted the retired device {device}",
                "device.offer": "offered {device} to {receiver}",
                "device.end-offer": "ended the offer of {device} to {receiver}",
                "device.accept": "accepted {device} of {giver} as {accepted_name}",
                "device.leave": "moved {device} to {receiver}",
                "device.arrive": "moved {device} here from {giver}",
            },
        ),
        webhook=WebhookAnnouncement(DEVICE_MESSAGES, tuple(sorted(set(_MESSAGES.values()))), _message),
    )
)


def changed_event(device: Device, change: str) -> NewEvent:
    """Returns the event of a change of a device."""
    return DEVICE_CHANGED(device=str(device.pk), name=device.name, change=change)
