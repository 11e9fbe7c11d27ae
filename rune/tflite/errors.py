"""The one error of this package. It says what is wrong with a model file and where."""

from __future__ import annotations

_SHOWN = 80


def brief(name: str) -> str:
    """A name out of a file for a sentence: printable, and cut when it is long."""
    shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."
    return "".join(character if character.isprintable() else "?" for character in shown)


def quoted(name: str) -> str:
    """As `brief`, in quotes."""
    return f'"{brief(name)}"'


class ModelError(Exception):
    """A file that is not a model, or a model that lies. `message` is a sentence; `offset` counts bytes from 0."""

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message if offset is None else f"{message} (at byte {offset})")
        self.message = message
        self.offset = offset
