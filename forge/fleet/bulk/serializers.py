"""The answers of acts on many devices as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypedDict

from forge.fleet.bulk.storing import LabelledDevice

SHOWN = 100
"""Devices that an answer lists."""


class LabelledDeviceJson(TypedDict):
    """A device whose labels change."""

    name: str
    before: dict[str, str]
    after: dict[str, str]


class LabelledDevicesJson(TypedDict):
    """The devices whose labels change, or changed."""

    count: int
    devices: Annotated[list[LabelledDeviceJson], f"the first {SHOWN}"]


class RequestCountsJson(TypedDict):
    """The number of devices that got a request."""

    requests: int
    skipped: Annotated[int, "those that were asked the same before and did not answer yet, and those locked out"]


@dataclass(frozen=True)
class RequestCounts:
    """The number of devices that got a request, and of those that did not."""

    requests: int
    skipped: int


def labelled_to_json(devices: Sequence[LabelledDevice]) -> LabelledDevicesJson:
    """Returns the devices whose labels change."""
    return {
        "count": len(devices),
        "devices": [
            {"name": each.name, "before": dict(each.before), "after": dict(each.after)} for each in devices[:SHOWN]
        ],
    }


def request_counts_to_json(counts: RequestCounts) -> RequestCountsJson:
    """Returns how many devices got a request."""
    return {"requests": counts.requests, "skipped": counts.skipped}
