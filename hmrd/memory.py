"""Keeps the memory of the daemon small."""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Final

_ARENA_MAX: Final = -8
"""The parameter of glibc's `mallopt`: https://man7.org/linux/man-pages/man3/mallopt.3.html."""


def use_one_arena() -> None:
    """Has all threads share one arena. glibc gives each thread one of its own, which keeps what a thread freed: about
    17 MB in a daemon whose threads come and go. Other C libraries have no such arenas, and are left alone."""
    library = ctypes.util.find_library("c")
    if library is None:
        return
    function = getattr(ctypes.CDLL(library), "mallopt", None)
    if function is not None:
        function(_ARENA_MAX, 1)
