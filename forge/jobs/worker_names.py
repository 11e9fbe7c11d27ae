"""The length of the name of a worker: settings check it before there are models, and the column has it."""

from __future__ import annotations

from typing import Final

MAX_WORKER_NAME: Final = 40
"""Characters."""
