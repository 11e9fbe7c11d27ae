"""The fixed list of reasons why a sample has no answer, for results that must not carry what a recording says.

The message of an error may quote the recording, or be text that the rune made of it. A reason of this list does
neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

from rune.assessment.evaluation.errors import NothingSent
from rune.project.files import FileError
from rune.running.runtime.errors import (
    BadOutput,
    BadPointer,
    BadRequest,
    HostModelError,
    InputError,
    InputTooShort,
    NotARune,
    RuneStopped,
    RuneTrapped,
)

ReasonOf = Callable[[Exception], str]
"""Returns why a sample has no answer."""


class FixedReason(StrEnum):
    """A reason that says nothing of a recording but its kind."""

    STOPPED = "the rune reached a limit of time, memory or output"
    TRAPPED = "the rune stopped with an error"
    ADDRESS = "the rune used an address outside its memory"
    REQUEST = "the rune asked for something that is not in the ABI"
    MODEL = "the rune's model failed"
    OUTPUT = "the rune's output cannot be read"
    NOTHING = "the rune sends nothing for the recording"
    TOO_SHORT = "the recording is shorter than what one run reads"
    INPUT = "the recording cannot be read as the rune's input"
    FILE = "the recording's file cannot be read"
    OTHER = "the rune gave no answer"


_TEXTS: Final = frozenset(each.value for each in FixedReason)
_REASONS: Final[Sequence[tuple[type[Exception] | tuple[type[Exception], ...], FixedReason]]] = (
    (RuneStopped, FixedReason.STOPPED),
    (RuneTrapped, FixedReason.TRAPPED),
    (BadPointer, FixedReason.ADDRESS),
    ((BadRequest, NotARune), FixedReason.REQUEST),
    (HostModelError, FixedReason.MODEL),
    (BadOutput, FixedReason.OUTPUT),
    (NothingSent, FixedReason.NOTHING),
    (InputTooShort, FixedReason.TOO_SHORT),
    (InputError, FixedReason.INPUT),
    ((FileError, OSError), FixedReason.FILE),
)


def reason_in_full(error: Exception) -> str:
    """Returns the message of an error, for the person whose recordings and rune these are."""
    return getattr(error, "reason", None) or str(error)


def fixed_reason(error: Exception) -> str:
    """Returns the reason of the fixed list that fits an error."""
    return next((reason for kind, reason in _REASONS if isinstance(error, kind)), FixedReason.OTHER).value


def as_fixed_reason(text: str) -> str:
    """Returns a text that is in the fixed list, and `FixedReason.OTHER` for another one."""
    return text if text in _TEXTS else FixedReason.OTHER.value
