"""Lines of the page's list of devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from forge.exposure.answers.devices import ExposedDeviceJson
from forge.fleet.devices.labels import labels_text
from forge.fleet.pages.standing import TEST_RESULTS, SelfTestTag
from hmrd.protocol.reports import SelfTestOutcome


@dataclass(frozen=True)
class ExposedDeviceLine:
    """A device of the answer."""

    name: str
    note: str
    group: str
    labels: str
    rune: str
    """The project and version of the rune."""
    is_running: bool
    """True if it runs the rune; otherwise it has it in the second slot."""
    test: SelfTestTag | None
    tested: datetime | None
    seen: datetime | None
    is_reachable: bool
    is_locked_out: bool


def line_of(row: Mapping[str, Any], device: ExposedDeviceJson, rune: str) -> ExposedDeviceLine:
    """Returns the line of a device, of its row and of what the API says of it."""
    return ExposedDeviceLine(
        device["name"],
        device["note"],
        device["group"],
        labels_text(device["labels"]),
        rune,
        device["slot"] == "running",
        TEST_RESULTS[SelfTestOutcome(row["self_test"])] if row["self_test"] else None,
        row["self_tested"],
        row["seen"],
        device["reachable"],
        row["locked_out"] is not None,
    )
