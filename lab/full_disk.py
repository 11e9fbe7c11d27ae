"""Telling a full disk from other errors, whichever library met it."""

from __future__ import annotations

import os

from lab.refusal import Reason, Refused
from rune.no_room import NO_ROOM, is_out_of_room

_SENTENCES = tuple(os.strerror(number) for number in NO_ROOM)


def is_full_disk(error: BaseException) -> bool:
    """Returns whether an error says that there is no room on a disk. TensorFlow and HDF5 keep the system's sentence,
    and not its number."""
    return is_out_of_room(error) or any(sentence in str(error) for sentence in _SENTENCES)


def full_disk() -> Refused:
    return Refused(Reason.FULL_DISK, "The disk is full. Free some space, and try again.")
