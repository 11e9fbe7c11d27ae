"""Archives of labelled recordings, for tests that import some."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """A .zip with these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in contents.items():
            archive.writestr(path, data)
    return packed.getvalue()
