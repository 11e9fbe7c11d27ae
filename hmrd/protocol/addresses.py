"""The addresses of the protocol below that of a server. A device composes them itself: no message has an address."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

ROOT: Final = "/api/device/v1/"
ENROLMENTS: Final = f"{ROOT}enrolments"
"""POST `EnrolmentRequest`: 201 with `Enrolment`, or 202 with `PendingEnrolment` until a member confirms the device.
GET: `Enrolment`, which a device asks for after it was handed over."""
STATE: Final = f"{ROOT}state"
"""GET `DesiredState`, with `If-None-Match`: 304 where nothing changed. `?wait=<seconds>` waits for a change."""
REPORTS: Final = f"{ROOT}reports"
"""POST `Report`: 204, also for the last one again."""
COUNTS: Final = f"{ROOT}counts"
"""POST `CountsMessage`: `CountsAnswer`, with an answer to each document; also to those that the server has."""
SAMPLE_ANSWERS: Final = f"{ROOT}sample-answers"
"""POST `OfferAnswer`: `SampleReply`."""
SAMPLE_WINDOWS: Final = f"{ROOT}sample-windows"
"""POST `SampleWindow`: `SampleReply`, also for one that the server has."""
KEY: Final = f"{ROOT}key"
"""PUT `KeyChange`, signed by the former key: 204."""
DOORBELL: Final = f"{ROOT}doorbell"
"""GET `DoorbellAccount`; 404 where the server has no broker."""
DEVICE: Final = f"{ROOT}device"
"""DELETE: the device leaves its organisation, 204."""

STOCK_ROOTS: Final = ("/default/controller/v1/", "/DEFAULT/controller/v1/")
"""The roots of hawkBit's API, at which stock clients ask. The first is a constant of Zephyr's client, which looks for
the second in the address of an image."""


def deployment_path(deployment: str) -> str:
    """Returns the path of a deployment, such as `acme/door-knock/gateways`: below it are its signed documents and its
    runes.
    """
    return f"/d/{quote(deployment)}"


def rune_path(deployment: str, digest: str) -> str:
    """Returns the path of the bytes of a rune, which answers ranges."""
    return f"{deployment_path(deployment)}/{digest}"
