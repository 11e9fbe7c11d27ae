"""Limits that the server enforces and the studio checks first: `tools.generators.declarations` writes them there."""

from __future__ import annotations

from typing import Final

MAX_FILES: Final = 500
"""Files of a project."""
MAX_UPDATE_BYTES: Final = 1024 * 1024
"""Bytes of one update of a live text."""
MAX_EDIT_BYTES: Final = 1_000_000
"""Bytes of text in one edit. It is below `MAX_UPDATE_BYTES`, because Yjs writes its own bytes around the text, and a
client that sends a larger update is cut off."""
MAX_WIRES: Final = 8
"""Wires of a pipeline that are watched at once."""
MESSAGE_LIMIT: Final = 64 * 1024
"""Characters of a message between a phone and the studio."""
