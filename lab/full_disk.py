"""Telling a full disk from other errors, whichever library met it."""

from __future__ import annotations

import errno
import os

from lab.refusal import Reason, Refused

_NUMBERS = frozenset({errno.ENOSPC, errno.EDQUOT})
_SENTENCES = tuple(os.strerror(number) for number in _NUMBERS)


def is_full_disk(error: BaseException) -> bool:
    """Whether an error says that there is no room on a disk. TensorFlow and HDF5 keep the system's sentence, and not
    its number."""
    if isinstance(error, OSError) and error.errno in _NUMBERS:
        return True
    return any(sentence in str(error) for sentence in _SENTENCES)


def full_disk() -> Refused:
    return Refused(Reason.FULL_DISK, "The disk is full. Free some space, and try again.")
