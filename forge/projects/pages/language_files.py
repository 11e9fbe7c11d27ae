"""The place where the browser finds Pyodide and the toolchain's language, which `tools/generators/language.py`
packed."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings


def language_address() -> str | None:
    """The folder's address, with a slash at its end; None where nothing was packed, and the server answers instead."""
    manifest = Path(settings.STATIC_ROOT) / "language" / "manifest.json"
    try:
        folder = json.loads(manifest.read_text("utf-8"))["folder"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return f"{settings.STATIC_URL}language/{folder}/"
