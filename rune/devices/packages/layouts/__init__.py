"""The files of other tools beside the sources, a module each: paths in the package and texts.

One package suits all of them, as the repositories of well-known libraries do: each tool looks for a file of its own
name and leaves the others alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rune.devices.packages.contents import Contents
from rune.devices.packages.layouts import arduino, cmake, esp_idf, licence, platformio, zephyr

Layout = Callable[[Contents], Mapping[str, str]]

LAYOUTS: tuple[Layout, ...] = (
    arduino.files,
    cmake.files,
    esp_idf.files,
    licence.files,
    platformio.files,
    zephyr.files,
)
