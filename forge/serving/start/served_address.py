"""The address at which the server was started last, for a command in another terminal that does not know it.

`make run-lan` and `PORT=8001 make run` serve at another address than the default; a link that `make link` prints must
lead there.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

_DECIDES = ("PUBLIC_URL", "PORT", "TLS_CERTIFICATE")


def _file() -> Path:
    return Path(settings.DATA_DIR) / "served-at"


def note_address() -> None:
    """Notes the public URL of this server."""
    _file().write_text(settings.PUBLIC_URL, "utf-8")


def served_address() -> str:
    """The public URL that the environment states, else that of the server that was started last, else the default."""
    if any(os.environ.get(name) for name in _DECIDES):
        return settings.PUBLIC_URL
    try:
        return _file().read_text("utf-8").strip() or settings.PUBLIC_URL
    except FileNotFoundError:
        return settings.PUBLIC_URL
