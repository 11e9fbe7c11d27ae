"""The error of this package: what is wrong with a model file, and where."""

from __future__ import annotations


class ModelError(Exception):
    """A file that is not a model, or is inconsistent. `message` is a sentence; `offset` counts bytes from 0."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message if offset is None else f"{message} (at byte {offset})")
        self.message = message
        self.offset = offset
