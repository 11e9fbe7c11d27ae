"""The description of a board: its chip, its memory, its sensors, and the source of each figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from rune.capabilities.capability import Sensor
from rune.devices.boards.cores import Core


class FlashPlace(Enum):
    """The place of the flash that a program runs from. The value is its name in a board's file."""

    INTERNAL = "internal"
    EXTERNAL = "external"


@dataclass(frozen=True)
class SensorReading:
    """The way in which a sketch reads a sensor: with which code (a file of
    `rune/devices/packages/layouts/sketches`), by which header of which library in which version. `wiring` says how a
    sensor that is not on the board is connected; it is None for one that is. `rates` are the samples a second that
    it can give; empty where it gives any."""

    code: str
    header: str
    library: str
    wiring: str | None = None
    rates: tuple[int, ...] = ()


@dataclass(frozen=True)
class Board:
    """`key` is what a person types. `ram` and `flash` are the bytes that a program may use: without a boot loader, and
    without a partition for other things. `flash_wait_states` is None where no source says it. `sensors` have their part
    or their kind; `sketches` say how a sketch reads those, or others that are connected; `sources` say of each figure
    where it was read."""

    key: str
    name: str
    maker: str
    chip: str
    core: Core
    clock_mhz: int
    ram: int
    flash: int
    flash_is: FlashPlace
    flash_wait_states: int | None
    sensors: Mapping[Sensor, str]
    sketches: Mapping[Sensor, SensorReading]
    sources: Mapping[str, str]

    @property
    def target(self) -> str:
        """The target whose package this board takes."""
        return self.core.target
