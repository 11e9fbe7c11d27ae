"""Limits the bytes that are made from constants while a model is read, so that a small file cannot fill the memory."""

from __future__ import annotations

from rune.model.tflite import Model

LEAST = 32 << 20
"""The limit of the smallest file, in bytes."""
TIMES = 4
"""The limit for each byte of the file: float32 has four times as many bytes as the int8 weights that it is unpacked
from."""


class ByteBudget:
    """The bytes that may still be made from the constants of one model."""

    def __init__(self, model: Model) -> None:
        self.left = LEAST + TIMES * model.size

    def takes(self, size: int) -> bool:
        """Takes that many bytes. Returns whether there were as many; if not, takes none."""
        if size > self.left:
            return False
        self.left -= size
        return True
