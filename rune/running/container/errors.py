"""The error of this package: what is wrong with a rune's bytes, and where."""

from __future__ import annotations


class ContainerError(Exception):
    """Bytes that are not a rune. `message` is a sentence; `offset` counts bytes from 0."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message if offset is None else f"{message} (at byte {offset})")
        self.message = message
        self.offset = offset
