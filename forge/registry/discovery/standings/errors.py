"""Errors of standing tables."""

from __future__ import annotations

from forge.core.errors import Conflict


class NotComparable(Conflict):
    """A version that cannot be in a standing table: the error says why."""

    title = "This version cannot be compared"
