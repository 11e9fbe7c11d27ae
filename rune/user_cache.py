"""The user's cache: files that can be deleted at any time, because they can be computed again."""

from __future__ import annotations

import os
from pathlib import Path


def user_cache(name: str) -> Path:
    """`$XDG_CACHE_HOME/rune/NAME`, or `~/.cache/rune/NAME`."""
    folder = os.environ.get("XDG_CACHE_HOME")
    return (Path(folder) if folder else Path.home() / ".cache") / "rune" / name
