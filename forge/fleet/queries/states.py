"""The states that `is` names in queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from forge.fleet.queries import health


@dataclass(frozen=True)
class DeviceState:
    """A value of `is`."""

    name: str
    description: str
    condition: Callable[[datetime], Q]


RETIRED: Final = "retired"
STATES: Final[Mapping[str, DeviceState]] = {
    each.name: each
    for each in (
        DeviceState("away", "It was not seen for a day, or never.", health.away),
        DeviceState(
            "healthy",
            "It is in service and not locked out, was seen within a day, and reports no problem; its last self-test "
            "did not fail, and its runes restarted at most twice today.",
            health.healthy,
        ),
        DeviceState("locked-out", "Its key is refused.", health.locked_out),
        DeviceState(RETIRED, "It was retired. All other queries leave it out.", health.retired),
        DeviceState("as-wanted", "It runs what its deployment serves.", health.as_wanted),
        DeviceState(
            "not-as-wanted",
            "It runs something else than its deployment serves, or nothing.",
            health.not_as_wanted,
        ),
        DeviceState(
            "waiting",
            "It is away and not as wanted: it gets the version when it comes back.",
            health.waiting,
        ),
    )
}
