"""Errors of a rune as firmware, and of a board that runs it."""

from __future__ import annotations

from rune.wording import size_text


class FirmwareRefused(Exception):
    """There is no firmware of this rune; the text says why."""


class FirmwareTooLarge(FirmwareRefused):
    """The board has too little memory: it lacks so many bytes of it."""

    def __init__(self, board: str, memory: str, excess: int) -> None:
        super().__init__(f"The firmware is too large for the {board}: its {memory} lacks {size_text(excess)}")
        self.memory = memory
        self.excess = excess


class BoardError(Exception):
    """An error of a board, or of the line to it, for a person."""
