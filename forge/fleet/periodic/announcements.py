"""The event of devices that are away."""

from __future__ import annotations

from typing import Annotated, TypedDict
from urllib.parse import quote

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
from forge.fleet.devices.messages import DEVICE_MESSAGES, device_managers

_PLACES = ("site", "location", "building", "line")
"""The keys of labels that say where a device is, the clearest first."""
_PATH = f"/devices?q={quote('is:away')}"


class DevicesAwayJson(TypedDict):
    """Devices have not been seen for a day, which were there before."""

    count: int
    labels: Annotated[list[str], "the labels that all of them have, such as `site=berlin`"]


AWAY_DEVICES = NoticeTopic(
    "devices-away",
    icon="wifi-off",
    messages={"away": "{devices} not been seen for a day"},
    values=("devices",),
)


def _devices(data: DevicesAwayJson) -> str:
    """Returns the beginning of the sentence: "9 devices of berlin have"."""
    count = data["count"]
    by_key = dict(label.split("=", 1) for label in data["labels"])
    place = next((by_key[key] for key in _PLACES if key in by_key), "")
    of_place = f" of {place}" if place else ""
    return f"1 device{of_place} has" if count == 1 else f"{count:,} devices{of_place} have"


def _notice(event: StoredEvent[DevicesAwayJson]) -> NoticeDraft:
    """Tells those who may change devices."""
    return NoticeDraft(
        AWAY_DEVICES,
        "away",
        title="Devices",
        subject=f"devices-away:{event.holder}",
        path=_PATH,
        values={"devices": _devices(event.data)},
        addressees=device_managers(event.holder),
    )


def _message(event: StoredEvent[DevicesAwayJson], place: PlaceAddress) -> WebhookMessage:
    data = event.data
    return WebhookMessage(
        "devices.away", {"count": data["count"], "labels": data["labels"], "url": f"{place.url}{_PATH}"}
    )


DEVICES_AWAY = declare(
    EventType(
        "devices.away",
        StreamKind.ORGANISATION,
        DevicesAwayJson,
        ("devices", "notices"),
        notice=NoticeAnnouncement((AWAY_DEVICES,), _notice),
        webhook=WebhookAnnouncement(DEVICE_MESSAGES, ("devices.away",), _message),
    )
)
