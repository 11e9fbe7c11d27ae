"""The order of pending items, on the home page and on a project's overview."""

from __future__ import annotations

from collections.abc import Iterable

from forge.projects.hooks import PendingItem


def newest_first(things: Iterable[PendingItem]) -> list[PendingItem]:
    """Returns pending items in the order of a home page."""
    return sorted(things, key=lambda item: item.since, reverse=True)
