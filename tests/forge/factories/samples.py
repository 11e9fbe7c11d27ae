"""Archives of labelled recordings, for tests that import some."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """A .zip with these files."""
    return _written(contents, zipfile.ZIP_DEFLATED)


def packed(contents: Mapping[str, bytes]) -> bytes:
    """The same, with their bytes as they are."""
    return _written(contents, zipfile.ZIP_STORED)


def _written(contents: Mapping[str, bytes], compression: int) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", compression) as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return written.getvalue()
