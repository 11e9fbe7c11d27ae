"""Reads what a rune counts where it runs (`rune.watch`)."""

from __future__ import annotations

from rune.running.container.errors import ContainerError
from rune.running.container.wasm import read_module
from rune.watch.description import SECTION, WatchDescription
from rune.watch.layout import BadLayout


def read_watch(data: bytes | bytearray | memoryview) -> WatchDescription | None:
    """Returns what the rune in `data` counts; None of one that counts nothing. Raises `ContainerError`."""
    sections = [each for each in read_module(data).sections if each.name == SECTION]
    if not sections:
        return None
    try:
        return WatchDescription.from_bytes(bytes(sections[0].payload))
    except BadLayout as error:
        raise ContainerError(str(error), sections[0].offset) from None
