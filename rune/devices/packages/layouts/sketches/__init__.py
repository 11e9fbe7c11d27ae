"""Sketches for the sensors of the Nano 33 BLE Sense, each in the file that is called by its sensor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rune.capabilities.capability import Sensor
from rune.devices.packages.contents import Contents

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Sketch:
    """A sketch with places for the names of a rune."""

    sensor: Sensor
    text: str


def sensor_sketch(contents: Contents) -> Sketch | None:
    """The sketch whose sensor gives a rune's only input; None where the board has no such sensor."""
    if len(contents.interface.inputs) != 1:
        return None
    ((field,), (request,)) = contents.interface.inputs, contents.requests
    kind = request.kind
    is_whole = field.type.count > 0 and field.type.count % kind.row == 0
    if kind.sensor is None or field.type.element is not kind.element or not is_whole:
        return None
    file = _FOLDER / f"{kind.sensor.key}.ino"
    return Sketch(kind.sensor, file.read_text(encoding="utf-8")) if file.is_file() else None
