"""The boards that firmware is made for: where their memory lies, and how fast they run it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class FirmwareBoard:
    """`key` is that of `rune.devices.boards`. Addresses and sizes are in bytes; `stack` is the least that is kept
    for it."""

    key: str
    title: str
    clock_hz: int
    ram: int
    ram_size: int
    flash: int
    flash_size: int
    stack: int


PICO: Final = FirmwareBoard(
    "raspberry-pi-pico",
    "Raspberry Pi Pico",
    clock_hz=125_000_000,
    ram=0x2000_0000,
    ram_size=264 << 10,
    flash=0x1000_0000,
    flash_size=2 << 20,
    stack=8 << 10,
)
BOARDS: Final = {PICO.key: PICO}
