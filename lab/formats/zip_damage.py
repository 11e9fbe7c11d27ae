"""Errors that reading a damaged ZIP archive raises."""

from __future__ import annotations

import zipfile
import zlib
from typing import Final

DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
)
