"""The events of what devices report."""

from __future__ import annotations

from typing import Annotated, TypedDict

from forge.core.api.json_types import Uuid
from forge.core.audit.messages import AuditTopic
from forge.core.audit.messages import declare as declare_sentences
from forge.core.events.announcements import (
    NoticeAnnouncement,
    NoticeDraft,
    NoticeTopic,
    PlaceAddress,
    StoredEvent,
    WebhookAnnouncement,
    WebhookMessage,
)
from forge.core.events.declarations import EventType, StreamKind, declare
from forge.fleet.devices.messages import DEVICE_MESSAGES, device_managers, device_message, device_path


class DeviceInstalledJson(TypedDict):
    """A device runs another version, whose health it has confirmed."""

    device: Uuid
    name: str
    version: str


class DeviceFellBackJson(TypedDict):
    """A device went back by itself to what it ran before."""

    device: Uuid
    name: str
    version: Annotated[str, "the version that it could not run"]
    problem: Annotated[str, "the name of the problem, or empty"]


FALLEN_BACK = NoticeTopic(
    "device-fell-back",
    icon="undo-2",
    messages={"fell-back": "{name} went back by itself from {version}: {problem}"},
    action="See why",
)


def _installed_message(event: StoredEvent[DeviceInstalledJson], place: PlaceAddress) -> WebhookMessage:
    data = event.data
    return device_message("device.installed", place, data["device"], data["name"], version=data["version"])


def _fell_back_notice(event: StoredEvent[DeviceFellBackJson]) -> NoticeDraft:
    """Asks those who may change devices to look."""
    name = event.data["name"]
    return NoticeDraft(
        FALLEN_BACK,
        "fell-back",
        title=name,
        subject=f"device:{event.data['device']}",
        path=device_path(name),
        addressees=device_managers(event.holder),
    )


def _fell_back_message(event: StoredEvent[DeviceFellBackJson], place: PlaceAddress) -> WebhookMessage:
    data = event.data
    more = {"version": data["version"], "problem": data["problem"]}
    return device_message("device.fell_back", place, data["device"], data["name"], **more)


DEVICE_INSTALLED = declare(
    EventType(
        "device.installed",
        StreamKind.ORGANISATION,
        DeviceInstalledJson,
        ("devices",),
        webhook=WebhookAnnouncement(DEVICE_MESSAGES, ("device.installed",), _installed_message),
    )
)
DEVICE_FELL_BACK = declare(
    EventType(
        "device.fell_back",
        StreamKind.ORGANISATION,
        DeviceFellBackJson,
        ("devices", "notices"),
        notice=NoticeAnnouncement((FALLEN_BACK,), _fell_back_notice),
        webhook=WebhookAnnouncement(DEVICE_MESSAGES, ("device.fell_back",), _fell_back_message),
    )
)

# Acts of a device itself that no event announces.
declare_sentences(
    AuditTopic.DEVICES,
    {
        "device.left": "took {device} out of service, which left by itself",
        "device.key": "took another key of {device}: {fingerprint} in place of {former_key}",
    },
)
