"""Sending the answer of a process that reads a stranger's repository: a JSON text, or an exit status where the disk is
full, because then the text may not fit either."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from rune.no_room import is_out_of_room

NO_ROOM_STATUS: Final = 28
"""The exit status of a process whose disk is full."""


def send_answer(make: Callable[[], Mapping[str, Any]]) -> None:
    """Writes to the standard output what `make` returns. Ends the process where there is no room on the disk."""
    try:
        json.dump(make(), sys.stdout)
        sys.stdout.flush()
    except OSError as error:
        if not is_out_of_room(error):
            raise
        os._exit(NO_ROOM_STATUS)  # the rest of the answer would not fit
