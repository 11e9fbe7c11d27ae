"""The order of what waits for a person, on the home page and on a project's overview."""

from __future__ import annotations

from collections.abc import Iterable

from forge.projects.hooks import PendingItem


def newest_first(things: Iterable[PendingItem]) -> list[PendingItem]:
    """In the order of a home page."""
    return sorted(things, key=lambda waiting: waiting.since, reverse=True)
