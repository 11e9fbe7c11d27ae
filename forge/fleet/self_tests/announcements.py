"""The event of a self-test that failed: a device does not compute what was approved."""

from __future__ import annotations

from typing import TypedDict

from forge.core.api.json_types import Uuid
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


class SelfTestFailedJson(TypedDict):
    """The outputs of a device differ from those of the approved rune."""

    device: Uuid
    name: str
    version: str


FAILED_SELF_TESTS = NoticeTopic(
    "self-test-failed",
    icon="triangle-exclamation-point",
    messages={"failed": "{name} does not compute the same as the approved {version}"},
)


def _notice(event: StoredEvent[SelfTestFailedJson]) -> NoticeDraft:
    """Asks those who may change devices to look."""
    name = event.data["name"]
    return NoticeDraft(
        FAILED_SELF_TESTS,
        "failed",
        title=name,
        subject=f"self-test:{event.data['device']}",
        path=device_path(name),
        addressees=device_managers(event.holder),
    )


def _message(event: StoredEvent[SelfTestFailedJson], place: PlaceAddress) -> WebhookMessage:
    data = event.data
    return device_message("device.self_test_failed", place, data["device"], data["name"], version=data["version"])


SELF_TEST_FAILED = declare(
    EventType(
        "device.self_test_failed",
        StreamKind.ORGANISATION,
        SelfTestFailedJson,
        ("devices", "notices"),
        notice=NoticeAnnouncement((FAILED_SELF_TESTS,), _notice),
        webhook=WebhookAnnouncement(DEVICE_MESSAGES, ("device.self_test_failed",), _message),
    )
)
